//! schema.rs says what both databases have: tables, columns in their order, types, keys.

use std::collections::BTreeMap;

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl};
use kelisim_persistence::Db;
use kelisim_tests::{Backend, TestDatabase, on_both_databases};

const SCHEMA: &str = concat!(
    include_str!("../../crates/kelisim-persistence/src/schema.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/publishing.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/sign_in.rs"),
    include_str!("../../crates/kelisim-persistence/src/schema/protection.rs"),
);

/// Table → its columns as lines: `id uuid not null key`.
type Tables = BTreeMap<String, Vec<String>>;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
    #[diesel(sql_type = Bool)]
    not_null: bool,
    #[diesel(sql_type = Bool)]
    in_key: bool,
}

const OF_SQLITE: &str = "
    SELECT t.name AS table_name, c.name AS column_name, c.type AS type_name,
           c.\"notnull\" <> 0 AS not_null, c.pk > 0 AS in_key
    FROM sqlite_schema t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'
    ORDER BY t.name, c.cid";

const OF_POSTGRES: &str = "
    SELECT t.relname::text AS table_name, a.attname::text AS column_name,
           format_type(a.atttypid, NULL) AS type_name, a.attnotnull AS not_null,
           COALESCE(a.attnum = ANY (k.conkey), FALSE) AS in_key
    FROM pg_class t
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
      AND t.relname NOT LIKE '\\_\\_%'
    ORDER BY t.relname, a.attnum";

fn found(db: &TestDatabase) -> Tables {
    let rows: Vec<Row> = match db.connect() {
        Db::Sqlite(mut connection) => diesel::sql_query(OF_SQLITE).load(&mut connection).unwrap(),
        Db::Postgres(mut connection) => diesel::sql_query(OF_POSTGRES)
            .load(&mut connection)
            .unwrap(),
    };
    let mut tables = Tables::new();
    for row in rows {
        let line = line(&row.column_name, &row.type_name, row.not_null, row.in_key);
        tables.entry(row.table_name).or_default().push(line);
    }
    tables
}

fn line(column: &str, type_name: &str, not_null: bool, in_key: bool) -> String {
    let not_null = if not_null { " not null" } else { "" };
    let in_key = if in_key { " key" } else { "" };
    format!("{column} {type_name}{not_null}{in_key}")
}

/// What schema.rs says, in the words of one database.
fn said(backend: Backend) -> Tables {
    let mut tables = Tables::new();
    let mut table = String::new();
    let mut key = Vec::new();
    for text in SCHEMA.lines().map(str::trim) {
        if let Some((column, type_name)) = text.trim_end_matches(',').split_once(" -> ") {
            let inner = type_name
                .strip_prefix("Nullable<")
                .map(|rest| rest.trim_end_matches('>'));
            let type_name = type_of(inner.unwrap_or(type_name), backend);
            let line = line(column, type_name, inner.is_none(), key.contains(&column));
            tables.entry(table.clone()).or_default().push(line);
        } else if let Some((name, columns)) = text.trim_end_matches(") {").split_once(" (")
            && text.ends_with(") {")
        {
            name.clone_into(&mut table);
            key = columns.split(", ").collect();
        }
    }
    tables
}

fn type_of(name: &str, backend: Backend) -> &'static str {
    let (sqlite, postgres) = match name {
        "SqlUuid" => ("BLOB", "uuid"),
        "SqlTime" => ("TEXT", "timestamp with time zone"),
        "SqlJson" => ("TEXT", "jsonb"),
        "Text" => ("TEXT", "text"),
        "Date" => ("TEXT", "date"),
        "Binary" => ("BLOB", "bytea"),
        "Bool" => ("INTEGER", "boolean"),
        "Integer" => ("INTEGER", "integer"),
        "BigInt" => ("INTEGER", "bigint"),
        other => panic!("schema.rs uses a type that this test does not know: {other}"),
    };
    match backend {
        Backend::Sqlite => sqlite,
        Backend::Postgres => postgres,
    }
}

on_both_databases! {
    fn schema_rs_says_what_the_database_has(db: TestDatabase) {
        let (said, found) = (said(db.backend()), found(&db));
        assert_eq!(said.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
        for (table, columns) in &said {
            assert_eq!(columns, &found[table], "table {table}");
        }
    }
}
