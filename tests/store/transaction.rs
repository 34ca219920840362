//! What `read` and `write` promise, whichever the database.

use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::thread;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::BigInt;
use kelisim_persistence::{Database, Db, Error, Options, SystemPart};
use kelisim_tests::{Backend, TestDatabase, on_both_databases};

const TOY: &str = "CREATE TABLE toy (n INTEGER PRIMARY KEY, hits INTEGER NOT NULL)";

fn put(db: &mut Db, n: i64) -> Result<(), Error> {
    Ok(db.batch_execute(&format!("INSERT INTO toy VALUES ({n}, 0)"))?)
}

fn count(db: &mut Db) -> Result<i64, Error> {
    Ok(sql::<BigInt>("SELECT count(*) FROM toy").get_result(db)?)
}

/// One worker, one place to wait, and a table to play with.
fn narrow(db: &TestDatabase) -> Database {
    db.execute(TOY);
    let one = NonZeroUsize::MIN;
    db.open_with(&Options {
        threads: one,
        queue: one,
        group: one,
        ..TestDatabase::options()
    })
    .as_system(SystemPart::Test)
}

on_both_databases! {
    fn what_is_answered_has_been_committed(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        database.write_blocking(|db| put(db, 1)).unwrap();
        assert_eq!(db.count("toy"), 1);
    }

    fn an_error_undoes_the_whole_job(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        let refused = database.write_blocking(|db| {
            put(db, 1)?;
            Err::<(), Error>(Error::NotFound)
        });
        assert!(matches!(refused, Err(Error::NotFound)));
        assert_eq!(db.count("toy"), 0);
    }

    fn a_panic_is_answered_and_undone_and_the_next_job_runs(db: TestDatabase) {
        let database = narrow(&db);
        let panicked = database.write_blocking(|db| {
            put(db, 1)?;
            if count(db)? == 1 {
                panic!("a defect");
            }
            Ok::<(), Error>(())
        });
        assert!(matches!(panicked, Err(Error::Panicked { .. })), "{panicked:?}");
        database.write_blocking(|db| put(db, 2)).unwrap();
        assert_eq!(db.count("toy WHERE n = 2"), 1);
        assert_eq!(db.count("toy"), 1);
    }

    fn a_reader_cannot_write(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        assert!(database.read_blocking(|db| put(db, 1)).is_err());
        assert_eq!(db.count("toy"), 0);
    }

    fn a_reader_sees_one_state_from_first_to_last(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        let (tell_read, was_read) = mpsc::channel();
        let (tell_written, was_written) = mpsc::channel::<()>();
        let reader = database.clone();
        let reader = thread::spawn(move || {
            reader.read_blocking(move |db| {
                let before = count(db)?;
                tell_read.send(()).unwrap();
                was_written.recv().unwrap();
                Ok::<_, Error>((before, count(db)?))
            })
        });
        was_read.recv().unwrap();
        database.write_blocking(|db| put(db, 1)).unwrap();
        tell_written.send(()).unwrap();
        assert_eq!(reader.join().unwrap().unwrap(), (0, 0));
    }

    fn no_update_of_many_writers_is_lost(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        database.write_blocking(|db| put(db, 1)).unwrap();
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let database = database.clone();
                thread::spawn(move || {
                    for _ in 0..10 {
                        let hit = "UPDATE toy SET hits = hits + 1 WHERE n = 1";
                        database
                            .write_blocking(move |db| Ok::<_, Error>(db.batch_execute(hit)?))
                            .unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert_eq!(db.count("toy WHERE hits = 80"), 1);
    }

    async fn a_full_queue_is_answered_at_once_with_busy(db: TestDatabase) {
        let database = narrow(&db);
        let (tell_running, running) = mpsc::channel();
        let (open_gate, gate) = mpsc::channel::<()>();
        let holder = database.clone();
        let holder = thread::spawn(move || {
            holder.write_blocking(move |db| {
                tell_running.send(()).unwrap();
                gate.recv().unwrap();
                put(db, 1)
            })
        });
        running.recv().unwrap();
        let waiter = database.clone();
        let waiter = thread::spawn(move || waiter.write_blocking(|db| put(db, 2)));
        while database.waiting().0 == 0 {
            thread::yield_now();
        }
        let refused = database.write(|db| put(db, 3)).await;
        assert!(matches!(refused, Err(Error::Busy)), "{refused:?}");
        open_gate.send(()).unwrap();
        holder.join().unwrap().unwrap();
        waiter.join().unwrap().unwrap();
        assert_eq!(db.count("toy"), 2);
    }

    fn a_taken_value_is_a_conflict_and_names_the_same_column(db: TestDatabase) {
        db.execute("CREATE TABLE named (code TEXT NOT NULL UNIQUE)");
        db.execute("INSERT INTO named VALUES ('a')");
        let database = db.open();
        let again = "INSERT INTO named VALUES ('a')";
        let taken = database.write_blocking(move |db| Ok::<_, Error>(db.batch_execute(again)?));
        assert!(matches!(&taken, Err(Error::Conflict { what }) if what == "named.code"), "{taken:?}");
    }

    fn the_last_handle_finishes_what_waits(db: TestDatabase) {
        db.execute(TOY);
        let database = db.open();
        let writers: Vec<_> = (0..20)
            .map(|n| {
                let database = database.clone();
                thread::spawn(move || database.write_blocking(move |db| put(db, n)))
            })
            .collect();
        drop(database);
        writers.into_iter().for_each(|writer| writer.join().unwrap().unwrap());
        assert_eq!(db.count("toy"), 20);
    }
}

/// R37: the throw-away server waits for no disk, which the application must not accept.
#[test]
fn a_server_that_may_lose_changes_is_refused() {
    let db = TestDatabase::create(Backend::Postgres);
    let refused = Database::open(db.url(), &Options::default());
    assert!(matches!(refused.err(), Some(Error::Unsafe { setting, .. }) if setting == "fsync"));
}
