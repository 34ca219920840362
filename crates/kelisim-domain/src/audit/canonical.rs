//! The bytes of an entry that are hashed: one entry has one text, on either database and in every export.
//!
//! It is the JSON of RFC 8785 for what an entry can hold: one object, no white space, fields in the order of their names,
//! characters as they are, numbers whole. So anybody can make it with the JSON library that they have.

use super::{AuditEntry, Hash};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Every field of an entry, also those that are empty.
pub fn object(entry: &AuditEntry) -> Value {
    let id = |id: Uuid| Value::String(id.to_string());
    json!({
        "action": entry.action,
        "actor": entry.actor.map(|account| id(account.0)),
        "after": entry.after,
        "at": instant(entry.at),
        "before": entry.before,
        "id": id(entry.id.0),
        "object_id": entry.object_id,
        "object_kind": entry.object_kind,
        "reason": entry.reason,
        "region": id(entry.region.0),
    })
}

/// An instant in UTC, with six digits of the second: what both databases keep.
pub fn instant(at: DateTime<Utc>) -> String {
    at.trunc_subsecs(6)
        .to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The text of an entry.
pub fn text(entry: &AuditEntry) -> Vec<u8> {
    bytes(&object(entry))
}

/// The text of any value.
pub fn bytes(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    write(&mut out, value);
    out
}

/// The hash of the text: what a seal covers.
pub fn leaf(entry: &AuditEntry) -> Hash {
    Sha256::digest(text(entry)).into()
}

/// Writes a value in its one form.
fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Object(fields) => write_object(out, fields),
        Value::Array(items) => {
            out.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(b',');
                }
                write(out, item);
            }
            out.push(b']');
        }
        plain => write_plain(out, plain),
    }
}

fn write_object(out: &mut Vec<u8>, fields: &Map<String, Value>) {
    // A map keeps its order by the features that the library was built with; this order may not depend on that.
    let mut sorted: Vec<(&String, &Value)> = fields.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    out.push(b'{');
    for (place, (name, value)) in sorted.into_iter().enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_plain(out, name);
        out.push(b':');
        write(out, value);
    }
    out.push(b'}');
}

/// A text, a number, yes, no or nothing: the library's own form is the canonical one.
fn write_plain(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    // A vector takes every byte, and none of these values can fail to be written.
    let _ = serde_json::to_writer(out, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{AccountId, AuditId, RegionId};

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
