//! Erasing by retention (R20): how long data are kept is set, what is due is looked at, the coordinator confirms exactly that,
//! and then a job destroys the keys, case by case.
//!
//! The look stores which cases it found; nothing else is ever erased by it. Without a list of erasures nothing is confirmed,
//! so that no confirmation waits for a job that can never begin; the job itself is in `job.rs`.

mod job;

pub use job::{Driven, drive};

use super::{
    AppError, Tx,
    case::access,
    register::{Change, record},
};
use chrono::NaiveDate;
use kelisim_domain::{
    case::Stage,
    erasure::ErasureWhy,
    id::{CaseId, ErasureId, RegionId},
    policy::RegisterAct::Erase,
    refusal::Refusal,
    retention::{DataKind, ErasureRefusal, closed_before, may_confirm},
};
use kelisim_persistence::{
    Error as StoreError,
    store::{
        access::See,
        erasure::{
            Erasure, Retention, cases_due, erasure_confirm, erasure_find, erasure_insert,
            retention_of, retention_set,
        },
    },
};
use serde_json::{Map, Value, json};

/// Cases of one look: few enough that a person can read what they confirm. What is left is due the next time.
pub const LOOK_MOST: i64 = 5_000;

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
        letter: None,
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
/// It was confirmed, looked at too long ago, or another time has been set since; there is no list of erasures; the reason is none
/// for such an erasure; stale when somebody else was faster.
pub fn confirm(tx: &mut Tx<'_>, before: &Erasure, why: &ErasureWhy) -> Result<Erasure, AppError> {
    tx.allow(Erase)?;
    let (region, by, now) = (tx.region(), tx.actor.by_name(), tx.now);
    let kept = retention_of(tx.db, region, DataKind::Case)?;
    may_confirm(before.looked(), kept.months, now).map_err(refused)?;
    look_at_list(tx)?;
    let fits = why.reason.fitting(before.months.is_none());
    fits.map_err(|kind| AppError::invalid("/reason", kind))?;
    let after = match erasure_confirm(tx.db, before, by, why, now) {
        Err(StoreError::Conflict { .. }) => return Err(AppError::Stale),
        other => other?,
    };
    let about = json!({"cases": after.cases, "letter": after.letter});
    note(tx, &after, "erasure.confirm", about, after.reason.clone())?;
    Ok(after)
}

/// Nothing is confirmed that the job could not begin.
fn look_at_list(tx: &mut Tx<'_>) -> Result<(), AppError> {
    let no_list = || refused(ErasureRefusal::NoList);
    let list = tx.app.erasures.as_ref().ok_or_else(no_list)?;
    match job::look_at_list(tx.db, list) {
        Err(error @ StoreError::Backup { .. }) => {
            tracing::error!(%error, "an erasure cannot be confirmed");
            Err(no_list())
        }
        other => Ok(other?),
    }
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

/// An erasure of the caller's region.
///
/// # Errors
/// Not found.
pub fn find(tx: &mut Tx<'_>, id: ErasureId) -> Result<Erasure, AppError> {
    let region: RegionId = tx.region();
    Ok(erasure_find(tx.db, region, id)?)
}
