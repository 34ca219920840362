//! Which messages follow from what, each once (D26 and the table of contract.md).

use crate::given::{
    AIGUL, BERIK, Given, agreed, aigul, berik, coordinator, head, on, patient, to, today,
};
use kelisim_domain::{
    case::{ContentChange, Correction, correct, ground::Ground},
    id::MediatorId,
    language::Language,
    notice::{
        NoticeKind,
        NoticeOrder::{self, ToMediator, ToPartner},
        OutcomeClass, PartnerEvent,
    },
    workflow::{Text, Values},
};

fn assignment(mediator: MediatorId) -> NoticeOrder {
    ToMediator {
        text: Text::Shipped(NoticeKind::Assignment),
        mediator,
    }
}

fn unassignment(mediator: MediatorId) -> NoticeOrder {
    ToMediator {
        text: Text::Shipped(NoticeKind::Unassignment),
        mediator,
    }
}

fn partner(event: PartnerEvent) -> NoticeOrder {
    ToPartner {
        event,
        outcome: None,
        own: None,
    }
}

fn ended(outcome: OutcomeClass) -> NoticeOrder {
    ToPartner {
        event: PartnerEvent::Ended,
        outcome: Some(outcome),
        own: None,
    }
}

#[test]
fn d26_a_referred_case_tells_its_partner_each_thing_once() {
    let given = Given::referred();
    assert_eq!(given.notices, [partner(PartnerEvent::Received)]);
    let given = given.assigned();
    assert_eq!(
        given.notices,
        [assignment(AIGUL), partner(PartnerEvent::Assigned)]
    );
    let given = given.reassigned(BERIK);
    assert_eq!(given.notices, [assignment(BERIK), unassignment(AIGUL)]);
    let given = given.after(&berik(), "reconcile", &agreed(Ground::Settled, today()));
    assert_eq!(given.notices, [ended(OutcomeClass::Settlement)]);
    let given = given.after(&berik(), "close", &Values::new());
    assert_eq!(given.notices, [], "the end was told on reconciling");
}

#[test]
fn nobody_outside_hears_of_a_case_that_no_partner_referred() {
    let given = Given::filed();
    assert_eq!(given.notices, []);
    let given = given.assigned();
    assert_eq!(given.notices, [assignment(AIGUL)]);
    let given = given.reassigned(BERIK);
    assert_eq!(given.notices, [assignment(BERIK), unassignment(AIGUL)]);
    let given = given.after(&berik(), "close", &on(Ground::NotSuitable));
    assert_eq!(given.notices, []);
    assert_eq!(Given::filed().closed(Ground::Withdrawn).notices, []);
    assert_eq!(Given::filed().assigned().reconciled().notices, []);
}

#[test]
fn a_close_without_an_agreement_tells_the_outcome_class_and_no_more() {
    let no_settlement = [ended(OutcomeClass::NoSettlement)];
    let not_suitable = [ended(OutcomeClass::NotSuitable)];
    let filed = Given::referred();
    for ground in [Ground::ProposalRejected, Ground::Withdrawn] {
        assert_eq!(filed.clone().closed(ground).notices, no_settlement);
    }
    let closed = filed.clone().closed(Ground::NotSuitable);
    assert_eq!(closed.notices, not_suitable);
    let assigned = filed.assigned();
    for ground in [
        Ground::MediationImpossible,
        Ground::BothRefused,
        Ground::OneRefused,
        Ground::Withdrawn,
    ] {
        assert_eq!(assigned.clone().closed(ground).notices, no_settlement);
    }
    let closed = assigned.closed(Ground::NotSuitable);
    assert_eq!(closed.notices, not_suitable);
}

#[test]
fn a_duplicate_tells_nothing_because_the_referral_follows_the_other_case() {
    assert_eq!(Given::referred().closed(Ground::Duplicate).notices, []);
}

#[test]
fn a_mediator_is_told_of_each_assignment_and_of_each_loss() {
    let mut given = Given::referred().assigned();
    for (now, before) in [(BERIK, AIGUL), (AIGUL, BERIK), (BERIK, AIGUL)] {
        given = given.reassigned(now);
        assert_eq!(given.notices, [assignment(now), unassignment(before)]);
    }
}

#[test]
fn a_correction_tells_nobody() {
    let given = Given::referred().assigned();
    let correction = Correction {
        language: Some(Language::Ru),
        ..Correction::default()
    };
    let decision = correct(
        &given.case,
        &head(),
        true,
        correction,
        ContentChange::default(),
    )
    .expect("corrected");
    assert_eq!(decision.notices, []);
}

#[test]
fn d29_a_case_that_goes_back_and_is_assigned_again_is_told_to_the_partner_once() {
    let given = Given::filed_in(patient(), &aigul(), Some(crate::given::referral())).assigned();
    let back = given.after(&aigul(), "give_back", &Values::new());
    assert_eq!(back.notices, []);
    assert_eq!(back.case.mediator, None);
    let again = back.after(&coordinator(), "assign", &to(BERIK));
    assert_eq!(again.notices, [assignment(BERIK)]);
}

#[test]
fn a_workflow_that_names_no_message_sends_none() {
    let (text, _) = kelisim_domain::workflow::BASIC
        .split_once("[[notices]]")
        .expect("messages");
    let silent = kelisim_domain::workflow::parse(text).expect("sound");
    let given = Given::filed_in(silent, &aigul(), Some(crate::given::referral()));
    assert_eq!(given.notices, []);
    let given = given.assigned();
    assert_eq!(given.notices, []);
    assert_eq!(given.reassigned(BERIK).notices, []);
}
