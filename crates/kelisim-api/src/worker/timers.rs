//! The worker that lets timers fire.
//!
//! It claims what is due, the longest due first, and fires each timer in a transaction of its own, a few side by side:
//! the timers of one claim belong to different cases, and a case's next timer is claimed when the one before it has fired.
//! After a downtime everything that was missed fires once, in that order (G7).
//! What cannot fire because something is broken is put off, longer each time, and holds up nobody else (R27).
//! Logs hold ids and codes only (R19).

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::join_all;
use kelisim_persistence::{
    Database, Db, Defect, Error, Point, SystemPart,
    store::{
        delivery::lease_now,
        due::{
            Claiming, DueTimer, PAUSE_MOST_HOURS, timer_claim, timer_next_due, timer_put_off,
            timer_release,
        },
        register_timer::{register_timer_claim, register_timer_next_due, register_timer_put_off},
    },
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::app::{
    App, AppError, reminder,
    timer::{self, Fired},
};

/// The first pause of a timer that cannot fire, in seconds.
const PAUSE_FIRST_SECONDS: i64 = 30;
/// No pause is longer than this.
const PAUSE_MOST_SECONDS: i64 = PAUSE_MOST_HOURS * 60 * 60;

/// Reminders of the registers that are claimed at once.
const REMINDERS_MOST: usize = 16;

/// Sizes and times; everything is bounded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Timers that are claimed at once.
    pub batch: usize,
    /// Timers that fire side by side.
    pub parallel: usize,
    /// How long a claim holds.
    pub lease: Duration,
    /// How often the timers are looked at when nobody wakes the worker.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 64,
            parallel: 8,
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
        }
    }
}

/// What the worker has done since it began, for metrics and proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Timers that have fired.
    pub fired: u64,
    /// Those among them whose action was refused: the history says by what.
    pub refused: u64,
    /// Timers that could not fire because something is broken, each time.
    pub failed: u64,
    /// Times at which a person, or another worker, was faster.
    pub outrun: u64,
    /// Times at which the clock had gone back behind the time of a claimed timer.
    pub early: u64,
}

#[derive(Debug, Default)]
struct Tally {
    fired: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    outrun: AtomicU64,
    early: AtomicU64,
}

/// Lets timers fire; clones share their counters.
#[derive(Clone)]
pub struct Timers {
    inner: Arc<Inner>,
}

struct Inner {
    app: Arc<App>,
    options: Options,
    tally: Tally,
    /// What was claimed and has not ended.
    held: Mutex<Vec<DueTimer>>,
}

impl Timers {
    /// A worker that has not begun.
    pub fn new(app: Arc<App>, options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                app,
                options,
                tally: Tally::default(),
                held: Mutex::default(),
            }),
        }
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let tally = &self.inner.tally;
        Counts {
            fired: read(&tally.fired),
            refused: read(&tally.refused),
            failed: read(&tally.failed),
            outrun: read(&tally.outrun),
            early: read(&tally.early),
        }
    }

    /// Works until `stop` is ready, then gives back what has not fired.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let inner = &self.inner;
        let mut stop = pin!(stop);
        loop {
            // What is under way in the database goes on when the stop comes first, and counts.
            let round = tokio::select! {
                biased;
                () = &mut stop => break,
                round = inner.round() => round,
            };
            let is_quiet = match round {
                Ok(claimed) => claimed == 0,
                Err(error) => {
                    tracing::warn!(%error, "the timers cannot be read");
                    true
                }
            };
            if !is_quiet {
                continue;
            }
            tokio::select! {
                () = &mut stop => break,
                () = inner.app.wake_timers.notified() => {}
                () = sleep(inner.options.poll) => {}
            }
        }
        inner.give_back().await;
    }

    /// Lets everything fire that is due at this moment, and answers with the number of timers that have fired.
    ///
    /// For the demo and for tests. A timer that is put off is not waited for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn drain(&self) -> Result<u64, Error> {
        let before = self.counts().fired;
        while self.inner.round().await? > 0 {}
        Ok(self.counts().fired - before)
    }
}

/// What becomes of a claim that did not fire.
enum After {
    /// Nothing has to be done.
    Ended,
    /// Another look at once: a person was faster.
    Again,
    /// The database is not to be had; the worker rests.
    Wait(AppError),
    /// Something is broken.
    Broken(AppError),
}

impl Inner {
    fn database(&self) -> Database {
        self.app.database.as_system(SystemPart::Worker)
    }

    /// Claims once, and lets fire what was claimed; answers with the number of claims that came to their end.
    async fn round(&self) -> Result<usize, Error> {
        if !self.is_due().await? {
            return Ok(0);
        }
        let reminded = self.remind().await?;
        let claimed = self.claim().await?;
        *self.held() = claimed.clone();
        let ended = self.fire_all(&claimed).await;
        // Nothing is left but after an error.
        self.give_back().await;
        Ok(ended? + reminded)
    }

    /// Claims and tells what the registers remind of; a claim that does not come to its end runs out by itself.
    async fn remind(&self) -> Result<usize, Error> {
        let claiming = self.claiming();
        let tokens: Vec<Uuid> = (0..REMINDERS_MOST).map(|_| self.token()).collect();
        let job = move |db: &mut Db| {
            let claiming = claiming(db)?;
            register_timer_claim(db, claiming, &tokens)
        };
        let claimed = self.database().write(job).await?;
        let mut ended = 0;
        for due in claimed {
            let (app, one) = (Arc::clone(&self.app), due.clone());
            let job = move |db: &mut Db| reminder::run(db, &app, &one);
            match self.database().write(job).await {
                Ok(told) => {
                    self.tally
                        .fired
                        .fetch_add(u64::from(told), Ordering::Relaxed);
                    self.app.wake.notify_one();
                    ended += usize::from(told);
                }
                Err(error @ (AppError::Busy | AppError::Unavailable)) => {
                    tracing::warn!(
                        reminder = due.name(),
                        ?error,
                        "a reminder waits for the database"
                    );
                }
                Err(error) => {
                    self.tally.failed.fetch_add(1, Ordering::Relaxed);
                    tracing::error!(subject = ?due.subject(), reminder = due.name(), ?error, "a reminder cannot fire; it is tried again later");
                    let (given, pause) = (self.app.clock.for_leases(), pause(due.failures()));
                    let fault = fault_of(&error);
                    let job = move |db: &mut Db| {
                        let until = lease_now(db, given)? + pause;
                        register_timer_put_off(db, &due, until, fault)
                    };
                    self.database().write::<_, Error>(job).await?;
                }
            }
        }
        Ok(ended)
    }

    /// When timers are claimed from now on, by both clocks.
    fn claiming(&self) -> impl FnOnce(&mut Db) -> Result<Claiming, Error> + Send + use<> {
        let (given, due) = (self.app.clock.for_leases(), self.app.clock.now());
        let lease = self.lease();
        move |db| {
            let now = lease_now(db, given)?;
            Ok(Claiming {
                due,
                now,
                lease_until: now + lease,
            })
        }
    }

    async fn fire_all(&self, claimed: &[DueTimer]) -> Result<usize, Error> {
        let mut ended = 0;
        for some in claimed.chunks(self.options.parallel.max(1)) {
            for settled in join_all(some.iter().map(|due| self.fire(due))).await {
                ended += usize::from(settled?);
            }
        }
        Ok(ended)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Vec<DueTimer>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A look that costs no write: most of the time nothing is due.
    async fn is_due(&self) -> Result<bool, Error> {
        let (given, lease) = (self.app.clock.for_leases(), self.lease());
        let job = move |db: &mut Db| {
            let now = lease_now(db, given)?;
            let of_case = timer_next_due(db, now, now + lease)?;
            let of_register = register_timer_next_due(db, now, now + lease)?;
            Ok::<_, Error>(of_case.into_iter().chain(of_register).min())
        };
        let next = self.database().read(job).await?;
        let skips = self.app.faults.has(Defect::SkipDueCheck);
        Ok(next.is_some_and(|at| skips || at <= self.app.clock.now()))
    }

    async fn claim(&self) -> Result<Vec<DueTimer>, Error> {
        self.app.faults.at(Point::BeforeTimerClaim)?;
        let claiming = self.claiming();
        let tokens: Vec<Uuid> = (0..self.options.batch).map(|_| self.token()).collect();
        let faults = self.app.faults.clone();
        let job = move |db: &mut Db| {
            let claiming = claiming(db)?;
            timer_claim(db, claiming, &tokens, &faults)
        };
        let claimed = self.database().write(job).await?;
        self.app.faults.at(Point::AfterTimerClaim)?;
        Ok(claimed)
    }

    fn lease(&self) -> chrono::Duration {
        let lease = chrono::Duration::from_std(self.options.lease);
        lease.unwrap_or(chrono::Duration::days(1))
    }

    fn token(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.app.entropy.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Lets one timer fire and settles what is left of its claim; whether it came to its end.
    async fn fire(&self, due: &DueTimer) -> Result<bool, Error> {
        let fired = self.try_to_fire(due).await;
        let after = self.judge(due, fired);
        self.held().retain(|held| held != due);
        match after {
            After::Ended => Ok(true),
            After::Again => self.release(due).await.map(|()| true),
            After::Wait(error) => {
                tracing::warn!(case = %due.case(), timer = %due.name(), ?error, "a timer waits for the database");
                self.release(due).await.map(|()| false)
            }
            After::Broken(error) => self.put_off(due, &error).await.map(|()| true),
        }
    }

    async fn try_to_fire(&self, due: &DueTimer) -> Result<Fired, AppError> {
        self.app.faults.at(Point::BeforeFire)?;
        let (app, one) = (Arc::clone(&self.app), due.clone());
        let job = move |db: &mut Db| timer::run(db, &app, &one);
        let fired = self.database().write(job).await?;
        self.app.faults.at(Point::AfterFire)?;
        Ok(fired)
    }

    fn judge(&self, due: &DueTimer, fired: Result<Fired, AppError>) -> After {
        let count = |number: &AtomicU64| number.fetch_add(1, Ordering::Relaxed);
        let (case, name) = (due.case(), due.name());
        match fired {
            Ok(fired @ (Fired::Done(_) | Fired::Erased)) => {
                count(&self.tally.fired);
                if fired.is_refused() {
                    count(&self.tally.refused);
                    tracing::warn!(%case, timer = %name, "a timer has fired, and its action was refused");
                }
                // Its messages wait in the outbox.
                self.app.wake.notify_one();
                After::Ended
            }
            Ok(Fired::Lost) => {
                count(&self.tally.outrun);
                After::Ended
            }
            Ok(Fired::Early) => {
                count(&self.tally.early);
                After::Again
            }
            Err(AppError::Stale) => {
                count(&self.tally.outrun);
                After::Again
            }
            Err(error @ (AppError::Busy | AppError::Unavailable)) => After::Wait(error),
            Err(error) => {
                count(&self.tally.failed);
                After::Broken(error)
            }
        }
    }

    async fn release(&self, due: &DueTimer) -> Result<(), Error> {
        self.app.faults.at(Point::BeforeTimerRelease)?;
        let one = [due.clone()];
        let job = move |db: &mut Db| timer_release(db, &one);
        self.database().write(job).await.map(drop)
    }

    async fn put_off(&self, due: &DueTimer, error: &AppError) -> Result<(), Error> {
        tracing::error!(
            case = %due.case(), timer = %due.name(), failures = due.failures() + 1, ?error,
            "a timer cannot fire; it is tried again later",
        );
        let (given, one) = (self.app.clock.for_leases(), due.clone());
        let (pause, fault) = (pause(due.failures()), fault_of(error));
        let job = move |db: &mut Db| {
            let until = lease_now(db, given)? + pause;
            timer_put_off(db, &one, until, fault)
        };
        self.database().write::<_, Error>(job).await.map(drop)
    }

    /// Gives back what was claimed and has not come to an end.
    async fn give_back(&self) {
        let held = std::mem::take(&mut *self.held());
        if held.is_empty() {
            return;
        }
        let given_back = async {
            self.app.faults.at(Point::BeforeTimerRelease)?;
            let job = move |db: &mut Db| timer_release(db, &held);
            self.database().write(job).await
        };
        if let Err(error) = given_back.await {
            tracing::warn!(%error, "timers cannot be given back; their leases end by themselves");
        }
    }
}

/// The code of what is broken, as the row shows it.
fn fault_of(error: &AppError) -> &'static str {
    match error {
        AppError::NotFound => "missing",
        AppError::Internal(_) => "internal",
        _ => "refused",
    }
}

/// The pause after so many failures: half a minute, doubled each time up to an hour.
fn pause(failures: u32) -> chrono::Duration {
    let doubled = PAUSE_FIRST_SECONDS.saturating_mul(1 << failures.min(20));
    chrono::Duration::seconds(doubled.min(PAUSE_MOST_SECONDS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_broken_is_tried_again_more_rarely_and_for_ever() {
        let seconds = |failures| pause(failures).num_seconds();
        assert_eq!((seconds(0), seconds(1), seconds(6)), (30, 60, 1_920));
        assert_eq!((seconds(7), seconds(u32::MAX)), (3_600, 3_600));
    }
}
