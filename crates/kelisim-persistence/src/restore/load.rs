//! Filling the tables of an empty database from the files of a backup.

use std::path::Path;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};

use super::{Wanted, is_keys};
use crate::backup::catalogue::{self, Table};
use crate::backup::file::{Kind, Part, Source, damaged};
use crate::connection::{DatabaseUrl, Db};
use crate::error::Error;

/// What `migrate` fills, and a worker that found nothing to do: a database with rows in these
/// tables only is still empty.
const MADE_BY_MIGRATE: [&str; 7] = [
    "region",
    "district",
    "category",
    "source",
    "master_key",
    "workflow_definition",
    "relay",
];
/// Rows and bytes that one statement inserts.
const BATCH_ROWS: usize = 1_000;
const BATCH_BYTES: usize = 1 << 20;

/// Fills every table, in the transaction of the caller.
pub(super) fn load(db: &mut Db, wanted: &Wanted, url: &DatabaseUrl) -> Result<(), Error> {
    let tables = catalogue::tables(db)?;
    prepare(db, &tables)?;
    refuse_full(db, &tables, url)?;
    for table in tables.iter().rev() {
        if MADE_BY_MIGRATE.contains(&table.name.as_str()) {
            diesel::sql_query(format!("DELETE FROM \"{}\"", table.name)).execute(db)?;
        }
    }
    let mut loader = Loader {
        db,
        tables: &tables,
    };
    let mut data = Source::open(Kind::Data, &wanted.file)?;
    let mut keys = Some(Source::open(Kind::Keys, &wanted.keys_file())?);
    loop {
        match data.next()? {
            Part::Table { name, columns } => {
                let table = loader.table(&name, &wanted.file)?;
                if table.refers_to.iter().any(|name| is_keys(name)) {
                    loader.keys(&mut keys, wanted)?;
                }
                loader.fill(table, &columns, &mut data)?;
            }
            Part::End(_) => {
                loader.keys(&mut keys, wanted)?;
                return settle(db);
            }
            Part::Row(_) | Part::TableEnd => {
                return Err(damaged(&wanted.file, "its order"));
            }
        }
    }
}

struct Loader<'a> {
    db: &'a mut Db,
    tables: &'a [Table],
}

impl<'a> Loader<'a> {
    fn table(&self, name: &str, file: &Path) -> Result<&'a Table, Error> {
        let found = self.tables.iter().find(|table| table.name == name);
        found.ok_or_else(|| damaged(file, &format!("the table {name}")))
    }

    /// The keys, once, before the first table that refers to them.
    fn keys(&mut self, keys: &mut Option<Source>, wanted: &Wanted) -> Result<(), Error> {
        let Some(mut source) = keys.take() else {
            return Ok(());
        };
        while let Part::Table { name, columns } = source.next()? {
            let table = self.table(&name, &wanted.keys_file())?;
            self.fill(table, &columns, &mut source)?;
        }
        Ok(())
    }

    fn fill(
        &mut self,
        table: &Table,
        columns: &[String],
        source: &mut Source,
    ) -> Result<(), Error> {
        let insert = table.insert(self.db, columns)?;
        let mut batch = String::with_capacity(BATCH_BYTES);
        let mut rows = 0;
        loop {
            match source.next()? {
                Part::Row(line) => {
                    batch.push(if rows == 0 { '[' } else { ',' });
                    batch.push_str(&line);
                    rows += 1;
                    if rows == BATCH_ROWS || batch.len() >= BATCH_BYTES {
                        self.insert(table, &insert, &mut batch, &mut rows)?;
                    }
                }
                Part::TableEnd => {
                    return self.insert(table, &insert, &mut batch, &mut rows);
                }
                Part::Table { .. } | Part::End(_) => {
                    return Err(Error::broken("backup", "a table without an end"));
                }
            }
        }
    }

    fn insert(
        &mut self,
        table: &Table,
        statement: &str,
        batch: &mut String,
        rows: &mut usize,
    ) -> Result<(), Error> {
        if *rows == 0 {
            return Ok(());
        }
        batch.push(']');
        let query = diesel::sql_query(statement).bind::<Text, _>(batch.as_str());
        let done = query.execute(self.db).map_err(|error| {
            let error = Error::from(error);
            Error::backup(format!(
                "the table {} cannot be filled: {error}; nothing was restored",
                table.name
            ))
        })?;
        if done != *rows {
            return Err(Error::broken("restore", "rows were lost on the way"));
        }
        batch.clear();
        *rows = 0;
        Ok(())
    }
}

/// References are checked at the end: the one of SQLite for all of them, and on PostgreSQL those
/// of a table to itself, for every other table comes after those it refers to.
fn prepare(db: &mut Db, tables: &[Table]) -> Result<(), Error> {
    match db {
        Db::Sqlite(connection) => connection.batch_execute("PRAGMA defer_foreign_keys = ON")?,
        Db::Postgres(connection) => {
            let names: Vec<String> = tables
                .iter()
                .map(|table| format!("\"{}\"", table.name))
                .collect();
            // Nobody reads half a restore, and two restores do not meet.
            let lock = format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", "));
            connection.batch_execute(&lock)?;
            connection.batch_execute(&alter("DEFERRABLE INITIALLY DEFERRED"))?;
        }
    }
    Ok(())
}

/// Puts the references back as they were, after a check of all that waited.
fn settle(db: &mut Db) -> Result<(), Error> {
    if let Db::Postgres(connection) = db {
        connection
            .batch_execute("SET CONSTRAINTS ALL IMMEDIATE")
            .map_err(|error| {
                Error::backup(format!(
                    "a row refers to one that the backup does not hold: {error}; take an older backup"
                ))
            })?;
        connection.batch_execute(&alter("NOT DEFERRABLE"))?;
    }
    Ok(())
}

fn alter(how: &str) -> String {
    format!(
        "DO $$ DECLARE r record; BEGIN
           FOR r IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
             WHERE contype = 'f' AND conrelid = confrelid AND connamespace = 'public'::regnamespace
           LOOP EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I {how}', r.t, r.conname); END LOOP;
         END $$"
    )
}

fn refuse_full(db: &mut Db, tables: &[Table], url: &DatabaseUrl) -> Result<(), Error> {
    for table in tables {
        if MADE_BY_MIGRATE.contains(&table.name.as_str()) {
            continue;
        }
        let rows = rows_of(db, &table.name)?;
        if rows > 0 {
            return Err(Error::backup(format!(
                "{url} is not empty: {} holds {rows} rows; nothing is ever restored over data, \
                 so name a new database in database.url, or move this one away",
                table.name
            )));
        }
    }
    Ok(())
}

pub(super) fn rows_of(db: &mut Db, table: &str) -> Result<i64, Error> {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = format!("SELECT count(*) AS count FROM \"{table}\"");
    Ok(diesel::sql_query(query).get_result::<Count>(db)?.count)
}
