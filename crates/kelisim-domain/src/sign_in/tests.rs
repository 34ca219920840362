//! Passwords, who must have a second factor, and budgets.

use super::*;
use crate::id::{GrantId, OfficeId};
use crate::policy::Standing;
use uuid::Uuid;

fn grant(standing: Standing) -> Grant {
    Grant {
        id: GrantId(Uuid::nil()),
        standing,
        from: "2026-01-01".parse().unwrap(),
        to: None,
    }
}

fn now() -> DateTime<Utc> {
    "2026-11-28T05:00:00Z".parse().unwrap()
}

#[test]
fn r08_a_password_has_twelve_to_128_characters_of_any_kind() {
    assert_eq!(Password::parse("").unwrap_err(), FaultKind::Empty);
    let short = FaultKind::TooShort { least: 12 };
    assert_eq!(Password::parse("қысқа сөз").unwrap_err(), short);
    for good in ["            ", "құпиясөзім12", "aaaaaaaaaaaa\u{0}"] {
        assert!(Password::parse(good).is_ok(), "{good:?}");
    }
    assert!(Password::parse(&"қ".repeat(128)).is_ok());
    let long = FaultKind::TooLong { most: 128 };
    assert_eq!(Password::parse(&"қ".repeat(129)).unwrap_err(), long);
}

#[test]
fn two_keyboards_give_the_same_password() {
    let one = Password::parse("passphrase йод").unwrap();
    let other = Password::parse("passphrase и\u{306}од").unwrap();
    assert_eq!(one.reveal(), other.reveal());
    assert_eq!(format!("{one:?}"), "Password(…)");
    let long = "a".repeat(100_000);
    assert_eq!(Password::offered(&long).reveal().len(), PASSWORD_MOST + 1);
}

#[test]
fn r09_heads_coordinators_and_administrators_must_have_a_second_factor() {
    let office = OfficeId(Uuid::nil());
    for must in [
        Standing::OfficeHead { office },
        Standing::Coordinator,
        Standing::Administrator,
    ] {
        assert!(must_have_second_factor([
            &grant(Standing::Registrar),
            &grant(must)
        ]));
    }
    for may in [Standing::Registrar, Standing::Auditor] {
        assert!(!must_have_second_factor([&grant(may)]));
    }
    assert!(!must_have_second_factor([]));
}

#[test]
fn r12_in_no_hour_are_there_more_tries_than_the_budget_has() {
    for counted in Counted::ALL {
        let budget = counted.budget();
        let (mut full_at, mut taken) = (None, Vec::new());
        // Whoever tries every second for three hours.
        for second in 0..10_800 {
            let at = now() + TimeDelta::seconds(second);
            if let Ok(next) = budget.take(full_at, at) {
                full_at = Some(next);
                taken.push(at);
            }
        }
        let most = usize::try_from(budget.at_once + budget.an_hour).unwrap();
        for first in &taken {
            let hour = first..&(*first + TimeDelta::hours(1));
            let within = taken.iter().filter(|at| hour.contains(at)).count();
            assert!(within <= most, "{counted:?}: {within} in an hour");
        }
        assert!(taken.len() >= 3 * usize::try_from(budget.an_hour).unwrap());
    }
    let account = Counted::Account.budget();
    assert!(account.at_once + account.an_hour <= 10);
}

#[test]
fn a_budget_says_when_the_next_try_is_possible_and_takes_one_back() {
    let budget = Budget {
        at_once: 2,
        an_hour: 60,
    };
    let one = budget.take(None, now()).unwrap();
    let two = budget.take(Some(one), now()).unwrap();
    let used = budget.take(Some(two), now()).unwrap_err();
    assert_eq!(used.until, now() + TimeDelta::minutes(1));
    assert!(budget.take(Some(two), used.until).is_ok());
    assert_eq!(budget.give_back(two), one);
    assert!(budget.take(Some(one), now()).is_ok());
}
