//! The rows of every table, as text: to show that a refused request changed nothing.

use std::collections::BTreeMap;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};
use kelisim_persistence::Db;

use crate::database::TestDatabase;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

const TABLES_OF_SQLITE: &str = "
    SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
const TABLES_OF_POSTGRES: &str = "
    SELECT relname::text AS line FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";

impl TestDatabase {
    /// Table → its rows in a fixed order; equal before and after when nothing was stored.
    pub fn contents(&self) -> BTreeMap<String, Vec<String>> {
        let mut db = self.connect();
        let tables = match &db {
            Db::Sqlite(_) => lines(&mut db, TABLES_OF_SQLITE),
            Db::Postgres(_) => lines(&mut db, TABLES_OF_POSTGRES),
        };
        let rows = |table: String| {
            let query = query_of_rows(&mut db, &table);
            let rows = lines(&mut db, &query);
            (table, rows)
        };
        tables.into_iter().map(rows).collect()
    }
}

impl TestDatabase {
    /// Table → its columns, in their order.
    pub(crate) fn columns(&self, db: &mut Db) -> BTreeMap<String, Vec<String>> {
        let tables = match db {
            Db::Sqlite(_) => lines(db, TABLES_OF_SQLITE),
            Db::Postgres(_) => lines(db, TABLES_OF_POSTGRES),
        };
        let columns = |table: String| {
            let query = match db {
                Db::Sqlite(_) => format!("SELECT name AS line FROM pragma_table_info('{table}')"),
                Db::Postgres(_) => format!(
                    "SELECT attname::text AS line FROM pg_attribute
                     WHERE attrelid = '\"{table}\"'::regclass AND attnum > 0 AND NOT attisdropped
                     ORDER BY attnum"
                ),
            };
            let columns = lines(db, &query);
            (table, columns)
        };
        tables.into_iter().map(columns).collect()
    }
}

/// A row as one text: PostgreSQL writes it by itself, SQLite has to be told the columns.
fn query_of_rows(db: &mut Db, table: &str) -> String {
    let row = match db {
        Db::Postgres(_) => format!("\"{table}\"::text"),
        Db::Sqlite(_) => {
            let columns = format!("SELECT name AS line FROM pragma_table_info('{table}')");
            let quoted = |column: &String| format!("quote(\"{column}\")");
            lines(db, &columns)
                .iter()
                .map(quoted)
                .collect::<Vec<_>>()
                .join(" || ',' || ")
        }
    };
    format!("SELECT {row} AS line FROM \"{table}\" ORDER BY 1")
}

fn lines(db: &mut Db, query: &str) -> Vec<String> {
    let rows: Vec<Line> = match db {
        Db::Sqlite(connection) => diesel::sql_query(query).load(connection).unwrap(),
        Db::Postgres(connection) => diesel::sql_query(query).load(connection).unwrap(),
    };
    rows.into_iter().map(|row| row.line).collect()
}
