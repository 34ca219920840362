//! Reads the answers to a workflow's form from a JSON body: any action of any definition, no name of one in the code.

use chrono::NaiveDate;
use kelisim_domain::{
    case::{Case, Term, ground::Ground},
    confidential::Confidential,
    fault::{FaultKind, Faults},
    input::{Input, id},
    law::Law,
    legal::Prescribed,
    text::{STORY_MOST, line, story},
    workflow::{Action, Definition, Field, FieldRule, FieldType, Value, Values},
};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

use crate::app::AppError;

/// The longest number or name of a paper on file, in characters.
const REFERENCE_MOST: usize = 80;
/// More elements than any law prescribes for a document.
const ELEMENTS_MOST: usize = 100;

/// What a form's rules look at.
pub struct Form<'a> {
    /// The workflow, for its grounds.
    pub definition: &'a Definition,
    /// The action.
    pub action: &'a Action,
    /// The local day.
    pub today: NaiveDate,
    /// The local day on which the case was filed.
    pub filed_on: NaiveDate,
    /// The day of the contract, where there is one.
    pub contract_on: Option<NaiveDate>,
    /// The last day of the term of mediation, where it runs.
    pub term_end: Option<NaiveDate>,
    /// What the law asks and prescribes.
    pub law: &'a Law,
}

impl<'a> Form<'a> {
    /// The form of an action on a case.
    pub fn of(
        definition: &'a Definition,
        action: &'a Action,
        case: &Case,
        law: &'a Law,
        today: NaiveDate,
    ) -> Self {
        Form {
            definition,
            action,
            today,
            filed_on: law.zone().day(case.filed_at),
            contract_on: case.course.contract_on,
            term_end: case.course.term.as_ref().map(Term::last_day),
            law,
        }
    }

    /// Reads the answers; `action` itself stands beside them.
    ///
    /// # Errors
    /// Every fault of every field, and every field that the form does not have.
    pub fn read(&self, body: &Map<String, Json>) -> Result<Values, AppError> {
        let mut faults = Faults::new();
        let mut values = Values::new();
        let mut input = Input::new(body, &mut faults);
        input.has("action");
        let mut groups: Vec<&str> = Vec::new();
        for field in &self.action.form {
            match field.name.split_once('.') {
                None => self.take(&mut input, &field.name, field, &mut values),
                Some((group, _)) if groups.contains(&group) => {}
                Some((group, _)) => {
                    groups.push(group);
                    self.take_group(&mut input, group, &mut values);
                }
            }
        }
        input.finish();
        faults.finish(Some(values)).map_err(AppError::Invalid)
    }

    /// The fields `group.…` are one object on the wire.
    fn take_group(&self, input: &mut Input<'_>, group: &str, values: &mut Values) {
        let fields: Vec<(&str, &Field)> = self
            .action
            .form
            .iter()
            .filter_map(|field| {
                field
                    .name
                    .split_once('.')
                    .filter(|(g, _)| *g == group)
                    .map(|(_, name)| (name, field))
            })
            .collect();
        let read = input.object_if(group, |inner| {
            let mut values = Values::new();
            for (name, field) in &fields {
                self.take(inner, name, field, &mut values);
            }
            Some(values)
        });
        match read {
            Some(Some(inner)) => inner
                .iter()
                .for_each(|(name, value)| values.insert(name, value.clone())),
            Some(None) if fields.iter().any(|(_, field)| field.required) => {
                input.fault(group, FaultKind::Missing)
            }
            Some(None) | None => {}
        }
    }

    fn take(&self, input: &mut Input<'_>, name: &str, field: &Field, values: &mut Values) {
        let value = match field.kind {
            FieldType::Date => input.date_if(name).map(|day| day.map(Value::Date)),
            FieldType::YesNo => input.yes_no_if(name).map(|yes| yes.map(Value::YesNo)),
            FieldType::Exclusions => self.exclusions(input, name),
            FieldType::Elements => self.elements(input, name, field),
            _ => input.text_if(name, |text| self.parse(field, text)),
        };
        let value = match value {
            None => return,
            Some(None) => field
                .default
                .as_deref()
                .and_then(|text| self.parse(field, text).ok()),
            Some(Some(value)) => match self.rules(field, &value) {
                Ok(()) => Some(value),
                Err(kind) => return input.fault(name, kind),
            },
        };
        match value {
            Some(value) => values.insert(&field.name, value),
            None if field.required => input.fault(name, FaultKind::Missing),
            None => {}
        }
    }

    fn parse(&self, field: &Field, text: &str) -> Result<Value, FaultKind> {
        match field.kind {
            FieldType::Text => {
                story(text, STORY_MOST).map(|text| Value::Text(Confidential::new(text)))
            }
            FieldType::Mediator => id(text).map(Value::Mediator),
            FieldType::Case => id(text).map(Value::Case),
            FieldType::Ground => self.ground(text).map(Value::Ground),
            FieldType::Choice if field.choices.iter().any(|choice| choice == text) => {
                Ok(Value::Choice(text.to_owned()))
            }
            FieldType::Choice => Err(FaultKind::UnknownCode {
                known: field.choices.clone(),
            }),
            FieldType::Declaration => text.parse().map(Value::Declaration),
            FieldType::Document => line(text, REFERENCE_MOST).map(Value::Document),
            FieldType::Date | FieldType::YesNo | FieldType::Exclusions | FieldType::Elements => {
                Err(FaultKind::WrongType { expected: "text" })
            }
        }
    }

    /// Yes or no to each question that the law of the day of filing asks (D1, D3). A question that is not answered is
    /// found by the domain, which knows which ones there are.
    fn exclusions(&self, input: &mut Input<'_>, name: &str) -> Option<Option<Value>> {
        let version = self.law.on(self.filed_on)?;
        input.object_if(name, |inner| {
            let mut answers = BTreeMap::new();
            let mut sound = true;
            for question in &version.exclusions {
                match inner.yes_no_if(&question.code) {
                    Some(Some(yes)) => _ = answers.insert(question.code.clone(), yes),
                    Some(None) => {}
                    None => sound = false,
                }
            }
            sound.then_some(Value::Exclusions(answers))
        })
    }

    /// The elements of a prescribed document that are there; any that some version of the law knows (D13).
    ///
    /// Which version the document follows depends on the day of its signing, and the guard asks that one (D3).
    fn elements(&self, input: &mut Input<'_>, name: &str, field: &Field) -> Option<Option<Value>> {
        if !input.has(name) {
            return Some(None);
        }
        let document = field
            .choices
            .first()
            .and_then(|code| code.parse::<Prescribed>().ok());
        let versions = self.law.profile().versions().iter();
        let contents = versions.filter_map(|version| version.contents.get(&document?));
        let mut known: Vec<String> = Vec::new();
        for element in contents.flat_map(|contents| &contents.elements) {
            if !known.contains(element) {
                known.push(element.clone());
            }
        }
        let read = input.texts(name, ELEMENTS_MOST, |text| {
            let is_known = known.iter().any(|element| element == text);
            is_known
                .then(|| text.to_owned())
                .ok_or(FaultKind::UnknownCode {
                    known: known.clone(),
                })
        })?;
        Some(Some(Value::Elements(read.into_iter().collect())))
    }

    /// A word that is no ground is a fault; a ground that is not allowed here is a refusal, and the domain says so.
    fn ground(&self, text: &str) -> Result<Ground, FaultKind> {
        text.parse::<Ground>().map_err(|_| FaultKind::UnknownCode {
            known: self
                .definition
                .grounds
                .iter()
                .map(|ground| ground.code().to_owned())
                .collect(),
        })
    }

    fn rules(&self, field: &Field, value: &Value) -> Result<(), FaultKind> {
        for rule in &field.rules {
            match (rule, value) {
                (FieldRule::NotBeforeFiling, Value::Date(day)) => not_before(*day, self.filed_on)?,
                (FieldRule::NotInFuture, Value::Date(day)) => not_after(*day, self.today)?,
                (FieldRule::NotBeforeContract, Value::Date(day)) => {
                    not_before(*day, self.contract_on.unwrap_or(self.filed_on))?;
                }
                (FieldRule::NotAfterTerm, Value::Date(day)) => {
                    self.term_end.map_or(Ok(()), |last| not_after(*day, last))?;
                }
                (FieldRule::Yes, Value::YesNo(false)) => return Err(FaultKind::MustBeYes),
                _ => {}
            }
        }
        Ok(())
    }
}

fn not_before(day: NaiveDate, earliest: NaiveDate) -> Result<(), FaultKind> {
    if day < earliest {
        return Err(FaultKind::TooEarly { earliest });
    }
    Ok(())
}

fn not_after(day: NaiveDate, latest: NaiveDate) -> Result<(), FaultKind> {
    if day > latest {
        return Err(FaultKind::TooLate { latest });
    }
    Ok(())
}
