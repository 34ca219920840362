//! Rows of `audit_entry`; the columns of the seal are left out, for they are filled in later.

use diesel::{Insertable, Queryable, Selectable};
use kelisim_domain::audit::AuditEntry;
use serde_json::Value;

use crate::schema::audit_entry;
use crate::types::{Json, Ts, Uid};

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_entry)]
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

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        Self {
            id: row.id.into(),
            region: row.region_id.into(),
            at: row.at.into(),
            actor: row.actor_id.map(Into::into),
            action: row.action.into(),
            object_kind: row.object_kind.into(),
            object_id: row.object_id,
            before: row.before.map(|json| json.0),
            after: row.after.map(|json| json.0),
            reason: row.reason,
        }
    }
}
