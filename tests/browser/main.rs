//! The pages in a real Chromium, as people of each role use them: on a phone and at a desk, with scripts and without.
//!
//! The browser of `tests/support` is quicker and sees every header, but it says of itself what it is told to say; what a
//! real one sends, keeps and shows is seen here alone.

mod artefacts;
mod chromium;
mod forged;
mod journeys;
mod look;
mod people;
mod sign_in;
mod tab;
mod usable;
