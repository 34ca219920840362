//! After an erasure: what the database still holds of a destroyed key beside its rows.
//!
//! SQLite overwrites freed places (`secure_delete`), and an erasure also the pages that it empties; its log may still hold
//! pages from before: it is written back and cut.
//! PostgreSQL leaves old rows in pages and in its log until both are used again; a rotation of the master key makes them
//! worthless at once (docs/OPERATIONS.md).

use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;

use crate::connection::{DatabaseUrl, Db, Role};
use crate::error::Error;
use crate::patience::Patience;
use crate::transaction::{Options, connect};

/// How long a reader is waited for that holds the log back, each time, in milliseconds.
const WAIT_MILLISECONDS: u32 = 300;
/// How often it is tried again, and how long it is waited between.
const PATIENCE: Patience = Patience {
    more: 9,
    pause: Duration::from_millis(200),
};

/// What SQLite answers: a log that is held back is a row, not an error.
#[derive(diesel::QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Runs a job of which nothing may be left in a page either.
///
/// `secure_delete = FAST`, with which everybody else writes, overwrites what is freed inside of a page, and leaves a page
/// that became empty as it was: in a trial, of five thousand cases that were erased two thirds of the tokens of names.
///
/// # Errors
/// Those of the job, and of the database.
pub fn overwriting<T, E: From<Error>>(
    db: &mut Db,
    job: impl FnOnce(&mut Db) -> Result<T, E>,
) -> Result<T, E> {
    let says = |db: &mut Db, pragma: &str| match db {
        Db::Sqlite(connection) => connection.batch_execute(pragma).map_err(Error::from),
        Db::Postgres(_) => Ok(()),
    };
    says(db, "PRAGMA secure_delete = ON")?;
    let done = job(db);
    says(db, "PRAGMA secure_delete = FAST")?;
    done
}

/// Cuts the log of a SQLite database; the answer is no when a reader holds it back, and the log then still has the pages.
///
/// # Errors
/// Those of the database.
pub fn log_cut(url: &DatabaseUrl) -> Result<bool, Error> {
    let DatabaseUrl::Sqlite(_) = url else {
        return Ok(true);
    };
    let options = Options {
        lock_milliseconds: WAIT_MILLISECONDS,
        ..Options::default()
    };
    let mut link = connect(&options.manager(url, Role::Writer))?;
    let Db::Sqlite(connection) = &mut link.db else {
        return Ok(true);
    };
    let done: Result<Checkpoint, Error> = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)")
        .get_result(connection)
        .map_err(Into::into);
    match done {
        Ok(done) => Ok(done.busy == 0),
        Err(Error::Busy) => Ok(false),
        Err(error) => Err(error),
    }
}

/// As [`log_cut`], several times over some seconds.
///
/// # Errors
/// Those of the database.
pub fn log_cut_patiently(url: &DatabaseUrl) -> Result<bool, Error> {
    PATIENCE.with(|| log_cut(url), |cut, _| matches!(cut, Ok(false)))
}
