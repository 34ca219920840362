//! How the model reads the answers to a form: what they say, or everything that is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::paper::Paper;
use super::rules::{AGREEMENT, CONTRACT, EXCLUSIONS};
use super::script::{Action, Field};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Text, a choice, a declaration, a paper: words.
    Text(String),
    Day(NaiveDate),
    YesNo(bool),
    Mediator(u128),
    Case(Uuid),
    Ground(String),
    Exclusions(BTreeMap<String, bool>),
    Elements(BTreeSet<String>),
}

/// The answers by the names of their fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Values(pub(super) BTreeMap<String, Value>);

/// What is wrong with answers: a place and a code each, in order.
pub(super) type Faults = BTreeSet<String>;

const GROUNDS: [&str; 12] = [
    "settled",
    "partly_settled",
    "mediation_impossible",
    "both_refused",
    "one_refused",
    "term_expired",
    "proposal_rejected",
    "not_suitable",
    "withdrawn",
    "transferred",
    "duplicate",
    "consultation_only",
];

impl Values {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn day(&self, name: &str) -> Option<NaiveDate> {
        match self.0.get(name)? {
            Value::Day(day) => Some(*day),
            _ => None,
        }
    }

    pub(super) fn yes_no(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::YesNo(yes) => Some(*yes),
            _ => None,
        }
    }

    pub(super) fn mediator(&self, name: &str) -> Option<u128> {
        match self.0.get(name)? {
            Value::Mediator(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn case(&self, name: &str) -> Option<Uuid> {
        match self.0.get(name)? {
            Value::Case(id) => Some(*id),
            _ => None,
        }
    }

    pub(super) fn ground(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Ground(ground) => Some(ground),
            _ => None,
        }
    }

    pub(super) fn exclusions(&self) -> Option<&BTreeMap<String, bool>> {
        match self.0.get("exclusions")? {
            Value::Exclusions(answers) => Some(answers),
            _ => None,
        }
    }

    /// Whether a list of elements has all of these.
    pub(super) fn has_all(&self, name: &str, elements: &[&str]) -> bool {
        let there = match self.0.get(name) {
            Some(Value::Elements(there)) => there,
            _ => return elements.is_empty(),
        };
        elements.iter().all(|element| there.contains(*element))
    }
}

/// What the rules of a form look at.
pub(super) struct Form<'a> {
    pub(super) action: &'a Action,
    pub(super) paper: &'a Paper,
    pub(super) today: NaiveDate,
}

/// The answers of one object of the body.
struct Input<'a> {
    object: &'a Map<String, Json>,
    place: String,
    known: BTreeSet<String>,
}

impl Input<'_> {
    fn get(&mut self, name: &str) -> Option<&Json> {
        self.known.insert(name.to_owned());
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn unknown(&self, faults: &mut Faults) {
        let strange = self
            .object
            .keys()
            .filter(|name| !self.known.contains(*name));
        faults.extend(strange.map(|name| format!("{}/{name} unknown_field", self.place)));
    }
}

impl Form<'_> {
    /// Reads the answers of a body.
    pub(super) fn read(&self, body: &Map<String, Json>) -> Result<Values, Faults> {
        let (mut values, mut faults) = (Values::default(), Faults::new());
        let mut input = Input {
            object: body,
            place: String::new(),
            known: BTreeSet::from(["action".to_owned()]),
        };
        let mut groups = BTreeSet::new();
        for field in &self.action.form {
            match field.name.split_once('.') {
                None => self.take(&mut input, &field.name, field, &mut values, &mut faults),
                Some((group, _)) if groups.insert(group) => {
                    self.group(&mut input, group, &mut values, &mut faults);
                }
                Some(_) => {}
            }
        }
        input.unknown(&mut faults);
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }

    /// The fields of one group are an object of their own; without it none of them has a default.
    fn group(&self, input: &mut Input<'_>, group: &str, values: &mut Values, faults: &mut Faults) {
        let of_group = |field: &&Field| field.name.split_once('.').is_some_and(|(g, _)| g == group);
        let fields: Vec<&Field> = self.action.form.iter().filter(of_group).collect();
        let place = format!("/{group}");
        match input.get(group) {
            None if fields.iter().any(|field| field.required) => {
                faults.insert(format!("{place} missing"));
            }
            None => {}
            Some(Json::Object(object)) => {
                let mut inner = Input {
                    object,
                    place,
                    known: BTreeSet::new(),
                };
                for field in fields {
                    let name = &field.name[group.len() + 1..];
                    self.take(&mut inner, name, field, values, faults);
                }
                inner.unknown(faults);
            }
            Some(_) => {
                faults.insert(format!("{place} wrong_type"));
            }
        }
    }

    fn take(
        &self,
        input: &mut Input<'_>,
        name: &str,
        field: &Field,
        values: &mut Values,
        faults: &mut Faults,
    ) {
        let place = format!("{}/{name}", input.place);
        let given = input.get(name).map(|given| self.value(field, given));
        let value = match given {
            None => {
                let default = field.default.as_ref();
                default.and_then(|text| word(field, text).ok())
            }
            Some(Ok(value)) => match self.rules(field, &value) {
                Ok(()) => Some(value),
                Err(code) => {
                    faults.insert(format!("{place} {code}"));
                    return;
                }
            },
            Some(Err(wrong)) => {
                faults.extend(
                    wrong
                        .into_iter()
                        .map(|(at, code)| format!("{place}{at} {code}")),
                );
                return;
            }
        };
        match value {
            Some(value) => {
                values.0.insert(field.name.clone(), value);
            }
            None if field.required => {
                faults.insert(format!("{place} missing"));
            }
            None => {}
        }
    }

    fn value(&self, field: &Field, given: &Json) -> Result<Value, Vec<(String, &'static str)>> {
        let here = |code: &'static str| vec![(String::new(), code)];
        match field.kind.as_str() {
            "date" => {
                let text = given.as_str().ok_or_else(|| here("wrong_type"))?;
                let day = text.parse().map_err(|_| here("bad_form"))?;
                Ok(Value::Day(day))
            }
            "yes_no" => {
                let yes = given.as_bool().ok_or_else(|| here("wrong_type"))?;
                Ok(Value::YesNo(yes))
            }
            "exclusions" => exclusions(given),
            "elements" => elements(field, given),
            _ => {
                let text = given.as_str().ok_or_else(|| here("wrong_type"))?;
                word(field, text).map_err(here)
            }
        }
    }

    fn rules(&self, field: &Field, value: &Value) -> Result<(), &'static str> {
        let filed_on = self.paper.filed_on();
        for rule in &field.rules {
            match (rule.as_str(), value) {
                ("not_before_filing", Value::Day(day)) if *day < filed_on => {
                    return Err("too_early");
                }
                ("not_in_future", Value::Day(day)) if *day > self.today => return Err("too_late"),
                ("not_before_contract", Value::Day(day))
                    if *day < self.paper.contract_on.unwrap_or(filed_on) =>
                {
                    return Err("too_early");
                }
                ("not_after_term", Value::Day(day))
                    if self.paper.term.is_some_and(|term| *day > term.end.last_day) =>
                {
                    return Err("too_late");
                }
                ("yes", Value::YesNo(false)) => return Err("must_be_yes"),
                _ => {}
            }
        }
        Ok(())
    }
}

fn exclusions(given: &Json) -> Result<Value, Vec<(String, &'static str)>> {
    let Json::Object(object) = given else {
        return Err(vec![(String::new(), "wrong_type")]);
    };
    let (mut answers, mut wrong) = (BTreeMap::new(), Vec::new());
    for (name, answer) in object {
        match (EXCLUSIONS.contains(&name.as_str()), answer) {
            (false, _) => wrong.push((format!("/{name}"), "unknown_field")),
            (true, Json::Bool(yes)) => {
                answers.insert(name.clone(), *yes);
            }
            (true, Json::Null) => {}
            (true, _) => wrong.push((format!("/{name}"), "wrong_type")),
        }
    }
    match wrong.is_empty() {
        true => Ok(Value::Exclusions(answers)),
        false => Err(wrong),
    }
}

fn elements(field: &Field, given: &Json) -> Result<Value, Vec<(String, &'static str)>> {
    let Json::Array(list) = given else {
        return Err(vec![(String::new(), "wrong_type")]);
    };
    let known: &[&str] = match field.choices.first().map(String::as_str) {
        Some("mediation_contract") => &CONTRACT,
        Some("settlement_agreement") => &AGREEMENT,
        _ => &[],
    };
    let (mut there, mut wrong) = (BTreeSet::new(), Vec::new());
    for (number, element) in list.iter().enumerate() {
        let code = match element.as_str() {
            None => Some("wrong_type"),
            Some(text) if !known.contains(&text) => Some("unknown_code"),
            Some(text) if !there.insert(text.to_owned()) => Some("duplicate"),
            Some(_) => None,
        };
        wrong.extend(code.map(|code| (format!("/{number}"), code)));
    }
    match wrong.is_empty() {
        true => Ok(Value::Elements(there)),
        false => Err(wrong),
    }
}

/// An answer that is one word or text.
fn word(field: &Field, text: &str) -> Result<Value, &'static str> {
    let id = || text.parse::<Uuid>().map_err(|_| "bad_form");
    let one_of = |known: bool| {
        known
            .then(|| Value::Text(text.to_owned()))
            .ok_or("unknown_code")
    };
    match field.kind.as_str() {
        "text" | "document" if text.trim().is_empty() => Err("empty"),
        "text" | "document" => Ok(Value::Text(text.trim().to_owned())),
        "mediator" => Ok(Value::Mediator(id()?.as_u128())),
        "case" => Ok(Value::Case(id()?)),
        "ground" if GROUNDS.contains(&text) => Ok(Value::Ground(text.to_owned())),
        "ground" => Err("unknown_code"),
        "choice" => one_of(field.choices.iter().any(|choice| choice == text)),
        "declaration" => one_of(["none", "disclosed", "must_refuse"].contains(&text)),
        _ => Err("wrong_type"),
    }
}

/// The answer that a timer gives to a field: its own, or the default.
pub(super) fn of_timer(field: &Field, text: &str, last_day: NaiveDate) -> Option<Value> {
    match field.kind.as_str() {
        "date" if text == "last_day" => Some(Value::Day(last_day)),
        "date" => text.parse().ok().map(Value::Day),
        "yes_no" => text.parse().ok().map(Value::YesNo),
        _ => word(field, text).ok(),
    }
}
