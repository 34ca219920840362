//! The queries, one copy for both databases; a name is a noun and a verb.
//!
//! Every function takes the connection of the transaction that it is part of.

pub mod access;
pub mod account;
pub mod account_entry;
pub mod audit;
pub mod case;
pub mod case_event;
pub mod case_list;
pub mod case_mail;
pub mod case_pass;
pub(crate) mod case_query;
pub(crate) mod case_search;
pub mod contact;
pub mod credential;
pub mod data_key;
pub mod definition;
pub mod delivery;
pub mod device;
pub mod draft;
pub mod drill;
pub mod due;
pub mod erase;
pub mod hold;
pub mod idempotency;
pub mod link;
pub mod mediator;
pub mod memorandum;
pub mod notice;
pub mod office;
pub mod outbox;
pub mod partner;
pub mod passing;
pub mod publication;
pub mod rate;
pub mod reference;
pub mod region;
pub mod register_timer;
pub mod rehearsal;
pub mod relay;
pub(crate) mod search;
pub mod second_factor;
pub mod session;
pub mod timer;
pub mod token;
