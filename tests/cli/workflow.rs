//! `kelisim workflow check`.

use crate::{done, run};
use serde_json::Value;

const BASIC: &str = include_str!("../../config/workflows/basic.toml");

fn written(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    folder
}

#[test]
fn a_sound_workflow_is_said_to_be_sound() {
    let folder = written(BASIC);
    assert_eq!(
        done(folder.path(), &["workflow", "check", "mine.toml"]),
        "basic version 1: 4 steps, 7 actions, 9 grounds; every case can end.\n"
    );
    let said: Value = serde_json::from_str(&done(
        folder.path(),
        &["workflow", "check", "--json", "mine.toml"],
    ))
    .unwrap();
    assert_eq!(
        said,
        serde_json::json!({"key": "basic", "version": 1, "faults": []})
    );
}

#[test]
fn d35_every_fault_is_shown_with_the_line_it_is_about() {
    let folder = written(
        &BASIC
            .replacen("class = \"new\"", "class = \"nev\"", 1)
            .replacen("who = [\"case_mediator\"]", "whom = [\"case_mediator\"]", 1),
    );
    let said = run(folder.path(), &["workflow", "check", "mine.toml"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    insta::assert_snapshot!("workflow_check", said.err);

    let said = run(folder.path(), &["workflow", "check", "--json", "mine.toml"]);
    assert_eq!(said.code, 1);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    let faults = found["faults"].as_array().unwrap();
    assert_eq!(faults[0]["pointer"], "/steps/0/class");
    assert_eq!(
        (&faults[0]["line"], &faults[0]["column"]),
        (&23.into(), &9.into())
    );
    assert!(said.err.contains("it cannot be published"));
}

#[test]
fn a_file_that_is_not_there_is_wrong_usage() {
    let folder = written(BASIC);
    let said = run(folder.path(), &["workflow", "check", "other.toml"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.starts_with("kelisim: other.toml: "),
        "{}",
        said.err
    );
    assert!(
        !folder.path().join("kelisim.db").exists(),
        "no database is made"
    );
}
