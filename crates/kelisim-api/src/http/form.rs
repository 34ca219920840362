//! Reads the answers to a workflow's form from a JSON body: any action of any definition, no name of one in the code.

use chrono::NaiveDate;
use kelisim_domain::{
    calendar::Zone,
    case::{Case, ground::Ground},
    confidential::Confidential,
    fault::{FaultKind, Faults},
    input::{Input, id},
    text::{STORY_MOST, story},
    workflow::{Action, Definition, Field, FieldRule, FieldType, Value, Values},
};
use serde_json::{Map, Value as Json};

use crate::app::AppError;

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
}

impl<'a> Form<'a> {
    /// The form of an action on a case.
    pub fn of(
        definition: &'a Definition,
        action: &'a Action,
        case: &Case,
        zone: Zone,
        today: NaiveDate,
    ) -> Self {
        Form {
            definition,
            action,
            today,
            filed_on: zone.day(case.filed_at),
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
            _ => input.text_if(name, |text| self.parse(field, text)),
        };
        let value = match value {
            None => return,
            Some(None) => field
                .default
                .as_deref()
                .and_then(|text| self.parse(field, text).ok()),
            Some(Some(Value::Date(day))) => match self.rules(field, day) {
                Ok(()) => Some(Value::Date(day)),
                Err(kind) => return input.fault(name, kind),
            },
            Some(value) => value,
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
            FieldType::Date | FieldType::YesNo => Err(FaultKind::WrongType { expected: "text" }),
        }
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

    fn rules(&self, field: &Field, day: NaiveDate) -> Result<(), FaultKind> {
        for rule in &field.rules {
            match rule {
                FieldRule::NotBeforeFiling if day < self.filed_on => {
                    return Err(FaultKind::TooEarly {
                        earliest: self.filed_on,
                    });
                }
                FieldRule::NotInFuture if day > self.today => {
                    return Err(FaultKind::TooLate { latest: self.today });
                }
                FieldRule::NotBeforeFiling | FieldRule::NotInFuture => {}
            }
        }
        Ok(())
    }
}
