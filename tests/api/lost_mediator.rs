//! D12: when the register suspends or removes a mediator, their open cases are taken from them the same day.

use kelisim_tests::mediation::Mediation;
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

fn suspend(m: &Mediation, status: &str) {
    let registrar = m.0.by("registrar");
    let path = format!("mediators/{AIGUL}");
    let version = registrar.get(&path).expect(200)["version"]
        .as_i64()
        .unwrap();
    let body = json!({"status": status, "status_reason": "A complaint."});
    registrar.patch(&path, version, &body).expect(200);
}

fn told(m: &Mediation, case: &Value) -> Vec<String> {
    let id = case["id"].as_str().unwrap().replace('-', "");
    let mut lines = m.0.database.lines(
        "#case_id# || ' ' || recipient_kind || ' ' || kind",
        "outbox",
    );
    lines.retain(|line| line.starts_with(&id));
    let mut told: Vec<String> = lines.iter().map(|line| line[33..].to_owned()).collect();
    told.sort();
    told
}

on_both_databases! {
    /// Edge case 10.
    fn d12_before_acceptance_after_it_and_after_the_contract(m: Mediation) {
        let offered = m.offered();
        let accepted = m.accepted();
        let mediated = m.in_mediation("2026-11-22");
        let other = m.filed();
        let term_end = m.0.database.lines("due_local", "timer WHERE name = 'term' AND state = 'armed'");
        suspend(&m, "suspended");

        let (offered, accepted, mediated) = (m.now(&offered), m.now(&accepted), m.now(&mediated));
        assert_eq!((&offered["step"], &offered["mediator"]), (&json!("ready"), &Value::Null));
        assert_eq!((&accepted["step"], &accepted["mediator"]), (&json!("ready"), &Value::Null));
        assert_eq!((&mediated["step"], &mediated["mediator"]), (&json!("vacant"), &Value::Null));
        assert_eq!(m.now(&other)["version"], 1, "nobody's case stays as it is");
        // contract_on and the clock stay as they were.
        assert_eq!(m.0.database.lines("due_local", "timer WHERE name = 'term' AND state = 'armed'"), term_end);
        assert_eq!(m.0.database.count("timer WHERE state = 'armed' AND name IN ('offer_answer', 'contract_due')"), 0);
        // The head and the coordinator are told of each, and whoever lost it.
        for case in [&accepted, &mediated] {
            let told = told(&m, case);
            assert_eq!(told.iter().filter(|line| *line == "account mediator_lost").count(), 2, "{told:?}");
            assert!(told.contains(&"mediator unassignment".to_owned()), "{told:?}");
        }
        let told = told(&m, &offered);
        assert_eq!(told.iter().filter(|line| *line == "account mediator_lost").count(), 2, "{told:?}");
        assert!(told.contains(&"mediator offer_withdrawn".to_owned()), "{told:?}");
        // Nobody did it but the register.
        assert_eq!(m.0.database.count("case_event WHERE actor_id IS NULL"), 3);

        // D11: the former mediator sees nothing more.
        let path = format!("cases/{}", mediated["id"].as_str().unwrap());
        m.0.by("aigul").get(&path).expect(404);
    }

    fn d12_whoever_follows_may_be_lost_too(m: Mediation) {
        let mediated = m.in_mediation("2026-11-22");
        suspend(&m, "removed");
        let case = m.0.moved("head", &m.now(&mediated), &json!({"action": "offer", "mediator": BERIK}));
        let case = m.0.moved("berik", &case, &json!({"action": "accept", "declaration": {"result": "none"}}));
        assert_eq!((&case["step"], &case["mediator"]["id"]), (&json!("vacant"), &json!(BERIK)));
        let registrar = m.0.by("registrar");
        let path = format!("mediators/{BERIK}");
        let version = registrar.get(&path).expect(200)["version"].as_i64().unwrap();
        registrar.patch(&path, version, &json!({"status": "suspended", "status_reason": "Ill."})).expect(200);
        let after = m.now(&case);
        assert_eq!((&after["step"], &after["mediator"]), (&json!("vacant"), &Value::Null), "{after}");
    }

    fn d12_a_mediator_who_comes_back_gets_nothing_back(m: Mediation) {
        let case = m.accepted();
        suspend(&m, "suspended");
        let version = m.now(&case)["version"].clone();
        suspend(&m, "active");
        assert_eq!(m.now(&case)["version"], version);
    }
}
