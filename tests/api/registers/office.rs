//! Offices.

use super::{Registers, column, faults, office_body, unreadable, with};
use kelisim_tests::on_both_databases;
use serde_json::json;

on_both_databases! {
    fn an_office_is_opened_read_and_changed(r: Registers) {
        let made = r.coordinator.post("offices", &office_body());
        let body = made.expect(201);
        assert_eq!(made.header("location"), Some("/api/v1/offices/ORL-07"));
        assert_eq!((made.version(), body["version"].as_i64()), (1, Some(1)));
        assert_eq!(body["phone"], "+77112500007");
        assert_eq!((&body["parent"], &body["head"]), (&json!("ORL-01"), &json!(null)));
        let read = r.mediator.get("offices/ORL-07");
        assert_eq!(read.expect(200), body);
        assert_eq!(read.version(), 1);
        let fresh = r.mediator.request("GET", "offices/ORL-07").header("if-none-match", "\"1\"").send();
        assert_eq!(fresh.status, 304);

        let changed = r.administrator.patch("offices/ORL-07", 1, &json!({"hours": "8-20", "parent": null}));
        let body = changed.expect(200);
        assert_eq!((changed.version(), &body["hours"], &body["parent"]), (2, &json!("8-20"), &json!(null)));
        assert_eq!(r.audited("office.create").len(), 1);
        let entries = r.audited("office.update");
        assert_eq!(entries.len(), 1);
        assert!(entries[0].contains("8-20") && entries[0].contains("9-18") && !entries[0].contains("Abai"), "d32: {entries:?}");
    }

    fn a_change_that_says_the_same_changes_nothing(r: Registers) {
        let reply = r.refused(|| r.coordinator.patch("offices/ORL-01", 1, &json!({"district": "ORL"})));
        assert_eq!((reply.expect(200)["version"].as_i64(), reply.version()), (Some(1), 1));
    }

    fn the_head_is_shown_from_the_grants(r: Registers) {
        let body = r.registrar.get("offices/ORL-01").expect(200);
        assert_eq!(body["head"]["name"], "Demo head");
        assert_eq!(r.registrar.get("offices/AKZ-01").expect(200)["head"]["name"], "Demo other_head");
    }

    fn offices_are_listed_by_code_and_page(r: Registers) {
        r.coordinator.post("offices", &office_body()).expect(201);
        let first = r.auditor.get("offices?limit=2");
        let body = first.expect(200);
        assert_eq!(column(&body, "code"), ["AKZ-01", "ORL-01"]);
        let next = body["next"].as_str().unwrap();
        assert_eq!(first.header("link"), Some(format!("<{next}>; rel=\"next\"").as_str()));
        let rest = r.auditor.get(next).expect(200);
        assert_eq!((column(&rest, "code"), &rest["next"]), (vec!["ORL-07".to_owned()], &json!(null)));
        let found = r.auditor.get("offices?q=%D0%BA%D0%86%D0%A2%D0%B0%D0%BF").expect(200);
        assert_eq!(column(&found, "code"), ["ORL-07"], "d39: letter case and і");
        let wrong = r.refused(|| r.auditor.get("offices?limit=0&afer=ORL-01&after=orl"));
        assert_eq!(faults(&wrong), ["afer unknown_field", "after bad_form", "limit out_of_range"]);
    }

    fn every_fault_of_an_office_is_told_at_once_and_nothing_is_stored(r: Registers) {
        let empty = r.refused(|| r.coordinator.post("offices", &json!({})));
        assert_eq!(faults(&empty).len(), 12);
        let bad = with(&office_body(), json!({
            "name_kk": "a\u{0}b", "name_ru": "", "name_en": "x".repeat(201), "kind": "pub", "district": "XXX",
            "phone": "call", "languages": ["kk", "kk", 1], "active_from": "2026-02-30", "parent": "ORL-99",
            "colour": "red", "hour": "9-18",
        }));
        let reply = r.refused(|| r.coordinator.post("offices", &bad));
        assert_eq!(faults(&reply), [
            "/active_from not_a_date", "/colour unknown_field", "/district unknown_code", "/hour unknown_field",
            "/kind unknown_code", "/languages/1 duplicate", "/languages/2 wrong_type", "/name_en too_long",
            "/name_kk control_character", "/name_ru empty", "/parent unknown_code", "/phone bad_form",
        ]);
        let hint = reply.json()["errors"].as_array().unwrap().iter()
            .find(|fault| fault["pointer"] == "/hour").unwrap()["message"].as_str().unwrap().to_owned();
        assert!(hint.contains("hours"), "the nearest field is named: {hint}");
        for (change, fault) in [
            (json!({"code": "ORL-01", "parent": null}), "/code taken"),
            (json!({"code": "AKZ-07"}), "/district not_here"),
            (json!({"active_to": "2019-01-01"}), "/active_to too_early"),
        ] {
            let reply = r.refused(|| r.coordinator.post("offices", &with(&office_body(), change.clone())));
            assert_eq!(faults(&reply), [fault]);
        }
        for (media, body, status, code) in unreadable() {
            let send = || r.coordinator.request("POST", "offices").header("content-type", media).body(body).send();
            r.refused(send).expect_problem(status, code);
        }
    }

    fn d38_a_change_of_an_office_needs_its_present_version(r: Registers) {
        let change = json!({"hours": "8-20"});
        let blind = || r.coordinator.request("PATCH", "offices/ORL-01").json(&change).send();
        r.refused(blind).expect_problem(428, "precondition_required");
        r.refused(|| r.coordinator.patch("offices/ORL-01", 7, &change)).expect_problem(412, "stale");
        r.coordinator.patch("offices/ORL-01", 1, &change).expect(200);
        r.refused(|| r.coordinator.patch("offices/ORL-01", 1, &change)).expect_problem(412, "stale");
        let frozen = r.refused(|| r.coordinator.patch("offices/ORL-01", 2, &json!({"code": "ORL-02"})));
        assert_eq!(faults(&frozen), ["/code frozen"]);
    }

    fn r04_only_administrator_and_coordinator_write_offices(r: Registers) {
        let others = [&r.registrar, &r.auditor, &r.head, &r.mediator, &r.partner, &r.nobody];
        let made = r.statuses(&others, |client| client.post("offices", &office_body()));
        assert_eq!(made, [403, 403, 403, 403, 404, 401]);
        let changed = r.statuses(&others, |client| client.patch("offices/ORL-01", 1, &json!({"hours": "x"})));
        assert_eq!(changed, [403, 403, 403, 403, 404, 401]);
        let missing = r.statuses(&others, |client| client.patch("offices/ORL-99", 1, &json!({"hours": "x"})));
        assert_eq!(missing, [404, 404, 404, 404, 404, 401]);
        assert_eq!(r.statuses(&[&r.partner, &r.nobody], |client| client.get("offices")), [404, 401]);
        assert_eq!(r.statuses(&[&r.partner, &r.head], |client| client.get("offices/ORL-01")), [404, 200]);
        assert_eq!(r.statuses(&[&r.head], |client| client.get("offices/%00")), [404]);
    }

    fn g02_a_repeated_post_opens_one_office(r: Registers) {
        let send = |body| r.coordinator.request("POST", "offices").key("k-1").json(&body).send();
        let first = send(office_body());
        let body = first.expect(201);
        let again = r.refused(|| send(office_body()));
        assert_eq!((again.expect(201), again.version()), (body, 1));
        assert_eq!(again.header("location"), first.header("location"));
        let other = r.refused(|| send(with(&office_body(), json!({"code": "ORL-08"}))));
        other.expect_problem(422, "key_reused");
        let faulty = |code: &str| r.coordinator.request("POST", "offices").key("k-2")
            .json(&with(&office_body(), json!({"code": code}))).send();
        r.refused(|| faulty("bad")).expect_problem(422, "invalid");
        faulty("ORL-08").expect(201);
    }

    fn d38_of_many_changes_at_once_one_wins_and_the_others_are_told(r: Registers) {
        let at_once = |send: &(dyn Fn(usize) -> u16 + Sync)| {
            let mut statuses: Vec<u16> = std::thread::scope(|scope| {
                let senders: Vec<_> = (0..6).map(|n| scope.spawn(move || send(n))).collect();
                senders.into_iter().map(|sender| sender.join().unwrap()).collect()
            });
            statuses.sort_unstable();
            statuses
        };
        let changed = at_once(&|n| r.coordinator.patch("offices/ORL-01", 1, &json!({"hours": format!("{n}")})).status);
        assert_eq!(changed, [200, 412, 412, 412, 412, 412]);
        assert_eq!(r.coordinator.get("offices/ORL-01").version(), 2);
        let opened = at_once(&|_| r.coordinator.post("offices", &office_body()).status);
        assert_eq!(opened, [201, 422, 422, 422, 422, 422]);
        assert_eq!(r.audited("office.update").len() + r.audited("office.create").len(), 2);
    }
}
