//! HTTP: extractors, answers, problems, routes. Nothing here decides anything about a case.

pub mod answer;
pub mod api;
pub mod body;
pub mod call;
mod connection;
pub mod form;
pub mod health;
mod json;
pub mod metrics;
pub mod openapi;
pub(crate) mod pages;
pub mod problem;
pub mod query;
pub mod server;
