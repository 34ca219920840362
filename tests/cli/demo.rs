//! The demo, with few cases: what it prints, what it leaves, and that it repeats itself.

use crate::{done, kelisim, run};
use kelisim_persistence::Db;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

const FEW: [&str; 6] = [
    "demo",
    "--no-serve",
    "--cases",
    "25",
    "--date",
    "2026-11-20",
];

fn made(folder: &Path, more: &[&str]) -> Value {
    let arguments = [&FEW[..], &["--json"], more].concat();
    serde_json::from_str(&done(folder, &arguments)).unwrap()
}

#[test]
fn it_prints_what_a_program_needs() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(folder.path(), &[]);
    let keys: Vec<&str> = made
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "accounts",
            "case",
            "config",
            "database_url",
            "mail_directory",
            "url"
        ]
    );
    let accounts = made["accounts"].as_array().unwrap();
    let mut roles: BTreeMap<&str, usize> = BTreeMap::new();
    for account in accounts {
        *roles.entry(account["role"].as_str().unwrap()).or_default() += 1;
        assert!(account["token"].as_str().unwrap().starts_with("klsm_"));
        assert!(account["password"].as_str().unwrap().len() >= 12);
        let needs = ["office_head", "coordinator", "administrator"];
        let needs = needs.contains(&account["role"].as_str().unwrap());
        assert_eq!(account["totp_secret"].is_string(), needs, "{account}");
    }
    assert_eq!(roles.len(), 7, "every role");
    assert_eq!((roles["office_head"], roles["mediator"]), (1, 2));
    let scope = |role: &str| {
        let of = accounts
            .iter()
            .find(|account| account["role"] == role)
            .unwrap();
        of["scope"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(scope("coordinator"), Vec::<String>::new());
    assert_eq!(scope("office_head"), ["office"]);
    assert_eq!(scope("mediator"), ["mediator", "office"]);
    assert_eq!(scope("partner"), ["partner"]);
    done(
        folder.path(),
        &["check-config", "--config", made["config"].as_str().unwrap()],
    );
}

/// The setting would be passed over, and the invented year would stand where nobody looks for it.
#[test]
fn a_configuration_that_it_would_not_follow_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("mine.toml"),
        "[database]\nurl = \"sqlite:mine.sqlite\"\n",
    )
    .unwrap();
    let said = run(
        folder.path(),
        &[&FEW[..], &["--config", "mine.toml"]].concat(),
    );
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.contains("--config mine.toml") && said.err.contains("`database.url`"),
        "{}",
        said.err
    );
    assert!(
        !folder.path().join("kelisim-demo").exists(),
        "nothing was made"
    );
}

#[test]
fn the_walked_case_causes_messages_that_were_really_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let made = made(folder.path(), &[]);
    let steps = made["case"]["steps"].as_array().unwrap();
    let told: Vec<(&str, Vec<&str>)> = steps
        .iter()
        .map(|step| {
            let messages = step["messages"].as_array().unwrap();
            (
                step["stage"].as_str().unwrap(),
                messages
                    .iter()
                    .map(|told| told["kind"].as_str().unwrap())
                    .collect(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("filed", vec!["case_received"]),
            ("screened", vec![]),
            ("ready", vec![]),
            ("offered", vec!["offer"]),
            (
                "assigned",
                vec!["assignment", "offer_accepted", "case_assigned"]
            ),
            ("in mediation", vec!["case_started"]),
            ("reconciled", vec!["case_ended"]),
            ("closed", vec![]),
        ]
    );
    for told in steps
        .iter()
        .flat_map(|step| step["messages"].as_array().unwrap())
    {
        assert_eq!(told["state"], "sent");
        let letter = std::fs::read_to_string(told["file"].as_str().unwrap()).unwrap();
        assert!(letter.contains(told["to"].as_str().unwrap()));
    }
    let letters = std::fs::read_dir(made["mail_directory"].as_str().unwrap())
        .unwrap()
        .count();
    assert_eq!(letters, 7, "d37: the invented year sends nothing");
}

#[test]
fn a_second_run_goes_on_with_new_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (made(folder.path(), &[]), made(folder.path(), &[]));
    assert_eq!(
        (&first["case"], &first["config"]),
        (&second["case"], &second["config"])
    );
    for secret in ["token", "password", "totp_secret"] {
        assert_ne!(
            first["accounts"][0][secret], second["accounts"][0][secret],
            "{secret}"
        );
    }
}

#[test]
fn only_a_folder_that_a_demo_made_is_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("mine");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("thesis.txt"), "years of work").unwrap();
    for more in [&["--data", "mine"][..], &["--data", "mine", "--fresh"]] {
        let said = run(folder.path(), &[&FEW[..], more].concat());
        assert_eq!(said.code, 1);
        assert!(said.err.contains("no demo made it"), "{}", said.err);
    }
    assert!(data.join("thesis.txt").exists());
    let first = made(folder.path(), &["--data", "demo"]);
    std::fs::write(folder.path().join("demo/notes.txt"), "mine").unwrap();
    let fresh = made(folder.path(), &["--data", "demo", "--fresh", "--seed", "2"]);
    assert_ne!(first["case"]["id"], fresh["case"]["id"]);
    assert!(folder.path().join("demo/notes.txt").exists());
}

#[test]
fn the_same_seed_and_date_make_the_same_demo_but_for_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |data: &str| {
        made(folder.path(), &["--data", data]);
        open_rows(&folder.path().join(data).join("kelisim.db"))
    };
    let (one, two) = (rows("one"), rows("two"));
    assert_eq!(
        one.keys().collect::<Vec<_>>(),
        two.keys().collect::<Vec<_>>()
    );
    for (table, rows) in &one {
        assert_eq!(rows, &two[table], "{table}");
    }
    assert!(one["cases"].len() == 26 && one["mediator"].len() == 144 && one["office"].len() == 145);
}

#[test]
fn the_story_is_short_plain_and_without_colour_off_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let output = kelisim(folder.path(), &FEW).output().unwrap();
    let story = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "no bar off a terminal"
    );
    assert!(
        !story.contains('\u{1b}') && story.lines().count() < 50,
        "{story}"
    );
    for part in [
        "145 offices",
        "144 mediators",
        "15 partners",
        "filed",
        "assigned",
        "reconciled",
        "closed",
        "klsm_",
    ] {
        assert!(story.contains(part), "{part} in {story}");
    }
}

/// The rows of every table, without what comes from real chance: keys, tokens, ciphertexts and what hashes them.
fn open_rows(path: &Path) -> BTreeMap<String, Vec<String>> {
    use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_types::Text};
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let secret = [
        "secret",
        "data_key_id",
        "head_hash",
        "prev_hash",
        "hash",
        "frozen",
        "lease_token",
        "run_on",
    ];
    let tables_of_secrets = [
        "credential",
        "data_key",
        "master_key",
        "party_token",
        "second_factor",
        "token",
    ];
    let mut db = Db::Sqlite(SqliteConnection::establish(&path.display().to_string()).unwrap());
    let mut lines = |query: String| -> Vec<String> {
        let rows: Vec<Line> = match &mut db {
            Db::Sqlite(connection) => diesel::sql_query(query).load(connection).unwrap(),
            Db::Postgres(_) => Vec::new(),
        };
        rows.into_iter().map(|row| row.line).collect()
    };
    let tables = lines("SELECT name AS line FROM sqlite_schema WHERE type = 'table'".into());
    let mut all = BTreeMap::new();
    for table in tables
        .into_iter()
        .filter(|table| !tables_of_secrets.contains(&table.as_str()))
    {
        let columns = lines(format!(
            "SELECT name AS line FROM pragma_table_info('{table}')"
        ));
        let open: Vec<String> = columns
            .iter()
            .filter(|column| !secret.contains(&column.as_str()))
            .map(|column| format!("quote(\"{column}\")"))
            .collect();
        // An audit entry holds confidential values as keyed hashes, and those of tokens are of today.
        let whole = match table.as_str() {
            "audit_entry" => {
                "WHERE action <> 'token.create' AND COALESCE(after, '') NOT LIKE '%keyed:%'"
            }
            _ => "",
        };
        let query = format!(
            "SELECT {} AS line FROM \"{table}\" {whole} ORDER BY 1",
            open.join(" || ',' || ")
        );
        all.insert(table, lines(query));
    }
    all
}
