//! Rehearsals of moves, as they were found: who looked, when, at which text and map, and how many cases of each sort there were.
//!
//! Absent on purpose: a way to change or delete one. A move asks for the last one of its fingerprint.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, RegionId, RehearsalId};
use kelisim_domain::workflow::StepMap;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::rehearsal;
use crate::types::{Json, Ts, Uid};

/// A rehearsal on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// Its id.
    pub id: RehearsalId,
    /// The workflow.
    pub key: String,
    /// The version to which cases would move.
    pub version: i32,
    /// The digest of the text and of the whole map.
    pub fingerprint: [u8; 32],
    /// The whole map.
    pub steps: StepMap,
    /// How often a profile or days off had been published or retired.
    pub law_edition: i32,
    /// Running cases on an older version.
    pub running: i32,
    /// Those that would move with the deadlines that they have.
    pub as_they_are: i32,
    /// Those that would move and get other deadlines.
    pub with_deadlines: i32,
    /// Those that could not go.
    pub cannot_go: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; nobody for a command without a name.
    pub actor: Option<AccountId>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = rehearsal)]
struct RehearsalRow {
    region_id: Uid,
    id: Uid,
    key: String,
    version: i32,
    fingerprint: Vec<u8>,
    steps: Json<StepMap>,
    law_edition: i32,
    running: i32,
    as_they_are: i32,
    with_deadlines: i32,
    cannot_go: i32,
    at: Ts,
    actor_id: Option<Uid>,
}

/// Puts a rehearsal on record.
///
/// # Errors
/// Those of the database.
pub fn rehearsal_insert(db: &mut Db, region: RegionId, new: &Rehearsed) -> Result<(), Error> {
    let row = RehearsalRow {
        region_id: region.into(),
        id: new.id.into(),
        key: new.key.clone(),
        version: new.version,
        fingerprint: new.fingerprint.to_vec(),
        steps: Json(new.steps.clone()),
        law_edition: new.law_edition,
        running: new.running,
        as_they_are: new.as_they_are,
        with_deadlines: new.with_deadlines,
        cannot_go: new.cannot_go,
        at: new.at.into(),
        actor_id: new.actor.map(Uid::from),
    };
    diesel::insert_into(rehearsal::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The last rehearsal of exactly a text and a map, if there was one.
///
/// # Errors
/// [`Error::Broken`] when a row is not what this program writes.
pub fn rehearsal_last(
    db: &mut Db,
    region: RegionId,
    fingerprint: &[u8; 32],
) -> Result<Option<Rehearsed>, Error> {
    let row: Option<RehearsalRow> = rehearsal::table
        .filter(rehearsal::region_id.eq(Uid::from(region)))
        .filter(rehearsal::fingerprint.eq(fingerprint.to_vec()))
        // The edition only grows, and says more than a clock that may have been set back.
        .order((
            rehearsal::law_edition.desc(),
            rehearsal::at.desc(),
            rehearsal::id.desc(),
        ))
        .select(RehearsalRow::as_select())
        .first(db)
        .optional()?;
    row.map(rehearsed).transpose()
}

fn rehearsed(row: RehearsalRow) -> Result<Rehearsed, Error> {
    let fingerprint = row.fingerprint.try_into();
    let fingerprint =
        fingerprint.map_err(|_| Error::broken("rehearsal", "a fingerprint of another length"))?;
    Ok(Rehearsed {
        id: row.id.into(),
        key: row.key,
        version: row.version,
        fingerprint,
        steps: row.steps.0,
        law_edition: row.law_edition,
        running: row.running,
        as_they_are: row.as_they_are,
        with_deadlines: row.with_deadlines,
        cannot_go: row.cannot_go,
        at: row.at.into(),
        actor: row.actor_id.map(Into::into),
    })
}
