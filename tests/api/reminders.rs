//! Reminders of the registers (3.4): the last day of a memorandum, and of a mediator's papers.

use std::sync::Arc;

use kelisim_api::worker::timers::{Options, Timers};
use kelisim_tests::network::AIGUL;
use kelisim_tests::{TestApp, block_on, on_both_databases};
use serde_json::{Value, json};

#[track_caller]
fn at(t: &TestApp, instant: &str) -> u64 {
    t.clock.set(instant.parse().unwrap());
    let worker = Timers::new(Arc::clone(&t.app), Options::default());
    block_on(worker.drain()).unwrap()
}

fn signed(t: &TestApp, valid_to: &str) -> Value {
    let coordinator = t.by("coordinator");
    let body = json!({
        "number": "7/2026", "partner": "EDU", "valid_from": "2026-11-22", "valid_to": valid_to,
        "signatories": ["Demo Signer"], "categories": "all", "districts": "all",
        "events": ["received"], "data_level": "procedural",
    });
    let memorandum = coordinator.post("memoranda", &body).expect(201);
    let path = format!("memoranda/{}/sign", memorandum["id"].as_str().unwrap());
    let request = coordinator.request("POST", &path).if_match(1);
    request
        .json(&json!({"signed_on": "2026-11-22"}))
        .send()
        .expect(200)
}

fn told(t: &TestApp, kind: &str) -> Vec<String> {
    let rows = format!("outbox WHERE kind = '{kind}' ORDER BY audience");
    t.database.lines("audience", &rows)
}

on_both_databases! {
    fn a_memorandum_reminds_sixty_thirty_and_seven_days_before_its_end_and_on_the_day(t: TestApp) {
        signed(&t, "2027-03-01");
        assert_eq!(t.database.count("register_timer WHERE state = 'armed'"), 4);
        assert_eq!(at(&t, "2026-12-30T18:59:59Z"), 0);
        assert_eq!(at(&t, "2026-12-30T19:00:00Z"), 1);
        assert_eq!(told(&t, "memorandum_expiring"), ["partner", "staff"], "contact and coordinator");
        // After a downtime the others come once each.
        assert_eq!(at(&t, "2027-02-22T00:00:00Z"), 2);
        assert_eq!(told(&t, "memorandum_expiring").len(), 6);
        assert_eq!(told(&t, "memorandum_expired").len(), 0);
        assert_eq!(at(&t, "2027-02-28T19:00:00Z"), 1);
        assert_eq!(told(&t, "memorandum_expired"), ["partner", "staff"]);
        assert_eq!(at(&t, "2027-12-31T00:00:00Z"), 0);
        assert_eq!(t.database.count("register_timer WHERE state <> 'fired'"), 0);
    }

    fn what_is_near_when_it_is_signed_reminds_of_what_is_still_to_come(t: TestApp) {
        signed(&t, "2026-12-10");
        let names = t.database.lines("name", "register_timer ORDER BY due_at");
        assert_eq!(names, ["days_7", "last_day"]);
    }

    fn a_memorandum_that_ends_early_reminds_of_nothing(t: TestApp) {
        let memorandum = signed(&t, "2027-03-01");
        let path = format!("memoranda/{}/terminate", memorandum["id"].as_str().unwrap());
        let version = memorandum["version"].as_i64().unwrap();
        let body = json!({"terminated_on": "2026-11-22", "reason": "No need."});
        let request = t.by("coordinator").request("POST", &path).if_match(version);
        request.json(&body).send().expect(200);
        assert_eq!(t.database.count("register_timer WHERE state = 'cancelled'"), 4);
        assert_eq!(at(&t, "2027-12-31T00:00:00Z"), 0);
    }

    fn g07_what_has_come_due_is_told_although_the_entry_is_changed_first(t: TestApp) {
        let memorandum = signed(&t, "2027-03-01");
        let registrar = t.by("registrar");
        let path = format!("mediators/{AIGUL}");
        let change = |change: Value| {
            let version = registrar.get(&path).expect(200)["version"].as_i64().unwrap();
            registrar.patch(&path, version, &change).expect(200);
        };
        change(json!({"documents_valid_to": "2027-03-01"}));
        // Both have something due, and the worker has not come to it.
        t.clock.set("2027-02-01T00:00:00Z".parse().unwrap());
        let memorandum_path = format!("memoranda/{}", memorandum["id"].as_str().unwrap());
        let version = memorandum["version"].as_i64().unwrap();
        let owner = json!({"renewal_owner": "Demo Owner"});
        t.by("coordinator").patch(&memorandum_path, version, &owner).expect(200);
        change(json!({"phone": "8 701 765 43 21"}));
        assert_eq!(at(&t, "2027-02-01T00:00:00Z"), 3);
        assert_eq!(told(&t, "memorandum_expiring").len(), 4, "sixty and thirty days before");
        assert_eq!(told(&t, "documents_expiring"), ["staff"]);
        assert_eq!(at(&t, "2027-02-01T00:00:00Z"), 0, "once");
        // Of another last day nobody is reminded by what was due.
        t.clock.set("2027-02-23T00:00:00Z".parse().unwrap());
        change(json!({"documents_valid_to": "2027-12-31"}));
        assert_eq!(t.database.count("register_timer WHERE object_kind = 'mediator' AND state = 'moved'"), 1);
    }

    fn the_registrar_hears_of_papers_that_run_out(t: TestApp) {
        let registrar = t.by("registrar");
        let path = format!("mediators/{AIGUL}");
        let change = |valid_to: Value| {
            let version = registrar.get(&path).expect(200)["version"].as_i64().unwrap();
            registrar.patch(&path, version, &json!({"documents_valid_to": valid_to})).expect(200);
        };
        change(json!("2027-01-31"));
        change(json!("2027-02-28"));
        let states = t.database.lines("name || ' ' || state", "register_timer ORDER BY armed_by, name");
        assert_eq!(states, ["days_30 moved", "days_7 moved", "days_30 armed", "days_7 armed"]);
        assert_eq!(at(&t, "2027-01-28T18:59:59Z"), 0);
        assert_eq!(at(&t, "2027-01-28T19:00:00Z"), 1);
        assert_eq!(told(&t, "documents_expiring"), ["staff"]);
        change(Value::Null);
        assert_eq!(at(&t, "2027-12-31T00:00:00Z"), 0);
    }
}
