//! One batch of a pass: the cases of one transaction, what becomes of each, and the step of the pass behind them.

use super::LEFT_AFTER;
use crate::app::{
    App, AppError,
    published::{self, law_now},
};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    audit::AuditEntry,
    case::{Case, Event, EventData},
    code::WorkflowKey,
    id::{AccountId, CaseId, PassId, RegionId},
    law::Law,
    publish::PassKind,
    workflow::{self, Broken, Mover, NotUndone},
};
use kelisim_persistence::{
    Db, Error as StoreError, SystemPart,
    store::{
        audit::audit_insert,
        case_pass::{Left, Over, Pass, left_insert, pass_find, pass_next, pass_step},
        passing::{Passing, passing_at_odds, passing_change, passing_histories, passing_readable},
    },
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Cases of one transaction: few enough that a request beside it hardly waits.
const BATCH: i64 = 500;

/// Why a batch was rolled back.
pub(super) enum Undone {
    /// Rows stand against it: somebody was faster, or those of a case are at odds with it.
    Conflict {
        /// The table and the columns.
        what: String,
    },
    /// Anything else.
    Error(AppError),
}

impl Undone {
    /// Whether the same may succeed when it is tried again.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Undone::Conflict { .. } => true,
            Undone::Error(error) => matches!(
                error,
                AppError::Busy | AppError::Unavailable | AppError::Stale
            ),
        }
    }
}

impl From<StoreError> for Undone {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict { what } if what == "case_pass.batch" => {
                Undone::Error(AppError::Stale)
            }
            StoreError::Conflict { what } => Undone::Conflict { what },
            error => Undone::Error(error.into()),
        }
    }
}

impl From<AppError> for Undone {
    fn from(error: AppError) -> Self {
        Undone::Error(error)
    }
}

impl From<Undone> for AppError {
    fn from(undone: Undone) -> Self {
        match undone {
            Undone::Conflict { what } => {
                AppError::Internal(format!("a pass meets rows at odds: {what}"))
            }
            Undone::Error(error) => error,
        }
    }
}

/// What a batch came to.
struct Done {
    pass: Pass,
    /// The cases that it left out because something about them is broken.
    broken: Vec<(CaseId, Broken)>,
}

/// The next batch of a pass; gives the pass as it stands then.
///
/// `looks_closely` after a conflict: the rows of each case are held against the case, and those at odds are left out.
pub(super) fn batch(
    app: &Arc<App>,
    region: RegionId,
    id: PassId,
    looks_closely: bool,
) -> Result<Pass, Undone> {
    let database = app.database.as_system(SystemPart::Pass);
    let (pass, ids) = database.read_blocking(move |db| {
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
    let house = Arc::clone(app);
    let done: Done = database.write_blocking(move |db| {
        let now = house.clock.now();
        match ids.is_empty() {
            false => change(&house, db, &pass, &ids, looks_closely, now),
            true => end(&house, db, pass, now).map(|pass| Done {
                pass,
                broken: Vec::new(),
            }),
        }
    })?;
    app.passes.leave_out(done.broken.len());
    for (case, what) in &done.broken {
        tracing::error!(
            pass = %id, %case, broken = what.code(),
            "a pass leaves a case out because something about it is broken"
        );
    }
    Ok(done.pass)
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
    /// It is left out, and listed.
    Broken(Broken),
}

fn change(
    app: &App,
    db: &mut Db,
    pass: &Pass,
    ids: &[CaseId],
    looks_closely: bool,
    now: DateTime<Utc>,
) -> Result<Done, Undone> {
    let region = pass.region;
    let law = law_now(db, region)?;
    let read = passing_readable(db, region, ids)?;
    let (mut cases, mut broken) = (read.found, with(read.broken, Broken::Case));
    if looks_closely {
        let at_odds = passing_at_odds(db, &cases)?;
        cases.retain(|passing| !at_odds.contains(&passing.case.id));
        broken.extend(with(at_odds, Broken::Rows));
    }
    let fates = match pass.kind {
        PassKind::Move => moved(app, db, pass, &law, &cases, now)?,
        PassKind::Undo => undone(db, pass, &cases)?,
        PassKind::Recount => recounted(app, db, pass, &law, &cases)?,
    };
    let mut after = Pass {
        batch: pass.batch + 1,
        cursor: ids.last().copied(),
        touched_at: now,
        ..pass.clone()
    };
    let mut stay = Vec::new();
    for (before, fate) in cases.iter().zip(fates) {
        match fate {
            Fate::Changed(data) => {
                let event = event(pass, &before.case, *data, now);
                passing_change(db, before, &event, app.new_id(now), None)?;
                after.changed += 1;
            }
            Fate::Left(one) => stay.push(one),
            Fate::Passed => {}
            Fate::Broken(what) => broken.push((before.case.id, what)),
        }
    }
    let nothing = String::new;
    let listed = broken
        .iter()
        .map(|(case, what)| left(*case, what.code(), nothing(), nothing()));
    stay.extend(listed);
    left_insert(db, pass, &stay)?;
    after.refused += i32::try_from(stay.len()).unwrap_or(i32::MAX);
    pass_step(db, &after)?;
    Ok(Done {
        pass: after,
        broken,
    })
}

fn with(cases: Vec<CaseId>, what: Broken) -> Vec<(CaseId, Broken)> {
    cases.into_iter().map(|case| (case, what)).collect()
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
                Fate::Left(left(case.id, why.code(), step, about))
            }
        }
    };
    Ok(cases.iter().map(fate).collect())
}

fn left(case: CaseId, code: &str, step: String, about: String) -> Left {
    Left {
        case,
        number: String::new(),
        code: code.to_owned(),
        step,
        about,
    }
}

fn undone(db: &mut Db, pass: &Pass, cases: &[Passing]) -> Result<Vec<Fate>, AppError> {
    let ids: Vec<CaseId> = cases.iter().map(|passing| passing.case.id).collect();
    let mut histories: BTreeMap<CaseId, Vec<Event>> = BTreeMap::new();
    let read = passing_histories(db, pass.region, &ids)?;
    for event in read.found {
        histories.entry(event.case).or_default().push(event);
    }
    let fate = |passing: &Passing| {
        let case = &passing.case;
        let history = histories.get(&case.id).map_or(&[][..], Vec::as_slice);
        if case.workflow_version != pass.version {
            return Fate::Passed;
        }
        if read.broken.contains(&case.id) {
            return Fate::Broken(Broken::History);
        }
        match workflow::undo(history, pass.version) {
            Ok(data) => Fate::Changed(Box::new(data)),
            Err(NotUndone::NotMoved) => Fate::Passed,
            Err(why) => {
                let step = case.step.to_string();
                Fate::Left(left(case.id, why.code(), step, String::new()))
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
        let Some(definition) = published::of_case(app, db, pass.region, case)? else {
            fates.push(Fate::Broken(Broken::Workflow));
            continue;
        };
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
pub(super) fn waits(pass: &Pass, now: DateTime<Utc>) -> bool {
    let is_between = pass.kind == PassKind::Recount && pass.round > 1 && pass.cursor.is_none();
    is_between && now < pass.touched_at + LEFT_AFTER
}

/// Nothing is left behind the cursor: a move looks once more from the beginning, for a case that another process filed
/// on the old version a moment ago, and so do deadlines, for what another process counted; everything else is over.
fn end(app: &App, db: &mut Db, pass: Pass, now: DateTime<Utc>) -> Result<Pass, Undone> {
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
