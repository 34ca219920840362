//! Column types that both databases share.
//!
//! Three SQL markers stand in `schema.rs` ([`SqlUuid`], [`SqlTime`], [`SqlJson`]); the values that
//! travel through them are [`Uid`], [`Ts`] and [`Json`].
//! [`Word`] is a text column that holds one of a list.

use std::fmt::Debug;

use chrono::{DateTime, SubsecRound, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{self as st, SqlOrd, SqlType, Text};
use diesel::sqlite::{Sqlite, SqliteValue};
use kelisim_domain::case::{Class, CourtStage, Side, Stage, ground::Ground};
use kelisim_domain::erasure::Trouble;
use kelisim_domain::id;
use kelisim_domain::language::Language;
use kelisim_domain::policy::Role;
use kelisim_domain::publish::{PassKind, PublishAct, PublishKind};
use kelisim_domain::sign_in::{Counted, LinkKind, SessionStage, TokenScope};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::connection::{MultiBackend, MultiRawValue};

/// SQL type of an id: `uuid` on PostgreSQL, a blob of 16 bytes on SQLite.
#[derive(SqlType, QueryId, Debug, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct SqlUuid;

/// SQL type of an instant: `timestamptz` on PostgreSQL, text of fixed width in UTC on SQLite.
#[derive(SqlType, QueryId, Debug, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlTime;

/// SQL type of a JSON document: `jsonb` on PostgreSQL, text on SQLite; never queried inside.
#[derive(SqlType, QueryId, Debug, Clone, Copy, Default)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807))]
#[diesel(sqlite_type(name = "Text"))]
pub struct SqlJson;

impl SqlOrd for SqlUuid {}
impl SqlOrd for SqlTime {}

/// An id as a column; domain ids convert to and from it.
#[derive(AsExpression, FromSqlRow, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[diesel(sql_type = SqlUuid)]
pub struct Uid(pub Uuid);

/// An instant as a column, cut to microseconds, so that what is read equals what was written.
#[derive(AsExpression, FromSqlRow, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[diesel(sql_type = SqlTime)]
pub struct Ts(DateTime<Utc>);

/// A JSON document as a column.
#[derive(AsExpression, FromSqlRow, Debug, Clone, PartialEq, Eq)]
#[diesel(sql_type = SqlJson)]
pub struct Json<T: Debug + 'static>(pub T);

/// A JSON document as the text that the database gives: read where many are passed on, and parsed on another thread.
#[derive(FromSqlRow, Debug, Clone, PartialEq, Eq)]
pub(crate) struct JsonText(pub(crate) String);

/// A text column that holds one of a list of words.
#[derive(AsExpression, FromSqlRow, Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[diesel(sql_type = Text)]
pub struct Word<T: Debug + 'static>(pub T);

/// What a [`Word`] column can hold.
pub trait Worded: Debug + Copy + 'static {
    /// The word in the database.
    fn word(&self) -> &'static str;
    /// The value of a word, if there is one.
    fn from_word(word: &str) -> Option<Self>;
}

/// Makes a domain enum usable in a [`Word`] column: it needs `code` and `FromStr`.
#[macro_export]
macro_rules! worded {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::types::Worded for $name {
            fn word(&self) -> &'static str {
                self.code()
            }
            fn from_word(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        }
    )+};
}

worded!(
    Role,
    Language,
    Stage,
    Class,
    CourtStage,
    Side,
    Ground,
    PublishKind,
    PublishAct,
    PassKind,
    SessionStage,
    LinkKind,
    TokenScope,
    Counted,
    Trouble,
);

/// Makes domain ids convertible to and from [`Uid`].
macro_rules! uid {
    ($($name:ident),+ $(,)?) => {$(
        impl From<id::$name> for Uid {
            fn from(id: id::$name) -> Self {
                Self(id.0)
            }
        }
        impl From<Uid> for id::$name {
            fn from(id: Uid) -> Self {
                Self(id.0)
            }
        }
    )+};
}

uid!(
    RegionId,
    OfficeId,
    AccountId,
    GrantId,
    TokenId,
    MediatorId,
    PartnerId,
    ContactId,
    MemorandumId,
    CaseId,
    PartyId,
    EventId,
    ReferralId,
    NoticeId,
    TimerId,
    DataKeyId,
    AuditId,
    DraftId,
    PassId,
    RehearsalId,
    SessionId,
    LinkId,
    ErasureId,
    ConsentId,
    DangerReportId,
);

impl From<Uuid> for Uid {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl From<Uid> for Uuid {
    fn from(id: Uid) -> Self {
        id.0
    }
}

impl From<DateTime<Utc>> for Ts {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.trunc_subsecs(6))
    }
}

impl From<Ts> for DateTime<Utc> {
    fn from(at: Ts) -> Self {
        at.0
    }
}

/// Lets a SQL marker and its value pass through the shared connection.
macro_rules! shared {
    ($marker:ty, $value:ty $(, $param:ident: $($bound:tt)+)?) => {
        impl$(<$param: $($bound)+>)? ToSql<$marker, MultiBackend> for $value {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                out.set_value((<$marker>::default(), self));
                Ok(IsNull::No)
            }
        }

        impl$(<$param: $($bound)+>)? FromSql<$marker, MultiBackend> for $value {
            fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $marker>()
            }
        }
    };
}

macro_rules! known {
    ($($marker:ty),+) => {$(
        impl st::HasSqlType<$marker> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                MultiBackend::lookup_sql_type::<$marker>(lookup)
            }
        }
    )+};
}

known!(SqlUuid, SqlTime, SqlJson);
shared!(SqlUuid, Uid);
shared!(SqlTime, Ts);
shared!(SqlJson, Json<T>, T: Debug + Serialize + DeserializeOwned + Send + Sync + 'static);

impl ToSql<SqlUuid, Pg> for Uid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}

impl ToSql<SqlUuid, Sqlite> for Uid {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}

impl FromSql<SqlUuid, Pg> for Uid {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.as_bytes())?))
    }
}

impl FromSql<SqlUuid, Sqlite> for Uid {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(Uuid::from_slice(value.read_blob())?))
    }
}

impl ToSql<SqlTime, Pg> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<st::Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl ToSql<SqlTime, Sqlite> for Ts {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<SqlTime, Pg> for Ts {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<st::Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl FromSql<SqlTime, Sqlite> for Ts {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(
            DateTime::parse_from_rfc3339(value.read_text())?.to_utc(),
        ))
    }
}

/// `jsonb` on the wire begins with the version of its format.
const JSONB_VERSION: u8 = 1;

impl<T: Debug + Serialize> ToSql<SqlJson, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, &[JSONB_VERSION])?;
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}

impl<T: Debug + Serialize> ToSql<SqlJson, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}

impl<T: Debug + DeserializeOwned> FromSql<SqlJson, Pg> for Json<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [JSONB_VERSION, text @ ..] => Ok(Self(serde_json::from_slice(text)?)),
            _ => Err("unknown version of the jsonb format".into()),
        }
    }
}

impl<T: Debug + DeserializeOwned> FromSql<SqlJson, Sqlite> for Json<T> {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(serde_json::from_str(value.read_text())?))
    }
}

impl FromSql<SqlJson, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            [JSONB_VERSION, text @ ..] => Ok(Self(String::from_utf8(text.to_vec())?)),
            _ => Err("unknown version of the jsonb format".into()),
        }
    }
}

impl FromSql<SqlJson, Sqlite> for JsonText {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self(value.read_text().to_owned()))
    }
}

impl<T: Worded, DB: Backend> ToSql<Text, DB> for Word<T>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.word().to_sql(out)
    }
}

impl<T: Worded, DB: Backend> FromSql<Text, DB> for Word<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let word = String::from_sql(value)?;
        T::from_word(&word)
            .map(Self)
            .ok_or_else(|| format!("unknown word {word:?}").into())
    }
}
