//! The history of a case: append only, each entry chained to the one before by a hash.
//!
//! The hash covers the ciphertext, never a clear text, so the chain of an erased case still verifies.
//! It is a plain SHA-256, so that nobody needs a key to verify it.

use diesel::prelude::*;
use kelisim_domain::{
    case::{ContentChange, Event},
    id::{AccountId, CaseId, EventId, RegionId},
};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::connection::Db;
use crate::error::Error;
use crate::row::case::EventRow;
use crate::schema::case_event;
use crate::types::{Json, Ts, Uid};
use crate::vault::DataKey;
use crate::writes::Writes;

/// What stands before the first entry of every chain.
pub(crate) const ORIGIN: [u8; 32] = [0; 32];

/// An entry on its way into the history.
pub(crate) struct Entry<'a> {
    pub(crate) region: RegionId,
    pub(crate) id: EventId,
    pub(crate) event: &'a Event,
    pub(crate) secret: Option<Vec<u8>>,
}

impl Entry<'_> {
    /// The hash of this entry after the one before it.
    ///
    /// Every part is written with its length, so that no two entries have the same bytes.
    pub(crate) fn hash(&self, previous: &[u8]) -> [u8; 32] {
        let event = self.event;
        // The domain type has one order of fields, whatever order the database keeps JSON in.
        let data = serde_json::to_vec(&event.data).unwrap_or_default();
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        };
        part(previous);
        part(self.region.0.as_bytes());
        part(event.case.0.as_bytes());
        part(&event.seq.to_be_bytes());
        part(self.id.0.as_bytes());
        part(&event.at.timestamp_micros().to_be_bytes());
        part(event.actor.0.as_bytes());
        part(
            event
                .grant
                .map(|grant| *grant.0.as_bytes())
                .as_ref()
                .map_or(&[], |id| id.as_slice()),
        );
        part(&data);
        part(self.secret.as_deref().unwrap_or_default());
        digest.finalize().into()
    }
}

/// An entry of the history as readers see it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub event: Event,
    /// Its hash.
    pub hash: [u8; 32],
    previous: Vec<u8>,
    /// The ciphertext of the confidential half.
    pub(crate) secret: Option<Vec<u8>>,
}

/// Seals the confidential half of an event; nothing when it is empty.
pub(crate) fn seal(
    key: &DataKey,
    case: CaseId,
    seq: i32,
    content: &ContentChange,
) -> Result<Option<Vec<u8>>, Error> {
    if content.is_empty() {
        return Ok(None);
    }
    let plain =
        serde_json::to_vec(content).map_err(|error| Error::broken("case_event.secret", error))?;
    Ok(Some(key.seal(&place(case, seq), &plain)))
}

fn place(case: CaseId, seq: i32) -> String {
    format!("case_event.secret/{case}/{seq}")
}

/// Adds an entry to what the transaction stores at its end.
pub(crate) fn add(writes: &mut Writes, entry: Entry<'_>, previous: &[u8], hash: &[u8; 32]) {
    let event = entry.event;
    let row = EventRow {
        region_id: entry.region.into(),
        case_id: event.case.into(),
        seq: event.seq,
        id: entry.id.into(),
        kind: event.data.kind().to_owned(),
        at: event.at.into(),
        // What acts by itself is nobody.
        actor_id: Some(event.actor)
            .filter(|actor| !actor.0.is_nil())
            .map(Uid::from),
        grant_id: event.grant.map(Uid::from),
        data: Json(event.data.clone()),
        secret: entry.secret,
        prev_hash: previous.to_vec(),
        hash: hash.to_vec(),
    };
    writes.add(
        diesel::insert_into(case_event::table).values(row),
        Error::conflict("case_event.seq"),
    );
}

/// A part of a case's history, oldest first: at most `limit` entries after `after`.
///
/// The caller has passed the access check; [`super::access::Authorized`] is its proof.
pub(crate) fn list(
    db: &mut Db,
    region: RegionId,
    case: CaseId,
    after: i32,
    limit: i64,
) -> Result<Vec<Recorded>, Error> {
    let rows: Vec<EventRow> = case_event::table
        .filter(case_event::region_id.eq(Uid::from(region)))
        .filter(case_event::case_id.eq(Uid::from(case)))
        .filter(case_event::seq.gt(after))
        .order(case_event::seq)
        .limit(limit)
        .select(EventRow::as_select())
        .load(db)?;
    rows.into_iter().map(recorded).collect()
}

/// The histories of several cases of a region, case by case, each oldest first.
pub(crate) fn list_of(
    db: &mut Db,
    region: RegionId,
    cases: &[CaseId],
) -> Result<Vec<Recorded>, Error> {
    let cases: Vec<Uid> = cases.iter().map(|case| Uid::from(*case)).collect();
    let rows: Vec<EventRow> = case_event::table
        .filter(case_event::region_id.eq(Uid::from(region)))
        .filter(case_event::case_id.eq_any(cases))
        .order((case_event::case_id, case_event::seq))
        .select(EventRow::as_select())
        .load(db)?;
    rows.into_iter().map(recorded).collect()
}

fn recorded(row: EventRow) -> Result<Recorded, Error> {
    let hash = row
        .hash
        .try_into()
        .map_err(|_| Error::broken("case_event.hash", "not 32 bytes"))?;
    Ok(Recorded {
        id: row.id.into(),
        event: Event {
            case: row.case_id.into(),
            seq: row.seq,
            at: Ts::into(row.at),
            actor: row
                .actor_id
                .map_or(AccountId(uuid::Uuid::nil()), Into::into),
            grant: row.grant_id.map(Into::into),
            data: row.data.0,
        },
        hash,
        previous: row.prev_hash,
        secret: row.secret,
    })
}

/// Checks a whole chain: each entry follows the one before and has the hash that it should have.
///
/// # Errors
/// [`Error::Broken`] with the sequence number of the first entry that does not fit.
pub fn chain_verify(region: RegionId, history: &[Recorded]) -> Result<(), Error> {
    let mut previous = ORIGIN.to_vec();
    for (seq, recorded) in (1..).zip(history) {
        let entry = Entry {
            region,
            id: recorded.id,
            event: &recorded.event,
            secret: recorded.secret.clone(),
        };
        let fits = recorded.event.seq == seq
            && recorded.previous == previous
            && entry.hash(&previous) == recorded.hash;
        if !fits {
            return Err(Error::broken(
                "case history",
                format!("entry {seq} does not fit"),
            ));
        }
        previous = recorded.hash.to_vec();
    }
    Ok(())
}

/// Opens the confidential halves of a history, in order; entries without one are left out.
///
/// # Errors
/// [`Error::Key`] when the key does not fit.
pub fn content_changes(key: &DataKey, history: &[Recorded]) -> Result<Vec<ContentChange>, Error> {
    let opened = history.iter().map(|recorded| content_change(key, recorded));
    opened.filter_map(Result::transpose).collect()
}

/// Opens the confidential half of an entry; none where there is none.
pub(crate) fn content_change(
    key: &DataKey,
    recorded: &Recorded,
) -> Result<Option<ContentChange>, Error> {
    let Some(secret) = &recorded.secret else {
        return Ok(None);
    };
    let place = place(recorded.event.case, recorded.event.seq);
    let plain = Zeroizing::new(key.open(&place, secret)?);
    let change = serde_json::from_slice(&plain);
    change
        .map(Some)
        .map_err(|_| Error::unreadable("case_event.secret"))
}
