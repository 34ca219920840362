//! Every refusal is a problem with a code, a place and plain words; nothing is stored and nothing sent.

use kelisim_tests::http::Reply;
use kelisim_tests::network::AIGUL;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

/// Words of the libraries underneath: no reader should meet them.
const INSIDE: [&str; 9] = [
    "serde",
    "diesel",
    "actix",
    "sqlite",
    "postgres",
    "panicked",
    "expected `",
    "line 1 column",
    "SQL",
];

/// Runs requests that must all be refused, and shows that they left nothing behind.
fn refused_without_a_trace(t: &TestApp, requests: impl FnOnce() -> Vec<Reply>) {
    let before = t.database.contents();
    for reply in requests() {
        assert!((400..500).contains(&reply.status), "{reply:?}");
        assert_eq!(
            reply.header("content-type"),
            Some("application/problem+json"),
            "{reply:?}"
        );
        for word in INSIDE {
            assert!(!reply.text.contains(word), "{word}: {reply:?}");
        }
    }
    assert!(before == t.database.contents(), "something was stored");
}

/// The filing with one value replaced or added, at a pointer.
fn filing_with(pointer: &str, value: Value) -> Value {
    let mut body = TestApp::filing();
    if let Some(place) = body.pointer_mut(pointer) {
        *place = value;
        return body;
    }
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    body
}

on_both_databases! {
    fn what_is_not_json_is_malformed(t: TestApp) {
        refused_without_a_trace(&t, || {
            ["{", "{\"office\":}", "\u{feff}{}", "nonsense", "{\"a\":1}x", "{\"a\":\"\u{1}\"}"]
                .into_iter()
                .map(|text| {
                    let request = t.by("head").request("POST", "cases").header("content-type", "application/json");
                    let reply = request.body(text).send();
                    reply.expect_problem(400, "malformed");
                    reply
                })
                .collect()
        });
    }

    fn json_of_another_shape_is_invalid(t: TestApp) {
        refused_without_a_trace(&t, || {
            [json!([]), json!("text"), json!(null), json!(7)]
                .iter()
                .map(|body| {
                    let reply = t.by("head").post("cases", body);
                    reply.expect_problem(422, "invalid");
                    reply
                })
                .collect()
        });
    }

    fn another_media_type_is_refused(t: TestApp) {
        refused_without_a_trace(&t, || {
            ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json"]
                .into_iter()
                .map(|media| {
                    let request = t.by("head").request("POST", "cases").header("content-type", media);
                    let reply = request.body(TestApp::filing().to_string()).send();
                    reply.expect_problem(415, "media_type");
                    reply
                })
                .collect()
        });
    }

    fn a_body_of_two_megabytes_is_too_large(t: TestApp) {
        refused_without_a_trace(&t, || {
            let reply = t.by("head").post("cases", &filing_with("/summary", json!("a".repeat(2_000_000))));
            reply.expect_problem(413, "too_large");
            vec![reply]
        });
    }

    fn every_field_says_what_is_wrong_with_it(t: TestApp) {
        let cases = [
            ("/office", json!(7), "wrong_type"),
            ("/office", json!("nowhere"), "bad_form"),
            ("/category", json!("nothing_known"), "unknown_code"),
            ("/language", json!("fr"), "unknown_code"),
            ("/summary", json!(""), "empty"),
            ("/summary", json!("a".repeat(100_000)), "too_long"),
            ("/parties", json!([]), "too_few"),
            ("/parties", json!("everybody"), "wrong_type"),
            ("/parties/0/name", json!("Айгүл\u{0}"), "control_character"),
            ("/parties/0/name", json!("Айгүл\r\nBcc: x@example.kz"), "control_character"),
            ("/parties/0/name", json!("\u{202e}Айгүл"), "control_character"),
            ("/parties/0/name", json!({"first": "Айгүл"}), "wrong_type"),
            ("/parties/0/side", json!("Z"), "unknown_code"),
            ("/parties/0/phone", json!("call me"), "bad_form"),
            ("/parties/0/email", json!("a b@example.kz"), "bad_form"),
            ("/parties/0/email", json!("a@example.kz\nBcc: b@example.kz"), "control_character"),
            ("/parties/0/nmae", json!("Айгүл"), "unknown_field"),
            ("/district", json!("XXX"), "unknown_code"),
            ("/court_stage", json!("never"), "unknown_code"),
            ("/amount", json!(-1), "out_of_range"),
            ("/amount", json!(1.5), "out_of_range"),
            ("/amount", json!("100"), "wrong_type"),
            ("/referral", json!({"source": "nobody"}), "unknown_code"),
            ("/statuss", json!("filed"), "unknown_field"),
        ];
        refused_without_a_trace(&t, || {
            cases
                .into_iter()
                .map(|(pointer, value, code)| {
                    let body = filing_with(pointer, value);
                    let reply = t.by("head").post("cases", &body);
                    reply.expect_problem(422, "invalid");
                    let at = if pointer == "/referral" { "/referral/source" } else { pointer };
                    assert_eq!(reply.faults(), [format!("{at} {code}")], "{pointer}");
                    reply
                })
                .collect()
        });
    }

    fn all_faults_are_told_at_once_in_the_readers_language(t: TestApp) {
        let body = json!({"office": "nowhere", "langauge": "kk", "parties": [{"side": "A", "kind": "person", "name": ""}]});
        let reply = t.by("head").post("cases", &body);
        let problem = reply.expect_problem(422, "invalid");
        let mut faults = reply.faults();
        faults.sort();
        assert_eq!(faults, [
            "/category missing", "/langauge unknown_field", "/language missing", "/office bad_form",
            "/parties/0/name empty", "/summary missing",
        ]);
        for fault in problem["errors"].as_array().unwrap() {
            let message = fault["message"].as_str().unwrap();
            assert!(message.len() > 5 && !message.contains("fault-"), "{fault}");
        }
    }

    fn days_that_do_not_exist_are_refused(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let case = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        refused_without_a_trace(&t, || {
            [("2026-02-30", "not_a_date"), ("30.11.2026", "bad_form"), ("2026-11-23", "too_late")]
                .into_iter()
                .map(|(day, code)| {
                    let agreement = json!({"signed_on": day, "summary": "They agree"});
                    let reply = t.act("aigul", &case, &json!({"action": "reconcile", "agreement": agreement}));
                    reply.expect_problem(422, "invalid");
                    assert_eq!(reply.faults(), [format!("/agreement/signed_on {code}")]);
                    reply
                })
                .collect()
        });
    }

    fn an_illegal_transition_gives_its_reasons(t: TestApp) {
        let case = t.file(&TestApp::filing());
        refused_without_a_trace(&t, || {
            let agreement = json!({"signed_on": "2026-11-22", "summary": "They agree"});
            let bodies = [
                json!({"action": "reconcile", "agreement": agreement}),
                json!({"action": "reassign", "mediator": AIGUL, "reason": "ill"}),
                json!({"action": "fly"}),
            ];
            bodies
                .iter()
                .map(|body| {
                    let reply = t.act("coordinator", &case, body);
                    assert!([403, 409, 422].contains(&reply.status), "{reply:?}");
                    let problem = reply.json();
                    let told = problem["refusals"].as_array().or(problem["errors"].as_array());
                    assert!(told.is_some_and(|told| !told.is_empty()), "{body}: {problem}");
                    reply
                })
                .collect()
        });
    }

    fn foreign_and_missing_cases_look_the_same(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let foreign = format!("cases/{}", case["id"].as_str().unwrap());
        let without_id = |reply: Reply| {
            let mut problem = reply.expect_problem(404, "not_found");
            problem["instance"] = Value::Null;
            problem
        };
        let of_other = without_id(t.by("dana").get(&foreign));
        let missing = without_id(t.by("dana").get("cases/00000000-0000-7000-8000-00000000dead"));
        let nonsense = without_id(t.by("dana").get("cases/%00'--"));
        assert_eq!(of_other, missing);
        assert_eq!(missing, nonsense);
    }

    fn a_list_refuses_what_it_does_not_know(t: TestApp) {
        refused_without_a_trace(&t, || {
            ["limit=0", "limit=101", "limit=many", "after=nonsense", "sort=name", "stage=nowhere",
             "filed_from=yesterday", "mediator=somebody", "colour=red"]
                .into_iter()
                .map(|query| {
                    let reply = t.by("coordinator").get(&format!("cases?{query}"));
                    reply.expect_problem(422, "invalid");
                    let name = query.split('=').next().unwrap();
                    assert!(reply.faults()[0].starts_with(name), "{query}: {:?}", reply.faults());
                    reply
                })
                .collect()
        });
    }
}
