//! The audit log: entries are added in the transaction of the change, and never changed.

use diesel::prelude::*;
use kelisim_domain::audit::AuditEntry;
use kelisim_domain::id::RegionId;

use crate::connection::Db;
use crate::error::Error;
use crate::row::audit::AuditRow;
use crate::schema::audit_entry;
use crate::types::Uid;

/// Adds an entry.
///
/// # Errors
/// Those of the database.
pub fn audit_insert(db: &mut Db, entry: &AuditEntry) -> Result<(), Error> {
    diesel::insert_into(audit_entry::table)
        .values(AuditRow::from(entry))
        .execute(db)?;
    Ok(())
}

/// The entries of one thing, oldest first.
///
/// # Errors
/// Those of the database.
pub fn audit_list_of(
    db: &mut Db,
    region: RegionId,
    object_kind: &str,
    object_id: &str,
    limit: i64,
) -> Result<Vec<AuditEntry>, Error> {
    let rows = audit_entry::table
        .filter(audit_entry::region_id.eq(Uid::from(region)))
        .filter(audit_entry::object_kind.eq(object_kind))
        .filter(audit_entry::object_id.eq(object_id))
        .order((audit_entry::at, audit_entry::id))
        .limit(limit)
        .select(AuditRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(AuditEntry::from).collect())
}
