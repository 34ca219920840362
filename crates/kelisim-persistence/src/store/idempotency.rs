//! The first answer to a POST, kept for 30 days so that a repeat gets the same one.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use kelisim_domain::id::{AccountId, DataKeyId, RegionId};
use sha2::{Digest, Sha256};

use crate::connection::{Db, OrIgnore};
use crate::error::Error;
use crate::row::idempotency::IdempotencyRow;
use crate::schema::idempotency_key;
use crate::types::{Ts, Uid};

/// How long an answer is kept.
pub const KEPT_DAYS: i64 = 30;

/// Whose key it is: keys belong to an account.
#[derive(Debug, Clone, Copy)]
pub struct KeyOwner<'a> {
    /// The account's region.
    pub region: RegionId,
    /// The account.
    pub account: AccountId,
    /// What the client sent as `Idempotency-Key`.
    pub key: &'a str,
}

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// SHA-256 of the request: a repeat with another one is refused.
    pub fingerprint: [u8; 32],
    /// The HTTP status.
    pub status: u16,
    /// The key that sealed the answer.
    pub data_key: DataKeyId,
    /// The answer, sealed.
    pub sealed: Vec<u8>,
    /// When it was given.
    pub created_at: DateTime<Utc>,
}

/// Looks for the answer to a request that was made before.
///
/// # Errors
/// Those of the database.
pub fn idempotency_find(
    db: &mut Db,
    owner: KeyOwner<'_>,
    now: DateTime<Utc>,
) -> Result<Option<StoredAnswer>, Error> {
    let row = idempotency_key::table
        .find((Uid::from(owner.region), Uid::from(owner.account), owner.key))
        .filter(idempotency_key::created_at.ge(oldest(now)))
        .select(IdempotencyRow::as_select())
        .first(db)
        .optional()?;
    row.map(stored).transpose()
}

/// Keeps an answer; no when another one is there already, and the caller must roll back.
///
/// On PostgreSQL it waits for another process that is answering the same key.
///
/// # Errors
/// Those of the database.
pub fn idempotency_insert(
    db: &mut Db,
    owner: KeyOwner<'_>,
    answer: &StoredAnswer,
) -> Result<bool, Error> {
    if put(db, owner, answer)? {
        return Ok(true);
    }
    // What lies there may have outlived its time, and only waits to be swept up.
    let expired = idempotency_key::table
        .find((Uid::from(owner.region), Uid::from(owner.account), owner.key))
        .filter(idempotency_key::created_at.lt(oldest(answer.created_at)));
    if diesel::delete(expired).execute(db)? == 0 {
        return Ok(false);
    }
    put(db, owner, answer)
}

/// Claims a key for the length of the transaction; no when another transaction holds it.
///
/// On SQLite the one writer of a process makes this always true; what runs in the same process is
/// known there.
///
/// # Errors
/// Those of the database.
pub fn idempotency_try_lock(db: &mut Db, owner: KeyOwner<'_>) -> Result<bool, Error> {
    let Db::Postgres(connection) = db else {
        return Ok(true);
    };
    let mut hash = Sha256::new();
    hash.update(owner.region.0);
    hash.update(owner.account.0);
    hash.update(owner.key);
    let mut number = [0; 8];
    number.copy_from_slice(&hash.finalize()[..8]);
    let number = i64::from_be_bytes(number);
    let lock = sql::<Bool>("SELECT pg_try_advisory_xact_lock(")
        .bind::<BigInt, _>(number)
        .sql(")");
    Ok(lock.get_result(connection)?)
}

/// Removes answers that have outlived their time; the answer is how many.
///
/// # Errors
/// Those of the database.
pub fn idempotency_purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, Error> {
    let expired = idempotency_key::table.filter(idempotency_key::created_at.lt(oldest(now)));
    Ok(diesel::delete(expired).execute(db)?)
}

fn put(db: &mut Db, owner: KeyOwner<'_>, answer: &StoredAnswer) -> Result<bool, Error> {
    let row = IdempotencyRow {
        region_id: owner.region.into(),
        account_id: owner.account.into(),
        key: owner.key.to_owned(),
        fingerprint: answer.fingerprint.to_vec(),
        status: i32::from(answer.status),
        data_key_id: answer.data_key.into(),
        answer: answer.sealed.clone(),
        created_at: answer.created_at.into(),
    };
    let insert = diesel::insert_into(idempotency_key::table).values(row);
    Ok(OrIgnore(insert).execute(db)? == 1)
}

fn stored(row: IdempotencyRow) -> Result<StoredAnswer, Error> {
    let broken = |detail: &str| Error::broken("idempotency key", detail);
    Ok(StoredAnswer {
        fingerprint: row
            .fingerprint
            .try_into()
            .map_err(|_| broken("a fingerprint has 32 bytes"))?,
        status: u16::try_from(row.status).map_err(|_| broken("not a status"))?,
        data_key: row.data_key_id.into(),
        sealed: row.answer,
        created_at: row.created_at.into(),
    })
}

fn oldest(now: DateTime<Utc>) -> Ts {
    (now - TimeDelta::days(KEPT_DAYS)).into()
}
