//! What people may try on a case, sensible or not.

use crate::given::{
    AIGUL, AWAY, BERIK, CASE, DANA, Given, HOME, OTHER_CASE, STRANGER, actor, aigul, berik,
    coordinator, dana, fit, head, text, today,
};
use chrono::Days;
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    case::{
        Act, Closure, ContentChange, Correction, Decision, GroundCorrection, Rejection, correct,
        correct_ground, decide, explain, ground::Ground, grounds_offered,
    },
    confidential::Confidential,
    id::MediatorId,
    language::Language,
    policy::{Actor, Standing},
    workflow::{Action, FieldType, Value, Values},
};
use proptest::{
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::select,
};

const MEDIATORS: [MediatorId; 4] = [AIGUL, BERIK, DANA, STRANGER];

fn people() -> Vec<Actor> {
    vec![
        head(),
        coordinator(),
        aigul(),
        berik(),
        dana(),
        actor(0x500, &[Standing::OfficeHead { office: AWAY }]),
        actor(0x501, &[Standing::Registrar]),
        actor(0x502, &[Standing::Administrator, Standing::Auditor]),
        actor(
            0x503,
            &[Standing::Coordinator, Standing::OfficeHead { office: HOME }],
        ),
    ]
}

/// Something that somebody tries.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// The n-th of all moves that are open to anybody, with sensible answers.
    Walk(usize),
    /// Any action by anybody, with any answers.
    Try(usize, &'static str, Values),
    /// A correction of facts.
    Correct(usize, Correction, Box<ContentChange>),
    /// A correction of the ground.
    CorrectGround(usize, Closure, Option<String>),
    /// The register changes.
    Register(MediatorFacts),
}

fn some<T: Clone + std::fmt::Debug + 'static>(value: T) -> impl Strategy<Value = Option<T>> {
    prop_oneof![Just(None), Just(Some(value))]
}

fn any_values() -> impl Strategy<Value = Values> {
    let day = prop_oneof![
        Just(None),
        (0..9u64).prop_map(|ago| Some(today() - Days::new(ago)))
    ];
    let linked = select(vec![None, None, Some(OTHER_CASE), Some(CASE)]);
    (
        proptest::option::of(select(MEDIATORS.to_vec())),
        some("nobody else"),
        proptest::option::of(select(Ground::ALL.to_vec())),
        (day.clone(), day),
        linked,
        some("state_body"),
        some("the cow stays out"),
    )
        .prop_map(
            |(mediator, reason, ground, (day, signed_on), linked, code, summary)| {
                let answers = [
                    ("mediator", mediator.map(Value::Mediator)),
                    ("over_limit_reason", reason.map(text)),
                    ("ground", ground.map(Value::Ground)),
                    ("effective_on", day.map(Value::Date)),
                    ("agreement.signed_on", signed_on.map(Value::Date)),
                    ("agreement.summary", summary.map(text)),
                    ("linked_case", linked.map(Value::Case)),
                    ("exclusion_code", code.map(text)),
                ];
                let mut values = Values::new();
                for (name, value) in answers {
                    if let Some(value) = value {
                        values.insert(name, value);
                    }
                }
                values
            },
        )
}

fn any_correction() -> impl Strategy<Value = (Correction, ContentChange)> {
    let language = proptest::option::of(select(vec![Language::Kk, Language::Ru]));
    let amount = select(vec![None, Some(None), Some(Some(1_000))]);
    (language, some("fences"), some("two cows"), amount).prop_map(
        |(language, subcategory, summary, amount)| {
            let correction = Correction {
                language,
                subcategory: subcategory.map(str::to_owned),
                ..Correction::default()
            };
            let content = ContentChange {
                summary: Confidential::new(summary.map(str::to_owned)),
                amount: Confidential::new(amount),
                ..ContentChange::default()
            };
            (correction, content)
        },
    )
}

fn any_mediator() -> impl Strategy<Value = MediatorFacts> {
    let status = select(vec![
        MediatorStatus::Active,
        MediatorStatus::Active,
        MediatorStatus::Suspended,
    ]);
    (
        select(MEDIATORS[..3].to_vec()),
        status,
        0..5u32,
        any::<bool>(),
    )
        .prop_map(|(id, status, open_cases, is_unavailable)| MediatorFacts {
            status,
            open_cases,
            is_unavailable,
            ..fit(id, if id == DANA { AWAY } else { HOME })
        })
}

pub(crate) fn any_command() -> impl Strategy<Value = Command> {
    let who = 0..people().len();
    let actions = vec![
        "assign",
        "reassign",
        "give_time",
        "give_back",
        "reconcile",
        "close",
        "file",
    ];
    let ground = (
        select(Ground::ALL.to_vec()),
        select(vec![None, Some(OTHER_CASE), Some(CASE)]),
        some("state_body".to_owned()),
    );
    prop_oneof![
        4 => any::<usize>().prop_map(Command::Walk),
        4 => (who.clone(), select(actions), any_values())
            .prop_map(|(who, action, values)| Command::Try(who, action, values)),
        1 => (who.clone(), any_correction())
            .prop_map(|(who, (facts, content))| Command::Correct(who, facts, Box::new(content))),
        1 => (who, ground).prop_map(|(who, (ground, linked_case, code))| {
            let effective_on = today();
            let closure = Closure { ground, effective_on, linked_case };
            Command::CorrectGround(who, closure, code)
        }),
        1 => any_mediator().prop_map(Command::Register),
    ]
}

/// What comes of a command, and who gave it; nothing for a change of the register or a walk with nowhere to go.
pub(crate) fn attempt(
    given: &mut Given,
    command: Command,
) -> Option<(Actor, Result<Decision, Rejection>)> {
    let person = |n: usize| people().swap_remove(n);
    match command {
        Command::Walk(n) => walk(given, n),
        Command::Try(who, action, values) => {
            let by = person(who);
            let answer = given.when(&by, action, &values);
            Some((by, answer))
        }
        Command::Correct(who, facts, content) => {
            let by = person(who);
            let answer = correct(&given.case, &by, true, facts, *content);
            Some((by, answer))
        }
        Command::CorrectGround(who, closure, code) => {
            let by = person(who);
            let correction = GroundCorrection {
                closure,
                exclusion_code: Confidential::new(code),
                reason: "the wrong line".to_owned().into(),
            };
            let answer = correct_ground(&given.definition, &given.case, &by, correction);
            Some((by, answer))
        }
        Command::Register(facts) => {
            *given = given.clone().with_mediator(facts);
            None
        }
    }
}

/// Takes the n-th open move.
fn walk(given: &Given, n: usize) -> Option<(Actor, Result<Decision, Rejection>)> {
    let nothing = given.facts(&Values::new());
    let mut open = Vec::new();
    for by in people() {
        for answer in explain(&given.definition, &given.case, &by, &nothing, None) {
            if answer.allowed() {
                open.push((by.clone(), answer.action));
            }
        }
    }
    if open.is_empty() {
        return None;
    }
    let (by, action) = open.swap_remove(n % open.len());
    let values = sensible(given, action, n);
    let act = Act {
        action: &action.name,
        values: Some(&values),
    };
    let facts = given.facts(&values);
    let answer = decide(&given.definition, &given.case, &by, act, &facts);
    Some((by, answer))
}

fn sensible(given: &Given, action: &Action, n: usize) -> Values {
    let offered = grounds_offered(&given.definition, action, &given.case);
    let ground = (!offered.is_empty())
        .then(|| offered[n / 7 % offered.len()])
        .and_then(|code| code.parse::<Ground>().ok());
    let mut values = Values::new();
    for field in &action.form {
        let wanted = match field.name.as_str() {
            "linked_case" => ground.is_some_and(Ground::needs_linked_case),
            "exclusion_code" => ground == Some(Ground::NotSuitable),
            _ => true,
        };
        let value = match field.kind {
            FieldType::Mediator => Some(Value::Mediator(MEDIATORS[n / 7 % 3])),
            FieldType::Ground => ground.map(Value::Ground),
            FieldType::Date => Some(Value::Date(today())),
            FieldType::Case => Some(Value::Case(OTHER_CASE)),
            _ => Some(text("words")),
        };
        if let Some(value) = value.filter(|_| wanted) {
            values.insert(&field.name, value);
        }
    }
    values
}
