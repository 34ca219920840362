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
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use kelisim_persistence::{
    Database, Error,
    entropy::Entropy,
    store::{
        delivery::{
            outbox_claim, outbox_expire, outbox_extend, outbox_mark_attempting, outbox_next_due,
            outbox_release, outbox_settle,
        },
        outbox::{Audience, Ending, Guarded, Lease, Message as Row, Settlement},
        relay::{relay_find, relay_pause, relay_resume},
    },
    vault::Vault,
};
use tokio::{
    sync::Notify,
    task::{Id, JoinSet},
    time::{sleep, timeout},
};
use uuid::Uuid;

use super::backoff;
use crate::{
    clock::Clock,
    mail::{
        prepare::{Post, Prepared, prepare},
        transport::{Fault, Letter, Outcome, Transport},
    },
};

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
            parallel: 4,
            most: 64,
            patience: Duration::from_secs(2),
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
}

/// Empties the outbox; clones share their counters.
#[derive(Clone)]
pub struct Worker {
    inner: Arc<Inner>,
}

struct Inner {
    parts: Parts,
    alarms: AtomicU64,
    stale: AtomicU64,
    relay_failing: AtomicBool,
}

/// The deliveries under way.
#[derive(Default)]
struct Running {
    tasks: JoinSet<()>,
    leases: HashMap<Id, (Lease, Instant)>,
}

impl Running {
    fn capacity(&self, options: &Options) -> usize {
        let young = self
            .leases
            .values()
            .filter(|(_, since)| since.elapsed() < options.patience)
            .count();
        let fast = options.parallel.saturating_sub(young);
        fast.min(options.most.saturating_sub(self.leases.len()))
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
        loop {
            let due = beat.is_none_or(|last| last.elapsed() >= parts.options.lease / 3);
            if due {
                self.inner.heartbeat(&running).await;
                beat = Some(Instant::now());
            }
            if let Err(error) = self.inner.fill(&mut running, due).await {
                tracing::warn!(%error, "the outbox cannot be read");
            }
            let idle = running.leases.is_empty();
            tokio::select! {
                () = &mut stop => break,
                () = running.next(), if !idle => {}
                () = parts.wake.notified() => {}
                () = sleep(parts.options.poll) => {}
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
    fn now(&self) -> DateTime<Utc> {
        self.parts.clock.now()
    }

    fn lease_end(&self) -> DateTime<Utc> {
        let lease = chrono::Duration::from_std(self.parts.options.lease);
        self.now() + lease.unwrap_or(chrono::Duration::MAX / 2)
    }

    fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.parts.entropy.fill(&mut bytes);
        bytes
    }

    /// Between 0 and 1.
    fn jitter(&self) -> f64 {
        f64::from(self.random()[0]) / 255.0
    }

    /// Shows that the deliveries under way live, and finds those whose worker died.
    async fn heartbeat(&self, running: &Running) {
        let (now, until, leases) = (self.now(), self.lease_end(), running.leases());
        let result = self.parts.database.write(move |db| {
            if !leases.is_empty() {
                outbox_extend(db, &leases, until)?;
            }
            outbox_expire(db, now, 1_000)
        });
        match result.await {
            Ok(expired) if expired.held + expired.again > 0 => {
                let (held, again) = (expired.held, expired.again);
                tracing::warn!(held, again, "deliveries that never ended are uncertain");
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "leases cannot be lengthened"),
        }
    }

    /// Starts as many deliveries as there is room for; `force` looks for lost claims too.
    async fn fill(self: &Arc<Self>, running: &mut Running, force: bool) -> Result<usize, Error> {
        let mut count = 0;
        loop {
            let room = running.capacity(&self.parts.options);
            if room == 0 || !(force || self.is_due().await?) {
                return Ok(count);
            }
            let claimed = self.claim(room, running.leases.is_empty()).await?;
            let full = claimed.len() == room;
            count += claimed.len();
            for (lease, row) in claimed {
                let this = Arc::clone(self);
                let task = running
                    .tasks
                    .spawn(async move { this.deliver(lease, row).await });
                running.leases.insert(task.id(), (lease, Instant::now()));
            }
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
        let (now, until) = (self.now(), self.lease_end());
        let tokens: Vec<Uuid> = (0..room)
            .map(|_| uuid::Builder::from_random_bytes(self.random()).into_uuid())
            .collect();
        let name = self.parts.relay.clone();
        let (claimed, failing) = self
            .parts
            .database
            .write(move |db| {
                let relay = relay_find(db, &name)?;
                let failing = relay.as_ref().is_some_and(|relay| relay.since.is_some());
                let paused =
                    relay.is_some_and(|relay| relay.paused_until.is_some_and(|at| at > now));
                // A relay that failed is tried with one message before all others follow.
                let room = match (paused, failing) {
                    (true, _) => 0,
                    (false, true) => usize::from(alone),
                    (false, false) => tokens.len(),
                };
                let claimed = outbox_claim(db, now, until, &tokens[..room])?;
                Ok::<_, Error>((claimed, failing))
            })
            .await?;
        self.relay_failing.store(failing, Ordering::Relaxed);
        Ok(claimed)
    }

    async fn deliver(self: Arc<Self>, lease: Lease, row: Row) {
        let settlement = match self.prepare(lease, &row).await {
            Ok(Prepared::Ready(to, bytes)) => {
                let letter = Letter {
                    id: lease.id.0,
                    kind: row.kind.clone(),
                    from: self.parts.post.from.email.clone(),
                    to,
                    bytes,
                    at: self.now(),
                };
                let before_data = Box::new(|| Box::pin(self.begin(lease)) as _);
                let outcome = self.parts.transport.deliver(&letter, before_data).await;
                self.judge(&row, outcome)
            }
            Ok(Prepared::Cancel(reason)) => Verdict::Settle(Settlement::Cancelled(reason)),
            Ok(Prepared::Hold(reason)) => Verdict::Settle(Settlement::Held(reason.to_owned())),
            Ok(Prepared::Stale) => return self.note_stale(lease),
            Err(
                error @ (Error::Busy | Error::Unavailable { .. } | Error::CommitUnknown { .. }),
            ) => {
                // The lease ends by itself; until then the database has time to come back.
                return tracing::warn!(notice = %lease.id, %error, "a message waits for the database");
            }
            Err(error) => {
                tracing::error!(notice = %lease.id, %error, "a message cannot be prepared");
                self.later(&row, ending("prepare", None, String::new()))
            }
        };
        self.settle(lease, settlement).await;
    }

    async fn prepare(&self, lease: Lease, row: &Row) -> Result<Prepared, Error> {
        let (vault, post) = (self.parts.vault.clone(), self.parts.post.clone());
        let (row, now) = (row.clone(), self.now());
        let job = move |db: &mut _| prepare(db, &vault, &post, &lease, &row, now);
        self.parts.database.write(job).await
    }

    /// Commits `attempting`; without that, nothing of the content leaves.
    async fn begin(&self, lease: Lease) -> bool {
        let now = self.now();
        let job = move |db: &mut _| outbox_mark_attempting(db, &lease, now);
        match self.parts.database.write::<_, Error>(job).await {
            Ok(Guarded::Done) => true,
            Ok(Guarded::Stale) => {
                self.note_stale(lease);
                false
            }
            Err(error) => {
                tracing::warn!(notice = %lease.id, %error, "an attempt cannot be noted");
                false
            }
        }
    }

    fn judge(&self, row: &Row, outcome: Outcome) -> Verdict {
        match outcome {
            Outcome::Sent(reply) => Verdict::Settle(Settlement::Sent(Ending {
                phase: "sent".to_owned(),
                reply_code: reply.code,
                detail: reply.text,
                reason: String::new(),
            })),
            Outcome::RelayFault(fault) => Verdict::Pause(fault),
            Outcome::Transient(fault) => self.later(row, ending_of(&fault)),
            Outcome::Permanent(fault) => Verdict::Settle(Settlement::Failed(ending_of(&fault))),
            Outcome::Uncertain(fault) => Verdict::Settle(self.uncertain(row, ending_of(&fault))),
            // Nothing of the content has left, whatever the row says.
            Outcome::Withheld => Verdict::Settle(Settlement::Released),
        }
    }

    fn later(&self, row: &Row, ending: Ending) -> Verdict {
        Verdict::Settle(match backoff::pause(row.attempts + 1, self.jitter()) {
            Some(pause) => Settlement::Again(ending, self.now() + pause),
            None => Settlement::Failed(ending),
        })
    }

    fn uncertain(&self, row: &Row, ending: Ending) -> Settlement {
        match (
            row.audience,
            backoff::pause(row.attempts + 1, self.jitter()),
        ) {
            (Audience::Staff, Some(pause)) => {
                Settlement::UncertainAgain(ending, self.now() + pause)
            }
            (Audience::Staff | Audience::Partner, _) => Settlement::Uncertain(ending),
        }
    }

    /// Commits the settlement, and tries for as long as the lease may hold.
    async fn settle(&self, lease: Lease, verdict: Verdict) {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(50);
        loop {
            match self.settle_once(lease, &verdict).await {
                Ok(Guarded::Done) => return,
                Ok(Guarded::Stale) => return self.note_stale(lease),
                Err(error) if begun.elapsed() > self.parts.options.lease => {
                    // The row stays `attempting` and is found when its lease ends.
                    return tracing::error!(notice = %lease.id, %error, "a message cannot be settled");
                }
                Err(error) => {
                    tracing::warn!(notice = %lease.id, %error, "a settlement waits for the database");
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(5));
                }
            }
        }
    }

    async fn settle_once(&self, lease: Lease, verdict: &Verdict) -> Result<Guarded, Error> {
        let (now, name) = (self.now(), self.parts.relay.clone());
        match verdict {
            Verdict::Settle(settlement) => {
                let settlement = settlement.clone();
                let works = matches!(settlement, Settlement::Sent(_))
                    && self.relay_failing.load(Ordering::Relaxed);
                let job = move |db: &mut _| {
                    let resumed = works && relay_resume(db, &name)?;
                    Ok::<_, Error>((outbox_settle(db, &lease, &settlement, now)?, resumed))
                };
                let (guarded, resumed) = self.parts.database.write(job).await?;
                if resumed {
                    tracing::info!("the mail relay works again");
                }
                Ok(guarded)
            }
            Verdict::Pause(fault) => {
                let reason = fault.reason();
                let job = move |db: &mut _| {
                    let since = relay_find(db, &name)?.and_then(|relay| relay.since);
                    let failing = since.map_or(chrono::Duration::zero(), |since| now - since);
                    let until = now + backoff::relay_pause(failing);
                    let first = relay_pause(db, &name, until, &reason, now)?;
                    let guarded = outbox_settle(db, &lease, &Settlement::Released, now)?;
                    Ok::<_, Error>((guarded, first))
                };
                let (guarded, first) = self.parts.database.write(job).await?;
                if first {
                    self.alarms.fetch_add(1, Ordering::Relaxed);
                    let reason = fault.reason();
                    tracing::error!(reason, "the mail relay fails; messages wait until it works");
                }
                Ok(guarded)
            }
        }
    }

    fn note_stale(&self, lease: Lease) {
        self.stale.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(notice = %lease.id, "a lease was lost; nothing was changed");
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
            let leases = running.leases();
            let job = move |db: &mut _| outbox_release(db, &leases);
            if let Err(error) = self.parts.database.write::<_, Error>(job).await {
                tracing::warn!(%error, "claims cannot be given back; they end by themselves");
            }
        }
        self.parts.transport.close().await;
    }
}

/// What follows from an attempt.
enum Verdict {
    Settle(Settlement),
    Pause(Fault),
}

fn ending_of(fault: &Fault) -> Ending {
    Ending {
        reason: fault.reason(),
        ..ending(fault.phase.code(), fault.code, fault.detail.clone())
    }
}

fn ending(phase: &str, reply_code: Option<u16>, detail: String) -> Ending {
    Ending {
        phase: phase.to_owned(),
        reply_code,
        detail,
        reason: phase.to_owned(),
    }
}
