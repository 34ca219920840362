//! What somebody answered to an action's form.

use crate::{
    case::{Declared, ground::Ground},
    confidential::Confidential,
    id::{CaseId, MediatorId},
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// One answer, of the type of its field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Text; whether it is confidential, the field says.
    Text(Confidential<String>),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    YesNo(bool),
    /// A mediator of the register.
    Mediator(MediatorId),
    /// Another case.
    Case(CaseId),
    /// A ground of closure.
    Ground(Ground),
    /// One of the field's choices.
    Choice(String),
    /// Yes or no for each exclusion question, by its code (D1).
    Exclusions(BTreeMap<String, bool>),
    /// What a mediator declares of their connections (D6).
    Declaration(Declared),
    /// The elements of a document that are there (D13).
    Elements(BTreeSet<String>),
    /// The number or name of a paper on file.
    Document(String),
}

impl Value {
    /// The answer as text, for the history.
    pub fn to_text(&self) -> String {
        match self {
            Value::Text(text) => text.reveal().clone(),
            Value::Date(day) => day.to_string(),
            Value::YesNo(yes) => yes.to_string(),
            Value::Mediator(id) => id.to_string(),
            Value::Case(id) => id.to_string(),
            Value::Ground(ground) => ground.code().to_owned(),
            Value::Choice(code) => code.clone(),
            Value::Exclusions(answers) => {
                let word = |yes: &bool| if *yes { "yes" } else { "no" };
                let each = answers
                    .iter()
                    .map(|(code, yes)| format!("{code}={}", word(yes)));
                each.collect::<Vec<_>>().join(" ")
            }
            Value::Declaration(declared) => declared.code().to_owned(),
            Value::Elements(elements) => elements.iter().cloned().collect::<Vec<_>>().join(" "),
            Value::Document(reference) => reference.clone(),
        }
    }
}

/// The answers to a form, by field name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// No answers.
    pub fn new() -> Self {
        Values::default()
    }

    /// The same answers and one more.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.insert(name, value);
        self
    }

    /// Adds an answer.
    pub fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The answer to a field.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All answers.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// A text, if it was answered.
    pub fn text(&self, name: &str) -> Option<&Confidential<String>> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A day, if it was answered.
    pub fn date(&self, name: &str) -> Option<NaiveDate> {
        match self.get(name) {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        }
    }

    /// A mediator, if one was named.
    pub fn mediator(&self, name: &str) -> Option<MediatorId> {
        match self.get(name) {
            Some(Value::Mediator(id)) => Some(*id),
            _ => None,
        }
    }

    /// A case, if one was named.
    pub fn case(&self, name: &str) -> Option<CaseId> {
        match self.get(name) {
            Some(Value::Case(id)) => Some(*id),
            _ => None,
        }
    }

    /// Yes or no, if it was answered.
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::YesNo(yes)) => Some(*yes),
            _ => None,
        }
    }

    /// The code of a choice, if one was made.
    pub fn choice(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Choice(code)) => Some(code),
            _ => None,
        }
    }

    /// The answers to the exclusion questions.
    pub fn exclusions(&self, name: &str) -> Option<&BTreeMap<String, bool>> {
        match self.get(name) {
            Some(Value::Exclusions(answers)) => Some(answers),
            _ => None,
        }
    }

    /// What a mediator declared.
    pub fn declaration(&self, name: &str) -> Option<Declared> {
        match self.get(name) {
            Some(Value::Declaration(declared)) => Some(*declared),
            _ => None,
        }
    }

    /// The elements of a document that are there.
    pub fn elements(&self, name: &str) -> Option<&BTreeSet<String>> {
        match self.get(name) {
            Some(Value::Elements(elements)) => Some(elements),
            _ => None,
        }
    }

    /// A ground, if one was named.
    pub fn ground(&self, name: &str) -> Option<Ground> {
        match self.get(name) {
            Some(Value::Ground(ground)) => Some(*ground),
            _ => None,
        }
    }
}
