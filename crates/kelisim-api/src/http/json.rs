//! Reads a JSON body strictly: no name stands twice in one object, and nothing is nested deeper than any form is (R31).
//!
//! A parser that lets the last of two equal names win reads another body than the one that a proxy or a log shows.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// The deepest nesting.
const DEPTH_MOST: usize = 32;

/// Reads a body.
///
/// # Errors
/// Not JSON, a name that stands twice in one object, or nested too deep; with line and column.
pub(super) fn read(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = Node { depth: 0 }.deserialize(&mut input)?;
    input.end()?;
    Ok(value)
}

/// A value at a depth.
#[derive(Clone, Copy)]
struct Node {
    depth: usize,
}

impl Node {
    fn inner<E: Error>(self) -> Result<Node, E> {
        match self.depth < DEPTH_MOST {
            true => Ok(Node {
                depth: self.depth + 1,
            }),
            false => Err(E::custom("nested too deep")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Node {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut values = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            if values.contains_key(&name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            let value = object.next_value_seed(inner)?;
            values.insert(name, value);
        }
        Ok(Value::Object(values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_json_is_read_as_it_stands() {
        let text = r#" {"a": [1, -2, 0.5, true, null, "қ"], "b": {"a": 18446744073709551615}} "#;
        let value = json!({"a": [1, -2, 0.5, true, null, "қ"], "b": {"a": u64::MAX}});
        assert_eq!(read(text.as_bytes()).unwrap(), value);
        for bad in ["", "{", "{} {}", "[1,]", "{'a': 1}", "\u{feff}{}", "01"] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        let twice = "{\"action\": \"close\",\n \"ground\": \"settled\", \"ground\": \"withdrawn\"}";
        assert_eq!(read(twice.as_bytes()).unwrap_err().line(), 2);
        assert!(read(br#"{"a": {"b": 1, "b": 1}}"#).is_err());
        assert!(read(br#"[{"a": 1}, {"a": 1}]"#).is_ok());
    }

    #[test]
    fn r31_nothing_is_nested_deeper_than_a_form() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(nested(32).as_bytes()).is_ok());
        for depth in [33, 1_000_000] {
            assert!(read(nested(depth).as_bytes()).is_err(), "{depth}");
        }
    }
}
