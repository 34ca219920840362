//! Nothing confidential lies in the database, in its log, in a partner's message or in an answer that must not have it.

use kelisim_tests::network::AIGUL;
use kelisim_tests::{TestApp, logged, on_both_databases};
use serde_json::json;

/// One word for each confidential field of a case.
const CANARIES: [&str; 9] = [
    "canary-summary",
    "canary-party-name",
    "+77770001122",
    "canary@party.example.kz",
    "canary-settlement",
    "canary-agreement",
    "canary-reference",
    "canary-exclusion",
    "987654321012",
];

on_both_databases! {
    fn r18_no_confidential_value_is_stored_in_clear(t: TestApp) {
        let mut body = TestApp::referred_filing();
        body["summary"] = json!("canary-summary");
        body["amount"] = json!(987_654_321_012_i64);
        body["referral"]["reference"] = json!("canary-reference");
        body["parties"][0] = json!({"side": "A", "kind": "person", "name": "canary-party-name", "phone": "+77770001122",
            "email": "canary@party.example.kz", "settlement": "canary-settlement"});
        let send = |path: &str, version: Option<i64>, body: &serde_json::Value, key: &str, who: &str| {
            let request = t.by(who).request("POST", path).key(key).json(body);
            let request = match version { Some(version) => request.if_match(version), None => request };
            request.send().expect(201)
        };
        let case = send("cases", None, &body, "k1", "head");
        let second = send("cases", None, &body, "k2", "head");
        let path = format!("cases/{}/transitions", case["id"].as_str().unwrap());
        send(&path, Some(1), &json!({"action": "assign", "mediator": AIGUL}), "k3", "head");
        let agreement = json!({"signed_on": "2026-11-22", "summary": "canary-agreement"});
        send(&path, Some(2), &json!({"action": "reconcile", "agreement": agreement}), "k4", "aigul");
        let path = format!("cases/{}/transitions", second["id"].as_str().unwrap());
        send(&path, Some(1), &json!({"action": "close", "ground": "not_suitable", "exclusion_code": "canary-exclusion"}), "k5", "head");

        // The answers show them to the head, so the values did go in.
        let read = t.by("head").get(&format!("cases/{}", case["id"].as_str().unwrap())).text;
        for canary in &CANARIES[..7] {
            assert!(read.contains(canary), "{canary} is missing in what the head reads");
        }
        for canary in CANARIES {
            assert_eq!(t.database.places_of(canary), [""; 0], "{canary} is stored in clear");
            assert!(!logged(canary), "{canary} is in the log");
        }
        // What somebody looks for is no business of the log either; that it was asked is.
        t.by("head").get("cases?q=canary-question").expect(200);
        assert!(logged("/api/v1/cases") && !logged("canary-question"));
        // Not even the coordinator, and no list and no history, shows one.
        let id = case["id"].as_str().unwrap();
        for (who, path) in [("coordinator", format!("cases/{id}")), ("head", "cases".to_owned()), ("head", format!("cases/{id}/events")),
            ("head", format!("cases/{id}/explain")), ("head", "notices".to_owned())] {
            let text = t.by(who).get(&path).text;
            for canary in CANARIES {
                assert!(!text.contains(canary), "{canary} in {path} for {who}");
            }
        }
    }

    fn r20_a_case_whose_key_was_destroyed_is_unreadable_and_the_others_are_whole(t: TestApp) {
        let first = t.file(&TestApp::filing());
        let second = t.file(&TestApp::filing());
        let path = |case: &serde_json::Value| format!("cases/{}", case["id"].as_str().unwrap());
        let vault = t.app.vault.clone();
        let id: uuid::Uuid = first["id"].as_str().unwrap().parse().unwrap();
        let region = kelisim_tests::network::REGION;
        t.write(move |db| {
            let key = vault.key_of(db, region, ("case", id))?.unwrap();
            vault.key_destroy(db, region, key.id(), kelisim_tests::network::start()).map(drop)
        });
        let erased = t.by("head").get(&path(&first)).expect(200);
        assert_eq!(erased["erased"], true);
        assert!(erased.get("confidential").is_none());
        assert!(t.by("head").get(&path(&second)).expect(200)["confidential"].is_object());
        let events = t.by("head").get(&format!("{}/events", path(&first))).expect(200);
        assert_eq!(events["items"].as_array().unwrap().len(), 1, "what happened stays on record");
    }
}
