//! The pages of cases: the list, one case, and taking an action, for whoever may and for nobody else.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use kelisim_domain::workflow;
use kelisim_tests::browser::Browser;
use kelisim_tests::http::Reply;
use kelisim_tests::mediation::{AGREEMENT, CONTRACT, Mediation};
use kelisim_tests::network::{AIGUL, BERIK};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};
use serde_json::{Value, json};

const STORY: &str = "Two neighbours and a cow.";

fn page_of(case: &Value) -> String {
    format!("/cases/{}", case["id"].as_str().unwrap())
}

fn action_of(case: &Value, action: &str) -> String {
    format!("{}/actions/{action}", page_of(case))
}

/// The value of a hidden field.
fn hidden(page: &Reply, name: &str) -> String {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page
        .text
        .split_once(&start)
        .unwrap_or_else(|| panic!("{name}: {}", page.text));
    rest.split('"').next().unwrap().to_owned()
}

/// The page before the act, and what the act sends.
fn looked_over(
    browser: &mut Browser,
    path: &str,
    answers: &[(&str, &str)],
) -> (Reply, Vec<(String, String)>) {
    let form = browser.get(path);
    assert_eq!(form.status, 200, "{}", form.text);
    let mut fields: Vec<(String, String)> = vec![("version".into(), hidden(&form, "version"))];
    fields.extend(
        answers
            .iter()
            .map(|(name, value)| (format!("f.{name}"), (*value).to_owned())),
    );
    let page = match form.text.contains("name=\"key\"") {
        true => form,
        false => sent(browser, path, &fields, &[("at", "form"), ("go", "check")]),
    };
    if page.status == 200 {
        fields.push(("key".into(), hidden(&page, "key")));
    }
    (page, fields)
}

fn sent(
    browser: &mut Browser,
    path: &str,
    fields: &[(String, String)],
    others: &[(&str, &str)],
) -> Reply {
    let fields = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields: Vec<(&str, &str)> = fields.chain(others.iter().copied()).collect();
    browser.post(path, &fields)
}

const ACT: [(&str, &str); 2] = [("at", "check"), ("go", "act")];

#[track_caller]
fn taken(browser: &mut Browser, path: &str, answers: &[(&str, &str)]) -> String {
    let (page, fields) = looked_over(browser, path, answers);
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    Browser::led(&sent(browser, path, &fields, &ACT)).to_owned()
}

/// The numbers that a list shows.
fn numbers(text: &str) -> BTreeSet<String> {
    let links = text.split("class=\"number\"><a href=\"/cases/").skip(1);
    let numbers = links.map(|rest| rest.split('>').nth(1).unwrap().split('<').next().unwrap());
    numbers.map(str::to_owned).collect()
}

on_both_databases! {
    fn the_list_shows_whoever_asks_what_the_interface_shows_them(t: TestApp) {
        let mine = t.file(&TestApp::filing());
        t.moved("head", &mine, &json!({"action": "assign", "mediator": AIGUL}));
        let other = t.file(&TestApp::filing());
        t.moved("head", &other, &json!({"action": "assign", "mediator": BERIK}));
        let mut elsewhere = TestApp::filing();
        elsewhere["office"] = json!("AKZ-01");
        t.by("other_head").post("cases", &elsewhere).expect(201);
        for name in ["head", "other_head", "aigul", "berik", "dana", "coordinator"] {
            let mut browser = t.signed_in(name);
            let items = t.by(name).get("cases").expect(200)["items"].clone();
            let items = items.as_array().unwrap().iter();
            let wanted: BTreeSet<String> = items.map(|one| one["number"].as_str().unwrap().to_owned()).collect();
            for path in ["/cases", "/cases?sort=-filed_at", "/cases?sort=number", "/cases?q=ORL"] {
                let page = browser.get(path);
                assert_eq!(page.status, 200, "{name} {path}");
                let mut wanted = wanted.clone();
                wanted.retain(|number| !path.ends_with("ORL") || number.starts_with("ORL"));
                assert_eq!(numbers(&page.text), wanted, "{name} {path}");
                assert!(!page.text.contains(STORY), "{name}: no list shows content");
            }
        }
        let mut head = t.signed_in("head");
        let wrong = head.get("/cases?filed_from=32.13.2026");
        assert!(wrong.status == 422 && wrong.text.contains("href=\"#filed_from\""), "{}", wrong.text);
        let none = head.get("/cases?stage=closed");
        assert!(numbers(&none.text).is_empty() && none.text.contains("No case was found."));
    }

    fn j11_somebody_elses_case_is_a_case_that_is_not_there(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let (page, missing) = (page_of(&case), "/cases/00000000-0000-7000-8000-00000000dead");
        for name in ["other_head", "dana", "auditor", "registrar", "administrator", "partner"] {
            let mut browser = t.signed_in(name);
            browser.get("/account");
            let token = browser.token().to_owned();
            for end in ["", "/way.svg", "/actions/assign"] {
                let [theirs, none] = [page.as_str(), missing].map(|path| browser.get(&format!("{path}{end}")));
                assert_eq!((theirs.status, none.status), (404, 404), "{name} {end}");
                let plain = |text: &str| text.split("name=\"token\"").next().unwrap().to_owned();
                assert_eq!(plain(&theirs.text), plain(&none.text), "{name} {end}");
            }
            let before = t.database.contents();
            browser.set_token(&token);
            let fields = [("version", "1"), ("at", "check"), ("go", "act"), ("key", "abcdefghijklmnopqrstuv"), ("f.ground", "withdrawn")];
            assert_eq!(browser.post(&format!("{page}/actions/close"), &fields).status, 404, "{name}");
            let mut after = t.database.contents();
            after.insert("session".into(), before["session"].clone());
            assert!(before == after, "{name}");
        }
    }

    fn r21_a_page_that_shows_content_is_a_reading_and_one_that_does_not_is_none(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let reads = || t.database.count("audit_entry WHERE action = 'case.read_content'");
        let before = reads();
        let page = t.signed_in("head").get(&page_of(&case));
        assert!(page.status == 200 && page.text.contains(STORY) && page.text.contains("+7\u{a0}701\u{a0}123\u{a0}45\u{a0}67"), "{}", page.text);
        assert_eq!(reads(), before + 1);
        let page = t.signed_in("coordinator").get(&page_of(&case));
        assert!(page.status == 200 && !page.text.contains(STORY) && !page.text.contains("Demo Applicant"));
        assert_eq!(reads(), before + 1, "the coordinator was shown nothing");
        let names = || t.database.count("audit_entry WHERE action = 'case.read_names'");
        let found = t.signed_in("head");
        let mut head = found;
        head.get("/cases");
        let found = head.post("/cases/search", &[("name", "applicant demo")]);
        assert!(found.status == 200 && found.text.contains("Demo Applicant"), "{}", found.text);
        assert_eq!(names(), 1);
        let mut coordinator = t.signed_in("coordinator");
        coordinator.get("/cases");
        let found = coordinator.post("/cases/search", &[("name", "applicant")]);
        assert!(numbers(&found.text).is_empty() && !found.text.contains("Demo Applicant"));
        assert_eq!(names(), 1);
    }

    fn g2_a_second_tap_acts_once_and_reads_the_first_answer(t: TestApp) {
        let case = t.file(&TestApp::filing());
        let path = action_of(&case, "assign");
        let mut head = t.signed_in("head");
        let aigul = AIGUL.to_string();
        let (page, fields) = looked_over(&mut head, &path, &[("mediator", &aigul)]);
        assert_eq!(page.status, 200, "{}", page.text);
        for words in ["The case goes from “Filed” to “Assigned”.", "has the case from now on", "The mediator Айгуль", "You have a new case"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        assert_eq!(t.database.count("outbox"), 0, "looking over tells nobody");
        let first = sent(&mut head, &path, &fields, &ACT);
        assert_eq!(Browser::led(&first), format!("{}?done=acted", page_of(&case)));
        let events = t.database.count("case_event");
        let second = sent(&mut head, &path, &fields, &ACT);
        assert_eq!(Browser::led(&second), Browser::led(&first));
        t.clock.advance(TimeDelta::days(1));
        let mut next_day = t.signed_in("head");
        next_day.get("/account");
        assert_eq!(Browser::led(&sent(&mut next_day, &path, &fields, &ACT)), Browser::led(&first));
        assert_eq!((t.database.count("case_event"), t.database.count("outbox")), (events, 1));
        // The same key with other answers is another act, and the first answer is not its answer.
        let mut other = fields.clone();
        other.iter_mut().filter(|(name, _)| name == "f.mediator").for_each(|(_, value)| *value = BERIK.to_string());
        assert_eq!(sent(&mut next_day, &path, &other, &ACT).status, 422);
        assert_eq!(t.database.count("case_event"), events);
    }

    fn d38_whoever_is_second_sees_both_and_chooses(m: Mediation) {
        let (t, case) = (&m.0, m.screened());
        let path = action_of(&case, "screen");
        let answers = [("exclusions:third_party", "no"), ("exclusions:incapable", "no"), ("exclusions:corruption", "yes"), ("exclusions:grave_crime", "no")];
        let mut head = t.signed_in("head");
        let (page, fields) = looked_over(&mut head, &path, &answers);
        assert_eq!(page.status, 200, "{}", page.text);
        // Meanwhile somebody else answers the same questions.
        t.moved("coordinator", &case, &json!({"action": "screen", "exclusions": kelisim_tests::mediation::nothing_excludes()}));
        let before = t.database.count("case_event");
        let stale = sent(&mut head, &path, &fields, &ACT);
        assert_eq!(stale.status, 412, "{}", stale.text);
        assert!(stale.text.contains("The case has changed in the meantime") && stale.text.contains("Demo coordinator"), "{}", stale.text);
        let mine = stale.text.split("exclusions:corruption\" value=\"yes\"").nth(1).unwrap();
        assert!(mine.starts_with(" checked"), "what was typed is kept: {}", stale.text);
        assert!(stale.text.contains("Stored meanwhile:"), "and what is stored stands beside it: {}", stale.text);
        assert_eq!(t.database.count("case_event"), before, "nothing is overwritten");
        // The person chooses their own: on the version that they have now seen.
        let version = hidden(&stale, "version");
        let mut again: Vec<(String, String)> = fields.into_iter().filter(|(name, _)| name.starts_with("f.")).collect();
        again.push(("version".into(), version));
        let page = sent(&mut head, &path, &again, &[("at", "form"), ("go", "check")]);
        again.push(("key".into(), hidden(&page, "key")));
        Browser::led(&sent(&mut head, &path, &again, &ACT));
        assert_eq!(t.database.count("case_event"), before + 1);
        // Where the action is not possible any more, what was typed is shown all the same.
        let mut close = t.signed_in("head");
        let path = action_of(&case, "close");
        let (_, fields) = looked_over(&mut close, &path, &[("ground", "withdrawn"), ("effective_on:when", "today")]);
        let now = m.now(&case);
        t.moved("head", &now, &json!({"action": "close", "ground": "withdrawn", "effective_on": "2026-11-22"}));
        let gone = sent(&mut close, &path, &fields, &ACT);
        assert!(gone.status == 412 && gone.text.contains("withdrawn"), "{}", gone.text);
    }

    fn f9_faults_lead_to_their_fields_and_everything_typed_is_kept(m: Mediation) {
        let case = m.in_mediation("2026-11-22");
        let path = action_of(&case, "reconcile");
        let mut aigul = m.0.signed_in("aigul");
        let answers = [("agreement.summary", "The fence is mended & paid."), ("agreement.signed_on:d", "31"), ("agreement.signed_on:m", "2"), ("agreement.signed_on:y", "2027"), ("agreement.elements", "sides"), ("ground", "partly_settled")];
        let (page, _) = looked_over(&mut aigul, &path, &answers);
        assert_eq!(page.status, 422, "{}", page.text);
        for words in ["href=\"#agreement-signed_on\"", "<title>Error: ", "The fence is mended &#38; paid.", "value=\"31\"", "value=\"partly_settled\" checked", "value=\"sides\" checked"] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        // A rule that stands against it is told with its number and who can lift it; what was typed is kept as well.
        let answers = [("agreement.summary", "The fence."), ("agreement.signed_on:when", "today"), ("agreement.elements", "sides")];
        let (page, _) = looked_over(&mut aigul, &path, &answers);
        assert_eq!(page.status, 409, "{}", page.text);
        assert!(page.text.contains("D13") && page.text.contains(">The fence.</textarea>"), "{}", page.text);
    }

    fn j13_the_language_changes_in_the_middle_of_a_form_and_nothing_is_lost(m: Mediation) {
        let case = m.in_mediation("2026-11-22");
        let path = action_of(&case, "reconcile");
        let mut aigul = m.0.signed_in("aigul");
        let form = aigul.get(&path);
        let version = hidden(&form, "version");
        let fields = [("version", version.as_str()), ("at", "form"), ("switch", "kk"), ("f.agreement.summary", "Дуал жөнделеді")];
        let page = aigul.post(&path, &fields);
        assert!(page.status == 200 && page.text.contains("<html lang=\"kk\">") && page.text.contains(">Дуал жөнделеді</textarea>"), "{}", page.text);
        assert_eq!(m.0.by("aigul").get("me").expect(200)["language"], "kk");
    }
}

/// The whole standard workflow through the pages alone, by whoever has the turn.
#[test]
fn a_case_goes_from_filed_to_closed_through_the_pages() {
    let m = Mediation::on(Backend::Sqlite);
    let (t, case) = (&m.0, m.filed());
    let mut head = t.signed_in("head");
    let mut aigul = t.signed_in("aigul");
    let path = |action: &str| action_of(&case, action);
    let nothing = ["third_party", "incapable", "corruption", "grave_crime"]
        .map(|code| format!("exclusions:{code}"));
    let nothing: Vec<(&str, &str)> = nothing.iter().map(|name| (name.as_str(), "no")).collect();
    taken(&mut head, &path("screen"), &nothing);
    taken(&mut head, &path("make_ready"), &[]);
    taken(
        &mut head,
        &path("offer"),
        &[("mediator", &AIGUL.to_string())],
    );
    let home = aigul.get("/");
    assert!(
        home.text.contains("Waiting for my answer")
            && home.text.contains(case["number"].as_str().unwrap()),
        "{}",
        home.text
    );
    let asked = aigul.get(&page_of(&case));
    assert!(
        asked.text.contains("Demo Applicant") && !asked.text.contains(STORY),
        "names to declare a connection, and no more"
    );
    taken(
        &mut aigul,
        &path("accept"),
        &[("declaration.result", "none")],
    );
    let elements: Vec<(&str, &str)> = CONTRACT
        .iter()
        .map(|one| ("contract.elements", *one))
        .collect();
    let signed = [
        ("contract.signed_on:when", "today"),
        ("contract.all_signed", "yes"),
    ];
    taken(
        &mut aigul,
        &path("record_contract"),
        &[&signed[..], &elements].concat(),
    );
    let page = aigul.get(&page_of(&case));
    assert!(
        page.text.contains("Counted from") && page.text.contains("30 calendar days"),
        "{}",
        page.text
    );
    let elements: Vec<(&str, &str)> = AGREEMENT
        .iter()
        .map(|one| ("agreement.elements", *one))
        .collect();
    let agreed = [
        ("agreement.summary", "The fence"),
        ("agreement.signed_on:when", "today"),
        ("ground", "settled"),
    ];
    taken(
        &mut aigul,
        &path("reconcile"),
        &[&agreed[..], &elements].concat(),
    );
    assert_eq!(m.now(&case)["stage"], "reconciled");
    let picture = aigul.get(&format!("{}/way.svg", page_of(&case)));
    assert!(picture.status == 200 && picture.text.starts_with("<svg"));
}

/// Any action of any workflow has a form: what is open shows one, and what is not says why.
#[test]
fn every_action_of_every_workflow_has_its_page() {
    for text in [workflow::BASIC, workflow::MEDIATION] {
        let t = TestApp::start(Backend::Sqlite, text);
        let case = t.file(&TestApp::filing());
        let id = case["id"].as_str().unwrap();
        let mut head = t.signed_in("head");
        let page = head.get(&page_of(&case));
        let told = t.by("head").get(&format!("cases/{id}/explain")).expect(200);
        for one in told["actions"].as_array().unwrap() {
            let name = one["action"].as_str().unwrap();
            let form = head.get(&action_of(&case, name));
            let is_open = one["allowed"] == true;
            assert_eq!(
                form.status,
                if is_open { 200 } else { 409 },
                "{name}: {}",
                form.text
            );
            assert_eq!(
                page.text.contains(&format!("/actions/{name}\"")),
                is_open,
                "{name}"
            );
            for refusal in one["refusals"].as_array().unwrap() {
                let detail = refusal["detail"].as_str().unwrap().replace('\'', "&#39;");
                assert!(form.text.contains(&detail), "{name}: {detail}");
            }
            if is_open {
                for field in one["form"].as_array().unwrap() {
                    let field = field["name"].as_str().unwrap();
                    assert!(
                        form.text.contains(&format!("name=\"f.{field}")),
                        "{name}: {field}"
                    );
                }
            }
        }
        assert_eq!(head.get(&action_of(&case, "nothing_of_it")).status, 404);
    }
}

#[test]
fn w1_the_pages_of_cases_are_light_and_have_no_script_and_no_style_of_their_own() {
    let m = Mediation::on(Backend::Sqlite);
    let t = &m.0;
    let case = m.in_mediation("2026-11-22");
    for _ in 0..24 {
        m.filed();
    }
    for name in ["aigul", "head", "coordinator"] {
        let mut browser = t.signed_in(name);
        let list = browser.get("/cases");
        for path in [
            "/".to_owned(),
            "/cases".to_owned(),
            page_of(&case),
            action_of(&case, "reconcile"),
        ] {
            let page = browser.get(&path);
            for word in [
                "<script",
                "style=",
                "<style",
                "onclick",
                "javascript:",
                "page-",
            ] {
                assert!(!page.text.contains(word), "{path}: {word}");
            }
            // Packed it is a quarter of it, and the first window of a connection is 14 KB.
            assert!(
                page.text.len() < 40_000,
                "{path}: {} bytes",
                page.text.len()
            );
        }
        if name == "head" {
            assert_eq!(numbers(&list.text).len(), 20, "W8: twenty on a page");
            let (_, more) = list
                .text
                .split_once("<a class=\"button plain\" href=\"/cases")
                .unwrap();
            let more = more.split('"').next().unwrap().replace("&#38;", "&");
            let rest = browser.get(&format!("/cases{more}"));
            assert_eq!(numbers(&rest.text).len(), 5);
            assert!(numbers(&rest.text).is_disjoint(&numbers(&list.text)));
        }
    }
}
