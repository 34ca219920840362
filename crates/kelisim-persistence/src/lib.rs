//! Kelisim's tables on SQLite and PostgreSQL: one copy of each query.
//!
//! This is the only crate that imports diesel.
//! A caller opens a [`Database`], hands it a job for [`Database::read`] or [`Database::write`], and
//! inside the job calls the functions of [`store`] with the [`Db`] it is given.
//! Their names are noun and verb (`office_insert`); the rows behind them are private.

pub mod connection;
pub mod error;
pub mod schema;
pub mod types;

pub use connection::{DatabaseUrl, Db};
pub use error::Error;
