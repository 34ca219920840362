//! Every state × person × action × answer: what is explained as open can be done, and nothing else can.
//!
//! The expectation is written out by hand from 3.2, 3.3 and D4 to D9; it does not ask the code under test.

use crate::given::{
    AIGUL, AWAY, BERIK, DANA, Given, HOME, PARTNER, STRANGER, actor, aigul, basic, coordinator,
    fit, head, mediates, name, patient, text, to, today,
};
use chrono::Days;
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    case::{
        Act, Rejection, Stage, check, decide, explain,
        ground::Ground::{self, *},
    },
    id::MediatorId,
    policy::{Actor, Standing},
    workflow::{Definition, Value, Values},
};
use uuid::Uuid;

/// Somebody, with what 3.3 asks of them said once more in plain words.
struct Person {
    who: &'static str,
    actor: Actor,
    heads: bool,
    coordinates: bool,
    is: Option<MediatorId>,
}

fn cast() -> Vec<Person> {
    let here = Standing::OfficeHead { office: HOME };
    let there = Standing::OfficeHead { office: AWAY };
    let person = |who, standings: &[Standing]| Person {
        who,
        actor: actor(0x100, standings),
        heads: standings.contains(&here),
        coordinates: standings.contains(&Standing::Coordinator),
        is: standings.iter().find_map(|standing| match standing {
            Standing::Mediator { mediator, .. } => Some(*mediator),
            _ => None,
        }),
    };
    // All have the account that filed the case: having filed it opens no action.
    vec![
        person("nobody", &[]),
        person("mediator who filed it", &[mediates(AIGUL, HOME)]),
        person(
            "mediator at two offices",
            &[mediates(AIGUL, HOME), mediates(AIGUL, AWAY)],
        ),
        person("colleague", &[mediates(BERIK, HOME)]),
        person("mediator of another office", &[mediates(DANA, AWAY)]),
        person("head", &[here]),
        person("head of another office", &[there]),
        person("coordinator", &[Standing::Coordinator]),
        person("registrar", &[Standing::Registrar]),
        person("partner", &[Standing::Partner { partner: PARTNER }]),
        person("auditor", &[Standing::Auditor]),
        person("administrator", &[Standing::Administrator]),
        person(
            "auditor and administrator",
            &[Standing::Auditor, Standing::Administrator],
        ),
        person("head and coordinator", &[here, Standing::Coordinator]),
        person("head and mediator", &[here, mediates(AIGUL, HOME)]),
        person(
            "head of both and mediator",
            &[there, here, mediates(BERIK, HOME)],
        ),
        person(
            "coordinator and registrar",
            &[Standing::Registrar, Standing::Coordinator],
        ),
        person(
            "mediator and registrar",
            &[mediates(AIGUL, HOME), Standing::Registrar],
        ),
    ]
}

/// The case in every state that differs for somebody.
fn states(definition: &Definition) -> Vec<Given> {
    let filed = Given::filed_in(definition.clone(), &aigul(), None);
    let assigned = filed.clone().assigned();
    let reconciled = assigned.clone().reconciled();
    let mut states = vec![
        assigned.clone().reassigned(BERIK),
        filed.clone().after(&coordinator(), "assign", &to(DANA)),
        filed.clone().closed(Withdrawn),
        assigned.clone().closed(OneRefused),
        reconciled.clone().after(&aigul(), "close", &Values::new()),
        reconciled,
    ];
    if definition.step(&step("thinking")).is_some() {
        let time = Values::new().with("until", Value::Date(today()));
        states.push(assigned.clone().after(&head(), "give_time", &time));
    }
    states.extend([filed, assigned]);
    states
}

fn step(id: &str) -> kelisim_domain::code::StepId {
    kelisim_domain::code::StepId::parse(id).expect("a step's id")
}

/// A mediator somebody might name, and what lifts what stands against them.
#[derive(Clone)]
struct Asked {
    what: &'static str,
    facts: MediatorFacts,
    needs_reason: bool,
    needs_coordinator: bool,
    never: bool,
}

fn asked() -> Vec<Asked> {
    let new = fit(MediatorId(Uuid::from_u128(0x2f)), HOME);
    let asked = |what, facts: MediatorFacts, lifted: &str| Asked {
        what,
        facts,
        needs_reason: lifted.contains("reason"),
        needs_coordinator: lifted.contains("coordinator"),
        never: lifted == "never",
    };
    let change = |change: fn(&mut MediatorFacts)| {
        let mut facts = new.clone();
        change(&mut facts);
        facts
    };
    vec![
        asked("fit", new.clone(), ""),
        asked(
            "candidate",
            change(|m| m.status = MediatorStatus::Candidate),
            "never",
        ),
        asked(
            "suspended",
            change(|m| m.status = MediatorStatus::Suspended),
            "never",
        ),
        asked(
            "removed",
            change(|m| m.status = MediatorStatus::Removed),
            "never",
        ),
        asked(
            "papers expired",
            change(|m| m.documents_valid_to = Some(today() - Days::new(1))),
            "never",
        ),
        asked(
            "papers without end",
            change(|m| m.documents_valid_to = None),
            "",
        ),
        asked(
            "other language",
            change(|m| m.languages = vec!["ru".into()]),
            "never",
        ),
        asked("unavailable", change(|m| m.is_unavailable = true), "never"),
        asked("at the limit", change(|m| m.open_cases = 3), "reason"),
        asked("above the limit", change(|m| m.open_cases = 9), "reason"),
        asked(
            "of another office",
            change(|m| m.offices = vec![AWAY]),
            "coordinator",
        ),
        asked(
            "of both offices",
            change(|m| m.offices = vec![AWAY, HOME]),
            "",
        ),
        asked(
            "of another office and full",
            change(|m| (m.offices, m.open_cases) = (vec![AWAY], 3)),
            "coordinator and reason",
        ),
        asked(
            "full and unavailable",
            change(|m| (m.is_unavailable, m.open_cases) = (true, 3)),
            "never",
        ),
        asked("has it already", fit(AIGUL, HOME), ""),
        asked("unknown", fit(STRANGER, HOME), "never"),
    ]
}

/// The answers that somebody gives.
struct Answers {
    what: String,
    values: Values,
    ground: Option<Ground>,
    /// The mediator named, and whether a reason for going over the limit is given.
    names: Option<(Asked, bool)>,
}

/// All well-formed answers to an action: every mediator with and without a reason, or every ground.
fn answers(given: &Given, action: &str) -> Vec<Answers> {
    match action {
        "assign" | "reassign" => asked()
            .into_iter()
            .flat_map(|asked| [false, true].map(|reason| naming(asked.clone(), reason)))
            .collect(),
        "reconcile" | "close" => {
            let mut list: Vec<Answers> = Ground::ALL
                .map(|ground| ending(action, Some(ground), given.case.closure.is_some()))
                .into();
            if given.case.closure.is_some() {
                list.push(ending(action, None, true));
            }
            list
        }
        _ => {
            let values = Values::new()
                .with("until", Value::Date(today()))
                .with("why", text("they want to ask their families"));
            vec![Answers {
                what: "the form".into(),
                values,
                ground: None,
                names: None,
            }]
        }
    }
}

fn naming(asked: Asked, reason: bool) -> Answers {
    let mut values = to(asked.facts.id);
    if reason {
        values.insert("over_limit_reason", text("nobody else is there"));
    }
    Answers {
        what: format!("{} (reason: {reason})", asked.what),
        values,
        ground: None,
        names: Some((asked, reason)),
    }
}

/// Whether everything that stands against the mediator named is lifted when this person asks.
fn mediator_fits(answers: &Answers, person: &Person, given: &Given) -> bool {
    answers.names.as_ref().is_none_or(|(asked, reason)| {
        !asked.never
            && (*reason || !asked.needs_reason)
            && (person.coordinates || !asked.needs_coordinator)
            && given.case.mediator != Some(asked.facts.id)
    })
}

fn ending(action: &str, ground: Option<Ground>, is_set: bool) -> Answers {
    let mut values = match (ground, action) {
        (None, _) => Values::new(),
        (Some(ground), _) if is_set => Values::new().with("ground", Value::Ground(ground)),
        (Some(ground), "reconcile") => crate::given::agreed(ground, today()),
        (Some(ground), _) => crate::given::on(ground),
    };
    if action == "reconcile" && is_set {
        values.insert("agreement.signed_on", Value::Date(today()));
    }
    Answers {
        what: format!("{ground:?}"),
        values,
        ground,
        names: None,
    }
}

/// What 3.2 and 3.3 say.
fn expected(given: &Given, person: &Person, action: &str, answers: &Answers) -> bool {
    let leads = person.heads || person.coordinates;
    let conducts = person.is.is_some() && person.is == given.case.mediator;
    let ground = |list: &[Ground]| answers.ground.is_some_and(|ground| list.contains(&ground));
    match (action, given.case.step.as_str()) {
        ("assign", "filed") | ("reassign", "assigned") => {
            leads && mediator_fits(answers, person, given)
        }
        ("give_time", "assigned") => {
            given.definition.step(&step("thinking")).is_some() && (conducts || person.heads)
        }
        ("give_back", "assigned") => given.definition.step(&step("thinking")).is_some() && conducts,
        ("reconcile", "assigned" | "thinking") => conducts && ground(&[Settled, PartlySettled]),
        ("close", "filed") => {
            leads && ground(&[ProposalRejected, NotSuitable, Withdrawn, Duplicate])
        }
        ("close", "assigned") => {
            let grounds = [
                MediationImpossible,
                BothRefused,
                OneRefused,
                NotSuitable,
                Withdrawn,
            ];
            conducts && ground(&grounds)
        }
        ("close", "reconciled") => conducts && (answers.ground.is_none() || ground(&[Settled])),
        _ => false,
    }
}

const ACTIONS: [&str; 8] = [
    "file",
    "assign",
    "reassign",
    "give_time",
    "give_back",
    "reconcile",
    "close",
    "dance",
];

/// Compares expectation, explanation and decision for one question; whether it was allowed.
fn ask(given: &Given, person: &Person, action: &str, answers: &Answers) -> bool {
    let facts = given.facts(&answers.values);
    let (definition, case) = (&given.definition, &given.case);
    let action_name = name(action);
    let act = Act {
        action: &action_name,
        values: Some(&answers.values),
    };
    let what = format!(
        "{} {action} at {} with {}",
        person.who, case.step, answers.what
    );
    let refusals = check(definition, case, &person.actor, act, &facts);
    let allowed = expected(given, person, action, answers);
    assert_eq!(refusals.is_empty(), allowed, "{what}: {refusals:?}");
    let explained = explain(
        definition,
        case,
        &person.actor,
        &facts,
        Some(&answers.values),
    );
    match explained.iter().find(|answer| *answer.name == action_name) {
        Some(answer) => assert_eq!(answer.refusals, refusals, "{what}"),
        None => assert!(!allowed, "{what}: not explained at all"),
    }
    match decide(definition, case, &person.actor, act, &facts) {
        Ok(_) => assert!(allowed, "{what}"),
        Err(Rejection::Refused(reasons)) => assert_eq!(reasons, refusals, "{what}"),
        Err(Rejection::Invalid(faults)) => panic!("{what}: {faults:?}"),
    }
    allowed
}

/// Asks everything of a workflow; how many of all questions were allowed.
fn ask_everything(definition: &Definition) -> (usize, usize) {
    let (mut questions, mut allowed) = (0, 0);
    for given in states(definition) {
        for person in cast() {
            for action in ACTIONS {
                let mut any = false;
                for answers in answers(&given, action) {
                    let given = match &answers.names {
                        Some((asked, _)) if asked.facts.id != STRANGER => {
                            given.clone().with_mediator(asked.facts.clone())
                        }
                        _ => given.clone(),
                    };
                    let is_allowed = ask(&given, &person, action, &answers);
                    questions += 1;
                    allowed += usize::from(is_allowed);
                    any |= is_allowed;
                }
                asked_openly(&given, &person, action, any);
            }
        }
    }
    (questions, allowed)
}

/// Without answers the question is whether any answers would do.
fn asked_openly(given: &Given, person: &Person, action: &str, any: bool) {
    let facts = given.facts(&Values::new());
    let answers = explain(&given.definition, &given.case, &person.actor, &facts, None);
    let open = answers
        .iter()
        .any(|answer| *answer.name == name(action) && answer.allowed());
    let (who, step) = (person.who, &given.case.step);
    assert_eq!(open, any, "{who} {action} at {step}, asked without answers");
}

#[test]
fn explain_says_allowed_exactly_when_the_transition_succeeds() {
    let (questions, allowed) = ask_everything(&basic());
    assert!(questions > 10_000, "{questions}");
    assert!(allowed > 300, "{allowed}");
}

#[test]
fn the_same_holds_for_a_workflow_with_a_step_and_two_actions_more() {
    let (questions, allowed) = ask_everything(&patient());
    assert!(questions > 10_000, "{questions}");
    assert!(allowed > 300, "{allowed}");
}

#[test]
fn administrator_and_auditor_do_nothing_on_any_case() {
    for state in states(&patient()) {
        for person in cast() {
            if ![
                "administrator",
                "auditor",
                "auditor and administrator",
                "partner",
                "registrar",
            ]
            .contains(&person.who)
            {
                continue;
            }
            let facts = state.facts(&Values::new());
            for answer in explain(&state.definition, &state.case, &person.actor, &facts, None) {
                assert!(!answer.allowed(), "{} {:?}", person.who, answer.name);
            }
        }
    }
}

#[test]
fn d36_every_refusal_names_its_rule_and_who_can_lift_it() {
    for state in states(&patient()) {
        let values = Values::new();
        let facts = state.facts(&values);
        for person in cast() {
            for answer in explain(&state.definition, &state.case, &person.actor, &facts, None) {
                for refusal in answer.refusals {
                    assert!(!refusal.rule().is_empty() && !refusal.code().is_empty());
                    let about_who = refusal.is_about_who();
                    assert_eq!(about_who, !refusal.lifted_by().is_empty(), "{refusal:?}");
                    if state.case.stage == Stage::Closed {
                        assert_eq!(refusal.rule(), "D20");
                    }
                }
            }
        }
    }
}
