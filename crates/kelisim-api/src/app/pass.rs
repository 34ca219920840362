//! Passes over running cases: they move to another version, go back, or get their deadlines worked out anew.
//!
//! A pass is begun in the transaction of the act that asks for it, and driven afterwards, batch by batch, by whoever is
//! there: the command that began it, or a server that finds it left. Each case is decided again in its batch.
//! A process that is killed leaves a pass at the last batch that was committed, and the next driver goes on there.
//!
//! A case about which something is broken is left out and listed, as one is that cannot go; the others go on.

mod batch;

use super::{
    App, AppError, Tx,
    publish::note,
    rehearse::{self, Planned, whole_map},
};
use batch::{Undone, batch, waits};
use chrono::TimeDelta;
use kelisim_domain::{
    code::WorkflowKey,
    id::{PassId, RegionId, RehearsalId},
    policy::{RegisterAct::Publish, Role},
    publish::{PassKind, PublishKind, PublishRefusal},
    refusal::Refusal,
    workflow::StepMap,
};
use kelisim_persistence::store::{
    case_pass::{Pass, pass_insert, pass_last, pass_running, pass_step},
    publication::retired_list,
};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// After so long without a batch a pass was left by whoever drove it.
pub const LEFT_AFTER: TimeDelta = TimeDelta::seconds(10);
/// How often a batch is tried again when the database is busy, and how long it is waited between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// What passes have met in this process, for metrics.
#[derive(Debug, Default)]
pub struct Met {
    broken: AtomicU64,
    stopped: AtomicU64,
}

impl Met {
    /// Cases that were left out because something about them is broken.
    pub fn broken(&self) -> u64 {
        self.broken.load(Ordering::Relaxed)
    }

    /// Times at which a pass could not go on.
    pub fn stopped(&self) -> u64 {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Counts that a pass could not go on.
    pub fn stop(&self) {
        self.stopped.fetch_add(1, Ordering::Relaxed);
    }

    fn leave_out(&self, cases: usize) {
        let cases = u64::try_from(cases).unwrap_or(u64::MAX);
        self.broken.fetch_add(cases, Ordering::Relaxed);
    }
}

fn refused(refusal: PublishRefusal) -> AppError {
    AppError::refused(vec![Refusal::Publish(refusal)])
}

/// Begins to move the running cases of a workflow to a version of it, or finds the move that was begun.
///
/// # Errors
/// Another pass over the workflow runs, the move that was begun has another map, the version is retired, or nobody has
/// rehearsed the move.
pub fn begin_move(tx: &mut Tx<'_>, planned: Planned<'_>, reason: &str) -> Result<Pass, AppError> {
    tx.allow(Publish)?;
    let region = tx.region();
    let Planned { new, text, written } = planned;
    let (key, version) = (new.key.as_str(), new.version);
    if let Some(running) = pass_running(tx.db, region, key)? {
        if running.kind != PassKind::Move || running.version != version {
            return Err(refused(PublishRefusal::PassRuns));
        }
        let fits = |(from, to)| running.steps.get(from) == Some(to);
        return match written.pairs().all(fits) {
            true => Ok(running),
            false => Err(refused(PublishRefusal::OtherMap)),
        };
    }
    // A move that was begun before goes on; nothing new follows a version from then on.
    let retired = retired_list(tx.db, region, PublishKind::Workflow)?;
    if retired.contains(&(key.to_owned(), version)) {
        return Err(refused(PublishRefusal::IsRetired));
    }
    let steps = whole_map(tx.app, tx.db, region, new, written)?;
    let begun = Begun {
        rehearsal: rehearse::ask(tx, version, text, &steps)?,
        steps,
        ..Begun::of(PassKind::Move, key, version)
    };
    begin(tx, begun, reason)
}

/// Begins to take the last move of a workflow back; one that still runs ends first.
///
/// # Errors
/// No case was ever moved, or another pass runs.
pub fn begin_undo(tx: &mut Tx<'_>, key: &WorkflowKey, reason: &str) -> Result<Pass, AppError> {
    tx.allow(Publish)?;
    let region = tx.region();
    match pass_running(tx.db, region, key.as_str())? {
        Some(undo) if undo.kind == PassKind::Undo => return Ok(undo),
        Some(moving) => {
            let ended = Pass {
                batch: moving.batch + 1,
                finished_at: Some(tx.now),
                ..moving
            };
            pass_step(tx.db, &ended)?;
        }
        None => {}
    }
    let moved = pass_last(tx.db, region, key.as_str(), PassKind::Move)?;
    let moved = moved.ok_or_else(|| refused(PublishRefusal::NothingToUndo))?;
    begin(
        tx,
        Begun::of(PassKind::Undo, key.as_str(), moved.version),
        reason,
    )
}

/// Begins to work out the deadlines of all running cases anew, after days off were published or retired.
///
/// # Errors
/// Such a pass runs.
pub fn begin_recount(tx: &mut Tx<'_>, version: i32, reason: &str) -> Result<Pass, AppError> {
    tx.allow(Publish)?;
    let (region, key) = (tx.region(), PublishKind::Holidays.code());
    if let Some(running) = pass_running(tx.db, region, key)? {
        // It begins again, with all days off that are published by now.
        let ended = Pass {
            batch: running.batch + 1,
            finished_at: Some(tx.now),
            ..running
        };
        pass_step(tx.db, &ended)?;
    }
    begin(tx, Begun::of(PassKind::Recount, key, version), reason)
}

/// What a pass is about.
struct Begun<'a> {
    kind: PassKind,
    key: &'a str,
    version: i32,
    steps: StepMap,
    /// Of a move: the rehearsal that it applies.
    rehearsal: Option<RehearsalId>,
}

impl<'a> Begun<'a> {
    fn of(kind: PassKind, key: &'a str, version: i32) -> Self {
        Begun {
            kind,
            key,
            version,
            steps: StepMap::default(),
            rehearsal: None,
        }
    }
}

fn begin(tx: &mut Tx<'_>, begun: Begun<'_>, reason: &str) -> Result<Pass, AppError> {
    let of_coordinator =
        |grant: &&kelisim_domain::policy::Grant| grant.standing.role() == Role::Coordinator;
    let grant = tx.actor.grants.iter().find(of_coordinator);
    let pass = Pass {
        region: tx.region(),
        id: tx.new_id(),
        kind: begun.kind,
        key: begun.key.to_owned(),
        version: begun.version,
        steps: begun.steps,
        batch: 0,
        cursor: None,
        changed: 0,
        refused: 0,
        actor: tx.actor.by_name(),
        grant: grant
            .map(|grant| grant.id)
            .filter(|grant| !grant.0.is_nil()),
        reason: reason.to_owned(),
        started_at: tx.now,
        // Nobody drives it yet, so any server may begin.
        touched_at: tx.now - LEFT_AFTER,
        finished_at: None,
        round: 1,
    };
    pass_insert(tx.db, &pass)?;
    let form = json!({
        "kind": pass.kind.code(), "key": pass.key, "version": pass.version, "steps": pass.steps,
        "rehearsal": begun.rehearsal,
    });
    note(tx, "pass.begin", "pass", pass.id.to_string(), form, reason)?;
    Ok(pass)
}

/// Drives a pass to its end, and says after each batch how it stands; no for an answer leaves it there, to be driven on
/// later. A pass that waits for its second look is left too: a server drives it on when its time has come.
///
/// For a thread of its own, such as those of `spawn_blocking`: it waits for the database, five seconds at the longest.
///
/// # Errors
/// As the store, when the database stays busy or away; the pass can be driven on later.
pub fn drive(
    app: &Arc<App>,
    region: RegionId,
    id: PassId,
    mut say: impl FnMut(&Pass) -> bool,
) -> Result<Pass, AppError> {
    let (mut tries, mut looks_closely) = (0, false);
    loop {
        match batch(app, region, id, looks_closely) {
            Ok(pass) => {
                let goes_on = say(&pass);
                if pass.finished_at.is_some() || waits(&pass, app.clock.now()) || !goes_on {
                    return Ok(pass);
                }
                (tries, looks_closely) = (0, false);
            }
            // Somebody else drives it too, or the database has much to do: look again how it stands.
            Err(undone) if undone.may_pass() && tries < TRIES => {
                tries += 1;
                looks_closely = matches!(undone, Undone::Conflict { .. });
                std::thread::sleep(PAUSE);
            }
            Err(undone) => return Err(undone.into()),
        }
    }
}
