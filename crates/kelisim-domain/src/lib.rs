//! The README of this crate is its documentation.
//!
#![doc = include_str!("../README.md")]

pub mod account;
pub mod assignment;
pub mod audit;
pub mod calendar;
pub mod case;
pub mod code;
pub mod confidential;
pub mod consent;
pub mod danger;
pub mod document;
pub mod fault;
pub mod id;
pub mod input;
pub mod language;
pub mod law;
pub mod legal;
pub mod mediator;
pub mod memorandum;
pub mod names;
pub mod notes;
pub mod notice;
pub mod office;
pub mod partner;
pub mod policy;
pub mod profiles;
pub mod publish;
pub mod refusal;
pub mod region;
pub mod register;
pub mod reminder;
pub mod retention;
pub mod sign_in;
pub mod text;
pub mod workflow;
