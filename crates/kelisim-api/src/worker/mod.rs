//! What runs beside the requests: the outbox.

pub mod backoff;
mod deliver;
pub mod outbox;
