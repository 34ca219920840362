//! The coordinator reads the content of a case only when its head or its mediator has handed it up, or where nobody heads.

use kelisim_tests::network::AIGUL;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

const REASON: &str = "canary-reason: both know the family";

fn path(case: &Value) -> String {
    format!("cases/{}", case["id"].as_str().unwrap())
}

fn hand_up(t: &TestApp, who: &str, case: &Value) -> kelisim_tests::http::Reply {
    let request = t
        .by(who)
        .request("POST", &format!("{}/hand-up", path(case)));
    let version = case["version"].as_i64().unwrap();
    request
        .if_match(version)
        .json(&json!({"reason": REASON}))
        .send()
}

fn take_back(t: &TestApp, who: &str, case: &Value) -> kelisim_tests::http::Reply {
    let request = t
        .by(who)
        .request("POST", &format!("{}/take-back", path(case)));
    request.if_match(case["version"].as_i64().unwrap()).send()
}

on_both_databases! {
    fn q1_a_case_is_handed_up_with_a_reason_and_taken_back(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let assigned = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        let seen = t.by("coordinator").get(&path(&case)).expect(200);
        assert!(seen.get("confidential").is_none() && seen.get("handed_up").is_none());

        for (who, status) in [("coordinator", 403), ("berik", 404), ("other_head", 404), ("auditor", 404)] {
            hand_up(&t, who, &assigned).expect(status);
        }
        let given = hand_up(&t, "aigul", &assigned).expect(200);
        assert_eq!(given["version"], 3);
        assert_eq!(given["handed_up"]["reason"], REASON);
        let read = t.by("coordinator").get(&path(&case)).expect(200);
        assert_eq!(read["confidential"]["summary"], "Two neighbours and a cow.");
        assert_eq!(read["handed_up"]["reason"], REASON);
        assert_eq!(read["handed_up"]["at"], given["handed_up"]["at"]);
        let twice = hand_up(&t, "head", &given).expect(409);
        assert_eq!(twice["refusals"][0]["code"], "is_handed_up");

        // Every change of the case says so too, and the reason lies nowhere in clear.
        let events = t.by("coordinator").get(&format!("{}/events", path(&case))).expect(200);
        assert_eq!(events["items"][2]["kind"], "handed_up");
        assert!(!events.to_string().contains("canary-reason"));
        assert_eq!(t.database.places_of("canary-reason"), [""; 0]);

        take_back(&t, "coordinator", &given).expect(403);
        let back = take_back(&t, "head", &given).expect(200);
        assert!(back.get("handed_up").is_none(), "{back}");
        let seen = t.by("coordinator").get(&path(&case)).expect(200);
        assert!(seen.get("confidential").is_none());
        let nothing = take_back(&t, "head", &back).expect(409);
        assert_eq!(nothing["refusals"][0]["code"], "is_not_handed_up");
        assert_eq!(t.database.count("handing_up WHERE ended_at IS NOT NULL"), 1, "the dated row stays");
        let again = hand_up(&t, "head", &back).expect(200);
        assert_eq!(again["version"], 5);
        assert_eq!(t.database.count("handing_up"), 2);
    }

    fn q1_an_office_without_a_head_hands_up_by_itself_and_a_reason_is_asked_for(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let request = |body: Value| {
            let request = t.by("head").request("POST", &format!("{}/hand-up", path(&case)));
            request.if_match(1).json(&body).send()
        };
        assert_eq!(request(json!({})).expect(422)["errors"][0]["pointer"], "/reason");
        request(json!({"reason": "x", "until": "2027-01-01"})).expect(422);
        let stale = t.by("head").request("POST", &format!("{}/hand-up", path(&case)));
        stale.if_match(9).json(&json!({"reason": "x"})).send().expect(412);
        let unsaid = t.by("head").request("POST", &format!("{}/hand-up", path(&case)));
        unsaid.json(&json!({"reason": "x"})).send().expect(428);

        let read = || t.by("coordinator").get(&path(&case)).expect(200);
        assert!(read().get("confidential").is_none());
        t.database.execute("UPDATE account SET active = FALSE WHERE email = 'head@example.kz'");
        assert!(read()["confidential"].is_object());
        assert!(read().get("handed_up").is_none(), "nobody did it");
    }

    fn q1_a_kept_answer_shows_a_former_mediator_no_reason(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let assigned = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        let send = || {
            let request = t.by("aigul").request("POST", &format!("{}/hand-up", path(&case)));
            request.if_match(assigned["version"].as_i64().unwrap()).key("once")
                .json(&json!({"reason": REASON})).send()
        };
        assert_eq!(send().expect(200)["handed_up"]["reason"], REASON);
        assert_eq!(send().expect(200)["handed_up"]["reason"], REASON, "given again");
        assert_eq!(t.database.places_of("canary-reason"), [""; 0]);
    }
}
