//! The worker that empties the outbox.
//!
//! It claims what is due, a few at a time, and delivers in parallel. A delivery that waits long for
//! its receiver leaves the fast lane, so that a silent server delays nobody else.
//! `attempting` is committed before the first byte of content leaves, and the settlement is guarded
//! by the lease: what a dead worker left behind is uncertain, never forgotten (R24–R27, G3, G4).
//! Logs hold ids and codes only (R19).

use std::{
    collections::HashMap,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use kelisim_persistence::{
    Database, Error, Failpoints, Point,
    entropy::Entropy,
    store::{
        delivery::{
            lease_now, outbox_claim, outbox_expire, outbox_extend, outbox_next_due, outbox_release,
        },
        idempotency::idempotency_purge,
        outbox::{Lease, Message as Row},
        relay::relay_find,
    },
    vault::Vault,
};
use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::{backoff, deliver::Ceiling};
use crate::{
    clock::Clock,
    mail::{prepare::Post, transport::Transport},
};

/// How often answers that have outlived their time are removed.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// Sizes and times; everything is bounded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Deliveries that run at once, slow ones apart.
    pub parallel: usize,
    /// Deliveries that run at once, slow ones included.
    pub most: usize,
    /// After this time a delivery counts as slow and makes room for another.
    pub patience: Duration,
    /// How long a claim holds without a sign of life.
    pub lease: Duration,
    /// How often the outbox is looked at when nobody wakes the worker.
    pub poll: Duration,
    /// How long a stopping worker waits for its deliveries.
    pub grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            parallel: 8,
            most: 128,
            patience: Duration::from_millis(500),
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
            grace: Duration::from_secs(25),
        }
    }
}

/// What a worker is made of.
pub struct Parts {
    /// The database.
    pub database: Database,
    /// Opens and seals.
    pub vault: Vault,
    /// Carries the letters.
    pub transport: Arc<dyn Transport>,
    /// The name of the relay behind the transport: its faults are noted under it.
    pub relay: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for tokens and jitter.
    pub entropy: Arc<dyn Entropy>,
    /// Told after each commit that may have added messages.
    pub wake: Arc<Notify>,
    /// What every message shares.
    pub post: Post,
    /// Sizes and times.
    pub options: Options,
    /// Proofs only.
    pub faults: Failpoints,
}

/// Empties the outbox; clones share their counters.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) parts: Parts,
    pub(super) alarms: AtomicU64,
    pub(super) stale: AtomicU64,
    pub(super) relay_failing: AtomicBool,
    pub(super) under_way: AtomicUsize,
    pub(super) ceiling: Mutex<Option<Ceiling>>,
}

/// The deliveries under way.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    leases: HashMap<Id, (Lease, Instant)>,
}

impl Running {
    /// Deliveries that are not slow yet.
    fn young(&self, options: &Options) -> usize {
        let young = |(_, since): &&(Lease, Instant)| since.elapsed() < options.patience;
        self.leases.values().filter(young).count()
    }

    fn capacity(&self, options: &Options, most: usize) -> usize {
        let fast = options.parallel.saturating_sub(self.young(options));
        fast.min(most.saturating_sub(self.leases.len()))
    }

    fn leases(&self) -> Vec<Lease> {
        self.leases.values().map(|(lease, _)| *lease).collect()
    }

    /// Waits for the next delivery to end.
    async fn next(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                // The lease ends by itself, and then the message is uncertain or claimed again.
                tracing::error!(%error, "a delivery stopped unexpectedly");
                error.id()
            }
            None => return,
        };
        self.leases.remove(&id);
    }
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(parts: Parts) -> Self {
        Self {
            inner: Arc::new(Inner {
                parts,
                alarms: AtomicU64::new(0),
                stale: AtomicU64::new(0),
                relay_failing: AtomicBool::new(false),
                under_way: AtomicUsize::new(0),
                ceiling: Mutex::new(None),
            }),
        }
    }

    /// Alarms raised since the start: one for each time that the relay began to fail.
    pub fn alarms(&self) -> u64 {
        self.inner.alarms.load(Ordering::Relaxed)
    }

    /// Settlements that came too late and changed nothing.
    pub fn stale(&self) -> u64 {
        self.inner.stale.load(Ordering::Relaxed)
    }

    /// Works until `stop` is ready, then finishes what is under way and gives back the rest.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let parts = &self.inner.parts;
        let mut stop = pin!(stop);
        let mut running = Running::default();
        let mut beat: Option<Instant> = None;
        let mut swept: Option<Instant> = None;
        loop {
            if swept.is_none_or(|last| last.elapsed() >= SWEEP) {
                self.inner.sweep().await;
                swept = Some(Instant::now());
            }
            let due = beat.is_none_or(|last| last.elapsed() >= parts.options.lease / 3);
            if due {
                self.inner.heartbeat(&running).await;
                beat = Some(Instant::now());
            }
            if let Err(error) = self.inner.fill(&mut running, due).await {
                tracing::warn!(%error, "the outbox cannot be read");
            }
            let idle = running.leases.is_empty();
            // A delivery turns slow without a sound, and then there is room for another.
            let rest = match idle {
                true => parts.options.poll,
                false => parts.options.poll.min(parts.options.patience / 2),
            };
            tokio::select! {
                () = &mut stop => break,
                () = running.next(), if !idle => {}
                () = parts.wake.notified() => {}
                () = sleep(rest) => {}
            }
        }
        self.inner.finish(running).await;
    }

    /// Delivers everything that is due at this moment, and answers with the number of messages.
    ///
    /// For the demo and for tests: no waiting for later attempts, nothing left under way.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn drain(&self) -> Result<usize, Error> {
        let mut running = Running::default();
        let mut count = 0;
        self.inner.heartbeat(&running).await;
        loop {
            count += self.inner.fill(&mut running, true).await?;
            if running.leases.is_empty() {
                return Ok(count);
            }
            running.next().await;
        }
    }
}

impl Inner {
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    fn lease(&self) -> chrono::Duration {
        let lease = chrono::Duration::from_std(self.parts.options.lease);
        lease.unwrap_or(chrono::Duration::MAX / 2)
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.parts.entropy.fill(&mut bytes);
        bytes
    }

    /// Between 0 and 1.
    pub(super) fn jitter(&self) -> f64 {
        f64::from(self.random()[0]) / 255.0
    }

    /// Shows that the deliveries under way live, and finds those whose worker died.
    async fn heartbeat(&self, running: &Running) {
        let (given, lease) = (self.parts.clock.for_leases(), self.lease());
        let leases = running.leases();
        let faults = self.parts.faults.clone();
        if let Err(error) = faults.at(Point::BeforeRescue) {
            return tracing::warn!(%error, "leases cannot be lengthened");
        }
        let result = self.parts.database.write(move |db| {
            let now = lease_now(db, given)?;
            if !leases.is_empty() {
                outbox_extend(db, &leases, now + lease)?;
            }
            let again = |attempts| backoff::pause(attempts, 0.0).is_some();
            outbox_expire(db, now, 1_000, again, &faults)
        });
        let result = result.await.and_then(|expired| {
            self.parts.faults.at(Point::AfterRescue)?;
            Ok(expired)
        });
        match result {
            Ok(expired) if expired.held + expired.again > 0 => {
                let (held, again) = (expired.held, expired.again);
                tracing::warn!(held, again, "deliveries that never ended are uncertain");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "leases cannot be lengthened"),
        }
    }

    /// Removes kept answers that have outlived their time: they repeat what is confidential.
    async fn sweep(&self) {
        let now = self.now();
        let job = move |db: &mut _| idempotency_purge(db, now);
        if let Err(error) = self.parts.database.write::<_, Error>(job).await {
            tracing::warn!(%error, "old answers cannot be removed");
        }
    }

    /// Starts as many deliveries as there is room for; `force` looks for lost claims too.
    async fn fill(self: &Arc<Self>, running: &mut Running, force: bool) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            self.under_way
                .store(running.leases.len(), Ordering::Relaxed);
            let room = running.capacity(&self.parts.options, self.most());
            if room == 0 || !(force || self.is_due().await?) {
                return Ok(count);
            }
            let alone = running.young(&self.parts.options) == 0;
            let claimed = self.claim(room, alone).await?;
            let full = claimed.len() == room;
            count += claimed.len();
            for (lease, row) in claimed {
                let this = Arc::clone(self);
                let task = running
                    .tasks
                    .spawn(async move { this.deliver(lease, row).await });
                running.leases.insert(task.id(), (lease, Instant::now()));
            }
            self.under_way
                .store(running.leases.len(), Ordering::Relaxed);
            if !full {
                return Ok(count);
            }
        }
    }

    /// A look that costs no write: most of the time nothing is due.
    async fn is_due(&self) -> Result<bool, Error> {
        let next = self.parts.database.read(outbox_next_due).await?;
        Ok(next.is_some_and(|at| at <= self.now()))
    }

    async fn claim(&self, room: usize, alone: bool) -> Result<Vec<(Lease, Row)>, Error> {
        self.parts.faults.at(Point::BeforeClaim)?;
        let (now, lease) = (self.now(), self.lease());
        let given = self.parts.clock.for_leases();
        let tokens: Vec<Uuid> = (0..room)
            .map(|_| uuid::Builder::from_random_bytes(self.random()).into_uuid())
            .collect();
        let (name, faults) = (self.parts.relay.clone(), self.parts.faults.clone());
        let (claimed, failing) = self
            .parts
            .database
            .write(move |db| {
                let relay = relay_find(db, &name)?;
                let failing = relay.as_ref().is_some_and(|relay| relay.since.is_some());
                let paused =
                    relay.is_some_and(|relay| relay.paused_until.is_some_and(|at| at > now));
                // A relay that failed is tried with one message before all others follow; one that
                // waits long for its receiver makes room for the next.
                let room = match (paused, failing) {
                    (true, _) => 0,
                    (false, true) => usize::from(alone),
                    (false, false) => tokens.len(),
                };
                let now = lease_now(db, given)?;
                let claimed = outbox_claim(db, now, now + lease, &tokens[..room], &faults)?;
                Ok::<_, Error>((claimed, failing))
            })
            .await?;
        self.relay_failing.store(failing, Ordering::Relaxed);
        self.parts.faults.at(Point::AfterClaim)?;
        Ok(claimed)
    }

    /// Lets deliveries end, gives back those that have not begun, closes the connections.
    async fn finish(&self, mut running: Running) {
        let all = async {
            while !running.leases.is_empty() {
                running.next().await;
            }
        };
        if timeout(self.parts.options.grace, all).await.is_err() {
            // What is between content and reply stays `attempting` and will be uncertain.
            running.tasks.shutdown().await;
            if let Err(error) = self.parts.faults.at(Point::BeforeRelease) {
                tracing::warn!(%error, "claims cannot be given back; they end by themselves");
            }
            let leases = running.leases();
            let job = move |db: &mut _| outbox_release(db, &leases);
            if let Err(error) = self.parts.database.write::<_, Error>(job).await {
                tracing::warn!(%error, "claims cannot be given back; they end by themselves");
            }
        }
        self.parts.transport.close().await;
    }
}
