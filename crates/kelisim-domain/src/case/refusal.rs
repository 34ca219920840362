//! Refusals that come from the step, the actor or the state of a case.

use super::Stage;
use crate::{
    code::{ActionName, StepId},
    policy::{Relation, Role},
};

/// Why an action cannot be taken on a case as it stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StepRefusal {
    /// D20: closed is final.
    Closed,
    /// D21: the action does not start at this step of the workflow.
    NotFromHere {
        /// The action.
        action: ActionName,
        /// The step of the case.
        step: StepId,
        /// The steps from which it can be taken.
        from: Vec<StepId>,
    },
    /// The workflow has no such action.
    UnknownAction(ActionName),
    /// 3.3, D8: open to others, not to the actor.
    NotYours {
        /// Who may.
        who: Vec<Relation>,
        /// The stage of the case: outside `filed`, the conduct is the mediator's (D8).
        stage: Stage,
    },
}

impl StepRefusal {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        match self {
            StepRefusal::Closed => "D20",
            StepRefusal::NotFromHere { .. } | StepRefusal::UnknownAction(_) => "D21",
            StepRefusal::NotYours { who, stage } => {
                if *stage != Stage::Filed
                    && who
                        .iter()
                        .all(|relation| *relation == Relation::CaseMediator)
                {
                    "D8"
                } else {
                    "3.3"
                }
            }
        }
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            StepRefusal::Closed => "case_closed",
            StepRefusal::NotFromHere { .. } => "not_from_here",
            StepRefusal::UnknownAction(_) => "unknown_action",
            StepRefusal::NotYours { .. } => "not_yours",
        }
    }

    /// Who can lift it.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            StepRefusal::Closed
            | StepRefusal::NotFromHere { .. }
            | StepRefusal::UnknownAction(_) => Vec::new(),
            StepRefusal::NotYours { who, .. } => {
                let mut roles: Vec<Role> =
                    who.iter().filter_map(|relation| relation.role()).collect();
                roles.sort();
                roles.dedup();
                roles
            }
        }
    }
}
