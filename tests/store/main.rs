//! The store on both databases: what is promised of one holds on the other.

mod account;
mod audit;
mod backup;
mod case_list;
mod case_rows;
mod common;
mod database;
mod lists;
mod outbox;
mod plans;
mod registers;
mod repeats;
mod rotation;
mod schema;
mod second_lock;
mod server;
mod sign_in;
mod transaction;
mod values;
mod vault;
