//! What the crate promises of SQLite alone; what it promises of both databases is tested in the
//! workspace package `tests`.

mod transaction;

use std::num::NonZeroUsize;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{RunQueryDsl, dsl::sql};

use crate::migrate::migrate;
use crate::{Database, DatabaseUrl, Db, Error, Options};

/// A migrated file of its own with a table to play with.
struct Bed {
    folder: tempfile::TempDir,
    url: DatabaseUrl,
}

impl Bed {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let url = DatabaseUrl::Sqlite(folder.path().join("kelisim.db"));
        migrate(&url, None).expect("migrated");
        let bed = Self { folder, url };
        bed.database()
            .write_blocking(|db| {
                execute(
                    db,
                    "CREATE TABLE toy (n INTEGER PRIMARY KEY);
                     CREATE TABLE child (n INTEGER NOT NULL REFERENCES toy (n)
                         DEFERRABLE INITIALLY DEFERRED)",
                )
            })
            .expect("a table");
        bed
    }

    fn database(&self) -> Database {
        self.open(|_| ())
    }

    fn open(&self, change: impl FnOnce(&mut Options)) -> Database {
        let mut options = Options {
            threads: NonZeroUsize::new(2).expect("two"),
            allow_unsafe_durability: true,
            ..Options::default()
        };
        change(&mut options);
        Database::open(&self.url, &options).expect("open")
    }
}

fn execute(db: &mut Db, text: &str) -> Result<(), Error> {
    Ok(db.batch_execute(text)?)
}

fn put(db: &mut Db, n: i64) -> Result<(), Error> {
    execute(db, &format!("INSERT INTO toy VALUES ({n})"))
}

fn count(db: &mut Db) -> Result<i64, Error> {
    Ok(sql::<BigInt>("SELECT count(*) FROM toy").get_result(db)?)
}
