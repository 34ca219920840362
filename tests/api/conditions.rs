//! Versions, repeated requests, and what stands in the way of both.

use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn path(case: &Value) -> String {
    format!("cases/{}", case["id"].as_str().unwrap())
}

on_both_databases! {
    fn a_version_that_is_known_is_not_sent_again(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let read = t.by("head").get(&path(&case));
        assert_eq!(read.header("etag"), Some("\"1\""));
        let again = t.by("head").request("GET", &path(&case)).header("if-none-match", "\"1\"").send();
        assert_eq!((again.status, again.text.as_str()), (304, ""));
        assert_eq!(again.header("etag"), Some("\"1\""));
    }

    fn a_change_needs_the_present_version(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let before = t.database.contents();
        let body = json!({"category": "debts_contracts"});
        let patch = || t.by("head").request("PATCH", &path(&case)).json(&body);
        patch().send().expect_problem(428, "precondition_required");
        patch().if_match(2).send().expect_problem(412, "stale");
        patch().header("if-match", "W/\"1\"").send().expect_problem(412, "stale");
        patch().header("if-match", "1").send().expect_problem(400, "bad_header");
        assert!(before == t.database.contents());
        let changed = patch().if_match(1).send();
        changed.expect(200);
        assert_eq!(changed.version(), 2);
        patch().if_match(1).send().expect_problem(412, "stale");
    }

    fn of_two_heads_one_assigns(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let first = t.act("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        first.expect(201);
        let second = t.act("coordinator", &case, &json!({"action": "assign", "mediator": BERIK}));
        second.expect_problem(412, "stale");
        assert_eq!(t.database.count("outbox WHERE kind = 'assignment'"), 1);
    }

    fn g2_a_repeat_with_the_same_key_gets_the_same_answer(t: TestApp) {
        let send = || t.by("head").request("POST", "cases").key("k-1").json(&TestApp::filing()).send();
        let (first, again) = (send(), send());
        first.expect(201);
        assert_eq!((again.status, &again.text), (201, &first.text));
        for name in ["location", "etag", "content-type"] {
            assert_eq!(first.header(name), again.header(name), "{name}");
        }
        assert_eq!(t.database.count("cases"), 1);
    }

    fn g2_a_repeated_transition_is_answered_before_its_version_is_looked_at(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let transitions = format!("{}/transitions", path(&case));
        let body = json!({"action": "assign", "mediator": AIGUL});
        let send = || t.by("head").request("POST", &transitions).if_match(1).key("k-2").json(&body).send();
        let (first, again) = (send(), send());
        first.expect(201);
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!(t.database.count("case_event"), 2);
        assert_eq!(t.database.count("outbox WHERE kind = 'assignment'"), 1);
    }

    fn a_key_stands_for_one_body_of_one_account(t: TestApp) {
        let send = |who: &str, body: &Value| t.by(who).request("POST", "cases").key("k-3").json(body).send();
        send("head", &TestApp::filing()).expect(201);
        let mut other = TestApp::filing();
        other["summary"] = json!("Another dispute");
        send("head", &other).expect_problem(422, "key_reused");
        send("aigul", &other).expect(201);
        assert_eq!(t.database.count("cases"), 2);
    }

    fn a_refused_request_leaves_no_key_behind(t: TestApp) {
        let send = |body: &Value| t.by("head").request("POST", "cases").key("k-4").json(body).send();
        let mut wrong = TestApp::filing();
        wrong["category"] = json!("nothing_known");
        send(&wrong).expect_problem(422, "invalid");
        assert_eq!(t.database.count("idempotency_key"), 0);
        send(&TestApp::filing()).expect(201);
    }

    fn r7_authorisation_comes_before_the_repeat(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let transitions = format!("{}/transitions", path(&case));
        let body = json!({"action": "assign", "mediator": AIGUL});
        let send = || t.by("head").request("POST", &transitions).if_match(1).key("k-5").json(&body).send();
        send().expect(201);
        t.database.execute("UPDATE account_grant SET valid_to = '2026-11-21' WHERE role = 'office_head'");
        send().expect_problem(404, "not_found");
    }

    fn d11_a_repeat_shows_no_content_to_whoever_lost_it(t: TestApp) {
        let send = || t.by("aigul").request("POST", "cases").key("k-7").json(&TestApp::filing()).send();
        let first = send().expect(201);
        assert!(first.get("confidential").is_some());
        t.moved("head", &first, &json!({"action": "assign", "mediator": BERIK}));
        let again = send().expect(201);
        assert_eq!(again["id"], first["id"]);
        assert_eq!(again.get("confidential"), None, "the case is Berik's now");
    }

    fn an_answer_is_forgotten_after_thirty_days(t: TestApp) {
        let send = || t.by("head").request("POST", "cases").key("k-6").json(&TestApp::filing()).send();
        let first = send().expect(201);
        t.clock.advance(chrono::TimeDelta::days(31));
        assert_ne!(send().expect(201)["id"], first["id"]);
    }

    fn keys_that_are_no_keys_are_refused(t: TestApp) {
        let send = |key: &str| t.by("head").request("POST", "cases").key(key).json(&TestApp::filing()).send();
        send("").expect_problem(400, "bad_header");
        send(&"k".repeat(201)).expect_problem(400, "bad_header");
        assert_eq!(t.database.count("cases"), 0);
    }

    fn a_list_is_walked_by_its_links(t: TestApp) {
        let filed: Vec<Value> = (0..5).map(|_| t.file(&TestApp::filing())["id"].clone()).collect();
        let mut seen = Vec::new();
        let mut next = Some("/api/v1/cases?limit=2&sort=number".to_owned());
        while let Some(page) = next {
            let reply = t.by("coordinator").get(&page);
            let body = reply.expect(200);
            seen.extend(body["items"].as_array().unwrap().iter().map(|case| case["id"].clone()));
            next = body["next"].as_str().map(str::to_owned);
            let link = next.as_ref().map(|next| format!("<{next}>; rel=\"next\""));
            assert_eq!(reply.header("link"), link.as_deref());
        }
        assert_eq!(seen, filed);
    }
}
