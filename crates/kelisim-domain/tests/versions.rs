//! Two versions of a workflow: what changed, and which cases can go from one to the other and back (D34).

#![expect(clippy::unwrap_used, reason = "a wrong fixture ends the test")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::{
    calendar::{NamedDays, Zone},
    case::{
        Case, CaseNumber, Closure, CourtStage, Event, EventData, Place, Stage, TimerChange, evolve,
        ground::Ground, opened, timers_after,
    },
    code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode, StepId, TimerName},
    id::{AccountId, CaseId, MediatorId, OfficeId},
    language::Language,
    law::Law,
    legal::{KZ_MEDIATION, Profile},
    workflow::{
        BASIC, CannotGo, Change, Definition, Mover, Needed, NotUndone, StepMap, deadlines, diff,
        parse, recount, undo,
    },
};
use uuid::Uuid;

const REMINDER: &str = include_str!("reminder.toml");

/// The basic workflow as another version, with some words replaced wherever they stand.
fn version(number: i32, edits: &[(&str, &str)]) -> Definition {
    let mut text = BASIC.replace("version = 1", &format!("version = {number}"));
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    parse(&text).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// As [`version`], with a reminder after so many working days.
fn reminding(number: i32, days: u32) -> Definition {
    let text = BASIC.replace("version = 1", &format!("version = {number}"));
    let timer = REMINDER.replace("3 working_days", &format!("{days} working_days"));
    parse(&(text + &timer)).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn law() -> Law {
    Law::new(Profile::parse(KZ_MEDIATION).unwrap(), Zone::ORAL, &[])
}

/// A Monday.
fn filed_at() -> DateTime<Utc> {
    "2026-11-16T05:00:00Z".parse().unwrap()
}

fn event(seq: i32, data: EventData) -> Event {
    Event {
        case: CaseId(Uuid::from_u128(1)),
        seq,
        at: filed_at() + TimeDelta::hours(i64::from(seq) - 1),
        actor: AccountId(Uuid::from_u128(2)),
        grant: None,
        data,
    }
}

/// A history that begins with a filing under a definition.
fn filed(definition: &Definition) -> Vec<Event> {
    let step = &definition.steps[0];
    let mut first = event(
        1,
        EventData::Filed {
            number: CaseNumber {
                office: OfficeCode::parse("ORL-01").unwrap(),
                year: 2026,
                serial: 1,
            },
            office: OfficeId(Uuid::from_u128(3)),
            workflow: definition.key.clone(),
            workflow_version: definition.version,
            action: ActionName::parse("file").unwrap(),
            to: Place {
                step: step.id.clone(),
                stage: step.stage,
                class: step.class.unwrap(),
            },
            category: CategoryCode::parse("family").unwrap(),
            subcategory: None,
            language: Language::Kk,
            district: DistrictCode::parse("ORL").unwrap(),
            court_stage: CourtStage::PreCourt,
            source: SourceCode::parse("councils").unwrap(),
            referral: None,
            timers: Vec::new(),
        },
    );
    let changes = timers_after(definition, &opened(&first).unwrap(), &law());
    if let EventData::Filed { timers, .. } = &mut first.data {
        *timers = changes;
    }
    vec![first]
}

fn case(history: &[Event]) -> Case {
    kelisim_domain::case::replay(history).unwrap()
}

fn migrate(case: &Case, new: &Definition, map: &StepMap) -> Result<EventData, CannotGo> {
    Mover::new(new, map, &law()).migrate(case, filed_at())
}

fn same(old: &Definition, new: &Definition) -> StepMap {
    StepMap::proposed(&[old], new)
}

fn assigned(mut case: Case) -> Case {
    case.stage = Stage::Assigned;
    case.step = StepId::parse("assigned").unwrap();
    case.mediator = Some(MediatorId(Uuid::from_u128(4)));
    case
}

#[test]
fn a_version_number_alone_is_no_change() {
    assert_eq!(diff(&version(1, &[]), &version(2, &[])), []);
}

#[test]
fn each_change_is_named_once() {
    let (old, new) = (
        version(1, &[]),
        version(2, &[("\"proposal_rejected\", ", "")]),
    );
    let found = diff(&old, &new);
    let gone = Change::GroundRemoved(Ground::ProposalRejected);
    assert_eq!(found.iter().filter(|change| **change == gone).count(), 1);
    let field = |change: &&Change| matches!(change, Change::FieldChanged { field, .. } if field == "ground");
    assert_eq!(found.iter().filter(field).count(), 1, "{found:#?}");
    assert_eq!(found.len(), 2, "{found:#?}");
    let back = diff(&new, &old);
    assert!(back.contains(&Change::GroundAdded(Ground::ProposalRejected)));
}

#[test]
fn a_longer_timer_is_said_with_both_lengths() {
    let found = diff(&reminding(1, 3), &reminding(2, 5));
    let [Change::TimerChanged { was, is, .. }] = &found[..] else {
        panic!("{found:#?}")
    };
    assert_eq!(
        (was.as_str(), is.as_str()),
        ("3 working_days", "5 working_days")
    );
    let begun = diff(&version(1, &[]), &reminding(2, 5));
    assert_eq!(
        begun,
        [Change::TimerAdded(TimerName::parse("act").unwrap())]
    );
}

#[test]
fn d34_a_step_that_kept_its_id_is_proposed_and_a_renamed_one_needs_the_map() {
    // The stage has the same word as the step, and keeps it.
    let renamed = [
        ("id = \"filed\"", "id = \"received\""),
        ("from = [\"filed\"]", "from = [\"received\"]"),
        ("to = \"filed\"", "to = \"received\""),
    ];
    let (old, new) = (version(1, &[]), version(2, &renamed));
    let case = case(&filed(&old));
    let proposed = same(&old, &new);
    assert_eq!(
        migrate(&case, &new, &proposed),
        Err(CannotGo::NoTarget {
            step: case.step.clone()
        })
    );
    let written = StepMap::parse("[steps]\nfiled = \"received\"\n", &new).unwrap();
    let moved = migrate(&case, &new, &proposed.over(written)).unwrap();
    let EventData::Migrated {
        to,
        from_version,
        to_version,
        ..
    } = moved
    else {
        panic!("{moved:?}")
    };
    assert_eq!((from_version, to_version), (1, 2));
    assert_eq!((to.step.as_str(), to.stage), ("received", Stage::Filed));
}

#[test]
fn a_map_says_every_fault_with_its_line() {
    let new = version(2, &[]);
    let faults = StepMap::parse(
        "[steps]\nfiled = \"nowhere\"\nassigned = 3\n\n[step]\n",
        &new,
    );
    let faults: Vec<String> = faults
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("line 2") && fault.contains("nowhere")),
        "{faults:#?}"
    );
    assert!(
        faults.iter().any(|fault| fault.starts_with("line 3")),
        "{faults:#?}"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.contains("did you mean `steps`?")),
        "{faults:#?}"
    );
}

#[test]
fn d21_a_map_changes_no_stage_and_d20_nothing_that_is_closed() {
    let (old, new) = (version(1, &[]), version(2, &[]));
    let open = case(&filed(&old));
    let map = StepMap::parse("[steps]\nfiled = \"assigned\"\n", &new).unwrap();
    assert_eq!(
        migrate(&open, &new, &map),
        Err(CannotGo::OtherStage {
            step: open.step.clone(),
            stage: Stage::Assigned
        })
    );
    let mut closed = open;
    closed.stage = Stage::Closed;
    assert_eq!(migrate(&closed, &new, &map), Err(CannotGo::Closed));
}

#[test]
fn d34_a_case_without_what_the_new_step_needs_stays() {
    let (old, new) = (version(1, &[]), version(2, &[]));
    let mut vacant = assigned(case(&filed(&old)));
    let map = same(&old, &new);
    assert!(migrate(&vacant, &new, &map).is_ok());
    vacant.mediator = None;
    let step = vacant.step.clone();
    assert_eq!(
        migrate(&vacant, &new, &map),
        Err(CannotGo::Lacks {
            step,
            needed: Needed::Mediator
        })
    );
}

#[test]
fn d19_a_ground_that_is_gone_keeps_the_case() {
    let (old, new) = (
        version(1, &[]),
        version(2, &[("\"partly_settled\"", "\"settled\"")]),
    );
    let mut case = assigned(case(&filed(&old)));
    case.stage = Stage::Reconciled;
    case.step = StepId::parse("reconciled").unwrap();
    case.closure = Some(Closure {
        ground: Ground::PartlySettled,
        effective_on: "2026-11-20".parse().unwrap(),
        linked_case: None,
    });
    assert_eq!(
        migrate(&case, &new, &same(&old, &new)),
        Err(CannotGo::GroundGone(Ground::PartlySettled))
    );
}

#[test]
fn d34_timers_are_worked_out_by_the_new_version_and_undone_exactly() {
    let (old, new) = (reminding(1, 3), reminding(2, 5));
    let mut history = filed(&old);
    let before = case(&history);
    let data = migrate(&before, &new, &same(&old, &new)).unwrap();
    let changed = deadlines(&before, &data);
    assert_eq!(changed.len(), 1);
    assert!(changed[0].was < changed[0].is, "{changed:?}");
    history.push(event(2, data));
    let after = case(&history);
    assert_eq!(after.workflow_version, 2);
    history.push(event(3, undo(&history, 2).unwrap()));
    let back = case(&history);
    assert_eq!(back.course, before.course);
    assert_eq!((back.workflow_version, &back.step), (1, &before.step));
    assert_eq!(undo(&history, 2), Err(NotUndone::GoneOn), "once is enough");
}

#[test]
fn a_timer_that_has_fired_stays_fired_there_and_back() {
    let (old, new) = (reminding(1, 3), reminding(2, 5));
    let mut history = filed(&old);
    let timer = TimerName::parse("act").unwrap();
    let due_at = case(&history).course.timers[&timer].deadline.due_at;
    history.push(event(
        2,
        EventData::TimerFired {
            timer: timer.clone(),
            due_at,
            refused: vec![],
        },
    ));
    let before = case(&history);
    let stays = migrate(&before, &new, &same(&old, &new)).unwrap();
    assert_eq!(stays.timers(), [], "it counts from the same fact");
    // A version without the timer forgets it, and going back remembers that it fired.
    let without = version(3, &[]);
    let data = migrate(&before, &without, &same(&old, &without)).unwrap();
    assert_eq!(
        deadlines(&before, &data),
        [],
        "what has fired is no deadline"
    );
    history.push(event(3, data));
    assert_eq!(case(&history).course.timers, BTreeMap::new());
    let back = undo(&history, 3).unwrap();
    let is_fired =
        |change: &TimerChange| matches!(change, TimerChange::Armed { armed, .. } if armed.fired);
    assert!(back.timers().iter().all(is_fired) && !back.timers().is_empty());
    let restored = evolve(case(&history), &event(4, back));
    assert_eq!(restored.course, before.course);
}

#[test]
fn what_has_gone_on_is_not_undone() {
    let (old, new) = (version(1, &[]), version(2, &[]));
    let mut history = filed(&old);
    assert_eq!(undo(&history, 2), Err(NotUndone::NotMoved));
    let data = migrate(&case(&history), &new, &same(&old, &new)).unwrap();
    history.push(event(2, data));
    let correction = kelisim_domain::case::Correction {
        language: Some(Language::Ru),
        ..Default::default()
    };
    history.push(event(3, EventData::Corrected(correction)));
    assert!(
        undo(&history, 2).is_ok(),
        "a correction is no step of the case"
    );
    let moved = EventData::TimerFired {
        timer: TimerName::parse("act").unwrap(),
        due_at: filed_at(),
        refused: vec![],
    };
    history.push(event(4, moved));
    assert_eq!(undo(&history, 2), Err(NotUndone::GoneOn));
}

#[test]
fn a_new_holiday_moves_what_has_not_fired_and_nothing_else() {
    let definition = reminding(1, 3);
    let history = filed(&definition);
    let before = case(&history);
    let days =
        NamedDays::parse("version = 1\n[[days]]\non = 2026-11-18\nkind = \"holiday\"\n").unwrap();
    let law = Law::new(
        Profile::parse(KZ_MEDIATION).unwrap(),
        Zone::ORAL,
        &days.days,
    );
    let (facts, timers) = recount(&definition, &before, &law);
    assert_eq!(facts, []);
    let [TimerChange::Armed { armed, .. }] = &timers[..] else {
        panic!("{timers:?}")
    };
    let was = &before.course.timers[&TimerName::parse("act").unwrap()];
    assert_eq!(
        armed.deadline.due_at - was.deadline.due_at,
        TimeDelta::days(1)
    );
    let moved = EventData::TimersMoved {
        reason: "A day off".to_owned(),
        facts,
        timers,
    };
    let after = evolve(before, &event(2, moved));
    assert_eq!(
        recount(&definition, &after, &law),
        (vec![], vec![]),
        "once is enough"
    );
}

#[test]
fn a_list_of_days_off_says_every_fault() {
    let text = "version = 0\n[[days]]\non = 2026-11-18\nkind = \"holday\"\n[[days]]\non = 1\nkind = \"holiday\"\n";
    let faults = NamedDays::parse(text).unwrap_err();
    assert!(faults.len() >= 2, "{faults:#?}");
    assert!(
        NamedDays::parse("version = 1\n").is_err(),
        "a list without days"
    );
}
