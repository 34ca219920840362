//! What was changed or read, by whom, when and why (D32), and how it is proven that nobody altered it afterwards (G9).
//!
//! Confidential values enter an entry only as a keyed hash, made with [`keyed`]: who has the key can
//! see that a value changed, and an erased case leaves nothing to guess.
//!
//! An entry is stored with the change itself. Seconds later a worker seals it: the next number of its region, and a hash
//! over the entry and over the seal before ([`chain`]). What is hashed is written by [`canonical`], checked by [`verify`],
//! and described for outsiders in `docs/AUDIT.md`.

pub mod anchor;
pub mod canonical;
pub mod chain;
pub mod of_case;
pub mod verify;

pub use anchor::Anchor;
pub use chain::{Hash, Head, Link, ORIGIN};
pub use verify::{Damage, DamageKind, Verifier};

use crate::id::{AccountId, AuditId, RegionId};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// One change, or one reading of confidential content. A change is stored with its entry, in one transaction; a reading
/// before the answer leaves (R21).
#[derive(Clone, PartialEq, Debug)]
pub struct AuditEntry {
    /// The entry's id.
    pub id: AuditId,
    /// The region it belongs to.
    pub region: RegionId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it; nobody for what a command or a timer does.
    pub actor: Option<AccountId>,
    /// What was done, such as `office.update`.
    pub action: Cow<'static, str>,
    /// The kind of thing, such as `office`.
    pub object_kind: Cow<'static, str>,
    /// Which one: its id or code.
    pub object_id: String,
    /// Its fields before; none when it was made.
    pub before: Option<Value>,
    /// Its fields after; none when it was removed.
    pub after: Option<Value>,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
}

/// How a confidential value stands in an entry, from its keyed hash.
pub fn keyed(hash: &[u8; 32]) -> Value {
    Value::String(format!("keyed:{}", chain::hex(hash)))
}

/// The fields of two objects that differ: what an update writes as before and after.
pub fn changed(before: &Map<String, Value>, after: &Map<String, Value>) -> (Value, Value) {
    let mut old = Map::new();
    let mut new = Map::new();
    for key in before.keys().chain(after.keys()) {
        let (was, is) = (before.get(key), after.get(key));
        if was != is {
            old.insert(key.clone(), was.cloned().unwrap_or(Value::Null));
            new.insert(key.clone(), is.cloned().unwrap_or(Value::Null));
        }
    }
    (Value::Object(old), Value::Object(new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn d32_an_update_shows_the_fields_that_changed() {
        let before = object(json!({"name": "A", "kind": "school", "phone": "1"}));
        let after = object(json!({"name": "B", "kind": "school", "hours": "9-18"}));
        let (old, new) = changed(&before, &after);
        assert_eq!(old, json!({"name": "A", "phone": "1", "hours": null}));
        assert_eq!(new, json!({"name": "B", "phone": null, "hours": "9-18"}));
    }

    #[test]
    fn d32_a_confidential_value_enters_as_a_hash() {
        let text = keyed(&[0xab; 32]).to_string();
        assert_eq!(text, format!("\"keyed:{}\"", "ab".repeat(32)));
    }
}
