//! Partner agencies and their contacts.

use super::{Registers, column, faults, with};
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

const CANARY: &str = "canary@edu.example.kz";

fn body() -> Value {
    json!({
        "code": "BAR", "kind": "bar", "name_kk": "Алқа", "name_ru": "Коллегия", "name_en": "The bar", "level": "region",
    })
}

fn contact() -> Value {
    json!({"name": "Канарейка Демо", "email": CANARY, "phone": "8 701 555 00 02", "language": "ru"})
}

/// Enters a contact of EDU and gives its path.
fn enter(r: &Registers) -> String {
    let made = r.coordinator.post("partners/EDU/contacts", &contact());
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/partners/EDU/contacts/{id}").as_str())
    );
    format!("partners/EDU/contacts/{id}")
}

on_both_databases! {
    fn a_partner_is_entered_and_changed(r: Registers) {
        let made = r.coordinator.post("partners", &body());
        let entry = made.expect(201);
        assert_eq!((made.header("location"), &entry["active"]), (Some("/api/v1/partners/BAR"), &json!(true)));
        let changed = r.coordinator.patch("partners/BAR", 1, &json!({"active": false})).expect(200);
        assert_eq!((&changed["active"], &changed["version"]), (&json!(false), &json!(2)));
        assert_eq!((r.audited("partner.create").len(), r.audited("partner.update").len()), (2, 1));
        let list = r.coordinator.get("partners").expect(200);
        assert_eq!(column(&list, "code"), ["BAR", "EDU", "HLT"]);
        assert_eq!(column(&r.coordinator.get("partners?q=bar").expect(200), "code"), ["BAR"]);
    }

    fn r06_other_staff_see_code_and_names(r: Registers) {
        for client in [&r.registrar, &r.administrator, &r.auditor, &r.head, &r.mediator] {
            let entry = client.get("partners/EDU").expect(200);
            let fields: Vec<&String> = entry.as_object().unwrap().keys().collect();
            assert_eq!(fields, ["code", "name_en", "name_kk", "name_ru"]);
            let list = client.get("partners").expect(200);
            assert_eq!(list["items"][0].as_object().unwrap().len(), 4);
        }
    }

    fn r04_only_the_coordinator_manages_partners_and_sees_contacts(r: Registers) {
        let contact_path = enter(&r);
        let others = [&r.registrar, &r.administrator, &r.auditor, &r.head, &r.mediator, &r.partner, &r.nobody];
        let writes = [403, 403, 403, 403, 403, 404, 401];
        assert_eq!(r.statuses(&others, |client| client.post("partners", &body())), writes);
        assert_eq!(r.statuses(&others, |client| client.patch("partners/EDU", 1, &json!({"active": false}))), writes);
        assert_eq!(r.statuses(&others, |client| client.post("partners/EDU/contacts", &contact())), writes);
        let hidden = [404, 404, 404, 404, 404, 404, 401];
        assert_eq!(r.statuses(&others, |client| client.get("partners/EDU/contacts")), hidden);
        assert_eq!(r.statuses(&others, |client| client.get(&contact_path)), hidden);
        assert_eq!(r.statuses(&others, |client| client.patch(&contact_path, 1, &json!({"active": false}))), hidden);
        for missing in ["partners/XX", "partners/edu", "partners/XX/contacts", "partners/EDU/contacts/me"] {
            assert_eq!(r.statuses(&[&r.coordinator], |client| client.get(missing)), [404], "{missing}");
        }
        let elsewhere = contact_path.replace("EDU", "HLT");
        assert_eq!(r.statuses(&[&r.coordinator], |client| client.get(&elsewhere)), [404], "another partner's contact");
    }

    fn every_fault_of_a_partner_is_told_at_once_and_nothing_is_stored(r: Registers) {
        let reply = r.refused(|| r.coordinator.post("partners", &json!({"code": "x", "kind": "bank", "activ": true})));
        assert_eq!(faults(&reply), [
            "/activ unknown_field", "/code bad_form", "/kind unknown_code", "/level missing", "/name_en missing",
            "/name_kk missing", "/name_ru missing",
        ]);
        let taken = r.refused(|| r.coordinator.post("partners", &with(&body(), json!({"code": "EDU"}))));
        assert_eq!(faults(&taken), ["/code taken"]);
        let frozen = r.refused(|| r.coordinator.patch("partners/EDU", 1, &json!({"code": "EDX"})));
        assert_eq!(faults(&frozen), ["/code frozen"]);
        r.refused(|| r.coordinator.patch("partners/EDU", 2, &json!({"active": false}))).expect_problem(412, "stale");
    }

    fn a_contact_is_verified_and_a_new_address_clears_it(r: Registers) {
        let path = enter(&r);
        let new = r.coordinator.get(&path).expect(200);
        assert_eq!((&new["verified_at"], &new["phone"]), (&json!(null), &json!("+77015550002")));
        let verified = r.coordinator.patch(&path, 1, &json!({"verified": true})).expect(200);
        assert_eq!(verified["verified_at"], "2026-11-22T05:00:00Z");
        let renamed = r.coordinator.patch(&path, 2, &json!({"name": "Other", "phone": null})).expect(200);
        assert_eq!((&renamed["verified_at"], &renamed["phone"]), (&verified["verified_at"], &json!(null)));
        let moved = r.coordinator.patch(&path, 3, &json!({"email": "new@edu.example.kz"})).expect(200);
        assert_eq!(moved["verified_at"], json!(null));
        let list = r.coordinator.get("partners/EDU/contacts").expect(200);
        assert_eq!(column(&list, "email"), ["contact@edu.example.kz", "new@edu.example.kz"]);
        assert_eq!(r.audited("contact.update").len(), 3);
    }

    fn every_fault_of_a_contact_is_told_at_once_and_nothing_is_stored(r: Registers) {
        let bad = json!({"name": "a\u{2028}b", "email": "x", "phone": "x", "language": "xx", "active": "yes", "mail": 1});
        let reply = r.refused(|| r.coordinator.post("partners/EDU/contacts", &bad));
        assert_eq!(faults(&reply), [
            "/active wrong_type", "/email bad_form", "/language unknown_code", "/mail unknown_field",
            "/name control_character", "/phone bad_form",
        ]);
        let vouched = with(&contact(), json!({"verified": true}));
        let reply = r.refused(|| r.coordinator.post("partners/EDU/contacts", &vouched));
        assert_eq!(faults(&reply), ["/verified not_here"]);
        let path = enter(&r);
        let both = json!({"verified": true, "email": "new@edu.example.kz"});
        assert_eq!(faults(&r.refused(|| r.coordinator.patch(&path, 1, &both))), ["/verified not_here"]);
        r.refused(|| r.coordinator.patch(&path, 9, &json!({"verified": true}))).expect_problem(412, "stale");
        let blind = || r.coordinator.request("PATCH", &path).json(&json!({"verified": true})).send();
        r.refused(blind).expect_problem(428, "precondition_required");
    }

    fn g02_a_repeated_post_enters_one_contact_and_its_answer_is_sealed(r: Registers) {
        let send = || r.coordinator.request("POST", "partners/EDU/contacts").key("c-1").json(&contact()).send();
        let first = send().expect(201);
        assert_eq!(r.repeated(send).expect(201), first);
        r.coordinator.patch(&format!("partners/EDU/contacts/{}", first["id"].as_str().unwrap()), 1, &json!({"name": "N"})).expect(200);
        for secret in [CANARY, "Канарейка", "+77015550002"] {
            assert_eq!(r.app.database.places_of(secret), Vec::<String>::new(), "r18: {secret}");
        }
    }
}
