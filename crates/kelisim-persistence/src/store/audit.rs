//! The audit log: entries are added in the transaction of the change, and never changed.
//!
//! Absent on purpose: a way to change or remove one. The database refuses it too, by triggers.
//! How entries are sealed stands in [`super::audit_seal`], how they are found in [`super::audit_list`].

use diesel::prelude::*;
use kelisim_domain::audit::AuditEntry;

use crate::connection::Db;
use crate::error::Error;
use crate::row::audit::AuditRow;
use crate::schema::audit_entry;
use crate::writes::Writes;

/// Adds an entry.
///
/// # Errors
/// Those of the database.
pub fn audit_insert(db: &mut Db, entry: &AuditEntry) -> Result<(), Error> {
    audit_insert_all(db, std::slice::from_ref(entry))
}

/// Adds several entries.
///
/// # Errors
/// Those of the database.
pub fn audit_insert_all(db: &mut Db, entries: &[AuditEntry]) -> Result<(), Error> {
    if let Db::Postgres(connection) = db {
        let rows: Vec<AuditRow> = entries.iter().map(AuditRow::from).collect();
        diesel::insert_into(audit_entry::table)
            .values(rows)
            .execute(connection)?;
        return Ok(());
    }
    let mut writes = Writes::default();
    for entry in entries {
        audit_add(&mut writes, entry);
    }
    writes.store(db)
}

/// Adds an entry to what the transaction stores at its end.
pub fn audit_add(writes: &mut Writes, entry: &AuditEntry) {
    writes.add(
        diesel::insert_into(audit_entry::table).values(AuditRow::from(entry)),
        Error::conflict("audit_entry.id"),
    );
}
