//! A move of running cases that is killed anywhere, and driven on (D34).

use kelisim_tests::{house::House, on_both_databases};
use serde_json::{Value, json};

/// How many cases move.
const CASES: i64 = 12;

/// The commits of a move, counted from the start of the command: the publication, the batch, the second look, the end.
const KILLS: [&str; 7] = [
    "db.before_commit=kill@1",
    "db.after_commit=kill@1",
    "db.after_job=kill@2",
    "db.before_commit=kill@2",
    "db.after_commit=kill@2",
    "db.before_commit=kill@3",
    "db.after_commit=kill@4",
];

on_both_databases! {
    fn d34_a_move_that_is_killed_anywhere_goes_on(house: House) {
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        let filing = json!({
            "office": "ORL-01", "category": "family", "language": "kk", "summary": "Two neighbours and a cow.",
            "parties": [{"side": "A", "kind": "person", "name": "Demo Applicant"}],
        });
        for _ in 0..CASES {
            house.by("mediator0", &server).post("cases", &filing).expect(201);
        }
        server.program.stop();
        for (version, kill) in (2..).zip(KILLS) {
            let text = kelisim_domain::workflow::BASIC.replace("version = 1", &format!("version = {version}"));
            let file = house.database.folder().join(format!("v{version}.toml"));
            std::fs::write(&file, text).unwrap();
            let name = file.display().to_string();
            let words = [
                "workflow", "publish", &name, "--move", "--json", "--as", "coordinator@example.kz", "--reason", "Test",
            ];
            house.done(&["workflow", "rehearse", &name]);
            let killed = house.command(&words).env("KELISIM_FAILPOINTS", kill).output().unwrap();
            assert!(!killed.status.success(), "{kill}: {}", String::from_utf8_lossy(&killed.stderr));
            let said: Value = serde_json::from_str(&house.done(&words)).unwrap();
            assert_eq!(said["version"], json!(version), "{kill}");
            let on = |condition: &str| house.database.count(&format!("cases WHERE workflow_version {condition}"));
            assert_eq!((on(&format!("= {version}")), on(&format!("< {version}"))), (CASES, 0), "{kill}");
            let moves = format!("case_event WHERE kind = 'migrated' AND seq = {version}");
            assert_eq!(house.database.count(&moves), CASES, "{kill}: each case moved once");
            assert_eq!(house.database.count("case_pass WHERE state = 'running'"), 0, "{kill}");
        }
    }
}
