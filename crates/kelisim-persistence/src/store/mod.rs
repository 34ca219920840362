//! The queries, one copy for both databases; a name is a noun and a verb.
//!
//! Every function takes the connection of the transaction that it is part of.

pub mod data_key;
