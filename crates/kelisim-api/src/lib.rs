//! Kelisim's HTTP interface, mail, worker and command line.

pub mod app;
pub mod clock;
pub mod config;
pub mod http;
pub mod locale;
pub mod mail;
pub mod region;
