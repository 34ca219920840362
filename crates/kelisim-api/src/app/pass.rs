//! Passes over running cases: they move to another version, go back, or get their deadlines worked out anew.
//!
//! A pass is begun in the transaction of the act that asks for it, and driven afterwards, batch by batch, by whoever is
//! there: the command that began it, or a server that finds it left. Each case is decided again in its batch.
//! A process that is killed leaves a pass at the last batch that was committed, and the next driver goes on there.

use super::{
    App, AppError, Tx,
    publish::note,
    published::{self, law_now},
    rehearse::{self, Planned, whole_map},
};
use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::{
    audit::AuditEntry,
    case::{Case, Event, EventData},
    code::WorkflowKey,
    id::{AccountId, CaseId, PassId, RegionId, RehearsalId},
    law::Law,
    policy::{RegisterAct::Publish, Role},
    publish::{PassKind, PublishKind, PublishRefusal},
    refusal::Refusal,
    workflow::{self, Mover, NotUndone, StepMap},
};
use kelisim_persistence::{
    Db, Error as StoreError,
    store::{
        audit::audit_insert,
        case_pass::{
            Left, Over, Pass, Passing, left_insert, pass_find, pass_insert, pass_last, pass_next,
            pass_running, pass_step, passing_change, passing_histories, passing_read,
        },
        publication::retired_list,
        timer::ARMED_AT_ONCE,
    },
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use uuid::Uuid;

/// Cases of one transaction: few enough that a request beside it hardly waits.
const BATCH: i64 = 500;
/// After so long without a batch a pass was left by whoever drove it.
pub const LEFT_AFTER: TimeDelta = TimeDelta::seconds(10);
/// How often a batch is tried again when the database is busy, and how long it is waited between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

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
    let mut tries = 0;
    loop {
        match batch(app, region, id) {
            Ok(pass) => {
                let goes_on = say(&pass);
                if pass.finished_at.is_some() || waits(&pass, app.clock.now()) || !goes_on {
                    return Ok(pass);
                }
                tries = 0;
            }
            // Somebody else drives it too, or the database has much to do: look again how it stands.
            Err(AppError::Busy | AppError::Unavailable | AppError::Stale) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Conflicts that mean that somebody else was faster.
const FASTER: [&str; 5] = [
    "case_pass.batch",
    "cases.version",
    "case_event.case_id_seq",
    ARMED_AT_ONCE[0],
    ARMED_AT_ONCE[1],
];

/// The next batch of a pass; gives the pass as it stands then.
fn batch(app: &Arc<App>, region: RegionId, id: PassId) -> Result<Pass, AppError> {
    let (pass, ids) = app.database.read_blocking(move |db| {
        let pass = pass_find(db, region, id)?;
        let ids = match pass.finished_at {
            None => pass_next(db, &pass, over(&pass), BATCH)?,
            Some(_) => Vec::new(),
        };
        Ok::<_, StoreError>((pass, ids))
    })?;
    if pass.finished_at.is_some() || waits(&pass, app.clock.now()) {
        return Ok(pass);
    }
    let app = Arc::clone(app);
    let database = app.database.clone();
    let done = database.write_blocking(move |db| {
        let now = app.clock.now();
        match ids.last() {
            Some(last) => change(&app, db, &pass, &ids, *last, now),
            None => end(&app, db, pass, now),
        }
    });
    done.map_err(|failure: Failure| failure.0)
}

/// What rolls a batch back.
struct Failure(AppError);

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Failure(match error {
            StoreError::Conflict { what } if FASTER.contains(&what.as_str()) => AppError::Stale,
            error => error.into(),
        })
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Failure(error)
    }
}

fn over(pass: &Pass) -> Over<'_> {
    let (key, version) = (pass.key.as_str(), pass.version);
    match pass.kind {
        PassKind::Move => Over::Below { key, version },
        PassKind::Undo => Over::On { key, version },
        PassKind::Recount => Over::All,
    }
}

/// What becomes of a case.
enum Fate {
    /// It is changed.
    Changed(Box<EventData>),
    /// It stays, and is listed.
    Left(Left),
    /// It has nothing to do with the pass any more.
    Passed,
}

fn change(
    app: &App,
    db: &mut Db,
    pass: &Pass,
    ids: &[CaseId],
    last: CaseId,
    now: DateTime<Utc>,
) -> Result<Pass, Failure> {
    let region = pass.region;
    let law = law_now(db, region)?;
    let cases = passing_read(db, region, ids)?;
    let fates = match pass.kind {
        PassKind::Move => moved(app, db, pass, &law, &cases, now)?,
        PassKind::Undo => undone(db, pass, &cases)?,
        PassKind::Recount => recounted(app, db, pass, &law, &cases)?,
    };
    let mut after = Pass {
        batch: pass.batch + 1,
        cursor: Some(last),
        touched_at: now,
        ..pass.clone()
    };
    let mut left = Vec::new();
    for (before, fate) in cases.iter().zip(fates) {
        match fate {
            Fate::Changed(data) => {
                let event = event(pass, &before.case, *data, now);
                passing_change(db, before, &event, app.new_id(now), None)?;
                after.changed += 1;
            }
            Fate::Left(one) => left.push(one),
            Fate::Passed => {}
        }
    }
    left_insert(db, pass, &left)?;
    after.refused += i32::try_from(left.len()).unwrap_or(i32::MAX);
    pass_step(db, &after)?;
    Ok(after)
}

fn event(pass: &Pass, case: &Case, data: EventData, now: DateTime<Utc>) -> Event {
    Event {
        case: case.id,
        seq: case.version + 1,
        at: now,
        actor: pass.actor.unwrap_or(AccountId(Uuid::nil())),
        grant: pass.grant,
        data,
    }
}

fn moved(
    app: &App,
    db: &mut Db,
    pass: &Pass,
    law: &Law,
    cases: &[Passing],
    now: DateTime<Utc>,
) -> Result<Vec<Fate>, AppError> {
    let key = WorkflowKey::from_stored(pass.key.clone());
    let new = published::definition(app, db, pass.region, &key, pass.version)?;
    let mover = Mover::new(&new, &pass.steps, law);
    let fate = |passing: &Passing| {
        let case = &passing.case;
        if case.workflow_version >= pass.version {
            return Fate::Passed;
        }
        match mover.migrate(case, now) {
            Ok(data) => Fate::Changed(Box::new(data)),
            Err(kelisim_domain::workflow::CannotGo::Closed) => Fate::Passed,
            Err(why) => {
                let (step, about) = why.about();
                Fate::Left(left(case, why.code(), step, about))
            }
        }
    };
    Ok(cases.iter().map(fate).collect())
}

fn left(case: &Case, code: &str, step: String, about: String) -> Left {
    Left {
        case: case.id,
        number: String::new(),
        code: code.to_owned(),
        step,
        about,
    }
}

fn undone(db: &mut Db, pass: &Pass, cases: &[Passing]) -> Result<Vec<Fate>, AppError> {
    let ids: Vec<CaseId> = cases.iter().map(|passing| passing.case.id).collect();
    let mut histories: BTreeMap<CaseId, Vec<Event>> = BTreeMap::new();
    for event in passing_histories(db, pass.region, &ids)? {
        histories.entry(event.case).or_default().push(event);
    }
    let fate = |passing: &Passing| {
        let case = &passing.case;
        let history = histories.get(&case.id).map_or(&[][..], Vec::as_slice);
        if case.workflow_version != pass.version {
            return Fate::Passed;
        }
        match workflow::undo(history, pass.version) {
            Ok(data) => Fate::Changed(Box::new(data)),
            Err(NotUndone::NotMoved) => Fate::Passed,
            Err(why) => {
                let step = case.step.to_string();
                Fate::Left(left(case, why.code(), step, String::new()))
            }
        }
    };
    Ok(cases.iter().map(fate).collect())
}

fn recounted(
    app: &App,
    db: &mut Db,
    pass: &Pass,
    law: &Law,
    cases: &[Passing],
) -> Result<Vec<Fate>, AppError> {
    let mut fates = Vec::new();
    for passing in cases {
        let case = &passing.case;
        let version = case.workflow_version;
        let definition = published::definition(app, db, pass.region, &case.workflow, version)?;
        let (facts, timers) = workflow::recount(&definition, case, law);
        fates.push(match facts.is_empty() && timers.is_empty() {
            true => Fate::Passed,
            false => Fate::Changed(Box::new(EventData::TimersMoved {
                reason: pass.reason.clone(),
                facts,
                timers,
            })),
        });
    }
    Ok(fates)
}

/// Whether a pass waits before it looks for the second time.
///
/// Other processes learn of new days off within two seconds. What they changed until then, by the days off that they
/// knew, is committed when ten have passed, and then it is counted again.
fn waits(pass: &Pass, now: DateTime<Utc>) -> bool {
    let is_between = pass.kind == PassKind::Recount && pass.round > 1 && pass.cursor.is_none();
    is_between && now < pass.touched_at + LEFT_AFTER
}

/// Nothing is left behind the cursor: a move looks once more from the beginning, for a case that another process filed
/// on the old version a moment ago, and so do deadlines, for what another process counted; everything else is over.
fn end(app: &App, db: &mut Db, pass: Pass, now: DateTime<Utc>) -> Result<Pass, Failure> {
    let looks_again = match pass.kind {
        PassKind::Move => pass.cursor.is_some(),
        PassKind::Recount => pass.round == 1,
        PassKind::Undo => false,
    };
    let after = Pass {
        batch: pass.batch + 1,
        cursor: None,
        touched_at: now,
        finished_at: (!looks_again).then_some(now),
        round: pass.round + i32::from(looks_again),
        ..pass
    };
    pass_step(db, &after)?;
    if after.finished_at.is_some() {
        let entry = AuditEntry {
            id: app.new_id(now),
            region: after.region,
            at: now,
            actor: after.actor,
            action: "pass.end".into(),
            object_kind: "pass".into(),
            object_id: after.id.to_string(),
            before: None,
            after: Some(json!({"changed": after.changed, "refused": after.refused})),
            reason: Some(after.reason.clone()),
        };
        audit_insert(db, &entry)?;
    }
    Ok(after)
}
