//! Whatever people try, in whatever order: no case reaches a state that the domain does not know,
//! and the history alone gives the case back.

use crate::{
    commands::{Command, any_command, attempt},
    given::{CASE, Given, aigul, basic, patient, referral},
};
use kelisim_domain::{
    case::{Case, Class, Content, ContentChange, Event, EventData, Stage, ground::Ground, replay},
    notice::{NoticeOrder, PartnerEvent},
    policy::{Actor, Standing},
    workflow::Values,
};
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    proptest,
    test_runner::Config,
};

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
    if case.stage == Stage::Closed {
        let last = last_stage(given);
        assert!(
            closure.ground.from_stages().contains(&last),
            "D19: from {last:?}"
        );
    }
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

/// The stage from which the case was closed, as its history tells.
fn last_stage(given: &Given) -> Stage {
    let closed_from = given.history.iter().find_map(|event| match &event.data {
        EventData::Moved { from, to, .. } if to.stage == Stage::Closed => Some(from),
        _ => None,
    });
    let step = closed_from.and_then(|from| given.definition.step(from));
    step.expect("the step before closing").stage
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
        notices.extend(decision.notices.iter().cloned());
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
        cases: 128,
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
