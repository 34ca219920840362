//! What a coordinator publishes by commands: moves that were rehearsed.

use std::process::Output;

use kelisim_domain::workflow::BASIC;
use kelisim_tests::{house::House, on_both_databases};
use serde_json::{Value, json};

use crate::Said;

const BY: [&str; 4] = [
    "--as",
    "coordinator@example.kz",
    "--reason",
    "Decided on 20 November",
];

/// The basic workflow as version 2, with its first step under another id.
fn renamed() -> String {
    let edits = [
        ("version = 1", "version = 2"),
        ("id = \"filed\"", "id = \"received\""),
        ("from = [\"filed\"]", "from = [\"received\"]"),
        ("to = \"filed\"", "to = \"received\""),
    ];
    edits
        .iter()
        .fold(BASIC.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn write(house: &House, name: &str, text: &str) {
    std::fs::write(house.database.folder().join(name), text).unwrap();
}

fn run(house: &House, words: &[&str]) -> Said {
    let output: Output = house.command(words).output().unwrap();
    Said::of(output)
}

fn json_of(house: &House, words: &[&str]) -> Value {
    serde_json::from_str(&house.done(&[words, &["--json"][..]].concat())).unwrap()
}

/// A case on the version that new cases follow.
fn file(house: &House) {
    let server = house.serve(&[("WORKER__ENABLED", "false")]);
    let filing = json!({
        "office": "ORL-01", "category": "family", "language": "kk", "summary": "Two neighbours and a cow.",
        "parties": [{"side": "A", "kind": "person", "name": "Demo Applicant"}],
    });
    house
        .by("mediator0", &server)
        .post("cases", &filing)
        .expect(201);
    server.program.stop();
}

on_both_databases! {
    fn d34_a_move_names_the_rehearsal_that_it_asks_for(house: House) {
        file(&house);
        write(&house, "v2.toml", &renamed());
        write(&house, "steps.toml", "[steps]\nfiled = \"received\"\n");
        let map = ["--map", "steps.toml"];
        let publish = [&["workflow", "publish", "v2.toml", "--move"][..], &map[..], &BY].concat();
        let before = house.database.contents();
        let refused = run(&house, &publish);
        assert_eq!((refused.code, refused.out.as_str()), (1, ""));
        let said = "kelisim: Nobody has rehearsed the move to version 2 with exactly this text and this map. Rehearse it \
                    first. (D34)\nkelisim: nothing was published or moved; rehearse it: kelisim workflow rehearse v2.toml \
                    --map steps.toml --as coordinator@example.kz\n";
        assert_eq!(refused.err, said);
        assert!(before == house.database.contents());

        let rehearse = [&["workflow", "rehearse", "v2.toml"][..], &map[..]].concat();
        let by_head = run(&house, &[&rehearse[..], &["--as", "head@example.kz"]].concat());
        assert_eq!((by_head.code, by_head.err.as_str()), (1, "kelisim: head@example.kz is no coordinator\n"));
        assert_eq!(house.database.count("rehearsal"), 0);
        let found = json_of(&house, &rehearse);
        assert_eq!((&found["running"], &found["as_they_are"]), (&json!(1), &json!(1)));
        assert_eq!(house.database.count("rehearsal WHERE actor_id IS NULL"), 1, "a command did it");
        let named = run(&house, &[&rehearse[..], &BY[..2]].concat());
        assert!(named.out.contains("filed → received  1") && named.err.starts_with("This is on record: until "), "{}", named.err);
        assert_eq!(house.database.count("rehearsal WHERE actor_id IS NOT NULL"), 1);

        let silent = run(&house, &[&["workflow", "publish", "v2.toml", "--move"][..], &BY[..]].concat());
        assert!(silent.code == 1 && silent.err.ends_with("kelisim workflow rehearse v2.toml --as coordinator@example.kz\n"), "{}", silent.err);
        let moved = json_of(&house, &publish);
        assert_eq!((&moved["is_new"], &moved["move"]["changed"]), (&json!(true), &json!(1)));
        assert_eq!(house.database.count("cases WHERE workflow_version = 2 AND step = 'received'"), 1);
    }
}
