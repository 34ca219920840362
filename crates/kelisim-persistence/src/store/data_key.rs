//! Master keys and the wrapped data keys; the cryptography is in [`crate::vault`].

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kelisim_domain::id::{DataKeyId, RegionId};

use crate::connection::{Db, Locked};
use crate::error::Error;
use crate::row::data_key::{DataKeyRow, MasterKeyRow};
use crate::schema::{data_key, master_key};
use crate::types::{Ts, Uid};
use crate::writes::Writes;

/// The master keys in use, the newest last: one, and while data keys are re-wrapped also the one that is being replaced.
pub(crate) fn master_keys_in_use(db: &mut Db) -> Result<Vec<MasterKeyRow>, Error> {
    let mut rows: Vec<MasterKeyRow> = master_key::table
        .filter(master_key::retired_at.is_null())
        .select(MasterKeyRow::as_select())
        .load(db)?;
    // By what replaces what, because a clock may have gone back between the two.
    let replaced: Vec<Uid> = rows.iter().filter_map(|row| row.replaces).collect();
    rows.sort_by_key(|row| !replaced.contains(&row.id));
    Ok(rows)
}

/// By which the master keys in use are recognised, the newest first; also where a database is older than this program.
pub(crate) fn master_key_fingerprints(db: &mut Db) -> Result<Vec<Vec<u8>>, Error> {
    Ok(master_key::table
        .filter(master_key::retired_at.is_null())
        .order((master_key::created_at.desc(), master_key::id.desc()))
        .select(master_key::fingerprint)
        .load(db)?)
}

pub(crate) fn master_key_insert(db: &mut Db, row: &MasterKeyRow) -> Result<(), Error> {
    diesel::insert_into(master_key::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// Retires a master key; the answer is no when it was retired before.
pub(crate) fn master_key_retire(db: &mut Db, id: Uid, at: Ts) -> Result<bool, Error> {
    let row = master_key::table.find(id);
    let changed = diesel::update(row.filter(master_key::retired_at.is_null()))
        .set(master_key::retired_at.eq(Some(at)))
        .execute(db)?;
    Ok(changed == 1)
}

/// Keeps other processes from adding a data key until this transaction ends.
///
/// SQLite has one writer anyway.
pub(crate) fn data_key_lock(db: &mut Db) -> Result<(), Error> {
    if let Db::Postgres(connection) = db {
        connection.batch_execute("LOCK TABLE data_key IN SHARE ROW EXCLUSIVE MODE")?;
    }
    Ok(())
}

/// Adds a data key, unless the master key that wraps it has been retired: then the answer is `retired`.
pub(crate) fn data_key_add(writes: &mut Writes, row: DataKeyRow, retired: Error) {
    use crate::types::{SqlTime, SqlUuid};
    use diesel::sql_types::{Binary, Nullable, Text};
    let source = master_key::table
        .filter(master_key::id.eq(row.master_key_id))
        .filter(master_key::retired_at.is_null())
        .select((
            row.region_id.into_sql::<SqlUuid>(),
            row.id.into_sql::<SqlUuid>(),
            row.subject_kind.into_sql::<Text>(),
            row.subject_id.into_sql::<SqlUuid>(),
            master_key::id,
            row.wrapped.into_sql::<Nullable<Binary>>(),
            row.created_at.into_sql::<SqlTime>(),
        ));
    let insert = diesel::insert_into(data_key::table)
        .values(source)
        .into_columns((
            data_key::region_id,
            data_key::id,
            data_key::subject_kind,
            data_key::subject_id,
            data_key::master_key_id,
            data_key::wrapped,
            data_key::created_at,
        ));
    writes.add(insert, retired);
}

pub(crate) fn data_key_find(
    db: &mut Db,
    region: RegionId,
    id: DataKeyId,
) -> Result<DataKeyRow, Error> {
    Ok(data_key::table
        .find((Uid::from(region), Uid::from(id)))
        .select(DataKeyRow::as_select())
        .first(db)?)
}

pub(crate) fn data_key_of(
    db: &mut Db,
    region: RegionId,
    subject: (&str, uuid::Uuid),
) -> Result<Option<DataKeyRow>, Error> {
    Ok(data_key::table
        .filter(data_key::region_id.eq(Uid::from(region)))
        .filter(data_key::subject_kind.eq(subject.0))
        .filter(data_key::subject_id.eq(Uid(subject.1)))
        .select(DataKeyRow::as_select())
        .first(db)
        .optional()?)
}

pub(crate) fn data_key_list(
    db: &mut Db,
    region: RegionId,
    ids: &[DataKeyId],
) -> Result<Vec<DataKeyRow>, Error> {
    let ids: Vec<Uid> = ids.iter().map(|id| Uid::from(*id)).collect();
    Ok(data_key::table
        .filter(data_key::region_id.eq(Uid::from(region)))
        .filter(data_key::id.eq_any(ids))
        .select(DataKeyRow::as_select())
        .load(db)?)
}

/// Some data keys that are still wrapped by a master key; nobody can destroy them until the transaction ends.
pub(crate) fn data_key_page_of_master(
    db: &mut Db,
    master: Uid,
    limit: i64,
) -> Result<Vec<DataKeyRow>, Error> {
    let page = data_key::table
        .filter(data_key::master_key_id.eq(master))
        .order((data_key::region_id, data_key::id))
        .limit(limit)
        .select(DataKeyRow::as_select());
    Ok(Locked(page).load(db)?)
}

/// How many data keys a master key still wraps.
pub(crate) fn data_keys_of_master(db: &mut Db, master: Uid) -> Result<u64, Error> {
    let count: i64 = data_key::table
        .filter(data_key::master_key_id.eq(master))
        .count()
        .get_result(db)?;
    Ok(count.unsigned_abs())
}

pub(crate) fn data_key_rewrap(
    db: &mut Db,
    row: &DataKeyRow,
    master: Uid,
    wrapped: Option<&[u8]>,
) -> Result<(), Error> {
    diesel::update(data_key::table.find((row.region_id, row.id)))
        .set((
            data_key::master_key_id.eq(master),
            data_key::wrapped.eq(wrapped),
        ))
        .execute(db)?;
    Ok(())
}

/// Destroys a data key; the answer is no when it was destroyed before.
pub(crate) fn data_key_destroy(
    db: &mut Db,
    region: RegionId,
    id: DataKeyId,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let key = data_key::table.find((Uid::from(region), Uid::from(id)));
    let changed = diesel::update(key.filter(data_key::destroyed_at.is_null()))
        .set((
            data_key::wrapped.eq(None::<&[u8]>),
            data_key::destroyed_at.eq(Some(Ts::from(at))),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
