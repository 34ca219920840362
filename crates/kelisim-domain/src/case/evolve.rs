//! What a case is after something happened. Total: no event is refused here, the refusing was done before.

use super::{Case, Event, EventData, Stage};

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
    } = &event.data
    else {
        return None;
    };
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
            ..
        } => {
            case.step = to.step.clone();
            case.stage = to.stage;
            case.class = to.class;
            if mediator.is_some() {
                case.mediator = *mediator;
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
        EventData::GroundCorrected { closure, class, .. } => {
            case.closure = Some(*closure);
            case.class = *class;
        }
    }
    case
}

/// The case that a whole history makes; none when the history does not begin with a filing.
pub fn replay(history: &[Event]) -> Option<Case> {
    let (first, rest) = history.split_first()?;
    Some(rest.iter().fold(opened(first)?, evolve))
}
