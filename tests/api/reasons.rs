//! Why somebody went over a limit or corrected a ground: sealed with the entry of the history, and read by whoever reads the case.

use kelisim_api::app::erase;
use kelisim_domain::id::ErasureId;
use kelisim_persistence::{SystemPart, erasure_list::ErasureList, store::erasure::erasure_find};
use kelisim_tests::network::{AIGUL, REGION};
use kelisim_tests::{TestApp, logged, on_both_databases};
use serde_json::{Value, json};

const LIMIT: &str = "canary-of-a-limit";
const GROUND: &str = "canary-of-a-ground";

/// A case that was given over the limit and whose ground was corrected; its path.
fn led(t: &TestApp) -> String {
    let case = t.file(&TestApp::filing());
    let assign = json!({"action": "assign", "mediator": AIGUL, "over_limit_reason": LIMIT});
    let case = t.moved("head", &case, &assign);
    let close = json!({"action": "close", "ground": "one_refused", "effective_on": "2026-11-22"});
    let case = t.moved("aigul", &case, &close);
    let path = format!("cases/{}", case["id"].as_str().unwrap());
    let right = json!({"ground": "both_refused", "reason": GROUND});
    let version = case["version"].as_i64().unwrap();
    t.by("coordinator")
        .patch(&path, version, &right)
        .expect(200);
    path
}

/// Kinds of the entries with what is said of why.
fn reasons(t: &TestApp, who: &str, path: &str) -> Vec<(String, Value)> {
    let events = t.by(who).get(&format!("{path}/events")).expect(200);
    let items = events["items"].as_array().unwrap().clone();
    let told = items.iter().map(|one| {
        (
            one["kind"].as_str().unwrap().to_owned(),
            one["reason"].clone(),
        )
    });
    told.filter(|(_, reason)| !reason.is_null()).collect()
}

fn readings(t: &TestApp) -> i64 {
    t.database
        .count("audit_entry WHERE action = 'case.read_content'")
}

on_both_databases! {
    fn r18_a_reason_is_read_with_the_case_and_stands_nowhere_in_clear(t: TestApp) {
        let path = led(&t);
        let before = readings(&t);
        let read = reasons(&t, "head", &path);
        assert_eq!(read, [("moved".to_owned(), json!(LIMIT)), ("ground_corrected".to_owned(), json!(GROUND))]);
        assert_eq!(readings(&t), before + 1, "it was read, and that stands in the log");
        assert_eq!(reasons(&t, "coordinator", &path), [], "who has written it reads it no more than the case");
        assert_eq!(readings(&t), before + 1);
        let events = t.by("coordinator").get(&format!("{path}/events")).expect(200);
        assert_eq!(events["items"][1]["data"]["limit_lifted"], true, "that the limit was lifted is open (D5)");
        for canary in [LIMIT, GROUND] {
            assert!(!events.to_string().contains(canary));
            assert_eq!(t.database.places_of(canary), [""; 0], "{canary} is stored in clear");
            assert!(!logged(canary), "{canary} is in the log");
        }
    }

    fn r20_a_reason_goes_with_the_key_of_its_case(t: TestApp) {
        let path = led(&t);
        let case = path.trim_start_matches("cases/");
        let coordinator = t.by("coordinator");
        let found = coordinator.post("erasures", &json!({"case": case})).expect(201);
        let id = found["id"].as_str().unwrap();
        let confirm = coordinator.request("POST", &format!("erasures/{id}/confirm")).if_match(1);
        confirm.json(&json!({"reason": "person_asked"})).send().expect(200);
        let id: ErasureId = id.parse().unwrap();
        let system = t.app.database.as_system(SystemPart::Test);
        let erasure = system.read_blocking(move |db| erasure_find(db, REGION, id)).unwrap();
        let list = ErasureList::at(t.database.folder().join("erasures.list"));
        erase::drive(&t.app, &list, &erasure, |_| true).unwrap();
        assert_eq!(reasons(&t, "head", &path), [], "the history is there, and says why no more");
    }
}
