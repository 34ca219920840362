//! Whether an action may be taken: the one check behind both deciding and explaining.

use super::{Case, Stage, StepRefusal, ground::Ground, ground::GroundRefusal};
use crate::{
    assignment::{MediatorFacts, Offer, Unfit, unfit},
    code::ActionName,
    policy::{Actor, Grant, Relation, grants_in},
    refusal::Refusal,
    workflow::{Action, Definition, Effect, Guard, Values},
};
use chrono::NaiveDate;

/// What the registers say today, beside the case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
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
    let grants = grants_for(action, case, actor, facts);
    if grants.is_empty() {
        refusals.push(Refusal::Step(StepRefusal::NotYours {
            who: action.who.clone(),
            stage: case.stage,
        }));
    }
    for guard in &action.guards {
        match guard {
            Guard::MediatorFit => refusals.extend(
                mediator_fit(case, actor, act, facts)
                    .into_iter()
                    .map(Refusal::Unfit),
            ),
        }
    }
    if action.does(Effect::SetGround)
        && let Some(ground) = act.values.and_then(|values| values.ground("ground"))
    {
        refusals.extend(ground_fits(definition, case, action, ground).map(Refusal::Ground));
    }
    refusals
}

/// The grants under which the actor may take the action on the case; the history records the first.
pub(super) fn grants_for(action: &Action, case: &Case, actor: &Actor, facts: &Facts) -> Vec<Grant> {
    grants_in(actor, &case.ties(facts.office_has_head), &action.who)
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
        current: case.mediator,
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
