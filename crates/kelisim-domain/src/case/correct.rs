//! Corrections: of the facts of an open case, and of the ground of a closed one (D20).

use super::{
    Case, Closure, Content, ContentChange, Correction, Decision, EventData, Rejection, Stage,
    StepRefusal,
    decide::{class_of, link_fits},
    ground::{Ground, GroundRefusal},
};
use crate::{
    confidential::Confidential,
    fault::{Fault, FaultKind, Faults},
    id::GrantId,
    policy::{Actor, CasePermission, CaseTies, grants_in, open_to},
    refusal::Refusal,
    workflow::Definition,
};

/// The grant under which the actor does this, or why not.
pub(super) fn grant_for(
    case: &Case,
    actor: &Actor,
    ties: &CaseTies,
    permission: CasePermission,
) -> Result<GrantId, Rejection> {
    let who = open_to(actor, ties, permission);
    match grants_in(actor, ties, &who).first() {
        Some(grant) => Ok(grant.id),
        None => Err(Rejection::Refused(vec![Refusal::Step(
            StepRefusal::NotYours {
                who,
                stage: case.stage,
            },
        )])),
    }
}

/// Corrects facts of a case that is not closed.
///
/// # Errors
/// D20: a closed case keeps its facts. D11: only who sees the case corrects it, and content only who reads it.
/// A correction that changes nothing is a fault.
pub fn correct(
    case: &Case,
    actor: &Actor,
    office_has_head: bool,
    correction: Correction,
    content: ContentChange,
) -> Result<Decision, Rejection> {
    if case.stage == Stage::Closed {
        return Err(Rejection::Refused(vec![Refusal::Step(StepRefusal::Closed)]));
    }
    let ties = case.ties(office_has_head);
    let mut grant = grant_for(case, actor, &ties, CasePermission::Correct)?;
    if !content.is_empty() {
        grant = grant_for(case, actor, &ties, CasePermission::ReadContent)?;
    }
    if correction == Correction::default() && content.is_empty() {
        return Err(Rejection::Invalid(vec![Fault::new("", FaultKind::Empty)]));
    }
    Ok(Decision {
        event: EventData::Corrected(correction),
        content,
        grant: Some(grant),
        notices: Vec::new(),
    })
}

/// What somebody says was the right end of a closed case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroundCorrection {
    /// The right ground with its day.
    pub closure: Closure,
    /// The code of the exclusion, for a dispute that may not be mediated.
    pub exclusion_code: Confidential<Option<String>>,
    /// Why it is corrected.
    pub reason: Confidential<String>,
}

/// Corrects the ground of a closed case: a separate act of the coordinator, with a reason (D20).
///
/// # Errors
/// The case is not closed, the actor is not the coordinator, or the ground could not have closed the case from where it was.
pub fn correct_ground(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    correction: GroundCorrection,
) -> Result<Decision, Rejection> {
    let grant = grant_for(case, actor, &case.ties(true), CasePermission::CorrectGround)?;
    let Some(old) = case.closure.filter(|_| case.stage == Stage::Closed) else {
        let fault = Fault::new("/ground", FaultKind::NotHere);
        return Err(Rejection::Invalid(vec![fault]));
    };
    let GroundCorrection {
        closure,
        exclusion_code,
        reason,
    } = correction;
    if let Some(refusal) = wrong_ground(definition, case, old.ground, closure.ground) {
        return Err(Rejection::Refused(vec![Refusal::Ground(refusal)]));
    }
    let mut faults = Faults::new();
    link_fits(case, closure.ground, closure.linked_case, &mut faults);
    let (is, was) = [closure.ground, old.ground]
        .map(|ground| ground == Ground::NotSuitable)
        .into();
    match exclusion_code.reveal() {
        None if is && !was => faults.push("/exclusion_code", FaultKind::Missing),
        Some(_) if !is => faults.push("/exclusion_code", FaultKind::NotHere),
        None if closure == old => faults.push("", FaultKind::Empty),
        _ => {}
    }
    faults.finish(Some(())).map_err(Rejection::Invalid)?;
    Ok(Decision {
        event: EventData::GroundCorrected {
            closure,
            class: class_of(Some(closure.ground)),
            reason: None,
        },
        content: ContentChange {
            exclusion_code,
            reason: Confidential::new(Some(reason.into_revealed())),
            ..ContentChange::default()
        },
        grant: Some(grant),
        notices: Vec::new(),
    })
}

/// D19: the right ground must be allowed from the stage that the case was closed from.
fn wrong_ground(
    definition: &Definition,
    case: &Case,
    old: Ground,
    ground: Ground,
) -> Option<GroundRefusal> {
    if !definition.grounds.contains(&ground) {
        return Some(GroundRefusal::NotInWorkflow(ground));
    }
    // A case that goes back to `filed` loses its mediator, and does so before a contract only; one that has lost its
    // mediator afterwards stays in `assigned`. Only an agreement passes through `reconciled`.
    let was_assigned = case.mediator.is_some() || case.course.contract_on.is_some();
    let stage = match was_assigned {
        _ if old.is_success() => Stage::Reconciled,
        true => Stage::Assigned,
        false => Stage::Filed,
    };
    let fits = ground.from_stages().contains(&stage);
    (!fits).then_some(GroundRefusal::NotFromHere { ground, stage })
}

/// The names of the confidential fields that a change touches, for the open half of a correction.
pub fn touched(content: &ContentChange, before: &Content) -> Vec<String> {
    let mut names = Vec::new();
    if content
        .summary
        .reveal()
        .as_ref()
        .is_some_and(|summary| summary != before.summary.reveal())
    {
        names.push("summary".to_owned());
    }
    if content
        .amount
        .reveal()
        .is_some_and(|amount| amount != *before.amount.reveal())
    {
        names.push("amount".to_owned());
    }
    if content
        .parties
        .as_ref()
        .is_some_and(|parties| *parties != before.parties)
    {
        names.push("parties".to_owned());
    }
    names
}
