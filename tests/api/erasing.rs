//! Erasing by retention: set, looked at, confirmed, and done by the job (R20).

use kelisim_api::app::{AppError, erase};
use kelisim_domain::id::ErasureId;
use kelisim_persistence::SystemPart;
use kelisim_persistence::erasure_list::ErasureList;
use kelisim_persistence::store::erasure::{Erasure, erasure_find, erasures_running};
use kelisim_tests::network::REGION;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn closed(t: &TestApp) -> Value {
    let case = t.file(&TestApp::filing());
    t.moved(
        "head",
        &case,
        &json!({"action": "close", "ground": "withdrawn"}),
    )
}

fn set(t: &TestApp, version: i64, months: Value) -> Value {
    let body = json!({"months": months, "reason": "Decision"});
    t.by("coordinator")
        .patch("retention/case", version, &body)
        .expect(200)
}

fn look(t: &TestApp, body: &Value) -> kelisim_tests::http::Reply {
    t.by("coordinator").post("erasures", body)
}

fn confirm(t: &TestApp, erasure: &Value) -> kelisim_tests::http::Reply {
    let path = format!("erasures/{}/confirm", erasure["id"].as_str().unwrap());
    let request = t.by("coordinator").request("POST", &path);
    let version = erasure["version"].as_i64().unwrap();
    request
        .if_match(version)
        .json(&json!({"reason": "Due"}))
        .send()
}

fn refusal(reply: &kelisim_tests::http::Reply) -> Value {
    reply.expect(409)["refusals"][0]["code"].clone()
}

fn stored(t: &TestApp, erasure: &Value) -> Erasure {
    let id: ErasureId = erasure["id"].as_str().unwrap().parse().unwrap();
    t.app
        .database
        .as_system(SystemPart::Test)
        .read_blocking(move |db| erasure_find(db, REGION, id))
        .unwrap()
}

fn is_erased(t: &TestApp, case: &Value) -> bool {
    let path = format!("cases/{}", case["id"].as_str().unwrap());
    t.by("head").get(&path).expect(200)["erased"] == true
}

on_both_databases! {
    fn r20_what_is_due_is_looked_at_confirmed_and_erased_and_nothing_else(t: TestApp) {
        assert_eq!(t.by("auditor").get("retention").expect(200)["items"][0]["kept"], "as_set");
        let old = closed(&t);
        t.clock.advance(chrono::TimeDelta::days(40));
        let (new, open) = (closed(&t), t.file(&TestApp::filing()));
        assert_eq!(refusal(&look(&t, &json!({}))), "is_kept", "until a time is set");
        let kept = set(&t, 0, json!(60));
        assert_eq!((&kept["months"], &kept["version"]), (&json!(60), &json!(1)));
        assert_eq!(refusal(&look(&t, &json!({}))), "nothing_due");
        set(&t, 1, json!(1));
        t.by("coordinator").patch("retention/case", 1, &json!({"months": 2, "reason": "x"})).expect(412);
        t.by("coordinator").patch("retention/case", 2, &json!({"months": 0, "reason": "x"})).expect(422);
        t.by("coordinator").patch("retention/case", 2, &json!({"reason": "x"})).expect(422);

        let before = t.database.contents();
        let found = look(&t, &json!({})).expect(201);
        assert_eq!((&found["cases"], &found["report"]["erased"]), (&json!(1), &json!(0)));
        assert_eq!(found["report"]["numbers"], json!([old["number"]]));
        assert_eq!(found["report"]["offices"], json!({"ORL-01": 1}));
        assert_ne!(t.database.contents(), before, "it is on record");
        assert!(!is_erased(&t, &old));
        let other = look(&t, &json!({})).expect(201);
        set(&t, 2, json!(2));
        assert_eq!(refusal(&confirm(&t, &other)), "retention_changed");
        set(&t, 3, json!(1));

        let confirmed = confirm(&t, &found).expect(200);
        assert_eq!(confirmed["state"], "confirmed");
        assert_eq!(refusal(&confirm(&t, &confirmed)), "is_confirmed");
        assert!(!is_erased(&t, &old), "the job has not begun");
        let running = t.app.database.as_system(SystemPart::Test).read_blocking(erasures_running).unwrap();
        assert_eq!(running.len(), 1);
        let nowhere = ErasureList::at("/nowhere/at/all/erasures.list");
        let stopped = erase::drive(&t.app, &nowhere, &running[0], |_| true);
        assert!(matches!(stopped, Err(AppError::Internal(_) | AppError::Unavailable)), "{stopped:?}");
        assert!(!is_erased(&t, &old), "nothing goes that the list does not name");

        let list = ErasureList::at(t.database.folder().join("erasures.list"));
        let done = erase::drive(&t.app, &list, &running[0], |_| true).unwrap();
        assert!(done.finished_at.is_some());
        assert!(is_erased(&t, &old) && !is_erased(&t, &new) && !is_erased(&t, &open));
        let lines = list.read().unwrap().unwrap();
        assert_eq!(lines.iter().map(|one| one.case.to_string()).collect::<Vec<_>>(), [old["id"].as_str().unwrap()]);
        let again = erase::drive(&t.app, &list, &stored(&t, &found), |_| true).unwrap();
        assert_eq!(again, done, "done is done");
        let path = format!("erasures/{}", found["id"].as_str().unwrap());
        let audited = t.by("auditor").get(&path).expect(200);
        assert_eq!(audited["report"], json!({"erased": 1}), "how many, and no case");
        assert_eq!(t.database.count("audit_entry WHERE action = 'case.erase'"), 1);
        assert_eq!(t.database.count("audit_entry WHERE action LIKE 'erasure.%'"), 4);
        assert_eq!(refusal(&look(&t, &json!({}))), "nothing_due", "it is gone");
        assert_eq!(t.by("coordinator").get("erasures").expect(200)["items"].as_array().unwrap().len(), 2);
    }

    fn r20_a_named_case_is_closed_and_a_look_grows_old(t: TestApp) {
        let open = t.file(&TestApp::filing());
        assert_eq!(refusal(&look(&t, &json!({"case": open["id"]}))), "case_is_open");
        look(&t, &json!({"case": "00000000-0000-7000-8000-00000000dead"})).expect(404);
        look(&t, &json!({"case": "x"})).expect(422);
        look(&t, &json!({"cases": 1})).expect(422);
        let case = closed(&t);
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        assert!(found.get("months").is_none());
        t.clock.advance(chrono::TimeDelta::days(8));
        assert_eq!(refusal(&confirm(&t, &found)), "look_is_old");
        let found = look(&t, &json!({"case": case["id"]})).expect(201);
        confirm(&t, &found).expect(200);
        let list = ErasureList::at(t.database.folder().join("erasures.list"));
        erase::drive(&t.app, &list, &stored(&t, &found), |_| true).unwrap();
        assert!(is_erased(&t, &case));
        assert_eq!(refusal(&look(&t, &json!({"case": case["id"]}))), "nothing_due");
        let events = t.by("head").get(&format!("cases/{}/events", case["id"].as_str().unwrap())).expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 2, "what happened stays on record");
    }
}
