//! How the unique keys of PostgreSQL are called in an error.
//!
//! The server names the columns of a violated key in a detail that it withholds where row-level security binds the role,
//! and the name of the key alone says too little. So the names are learned when a database is opened; they are the same
//! for every database of one program.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use diesel::sql_types::Text;
use diesel::{PgConnection, QueryableByName, RunQueryDsl};

use crate::error::Error;

static NAMES: RwLock<BTreeMap<String, String>> = RwLock::new(BTreeMap::new());

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// The columns as they stand in the key, without the region, which begins nearly every one.
const KEYS: &str = "
    SELECT i.relname::text AS key, t.relname || '.' ||
        coalesce(string_agg(a.attname::text, '_' ORDER BY k.place) FILTER (WHERE a.attname <> 'region_id'), '') AS name
    FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid
        CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE x.indisunique AND t.relnamespace = 'public'::regnamespace
    GROUP BY i.relname, t.relname";

/// Learns the names of a database.
pub(crate) fn learn(connection: &mut PgConnection) -> Result<(), Error> {
    let rows: Vec<Row> = diesel::sql_query(KEYS).load(connection)?;
    let names = rows.into_iter().map(|row| (row.key, row.name));
    NAMES
        .write()
        .unwrap_or_else(PoisonError::into_inner)
        .extend(names);
    Ok(())
}

/// `table.column` of a key; none for one that was not learned.
pub(crate) fn name(key: &str) -> Option<String> {
    let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    names.get(key).cloned()
}
