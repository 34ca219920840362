//! A workflow as the model reads it: the words of the definition, with a parser and types of its own.
//!
//! The program's parser, its types and its checks are not used here; only the text is the same.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::days::Length;

/// A definition.
#[derive(Debug, Deserialize)]
pub(super) struct Script {
    pub(super) key: String,
    pub(super) grounds: Vec<String>,
    steps: Vec<Step>,
    pub(super) actions: Vec<Action>,
    #[serde(default)]
    pub(super) timers: Vec<Timer>,
    #[serde(default)]
    pub(super) notices: Vec<Rule>,
}

/// A step.
#[derive(Debug, Deserialize)]
pub(super) struct Step {
    id: String,
    pub(super) stage: String,
    pub(super) class: Option<String>,
}

/// An action; several may share a name when they start elsewhere.
#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub(super) name: String,
    #[serde(default)]
    pub(super) from: Vec<String>,
    pub(super) to: String,
    pub(super) who: Vec<String>,
    #[serde(default)]
    pub(super) guards: Vec<String>,
    #[serde(default)]
    pub(super) effects: Vec<String>,
    #[serde(default)]
    pub(super) form: Vec<Field>,
}

/// A field of a form.
#[derive(Debug, Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<String>,
    #[serde(default)]
    pub(super) choices: Vec<String>,
    #[serde(default)]
    pub(super) rules: Vec<String>,
}

/// A timer.
#[derive(Debug, Deserialize)]
pub(super) struct Timer {
    pub(super) name: String,
    pub(super) at: Vec<String>,
    pub(super) starts: String,
    length: Option<String>,
    before: Option<String>,
    term: Option<String>,
    #[serde(default)]
    until: bool,
    #[serde(default)]
    pub(super) pauses: bool,
    /// The check of which it reminds.
    pub(super) check: Option<String>,
    pub(super) fires: Option<String>,
    #[serde(default)]
    pub(super) answers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) tells: Vec<Telling>,
}

/// How long a timer runs.
pub(super) enum Runs<'a> {
    Own(Length),
    Before(Length),
    Law(&'a str),
    Until,
}

/// Who is told what by a timer.
#[derive(Debug, Deserialize)]
pub(super) struct Telling {
    pub(super) to: String,
    #[serde(flatten)]
    pub(super) words: Words,
}

/// Who is told what after what.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) on: String,
    pub(super) to: String,
    #[serde(flatten)]
    pub(super) words: Words,
}

/// A message that is shipped, or words of the definition's own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Words {
    pub(super) notice: Option<String>,
    pub(super) text: Option<BTreeMap<String, String>>,
}

impl Script {
    /// Reads a definition that the program has read already.
    pub(super) fn read(text: &str) -> Self {
        toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
    }

    /// A step by its id.
    pub(super) fn step(&self, id: &str) -> &Step {
        let step = self.steps.iter().find(|step| step.id == id);
        step.unwrap_or_else(|| panic!("{} has no step {id}", self.key))
    }

    /// The one action that opens a case.
    pub(super) fn opening(&self) -> &Action {
        let opening = self.actions.iter().find(|action| action.from.is_empty());
        opening.expect("an action that opens a case")
    }

    /// The actions that start at a step.
    pub(super) fn actions_at<'a>(&'a self, step: &str) -> impl Iterator<Item = &'a Action> {
        let step = step.to_owned();
        let starts = move |action: &&Action| action.from.contains(&step);
        self.actions.iter().filter(starts)
    }

    /// The action of a name at a step.
    pub(super) fn action_at(&self, name: &str, step: &str) -> Option<&Action> {
        self.actions_at(step).find(|action| action.name == name)
    }

    /// The first action at a step that is open to a relation.
    pub(super) fn action_of(&self, relation: &str, step: &str) -> Option<&Action> {
        let mut actions = self.actions_at(step);
        actions.find(|action| action.who.iter().any(|one| one == relation))
    }

    /// Whether there is an action of a name on an open case.
    pub(super) fn has(&self, name: &str) -> bool {
        let mut open = self.actions.iter().filter(|one| !one.from.is_empty());
        open.any(|action| action.name == name)
    }

    /// Whether an open offer can be answered or ended at a step.
    pub(super) fn answers_offer(&self, step: &str) -> bool {
        let answers = |action: &Action| action.does("accept_offer") || action.does("end_offer");
        self.actions_at(step).any(answers)
    }

    /// The names of all actions on an open case, each once, in order.
    pub(super) fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for action in self.actions.iter().filter(|one| !one.from.is_empty()) {
            if !names.contains(&action.name.as_str()) {
                names.push(&action.name);
            }
        }
        names
    }
}

impl Action {
    /// Whether it has an effect.
    pub(super) fn does(&self, effect: &str) -> bool {
        self.effects.iter().any(|one| one == effect)
    }

    /// Whether it has a guard.
    pub(super) fn asks(&self, guard: &str) -> bool {
        self.guards.iter().any(|one| one == guard)
    }

    /// A field by its name.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.form.iter().find(|field| field.name == name)
    }
}

impl Timer {
    /// How long it runs.
    pub(super) fn runs(&self) -> Runs<'_> {
        match (&self.length, &self.before, &self.term, self.until) {
            (Some(length), None, None, false) => Runs::Own(Length::read(length)),
            (None, Some(length), None, false) => Runs::Before(Length::read(length)),
            (None, None, Some(term), false) => Runs::Law(term),
            (None, None, None, true) => Runs::Until,
            _ => panic!("{} has not one length", self.name),
        }
    }
}
