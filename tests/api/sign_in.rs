//! Signing in with a browser: password, second factor, links that work once, sessions.

use chrono::TimeDelta;
use kelisim_api::app::link::{account_key, secret_of};
use kelisim_api::door::factor::AppSecret;
use kelisim_domain::id::{AccountId, LinkId};
use kelisim_persistence::{Error, SystemPart};
use kelisim_tests::browser::{Browser, PASSWORD};
use kelisim_tests::http::Reply;
use kelisim_tests::network::REGION;
use kelisim_tests::{TestApp, on_both_databases};
use uuid::Uuid;

const OTHER: &str = "ертең күн шығады ма екен";

/// The secret of the newest link, as the letter would have it.
fn link(t: &TestApp) -> String {
    let rows = t.database.contents();
    assert!(!rows["link"].is_empty(), "no link was made");
    let vault = t.app.vault.clone();
    let now = t.app.clock.now();
    let made = t
        .app
        .database
        .as_system(SystemPart::Test)
        .write_blocking(move |db| {
            use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
            use kelisim_persistence::schema::link;
            use kelisim_persistence::types::Uid;
            let (id, account): (Uid, Uid) = link::table
                .order(link::id.desc())
                .select((link::id, link::account_id))
                .first(db)?;
            let key = account_key(db, &vault, REGION, account.into(), now)?;
            let id: LinkId = id.into();
            Ok::<_, Error>(secret_of(&key, id))
        });
    made.unwrap()
}

/// Waits for what is done behind an answer.
fn wait(t: &TestApp, what: &str, count: i64) {
    for _ in 0..3_000 {
        if t.database.count(what) >= count {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{what}: {} instead of {count}", t.database.count(what));
}

/// Waits for letters that are made behind the answer.
fn letters(t: &TestApp, count: i64) {
    wait(t, "link", count);
}

fn forgot(browser: &mut Browser, email: &str) -> Reply {
    browser.get("/forgot");
    browser.post("/forgot", &[("email", email)])
}

fn code(t: &TestApp, secret: &AppSecret) -> String {
    secret.code_at(t.app.clock.now()).unwrap()
}

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

const HEAD: u128 = 100;

/// The page as everybody would see it: without the token of its form.
fn bare(reply: &Reply, browser: &Browser) -> String {
    reply.text.replace(browser.token(), "")
}

/// When the latest session was used last.
fn last_seen(t: &TestApp) -> Vec<String> {
    let latest = "session ORDER BY created_at DESC LIMIT 1";
    t.database.lines("CAST(seen_at AS TEXT)", latest)
}

on_both_databases! {
    fn whoever_knows_the_password_is_in_and_out_again(t: TestApp) {
        t.let_in("auditor");
        let mut browser = Browser::new(&t);
        assert_eq!(Browser::led(&browser.get("/account")), "/sign-in?next=/account");
        let page = browser.get("/sign-in?next=/account");
        assert!(page.text.contains("autocomplete=\"current-password\""));
        let fields = [("email", "Auditor@example.kz"), ("password", PASSWORD), ("next", "/account")];
        let reply = browser.post("/sign-in", &fields);
        assert_eq!(Browser::led(&reply), "/account");
        let cookies = reply.header("set-cookie").unwrap();
        let session = cookies.lines().find(|line| line.contains("kelisim_session")).unwrap();
        for part in ["__Host-kelisim_session=", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(session.contains(part), "r10: {session}");
        }
        assert!(!session.contains("Domain") && !session.contains("Max-Age"));
        assert!(browser.get("/").text.contains("<li>auditor</li>"), "the role");
        let kept = browser.clone();
        browser.get("/");
        let out = browser.post("/sign-out", &[]);
        assert_eq!(Browser::led(&out), "/sign-in");
        // The page after it takes the cookie, and what the browser keeps for "back".
        let after = browser.get("/sign-in");
        assert!(after.text.contains("/assets/forget.css"));
        assert_eq!(browser.cookie("session"), None);
        assert!(!browser.get("/sign-in").text.contains("forget.css"));
        let forget = t.nobody().get("/assets/forget.css");
        assert_eq!(forget.header("clear-site-data"), Some("\"cache\""));
        assert!(!kept.clone().is_in(), "the cookie is worth nothing any more");
        assert_eq!(t.database.count("audit_entry WHERE action IN ('session.begin', 'session.end')"), 2);
    }

    fn r10_a_session_ends_when_it_is_idle_or_old(t: TestApp) {
        let mut browser = t.signed_in("auditor");
        let mut idle = browser.clone();
        t.clock.advance(TimeDelta::minutes(29));
        assert!(browser.is_in());
        // The use is noted behind the answer.
        wait(&t, "session WHERE seen_at > created_at", 1);
        t.clock.advance(TimeDelta::minutes(29));
        assert!(browser.is_in(), "in use");
        t.clock.advance(TimeDelta::minutes(31));
        assert!(!browser.is_in() && !idle.is_in(), "idle");
        let mut busy = t.signed_in("auditor");
        for _ in 0..25 {
            t.clock.advance(TimeDelta::minutes(28));
            let before = last_seen(&t);
            busy.get("/");
            // The use is noted behind the answer.
            let mut turns = (0..3_000).map(|_| std::thread::sleep(std::time::Duration::from_millis(10)));
            assert!(turns.any(|()| last_seen(&t) != before), "nobody noted the use");
        }
        assert!(busy.is_in());
        t.clock.advance(TimeDelta::minutes(20));
        assert!(!busy.is_in(), "twelve hours old");
    }

    fn r12_who_is_not_there_gets_the_same_answer(t: TestApp) {
        t.let_in("auditor");
        let mut known = Browser::new(&t);
        let wrong = known.sign_in("auditor@example.kz", "not the password");
        let mut unknown = Browser::new(&t);
        let nobody = unknown.sign_in("somebody@example.kz", "not the password");
        assert_eq!((wrong.status, nobody.status), (422, 422));
        let told = bare(&wrong, &known).replace("auditor@", "somebody@");
        assert_eq!(told, bare(&nobody, &unknown));
        assert!(known.cookie("session").is_none() && unknown.cookie("session").is_none());
        // Somebody who was invited and has set no password, and whoever is not an address at all.
        for email in ["registrar@example.kz", "not an address", ""] {
            let mut browser = Browser::new(&t);
            assert_eq!(browser.sign_in(email, PASSWORD).status, 422, "{email}");
        }
        let asked = forgot(&mut known, "auditor@example.kz");
        let other = forgot(&mut unknown, "somebody@example.kz");
        assert_eq!(bare(&asked, &known), bare(&other, &unknown));
        letters(&t, 1);
        assert_eq!(t.database.count("outbox WHERE kind = 'password_reset'"), 1);
    }

    fn r09_a_head_sets_up_a_second_factor_before_anything_else(t: TestApp) {
        t.let_in("head");
        let mut browser = Browser::new(&t);
        assert_eq!(Browser::led(&browser.sign_in("head@example.kz", PASSWORD)), "/second-factor");
        for page in ["/", "/account", "/people"] {
            assert_eq!(Browser::led(&browser.get(page)), "/second-factor", "{page}");
        }
        let page = browser.get("/second-factor");
        assert!(!page.text.contains("picture.svg"), "nothing is made by looking");
        assert_eq!(t.database.count("second_factor"), 0);
        assert_eq!(Browser::led(&browser.post("/second-factor/begin", &[])), "/second-factor");
        let page = browser.get("/second-factor");
        let (_, rest) = page.text.split_once("secret code\">").unwrap();
        let secret = AppSecret::from_typed(rest.split('<').next().unwrap()).unwrap();
        let picture = browser.get("/second-factor/picture.svg");
        assert_eq!(picture.header("content-type"), Some("image/svg+xml; charset=utf-8"));
        assert_eq!(browser.post("/second-factor", &[("code", "000000")]).status, 422);
        assert_eq!(Browser::led(&browser.get("/account")), "/second-factor", "not yet");
        let before = browser.session_header();
        let codes = browser.post("/second-factor", &[("code", &code(&t, &secret))]);
        let (_, list) = codes.text.split_once("secret code\">").unwrap();
        let (list, _) = list.split_once("</ul>").unwrap();
        assert_eq!((codes.status, list.matches("<li>").count()), (200, 10));
        assert_ne!(browser.session_header(), before, "r10: a new secret with every step");
        assert!(browser.is_in());
        // The next sign-in asks for it, and takes a code once.
        let mut browser = Browser::new(&t);
        assert_eq!(Browser::led(&browser.sign_in("head@example.kz", PASSWORD)), "/sign-in/code");
        assert_eq!(Browser::led(&browser.get("/account")), "/sign-in/code?next=/account");
        browser.get("/sign-in/code");
        let replayed = browser.post("/sign-in/code", &[("code", &code(&t, &secret))]);
        assert_eq!(replayed.status, 422, "the code that set it up is used");
        t.clock.advance(TimeDelta::seconds(30));
        let good = code(&t, &secret);
        let entered = browser.post("/sign-in/code", &[("code", &good), ("next", "/account")]);
        assert_eq!(Browser::led(&entered), "/account");
        let mut other = Browser::new(&t);
        other.sign_in("head@example.kz", PASSWORD);
        other.get("/sign-in/code");
        assert_eq!(other.post("/sign-in/code", &[("code", &good)]).status, 422, "a replay");
        let recovery = list.split("<li>").nth(1).unwrap().split('<').next().unwrap();
        let entered = other.post("/sign-in/code", &[("code", &recovery.to_lowercase())]);
        assert_eq!(Browser::led(&entered), "/");
        let mut third = Browser::new(&t);
        third.sign_in("head@example.kz", PASSWORD);
        third.get("/sign-in/code");
        assert_eq!(third.post("/sign-in/code", &[("code", recovery)]).status, 422, "once");
        assert!(other.get("/account").text.contains("9 recovery codes are left."));
    }

    fn r09_a_role_that_asks_for_a_second_factor_asks_with_the_next_request(t: TestApp) {
        let mut browser = t.signed_in("registrar");
        let me = t.by("registrar").get("me").expect(200);
        let path = format!("accounts/{}/grants", me["id"].as_str().unwrap());
        t.by("administrator").post(&path, &serde_json::json!({"role": "coordinator"})).expect(201);
        assert_eq!(Browser::led(&browser.get("/account")), "/second-factor");
    }

    fn r11_a_link_sets_a_password_once_and_never_skips_the_second_factor(t: TestApp) {
        let mut before = t.signed_in("head");
        let secret = t.with_factor(account(HEAD));
        let mut browser = Browser::new(&t);
        forgot(&mut browser, "head@example.kz");
        letters(&t, 1);
        let path = format!("/link/{}", link(&t));
        for _ in 0..3 {
            assert_eq!(browser.get(&path).status, 200, "looking does not use it");
        }
        let weak = browser.post(&path, &[("password", "head@example.kz")]);
        assert_eq!(weak.status, 422);
        assert!(weak.text.contains("easy to guess"));
        let common = browser.post(&path, &[("password", "qwertyqwerty")]);
        assert!(common.status == 422 && common.text.contains("Many people"));
        let set = browser.post(&path, &[("password", OTHER)]);
        assert_eq!(Browser::led(&set), "/sign-in/code");
        assert!(!browser.is_in() && !before.is_in(), "every session has ended");
        browser.get("/sign-in/code");
        t.clock.advance(TimeDelta::seconds(60));
        let entered = browser.post("/sign-in/code", &[("code", &code(&t, &secret))]);
        assert_eq!(Browser::led(&entered), "/");
        let mut late = Browser::new(&t);
        assert_eq!(late.get(&path).status, 404, "used");
        assert_eq!(late.post(&path, &[("password", OTHER)]).status, 404);
        assert_eq!(late.sign_in("head@example.kz", PASSWORD).status, 422, "the old password");
    }

    fn r11_a_link_works_for_an_hour(t: TestApp) {
        let mut browser = Browser::new(&t);
        forgot(&mut browser, "auditor@example.kz");
        letters(&t, 1);
        let path = format!("/link/{}", link(&t));
        t.clock.advance(TimeDelta::minutes(59));
        assert_eq!(browser.get(&path).status, 200);
        t.clock.advance(TimeDelta::minutes(1));
        assert_eq!(browser.get(&path).status, 404);
        assert_eq!(browser.post(&path, &[("password", OTHER)]).status, 404);
        assert_eq!(t.database.count("credential"), 0);
    }

    fn a_new_password_ends_every_other_session_and_renews_this_one(t: TestApp) {
        let mut here = t.signed_in("auditor");
        let mut there = Browser::new(&t);
        there.sign_in("auditor@example.kz", PASSWORD);
        here.get("/account");
        let change = |browser: &mut Browser, current: &str, new: &str| {
            browser.post("/account/password", &[("current", current), ("password", new)])
        };
        let wrong = change(&mut here, "wrong", OTHER);
        assert!(wrong.status == 422 && wrong.text.contains("password of now is not right"));
        assert_eq!(change(&mut here, PASSWORD, "short").status, 422);
        let before = here.session_header();
        assert_eq!(Browser::led(&change(&mut here, PASSWORD, OTHER)), "/account");
        assert_ne!(here.session_header(), before);
        assert!(here.is_in() && !there.is_in());
    }

    fn a_lost_telephone_is_signed_out_from_another(t: TestApp) {
        let mut telephone = t.signed_in("auditor");
        let mut desk = Browser::new(&t);
        desk.sign_in("auditor@example.kz", PASSWORD);
        let page = desk.get("/account");
        let (_, rest) = page.text.split_once("name=\"session\" value=\"").unwrap();
        let id = rest.split('"').next().unwrap().to_owned();
        let ended = desk.post("/account/sessions/end", &[("session", &id)]);
        assert_eq!(Browser::led(&ended), "/account?done=session");
        assert!(!telephone.is_in() && desk.is_in());
        telephone.sign_in("auditor@example.kz", PASSWORD);
        desk.get("/account");
        assert_eq!(Browser::led(&desk.post("/account/sessions/end-all", &[])), "/sign-in");
        assert!(!telephone.is_in() && !desk.is_in());
        // Somebody else's session is not ended by its id.
        let mut other = t.signed_in("registrar");
        telephone.sign_in("auditor@example.kz", PASSWORD);
        let page = telephone.get("/account");
        assert!(page.status == 200 && !page.text.contains("name=\"session\""));
        let theirs = t.database.contents()["session"].len();
        other.get("/account");
        other.post("/account/sessions/end", &[("session", &id)]);
        assert!(telephone.is_in() && theirs >= 4);
    }

    fn a_second_factor_that_no_role_asks_for_is_set_up_and_taken_away(t: TestApp) {
        let mut browser = t.signed_in("auditor");
        browser.get("/second-factor");
        let refused = browser.post("/second-factor/begin", &[("current", "wrong")]);
        assert_eq!(refused.status, 422, "the password is asked for first");
        browser.post("/second-factor/begin", &[("current", PASSWORD)]);
        let page = browser.get("/second-factor");
        let (_, rest) = page.text.split_once("secret code\">").unwrap();
        let secret = AppSecret::from_typed(rest.split('<').next().unwrap()).unwrap();
        browser.post("/second-factor", &[("code", &code(&t, &secret))]);
        assert!(browser.get("/account").text.contains("10 recovery codes are left."));
        assert_eq!(browser.post("/second-factor/remove", &[("code", "000000")]).status, 422);
        t.clock.advance(TimeDelta::seconds(30));
        let removed = browser.post("/second-factor/remove", &[("code", &code(&t, &secret))]);
        assert_eq!(Browser::led(&removed), "/account?done=factor");
        assert_eq!((t.database.count("second_factor"), t.database.count("recovery_code")), (0, 0));
    }

    fn r09_a_second_factor_that_a_role_asks_for_is_not_taken_away(t: TestApp) {
        let mut browser = t.signed_in("coordinator");
        browser.get("/account");
        let refused = browser.post("/second-factor/remove", &[("code", "000000")]);
        assert!(refused.status == 409 && refused.text.contains("second factor"), "{refused:?}");
        assert_eq!(t.database.count("second_factor"), 1);
    }
}
