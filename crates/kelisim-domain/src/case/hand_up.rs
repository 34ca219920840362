//! Handing up: the content of a case is opened to the coordinator, and taken back.
//!
//! The coordinator sees dates, steps and mediators of all cases and the content of none. Only the head of the office or the
//! mediator of the case opens it, with a reason, and either of them closes it again. No timer and no escalation does:
//! that a case is late says nothing of who has to read it. Where an office has no head, its content goes to the
//! coordinator by itself ([`open_to`]).

use super::{Case, ContentChange, Decision, EventData, Rejection, correct::grant_for};
use crate::{
    policy::{Actor, CasePermission, Role},
    refusal::Refusal,
};

/// Why a case is not handed up, or not taken back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandingRefusal {
    /// The coordinator reads it already.
    IsHandedUp,
    /// There is nothing to take back.
    IsNotHandedUp,
}

impl HandingRefusal {
    /// The rule: who does what is in the table of 3.3.
    pub fn rule(&self) -> &'static str {
        "3.3"
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            HandingRefusal::IsHandedUp => "is_handed_up",
            HandingRefusal::IsNotHandedUp => "is_not_handed_up",
        }
    }

    /// Who can lift it: nobody has to.
    pub fn lifted_by(&self) -> Vec<Role> {
        Vec::new()
    }
}

/// Opens the content of a case to the coordinator.
///
/// # Errors
/// It is open to them already, or the actor is neither its mediator nor the head of its office.
pub fn hand_up(case: &Case, actor: &Actor, office_has_head: bool) -> Result<Decision, Rejection> {
    decide(
        case,
        actor,
        office_has_head,
        (case.course.handed_up_at.is_some()).then_some(HandingRefusal::IsHandedUp),
        EventData::HandedUp,
    )
}

/// Closes it again.
///
/// # Errors
/// As [`hand_up`], the other way round.
pub fn take_back(case: &Case, actor: &Actor, office_has_head: bool) -> Result<Decision, Rejection> {
    decide(
        case,
        actor,
        office_has_head,
        (case.course.handed_up_at.is_none()).then_some(HandingRefusal::IsNotHandedUp),
        EventData::TakenBack,
    )
}

fn decide(
    case: &Case,
    actor: &Actor,
    office_has_head: bool,
    refusal: Option<HandingRefusal>,
    event: EventData,
) -> Result<Decision, Rejection> {
    let ties = case.ties(office_has_head);
    let grant = grant_for(case, actor, &ties, CasePermission::HandUp)?;
    match refusal {
        Some(refusal) => Err(Rejection::Refused(vec![Refusal::Handing(refusal)])),
        None => Ok(Decision {
            event,
            content: ContentChange::default(),
            grant: Some(grant),
            notices: Vec::new(),
        }),
    }
}
