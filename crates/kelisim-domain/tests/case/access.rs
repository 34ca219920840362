//! Who has a say in the conduct of a case (D8), who loses it (D11), and who corrects facts.

use crate::given::{
    AIGUL, AWAY, BERIK, DANA, Given, HOME, actor, agreed, aigul, berik, coordinator, dana, faults,
    filing, head, law, mediates, on, refused, to, today,
};
use kelisim_domain::{
    case::{
        ContentChange, Correction, EventData, FilingFacts, Rejection, correct, file,
        ground::Ground, may_file,
    },
    confidential::Confidential,
    language::Language,
    policy::{Actor, CasePermission, Standing, may},
};

const PERMISSIONS: [CasePermission; 4] = [
    CasePermission::See,
    CasePermission::ReadContent,
    CasePermission::Correct,
    CasePermission::CorrectGround,
];

fn to_russian() -> Correction {
    Correction {
        language: Some(Language::Ru),
        ..Correction::default()
    }
}

fn new_story() -> ContentChange {
    ContentChange {
        summary: Confidential::new(Some("two cows".into())),
        ..ContentChange::default()
    }
}

fn facts_by(given: &Given, by: &Actor) -> Result<(), Rejection> {
    correct(
        &given.case,
        by,
        true,
        to_russian(),
        ContentChange::default(),
    )
    .map(|_| ())
}

fn story_by(given: &Given, by: &Actor, office_has_head: bool) -> Result<(), Rejection> {
    correct(
        &given.case,
        by,
        office_has_head,
        Correction::default(),
        new_story(),
    )
    .map(|_| ())
}

#[test]
fn d08_head_and_coordinator_record_no_outcome_and_close_nothing_in_mediation() {
    let both = actor(
        0x300,
        &[Standing::OfficeHead { office: HOME }, Standing::Coordinator],
    );
    for by in [head(), coordinator(), both] {
        let assigned = Given::filed().assigned();
        let reconcile = assigned.when(&by, "reconcile", &agreed(Ground::Settled, today()));
        assert_eq!(refused(reconcile), ["D8 not_yours"]);
        for ground in [Ground::MediationImpossible, Ground::NotSuitable] {
            let close = assigned.when(&by, "close", &on(ground));
            assert_eq!(refused(close), ["D8 not_yours"]);
        }
        let reconciled = assigned.reconciled();
        let close = reconciled.when(&by, "close", &on(Ground::Settled));
        assert_eq!(refused(close), ["D8 not_yours"]);
    }
}

#[test]
fn d08_before_assignment_head_and_coordinator_close_and_a_mediator_does_not() {
    let given = Given::filed();
    for by in [head(), coordinator()] {
        assert!(given.when(&by, "close", &on(Ground::Withdrawn)).is_ok());
    }
    let filer = given.when(&aigul(), "close", &on(Ground::Withdrawn));
    assert_eq!(refused(filer), ["3.3 not_yours"]);
}

#[test]
fn d08_a_head_who_mediates_the_case_acts_as_its_mediator() {
    let both = actor(
        0x301,
        &[Standing::OfficeHead { office: HOME }, mediates(AIGUL, HOME)],
    );
    let assigned = Given::filed().assigned();
    let decision = assigned
        .when(&both, "reconcile", &agreed(Ground::Settled, today()))
        .expect("the mediator of the case");
    assert_eq!(decision.grant, Some(both.grants[1].id));
    let passed_on = assigned.reassigned(BERIK);
    let close = passed_on.when(&both, "close", &on(Ground::Withdrawn));
    assert_eq!(refused(close), ["D8 not_yours"], "only as head");
}

#[test]
fn d09_a_mediator_files_only_at_an_office_of_their_grants() {
    let given = Given::filed();
    let facts = FilingFacts {
        office: HOME,
        number: given.case.number.clone(),
        case: given.case.id,
        now: given.now,
        law: law(),
    };
    let answer = file(&given.definition, filing(None), facts.clone(), &dana());
    assert_eq!(refused(answer), ["3.3 not_yours"]);
    for by in [aigul(), head(), coordinator()] {
        assert_eq!(
            may_file(&given.definition, &by, HOME),
            Some(by.grants[0].id)
        );
        assert!(file(&given.definition, filing(None), facts.clone(), &by).is_ok());
    }
    let nobody = [
        Standing::Registrar,
        Standing::Auditor,
        Standing::Administrator,
        Standing::Partner {
            partner: crate::given::PARTNER,
        },
        Standing::OfficeHead { office: AWAY },
    ];
    for standing in nobody {
        let answer = file(
            &given.definition,
            filing(None),
            facts.clone(),
            &actor(0x302, &[standing]),
        );
        assert_eq!(refused(answer), ["3.3 not_yours"], "{standing:?}");
    }
}

#[test]
fn d09_a_borrowed_mediator_sees_that_case_and_loses_it_like_any_other() {
    let lent = Given::filed().after(&coordinator(), "assign", &to(DANA));
    assert!(may(
        &dana(),
        &lent.case.ties(true),
        CasePermission::ReadContent
    ));
    assert_eq!(refused(facts_by(&lent, &dana())), [""; 0]);
    let back = lent.after(&head(), "reassign", &to(BERIK));
    for permission in PERMISSIONS {
        assert!(!may(&dana(), &back.case.ties(true), permission));
    }
}

#[test]
fn d11_the_former_mediator_loses_everything_at_that_moment() {
    // Aigul filed the case herself, and she works at its office: neither keeps it open to her.
    let given = Given::filed().assigned();
    assert!(may(
        &aigul(),
        &given.case.ties(true),
        CasePermission::ReadContent
    ));
    let given = given.reassigned(BERIK);
    for has_head in [true, false] {
        for permission in PERMISSIONS {
            assert!(!may(&aigul(), &given.case.ties(has_head), permission));
        }
    }
    let reconcile = given.when(&aigul(), "reconcile", &agreed(Ground::Settled, today()));
    assert_eq!(refused(reconcile), ["D8 not_yours"]);
    let close = given.when(&aigul(), "close", &on(Ground::Withdrawn));
    assert_eq!(refused(close), ["D8 not_yours"]);
    assert_eq!(refused(facts_by(&given, &aigul())), ["3.3 not_yours"]);
    assert_eq!(refused(story_by(&given, &aigul(), true)), ["3.3 not_yours"]);
    assert!(
        given
            .when(&berik(), "close", &on(Ground::Withdrawn))
            .is_ok()
    );
}

#[test]
fn d11_a_closed_case_stays_with_its_last_mediator() {
    let closed = Given::filed().assigned().reassigned(BERIK).after(
        &berik(),
        "close",
        &on(Ground::Withdrawn),
    );
    let ties = closed.case.ties(true);
    assert!(may(&berik(), &ties, CasePermission::ReadContent));
    assert!(!may(&aigul(), &ties, CasePermission::See));
}

#[test]
fn a_colleague_at_the_office_neither_sees_nor_corrects_a_case() {
    let filed = Given::filed();
    for given in [filed.clone(), filed.assigned()] {
        assert!(!may(&berik(), &given.case.ties(true), CasePermission::See));
        assert_eq!(refused(facts_by(&given, &berik())), ["3.3 not_yours"]);
        assert_eq!(
            refused(story_by(&given, &berik(), false)),
            ["3.3 not_yours"]
        );
    }
}

#[test]
fn who_may_not_read_the_story_may_not_correct_it() {
    let given = Given::filed();
    assert_eq!(refused(facts_by(&given, &coordinator())), [""; 0]);
    assert_eq!(
        refused(story_by(&given, &coordinator(), true)),
        ["3.3 not_yours"]
    );
    assert_eq!(refused(story_by(&given, &coordinator(), false)), [""; 0]);
    for by in [aigul(), head()] {
        assert_eq!(refused(story_by(&given, &by, true)), [""; 0]);
    }
}

#[test]
fn a_correction_changes_what_it_names_and_nothing_else() {
    let mut given = Given::filed().assigned();
    let before = given.clone();
    let by = head();
    let decision = correct(&given.case, &by, true, to_russian(), new_story()).expect("corrected");
    assert_eq!(decision.notices, []);
    assert!(matches!(decision.event, EventData::Corrected(_)));
    given.apply(&by, decision);
    assert_eq!(given.case.language, Language::Ru);
    assert_eq!(given.content.summary.reveal(), "two cows");
    let mut undone = given.case.clone();
    undone.language = Language::Kk;
    undone.version -= 1;
    assert_eq!(undone, before.case);
    assert_eq!(given.content.parties, before.content.parties);
    assert_eq!(given.content.amount, before.content.amount);
}

#[test]
fn a_correction_of_nothing_is_a_fault() {
    let given = Given::filed();
    let nothing = correct(
        &given.case,
        &head(),
        true,
        Correction::default(),
        ContentChange::default(),
    );
    assert_eq!(faults(nothing), [": empty"]);
}
