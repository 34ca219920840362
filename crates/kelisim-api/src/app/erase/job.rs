//! The job that erases what was confirmed: batch by batch, and on after a kill.
//!
//! It stops where the list of erasures cannot be written: what the list does not name, a restore would bring back. A case
//! that cannot be erased is left out, noted and told, and the others go on; it is tried again with the erasure.

use super::super::{App, AppError};
use kelisim_domain::{
    audit::AuditEntry,
    erasure::{ErasureReason, Trouble},
    id::{AccountId, AuditId, CaseId, EventId},
};
use kelisim_persistence::{
    Db, Error as StoreError, Patience, SystemPart,
    erasure_list::{Erased, ErasureList},
    store::{
        audit::audit_insert,
        erase::{Erasing, case_erase},
        erasure::{
            Erasure, cases_erased, erasing_alone, erasure_case_done, erasure_case_left,
            erasure_find, erasure_finish, erasure_left, is_any_erased,
        },
    },
    wipe::overwriting,
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// Cases of one transaction.
const BATCH: i64 = 50;
/// How often a batch is tried again when a case has changed meanwhile: one at odds with itself says so every time.
const TRIES_OF_A_CASE: u32 = 3;

/// How far an erasure has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driven {
    /// The erasure, as it is now.
    pub erasure: Erasure,
    /// The cases that could not be erased, with the reason: words for the log and for whoever runs the system.
    pub left: BTreeMap<CaseId, String>,
}

/// What ended a batch, and at which case.
struct Stopped {
    case: Option<CaseId>,
    error: StoreError,
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Stopped { case: None, error }
    }
}

impl Stopped {
    /// The case that cannot be erased, and what keeps it; none when something is wrong with the house.
    fn at_a_case(&self) -> Option<(CaseId, Trouble)> {
        let trouble = match self.error {
            StoreError::NotFound | StoreError::Erased => Trouble::NoKey,
            StoreError::Conflict { .. } | StoreError::Missing { .. } => Trouble::AtOdds,
            StoreError::Key { .. } | StoreError::Broken { .. } => Trouble::Damaged,
            _ => return None,
        };
        self.case.map(|case| (case, trouble))
    }

    fn passes(&self, tries: u32) -> bool {
        match self.error {
            StoreError::Busy => true,
            StoreError::Conflict { .. } => tries < TRIES_OF_A_CASE,
            _ => false,
        }
    }
}

/// Looks whether the list can be written and names every case that the database has erased.
///
/// # Errors
/// [`StoreError::Backup`] with what is wrong; those of the database.
pub(super) fn look_at_list(db: &mut Db, list: &ErasureList) -> Result<(), StoreError> {
    list.holds(&cases_erased(db)?)
}

/// Erases what is left of a confirmed erasure, batch by batch; `goes_on` is told how many went, and may stop it.
///
/// # Errors
/// As the database; the list of erasures cannot be written, or is not the one of this database.
pub fn drive(
    app: &Arc<App>,
    list: &ErasureList,
    erasure: &Erasure,
    mut goes_on: impl FnMut(u64) -> bool,
) -> Result<Driven, AppError> {
    let database = app.database.as_system(SystemPart::Erasure);
    let of_house = list.clone();
    database.read_blocking(move |db| look_at_list(db, &of_house))?;
    let mut left = BTreeMap::new();
    loop {
        let without: Vec<CaseId> = left.keys().copied().collect();
        let went = match patiently(app, list, erasure, &without) {
            Ok((_, true)) => break,
            Ok((went, false)) => went,
            Err(stopped) => {
                let found = stopped.at_a_case();
                let (case, trouble) = found.ok_or_else(|| AppError::from(stopped.error.clone()))?;
                tracing::error!(erasure = %erasure.id, %case, error = %stopped.error,
                    "a case cannot be erased; the others go on");
                note(app, erasure, case, trouble)?;
                left.insert(case, stopped.error.to_string());
                0
            }
        };
        if !goes_on(went) {
            break;
        }
    }
    let (region, id) = (erasure.region, erasure.id);
    let erasure = database.read_blocking(move |db| erasure_find(db, region, id))?;
    Ok(Driven { erasure, left })
}

fn patiently(
    app: &Arc<App>,
    list: &ErasureList,
    erasure: &Erasure,
    without: &[CaseId],
) -> Result<(u64, bool), Stopped> {
    let database = app.database.as_system(SystemPart::Erasure);
    let attempt = || {
        let (house, list, of) = (Arc::clone(app), list.clone(), erasure.clone());
        let without = without.to_vec();
        database
            .write_blocking(move |db| overwriting(db, |db| batch(db, &house, &list, &of, &without)))
    };
    Patience::BUSY.with(attempt, |done, tries| match done {
        Err(stopped) => stopped.passes(tries),
        Ok(_) => false,
    })
}

/// Notes what keeps a case, where whoever confirmed the erasure reads it. The batch in which it was met is undone.
fn note(app: &App, of: &Erasure, case: CaseId, trouble: Trouble) -> Result<(), AppError> {
    let (database, at) = (app.database.as_system(SystemPart::Erasure), app.clock.now());
    let attempt = || {
        let of = of.clone();
        database.write_blocking(move |db| erasure_case_left(db, &of, case, trouble, at))
    };
    let noted = Patience::BUSY.with(attempt, |noted, _| matches!(noted, Err(StoreError::Busy)));
    Ok(noted?)
}

/// One transaction: how many went, and whether nothing is left but what was left out.
fn batch(
    db: &mut Db,
    app: &App,
    list: &ErasureList,
    of: &Erasure,
    without: &[CaseId],
) -> Result<(u64, bool), Stopped> {
    erasing_alone(db)?;
    let now = app.clock.now();
    let cases = erasure_left(db, of, without, BATCH)?;
    if cases.is_empty() {
        if without.is_empty() {
            finish(db, app, of)?;
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
    let is_begun = is_any_erased(db)?;
    list.add(&lines, is_begun)?;
    for case in &cases {
        erase(db, app, of, *case).map_err(|error| Stopped {
            case: Some(*case),
            error,
        })?;
    }
    Ok((cases.len() as u64, false))
}

/// Whoever sees first that nothing is left ends it, and enters that.
fn finish(db: &mut Db, app: &App, of: &Erasure) -> Result<(), StoreError> {
    let now = app.clock.now();
    let left = erasure_find(db, of.region, of.id)?;
    match erasure_finish(db, &left, now)? {
        true => audit(db, app, of, ("erasure.end", "erasure", of.id.0)),
        false => Ok(()),
    }
}

fn erase(db: &mut Db, app: &App, of: &Erasure, case: CaseId) -> Result<(), StoreError> {
    let now = app.clock.now();
    let erasing = Erasing {
        case,
        event: app.new_id::<EventId>(now),
        actor: of.confirmed_by.unwrap_or(AccountId(Uuid::nil())),
        reason: "erased".to_owned(),
        at: now,
    };
    let went = case_erase(db, of.region, erasing)?;
    erasure_case_done(db, of, case, now)?;
    // A case of two erasures goes once.
    match went {
        true => audit(db, app, of, ("case.erase", "case", case.0)),
        false => Ok(()),
    }
}

fn audit(
    db: &mut Db,
    app: &App,
    of: &Erasure,
    (action, kind, id): (&'static str, &'static str, Uuid),
) -> Result<(), StoreError> {
    let now = app.clock.now();
    // A sentence from before there were codes stands where it was entered, and is not entered again.
    let is_code = |reason: &&str| reason.parse::<ErasureReason>().is_ok();
    let code = of.reason.as_deref().filter(is_code);
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
        reason: code.map(str::to_owned),
    };
    audit_insert(db, &entry)
}
