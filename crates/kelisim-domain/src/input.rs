//! Reads a JSON object field by field and notes every fault on the way.
//!
//! A person who filled in a form is told all that is wrong with it at once, so nothing here stops at the first fault:
//! a reader gives the value when it is right and `None` after it noted why not.

use crate::fault::{FaultKind, Faults};
use chrono::NaiveDate;
use serde_json::{Map, Value};

/// A JSON object that is being read.
#[derive(Debug)]
pub struct Input<'a> {
    object: &'a Map<String, Value>,
    pointer: String,
    known: Vec<String>,
    faults: &'a mut Faults,
}

impl<'a> Input<'a> {
    /// Starts to read the body itself.
    pub fn new(object: &'a Map<String, Value>, faults: &'a mut Faults) -> Self {
        Input {
            object,
            pointer: String::new(),
            known: Vec::new(),
            faults,
        }
    }

    /// Notes a fault of a field.
    pub fn fault(&mut self, name: &str, kind: FaultKind) {
        self.faults.push(format!("{}/{name}", self.pointer), kind);
    }

    /// The value of a field; `null` means that it is not there.
    fn get(&mut self, name: &str) -> Option<&'a Value> {
        self.known.push(name.to_owned());
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Whether a field is there and not `null`. The field counts as known.
    pub fn has(&mut self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Whether a field holds exactly this word. The field counts as known.
    pub fn is_text(&mut self, name: &str, word: &str) -> bool {
        self.get(name).and_then(Value::as_str) == Some(word)
    }

    fn must<T>(&mut self, name: &str, value: Option<Option<T>>) -> Option<T> {
        match value {
            Some(None) => {
                self.fault(name, FaultKind::Missing);
                None
            }
            other => other.flatten(),
        }
    }

    /// Keeps the value, or notes the fault.
    fn kept<T>(&mut self, name: &str, value: Result<T, FaultKind>) -> Option<T> {
        value.map_err(|kind| self.fault(name, kind)).ok()
    }

    /// A text that may be absent: `None` after a fault, `Some(None)` when it is not there.
    pub fn text_if<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, FaultKind>,
    ) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.kept(name, as_text(value).and_then(parse)).map(Some),
        }
    }

    /// A text that must be there.
    pub fn text<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, FaultKind>,
    ) -> Option<T> {
        let value = self.text_if(name, parse);
        self.must(name, value)
    }

    /// A day that may be absent.
    pub fn date_if(&mut self, name: &str) -> Option<Option<NaiveDate>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.kept(name, as_date(value)).map(Some),
        }
    }

    /// A day that must be there.
    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        let value = self.date_if(name);
        self.must(name, value)
    }

    /// Yes or no; what holds when nothing is said.
    pub fn yes_no(&mut self, name: &str, otherwise: bool) -> Option<bool> {
        match self.get(name) {
            None => Some(otherwise),
            Some(Value::Bool(value)) => Some(*value),
            Some(_) => self.kept(name, Err(FaultKind::WrongType { expected: "yes_no" })),
        }
    }

    /// A whole number between two bounds that must be there.
    pub fn number(&mut self, name: &str, least: i32, most: i32) -> Option<i32> {
        let value = match self.get(name) {
            None => Err(FaultKind::Missing),
            Some(Value::Number(number)) => number
                .as_i64()
                .and_then(|number| i32::try_from(number).ok())
                .filter(|number| (least..=most).contains(number))
                .ok_or(FaultKind::OutOfRange {
                    least: i64::from(least),
                    most: i64::from(most),
                }),
            Some(_) => Err(FaultKind::WrongType { expected: "number" }),
        };
        self.kept(name, value)
    }

    /// A whole number between two bounds that may be absent.
    pub fn number_if(&mut self, name: &str, least: i64, most: i64) -> Option<Option<i64>> {
        let value = match self.get(name) {
            None => return Some(None),
            Some(Value::Number(number)) => number
                .as_i64()
                .filter(|number| (least..=most).contains(number))
                .ok_or(FaultKind::OutOfRange { least, most }),
            Some(_) => Err(FaultKind::WrongType { expected: "number" }),
        };
        self.kept(name, value).map(Some)
    }

    /// Yes or no, which may be absent.
    pub fn yes_no_if(&mut self, name: &str) -> Option<Option<bool>> {
        match self.get(name) {
            None => Some(None),
            Some(Value::Bool(value)) => Some(Some(*value)),
            Some(_) => self.kept(name, Err(FaultKind::WrongType { expected: "yes_no" })),
        }
    }

    /// Whether the field stands in the object at all, as null or as a value. The field counts as known.
    pub fn mentions(&mut self, name: &str) -> bool {
        self.get(name);
        self.object.contains_key(name)
    }

    fn entries(&mut self, name: &str, most: usize) -> Option<&'a [Value]> {
        match self.get(name) {
            None => Some(&[]),
            Some(Value::Array(list)) if list.len() > most => {
                self.kept(name, Err(FaultKind::TooMany { most }))
            }
            Some(Value::Array(list)) => Some(list),
            Some(_) => self.kept(name, Err(FaultKind::WrongType { expected: "list" })),
        }
    }

    /// A list of texts without repetition; an absent list is empty.
    pub fn texts<T: PartialEq>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, FaultKind>,
    ) -> Option<Vec<T>> {
        let mut read = Vec::new();
        let mut sound = true;
        for (index, value) in self.entries(name, most)?.iter().enumerate() {
            let value =
                as_text(value)
                    .and_then(&parse)
                    .and_then(|value| match read.contains(&value) {
                        true => Err(FaultKind::Duplicate),
                        false => Ok(value),
                    });
            match self.kept(&format!("{name}/{index}"), value) {
                Some(value) => read.push(value),
                None => sound = false,
            }
        }
        sound.then_some(read)
    }

    /// A list of texts that must hold at least one.
    pub fn some_texts<T: PartialEq>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, FaultKind>,
    ) -> Option<Vec<T>> {
        let missing = !self.has(name);
        let read = self.texts(name, most, parse)?;
        match (missing, read.is_empty()) {
            (true, _) => self.kept(name, Err(FaultKind::Missing)),
            (false, true) => self.kept(name, Err(FaultKind::TooFew { fewest: 1 })),
            (false, false) => Some(read),
        }
    }

    /// A list of objects; an absent list is empty.
    pub fn objects<T>(
        &mut self,
        name: &str,
        most: usize,
        parse: impl Fn(&mut Input<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut read = Vec::new();
        let mut sound = true;
        for (index, value) in self.entries(name, most)?.iter().enumerate() {
            match self.nested(&format!("{name}/{index}"), value, &parse) {
                Some(value) => read.push(value),
                None => sound = false,
            }
        }
        sound.then_some(read)
    }

    /// An object that may be absent.
    pub fn object_if<T>(
        &mut self,
        name: &str,
        parse: impl Fn(&mut Input<'_>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.get(name) {
            None => Some(None),
            Some(value) => self.nested(name, value, &parse).map(Some),
        }
    }

    fn nested<T>(
        &mut self,
        place: &str,
        value: &Value,
        parse: &impl Fn(&mut Input<'_>) -> Option<T>,
    ) -> Option<T> {
        let Value::Object(object) = value else {
            return self.kept(place, Err(FaultKind::WrongType { expected: "object" }));
        };
        let mut inner = Input {
            object,
            pointer: format!("{}/{place}", self.pointer),
            known: Vec::new(),
            faults: self.faults,
        };
        let value = parse(&mut inner);
        inner.finish();
        value
    }

    /// Ends the reading: a field that nobody asked for is a fault and names the field that looks most like it.
    pub fn finish(self) {
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        for name in self.object.keys() {
            if !known.contains(&name.as_str()) {
                let nearest = nearest(name, &known).map(str::to_owned);
                let place = name.replace('~', "~0").replace('/', "~1");
                self.faults.push(
                    format!("{}/{place}", self.pointer),
                    FaultKind::UnknownField { nearest },
                );
            }
        }
    }
}

fn as_text(value: &Value) -> Result<&str, FaultKind> {
    value
        .as_str()
        .ok_or(FaultKind::WrongType { expected: "text" })
}

fn as_date(value: &Value) -> Result<NaiveDate, FaultKind> {
    value
        .as_str()
        .ok_or(FaultKind::WrongType { expected: "date" })
        .and_then(day)
}

/// Parses a day written `YYYY-MM-DD`, in a century that a register can mean.
///
/// # Errors
/// Of another form, or not a day of the calendar.
pub fn day(text: &str) -> Result<NaiveDate, FaultKind> {
    let digits = |range: std::ops::Range<usize>| {
        text.as_bytes()
            .get(range)
            .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let shaped = text.len() == 10
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[7] == b'-'
        && digits(0..4)
        && digits(5..7)
        && digits(8..10);
    if !shaped {
        return Err(FaultKind::BadForm {
            example: "2026-11-22",
        });
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| (1900..2200).contains(&chrono::Datelike::year(day)))
        .ok_or(FaultKind::NotADate)
}

/// Parses the id of something.
///
/// # Errors
/// Not of the form of an id.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, FaultKind> {
    text.parse().map_err(|_| FaultKind::BadForm {
        example: "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f",
    })
}

/// The known word that looks most like the given one, when one is near enough to be meant.
pub fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len() / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Lays a merge patch over an object (RFC 7396): `null` takes a field away, an object is merged, all else replaces.
pub fn merge(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (name, value) in patch {
        match (value, target.get_mut(name)) {
            (Value::Null, _) => {
                // A name that was never there stays visible, so that a mistyped one is still refused.
                match target.contains_key(name) {
                    true => target.remove(name),
                    false => target.insert(name.clone(), Value::Null),
                };
            }
            (Value::Object(patch), Some(Value::Object(inner))) => merge(inner, patch),
            _ => {
                target.insert(name.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn all_faults_are_noted_at_once() {
        let body = object(json!({
            "name": 7, "since": "2026-04-31", "born": "1.2.2000", "most": 9, "codes": ["a", "a", 3],
            "who": [{"nmae": "x"}], "sine": true, "x/y": 1
        }));
        let mut faults = Faults::new();
        let mut input = Input::new(&body, &mut faults);
        assert_eq!(input.text("name", |t| Ok(t.to_owned())), None);
        assert_eq!(input.date("since"), None);
        assert_eq!(input.date("born"), None);
        assert_eq!(input.date("until"), None);
        assert_eq!(input.number("most", 1, 5), None);
        assert_eq!(input.texts("codes", 5, |t| Ok(t.to_owned())), None);
        assert_eq!(
            input.objects("who", 5, |who| who.text("name", |t| Ok(t.to_owned()))),
            None
        );
        input.finish();
        let found = faults.finish::<()>(None).unwrap_err();
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "/name: wrong_type",
                "/since: not_a_date",
                "/born: bad_form",
                "/until: missing",
                "/most: out_of_range",
                "/codes/1: duplicate",
                "/codes/2: wrong_type",
                "/who/0/name: missing",
                "/who/0/nmae: unknown_field",
                "/sine: unknown_field",
                "/x~1y: unknown_field",
            ]
        );
    }

    #[test]
    fn a_mistyped_field_is_answered_with_the_nearest_one() {
        assert_eq!(nearest("sine", &["name", "since"]), Some("since"));
        assert_eq!(nearest("colour", &["name", "since"]), None);
    }

    #[test]
    fn a_merge_patch_takes_away_merges_and_replaces() {
        let mut target = object(json!({"a": 1, "b": {"c": 1, "d": 2}, "e": [1, 2]}));
        merge(
            &mut target,
            &object(json!({"a": null, "b": {"c": null, "x": 3}, "e": [3], "typo": null})),
        );
        assert_eq!(
            target,
            object(json!({"b": {"d": 2, "x": 3}, "e": [3], "typo": null}))
        );
    }

    #[test]
    fn a_day_has_one_form_and_is_in_the_calendar() {
        assert!(day("2026-02-28").is_ok());
        for bad in ["2026-02-29", "2026-13-01", "0026-01-01", "9999-01-01"] {
            assert_eq!(day(bad), Err(FaultKind::NotADate), "{bad}");
        }
        for bad in [
            "",
            "2026-2-1",
            "26-02-01",
            "2026/02/01",
            "+026-02-01",
            "2026-02-01T00:00",
            "қққққ",
        ] {
            assert!(matches!(day(bad), Err(FaultKind::BadForm { .. })), "{bad}");
        }
    }
}
