//! Kelisim's HTTP interface, mail, worker and command line.

pub mod config;
pub mod locale;
pub mod mail;
pub mod region;
