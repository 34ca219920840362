//! A confidential value gets into no line of a log: neither as a field, nor shown, nor inside a sentence.

use kelisim_domain::confidential::Confidential;

fn main() {
    let story = Confidential::new(String::from("a cow in the garden"));
    tracing::info!(story);
    tracing::info!(story = %story);
    tracing::info!("filed: {story}");
}
