//! What was told to whom, over HTTP: who sees it, where it stands, and sending it again.

use std::collections::BTreeSet;

use kelisim_domain::policy::Standing;
use kelisim_persistence::Failpoints;
use kelisim_persistence::store::{
    delivery::{outbox_claim, outbox_settle},
    outbox::{Ending, Guarded, Settlement},
};
use kelisim_tests::network::{AIGUL, AKZ_01, BERIK, DANA, ORL_01, person, start};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};
use uuid::Uuid;

/// A case of each office, each assigned and so told to its mediator; the first is a partner's referral.
fn told(t: &TestApp) -> [Value; 3] {
    let assigned = |body: &Value, head: &str, mediator: Value| {
        let case = t.by(head).post("cases", body).expect(201);
        t.moved(
            head,
            &case,
            &json!({"action": "assign", "mediator": mediator}),
        )
    };
    let mut other = TestApp::filing();
    other["office"] = json!("AKZ-01");
    [
        assigned(&TestApp::referred_filing(), "head", json!(AIGUL)),
        assigned(&TestApp::filing(), "head", json!(BERIK)),
        assigned(&other, "other_head", json!(DANA)),
    ]
}

fn kinds(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    let mut kinds: Vec<String> = items
        .iter()
        .map(|item| item["kind"].as_str().unwrap().to_owned())
        .collect();
    kinds.sort();
    kinds
}

/// Ends everything that waits as `settlement` says; gives the id of a message about Aigul's case.
fn settle(t: &TestApp, settlement: fn(Ending) -> Settlement) -> String {
    t.write(move |db| {
        let tokens: Vec<Uuid> = (1..100).map(Uuid::from_u128).collect();
        let claimed = outbox_claim(db, start(), start(), &tokens, &Failpoints::NONE)?;
        for (lease, _) in &claimed {
            let ending = Ending {
                phase: "rcpt".into(),
                reply_code: Some(550),
                detail: "5.1.1 <…> no such user".into(),
                reason: "rcpt_550".into(),
            };
            let settled =
                outbox_settle(db, lease, &settlement(ending), start(), &Failpoints::NONE)?;
            assert_eq!(settled, Guarded::Done);
        }
        Ok(())
    });
    let own = t.by("aigul").get("notices").expect(200);
    own["items"][0]["id"].as_str().unwrap().to_owned()
}

on_both_databases! {
    fn everybody_sees_the_messages_of_their_own(t: TestApp) {
        told(&t);
        let seen = |who: &str| kinds(&t.by(who).get("notices").expect(200));
        assert_eq!(seen("coordinator"), ["assignment", "assignment", "assignment", "case_assigned", "case_received"]);
        assert_eq!(seen("head"), ["assignment", "assignment", "case_assigned", "case_received"]);
        assert_eq!(seen("other_head"), ["assignment"]);
        assert_eq!(seen("aigul"), ["assignment", "case_assigned", "case_received"]);
        assert_eq!(seen("berik"), ["assignment"]);
        let counts = t.by("administrator").get("notices").expect(200);
        assert_eq!(counts["counts"][0]["state"], "waiting");
        assert_eq!(counts["counts"][0]["count"], 5);
        assert_eq!(counts["items"], json!([]));
    }

    fn d11_a_former_mediator_sees_no_message_of_the_case(t: TestApp) {
        let [case, ..] = told(&t);
        t.moved("head", &case, &json!({"action": "reassign", "mediator": BERIK}));
        assert_eq!(kinds(&t.by("aigul").get("notices").expect(200)), [""; 0]);
    }

    fn a_list_is_filtered_and_goes_from_page_to_page(t: TestApp) {
        let [case, ..] = told(&t);
        let path = format!("notices?case={}&state=waiting,sent&limit=1", case["id"].as_str().unwrap());
        let mut seen = BTreeSet::new();
        let mut next = Some(path);
        while let Some(path) = next {
            let page = t.by("coordinator").get(path.trim_start_matches("/api/v1/")).expect(200);
            for item in page["items"].as_array().unwrap() {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "twice");
                assert_eq!(item["channel"], "email");
                assert_eq!(item["case"], case["id"]);
            }
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(seen.len(), 3);
        let none = t.by("coordinator").get("notices?state=failed").expect(200);
        assert_eq!(none["items"], json!([]));
        let faults = t.by("coordinator").get("notices?state=lost&case=x&after=1&colour=red").expect_problem(422, "invalid");
        let pointers: Vec<&str> =
            faults["errors"].as_array().unwrap().iter().map(|fault| fault["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["state", "case", "after", "colour"]);
    }

    fn r27_a_dead_letter_shows_why_and_is_sent_again_once(t: TestApp) {
        told(&t);
        let id = settle(&t, Settlement::Failed);
        let shown = t.by("head").get(&format!("notices/{id}")).expect(200);
        assert_eq!((&shown["state"], &shown["reason"]), (&json!("failed"), &json!("rcpt_550")));
        assert_eq!(shown["next_at"], Value::Null);
        assert_eq!(shown["deliveries"][0]["reply_code"], 550);
        assert_eq!(shown["deliveries"][0]["result"], "permanent");
        let counts = t.by("administrator").get("notices").expect(200);
        assert_eq!(counts["counts"][0], json!({"state": "failed", "reason": "rcpt_550", "count": 5, "oldest": "2026-11-22T05:00:00Z"}));

        let path = format!("notices/{id}/retry");
        let again = t.by("head").post(&path, &json!({})).expect(200);
        assert_eq!((&again["state"], &again["reason"], &again["attempts"]), (&json!("waiting"), &Value::Null, &json!(1)));
        assert_eq!(t.database.count("audit_entry WHERE action = 'notice.retry'"), 1);
        let refused = t.by("head").post(&path, &json!({})).expect_problem(409, "not_retried");
        assert!(!refused["detail"].as_str().unwrap().is_empty());
        assert_eq!(t.database.count("audit_entry WHERE action = 'notice.retry'"), 1);
        t.by("head").post(&path, &json!({"now": true})).expect_problem(422, "invalid");
    }

    fn d25_what_may_not_be_told_any_more_is_not_sent_again(t: TestApp) {
        told(&t);
        let id = settle(&t, |ending| Settlement::Cancelled(ending.reason));
        t.by("coordinator").post(&format!("notices/{id}/retry"), &json!({})).expect_problem(409, "not_retried");
        assert_eq!(t.by("coordinator").get(&format!("notices/{id}")).expect(200)["state"], "cancelled");
    }

    fn a_head_sends_again_for_their_own_office_only(t: TestApp) {
        told(&t);
        let id = settle(&t, Settlement::Failed);
        // Head of one office and mediator of the case at the other: may see the message, and no more.
        let both = [
            Standing::OfficeHead { office: AKZ_01 },
            Standing::Mediator { office: ORL_01, mediator: AIGUL },
        ];
        t.write(move |db| person(db, 200, "both", &both));
        t.by("both").get(&format!("notices/{id}")).expect(200);
        t.by("both").post(&format!("notices/{id}/retry"), &json!({})).expect_problem(403, "not_permitted");
    }
}
