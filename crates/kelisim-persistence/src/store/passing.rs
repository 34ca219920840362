//! Cases that are changed without their content, as passes over running cases do it.
//!
//! The ciphertext and its key are not touched, and an erased case goes too.
//! A case that cannot be read is named by its id, so that whoever goes over many leaves it out and goes on.
//! Absent on purpose: anything confidential in what these functions show.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::max;
use diesel::prelude::*;
use kelisim_domain::{
    calendar::Zone,
    case::{Case, Event, evolve},
    id::{CaseId, EventId, RegionId},
};
use uuid::Uuid;

use crate::connection::{Db, Locked};
use crate::error::Error;
use crate::row::case::CaseRow;
use crate::schema::{case_event, cases, timer};
use crate::store::case_event::{self as history, Entry};
use crate::store::region::region_find;
use crate::store::timer as rows;
use crate::types::{Json, Uid, Word};
use crate::writes::Writes;

/// A case that a pass may change, read in the transaction of the change.
#[derive(Debug)]
pub struct Passing {
    /// The open facts.
    pub case: Case,
    region: RegionId,
    zone: Zone,
    head: Vec<u8>,
}

/// Reads cases and keeps others from changing them until the transaction ends; in the order of their ids, so that two
/// who do this do not wait for each other.
///
/// # Errors
/// [`Error::Broken`] when a row is not what this program writes.
pub fn passing_read(db: &mut Db, region: RegionId, ids: &[CaseId]) -> Result<Vec<Passing>, Error> {
    let ids: Vec<Uid> = ids.iter().map(|id| Uid::from(*id)).collect();
    let query = cases::table
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::id.eq_any(ids))
        .order(cases::id)
        .select(CaseRow::as_select());
    let rows: Vec<CaseRow> = Locked(query).load(db)?;
    let zone = region_find(db, region)?.zone;
    let read = |row: CaseRow| {
        Ok(Passing {
            case: row.case()?,
            region,
            zone,
            head: row.head_hash,
        })
    };
    rows.into_iter().map(read).collect()
}

/// What was read of some cases.
#[derive(Debug)]
pub struct Readable<T> {
    /// What could be read.
    pub found: Vec<T>,
    /// The cases of which something is not what this program writes.
    pub broken: Vec<CaseId>,
}

/// As [`passing_read`], with those left out that cannot be read: one of them does not keep the others.
///
/// # Errors
/// Those of the database.
pub fn passing_readable(
    db: &mut Db,
    region: RegionId,
    ids: &[CaseId],
) -> Result<Readable<Passing>, Error> {
    readable(ids, |some| passing_read(db, region, some))
}

/// Reads together, and where something is broken, case by case.
///
/// What the database itself refuses on PostgreSQL ends the transaction, so nothing is called broken on its account.
fn readable<T>(
    ids: &[CaseId],
    mut read: impl FnMut(&[CaseId]) -> Result<Vec<T>, Error>,
) -> Result<Readable<T>, Error> {
    let mut all = Readable {
        found: Vec::new(),
        broken: Vec::new(),
    };
    match read(ids) {
        Err(Error::Broken { .. }) => {}
        together => {
            all.found = together?;
            return Ok(all);
        }
    }
    for id in ids {
        match read(std::slice::from_ref(id)) {
            Ok(some) => all.found.extend(some),
            Err(Error::Broken { .. }) => all.broken.push(*id),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// The histories of cases that were read here, by case and each oldest first, those left out that cannot be read.
///
/// # Errors
/// Those of the database.
pub fn passing_histories(
    db: &mut Db,
    region: RegionId,
    ids: &[CaseId],
) -> Result<Readable<Event>, Error> {
    readable(ids, |some| {
        let recorded = history::list_of(db, region, some)?;
        Ok(recorded.into_iter().map(|one| one.event).collect())
    })
}

/// Those of some cases whose own word is not that of their other rows: another number of events, or other timers that
/// run. No event of such a case can be stored.
///
/// For whoever was told of a conflict: it costs a look at the rows of every case.
///
/// # Errors
/// Those of the database.
pub fn passing_at_odds(db: &mut Db, passing: &[Passing]) -> Result<Vec<CaseId>, Error> {
    let Some(first) = passing.first() else {
        return Ok(Vec::new());
    };
    let region = Uid::from(first.region);
    let ids: Vec<Uid> = passing.iter().map(|one| Uid::from(one.case.id)).collect();
    let rows: Vec<(Uid, String)> = timer::table
        .filter(timer::region_id.eq(region))
        .filter(timer::case_id.eq_any(ids.clone()))
        .filter(timer::state.eq("armed"))
        .select((timer::case_id, timer::name))
        .load(db)?;
    let mut armed: BTreeMap<CaseId, BTreeSet<String>> = BTreeMap::new();
    for (case, name) in rows {
        armed.entry(case.into()).or_default().insert(name);
    }
    let last: Vec<(Uid, Option<i32>)> = case_event::table
        .filter(case_event::region_id.eq(region))
        .filter(case_event::case_id.eq_any(ids))
        .group_by(case_event::case_id)
        .select((case_event::case_id, max(case_event::seq)))
        .load(db)?;
    let last = last
        .into_iter()
        .map(|(case, seq)| (CaseId::from(case), seq));
    let last: BTreeMap<CaseId, Option<i32>> = last.collect();
    let is_at_odds = |case: &&Case| {
        let timers = case.course.timers.iter();
        let runs = timers.filter(|(_, one)| !one.fired);
        let runs: BTreeSet<String> = runs.map(|(name, _)| name.to_string()).collect();
        let seq = last.get(&case.id).copied().flatten();
        seq != Some(case.version) || armed.get(&case.id).cloned().unwrap_or_default() != runs
    };
    let cases = passing.iter().map(|one| &one.case);
    Ok(cases.filter(is_at_odds).map(|case| case.id).collect())
}

/// Changes a case by an event that touches neither its stage nor its content: step, version, course and timers.
///
/// `claim` is the lease of the worker that lets a timer fire.
///
/// # Errors
/// [`Error::Conflict`] when the case has changed since it was read, or the lease was lost.
pub fn passing_change(
    db: &mut Db,
    before: &Passing,
    event: &Event,
    id: EventId,
    claim: Option<Uuid>,
) -> Result<Case, Error> {
    let (region, zone) = (before.region, before.zone);
    let entry = Entry {
        region,
        id,
        event,
        secret: None,
    };
    let hash = entry.hash(&before.head);
    let after = evolve(before.case.clone(), event);
    let mut writes = Writes::default();
    let row = cases::table
        .filter(cases::region_id.eq(Uid::from(region)))
        .filter(cases::id.eq(Uid::from(after.id)))
        .filter(cases::version.eq(before.case.version));
    // The stage stays, so the indexes of the lists are not written.
    let set = (
        cases::version.eq(after.version),
        cases::step.eq(after.step.to_string()),
        cases::class.eq(Word(after.class)),
        cases::workflow_version.eq(after.workflow_version),
        cases::course.eq(Json(after.course.clone())),
        cases::head_hash.eq(hash.to_vec()),
    );
    writes.add(
        diesel::update(row).set(set),
        Error::conflict("cases.version"),
    );
    history::add(&mut writes, entry, &before.head, &hash);
    rows::change(&mut writes, region, zone, Some(&before.case), event, claim);
    writes.store(db)?;
    Ok(after)
}
