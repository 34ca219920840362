//! The first answer to a POST, kept for 30 days so that a repeat gets the same one.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType};
use diesel::sqlite::Sqlite;
use kelisim_domain::id::{AccountId, DataKeyId, RegionId};
use sha2::{Digest, Sha256};

use crate::connection::Db;
use crate::error::Error;
use crate::row::idempotency::IdempotencyRow;
use crate::schema::idempotency_key;
use crate::types::{SqlTime, Ts, Uid};
use crate::writes::Writes;

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
    /// A keyed hash of the request, under the key that sealed the answer: a repeat with another one is refused.
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

/// Adds an answer to what the transaction stores at its end; one that has outlived its time makes room.
///
/// When another transaction has answered the same key, that end is [`Error::Conflict`] on [`TAKEN`] and nothing is
/// stored. On PostgreSQL it waits for a transaction that is answering it.
pub fn idempotency_add(writes: &mut Writes, owner: KeyOwner<'_>, answer: StoredAnswer) {
    let oldest = oldest(answer.created_at);
    let row = IdempotencyRow {
        region_id: owner.region.into(),
        account_id: owner.account.into(),
        key: owner.key.to_owned(),
        fingerprint: answer.fingerprint.to_vec(),
        status: i32::from(answer.status),
        data_key_id: answer.data_key.into(),
        answer: answer.sealed,
        created_at: answer.created_at.into(),
    };
    let insert = diesel::insert_into(idempotency_key::table).values(row);
    writes.add(OrOutlived { insert, oldest }, Error::conflict(TAKEN));
}

/// What a conflict is called when another answer to the key is there.
pub const TAKEN: &str = "idempotency_key.key";

/// An insert that takes the place of a row that is older than `oldest`.
struct OrOutlived<Q> {
    insert: Q,
    oldest: Ts,
}

impl<DB, Q> QueryFragment<DB> for OrOutlived<Q>
where
    DB: Backend + HasSqlType<SqlTime>,
    Q: QueryFragment<DB>,
    Ts: ToSql<SqlTime, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.insert.walk_ast(out.reborrow())?;
        out.push_sql(
            " ON CONFLICT (region_id, account_id, key) DO UPDATE SET \
             fingerprint = excluded.fingerprint, status = excluded.status, \
             data_key_id = excluded.data_key_id, answer = excluded.answer, \
             created_at = excluded.created_at WHERE idempotency_key.created_at < ",
        );
        out.push_bind_param::<SqlTime, _>(&self.oldest)
    }
}

/// Claims a key for the length of the transaction: false when another transaction holds it.
///
/// It is an expression, so that it travels with the query that says who the bearer is.
/// On SQLite the one writer of a process makes this always true; what runs in the same process is known there.
#[derive(Debug, Clone, Copy, ValidGrouping)]
pub(crate) struct Claimed(Option<i64>);

impl Claimed {
    /// Nothing to claim.
    pub(crate) const NOTHING: Self = Self(None);

    /// The key of the bearer of a token.
    pub(crate) fn key(digest: &[u8; 32], key: &str) -> Self {
        let hash = Sha256::new()
            .chain_update(digest)
            .chain_update(key)
            .finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&hash[..8]);
        Self(Some(i64::from_be_bytes(number)))
    }
}

impl Expression for Claimed {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Claimed {}
impl<Tables> SelectableExpression<Tables> for Claimed {}

impl QueryId for Claimed {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Claimed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self.0 {
            Some(number) => {
                out.push_sql("pg_try_advisory_xact_lock(");
                out.push_bind_param::<BigInt, _>(number)?;
                out.push_sql(")");
            }
            None => out.push_sql("TRUE"),
        }
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Claimed {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("TRUE");
        Ok(())
    }
}

/// Removes answers that have outlived their time; the answer is how many.
///
/// # Errors
/// Those of the database.
pub fn idempotency_purge(db: &mut Db, now: DateTime<Utc>) -> Result<usize, Error> {
    let expired = idempotency_key::table.filter(idempotency_key::created_at.lt(oldest(now)));
    Ok(diesel::delete(expired).execute(db)?)
}

pub(crate) fn stored(row: IdempotencyRow) -> Result<StoredAnswer, Error> {
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

pub(crate) fn oldest(now: DateTime<Utc>) -> Ts {
    (now - TimeDelta::days(KEPT_DAYS)).into()
}
