//! The one thread of this process that writes to a SQLite file.
//!
//! It commits in groups: while one COMMIT waits for the disk the queue fills, and the next group
//! takes all of it. Each job has a savepoint of its own, and nobody hears "done" before the COMMIT
//! of the group has succeeded.

use crossbeam_channel::Receiver;
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{QueryResult, SqliteConnection};

use crate::connection::{Db, Link, Manager};
use crate::error::Error;
use crate::faults::{Defect, Failpoints, Point};
use crate::task::{Task, Verdict};

pub(crate) struct Writer {
    manager: Manager,
    link: Option<Link>,
    queue: Receiver<Box<dyn Task>>,
    /// The most jobs that share one COMMIT.
    group: usize,
    faults: Failpoints,
}

impl Writer {
    pub(crate) fn new(
        manager: Manager,
        link: Link,
        queue: Receiver<Box<dyn Task>>,
        group: usize,
    ) -> Self {
        Self {
            faults: manager.faults.clone(),
            manager,
            link: Some(link),
            queue,
            group: group.max(1),
        }
    }

    /// Works until the last handle of the database is gone and the queue is empty.
    pub(crate) fn run(mut self) {
        while let Ok(first) = self.queue.recv() {
            let mut jobs = vec![first];
            let end = self.commit_together(&mut jobs);
            for job in jobs {
                let end = self.faults.at(Point::BeforeReply).and(end.clone());
                job.answer(end);
            }
        }
    }

    fn commit_together(&mut self, jobs: &mut Vec<Box<dyn Task>>) -> Result<(), Error> {
        let faults = self.faults.clone();
        let mut link = self.connection()?;
        faults.at(Point::BeforeBegin)?;
        let db = &mut link.db;
        // Waits for another process that holds the write lock, as long as the options say.
        if let Err(error) = on_sqlite(db, |connection| {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }) {
            let error = Error::from(error);
            if matches!(error, Error::Busy) {
                self.link = Some(link);
            }
            return Err(error);
        }
        faults.at(Point::AfterBegin)?;
        let mut next = 0;
        while let Some(job) = jobs.get_mut(next) {
            run_in_savepoint(db, job.as_mut(), &faults)?;
            next += 1;
            if next < self.group
                && let Ok(job) = self.queue.try_recv()
            {
                jobs.push(job);
            }
        }
        if faults.has(Defect::AnswerBeforeCommit) {
            jobs.drain(..).for_each(|job| job.answer(Ok(())));
        }
        // After a failure the connection is not used again: closing it undoes what is open.
        faults.at(Point::BeforeCommit)?;
        on_sqlite(db, AnsiTransactionManager::commit_transaction).map_err(commit_error)?;
        self.link = Some(link);
        faults.at(Point::AfterCommit)
    }

    fn connection(&mut self) -> Result<Link, Error> {
        match self.link.take() {
            Some(link) => Ok(link),
            None => self.manager.open().map_err(|error| Error::Unavailable {
                detail: error.to_string(),
            }),
        }
    }
}

/// An error here is not the job's own: the whole transaction is lost.
fn run_in_savepoint(db: &mut Db, job: &mut dyn Task, faults: &Failpoints) -> Result<(), Error> {
    let lost = |error: DieselError| Error::RolledBack {
        detail: error.to_string(),
    };
    on_sqlite(db, AnsiTransactionManager::begin_transaction).map_err(lost)?;
    faults.at(Point::BeforeJob)?;
    let verdict = job.run(db);
    faults.at(Point::AfterJob)?;
    if verdict != Verdict::Keep {
        faults.at(Point::BeforeUndo)?;
    }
    let depth = on_sqlite(db, |connection| {
        AnsiTransactionManager::transaction_manager_status_mut(connection).transaction_depth()
    });
    // A panic may have left transactions of the job's own open; SQLite itself ends the transaction
    // when the disk is full or fails.
    match depth.map_err(lost)?.map(std::num::NonZeroU32::get) {
        Some(2) if verdict == Verdict::Keep => {
            on_sqlite(db, AnsiTransactionManager::commit_transaction).map_err(lost)
        }
        Some(depth) if depth >= 2 && verdict != Verdict::Keep => {
            for _ in 2..=depth {
                on_sqlite(db, AnsiTransactionManager::rollback_transaction).map_err(lost)?;
            }
            Ok(())
        }
        _ => Err(Error::RolledBack {
            detail: "a job left the transaction unbalanced".to_owned(),
        }),
    }
}

/// A constraint that is checked at the end says that nothing was committed; of a failing disk it is
/// not known what will be found after a restart.
fn commit_error(error: DieselError) -> Error {
    let detail = error.to_string();
    match error {
        DieselError::DatabaseError(
            DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::CheckViolation,
            _,
        ) => Error::RolledBack { detail },
        _ => Error::CommitUnknown { detail },
    }
}

fn on_sqlite<T>(
    db: &mut Db,
    act: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    match db {
        Db::Sqlite(connection) => act(connection),
        Db::Postgres(_) => Err(DieselError::NotInTransaction),
    }
}
