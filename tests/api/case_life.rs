//! The main job: a case goes from filed to closed, and everybody reads what is theirs.

use kelisim_domain::workflow;
use kelisim_tests::network::{AIGUL, BERIK, DANA};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};
use serde_json::{Value, json};

fn kinds(answer: &Value) -> Vec<&str> {
    answer["notices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|notice| notice["kind"].as_str().unwrap())
        .collect()
}

/// The basic workflow with one more step and one more action.
struct Extended(TestApp);

impl OnBackend for Extended {
    fn on(backend: Backend) -> Self {
        let step = "[[steps]]\nid = \"thinking\"\nstage = \"assigned\"\nclass = \"waiting\"\n\
                    title = { kk = \"Ойлануда\", ru = \"Обдумывают\", en = \"Thinking\" }\n\n";
        let action = "[[actions]]\nname = \"give_time\"\nfrom = [\"assigned\"]\nto = \"thinking\"\n\
                      title = { kk = \"Уақыт беру\", ru = \"Дать время\", en = \"Give time\" }\nwho = [\"case_mediator\"]\n\n  \
                      [[actions.form]]\n  name = \"until\"\n  type = \"date\"\n  required = true\n  \
                      title = { kk = \"Дейін\", ru = \"До\", en = \"Until\" }\n\n  \
                      [[actions.form]]\n  name = \"why\"\n  type = \"text\"\n  confidential = true\n  \
                      title = { kk = \"Себебі\", ru = \"Почему\", en = \"Why\" }\n\n";
        let text = workflow::BASIC
            .replacen("version = 1", "version = 2", 1)
            .replacen(
                "[[steps]]\nid = \"reconciled\"",
                &format!("{step}[[steps]]\nid = \"reconciled\""),
                1,
            )
            .replacen(
                "[[actions]]\nname = \"reconcile\"\nfrom = [\"assigned\"]",
                &format!(
                    "{action}[[actions]]\nname = \"reconcile\"\nfrom = [\"assigned\", \"thinking\"]"
                ),
                1,
            );
        Extended(TestApp::start(backend, &text))
    }
}

on_both_databases! {
    fn each_answer_to_a_change_shows_the_case_as_it_is_read_afterwards(t: TestApp) {
        let filed = t.file(&TestApp::referred_filing());
        assert!(filed["referral"]["receipt_code"].is_string(), "{filed}");
        let path = format!("cases/{}", filed["id"].as_str().unwrap());
        assert_eq!(filed, t.by("head").get(&path).expect(200), "filed");
        let assigned = t.act("head", &filed, &json!({"action": "assign", "mediator": AIGUL})).expect(201);
        assert_eq!(assigned["case"], t.by("head").get(&path).expect(200), "assigned");
        let agreement = json!({"signed_on": "2026-11-22", "summary": "They share the well."});
        let body = json!({"action": "reconcile", "agreement": agreement});
        let reconciled = t.act("aigul", &assigned["case"], &body).expect(201);
        assert_eq!(reconciled["case"], t.by("aigul").get(&path).expect(200), "reconciled");
        let change = json!({"summary": "A well.", "parties": TestApp::filing()["parties"]});
        let corrected = t.by("head").request("PATCH", &path)
            .if_match(reconciled["case"]["version"].as_i64().unwrap())
            .json(&change)
            .send()
            .expect(200);
        assert_eq!(corrected, t.by("head").get(&path).expect(200), "corrected");
    }

    fn a_case_goes_from_filed_to_closed(t: TestApp) {
        let case = t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        assert_eq!(case["number"], "ORL-01/2026-0001");
        assert_eq!((&case["stage"], &case["class"], &case["version"]), (&json!("filed"), &json!("new"), &json!(1)));
        assert_eq!(case["confidential"]["parties"][0]["phone"], "+77011234567");
        assert_eq!(case["referral"]["reference"], "214");
        assert_eq!(case["allowed_actions"], json!([]), "a mediator does not assign");

        let assign = json!({"action": "assign", "mediator": AIGUL});
        let assigned = t.act("head", &case, &assign).expect(201);
        assert_eq!(kinds(&assigned), ["assignment", "case_assigned"]);
        assert_eq!(assigned["transition"]["from"], "filed");
        let case = &assigned["case"];
        assert_eq!((&case["stage"], &case["mediator"]["id"]), (&json!("assigned"), &json!(AIGUL)));
        assert_eq!(case["allowed_actions"], json!(["reassign"]), "the conduct is the mediator's (D8)");

        let agreement = json!({"signed_on": "2026-11-22", "summary": "The cow stays out."});
        let reconciled = t.act("aigul", case, &json!({"action": "reconcile", "agreement": agreement})).expect(201);
        assert_eq!(kinds(&reconciled), ["case_ended"]);
        let case = &reconciled["case"];
        assert_eq!(case["outcome"], "settlement");
        assert_eq!(case["closure"]["effective_on"], "2026-11-22");
        assert_eq!(case["confidential"]["agreement"]["summary"], "The cow stays out.");

        let closed = t.act("aigul", case, &json!({"action": "close"})).expect(201);
        assert_eq!(kinds(&closed), [""; 0], "the end is told once");
        let case = &closed["case"];
        assert_eq!((&case["stage"], &case["class"], &case["version"]), (&json!("closed"), &json!("done_success"), &json!(4)));
        assert_eq!(case["closure"]["ground"], "settled");

        let path = format!("cases/{}/events", case["id"].as_str().unwrap());
        let events = t.by("head").get(&path).expect(200);
        let seqs: Vec<i64> = events["items"].as_array().unwrap().iter().map(|e| e["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, [1, 2, 3, 4]);
        assert!(!events.to_string().contains("cow"), "the history shows nothing confidential");
    }

    fn d20_closed_is_final_but_a_wrong_ground_is_corrected_by_the_coordinator(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let closed = t.moved("head", &case, &json!({"action": "close", "ground": "withdrawn"}));
        assert_eq!(closed["class"], "done_other");
        for (who, body) in [("head", json!({"action": "close", "ground": "withdrawn"})), ("head", json!({"action": "assign", "mediator": AIGUL}))] {
            let problem = t.act(who, &closed, &body).expect(409);
            assert_eq!(problem["refusals"][0]["rule"], "D20");
        }
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        t.by("head").patch(&path, 2, &json!({"category": "debts_contracts"})).expect(409);
        t.by("head").patch(&path, 2, &json!({"ground": "not_suitable", "reason": "Typing error"})).expect(403);
        let early = json!({"ground": "proposal_rejected", "effective_on": "2026-11-21", "reason": "Typing error"});
        let refused = t.by("coordinator").patch(&path, 2, &early);
        refused.expect(422);
        assert_eq!(refused.faults(), ["/effective_on too_early"], "the case was filed a day later");
        let late = t.by("coordinator").patch(&path, 2, &json!({"ground": "withdrawn", "effective_on": "2026-11-23", "reason": "x"}));
        late.expect(422);
        assert_eq!(late.faults(), ["/effective_on too_late"]);
        let duplicate = t.by("coordinator").patch(&path, 2, &json!({"ground": "duplicate", "reason": "x"}));
        duplicate.expect(422);
        assert_eq!(duplicate.faults(), ["/linked_case missing"]);
        let assigned = json!({"ground": "one_refused", "reason": "x"});
        let problem = t.by("coordinator").patch(&path, 2, &assigned).expect(409);
        assert_eq!(problem["refusals"][0]["rule"], "D19", "it was closed from filed");
        let right = json!({"ground": "proposal_rejected", "effective_on": "2026-11-22", "reason": "Typing error"});
        let case = t.by("coordinator").patch(&path, 2, &right).expect(200);
        assert_eq!(case["closure"]["ground"], "proposal_rejected");
        assert_eq!(case["version"], 3);
    }

    fn d11_the_former_mediator_loses_the_case_at_that_moment(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        let case = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        assert!(t.by("aigul").get(&path).expect(200)["confidential"].is_object());
        t.by("berik").get(&path).expect(404);
        let answer = t.act("head", &case, &json!({"action": "reassign", "mediator": BERIK})).expect(201);
        assert_eq!(kinds(&answer), ["assignment", "unassignment"]);
        t.by("aigul").get(&path).expect(404);
        t.by("berik").get(&path).expect(200);
    }

    fn d09_only_the_coordinator_lends_a_mediator(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let assign = json!({"action": "assign", "mediator": DANA});
        let problem = t.act("head", &case, &assign).expect(409);
        assert_eq!(problem["refusals"][0]["rule"], "D9");
        assert_eq!(problem["refusals"][0]["lifted_by"], json!(["coordinator"]));
        let case = t.moved("coordinator", &case, &assign);
        assert_eq!(case["mediator"]["id"], json!(DANA));
        assert!(case.get("confidential").is_none(), "the office has a head, so the coordinator reads no content");
    }

    fn a_new_step_and_action_need_no_new_code(t: Extended) {
        let t = &t.0;
        let case = t.file(&TestApp::filing());
        assert_eq!(case["workflow"], json!({"key": "basic", "version": 2}), "the newest one");
        let case = t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        let fault = t.act("aigul", &case, &json!({"action": "give_time"})).expect(422);
        assert_eq!(fault["errors"][0]["pointer"], "/until");
        let body = json!({"action": "give_time", "until": "2026-12-01", "why": "canary-of-the-form"});
        let case = t.moved("aigul", &case, &body);
        assert_eq!((&case["step"], &case["stage"], &case["class"]), (&json!("thinking"), &json!("assigned"), &json!("waiting")));
        assert_eq!(case["confidential"]["answers"]["why"], "canary-of-the-form");
        let path = format!("cases/{}/events", case["id"].as_str().unwrap());
        let events = t.by("aigul").get(&path).expect(200);
        assert_eq!(events["items"][2]["data"]["answers"]["until"], "2026-12-01");
        assert!(!events.to_string().contains("canary"));
        assert_eq!(t.database.places_of("canary-of-the-form"), [""; 0], "stored as ciphertext only");
        let agreement = json!({"signed_on": "2026-11-22", "summary": "Agreed."});
        let case = t.moved("aigul", &case, &json!({"action": "reconcile", "agreement": agreement}));
        t.moved("aigul", &case, &json!({"action": "close", "ground": "settled"}));
    }
}
