//! How often somebody may try, and that a stranger locks nobody out (R12).

use chrono::TimeDelta;
use kelisim_api::door::subject;
use kelisim_domain::id::AccountId;
use kelisim_domain::sign_in::Counted;
use kelisim_persistence::store::rate::rate_take;
use kelisim_tests::browser::{Browser, PASSWORD};
use kelisim_tests::network::ORL_01;
use kelisim_tests::{TestApp, on_both_databases};
use uuid::Uuid;

fn guesses(t: &TestApp, email: &str, count: usize) -> Vec<u16> {
    let guess = |_| Browser::new(t).sign_in(email, "not the password").status;
    (0..count).map(guess).collect()
}

on_both_databases! {
    fn r12_a_stranger_has_ten_guesses_an_hour_and_locks_nobody_out(t: TestApp) {
        let mut known = t.signed_in("auditor");
        let mut fresh = Browser::new(&t);
        let found = guesses(&t, "auditor@example.kz", 7);
        assert_eq!(found, [422, 422, 422, 422, 422, 429, 429]);
        // Somebody who is not there is counted in the same way.
        assert_eq!(guesses(&t, "nobody@example.kz", 6), [422, 422, 422, 422, 422, 429]);
        let late = fresh.sign_in("auditor@example.kz", PASSWORD);
        assert_eq!(late.status, 429, "a new device waits");
        let wait: i64 = late.header("retry-after").unwrap().parse().unwrap();
        assert!((600..=721).contains(&wait), "{wait}");
        // The device that was here before has a budget of its own.
        known.get("/account");
        known.post("/sign-out", &[]);
        assert_eq!(Browser::led(&known.sign_in("auditor@example.kz", PASSWORD)), "/");
        // Whoever has a new device and no patience sets another password.
        fresh.get("/forgot");
        assert_eq!(fresh.post("/forgot", &[("email", "auditor@example.kz")]).status, 200);
        t.clock.advance(TimeDelta::minutes(12));
        assert_eq!(guesses(&t, "auditor@example.kz", 2), [422, 429]);
    }

    fn r12_who_knows_the_password_uses_nothing_up(t: TestApp) {
        t.let_in("auditor");
        for _ in 0..8 {
            let mut browser = Browser::new(&t);
            assert_eq!(Browser::led(&browser.sign_in("auditor@example.kz", PASSWORD)), "/");
        }
    }

    fn r12_codes_are_counted_too(t: TestApp) {
        t.let_in("head");
        t.with_factor(AccountId(Uuid::from_u128(100)));
        let mut browser = Browser::new(&t);
        browser.sign_in("head@example.kz", PASSWORD);
        browser.get("/sign-in/code");
        let mut guess = || browser.post("/sign-in/code", &[("code", "000000")]).status;
        let found: Vec<u16> = (0..6).map(|_| guess()).collect();
        assert_eq!(found, [422, 422, 422, 422, 422, 429]);
    }

    fn r12_an_account_gets_five_letters_an_hour_at_most_and_the_first_keeps_working(t: TestApp) {
        let mut browser = Browser::new(&t);
        for _ in 0..8 {
            browser.get("/forgot");
            browser.post("/forgot", &[("email", "auditor@example.kz")]);
        }
        // The letters are made behind the answers; the eighth is counted when three are made and five are not.
        let counted = "rate WHERE kind = 'letter'";
        for _ in 0..3_000 {
            if t.database.count("link") >= 3 && t.database.count(counted) == 1 { break; }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert_eq!(t.database.count("link"), 3);
        assert_eq!(t.database.count("link WHERE used_at IS NULL"), 3);
        for _ in 0..4 {
            browser.get("/forgot");
            browser.post("/forgot", &[("email", "auditor@example.kz")]);
        }
        browser.get("/forgot");
        let many = browser.post("/forgot", &[("email", "auditor@example.kz")]).status;
        assert_eq!(many, 429, "from one address");
    }

    fn r12_the_budget_of_an_office_is_never_told(t: TestApp) {
        let mut known = t.signed_in("aigul");
        t.let_in("berik");
        let now = t.app.clock.now();
        t.write(move |db| {
            let office = (Counted::Office, subject("office", ORL_01.0.as_bytes()));
            for _ in 0..40 {
                assert!(rate_take(db, &[office], now)?.is_ok());
            }
            Ok(())
        });
        // Whoever guesses at a whole office hears what whoever guesses wrong hears.
        for password in [PASSWORD, "not the password"] {
            assert_eq!(Browser::new(&t).sign_in("berik@example.kz", password).status, 422);
        }
        known.get("/account");
        known.post("/sign-out", &[]);
        assert_eq!(Browser::led(&known.sign_in("aigul@example.kz", PASSWORD)), "/");
        t.clock.advance(TimeDelta::minutes(1));
        let mut late = Browser::new(&t);
        assert_eq!(Browser::led(&late.sign_in("berik@example.kz", PASSWORD)), "/");
    }

    fn r12_one_address_tries_so_many_accounts_and_no_more(t: TestApp) {
        t.let_in("auditor");
        let mut known = t.signed_in("registrar");
        let statuses: Vec<u16> = (0..32)
            .map(|number| guesses(&t, &format!("a{number}@example.kz"), 1)[0])
            .collect();
        assert_eq!(statuses.iter().filter(|status| **status == 422).count(), 30, "{statuses:?}");
        assert_eq!(Browser::new(&t).sign_in("auditor@example.kz", PASSWORD).status, 429);
        known.get("/account");
        known.post("/sign-out", &[]);
        assert_eq!(Browser::led(&known.sign_in("registrar@example.kz", PASSWORD)), "/");
    }
}
