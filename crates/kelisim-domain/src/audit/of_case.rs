//! What happened to a case, as an entry of the audit log.
//!
//! The history of a case is stored with its change, append only, and its content as ciphertext: it is the entry.
//! A second row with the same would cost every change more and say nothing more, so the worker seals the event itself,
//! with everything that its row holds: the ciphertext as its SHA-256, which an erased case keeps.

use super::{AuditEntry, Hash, chain::hex};
use crate::id::{AccountId, AuditId, CaseId, EventId, GrantId, RegionId};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The kind of thing that a case is, in the audit log.
pub const KIND: &str = "case";

/// An event as its row holds it.
#[derive(Clone, PartialEq, Debug)]
pub struct StoredEvent {
    /// Its id.
    pub id: EventId,
    /// The region.
    pub region: RegionId,
    /// The case.
    pub case: CaseId,
    /// Its number in the case.
    pub seq: i32,
    /// What happened, as a code such as `moved`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; nobody for a timer or the register.
    pub actor: Option<AccountId>,
    /// Under which grant.
    pub grant: Option<GrantId>,
    /// The open half.
    pub data: Value,
    /// The SHA-256 of the confidential half's ciphertext; none where there is no confidential half.
    pub secret: Option<Hash>,
    /// What it says of the event before, in the chain of the case.
    pub previous: Vec<u8>,
    /// Its hash in the chain of the case.
    pub hash: Vec<u8>,
}

/// The action of an event in the audit log, such as `case.moved`.
pub fn action(kind: &str) -> String {
    format!("{KIND}.{kind}")
}

impl From<StoredEvent> for AuditEntry {
    fn from(event: StoredEvent) -> Self {
        // A reason of a person is sealed; it stands here in entries from before it was, and where a program gave it.
        let reason = |name| event.data.get(name).and_then(Value::as_str);
        let reason = reason("reason").or_else(|| reason("over_limit_reason"));
        AuditEntry {
            id: AuditId(event.id.0),
            region: event.region,
            at: event.at,
            actor: event.actor,
            action: action(&event.kind).into(),
            object_kind: KIND.into(),
            object_id: event.case.to_string(),
            before: Some(json!({"hash": hex(&event.previous)})),
            reason: reason.map(str::to_owned),
            after: Some(json!({
                "seq": event.seq,
                "grant": event.grant,
                "data": event.data,
                "secret": event.secret.as_ref().map(|hash| hex(hash)),
                "hash": hex(&event.hash),
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn r21_an_event_is_an_entry_with_all_that_its_row_holds() {
        let event = StoredEvent {
            id: EventId(Uuid::from_u128(1)),
            region: RegionId(Uuid::from_u128(2)),
            case: CaseId(Uuid::from_u128(3)),
            seq: 4,
            kind: "ground_corrected".to_owned(),
            at: DateTime::UNIX_EPOCH,
            actor: Some(AccountId(Uuid::from_u128(5))),
            grant: Some(GrantId(Uuid::from_u128(6))),
            data: json!({"kind": "ground_corrected", "reason": "A slip"}),
            secret: Some([7; 32]),
            previous: vec![8; 32],
            hash: vec![9; 32],
        };
        let entry = AuditEntry::from(event.clone());
        assert_eq!(
            (&*entry.action, &*entry.object_kind),
            ("case.ground_corrected", "case")
        );
        assert_eq!(entry.reason.as_deref(), Some("A slip"));
        assert_eq!(entry.before, Some(json!({"hash": "08".repeat(32)})));
        let leaf = super::super::canonical::leaf;
        let others = [
            StoredEvent {
                seq: 5,
                ..event.clone()
            },
            StoredEvent {
                grant: None,
                ..event.clone()
            },
            StoredEvent {
                data: json!({}),
                ..event.clone()
            },
            StoredEvent {
                secret: None,
                ..event.clone()
            },
            StoredEvent {
                previous: vec![0; 32],
                ..event.clone()
            },
            StoredEvent {
                hash: vec![0; 32],
                ..event
            },
        ];
        for other in others {
            assert_ne!(leaf(&other.clone().into()), leaf(&entry), "{other:?}");
        }
    }
}
