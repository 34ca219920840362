//! Erasing by retention (R20): how long data are kept is set, what is due is looked at, the coordinator confirms exactly that,
//! and then a job destroys the keys, case by case.
//!
//! The look stores which cases it found; nothing else is ever erased by it. The job goes on after a kill, and stops where the
//! list of erasures cannot be written: what the list does not name, a restore would bring back.

use super::{
    App, AppError, Tx,
    case::access,
    register::{Change, record},
};
use chrono::NaiveDate;
use kelisim_domain::{
    audit::AuditEntry,
    case::Stage,
    id::{AccountId, AuditId, CaseId, ErasureId, EventId, RegionId},
    policy::RegisterAct::Erase,
    refusal::Refusal,
    retention::{DataKind, ErasureRefusal, closed_before, may_confirm},
};
use kelisim_persistence::{
    Db, Error as StoreError, SystemPart,
    erasure_list::{Erased, ErasureList},
    store::{
        access::See,
        audit::audit_insert,
        erase::{Erasing, case_erase},
        erasure::{
            Erasure, Retention, cases_due, erasure_case_done, erasure_confirm, erasure_find,
            erasure_finish, erasure_insert, erasure_left, retention_of, retention_set,
        },
    },
};
use serde_json::{Map, Value, json};
use std::{sync::Arc, thread, time::Duration};
use uuid::Uuid;

/// Cases of one look: few enough that a person can read what they confirm. What is left is due the next time.
pub const LOOK_MOST: i64 = 5_000;
/// Cases of one transaction.
const BATCH: i64 = 50;
/// How often a batch is tried again when the database is busy, and how long it is waited between.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

fn refused(refusal: ErasureRefusal) -> AppError {
    AppError::refused(vec![Refusal::Erasure(refusal)])
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Sets how long the content of closed cases is kept.
///
/// # Errors
/// Not permitted; stale when somebody else has set it meanwhile.
pub fn set(
    tx: &mut Tx<'_>,
    before: &Retention,
    months: Option<i32>,
    reason: String,
) -> Result<Retention, AppError> {
    tx.allow(Erase)?;
    let (region, by) = (tx.region(), tx.actor.by_name());
    let after = match retention_set(tx.db, region, before, months, (by, tx.now)) {
        Err(StoreError::Conflict { .. }) => return Err(AppError::Stale),
        other => other?,
    };
    let change = Change {
        action: "retention.set",
        kind: "retention",
        id: before.kind.code().to_owned(),
        before: Some(fields(json!({"months": before.months}))),
        after: fields(json!({"months": months})),
        reason: Some(reason),
    };
    record(tx, change)?;
    Ok(after)
}

/// Looks at what would be erased, and puts that on record: all that is due, or one closed case that is named.
///
/// # Errors
/// Nothing is due or no time is set; the named case is open, or the caller does not see it.
pub fn look(tx: &mut Tx<'_>, named: Option<CaseId>) -> Result<Erasure, AppError> {
    tx.allow(Erase)?;
    let (months, before, found) = match named {
        Some(id) => (None, None, vec![named_case(tx, id)?]),
        None => {
            let (months, before, found) = due(tx)?;
            (Some(months), Some(before), found)
        }
    };
    let new = Erasure {
        region: tx.region(),
        id: tx.new_id::<ErasureId>(),
        months,
        closed_before: before,
        cases: i32::try_from(found.len()).unwrap_or(i32::MAX),
        version: 1,
        at: tx.now,
        actor: tx.actor.by_name(),
        confirmed_at: None,
        confirmed_by: None,
        reason: None,
        finished_at: None,
    };
    erasure_insert(tx.db, &new, &found)?;
    note(
        tx,
        &new,
        "erasure.look",
        json!({"cases": new.cases, "months": new.months}),
        None,
    )?;
    Ok(new)
}

fn due(tx: &mut Tx<'_>) -> Result<(i32, NaiveDate, Vec<CaseId>), AppError> {
    let region = tx.region();
    let kept = retention_of(tx.db, region, DataKind::Case)?;
    let months = kept.months.ok_or_else(|| refused(ErasureRefusal::IsKept))?;
    let before = closed_before(tx.today(), months);
    let found = cases_due(tx.db, region, tx.zone().start_of(before), LOOK_MOST)?;
    match found.is_empty() {
        true => Err(refused(ErasureRefusal::NothingDue)),
        false => Ok((months, before, found)),
    }
}

/// A closed case that somebody has the right to see forgotten before its time.
fn named_case(tx: &mut Tx<'_>, id: CaseId) -> Result<CaseId, AppError> {
    let authorized = access::<See>(tx, id)?;
    if authorized.case().stage != Stage::Closed {
        return Err(refused(ErasureRefusal::CaseIsOpen));
    }
    match authorized.data_key(&tx.app.vault) {
        Err(StoreError::Erased) => Err(refused(ErasureRefusal::NothingDue)),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(id),
    }
}

/// Confirms an erasure that was looked at: the job may begin.
///
/// # Errors
/// It was confirmed, looked at too long ago, or another time has been set since; stale when somebody else was faster.
pub fn confirm(tx: &mut Tx<'_>, before: &Erasure, reason: &str) -> Result<Erasure, AppError> {
    tx.allow(Erase)?;
    let (region, by, now) = (tx.region(), tx.actor.by_name(), tx.now);
    let kept = retention_of(tx.db, region, DataKind::Case)?;
    may_confirm(before.looked(), kept.months, now).map_err(refused)?;
    let after = match erasure_confirm(tx.db, before, by, reason, now) {
        Err(StoreError::Conflict { .. }) => return Err(AppError::Stale),
        other => other?,
    };
    let cases = json!({"cases": after.cases});
    note(
        tx,
        &after,
        "erasure.confirm",
        cases,
        Some(reason.to_owned()),
    )?;
    Ok(after)
}

fn note(
    tx: &mut Tx<'_>,
    erasure: &Erasure,
    action: &'static str,
    after: Value,
    reason: Option<String>,
) -> Result<(), AppError> {
    let change = Change {
        action,
        kind: "erasure",
        id: erasure.id.to_string(),
        before: None,
        after: fields(after),
        reason,
    };
    record(tx, change)
}

/// Erases what is left of a confirmed erasure, batch by batch; `goes_on` is told how many went, and may stop it.
///
/// # Errors
/// As the database; the list of erasures cannot be written.
pub fn drive(
    app: &Arc<App>,
    list: &ErasureList,
    erasure: &Erasure,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Result<Erasure, AppError> {
    loop {
        let (went, is_over) = patiently(app, list, erasure)?;
        if is_over || !goes_on(went) {
            let (region, id) = (erasure.region, erasure.id);
            let database = app.database.as_system(SystemPart::Erasure);
            return Ok(database.read_blocking(move |db| erasure_find(db, region, id))?);
        }
    }
}

fn patiently(
    app: &Arc<App>,
    list: &ErasureList,
    erasure: &Erasure,
) -> Result<(u64, bool), AppError> {
    let mut tries = 0;
    loop {
        let (house, list, of) = (Arc::clone(app), list.clone(), erasure.clone());
        let done = app
            .database
            .as_system(SystemPart::Erasure)
            .write_blocking(move |db| batch(db, &house, &list, &of));
        match done {
            Err(StoreError::Busy | StoreError::Conflict { .. }) if tries < TRIES => {
                tries += 1;
                thread::sleep(PAUSE);
            }
            other => return Ok(other?),
        }
    }
}

/// One transaction: how many went, and whether that was the last of them.
fn batch(
    db: &mut Db,
    app: &App,
    list: &ErasureList,
    of: &Erasure,
) -> Result<(u64, bool), StoreError> {
    let now = app.clock.now();
    let cases = erasure_left(db, of, BATCH)?;
    if cases.is_empty() {
        if erasure_find(db, of.region, of.id)?.finished_at.is_none() {
            let left = erasure_find(db, of.region, of.id)?;
            erasure_finish(db, &left, now)?;
            audit(db, app, of, ("erasure.end", "erasure", of.id.0))?;
        }
        return Ok((0, true));
    }
    let lines: Vec<Erased> = cases
        .iter()
        .map(|case| Erased {
            region: of.region.0,
            case: case.0,
            at: now,
        })
        .collect();
    list.add(&lines)?;
    for case in &cases {
        let erasing = Erasing {
            case: *case,
            event: app.new_id::<EventId>(now),
            actor: of.confirmed_by.unwrap_or(AccountId(Uuid::nil())),
            reason: "erased".to_owned(),
            at: now,
        };
        case_erase(db, of.region, erasing)?;
        erasure_case_done(db, of, *case, now)?;
        audit(db, app, of, ("case.erase", "case", case.0))?;
    }
    Ok((cases.len() as u64, false))
}

fn audit(
    db: &mut Db,
    app: &App,
    of: &Erasure,
    (action, kind, id): (&'static str, &'static str, Uuid),
) -> Result<(), StoreError> {
    let now = app.clock.now();
    let entry = AuditEntry {
        id: app.new_id::<AuditId>(now),
        region: of.region,
        at: now,
        actor: of.confirmed_by,
        action: action.into(),
        object_kind: kind.into(),
        object_id: id.to_string(),
        before: None,
        after: Some(json!({"erasure": of.id})),
        reason: of.reason.clone(),
    };
    audit_insert(db, &entry)
}

/// An erasure of the caller's region.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx<'_>, id: ErasureId) -> Result<Erasure, AppError> {
    let region: RegionId = tx.region();
    Ok(erasure_find(tx.db, region, id)?)
}
