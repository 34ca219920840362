//! Refuses a database that could lose what it has acknowledged.

use diesel::RunQueryDsl;
use diesel::dsl::sql;
use diesel::sql_types::{Bool, Integer, Text};

use crate::connection::Db;
use crate::error::Error;

/// The first SQLite without the fault that could corrupt a file when its log was reset.
const SQLITE_OLDEST: (u32, u32, u32) = (3, 51, 3);

/// Reads the settings back, instead of trusting that they were accepted.
pub(crate) fn check(db: &mut Db, allow_unsafe: bool) -> Result<(), Error> {
    match db {
        Db::Sqlite(_) => check_sqlite(db, allow_unsafe),
        Db::Postgres(_) => check_postgres(db, allow_unsafe),
    }
}

fn check_sqlite(db: &mut Db, allow_unsafe: bool) -> Result<(), Error> {
    let version: String = diesel::select(sql::<Text>("sqlite_version()")).get_result(db)?;
    check_sqlite_version(&version)?;
    let journal: String = sql::<Text>("PRAGMA journal_mode").get_result(db)?;
    demand("journal_mode", journal, "wal", |mode| mode == "wal")?;
    let keys: i32 = sql::<Integer>("PRAGMA foreign_keys").get_result(db)?;
    demand("foreign_keys", keys, "1", |on| *on == 1)?;
    let synchronous: i32 = sql::<Integer>("PRAGMA synchronous").get_result(db)?;
    demand("synchronous", synchronous, "2 (FULL)", |level| {
        *level >= 2 || allow_unsafe
    })
}

fn check_sqlite_version(version: &str) -> Result<(), Error> {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    let found = (next(), next(), next());
    demand(
        "version of SQLite",
        version.to_owned(),
        "at least 3.51.3",
        |_| found >= SQLITE_OLDEST,
    )
}

fn check_postgres(db: &mut Db, allow_unsafe: bool) -> Result<(), Error> {
    let replica: bool = diesel::select(sql::<Bool>("pg_is_in_recovery()")).get_result(db)?;
    demand("pg_is_in_recovery", replica, "false", |replica| !replica)?;
    for (setting, query) in [
        ("fsync", "current_setting('fsync')"),
        ("full_page_writes", "current_setting('full_page_writes')"),
    ] {
        let found: String = diesel::select(sql::<Text>(query)).get_result(db)?;
        demand(setting, found, "on", |value| value == "on" || allow_unsafe)?;
    }
    let query = "current_setting('synchronous_commit')";
    let found: String = diesel::select(sql::<Text>(query)).get_result(db)?;
    demand("synchronous_commit", found, "on", |value| {
        value == "on" || value == "remote_apply" || allow_unsafe
    })?;
    let query = "current_setting('data_checksums')";
    let checksums: String = diesel::select(sql::<Text>(query)).get_result(db)?;
    if checksums != "on" && !allow_unsafe {
        tracing::warn!("data_checksums is off: PostgreSQL cannot notice a damaged page");
    }
    Ok(())
}

fn demand<T: ToString>(
    setting: &'static str,
    found: T,
    wanted: &'static str,
    holds: impl FnOnce(&T) -> bool,
) -> Result<(), Error> {
    if holds(&found) {
        return Ok(());
    }
    Err(Error::Unsafe {
        setting,
        found: found.to_string(),
        wanted,
    })
}

#[cfg(test)]
mod tests {
    use super::check_sqlite_version;

    #[test]
    fn a_sqlite_with_the_log_fault_is_refused() {
        for old in ["3.51.2", "3.40.1", "2.8.17", "", "x"] {
            assert!(check_sqlite_version(old).is_err(), "{old}");
        }
        for good in ["3.51.3", "3.53.2", "3.60.0", "4.0.0"] {
            assert!(check_sqlite_version(good).is_ok(), "{good}");
        }
    }
}
