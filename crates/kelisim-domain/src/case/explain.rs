//! For every action of the workflow: open to the reader now, or every reason why not (D36).

use super::{Act, Case, Facts, act::check};
use crate::{
    code::ActionName,
    policy::Actor,
    refusal::Refusal,
    workflow::{Action, Definition, Values},
};

/// The answer for one action.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionAnswer<'a> {
    /// The action.
    pub name: &'a ActionName,
    /// Its entry at the step of the case; when it does not start here, the first entry of the name, for its title.
    pub action: &'a Action,
    /// Every reason why not; none when it is open.
    pub refusals: Vec<Refusal>,
}

impl ActionAnswer<'_> {
    /// Whether the action is open to the reader.
    pub fn allowed(&self) -> bool {
        self.refusals.is_empty()
    }
}

/// Answers for every action that the workflow has for an open case, in its order.
pub fn explain<'a>(
    definition: &'a Definition,
    case: &Case,
    actor: &Actor,
    facts: &Facts,
    values: Option<&Values>,
) -> Vec<ActionAnswer<'a>> {
    definition
        .action_names()
        .into_iter()
        .filter_map(|name| {
            let action = definition.action_at(name, &case.step).or_else(|| {
                definition
                    .actions
                    .iter()
                    .find(|action| action.name == *name)
            })?;
            let refusals = check(
                definition,
                case,
                actor,
                Act {
                    action: name,
                    values,
                },
                facts,
            );
            Some(ActionAnswer {
                name,
                action,
                refusals,
            })
        })
        .collect()
}

/// The grounds that a form offers at this stage, for the field of type ground.
pub fn grounds_offered(definition: &Definition, action: &Action, case: &Case) -> Vec<&'static str> {
    if action.field("ground").is_none() {
        return Vec::new();
    }
    let target = definition.step(&action.to).map(|step| step.stage);
    definition
        .grounds
        .iter()
        .filter(|ground| match case.closure {
            Some(closure) => closure.ground == **ground,
            None => action.offers(**ground) && target.is_some_and(|to| ground.fits(case.stage, to)),
        })
        .map(|ground| ground.code())
        .collect()
}
