//! The audit log over the interface: what is read is entered before it is shown, and auditors find it.

use std::sync::Arc;

use chrono::TimeDelta;
use kelisim_api::worker::seal::{Options, Sealer};
use kelisim_audit_verify::Checker;
use kelisim_tests::browser::{Browser, PASSWORD};
use kelisim_tests::http::Client;
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

/// How often something stands in the log as read, by action.
fn read(t: &TestApp, action: &str) -> i64 {
    t.database
        .count(&format!("audit_entry WHERE action = '{action}'"))
}

fn path(case: &Value) -> String {
    format!("cases/{}", case["id"].as_str().unwrap())
}

/// Somebody with a token that they made on the page of their account.
fn personal(t: &TestApp, browser: &mut Browser, (scope, more): (&str, &[(&str, &str)])) -> Client {
    browser.get("/account");
    let fields = [
        ("label", "Report"),
        ("scope", scope),
        ("days", "9"),
        ("current", PASSWORD),
    ];
    let page = browser.post("/account/tokens", &[&fields[..], more].concat());
    let (_, rest) = page.text.split_once("klsm_").unwrap();
    let text = rest.split('<').next().unwrap();
    t.nobody().with_token(&format!("klsm_{text}"))
}

fn seal(t: &TestApp) {
    let sealer = Sealer::new(Arc::clone(&t.app), Options::default());
    kelisim_tests::block_on(sealer.drain()).unwrap();
}

fn log(t: &TestApp, query: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next = Some(format!("audit?limit=3{query}"));
    while let Some(address) = next {
        let page = t.by("auditor").get(&address).expect(200);
        found.extend(page["items"].as_array().unwrap().iter().cloned());
        let more = page["next"].as_str();
        next = more.map(|more| more.trim_start_matches("/api/v1/").to_owned());
    }
    found
}

on_both_databases! {
    fn r21_each_reading_of_confidential_content_is_entered(t: TestApp) {
        let case = t.file(&TestApp::filing());
        assert_eq!(read(&t, "case.read_content"), 0, "the event of the filing names the head");
        let head = t.by("head");
        head.get(&path(&case)).expect(200);
        assert_eq!(read(&t, "case.read_content"), 1);
        let known = head.request("GET", &path(&case)).header("If-None-Match", "\"1\"");
        assert_eq!(known.send().status, 304);
        assert_eq!(read(&t, "case.read_content"), 1, "nothing was shown");
        // Who sees the case and not its content leaves no entry, and neither does who sees nothing.
        let seen = t.by("coordinator").get(&path(&case)).expect(200);
        assert!(seen.get("confidential").is_none());
        t.by("other_head").get(&path(&case)).expect(404);
        head.get("cases").expect(200);
        head.get(&format!("{}/events", path(&case))).expect(200);
        assert_eq!(read(&t, "case.read_content"), 1);

        let registrar = t.by("registrar");
        registrar.get(&format!("mediators/{AIGUL}")).expect(200);
        head.get(&format!("mediators/{AIGUL}")).expect(200);
        assert_eq!(read(&t, "mediator.read"), 1, "the head is shown no confidential half");
        let coordinator = t.by("coordinator");
        let contacts = coordinator.get("partners/EDU/contacts").expect(200);
        let contact = contacts["items"][0]["id"].as_str().unwrap().to_owned();
        coordinator.get(&format!("partners/EDU/contacts/{contact}")).expect(200);
        assert_eq!((read(&t, "contact.list"), read(&t, "contact.read")), (1, 1));
    }

    fn r21_a_repeat_shows_the_content_once_more_and_is_a_reading(t: TestApp) {
        let filing = TestApp::filing();
        let send = || t.by("head").request("POST", "cases").key("once").json(&filing).send();
        let first = send().expect(201);
        assert_eq!(read(&t, "case.read_content"), 0);
        assert_eq!(send().expect(201), first);
        assert_eq!(read(&t, "case.read_content"), 1);
        let lines = t.database.lines("object_id", "audit_entry WHERE action = 'case.read_content'");
        assert_eq!(lines, [first["id"].as_str().unwrap()]);
    }

    fn r21_what_cannot_be_entered_is_not_shown(t: TestApp) {
        let case = t.file(&TestApp::filing());
        t.database.execute("ALTER TABLE audit_entry RENAME TO elsewhere");
        let reply = t.by("head").get(&path(&case));
        reply.expect_problem(503, "unavailable");
        assert!(!reply.text.contains("cow"), "{reply:?}");
        // Who is shown nothing confidential needs no entry.
        t.by("coordinator").get(&path(&case)).expect(200);
        t.database.execute("ALTER TABLE elsewhere RENAME TO audit_entry");
        t.by("head").get(&path(&case)).expect(200);
        assert_eq!(read(&t, "case.read_content"), 1);
    }

    fn the_auditor_finds_who_did_what_and_nobody_else_does(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let aigul = json!({"action": "assign", "mediator": AIGUL});
        t.clock.advance(TimeDelta::seconds(1));
        let case = t.moved("head", &case, &aigul);
        t.clock.advance(TimeDelta::seconds(1));
        t.by("aigul").get(&path(&case)).expect(200);
        t.clock.advance(TimeDelta::seconds(1));
        t.moved("head", &case, &json!({"action": "reassign", "mediator": BERIK}));
        assert_eq!(log(&t, ""), Vec::<Value>::new(), "nothing is sealed yet");
        seal(&t);
        let id = case["id"].as_str().unwrap();
        let of_case = log(&t, &format!("&object_kind=case&object_id={id}"));
        let actions: Vec<&str> = of_case.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions, ["case.moved", "case.read_content", "case.moved", "case.filed"], "newest first");
        let reading = &of_case[1];
        assert_eq!(reading["actor"]["name"], json!("Demo aigul"));
        assert_eq!(reading["object"], json!({"kind": "case", "id": id}));
        let actor = reading["actor"]["id"].as_str().unwrap();
        let by_aigul = log(&t, &format!("&actor={actor}"));
        assert_eq!(by_aigul, std::slice::from_ref(reading));
        assert_eq!(log(&t, "&action=case.filed"), [of_case[3].clone()]);
        assert_eq!(log(&t, "&from=2026-11-22&to=2026-11-22").len(), log(&t, "").len());
        assert_eq!(log(&t, "&to=2026-11-21"), Vec::<Value>::new());
        assert!(!json!(of_case).to_string().contains("cow"), "no content");

        let auditor = t.by("auditor");
        auditor.get("audit?object_id=1").expect_problem(422, "invalid");
        auditor.get("audit?actor=aigul").expect_problem(422, "invalid");
        for other in ["head", "coordinator", "administrator", "registrar", "partner", "aigul"] {
            t.by(other).get("audit").expect_problem(404, "not_found");
        }
        let head = auditor.get("audit/head").expect(200);
        assert_eq!(head["seq"], log(&t, "")[0]["seq"]);
        assert!(head["anchor"].as_str().unwrap().starts_with("kelisim-audit WKR "));
        assert_eq!(head["last_anchor"], Value::Null);
    }

    fn s21_the_auditor_reads_the_log_on_a_page_and_saves_what_was_found(t: TestApp) {
        t.file(&TestApp::filing());
        seal(&t);
        let mut browser = t.signed_in("auditor");
        assert!(browser.get("/").text.contains("href=\"/audit\""));
        let page = browser.get("/audit");
        assert!(page.status == 200 && page.text.contains("case.filed") && page.text.contains("Demo head"), "{page:?}");
        assert!(!page.text.contains("cow"), "no content");
        let found = browser.get("/audit?action=case.filed&from=2026-11-22");
        assert!(found.text.contains("action=\"/audit/export\"") && found.text.contains("name=\"from\" value=\"2026-11-22\""), "{found:?}");
        assert!(browser.get("/audit?to=2026-11-21").text.contains("Nothing was found."));
        for (name, wrong, field) in [("from", "yesterday", "from"), ("actor", "aigul", "actor"), ("object_id", "1", "object_kind"), ("frm", "2026-11-22", "frm")] {
            let page = browser.get(&format!("/audit?{name}={wrong}"));
            browser.get("/audit");
            for page in [page, browser.post("/audit/export", &[(name, wrong), ("current", PASSWORD)])] {
                assert_eq!(page.status, 422, "{name}={wrong}");
                assert!(page.text.contains(&format!("href=\"#{field}\"")), "{name}={wrong}: {page:?}");
            }
        }
        let entry = "00000000-0000-7000-8000-000000000001";
        for (field, value) in [("limit", "1"), ("limit", "5000"), ("after", entry)] {
            browser.get("/audit");
            let refused = browser.post("/audit/export", &[(field, value), ("current", PASSWORD)]);
            assert_eq!(refused.status, 422, "{field}: a piece would look like the whole");
            assert!(refused.text.contains(&format!("href=\"#{field}\"")), "{field}: {refused:?}");
        }
        let exports = || t.database.count("audit_entry WHERE action = 'audit.export'");
        let asked = [("action", "case.filed"), ("current", PASSWORD)];
        // Whoever sits down at a browser that was left open takes nothing away (R31).
        for wrong in ["", "not the password"] {
            browser.get("/audit");
            let refused = browser.post("/audit/export", &[("action", "case.filed"), ("current", wrong)]);
            assert_eq!(refused.status, 422, "{refused:?}");
            assert!(refused.text.contains("href=\"#current\"") && refused.text.contains("id=\"current\""), "{refused:?}");
            assert!(refused.text.contains("case.filed"), "what was found is still there");
        }
        assert!([404, 405].contains(&browser.get("/audit/export?action=case.filed").status), "an address gives no file");
        assert_eq!(exports(), 0);
        browser.get("/audit");
        let file = browser.post("/audit/export", &asked);
        assert_eq!((file.status, file.header("content-type")), (200, Some("application/x-ndjson")));
        assert!(file.header("content-disposition").unwrap().starts_with("attachment"));
        assert_eq!(file.text.lines().count(), 1);
        assert_eq!(exports(), 1);
        // What cannot be entered does not leave.
        t.database.execute("ALTER TABLE audit_entry RENAME TO elsewhere");
        let kept = browser.post("/audit/export", &asked);
        assert!(kept.status >= 500 && !kept.text.contains("case.filed"), "{kept:?}");
    }

    fn r31_whole_files_leave_with_a_token_alone_that_was_made_for_it(t: TestApp) {
        let case = t.file(&TestApp::filing());
        seal(&t);
        let party = &case["confidential"]["parties"][0]["id"];
        let parties = json!({"parties": [{"case": case["id"], "party": party}]});
        let [mut auditor, mut head, mut registrar] = ["auditor", "head", "registrar"].map(|who| t.signed_in(who));
        let plain = |browser: &mut Browser| personal(&t, browser, ("write", &[]));
        plain(&mut auditor).get("audit/export").expect_problem(403, "not_permitted");
        plain(&mut head).post("party-exports", &parties).expect_problem(403, "not_permitted");
        plain(&mut registrar).get("audit/export").expect_problem(404, "not_found");
        plain(&mut registrar).post("party-exports", &parties).expect_problem(404, "not_found");
        for action in ["audit.export", "party.export"] {
            assert_eq!(read(&t, action), 0);
        }
        let exporting = |browser: &mut Browser| personal(&t, browser, ("read", &[("exports", "yes")]));
        assert_eq!(exporting(&mut auditor).get("audit/export").status, 200);
        exporting(&mut head).post("party-exports", &parties).expect(200);
        assert!(auditor.get("/account").text.contains("take out whole files"));
    }

    fn an_export_can_be_verified_by_others_and_is_entered_itself(t: TestApp) {
        t.file(&TestApp::filing());
        t.file(&TestApp::referred_filing());
        seal(&t);
        let auditor = t.by("auditor");
        let reply = auditor.get("audit/export?object_kind=case");
        assert_eq!(reply.header("content-type"), Some("application/x-ndjson"));
        assert!(reply.header("content-disposition").unwrap().starts_with("attachment"));
        let text = reply.text.clone();
        let mut checker = Checker::new(Vec::new(), true);
        assert_eq!(text.lines().count(), 2);
        for line in text.lines() {
            checker.take(line).unwrap();
        }
        assert_eq!(read(&t, "audit.export"), 1);
        let part = auditor.get("audit/export?limit=1");
        let next = part.header("link").unwrap();
        assert!(next.contains("/api/v1/audit/export?limit=1&after="), "{next}");
    }
}
