//! How a case ends: grounds and their days (3.2, D19), finality (D20), class (D21) and number (D22).

use crate::given::{
    BERIK, CASE, Given, OTHER_CASE, agreed, aigul, basic, coordinator, faults, filed_on, head, on,
    refused, text, to, today,
};
use chrono::{Days, NaiveDate};
use kelisim_domain::{
    case::{
        Case, Class, Closure, ContentChange, Correction, Decision, EventData, GroundCorrection,
        Rejection, Stage, correct, correct_ground,
        ground::Ground::{self, *},
    },
    confidential::Confidential,
    language::Language,
    policy::{Actor, Standing},
    workflow::{self, Definition, Value, Values},
};

/// The basic workflow with every ground of 3.2, each offered wherever the stage allows it.
fn with_all_grounds() -> Definition {
    let codes: Vec<String> = Ground::ALL
        .iter()
        .map(|ground| format!("\"{}\"", ground.code()))
        .collect();
    let (before, rest) = workflow::BASIC
        .split_once("grounds = [")
        .expect("the list of grounds");
    let (_, after) = rest.split_once(']').expect("its end");
    let text: String = format!("{before}grounds = [{}]{after}", codes.join(", "))
        .lines()
        .filter(|line| !line.trim_start().starts_with("choices = "))
        .flat_map(|line| [line, "\n"])
        .collect();
    workflow::parse(&text).expect("sound")
}

/// Where each ground may be set: from filed, from assigned, and on entering reconciled (3.2).
const TABLE: [(Ground, bool, bool, bool); 12] = [
    (Settled, false, false, true),
    (PartlySettled, false, false, true),
    (MediationImpossible, false, true, false),
    (BothRefused, false, true, false),
    (OneRefused, false, true, false),
    (TermExpired, false, true, false),
    (ProposalRejected, true, false, false),
    (NotSuitable, true, true, false),
    (Withdrawn, true, true, false),
    (Transferred, true, false, false),
    (Duplicate, true, false, false),
    (ConsultationOnly, true, false, false),
];

fn expect(answer: Result<Decision, Rejection>, allowed: bool, code: &str, what: &str) {
    let expected: &[&str] = if allowed { &[] } else { &[code] };
    assert_eq!(refused(answer), expected, "{what}");
}

#[test]
fn d19_a_ground_is_allowed_from_its_own_stages_only() {
    let filed = Given::filed_in(with_all_grounds(), &aigul(), None);
    let assigned = filed.clone().assigned();
    let elsewhere = "D19 ground_not_from_here";
    for (ground, from_filed, from_assigned, on_reconciling) in TABLE {
        let what = ground.code();
        expect(
            filed.when(&head(), "close", &on(ground)),
            from_filed,
            elsewhere,
            what,
        );
        expect(
            assigned.when(&aigul(), "close", &on(ground)),
            from_assigned,
            elsewhere,
            what,
        );
        let answer = assigned.when(&aigul(), "reconcile", &agreed(ground, today()));
        expect(answer, on_reconciling, elsewhere, what);
    }
}

#[test]
fn d19_basic_leaves_three_grounds_out() {
    let (filed, assigned) = (Given::filed(), Given::filed().assigned());
    for (ground, from_filed, from_assigned, _) in TABLE {
        let code = match ground {
            TermExpired | Transferred | ConsultationOnly => "3.2 ground_not_in_workflow",
            _ => "D19 ground_not_from_here",
        };
        let in_basic = !code.starts_with("3.2");
        let what = ground.code();
        expect(
            filed.when(&head(), "close", &on(ground)),
            in_basic && from_filed,
            code,
            what,
        );
        let answer = assigned.when(&aigul(), "close", &on(ground));
        expect(answer, in_basic && from_assigned, code, what);
    }
}

#[test]
fn d19_closing_after_reconciling_repeats_the_ground_or_names_none() {
    for set in [Settled, PartlySettled] {
        let reconciled =
            Given::filed()
                .assigned()
                .after(&aigul(), "reconcile", &agreed(set, today()));
        for ground in Ground::ALL {
            let values = Values::new().with("ground", Value::Ground(ground));
            let answer = reconciled.when(&aigul(), "close", &values);
            expect(answer, ground == set, "D19 ground_is_set", ground.code());
        }
        let before = reconciled.case.closure;
        let closed = reconciled.after(&aigul(), "close", &Values::new());
        assert_eq!(closed.case.closure, before, "one ground, set once");
        assert_eq!(closed.case.class, Class::DoneSuccess);
    }
}

#[test]
fn d19_no_case_ends_without_a_ground_or_an_agreement() {
    let nothing = Values::new();
    let filed = Given::filed();
    assert_eq!(
        faults(filed.when(&head(), "close", &nothing)),
        ["/ground: missing"]
    );
    let assigned = filed.assigned();
    assert_eq!(
        faults(assigned.when(&aigul(), "close", &nothing)),
        ["/ground: missing"]
    );
    assert_eq!(
        faults(assigned.when(&aigul(), "reconcile", &nothing)),
        [
            "/agreement/signed_on: missing",
            "/agreement/summary: missing",
            "/ground: missing"
        ]
    );
}

fn effective_on(answer: Result<Decision, Rejection>) -> NaiveDate {
    answer.expect("closes").event.effective_on().expect("a day")
}

/// Answers for a ground without a day.
fn undated(ground: Ground) -> Values {
    let values = Values::new().with("ground", Value::Ground(ground));
    match ground {
        Duplicate | Transferred => values.with("linked_case", Value::Case(OTHER_CASE)),
        NotSuitable => values.with("exclusion_code", text("state_body")),
        _ => values,
    }
}

#[test]
fn an_agreement_takes_effect_on_the_day_of_signing() {
    let signed_on = today() - Days::new(2);
    let assigned = Given::filed().assigned();
    for ground in [Settled, PartlySettled] {
        let decision = assigned
            .when(&aigul(), "reconcile", &agreed(ground, signed_on))
            .expect("reconciled");
        assert_eq!(decision.event.effective_on(), Some(signed_on));
        let agreement = decision.content.agreement.expect("recorded");
        assert_eq!(agreement.signed_on, signed_on);
        assert_eq!(agreement.summary.reveal(), "the cow stays out");
    }
}

#[test]
fn a_refusal_takes_effect_on_the_day_that_is_named() {
    let filed = Given::filed();
    let assigned = filed.clone().assigned();
    let named = today() - Days::new(1);
    for (given, by, ground) in [
        (&filed, head(), ProposalRejected),
        (&assigned, aigul(), OneRefused),
        (&assigned, aigul(), BothRefused),
    ] {
        let answer = given.when(&by, "close", &undated(ground));
        assert_eq!(faults(answer), ["/effective_on: missing"], "{ground:?}");
        let dated = undated(ground).with("effective_on", Value::Date(named));
        assert_eq!(effective_on(given.when(&by, "close", &dated)), named);
    }
}

#[test]
fn a_decision_takes_effect_on_its_own_day_unless_another_is_named() {
    let filed = Given::filed_in(with_all_grounds(), &aigul(), None);
    let assigned = filed.clone().assigned();
    for (ground, from_filed, from_assigned, _) in TABLE {
        if matches!(ground, OneRefused | BothRefused | ProposalRejected) {
            continue;
        }
        for (given, by, allowed) in [
            (&filed, head(), from_filed),
            (&assigned, aigul(), from_assigned),
        ] {
            if !allowed {
                continue;
            }
            let answer = given.when(&by, "close", &undated(ground));
            assert_eq!(effective_on(answer), today(), "{ground:?}");
            let dated = undated(ground).with("effective_on", Value::Date(filed_on()));
            assert_eq!(effective_on(given.when(&by, "close", &dated)), filed_on());
        }
    }
}

#[test]
fn a_duplicate_names_the_other_case_and_no_other_ground_does() {
    let given = Given::filed();
    let close = |values: &Values| given.when(&head(), "close", values);
    let alone = Values::new().with("ground", Value::Ground(Duplicate));
    assert_eq!(faults(close(&alone)), ["/linked_case: missing"]);
    let of_itself = alone.clone().with("linked_case", Value::Case(CASE));
    assert_eq!(faults(close(&of_itself)), ["/linked_case: not_here"]);
    let withdrawn = on(Withdrawn).with("linked_case", Value::Case(OTHER_CASE));
    assert_eq!(faults(close(&withdrawn)), ["/linked_case: not_here"]);
    let linked = given.closed(Duplicate).case.closure.expect("closed");
    assert_eq!(linked.linked_case, Some(OTHER_CASE));
}

#[test]
fn the_exclusion_code_is_asked_for_and_kept_in_the_confidential_half_only() {
    let (filed, assigned) = (Given::filed(), Given::filed().assigned());
    for (given, by) in [(&filed, head()), (&assigned, aigul())] {
        let without = Values::new().with("ground", Value::Ground(NotSuitable));
        let answer = given.when(&by, "close", &without);
        assert_eq!(faults(answer), ["/exclusion_code: missing"]);
        let withdrawn = on(Withdrawn).with("exclusion_code", text("state_body"));
        let answer = given.when(&by, "close", &withdrawn);
        assert_eq!(faults(answer), ["/exclusion_code: not_here"]);
        let decision = given.when(&by, "close", &on(NotSuitable)).expect("closes");
        let open = serde_json::to_string(&decision.event).expect("JSON");
        assert!(!open.contains("state_body"), "{open}");
        let code = decision.content.exclusion_code.reveal().as_deref();
        assert_eq!(code, Some("state_body"));
    }
    let closed = filed.closed(NotSuitable);
    assert_eq!(
        closed.content.exclusion_code.reveal().as_deref(),
        Some("state_body")
    );
}

#[test]
fn all_faults_of_the_answers_are_named_at_once() {
    let assigned = Given::filed().assigned();
    let values = Values::new()
        .with("ground", Value::Ground(OneRefused))
        .with("linked_case", Value::Case(OTHER_CASE))
        .with("exclusion_code", text("state_body"));
    assert_eq!(
        faults(assigned.when(&aigul(), "close", &values)),
        [
            "/effective_on: missing",
            "/linked_case: not_here",
            "/exclusion_code: not_here"
        ]
    );
}

// ---- D20 ---------------------------------------------------------------------------------------------------------

fn closed_cases() -> [Given; 3] {
    [
        Given::filed().closed(Withdrawn),
        Given::filed().assigned().closed(OneRefused),
        Given::filed()
            .assigned()
            .reconciled()
            .after(&aigul(), "close", &Values::new()),
    ]
}

fn right(case: &Case, ground: Ground) -> GroundCorrection {
    let effective_on = case.closure.map_or(today(), |closure| closure.effective_on);
    GroundCorrection {
        closure: Closure {
            ground,
            effective_on,
            linked_case: ground.needs_linked_case().then_some(OTHER_CASE),
        },
        exclusion_code: Confidential::new((ground == NotSuitable).then(|| "state_body".to_owned())),
        reason: "the wrong line was chosen".to_owned().into(),
    }
}

fn ground_by(given: &Given, by: &Actor, ground: Ground) -> Result<Decision, Rejection> {
    correct_ground(
        &given.definition,
        &given.case,
        by,
        right(&given.case, ground),
    )
}

#[test]
fn d20_a_closed_case_refuses_every_action_and_correction() {
    for given in closed_cases() {
        for by in [head(), coordinator(), aigul()] {
            for (action, values) in [
                ("assign", to(BERIK)),
                ("reassign", to(BERIK)),
                ("reconcile", agreed(Settled, today())),
                ("close", on(Withdrawn)),
                ("close", Values::new()),
            ] {
                let answer = given.when(&by, action, &values);
                assert_eq!(refused(answer), ["D20 case_closed"], "{action}");
            }
            let correction = Correction {
                language: Some(Language::Ru),
                ..Correction::default()
            };
            let answer = correct(
                &given.case,
                &by,
                false,
                correction,
                ContentChange::default(),
            );
            assert_eq!(refused(answer), ["D20 case_closed"]);
        }
    }
}

#[test]
fn d20_the_coordinator_corrects_a_ground_with_a_reason_and_the_class_follows() {
    let mut given = Given::filed().closed(Withdrawn);
    let before = given.clone();
    let decision = ground_by(&given, &coordinator(), NotSuitable).expect("corrected");
    assert_eq!(decision.notices, [], "nobody is told twice");
    let open = serde_json::to_string(&decision.event).expect("written");
    assert!(decision.event.has_sealed_reason() && !open.contains("the wrong line"));
    let reason = decision.content.reason.reveal().as_deref();
    assert_eq!(reason, Some("the wrong line was chosen"));
    given.apply(&coordinator(), decision);
    assert_eq!(
        given.case.closure.map(|closure| closure.ground),
        Some(NotSuitable)
    );
    assert_eq!(given.case.class, Class::DoneOther);
    assert_eq!(
        given.content.exclusion_code.reveal().as_deref(),
        Some("state_body")
    );
    assert_eq!(given.case.closed_at, before.case.closed_at);
    assert_eq!(given.case.stage, Stage::Closed);
    let [_, _, success] = closed_cases();
    let decision = ground_by(&success, &coordinator(), PartlySettled).expect("corrected");
    let EventData::GroundCorrected { class, .. } = decision.event else {
        panic!("a correction of the ground");
    };
    assert_eq!(class, Class::DoneSuccess);
}

#[test]
fn d20_nobody_but_the_coordinator_corrects_a_ground() {
    for given in closed_cases() {
        let ground = given
            .case
            .closure
            .map_or(Settled, |closure| match closure.ground {
                Settled => PartlySettled,
                _ => NotSuitable,
            });
        for by in [
            head(),
            aigul(),
            crate::given::actor(0x400, &[Standing::Administrator]),
        ] {
            assert_eq!(refused(ground_by(&given, &by, ground)), ["3.3 not_yours"]);
        }
        assert_eq!(refused(ground_by(&given, &coordinator(), ground)), [""; 0]);
    }
}

#[test]
fn d20_only_a_closed_case_has_a_ground_to_correct() {
    let filed = Given::filed();
    let reconciled = filed.clone().assigned().reconciled();
    for given in [filed, reconciled] {
        let answer = ground_by(&given, &coordinator(), PartlySettled);
        assert_eq!(faults(answer), ["/ground: not_here"]);
    }
}

#[test]
fn d19_a_corrected_ground_is_one_that_could_have_closed_the_case() {
    let all = |given: Given| Given {
        definition: with_all_grounds(),
        ..given
    };
    let [filed, assigned, reconciled] = closed_cases();
    // A ground of both stages does not say from which one the case was closed.
    let also_assigned = Given::filed().assigned().closed(Withdrawn);
    let closed = [
        (filed, 0),
        (assigned, 1),
        (also_assigned, 1),
        (reconciled, 2),
    ];
    for (given, from) in closed.map(|(given, from)| (all(given), from)) {
        let old = given.case.closure.map(|closure| closure.ground);
        for (ground, from_filed, from_assigned, success) in TABLE {
            let allowed = [from_filed, from_assigned, success][from];
            let what = format!("{old:?} to {ground:?}");
            if Some(ground) == old {
                let same = ground_by(&given, &coordinator(), ground);
                assert_eq!(faults(same), [": empty"], "{what}");
            } else {
                let answer = ground_by(&given, &coordinator(), ground);
                expect(answer, allowed, "D19 ground_not_from_here", &what);
            }
        }
    }
    let basic = Given::filed().closed(Withdrawn);
    let answer = ground_by(&basic, &coordinator(), ConsultationOnly);
    assert_eq!(refused(answer), ["3.2 ground_not_in_workflow"]);
}

#[test]
fn d20_a_corrected_ground_brings_what_it_needs() {
    let given = Given::filed().closed(Withdrawn);
    let correction = |change: fn(&mut GroundCorrection), ground| {
        let mut correction = right(&given.case, ground);
        change(&mut correction);
        faults(correct_ground(
            &given.definition,
            &given.case,
            &coordinator(),
            correction,
        ))
    };
    assert_eq!(
        correction(|c| c.closure.linked_case = None, Duplicate),
        ["/linked_case: missing"]
    );
    assert_eq!(
        correction(|c| c.closure.linked_case = Some(CASE), Duplicate),
        ["/linked_case: not_here"]
    );
    assert_eq!(
        correction(|c| c.exclusion_code = Confidential::new(None), NotSuitable),
        ["/exclusion_code: missing"]
    );
    assert_eq!(
        correction(
            |c| c.exclusion_code = Confidential::new(Some("x".into())),
            Duplicate
        ),
        ["/exclusion_code: not_here"]
    );
}

// ---- D21, D22 ----------------------------------------------------------------------------------------------------

#[test]
fn d21_the_class_of_a_closed_case_follows_its_ground() {
    for (given, class) in
        closed_cases()
            .into_iter()
            .zip([Class::DoneOther, Class::DoneOther, Class::DoneSuccess])
    {
        assert_eq!((given.case.stage, given.case.class), (Stage::Closed, class));
        assert!(given.case.closed_at.is_some());
    }
}

#[test]
fn d21_every_step_has_the_stage_and_class_of_the_definition() {
    let definition = basic();
    let filed = Given::filed();
    let assigned = filed.clone().assigned();
    let reconciled = assigned.clone().reconciled();
    for given in [filed, assigned, reconciled] {
        let step = definition
            .step(&given.case.step)
            .expect("a step of the workflow");
        assert_eq!(given.case.stage, step.stage);
        assert_eq!(Some(given.case.class), step.class);
    }
}

#[test]
fn d22_a_case_keeps_its_number_to_the_end() {
    for given in closed_cases() {
        assert_eq!(given.case.number.to_string(), "ORL-03/2026-0017");
    }
    let wrongly_filed = Given::filed().closed(Duplicate);
    assert_eq!(wrongly_filed.case.number.to_string(), "ORL-03/2026-0017");
}
