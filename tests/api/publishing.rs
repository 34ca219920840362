//! Versions and running cases: drafts, publishing, moving and going back (D34, D35).

use std::sync::Arc;

use kelisim_api::app::pass::drive;
use kelisim_api::app::published;
use kelisim_domain::calendar::Zone;
use kelisim_domain::code::WorkflowKey;
use kelisim_domain::id::PassId;
use kelisim_domain::law::Law;
use kelisim_domain::legal::{KZ_MEDIATION, Profile};
use kelisim_domain::workflow;
use kelisim_persistence::store::case_pass::Pass;
use kelisim_persistence::store::definition::{StoredDefinition, definition_insert};
use kelisim_persistence::{Error as StoreError, SystemPart};
use kelisim_tests::network::{self, AIGUL, REGION};
use kelisim_tests::{Backend, OnBackend, REMINDER, TestApp, on_both_databases};
use serde_json::{Value, json};

/// The basic workflow as another version, with some words replaced wherever they stand.
pub(crate) fn version(number: i32, edits: &[(&str, &str)]) -> String {
    let mut text = workflow::BASIC.replace("version = 1", &format!("version = {number}"));
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

/// Its first step under another id.
pub(crate) const RENAMED: [(&str, &str); 3] = [
    ("id = \"filed\"", "id = \"received\""),
    ("from = [\"filed\"]", "from = [\"received\"]"),
    ("to = \"filed\"", "to = \"received\""),
];

/// The basic workflow with a reminder, as the workflow of new cases.
pub(crate) struct Reminding(pub(crate) TestApp);

impl OnBackend for Reminding {
    fn on(backend: Backend) -> Self {
        Reminding(TestApp::start(backend, &(version(2, &[]) + REMINDER)))
    }
}

#[track_caller]
pub(crate) fn draft(t: &TestApp, kind: &str, text: &str, steps: &Value) -> String {
    let body = json!({"kind": kind, "title": "A draft", "text": text, "steps": steps});
    let made = t.by("coordinator").post("drafts", &body).expect(201);
    made["id"].as_str().unwrap().to_owned()
}

pub(crate) fn publish(t: &TestApp, draft: &str, moves: bool) -> kelisim_tests::http::Reply {
    let path = format!("drafts/{draft}/publish");
    let request = t.by("coordinator").request("POST", &path).if_match(1);
    let mut body = json!({"reason": "The network asked for it"});
    if moves {
        body["move"] = json!(true);
    }
    request.json(&body).send()
}

/// Rehearses the move of a draft, and puts it on record.
#[track_caller]
pub(crate) fn rehearse(t: &TestApp, draft: &str) -> Value {
    let path = format!("drafts/{draft}/rehearsal");
    t.by("coordinator").post(&path, &json!({})).expect(201)
}

/// Publishes a draft and moves running cases, as it was rehearsed a moment before.
#[track_caller]
pub(crate) fn moved(t: &TestApp, draft: &str) -> Value {
    rehearse(t, draft);
    publish(t, draft, true).expect(201)
}

/// Asks for a move that is refused, and gives the code of the refusal.
#[track_caller]
fn refused_move(t: &TestApp, draft: &str) -> String {
    let before = t.database.contents();
    let refused = publish(t, draft, true).expect_problem(409, "refused");
    assert!(
        before == t.database.contents(),
        "nothing is stored and nothing moves"
    );
    let refusal = &refused["refusals"][0];
    assert_eq!(
        (&refusal["rule"], &refusal["lifted_by"]),
        (&json!("D34"), &json!(["coordinator"]))
    );
    refusal["code"].as_str().unwrap().to_owned()
}

pub(crate) fn read(t: &TestApp, case: &Value) -> Value {
    let path = format!("cases/{}", case["id"].as_str().unwrap());
    t.by("head").get(&path).expect(200)
}

pub(crate) fn finish(t: &TestApp, pass: &Value) -> Pass {
    let id: PassId = pass["id"].as_str().unwrap().parse().unwrap();
    drive(&t.app, REGION, id, |_| true).unwrap()
}

pub(crate) fn events(t: &TestApp, case: &Value) -> Vec<String> {
    let path = format!("cases/{}/events", case["id"].as_str().unwrap());
    let events = t.by("head").get(&path).expect(200);
    let events = events["items"].as_array().unwrap().clone();
    events
        .iter()
        .map(|event| event["kind"].as_str().unwrap().to_owned())
        .collect()
}

on_both_databases! {
    fn d34_a_new_case_takes_the_newest_published_version_and_never_a_draft(t: TestApp) {
        let first = t.file(&TestApp::filing());
        assert_eq!(first["workflow"], json!({"key": "basic", "version": 1}));
        let id = draft(&t, "workflow", &version(2, &RENAMED), &json!({}));
        assert_eq!(t.file(&TestApp::filing())["workflow"]["version"], json!(1), "a draft is nobody's law");
        let published = publish(&t, &id, false).expect(201);
        assert_eq!((&published["version"], &published["pass"]), (&json!(2), &Value::Null));
        let second = t.file(&TestApp::filing());
        assert_eq!((&second["workflow"]["version"], &second["step"]), (&json!(2), &json!("received")));
        assert_eq!(read(&t, &first)["workflow"]["version"], json!(1), "a case stays on its version");
        t.by("coordinator").get(&format!("drafts/{id}")).expect_problem(404, "not_found");
        let list = t.by("aigul").get("workflows").expect(200);
        let default: Vec<&Value> = list["items"].as_array().unwrap().iter().filter(|one| one["is_default"] == json!(true)).collect();
        assert_eq!(default.len(), 1);
        assert_eq!(default[0]["version"], json!(2));
        let changes = t.by("aigul").get("workflows/basic/versions/2/changes").expect(200);
        assert!(!changes["changes"].as_array().unwrap().is_empty());
    }

    /// As after an update of the program whose checks ask for more than those by which the version was published.
    fn d34_a_published_version_is_read_though_the_checks_of_today_refuse_it(t: TestApp) {
        let text = version(2, &[("guards = [\"mediator_fit\"]\n", "")]);
        assert!(workflow::examine(&text).is_err());
        let key: WorkflowKey = "basic".parse().unwrap();
        let stored = StoredDefinition { key: key.clone(), version: 2, text, published_at: network::start() };
        t.app.database.as_system(SystemPart::Test).write_blocking(move |db| definition_insert(db, REGION, &stored)).unwrap();
        let app = Arc::clone(&t.app);
        let read = t.app.database.as_system(SystemPart::Test).read_blocking(move |db| Ok::<_, StoreError>(published::definition(&app, db, REGION, &key, 2)));
        assert_eq!(read.unwrap().unwrap().version, 2);
    }

    fn d34_what_is_published_never_changes(t: TestApp) {
        let text = version(2, &RENAMED);
        publish(&t, &draft(&t, "workflow", &text, &json!({})), false).expect(201);
        let again = publish(&t, &draft(&t, "workflow", &text, &json!({})), false).expect(201);
        assert_eq!(again["is_new"], json!(false));
        let other = draft(&t, "workflow", &version(2, &[]), &json!({}));
        let refused = publish(&t, &other, false).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["code"], json!("published_with_other_text"));
        assert_eq!(refused["refusals"][0]["rule"], json!("D34"));
        let stored = t.by("head").get("workflows/basic/versions/2").expect(200);
        assert_eq!(stored["text"], json!(text));
    }

    fn d35_what_can_get_stuck_is_not_published(t: TestApp) {
        let text = version(2, &[("to = \"reconciled\"", "to = \"assigned\"")]);
        let id = draft(&t, "workflow", &text, &json!({}));
        let found = t.by("coordinator").get(&format!("drafts/{id}/check")).expect_problem(422, "invalid");
        let errors = found["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["line"].as_u64().is_some() && error["code"] == json!("finding")), "{found}");
        let before = t.database.contents();
        publish(&t, &id, false).expect_problem(422, "invalid");
        assert!(before == t.database.contents());
        t.database.execute("UPDATE account SET language = 'kk'");
        let kazakh = t.by("coordinator").get(&format!("drafts/{id}/check")).expect_problem(422, "invalid");
        for (english, kazakh) in errors.iter().zip(kazakh["errors"].as_array().unwrap()) {
            assert!(english["finding"].is_string() && english["finding"] == kazakh["finding"], "{kazakh}");
            assert_ne!(english["message"], kazakh["message"], "{kazakh}");
        }
    }

    fn d34_running_cases_move_by_the_rehearsed_map_and_go_back(t: TestApp) {
        let filed = t.file(&TestApp::filing());
        let assigned = t.moved("head", &t.file(&TestApp::filing()), &json!({"action": "assign", "mediator": AIGUL}));
        let closed = t.moved("head", &t.file(&TestApp::filing()), &json!({"action": "close", "ground": "withdrawn", "effective_on": "2026-11-22"}));
        let silent = draft(&t, "workflow", &version(2, &RENAMED), &json!({}));
        let found = t.by("coordinator").get(&format!("drafts/{silent}/rehearsal")).expect(200);
        assert_eq!((&found["running"], &found["as_they_are"], &found["cannot_go"]), (&json!(2), &json!(1), &json!(1)));
        assert_eq!(found["left"][0]["code"], json!("no_target"));
        let id = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        let found = rehearse(&t, &id);
        assert_eq!((&found["as_they_are"], &found["cannot_go"]), (&json!(2), &json!(0)));
        let published = publish(&t, &id, true).expect(201);
        let pass = finish(&t, &published["pass"]);
        assert_eq!((pass.changed, pass.refused), (2, 0));
        let moved = read(&t, &filed);
        assert_eq!((&moved["workflow"]["version"], &moved["step"], &moved["version"]), (&json!(2), &json!("received"), &json!(2)));
        assert_eq!(read(&t, &closed), closed, "D20: what is closed stays");
        assert_eq!(events(&t, &filed), ["filed", "migrated"]);
        // One of them goes on, and the other goes back.
        let gone_on = t.moved("aigul", &read(&t, &assigned), &json!({"action": "reconcile", "agreement": {"signed_on": "2026-11-22", "summary": "They agreed."}}));
        let undo = t.by("coordinator").post("workflows/basic/undo", &json!({"reason": "Too early"})).expect(201);
        let pass = finish(&t, &undo);
        assert_eq!((pass.changed, pass.refused), (1, 1));
        let back = read(&t, &filed);
        assert_eq!((&back["workflow"]["version"], &back["step"]), (&json!(1), &json!("filed")));
        let stays = read(&t, &assigned);
        assert_eq!((&stays["workflow"]["version"], &stays["version"]), (&json!(2), &gone_on["version"]));
        let left = t.by("coordinator").get(&format!("passes/{}/left", undo["id"].as_str().unwrap())).expect(200);
        assert_eq!(left["items"][0]["code"], json!("gone_on"));
        assert_eq!(left["items"][0]["case"], assigned["id"]);
        // What came back goes on like any other case of its version.
        t.moved("head", &back, &json!({"action": "assign", "mediator": AIGUL}));
        assert_eq!(t.file(&TestApp::filing())["workflow"]["version"], json!(2), "the version stays published");
    }

    fn d34_a_move_asks_for_a_rehearsal_of_exactly_its_text_and_its_map(t: TestApp) {
        t.file(&TestApp::filing());
        let to = json!({"filed": "received"});
        let id = draft(&t, "workflow", &version(2, &RENAMED), &to);
        assert_eq!(refused_move(&t, &id), "not_rehearsed");
        // A look is no rehearsal, and neither is one of another map or another text.
        t.by("coordinator").get(&format!("drafts/{id}/rehearsal")).expect(200);
        rehearse(&t, &draft(&t, "workflow", &version(2, &RENAMED), &json!({})));
        rehearse(&t, &draft(&t, "workflow", &(version(2, &RENAMED) + "\n# changed\n"), &to));
        assert_eq!(refused_move(&t, &id), "not_rehearsed");
        let kept = rehearse(&t, &id);
        assert_eq!((&kept["running"], &kept["as_they_are"]), (&json!(1), &json!(1)));
        assert_eq!(kept["record"]["holds_until"], json!("2026-11-29T05:00:00Z"));
        assert_eq!(t.database.count("rehearsal WHERE running = 1 AND cannot_go = 0 AND actor_id IS NOT NULL"), 2);
        assert_eq!(t.database.count("audit_entry WHERE action = 'move.rehearse' AND actor_id IS NOT NULL"), 3);
        let published = publish(&t, &id, true).expect(201);
        assert_eq!(finish(&t, &published["pass"]).changed, 1);
        let begun = t.database.lines("CAST(after AS TEXT)", "audit_entry WHERE action = 'pass.begin'").remove(0);
        assert!(begun.contains(kept["record"]["id"].as_str().unwrap()), "{begun}");
    }

    fn d34_a_rehearsal_holds_for_a_week_and_until_the_law_changes(t: TestApp) {
        t.file(&TestApp::filing());
        let id = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        rehearse(&t, &id);
        t.clock.advance(chrono::TimeDelta::days(8));
        assert_eq!(refused_move(&t, &id), "rehearsal_too_old");
        rehearse(&t, &id);
        let days = "version = 1\n[[days]]\non = 2026-12-22\nkind = \"holiday\"\n";
        publish(&t, &draft(&t, "holidays", days, &json!({})), false).expect(201);
        assert_eq!(refused_move(&t, &id), "rehearsal_overtaken");
        // What was published for new cases needs a rehearsal of its move all the same.
        publish(&t, &id, false).expect(201);
        let again = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        assert_eq!(refused_move(&t, &again), "rehearsal_overtaken");
        let published = moved(&t, &again);
        assert_eq!((&published["is_new"], finish(&t, &published["pass"]).changed), (&json!(false), 1));
    }

    fn a_rehearsal_is_put_on_record_for_a_workflow_only(t: TestApp) {
        let days = "version = 1\n[[days]]\non = 2026-12-22\nkind = \"holiday\"\n";
        let path = format!("drafts/{}/rehearsal", draft(&t, "holidays", days, &json!({})));
        assert_eq!(t.by("coordinator").post(&path, &json!({})).faults(), ["/kind not_here"]);
        let path = format!("drafts/{}/rehearsal", draft(&t, "workflow", "key = 3", &json!({})));
        t.by("coordinator").post(&path, &json!({})).expect_problem(422, "invalid");
        t.by("head").post(&path, &json!({})).expect_problem(404, "not_found");
        assert_eq!(t.database.count("rehearsal"), 0);
    }

    fn a_move_that_was_left_goes_on_where_it_stopped(t: TestApp) {
        for _ in 0..3 {
            t.file(&TestApp::filing());
        }
        let id = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        let published = moved(&t, &id);
        let id: PassId = published["pass"]["id"].as_str().unwrap().parse().unwrap();
        let left = drive(&t.app, REGION, id, |_| false).unwrap();
        assert!(left.finished_at.is_none() && left.changed == 3);
        // A case that another process filed on the old version while nobody drove.
        t.write(|db| {
            use diesel::connection::SimpleConnection;
            let sql = "UPDATE cases SET workflow_version = 1, step = 'filed' WHERE number LIKE '%-0001'";
            kelisim_persistence::both!(db, connection => connection.batch_execute(sql))?;
            Ok(())
        });
        let done = drive(&t.app, REGION, id, |_| true).unwrap();
        assert_eq!((done.changed, done.finished_at.is_some()), (4, true));
        assert_eq!(t.database.count("cases WHERE workflow_version = 2 AND step = 'received'"), 3);
        assert_eq!(t.database.count("audit_entry WHERE action = 'pass.end'"), 1);
        let again = drive(&t.app, REGION, id, |_| true).unwrap();
        assert_eq!(again, done, "what is done is done");
    }

    fn two_who_drive_one_move_do_nothing_twice(t: TestApp) {
        for _ in 0..5 {
            t.file(&TestApp::filing());
        }
        let id = draft(&t, "workflow", &version(2, &RENAMED), &json!({"filed": "received"}));
        let published = moved(&t, &id);
        let id: PassId = published["pass"]["id"].as_str().unwrap().parse().unwrap();
        let done: Vec<Pass> = std::thread::scope(|scope| {
            let drivers: Vec<_> = (0..3)
                .map(|_| {
                    let app = Arc::clone(&t.app);
                    scope.spawn(move || drive(&app, REGION, id, |_| true).unwrap())
                })
                .collect();
            drivers.into_iter().map(|driver| driver.join().unwrap()).collect()
        });
        assert!(done.iter().all(|pass| (pass.changed, pass.refused) == (5, 0)), "{done:?}");
        assert_eq!(t.database.count("case_event WHERE kind = 'migrated'"), 5);
    }

    fn d34_a_retired_version_is_taken_by_no_new_case(t: TestApp) {
        let retire = |version: i32| {
            let path = format!("workflows/basic/versions/{version}/retire");
            t.by("coordinator").post(&path, &json!({"reason": "A mistake"}))
        };
        let refused = retire(1).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["code"], json!("last_workflow"));
        publish(&t, &draft(&t, "workflow", &version(2, &RENAMED), &json!({})), false).expect(201);
        let second = t.file(&TestApp::filing());
        assert_eq!(retire(2).expect(200)["status"], json!("retired"));
        assert_eq!(t.file(&TestApp::filing())["workflow"]["version"], json!(1));
        // A case that follows it goes on.
        t.moved("head", &second, &json!({"action": "assign", "mediator": AIGUL}));
        let refused = retire(2).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["code"], json!("is_retired"));
        // The same text once more does not bring it back, and does not say that it did.
        let again = draft(&t, "workflow", &version(2, &RENAMED), &json!({}));
        let refused = publish(&t, &again, false).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["code"], json!("is_retired"));
        let entries = t.database.count("audit_entry WHERE action = 'published.retire' AND reason = 'A mistake' AND actor_id IS NOT NULL");
        assert_eq!(entries, 1);
    }

    fn d34_no_case_moves_to_a_retired_version(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let text = version(2, &RENAMED);
        publish(&t, &draft(&t, "workflow", &text, &json!({})), false).expect(201);
        let path = "workflows/basic/versions/2/retire";
        t.by("coordinator").post(path, &json!({"reason": "A mistake"})).expect(200);
        let again = draft(&t, "workflow", &text, &json!({"filed": "received"}));
        let refused = publish(&t, &again, true).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["code"], json!("is_retired"));
        assert_eq!(read(&t, &case), case);
        assert_eq!(t.database.count("case_pass"), 0);
    }

    fn d03_a_profile_keeps_every_version_that_was_published(t: TestApp) {
        let text = KZ_MEDIATION;
        let changed = text.replacen("30 calendar_days", "31 calendar_days", 1);
        assert_ne!(text, changed);
        let refused = publish(&t, &draft(&t, "profile", &changed, &json!({})), false).expect_problem(409, "refused");
        assert_eq!(refused["refusals"][0]["rule"], json!("D3"));
    }

    fn a_draft_can_be_changed_and_thrown_away(t: TestApp) {
        let id = draft(&t, "workflow", "key = 3", &json!({}));
        let coordinator = t.by("coordinator");
        let path = format!("drafts/{id}");
        let changed = coordinator.patch(&path, 1, &json!({"title": "Better", "steps": {"filed": "received"}})).expect(200);
        assert_eq!((&changed["version"], &changed["steps"]), (&json!(2), &json!({"filed": "received"})));
        coordinator.patch(&path, 1, &json!({"title": "Late"})).expect_problem(412, "stale");
        let faults = coordinator.patch(&path, 2, &json!({"kind": "holidays"}));
        assert_eq!(faults.faults(), ["/kind not_here"]);
        coordinator.request("DELETE", &path).if_match(2).send().expect(200);
        coordinator.get(&path).expect_problem(404, "not_found");
    }
}

mod reminding {
    use super::*;

    on_both_databases! {
        fn a_new_holiday_moves_deadlines_that_have_not_fired(given: Reminding) {
            let t = given.0;
            let case = t.file(&TestApp::filing());
            let before = read(&t, &case)["due"][0]["at"].clone();
            assert!(before.is_string(), "{case}");
            let days = "version = 1\n[[days]]\non = 2026-11-24\nkind = \"holiday\"\n";
            let id = draft(&t, "holidays", days, &json!({}));
            let found = t.by("coordinator").get(&format!("drafts/{id}/rehearsal")).expect(200);
            assert_eq!((&found["with_deadlines"], &found["deadlines"][0]["deadlines"][0]["was"]), (&json!(1), &before), "{found}");
            let published = publish(&t, &id, false).expect(201);
            let pass = finish(&t, &published["pass"]);
            assert_eq!(pass.changed, 1);
            let after = read(&t, &case)["due"][0]["at"].clone();
            assert_eq!(after, found["deadlines"][0]["deadlines"][0]["is"]);
            assert_ne!(after, before);
            assert_eq!(events(&t, &case), ["filed", "timers_moved"]);
            assert_eq!(t.database.count("timer WHERE state = 'armed'"), 1);
            // A case filed from now on counts with it too.
            let new = t.file(&TestApp::filing());
            assert_eq!(read(&t, &new)["due"][0]["at"], after);
        }

        fn what_another_process_counted_by_the_old_days_is_counted_again(given: Reminding) {
            let t = given.0;
            let first = t.file(&TestApp::filing());
            let old = read(&t, &first)["due"][0]["at"].clone();
            let days = "version = 1\n[[days]]\non = 2026-11-24\nkind = \"holiday\"\n";
            let stale = Law::new(Profile::parse(KZ_MEDIATION).unwrap(), Zone::ORAL, &[]);
            let published = publish(&t, &draft(&t, "holidays", days, &json!({})), false).expect(201);
            let pass = finish(&t, &published["pass"]);
            assert_eq!((pass.changed, pass.finished_at), (1, None), "it waits, and looks once more");
            // A process that has not looked yet files a case.
            t.app.laws.insert(REGION, stale);
            let missed = t.file(&TestApp::filing());
            assert_eq!(read(&t, &missed)["due"][0]["at"], old);
            t.clock.advance(chrono::TimeDelta::seconds(9));
            assert_eq!(finish(&t, &published["pass"]), pass, "not before its time");
            t.clock.advance(chrono::TimeDelta::seconds(1));
            let pass = finish(&t, &published["pass"]);
            assert_eq!((pass.changed, pass.finished_at.is_some()), (2, true));
            let (first, missed) = (read(&t, &first), read(&t, &missed));
            assert_eq!(missed["due"][0]["at"], first["due"][0]["at"]);
            assert_eq!((events(&t, &first).len(), events(&t, &missed).len()), (2, 2), "each counted again once");
            assert_eq!(t.database.count("timer WHERE state = 'armed'"), 2);
        }
    }
}
