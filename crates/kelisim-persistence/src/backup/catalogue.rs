//! What the database itself says about its tables: names, columns, types, and who refers to whom.

use std::collections::BTreeSet;

use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl};

use crate::connection::Db;
use crate::error::Error;

/// A table, as it is read and filled.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The tables that must be filled before.
    pub(crate) refers_to: BTreeSet<String>,
}

/// A column with the name of its type in this database.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    type_name: String,
}

#[derive(QueryableByName)]
struct ColumnRow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    type_name: String,
}

#[derive(QueryableByName)]
struct Arrow {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    refers_to: String,
}

/// Neither the tables of SQLite itself nor those whose names begin with an underscore, which is the
/// list of migrations; columns that the database fills itself are left to it.
const COLUMNS_SQLITE: &str = "
    SELECT t.name AS table_name, c.name AS column_name, c.type AS type_name
    FROM pragma_table_list t, pragma_table_xinfo(t.name) c
    WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND c.hidden = 0
    ORDER BY t.name, c.cid";
const COLUMNS_POSTGRES: &str = "
    SELECT t.relname::text AS table_name, a.attname::text AS column_name,
           format_type(a.atttypid, NULL) AS type_name
    FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
    WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace
      AND t.relname NOT LIKE '\\_\\_%'
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY t.relname, a.attnum";
const ARROWS_SQLITE: &str = "
    SELECT DISTINCT t.name AS table_name, f.\"table\" AS refers_to
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";
const ARROWS_POSTGRES: &str = "
    SELECT DISTINCT f.relname::text AS table_name, t.relname::text AS refers_to
    FROM pg_constraint c JOIN pg_class f ON f.oid = c.conrelid JOIN pg_class t ON t.oid = c.confrelid
    WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace";

/// Every table, each after those that it refers to.
pub(crate) fn tables(db: &mut Db) -> Result<Vec<Table>, Error> {
    let (columns, arrows) = match db {
        Db::Sqlite(_) => (COLUMNS_SQLITE, ARROWS_SQLITE),
        Db::Postgres(_) => (COLUMNS_POSTGRES, ARROWS_POSTGRES),
    };
    let columns: Vec<ColumnRow> = diesel::sql_query(columns).load(db)?;
    let arrows: Vec<Arrow> = diesel::sql_query(arrows).load(db)?;
    let mut tables: Vec<Table> = Vec::new();
    for row in columns {
        if tables
            .last()
            .is_none_or(|table| table.name != row.table_name)
        {
            let of_this = arrows.iter().filter(|arrow| {
                arrow.table_name == row.table_name && arrow.refers_to != row.table_name
            });
            tables.push(Table {
                name: row.table_name.clone(),
                columns: Vec::new(),
                refers_to: of_this.map(|arrow| arrow.refers_to.clone()).collect(),
            });
        }
        if let Some(table) = tables.last_mut() {
            table.columns.push(Column {
                name: row.column_name,
                type_name: row.type_name,
            });
        }
    }
    in_order(tables)
}

fn in_order(mut left: Vec<Table>) -> Result<Vec<Table>, Error> {
    let mut done: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_ready = |table: &Table| {
            let mut needed = table.refers_to.iter();
            needed.all(|name| done.iter().any(|table| table.name == *name))
        };
        let (ready, rest): (Vec<Table>, Vec<Table>) = left.into_iter().partition(is_ready);
        if ready.is_empty() {
            return Err(Error::broken(
                "catalogue",
                "tables refer to each other in a circle",
            ));
        }
        done.extend(ready);
        left = rest;
    }
    Ok(done)
}

impl Table {
    /// A query for one line a row: a JSON array of text, numbers and nulls, bytes as hexadecimal
    /// digits, equal on both databases.
    pub(crate) fn select(&self, db: &Db) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| column.read(db)).collect();
        let (array, end) = match db {
            Db::Sqlite(_) => ("json_array", ""),
            Db::Postgres(_) => ("json_build_array", "::text"),
        };
        let columns = columns.join(", ");
        format!(
            "SELECT {array}({columns}){end} AS line FROM \"{}\"",
            self.name
        )
    }

    /// A statement that fills the table from a JSON array of such lines, whose fields are in the
    /// order of `fields`.
    pub(crate) fn insert(&self, db: &Db, fields: &[String]) -> Result<String, Error> {
        let mut values = Vec::with_capacity(fields.len());
        for (place, field) in fields.iter().enumerate() {
            let column = self.columns.iter().find(|column| column.name == *field);
            let column = column.ok_or_else(|| self.differs(field))?;
            values.push(column.value(db, place));
        }
        if let Some(column) = self
            .columns
            .iter()
            .find(|column| !fields.contains(&column.name))
        {
            return Err(self.differs(&column.name));
        }
        let source = match db {
            Db::Sqlite(_) => "json_each($1)",
            Db::Postgres(_) => "jsonb_array_elements($1::jsonb) AS line (value)",
        };
        let fields = fields.join("\", \"");
        let values = values.join(", ");
        Ok(format!(
            "INSERT INTO \"{}\" (\"{fields}\") SELECT {values} FROM {source}",
            self.name
        ))
    }

    fn differs(&self, column: &str) -> Error {
        Error::backup(format!(
            "the column {}.{column} is on one side only, although backup and database name the same migrations; \
             restore with the program that made the backup",
            self.name
        ))
    }
}

impl Column {
    fn read(&self, db: &Db) -> String {
        let name = format!("\"{}\"", self.name);
        match (db, self.type_name.as_str()) {
            (Db::Sqlite(_), "BLOB") => {
                format!("CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END")
            }
            (Db::Sqlite(_), _) => name,
            (Db::Postgres(_), "uuid") => format!("replace({name}::text, '-', '')"),
            (Db::Postgres(_), "bytea") => format!("encode({name}, 'hex')"),
            (Db::Postgres(_), "timestamp with time zone") => {
                format!("to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
            }
            (Db::Postgres(_), "date") => format!("to_char({name}, 'YYYY-MM-DD')"),
            (Db::Postgres(_), "jsonb") => format!("{name}::text"),
            (Db::Postgres(_), "boolean") => format!("{name}::integer"),
            (Db::Postgres(_), _) => name,
        }
    }

    fn value(&self, db: &Db, place: usize) -> String {
        match (db, self.type_name.as_str()) {
            (Db::Sqlite(_), "BLOB") => format!("unhex(value ->> '$[{place}]')"),
            (Db::Sqlite(_), _) => format!("value ->> '$[{place}]'"),
            (Db::Postgres(_), "text") => format!("value ->> {place}"),
            (Db::Postgres(_), "bytea") => format!("decode(value ->> {place}, 'hex')"),
            (Db::Postgres(_), "boolean") => format!("(value ->> {place})::integer::boolean"),
            (Db::Postgres(_), other) => format!("(value ->> {place})::{other}"),
        }
    }
}
