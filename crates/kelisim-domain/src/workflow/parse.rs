//! Reads a workflow definition from TOML and refuses what makes no sense, all faults at once.

use super::definition::{
    Action, Audience, Definition, Effect, Field, FieldType, Guard, NoticeRule, Step, Trigger,
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
    let faults = Check::of(&definition);
    if faults.is_empty() {
        Ok(definition)
    } else {
        Err(faults)
    }
}

/// The checks that every workflow passes (D4, D8, D19 to D21).
struct Check<'a> {
    definition: &'a Definition,
    faults: Vec<DefinitionFault>,
}

impl<'a> Check<'a> {
    fn of(definition: &'a Definition) -> Vec<DefinitionFault> {
        let mut check = Check {
            definition,
            faults: Vec::new(),
        };
        check.head();
        check.steps();
        for action in &definition.actions {
            check.action(action);
            check.form(action);
        }
        check.notices();
        check.faults
    }

    fn fault(&mut self, place: impl fmt::Display, what: impl Into<String>) {
        self.faults.push(DefinitionFault {
            place: place.to_string(),
            what: what.into(),
        });
    }

    fn head(&mut self) {
        if self.definition.version < 1 {
            self.fault("version", "versions count from 1");
        }
        if self.definition.opening().count() != 1 {
            self.fault(
                "actions",
                "exactly one action opens a case: the one without `from`",
            );
        }
        if !self
            .definition
            .steps
            .iter()
            .any(|step| step.stage == Stage::Closed)
        {
            self.fault(
                "steps",
                "no step has the stage closed, so no case could ever end",
            );
        }
    }

    fn steps(&mut self) {
        let definition = self.definition;
        for (position, step) in definition.steps.iter().enumerate() {
            if definition.steps[..position]
                .iter()
                .any(|other| other.id == step.id)
            {
                self.fault(format!("step {}", step.id), "the id stands twice");
            }
            match (step.stage, step.class) {
                (Stage::Closed, Some(_)) => {
                    self.fault(
                        format!("step {}", step.id),
                        "a closed step has no class: it follows the ground (D19)",
                    );
                }
                (Stage::Closed, None) | (_, Some(Class::New | Class::Active | Class::Waiting)) => {}
                (_, None) => self.fault(
                    format!("step {}", step.id),
                    "class is missing: new, active or waiting (D21)",
                ),
                (_, Some(Class::DoneSuccess | Class::DoneOther)) => {
                    self.fault(
                        format!("step {}", step.id),
                        "only a closed case is done (D21)",
                    );
                }
            }
            let entered = definition.actions.iter().any(|action| action.to == step.id);
            if !entered {
                self.fault(format!("step {}", step.id), "no action leads here");
            }
            let left = definition
                .actions
                .iter()
                .any(|action| action.from.contains(&step.id));
            if !left && step.stage != Stage::Closed {
                self.fault(
                    format!("step {}", step.id),
                    "no action leads away from here",
                );
            }
        }
    }

    fn action(&mut self, action: &Action) {
        let place = format!("action {} to {}", action.name, action.to);
        if action.who.is_empty() {
            self.fault(&place, "nobody may take it: `who` is empty");
        }
        let Some(to) = self.definition.step(&action.to).map(|step| step.stage) else {
            return self.fault(&place, format!("there is no step {}", action.to));
        };
        if action.from.is_empty() && to != Stage::Filed {
            self.fault(&place, "a case opens in the stage filed");
        }
        for id in &action.from {
            let Some(from) = self.definition.step(id).map(|step| step.stage) else {
                self.fault(&place, format!("there is no step {id}"));
                continue;
            };
            self.stage_move(&place, action, from, to);
            let twins = self
                .definition
                .actions
                .iter()
                .filter(|a| a.name == action.name && a.from.contains(id));
            if twins.count() > 1 {
                self.fault(&place, format!("two actions of this name start at {id}"));
            }
        }
        if action.does(Effect::AssignMediator) && !action.guards.contains(&Guard::MediatorFit) {
            self.fault(
                &place,
                "who assigns a mediator needs the guard mediator_fit (D4)",
            );
        }
        if action.guards.contains(&Guard::MediatorFit) && action.field("mediator").is_none() {
            self.fault(&place, "the guard mediator_fit needs the field mediator");
        }
    }

    /// The moves between stages that the domain allows (3.1), and what each must do.
    fn stage_move(&mut self, place: &str, action: &Action, from: Stage, to: Stage) {
        use Stage::{Assigned, Closed, Filed, Reconciled};
        let sets_ground = action.does(Effect::SetGround);
        match (from, to) {
            (Closed, _) => self.fault(place, "closed is final (D20)"),
            (Filed, Reconciled) | (Reconciled, Filed | Assigned) => {
                self.fault(
                    place,
                    format!(
                        "a case does not go from {} to {} (3.1)",
                        from.code(),
                        to.code()
                    ),
                );
            }
            (Filed, Assigned) if !action.does(Effect::AssignMediator) => {
                self.fault(
                    place,
                    "entering the stage assigned needs the effect assign_mediator (D4)",
                );
            }
            (Assigned, Reconciled) | (Filed | Assigned, Closed) if !sets_ground => {
                self.fault(
                    place,
                    format!(
                        "entering the stage {} needs the effect set_ground (D19)",
                        to.code()
                    ),
                );
            }
            _ => {}
        }
        let conduct = sets_ground || action.does(Effect::RecordAgreement);
        if from != Filed && conduct && action.who.iter().any(|who| *who != Relation::CaseMediator) {
            self.fault(
                place,
                "only the mediator of the case records its outcome (D8)",
            );
        }
    }

    fn form(&mut self, action: &Action) {
        let place = format!("action {} to {}", action.name, action.to);
        for effect in &action.effects {
            for name in effect.needs() {
                if action.field(name).is_none() {
                    self.fault(
                        &place,
                        format!("the effect {} needs the field {name}", effect.code()),
                    );
                }
            }
            for (name, kind) in effect.fields() {
                if action.field(name).is_some_and(|field| field.kind != *kind) {
                    self.fault(
                        &place,
                        format!("the field {name} has the type {}", kind.code()),
                    );
                }
            }
        }
        for (position, field) in action.form.iter().enumerate() {
            self.field(&place, action, position, field);
        }
    }

    fn field(&mut self, place: &str, action: &Action, position: usize, field: &Field) {
        let place = format!("{place}, field {}", field.name);
        if field.name == "action"
            || action.form[..position]
                .iter()
                .any(|other| other.name == field.name)
        {
            self.fault(&place, "the name is taken");
        }
        if field.kind == FieldType::Choice && field.choices.is_empty() {
            self.fault(&place, "a choice needs `choices`");
        }
        if field.kind == FieldType::Ground {
            for code in field.choices.iter().chain(&field.default) {
                match code.parse::<Ground>() {
                    Ok(ground) if self.definition.grounds.contains(&ground) => {}
                    Ok(_) => {
                        self.fault(&place, format!("{code} is not in the workflow's `grounds`"))
                    }
                    Err(_) => self.fault(&place, format!("{code} is not a ground")),
                }
            }
        }
        if !field.rules.is_empty() && field.kind != FieldType::Date {
            self.fault(&place, "only a date has `rules`");
        }
        if matches!(field.name.as_str(), "agreement.summary" | "exclusion_code")
            && !field.confidential
        {
            self.fault(&place, "this field is confidential");
        }
    }

    fn notices(&mut self) {
        for rule in &self.definition.notices {
            let fits = matches!(
                (rule.on, rule.to, rule.notice),
                (
                    Trigger::MediatorAssigned,
                    Audience::Mediator,
                    NoticeKind::Assignment
                ) | (
                    Trigger::MediatorReplaced,
                    Audience::FormerMediator,
                    NoticeKind::Unassignment
                ) | (Trigger::Filed, Audience::Partner, NoticeKind::CaseReceived)
                    | (
                        Trigger::FirstAssigned,
                        Audience::Partner,
                        NoticeKind::CaseAssigned
                    )
                    | (Trigger::Ended, Audience::Partner, NoticeKind::CaseEnded)
            );
            if !fits {
                self.fault(
                    format!("notice on {}", rule.on.code()),
                    format!(
                        "the message {} does not fit {} to {}",
                        rule.notice.code(),
                        rule.on.code(),
                        rule.to.code()
                    ),
                );
            }
        }
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
    fn d21_a_step_has_one_stage_and_one_class() {
        assert_eq!(
            faults("class = \"new\"\n", ""),
            ["step filed: class is missing: new, active or waiting (D21)"]
        );
        assert_eq!(
            faults("class = \"new\"", "class = \"done_other\""),
            ["step filed: only a closed case is done (D21)"]
        );
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
    fn d04_assigning_needs_the_guard() {
        let found = faults("guards = [\"mediator_fit\"]\n", "");
        assert_eq!(
            found,
            ["action assign to assigned: who assigns a mediator needs the guard mediator_fit (D4)"]
        );
    }

    #[test]
    fn d08_only_the_mediator_records_the_outcome() {
        let found = faults(
            "who = [\"case_mediator\"]",
            "who = [\"case_mediator\", \"office_head\"]",
        );
        assert_eq!(
            found,
            [
                "action reconcile to reconciled: only the mediator of the case records its outcome (D8)"
            ]
        );
    }

    #[test]
    fn d19_no_case_closes_without_a_ground() {
        let found = faults(
            "who = [\"office_head\", \"coordinator\"]\neffects = [\"set_ground\"]",
            "who = [\"office_head\"]",
        );
        assert_eq!(
            found,
            ["action close to closed: entering the stage closed needs the effect set_ground (D19)"]
        );
    }

    #[test]
    fn d20_nothing_leads_out_of_closed() {
        let found = faults(
            "from = [\"reconciled\"]",
            "from = [\"reconciled\", \"closed\"]",
        );
        assert_eq!(found, ["action close to closed: closed is final (D20)"]);
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let text = BASIC
            .replace("version = 1", "version = 0")
            .replace("to = \"reconciled\"", "to = \"nowhere\"");
        assert!(parse(&text).expect_err("faults").len() >= 3);
    }
}
