//! Rows as the tables have them; the stores turn them into domain types and back.
//!
//! Rows are private: what leaves this crate has passed the types of the domain.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod case;
pub(crate) mod data_key;
pub(crate) mod definition;
pub(crate) mod idempotency;
pub(crate) mod mediator;
pub(crate) mod memorandum;
pub(crate) mod office;
pub(crate) mod outbox;
pub(crate) mod partner;
pub(crate) mod reference;
pub(crate) mod region;
pub(crate) mod register_timer;
pub(crate) mod sign_in;
pub(crate) mod timer;
