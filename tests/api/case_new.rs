//! Filing a case through the pages: a question after the other, on any way there, and once.

use chrono::TimeDelta;
use kelisim_tests::browser::{Browser, PASSWORD};
use kelisim_tests::http::Reply;
use kelisim_tests::mediation::Mediation;
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};

/// The answers, by the page on which they are given.
const ANSWERS: [(&str, &[(&str, &str)]); 5] = [
    ("kind", &[("category", "family")]),
    (
        "asker",
        &[
            ("parties.0.kind", "person"),
            ("parties.0.name", "Demo Applicant"),
            ("parties.0.phone", "8 701 123 45 67"),
            ("language", "kk"),
            ("referral.source", "self"),
        ],
    ),
    (
        "other",
        &[("parties.1.kind", "person"), ("parties.1.name", "")],
    ),
    (
        "story",
        &[
            ("summary", "Two neighbours & a cow."),
            ("amount", "1 250 000"),
        ],
    ),
    (
        "place",
        &[("district", "ORL"), ("court_stage", "pre_court")],
    ),
];

/// The fields of the form on a page: hidden ones, and what is chosen in it.
fn hidden(page: &Reply) -> Vec<(String, String)> {
    let (_, form) = page.text.split_once("id=\"form\"").expect("a form");
    let (form, _) = form.split_once("</form>").unwrap();
    let inputs = form.split("<input type=\"hidden\" name=\"").skip(1);
    let pairs = inputs.map(|rest| {
        let (name, rest) = rest.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        let value = value.replace("&#38;", "&").replace("&#34;", "\"");
        (name.to_owned(), value)
    });
    pairs.filter(|(name, _)| name != "token").collect()
}

/// Sends the form of a page with answers of its own.
fn sent(browser: &mut Browser, page: &Reply, answers: &[(&str, &str)], go: &str) -> Reply {
    let mut fields = hidden(page);
    fields.extend(
        answers
            .iter()
            .map(|(name, value)| (format!("f.{name}"), (*value).to_owned())),
    );
    fields.push(("go".into(), go.into()));
    let fields = fields.iter();
    let fields: Vec<(&str, &str)> = fields
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post("/cases/new", &fields)
}

/// Goes through the pages up to one of them.
fn come_to(browser: &mut Browser, step: &str) -> Reply {
    let mut page = browser.get("/cases/new");
    assert_eq!(page.status, 200, "{}", page.text);
    for (at, answers) in ANSWERS {
        if at == step {
            break;
        }
        page = sent(browser, &page, answers, "next");
        assert_eq!(page.status, 200, "{at}: {}", page.text);
    }
    page
}

on_both_databases! {
    fn s4_a_case_is_filed_by_answering_a_question_after_the_other(t: TestApp) {
        for name in ["aigul", "head"] {
            let before = t.by(name).get("cases").expect(200)["items"].as_array().unwrap().len();
            let mut browser = t.signed_in(name);
            assert!(browser.get("/").text.contains("href=\"/cases/new\""));
            let page = come_to(&mut browser, "check");
            for words in ["Step 6 of 6", "Demo Applicant", "Two neighbours &#38; a cow.", "1 250 000", "Who is told"] {
                assert!(page.text.contains(words), "{words}: {}", page.text);
            }
            // F10: one answer is changed, and the way leads back to the look over all of them.
            let story = sent(&mut browser, &page, &[], "story");
            assert!(story.text.contains(">Two neighbours &#38; a cow.</textarea>"), "{}", story.text);
            let page = sent(&mut browser, &story, &[("summary", "A cow & a fence."), ("amount", "1 250 000")], "next");
            assert!(page.text.contains("A cow &#38; a fence.") && page.text.contains("Step 6 of 6"), "{}", page.text);
            let to = Browser::led(&sent(&mut browser, &page, &[], "file")).to_owned();
            assert!(to.ends_with("/filed"), "{to}");
            let items = t.by(name).get("cases").expect(200)["items"].clone();
            let items = items.as_array().unwrap();
            assert_eq!(items.len(), before + 1, "{name}");
            let number = items[0]["number"].as_str().unwrap();
            let told = browser.get(&to);
            assert!(told.status == 200 && told.text.contains(number) && told.text.contains("What happens next"), "{}", told.text);
            let id = items[0]["id"].as_str().unwrap();
            let case = t.by("head").get(&format!("cases/{id}")).expect(200);
            let content = &case["confidential"];
            assert_eq!(content["summary"], "A cow & a fence.");
            assert_eq!(content["amount"], 1_250_000);
            assert_eq!(content["parties"].as_array().unwrap().len(), 1, "who the other side is was left open");
            assert_eq!(content["parties"][0]["phone"], "+77011234567");
        }
    }

    fn j7_a_case_is_filed_once_however_often_the_form_is_sent(t: TestApp) {
        let mut browser = t.signed_in("aigul");
        let page = come_to(&mut browser, "check");
        let first = sent(&mut browser, &page, &[], "file");
        let second = sent(&mut browser, &page, &[], "file");
        assert_eq!(Browser::led(&first), Browser::led(&second));
        t.clock.advance(TimeDelta::days(1));
        let mut next_day = t.signed_in("aigul");
        next_day.get("/account");
        assert_eq!(Browser::led(&sent(&mut next_day, &page, &[], "file")), Browser::led(&first));
        assert_eq!(t.database.count("cases"), 1);
        // Other answers under the same key are not lost without a word, and are no second case.
        let changed = sent(&mut next_day, &page, &[("summary", "Something else.")], "file");
        assert!(changed.status == 409 && changed.text.contains("filed already"), "{}", changed.text);
        assert_eq!(t.database.count("cases"), 1);
    }

    fn f9_a_page_is_not_left_while_something_on_it_is_wrong(t: TestApp) {
        let mut browser = t.signed_in("aigul");
        let page = browser.get("/cases/new");
        let page = sent(&mut browser, &page, &[], "next");
        assert!(page.status == 422 && page.text.contains("href=\"#category\"") && page.text.contains("<title>Error: Step 1 of 6"), "{}", page.text);
        let page = come_to(&mut browser, "asker");
        let answers = [("parties.0.kind", "person"), ("parties.0.name", "A <b> name"), ("parties.0.phone", "12"), ("language", "kk"), ("referral.source", "self")];
        let page = sent(&mut browser, &page, &answers, "next");
        assert_eq!(page.status, 422, "{}", page.text);
        assert!(page.text.contains("href=\"#parties-0-phone\"") && page.text.contains("value=\"A &#60;b&#62; name\""), "{}", page.text);
        assert!(!page.text.contains("href=\"#summary\""), "nothing is said of pages to come");
        // Back loses nothing, and asks for nothing.
        let back = sent(&mut browser, &page, &answers, "back");
        assert!(back.status == 200 && back.text.contains("value=\"family\" checked"), "{}", back.text);
        assert!(back.text.contains("value=\"A &#60;b&#62; name\""), "{}", back.text);
    }

    fn j13_the_language_changes_between_two_questions_and_nothing_is_lost(t: TestApp) {
        let mut browser = t.signed_in("aigul");
        let page = come_to(&mut browser, "story");
        let mut fields = hidden(&page);
        fields.extend([("f.summary".to_owned(), "Дуал".to_owned()), ("switch".to_owned(), "kk".to_owned())]);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let page = browser.post("/cases/new", &fields);
        for words in ["<html lang=\"kk\">", ">Дуал</textarea>", "value=\"Demo Applicant\""] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
    }

    fn j14_whoever_was_away_too_long_signs_in_and_finds_what_they_typed(t: TestApp) {
        let mut browser = t.signed_in("aigul");
        let page = come_to(&mut browser, "story");
        t.clock.advance(TimeDelta::minutes(31));
        let before = t.database.count("audit_entry");
        let story = "\u{49b}".repeat(19_000);
        let answers = [("summary", story.as_str()), ("amount", "")];
        let asked = sent(&mut browser, &page, &answers, "next");
        assert!(asked.status == 401 && asked.text.contains("what you typed is kept"), "{}: {:.3000}", asked.status, asked.text);
        assert_eq!(t.database.count("audit_entry"), before, "nothing is stored of somebody who is not signed in");
        // A wrong password and another language lose nothing either.
        let kept = |page: &Reply| page.text.split("name=\"kept\" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()).expect("kept");
        let wrong = browser.post("/sign-in", &[("email", "aigul@example.kz"), ("password", "no"), ("kept", &kept(&asked))]);
        assert_eq!(kept(&wrong), kept(&asked));
        let other = browser.post("/sign-in", &[("switch", "ru"), ("kept", &kept(&asked))]);
        assert_eq!(kept(&other), kept(&asked));
        let back = browser.post("/sign-in", &[("email", "aigul@example.kz"), ("password", PASSWORD), ("kept", &kept(&asked))]);
        assert!(back.status == 200 && back.text.contains("action=\"/cases/new\""), "{:.3000}", back.text);
        assert_eq!(t.database.count("cases"), 0, "signing in files nothing");
        let on = browser.post("/cases/new", &hidden(&back).iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>());
        assert!(on.status == 200 && on.text.contains("Step 5 of 6") && on.text.contains(&story), "{:.3000}", on.text);
    }

    fn j14_the_second_step_of_signing_in_keeps_it_too(m: Mediation) {
        let (t, case) = (&m.0, m.filed());
        let path = format!("/cases/{}/actions/screen", case["id"].as_str().unwrap());
        let mut head = t.signed_in("head");
        let form = head.get(&path);
        let version = hidden(&form).into_iter().find(|(name, _)| name == "version").unwrap().1;
        t.clock.advance(TimeDelta::minutes(31));
        let fields = [("version", version.as_str()), ("at", "form"), ("go", "check"), ("f.exclusions:corruption", "yes")];
        let asked = head.post(&path, &fields);
        assert_eq!(asked.status, 401, "{}", asked.text);
        let kept = |page: &Reply| page.text.split("name=\"kept\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let code = head.post("/sign-in", &[("email", "head@example.kz"), ("password", PASSWORD), ("kept", &kept(&asked))]);
        assert!(code.status == 200 && code.text.contains("action=\"/sign-in/code\""), "{}", code.text);
        let id = t.by("head").get("me").expect(200)["id"].as_str().unwrap().parse().unwrap();
        let secret = t.with_factor(id);
        let typed = secret.code_at(t.app.clock.now()).unwrap();
        let back = head.post("/sign-in/code", &[("code", &typed), ("kept", &kept(&code))]);
        assert!(back.status == 200 && back.text.contains(&format!("action=\"{path}\"")) && back.text.contains("name=\"f.exclusions:corruption\" value=\"yes\""), "{}", back.text);
    }

    fn r13_a_form_of_a_case_from_another_site_is_refused(t: TestApp) {
        let mut browser = t.signed_in("aigul");
        let page = come_to(&mut browser, "check");
        assert!(page.text.contains("<meta name=\"referrer\" content=\"same-origin\">"));
        for says in [vec![], vec![("origin", "null".to_owned())], vec![("origin", "https://evil.example".to_owned())], vec![("sec-fetch-site", "cross-site".to_owned())]] {
            let mut foreign = browser.clone();
            foreign.says = says;
            assert_eq!(sent(&mut foreign, &page, &[], "file").status, 403);
        }
        assert_eq!(t.database.count("cases"), 0);
    }

    fn nobody_files_who_may_not(t: TestApp) {
        for name in ["auditor", "registrar", "administrator", "partner"] {
            let mut browser = t.signed_in(name);
            assert_eq!(browser.get("/cases/new").status, 404, "{name}");
            browser.get("/account");
            let fields = [("at", "check"), ("go", "file"), ("key", "abcdefghijklmnopqrstuv"), ("f.office", "ORL-01")];
            assert_eq!(browser.post("/cases/new", &fields).status, 404, "{name}");
            assert!(!browser.get("/").text.contains("/cases/new"), "{name}");
        }
        // A mediator files at their own office and at no other.
        let mut dana = t.signed_in("dana");
        let page = dana.get("/cases/new");
        assert!(!page.text.contains("ORL-01"), "{}", page.text);
        let mut coordinator = t.signed_in("coordinator");
        let page = coordinator.get("/cases/new");
        assert!(page.text.contains("value=\"ORL-01\"") && page.text.contains("value=\"AKZ-01\""), "{}", page.text);
    }
}

/// F12: before anything is sent, the page says who reads what, in the very words of the letter.
#[test]
fn f12_what_is_sent_is_read_before_it_is_sent() {
    let m = Mediation::on(Backend::Sqlite);
    let t = &m.0;
    let ready = serde_json::json!({"action": "make_ready"});
    let case = t.moved("head", &m.screened(), &ready);
    let path = format!("/cases/{}/actions/offer", case["id"].as_str().unwrap());
    let mut head = t.signed_in("head");
    let form = head.get(&path);
    let mut fields = hidden(&form);
    let aigul = kelisim_tests::network::AIGUL.to_string();
    fields.extend([
        ("go".to_owned(), "check".to_owned()),
        ("f.mediator".to_owned(), aigul),
    ]);
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let page = head.post(&path, &fields);
    assert_eq!(page.status, 200, "{}", page.text);
    for words in [
        "Will you take this case?",
        "You are asked to mediate case",
        case["number"].as_str().unwrap(),
    ] {
        assert!(page.text.contains(words), "{words}: {}", page.text);
    }
    assert_eq!(t.database.count("outbox"), 0);
}
