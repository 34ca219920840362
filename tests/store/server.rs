//! What only a server can do to us.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Integer;
use kelisim_persistence::{Db, Error, Options};
use kelisim_tests::{Backend, TestDatabase};

fn execute(db: &mut Db, text: &str) -> Result<(), Error> {
    Ok(db.batch_execute(text)?)
}

fn server_with(statements: &str) -> TestDatabase {
    let db = TestDatabase::create(Backend::Postgres);
    db.execute(statements);
    db
}

/// PostgreSQL answers "done" to the COMMIT of a transaction that it has given up.
#[test]
fn a_job_that_ignores_a_failed_statement_is_not_acknowledged() {
    let db = server_with("CREATE TABLE toy (n INTEGER PRIMARY KEY)");
    let database = db.open();
    let lost = database.write_blocking(|db| {
        execute(db, "INSERT INTO toy VALUES (1)")?;
        assert!(execute(db, "INSERT INTO toy VALUES (1)").is_err());
        Ok::<_, Error>(())
    });
    assert!(matches!(lost, Err(Error::RolledBack { .. })), "{lost:?}");
    assert_eq!(db.count("toy"), 0);
}

#[test]
fn a_commit_that_fails_is_not_acknowledged() {
    let db = server_with(
        "CREATE TABLE toy (n INTEGER PRIMARY KEY);
         CREATE TABLE child (n INTEGER REFERENCES toy DEFERRABLE INITIALLY DEFERRED)",
    );
    let database = db.open();
    let lost = database.write_blocking(|db| execute(db, "INSERT INTO child VALUES (1)"));
    assert!(matches!(lost, Err(Error::RolledBack { .. })), "{lost:?}");
    database
        .write_blocking(|db| execute(db, "INSERT INTO toy VALUES (1)"))
        .unwrap();
    assert_eq!(db.count("child"), 0);
}

#[test]
fn connections_that_were_cut_are_replaced() {
    let db = TestDatabase::create(Backend::Postgres);
    let database = db.open();
    let one = |db: &mut Db| Ok::<_, Error>(sql::<Integer>("SELECT 1").get_result::<i32>(db)?);
    for _ in 0..10 {
        database.read_blocking(one).unwrap();
    }
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    db.execute(cut);
    for _ in 0..10 {
        assert_eq!(database.read_blocking(one).unwrap(), 1);
    }
}

#[test]
fn a_connection_that_is_cut_inside_a_job_fails_that_job_alone() {
    let db = server_with("CREATE TABLE toy (n INTEGER PRIMARY KEY)");
    let database = db.open();
    let cut = database.write_blocking(|db| {
        execute(db, "INSERT INTO toy VALUES (1)")?;
        execute(db, "SELECT pg_terminate_backend(pg_backend_pid())")
    });
    assert!(matches!(cut, Err(Error::Unavailable { .. })), "{cut:?}");
    database
        .write_blocking(|db| execute(db, "INSERT INTO toy VALUES (2)"))
        .unwrap();
    assert_eq!(db.count("toy"), 1);
}

#[test]
fn a_server_that_is_down_is_called_unavailable() {
    let url = "postgres://nobody@127.0.0.1:1/none".parse().unwrap();
    let refused = kelisim_persistence::Database::open(&url, &TestDatabase::options());
    assert!(matches!(refused.err(), Some(Error::Unavailable { .. })));
}

/// R31. SQLite cannot be told so without unsafe code; there, every list is a walk along an index (`plans.rs`).
#[test]
fn r31_a_statement_that_takes_too_long_is_ended() {
    let db = TestDatabase::create(Backend::Postgres);
    assert_eq!(Options::default().statement_milliseconds, 5_000);
    let database = db.open_with(&Options {
        statement_milliseconds: 200,
        ..TestDatabase::options()
    });
    let asleep = |db: &mut Db| execute(db, "SELECT pg_sleep(60)");
    let begun = Instant::now();
    let (read, written) = (
        database.read_blocking(asleep),
        database.write_blocking(asleep),
    );
    for ended in [read, written] {
        assert!(matches!(ended, Err(Error::Busy)), "{ended:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(20));
    database
        .read_blocking(|db| execute(db, "SELECT 1"))
        .unwrap();
}
