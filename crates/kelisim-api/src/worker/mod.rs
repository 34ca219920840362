//! What runs beside the requests: the outbox, and the timers.

pub mod backoff;
mod deliver;
pub mod outbox;
pub mod timers;
