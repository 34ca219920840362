//! What a coordinator publishes by commands: moves that were rehearsed, drafts, legal profiles and days off.

use std::process::Output;

use kelisim_domain::{
    legal::KZ_MEDIATION,
    workflow::{self, BASIC},
};
use kelisim_tests::{REMINDER, house::House, on_both_databases};
use serde_json::{Value, json};

use crate::Said;

const BY: [&str; 4] = [
    "--as",
    "coordinator@example.kz",
    "--reason",
    "Decided on 20 November",
];

const DAYS: &str = "version = 1\n[[days]]\non = 2099-12-15\nkind = \"holiday\"\n";

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
        assert!(named.out.contains("Filed (filed) → Filed (received)  1") && named.err.starts_with("This is on record: until "), "{}", named.err);
        assert_eq!(house.database.count("rehearsal WHERE actor_id IS NOT NULL"), 1);

        let silent = run(&house, &[&["workflow", "publish", "v2.toml", "--move"][..], &BY[..]].concat());
        assert!(silent.code == 1 && silent.err.ends_with("kelisim workflow rehearse v2.toml --as coordinator@example.kz\n"), "{}", silent.err);
        let moved = json_of(&house, &publish);
        assert_eq!((&moved["is_new"], &moved["move"]["changed"]), (&json!(true), &json!(1)));
        assert_eq!(house.database.count("cases WHERE workflow_version = 2 AND step = 'received'"), 1);
    }

    fn versions_are_listed_with_their_running_cases(house: House) {
        file(&house);
        write(&house, "v2.toml", &renamed());
        let listed = house.done(&["workflow", "list"]);
        let lines: Vec<&str> = listed.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("basic 1  published  "), "{listed}");
        assert!(lines[0].ends_with("running cases: 1  Basic workflow  new cases follow it"), "{listed}");
        assert!(lines[1].starts_with("mediation 1  published  ") && lines[1].ends_with("running cases: 0  Mediation"), "{listed}");
        house.done(&[&["workflow", "publish", "v2.toml"][..], &BY[..]].concat());
        let shown = |found: &Value| -> Vec<Value> {
            let items = found["items"].as_array().unwrap().iter();
            let items = items.filter(|one| one["key"] == json!("basic"));
            items.map(|one| json!([one["key"], one["version"], one["status"], one["is_default"], one["running"]])).collect()
        };
        let found = json_of(&house, &["workflow", "list", "--language", "kk"]);
        assert_eq!(shown(&found), [json!(["basic", 1, "published", false, 1]), json!(["basic", 2, "published", true, 0])]);
        assert_eq!((&found["items"][0]["title"], &found["items"][0]["retired_at"]), (&json!("Негізгі тәртіп"), &Value::Null));
        house.done(&[&["workflow", "retire", "basic", "2"][..], &BY[..]].concat());
        let found = json_of(&house, &["workflow", "list"]);
        assert_eq!(shown(&found), [json!(["basic", 1, "published", true, 1]), json!(["basic", 2, "retired", false, 0])]);
        assert!(found["items"][1]["retired_at"].is_string(), "{found}");
    }

    fn drafts_are_saved_shown_and_thrown_away(house: House) {
        write(&house, "mine.toml", "key = 3\n");
        write(&house, "steps.toml", "[steps]\nfiled = \"received\"\n");
        let by = &BY[..2];
        let id = house.done(&[&["draft", "save", "mine.toml", "--title", "Screening first"][..], by].concat());
        assert_eq!(id.len(), 36, "alone on stdout: {id}");
        assert_eq!(house.done(&["draft", "show", &id]), "key = 3");
        let unreadable = run(&house, &[&["draft", "save", "mine.toml", "--id", &id, "--map", "steps.toml"][..], by].concat());
        assert!(unreadable.code == 1 && unreadable.err.contains("mine.toml:1:"), "{}", unreadable.err);
        write(&house, "mine.toml", &renamed());
        let changed = json_of(&house, &[&["draft", "save", "mine.toml", "--id", &id, "--map", "steps.toml"][..], by].concat());
        assert_eq!((&changed["version"], &changed["title"]), (&json!(2), &json!("Screening first")));
        assert_eq!(changed["steps"], json!({"filed": "received"}));
        let retitled = json_of(&house, &[&["draft", "save", "mine.toml", "--id", &id, "--title", "Received"][..], by].concat());
        assert_eq!((&retitled["title"], &retitled["steps"]), (&json!("Received"), &changed["steps"]), "the map stays");
        write(&house, "days.toml", DAYS);
        house.done(&[&["draft", "save", "days.toml", "--kind", "holidays", "--title", "Days of 2099"][..], by].concat());
        let listed = house.done(&["draft", "list"]);
        let lines: Vec<&str> = listed.lines().collect();
        assert!(lines.len() == 2 && lines[0].contains("holidays") && lines[0].ends_with("Days of 2099"), "the newest first: {listed}");
        assert!(lines[1].starts_with(&id) && lines[1].ends_with("Received"), "{listed}");
        assert_eq!(json_of(&house, &["draft", "list"])["items"][1]["id"], json!(id));
        assert_eq!(json_of(&house, &["draft", "show", &id])["text"], json!(renamed()));

        let delete = [&["draft", "delete", &id][..], by].concat();
        let asked = run(&house, &delete);
        assert!(asked.code == 2 && asked.err.contains("say --yes"), "{}", asked.err);
        house.done(&[&delete[..], &["--yes"]].concat());
        let gone = run(&house, &["draft", "show", &id]);
        assert_eq!((gone.code, gone.err), (1, format!("kelisim: there is no draft {id}\n")));
        let acts = |act: &str| house.database.count(&format!("audit_entry WHERE action = 'draft.{act}' AND actor_id IS NOT NULL"));
        assert_eq!((acts("create"), acts("update"), acts("delete")), (2, 2, 1));
    }

    fn what_is_no_draft_is_wrong_usage(house: House) {
        write(&house, "mine.toml", "key = 3\n");
        let by = &BY[..2];
        let save = |more: &[&str]| run(&house, &[&["draft", "save", "mine.toml"][..], more, by].concat());
        assert_eq!(save(&[]).code, 2, "a title is missing");
        let kind = save(&["--title", "x", "--kind", "holiday"]);
        assert!(kind.code == 2 && kind.err.contains("workflow, profile or holidays"), "{}", kind.err);
        let title = save(&["--title", "two\nlines"]);
        assert_eq!((title.code, title.err.as_str()), (2, "kelisim: --title must be one line of text\n"));
        let id = run(&house, &["draft", "show", "mine"]);
        assert_eq!((id.code, id.err.as_str()), (2, "kelisim: mine is no id of a draft\n"));
        let by_head = run(&house, &["draft", "save", "mine.toml", "--title", "x", "--as", "head@example.kz"]);
        assert_eq!(by_head.code, 1);
        assert_eq!(house.database.count("draft"), 0);
    }

    fn days_off_are_published_and_retired_and_deadlines_follow(house: House) {
        write(&house, "v2.toml", &(BASIC.replace("version = 1", "version = 2") + REMINDER));
        house.done(&[&["workflow", "publish", "v2.toml"][..], &BY[..]].concat());
        file(&house);
        let due = || house.database.lines("due_local", "timer WHERE state = 'armed'").remove(0);
        let before = due();
        let last: chrono::NaiveDateTime = before.parse().unwrap();
        // It is due when its last day is over.
        let day = (last - chrono::TimeDelta::days(1)).date();
        let days = format!("version = 1\n[[days]]\non = {day}\nkind = \"holiday\"\n");
        write(&house, "days.toml", &days);
        assert_eq!(house.done(&["law", "check", "holidays", "days.toml"]), "holidays version 1; days named: 1.");
        let found = json_of(&house, &["law", "rehearse", "days.toml"]);
        assert_eq!((&found["running"], &found["deadlines"]["count"]), (&json!(1), &json!(1)));
        assert_eq!((due(), house.database.count("rehearsal")), (before.clone(), 0), "nothing is changed");
        let said = house.done(&["law", "rehearse", "days.toml", "--language", "ru"]);
        let title = workflow::parse(&(BASIC.to_owned() + REMINDER)).unwrap().timers[0].title.ru.clone();
        let line = said.lines().find(|line| line.contains(" → ")).unwrap_or_default();
        let ends = |line: &str| line.split(": ").last().unwrap().split(" → ").map(|day| day.parse::<chrono::NaiveDate>().is_ok()).collect::<Vec<_>>();
        assert!(line.contains(&format!("  {title}: {} → ", (last - chrono::TimeDelta::days(1)).date())), "{said}");
        assert_eq!(ends(line), [true, true], "days and no instants: {said}");
        let said = run(&house, &[&["law", "publish", "holidays", "days.toml"][..], &BY[..]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains("1 cases got other deadlines") && said.err.contains("once more in ten seconds"), "{}", said.err);
        assert_ne!(due(), before);
        let again = json_of(&house, &[&["law", "publish", "holidays", "days.toml"][..], &BY[..]].concat());
        assert_eq!((&again["is_new"], &again["recount"]), (&json!(false), &Value::Null));
        assert!(house.done(&["law", "list"]).starts_with("holidays 1  published  "));
        house.done(&[&["law", "retire", "holidays", "1"][..], &BY[..]].concat());
        assert_eq!(due(), before, "counted without the day");
        assert!(house.done(&["law", "list"]).starts_with("holidays 1  retired  "));
        assert_eq!(json_of(&house, &["law", "list"])["items"][0]["text"], json!(days));
        let twice = run(&house, &[&["law", "retire", "holidays", "1"][..], &BY[..]].concat());
        assert_eq!((twice.code, twice.err.as_str()), (1, "kelisim: This version is retired. A text comes back under the next number only. (D34)\n"));
        let acts = "audit_entry WHERE action LIKE 'published.%' AND object_id = 'holidays/1' AND reason = 'Decided on 20 November'";
        assert_eq!(house.database.count(acts), 2);
    }

    fn d03_a_profile_is_published_whole_or_not_at_all(house: House) {
        write(&house, "changed.toml", &KZ_MEDIATION.replacen("30 calendar_days", "31 calendar_days", 1));
        write(&house, "broken.toml", "key = 3\n");
        let publish = |name: &str| run(&house, &[&["law", "publish", "profile", name][..], &BY[..]].concat());
        let before = house.database.contents();
        let refused = publish("changed.toml");
        assert!(refused.code == 1 && refused.err.ends_with("(D3)\n"), "{}", refused.err);
        let broken = publish("broken.toml");
        assert!(broken.code == 1 && broken.err.contains("it cannot be published"), "{}", broken.err);
        let found = run(&house, &["law", "check", "profile", "broken.toml", "--json"]);
        let faults: Value = serde_json::from_str(&found.out).unwrap();
        assert!(found.code == 1 && faults["faults"][0]["line"].is_u64(), "{}", found.out);
        assert!(before == house.database.contents());
        write(&house, "same.toml", KZ_MEDIATION);
        let published = publish("same.toml");
        assert_eq!((published.code, published.out.as_str()), (0, ""), "{}", published.err);
        assert_eq!(house.database.count("law_text WHERE kind = 'profile'"), 1);
        assert_eq!(house.database.count("case_pass"), 0, "no stored result changes");
    }
}
