//! Accounts and grants, as the administrator keeps them over the interface.

use kelisim_tests::network::AIGUL;
use kelisim_tests::{TestApp, on_both_databases};
use serde_json::{Value, json};

fn made(t: &TestApp, body: &Value) -> Value {
    t.by("administrator").post("accounts", body).expect(201)
}

fn id(value: &Value) -> &str {
    value["id"].as_str().unwrap()
}

/// A change of an account by the administrator, at a version.
fn change(
    t: &TestApp,
    method: &str,
    path: &str,
    version: i64,
    body: &Value,
) -> kelisim_tests::http::Reply {
    let request = t.by("administrator").request(method, path);
    request.if_match(version).json(body).send()
}

fn grant_of<'a>(account: &'a Value, role: &str) -> &'a Value {
    let grants = account["grants"].as_array().unwrap();
    grants.iter().find(|grant| grant["role"] == role).unwrap()
}

on_both_databases! {
    fn somebody_new_gets_an_account_a_role_and_a_letter(t: TestApp) {
        let body = json!({
            "email": "saule@example.kz", "name": "Сәуле", "language": "ru",
            "grant": {"role": "office_head", "office": "ORL-01"},
        });
        let account = made(&t, &body);
        assert_eq!((&account["active"], &account["has_password"]), (&json!(true), &json!(false)));
        assert_eq!(account["grants"][0]["office"], "ORL-01");
        assert_eq!(account["version"], 1);
        assert_eq!(t.database.count("outbox WHERE kind = 'account_invitation' AND language = 'ru'"), 1);
        assert_eq!(t.database.count("link WHERE kind = 'invitation' AND used_at IS NULL"), 1);
        // Names and addresses of people stay out of the log.
        assert_eq!(t.database.count("audit_entry WHERE action = 'account.create'"), 1);
        let told = t.database.count("audit_entry WHERE CAST(after AS TEXT) LIKE '%saule%'");
        assert_eq!(told, 0);
        let read = t.by("administrator").get(&format!("accounts/{}", id(&account))).expect(200);
        assert_eq!(read, account);
        let again = t.by("administrator").post("accounts", &body);
        again.expect_problem(422, "invalid");
        assert_eq!(again.json()["errors"][0]["pointer"], "/email");
        let listed = t.by("administrator").get("accounts?email=SAU&role=office_head").expect(200);
        assert_eq!(listed["items"][0], account);
        let page = t.by("administrator").get("accounts?limit=3").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 3);
        assert!(page["next"].as_str().unwrap().contains("after="));
    }

    fn an_account_that_makes_no_sense_tells_every_fault(t: TestApp) {
        for (body, pointers) in [
            (json!({}), &["/email", "/name"][..]),
            (json!({"email": "x", "name": "A\nb", "language": "de"}), &["/email", "/name", "/language"]),
            (json!({"email": "a@example.kz", "name": "A", "grant": {"role": "office_head", "partner": "EDU"}}), &["/grant/office", "/grant/partner"]),
            (json!({"email": "a@example.kz", "name": "A", "grant": {"role": "mediator", "office": "AKZ-01", "mediator": AIGUL}}), &["/mediator"]),
            (json!({"email": "a@example.kz", "name": "A", "password": "x"}), &["/password"]),
        ] {
            let reply = t.by("administrator").post("accounts", &body);
            reply.expect_problem(422, "invalid");
            let problem = reply.json();
            let found: Vec<&str> = problem["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
            assert_eq!(found, pointers, "{body}");
        }
        assert_eq!(t.database.count("outbox"), 0);
    }

    fn r07_a_role_acts_with_the_next_request_and_is_gone_with_the_next(t: TestApp) {
        t.by("registrar").get("memoranda").expect_problem(404, "not_found");
        let registrar = t.by("registrar").get("me").expect(200);
        let path = format!("accounts/{}", id(&registrar));
        let body = json!({"role": "coordinator"});
        let given = t.by("administrator").post(&format!("{path}/grants"), &body).expect(201);
        t.by("registrar").get("memoranda").expect(200);
        // Given today, it has no last day: it is gone, and the log knows of it.
        let grant = id(grant_of(&given, "coordinator")).to_owned();
        let version = given["version"].as_i64().unwrap();
        let ended = change(&t, "DELETE", &format!("{path}/grants/{grant}"), version, &json!({})).expect(200);
        assert_eq!(ended["grants"].as_array().unwrap().len(), 1);
        t.by("registrar").get("memoranda").expect_problem(404, "not_found");
        assert_eq!(t.database.count("audit_entry WHERE action = 'grant.end'"), 1);
        // One of long ago keeps its days.
        let old = id(grant_of(&ended, "registrar")).to_owned();
        let version = ended["version"].as_i64().unwrap();
        let ended = change(&t, "DELETE", &format!("{path}/grants/{old}"), version, &json!({})).expect(200);
        assert_eq!((&ended["grants"][0]["to"], &ended["grants"][0]["holds"]), (&json!("2026-11-21"), &json!(false)));
        t.by("registrar").get("offices").expect_problem(404, "not_found");
        let again = change(&t, "DELETE", &format!("{path}/grants/{old}"), version + 1, &json!({}));
        again.expect_problem(422, "invalid");
    }

    fn a_role_ends_with_a_day_and_not_with_one_that_is_over(t: TestApp) {
        let auditor = t.by("auditor").get("me").expect(200);
        let account = t.by("administrator").get(&format!("accounts/{}", id(&auditor))).expect(200);
        let grant = id(grant_of(&account, "auditor"));
        let path = format!("accounts/{}/grants/{grant}", id(&auditor));
        change(&t, "PATCH", &path, 1, &json!({"to": "2026-11-21"})).expect_problem(422, "invalid");
        change(&t, "PATCH", &path, 1, &json!({})).expect_problem(422, "invalid");
        let set = change(&t, "PATCH", &path, 1, &json!({"to": "2026-11-22"})).expect(200);
        assert_eq!(set["grants"][0]["holds"], true);
        change(&t, "PATCH", &path, 1, &json!({"to": "2026-12-01"})).expect_problem(412, "stale");
        t.by("administrator").request("PATCH", &path).json(&json!({"to": "2026-12-01"})).send()
            .expect_problem(428, "precondition_required");
        t.clock.advance(chrono::TimeDelta::days(1));
        t.by("auditor").get("offices").expect_problem(404, "not_found");
    }

    fn roles_on_cases_do_not_combine_with_those_that_watch(t: TestApp) {
        for (name, body) in [
            ("auditor", json!({"role": "office_head", "office": "ORL-01"})),
            ("coordinator", json!({"role": "administrator"})),
        ] {
            let me = t.by(name).get("me").expect(200);
            let reply = t.by("administrator").post(&format!("accounts/{}/grants", id(&me)), &body);
            reply.expect_problem(409, "refused");
            assert_eq!(reply.json()["refusals"][0]["code"], "roles_do_not_combine");
        }
        // A role that is over binds nobody.
        let me = t.by("auditor").get("me").expect(200);
        let path = format!("accounts/{}", id(&me));
        let account = t.by("administrator").get(&path).expect(200);
        let grant = id(grant_of(&account, "auditor"));
        change(&t, "DELETE", &format!("{path}/grants/{grant}"), 1, &json!({})).expect(200);
        t.by("administrator").post(&format!("{path}/grants"), &json!({"role": "coordinator"})).expect(201);
    }

    fn somebody_is_left_to_keep_the_accounts(t: TestApp) {
        let me = t.by("administrator").get("me").expect(200);
        let path = format!("accounts/{}", id(&me));
        let account = t.by("administrator").get(&path).expect(200);
        let grant = format!("{path}/grants/{}", id(grant_of(&account, "administrator")));
        for reply in [
            change(&t, "PATCH", &path, 1, &json!({"active": false})),
            change(&t, "DELETE", &grant, 1, &json!({})),
            change(&t, "PATCH", &grant, 1, &json!({"to": "2026-11-22"})),
        ] {
            reply.expect_problem(409, "refused");
            assert_eq!(reply.json()["refusals"][0]["code"], "last_administrator");
        }
        made(&t, &json!({"email": "second@example.kz", "name": "Second", "grant": {"role": "administrator"}}));
        change(&t, "DELETE", &grant, 1, &json!({})).expect(200);
        t.by("administrator").get("accounts").expect_problem(404, "not_found");
    }

    fn r10_a_stopped_account_loses_sessions_tokens_and_links_at_once(t: TestApp) {
        let mut browser = t.signed_in("auditor");
        let me = t.by("auditor").get("me").expect(200);
        let path = format!("accounts/{}", id(&me));
        t.by("administrator").post(&format!("{path}/invite"), &json!({})).expect(201);
        change(&t, "PATCH", &path, 1, &json!({"active": false})).expect(200);
        t.by("auditor").get("me").expect_problem(401, "unauthenticated");
        assert!(!browser.is_in());
        assert_eq!(t.database.count("link WHERE used_at IS NULL"), 0);
        browser.sign_in("auditor@example.kz", kelisim_tests::browser::PASSWORD);
        assert!(!browser.is_in());
        // Whoever acts again gets nothing of it back.
        change(&t, "PATCH", &path, 2, &json!({"active": true})).expect(200);
        t.by("auditor").get("me").expect_problem(401, "unauthenticated");
        assert!(!browser.is_in());
        browser.sign_in("auditor@example.kz", kelisim_tests::browser::PASSWORD);
        assert!(browser.is_in());
    }

    fn a_lost_second_factor_is_taken_away_by_the_administrator(t: TestApp) {
        let mut browser = t.signed_in("head");
        let me = t.by("head").get("me").expect(200);
        let path = format!("accounts/{}", id(&me));
        let reset = change(&t, "DELETE", &format!("{path}/second_factor"), 1, &json!({})).expect(200);
        assert_eq!((&reset["has_second_factor"], &reset["version"]), (&json!(false), &json!(2)));
        assert!(!browser.is_in());
        let reply = browser.sign_in("head@example.kz", kelisim_tests::browser::PASSWORD);
        assert_eq!(kelisim_tests::browser::Browser::led(&reply), "/second-factor");
    }

    fn a_personal_token_that_may_only_read_changes_nothing(t: TestApp) {
        let mut browser = t.signed_in("registrar");
        let text = token(&mut browser, "read");
        let reader = t.nobody().with_token(&text);
        reader.get("me").expect(200);
        let before = t.database.contents();
        reader.post("mediators", &json!({})).expect_problem(403, "not_permitted");
        reader.post("cases", &json!({})).expect_problem(404, "not_found");
        assert!(before == t.database.contents());
        let writer = t.nobody().with_token(&token(&mut browser, "write"));
        writer.post("mediators", &json!({})).expect_problem(422, "invalid");
        assert_eq!(t.database.count("token WHERE label = 'Report'"), 2);
        t.clock.advance(chrono::TimeDelta::days(30));
        reader.get("me").expect_problem(401, "unauthenticated");
    }
}

/// Makes a personal token on the page of one's own account; it is shown once.
fn token(browser: &mut kelisim_tests::browser::Browser, scope: &str) -> String {
    browser.get("/account");
    let fields = [
        ("label", "Report"),
        ("scope", scope),
        ("days", "30"),
        ("current", kelisim_tests::browser::PASSWORD),
    ];
    let page = browser.post("/account/tokens", &fields);
    assert_eq!(page.status, 200, "{page:?}");
    let (_, rest) = page.text.split_once("klsm_").unwrap();
    let text = format!("klsm_{}", rest.split('<').next().unwrap());
    assert!(!browser.get("/account").text.contains("klsm_"));
    text
}
