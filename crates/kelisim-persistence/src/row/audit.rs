//! Rows of the audit log: entries, seals and anchors, and the events of cases as the log takes them.

use std::str::FromStr;

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::audit::AuditEntry;
use kelisim_domain::audit::of_case::StoredEvent;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::schema::{audit_anchor, audit_entry, audit_seal, case_event};
use crate::types::{Json, JsonText, Ts, Uid, Word};
use crate::worded;

/// The table in which the entry of a seal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// `audit_entry`.
    Entry,
    /// `case_event`.
    Event,
}

impl Source {
    fn code(self) -> &'static str {
        match self {
            Source::Entry => "entry",
            Source::Event => "event",
        }
    }
}

impl FromStr for Source {
    type Err = ();
    fn from_str(word: &str) -> Result<Self, ()> {
        [Source::Entry, Source::Event]
            .into_iter()
            .find(|source| source.code() == word)
            .ok_or(())
    }
}

worded!(Source);

/// An entry on its way in.
#[derive(Debug, Insertable)]
#[diesel(table_name = audit_entry, treat_none_as_default_value = false)]
pub(crate) struct AuditRow {
    region_id: Uid,
    id: Uid,
    at: Ts,
    actor_id: Option<Uid>,
    action: String,
    object_kind: String,
    object_id: String,
    before: Option<Json<Value>>,
    after: Option<Json<Value>>,
    reason: Option<String>,
}

impl From<&AuditEntry> for AuditRow {
    fn from(entry: &AuditEntry) -> Self {
        Self {
            region_id: entry.region.into(),
            id: entry.id.into(),
            at: entry.at.into(),
            actor_id: entry.actor.map(Uid::from),
            action: entry.action.clone().into_owned(),
            object_kind: entry.object_kind.clone().into_owned(),
            object_id: entry.object_id.clone(),
            before: entry.before.clone().map(Json),
            after: entry.after.clone().map(Json),
            reason: entry.reason.clone(),
        }
    }
}

/// An entry as it is found; its JSON is not looked at yet.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = audit_entry)]
pub(crate) struct EntryFound {
    region_id: Uid,
    pub(crate) id: Uid,
    at: Ts,
    actor_id: Option<Uid>,
    action: String,
    object_kind: String,
    object_id: String,
    before: Option<JsonText>,
    after: Option<JsonText>,
    reason: Option<String>,
}

impl TryFrom<EntryFound> for AuditEntry {
    type Error = Error;
    fn try_from(row: EntryFound) -> Result<Self, Error> {
        Ok(Self {
            id: row.id.into(),
            region: row.region_id.into(),
            at: row.at.into(),
            actor: row.actor_id.map(Into::into),
            action: row.action.into(),
            object_kind: row.object_kind.into(),
            object_id: row.object_id,
            before: row.before.as_ref().map(parsed).transpose()?,
            after: row.after.as_ref().map(parsed).transpose()?,
            reason: row.reason,
        })
    }
}

fn parsed(text: &JsonText) -> Result<Value, Error> {
    serde_json::from_str(&text.0).map_err(|error| Error::broken("audit entry", error))
}

/// An event of a case, with every column that it has.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = case_event)]
pub(crate) struct EventFound {
    region_id: Uid,
    case_id: Uid,
    seq: i32,
    pub(crate) id: Uid,
    kind: String,
    at: Ts,
    actor_id: Option<Uid>,
    grant_id: Option<Uid>,
    data: JsonText,
    secret: Option<Vec<u8>>,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl TryFrom<EventFound> for AuditEntry {
    type Error = Error;
    fn try_from(row: EventFound) -> Result<Self, Error> {
        let event = StoredEvent {
            id: row.id.into(),
            region: row.region_id.into(),
            case: row.case_id.into(),
            seq: row.seq,
            kind: row.kind,
            at: row.at.into(),
            actor: row.actor_id.map(Into::into),
            grant: row.grant_id.map(Into::into),
            data: parsed(&row.data)?,
            secret: row.secret.map(|bytes| Sha256::digest(bytes).into()),
            previous: row.prev_hash,
            hash: row.hash,
        };
        Ok(event.into())
    }
}

/// A seal.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_seal, treat_none_as_default_value = false)]
pub(crate) struct SealRow {
    pub(crate) region_id: Uid,
    pub(crate) seq: i64,
    pub(crate) entry_id: Uid,
    pub(crate) source: Word<Source>,
    pub(crate) actor_id: Option<Uid>,
    pub(crate) action: String,
    pub(crate) object_kind: String,
    pub(crate) object_id: String,
    pub(crate) prev_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

impl SealRow {
    /// Whether what it repeats of an entry is what the entry says.
    pub(crate) fn agrees(&self, entry: &AuditEntry) -> bool {
        self.entry_id == entry.id.into()
            && self.actor_id == entry.actor.map(Uid::from)
            && self.action == entry.action
            && self.object_kind == entry.object_kind
            && self.object_id == entry.object_id
    }
}

/// A head that was written down outside.
#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_anchor)]
pub(crate) struct AnchorRow {
    pub(crate) region_id: Uid,
    pub(crate) at: Ts,
    pub(crate) seq: i64,
    pub(crate) hash: Vec<u8>,
    pub(crate) place: String,
}
