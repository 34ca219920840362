//! What somebody typed into the form of an action, and the body that it becomes for the reader of forms.
//!
//! Every field of the workflow is posted under a name of its own beginning, so no field of any workflow can be mistaken for
//! one of the page, such as the version.

use super::super::visit::Posted;
use crate::{
    app::{AppError, Tx},
    http::{api::case::list::find, query::Query},
};
use chrono::NaiveDate;
use kelisim_domain::{
    case::CaseNumber,
    fault::{FaultKind, Faults},
    legal::Exclusion,
    workflow::{Action, Field, FieldType},
};
use serde_json::{Map, Value};
use url::form_urlencoded::Serializer;

/// What the name of a workflow's field begins with in a form.
pub(super) const OF_WORKFLOW: &str = "f.";
/// Cases that are looked through for a number.
const NUMBERS: i64 = 20;

/// What was typed, by the name of the field.
#[derive(Clone, Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// The fields of the workflow in a form.
    pub(super) fn of(posted: &Posted) -> Self {
        let fields = posted.fields().iter();
        let own = fields.filter_map(|(name, value)| {
            let name = name.strip_prefix(OF_WORKFLOW)?;
            Some((name.to_owned(), value.trim().to_owned()))
        });
        Typed(own.collect())
    }

    /// One field; empty when it is not there.
    pub(super) fn one(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    /// A part of a field, such as the day of a date.
    pub(super) fn part(&self, name: &str, part: &str) -> &str {
        self.one(&format!("{name}:{part}"))
    }

    /// Whether one of several boxes is ticked.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(key, one)| key == name && one == value)
    }

    /// Whether the form has come back at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, to be sent once more.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let pairs = self.0.iter();
        let pairs = pairs.map(|(name, value)| (format!("{OF_WORKFLOW}{name}"), value.clone()));
        pairs.collect()
    }

    /// The body that the reader of forms takes.
    ///
    /// # Errors
    /// A case number that names no case which the reader sees; as the store.
    pub(super) fn body(
        &self,
        tx: &mut Tx<'_>,
        action: &Action,
        questions: &[Exclusion],
    ) -> Result<Map<String, Value>, AppError> {
        let mut body = Map::new();
        let mut faults = Faults::new();
        let today = tx.today();
        for field in &action.form {
            let value = match field.kind {
                FieldType::Case => self.case(tx, field, &mut faults)?,
                _ => self.value(field, questions, today),
            };
            put(&mut body, &field.name, value);
        }
        faults.finish(Some(body)).map_err(AppError::Invalid)
    }

    fn value(&self, field: &Field, questions: &[Exclusion], today: NaiveDate) -> Option<Value> {
        let name = field.name.as_str();
        let text = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
        match field.kind {
            FieldType::Date => self.day(name, today).map(Value::String),
            FieldType::YesNo => yes_no(self.one(name)),
            FieldType::Exclusions => {
                let answer = |one: &Exclusion| {
                    let answer = yes_no(self.part(name, &one.code))?;
                    Some((one.code.clone(), answer))
                };
                let answers: Map<String, Value> = questions.iter().filter_map(answer).collect();
                Some(Value::Object(answers)).filter(|_| !self.is_empty())
            }
            FieldType::Elements => {
                let ticked = self.0.iter().filter(|(key, _)| key == name);
                let ticked = ticked.map(|(_, value)| Value::from(value.as_str()));
                Some(ticked.collect())
            }
            _ => text(self.one(name)),
        }
    }

    /// A day as it goes over the wire: today, yesterday, or three numbers (F4).
    fn day(&self, name: &str, today: NaiveDate) -> Option<String> {
        let parts = ["y", "m", "d"].map(|part| self.part(name, part));
        match self.part(name, "when") {
            "today" => Some(today.to_string()),
            "yesterday" => today.pred_opt().map(|day| day.to_string()),
            _ if parts.iter().all(|part| part.is_empty()) => None,
            _ => {
                let [year, month, day] = parts;
                Some(format!("{year:0>4}-{month:0>2}-{day:0>2}"))
            }
        }
    }

    /// The id of a case that was named by its number: among those that the reader sees, by the query of every list.
    fn case(
        &self,
        tx: &mut Tx<'_>,
        field: &Field,
        faults: &mut Faults,
    ) -> Result<Option<Value>, AppError> {
        let typed = self.one(&field.name);
        if typed.is_empty() {
            return Ok(None);
        }
        let known = match typed.parse::<CaseNumber>() {
            Err(_) => None,
            Ok(number) => {
                let mut query = Serializer::new(String::new());
                query.append_pair("q", typed);
                let query = Query::new("/cases", &query.finish());
                let found = find(tx, query, (NUMBERS, NUMBERS))?.cases;
                found.into_iter().find(|one| one.case.number == number)
            }
        };
        if known.is_none() {
            let pointer = format!("/{}", field.name.replace('.', "/"));
            faults.push(pointer, FaultKind::UnknownCode { known: Vec::new() });
        }
        Ok(known.map(|one| Value::from(one.case.id.to_string())))
    }
}

fn yes_no(answer: &str) -> Option<Value> {
    match answer {
        "yes" => Some(Value::Bool(true)),
        "no" => Some(Value::Bool(false)),
        _ => None,
    }
}

/// Fields `group.…` are one object; it is there also when it is empty, so that each field says itself what it lacks.
fn put(body: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    let (target, name) = match name.split_once('.') {
        None => (Some(body), name),
        Some((group, name)) => {
            let group = body
                .entry(group)
                .or_insert_with(|| Value::Object(Map::new()));
            (group.as_object_mut(), name)
        }
    };
    if let (Some(target), Some(value)) = (target, value) {
        target.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Typed {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Typed(pairs.iter().map(own).collect())
    }

    #[test]
    fn f4_a_day_is_today_yesterday_or_three_numbers() {
        let today = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap();
        let day = |pairs: &[(&str, &str)]| typed(pairs).day("on", today);
        assert_eq!(
            day(&[("on:when", "today"), ("on:d", "3")]).as_deref(),
            Some("2027-01-01")
        );
        assert_eq!(
            day(&[("on:when", "yesterday")]).as_deref(),
            Some("2026-12-31")
        );
        let numbers = [("on:d", "3"), ("on:m", "2"), ("on:y", "2027")];
        assert_eq!(day(&numbers).as_deref(), Some("2027-02-03"));
        assert_eq!(day(&[("on:d", ""), ("on:m", ""), ("on:y", "")]), None);
        // What is no day goes on as it is, and the reader of forms says so (R28).
        assert_eq!(
            day(&[("on:d", "31"), ("on:m", "2"), ("on:y", "27")]).as_deref(),
            Some("0027-02-31")
        );
    }

    #[test]
    fn a_group_is_an_object_even_when_nothing_was_typed() {
        let mut body = Map::new();
        put(&mut body, "contract.signed_on", None);
        put(&mut body, "contract.document", Some("7".into()));
        put(&mut body, "reason", None);
        assert_eq!(
            Value::Object(body),
            serde_json::json!({"contract": {"document": "7"}})
        );
    }
}
