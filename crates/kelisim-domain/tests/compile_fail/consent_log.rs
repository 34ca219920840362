//! A consent gets into no line of a log and into no text: not under its cover, and not when it was revealed either.

use kelisim_domain::confidential::Confidential;
use kelisim_domain::consent::Consent;

fn log(consent: &Confidential<Consent>) {
    tracing::info!(consent);
    tracing::info!(consent = ?consent.reveal());
    println!("{consent}");
    println!("{}", consent.reveal());
}

fn main() {}
