//! Passes over running cases where something is broken: a case is left out and listed, and no pass stops another (D34).

use std::sync::Arc;
use std::time::{Duration, Instant};

use kelisim_api::keeper::Keeper;
use kelisim_domain::code::WorkflowKey;
use kelisim_persistence::SystemPart;
use kelisim_persistence::store::case_pass::pass_counts;
use kelisim_persistence::store::definition::{StoredDefinition, definition_insert};
use kelisim_tests::network::{self, REGION};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

use crate::publishing::{
    RENAMED, Reminding, draft, events, finish, moved, publish, read, rehearse, version,
};

/// The case that was filed as this one of the year.
fn number(number: u32) -> String {
    format!("number LIKE '%-{number:04}'")
}

fn id(which: u32) -> String {
    format!("(SELECT id FROM cases WHERE {})", number(which))
}

/// A row that this program has not written.
fn damage(t: &TestApp, which: u32) {
    let case = number(which);
    let sql = format!("UPDATE cases SET course = '{{\"timers\": 3}}' WHERE {case}");
    t.database.execute(&sql);
}

/// What a pass has left out: the end of each number with the code.
fn left(t: &TestApp, pass: &Value) -> Vec<String> {
    let path = format!("passes/{}/left", pass["id"].as_str().unwrap());
    let list = t.by("coordinator").get(&path).expect(200);
    let each = |one: &Value| {
        let number = one["number"].as_str().unwrap();
        assert!(
            one["why"].as_str().is_some_and(|why| why.ends_with('.')),
            "{one}"
        );
        format!(
            "{} {}",
            &number[number.len() - 1..],
            one["code"].as_str().unwrap()
        )
    };
    let mut all: Vec<String> = list["items"].as_array().unwrap().iter().map(each).collect();
    all.sort();
    all
}

const DAY_OFF: &str = "version = 1\n[[days]]\non = 2026-11-24\nkind = \"holiday\"\n";

on_both_databases! {
    fn d34_a_case_that_cannot_be_read_is_left_out_and_the_others_move_and_go_back(t: TestApp) {
        let cases: Vec<Value> = (0..3).map(|_| t.file(&TestApp::filing())).collect();
        damage(&t, 1);
        let id_of = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        let found = rehearse(&t, &id_of);
        assert_eq!((&found["running"], &found["as_they_are"], &found["cannot_go"]), (&json!(3), &json!(2), &json!(1)));
        assert_eq!(found["by_reason"], json!({"unreadable": 1}));
        assert_eq!((&found["left"][0]["number"], &found["left"][0]["rule"]), (&cases[0]["number"], &json!("D34")));
        let published = publish(&t, &id_of, true).expect(201);
        let pass = finish(&t, &published["pass"]);
        assert_eq!((pass.changed, pass.refused, pass.finished_at.is_some()), (2, 1, true));
        assert_eq!(left(&t, &published["pass"]), ["1 unreadable"]);
        assert_eq!(t.app.passes.broken(), 1);
        assert_eq!(t.database.count("cases WHERE workflow_version = 2 AND step = 'received'"), 2);
        // The way back is read in the history.
        let damaged = format!("UPDATE case_event SET data = '{{\"kind\": 3}}' WHERE case_id = {}", id(2));
        t.database.take_rights();
        t.database.execute(&damaged);
        let undo = t.by("coordinator").post("workflows/basic/undo", &json!({"reason": "Too early"})).expect(201);
        let pass = finish(&t, &undo);
        assert_eq!((pass.changed, pass.refused, pass.finished_at.is_some()), (1, 1, true));
        assert_eq!(left(&t, &undo), ["2 unreadable_history"]);
        assert_eq!(read(&t, &cases[2])["step"], json!("filed"));
        assert_eq!(events(&t, &cases[2]), ["filed", "migrated", "migrated"]);
        assert_eq!(t.app.passes.broken(), 2);
    }

    fn deadlines_are_counted_anew_beside_cases_that_are_broken(given: Reminding) {
        let t = given.0;
        let cases: Vec<Value> = (0..5).map(|_| t.file(&TestApp::filing())).collect();
        damage(&t, 1);
        // Its deadline runs in the case and not in its row; the history of the next has an event too many.
        t.database.take_rights();
        t.database.execute(&format!("DELETE FROM timer WHERE case_id = {}", id(2)));
        t.database.execute(&format!("UPDATE case_event SET seq = 2 WHERE case_id = {}", id(3)));
        let key: WorkflowKey = cases[0]["workflow"]["key"].as_str().unwrap().parse().unwrap();
        let text = "no workflow".to_owned();
        let lost = StoredDefinition { key, version: 9, text, published_at: network::start() };
        t.write(move |db| definition_insert(db, REGION, &lost));
        t.database.execute(&format!("UPDATE cases SET workflow_version = 9 WHERE {}", number(4)));
        let id_of = draft(&t, "holidays", DAY_OFF, &json!({}));
        let found = t.by("coordinator").get(&format!("drafts/{id_of}/rehearsal")).expect(200);
        assert_eq!((&found["running"], &found["as_they_are"]), (&json!(5), &json!(0)));
        assert_eq!(found["by_reason"], json!({"unreadable": 1, "unreadable_workflow": 1}));
        let published = publish(&t, &id_of, false).expect(201);
        let pass = finish(&t, &published["pass"]);
        assert_eq!((pass.changed, pass.refused, pass.round), (1, 4, 2));
        let codes = ["1 unreadable", "2 at_odds", "3 at_odds", "4 unreadable_workflow"];
        assert_eq!(left(&t, &published["pass"]), codes);
        assert_eq!(events(&t, &cases[4]), ["filed", "timers_moved"]);
        t.clock.advance(chrono::TimeDelta::seconds(10));
        let pass = finish(&t, &published["pass"]);
        assert_eq!((pass.changed, pass.refused, pass.finished_at.is_some()), (1, 4, true), "each is listed once");
        assert_eq!(t.app.passes.broken(), 4);
    }

    fn a_pass_that_cannot_go_on_stands_in_the_way_of_no_other(given: Reminding) {
        let t = given.0;
        t.file(&TestApp::filing());
        let text = version(3, &RENAMED);
        moved(&t, &draft(&t, "workflow", &text, &json!({"filed": "received"})));
        t.database.execute("UPDATE case_pass SET version = 99");
        // The one that cannot go on is the older one: whoever always takes the first one takes it for ever.
        t.clock.advance(chrono::TimeDelta::seconds(1));
        publish(&t, &draft(&t, "holidays", DAY_OFF, &json!({})), false).expect(201);
        let (app, database) = (Arc::clone(&t.app), &t.database);
        let counted = "case_pass WHERE kind = 'recount' AND changed = 1 AND round = 2";
        kelisim_tests::block_on(async {
            let _keeper = Keeper::start(Arc::clone(&app));
            let begun = Instant::now();
            while database.count(counted) == 0 || app.passes.stopped() == 0 {
                assert!(begun.elapsed() < Duration::from_secs(60), "the second pass was not driven");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let now = network::start() + chrono::TimeDelta::seconds(5);
        let counts = t.app.database.as_system(SystemPart::Test).read_blocking(move |db| pass_counts(db, now - chrono::TimeDelta::minutes(1)));
        assert_eq!(counts.unwrap(), (2, 0));
        let counts = t.app.database.as_system(SystemPart::Test).read_blocking(move |db| pass_counts(db, now - chrono::TimeDelta::seconds(10)));
        assert_eq!(counts.unwrap(), (2, 1), "the first pass stands still");
        assert_eq!(t.database.count("case_pass WHERE kind = 'move' AND batch = 0"), 1);
    }
}
