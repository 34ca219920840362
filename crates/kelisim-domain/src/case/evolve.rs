//! What a case is after something happened. Total: no event is refused here, the refusing was done before.

use super::{Case, Course, Event, EventData, Fact, Place, Stage, TimerChange};
use chrono::{DateTime, Utc};

/// The case that a first event makes; none when the event is not a filing.
pub fn opened(event: &Event) -> Option<Case> {
    let EventData::Filed {
        number,
        office,
        workflow,
        workflow_version,
        action: _,
        to,
        category,
        subcategory,
        language,
        district,
        court_stage,
        source,
        referral,
        timers,
    } = &event.data
    else {
        return None;
    };
    let mut course = Course::default();
    timers.iter().for_each(|change| course.tick(change));
    Some(Case {
        id: event.case,
        number: number.clone(),
        version: event.seq,
        office: *office,
        workflow: workflow.clone(),
        workflow_version: *workflow_version,
        stage: to.stage,
        step: to.step.clone(),
        class: to.class,
        category: category.clone(),
        subcategory: subcategory.clone(),
        language: *language,
        district: district.clone(),
        court_stage: *court_stage,
        source: source.clone(),
        partner: referral.as_ref().map(|referral| referral.partner),
        mediator: None,
        filed_by: event.actor,
        filed_at: event.at,
        accepted_at: None,
        closure: None,
        closed_at: None,
        course,
    })
}

/// The case after a further event.
pub fn evolve(mut case: Case, event: &Event) -> Case {
    case.version = event.seq;
    match &event.data {
        EventData::Filed { .. } => {}
        EventData::Moved {
            to,
            mediator,
            closure,
            facts,
            timers,
            by,
            ..
        } => {
            let fired = by
                .as_ref()
                .and_then(|timer| case.course.timers.get_mut(timer));
            fired.into_iter().for_each(|armed| armed.fired = true);
            learn(&mut case, facts, event.at);
            stand(&mut case, to, event.at);
            if mediator.is_some() {
                case.mediator = *mediator;
                case.course.asked = None;
                case.course.taken_at = Some(event.at);
                case.course.waived_on = None;
                // D12: whoever comes after the contract is not named in it.
                case.course.annex_is_missing = case.course.contract_on.is_some();
                case.accepted_at = case.accepted_at.or(Some(event.at));
            }
            if closure.is_some() {
                case.closure = *closure;
            }
            if to.stage == Stage::Closed {
                case.closed_at = case.closed_at.or(Some(event.at));
            }
            if to.stage == Stage::Filed {
                case.mediator = None;
            }
            tick(&mut case, timers);
        }
        EventData::TimerFired { timer, .. } => {
            if let Some(armed) = case.course.timers.get_mut(timer) {
                armed.fired = true;
            }
        }
        EventData::TimersMoved { facts, timers, .. } => {
            learn(&mut case, facts, event.at);
            tick(&mut case, timers);
        }
        EventData::Migrated {
            to_version,
            to,
            timers,
            ..
        } => {
            case.workflow_version = *to_version;
            // It stands where it stood, under another name: what runs since it came here goes on.
            let since = case.course.entered_at;
            stand(&mut case, to, event.at);
            case.course.entered_at = since;
            tick(&mut case, timers);
        }
        EventData::Corrected(correction) => {
            if let Some(category) = &correction.category {
                case.category = category.clone();
            }
            if let Some(subcategory) = &correction.subcategory {
                case.subcategory = Some(subcategory.clone()).filter(|text| !text.is_empty());
            }
            if let Some(language) = correction.language {
                case.language = language;
            }
            if let Some(district) = &correction.district {
                case.district = district.clone();
            }
            if let Some(court_stage) = correction.court_stage {
                case.court_stage = court_stage;
            }
        }
        EventData::HandedUp => case.course.handed_up_at = Some(event.at),
        EventData::TakenBack => case.course.handed_up_at = None,
        EventData::GroundCorrected { closure, class, .. } => {
            case.closure = Some(*closure);
            case.class = *class;
        }
    }
    case
}

fn learn(case: &mut Case, facts: &[Fact], at: DateTime<Utc>) {
    for fact in facts {
        if *fact == Fact::Released {
            case.mediator = None;
        }
        case.course.learn(fact, at);
    }
}

fn stand(case: &mut Case, to: &Place, at: DateTime<Utc>) {
    if case.step != to.step {
        case.course.entered_at = Some(at);
    }
    case.step = to.step.clone();
    case.stage = to.stage;
    case.class = to.class;
}

fn tick(case: &mut Case, timers: &[TimerChange]) {
    timers.iter().for_each(|change| case.course.tick(change));
}

/// The case that a whole history makes; none when the history does not begin with a filing.
pub fn replay(history: &[Event]) -> Option<Case> {
    let (first, rest) = history.split_first()?;
    Some(rest.iter().fold(opened(first)?, evolve))
}
