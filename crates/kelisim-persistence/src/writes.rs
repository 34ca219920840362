//! What a transaction stores as its last act.
//!
//! A change of a case touches many rows: the case, its history, the messages, the kept answer.
//! On PostgreSQL they are stored by one statement, so that a change costs one round trip however many rows it has;
//! on SQLite, where a statement is a function call, they are stored one by one.
//!
//! Each statement must change exactly the rows that its writer counts, most of them one: guards stand in its `WHERE`, and
//! a row that was not changed is the error that its writer named. Absent on purpose: a read that sees what is not stored yet.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Nullable};
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, RunQueryDsl};

use crate::connection::Db;
use crate::error::Error;

/// More statements than this are not kept prepared: each number of them is another text, and a connection keeps every
/// text that it has seen.
const PREPARED_MOST: usize = 12;

/// Statements in the order in which they were added.
///
/// Their rows write "nothing" as NULL and not as DEFAULT (`treat_none_as_default_value = false`), so that one kind of
/// change has one text. It stays prepared, which diesel would not do for an update: the text alone is its key here.
#[derive(Default)]
pub struct Writes(Vec<Write>);

/// A statement that either database understands.
///
/// It is given to the concrete connection, because the shared one writes the text of a statement several times over.
pub(crate) trait Statement: QueryFragment<Pg> + QueryFragment<Sqlite> {}

impl<Q: QueryFragment<Pg> + QueryFragment<Sqlite>> Statement for Q {}

struct Write {
    statement: Box<dyn Statement>,
    rows: usize,
    /// What it means when the statement did not change exactly so many rows.
    otherwise: Error,
}

impl Writes {
    /// Adds an insert or an update of one row, without a `RETURNING` clause.
    pub(crate) fn add(&mut self, statement: impl Statement + 'static, otherwise: Error) {
        self.add_rows(statement, 1, otherwise);
    }

    /// The same for a statement that inserts or updates some rows.
    pub(crate) fn add_rows(
        &mut self,
        statement: impl Statement + 'static,
        rows: usize,
        otherwise: Error,
    ) {
        self.0.push(Write {
            statement: Box::new(statement),
            rows,
            otherwise,
        });
    }

    /// Stores everything, and is empty then.
    ///
    /// # Errors
    /// The error of the first statement that did not change its rows, or that of the database; the transaction
    /// must be rolled back.
    pub fn store(&mut self, db: &mut Db) -> Result<(), Error> {
        let list = std::mem::take(&mut self.0);
        match db {
            Db::Sqlite(connection) => {
                for write in list {
                    let changed: Vec<i32> = Single(write.statement.as_ref()).load(connection)?;
                    if changed.len() != write.rows {
                        return Err(write.otherwise);
                    }
                }
                Ok(())
            }
            Db::Postgres(_) if list.is_empty() => Ok(()),
            Db::Postgres(connection) => {
                let failed: Option<i32> = Together(&list).get_result(connection)?;
                let failed = failed.and_then(|number| usize::try_from(number).ok());
                let write = failed.and_then(|number| list.into_iter().nth(number));
                write.map_or(Ok(()), |write| Err(write.otherwise))
            }
        }
    }
}

/// One statement by itself; the answer is a row for each row that it changed.
///
/// It answers rows because diesel asks whether a statement stays prepared of what is loaded, and not of what is only
/// executed.
struct Single<'a>(&'a dyn Statement);

impl Query for Single<'_> {
    type SqlType = Integer;
}

impl QueryId for Single<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Single<'_> {}

impl QueryFragment<Sqlite> for Single<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        QueryFragment::<Sqlite>::walk_ast(self.0, out.reborrow())?;
        out.push_sql(" RETURNING 1");
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _: &Sqlite) -> QueryResult<bool> {
        Ok(true)
    }
}

/// All statements as one; the answer is the number of the first that did not change exactly its rows.
///
/// PostgreSQL runs each of them once whether its result is read or not, and checks foreign keys when all have run.
struct Together<'a>(&'a [Write]);

impl Query for Together<'_> {
    type SqlType = Nullable<Integer>;
}

impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C> RunQueryDsl<C> for Together<'_> {}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, write) in self.0.iter().enumerate() {
            let start = if number == 0 { "WITH" } else { "," };
            out.push_sql(&format!("{start} w{number} AS ("));
            QueryFragment::<Pg>::walk_ast(write.statement.as_ref(), out.reborrow())?;
            out.push_sql(" RETURNING 1)");
        }
        out.push_sql(" SELECT CASE");
        for (number, Write { rows, .. }) in self.0.iter().enumerate() {
            out.push_sql(&format!(
                " WHEN (SELECT count(*) FROM w{number}) <> {rows} THEN {number}"
            ));
        }
        out.push_sql(" END");
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(self.0.len() <= PREPARED_MOST)
    }
}

/// A query that stays prepared although diesel would not keep it so: the number of its values never varies.
pub(crate) struct Prepared<Q>(pub(crate) Q);

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}

impl<DB: Backend, Q: QueryFragment<DB>> QueryFragment<DB> for Prepared<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
