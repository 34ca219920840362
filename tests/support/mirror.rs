//! A second region that looks like the first: what lies across the border must not be seen, whatever its ids are.

use diesel::connection::SimpleConnection;
use kelisim_persistence::Db;
use uuid::Uuid;

use crate::database::TestDatabase;

/// What is unique in the whole database, and must be another value in the mirror.
const UNIQUE: [(&str, &str); 5] = [
    ("account", "email"),
    ("token", "digest"),
    ("session", "digest"),
    ("link", "digest"),
    ("region", "code"),
];

impl TestDatabase {
    /// Copies every row of a region into another one, past every check; each id on the left becomes the one on the right.
    ///
    /// Nobody has a token of the mirror yet: [`TestDatabase::give_mirror_token`].
    pub fn mirror(&self, from: Uuid, to: Uuid, ids: &[(Uuid, Uuid)]) {
        let mut all = ids.to_vec();
        all.push((from, to));
        let mut db = self.connect();
        let mut statements = match &db {
            Db::Sqlite(_) => "PRAGMA foreign_keys = OFF;".to_owned(),
            Db::Postgres(_) => "SET session_replication_role = replica;".to_owned(),
        };
        for (table, columns) in self.columns(&mut db) {
            let whose = match table.as_str() {
                "region" => "id",
                _ if columns.iter().any(|column| column == "region_id") => "region_id",
                _ => continue,
            };
            let values: Vec<String> = columns
                .iter()
                .map(|column| value(&db, &table, column, &all))
                .collect();
            let named: Vec<String> = columns
                .iter()
                .map(|column| format!("\"{column}\""))
                .collect();
            statements += &format!(
                "INSERT INTO \"{table}\" ({}) SELECT {} FROM \"{table}\" AS t WHERE {whose} = {};\n",
                named.join(", "),
                values.join(", "),
                literal(&db, from)
            );
        }
        db.batch_execute(&statements).unwrap();
    }

    /// Lets an account of the mirror in with the token that has this digest.
    pub fn give_mirror_token(&self, region: Uuid, account: Uuid, digest: &[u8]) {
        let mut db = self.connect();
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = match &db {
            Db::Sqlite(_) => format!("x'{hex}'"),
            Db::Postgres(_) => format!("'\\x{hex}'"),
        };
        let (region, account) = (literal(&db, region), literal(&db, account));
        db.batch_execute(&format!(
            "UPDATE token SET digest = {digest} WHERE region_id = {region} AND account_id = {account}"
        ))
        .unwrap();
    }
}

fn literal(db: &Db, id: Uuid) -> String {
    match db {
        Db::Sqlite(_) => format!("x'{}'", id.simple()),
        Db::Postgres(_) => format!("'{id}'::uuid"),
    }
}

/// A column of the row `t`, with every id replaced.
fn value(db: &Db, table: &str, column: &str, ids: &[(Uuid, Uuid)]) -> String {
    if UNIQUE.contains(&(table, column)) {
        return match (db, column) {
            (Db::Sqlite(_), "digest") => "randomblob(32)".to_owned(),
            (Db::Postgres(_), "digest") => "sha256(t.digest)".to_owned(),
            _ => format!("'m' || t.\"{column}\""),
        };
    }
    let name = format!("t.\"{column}\"");
    match db {
        Db::Postgres(_) => {
            let text = ids.iter().fold(
                format!("(to_jsonb(t) -> '{column}')::text"),
                |text, (from, to)| format!("replace({text}, '{from}', '{to}')"),
            );
            format!(
                "(jsonb_populate_record(NULL::\"{table}\", jsonb_build_object('{column}', ({text})::jsonb))).\"{column}\""
            )
        }
        Db::Sqlite(_) => {
            let blob = ids.iter().fold(String::new(), |cases, (from, to)| {
                format!("{cases} WHEN x'{}' THEN x'{}'", from.simple(), to.simple())
            });
            let text = ids.iter().fold(name.clone(), |text, (from, to)| {
                format!("replace({text}, '{from}', '{to}')")
            });
            format!(
                "CASE typeof({name}) WHEN 'blob' THEN CASE {name}{blob} ELSE {name} END WHEN 'text' THEN {text} ELSE {name} END"
            )
        }
    }
}
