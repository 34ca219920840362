//! What several people do at once: one wins visibly, and a case number leaves no gap (D22, D38).

use std::thread;

use kelisim_tests::mediation::Mediation;
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::json;

on_both_databases! {
    fn two_heads_assign_at_once_and_one_wins(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let results: Vec<u16> = thread::scope(|scope| {
            let tries: Vec<_> = [("head", AIGUL), ("coordinator", BERIK), ("head", BERIK), ("coordinator", AIGUL)]
                .map(|(who, mediator)| {
                    let (t, case) = (&t, &case);
                    scope.spawn(move || t.act(who, case, &json!({"action": "assign", "mediator": mediator})).status)
                })
                .into();
            tries.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(results.iter().filter(|status| **status == 201).count(), 1, "{results:?}");
        assert!(results.iter().all(|status| [201, 412].contains(status)), "{results:?}");
        assert_eq!(t.database.count("case_event"), 2);
        assert_eq!(t.database.count("outbox"), 1);
    }

    /// The timer of the answer is a row of its own, which the second meets before or after the version of the case.
    fn of_two_offers_at_once_that_start_the_same_timer_one_is_told(m: Mediation) {
        for _ in 0..20 {
            let ready = m.0.moved("head", &m.screened(), &json!({"action": "make_ready"}));
            let mut statuses: Vec<u16> = thread::scope(|scope| {
                let tries: Vec<_> = [("head", AIGUL), ("coordinator", BERIK)]
                    .map(|(who, mediator)| {
                        let (m, ready) = (&m, &ready);
                        let body = json!({"action": "offer", "mediator": mediator, "over_limit_reason": "Nobody else is there."});
                        scope.spawn(move || m.0.act(who, ready, &body).status)
                    })
                    .into();
                tries.into_iter().map(|one| one.join().unwrap()).collect()
            });
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 412]);
        }
    }

    fn d22_numbers_have_no_gap_under_parallel_filing_and_refusal(t: TestApp) {
        thread::scope(|scope| {
            for worker in 0..6 {
                let t = &t;
                scope.spawn(move || {
                    for turn in 0..5 {
                        let mut body = TestApp::filing();
                        if (worker + turn) % 3 == 0 {
                            body["language"] = json!("xx");
                        }
                        t.by("head").post("cases", &body);
                    }
                });
            }
        });
        let page = t.by("head").get("cases?sort=number&limit=100").expect(200);
        let numbers: Vec<&str> = page["items"].as_array().unwrap().iter().map(|c| c["number"].as_str().unwrap()).collect();
        let wanted: Vec<String> = (1..=20).map(|n| format!("ORL-01/2026-{n:04}")).collect();
        assert_eq!(numbers, wanted);
    }

    fn d22_the_new_year_begins_at_midnight_in_oral(t: TestApp) {
        t.file(&TestApp::filing());
        t.clock.set("2026-12-31T19:30:00Z".parse().unwrap());
        assert_eq!(t.file(&TestApp::filing())["number"], "ORL-01/2027-0001");
    }
}
