//! Memoranda.

use super::{Registers, column, faults, refusals, with};
use kelisim_tests::http::Reply;
use kelisim_tests::on_both_databases;
use serde_json::{Value, json};

fn body() -> Value {
    json!({
        "number": "12/2026", "partner": "EDU", "valid_from": "2026-01-01", "valid_to": "2026-12-31",
        "signatories": ["Demo Signer"], "renewal_owner": "Demo Owner", "categories": ["family"], "districts": "all",
        "events": ["received", "ended"], "data_level": "procedural",
    })
}

/// Enters a draft and gives its path.
fn enter(r: &Registers, body: &Value) -> String {
    let made = r.coordinator.post("memoranda", body);
    let id = made.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/memoranda/{id}").as_str())
    );
    format!("memoranda/{id}")
}

fn act(r: &Registers, path: &str, act: &str, version: i64, body: Value) -> Reply {
    r.coordinator
        .request("POST", &format!("{path}/{act}"))
        .if_match(version)
        .json(&body)
        .send()
}

on_both_databases! {
    fn a_memorandum_is_drafted_signed_and_ended(r: Registers) {
        let path = enter(&r, &body());
        let draft = r.coordinator.get(&path).expect(200);
        assert_eq!((&draft["status"], &draft["districts"]), (&json!("draft"), &json!("all")));
        assert_eq!((&draft["may_name_mediator"], &draft["may_tell_attendance"]), (&json!(false), &json!(false)));
        r.coordinator.patch(&path, 1, &json!({"may_name_mediator": true})).expect(200);
        let signed = act(&r, &path, "sign", 2, json!({"signed_on": "2026-01-05"})).expect(200);
        assert_eq!((&signed["status"], &signed["version"]), (&json!("in_force"), &json!(3)));
        let ended = act(&r, &path, "terminate", 3, json!({"reason": "The agency was renamed"})).expect(200);
        assert_eq!((&ended["status"], &ended["terminated_on"]), (&json!("terminated"), &json!("2026-11-22")));
        for action in ["create", "update", "sign", "terminate"] {
            assert_eq!(r.audited(&format!("memorandum.{action}")).len(), 1, "d32: {action}");
        }
        assert_eq!(r.audited("The agency was renamed").len(), 1);
    }

    fn signing_and_ending_tell_verified_contacts_and_coordinators_once(r: Registers) {
        let contact = |email: &str| {
            let body = json!({"name": "Demo", "email": email, "language": "ru"});
            let id = r.coordinator.post("partners/HLT/contacts", &body).expect(201)["id"].clone();
            format!("partners/HLT/contacts/{}", id.as_str().unwrap())
        };
        contact("unverified@hlt.example.kz");
        r.coordinator.patch(&contact("verified@hlt.example.kz"), 1, &json!({"verified": true})).expect(200);
        let gone = contact("gone@hlt.example.kz");
        r.coordinator.patch(&gone, 1, &json!({"verified": true})).expect(200);
        r.coordinator.patch(&gone, 2, &json!({"active": false})).expect(200);
        let path = enter(&r, &with(&body(), json!({"partner": "HLT"})));
        act(&r, &path, "sign", 1, json!({})).expect(200);
        let of = |recipient: &str| r.messages(&format!("memorandum_signed' AND recipient_kind = '{recipient}"));
        assert_eq!((of("contact"), of("account")), (1, 1), "an unverified address receives nothing");
        act(&r, &path, "terminate", 2, json!({"reason": "x"})).expect(200);
        assert_eq!(r.messages("memorandum_terminated"), 2);
        assert_eq!(r.messages("memorandum_signed"), 2);
    }

    fn g02_a_repeated_signature_tells_once(r: Registers) {
        let path = enter(&r, &body());
        let send = || r.coordinator.request("POST", &format!("{path}/sign")).if_match(1).key("s-1").json(&json!({})).send();
        let first = send().expect(200);
        assert_eq!(r.refused(send).expect(200), first, "the answer comes before If-Match is looked at");
        assert_eq!(r.messages("memorandum_signed"), 2);
        let post = |number: &str| r.coordinator.request("POST", "memoranda").key("p-1")
            .json(&with(&body(), json!({"number": number}))).send();
        let made = post("13/2026").expect(201);
        assert_eq!(r.refused(|| post("13/2026")).expect(201), made);
        r.refused(|| post("14/2026")).expect_problem(422, "key_reused");
    }

    fn terms_are_frozen_once_signed(r: Registers) {
        let path = enter(&r, &body());
        act(&r, &path, "sign", 1, json!({})).expect(200);
        let change = json!({"valid_to": null, "categories": "all", "number": "1"});
        let reply = r.refused(|| r.coordinator.patch(&path, 2, &change));
        assert_eq!(faults(&reply), ["/categories frozen", "/number frozen", "/valid_to frozen"]);
        let kept = r.coordinator.patch(&path, 2, &json!({"renewal_owner": null})).expect(200);
        assert_eq!(kept["renewal_owner"], json!(null));
    }

    fn signing_and_ending_are_refused_out_of_order(r: Registers) {
        let path = enter(&r, &body());
        let end = json!({"reason": "x"});
        let early = r.refused(|| act(&r, &path, "terminate", 1, end.clone()));
        assert_eq!(refusals(&early, 409, "refused"), ["D25 [\"coordinator\"]"]);
        let blind = || r.coordinator.request("POST", &format!("{path}/sign")).json(&json!({})).send();
        r.refused(blind).expect_problem(428, "precondition_required");
        r.refused(|| act(&r, &path, "sign", 2, json!({}))).expect_problem(412, "stale");
        act(&r, &path, "sign", 1, json!({})).expect(200);
        let again = r.refused(|| act(&r, &path, "sign", 2, json!({})));
        assert_eq!(refusals(&again, 409, "refused"), ["D25 []"]);
        act(&r, &path, "terminate", 2, end.clone()).expect(200);
        let again = r.refused(|| act(&r, &path, "terminate", 3, end.clone()));
        assert_eq!(refusals(&again, 409, "refused"), ["D25 []"]);
    }

    fn every_fault_of_a_memorandum_is_told_at_once_and_nothing_is_stored(r: Registers) {
        let reply = r.refused(|| r.coordinator.post("memoranda", &json!({"category": "all"})));
        assert_eq!(faults(&reply), [
            "/category unknown_field", "/data_level missing", "/number missing", "/partner missing",
        ]);
        let bad = with(&body(), json!({
            "partner": "XX", "valid_from": "2026-04-31", "categories": ["cows"], "districts": "some",
            "events": ["quarrel"], "data_level": "everything", "may_name_mediator": "yes", "signed_on": "2026-01-01",
        }));
        let reply = r.refused(|| r.coordinator.post("memoranda", &bad));
        assert_eq!(faults(&reply), [
            "/categories/0 unknown_code", "/data_level unknown_code", "/districts wrong_type", "/events/0 unknown_code",
            "/may_name_mediator wrong_type", "/partner unknown_code", "/signed_on unknown_field", "/valid_from not_a_date",
        ]);
        let path = enter(&r, &body());
        assert_eq!(faults(&r.refused(|| r.coordinator.post("memoranda", &body()))), ["/number taken"]);
        let other = enter(&r, &with(&body(), json!({"number": "13/2026", "signatories": []})));
        let taken = r.refused(|| r.coordinator.patch(&other, 1, &json!({"number": "12/2026"})));
        assert_eq!(faults(&taken), ["/number taken"]);
        let unsigned = r.refused(|| act(&r, &other, "sign", 1, json!({"signed_on": "2026-11-23", "by": "me"})));
        assert_eq!(faults(&unsigned), ["/by unknown_field", "/signatories too_few", "/signed_on too_late"]);
        act(&r, &path, "sign", 1, json!({"signed_on": "2026-02-01"})).expect(200);
        let end = r.refused(|| act(&r, &path, "terminate", 2, json!({"terminated_on": "2026-01-31"})));
        assert_eq!(faults(&end), ["/reason missing", "/terminated_on too_early"]);
    }

    fn memoranda_are_listed_newest_first(r: Registers) {
        for (number, partner) in [("1", "EDU"), ("2", "HLT"), ("3", "EDU")] {
            enter(&r, &with(&body(), json!({"number": number, "partner": partner})));
            r.app.clock.advance(chrono::TimeDelta::seconds(1));
        }
        let list = |query: &str| column(&r.coordinator.get(&format!("memoranda{query}")).expect(200), "number");
        assert_eq!(list(""), ["3", "2", "1", "1/2026"]);
        assert_eq!(list("?partner=EDU"), ["3", "1", "1/2026"]);
        let first = r.coordinator.get("memoranda?limit=2").expect(200);
        let rest = r.coordinator.get(first["next"].as_str().unwrap()).expect(200);
        assert_eq!(column(&rest, "number"), ["1", "1/2026"]);
        for (query, fault) in [("?partner=XX", "partner unknown_code"), ("?after=x", "after bad_form")] {
            assert_eq!(faults(&r.refused(|| r.coordinator.get(&format!("memoranda{query}")))), [fault]);
        }
    }

    fn r04_others_do_not_learn_of_memoranda_and_a_partner_sees_its_own_signed_ones(r: Registers) {
        let path = enter(&r, &body());
        let sign = |client: &kelisim_tests::http::Client| {
            client.request("POST", &format!("{path}/sign")).if_match(1).json(&json!({})).send()
        };
        let others = [&r.registrar, &r.administrator, &r.auditor, &r.head, &r.mediator, &r.stranger, &r.nobody];
        let hidden = [404, 404, 404, 404, 404, 404, 401];
        assert_eq!(r.statuses(&others, |client| client.get(&path)), hidden);
        assert_eq!(r.statuses(&others, |client| client.post("memoranda", &body())), hidden);
        assert_eq!(r.statuses(&others, |client| client.patch(&path, 1, &json!({"number": "x"}))), hidden);
        assert_eq!(r.statuses(&others, sign), hidden);
        assert_eq!(r.statuses(&others[..5], |client| client.get("memoranda")), [404, 404, 404, 404, 404]);
        assert_eq!(r.statuses(&[&r.partner], |client| client.get(&path)), [404], "a draft is nobody else's");
        act(&r, &path, "sign", 1, json!({})).expect(200);
        let own = r.partner.get(&path).expect(200);
        assert_eq!((&own["number"], &own["renewal_owner"]), (&json!("12/2026"), &json!(null)));
        assert!(own.get("renewal_owner").is_none(), "r06");
        assert_eq!(column(&r.partner.get("memoranda").expect(200), "number"), ["12/2026", "1/2026"]);
        assert!(column(&r.stranger.get("memoranda").expect(200), "number").is_empty());
        assert_eq!(r.statuses(&[&r.partner], |client| client.patch(&path, 2, &json!({"renewal_owner": "x"}))), [403]);
        for missing in ["memoranda/me", "memoranda/00000000-0000-0000-0000-000000000000"] {
            assert_eq!(r.statuses(&[&r.coordinator], |client| client.get(missing)), [404]);
        }
    }
}
