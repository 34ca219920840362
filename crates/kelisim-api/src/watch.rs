//! A watch beside serving: a task that looks every few seconds, and ends with whoever holds it.
//!
//! What it has begun on other threads (a batch, a pass) is not cut off: it asks its [`Stop`] and ends behind its step, and
//! whoever comes next goes on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinHandle,
    time::{Interval, MissedTickBehavior},
};

/// How often a watch looks: the rotation of the master key counts on it.
pub const EVERY: Duration = Duration::from_secs(2);

/// A watch; it ends when it is dropped.
pub struct Watch {
    looking: JoinHandle<()>,
    stop: Stop,
}

impl Watch {
    /// Begins to watch; within a runtime.
    pub fn begin<F>(look: impl FnOnce(Looks, Stop) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = Stop::default();
        let looking = tokio::spawn(look(Looks::begin(), stop.clone()));
        Self { looking, stop }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.looking.abort();
        self.stop.0.store(true, Ordering::Relaxed);
    }
}

/// Whether the watch still stands, for what it has begun.
#[derive(Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// No, once the watch was dropped.
    pub fn goes_on(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }
}

/// When to look next. A look that took long is not made up for.
pub struct Looks(Interval);

impl Looks {
    fn begin() -> Self {
        let mut tick = tokio::time::interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self(tick)
    }

    /// Waits until it is time; the first time at once.
    pub async fn next(&mut self) {
        self.0.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn a_watch_looks_at_once_and_until_it_is_dropped() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let watch = Watch::begin(|mut looks, stop| async move {
            loop {
                looks.next().await;
                let _ = tell.send(stop.clone());
            }
        });
        let stop = told.recv().await.expect("the first look");
        assert!(stop.goes_on());
        drop(watch);
        assert!(told.recv().await.is_none(), "nobody looks any more");
        assert!(!stop.goes_on());
    }
}
