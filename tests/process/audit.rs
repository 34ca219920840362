//! The audit log as an operator meets it: sealed by the worker, anchored in a file, verified by commands and by others.

use std::{fs, path::Path, process::Command, time::Duration};

use kelisim_tests::{
    Backend,
    house::{House, referred},
    on_both_databases,
    program::wait_until,
    verifier,
};
use serde_json::Value;

const LIMIT: Duration = Duration::from_secs(30);

fn all_is_sealed(house: &House) -> bool {
    let database = &house.database;
    let entries = database.count("audit_entry") + database.count("case_event");
    entries > 0 && database.count("audit_seal") == entries
}

on_both_databases! {
    fn g9_the_log_is_sealed_anchored_verified_and_exported(house: House) {
        let folder = house.database.folder().to_owned();
        let (anchors, export) = (folder.join("anchors"), folder.join("log.jsonl"));
        let server = house.serve(&[]);
        for _ in 0..2 {
            let case = house.walk(&server, &referred(), "The cow stays out.");
            let path = format!("cases/{}", case["id"].as_str().unwrap());
            house.by("head", &server).get(&path).expect(200);
        }
        wait_until("everything is sealed", LIMIT, || all_is_sealed(&house));
        server.program.stop();

        let place = format!("file:{}", anchors.display());
        let worker = house.start(&["work"], &[("AUDIT__ANCHOR", &place)]);
        wait_until("an anchor", LIMIT, || house.database.count("audit_anchor") == 1);
        worker.stop();
        let line = fs::read_to_string(&anchors).unwrap();
        let printed = house.done(&["audit", "anchor"]);
        let start = |text: &str| text.split(' ').take(5).collect::<Vec<_>>().join(" ");
        assert_eq!(start(&printed), start(&line), "the same head");

        let named = anchors.display().to_string();
        let said = house.done(&["audit", "verify", "--anchors", &named, "--json"]);
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(said[0]["verified"], true, "{said}");
        // One in the file, and the same one in the database.
        assert_eq!((&said[0]["anchors"], &said[0]["unsealed"]), (&2.into(), &0.into()));

        house.done(&["audit", "export", &export.display().to_string()]);
        let text = fs::read_to_string(&export).unwrap();
        assert!(!text.contains("cow"), "nothing confidential leaves");
        assert_eq!(text.matches("\"action\":\"case.read_content\"").count(), 2);
        // Somebody who has the file and the anchor, and nothing of ours.
        let check = |path: &Path| {
            let mut stranger = Command::new(verifier());
            stranger.arg(path).arg("--anchors").arg(&anchors).env_clear().current_dir("/");
            let output = stranger.output().unwrap();
            let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            (output.status.code(), said)
        };
        let (code, said) = check(&export);
        assert!(code == Some(0) && said.contains("1 anchors agree"), "{code:?} {said}");
        let forged = folder.join("forged.jsonl");
        let cut: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
        for (text, words) in [
            (text.replace("\"assign\"", "\"resign\""), "is not what was sealed"),
            (cut, "it was cut"),
            (text.lines().skip(1).map(|line| format!("{line}\n")).collect(), "missing"),
        ] {
            fs::write(&forged, text).unwrap();
            let (code, said) = check(&forged);
            assert!(code == Some(1) && said.contains(words), "{words}: {code:?} {said}");
        }

        house.database.take_rights();
        let turned = match house.database.backend() {
            Backend::Sqlite => "x'00'",
            Backend::Postgres => "'\\x00'::bytea",
        };
        house.database.execute(&format!("UPDATE case_event SET secret = {turned} WHERE secret IS NOT NULL"));
        let output = house.command(&["audit", "verify", "--json"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said[0]["damage"]["kind"], "changed", "{said}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("was changed after it was sealed"), "{told}");
    }
}
