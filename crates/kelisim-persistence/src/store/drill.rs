//! Restore drills: a backup counts only when it was restored (G10).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::backup::Head;
use crate::backup::file::hex;
use crate::connection::Db;
use crate::error::Error;
use crate::schema::drill;
use crate::store::data_key::master_keys_in_use;
use crate::types::{Ts, Uid};

/// A restore that went well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drill {
    /// Its id.
    pub id: Uuid,
    /// When it was done.
    pub at: DateTime<Utc>,
    /// The backup that was restored.
    pub backup: Uuid,
    /// When that backup was made.
    pub taken_at: DateTime<Utc>,
    /// How many cases it brought back.
    pub cases: i64,
    /// How long it took.
    pub milliseconds: i64,
}

/// Records a drill in the database whose backup it was; the answer is no when it is another one's,
/// which its master key shows.
///
/// # Errors
/// Those of the database.
pub fn drill_insert(db: &mut Db, done: &Drill, head: &Head) -> Result<bool, Error> {
    let key = master_keys_in_use(db)?.pop();
    let key = key.map(|row| hex(&row.fingerprint));
    if key.as_ref() != Some(&head.master_key) {
        return Ok(false);
    }
    diesel::insert_into(drill::table)
        .values((
            drill::id.eq(Uid(done.id)),
            drill::at.eq(Ts::from(done.at)),
            drill::backup_id.eq(Uid(done.backup)),
            drill::backup_taken_at.eq(Ts::from(done.taken_at)),
            drill::cases.eq(done.cases),
            drill::milliseconds.eq(done.milliseconds),
        ))
        .execute(db)?;
    Ok(true)
}

/// The last drill, if there ever was one.
///
/// # Errors
/// Those of the database.
pub fn drill_last(db: &mut Db) -> Result<Option<Drill>, Error> {
    let row: Option<(Uid, Ts, Uid, Ts, i64, i64)> =
        drill::table.order(drill::at.desc()).first(db).optional()?;
    Ok(
        row.map(|(id, at, backup, taken_at, cases, milliseconds)| Drill {
            id: id.0,
            at: at.into(),
            backup: backup.0,
            taken_at: taken_at.into(),
            cases,
            milliseconds,
        }),
    )
}
