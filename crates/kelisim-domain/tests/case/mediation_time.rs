//! The clock of the standard workflow: what runs, until when and why then, and what happens when it is over (3.4).

use crate::{
    given::{Given, aigul, faults, head, pausing, refused, text},
    mediation::{accepted, agreement, answers, contract, day, due, filed, since, timer},
};
use kelisim_domain::{
    case::{EventData, Fact, NotDue, fire, ground::Ground, replay},
    notice::NoticeOrder,
    workflow::{Value, Values},
};

/// Edge case 6.
#[test]
fn d15_silence_on_a_proposal_closes_at_midnight_in_oral_and_not_before() {
    let proposal = Values::new().with("proposal.sent_on", day("2027-03-01"));
    let given = filed()
        .after(&head(), "screen", &answers(None))
        .on_day("2027-03-01")
        .after(&head(), "send_proposal", &proposal);
    assert_eq!(
        due(&given.case),
        [("proposal_answer".into(), "2027-03-11".into())]
    );
    let early = given.clone().at("2027-03-11T18:59:59Z");
    let facts = early.facts(&Values::new());
    let name = timer("proposal_answer");
    assert!(matches!(
        fire(&early.definition, &early.case, &name, &facts),
        Err(NotDue::Early { .. })
    ));
    let in_time = early.after(
        &head(),
        "record_consent",
        &Values::new().with("consent.given_on", day("2027-03-11")),
    );
    assert_eq!((in_time.step(), due(&in_time.case)), ("ready", vec![]));
    // The timer is put off: what came in time is taken all the same, and what came later is not.
    let consent = |on: &str| Values::new().with("consent.given_on", day(on));
    let put_off = given.clone().on_day("2027-03-12");
    assert_eq!(
        refused(put_off.when(&head(), "record_consent", &consent("2027-03-12"))),
        ["3.4 answer_time_over"]
    );
    assert_eq!(
        refused(put_off.when(&head(), "record_consent", &consent("2027-03-11"))),
        [""; 0]
    );
    let late = given.at("2027-03-11T19:00:00Z").ticks("proposal_answer");
    assert_eq!(late.step(), "other");
    let closure = late.case.closure.expect("a ground");
    assert_eq!(
        (closure.ground, closure.effective_on.to_string()),
        (Ground::ProposalRejected, "2027-03-11".into())
    );
    assert_eq!(late.told(), ["case_ended", "case_lapsed"]);
    let facts = late.facts(&Values::new());
    assert_eq!(
        fire(&late.definition, &late.case, &name, &facts),
        Err(NotDue::Gone),
        "it fires once"
    );
}

#[test]
fn a_new_case_that_nobody_looks_at_is_told_to_the_coordinator_and_does_not_move() {
    // Filed on Monday: three working days are Thursday, and the day ends at midnight in Oral.
    let given = filed();
    assert_eq!(
        due(&given.case),
        [("act_on_new".into(), "2026-11-19".into())]
    );
    let given = given.at("2026-11-19T19:00:00Z").ticks("act_on_new");
    assert_eq!(
        (given.step(), given.told()),
        ("registered", vec!["case_unattended", "case_unattended"])
    );
    assert_eq!(due(&given.case), []);
}

/// Edge case 7, and the warnings before the end of the term.
#[test]
fn d16_the_term_is_thirty_days_and_with_an_extension_sixty() {
    let given = since("2027-05-03");
    assert_eq!(
        due(&given.case),
        [
            ("term_warning_7".to_owned(), "2027-05-26".to_owned()),
            ("term_warning_2".to_owned(), "2027-05-31".to_owned()),
            ("term".to_owned(), "2027-06-02".to_owned()),
        ]
    );
    let ask = |on: &str, until: &str| {
        Values::new()
            .with("extension.requested_on", day(on))
            .with("extension.until", day(until))
    };
    let given = given.on_day("2027-06-02");
    let late = given.clone().on_day("2027-06-03");
    assert_eq!(
        refused(late.when(&aigul(), "extend", &ask("2027-06-03", "2027-07-02"))),
        ["D16 request_after_term"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "extend", &ask("2027-06-02", "2027-07-03"))),
        ["D16 extension_past_total"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "extend", &ask("2027-06-02", "2027-06-02"))),
        ["D16 extension_not_longer"]
    );
    let given = given.after(&aigul(), "extend", &ask("2027-06-02", "2027-07-02"));
    assert_eq!(given.told(), ["term_extended"]);
    assert_eq!(
        due(&given.case).last(),
        Some(&("term".into(), "2027-07-02".into()))
    );
    assert_eq!(due(&given.case).len(), 3, "the warnings move with the term");
}

/// Edge case 5: the profile in force on the day of the contract, and its holidays.
#[test]
fn d15_a_term_that_ends_inside_nauryz_moves_and_says_over_what() {
    let given = since("2027-02-20");
    let term = given.case.course.term.as_ref().expect("a term");
    assert_eq!(term.last_day().to_string(), "2027-03-24");
    assert_eq!(term.deadline.moved.len(), 2);
    assert_eq!(
        (term.basis.article.as_deref(), term.basis.profile),
        (Some("23"), Some(1))
    );
}

#[test]
fn d18_what_was_signed_in_time_is_entered_in_the_two_days_after() {
    let over = since("2027-05-03").at("2027-06-02T19:00:00Z").ticks("term");
    assert_eq!(
        (over.step(), over.told()),
        ("term_over", vec!["term_is_over", "term_is_over"])
    );
    assert_eq!(
        due(&over.case),
        [("late_entry".into(), "2027-06-04".into())]
    );
    let late = refused(over.clone().on_day("2027-06-03").when(
        &aigul(),
        "reconcile",
        &agreement("2027-06-03"),
    ));
    assert_eq!(late, ["D18 agreement_after_term"]);
    let in_time =
        over.clone()
            .on_day("2027-06-03")
            .after(&aigul(), "reconcile", &agreement("2027-06-02"));
    assert_eq!(in_time.step(), "signed");
    let closed = over.at("2027-06-04T19:00:00Z").ticks("late_entry");
    let closure = closed.case.closure.expect("a ground");
    assert_eq!(
        (closure.ground, closure.effective_on.to_string()),
        (Ground::TermExpired, "2027-06-02".into())
    );
    assert_eq!(closed.told(), ["case_ended", "case_lapsed", "case_lapsed"]);
}

/// The contract of 20 November was entered in January: its term was over on Monday 21 December.
#[test]
fn d18_a_term_that_is_over_when_it_is_entered_leaves_two_days_for_what_was_signed_in_time() {
    let late =
        accepted()
            .on_day("2027-01-15")
            .after(&aigul(), "record_contract", &contract("2026-11-20"));
    assert_eq!(
        due(&late.case).last(),
        Some(&("term".into(), "2026-12-21".into()))
    );
    let over = late.ticks("term");
    // Friday and Monday, as if the term had ended on the Thursday.
    assert_eq!(
        due(&over.case),
        [("late_entry".into(), "2027-01-18".into())]
    );
    let entered =
        over.clone()
            .on_day("2027-01-18")
            .after(&aigul(), "reconcile", &agreement("2026-12-10"));
    assert_eq!(entered.step(), "signed");
    let closed = over.at("2027-01-18T19:00:00Z").ticks("late_entry");
    let closure = closed.case.closure.expect("a ground");
    assert_eq!(closure.effective_on.to_string(), "2026-12-21");
}

#[test]
fn l09_a_proposal_whose_time_is_over_is_not_entered() {
    let given = filed()
        .after(&head(), "screen", &answers(None))
        .on_day("2027-03-12");
    let sent = |on: &str| Values::new().with("proposal.sent_on", day(on));
    assert_eq!(
        refused(given.when(&head(), "send_proposal", &sent("2027-03-01"))),
        ["3.4 answer_time_over"]
    );
    assert_eq!(
        refused(given.when(&head(), "send_proposal", &sent("2027-03-02"))),
        [""; 0],
        "today is the last day"
    );
}

#[test]
fn d17_the_term_stands_still_only_where_the_law_lets_it() {
    let given = since("2027-05-03");
    let pause = Values::new()
        .with("pause.from", day("2027-05-03"))
        .with("pause.reason", text("illness"));
    assert_eq!(
        refused(given.when(&aigul(), "pause", &pause)),
        ["D17 pause_not_allowed"]
    );
    assert_eq!(
        refused(given.when(
            &aigul(),
            "resume",
            &Values::new().with("pause.until", day("2027-05-03"))
        )),
        ["D17 term_not_paused"]
    );
}

/// 13 June 2027 is a Sunday.
#[test]
fn d15_an_extension_to_a_day_off_moves_as_the_term_does() {
    let ask = Values::new()
        .with("extension.requested_on", day("2027-05-20"))
        .with("extension.until", day("2027-06-13"));
    let given = since("2027-05-03")
        .on_day("2027-05-20")
        .after(&aigul(), "extend", &ask);
    let term = given.case.course.term.as_ref().expect("a term");
    assert_eq!(term.last_day().to_string(), "2027-06-14");
    assert_eq!(term.deadline.moved.len(), 1);
    assert_eq!(
        term.extended_to.map(|day| day.to_string()).as_deref(),
        Some("2027-06-13")
    );
    let [extension] = term.extensions[..] else {
        panic!("one extension: {:?}", term.extensions);
    };
    let said = [extension.was, extension.until].map(|day| day.to_string());
    assert_eq!(
        (said, extension.days()),
        (["2027-06-02", "2027-06-13"].map(str::to_owned), 11)
    );
    let asked = extension.requested_on.map(|day| day.to_string());
    assert_eq!(asked.as_deref(), Some("2027-05-20"));
    assert_eq!(
        due(&given.case).last(),
        Some(&("term".into(), "2027-06-14".into()))
    );
}

fn paused(from: &str) -> Values {
    Values::new()
        .with("pause.from", day(from))
        .with("pause.reason", text("illness"))
}

fn until(on: &str) -> Values {
    Values::new().with("pause.until", day(on))
}

#[test]
fn d17_each_day_is_paused_once_and_only_while_the_term_runs() {
    let mut given = since("2027-05-03");
    given.law = pausing();
    let given = given
        .on_day("2027-05-10")
        .after(&aigul(), "pause", &paused("2027-05-05"))
        .after(&aigul(), "resume", &until("2027-05-10"));
    assert_eq!(
        due(&given.case).last(),
        Some(&("term".into(), "2027-06-07".into()))
    );
    assert_eq!(
        refused(given.when(&aigul(), "pause", &paused("2027-05-09"))),
        ["D17 pauses_overlap"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "pause", &paused("2027-05-10"))),
        [""; 0]
    );
    let late = given.on_day("2027-06-08");
    assert_eq!(
        refused(late.when(&aigul(), "pause", &paused("2027-06-08"))),
        ["D17 pause_after_term"]
    );
}

#[test]
fn d17_a_paused_term_is_not_over() {
    let mut given = since("2027-05-03");
    given.law = pausing();
    let given = given
        .on_day("2027-05-31")
        .after(&aigul(), "pause", &paused("2027-05-31"))
        .on_day("2027-06-10");
    let settled = given
        .clone()
        .after(&aigul(), "reconcile", &agreement("2027-06-10"));
    assert_eq!(settled.step(), "signed");
    let ask = Values::new()
        .with("extension.requested_on", day("2027-06-10"))
        .with("extension.until", day("2027-06-30"));
    let longer =
        given
            .after(&aigul(), "extend", &ask)
            .after(&aigul(), "resume", &until("2027-06-10"));
    let term = longer.case.course.term.as_ref().expect("a term");
    assert_eq!(term.extensions.len(), 1, "a pause takes no extension back");
    // Ten days behind Wednesday 30 June: Saturday 10 July, so Monday.
    assert_eq!(
        due(&longer.case).last(),
        Some(&("term".into(), "2027-07-12".into()))
    );
}

/// D12: the office does what is left, so it hears when.
#[test]
fn a_check_is_told_to_the_office_where_no_mediator_is_left() {
    let told = |given: Given| given.at("2026-12-20T19:00:00Z").ticks("check_30").notices;
    let signed = since("2026-11-20").after(&aigul(), "reconcile", &agreement("2026-11-20"));
    let to_office = |order: &NoticeOrder| matches!(order, NoticeOrder::ToOffice(_));
    let orders = told(signed.clone());
    assert!(
        orders.len() == 1 && !orders.iter().any(to_office),
        "{orders:?}"
    );
    let orders = told(signed.released());
    assert!(
        orders.len() == 1 && orders.iter().all(to_office),
        "{orders:?}"
    );
}

fn check(after: &str, on: &str) -> Values {
    Values::new()
        .with("check.after", Value::Choice(after.into()))
        .with("check.contacted_on", day(on))
        .with("check.result", Value::Choice("kept".into()))
}

#[test]
fn a_check_is_made_on_its_day_or_later_and_then_nobody_is_reminded_of_it() {
    let given = since("2026-11-20")
        .after(&aigul(), "reconcile", &agreement("2026-11-20"))
        .on_day("2026-12-20");
    assert_eq!(
        faults(given.when(&aigul(), "record_check", &check("180", "2026-12-20"))),
        ["/check/contacted_on: too_early"]
    );
    assert_eq!(
        faults(given.when(&aigul(), "record_check", &check("30", "2026-12-19"))),
        ["/check/contacted_on: too_early"]
    );
    let made = given.after(&aigul(), "record_check", &check("30", "2026-12-20"));
    let left: Vec<String> = due(&made.case).into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["check_90", "check_180"]);
    assert_eq!(replay(&made.history), Some(made.case));
}

#[test]
fn after_the_agreement_there_are_checks_and_the_last_one_ends_the_file() {
    let given = since("2026-11-20").after(&aigul(), "reconcile", &agreement("2026-11-20"));
    let days: Vec<String> = due(&given.case).into_iter().map(|(_, day)| day).collect();
    assert_eq!(days, ["2026-12-20", "2027-02-18", "2027-05-19"]);
    let given = given.after(&aigul(), "follow_up", &Values::new());
    assert_eq!(due(&given.case).len(), 3, "the same timers run on");
    assert_eq!(
        refused(given.when(&aigul(), "close_after_last_check", &Values::new())),
        ["3.1 no_last_check"]
    );
    let given = given.at("2026-12-20T19:00:00Z").ticks("check_30");
    assert_eq!(
        (given.told(), due(&given.case).len()),
        (vec!["follow_up_due"], 2)
    );
    let given =
        given
            .on_day("2027-05-20")
            .after(&aigul(), "record_check", &check("180", "2027-05-20"));
    let given = given.after(&aigul(), "close_after_last_check", &Values::new());
    assert_eq!(given.step(), "success");
}

/// A timer that comes due in the moment in which somebody acts: whoever is second finds another case.
#[test]
fn g07_a_case_that_went_on_has_no_such_timer_any_more() {
    let given = accepted();
    let facts = given
        .clone()
        .at("2027-01-01T00:00:00Z")
        .facts(&Values::new());
    assert_eq!(
        fire(
            &given.definition,
            &given.case,
            &timer("offer_answer"),
            &facts
        ),
        Err(NotDue::Gone)
    );
    let facts_learned = given.history.iter().filter_map(|event| match &event.data {
        EventData::Moved { facts, .. } => Some(facts.len()),
        _ => None,
    });
    assert!(facts_learned.sum::<usize>() >= 3);
    let offer = |event: &EventData| matches!(event, EventData::Moved { facts, .. } if facts.iter().any(|f| matches!(f, Fact::Offered { .. })));
    assert!(given.history.iter().any(|event| offer(&event.data)));
}
