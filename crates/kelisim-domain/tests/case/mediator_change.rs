//! The standard workflow when its mediator changes: declares, leaves, is lost, is followed by another (D6, D7, D11, D12).

use crate::{
    given::{AIGUL, BERIK, DANA, Given, aigul, berik, coordinator, head, refused, to},
    mediation::{accepted, agreement, contract, day, declared, due, mediation, offered, since},
};
use kelisim_domain::{
    case::{Closure, Declared, GroundCorrection, Stage, correct_ground, ground::Ground, replay},
    confidential::Confidential,
    workflow::{Value, Values},
};

/// Edge case 10.
#[test]
fn d12_a_suspended_mediator_leaves_and_the_clock_goes_on() {
    assert_eq!(offered().released().step(), "ready");
    let before = accepted().released();
    assert_eq!((before.step(), before.case.mediator), ("ready", None));
    let given = since("2027-05-03").on_day("2027-05-10").released();
    assert_eq!((given.step(), given.case.mediator), ("vacant", None));
    assert_eq!(
        given.told(),
        ["unassignment", "mediator_lost", "mediator_lost"]
    );
    assert_eq!(
        due(&given.case).last(),
        Some(&("term".into(), "2027-06-02".into()))
    );
    // The head may record a written refusal now, and at no other time (D8).
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::BothRefused))
        .with("effective_on", day("2027-05-10"));
    assert_eq!(refused(given.when(&head(), "close", &refusal)), [""; 0]);
    let next = given.after(&coordinator(), "offer", &to(BERIK)).after(
        &berik(),
        "accept",
        &declared(Declared::Disclosed),
    );
    assert_eq!(
        refused(next.when(&head(), "close", &refusal)),
        ["D8 has_mediator"]
    );
    let annex = Values::new().with("annex.signed_on", day("2027-05-10"));
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex)),
        ["D6 waiver_missing"]
    );
    let waived = Values::new().with("waivers.given_on", day("2027-05-10"));
    let next =
        next.after(&berik(), "record_waivers", &waived)
            .after(&berik(), "sign_annex", &annex);
    assert_eq!(
        (
            next.step(),
            next.case.course.contract_on.map(|d| d.to_string())
        ),
        ("in_mediation", Some("2027-05-03".into()))
    );
    assert_eq!(
        due(&next.case).last(),
        Some(&("term".into(), "2027-06-02".into())),
        "the clock stayed as it was"
    );
}

/// Without a mediator after the contract, and BERIK is asked.
fn asked_again() -> Given {
    since("2027-05-03")
        .on_day("2027-05-10")
        .released()
        .after(&head(), "offer", &to(BERIK))
}

#[test]
fn d11_an_offer_ends_when_the_case_goes_where_nobody_can_answer_it() {
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::OneRefused))
        .with("effective_on", day("2027-05-10"));
    let closed = asked_again().after(&head(), "close", &refusal);
    assert_eq!(closed.case.course.asked, None);
    assert_eq!(closed.told(), ["offer_withdrawn", "case_ended"]);
    // The term ends before the time to answer does: asked on the day before its last one.
    let over = since("2027-05-03")
        .on_day("2027-06-01")
        .released()
        .after(&head(), "offer", &to(BERIK))
        .at("2027-06-02T19:00:00Z")
        .ticks("term");
    assert_eq!((over.step(), over.case.course.asked), ("term_over", None));
    assert_eq!(over.told(), ["offer_withdrawn", "term_is_over"]);
    assert_eq!(
        replay(&over.history),
        Some(over.case),
        "the history says that it ended"
    );
}

#[test]
fn one_mediator_is_asked_at_a_time() {
    let given = asked_again();
    assert_eq!(
        refused(given.when(&coordinator(), "offer", &to(DANA))),
        ["3.1 offer_is_open"]
    );
    let withdrawn = given.after(&head(), "withdraw_offer", &Values::new());
    assert_eq!(withdrawn.told(), ["offer_withdrawn"], "nobody was lost");
    assert_eq!(
        refused(withdrawn.when(&coordinator(), "offer", &to(DANA))),
        [""; 0]
    );
    assert_eq!(
        refused(withdrawn.when(&head(), "withdraw_offer", &Values::new())),
        ["3.1 nobody_asked"]
    );
}

/// 3.3: head and coordinator reassign; D8 begins where the new mediator is named in the annex.
#[test]
fn d12_an_idle_mediator_who_follows_can_be_replaced_until_the_annex() {
    let idle = asked_again().after(&berik(), "accept", &declared(Declared::None));
    let back = idle.after(&head(), "withdraw_offer", &Values::new());
    assert_eq!((back.step(), back.case.mediator), ("vacant", None));
    assert_eq!(back.told(), ["unassignment", "workflow_note"]);
    let again = back.after(&coordinator(), "offer", &to(DANA));
    assert_eq!(
        again.case.course.asked.map(|asked| asked.mediator),
        Some(DANA)
    );
    assert_eq!(replay(&again.history), Some(again.case));
}

/// A mediator from whom the office takes the case can conduct it all the same.
#[test]
fn a_case_that_was_taken_back_is_not_told_as_one_that_lost_its_mediator() {
    let given = accepted();
    let back = given
        .clone()
        .after(&head(), "withdraw_offer", &Values::new());
    assert_eq!(back.told(), ["unassignment", "workflow_note"]);
    let recused = given.after(&aigul(), "recuse", &Values::new());
    assert_eq!(
        recused.told(),
        ["unassignment", "mediator_lost", "mediator_lost"]
    );
}

#[test]
fn d12_whoever_follows_records_no_agreement_before_waivers_and_annex() {
    let over = asked_again()
        .after(&berik(), "accept", &declared(Declared::Disclosed))
        .at("2027-06-02T19:00:00Z")
        .ticks("term")
        .on_day("2027-06-03");
    let signed = agreement("2027-06-02");
    assert_eq!(
        refused(over.when(&berik(), "reconcile", &signed)),
        ["D6 waiver_missing", "D12 annex_missing"]
    );
    let waived = Values::new().with("waivers.given_on", day("2027-05-12"));
    let annex = Values::new().with("annex.signed_on", day("2027-05-12"));
    assert_eq!(
        refused(over.when(&berik(), "sign_annex", &annex)),
        ["D6 waiver_missing"]
    );
    let over = over.after(&berik(), "record_waivers", &waived);
    assert_eq!(
        refused(over.when(&berik(), "reconcile", &signed)),
        ["D12 annex_missing"]
    );
    let over = over.after(&berik(), "sign_annex", &annex);
    assert_eq!(over.step(), "term_over");
    let settled = over.after(&berik(), "reconcile", &signed);
    assert_eq!(settled.step(), "signed");
    assert_eq!(replay(&settled.history), Some(settled.case));
}

/// The case at every step at which it may have a mediator.
fn with_a_mediator() -> Vec<Given> {
    let mediated = since("2027-05-03");
    let over = mediated
        .clone()
        .at("2027-06-02T19:00:00Z")
        .ticks("term")
        .on_day("2027-06-03");
    let signed = mediated
        .clone()
        .after(&aigul(), "reconcile", &agreement("2027-05-03"));
    let followed = signed.clone().after(&aigul(), "follow_up", &Values::new());
    let again = asked_again().after(&berik(), "accept", &declared(Declared::None));
    vec![accepted(), mediated, again, over, signed, followed]
}

#[test]
fn d07_a_mediator_declares_and_leaves_at_every_step_until_the_case_is_closed() {
    let steps: Vec<String> = mediation()
        .steps
        .iter()
        .filter(|step| matches!(step.stage, Stage::Assigned | Stage::Reconciled))
        .map(|step| step.id.to_string())
        .filter(|step| step != "offered")
        .collect();
    let given = with_a_mediator();
    let stands: Vec<&str> = given.iter().map(Given::step).collect();
    assert_eq!(stands, steps);
    for given in given {
        let step = given.case.step.clone();
        let mediator = given.case.mediator.expect("a mediator");
        let who = if mediator == AIGUL { aigul() } else { berik() };
        let must = declared(Declared::MustRefuse);
        assert_eq!(
            refused(given.when(&who, "declare", &must)),
            ["D6 must_refuse"],
            "{step}"
        );
        let disclosed = given
            .clone()
            .after(&who, "declare", &declared(Declared::Disclosed));
        assert_eq!(disclosed.case.step, step, "declaring moves nothing");
        assert!(disclosed.case.course.waiver_is_missing);
        let left = given.after(&who, "recuse", &Values::new());
        assert_eq!(left.case.mediator, None, "{step}");
        assert!(left.case.course.recused.contains(&mediator), "{step}");
        assert_eq!(left.told()[0], "unassignment", "{step}");
    }
}

#[test]
fn d06_no_contract_is_older_than_the_acceptance_or_the_waivers() {
    let waived = Values::new().with("waivers.given_on", day("2026-11-19"));
    let given = offered()
        .after(&aigul(), "accept", &declared(Declared::Disclosed))
        .on_day("2026-11-20")
        .after(&aigul(), "record_waivers", &waived);
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-18"))),
        ["D6 before_waiver"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-16"))),
        ["D6 before_waiver", "D6 before_acceptance"]
    );
    assert_eq!(
        refused(given.when(&aigul(), "record_contract", &contract("2026-11-19"))),
        [""; 0]
    );
    // Whoever follows is measured by their own acceptance, and not by the first one.
    let next = asked_again().after(&berik(), "accept", &declared(Declared::None));
    let annex = |on: &str| Values::new().with("annex.signed_on", day(on));
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex("2027-05-09"))),
        ["D6 before_acceptance"]
    );
    assert_eq!(
        refused(next.when(&berik(), "sign_annex", &annex("2027-05-10"))),
        [""; 0]
    );
}

/// D20: the stage from which a case was closed shows also where its mediator was lost after the contract.
#[test]
fn d19_a_ground_is_corrected_by_the_stage_also_where_no_mediator_was_left() {
    let refusal = Values::new()
        .with("ground", Value::Ground(Ground::OneRefused))
        .with("effective_on", day("2027-05-10"));
    let closed =
        since("2027-05-03")
            .on_day("2027-05-10")
            .released()
            .after(&head(), "close", &refusal);
    let right = |ground: Ground| {
        let correction = GroundCorrection {
            closure: Closure {
                ground,
                effective_on: "2027-05-10".parse().expect("a day"),
                linked_case: None,
            },
            exclusion_code: Confidential::new(None),
            reason: "Both have signed the refusal.".to_owned().into(),
        };
        correct_ground(&closed.definition, &closed.case, &coordinator(), correction)
    };
    assert_eq!(refused(right(Ground::BothRefused)), [""; 0]);
    assert_eq!(
        refused(right(Ground::ProposalRejected)),
        ["D19 ground_not_from_here"]
    );
}
