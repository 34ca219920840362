//! Where the database is, and how a connection to it is made.
//!
//! Absent on purpose: diesel's own `establish` on the shared connection. It tries one database
//! after the other, so a PostgreSQL that is down looks like a wrong address, and a mistyped scheme
//! makes a SQLite file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::connection::{InstrumentationEvent, SimpleConnection};
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, SqliteConnection};

use crate::error::Error;
use crate::faults::{Failpoints, Point};

pub use shared::{Db, MultiBackend, MultiRawValue};

mod shared {
    #![expect(missing_docs, reason = "the derive writes public items without them")]

    use diesel::{Connection, PgConnection, SqliteConnection};

    /// One connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum Db {
        /// A SQLite file.
        Sqlite(SqliteConnection),
        /// A PostgreSQL server.
        Postgres(PgConnection),
    }
}

/// Runs an expression on the concrete connection, for what the shared one cannot say: the same
/// text is checked once for each database.
#[macro_export]
macro_rules! both {
    ($db:expr, $connection:ident => $body:expr) => {
        match $db {
            $crate::connection::Db::Sqlite($connection) => $body,
            $crate::connection::Db::Postgres($connection) => $body,
        }
    };
}

/// Address of a database: `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of this machine.
    Sqlite(PathBuf),
    /// A server; the address may hold a password, so it is shown to nobody.
    Postgres(Secret),
}

/// An address with a password inside: neither shown nor logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The address itself, to connect with.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(_) => f.write_str("postgres://***"),
        }
    }
}

const SCHEMES: [&str; 3] = ["sqlite", "postgres", "postgresql"];

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refuse = |detail: String| Err(Error::Url { detail });
        let Some((scheme, rest)) = text.split_once(':') else {
            return refuse(
                "a database address is sqlite:PATH or postgres://USER@HOST/NAME".to_owned(),
            );
        };
        match scheme {
            "sqlite" if rest.is_empty() || rest.starts_with(':') => {
                refuse("sqlite: needs the path of a file, as in sqlite:./kelisim.db".to_owned())
            }
            "sqlite" if rest.starts_with("//") => refuse(
                "after sqlite: comes a path without slashes before it, as in sqlite:./kelisim.db or sqlite:/var/lib/kelisim/kelisim.db".to_owned(),
            ),
            "sqlite" if rest.contains('\0') => refuse("a path has no NUL in it".to_owned()),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                Ok(Self::Postgres(Secret(text.to_owned())))
            }
            "postgres" | "postgresql" => {
                refuse(format!("after {scheme}: comes //USER@HOST/NAME"))
            }
            other => refuse(format!(
                "unknown scheme {other:?} of the database address; the nearest is {:?}",
                nearest(other)
            )),
        }
    }
}

fn nearest(scheme: &str) -> &'static str {
    SCHEMES
        .into_iter()
        .min_by_key(|known| strsim::damerau_levenshtein(known, scheme))
        .unwrap_or("sqlite")
}

/// What a connection is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Reads only; on SQLite the connection itself refuses to write.
    Reader,
    /// Reads and writes.
    Writer,
}

/// How connections are opened.
#[derive(Debug, Clone)]
pub(crate) struct Manager {
    pub(crate) url: DatabaseUrl,
    pub(crate) role: Role,
    /// How long a lock of another process is waited for.
    pub(crate) lock_milliseconds: u32,
    /// How long one statement may run (PostgreSQL).
    pub(crate) statement_milliseconds: u32,
    /// How long the server may take to answer at all (PostgreSQL).
    pub(crate) connect_milliseconds: u32,
    /// Tests only: SQLite does not wait for the disk.
    pub(crate) durable: bool,
    /// Proofs only.
    pub(crate) faults: Failpoints,
}

/// A connection with what its user must remember about it.
pub(crate) struct Link {
    pub(crate) db: Db,
    /// Do not use this connection again.
    pub(crate) broken: bool,
    /// A statement has failed since the transaction began (PostgreSQL).
    ///
    /// There the whole transaction is lost then, and COMMIT answers "done" all the same.
    pub(crate) failed: Arc<AtomicBool>,
}

impl Manager {
    pub(crate) fn open(&self) -> Result<Link, diesel::r2d2::Error> {
        let refused = |error: Error| diesel::ConnectionError::BadConnection(error.to_string());
        self.faults.at(Point::ConnectionOpen).map_err(refused)?;
        let failed = Arc::new(AtomicBool::new(false));
        let db = match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&file_name(path))?;
                connection.batch_execute(&self.pragmas())?;
                Db::Sqlite(connection)
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection =
                    PgConnection::establish(&with_time_limit(url, self.connect_milliseconds))?;
                // A change asks the same few questions every time, each by its keys: planning them again is for
                // nothing.
                connection.batch_execute(&format!(
                    "SET statement_timeout = {}; SET lock_timeout = {}; \
                     SET plan_cache_mode = force_generic_plan",
                    self.statement_milliseconds, self.lock_milliseconds
                ))?;
                let mark = Arc::clone(&failed);
                connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                    if let InstrumentationEvent::FinishQuery { error: Some(_), .. } = event {
                        mark.store(true, Ordering::Relaxed);
                    }
                });
                Db::Postgres(connection)
            }
        };
        Ok(Link {
            db,
            broken: false,
            failed,
        })
    }

    /// The waiting time comes first: the pragmas after it may meet a lock themselves.
    /// The log is moved into the file every 4,000 pages (16 MB) and not every 1,000: a busy page is then written once
    /// for many changes. How much a crash may lose does not depend on it: nothing.
    fn pragmas(&self) -> String {
        let synchronous = if self.durable { "FULL" } else { "OFF" };
        // In KiB. The writer touches the same inner pages again and again; the readers are many.
        let cache = match self.role {
            Role::Reader => 2_000,
            Role::Writer => 16_000,
        };
        let query_only = if self.role == Role::Reader {
            "ON"
        } else {
            "OFF"
        };
        format!(
            "PRAGMA busy_timeout = {};
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = {synchronous};
             PRAGMA foreign_keys = ON;
             PRAGMA trusted_schema = OFF;
             PRAGMA secure_delete = FAST;
             PRAGMA mmap_size = 0;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -{cache};
             PRAGMA wal_autocheckpoint = 4000;
             PRAGMA query_only = {query_only};",
            self.lock_milliseconds
        )
    }
}

/// Without a limit a silent network holds a connection attempt for minutes; the address may set
/// another one.
fn with_time_limit(url: &Secret, milliseconds: u32) -> String {
    let text = url.expose();
    if text.contains("connect_timeout=") {
        return text.to_owned();
    }
    let join = if text.contains('?') { '&' } else { '?' };
    let seconds = milliseconds.div_ceil(1_000).max(2);
    format!("{text}{join}connect_timeout={seconds}")
}

/// A name that SQLite takes for a plain path, whatever it begins with.
pub(crate) fn file_name(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}

impl ManageConnection for Manager {
    type Connection = Link;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Link, Self::Error> {
        self.open()
    }

    fn is_valid(&self, link: &mut Link) -> Result<(), Self::Error> {
        Ok(link.db.ping()?)
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.broken || std::thread::panicking() || link.db.is_broken()
    }
}

/// A query whose rows are taken from under the hands of other workers: `FOR UPDATE SKIP LOCKED` on
/// PostgreSQL, nothing on SQLite, where one writer runs at a time.
pub struct Claim<Q>(pub Q);

impl<Q: Query> Query for Claim<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Claim<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for Claim<Q> {}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Claim<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        if matches!(out.backend(), MultiBackend::Postgres(_)) {
            out.push_sql(" FOR UPDATE SKIP LOCKED");
        }
        Ok(())
    }
}

/// A query whose rows nobody else may change until the transaction ends: `FOR UPDATE` on
/// PostgreSQL, nothing on SQLite.
pub struct Locked<Q>(pub Q);

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Locked<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for Locked<Q> {}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        if matches!(out.backend(), MultiBackend::Postgres(_)) {
            out.push_sql(" FOR UPDATE");
        }
        Ok(())
    }
}

/// An insert that leaves an existing row alone: the number of rows says which it was.
pub struct OrIgnore<Q>(pub Q);

impl<Q> QueryId for OrIgnore<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for OrIgnore<Q> {}

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for OrIgnore<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DatabaseUrl, Secret, with_time_limit};

    #[test]
    fn an_address_names_its_database() {
        assert!(matches!("sqlite:a.db".parse(), Ok(DatabaseUrl::Sqlite(_))));
        for text in ["postgres://u:secret@h/n", "postgresql:///n?host=/tmp"] {
            let url: DatabaseUrl = text.parse().expect("valid");
            assert!(matches!(url, DatabaseUrl::Postgres(_)));
            assert!(!format!("{url} {url:?}").contains("secret"));
        }
    }

    #[test]
    fn an_attempt_to_connect_has_a_limit() {
        for (text, end) in [
            ("postgres://h/n", "/n?connect_timeout=3"),
            ("postgres:///n?host=/tmp", "=/tmp&connect_timeout=3"),
            ("postgres://h/n?connect_timeout=9", "?connect_timeout=9"),
        ] {
            let limited = with_time_limit(&Secret(text.to_owned()), 3_000);
            assert!(limited.ends_with(end), "{limited}");
        }
    }

    #[test]
    fn a_mistyped_scheme_is_refused_with_the_nearest_one() {
        for (text, nearest) in [
            ("sqlit:a.db", "\"sqlite\""),
            ("postgre://h/n", "\"postgres\""),
            ("postgresqll://h/n", "\"postgresql\""),
        ] {
            let error = text.parse::<DatabaseUrl>().expect_err("refused");
            assert!(error.to_string().contains(nearest), "{error}");
        }
        for text in [
            "",
            "a.db",
            "sqlite:",
            "sqlite::memory:",
            "sqlite://a.db",
            "postgres:n",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
    }
}
