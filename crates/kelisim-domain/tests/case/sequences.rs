//! Whatever people try, in whatever order: no case reaches a state that the domain does not know,
//! and the history alone gives the case back.

use crate::given::{
    AIGUL, AWAY, BERIK, CASE, DANA, Given, HOME, OTHER_CASE, STRANGER, actor, aigul, basic, berik,
    coordinator, dana, fit, head, patient, referral, text, today,
};
use chrono::Days;
use kelisim_domain::{
    assignment::{MediatorFacts, MediatorStatus},
    case::{
        Act, Case, Class, Closure, Content, ContentChange, Correction, Decision, Event, EventData,
        GroundCorrection, Rejection, Stage, correct, correct_ground, decide, explain,
        ground::Ground, grounds_offered, replay,
    },
    confidential::Confidential,
    id::MediatorId,
    language::Language,
    notice::{NoticeOrder, PartnerEvent},
    policy::{Actor, Standing},
    workflow::{Action, FieldType, Value, Values},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof, proptest,
    sample::select,
    test_runner::Config,
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
enum Command {
    /// The n-th of all moves that are open to anybody, with sensible answers.
    Walk(usize),
    /// Any action by anybody, with any answers.
    Try(usize, &'static str, Values),
    /// A correction of facts.
    Correct(usize, Correction, ContentChange),
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

fn any_command() -> impl Strategy<Value = Command> {
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
            .prop_map(|(who, (facts, content))| Command::Correct(who, facts, content)),
        1 => (who, ground).prop_map(|(who, (ground, linked_case, code))| {
            let effective_on = today();
            let closure = Closure { ground, effective_on, linked_case };
            Command::CorrectGround(who, closure, code)
        }),
        1 => any_mediator().prop_map(Command::Register),
    ]
}

/// What comes of a command, and who gave it; nothing for a change of the register or a walk with nowhere to go.
fn attempt(given: &mut Given, command: Command) -> Option<(Actor, Result<Decision, Rejection>)> {
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
            let answer = correct(&given.case, &by, true, facts, content);
            Some((by, answer))
        }
        Command::CorrectGround(who, closure, code) => {
            let by = person(who);
            let correction = GroundCorrection {
                closure,
                exclusion_code: Confidential::new(code),
                reason: "the wrong line".into(),
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

/// What is true of every case that may exist (3.1, D19, D21).
fn assert_legal(given: &Given) {
    let (case, content) = (&given.case, &given.content);
    let step = given.definition.step(&case.step).expect("a step");
    assert_eq!(case.stage, step.stage, "D21: one stage");
    let ground = case.closure.map(|closure| closure.ground);
    let class = match (case.stage, ground) {
        (Stage::Closed, Some(ground)) if ground.is_success() => Class::DoneSuccess,
        (Stage::Closed, _) => Class::DoneOther,
        _ => step.class.expect("a class"),
    };
    assert_eq!(case.class, class, "D21: one class");
    assert_eq!(case.closed_at.is_some(), case.stage == Stage::Closed);
    let ended = matches!(case.stage, Stage::Reconciled | Stage::Closed);
    assert_eq!(
        case.closure.is_some(),
        ended,
        "D19: one ground, from the end on"
    );
    match case.stage {
        Stage::Filed => assert_eq!(case.mediator, None),
        Stage::Assigned => assert!(case.mediator.is_some()),
        Stage::Reconciled => assert!(ground.is_some_and(Ground::is_success)),
        Stage::Closed => {}
    }
    if case.mediator.is_some() {
        assert!(case.accepted_at.is_some());
    }
    let Some(closure) = case.closure else { return };
    assert!(given.definition.grounds.contains(&closure.ground));
    assert_eq!(
        closure.linked_case.is_some(),
        closure.ground.needs_linked_case()
    );
    assert_ne!(closure.linked_case, Some(CASE));
    if closure.ground.is_success() {
        assert!(case.mediator.is_some());
        assert!(content.agreement.is_some());
    }
    if closure.ground == Ground::NotSuitable {
        assert!(content.exclusion_code.reveal().is_some());
    }
}

/// What is true of every step from one state to the next.
fn assert_step(before: &Case, after: &Case, event: &Event, by: &Actor) {
    assert_eq!(after.version, before.version + 1, "one version an event");
    assert_eq!(event.seq, after.version);
    assert!(by.grants.iter().any(|grant| Some(grant.id) == event.grant));
    let fixed = |case: &Case| {
        let (id, number, office) = (case.id, case.number.clone(), case.office);
        let flow = (case.workflow.clone(), case.workflow_version);
        (
            id,
            number,
            office,
            flow,
            case.filed_by,
            case.filed_at,
            case.partner,
        )
    };
    assert_eq!(fixed(before), fixed(after), "D22, D34: these never change");
    use Stage::{Assigned, Closed, Filed, Reconciled};
    let moves = [
        (Filed, Assigned),
        (Filed, Closed),
        (Assigned, Filed),
        (Assigned, Reconciled),
        (Assigned, Closed),
        (Reconciled, Closed),
    ];
    let pair = (before.stage, after.stage);
    assert!(
        before.stage == after.stage || moves.contains(&pair),
        "{pair:?}"
    );
    if before.accepted_at.is_some() {
        assert_eq!(
            before.accepted_at, after.accepted_at,
            "the first one counts"
        );
    }
    let corrects = matches!(event.data, EventData::GroundCorrected { .. });
    if before.closure.is_some() && !corrects {
        assert_eq!(before.closure, after.closure, "D19: set once");
    }
    if before.stage == Closed {
        assert!(corrects, "D20: {:?}", event.data);
        assert!(
            by.grants
                .iter()
                .any(|grant| grant.standing == Standing::Coordinator)
        );
        assert_eq!(before.closed_at, after.closed_at);
    }
}

/// The history alone gives the case and its content back, after a trip through what is stored.
fn assert_replays(given: &Given) {
    let stored = |event: &Event| {
        let json = serde_json::to_string(&event.data).expect("JSON");
        let data = serde_json::from_str(&json).expect("reads back");
        Event {
            data,
            ..event.clone()
        }
    };
    let history: Vec<Event> = given.history.iter().map(stored).collect();
    assert_eq!(replay(&history).as_ref(), Some(&given.case));
    let mut changes = given.changes.iter().map(|change| {
        let json = serde_json::to_string(change).expect("JSON");
        serde_json::from_str::<ContentChange>(&json).expect("reads back")
    });
    let first = changes.next().expect("a filing");
    let content = changes.fold(Content::opened(&first), |content, change| {
        content.changed(&change)
    });
    assert_eq!(content, given.content);
}

/// Each thing is told to a partner at most once, and only to one that referred the case.
fn assert_told_once(notices: &[NoticeOrder], is_referred: bool) {
    for asked in PartnerEvent::ALL {
        let times = notices
            .iter()
            .filter(
                |notice| matches!(notice, NoticeOrder::ToPartner { event, .. } if *event == asked),
            )
            .count();
        assert!(times <= usize::from(is_referred), "{asked:?} {times} times");
    }
}

/// Runs commands on a new case; the case at the end.
fn run(mut given: Given, commands: Vec<Command>) -> Given {
    let mut notices = given.notices.clone();
    assert_legal(&given);
    for command in commands {
        let Some((by, answer)) = attempt(&mut given, command) else {
            continue;
        };
        let before = given.clone();
        let Ok(decision) = answer else { continue };
        notices.extend(decision.notices.iter().copied());
        given.apply(&by, decision);
        let event = given.history.last().expect("an event");
        assert_step(&before.case, &given.case, event, &by);
        assert_legal(&given);
    }
    assert_replays(&given);
    assert_told_once(&notices, given.case.partner.is_some());
    assert_eq!(given.history.len(), given.case.version as usize);
    given
}

fn config() -> Config {
    Config {
        cases: 192,
        failure_persistence: None,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_sequence_of_commands_reaches_an_illegal_state(
        is_basic in any::<bool>(),
        is_referred in any::<bool>(),
        commands in vec(any_command(), 0..32),
    ) {
        let definition = if is_basic { basic() } else { patient() };
        let referral = is_referred.then(referral);
        run(Given::filed_in(definition, &aigul(), referral), commands);
    }

    #[test]
    fn d20_nothing_moves_a_closed_case(commands in vec(any_command(), 0..32), from in 0..3usize) {
        let closed = match from {
            0 => Given::referred().closed(Ground::Withdrawn),
            1 => Given::referred().assigned().closed(Ground::OneRefused),
            _ => Given::referred()
                .assigned()
                .reconciled()
                .after(&aigul(), "close", &Values::new()),
        };
        let before = closed.case.clone();
        let after = run(closed, commands).case;
        let corrected = Case {
            closure: after.closure,
            class: after.class,
            version: after.version,
            ..before
        };
        proptest::prop_assert_eq!(after, corrected);
    }
}

#[test]
fn the_sequences_go_everywhere() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut reached = Vec::new();
    for _ in 0..150 {
        let commands = vec(any_command(), 24)
            .new_tree(&mut runner)
            .expect("commands");
        let given = Given::filed_in(patient(), &aigul(), Some(referral()));
        let given = run(given, commands.current());
        reached.extend(given.history.into_iter().map(|event| match event.data {
            EventData::Moved { action, to, .. } => format!("{action} {:?}", to.class),
            data => data.kind().to_owned(),
        }));
    }
    for what in [
        "assign Active",
        "reassign Active",
        "give_time Waiting",
        "give_back New",
        "reconcile Active",
        "close DoneSuccess",
        "close DoneOther",
        "corrected",
        "ground_corrected",
    ] {
        assert!(reached.iter().any(|event| event == what), "never {what}");
    }
}
