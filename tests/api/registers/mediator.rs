//! Mediators.

use super::{Registers, column, faults, refusals, with};
use kelisim_persistence::store::mediator::mediator_facts;
use kelisim_tests::http::Client;
use kelisim_tests::network::{AIGUL, REGION};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

const SECRETS: [&str; 5] = [
    "010203045678",
    "canary@mediator.example.kz",
    "+77015550001",
    "1999-02-03",
    "Канарейка кеңесі",
];

fn body() -> Value {
    json!({
        "kind": "public", "name_kk": "Баян Демо", "name_ru": "Баян Демо", "register_no": "WK-900", "language": "kk",
        "languages": ["kk", "ru"], "specialisations": ["family"], "home_settlement": "Oral",
        "offices": ["ORL-01", "AKZ-01"], "max_open_cases": 4, "documents_valid_to": "2028-01-01",
        "unavailable": [{"from": "2026-12-20", "to": "2026-12-31"}], "iin": SECRETS[0], "email": SECRETS[1],
        "phone": SECRETS[2], "birth_date": SECRETS[3], "affiliations": [{"kind": "council", "name": SECRETS[4]}],
    })
}

fn elected() -> Value {
    with(
        &body(),
        json!({"protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"}}),
    )
}

/// Enters a mediator and gives the path of the entry.
fn enter(client: &Client, body: &Value) -> String {
    let made = client.post("mediators", body);
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/mediators/{id}").as_str())
    );
    format!("mediators/{id}")
}

on_both_databases! {
    fn a_mediator_is_entered_as_a_candidate_and_read(r: Registers) {
        let path = enter(&r.coordinator, &body());
        let entry = r.registrar.get(&path).expect(200);
        assert_eq!((&entry["status"], &entry["status_since"]), (&json!("candidate"), &json!("2026-11-22")));
        assert_eq!(entry["offices"], json!(["AKZ-01", "ORL-01"]));
        assert_eq!(entry["unavailable"], json!([{"from": "2026-12-20", "to": "2026-12-31"}]));
        assert_eq!(entry["status_history"].as_array().unwrap().len(), 1);
        assert_eq!(entry["confidential"]["iin_last4"], "5678");
        assert_eq!(entry["confidential"]["email"], SECRETS[1]);
        assert_eq!(entry["confidential"]["warnings"], json!(["iin_checksum", "iin_birth_date"]), "it warns and blocks nothing");
        assert_eq!(r.audited("mediator.create").len(), 1);
    }

    fn d33_secrets_reach_the_keepers_only_and_the_number_nobody(r: Registers) {
        let path = enter(&r.registrar, &body());
        for client in [&r.mediator, &r.head, &r.auditor, &r.administrator] {
            let reply = client.get(&path);
            assert_eq!(reply.expect(200)["confidential"], json!(null));
            assert!(SECRETS.iter().all(|secret| !reply.text.contains(secret)), "{}", reply.text);
            assert!(!client.get("mediators").text.contains(SECRETS[1]));
        }
        assert!(!r.registrar.get(&path).text.contains(SECRETS[0]));
        r.registrar.patch(&path, 1, &json!({"iin": "010203045670", "phone": null})).expect(200);
        for secret in SECRETS.into_iter().chain(["010203045670"]) {
            assert_eq!(r.app.database.places_of(secret), Vec::<String>::new(), "r18: {secret}");
        }
        let entries = r.audited("mediator.update");
        assert!(entries[0].contains("keyed:") && entries[0].contains("iin"), "d32: {entries:?}");
        assert!(!entries[0].contains("birth_date"), "what did not change is not told");
    }

    fn the_registrar_records_election_suspension_and_removal(r: Registers) {
        let path = enter(&r.registrar, &body());
        let step = |version, change: Value| r.registrar.patch(&path, version, &change);
        let early = r.refused(|| step(1, json!({"status": "active", "status_reason": "elected"})));
        assert_eq!(faults(&early), ["/protocol missing"]);
        let protocol = json!({"number": "7", "on": "2026-11-20", "body": "Gathering"});
        step(1, json!({"status": "active", "status_reason": "elected", "protocol": protocol})).expect(200);
        let blind = r.refused(|| step(2, json!({"status": "suspended"})));
        assert_eq!(faults(&blind), ["/status_reason missing"]);
        step(2, json!({"status": "suspended", "status_reason": "illness"})).expect(200);
        let back = r.refused(|| step(3, json!({"status": "candidate", "status_reason": "x"})));
        assert_eq!(refusals(&back, 409, "refused"), ["3.3 []"]);
        let gone = step(3, json!({"status": "removed", "status_reason": "own wish"})).expect(200);
        let steps: Vec<_> = gone["status_history"].as_array().unwrap().iter().map(|step| step["status"].clone()).collect();
        assert_eq!(steps, ["candidate", "active", "suspended", "removed"]);
        assert_eq!(gone["status_history"][2]["reason"], "illness");
        assert!(r.audited("own wish").len() == 1, "d32: the reason is audited");
        let never = r.refused(|| step(4, json!({"status": "active", "status_reason": "x"})));
        assert_eq!(refusals(&never, 409, "refused"), ["3.3 []"]);
    }

    fn a_coordinator_changes_entries_and_no_status(r: Registers) {
        let path = enter(&r.registrar, &elected());
        r.coordinator.patch(&path, 1, &json!({"max_open_cases": 9})).expect(200);
        let change = json!({"status": "active", "status_reason": "x"});
        let refused = r.refused(|| r.coordinator.patch(&path, 2, &change));
        assert_eq!(refusals(&refused, 403, "not_permitted"), ["3.3 [\"registrar\"]"]);
        let entry = with(&elected(), json!({"register_no": "WK-901", "status": "active"}));
        let refused = r.refused(|| r.coordinator.post("mediators", &entry));
        assert_eq!(refusals(&refused, 403, "not_permitted"), ["3.3 [\"registrar\"]"]);
        enter(&r.registrar, &entry);
    }

    fn every_fault_of_a_mediator_is_told_at_once_and_nothing_is_stored(r: Registers) {
        let empty = r.refused(|| r.registrar.post("mediators", &json!({})));
        assert_eq!(faults(&empty), [
            "/home_settlement missing", "/iin missing", "/kind missing", "/language missing", "/languages missing",
            "/max_open_cases missing", "/name_kk missing", "/name_ru missing", "/register_no missing",
        ]);
        let bad = with(&body(), json!({
            "kind": "self-made", "language": "de", "languages": [], "specialisations": ["cows"],
            "offices": ["ORL-01", "ORL-99", "\u{0}"], "max_open_cases": 1.5, "iin": "123", "email": "a@b\r\nc",
            "phone": 7, "unavailable": [{"from": "2026-12-20"}], "affiliations": "none", "languges": [],
        }));
        let reply = r.refused(|| r.registrar.post("mediators", &bad));
        assert_eq!(faults(&reply), [
            "/affiliations wrong_type", "/email control_character", "/iin bad_form", "/kind unknown_code",
            "/language unknown_code", "/languages too_few", "/languges unknown_field", "/max_open_cases out_of_range",
            "/offices/1 unknown_code", "/offices/2 bad_form", "/phone wrong_type", "/specialisations/0 unknown_code",
            "/unavailable/0/to missing",
        ]);
        let path = enter(&r.registrar, &body());
        let taken = r.refused(|| r.registrar.post("mediators", &body()));
        assert_eq!(faults(&taken), ["/register_no taken"]);
        let late = r.refused(|| r.registrar.patch(&path, 1, &json!({"status_reason": "x", "certificate": {}})));
        assert_eq!(faults(&late), [
            "/certificate not_here", "/certificate/number missing", "/certificate/on missing",
            "/certificate/organisation missing", "/status_reason not_here",
        ]);
    }

    fn mediators_are_listed_by_name_and_filtered(r: Registers) {
        enter(&r.registrar, &body());
        let list = |query: &str| column(&r.head.get(&format!("mediators{query}")).expect(200), "name_kk");
        assert_eq!(list(""), ["Айгүл Демо", "Баян Демо", "Берік Демо", "Дана Демо"]);
        assert_eq!(list("?status=candidate,removed"), ["Баян Демо"]);
        assert_eq!(list("?office=AKZ-01"), ["Баян Демо", "Дана Демо"]);
        assert_eq!(list("?q=wk-900"), ["Баян Демо"]);
        let first = r.head.get("mediators?limit=1").expect(200);
        let rest = r.head.get(first["next"].as_str().unwrap()).expect(200);
        assert_eq!(column(&rest, "name_kk"), ["Баян Демо"]);
        for (query, fault) in [
            ("?status=gone", "status unknown_code"),
            ("?office=ORL-99", "office unknown_code"),
            ("?after=me", "after bad_form"),
            ("?after=00000000-0000-0000-0000-000000000000", "after bad_form"),
        ] {
            assert_eq!(faults(&r.refused(|| r.head.get(&format!("mediators{query}")))), [fault]);
        }
    }

    fn r04_only_registrar_and_coordinator_write_mediators(r: Registers) {
        let path = enter(&r.registrar, &body());
        let others = [&r.administrator, &r.auditor, &r.head, &r.mediator, &r.partner, &r.nobody];
        let made = r.statuses(&others, |client| client.post("mediators", &body()));
        assert_eq!(made, [403, 403, 403, 403, 404, 401]);
        let changed = r.statuses(&others, |client| client.patch(&path, 1, &json!({"max_open_cases": 1})));
        assert_eq!(changed, [403, 403, 403, 403, 404, 401]);
        assert_eq!(r.statuses(&[&r.partner, &r.nobody], |client| client.get(&path)), [404, 401]);
        for missing in ["mediators/me", "mediators/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(r.statuses(&[&r.registrar], |client| client.get(missing)), [404]);
        }
        r.refused(|| r.registrar.patch(&path, 2, &json!({"max_open_cases": 1}))).expect_problem(412, "stale");
    }

    fn g02_a_repeated_post_enters_one_mediator_and_its_answer_is_sealed(r: Registers) {
        let send = || r.registrar.request("POST", "mediators").key("m-1").json(&body()).send();
        let first = send().expect(201);
        assert_eq!(r.repeated(send).expect(201), first);
        assert_eq!(r.app.database.places_of(SECRETS[1]), Vec::<String>::new(), "the stored answer repeats the address");
    }

    fn d04_open_cases_are_counted_until_they_are_closed(r: Registers) {
        let open = || {
            let facts = r.app.write(|db| mediator_facts(db, REGION, AIGUL, "2026-11-22".parse().unwrap()));
            facts.unwrap().0.open_cases
        };
        assert_eq!(open(), 0);
        let first = r.app.file(&TestApp::filing());
        let first = r.app.moved("head", &first, &json!({"action": "assign", "mediator": AIGUL}));
        let second = r.app.file(&TestApp::filing());
        r.app.moved("head", &second, &json!({"action": "assign", "mediator": AIGUL}));
        assert_eq!(open(), 2);
        r.app.moved("aigul", &first, &json!({"action": "close", "ground": "mediation_impossible"}));
        assert_eq!(open(), 1);
    }
}
