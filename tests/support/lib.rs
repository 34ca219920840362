//! What the tests of every boundary share: databases of their own, on both backends.
//!
//! A test that touches a database is written once, inside [`on_both_databases!`]; the test command
//! compares the two lists and fails when they differ.

mod app;
#[path = "../bench/page.rs"]
pub mod benchmarks;
mod binary;
mod both;
pub mod browser;
mod contents;
mod database;
pub mod foreign_smtp;
pub mod house;
pub mod http;
mod logs;
pub mod mediation;
mod mirror;
pub mod network;
pub mod postgres;
pub mod program;
#[path = "../proofs/mod.rs"]
pub mod proofs;
mod served;
pub mod smtp_sink;
mod stored;
pub mod wire;

/// A timer to be put behind the text of the basic workflow: its head is reminded of a case that nobody looks at.
pub const REMINDER: &str = include_str!("../../crates/kelisim-domain/tests/reminder.toml");

pub use app::{Switch, TestApp};
pub use binary::{binary, verifier};
pub use both::{Backend, OnBackend, block_on};
pub use database::TestDatabase;
pub use logs::logged;
pub use served::Served;
