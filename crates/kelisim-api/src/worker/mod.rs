//! What runs beside the requests: the outbox.

pub mod backoff;
pub mod outbox;
