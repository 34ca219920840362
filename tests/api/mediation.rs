//! The standard workflow end to end: proposal, decline, extension, a borrowed mediator, follow-up; and who sees what.

use kelisim_domain::workflow;
use kelisim_tests::mediation::{AGREEMENT, CONTRACT};
use kelisim_tests::network::{AIGUL, BERIK, DANA};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};
use serde_json::{Value, json};

/// An application whose new cases follow the standard workflow.
struct Standard(TestApp);

impl OnBackend for Standard {
    fn on(backend: Backend) -> Self {
        Standard(TestApp::start(backend, workflow::MEDIATION))
    }
}

fn kinds(answer: &Value) -> Vec<&str> {
    let notices = answer["notices"].as_array().unwrap();
    notices
        .iter()
        .map(|notice| notice["kind"].as_str().unwrap())
        .collect()
}

fn screened(excluding: &str) -> Value {
    let yes = |code: &str| code == excluding;
    json!({"action": "screen", "exclusions": {
        "third_party": yes("third_party"), "incapable": yes("incapable"),
        "corruption": yes("corruption"), "grave_crime": yes("grave_crime"),
    }})
}

fn contract(on: &str) -> Value {
    json!({"action": "record_contract", "contract": {"signed_on": on, "all_signed": true, "elements": CONTRACT}})
}

fn agreement(on: &str) -> Value {
    let agreement =
        json!({"signed_on": on, "summary": "canary-of-the-agreement", "elements": AGREEMENT});
    json!({"action": "reconcile", "agreement": agreement})
}

fn accept(result: &str) -> Value {
    json!({"action": "accept", "declaration": {"result": result}})
}

impl Standard {
    /// A filed case of the partner that was screened and is ready for a mediator.
    fn ready(&self) -> Value {
        let case = self.0.file(&TestApp::referred_filing());
        let case = self.0.moved("head", &case, &screened("nothing"));
        self.0
            .moved("head", &case, &json!({"action": "make_ready"}))
    }

    fn in_mediation(&self) -> Value {
        let case = self.ready();
        let case = self.0.moved(
            "head",
            &case,
            &json!({"action": "offer", "mediator": AIGUL}),
        );
        let case = self.0.moved("aigul", &case, &accept("none"));
        self.0.moved("aigul", &case, &contract("2026-11-22"))
    }
}

fn due(case: &Value) -> Vec<(&str, &str)> {
    let due = case["due"].as_array().unwrap();
    due.iter()
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["last_day"].as_str().unwrap(),
            )
        })
        .collect()
}

on_both_databases! {
    fn a_case_goes_the_whole_way(t: Standard) {
        let app = &t.0;
        let case = app.file(&TestApp::referred_filing());
        assert_eq!((&case["workflow"]["key"], &case["step"], &case["class"]), (&json!("mediation"), &json!("registered"), &json!("new")));
        assert_eq!(due(&case), [("act_on_new", "2026-11-25")]);
        let early = app.act("head", &case, &json!({"action": "offer", "mediator": AIGUL})).expect(409);
        assert_eq!(early["refusals"][0]["rule"], "D21");

        let case = app.moved("head", &case, &screened("nothing"));
        let proposal = json!({"action": "send_proposal", "proposal": {"sent_on": "2026-11-22"}});
        let case = app.moved("head", &case, &proposal);
        assert_eq!((&case["step"], &case["class"]), (&json!("proposal_sent"), &json!("waiting")));
        let answer = &case["due"][0];
        assert_eq!((&answer["name"], &answer["article"], &answer["profile"]), (&json!("proposal_answer"), &json!("20"), &json!(1)));
        assert_eq!((&answer["starts_on"], &answer["last_day"], &answer["length"]), (&json!("2026-11-22"), &json!("2026-12-02"), &json!("10 calendar_days")));
        let early = json!({"action": "close", "ground": "withdrawn", "effective_on": "2026-11-23"});
        assert_eq!(app.act("head", &case, &early).expect(422)["errors"][0]["code"], "too_late");
        let case = app.moved("head", &case, &json!({"action": "record_consent", "consent": {"given_on": "2026-11-22"}}));
        assert_eq!(due(&case), []);

        let offered = app.act("head", &case, &json!({"action": "offer", "mediator": AIGUL})).expect(201);
        assert_eq!(kinds(&offered), ["offer"], "D29: the partner hears nothing of an offer");
        let case = app.moved("aigul", &offered["case"], &json!({"action": "decline", "reason": "canary-of-the-reason"}));
        assert_eq!(case["step"], "ready");
        let case = app.moved("coordinator", &case, &json!({"action": "offer", "mediator": DANA}));
        let accepted = app.act("dana", &case, &accept("disclosed")).expect(201);
        assert_eq!(kinds(&accepted), ["assignment", "offer_accepted", "case_assigned"]);
        let case = &accepted["case"];
        assert_eq!((&case["step"], &case["mediator"]["id"]), (&json!("accepted"), &json!(DANA)), "D9: a borrowed mediator");

        let refused = app.act("dana", case, &contract("2026-11-22")).expect(409);
        assert_eq!((&refused["refusals"][0]["rule"], &refused["refusals"][0]["code"]), (&json!("D6"), &json!("waiver_missing")));
        let case = app.moved("dana", case, &json!({"action": "record_waivers", "waivers": {"given_on": "2026-11-22"}}));
        let started = app.act("dana", &case, &contract("2026-11-22")).expect(201);
        assert_eq!(kinds(&started), ["case_started"]);
        let case = &started["case"];
        assert_eq!(due(case), [("term_warning_7", "2026-12-15"), ("term_warning_2", "2026-12-20"), ("term", "2026-12-22")]);

        let extension = json!({"action": "extend", "extension": {"requested_on": "2026-11-22", "until": "2027-01-21"}});
        let extended = app.act("dana", case, &extension).expect(201);
        assert_eq!(kinds(&extended), ["term_extended"], "shown to the head");
        let case = &extended["case"];
        assert_eq!(due(case).last(), Some(&("term", "2027-01-21")));
        let by = json!([{"days": 30, "was": "2026-12-22", "until": "2027-01-21", "requested_on": "2026-11-22"}]);
        let told = case["due"].as_array().unwrap().iter().map(|one| &one["extended"]);
        assert_eq!(told.collect::<Vec<_>>(), [&Value::Null, &Value::Null, &by], "D16: only the end itself was extended");
        assert_eq!((&case["term"]["extended"], &case["term"]["last_day"]), (&by, &json!("2027-01-21")));
        let past = json!({"action": "extend", "extension": {"requested_on": "2026-11-22", "until": "2027-02-01"}});
        assert_eq!(app.act("dana", case, &past).expect(409)["refusals"][0]["code"], "extension_past_total");

        let settled = app.act("dana", case, &agreement("2026-11-22")).expect(201);
        assert_eq!(kinds(&settled), ["case_ended"]);
        let case = app.moved("dana", &settled["case"], &json!({"action": "follow_up"}));
        let check = |after: &str| json!({"action": "record_check", "check": {"after": after, "contacted_on": "2026-12-22", "result": "kept", "satisfaction_a": "5"}});
        app.clock.set("2026-12-22T06:00:00Z".parse().unwrap());
        let early = app.act("dana", &case, &check("180")).expect(422);
        assert_eq!((&early["errors"][0]["pointer"], &early["errors"][0]["code"]), (&json!("/check/contacted_on"), &json!("too_early")));
        let case = app.moved("dana", &case, &check("30"));
        assert_eq!(due(&case), [("check_90", "2027-02-20"), ("check_180", "2027-05-21")], "what was made is not reminded of");
        let no = json!({"action": "close", "all_final": false});
        assert_eq!(app.act("dana", &case, &no).expect(422)["errors"][0]["code"], "must_be_yes");
        let case = app.moved("dana", &case, &json!({"action": "close", "all_final": true}));
        assert_eq!((&case["step"], &case["class"], &case["outcome"]), (&json!("success"), &json!("done_success"), &json!("settlement")));
        assert_eq!(due(&case), []);
        let rows = app.database.count("timer WHERE state = 'armed'");
        assert_eq!(rows, 0, "nothing runs on a closed case");
        for canary in ["canary-of-the-agreement", "canary-of-the-reason"] {
            assert_eq!(app.database.places_of(canary), [""; 0], "stored as ciphertext only");
        }
    }

    fn d01_d02_the_questions_of_the_law_come_first(t: Standard) {
        let app = &t.0;
        let case = app.file(&TestApp::filing());
        let path = format!("cases/{}/explain", case["id"].as_str().unwrap());
        let explained = app.by("head").get(&path).expect(200);
        let actions = explained["actions"].as_array().unwrap();
        let screen = actions.iter().find(|one| one["action"] == "screen").unwrap();
        assert_eq!(screen["form"][0]["questions"].as_array().unwrap().len(), 4);
        let half = app.act("head", &case, &json!({"action": "screen", "exclusions": {"corruption": false}})).expect(422);
        assert_eq!(half["errors"].as_array().unwrap().len(), 3, "every question that is missing is named");
        let odd = app.act("head", &case, &json!({"action": "screen", "exclusions": {"corupt": false}})).expect(422);
        assert_eq!((&odd["errors"][0]["pointer"], &odd["errors"][0]["code"]), (&json!("/exclusions/corupt"), &json!("unknown_field")));
        let case = app.moved("head", &case, &screened("corruption"));
        let refused = app.act("head", &case, &json!({"action": "make_ready"})).expect(409);
        assert_eq!((&refused["refusals"][0]["rule"], &refused["refusals"][0]["lifted_by"]), (&json!("D2"), &json!(["office_head", "coordinator"])), "by answering once more");
        let case = app.moved("head", &case, &screened("nothing"));
        let case = app.moved("head", &case, &screened("corruption"));
        let close = json!({"action": "close", "ground": "not_suitable", "exclusion_code": "corruption"});
        let case = app.moved("head", &case, &close);
        assert_eq!((&case["step"], &case["outcome"]), (&json!("other"), &json!("not_suitable")));
    }

    fn whoever_is_asked_reads_names_and_no_story_and_that_ends_with_the_offer(t: Standard) {
        let app = &t.0;
        let case = t.ready();
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        app.by("berik").get(&path).expect(404);
        let case = app.moved("head", &case, &json!({"action": "offer", "mediator": BERIK}));
        let seen = app.by("berik").get(&path).expect(200);
        assert_eq!(seen["sides"][0]["name"], "Demo Applicant");
        assert!(seen.get("confidential").is_none() && !seen.to_string().contains("cow") && !seen.to_string().contains("+7701"), "{seen}");
        assert_eq!(seen["allowed_actions"], json!(["accept", "decline", "recuse"]));
        let listed = app.by("berik").get("cases").expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "new to me, waiting for my answer");
        assert_eq!(listed["items"][0]["asked"], seen["asked"], "with the name");
        let path_why = format!("{path}/explain");
        let why = app.by("head").get(&path_why).expect(200).to_string();
        assert!(!why.contains("This is for: .") && !why.contains("алады: ."), "the clock has a name too: {why}");
        app.by("aigul").get(&path).expect(404);
        app.by("berik").patch(&path, case["version"].as_i64().unwrap(), &json!({"category": "family"})).expect(403);
        let must = app.act("berik", &case, &accept("must_refuse")).expect(409);
        assert_eq!(must["refusals"][0]["code"], "must_refuse");
        let case = app.moved("head", &case, &json!({"action": "withdraw_offer"}));
        app.by("berik").get(&path).expect(404);
        assert_eq!(app.by("berik").get("cases").expect(200)["items"], json!([]));
        let again = app.moved("head", &case, &json!({"action": "offer", "mediator": BERIK}));
        app.act("berik", &again, &json!({"action": "recuse"})).expect(201);
        let case = app.by("head").get(&path).expect(200);
        let refused = app.act("head", &case, &json!({"action": "offer", "mediator": BERIK})).expect(409);
        assert_eq!(refused["refusals"][0]["code"], "mediator_recused");
    }

    fn d13_d14_a_contract_without_its_elements_is_refused_with_their_names(t: Standard) {
        let app = &t.0;
        let case = t.ready();
        let case = app.moved("head", &case, &json!({"action": "offer", "mediator": AIGUL}));
        let case = app.moved("aigul", &case, &accept("none"));
        let mut half = contract("2026-11-22");
        half["contract"]["elements"] = json!(["date", "place"]);
        let refused = app.act("aigul", &case, &half).expect(409);
        assert_eq!((&refused["refusals"][0]["rule"], &refused["refusals"][0]["code"]), (&json!("D13"), &json!("elements_missing")));
        assert!(refused["refusals"][0]["detail"].as_str().unwrap().contains("confidentiality") || refused["refusals"][0]["detail"].as_str().unwrap().contains("құпиялылық"));
        half["contract"]["elements"] = json!(["date", "weather"]);
        assert_eq!(app.act("aigul", &case, &half).expect(422)["errors"][0]["pointer"], "/contract/elements/1");
        half["contract"]["signed_on"] = json!("2026-11-23");
        half["contract"]["elements"] = json!(CONTRACT);
        assert_eq!(app.act("aigul", &case, &half).expect(422)["errors"][0]["code"], "too_late");
        let head = app.act("head", &case, &contract("2026-11-22"));
        assert_eq!(head.expect(403)["refusals"][0]["rule"], "D8");
        assert_eq!(app.database.count("timer WHERE name = 'term'"), 0);
    }

    fn timers_are_rows_of_the_same_transaction(t: Standard) {
        let app = &t.0;
        let case = t.in_mediation();
        let states = |state: &str| app.database.count(&format!("timer WHERE state = '{state}'"));
        assert_eq!((states("armed"), states("cancelled"), states("moved")), (3, 4, 0));
        let extension = json!({"action": "extend", "extension": {"requested_on": "2026-11-22", "until": "2027-01-20"}});
        let stale = app.by("aigul").request("POST", &format!("cases/{}/transitions", case["id"].as_str().unwrap()))
            .if_match(1).json(&extension).send();
        stale.expect(412);
        assert_eq!(states("moved"), 0, "what is refused moves nothing");
        app.moved("aigul", &case, &extension);
        assert_eq!((states("armed"), states("moved")), (3, 3));
        let local = app.database.lines("due_local || ' ' || zone", "timer WHERE state = 'armed' AND name = 'term'");
        assert_eq!(local, ["2027-01-21T00:00:00 Asia/Oral"], "the last day ends at midnight in Oral");
    }

    fn the_picture_shows_where_a_case_stands(t: Standard) {
        let app = &t.0;
        let case = t.in_mediation();
        let path = "workflows/mediation/versions/1/diagram.svg";
        let plain = app.by("aigul").get(path);
        assert_eq!((plain.status, plain.header("content-type")), (200, Some("image/svg+xml; charset=utf-8")));
        assert!(plain.text.starts_with("<svg") && plain.text.contains("</svg>"));
        let id = case["id"].as_str().unwrap();
        let walked = app.by("aigul").get(&format!("{path}?case={id}"));
        assert_eq!(walked.status, 200);
        assert_ne!(walked.text, plain.text, "the way that it took");
        app.by("berik").get(&format!("{path}?case={id}")).expect(404);
        app.by("aigul").get(&format!("workflows/basic/versions/1/diagram.svg?case={id}")).expect(404);
        app.by("partner").get(path).expect(404);
    }
}
