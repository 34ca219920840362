//! Whether an action may be taken: the one check behind both deciding and explaining.

use super::{Case, GuardRefusal, Stage, StepRefusal, ground::Ground, ground::GroundRefusal, guard};
use crate::{
    assignment::{MediatorFacts, Offer, Unfit, unfit},
    code::ActionName,
    id::{GrantId, RegionId},
    law::Law,
    policy::{Actor, Relation, grants_in},
    refusal::Refusal,
    workflow::{Action, Definition, Effect, Guard, Values},
};
use chrono::{DateTime, NaiveDate, Utc};
use std::sync::Arc;

/// What the registers say today, beside the case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// The region of the case.
    pub region: RegionId,
    /// The law, the calendar and the time zone of the region.
    pub law: Arc<Law>,
    /// The instant.
    pub now: DateTime<Utc>,
    /// The local day.
    pub today: NaiveDate,
    /// The local day of filing.
    pub filed_on: NaiveDate,
    /// Whether the case's office has a head.
    pub office_has_head: bool,
    /// The mediator whom the form names.
    pub mediator: MediatorAsked,
}

/// What is known of the mediator whom a form names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MediatorAsked {
    /// No mediator was named, so nothing can be said against one.
    Nobody,
    /// The register has no such mediator.
    Unknown,
    /// The register's facts.
    Known(MediatorFacts),
}

/// An action somebody wants to take. Without answers it is a question: could it be taken at all?
#[derive(Clone, Copy, Debug)]
pub struct Act<'a> {
    /// The action.
    pub action: &'a ActionName,
    /// The answers to its form.
    pub values: Option<&'a Values>,
}

/// Every reason why the actor may not take the action on the case now; none when they may.
pub fn check(
    definition: &Definition,
    case: &Case,
    actor: &Actor,
    act: Act<'_>,
    facts: &Facts,
) -> Vec<Refusal> {
    let Some(action) = definition.action_at(act.action, &case.step) else {
        return vec![Refusal::Step(no_such_move(definition, case, act.action))];
    };
    let mut refusals = Vec::new();
    if standing(action, case, actor, facts).is_none() {
        refusals.push(Refusal::Step(StepRefusal::NotYours {
            who: action.who.clone(),
            stage: case.stage,
        }));
    }
    if action.guards.contains(&Guard::MediatorFit) {
        let reasons = mediator_fit(case, actor, act, facts);
        refusals.extend(reasons.into_iter().map(Refusal::Unfit));
    }
    for guard in &action.guards {
        let reasons = guard::against(*guard, case, action, act, facts);
        refusals.extend(reasons.into_iter().map(Refusal::Guard));
    }
    let answers_offer = [Effect::AcceptOffer, Effect::EndOffer];
    // D12: where a mediator is asked or has the case already, one action of the register or the office ends either.
    let releases = action.does(Effect::ReleaseMediator) && case.mediator.is_some();
    if answers_offer.iter().any(|effect| action.does(*effect))
        && case.course.asked.is_none()
        && !releases
    {
        refusals.push(Refusal::Guard(GuardRefusal::NobodyAsked {
            action: action.name.clone(),
        }));
    }
    if action.does(Effect::OfferMediator) && case.course.asked.is_some() {
        refusals.push(Refusal::Guard(GuardRefusal::OfferIsOpen));
    }
    if action.does(Effect::SetGround)
        && let Some(ground) = act.values.and_then(|values| values.ground("ground"))
    {
        refusals.extend(ground_fits(definition, case, action, ground).map(Refusal::Ground));
    }
    refusals
}

/// How the actor stands to the case: the grant under which they may take the action, which the history records, or
/// none for what acts by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Standing {
    /// The first grant that lets them.
    pub(super) grant: Option<GrantId>,
}

/// Whether the actor may take the action on the case at all, and as what.
pub(super) fn standing(
    action: &Action,
    case: &Case,
    actor: &Actor,
    facts: &Facts,
) -> Option<Standing> {
    if let Some(system) = actor.system {
        let may = action.who.contains(&system.relation());
        return may.then_some(Standing { grant: None });
    }
    let grants = grants_in(actor, &case.ties(facts.office_has_head), &action.who);
    let grant = grants.first().map(|grant| grant.id)?;
    Some(Standing { grant: Some(grant) })
}

fn no_such_move(definition: &Definition, case: &Case, name: &ActionName) -> StepRefusal {
    let from = definition.starts_of(name);
    if from.is_empty() {
        StepRefusal::UnknownAction(name.clone())
    } else if case.stage == Stage::Closed {
        StepRefusal::Closed
    } else {
        StepRefusal::NotFromHere {
            action: name.clone(),
            step: case.step.clone(),
            from,
        }
    }
}

fn mediator_fit(case: &Case, actor: &Actor, act: Act<'_>, facts: &Facts) -> Vec<Unfit> {
    let named = act.values.and_then(|values| values.mediator("mediator"));
    let mediator = match (&facts.mediator, named) {
        (MediatorAsked::Nobody, None) => return Vec::new(),
        (MediatorAsked::Known(mediator), named) if named.is_none_or(|id| id == mediator.id) => {
            mediator
        }
        // Facts about nobody, or about somebody else, speak for no one.
        (MediatorAsked::Nobody | MediatorAsked::Unknown | MediatorAsked::Known(_), _) => {
            return vec![Unfit::Unknown];
        }
    };
    let offer = Offer {
        office: case.office,
        language: case.language,
        current: case
            .mediator
            .or(case.course.asked.map(|asked| asked.mediator)),
        has_recused: case.course.recused.contains(&mediator.id),
        lends: !grants_in(
            actor,
            &case.ties(facts.office_has_head),
            &[Relation::Coordinator],
        )
        .is_empty(),
        lifts_limit: act
            .values
            .and_then(|values| values.text("over_limit_reason"))
            .is_some_and(|reason| !reason.reveal().trim().is_empty()),
        today: facts.today,
    };
    unfit(mediator, &offer)
}

/// D19: exactly one ground, allowed from the stage in which it is set; closing after reconciling may only repeat it.
fn ground_fits(
    definition: &Definition,
    case: &Case,
    action: &Action,
    ground: Ground,
) -> Option<GroundRefusal> {
    if let Some(closure) = &case.closure {
        return (closure.ground != ground).then_some(GroundRefusal::HasOther {
            set: closure.ground,
        });
    }
    if !definition.grounds.contains(&ground) {
        return Some(GroundRefusal::NotInWorkflow(ground));
    }
    let target = definition.step(&action.to).map(|step| step.stage);
    let fits = target.is_some_and(|target| ground.fits(case.stage, target));
    (!fits || !action.offers(ground)).then_some(GroundRefusal::NotFromHere {
        ground,
        stage: case.stage,
    })
}
