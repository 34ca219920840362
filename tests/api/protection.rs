//! Consents of the sides, what a person is given of their own, and reports of a danger to a child (R20, D30).

use kelisim_tests::http::Reply;
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn path(case: &Value, rest: &str) -> String {
    format!("cases/{}/{rest}", case["id"].as_str().unwrap())
}

fn party(case: &Value, number: usize) -> Value {
    case["confidential"]["parties"][number]["id"].clone()
}

fn consent(party: &Value, to: &str) -> Value {
    json!({"party": party, "to": to, "form": "written", "given_on": "2026-11-20"})
}

fn withdraw(t: &TestApp, case: &Value, given: &Value, on: &str) -> Reply {
    let path = path(
        case,
        &format!("consents/{}/withdraw", given["id"].as_str().unwrap()),
    );
    let request = t.by("head").request("POST", &path);
    let version = given["version"].as_i64().unwrap();
    request
        .if_match(version)
        .json(&json!({"withdrawn_on": on}))
        .send()
}

fn report(receiver: &str) -> Value {
    json!({"facts": "canary-of-a-danger", "body": "canary-of-a-body", "informed_on": "2026-11-22", "receiver": receiver})
}

fn entered(t: &TestApp, action: &str) -> i64 {
    t.database
        .count(&format!("audit_entry WHERE action = '{action}'"))
}

on_both_databases! {
    fn r20_a_consent_is_on_record_until_it_is_taken_back_and_nothing_of_it_lies_open(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let side = party(&case, 0);
        let given = t.by("head").post(&path(&case, "consents"), &consent(&side, "mediation")).expect(201);
        assert_eq!(given["confidential"]["party"], side);
        let twice = t.by("head").post(&path(&case, "consents"), &consent(&side, "mediation")).expect(409);
        assert_eq!(twice["refusals"][0]["code"], "consent_is_given");
        t.by("head").post(&path(&case, "consents"), &consent(&side, "personal_data")).expect(201);
        for (field, wrong) in [("party", json!(AIGUL)), ("to", json!("all")), ("form", json!("x")), ("given_on", json!("2026-11-23"))] {
            let mut body = consent(&party(&case, 1), "mediation");
            body[field] = wrong;
            let said = t.by("head").post(&path(&case, "consents"), &body).expect(422);
            assert_eq!(said["errors"][0]["pointer"], format!("/{field}"));
        }
        withdraw(&t, &case, &given, "2026-11-19").expect(422);
        let back = withdraw(&t, &case, &given, "2026-11-22").expect(200);
        assert_eq!((&back["version"], &back["confidential"]["withdrawn_on"]), (&json!(2), &json!("2026-11-22")));
        withdraw(&t, &case, &given, "2026-11-22").expect(412);
        let again = withdraw(&t, &case, &back, "2026-11-22").expect(409);
        assert_eq!(again["refusals"][0]["code"], "consent_is_withdrawn");
        let listed = t.by("head").get(&path(&case, "consents")).expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        // Who sees the case and not its content sees no consent, and the log and the rows hold keyed hashes and ciphertext.
        t.by("coordinator").get(&path(&case, "consents")).expect(403);
        t.by("other_head").get(&path(&case, "consents")).expect(404);
        assert_eq!((entered(&t, "consent.add"), entered(&t, "consent.withdraw"), entered(&t, "case.read_content")), (2, 1, 1));
        let kept = t.database.lines("CAST(after AS TEXT)", "audit_entry WHERE action = 'consent.withdraw'");
        assert!(kept[0].contains("keyed:") && !kept[0].contains("2026-11-20"), "{kept:?}");
        assert_eq!(t.database.places_of("2026-11-20"), [""; 0]);
    }

    fn r07_a_kept_answer_shows_a_former_mediator_no_consent(t: TestApp) {
        let filed = t.file(&TestApp::filing());
        let case = t.moved("head", &filed, &json!({"action": "assign", "mediator": AIGUL}));
        let body = consent(&party(&filed, 0), "mediation");
        let send = || t.by("aigul").request("POST", &path(&case, "consents")).key("once").json(&body).send();
        let first = send().expect(201);
        assert_eq!(send().expect(201), first);
        t.moved("head", &case, &json!({"action": "reassign", "mediator": BERIK}));
        let later = send();
        assert!(!later.text.contains("2026-11-20"), "{}", later.text);
    }

    fn r20_a_person_is_given_what_is_kept_of_them_and_nothing_of_the_other_side(t: TestApp) {
        let mut filing = TestApp::filing();
        filing["parties"][0]["phone"] = json!("+77011234567");
        filing["parties"][1]["name"] = json!("Other Person");
        let first = t.file(&filing);
        let second = t.file(&filing);
        t.by("head").post(&path(&first, "consents"), &consent(&party(&first, 0), "personal_data")).expect(201);
        t.by("head").post(&path(&first, "consents"), &consent(&party(&first, 1), "personal_data")).expect(201);
        let of = |case: &Value, number| json!({"case": case["id"], "party": party(case, number)});
        let body = json!({"parties": [of(&first, 0), of(&second, 0)]});
        let given = t.by("head").post("party-exports", &body);
        let document = given.expect(200);
        assert_eq!(document["cases"].as_array().unwrap().len(), 2);
        let one = &document["cases"][0];
        assert_eq!((&one["number"], &one["party"]["phone"]), (&first["number"], &json!("+77011234567")));
        assert_eq!(one["consents"].as_array().unwrap().len(), 1);
        assert!(document["purpose"].as_str().unwrap().len() > 10);
        for other in ["Other Person", "cow"] {
            assert!(!given.text.contains(other), "{other} is another's");
        }
        assert_eq!(entered(&t, "party.export"), 2, "one for each case");
        t.by("coordinator").post("party-exports", &body).expect(403);
        t.by("other_head").post("party-exports", &body).expect(404);
        t.by("auditor").post("party-exports", &body).expect(404);
        assert_eq!(entered(&t, "party.export"), 2);
        t.by("head").post("party-exports", &json!({"parties": [{"case": first["id"], "party": second["id"]}]})).expect(404);
        for wrong in [json!({}), json!({"parties": []}), json!({"parties": [{"case": first["id"]}]}), json!({"parties": [1]})] {
            t.by("head").post("party-exports", &wrong).expect(422);
        }
    }

    fn r20_a_person_of_an_erased_case_is_given_the_rest_and_told_so(t: TestApp) {
        let (gone, left) = (t.file(&TestApp::filing()), t.file(&TestApp::filing()));
        let id = gone["id"].as_str().unwrap();
        t.database.execute(&format!(
            "UPDATE data_key SET wrapped = NULL, destroyed_at = created_at WHERE id = (SELECT data_key_id FROM cases WHERE number = '{}')",
            gone["number"].as_str().unwrap()
        ));
        let of = |case: &Value| json!({"case": case["id"], "party": party(case, 0)});
        let document = t.by("head").post("party-exports", &json!({"parties": [of(&gone), of(&left)]})).expect(200);
        assert_eq!(document["cases"].as_array().unwrap().len(), 1);
        assert_eq!(document["cases"][0]["number"], left["number"]);
        assert_eq!(document["erased"], json!([{"case": id, "number": gone["number"]}]));
        assert_eq!(entered(&t, "party.export"), 1, "of what is gone nothing was shown");
        let alone = t.by("head").post("party-exports", &json!({"parties": [of(&gone)]})).expect(200);
        assert_eq!((&alone["cases"], alone["erased"].as_array().unwrap().len()), (&json!([]), 1));
        t.by("other_head").post("party-exports", &json!({"parties": [of(&gone)]})).expect(404);
    }

    fn d30_a_danger_to_a_child_goes_to_one_person_and_touches_no_case(t: TestApp) {
        let case = t.file(&TestApp::filing());
        t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        let before = t.database.lines("#id# || version", "cases");
        let reply = t.by("aigul").post("danger-reports", &report("head@example.kz"));
        let made = reply.expect(201);
        assert!(!reply.text.contains("canary"), "the answer repeats nothing");
        let path = format!("danger-reports/{}", made["id"].as_str().unwrap());
        for reader in ["aigul", "head"] {
            let read = t.by(reader).get(&path).expect(200);
            assert_eq!(read["confidential"]["facts"], "canary-of-a-danger", "{reader}");
            assert_eq!(t.by(reader).get("danger-reports").expect(200)["items"].as_array().unwrap().len(), 1);
        }
        for other in ["berik", "other_head", "coordinator", "auditor", "administrator", "registrar", "partner"] {
            t.by(other).get(&path).expect(404);
        }
        assert_eq!(t.by("coordinator").get("danger-reports").expect(200)["items"], json!([]));
        for reader in ["coordinator", "head"] {
            t.by(reader).post("danger-reports", &report("other_head@example.kz")).expect(403);
        }
        // A head as well, which would make her own reader of her.
        let own = t.database.lines("#id#", "account WHERE email = 'aigul@example.kz'");
        let grants = format!("accounts/{}/grants", own[0]);
        let head = json!({"role": "office_head", "office": "AKZ-01"});
        t.by("administrator").post(&grants, &head).expect(201);
        for nobody in ["aigul@example.kz", "berik@example.kz", "nobody@example.kz", "auditor@example.kz"] {
            let said = t.by("aigul").post("danger-reports", &report(nobody)).expect(422);
            assert_eq!(said["errors"][0]["pointer"], "/receiver", "{nobody}");
        }
        assert_eq!(t.database.lines("#id# || version", "cases"), before);
        assert_eq!(t.database.count("case_event"), 2, "filed and assigned");
        assert_eq!((entered(&t, "danger_report.add"), entered(&t, "danger_report.read")), (1, 2));
        assert_eq!(t.database.count("audit_entry WHERE action LIKE 'danger_report.%' AND object_kind <> 'danger_report'"), 0);
        for canary in ["canary-of-a-danger", "canary-of-a-body"] {
            assert_eq!(t.database.places_of(canary), [""; 0]);
        }
    }
}
