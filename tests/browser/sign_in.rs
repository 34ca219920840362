//! People come in, go out, and lose a phone.

use kelisim_tests::browser::PASSWORD;

use crate::people::House;
use crate::tab::Screen;

#[test]
fn people_sign_in_and_out_on_a_phone_with_scripts_and_without() {
    let house = House::new();
    let secret = house.prepare("head");
    for (scripts, language) in [(true, "kk"), (false, "ru")] {
        let mut tab = house.device(Screen::PHONE, language);
        tab.scripts(scripts);
        house.enter(&mut tab, "head", secret.as_ref());
        assert_eq!(tab.status(), 200);
        tab.press("form[action='/sign-out'] button");
        // Whoever takes the phone next sees nothing by "back".
        tab.leading(|tab| {
            tab.value("history.back()");
        });
        assert!(tab.path().starts_with("/sign-in"), "{}", tab.path());
        tab.open("/account");
        assert!(tab.path().starts_with("/sign-in"), "{}", tab.path());
        // The next code: each is taken once.
        house.t.clock.advance(chrono::TimeDelta::seconds(60));
    }
}

#[test]
fn j13_the_language_is_changed_and_what_was_typed_stays() {
    let house = House::new();
    for scripts in [true, false] {
        let mut tab = house.device(Screen::PHONE, "kk");
        tab.scripts(scripts);
        tab.open("/sign-in");
        assert_eq!(tab.value("document.documentElement.lang"), "kk");
        for language in ["ru", "en", "kk"] {
            tab.fill("#email", "айгүл@мысал.kz");
            tab.press(&format!("button[name=switch][value={language}]"));
            assert_eq!(tab.value("document.documentElement.lang"), language);
            let typed = tab.value("document.querySelector('#email').value");
            assert_eq!(typed, "айгүл@мысал.kz", "{language}, scripts {scripts}");
        }
    }
}

#[test]
fn a_wrong_password_is_told_at_the_top_and_what_was_typed_stays() {
    let house = House::new();
    house.prepare("aigul");
    let mut tab = house.device(Screen::PHONE, "ru");
    tab.open("/sign-in");
    tab.fill("#email", "aigul@example.kz");
    tab.fill("#password", "не тот пароль совсем");
    tab.press("#form button:not([name])");
    assert_eq!((tab.status(), tab.path().as_str()), (422, "/sign-in"));
    assert_eq!(
        tab.value("document.querySelector('#email').value"),
        "aigul@example.kz"
    );
    assert_eq!(tab.value("document.querySelector('#password').value"), "");
    tab.picture("sign-in-wrong-ru-phone");
    assert_eq!(crate::look::faults(&mut tab), Vec::<String>::new());
    tab.fill("#password", PASSWORD);
    tab.leading(|tab| tab.key("Enter"));
    assert!(!tab.path().starts_with("/sign-in"));
}

#[test]
fn j10_whoever_loses_a_phone_ends_it_from_another_device() {
    let house = House::new();
    house.prepare("aigul");
    let mut lost = house.device(Screen::PHONE, "kk");
    house.enter(&mut lost, "aigul", None);
    lost.press("nav a[href='/account']");
    let shown = lost.text();
    let mut desk = house.device(Screen::DESK, "ru");
    house.enter(&mut desk, "aigul", None);
    desk.open("/account");
    desk.press("form[action='/account/sessions/end-all'] button");
    assert!(desk.path().starts_with("/sign-in"), "{}", desk.path());
    lost.press("a.brand");
    assert!(lost.path().starts_with("/sign-in"), "{}", lost.path());
    // Back shows nothing that was there: the browser has to ask again.
    lost.leading(|tab| {
        tab.value("history.back()");
    });
    assert!(lost.path().starts_with("/sign-in"), "{}", lost.path());
    assert!(lost.text() != shown && !lost.has("form[action='/sign-out']"));
    // Its owner finds it, and comes in again.
    house.enter(&mut lost, "aigul", None);
}
