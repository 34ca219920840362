//! For whom a transaction runs, as the database itself is told (R2).
//!
//! PostgreSQL keeps a second lock behind the scopes of the queries: its policies let a transaction see the rows of whom
//! it runs for, and no row at all of a transaction that runs for nobody. Who that is travels with the BEGIN, and ends
//! with the transaction; somebody who asks becomes a person in the very query that
//! looks up the token or the session (`Entered`).
//! SQLite has no such lock.
//!
//! Absent on purpose: a default that sees something.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use crate::connection::Db;
use crate::error::Error;
use crate::types::{SqlTime, Ts};

/// For whom a transaction runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Acting {
    /// Nobody: it sees no row.
    #[default]
    Nobody,
    /// Somebody who has not said yet who they are: it sees who there is, until it is known who asks.
    Door,
    /// A part of the program, which sees everything.
    System(SystemPart),
}

/// The parts of the program that act for nobody, by the name that the database is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemPart {
    /// What fills a database before it is used: `migrate`, `demo`.
    Setup,
    /// A start: keys, workflows and laws are read.
    Start,
    /// What looks whether the process is well, and whether something new was published.
    Watch,
    /// The worker: letters and deadlines.
    Worker,
    /// A pass over running cases.
    Pass,
    /// The register of mediators, when it takes a mediator's cases (D12).
    Register,
    /// A command of whoever has the database at hand.
    Command,
    /// The entries of readings, which many readers wait for together.
    Record,
    /// The letter for whoever has forgotten their password, and cannot say who they are.
    Reset,
    /// The destruction of keys that somebody has confirmed.
    Erasure,
    /// The copy of everything.
    Backup,
    /// A test that looks behind the scopes.
    Test,
}

impl SystemPart {
    /// The name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Start => "start",
            Self::Watch => "watch",
            Self::Worker => "worker",
            Self::Pass => "pass",
            Self::Register => "register",
            Self::Command => "command",
            Self::Record => "record",
            Self::Reset => "reset",
            Self::Erasure => "erasure",
            Self::Backup => "backup",
            Self::Test => "test",
        }
    }
}

impl Acting {
    /// A BEGIN that says for whom, in one message to the server.
    pub(crate) fn begin(self, begin: &str) -> String {
        match self {
            Self::Nobody => begin.to_owned(),
            Self::Door => format!("{begin}; SET LOCAL kelisim.reach = 'door'"),
            Self::System(part) => {
                format!(
                    "{begin}; SET LOCAL kelisim.reach = 'system {}'",
                    part.code()
                )
            }
        }
    }
}

/// Lets the rest of the transaction run for a part of the program: whoever calls this has looked that its time has come.
pub(crate) fn become_system(db: &mut Db, part: SystemPart) -> Result<(), Error> {
    if let Db::Postgres(connection) = db {
        let set = format!("SET LOCAL kelisim.reach = 'system {}'", part.code());
        diesel::sql_query(set).execute(connection)?;
    }
    Ok(())
}

/// Goes in as the account that a query has found, and adds what the grant of its row gives, if it holds on the day of an
/// instant; for a query that names `account`, `region` and `account_grant`. Whoever stands not at the door stays who they are.
///
/// It is an expression, so that it travels with the query that says who asks and costs no round trip.
#[derive(Debug, Clone, Copy, ValidGrouping)]
pub(crate) struct Entered {
    /// The instant of the request.
    pub(crate) now: Ts,
}

impl Expression for Entered {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Entered {}
impl<Tables> SelectableExpression<Tables> for Entered {}

impl QueryId for Entered {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for Entered {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "kelisim_enter(account.region_id, account.id, account_grant.role, account_grant.office_id, \
             account_grant.mediator_id, account_grant.partner_id, account_grant.valid_from <= (",
        );
        out.push_bind_param::<SqlTime, _>(&self.now)?;
        out.push_sql(
            " AT TIME ZONE region.time_zone)::date AND \
             (account_grant.valid_to IS NULL OR account_grant.valid_to >= (",
        );
        out.push_bind_param::<SqlTime, _>(&self.now)?;
        out.push_sql(" AT TIME ZONE region.time_zone)::date))");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Entered {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("TRUE");
        Ok(())
    }
}

/// Keeps the case that a query has found at hand until the transaction ends, the first of several: whoever was let see
/// it may store what they do with it, also where they give it away by that (D11). For a query that names `cases`.
#[derive(Debug, Clone, Copy, ValidGrouping)]
pub(crate) struct AtHand;

impl Expression for AtHand {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for AtHand {}
impl<Tables> SelectableExpression<Tables> for AtHand {}

impl QueryId for AtHand {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for AtHand {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "CASE WHEN coalesce(current_setting('kelisim.case', true), '') = '' \
             THEN set_config('kelisim.case', cases.id::text, true) <> '' ELSE TRUE END",
        );
        Ok(())
    }
}

impl QueryFragment<Sqlite> for AtHand {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("TRUE");
        Ok(())
    }
}
