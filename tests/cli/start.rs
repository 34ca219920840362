//! A start is refused when database, key and program do not belong together.

use crate::{done, kelisim, migrated, run};
use kelisim_tests::{Backend, OnBackend, TestDatabase};
use sha2::{Digest, Sha256};

#[test]
fn migrate_makes_everything_once() {
    let folder = tempfile::tempdir().unwrap();
    let first: serde_json::Value =
        serde_json::from_str(&done(folder.path(), &["migrate", "--json"])).unwrap();
    assert_eq!(
        (&first["region"], &first["region_made"]),
        (&"WKR".into(), &true.into())
    );
    assert_eq!(first["master_key_made"], "./master.key");
    let second: serde_json::Value =
        serde_json::from_str(&done(folder.path(), &["migrate", "--json"])).unwrap();
    assert_eq!(second["migrations"].as_array().unwrap().len(), 0);
    assert_eq!(
        (&second["region_made"], &second["master_key_made"]),
        (&false.into(), &serde_json::Value::Null)
    );
}

#[cfg(unix)]
#[test]
fn r18_key_and_database_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = migrated();
    for name in ["master.key", "kelisim.db"] {
        let mode = std::fs::metadata(folder.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_database_that_is_not_ready_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["serve"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("run `kelisim migrate`"), "{}", said.err);
}

#[test]
fn r18_a_lost_or_foreign_master_key_is_refused_and_never_made_anew() {
    let folder = migrated();
    let key = folder.path().join("master.key");
    let right = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for command in ["serve", "migrate", "work"] {
        let said = run(folder.path(), &[command]);
        assert_eq!(said.code, 1);
        assert!(
            said.err.contains("master.key is missing"),
            "{command}: {}",
            said.err
        );
        assert!(!key.exists(), "{command}");
    }
    let other = migrated();
    std::fs::copy(other.path().join("master.key"), &key).unwrap();
    for command in ["serve", "migrate"] {
        let said = run(folder.path(), &[command]);
        assert_eq!(said.code, 1);
        assert!(
            said.err.contains("not the one that the database names"),
            "{command}: {}",
            said.err
        );
    }
    std::fs::write(&key, right).unwrap();
    done(folder.path(), &["migrate"]);
}

#[test]
fn d34_a_workflow_that_differs_from_the_published_one_is_refused() {
    let db = TestDatabase::create_empty(Backend::Sqlite);
    let kelisim = |arguments: &[&str]| {
        let mut command = kelisim(db.folder(), arguments);
        let output = command
            .env("KELISIM__DATABASE__URL", db.url_text())
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    assert_eq!(kelisim(&["migrate"]).0, Some(0));
    // What an operator must not do, and what a program that was changed in place would look like.
    db.execute("UPDATE workflow_definition SET text = text || '# changed', digest = zeroblob(32)");
    for command in ["serve", "migrate"] {
        let (code, said) = kelisim(&[command]);
        assert_eq!(code, Some(1), "{command}");
        assert!(said.contains("workflow"), "{command}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn d34_what_people_published_under_a_number_of_the_program_stops_no_start() {
    let database = TestDatabase::create_empty(Backend::Sqlite);
    let folder = database.folder();
    done(folder, &["migrate"]);
    let ours = format!("{}# ours", kelisim_domain::workflow::MEDIATION);
    let digest = Sha256::digest(ours.as_bytes())
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    database.execute(&format!(
        "UPDATE workflow_definition SET text = text || '# ours', digest = x'{digest}' WHERE key = 'mediation'"
    ));
    let said = run(folder, &["migrate"]);
    assert_eq!(said.code, 1);
    assert!(
        said.err
            .contains("mediation version 1 in the database differs"),
        "{}",
        said.err
    );
    // With the act on record the text is the region's, and the program's of that number is left out.
    database.execute(
        "INSERT INTO publication (region_id, kind, key, version, act, at, reason)
         SELECT id, 'workflow', 'mediation', 1, 'publish', '2026-11-22T05:00:00.000000Z', 'As we work' FROM region",
    );
    let said = run(folder, &["migrate"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.err.contains("Did not load workflow mediation 1"),
        "{}",
        said.err
    );
    crate::serve::starts(folder);
}

#[test]
fn r37_a_server_that_may_lose_changes_is_refused_in_words() {
    // The throw-away server of the tests runs without fsync, for speed.
    let db = TestDatabase::create_empty(Backend::Postgres);
    let mut command = kelisim(db.folder(), &["migrate"]);
    command
        .env("KELISIM__DATABASE__URL", db.url_text())
        .env("KELISIM__DATABASE__MIGRATE_URL", db.owner_url_text());
    let key = db.folder().join("master.key");
    let output = command
        .env("KELISIM__ENCRYPTION__MASTER_KEY_FILE", &key)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("unsafe setting"), "{said}");
    assert!(
        !key.exists(),
        "no key is made for a database that is refused"
    );
}

#[test]
fn an_unknown_region_names_those_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = kelisim(folder.path(), &["migrate"]);
    let output = command
        .env("KELISIM__REGION__CODE", "XYZ")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("WKR"));
}

#[test]
fn d15_a_region_keeps_the_zone_in_which_its_days_were_counted() {
    let folder = migrated();
    let mut command = kelisim(folder.path(), &["serve"]);
    let output = command
        .env("KELISIM__REGION__TIME_ZONE", "Europe/Berlin")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("Europe/Berlin") && said.contains("Asia/Oral"),
        "{said}"
    );
}

#[test]
fn r02_whoever_row_level_security_does_not_bind_serves_nobody() {
    let house = kelisim_tests::house::House::on(Backend::Postgres);
    let owner = house.database.owner_url_text();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["work"][..]] {
        let mut command = house.command(arguments);
        command.env("KELISIM__DATABASE__URL", &owner);
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("owns tables") && said.contains("database.migrate_url"),
            "{said}"
        );
    }
    let mut command = house.command(&["migrate"]);
    let output = command
        .env("KELISIM__DATABASE__MIGRATE_URL", "")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("database.migrate_url is not set"), "{said}");
}
