//! The README of this crate is its documentation.
//!
#![doc = include_str!("../README.md")]

mod canonical;
mod check;

pub use canonical::canonical;
pub use check::{Anchor, Checker, Fault, Summary, anchors};
