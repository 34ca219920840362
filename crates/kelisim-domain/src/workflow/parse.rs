//! Reads a workflow definition from TOML; what makes no sense is refused, all faults at once.

use super::{
    check,
    definition::{Action, Audience, Definition, Effect, Field, Guard, NoticeRule, Step, Trigger},
};
use crate::{
    case::{Class, Stage, ground::Ground},
    code::{ActionName, StepId, WorkflowKey},
    language::Names,
    notice::NoticeKind,
    policy::Relation,
};
use serde::Deserialize;
use std::fmt;

/// One thing that is wrong with a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefinitionFault {
    /// Where: the line for a fault of the text, else the step or action.
    pub place: String,
    /// What, and what would be right. English: it is read by whoever writes definitions.
    pub what: String,
}

impl fmt::Display for DefinitionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDefinition {
    key: WorkflowKey,
    version: i32,
    title: Names,
    #[serde(default = "yes")]
    statutory: bool,
    grounds: Vec<Ground>,
    steps: Vec<RawStep>,
    actions: Vec<RawAction>,
    #[serde(default)]
    notices: Vec<RawNotice>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    id: StepId,
    stage: Stage,
    class: Option<Class>,
    title: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    name: ActionName,
    #[serde(default)]
    from: Vec<StepId>,
    to: StepId,
    title: Names,
    who: Vec<Relation>,
    #[serde(default)]
    guards: Vec<Guard>,
    #[serde(default)]
    form: Vec<Field>,
    #[serde(default)]
    effects: Vec<Effect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNotice {
    on: Trigger,
    to: Audience,
    notice: NoticeKind,
}

/// Reads and checks a definition.
///
/// # Errors
/// Everything that is wrong with it; a text that is not TOML or has an unknown word gives that one fault.
pub fn parse(text: &str) -> Result<Definition, Vec<DefinitionFault>> {
    let raw: RawDefinition = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| {
            text[..span.start.min(text.len())].matches('\n').count() + 1
        });
        vec![DefinitionFault {
            place: format!("line {line}"),
            what: error.message().to_owned(),
        }]
    })?;
    let definition = Definition {
        key: raw.key,
        version: raw.version,
        title: raw.title,
        statutory: raw.statutory,
        grounds: raw.grounds,
        steps: raw
            .steps
            .into_iter()
            .map(|step| Step {
                id: step.id,
                stage: step.stage,
                class: step.class,
                title: step.title,
            })
            .collect(),
        actions: raw
            .actions
            .into_iter()
            .map(|action| Action {
                name: action.name,
                from: action.from,
                to: action.to,
                title: action.title,
                who: action.who,
                guards: action.guards,
                form: action.form,
                effects: action.effects,
            })
            .collect(),
        notices: raw
            .notices
            .into_iter()
            .map(|rule| NoticeRule {
                on: rule.on,
                to: rule.to,
                notice: rule.notice,
            })
            .collect(),
    };
    let faults = check::faults(&definition);
    if faults.is_empty() {
        Ok(definition)
    } else {
        Err(faults)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::BASIC;

    fn faults(from: &str, to: &str) -> Vec<String> {
        let text = BASIC.replacen(from, to, 1);
        assert_ne!(text, BASIC, "the text to replace must be there");
        parse(&text)
            .expect_err("a fault")
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_basic_workflow_is_sound() {
        let basic = parse(BASIC).expect("basic.toml");
        assert_eq!(basic.key.as_str(), "basic");
        let names: Vec<&str> = basic
            .action_names()
            .into_iter()
            .map(ActionName::as_str)
            .collect();
        assert_eq!(names, ["assign", "reassign", "reconcile", "close"]);
    }

    #[test]
    fn an_unknown_word_is_refused_with_its_line() {
        let fault = faults("\"mediator_fit\"", "\"mediator_fast\"").remove(0);
        assert!(
            fault.starts_with("line ") && fault.contains("mediator_fast"),
            "{fault}"
        );
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let text = BASIC
            .replace("version = 1", "version = 0")
            .replace("to = \"reconciled\"", "to = \"nowhere\"");
        assert!(parse(&text).expect_err("faults").len() >= 3);
    }
}
