//! Everything a database keeps, as bytes: to look for what must not be there.

use std::fs;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Binary, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl};
use kelisim_persistence::Db;

use crate::database::TestDatabase;

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
}

/// The files of tables, indexes and large values of this database.
const RELATIONS: &str = "
    SELECT c.relname::text AS name, pg_read_binary_file(pg_relation_filepath(c.oid)) AS bytes
    FROM pg_class c WHERE c.relkind IN ('r', 'i', 't') AND c.oid >= 16384";

/// The log of the whole server; other tests write to it too.
const LOG: &str = "
    SELECT name, pg_read_binary_file('pg_wal/' || name) AS bytes FROM pg_ls_waldir()";

/// Every row as text, for a large value is compressed in its file.
const ROWS: &str = "
    SELECT c.relname::text AS name,
           convert_to(query_to_xml(format('SELECT * FROM %I', c.relname), true, false, '')::text, 'UTF8') AS bytes
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace";

impl TestDatabase {
    /// The files, logs, tables and indexes in which a text stands; none is what a secret wants.
    pub fn places_of(&self, text: &str) -> Vec<String> {
        let parts = match self.connect() {
            Db::Sqlite(_) => self.parts_of_files(),
            Db::Postgres(connection) => parts_of_server(connection),
        };
        let found = parts
            .into_iter()
            .filter(|part| contains(&part.bytes, text.as_bytes()));
        found.map(|part| part.name).collect()
    }

    fn parts_of_files(&self) -> Vec<Part> {
        let part = |path: &std::path::PathBuf| Part {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: fs::read(path).unwrap(),
        };
        self.files().iter().map(part).collect()
    }
}

fn parts_of_server(mut connection: PgConnection) -> Vec<Part> {
    // What is only in the server's memory comes into its files.
    connection.batch_execute("CHECKPOINT").unwrap();
    let queries = [RELATIONS, LOG, ROWS];
    let load = |query: &str| {
        diesel::sql_query(query)
            .load::<Part>(&mut connection)
            .unwrap()
    };
    queries
        .into_iter()
        .map(load)
        .collect::<Vec<_>>()
        .into_iter()
        .flatten()
        .collect()
}

fn contains(bytes: &[u8], text: &[u8]) -> bool {
    // A memchr-like jump to the first byte: the log has many megabytes.
    let Some(first) = text.first() else {
        return true;
    };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        rest = &rest[at..];
        if rest.starts_with(text) {
            return true;
        }
        rest = &rest[1..];
    }
    false
}
