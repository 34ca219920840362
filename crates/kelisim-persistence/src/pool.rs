//! Dedicated threads over a pool of connections: the readers of SQLite, and all work on PostgreSQL.
//!
//! Threads of our own, and not those of the web server: database work then has a bound of its own,
//! and a full queue is answered at once instead of holding up the rest.

use std::sync::atomic::Ordering;

use crossbeam_channel::Receiver;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::r2d2::{Pool, PooledConnection, R2D2Connection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::acting::Acting;
use crate::both;
use crate::connection::{Db, Link, Manager};
use crate::error::Error;
use crate::faults::{Defect, Failpoints, Point};
use crate::task::{Task, Verdict};

/// What a job may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Sees one state of the database and changes nothing.
    Read,
    /// Reads and writes in one transaction.
    Write,
}

/// A job with what it may do, and for whom.
pub(crate) type Order = (Mode, Acting, Box<dyn Task>);

/// Works until the last handle of the database is gone and the queue is empty.
pub(crate) fn run(pool: &Pool<Manager>, queue: &Receiver<Order>, faults: &Failpoints) {
    while let Ok((mode, acting, mut task)) = queue.recv() {
        match begin(pool, mode, acting, faults) {
            Err(error) => task.answer(Err(error)),
            Ok(mut link) => {
                let verdict = match in_turn(&mut link, mode, faults) {
                    Ok(()) => task.run(&mut link.db),
                    Err(error) => {
                        task.answer(Err(error));
                        continue;
                    }
                };
                if faults.has(Defect::AnswerBeforeCommit) && verdict == Verdict::Keep {
                    task.answer(Ok(()));
                    let _ = finish(&mut link, mode, verdict, faults);
                    continue;
                }
                let end = finish(&mut link, mode, verdict, faults);
                // Back into the pool first, so that it is there for who waits for the answer.
                drop(link);
                task.answer(reply(end, mode, faults));
            }
        }
    }
}

/// A connection that has been lost while it lay idle shows here, before anything was done: the next
/// one is tried, until the pool says that there is none.
fn begin(
    pool: &Pool<Manager>,
    mode: Mode,
    acting: Acting,
    faults: &Failpoints,
) -> Result<PooledConnection<Manager>, Error> {
    if mode == Mode::Write {
        faults.at(Point::BeforeBegin)?;
    }
    let mut last = None;
    for _ in 0..=pool.max_size() {
        let mut link = pool.get().map_err(|error| Error::Unavailable {
            detail: error.to_string(),
        })?;
        match start(&mut link.db, mode, acting) {
            Ok(()) => {
                link.failed.store(false, Ordering::Relaxed);
                return Ok(link);
            }
            Err(error) => {
                link.broken = true;
                last = Some(error);
            }
        }
    }
    Err(Error::Unavailable {
        detail: last.map_or_else(String::new, |error| error.to_string()),
    })
}

fn start(db: &mut Db, mode: Mode, acting: Acting) -> diesel::QueryResult<()> {
    match (db, mode) {
        (Db::Sqlite(connection), _) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")
        }
        // A list is planned for its own filter, unlike the questions of a change (connection.rs).
        (Db::Postgres(connection), Mode::Read) => AnsiTransactionManager::begin_transaction_sql(
            connection,
            &acting.begin(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL plan_cache_mode = auto",
            ),
        ),
        (Db::Postgres(connection), Mode::Write) => {
            AnsiTransactionManager::begin_transaction_sql(connection, &acting.begin("BEGIN"))
        }
    }
}

/// The failpoints between a BEGIN and its job.
fn in_turn(link: &mut Link, mode: Mode, faults: &Failpoints) -> Result<(), Error> {
    let passed = match mode {
        Mode::Read => faults.at(Point::ReadBegun),
        Mode::Write => faults
            .at(Point::AfterBegin)
            .and_then(|()| faults.at(Point::BeforeJob)),
    };
    link.broken |= passed.is_err();
    passed
}

fn reply(end: Result<(), Error>, mode: Mode, faults: &Failpoints) -> Result<(), Error> {
    match mode {
        Mode::Read => end,
        Mode::Write => faults.at(Point::BeforeReply).and(end),
    }
}

fn finish(link: &mut Link, mode: Mode, verdict: Verdict, faults: &Failpoints) -> Result<(), Error> {
    if mode == Mode::Write
        && let Err(error) = before_end(verdict, faults)
    {
        link.broken = true;
        return Err(error);
    }
    if verdict == Verdict::Panicked {
        // It may hold anything half done; closing it undoes the transaction.
        link.broken = true;
        return Ok(());
    }
    if mode == Mode::Read || verdict == Verdict::Undo {
        if both!(&mut link.db, connection => AnsiTransactionManager::rollback_transaction(connection))
            .is_err()
        {
            link.broken = true;
        }
        return Ok(());
    }
    if link.failed.load(Ordering::Relaxed)
        && let Err(error) = link.db.ping()
    {
        link.broken = true;
        return Err(Error::RolledBack {
            detail: format!("the job went on after a statement had failed: {error}"),
        });
    }
    both!(&mut link.db, connection => AnsiTransactionManager::commit_transaction(connection))
        .map_err(|error| {
            link.broken = true;
            commit_error(error)
        })?;
    faults.at(Point::AfterCommit)
}

/// The failpoints between a job and the end of its transaction.
fn before_end(verdict: Verdict, faults: &Failpoints) -> Result<(), Error> {
    faults.at(Point::AfterJob)?;
    faults.at(match verdict {
        Verdict::Keep => Point::BeforeCommit,
        Verdict::Undo | Verdict::Panicked => Point::BeforeUndo,
    })
}

/// A violated constraint or a serialization failure says that nothing was committed; anything else
/// may have come after the commit.
fn commit_error(error: DieselError) -> Error {
    let detail = error.to_string();
    match error {
        DieselError::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::SerializationFailure,
            _,
        ) => Error::RolledBack { detail },
        _ => Error::CommitUnknown { detail },
    }
}
