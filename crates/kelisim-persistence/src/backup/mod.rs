//! A backup: everything that the database holds, in one consistent copy while it is served.
//!
//! One format for both databases, so that an office that grows restores its SQLite backup into
//! PostgreSQL, and a drill needs no server. The tables and their columns come from the database's
//! own catalogue: a new table is in the next backup by itself.
//! The wrapped data keys go into a file of their own, for a shorter retention: whoever destroys it
//! completes the erasures that happened since (R20).
//!
//! Absent on purpose: the master key, encryption of the files, sending them anywhere.

pub(crate) mod catalogue;
pub(crate) mod file;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, DefaultLoadingMode};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::acting::{Acting, SystemPart};
use crate::connection::{DatabaseUrl, Db, Link, Role};
use crate::entropy::{Entropy, new_id};
use crate::error::Error;
use crate::migrate;
use crate::store::data_key::master_key_fingerprints;
use crate::store::drill::{Drill, drill_last};
use crate::transaction::{Options, connect};
use catalogue::Table;
use file::{Kind, Sink};

/// The tables whose rows go into the file of keys: the keys, and what can be told of names without the key of their case.
pub(crate) const KEYS: [&str; 2] = ["data_key", "party_token"];

/// What a backup says about itself, in its first lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Which backup; the file of its keys names the same.
    pub backup: Uuid,
    /// When it was begun: everything acknowledged before is in it.
    pub taken_at: DateTime<Utc>,
    /// The program that made it.
    pub program: String,
    /// `sqlite` or `postgresql`.
    pub database: String,
    /// The migrations of the database, by version.
    pub migrations: Vec<String>,
    /// The codes of its regions.
    pub regions: Vec<String>,
    /// By which the master key of its data keys is recognised.
    pub master_key: String,
    /// The same of the key that was just being replaced, when the backup was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_master_key: Option<String>,
}

/// What a backup says about its rows, in its last lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// SHA-256 of the whole file of keys.
    pub keys_sha256: Option<String>,
}

/// A backup that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its head.
    pub head: Head,
    /// Its rows.
    pub summary: Summary,
    /// The file of everything but the keys, and its size in bytes.
    pub file: (PathBuf, u64),
    /// The file of the keys, and its size in bytes.
    pub keys: (PathBuf, u64),
    /// The last time that a backup of this database was restored.
    pub last_drill: Option<Drill>,
}

impl Summary {
    /// Rows of one table.
    pub fn rows_of(&self, table: &str) -> u64 {
        self.rows.get(table).copied().unwrap_or_default()
    }
}

/// The file of keys that belongs to a backup unless another is named.
pub fn keys_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".keys");
    name.into()
}

/// Writes a backup of a database that may be served meanwhile; `now` is before the first look.
///
/// Both files get their names when they are whole and on the disk, the keys first.
///
/// # Errors
/// [`Error::Backup`] for an existing file without `overwrite`, or one that cannot be written;
/// [`Error::Newer`]; those of the database.
pub fn backup(
    url: &DatabaseUrl,
    file: &Path,
    overwrite: bool,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Result<Made, Error> {
    let keys = keys_file(file);
    if let Some(there) = [file, keys.as_path()]
        .into_iter()
        .find(|path| path.exists())
        && !overwrite
    {
        let name = there.display();
        return Err(Error::backup(format!(
            "{name} exists; choose another name, or say --overwrite to replace it"
        )));
    }
    let mut link = reader(url)?;
    begin(&mut link.db)?;
    let head = head(&mut link.db, url, new_id(now, entropy), now)?;
    let tables = catalogue::tables(&mut link.db)?;
    let last_drill = match tables.iter().any(|table| table.name == "drill") {
        true => drill_last(&mut link.db)?,
        false => None,
    };
    let (of_keys, others): (Vec<Table>, Vec<Table>) = tables
        .into_iter()
        .partition(|table| KEYS.contains(&table.name.as_str()));
    let keys_part = write(&mut link.db, Kind::Keys, &keys, &head, &of_keys, None)?;
    let digest = Some(keys_part.digest.clone());
    let part = write(&mut link.db, Kind::Data, file, &head, &others, digest)?;
    let mut summary = part.summary.clone();
    summary.rows.extend(keys_part.summary.rows.clone());
    let made = Made {
        head,
        summary,
        keys: (keys, keys_part.bytes),
        file: (file.to_owned(), part.bytes),
        last_drill,
    };
    keys_part.keep()?;
    part.keep()?;
    Ok(made)
}

/// A connection of its own: it waits for nobody's queue, and no limit of time ends a long table.
fn reader(url: &DatabaseUrl) -> Result<Link, Error> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        let name = path.display();
        return Err(Error::backup(format!(
            "there is no database {name}; check database.url"
        )));
    }
    let options = Options {
        statement_milliseconds: 0,
        ..Options::default()
    };
    connect(&options.manager(url, Role::Reader))
}

/// One state of the database for all tables. On SQLite the snapshot keeps the log from being reset,
/// and the writer goes on.
fn begin(db: &mut Db) -> Result<(), Error> {
    Ok(match db {
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")
        }
        Db::Postgres(connection) => AnsiTransactionManager::begin_transaction_sql(
            connection,
            &Acting::System(SystemPart::Backup)
                .begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        ),
    }?)
}

fn head(db: &mut Db, url: &DatabaseUrl, backup: Uuid, now: DateTime<Utc>) -> Result<Head, Error> {
    let migrations = migrate::versions_known(db)?;
    let mut master_keys = master_key_fingerprints(db)?.into_iter();
    let Some(master_key) = master_keys.next() else {
        return Err(Error::backup(format!(
            "{url} names no master key yet, so there is nothing to back up; `kelisim migrate` makes it ready"
        )));
    };
    let regions = crate::store::region::region_list(db)?;
    Ok(Head {
        backup,
        taken_at: now,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database: match url {
            DatabaseUrl::Sqlite(_) => "sqlite".to_owned(),
            DatabaseUrl::Postgres(_) => "postgresql".to_owned(),
        },
        migrations: migrations.into_iter().collect(),
        regions: regions
            .iter()
            .map(|region| region.code.to_string())
            .collect(),
        master_key: file::hex(&master_key),
        replaced_master_key: master_keys.next().map(|key| file::hex(&key)),
    })
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn write(
    db: &mut Db,
    kind: Kind,
    path: &Path,
    head: &Head,
    tables: &[Table],
    keys_sha256: Option<String>,
) -> Result<file::Written, Error> {
    let mut sink = Sink::create(kind, path, head)?;
    for table in tables {
        sink.table(table)?;
        let query = diesel::sql_query(table.select(db));
        match db {
            Db::Sqlite(connection) => {
                for row in query.load_iter::<Line, DefaultLoadingMode>(connection)? {
                    sink.row(&row?.line)?;
                }
            }
            Db::Postgres(connection) => {
                for row in query.load_iter::<Line, PgRowByRowLoadingMode>(connection)? {
                    sink.row(&row?.line)?;
                }
            }
        }
        sink.table_end()?;
    }
    sink.finish(keys_sha256)
}
