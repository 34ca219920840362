//! The store on both databases: what is promised of one holds on the other.

mod database;
mod outbox;
mod schema;
mod transaction;
