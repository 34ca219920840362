//! The migrations of both databases, inside the binary.

use std::collections::BTreeSet;

use diesel::backend::Backend;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::connection::{DatabaseUrl, Db, Role, file_name};
use crate::error::Error;
use crate::roles;
use crate::transaction::{Database, Options, connect};

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRESQL: EmbeddedMigrations = embed_migrations!("../../migrations/postgresql");

/// One number for all: two programs that migrate the same server wait for each other.
const ADVISORY_LOCK: i64 = 0x6b65_6c69_7369_6d01;

/// Applies what is missing, makes the SQLite file if it is not there, and names what was applied.
///
/// On PostgreSQL the role of `owner` does it, and gives the role of `url` its rights on every table.
///
/// # Errors
/// [`Error::Newer`] when the database knows a migration that this program does not; [`Error::Roles`].
pub fn migrate(url: &DatabaseUrl, owner: Option<&DatabaseUrl>) -> Result<Vec<String>, Error> {
    if let DatabaseUrl::Sqlite(path) = url {
        make_private_file(path)?;
    }
    let user = roles::user_of(url, owner)?;
    let url = owner.filter(|_| user.is_some()).unwrap_or(url);
    // A migration may take its time.
    let options = Options {
        lock_milliseconds: 60_000,
        statement_milliseconds: 0,
        ..Options::default()
    };
    let mut link = connect(&options.manager(url, Role::Writer))?;
    if let Db::Postgres(connection) = &mut link.db {
        // Before the first look, which makes the table of migrations. Closing the connection gives the lock back.
        connection.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})"))?;
    }
    refuse_newer(&mut link.db)?;
    match &mut link.db {
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")?;
            let done = run(connection.run_pending_migrations(SQLITE))?;
            AnsiTransactionManager::commit_transaction(connection)?;
            Ok(done)
        }
        Db::Postgres(connection) => {
            let done = run(connection.run_pending_migrations(POSTGRESQL))?;
            user.map_or(Ok(()), |user| roles::grant(connection, &user))?;
            Ok(done)
        }
    }
}

/// The migrations that a database still lacks, by name.
///
/// # Errors
/// [`Error::Unavailable`] when it cannot be reached.
pub fn pending(url: &DatabaseUrl) -> Result<Vec<String>, Error> {
    if let DatabaseUrl::Sqlite(path) = url
        && !path.exists()
    {
        return names();
    }
    let mut link = connect(&Options::default().manager(url, Role::Writer))?;
    let applied = applied(&mut link.db)?;
    Ok(names()?
        .into_iter()
        .filter(|name| !applied.contains(&version(name)))
        .collect())
}

/// The names of all migrations that this program knows, oldest first.
///
/// # Errors
/// [`Error::Broken`] when the embedded files are not readable.
pub fn names() -> Result<Vec<String>, Error> {
    let migrations: Vec<Box<dyn Migration<Pg>>> = POSTGRESQL
        .migrations()
        .map_err(|error| Error::broken("migrations", error))?;
    let mut names: Vec<String> = migrations
        .iter()
        .map(|migration| migration.name().to_string())
        .collect();
    names.sort();
    Ok(names)
}

impl Database {
    /// Whether every migration of this program has been applied; for readiness checks.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Busy`].
    pub async fn is_migrated(&self) -> Result<bool, Error> {
        self.read(|db| {
            let known: BTreeSet<String> = names()?.iter().map(|name| version(name)).collect();
            Ok(known.is_subset(&versions(db)?))
        })
        .await
    }
}

/// Refuses a database that a newer program has migrated.
pub(crate) fn refuse_newer(db: &mut Db) -> Result<(), Error> {
    match unknown(&applied(db)?)? {
        Some(migration) => Err(Error::Newer { migration }),
        None => Ok(()),
    }
}

/// As [`refuse_newer`], for a database that was migrated; gives the versions that it found.
pub(crate) fn versions_known(db: &mut Db) -> Result<BTreeSet<String>, Error> {
    let found = versions(db)?;
    match unknown(&found)? {
        Some(migration) => Err(Error::Newer { migration }),
        None => Ok(found),
    }
}

/// The first version of a list that this program does not know.
pub(crate) fn unknown(found: &BTreeSet<String>) -> Result<Option<String>, Error> {
    let known: BTreeSet<String> = names()?.iter().map(|name| version(name)).collect();
    Ok(found.difference(&known).next().cloned())
}

/// Applies those of `wanted` that are missing, and no other: for a restore of an older backup.
///
/// # Errors
/// [`Error::Backup`] when the database has migrations that are not wanted.
pub(crate) fn migrate_to(url: &DatabaseUrl, wanted: &BTreeSet<String>) -> Result<(), Error> {
    if let DatabaseUrl::Sqlite(path) = url {
        make_private_file(path)?;
    }
    let options = Options {
        statement_milliseconds: 0,
        ..Options::default()
    };
    let mut link = connect(&options.manager(url, Role::Writer))?;
    if let Some(more) = applied(&mut link.db)?.difference(wanted).next() {
        return Err(Error::backup(format!(
            "{url} has migration {more}, which is newer than the backup; \
             restore into a new database, the restore migrates it afterwards"
        )));
    }
    match &mut link.db {
        Db::Sqlite(connection) => apply(connection, SQLITE, wanted),
        Db::Postgres(connection) => apply(connection, POSTGRESQL, wanted),
    }
}

/// Applies what is missing in the transaction of the caller, and names it.
pub(crate) fn migrate_within(db: &mut Db) -> Result<Vec<String>, Error> {
    match db {
        Db::Sqlite(connection) => run(connection.run_pending_migrations(SQLITE)),
        Db::Postgres(connection) => run(connection.run_pending_migrations(POSTGRESQL)),
    }
}

fn apply<DB: Backend, C: MigrationHarness<DB>>(
    connection: &mut C,
    source: EmbeddedMigrations,
    wanted: &BTreeSet<String>,
) -> Result<(), Error>
where
    EmbeddedMigrations: MigrationSource<DB>,
{
    let broken = |error| Error::broken("migrations", error);
    for migration in connection.pending_migrations(source).map_err(broken)? {
        if wanted.contains(&migration.name().version().to_string()) {
            connection.run_migration(&migration).map_err(broken)?;
        }
    }
    Ok(())
}

/// The migrations of a database, of which a new one has none.
fn applied(db: &mut Db) -> Result<BTreeSet<String>, Error> {
    use diesel::RunQueryDsl;
    use diesel::sql_types::Bool;
    let is_there = match db {
        Db::Sqlite(_) => {
            "EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations')"
        }
        Db::Postgres(connection) => {
            roles::refuse_powerless(connection, "__diesel_schema_migrations")?;
            "to_regclass('public.__diesel_schema_migrations') IS NOT NULL"
        }
    };
    let is_there: bool = diesel::select(diesel::dsl::sql::<Bool>(is_there)).get_result(db)?;
    match is_there {
        true => versions(db),
        false => Ok(BTreeSet::new()),
    }
}

/// As [`applied`], for a database that was migrated.
pub(crate) fn versions(db: &mut Db) -> Result<BTreeSet<String>, Error> {
    use diesel::RunQueryDsl;
    use diesel::sql_types::Text;
    let query = "SELECT version FROM __diesel_schema_migrations";
    let list: Vec<String> = diesel::dsl::sql::<Text>(query).load(db)?;
    Ok(list.into_iter().collect())
}

/// diesel compares migrations by what stands before the first underscore, without dashes.
fn version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

type Run<'a> = Result<Vec<MigrationVersion<'a>>, Box<dyn std::error::Error + Send + Sync>>;

/// The names of the migrations that were just applied.
fn run(done: Run<'_>) -> Result<Vec<String>, Error> {
    let done = done.map_err(|error| Error::broken("migrations", error))?;
    let done: BTreeSet<String> = done.iter().map(ToString::to_string).collect();
    Ok(names()?
        .into_iter()
        .filter(|name| done.contains(&version(name)))
        .collect())
}

/// SQLite gives its log the rights of the file, so both are for their owner alone.
fn make_private_file(path: &std::path::Path) -> Result<(), Error> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file_name(path))
        .map(|_| ())
        .map_err(|error| Error::Unavailable {
            detail: format!("{}: {error}", path.display()),
        })
}
