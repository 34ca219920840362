//! The writer thread, the readers and the refusals at the start.

use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use tokio::sync::oneshot;

use super::{Bed, count, execute, put};
use crate::connection::Role;
use crate::{Database, DatabaseUrl, Error, Options, durability};

/// Stops the writer inside a job until the returned sender is used or dropped.
fn hold(database: &Database) -> Sender<()> {
    let (started, running) = channel();
    let (open, gate): (Sender<()>, Receiver<()>) = channel();
    let database = database.clone();
    thread::spawn(move || {
        database.write_blocking(move |_| {
            started.send(()).expect("somebody waits");
            let _ = gate.recv();
            Ok::<_, Error>(())
        })
    });
    running.recv().expect("running");
    open
}

/// Starts a write without waiting for its answer.
fn start<T: Send + 'static>(
    database: &Database,
    job: impl FnOnce(&mut crate::Db) -> Result<T, Error> + Send + 'static,
) -> oneshot::Receiver<Result<T, Error>> {
    let (send, receive) = oneshot::channel();
    let database = database.clone();
    let (waiting, _) = database.waiting();
    let other = database.clone();
    thread::spawn(move || {
        let _ = send.send(other.write_blocking(job));
    });
    while database.waiting().0 == waiting {
        thread::sleep(Duration::from_millis(1));
    }
    receive
}

#[test]
fn a_job_of_a_group_is_answered_after_the_commit() {
    let bed = Bed::new();
    let database = bed.database();
    let first = hold(&database);
    let mut quick = start(&database, |db| put(db, 1));
    let (entered, inside) = channel();
    let (open, gate) = channel::<()>();
    let slow = start(&database, move |db| {
        entered.send(()).expect("somebody waits");
        let _ = gate.recv();
        put(db, 2)
    });
    drop(first);
    inside
        .recv()
        .expect("the quick job has run, the slow one runs");
    thread::sleep(Duration::from_millis(50));
    assert!(quick.try_recv().is_err(), "answered before the commit");
    assert_eq!(database.read_blocking(count).expect("read"), 0);
    drop(open);
    slow.blocking_recv().expect("answer").expect("done");
    quick.blocking_recv().expect("answer").expect("done");
    assert_eq!(database.read_blocking(count).expect("read"), 2);
}

#[test]
fn a_failing_commit_answers_every_job_of_its_group_with_an_error() {
    let bed = Bed::new();
    let database = bed.database();
    let gate = hold(&database);
    let good = start(&database, |db| put(db, 1));
    let bad = start(&database, |db| execute(db, "INSERT INTO child VALUES (99)"));
    let refused = start(&database, |_| Err::<(), _>(Error::NotFound));
    drop(gate);
    for answer in [good, bad, refused] {
        let error = answer
            .blocking_recv()
            .expect("answer")
            .expect_err("an error");
        assert!(matches!(error, Error::RolledBack { .. }), "{error}");
    }
    assert_eq!(database.read_blocking(count).expect("read"), 0);
    database.write_blocking(|db| put(db, 1)).expect("goes on");
}

#[test]
fn a_panic_undoes_its_own_job_only() {
    let bed = Bed::new();
    let database = bed.database();
    let gate = hold(&database);
    let before = start(&database, |db| put(db, 1));
    let panics = start(&database, |db| {
        put(db, 2)?;
        execute(db, "SAVEPOINT own")?;
        assert_eq!(count(db)?, 0, "a defect");
        Ok(())
    });
    let after = start(&database, |db| put(db, 3));
    drop(gate);
    before.blocking_recv().expect("answer").expect("done");
    after.blocking_recv().expect("answer").expect("done");
    let error = panics
        .blocking_recv()
        .expect("answer")
        .expect_err("an error");
    // A text that was put together may hold content, so it is not told (G13).
    assert!(matches!(error, Error::Panicked { detail } if !detail.contains("a defect")));
    assert_eq!(database.read_blocking(count).expect("read"), 2);
}

#[test]
fn a_refusal_undoes_its_own_job_only() {
    let bed = Bed::new();
    let database = bed.database();
    let gate = hold(&database);
    let before = start(&database, |db| put(db, 1));
    let refuses = start(&database, |db| {
        put(db, 2)?;
        Err::<(), _>(Error::NotFound)
    });
    let taken = start(&database, |db| put(db, 1));
    drop(gate);
    before.blocking_recv().expect("answer").expect("done");
    let error = refuses
        .blocking_recv()
        .expect("answer")
        .expect_err("refused");
    assert!(matches!(error, Error::NotFound));
    let error = taken.blocking_recv().expect("answer").expect_err("refused");
    assert!(
        matches!(&error, Error::Conflict { what } if what == "toy.n"),
        "{error}"
    );
    assert_eq!(database.read_blocking(count).expect("read"), 1);
}

/// A full disk may end the whole transaction, and not only the job that met it.
#[test]
fn on_a_full_disk_what_was_answered_with_done_is_stored() {
    let bed = Bed::new();
    let database = bed.database();
    let gate = hold(&database);
    let before = start(&database, |db| put(db, 1));
    let fills = start(&database, |db| {
        execute(db, "PRAGMA max_page_count = 1")?;
        execute(db, "CREATE TABLE big (b BLOB)")?;
        execute(db, "INSERT INTO big VALUES (zeroblob(10000000))")
    });
    let after = start(&database, |db| put(db, 2));
    drop(gate);
    assert!(fills.blocking_recv().expect("answer").is_err());
    let done = [before, after].map(|answer| answer.blocking_recv().expect("answer").is_ok());
    let stored = done.iter().filter(|done| **done).count();
    let found = database.read_blocking(count).expect("read");
    assert_eq!(usize::try_from(found), Ok(stored));
}

#[tokio::test]
async fn a_full_queue_is_answered_at_once() {
    let bed = Bed::new();
    let database = bed.open(|options| options.queue = NonZeroUsize::MIN);
    let gate = hold(&database);
    let queued = start(&database, |db| put(db, 1));
    let error = database.write(|db| put(db, 2)).await.expect_err("full");
    assert!(matches!(error, Error::Busy));
    drop(gate);
    queued.await.expect("answer").expect("done");
}

#[test]
fn a_lock_of_another_process_is_waited_for() {
    let bed = Bed::new();
    let database = bed.database();
    let mut other = SqliteConnection::establish(&bed.url.to_string().replace("sqlite:", ""))
        .expect("another connection");
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let began = Instant::now();
    let answer = start_anyhow(&database);
    thread::sleep(Duration::from_millis(200));
    other.batch_execute("COMMIT").expect("released");
    answer.join().expect("no panic").expect("done");
    assert!(began.elapsed() >= Duration::from_millis(200));
}

fn start_anyhow(database: &Database) -> thread::JoinHandle<Result<(), Error>> {
    let database = database.clone();
    thread::spawn(move || database.write_blocking(|db| put(db, 1)))
}

#[test]
fn a_lock_that_is_held_too_long_is_answered_with_busy() {
    let bed = Bed::new();
    let database = bed.open(|options| options.lock_milliseconds = 50);
    let mut other = SqliteConnection::establish(&bed.url.to_string().replace("sqlite:", ""))
        .expect("another connection");
    other.batch_execute("BEGIN IMMEDIATE").expect("the lock");
    let error = database.write_blocking(|db| put(db, 1)).expect_err("held");
    assert!(matches!(error, Error::Busy), "{error}");
    other.batch_execute("COMMIT").expect("released");
    database.write_blocking(|db| put(db, 1)).expect("goes on");
}

#[test]
fn a_reader_cannot_write() {
    let bed = Bed::new();
    let database = bed.database();
    let error = database
        .read_blocking(|db| put(db, 1))
        .expect_err("refused");
    assert!(error.to_string().contains("readonly"), "{error}");
}

#[test]
fn a_reader_sees_one_state() {
    let bed = Bed::new();
    let database = bed.database();
    let other = database.clone();
    let (before, after) = database
        .read_blocking(move |db| {
            let before = count(db)?;
            other.write_blocking(|db| put(db, 1))?;
            Ok::<_, Error>((before, count(db)?))
        })
        .expect("read");
    assert_eq!((before, after), (0, 0));
    assert_eq!(database.read_blocking(count).expect("read"), 1);
}

#[test]
fn the_last_handle_finishes_what_is_queued() {
    let bed = Bed::new();
    let database = bed.database();
    let gate = hold(&database);
    let answers: Vec<_> = (1..=5)
        .map(|n| start(&database, move |db| put(db, n)))
        .collect();
    drop(gate);
    drop(database);
    for answer in answers {
        answer.blocking_recv().expect("answer").expect("done");
    }
    assert_eq!(bed.database().read_blocking(count).expect("read"), 5);
}

#[test]
fn a_newer_database_is_refused() {
    let bed = Bed::new();
    bed.database()
        .write_blocking(|db| {
            execute(
                db,
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231000001')",
            )
        })
        .expect("marked");
    let error = Database::open(&bed.url, &Options::default())
        .err()
        .expect("refused");
    assert!(matches!(error, Error::Newer { migration } if migration == "29991231000001"));
    let error = crate::migrate::migrate(&bed.url, None).expect_err("refused");
    assert!(matches!(error, Error::Newer { .. }));
}

#[test]
fn an_unsafe_setting_is_refused() {
    let bed = Bed::new();
    let manager = Options::default().manager(&bed.url, Role::Writer);
    for (pragma, setting) in [
        ("PRAGMA synchronous = NORMAL", "synchronous"),
        ("PRAGMA foreign_keys = OFF", "foreign_keys"),
        ("PRAGMA journal_mode = DELETE", "journal_mode"),
    ] {
        let mut link = manager.open().expect("open");
        durability::check(&mut link.db, false).expect("safe as we open it");
        link.db.batch_execute(pragma).expect("set");
        let error = durability::check(&mut link.db, false).expect_err("refused");
        assert!(
            matches!(&error, Error::Unsafe { setting: found, .. } if *found == setting),
            "{error}"
        );
    }
}

#[test]
fn a_missing_file_is_not_made_in_passing() {
    let bed = Bed::new();
    let url = DatabaseUrl::Sqlite(bed.folder.path().join("mistyped.db"));
    let error = Database::open(&url, &Options::default())
        .err()
        .expect("refused");
    assert!(matches!(error, Error::Unavailable { .. }));
    assert!(!bed.folder.path().join("mistyped.db").exists());
}

#[cfg(unix)]
#[test]
fn the_files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let bed = Bed::new();
    let _open = bed.database();
    for entry in std::fs::read_dir(bed.folder.path()).expect("folder") {
        let mode = entry
            .expect("entry")
            .metadata()
            .expect("data")
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
    }
}
