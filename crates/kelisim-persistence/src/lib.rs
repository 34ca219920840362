//! The README of this crate is its documentation.
//!
#![doc = include_str!("../README.md")]

pub mod acting;
pub mod backup;
pub mod connection;
mod durability;
pub mod entropy;
pub mod erasure_list;
pub mod error;
pub mod faults;
pub mod keyring;
mod keys;
pub mod master_key;
pub mod migrate;
pub mod patience;
mod pool;
pub mod restore;
mod roles;
pub mod rotation;
mod row;
pub mod schema;
pub mod store;
mod task;
#[cfg(test)]
mod tests;
pub mod transaction;
pub mod types;
pub mod vault;
pub mod wipe;
mod writer;
mod writes;

pub use acting::{Acting, SystemPart};
pub use connection::{DatabaseUrl, Db};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use error::Error;
pub use faults::{Defect, Failpoints, Faults, Point};
pub use keyring::KeyFiles;
pub use master_key::MasterKey;
pub use patience::Patience;
pub use transaction::{Database, Options};
pub use vault::{DataKey, Vault};
pub use writes::Writes;
