//! The sealed log, as an auditor reads it and as it is exported.
//!
//! Every list walks the seals along one index, so a page costs the same at any length of the log.
//! An entry stands here when it was sealed, some seconds after it was made.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::audit::{AuditEntry, Hash, Link, ORIGIN};
use kelisim_domain::id::{AccountId, AuditId, RegionId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::audit_seal::{first_id, hash_of, leaf_of};
use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::faults::Failpoints;
use crate::row::audit::{EntryFound, EventFound, SealRow, Source};
use crate::schema::{audit_entry, audit_seal, case_event};
use crate::types::{Uid, Word};

/// A seal, with what it names as it is found.
#[derive(Debug, Clone)]
pub struct Found {
    seal: SealRow,
    entry: Option<EntryFound>,
    event: Option<EventFound>,
}

type FoundRow = (SealRow, Option<EntryFound>, Option<EventFound>);

impl From<FoundRow> for Found {
    fn from((seal, entry, event): FoundRow) -> Self {
        Self { seal, entry, event }
    }
}

/// A sealed entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Sealed {
    /// Its number.
    pub seq: i64,
    /// The hash of the seal before.
    pub previous: Hash,
    /// The hash of its seal.
    pub hash: Hash,
    /// The entry.
    pub entry: AuditEntry,
}

impl Found {
    /// Its number in the chain.
    pub fn seq(&self) -> i64 {
        self.seal.seq
    }

    fn apart(self) -> (SealRow, Option<Result<AuditEntry, Error>>) {
        let entry = match self.seal.source.0 {
            Source::Entry => self.entry.map(AuditEntry::try_from),
            Source::Event => self.event.map(AuditEntry::try_from),
        };
        (self.seal, entry)
    }

    /// As a link of the chain. What cannot be read is not what was sealed.
    pub fn link(self, faults: &Failpoints) -> Link {
        let hash = |bytes: &[u8]| <Hash>::try_from(bytes).unwrap_or(ORIGIN);
        let (seal, entry) = self.apart();
        let (leaf, agrees) = match entry {
            None => (None, false),
            Some(Ok(entry)) => (Some(leaf_of(&entry, faults)), seal.agrees(&entry)),
            // A hash that no entry has.
            Some(Err(_)) => (Some(Sha256::digest(b"unreadable").into()), false),
        };
        Link {
            seq: seal.seq,
            entry: seal.entry_id.0.into(),
            previous: hash(&seal.prev_hash),
            hash: hash(&seal.hash),
            leaf,
            agrees,
        }
    }

    /// As a sealed entry.
    ///
    /// # Errors
    /// [`Error::Broken`] when the entry is gone or cannot be read: `verify` says more.
    pub fn sealed(self) -> Result<Sealed, Error> {
        let (seal, entry) = self.apart();
        let seq = seal.seq;
        let missing = || {
            Error::broken(
                "audit log",
                format!("entry {seq} is missing; run `kelisim audit verify`"),
            )
        };
        Ok(Sealed {
            seq,
            previous: hash_of(seal.prev_hash)?,
            hash: hash_of(seal.hash)?,
            entry: entry.ok_or_else(missing)??,
        })
    }
}

/// The seals with what they name: one text for every list.
macro_rules! found {
    () => {
        audit_seal::table
            .left_join(
                audit_entry::table.on(audit_entry::region_id
                    .eq(audit_seal::region_id)
                    .and(audit_entry::id.eq(audit_seal::entry_id))
                    .and(audit_seal::source.eq(Word(Source::Entry)))),
            )
            .left_join(
                case_event::table.on(case_event::region_id
                    .eq(audit_seal::region_id)
                    .and(case_event::id.eq(audit_seal::entry_id))
                    .and(audit_seal::source.eq(Word(Source::Event)))),
            )
            .select((
                SealRow::as_select(),
                Option::<EntryFound>::as_select(),
                Option::<EventFound>::as_select(),
            ))
    };
}

/// A part of the chain, in its order: at most `limit` seals behind a number.
///
/// # Errors
/// Those of the database.
pub fn audit_chain(
    db: &mut Db,
    region: RegionId,
    after: i64,
    limit: i64,
) -> Result<Vec<Found>, Error> {
    let rows: Vec<FoundRow> = both!(db, connection => found!()
        .filter(audit_seal::region_id.eq(Uid::from(region)))
        .filter(audit_seal::seq.gt(after))
        .order(audit_seal::seq)
        .limit(limit)
        .load(connection))?;
    Ok(rows.into_iter().map(Found::from).collect())
}

/// What an auditor looks for; what is empty does not matter.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Who acted.
    pub actor: Option<AccountId>,
    /// What was done, such as `office.update`.
    pub action: Option<String>,
    /// The kind of thing, such as `case`.
    pub object_kind: Option<String>,
    /// Which one; only together with its kind.
    pub object_id: Option<String>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

/// A page of the sealed log, newest first: entries older than `after`.
///
/// # Errors
/// Those of the database; [`Error::Broken`] for an entry that is missing or cannot be read.
pub fn audit_page(
    db: &mut Db,
    region: RegionId,
    filter: &AuditFilter,
    after: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Sealed>, Error> {
    let before_to = filter.to.map(first_id);
    let upto = before_to.into_iter().chain(after.map(|id| id.0)).min();
    let from = filter.from.map_or(Uuid::nil(), first_id);
    let rows: Vec<FoundRow> = both!(db, connection => {
        let mut query = found!()
            .filter(audit_seal::region_id.eq(Uid::from(region)))
            .filter(audit_seal::entry_id.ge(Uid(from)))
            .filter(audit_seal::entry_id.lt(Uid(upto.unwrap_or(Uuid::max()))))
            .order(audit_seal::entry_id.desc())
            .limit(limit)
            .into_boxed();
        if let Some(actor) = filter.actor {
            query = query.filter(audit_seal::actor_id.eq(Uid::from(actor)));
        }
        if let Some(action) = &filter.action {
            query = query.filter(audit_seal::action.eq(action));
        }
        if let Some(kind) = &filter.object_kind {
            query = query.filter(audit_seal::object_kind.eq(kind));
        }
        if let Some(id) = &filter.object_id {
            query = query.filter(audit_seal::object_id.eq(id));
        }
        query.load(connection)
    })?;
    rows.into_iter()
        .map(|row| Found::from(row).sealed())
        .collect()
}
