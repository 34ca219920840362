//! The time, behind a trait: tests set it, and nothing else in the house reads it.

use chrono::{DateTime, SubsecRound, Utc};
use std::sync::{Mutex, PoisonError};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The instant, in whole microseconds: what a database gives back equals what was stored.
    fn now(&self) -> DateTime<Utc>;

    /// The instant by which the leases of the worker are measured; none leaves it to the clock of the
    /// database, which all processes share.
    fn for_leases(&self) -> Option<DateTime<Utc>> {
        Some(self.now())
    }
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }

    fn for_leases(&self) -> Option<DateTime<Utc>> {
        None
    }
}

/// A clock that stands still until it is moved: for tests and for the invented history of the demo.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that shows an instant.
    pub fn at(now: DateTime<Utc>) -> Self {
        ManualClock(Mutex::new(now.trunc_subsecs(6)))
    }

    /// Sets the clock.
    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now.trunc_subsecs(6);
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: chrono::Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
