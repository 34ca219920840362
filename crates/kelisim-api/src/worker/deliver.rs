//! One delivery of the worker: prepare, send, judge, settle.

use std::{
    sync::{Arc, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use kelisim_persistence::{
    Error, Point,
    store::{
        delivery::{lease_now, outbox_mark_attempting, outbox_settle},
        outbox::{Audience, Ending, Guarded, Lease, Message as Row, Settlement},
        relay::{relay_find, relay_pause, relay_resume},
    },
};
use tokio::time::sleep;

use super::{backoff, outbox::Inner};
use crate::mail::{
    prepare::{Prepared, prepare},
    transport::{Fault, Letter, Outcome, Phase},
};

/// How many conversations the relay bears, learnt when it refused one more.
pub(super) struct Ceiling {
    most: usize,
    until: Instant,
}

/// How long a ceiling is believed.
const CEILING: Duration = Duration::from_secs(60);

/// The step before every step of sending.
const PREPARE: &str = "prepare";

impl Inner {
    pub(super) async fn deliver(self: Arc<Self>, lease: Lease, row: Row) {
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
                self.later(&row, ending(PREPARE, None, String::new()))
            }
        };
        self.settle(lease, settlement).await;
    }

    async fn prepare(&self, lease: Lease, row: &Row) -> Result<Prepared, Error> {
        let (vault, post) = (self.parts.vault.clone(), self.parts.post.clone());
        let (row, now) = (row.clone(), self.now());
        let faults = self.parts.faults.clone();
        faults.at(Point::BeforePrepare)?;
        let job = move |db: &mut _| prepare(db, &vault, &post, &lease, &row, (now, &faults));
        let prepared = self.parts.database.write(job).await?;
        self.parts.faults.at(Point::AfterPrepare)?;
        Ok(prepared)
    }

    /// Commits `attempting`; without that, nothing of the content leaves.
    async fn begin(&self, lease: Lease) -> bool {
        match self.mark_attempting(lease).await {
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

    async fn mark_attempting(&self, lease: Lease) -> Result<Guarded, Error> {
        let (given, faults) = (self.parts.clock.for_leases(), self.parts.faults.clone());
        faults.at(Point::BeforeAttempting)?;
        let job = move |db: &mut _| {
            let now = lease_now(db, given)?;
            outbox_mark_attempting(db, &lease, now, &faults)
        };
        let guarded = self.parts.database.write(job).await?;
        self.parts.faults.at(Point::AfterAttempting)?;
        Ok(guarded)
    }

    fn judge(&self, row: &Row, outcome: Outcome) -> Verdict {
        match outcome {
            Outcome::Sent(reply) => Verdict::Settle(Settlement::Sent(Ending {
                phase: "sent".to_owned(),
                reply_code: reply.code,
                detail: reply.text,
                reason: String::new(),
            })),
            Outcome::RelayFault(fault) if self.is_crowded(&fault) => {
                Verdict::Settle(Settlement::Released(None))
            }
            Outcome::RelayFault(fault) => Verdict::Pause(fault),
            Outcome::Transient(fault) => self.later(row, ending_of(&fault)),
            Outcome::Permanent(fault) => Verdict::Settle(Settlement::Failed(ending_of(&fault))),
            Outcome::Uncertain(fault) => Verdict::Settle(self.uncertain(row, ending_of(&fault))),
            // Nothing of the content has left, whatever the row says.
            Outcome::Withheld => Verdict::Settle(Settlement::Released(None)),
        }
    }

    /// Whether the relay only refuses one conversation more: "too many" is said before anything
    /// else, for now, and while others go on. Then fewer are led for a while, and nothing pauses.
    fn is_crowded(&self, fault: &Fault) -> bool {
        let others = self.under_way.load(Ordering::Relaxed).saturating_sub(1);
        let refused = fault.phase <= Phase::Ehlo && matches!(fault.code, Some(400..=499));
        if !refused || others == 0 {
            return false;
        }
        let mut ceiling = self.ceiling.lock().unwrap_or_else(PoisonError::into_inner);
        *ceiling = Some(Ceiling {
            most: others,
            until: Instant::now() + CEILING,
        });
        true
    }

    /// Conversations to lead at once.
    pub(super) fn most(&self) -> usize {
        let most = self.parts.options.most;
        let mut ceiling = self.ceiling.lock().unwrap_or_else(PoisonError::into_inner);
        match &*ceiling {
            Some(known) if known.until > Instant::now() => most.min(known.most),
            _ => {
                *ceiling = None;
                most
            }
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
        let faults = self.parts.faults.clone();
        faults.at(Point::BeforeSettle)?;
        let guarded = match verdict {
            Verdict::Settle(settlement) => {
                let settlement = settlement.clone();
                let works = reached(&settlement) && self.relay_failing.load(Ordering::Relaxed);
                let job = move |db: &mut _| {
                    let resumed = works && relay_resume(db, &name)?;
                    Ok::<_, Error>((
                        outbox_settle(db, &lease, &settlement, now, &faults)?,
                        resumed,
                    ))
                };
                let (guarded, resumed) = self.parts.database.write(job).await?;
                if resumed {
                    tracing::info!("the mail relay works again");
                }
                guarded
            }
            Verdict::Pause(fault) => {
                let reason = fault.reason();
                let job = move |db: &mut _| {
                    let since = relay_find(db, &name)?.and_then(|relay| relay.since);
                    let failing = since.map_or(chrono::Duration::zero(), |since| now - since);
                    let until = now + backoff::relay_pause(failing);
                    let first = relay_pause(db, &name, until, &reason, now)?;
                    let released = Settlement::Released(Some(reason));
                    let guarded = outbox_settle(db, &lease, &released, now, &faults)?;
                    Ok::<_, Error>((guarded, first))
                };
                let (guarded, first) = self.parts.database.write(job).await?;
                if first {
                    self.alarms.fetch_add(1, Ordering::Relaxed);
                    let reason = fault.reason();
                    tracing::error!(reason, "the mail relay fails; messages wait until it works");
                }
                guarded
            }
        };
        self.parts.faults.at(Point::AfterSettle)?;
        Ok(guarded)
    }

    fn note_stale(&self, lease: Lease) {
        self.stale.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(notice = %lease.id, "a lease was lost; nothing was changed");
    }
}

/// What follows from an attempt.
enum Verdict {
    Settle(Settlement),
    Pause(Fault),
}

/// Whether the relay let us name the letter: then it works, whatever became of the letter.
fn reached(settlement: &Settlement) -> bool {
    match settlement {
        Settlement::Sent(ending)
        | Settlement::Again(ending, _)
        | Settlement::Failed(ending)
        | Settlement::Uncertain(ending)
        | Settlement::UncertainAgain(ending, _) => ending.phase != PREPARE,
        Settlement::Released(_) | Settlement::Cancelled(_) | Settlement::Held(_) => false,
    }
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
