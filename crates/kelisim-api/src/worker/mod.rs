//! What runs beside the requests: the outbox, the timers, and the seals and anchors of the audit log.

pub mod anchor;
pub mod backoff;
mod deliver;
pub mod outbox;
pub mod seal;
pub mod timers;
