//! The README of this crate is its documentation.
//!
#![doc = include_str!("../README.md")]

pub mod anchoring;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod custodian;
mod demo;
mod descriptors;
pub mod door;
pub mod enrol;
pub mod exported;
pub mod http;
pub mod keeper;
pub mod locale;
pub mod mail;
pub mod outgoing;
pub mod phrase;
pub mod region;
pub mod setup;
pub mod start;
pub mod telemetry;
pub mod watch;
pub mod worker;
