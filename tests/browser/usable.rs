//! Every page, for everybody who may open it: usable by all, on a phone and at a desk, by day and at night.

use crate::look::faults;
use crate::people::House;
use crate::tab::{Screen, Tab};

/// The pages before somebody is in.
const OUTSIDE: [&str; 3] = ["/sign-in", "/forgot", "/link/none"];

/// Who opens what, besides their home and their account.
const INSIDE: [(&str, &[&str]); 7] = [
    ("aigul", &["/cases", "/cases/new"]),
    (
        "head",
        &[
            "/cases",
            "/cases?sort=filed_at&stage=filed",
            "/cases/new",
            "/second-factor",
        ],
    ),
    ("coordinator", &["/cases", "/cases/new"]),
    ("registrar", &[]),
    ("auditor", &["/audit", "/audit?action=office.update"]),
    ("administrator", &["/people", "/people/new"]),
    ("partner", &[]),
];

/// The most bytes of a first page, with everything it needs, and of later ones.
const FIRST: u64 = 50_000;
const LATER: u64 = 14_000;

const SCREENS: [Screen; 4] = [
    Screen::PHONE,
    Screen::PHONE.dark(),
    Screen::DESK,
    Screen::DESK.dark(),
];

fn look(tab: &mut Tab, path: &str, name: &str, wrong: &mut Vec<String>) {
    for (place, screen) in SCREENS.into_iter().enumerate() {
        tab.on(screen);
        tab.open(path);
        let is_first = place == 0 && path == OUTSIDE[0];
        let (bytes, most) = (tab.bytes(), if is_first { FIRST } else { LATER });
        if bytes > most {
            wrong.push(format!(
                "{name} {path}: {bytes} bytes, and {most} are the most"
            ));
        }
        let found = faults(tab);
        wrong.extend(
            found
                .iter()
                .map(|fault| format!("{name} {screen:?} {fault}")),
        );
        if !screen.is_dark {
            let device = if screen.is_phone { "phone" } else { "desk" };
            let page = path.replace(['/', '?', '='], "-");
            tab.picture(&format!("{name}{page}-{device}"));
        }
    }
}

#[test]
fn every_page_can_be_used_by_everybody_who_may_open_it() {
    let house = House::new();
    let mut wrong = Vec::new();
    for language in ["kk", "ru"] {
        let mut tab = house.device(Screen::PHONE, language);
        for path in OUTSIDE {
            look(&mut tab, path, &format!("nobody-{language}"), &mut wrong);
        }
    }
    for (place, (name, pages)) in INSIDE.into_iter().enumerate() {
        let language = ["kk", "ru", "en"][place % 3];
        let mut tab = house.at_device_of(name, Screen::PHONE, language);
        for path in ["/", "/account", "/none"].iter().chain(pages) {
            look(&mut tab, path, &format!("{name}-{language}"), &mut wrong);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_look_sees_what_is_wrong() {
    let house = House::new();
    let mut tab = house.device(Screen::PHONE, "ru");
    tab.open("/sign-in");
    assert_eq!(faults(&mut tab), Vec::<String>::new());
    let harms = [
        ("document.querySelector('label').remove()", "label"),
        (
            "document.querySelector('h1').style.width = '900px'",
            "wide on a screen",
        ),
        (
            "document.querySelector('button').style.cssText = 'min-height:0;height:20px;padding:0'",
            "hard to hit",
        ),
        (
            "document.documentElement.removeAttribute('lang')",
            "html-has-lang",
        ),
        (
            "document.querySelector('h1').style.color = '#eee'",
            "color-contrast",
        ),
        (
            "document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/x.png', alt: ''}))",
            "asks http://127.0.0.1:9",
        ),
    ];
    for (harm, word) in harms {
        tab.open("/sign-in");
        tab.value(&format!("{harm}; 0"));
        let found = faults(&mut tab).join("\n");
        assert!(found.contains(word), "{harm}: {found:?}");
    }
}
