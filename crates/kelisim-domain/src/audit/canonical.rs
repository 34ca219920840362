//! The bytes of an entry that are hashed: one entry has one text, on either database and in every export.
//!
//! It is the JSON of RFC 8785 for what an entry can hold: one object, no white space, fields in the order of their names,
//! characters as they are, numbers whole. So anybody can make it with the JSON library that they have.

use super::{AuditEntry, Hash};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Every field of an entry, also those that are empty, in the order of their names; a log of millions of entries is
/// verified by these, so nothing is copied.
#[derive(serde::Serialize)]
struct Fields<'a> {
    action: &'a str,
    actor: Option<Uuid>,
    after: Option<Sorted<'a>>,
    at: String,
    before: Option<Sorted<'a>>,
    id: Uuid,
    object_id: &'a str,
    object_kind: &'a str,
    reason: Option<&'a str>,
    region: Uuid,
}

impl<'a> Fields<'a> {
    fn of(entry: &'a AuditEntry) -> Self {
        Self {
            action: &entry.action,
            actor: entry.actor.map(|account| account.0),
            after: entry.after.as_ref().map(Sorted),
            at: instant(entry.at),
            before: entry.before.as_ref().map(Sorted),
            id: entry.id.0,
            object_id: &entry.object_id,
            object_kind: &entry.object_kind,
            reason: entry.reason.as_deref(),
            region: entry.region.0,
        }
    }
}

/// An entry as a value, for what holds more than it.
pub fn object(entry: &AuditEntry) -> Value {
    // Nothing that an entry holds can fail to be written.
    serde_json::to_value(Fields::of(entry)).unwrap_or_default()
}

/// An instant in UTC, with six digits of the second: what both databases keep.
pub fn instant(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(6)
        .to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The text of an entry.
pub fn text(entry: &AuditEntry) -> Vec<u8> {
    written(&Fields::of(entry))
}

/// The text of any value.
pub fn bytes(value: &Value) -> Vec<u8> {
    written(&Sorted(value))
}

/// The hash of the text: what a seal covers.
pub fn leaf(entry: &AuditEntry) -> Hash {
    Sha256::digest(text(entry)).into()
}

fn written(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    // A vector takes every byte, and none of these values can fail to be written.
    let _ = serde_json::to_writer(&mut out, value);
    out
}

/// A value whose fields are written in the order of their names; of all else the library's own form is the canonical one.
struct Sorted<'a>(&'a Value);

impl Serialize for Sorted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(fields) => {
                // A map keeps its order by the features that the library was built with; this order may not depend on
                // that.
                let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
                sorted.sort_unstable_by_key(|(name, _)| *name);
                let mut map = serializer.serialize_map(Some(sorted.len()))?;
                for (name, value) in sorted {
                    map.serialize_entry(name, &Sorted(value))?;
                }
                map.end()
            }
            Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
            plain => plain.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, AuditId, RegionId};
    use serde_json::json;

    fn entry() -> AuditEntry {
        AuditEntry {
            id: AuditId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0002)),
            region: RegionId(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0001)),
            at: DateTime::from_timestamp(1_795_305_600, 123_456_789).unwrap(),
            actor: Some(AccountId(Uuid::from_u128(3))),
            action: "office.update".into(),
            object_kind: "office".into(),
            object_id: "ORL-01".into(),
            before: Some(json!({"name_kk": "Қ \"ғ\"\n", "hours": null})),
            after: Some(json!({"b": [1, true], "a": {"z": -2, "y": "\u{1}"}})),
            reason: None,
        }
    }

    /// The text in docs/AUDIT.md; whoever changes it breaks every chain that there is.
    #[test]
    fn r21_the_text_of_an_entry_is_fixed() {
        let wanted = concat!(
            r#"{"action":"office.update","actor":"00000000-0000-0000-0000-000000000003","#,
            r#""after":{"a":{"y":"\u0001","z":-2},"b":[1,true]},"at":"2026-11-22T00:00:00.123456Z","#,
            r#""before":{"hours":null,"name_kk":"Қ \"ғ\"\n"},"id":"01930000-0000-7000-8000-000000000002","#,
            r#""object_id":"ORL-01","object_kind":"office","reason":null,"#,
            r#""region":"01930000-0000-7000-8000-000000000001"}"#,
        );
        assert_eq!(String::from_utf8(text(&entry())).unwrap(), wanted);
    }

    #[test]
    fn r21_the_order_in_which_fields_come_does_not_matter() {
        let other = AuditEntry {
            after: serde_json::from_str(r#"{"a":{"z":-2,"y":"\u0001"}, "b" : [1,true]}"#).unwrap(),
            ..entry()
        };
        assert_eq!(leaf(&other), leaf(&entry()));
    }

    #[test]
    fn r21_every_field_is_in_the_hash() {
        let all = [
            AuditEntry {
                id: AuditId(Uuid::from_u128(9)),
                ..entry()
            },
            AuditEntry {
                region: RegionId(Uuid::from_u128(9)),
                ..entry()
            },
            AuditEntry {
                at: entry().at + chrono::TimeDelta::microseconds(1),
                ..entry()
            },
            AuditEntry {
                actor: None,
                ..entry()
            },
            AuditEntry {
                action: "office.create".into(),
                ..entry()
            },
            AuditEntry {
                object_kind: "partner".into(),
                ..entry()
            },
            AuditEntry {
                object_id: "ORL-02".into(),
                ..entry()
            },
            AuditEntry {
                before: None,
                ..entry()
            },
            AuditEntry {
                after: None,
                ..entry()
            },
            AuditEntry {
                reason: Some(String::new()),
                ..entry()
            },
        ];
        for other in all {
            assert_ne!(leaf(&other), leaf(&entry()), "{other:?}");
        }
    }
}
