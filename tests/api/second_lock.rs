//! The second lock (R2): PostgreSQL lets nobody see a row that is not theirs, whatever the program asks.
//!
//! Here the program's scopes are taken away: tables are read whole, as somebody, and as a program that takes everybody for
//! the coordinator. What may be seen stands in this file by name; no rule of the program is asked.

use std::collections::BTreeSet;

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl};
use kelisim_persistence::store::token::token_authenticate;
use kelisim_persistence::{Database, Db, Defect, Error};
use kelisim_tests::network::{self, AIGUL, BERIK, DANA, PEOPLE, REGION};
use kelisim_tests::{Backend, OnBackend, TestApp, TestDatabase};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Across the border: the same people, offices and cases, under the same ids.
const MIRROR: Uuid = Uuid::from_u128(2);

/// The cases of the scene, and who may see which.
const CASES: [&str; 5] = ["own", "same", "other", "filed", "former"];
const SEEN: [(&str, &[&str]); 10] = [
    ("head", &["own", "same", "filed", "former"]),
    ("other_head", &["other"]),
    // Aigul leads one, filed one that nobody was assigned to, and has lost one (D11).
    ("aigul", &["own", "filed"]),
    ("berik", &["same", "former"]),
    ("dana", &["other"]),
    ("coordinator", &CASES),
    ("registrar", &[]),
    ("auditor", &[]),
    ("administrator", &[]),
    ("partner", &[]),
];

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A server with the five cases, and all of it once more across the border.
pub(crate) struct Scene {
    pub(crate) t: TestApp,
    /// In the order of [`CASES`].
    pub(crate) ids: Vec<String>,
    tables: Vec<String>,
}

impl Scene {
    fn make(t: TestApp) -> Self {
        let filed = |who: &str, office: &str| {
            let mut body = TestApp::referred_filing();
            body["office"] = json!(office);
            t.by(who).post("cases", &body).expect(201)
        };
        let given = |case: Value, head: &str, action: &str, mediator: Uuid| {
            t.moved(
                head,
                &case,
                &json!({"action": action, "mediator": mediator}),
            )
        };
        let own = given(filed("head", "ORL-01"), "head", "assign", AIGUL.0);
        let same = given(filed("head", "ORL-01"), "head", "assign", BERIK.0);
        let other = given(
            filed("other_head", "AKZ-01"),
            "other_head",
            "assign",
            DANA.0,
        );
        let mine = filed("aigul", "ORL-01");
        let lost = given(filed("head", "ORL-01"), "head", "assign", AIGUL.0);
        let former = given(lost, "head", "reassign", BERIK.0);
        let ids = [own, same, other, mine, former]
            .iter()
            .map(|case| case["id"].as_str().unwrap().to_owned())
            .collect();
        t.database.mirror(REGION.0, MIRROR, &[]);
        let tables = t.database.lines(
            "relname::text",
            "pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
        );
        Self { t, ids, tables }
    }

    pub(crate) fn ids_of(&self, names: &[&str]) -> BTreeSet<String> {
        let at = |name: &&str| CASES.iter().position(|known| known == name).unwrap();
        names
            .iter()
            .map(|name| self.ids[at(name)].clone())
            .collect()
    }

    /// The tables with a column.
    fn with(&self, column: &str) -> Vec<String> {
        let having = format!(
            "information_schema.columns WHERE table_schema = 'public' AND column_name = '{column}'"
        );
        self.t.database.lines("table_name::text", &having)
    }

    /// For nobody yet.
    fn bare(&self) -> Database {
        self.t.database.open_with(&TestDatabase::options())
    }

    /// Runs a job as somebody, who came in by the door with a token; nothing of it stays.
    pub(crate) fn as_person<T: Send + 'static>(
        &self,
        name: &str,
        job: impl FnOnce(&mut Db) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let digest: [u8; 32] = Sha256::digest(network::token(name)).into();
        let now = self.t.app.clock.now();
        let (tell, told) = std::sync::mpsc::channel();
        let undone = self.bare().at_door().write_blocking(move |db| {
            assert!(token_authenticate(db, &digest, now)?.is_some());
            tell.send(job(db)).unwrap();
            Err::<(), _>(Error::NotFound)
        });
        assert!(matches!(undone, Err(Error::NotFound)), "{undone:?}");
        told.recv().unwrap()
    }

    pub(crate) fn lines_as(&self, name: &str, expression: &str, table: &str) -> BTreeSet<String> {
        let query = format!(
            "SELECT DISTINCT ({expression})::text AS line FROM {table} WHERE ({expression}) IS NOT NULL"
        );
        self.as_person(name, move |db| lines(db, &query)).unwrap()
    }
}

fn lines(db: &mut Db, query: &str) -> Result<BTreeSet<String>, Error> {
    let rows: Vec<Line> = match db {
        Db::Sqlite(_) => unreachable!("this is about the server"),
        Db::Postgres(connection) => diesel::sql_query(query).load(connection)?,
    };
    Ok(rows.into_iter().map(|row| row.line).collect())
}

fn count(db: &mut Db, table: &str) -> Result<i64, Error> {
    let query = format!("SELECT count(*) AS count FROM \"{table}\"");
    let row: Count = match db {
        Db::Sqlite(_) => unreachable!("this is about the server"),
        Db::Postgres(connection) => diesel::sql_query(query).get_result(connection)?,
    };
    Ok(row.count)
}

pub(crate) fn scene() -> Scene {
    Scene::make(TestApp::on(Backend::Postgres))
}

/// The list of migrations, which the program reads before it knows anything.
fn is_open(table: &str) -> bool {
    table == "__diesel_schema_migrations"
}

#[test]
fn r02_whoever_is_nobody_sees_no_row() {
    let scene = scene();
    let tables = scene.tables.clone();
    assert!(tables.len() > 30, "{tables:?}");
    let seen = scene.bare().read_blocking(move |db| {
        let mut seen = Vec::new();
        for table in tables {
            if count(db, &table)? > 0 && !is_open(&table) {
                seen.push(table);
            }
        }
        Ok::<_, Error>(seen)
    });
    assert_eq!(seen.unwrap(), Vec::<String>::new());
}

#[test]
fn r02_the_door_shows_who_there_is_and_nothing_else() {
    let scene = scene();
    let tables = scene.tables.clone();
    let seen = scene.bare().at_door().read_blocking(move |db| {
        let mut seen = Vec::new();
        for table in tables {
            if count(db, &table)? > 0 && !is_open(&table) {
                seen.push(table);
            }
        }
        Ok::<_, Error>(seen)
    });
    // Of kept answers there are none in this scene.
    assert_eq!(
        seen.unwrap(),
        ["account", "account_grant", "region", "token"]
    );
}

#[test]
fn r02_without_a_scope_everybody_sees_their_own_rows_and_no_other() {
    let scene = scene();
    let of_cases: Vec<String> = scene.with("case_id");
    assert!(of_cases.len() >= 6, "{of_cases:?}");
    let of_regions = scene.with("region_id");
    for (name, seen) in SEEN {
        let may = scene.ids_of(seen);
        assert_eq!(scene.lines_as(name, "id", "cases"), may, "{name}: cases");
        for table in &of_cases {
            let found = scene.lines_as(name, "case_id", table);
            let all = match (name, table.as_str()) {
                // Who looks after the delivery sees every message, a partner those to it, and the auditor what was done.
                ("administrator" | "partner", "outbox") | ("auditor", "case_event") => {
                    scene.ids_of(&CASES)
                }
                _ => may.clone(),
            };
            assert!(found.is_subset(&all), "{name} sees {table} of {found:?}");
        }
        for table in &of_regions {
            let regions = scene.lines_as(name, "region_id", table);
            let own = BTreeSet::from([REGION.0.to_string()]);
            assert!(
                regions.is_subset(&own),
                "{name} sees {table} of {regions:?}"
            );
        }
    }
    // What hangs on a case is there for whoever sees it: else the second lock would keep everything shut.
    for table in ["case_party", "case_event", "referral", "outbox"] {
        assert!(
            scene
                .lines_as("aigul", "case_id", table)
                .contains(&scene.ids[0]),
            "{table}"
        );
    }
}

#[test]
fn r02_a_partner_sees_neither_registers_nor_the_papers_of_another() {
    let scene = scene();
    for table in [
        "office",
        "mediator",
        "mediator_status",
        "draft",
        "case_counter",
        "case_pass",
    ] {
        let seen = scene.lines_as("partner", "region_id", table);
        assert!(seen.is_empty(), "{table}: {seen:?}");
    }
    let agencies = scene.lines_as("partner", "partner_id", "memorandum");
    assert_eq!(agencies, BTreeSet::from([network::EDU.0.to_string()]));
}

/// Passwords, sessions and the rest by which somebody proves who they are.
#[test]
fn r02_everybody_sees_their_own_proofs_alone() {
    let scene = scene();
    let [head, aigul] = [100, 102].map(Uuid::from_u128);
    scene.t.database.execute(&format!(
        "INSERT INTO credential SELECT region_id, id, '$argon2id$' || id, created_at FROM account;
         INSERT INTO session SELECT region_id, id, id, sha256(uuid_send(id) || uuid_send(region_id)), 'full', 'a', created_at,
            created_at, created_at FROM account;
         INSERT INTO link SELECT region_id, id, id, 'reset', sha256(uuid_send(id) || uuid_send(region_id)), created_at,
            created_at FROM account;
         INSERT INTO device SELECT region_id, id, sha256(uuid_send(id)), created_at, created_at FROM account;
         INSERT INTO recovery_code SELECT region_id, id, sha256(uuid_send(id)), created_at FROM account;
         INSERT INTO audit_seal VALUES ('{}', 1, '{head}', 'entry', NULL, 'a', 'a', 'a', sha256(''), sha256(''))",
        REGION.0
    ));
    for table in [
        "credential",
        "session",
        "link",
        "device",
        "recovery_code",
        "token",
    ] {
        for (name, id) in [("head", head), ("aigul", aigul)] {
            let own = BTreeSet::from([id.to_string()]);
            assert_eq!(
                scene.lines_as(name, "account_id", table),
                own,
                "{name}: {table}"
            );
        }
        // Who ends and invites.
        let all = scene.lines_as("administrator", "account_id", table);
        assert_eq!(all.len(), PEOPLE.len(), "administrator: {table}");
    }
    for (name, _) in PEOPLE {
        let is_auditor = usize::from(name == "auditor");
        assert_eq!(
            scene.lines_as(name, "seq", "audit_seal").len(),
            is_auditor,
            "{name}: seals"
        );
    }
    for (name, forbidden) in [
        (
            "head",
            "UPDATE account SET name = 'mine' WHERE id <> '00000000-0000-0000-0000-000000000064'",
        ),
        ("coordinator", "UPDATE account_grant SET valid_to = NULL"),
        (
            "coordinator",
            "UPDATE session SET ended_at = created_at WHERE account_id = '00000000-0000-0000-0000-000000000064'",
        ),
        (
            "administrator",
            "UPDATE credential SET password = '$argon2id$' WHERE account_id = '00000000-0000-0000-0000-000000000064'",
        ),
    ] {
        let changed = scene.as_person(name, move |db| match db {
            Db::Sqlite(_) => unreachable!(),
            Db::Postgres(connection) => Ok(diesel::sql_query(forbidden).execute(connection)?),
        });
        assert_eq!(changed.unwrap(), 0, "{name}: {forbidden}");
    }
}

#[test]
fn r02_nobody_changes_a_row_that_they_do_not_see() {
    let scene = scene();
    for (name, seen) in SEEN {
        let changed = scene.as_person(name, |db| match db {
            Db::Sqlite(_) => unreachable!(),
            Db::Postgres(connection) => {
                Ok(diesel::sql_query("UPDATE cases SET step = step").execute(connection)?)
            }
        });
        assert_eq!(changed.unwrap(), seen.len(), "{name}");
        let left: usize = scene
            .as_person(name, |db| match db {
                Db::Sqlite(_) => unreachable!(),
                Db::Postgres(connection) => {
                    Ok(diesel::sql_query("DELETE FROM case_party").execute(connection)?)
                }
            })
            .unwrap();
        assert_eq!(left, 2 * seen.len(), "{name}: parties");
    }
    for across in [
        format!("UPDATE cases SET region_id = '{MIRROR}'"),
        format!(
            "INSERT INTO case_counter (region_id, office_id, year, last) VALUES ('{MIRROR}', '{}', 2030, 1)",
            network::ORL_01.0
        ),
        format!("INSERT INTO edition (region_id, kind, number) VALUES ('{MIRROR}', 'profile', 7)"),
    ] {
        let refused = scene.as_person("coordinator", move |db| match db {
            Db::Sqlite(_) => unreachable!(),
            Db::Postgres(connection) => Ok(diesel::sql_query(across).execute(connection)?),
        });
        let text = format!("{refused:?}");
        assert!(text.contains("row-level security"), "{text}");
    }
}

/// The program takes everybody for the coordinator, and the database does not.
#[test]
fn r02_with_the_scopes_of_the_program_removed_no_foreign_row_comes_out() {
    let (t, defect) = TestApp::with_defect(Backend::Postgres, Defect::DropScopes);
    let scene = Scene::make(t);
    defect.on();
    for (name, _) in PEOPLE {
        let may = scene.ids_of(SEEN.iter().find(|(known, _)| *known == name).unwrap().1);
        let client = scene.t.by(name);
        let listed = client.get("cases?limit=100").expect(200);
        let listed: BTreeSet<String> = listed["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| case["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(listed, may, "{name}: the list");
        let found = client.get("cases?q=2026&limit=100").expect(200);
        assert_eq!(
            found["items"].as_array().unwrap().len(),
            may.len(),
            "{name}: the search"
        );
        let notices = client.get("notices?limit=100").expect(200);
        for notice in notices["items"].as_array().unwrap() {
            let case = notice["case"].as_str().unwrap_or_default();
            let is_theirs = may.contains(case) || name == "administrator" || name == "partner";
            assert!(is_theirs, "{name}: a message of {case}");
        }
        for id in &scene.ids {
            let expected = if may.contains(id) { 200 } else { 404 };
            for path in [
                format!("cases/{id}"),
                format!("cases/{id}/events"),
                format!("cases/{id}/explain"),
            ] {
                assert_eq!(client.get(&path).status, expected, "{name} {path}");
            }
            if expected == 404 {
                let before = scene.t.database.contents();
                let act = client.request("POST", &format!("cases/{id}/transitions"));
                let act = act
                    .if_match(2)
                    .json(&json!({"action": "close", "ground": "withdrawn"}));
                assert_eq!(act.send().status, 404, "{name} acts on {id}");
                assert!(before == scene.t.database.contents());
            }
        }
    }
}
