//! What holds for every page: where forms come from, headers, who may see what, languages.

use kelisim_tests::browser::{Browser, PASSWORD};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};

const HEADERS: [(&str, &str); 7] = [
    (
        "strict-transport-security",
        "max-age=31536000; includeSubDomains",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

on_both_databases! {
    fn r13_a_form_that_does_not_come_from_a_page_of_ours_changes_nothing(t: TestApp) {
        let mut browser = t.signed_in("auditor");
        let page = browser.get("/account");
        // Under the header's no-referrer alone a browser sends «Origin: null» with our own forms too, which are then refused.
        assert!(page.text.contains("<meta name=\"referrer\" content=\"same-origin\">"));
        let before = t.database.contents();
        let own = browser.says.clone();
        let token = browser.token().to_owned();
        let (site, origin) = ("sec-fetch-site", "origin");
        let foreign: Vec<Vec<(&'static str, String)>> = vec![
            vec![(site, "cross-site".into()), (origin, "https://evil.kz".into())],
            vec![(site, "same-site".into()), (origin, t.app.public_url.clone())],
            vec![(site, "same-origin".into()), (origin, "null".into())],
            vec![(origin, "https://evil.kz".into())],
            vec![(origin, "http://kelisim.example.kz".into())],
            vec![],
        ];
        let forms = ["/account/sessions/end-all", "/sign-out", "/language", "/people/new", "/sign-in", "/forgot"];
        for says in foreign {
            for form in forms {
                browser.says.clone_from(&says);
                browser.set_token(&token);
                let reply = browser.post(form, &[("switch", "kk")]);
                assert_eq!(reply.status, 403, "{form} {says:?}");
            }
        }
        browser.says = own;
        for wrong in ["", "AAAA", &"A".repeat(86)] {
            browser.set_token(wrong);
            assert_eq!(browser.post("/sign-out", &[]).status, 403, "{wrong}");
        }
        // The token of another visitor's form is not this one's.
        let mut other = Browser::new(&t);
        other.get("/sign-in");
        browser.set_token(other.token());
        assert_eq!(browser.post("/sign-out", &[]).status, 403);
        assert!(before == t.database.contents());
        browser.set_token(&token);
        assert_eq!(Browser::led(&browser.post("/account/sessions/end-all", &[])), "/sign-in");
    }

    fn a_page_takes_no_token_and_the_interface_takes_no_cookie(t: TestApp) {
        let browser = t.signed_in("auditor");
        let cookie = browser.session_header();
        t.nobody().with_header("cookie", &cookie).get("me").expect_problem(401, "unauthenticated");
        let page = t.by("auditor").request("GET", "/account").send();
        assert_eq!(page.status, 303);
        // Without its prefix a cookie may come from a neighbour of the host: it is not looked at.
        let plain = cookie.replace("__Host-", "");
        let page = t.nobody().with_header("cookie", &plain).get("/account");
        assert_eq!(page.status, 303);
    }

    fn people_are_kept_by_the_administrator_alone(t: TestApp) {
        let mut browser = t.signed_in("administrator");
        let page = browser.get("/people");
        assert!(page.status == 200 && page.text.contains("head@example.kz"));
        browser.get("/people/new");
        let wrong = browser.post("/people/new", &[("email", "x"), ("role", "office_head")]);
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("href=\"#email\"") && wrong.text.contains("href=\"#office\""));
        let fields = [
            ("email", "new@example.kz"), ("name", "Жаңа адам"), ("language", "kk"),
            ("role", "office_head"), ("office", "ORL-01"),
        ];
        let made = browser.post("/people/new", &fields);
        let person = Browser::led(&made).split('?').next().unwrap().to_owned();
        assert_eq!(t.database.count("outbox WHERE kind = 'account_invitation'"), 1);
        let page = browser.get(&person);
        assert!(page.text.contains("Жаңа адам") && page.text.contains("Invited, no password yet"));
        let stale = browser.post(&format!("{person}/active"), &[("active", "no"), ("version", "7")]);
        assert_eq!(stale.status, 412);
        browser.get(&person);
        let stopped = browser.post(&format!("{person}/active"), &[("active", "no"), ("version", "1")]);
        assert_eq!(Browser::led(&stopped), format!("{person}?done=changed"));
        assert!(browser.get(&person).text.contains("Stopped"));
        for name in ["coordinator", "auditor", "registrar", "partner", "aigul"] {
            let mut other = t.signed_in(name);
            let home = other.get("/");
            assert!(!home.text.contains("/people"), "{name}: no way in the menu");
            for path in ["/people", "/people/new", person.as_str(), "/set-up"] {
                assert_eq!(other.get(path).status, 404, "{name} {path}");
            }
            other.get("/account");
            let before = t.database.contents();
            for (path, fields) in [("/people/new", &fields[..]), (&format!("{person}/active"), &[("active", "yes"), ("version", "2")])] {
                assert_eq!(other.post(path, fields).status, 404, "{name} {path}");
            }
            let mut after = t.database.contents();
            // A session is in use; nothing else has happened.
            after.insert("session".into(), before["session"].clone());
            assert!(before == after, "{name}");
        }
    }

    fn r15_every_answer_carries_the_headers(t: TestApp) {
        let mut browser = t.signed_in("auditor");
        let mut replies: Vec<(String, kelisim_tests::http::Reply)> = Vec::new();
        for path in ["/", "/sign-in", "/account", "/second-factor", "/forgot", "/link/none", "/people"] {
            replies.push((path.to_owned(), browser.get(path)));
        }
        for path in ["/healthz", "/nothing", "/api/v1/me", "/api/docs", "/problems/stale", "/sign-out"] {
            replies.push((path.to_owned(), t.nobody().get(path)));
        }
        replies.push(("a foreign form".to_owned(), Browser::new(&t).post("/sign-in", &[])));
        for (path, reply) in &replies {
            for (name, value) in HEADERS {
                assert_eq!(reply.header(name), Some(value), "{path}");
            }
            let policy = reply.header("content-security-policy").unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("base-uri 'none'"), "{path}");
            assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        }
        let style = t.nobody().get("/sign-in").text;
        let (_, rest) = style.split_once("href=\"/assets/").unwrap();
        let style = t.nobody().get(&format!("/assets/{}", rest.split('"').next().unwrap()));
        assert_eq!(style.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(t.nobody().get("/assets/other.css").status, 404);
    }

    fn r14_no_page_has_a_script_or_a_style_of_its_own_and_each_is_light(t: TestApp) {
        let mut browser = t.signed_in("administrator");
        for path in ["/", "/account", "/second-factor", "/people", "/people/new", "/set-up"] {
            let page = browser.get(path);
            assert_eq!(page.status, 200, "{path}");
            for word in ["<script", "style=", "<style", "onclick", "javascript:", "page-"] {
                let found = page.text.replace("/assets/", "").contains(word);
                assert!(!found, "{path}: {word}");
            }
            // Packed it is a third of it, and the first window of a connection is 14 KB.
            assert!(page.text.len() < 14_000, "{path}: {} bytes", page.text.len());
        }
    }

    fn j13_a_change_of_language_keeps_what_was_typed(t: TestApp) {
        let mut browser = Browser::new(&t);
        browser.get("/sign-in");
        let fields = [("email", "auditor@example.kz"), ("password", PASSWORD), ("switch", "kk")];
        let page = browser.post("/sign-in", &fields);
        assert!(page.text.contains("lang=\"kk\"") && page.text.contains("value=\"auditor@example.kz\""));
        assert!(!page.text.contains(PASSWORD), "a password is never shown again");
        assert_eq!(browser.get("/forgot").header("content-language"), Some("kk"));
        let mut inside = t.signed_in("auditor");
        assert_eq!(inside.get("/").header("content-language"), Some("en"), "of the account");
        inside.get("/account");
        let changed = inside.post("/language", &[("switch", "ru"), ("back", "/account")]);
        assert_eq!(Browser::led(&changed), "/account");
        assert_eq!(inside.get("/account").header("content-language"), Some("ru"));
        let me = t.by("auditor").get("me").expect(200);
        assert_eq!(me["language"], "ru");
        inside.get("/account");
        let outside = inside.post("/language", &[("switch", "ru"), ("back", "//evil.kz")]);
        assert_eq!(Browser::led(&outside), "/");
    }
}

#[test]
fn a_form_is_bounded_and_of_its_kind() {
    let t = TestApp::on(Backend::Sqlite);
    let mut browser = Browser::new(&t);
    browser.get("/sign-in");
    let long = "a".repeat(200_001);
    assert_eq!(browser.post("/sign-in", &[("email", &long)]).status, 413);
    let reply = t
        .nobody()
        .request("POST", "/sign-in")
        .header("origin", browser.origin())
        .json(&serde_json::json!({}))
        .send();
    assert_eq!(reply.status, 415);
}

#[test]
fn a_name_is_never_markup() {
    let t = TestApp::on(Backend::Sqlite);
    let body = serde_json::json!({"email": "x@example.kz", "name": "<b>&\"x"});
    t.by("administrator").post("accounts", &body).expect(201);
    let mut browser = t.signed_in("administrator");
    let page = browser.get("/people?email=x%40");
    assert!(
        page.text.contains("&#60;b&#62;&#38;&#34;x") && !page.text.contains("<b>"),
        "{}",
        page.text
    );
}
