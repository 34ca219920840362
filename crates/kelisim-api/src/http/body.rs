//! Reads a JSON body field by field and notes every fault, so that a person sees all of them at once.
//!
//! serde's derive stops at the first fault and speaks of Rust types, so bodies are read by hand:
//! each field is asked for by name, and a name that nobody asked for is refused with the nearest known one (R6).

use chrono::NaiveDate;
use kelisim_domain::fault::{FaultKind, Faults};
use serde_json::{Map, Value};
use std::str::FromStr;

/// The fields of one JSON object.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    at: String,
    known: Vec<String>,
    faults: &'a mut Faults,
}

impl<'a> Fields<'a> {
    /// Reads an object that stands at a JSON pointer (the empty text for the body itself).
    pub fn new(object: &'a Map<String, Value>, at: &str, faults: &'a mut Faults) -> Self {
        Fields { object, at: at.to_owned(), known: Vec::new(), faults }
    }

    /// The pointer of a field.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{}", self.at, name.replace('~', "~0").replace('/', "~1"))
    }

    /// Notes a fault at a field.
    pub fn fault(&mut self, name: &str, kind: FaultKind) {
        let pointer = self.pointer(name);
        self.faults.push(pointer, kind);
    }

    /// Whether the field stands in the body, null included.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    fn raw(&mut self, name: &str) -> Option<&'a Value> {
        if !self.known.iter().any(|known| known == name) {
            self.known.push(name.to_owned());
        }
        self.object.get(name)
    }

    /// A field that must be there, read by `read`.
    pub fn required<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Result<T, FaultKind>) -> Option<T> {
        match self.raw(name) {
            None | Some(Value::Null) => {
                self.fault(name, FaultKind::Missing);
                None
            }
            Some(value) => self.keep(name, read(value)),
        }
    }

    /// A field that may be absent or null.
    pub fn optional<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Result<T, FaultKind>) -> Option<T> {
        match self.raw(name) {
            None | Some(Value::Null) => None,
            Some(value) => self.keep(name, read(value)),
        }
    }

    /// A field of a merge patch (RFC 7396): none when absent, `Some(None)` when null takes it away.
    pub fn change<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Result<T, FaultKind>) -> Option<Option<T>> {
        match self.raw(name) {
            None => None,
            Some(Value::Null) => Some(None),
            Some(value) => self.keep(name, read(value)).map(Some),
        }
    }

    /// A field of a merge patch that cannot be taken away.
    pub fn changed<T>(&mut self, name: &str, read: impl FnOnce(&Value) -> Result<T, FaultKind>) -> Option<T> {
        match self.raw(name) {
            None => None,
            Some(Value::Null) => {
                self.fault(name, FaultKind::Missing);
                None
            }
            Some(value) => self.keep(name, read(value)),
        }
    }

    fn keep<T>(&mut self, name: &str, read: Result<T, FaultKind>) -> Option<T> {
        read.map_err(|kind| self.fault(name, kind)).ok()
    }

    /// A list of objects, each read by `read`; none when the list itself is wrong.
    pub fn objects<T>(
        &mut self,
        name: &str,
        fewest: usize,
        most: usize,
        mut read: impl FnMut(&mut Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let value = self.raw(name);
        let items = match value {
            None | Some(Value::Null) if fewest == 0 => return Some(Vec::new()),
            None | Some(Value::Null) => {
                self.fault(name, FaultKind::Missing);
                return None;
            }
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.fault(name, FaultKind::WrongType { expected: "list" });
                return None;
            }
        };
        if items.len() < fewest {
            self.fault(name, FaultKind::TooFew { fewest });
            return None;
        }
        if items.len() > most {
            self.fault(name, FaultKind::TooMany { most });
            return None;
        }
        let at = self.pointer(name);
        let mut all = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            let pointer = format!("{at}/{position}");
            if let Some(object) = item.as_object() {
                let mut fields = Fields::new(object, &pointer, self.faults);
                let one = read(&mut fields);
                fields.end();
                all.extend(one);
            } else {
                self.faults.push(pointer, FaultKind::WrongType { expected: "object" });
            }
        }
        (all.len() == items.len()).then_some(all)
    }

    /// An object inside the object, when it is there.
    pub fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Option<T> {
        let object = match self.raw(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Object(object)) => object,
            Some(_) => {
                self.fault(name, FaultKind::WrongType { expected: "object" });
                return None;
            }
        };
        let pointer = self.pointer(name);
        let mut fields = Fields::new(object, &pointer, self.faults);
        let one = read(&mut fields);
        fields.end();
        one
    }

    /// A list of plain values, each read by `read`; none when absent.
    pub fn list<T>(
        &mut self,
        name: &str,
        most: usize,
        read: impl Fn(&Value) -> Result<T, FaultKind>,
    ) -> Option<Vec<T>> {
        let items = match self.raw(name) {
            None | Some(Value::Null) => return None,
            Some(Value::Array(items)) if items.len() > most => {
                self.fault(name, FaultKind::TooMany { most });
                return None;
            }
            Some(Value::Array(items)) => items,
            Some(_) => {
                self.fault(name, FaultKind::WrongType { expected: "list" });
                return None;
            }
        };
        let mut all = Vec::with_capacity(items.len());
        for (position, item) in items.iter().enumerate() {
            match read(item) {
                Ok(value) => all.push(value),
                Err(kind) => {
                    let pointer = format!("{}/{position}", self.pointer(name));
                    self.faults.push(pointer, kind);
                }
            }
        }
        (all.len() == items.len()).then_some(all)
    }

    /// Refuses every field that nobody asked for. Call it last.
    pub fn end(self) {
        for name in self.object.keys().filter(|name| !self.known.contains(name)) {
            let nearest = self
                .known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(known, name), known))
                .min()
                .filter(|(distance, known)| *distance <= 2.max(known.len() / 3))
                .map(|(_, known)| known.clone());
            let pointer = self.pointer(name);
            self.faults.push(pointer, FaultKind::UnknownField { nearest });
        }
    }
}

/// Text, given to a parser of the domain.
pub fn text<T>(parse: impl FnOnce(&str) -> Result<T, FaultKind>) -> impl FnOnce(&Value) -> Result<T, FaultKind> {
    move |value| match value {
        Value::String(text) => parse(text),
        _ => Err(FaultKind::WrongType { expected: "text" }),
    }
}

/// One line of at most `most` characters.
pub fn line(most: usize) -> impl Fn(&Value) -> Result<String, FaultKind> {
    move |value| text(|text| kelisim_domain::text::line(text, most))(value)
}

/// Text of several lines.
pub fn story(most: usize) -> impl Fn(&Value) -> Result<String, FaultKind> {
    move |value| text(|text| kelisim_domain::text::story(text, most))(value)
}

/// A value of a closed list, or a code.
pub fn code<T: FromStr<Err = FaultKind>>(value: &Value) -> Result<T, FaultKind> {
    text(str::parse)(value)
}

/// One of the three languages.
pub fn language(value: &Value) -> Result<kelisim_domain::language::Language, FaultKind> {
    text(|text| {
        text.parse().map_err(|_| FaultKind::UnknownCode { known: vec!["kk".into(), "ru".into(), "en".into()] })
    })(value)
}

/// The id of something.
pub fn id<T: FromStr>(value: &Value) -> Result<T, FaultKind> {
    text(|text| {
        text.parse().map_err(|_| FaultKind::BadForm { example: "0193c6f0-7c1e-7a2b-9b1d-2f6a3c4d5e6f" })
    })(value)
}

/// A day of the calendar, `YYYY-MM-DD` (RFC 3339); 31 April is not one.
pub fn date(value: &Value) -> Result<NaiveDate, FaultKind> {
    text(|text| {
        let well_formed = text.len() == 10
            && text.bytes().enumerate().all(|(at, b)| if at == 4 || at == 7 { b == b'-' } else { b.is_ascii_digit() });
        if !well_formed {
            return Err(FaultKind::BadForm { example: "2026-11-22" });
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| FaultKind::NotADate)
    })(value)
}

/// Yes or no.
pub fn yes_no(value: &Value) -> Result<bool, FaultKind> {
    value.as_bool().ok_or(FaultKind::WrongType { expected: "yes_no" })
}

/// A whole number within bounds.
pub fn integer(least: i64, most: i64) -> impl Fn(&Value) -> Result<i64, FaultKind> {
    move |value| {
        let number = value.as_i64().ok_or(FaultKind::WrongType { expected: "number" })?;
        if (least..=most).contains(&number) { Ok(number) } else { Err(FaultKind::OutOfRange { least, most }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: Value, read: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
        let mut faults = Faults::new();
        let object = body.as_object().cloned().unwrap();
        let mut fields = Fields::new(&object, "", &mut faults);
        read(&mut fields);
        fields.end();
        faults.finish(None::<()>).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_fault_is_noted_with_its_place() {
        let found = read(json!({"nam": "x", "on": "2026-04-31", "list": [1, "a"]}), |fields| {
            fields.required("name", line(10));
            fields.required("on", date);
            fields.list("list", 5, line(10));
        });
        assert_eq!(found, ["/name: missing", "/on: not_a_date", "/list/0: wrong_type", "/nam: unknown_field"]);
    }

    #[test]
    fn an_unknown_field_names_the_nearest_one() {
        let object = json!({"sumary": "x"});
        let mut faults = Faults::new();
        let mut fields = Fields::new(object.as_object().unwrap(), "", &mut faults);
        fields.optional("summary", line(10));
        fields.end();
        let faults = faults.finish(None::<()>).unwrap_err();
        assert_eq!(faults[0].kind, FaultKind::UnknownField { nearest: Some("summary".into()) });
    }

    #[test]
    fn a_patch_tells_absent_from_null() {
        let object = json!({"phone": null});
        let mut faults = Faults::new();
        let mut fields = Fields::new(object.as_object().unwrap(), "", &mut faults);
        assert_eq!(fields.change("phone", line(10)), Some(None));
        assert_eq!(fields.change("email", line(10)), None);
    }
}
