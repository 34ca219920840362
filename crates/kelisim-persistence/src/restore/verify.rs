//! Whether what was loaded is what was saved: rows, references, histories, numbers, keys.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use kelisim_domain::case::CaseNumber;
use kelisim_domain::id::{CaseId, DataKeyId, RegionId};

use super::load::rows_of;
use crate::backup::Summary;
use crate::connection::Db;
use crate::error::Error;
use crate::faults::Failpoints;
use crate::schema::{case_counter, cases, data_key, office};
use crate::store::audit_anchor::audit_anchor_list;
use crate::store::audit_verify::{Asked, audit_verify_within};
use crate::store::case_event::{Recorded, chain_verify, list_of};
use crate::store::region::region_list;
use crate::types::Uid;
use crate::vault::Vault;

/// Cases or keys that are held in memory at once.
const PAGE: i64 = 500;

/// Every table has the rows that the backup counted.
pub(super) fn rows(db: &mut Db, summary: &Summary) -> Result<(), Error> {
    for (table, said) in &summary.rows {
        let found = rows_of(db, table)?.unsigned_abs();
        if found != *said {
            return Err(Error::backup(format!(
                "the table {table} has {found} rows and should have {said}; take an older backup"
            )));
        }
    }
    Ok(())
}

/// The database finds nothing wrong with itself; PostgreSQL has checked every row as it came.
pub(super) fn database(db: &mut Db) -> Result<(), Error> {
    if let Db::Postgres(_) = db {
        return Ok(());
    }
    #[derive(diesel::QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = "SELECT count(*) AS count FROM pragma_foreign_key_check";
    let dangling = diesel::sql_query(query).get_result::<Found>(db)?.count;
    if dangling > 0 {
        return Err(Error::backup(format!(
            "{dangling} rows refer to one that the backup does not hold; take an older backup"
        )));
    }
    let found: String = diesel::dsl::sql::<Text>("PRAGMA integrity_check").get_result(db)?;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(Error::backup(format!(
            "the disk under the new database fails: {found}; restore onto another one"
        ))),
    }
}

/// Every case has its whole history, each event chained to the one before; gives the events.
pub(super) fn histories(db: &mut Db) -> Result<u64, Error> {
    let mut events = 0;
    let mut after = (Uid(uuid::Uuid::nil()), Uid(uuid::Uuid::nil()));
    loop {
        let page: Vec<(Uid, Uid, Vec<u8>)> = cases::table
            .filter(
                cases::region_id
                    .gt(after.0)
                    .or(cases::region_id.eq(after.0).and(cases::id.gt(after.1))),
            )
            .order((cases::region_id, cases::id))
            .limit(PAGE)
            .select((cases::region_id, cases::id, cases::head_hash))
            .load(db)?;
        let Some(last) = page.last() else {
            return Ok(events);
        };
        after = (last.0, last.1);
        for part in page.chunk_by(|one, other| one.0 == other.0) {
            let region = RegionId::from(part[0].0);
            let ids: Vec<CaseId> = part.iter().map(|row| row.1.into()).collect();
            let history = list_of(db, region, &ids)?;
            let mut histories = history
                .chunk_by(|one, other| one.event.case == other.event.case)
                .peekable();
            for (_, id, head) in part {
                let case = CaseId::from(*id);
                let of_case = histories.next_if(|history| history[0].event.case == case);
                fits(region, case, of_case.unwrap_or_default(), head)?;
                events += of_case.unwrap_or_default().len() as u64;
            }
        }
    }
}

fn fits(region: RegionId, case: CaseId, history: &[Recorded], head: &[u8]) -> Result<(), Error> {
    let ends_right = history.last().is_some_and(|last| last.hash == head);
    match chain_verify(region, history) {
        Ok(()) if ends_right => Ok(()),
        _ => Err(Error::backup(format!(
            "the history of case {case} does not verify: it was changed in the database before the backup was made; \
             compare with an older backup"
        ))),
    }
}

/// The audit log of every region is as it was sealed, and ends at no anchor that the backup itself remembers; gives the
/// sealed entries.
pub(super) fn audit_log(db: &mut Db, now: DateTime<Utc>) -> Result<u64, Error> {
    let mut sealed = 0;
    for region in region_list(db)? {
        let anchors = audit_anchor_list(db, region.id)?;
        let asked = Asked {
            region: region.id,
            anchors: &anchors,
            now,
            faults: Failpoints::NONE,
        };
        let verified = audit_verify_within(db, &asked)?;
        if let Some(damage) = verified.damage {
            return Err(Error::backup(format!(
                "the audit log of {} does not verify: {damage}; it was changed in the database before the backup was made; \
                 compare with an older backup",
                region.code
            )));
        }
        sealed += verified.head.seq.unsigned_abs();
    }
    Ok(sealed)
}

/// The numbers of every office and year run from 1 to its counter without a gap (D22).
pub(super) fn numbers(db: &mut Db) -> Result<(), Error> {
    let mut found: BTreeMap<(Uid, String, i32), (i32, i32)> = BTreeMap::new();
    let numbers: Vec<(Uid, String)> = cases::table
        .select((cases::region_id, cases::number))
        .load(db)?;
    for (region, text) in numbers {
        let number: CaseNumber = text
            .parse()
            .map_err(|error| Error::broken("case number", error))?;
        let key = (region, number.office.to_string(), number.year);
        let (count, last) = found.entry(key).or_default();
        *count += 1;
        *last = number.serial.max(*last);
    }
    let counters: Vec<(Uid, String, i32, i32)> = case_counter::table
        .inner_join(
            office::table.on(office::region_id
                .eq(case_counter::region_id)
                .and(office::id.eq(case_counter::office_id))),
        )
        .select((
            case_counter::region_id,
            office::code,
            case_counter::year,
            case_counter::last,
        ))
        .load(db)?;
    for (region, office, year, last) in counters {
        let place = format!("{office}/{year}");
        if found.remove(&(region, office, year)) != Some((last, last)) {
            return Err(gap(&place));
        }
    }
    match found.first_key_value() {
        Some(((_, office, year), _)) => Err(gap(&format!("{office}/{year}"))),
        None => Ok(()),
    }
}

fn gap(place: &str) -> Error {
    Error::backup(format!(
        "the case numbers of {place} have a gap: cases are missing from the backup; take an older backup"
    ))
}

/// The master key opens every data key that was not destroyed; gives their number.
pub(super) fn keys(db: &mut Db, vault: &Vault) -> Result<u64, Error> {
    let mut opened = 0;
    let mut after = (Uid(uuid::Uuid::nil()), Uid(uuid::Uuid::nil()));
    loop {
        let page: Vec<(Uid, Uid)> = data_key::table
            .filter(
                data_key::region_id.gt(after.0).or(data_key::region_id
                    .eq(after.0)
                    .and(data_key::id.gt(after.1))),
            )
            .order((data_key::region_id, data_key::id))
            .limit(PAGE)
            .select((data_key::region_id, data_key::id))
            .load(db)?;
        let Some(last) = page.last() else {
            return Ok(opened);
        };
        after = *last;
        for part in page.chunk_by(|one, other| one.0 == other.0) {
            let ids: Vec<DataKeyId> = part.iter().map(|row| row.1.into()).collect();
            opened += vault.key_open_all(db, part[0].0.into(), &ids)?.len() as u64;
        }
    }
}
