//! A repeat with the same key takes effect once; a change is based on a version; a number has no gap.

use std::thread;

use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

on_both_databases! {
    fn g02_a_repeat_gets_the_first_answer_and_changes_nothing(t: TestApp) {
        let send = |body: &Value| t.by("head").request("POST", "cases").key("k-1").json(body).send();
        let first = send(&TestApp::referred_filing());
        first.expect(201);
        let after = t.database.contents();
        let again = send(&TestApp::referred_filing());
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(t.database.contents(), after);
        let mut other = TestApp::filing();
        other["summary"] = json!("Another story.");
        assert_eq!(send(&other).expect(422)["code"], "key_reused");
        assert_eq!(t.by("coordinator").request("POST", "cases").key("k-1").json(&other).send().status, 201, "keys belong to an account");
    }

    fn g02_a_repeated_transition_is_answered_before_its_version_is_looked_at(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        let body = json!({"action": "assign", "mediator": AIGUL});
        let send = || t.by("head").request("POST", &path).if_match(1).key("once").json(&body).send();
        let first = send();
        first.expect(201);
        let again = send();
        assert_eq!((again.status, again.text), (201, first.text));
        assert_eq!(t.database.count("outbox"), 1);
    }

    fn a_refused_request_leaves_no_key_behind(t: TestApp) {
        let mut body = TestApp::filing();
        body["category"] = json!("nonsense");
        let send = |body: &Value| t.by("head").request("POST", "cases").key("k").json(body).send();
        send(&body).expect(422);
        send(&TestApp::filing()).expect(201);
        let long = "k".repeat(201);
        let reply = t.by("head").request("POST", "cases").key(&long).json(&TestApp::filing()).send();
        assert_eq!(reply.expect(400)["code"], "bad_header");
    }

    fn authorisation_comes_before_replay(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let case = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        let body = json!({"action": "close", "ground": "mediation_impossible"});
        let send = || t.by("aigul").request("POST", &path).if_match(2).key("mine").json(&body).send();
        send().expect(201);
        t.database.execute("UPDATE account_grant SET valid_to = '2026-11-01' WHERE role = 'mediator'");
        send().expect(404);
    }

    fn keys_are_kept_for_thirty_days(t: TestApp) {
        let send = || t.by("head").request("POST", "cases").key("k").json(&TestApp::filing()).send();
        let first = send().expect(201);
        t.clock.advance(chrono::TimeDelta::days(30));
        assert_eq!(send().expect(201)["id"], first["id"]);
        t.clock.advance(chrono::TimeDelta::days(1));
        assert_ne!(send().expect(201)["id"], first["id"]);
    }

    fn a_change_names_its_version(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        let patch = json!({"category": "debts_contracts"});
        let reply = t.by("head").request("PATCH", &path).json(&patch).send();
        assert_eq!(reply.expect(428)["code"], "precondition_required");
        assert_eq!(t.by("head").patch(&path, 7, &patch).expect(412)["code"], "stale");
        let changed = t.by("head").patch(&path, 1, &patch);
        assert_eq!(changed.expect(200)["version"], 2);
        assert_eq!(changed.version(), 2);
        let seen = t.by("head").request("GET", &path).header("if-none-match", "\"2\"").send();
        assert_eq!((seen.status, seen.text.as_str()), (304, ""));
        let reply = t.by("head").request("POST", &format!("{path}/transitions")).json(&json!({"action": "x"})).send();
        assert_eq!(reply.status, 428);
        let weak = t.by("head").request("PATCH", &path).header("if-match", "W/\"2\"").json(&patch).send();
        assert_eq!(weak.status, 412, "a weak tag matches nothing");
    }

    fn two_heads_assign_at_once_and_one_wins(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let results: Vec<u16> = thread::scope(|scope| {
            let tries: Vec<_> = [("head", AIGUL), ("coordinator", BERIK), ("head", BERIK), ("coordinator", AIGUL)]
                .map(|(who, mediator)| {
                    let (t, case) = (&t, &case);
                    scope.spawn(move || t.act(who, case, &json!({"action": "assign", "mediator": mediator})).status)
                })
                .into();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|status| **status == 201).count(), 1, "{results:?}");
        assert!(results.iter().all(|status| [201, 412].contains(status)), "{results:?}");
        assert_eq!(t.database.count("case_event"), 2);
        assert_eq!(t.database.count("outbox"), 1);
    }

    fn d22_numbers_have_no_gap_under_parallel_filing_and_refusal(t: TestApp) {
        thread::scope(|scope| {
            for worker in 0..6 {
                let t = &t;
                scope.spawn(move || {
                    for turn in 0..5 {
                        let mut body = TestApp::filing();
                        if (worker + turn) % 3 == 0 {
                            body["language"] = json!("xx");
                        }
                        t.by("head").post("cases", &body);
                    }
                });
            }
        });
        let page = t.by("head").get("cases?sort=number&limit=100").expect(200);
        let numbers: Vec<&str> = page["items"].as_array().unwrap().iter().map(|c| c["number"].as_str().unwrap()).collect();
        let wanted: Vec<String> = (1..=20).map(|n| format!("ORL-01/2026-{n:04}")).collect();
        assert_eq!(numbers, wanted);
    }

    fn d22_the_new_year_begins_at_midnight_in_oral(t: TestApp) {
        t.file(&TestApp::filing());
        t.clock.set("2026-12-31T19:30:00Z".parse().unwrap());
        assert_eq!(t.file(&TestApp::filing())["number"], "ORL-01/2027-0001");
    }
}
