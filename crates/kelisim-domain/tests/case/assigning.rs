//! To whom a case may be given (D4, D5, D9), and what follows.

use crate::given::{
    AIGUL, AWAY, BERIK, DANA, Given, HOME, STRANGER, actor, aigul, coordinator, dana, faults, fit,
    head, mediates, refused, text, to, today,
};
use chrono::Days;
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    case::{Class, Stage},
    policy::Standing,
    workflow::Values,
};

#[test]
fn d04_each_reason_stands_against_a_mediator_by_itself() {
    let berik = fit(BERIK, HOME);
    let unfit = [
        ("D4 mediator_not_active", {
            let status = MediatorStatus::Candidate;
            MediatorFacts {
                status,
                ..berik.clone()
            }
        }),
        ("D4 mediator_not_active", {
            let status = MediatorStatus::Suspended;
            MediatorFacts {
                status,
                ..berik.clone()
            }
        }),
        ("D4 mediator_not_active", {
            let status = MediatorStatus::Removed;
            MediatorFacts {
                status,
                ..berik.clone()
            }
        }),
        ("D4 mediator_documents_expired", {
            let documents_valid_to = Some(today() - Days::new(1));
            MediatorFacts {
                documents_valid_to,
                ..berik.clone()
            }
        }),
        ("D4 mediator_language", {
            let languages = vec!["ru".into(), "de".into()];
            MediatorFacts {
                languages,
                ..berik.clone()
            }
        }),
        ("D4 mediator_at_limit", {
            MediatorFacts {
                open_cases: 3,
                ..berik.clone()
            }
        }),
        ("D4 mediator_unavailable", {
            MediatorFacts {
                is_unavailable: true,
                ..berik.clone()
            }
        }),
        ("D9 mediator_of_other_office", {
            MediatorFacts {
                offices: vec![AWAY],
                ..berik
            }
        }),
    ];
    for (reason, facts) in unfit {
        let given = Given::filed().with_mediator(facts.clone());
        let answer = given.when(&head(), "assign", &to(BERIK));
        assert_eq!(refused(answer), [reason]);
        let given = Given::filed().assigned().with_mediator(facts);
        let answer = given.when(&head(), "reassign", &to(BERIK));
        assert_eq!(refused(answer), [reason], "on reassigning");
    }
}

#[test]
fn d04_a_mediator_is_fit_on_the_last_day_of_the_papers_and_one_below_the_limit() {
    let facts = MediatorFacts {
        documents_valid_to: Some(today()),
        open_cases: 2,
        max_open_cases: 3,
        ..fit(BERIK, HOME)
    };
    let given = Given::filed().with_mediator(facts);
    assert_eq!(refused(given.when(&head(), "assign", &to(BERIK))), [""; 0]);
}

#[test]
fn d04_nobody_is_assigned_without_facts_about_them() {
    let given = Given::filed();
    let unknown = given.when(&head(), "assign", &to(STRANGER));
    assert_eq!(refused(unknown), ["D4 mediator_unknown"]);
    let nobody = given.when(&head(), "assign", &Values::new());
    assert_eq!(faults(nobody), ["/mediator: missing"]);
}

#[test]
fn d04_facts_about_somebody_else_speak_for_no_one() {
    use kelisim_domain::case::{Act, check};
    let given = Given::filed();
    let (action, values) = (crate::given::name("assign"), to(BERIK));
    for about in [to(AIGUL), Values::new()] {
        let act = Act {
            action: &action,
            values: Some(&values),
        };
        let facts = given.facts(&about);
        let refusals = check(&given.definition, &given.case, &head(), act, &facts);
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].code(), "mediator_unknown");
    }
}

#[test]
fn d04_a_case_is_not_reassigned_to_the_mediator_who_has_it() {
    let given = Given::filed().assigned();
    let again = given.when(&head(), "reassign", &to(AIGUL));
    assert_eq!(refused(again), ["D4 mediator_has_it"]);
}

#[test]
fn d05_the_limit_is_lifted_with_a_reason_and_the_reason_is_sealed() {
    let full = MediatorFacts {
        open_cases: 3,
        ..fit(BERIK, HOME)
    };
    let given = Given::filed().with_mediator(full.clone());
    let with_reason = to(BERIK).with("over_limit_reason", text("nobody else speaks Kazakh"));
    for by in [head(), coordinator()] {
        let decision = given.when(&by, "assign", &with_reason).expect("lifted");
        assert!(decision.event.has_sealed_reason());
        let open = serde_json::to_string(&decision.event).expect("written");
        assert!(open.contains("\"limit_lifted\":true"), "{open}");
        assert!(!open.contains("Kazakh"), "{open}");
        let reason = decision.content.reason.reveal().as_deref();
        assert_eq!(reason, Some("nobody else speaks Kazakh"));
    }
    let away = MediatorFacts {
        is_unavailable: true,
        ..full
    };
    let answer = given
        .with_mediator(away)
        .when(&head(), "assign", &with_reason);
    assert_eq!(refused(answer), ["D4 mediator_unavailable"], "nothing else");
}

#[test]
fn d05_whitespace_is_no_reason() {
    let full = MediatorFacts {
        open_cases: 3,
        ..fit(BERIK, HOME)
    };
    let given = Given::filed().with_mediator(full);
    let blank = to(BERIK).with("over_limit_reason", text(" \n"));
    let answer = given.when(&head(), "assign", &blank);
    assert_eq!(refused(answer), ["D4 mediator_at_limit"]);
}

#[test]
fn d08_a_mediator_gives_no_case_to_anybody() {
    let filed = Given::filed();
    assert_eq!(
        refused(filed.when(&aigul(), "assign", &to(AIGUL))),
        ["3.3 not_yours"]
    );
    let assigned = filed.assigned();
    assert_eq!(
        refused(assigned.when(&aigul(), "reassign", &to(BERIK))),
        ["3.3 not_yours"]
    );
}

#[test]
fn d09_lend_only_by_coordinator() {
    let given = Given::filed();
    let by_head = given.when(&head(), "assign", &to(DANA));
    assert_eq!(refused(by_head), ["D9 mediator_of_other_office"]);
    let head_of_both = actor(
        0x200,
        &[
            Standing::OfficeHead { office: HOME },
            Standing::OfficeHead { office: AWAY },
        ],
    );
    let by_both = given.when(&head_of_both, "assign", &to(DANA));
    assert_eq!(refused(by_both), ["D9 mediator_of_other_office"]);
    let lent = given.after(&coordinator(), "assign", &to(DANA));
    assert_eq!(lent.case.mediator, Some(DANA));
    assert_eq!(
        refused(lent.when(&dana(), "close", &crate::given::on(GROUND))),
        [""; 0],
        "the borrowed mediator conducts the case"
    );
}

const GROUND: kelisim_domain::case::ground::Ground =
    kelisim_domain::case::ground::Ground::MediationImpossible;

#[test]
fn d09_a_head_of_another_office_has_no_say() {
    let elsewhere = actor(0x201, &[Standing::OfficeHead { office: AWAY }]);
    let given = Given::filed();
    assert_eq!(
        refused(given.when(&elsewhere, "assign", &to(DANA))),
        ["3.3 not_yours", "D9 mediator_of_other_office"],
        "every reason is named"
    );
}

#[test]
fn the_first_assignment_is_the_day_of_acceptance_and_a_second_does_not_move_it() {
    let first = Given::filed().assigned();
    assert_eq!(
        (first.case.stage, first.case.class),
        (Stage::Assigned, Class::Active)
    );
    let accepted_at = first.case.accepted_at;
    assert_eq!(accepted_at, Some(first.history[1].at));
    let second = first.reassigned(BERIK);
    assert_eq!(second.case.mediator, Some(BERIK));
    assert_eq!(second.case.accepted_at, accepted_at);
}

#[test]
fn the_history_names_the_grant_that_was_used() {
    let both = actor(
        0x202,
        &[mediates(AIGUL, HOME), Standing::OfficeHead { office: HOME }],
    );
    let given = Given::filed();
    let assigned = given.when(&both, "assign", &to(AIGUL)).expect("as head");
    assert_eq!(assigned.grant, Some(both.grants[1].id));
    let closed = given
        .assigned()
        .when(&both, "close", &crate::given::on(GROUND))
        .expect("as mediator");
    assert_eq!(closed.grant, Some(both.grants[0].id));
}
