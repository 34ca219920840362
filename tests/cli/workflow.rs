//! `kelisim workflow check` and `kelisim workflow simulate`.

use crate::{done, run};
use serde_json::Value;

const BASIC: &str = include_str!("../../config/workflows/basic.toml");

const MEDIATION: &str = include_str!("../../config/workflows/mediation.toml");

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
fn d35_faults_are_said_in_the_language_that_is_asked_for() {
    let folder = written(&BASIC.replacen("class = \"new\"", "class = \"nev\"", 1));
    for (language, what, help) in [
        ("kk", "`nev` сөзі мұнда белгісіз", "мүмкін, `new`?"),
        ("ru", "слово `nev` здесь неизвестно", "может быть, `new`?"),
        ("en", "`nev` is not known here", "did you mean `new`?"),
    ] {
        let words = ["workflow", "check", "mine.toml", "--language", language];
        let said = run(folder.path(), &words);
        assert!(said.err.contains(what), "{}", said.err);
        assert!(said.err.contains(help), "{}", said.err);
        let said = run(folder.path(), &[&words[..], &["--json"]].concat());
        let found: Value = serde_json::from_str(&said.out).unwrap();
        let fault = &found["faults"][0];
        assert_eq!(
            (&fault["code"], &fault["what"]),
            (&"unknown_word".into(), &what.into())
        );
    }
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

#[test]
fn a_simulation_says_where_cases_wait_and_repeats_itself() {
    let folder = written(MEDIATION);
    let play = |seed: &str| {
        let said = run(
            folder.path(),
            &[
                "workflow",
                "simulate",
                "mine.toml",
                "--cases",
                "300",
                "--seed",
                seed,
            ],
        );
        assert_eq!(
            (said.code, said.err.as_str()),
            (0, ""),
            "no bar off a terminal"
        );
        said.out
    };
    let first = play("1");
    assert_eq!(first, play("1"));
    assert_ne!(first, play("2"));
    assert!(first.starts_with("mediation version 1\n300 cases, 850 a year, from 2026-01-01"));
    let parts = [
        "Where cases wait",
        "Offered to a mediator",
        "of mediated",
        "acts of a head in a week",
    ];
    for part in parts {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert!(!first.contains('\u{1b}'), "no colour off a terminal");
    let kazakh = done(
        folder.path(),
        &[
            "workflow",
            "simulate",
            "mine.toml",
            "--cases",
            "20",
            "--language",
            "kk",
        ],
    );
    assert!(kazakh.contains("Медиаторға ұсынылды"));
    assert!(
        !folder.path().join("kelisim.db").exists(),
        "no database is made"
    );
}

#[test]
fn two_definitions_are_played_with_the_same_people() {
    let folder = written(MEDIATION);
    let length = "starts = \"offer\"\nlength = \"2 working_days\"";
    let longer = "starts = \"offer\"\nlength = \"3 working_days\"";
    let text = MEDIATION.replacen(length, longer, 1);
    std::fs::write(folder.path().join("other.toml"), text).unwrap();
    let both = [
        "workflow",
        "simulate",
        "mine.toml",
        "--with",
        "other.toml",
        "--cases",
        "1000",
    ];
    let json = done(
        folder.path(),
        &[&both[..], &["--json", "--svg", "two.svg"]].concat(),
    );
    let said: Value = serde_json::from_str(&json).unwrap();
    let runs = said["runs"].as_array().unwrap();
    let fired = |run: &Value, name: &str| {
        let timers = run["timers"].as_array().unwrap();
        let found = timers.iter().find(|timer| timer["name"] == name).unwrap();
        found["fired"].as_u64().unwrap()
    };
    let of = |name| (fired(&runs[0], name), fired(&runs[1], name));
    let (two_days, three_days) = of("offer_answer");
    assert!(three_days < two_days, "{two_days} {three_days}");
    let (was, is) = of("act_on_new");
    assert_eq!(was, is, "what comes before the offer is the same");
    let drawn = std::fs::read_to_string(folder.path().join("two.svg")).unwrap();
    assert!(drawn.starts_with("<svg ") && drawn.contains("Offered to a mediator"));
    let table = done(folder.path(), &both);
    assert!(
        table.contains(&format!("−{}", two_days - three_days)),
        "{table}"
    );
}

#[test]
fn what_cannot_be_played_is_refused_in_words() {
    let folder = written(BASIC);
    let play = |more: &[&str]| run(folder.path(), &[&["workflow", "simulate"], more].concat());
    let said = play(&["mine.toml", "--cases", "0"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains("0 is not in 1..=1000000"), "{}", said.err);
    let said = play(&["mine.toml", "--accepted", "120"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("a number from 0 to 100"), "{}", said.err);
    let said = play(&["mine.toml", "--from", "1990-01-01"]);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("in force since 2011-08-05"),
        "{}",
        said.err
    );
    let said = play(&["mine.toml", "--cases", "10000", "--filed-a-year", "1"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("file more a year"), "{}", said.err);
    let said = play(&["other.toml"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(
        said.err.starts_with("kelisim: other.toml: "),
        "{}",
        said.err
    );
    let broken = BASIC.replacen("class = \"new\"", "class = \"nev\"", 1);
    std::fs::write(folder.path().join("broken.toml"), broken).unwrap();
    let said = play(&["mine.toml", "--with", "broken.toml"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("broken.toml:23:"), "{}", said.err);
    assert!(
        said.err
            .contains("broken.toml: 1 fault; it cannot be published")
    );
}
