//! The one way to the database: a job is handed over, runs in one transaction on a thread of its
//! own, and is answered when that transaction has ended.
//!
//! Absent on purpose: a connection that outlives a job, and a nested call from inside a job.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Sender, TrySendError, bounded};
use diesel::r2d2::Pool;
use tokio::sync::oneshot;

use crate::acting::{Acting, SystemPart};
use crate::connection::{DatabaseUrl, Db, Manager, Role};
use crate::durability;
use crate::error::Error;
use crate::faults::Failpoints;
use crate::migrate;
use crate::pool::{self, Mode, Order};
use crate::roles;
use crate::task::{Job, Task};
use crate::writer::Writer;

/// Sizes and times; everything is bounded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads, each with a connection: readers on SQLite, all work on PostgreSQL.
    pub threads: NonZeroUsize,
    /// Jobs that may wait; one more is answered with [`Error::Busy`].
    pub queue: NonZeroUsize,
    /// The most jobs that share one COMMIT on SQLite.
    pub group: NonZeroUsize,
    /// How long a lock of another process or transaction is waited for.
    pub lock_milliseconds: u32,
    /// How long one statement may run (PostgreSQL).
    pub statement_milliseconds: u32,
    /// How long a connection to the server is waited for.
    pub connect_milliseconds: u32,
    /// Tests only, and not reachable from the configuration: accept a PostgreSQL that may lose
    /// acknowledged changes, and let SQLite not wait for the disk.
    pub allow_unsafe_durability: bool,
    /// Proofs only.
    pub faults: Failpoints,
}

impl Default for Options {
    fn default() -> Self {
        const fn size(value: usize) -> NonZeroUsize {
            match NonZeroUsize::new(value) {
                Some(size) => size,
                None => NonZeroUsize::MIN,
            }
        }
        Self {
            threads: size(8),
            queue: size(256),
            group: size(64),
            lock_milliseconds: 10_000,
            statement_milliseconds: 5_000,
            connect_milliseconds: 3_000,
            allow_unsafe_durability: false,
            faults: Failpoints::NONE,
        }
    }
}

impl Options {
    pub(crate) fn manager(&self, url: &DatabaseUrl, role: Role) -> Manager {
        Manager {
            url: url.clone(),
            role,
            lock_milliseconds: self.lock_milliseconds,
            statement_milliseconds: self.statement_milliseconds,
            connect_milliseconds: self.connect_milliseconds,
            durable: !self.allow_unsafe_durability,
            faults: self.faults.clone(),
        }
    }
}

/// A handle of an open database; clones share it. The last one to go finishes the queued jobs.
///
/// A handle says for whom its transactions run, and one that was just opened runs them for nobody: on PostgreSQL they
/// see no row.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
    acting: Acting,
}

struct Inner {
    url: DatabaseUrl,
    lanes: Option<Lanes>,
    threads: Vec<JoinHandle<()>>,
}

/// SQLite has a lane for its one writer and one for its readers; PostgreSQL has one for both.
enum Lanes {
    Sqlite {
        write: Sender<Box<dyn Task>>,
        read: Sender<Order>,
    },
    Postgres(Sender<Order>),
}

impl Database {
    /// Opens a database, checks that it keeps what it acknowledges and that it is not newer than
    /// this program, and starts its threads.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Unsafe`], [`Error::Newer`], [`Error::Roles`].
    pub fn open(url: &DatabaseUrl, options: &Options) -> Result<Self, Error> {
        if let DatabaseUrl::Sqlite(path) = url
            && !path.exists()
        {
            return Err(Error::Unavailable {
                detail: format!(
                    "there is no file {}; `kelisim migrate` makes it",
                    path.display()
                ),
            });
        }
        let mut link = connect(&options.manager(url, Role::Writer))?;
        durability::check(&mut link.db, options.allow_unsafe_durability)?;
        roles::check(&mut link.db, options.allow_unsafe_durability)?;
        migrate::refuse_newer(&mut link.db)?;
        let (lanes, threads) = match url {
            DatabaseUrl::Sqlite(_) => {
                let (write, writes) = bounded(options.queue.get());
                let manager = options.manager(url, Role::Writer);
                let writer = Writer::new(manager, link, writes, options.group.get());
                let (read, mut threads) = start_pool(url, options, Role::Reader)?;
                threads.push(spawn("kelisim-writer", move || writer.run())?);
                (Lanes::Sqlite { write, read }, threads)
            }
            DatabaseUrl::Postgres(_) => {
                let (orders, threads) = start_pool(url, options, Role::Writer)?;
                (Lanes::Postgres(orders), threads)
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                url: url.clone(),
                lanes: Some(lanes),
                threads,
            }),
            acting: Acting::Nobody,
        })
    }

    /// The handle for whoever has yet to say who they are: the query that looks up their token lets them in.
    #[must_use]
    pub fn at_door(&self) -> Self {
        self.acting(Acting::Door)
    }

    /// The handle for a part of the program itself.
    #[must_use]
    pub fn as_system(&self, part: SystemPart) -> Self {
        self.acting(Acting::System(part))
    }

    fn acting(&self, acting: Acting) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            acting,
        }
    }

    /// Where this database is.
    pub fn url(&self) -> &DatabaseUrl {
        &self.inner.url
    }

    /// Runs a job on one unchanging state of the database; it cannot write.
    ///
    /// # Errors
    /// The job's own, or [`Error::Busy`] or [`Error::Unavailable`] of the database.
    pub async fn read<T, E>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.offer(Mode::Read, Job::boxed(job, tell(reply)))?;
        answer.await.unwrap_or_else(|_| Err(unanswered().into()))
    }

    /// Runs a job in one transaction and answers after its COMMIT; an `Err` of the job undoes it.
    ///
    /// # Errors
    /// The job's own, or [`Error::Busy`], [`Error::Unavailable`], [`Error::RolledBack`] or
    /// [`Error::CommitUnknown`] of the database.
    pub async fn write<T, E>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.offer(Mode::Write, Job::boxed(job, tell(reply)))?;
        answer.await.unwrap_or_else(|_| Err(unanswered().into()))
    }

    /// As [`Database::read`], for threads and commands; it waits for a place in the queue.
    ///
    /// # Errors
    /// As [`Database::read`], [`Error::Busy`] excepted.
    pub fn read_blocking<T, E>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.wait(Mode::Read, job)
    }

    /// As [`Database::write`], for threads and commands; it waits for a place in the queue.
    ///
    /// # Errors
    /// As [`Database::write`].
    pub fn write_blocking<T, E>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.wait(Mode::Write, job)
    }

    /// Jobs that wait now, for metrics: of writers and of readers.
    pub fn waiting(&self) -> (usize, usize) {
        match &self.inner.lanes {
            Some(Lanes::Sqlite { write, read }) => (write.len(), read.len()),
            Some(Lanes::Postgres(orders)) => (orders.len(), 0),
            None => (0, 0),
        }
    }

    fn wait<T, E>(
        &self,
        mode: Mode,
        job: impl FnOnce(&mut Db) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = bounded(1);
        let tell = move |outcome| {
            // Who asked may have stopped waiting.
            let _ = reply.send(outcome);
        };
        let task = Job::boxed(job, tell);
        let sent = match (&self.inner.lanes, mode) {
            (Some(Lanes::Sqlite { write, .. }), Mode::Write) => write.send(task).is_ok(),
            (Some(Lanes::Sqlite { read: orders, .. } | Lanes::Postgres(orders)), _) => {
                orders.send((mode, self.acting, task)).is_ok()
            }
            (None, _) => false,
        };
        if !sent {
            return Err(closed().into());
        }
        answer.recv().unwrap_or_else(|_| Err(unanswered().into()))
    }

    fn offer(&self, mode: Mode, task: Box<dyn Task>) -> Result<(), Error> {
        match (&self.inner.lanes, mode) {
            (Some(Lanes::Sqlite { write, .. }), Mode::Write) => accepted(write.try_send(task)),
            (Some(Lanes::Sqlite { read: orders, .. } | Lanes::Postgres(orders)), _) => {
                accepted(orders.try_send((mode, self.acting, task)))
            }
            (None, _) => Err(closed()),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Without senders the threads finish what is queued and end.
        self.lanes = None;
        for thread in self.threads.drain(..) {
            // A job that held the last handle runs on one of these threads itself.
            if thread.thread().id() != thread::current().id() && thread.join().is_err() {
                tracing::error!("a database thread had panicked");
            }
        }
    }
}

/// One connection, outside any pool.
pub(crate) fn connect(manager: &Manager) -> Result<crate::connection::Link, Error> {
    manager.open().map_err(|error| Error::Unavailable {
        detail: error.to_string(),
    })
}

fn start_pool(
    url: &DatabaseUrl,
    options: &Options,
    role: Role,
) -> Result<(Sender<Order>, Vec<JoinHandle<()>>), Error> {
    let threads = options.threads.get();
    let connections = Pool::builder()
        .max_size(u32::try_from(threads).unwrap_or(u32::MAX))
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_millis(u64::from(
            options.connect_milliseconds,
        )))
        .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
        .build_unchecked(options.manager(url, role));
    let (orders, queue) = bounded(options.queue.get());
    let threads = (0..threads)
        .map(|number| {
            let (connections, queue) = (connections.clone(), queue.clone());
            let faults = options.faults.clone();
            spawn(&format!("kelisim-db-{number}"), move || {
                pool::run(&connections, &queue, &faults);
            })
        })
        .collect::<Result<_, _>>()?;
    Ok((orders, threads))
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Error> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| Error::broken("thread", error))
}

fn tell<T>(reply: oneshot::Sender<T>) -> impl FnOnce(T) {
    move |outcome| {
        // Who asked may have gone away; the change stands all the same.
        let _ = reply.send(outcome);
    }
}

fn accepted<T>(sent: Result<(), TrySendError<T>>) -> Result<(), Error> {
    sent.map_err(|error| match error {
        TrySendError::Full(_) => Error::Busy,
        TrySendError::Disconnected(_) => closed(),
    })
}

fn closed() -> Error {
    Error::Unavailable {
        detail: "the database is closed".to_owned(),
    }
}

/// The thread of a job died without an answer, which nothing but a defect can cause.
fn unanswered() -> Error {
    Error::CommitUnknown {
        detail: "the database thread gave no answer".to_owned(),
    }
}
