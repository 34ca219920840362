//! Kelisim's tables on SQLite and PostgreSQL: one copy of each query.
//!
//! This is the only crate that imports diesel.
//! A caller opens a [`Database`], hands it a job for [`Database::read`] or [`Database::write`], and
//! inside the job calls the functions of `store` with the [`Db`] it is given.
//! Their names are noun and verb (`office_insert`); the rows behind them are private.

pub mod connection;
mod durability;
pub mod error;
pub mod migrate;
mod pool;
pub mod schema;
mod task;
#[cfg(test)]
mod tests;
pub mod transaction;
pub mod types;
mod writer;

pub use connection::{DatabaseUrl, Db};
pub use error::Error;
pub use transaction::{Database, Options};
