//! Who sees which cases: lists, single cases and their content agree (R2, R6).

use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn numbers(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["number"].as_str().unwrap())
        .collect()
}

/// Three cases: one filed by Aigul, one of Berik's, one at the other office.
fn three(t: &TestApp) -> [Value; 3] {
    let own = t.by("aigul").post("cases", &TestApp::filing()).expect(201);
    let second = t.file(&TestApp::referred_filing());
    let second = t.moved(
        "head",
        &second,
        &json!({"action": "assign", "mediator": BERIK}),
    );
    let mut body = TestApp::filing();
    body["office"] = json!("AKZ-01");
    let other = t.by("other_head").post("cases", &body).expect(201);
    [own, second, other]
}

on_both_databases! {
    fn each_reader_lists_exactly_what_they_may_open(t: TestApp) {
        let cases = three(&t);
        let wanted: [(&str, &[usize]); 7] = [
            ("head", &[0, 1]), ("other_head", &[2]), ("aigul", &[0]), ("berik", &[1]), ("dana", &[]),
            ("coordinator", &[0, 1, 2]), ("partner", &[]),
        ];
        for (who, seen) in wanted {
            let page = t.by(who).get("cases?sort=number");
            if who == "partner" {
                page.expect(404);
            } else {
                let mut listed = numbers(&page.expect(200)).into_iter().map(str::to_owned).collect::<Vec<_>>();
                let mut wanted: Vec<String> = seen.iter().map(|i| cases[*i]["number"].as_str().unwrap().to_owned()).collect();
                listed.sort();
                wanted.sort();
                assert_eq!(listed, wanted, "{who}");
            }
            for (index, case) in cases.iter().enumerate() {
                let id = case["id"].as_str().unwrap();
                for path in [format!("cases/{id}"), format!("cases/{id}/events"), format!("cases/{id}/explain")] {
                    let status = if seen.contains(&index) { 200 } else { 404 };
                    assert_eq!(t.by(who).get(&path).status, status, "{who} {path}");
                }
            }
        }
    }

    fn content_is_for_the_case_team_and_for_the_coordinator_where_there_is_no_head(t: TestApp) {
        let cases = three(&t);
        let content = |who: &str, index: usize| {
            let path = format!("cases/{}", cases[index]["id"].as_str().unwrap());
            let case = t.by(who).get(&path).expect(200);
            (case.get("confidential").is_some(), case["referral"].get("reference").is_some())
        };
        assert_eq!(content("head", 1), (true, true));
        assert_eq!(content("berik", 1), (true, true));
        assert!(content("aigul", 0).0);
        assert_eq!(content("coordinator", 1), (false, false));
        t.database.execute("UPDATE account_grant SET valid_to = '2026-11-21' WHERE role = 'office_head'");
        assert_eq!(content("coordinator", 1), (true, true), "no head today: the content goes to the coordinator");
    }

    fn a_mediator_files_only_at_offices_of_their_grants(t: TestApp) {
        let before = t.database.contents();
        let mut body = TestApp::filing();
        body["office"] = json!("AKZ-01");
        for who in ["aigul", "head"] {
            let problem = t.by(who).post("cases", &body).expect(403);
            assert_eq!(problem["refusals"][0]["rule"], "3.3");
        }
        for who in ["registrar", "auditor", "administrator", "partner"] {
            t.by(who).post("cases", &body).expect(404);
        }
        assert_eq!(t.database.contents(), before);
        t.by("coordinator").post("cases", &body).expect(201);
    }

    fn a_list_pages_without_a_gap_or_a_repeat(t: TestApp) {
        for turn in 0..7 {
            t.file(&TestApp::filing());
            if turn % 2 == 0 {
                t.clock.advance(chrono::TimeDelta::seconds(1));
            }
        }
        for sort in ["-filed_at", "filed_at", "number"] {
            let mut seen: Vec<String> = Vec::new();
            let mut path = format!("/api/v1/cases?limit=3&sort={sort}&office=ORL-01");
            loop {
                let reply = t.by("head").get(&path);
                let page = reply.expect(200);
                seen.extend(numbers(&page).into_iter().map(str::to_owned));
                let Some(next) = page["next"].as_str() else { break };
                assert_eq!(reply.header("link"), Some(format!("<{next}>; rel=\"next\"").as_str()));
                path = next.to_owned();
            }
            let mut sorted = seen.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!((seen.len(), sorted.len()), (7, 7), "{sort}: {seen:?}");
        }
    }

    fn filters_narrow_a_list(t: TestApp) {
        three(&t);
        let list = |query: &str| t.by("coordinator").get(&format!("cases?sort=number&{query}")).expect(200)["items"].as_array().unwrap().len();
        assert_eq!(list("stage=filed"), 2);
        assert_eq!(list("stage=filed,assigned"), 3);
        assert_eq!(list("class=active"), 1);
        assert_eq!(list("office=AKZ-01"), 1);
        assert_eq!(list("office=BTR-09"), 0);
        assert_eq!(list(&format!("mediator={BERIK}")), 1);
        assert_eq!(list(&format!("mediator={AIGUL}")), 0);
        assert_eq!(list("partner=EDU"), 1);
        assert_eq!(list("partner=HLT"), 0);
        assert_eq!(list("category=debts_contracts"), 0);
        assert_eq!(list("filed_from=2026-11-22&filed_to=2026-11-22"), 3);
        assert_eq!(list("filed_to=2026-11-21"), 0);
        assert_eq!(list("q=akz"), 1, "the beginning of a number");
        assert_eq!(list("q=0001"), 2, "the beginning of a word in a number");
        assert_eq!(list("q=%D0%B1%D0%B5%D1%80%D0%B8%D0%BA"), 1, "the mediator's name in its other spelling (D39)");
        assert_eq!(list("q=%D0%B5%D1%80%D0%B8%D0%BA"), 0, "not the middle of a word");
        assert_eq!(list("q=%25"), 0, "the signs of LIKE are plain");
    }

    fn a_correction_is_kept_with_its_history(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        let patch = json!({"category": "debts_contracts", "summary": "It was a goat.", "amount": 5000, "subcategory": "goats",
            "parties": [{"side": "A", "kind": "person", "name": "Demo Applicant"}]});
        let case = t.by("head").patch(&path, 1, &patch).expect(200);
        assert_eq!(case["confidential"]["summary"], "It was a goat.");
        assert_eq!(case["confidential"]["parties"].as_array().unwrap().len(), 1);
        let events = t.by("head").get(&format!("{path}/events")).expect(200);
        assert_eq!(events["items"][1]["data"]["content"], json!(["summary", "amount", "parties"]));
        assert!(!events.to_string().contains("goat."));
        let case = t.by("head").patch(&path, 2, &json!({"amount": null, "subcategory": null})).expect(200);
        assert!(case.get("subcategory").is_none() && case["confidential"].get("amount").is_none(), "{case}");
        t.by("head").patch(&path, 3, &json!({})).expect(422);
        t.by("coordinator").patch(&path, 3, &json!({"summary": "x"})).expect(403);
        t.by("coordinator").patch(&path, 3, &json!({"district": "AKZ"})).expect(200);
    }

    fn explain_says_why_not_and_who_can_lift_it(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = format!("cases/{}/explain", case["id"].as_str().unwrap());
        let answer = t.by("coordinator").get(&path).expect(200);
        let actions: Vec<(&str, bool)> = answer["actions"].as_array().unwrap().iter()
            .map(|a| (a["action"].as_str().unwrap(), a["allowed"].as_bool().unwrap())).collect();
        assert_eq!(actions, [("assign", true), ("reassign", false), ("reconcile", false), ("close", true)]);
        assert_eq!(answer["actions"][0]["form"][0]["type"], "mediator");
        assert_eq!(answer["actions"][3]["form"][0]["choices"], json!(["proposal_rejected", "not_suitable", "withdrawn", "duplicate"]));
        let path = format!("{path}?mediator={}", kelisim_tests::network::DANA);
        let answer = t.by("head").get(&path).expect(200);
        assert_eq!(answer["actions"][0]["refusals"][0]["rule"], "D9");
        assert_eq!(answer["actions"][0]["refusals"][0]["lifted_by"], json!(["coordinator"]));
        assert!(answer["actions"][0]["refusals"][0]["detail"].as_str().unwrap().contains("another office"));
    }

    fn r07_a_change_of_rights_acts_on_the_next_request(t: TestApp) {
        t.by("head").get("me").expect(200);
        t.database.execute("UPDATE account SET active = FALSE WHERE email = 'head@example.kz'");
        t.by("head").get("me").expect(401);
        t.clock.advance(chrono::TimeDelta::days(401));
        t.by("coordinator").get("me").expect(401);
    }
}
