//! The rules of mediation cases, and nothing else.
//!
//! Nothing in this crate reads a clock, draws a random number, opens a file or waits.
//! Time, ids and facts from the registers come in as arguments, so that every rule can be tried in a test
//! exactly as it runs in production.
//!
//! Rules carry the numbers D1 to D39 of the domain description; a typed refusal stands beside each rule.

pub mod assignment;
pub mod audit;
pub mod calendar;
pub mod case;
pub mod code;
pub mod confidential;
pub mod fault;
pub mod id;
pub mod input;
pub mod language;
pub mod mediator;
pub mod memorandum;
pub mod notice;
pub mod office;
pub mod partner;
pub mod policy;
pub mod refusal;
pub mod region;
pub mod register;
pub mod text;
pub mod workflow;
