//! The queries, one copy for both databases; a name is a noun and a verb.
//!
//! Every function takes the connection of the transaction that it is part of.

pub mod account;
pub mod audit;
pub mod data_key;
pub mod definition;
pub mod delivery;
pub mod idempotency;
pub mod notice;
pub mod outbox;
pub mod reference;
pub mod region;
pub mod relay;
pub mod token;
