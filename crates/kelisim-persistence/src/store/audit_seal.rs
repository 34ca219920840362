//! Sealing: entries and events of cases get the next numbers of their region, and are chained.
//!
//! What is not sealed yet is found by looking for entries without a seal, along their ids, which begin with the time.
//! Never by "newer than the last that was seen": a transaction may commit after one that began later (R24).
//! Several workers may seal: the head of a region belongs to one transaction at a time, and a number or an entry that is
//! taken is refused by the table.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use kelisim_domain::audit::{AuditEntry, Hash, Head, canonical};
use kelisim_domain::id::RegionId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::faults::{Defect, Failpoints};
use crate::row::audit::{EntryFound, EventFound, SealRow, Source};
use crate::schema::{audit_entry, audit_seal, case_event};
use crate::types::{Uid, Word};
use crate::writes::Writes;

/// An entry that waits for its seal.
#[derive(Debug, Clone)]
pub struct Unsealed {
    source: Source,
    /// The entry.
    pub entry: AuditEntry,
}

/// A part of the log that was looked through.
#[derive(Debug)]
pub struct Scan {
    /// What had no seal, in the order of the ids.
    pub unsealed: Vec<Unsealed>,
    /// The id behind which the next part begins; none when this was the last.
    pub next: Option<Uuid>,
}

/// The first id of an instant: no entry of that instant or of a later one has a smaller id.
pub fn first_id(at: DateTime<Utc>) -> Uuid {
    let milliseconds = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&milliseconds.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

/// The rows of a table that have no seal, between two ids. The bounds stand in the inner question too, so that no plan
/// walks through all seals for it.
macro_rules! without_seal {
    ($table:ident, $row:ty, $connection:expr, $region:expr, $after:expr, $upto:expr, $most:expr) => {
        $table::table
            .filter($table::region_id.eq($region))
            .filter($table::id.gt($after))
            .filter($table::id.le($upto))
            .filter(not(exists(
                audit_seal::table
                    .filter(audit_seal::region_id.eq($region))
                    .filter(audit_seal::entry_id.gt($after))
                    .filter(audit_seal::entry_id.le($upto))
                    .filter(audit_seal::entry_id.eq($table::id)),
            )))
            .order($table::id)
            .limit($most)
            .select(<$row>::as_select())
            .load($connection)
    };
}

/// The id that lies a number of rows behind another.
macro_rules! id_behind {
    ($table:ident, $connection:expr, $region:expr, $after:expr, $rows:expr) => {
        $table::table
            .filter($table::region_id.eq($region))
            .filter($table::id.gt($after))
            .order($table::id)
            .offset($rows)
            .limit(1)
            .select($table::id)
            .first::<Uid>($connection)
            .optional()
    };
}

/// Looks through some `rows` of the log behind an id, and gives at most `most` entries that have no seal.
///
/// # Errors
/// Those of the database; [`Error::Broken`] for an entry that cannot be read.
pub fn audit_scan(
    db: &mut Db,
    region: RegionId,
    after: Uuid,
    rows: i64,
    most: i64,
) -> Result<Scan, Error> {
    let (region, after) = (Uid::from(region), Uid(after));
    let (entry, event): (Option<Uid>, Option<Uid>) = both!(db, connection => (
        id_behind!(audit_entry, connection, region, after, rows)?,
        id_behind!(case_event, connection, region, after, rows)?,
    ));
    let end = entry.into_iter().chain(event).min_by_key(|id| id.0);
    let upto = end.unwrap_or(Uid(Uuid::max()));
    let (entries, events): (Vec<EntryFound>, Vec<EventFound>) = both!(db, connection => (
        without_seal!(audit_entry, EntryFound, connection, region, after, upto, most)?,
        without_seal!(case_event, EventFound, connection, region, after, upto, most)?,
    ));
    let mut unsealed = Vec::with_capacity(entries.len() + events.len());
    for row in entries {
        unsealed.push(Unsealed {
            source: Source::Entry,
            entry: row.try_into()?,
        });
    }
    for row in events {
        unsealed.push(Unsealed {
            source: Source::Event,
            entry: row.try_into()?,
        });
    }
    unsealed.sort_by_key(|one| one.entry.id);
    let room = usize::try_from(most).unwrap_or(usize::MAX);
    if unsealed.len() < room {
        let next = end.map(|id| id.0);
        return Ok(Scan { unsealed, next });
    }
    unsealed.truncate(room);
    let next = unsealed.last().map(|one| one.entry.id.0);
    Ok(Scan { unsealed, next })
}

/// The end of a region's chain.
///
/// # Errors
/// Those of the database.
pub fn audit_head(db: &mut Db, region: RegionId) -> Result<Head, Error> {
    let last: Option<(i64, Vec<u8>)> = audit_seal::table
        .filter(audit_seal::region_id.eq(Uid::from(region)))
        .order(audit_seal::seq.desc())
        .limit(1)
        .select((audit_seal::seq, audit_seal::hash))
        .first(db)
        .optional()?;
    last.map_or(Ok(Head::EMPTY), |(seq, hash)| {
        let hash = hash_of(hash)?;
        Ok(Head { seq, hash })
    })
}

pub(crate) fn hash_of(bytes: Vec<u8>) -> Result<Hash, Error> {
    let broken = |_| Error::broken("audit seal", "a hash has 32 bytes");
    bytes.try_into().map_err(broken)
}

/// An entry with the hash that its seal will cover: entries do not change, so this can be made ahead of the transaction.
#[derive(Debug, Clone)]
pub struct Prepared {
    leaf: Hash,
    row: SealRow,
}

impl Unsealed {
    /// The entry with its hash.
    pub fn prepared(self, faults: &Failpoints) -> Prepared {
        let entry = self.entry;
        Prepared {
            leaf: leaf_of(&entry, faults),
            row: SealRow {
                region_id: entry.region.into(),
                seq: 0,
                entry_id: entry.id.into(),
                source: Word(self.source),
                actor_id: entry.actor.map(Uid::from),
                action: entry.action.into_owned(),
                object_kind: entry.object_kind.into_owned(),
                object_id: entry.object_id,
                prev_hash: Vec::new(),
                hash: Vec::new(),
            },
        }
    }
}

/// The hash that a seal covers.
pub(crate) fn leaf_of(entry: &AuditEntry, faults: &Failpoints) -> Hash {
    if faults.has(Defect::IgnoreReason) {
        return canonical::leaf(&AuditEntry {
            reason: None,
            ..entry.clone()
        });
    }
    canonical::leaf(entry)
}

/// Seals entries of one region, in their order, behind those that are sealed already; gives how many.
///
/// An entry that another worker has sealed meanwhile is passed over.
///
/// # Errors
/// [`Error::Conflict`] when another transaction was faster in spite of all: nothing was sealed, and the next look seals.
pub fn audit_seal_add(
    db: &mut Db,
    region: RegionId,
    prepared: Vec<Prepared>,
) -> Result<usize, Error> {
    lock(db, region)?;
    let ids: Vec<Uid> = prepared.iter().map(|one| one.row.entry_id).collect();
    let done: Vec<Uid> = audit_seal::table
        .filter(audit_seal::region_id.eq(Uid::from(region)))
        .filter(audit_seal::entry_id.eq_any(ids))
        .select(audit_seal::entry_id)
        .load(db)?;
    let mut head = audit_head(db, region)?;
    let mut rows = Vec::with_capacity(prepared.len());
    for Prepared { leaf, row } in prepared {
        if done.contains(&row.entry_id) {
            continue;
        }
        let next = head.then(&leaf);
        rows.push(SealRow {
            seq: next.seq,
            prev_hash: head.hash.to_vec(),
            hash: next.hash.to_vec(),
            ..row
        });
        head = next;
    }
    let sealed = rows.len();
    insert(db, rows)?;
    Ok(sealed)
}

/// One statement on PostgreSQL, a prepared one for each row on SQLite (ADR 0020).
fn insert(db: &mut Db, rows: Vec<SealRow>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    if let Db::Postgres(connection) = db {
        diesel::insert_into(audit_seal::table)
            .values(rows)
            .execute(connection)?;
        return Ok(());
    }
    let mut writes = Writes::default();
    for row in rows {
        writes.add(
            diesel::insert_into(audit_seal::table).values(row),
            Error::conflict("audit_seal.seq"),
        );
    }
    writes.store(db)
}

/// The head of a region belongs to this transaction until it ends; on SQLite there is one writer anyway.
fn lock(db: &mut Db, region: RegionId) -> Result<(), Error> {
    let Db::Postgres(connection) = db else {
        return Ok(());
    };
    let hash = Sha256::new()
        .chain_update("audit_seal")
        .chain_update(region.0.as_bytes())
        .finalize();
    let mut number = [0; 8];
    number.copy_from_slice(&hash[..8]);
    diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
        .bind::<BigInt, _>(i64::from_be_bytes(number))
        .execute(connection)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{SeededEntropy, new_id};

    #[test]
    fn r24_no_id_of_an_instant_is_smaller_than_its_first() {
        let at = DateTime::from_timestamp_millis(1_795_305_600_123).unwrap();
        let entropy = SeededEntropy::new(1);
        let before = new_id(at - chrono::TimeDelta::milliseconds(1), &entropy);
        assert!(before < first_id(at) && first_id(at) < new_id(at, &entropy));
    }
}
