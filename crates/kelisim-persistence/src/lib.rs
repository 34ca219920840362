//! Kelisim's tables on SQLite and PostgreSQL: one copy of each query.
//!
//! This is the only crate that imports diesel.
//! A caller opens a [`Database`], hands it a job for [`Database::read`] or [`Database::write`], and
//! inside the job calls the functions of [`store`] with the [`Db`] it is given.
//! Their names are noun and verb (`office_insert`); the rows behind them are private.

pub mod connection;
mod durability;
pub mod entropy;
pub mod error;
pub mod master_key;
pub mod migrate;
mod pool;
mod row;
pub mod schema;
pub mod store;
mod task;
#[cfg(test)]
mod tests;
pub mod transaction;
pub mod types;
pub mod vault;
mod writer;

pub use connection::{DatabaseUrl, Db};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use error::Error;
pub use master_key::MasterKey;
pub use transaction::{Database, Options};
pub use vault::{DataKey, Vault};
