//! A confidential value cannot be printed, written as JSON, or taken for the text it covers.

use kelisim_domain::confidential::Confidential;

fn write_out<T: serde::Serialize>(_: &T) {}

fn main() {
    let story = Confidential::new(String::from("a cow in the garden"));
    println!("{story}");
    write_out(&story);
    let _: &str = &story;
}
