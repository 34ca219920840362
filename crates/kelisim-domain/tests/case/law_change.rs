//! The legal profile changes while a case runs: what an older version gave stays as it gave it (D3).

use crate::{
    given::{Given, aigul, head, refused},
    mediation::{answers, day, filed, since},
};
use kelisim_domain::{
    calendar::{DayKind, Zone},
    case::{Act, Decision, EventData, Fact, Rejection, decide, timers_after},
    code::ActionName,
    law::Law,
    legal::{KZ_MEDIATION, Profile},
    workflow::{Values, recount},
};
use std::sync::Arc;

/// A law whose second version holds already, with longer terms than the one by which the cases were counted.
fn changed(named: &[(chrono::NaiveDate, DayKind)]) -> Law {
    let (_, first) = KZ_MEDIATION.split_once("[[versions]]").expect("a version");
    let second = first
        .replace("version = 1", "version = 2")
        .replace("2011-08-05", "2026-11-01")
        .replace("30 calendar_days", "45 calendar_days")
        .replace("60 calendar_days", "90 calendar_days")
        .replace("10 calendar_days", "20 calendar_days")
        .replace(
            "moves_to_working_day = true",
            "moves_to_working_day = false",
        );
    let text = format!("{KZ_MEDIATION}\n[[versions]]{second}");
    Law::new(Profile::parse(&text).expect("a profile"), Zone::ORAL, named)
}

fn proposed() -> Given {
    let proposal = Values::new().with("proposal.sent_on", day("2027-03-01"));
    filed()
        .after(&head(), "screen", &answers(None))
        .on_day("2027-03-01")
        .after(&head(), "send_proposal", &proposal)
}

#[test]
fn d03_a_recount_counts_by_the_version_that_gave_the_term() {
    let (mediated, asked) = (since("2027-05-03"), proposed());
    for given in [&mediated, &asked] {
        let found = recount(&given.definition, &given.case, &changed(&[]));
        assert_eq!(found, (vec![], vec![]), "{}", given.step());
    }
    // Its thirty days end on 2 June, which nobody works on now.
    let off = ["2027-06-02".parse().expect("a day")].map(|day| (day, DayKind::Holiday));
    let (facts, _) = recount(&mediated.definition, &mediated.case, &changed(&off));
    let [Fact::TermMoved { term }] = &facts[..] else {
        panic!("{facts:?}")
    };
    let length = term.deadline.length.to_string();
    assert_eq!(
        (length.as_str(), term.last_day().to_string().as_str()),
        ("30 calendar_days", "2027-06-03")
    );
    assert_eq!(term.basis.profile, Some(1));
}

#[test]
fn d03_an_event_moves_no_timer_that_an_older_version_gave() {
    for given in [since("2027-05-03"), proposed()] {
        let changes = timers_after(&given.definition, &given.case, &changed(&[]));
        assert_eq!(changes, [], "{}", given.step());
    }
}

/// The case after an extension that is asked for on the last day, under the changed law.
fn extended(until: &str) -> Result<Decision, Rejection> {
    let given = since("2027-05-03").on_day("2027-06-02");
    let wish = Values::new()
        .with("extension.requested_on", day("2027-06-02"))
        .with("extension.until", day(until));
    let mut facts = given.facts(&wish);
    facts.law = Arc::new(changed(&[]));
    let act = Act {
        action: &ActionName::parse("extend").expect("a name"),
        values: Some(&wish),
    };
    decide(&given.definition, &given.case, &aigul(), act, &facts)
}

#[test]
fn d16_an_extension_follows_the_version_that_gave_the_term() {
    assert_eq!(
        refused(extended("2027-07-03")),
        ["D16 extension_past_total"]
    );
    // A Sunday: the first version moves a last day over days off, and the second one does not.
    let EventData::Moved { facts, .. } = extended("2027-06-20").expect("extended").event else {
        panic!("no move")
    };
    let moved = facts.iter().find_map(|fact| match fact {
        Fact::TermMoved { term } => Some(term.last_day().to_string()),
        _ => None,
    });
    assert_eq!(moved.as_deref(), Some("2027-06-21"));
}
