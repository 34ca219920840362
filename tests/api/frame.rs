//! What holds for every request, whatever it asks for.

use kelisim_tests::{TestApp, on_both_databases};

on_both_databases! {
    fn the_process_and_the_database_are_well(t: TestApp) {
        t.nobody().get("/healthz").expect(200);
        t.nobody().get("/readyz").expect(200);
    }

    fn a_caller_without_a_good_token_is_nobody(t: TestApp) {
        t.nobody().get("me").expect_problem(401, "unauthenticated");
        t.nobody().with_token("klsm_wrong").get("me").expect_problem(401, "unauthenticated");
        t.nobody().with_token("").get("me").expect_problem(401, "unauthenticated");
    }

    fn me_tells_the_account_and_what_it_may(t: TestApp) {
        let me = t.by("head").get("me").expect(200);
        assert_eq!(me["email"], "head@example.kz");
        assert_eq!(me["roles"][0]["role"], "office_head");
        assert_eq!(me["roles"][0]["office"], "ORL-01");
    }

    fn r7_an_expired_token_is_worth_nothing(t: TestApp) {
        t.by("coordinator").get("me").expect(200);
        t.clock.advance(chrono::TimeDelta::days(401));
        t.by("coordinator").get("me").expect_problem(401, "unauthenticated");
    }

    fn what_does_not_exist_is_a_problem_too(t: TestApp) {
        t.nobody().get("/nothing").expect_problem(404, "not_found");
        t.nobody().get("nothing").expect_problem(404, "not_found");
    }

    fn problems_speak_the_readers_language(t: TestApp) {
        let texts: Vec<String> = ["kk", "ru", "en"]
            .into_iter()
            .map(|language| {
                let reply = t.nobody().with_header("accept-language", language).get("nothing");
                assert_eq!(reply.header("content-language"), Some(language), "{reply:?}");
                reply.json()["title"].as_str().unwrap().to_owned()
            })
            .collect();
        assert!(texts[0] != texts[1] && texts[1] != texts[2], "{texts:?}");
    }

    fn the_language_of_the_account_wins(t: TestApp) {
        let reply = t.by("coordinator").with_header("accept-language", "kk").get("cases/none");
        assert_eq!(reply.header("content-language"), Some("en"), "{reply:?}");
    }

    fn every_answer_carries_its_id_and_lets_nothing_be_guessed(t: TestApp) {
        let reply = t.nobody().get("/healthz");
        assert!(reply.header("x-request-id").is_some_and(|id| id.len() == 36), "{reply:?}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }

    fn trace_gives_nothing_of_a_request_back(t: TestApp) {
        for path in ["/healthz", "/sign-in", "me", "cases"] {
            let reply = t.by("head").with_header("x-canary", "canary").request("TRACE", path).send();
            assert!([404, 405].contains(&reply.status) && !reply.text.contains("canary"), "{path}: {reply:?}");
        }
    }
}
