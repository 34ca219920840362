//! The journeys of the people who lead cases, by the pages alone.

use chrono::TimeDelta;
use kelisim_tests::TestApp;
use kelisim_tests::mediation::{AGREEMENT, CONTRACT};
use kelisim_tests::network::AIGUL;
use serde_json::Value;

use crate::people::House;
use crate::tab::{Screen, Tab, quoted};

/// Answers a question of a form: a tile that is pressed, or a field that is filled.
#[track_caller]
fn answer(tab: &mut Tab, name: &str, value: &str) {
    let named = format!("[name={}]", quoted(name));
    let tile = format!("{named}[value={}]", quoted(value));
    match tab.has(&tile) {
        true => tab.touch(&format!("label:has({tile})")),
        false => tab.fill(&named, value),
    }
}

/// Goes on from a page of a form.
#[track_caller]
fn go(tab: &mut Tab, to: &str) {
    tab.press(&format!("button[name=go][value={to}]"));
}

/// Takes an action on a case, answering its form and looking over the answers.
#[track_caller]
fn act(tab: &mut Tab, case: &str, action: &str, answers: &[(&str, &str)]) {
    tab.open(&format!("/cases/{case}"));
    tab.press(&format!("a[href='/cases/{case}/actions/{action}']"));
    for (name, value) in answers {
        answer(tab, &format!("f.{name}"), value);
    }
    if tab.has("button[name=go][value=check]") {
        go(tab, "check");
    }
    assert_eq!(tab.status(), 200, "{action}: {}", tab.text());
    go(tab, "act");
    assert!(
        tab.path().starts_with(&format!("/cases/{case}?")),
        "{action}: {}",
        tab.text()
    );
}

/// Fills the pages of a new case up to the look over the answers.
#[track_caller]
fn come_to_check(tab: &mut Tab, story: &str) {
    tab.open("/");
    tab.press("a[href='/cases/new']");
    answer(tab, "f.category", "family");
    go(tab, "next");
    for (name, value) in [
        ("parties.0.kind", "person"),
        ("parties.0.name", "Сәуле Демоева"),
        ("parties.0.phone", "8 701 123 45 67"),
        ("language", "kk"),
        ("referral.source", "self"),
    ] {
        answer(tab, &format!("f.{name}"), value);
    }
    go(tab, "next");
    answer(tab, "f.parties.1.kind", "person");
    go(tab, "next");
    answer(tab, "f.summary", story);
    go(tab, "next");
    answer(tab, "f.district", "ORL");
    answer(tab, "f.court_stage", "pre_court");
    go(tab, "next");
    assert!(tab.text().contains(story), "{}", tab.text());
}

fn cases(t: &TestApp, who: &str) -> Vec<Value> {
    let found = t.by(who).get("cases").expect(200);
    found["items"].as_array().unwrap().clone()
}

/// J1 and J7, with scripts and without.
#[test]
fn j1_a_case_is_filed_on_a_phone_while_the_link_drops() {
    let house = House::new();
    house.prepare("aigul");
    for (place, scripts) in [(0, true), (2, false)] {
        let mut tab = house.device(Screen::PHONE, "kk");
        tab.scripts(scripts);
        house.enter(&mut tab, "aigul", None);
        come_to_check(&mut tab, "Көршілер қоршау туралы дауласып жатыр.");
        tab.picture("case-new-check-kk-phone");
        // The link is gone when the button is pressed. The browser says so, and loading again sends what it holds.
        tab.link(false);
        tab.leading(|tab| tab.touch("button[name=go][value=file]"));
        assert!(!tab.has("#form"), "{}", tab.text());
        assert_eq!(cases(&house.t, "head").len(), place);
        tab.link(true);
        tab.leading(|tab| {
            tab.call("Page.reload", &serde_json::json!({}));
        });
        filed_once(&house.t, &mut tab, place + 1);
        if scripts {
            // axe-core waits by the clock of scripts, which stands still without them.
            assert_eq!(crate::look::faults(&mut tab), Vec::<String>::new());
        }
        // Pressed twice, because nothing seemed to happen.
        come_to_check(&mut tab, "Мал бақшаға кірді.");
        tab.leading(|tab| {
            tab.touch("button[name=go][value=file]");
            tab.try_touch("button[name=go][value=file]");
        });
        filed_once(&house.t, &mut tab, place + 2);
    }
}

/// The page says that the newest case is filed, and there are so many.
#[track_caller]
fn filed_once(t: &TestApp, tab: &mut Tab, wanted: usize) {
    assert!(
        tab.path().ends_with("/filed"),
        "{}: {}",
        tab.path(),
        tab.text()
    );
    let found = cases(t, "head");
    assert_eq!(found.len(), wanted, "one case, however often it was sent");
    let numbers = found.iter().map(|case| case["number"].as_str().unwrap());
    let number = numbers.max().unwrap();
    assert!(tab.text().contains(number), "{number}: {}", tab.text());
}

/// Assign and accept, then the whole standard workflow to the last check after the agreement.
#[test]
fn a_case_is_led_from_filed_to_closed_by_head_and_mediator() {
    let house = House::new();
    let t = &house.t;
    let case = t.file(&TestApp::filing())["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut head = house.at_device_of("head", Screen::DESK, "ru");
    let mut aigul = house.at_device_of("aigul", Screen::PHONE, "kk");
    let nothing = ["third_party", "incapable", "corruption", "grave_crime"];
    let nothing = nothing.map(|code| format!("exclusions:{code}"));
    let nothing: Vec<(&str, &str)> = nothing.iter().map(|name| (name.as_str(), "no")).collect();
    act(&mut head, &case, "screen", &nothing);
    act(&mut head, &case, "make_ready", &[]);
    act(
        &mut head,
        &case,
        "offer",
        &[("mediator", &AIGUL.to_string())],
    );
    head.open(&format!("/cases/{case}"));
    head.picture("case-offered-ru-desk");
    assert_eq!(crate::look::faults(&mut head), Vec::<String>::new());

    aigul.open("/");
    assert!(
        aigul.has(&format!("a[href='/cases/{case}']")),
        "the offer stands on the first page"
    );
    assert_eq!(crate::look::faults(&mut aigul), Vec::<String>::new());
    act(
        &mut aigul,
        &case,
        "accept",
        &[("declaration.result", "none")],
    );
    let elements = CONTRACT.iter().map(|one| ("contract.elements", *one));
    let signed = [
        ("contract.signed_on:when", "today"),
        ("contract.all_signed", "yes"),
    ];
    let contract: Vec<(&str, &str)> = signed.into_iter().chain(elements).collect();
    act(&mut aigul, &case, "record_contract", &contract);
    aigul.open(&format!("/cases/{case}"));
    aigul.picture("case-in-mediation-kk-phone");
    assert_eq!(crate::look::faults(&mut aigul), Vec::<String>::new());
    let elements = AGREEMENT.iter().map(|one| ("agreement.elements", *one));
    let agreed = [
        ("agreement.summary", "Қоршау жылжытылады"),
        ("agreement.signed_on:when", "today"),
        ("ground", "settled"),
    ];
    let agreement: Vec<(&str, &str)> = agreed.into_iter().chain(elements).collect();
    act(&mut aigul, &case, "reconcile", &agreement);
    let now = t.by("head").get(&format!("cases/{case}")).expect(200);
    assert_eq!(now["stage"], "reconciled");
}

/// J11: what is not somebody's is not there, and says the same as what never was.
#[test]
fn j11_another_offices_case_is_not_there() {
    let house = House::new();
    let case = house.t.file(&TestApp::filing())["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut dana = house.at_device_of("dana", Screen::PHONE, "ru");
    let paths = ["", "/actions/screen", "/way.svg"];
    for path in paths {
        let mut told = Vec::new();
        for id in [case.as_str(), "01a20000-0000-7000-8000-000000000000"] {
            dana.open(&format!("/cases/{id}{path}"));
            assert_eq!(dana.status(), 404, "{path}");
            told.push(dana.text());
        }
        assert_eq!(told[0], told[1], "{path}");
    }
}

/// D38: two people at one case; the second sees what the first did, and chooses.
#[test]
fn d38_a_second_tab_is_told_what_happened_meanwhile() {
    let house = House::new();
    let case = house.t.file(&TestApp::filing())["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut first = house.at_device_of("head", Screen::PHONE, "ru");
    let mut second = first.beside(&house.chromium, Screen::PHONE);
    let form = format!("/cases/{case}/actions/screen");
    second.open(&form);
    for code in ["third_party", "incapable", "corruption", "grave_crime"] {
        answer(&mut second, &format!("f.exclusions:{code}"), "no");
    }
    go(&mut second, "check");
    let nothing = ["third_party", "incapable", "corruption", "grave_crime"];
    let nothing = nothing.map(|code| format!("exclusions:{code}"));
    let nothing: Vec<(&str, &str)> = nothing.iter().map(|name| (name.as_str(), "no")).collect();
    act(&mut first, &case, "screen", &nothing);
    let before = house.t.database.count("case_event");
    go(&mut second, "act");
    assert!(
        [409, 412, 422].contains(&second.status()),
        "{}: {}",
        second.status(),
        second.text()
    );
    assert!(second.has(".heed, .wrong"), "{}", second.text());
    second.picture("case-meanwhile-ru-phone");
    assert_eq!(crate::look::faults(&mut second), Vec::<String>::new());
    assert_eq!(
        house.t.database.count("case_event"),
        before,
        "nothing happened twice"
    );
}

/// J14: whoever was away too long signs in and goes on.
#[test]
fn j14_whoever_was_away_too_long_goes_on_after_signing_in() {
    let house = House::new();
    house.prepare("aigul");
    let mut tab = house.device(Screen::PHONE, "kk");
    house.enter(&mut tab, "aigul", None);
    come_to_check(&mut tab, "Мал бақшаға кірді.");
    go(&mut tab, "story");
    house.t.clock.advance(TimeDelta::minutes(31));
    tab.fill("[name='f.summary']", "Мал бақшаға кірді, қоршау жоқ.");
    go(&mut tab, "next");
    assert_eq!(tab.status(), 401, "{}", tab.text());
    tab.fill("#email", "aigul@example.kz");
    tab.fill("#password", kelisim_tests::browser::PASSWORD);
    tab.press("#form button:not([name])");
    tab.press("#form button:not([name])");
    assert!(
        tab.text().contains("Мал бақшаға кірді, қоршау жоқ."),
        "{}",
        tab.text()
    );
}
