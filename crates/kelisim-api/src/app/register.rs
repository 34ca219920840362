//! What the use cases of the registers share: the audit entry of each change, and what conflicts mean.

use super::{AppError, Tx};
use kelisim_domain::{
    audit::{self, AuditEntry},
    code::{OfficeCode, PartnerCode},
    fault::FaultKind,
    register::{Known, LIST_MOST},
};
use kelisim_persistence::{
    DataKey, Error as StoreError,
    store::{audit::audit_insert, office, partner, reference},
};
use serde_json::{Map, Value};

/// A change of a register entry, for the audit log.
pub struct Change {
    /// What was done, such as `office.update`.
    pub action: &'static str,
    /// The kind of thing.
    pub kind: &'static str,
    /// Its id or code.
    pub id: String,
    /// Its fields before; none when it was made.
    pub before: Option<Map<String, Value>>,
    /// Its fields after.
    pub after: Map<String, Value>,
    /// Why, where a reason was given.
    pub reason: Option<String>,
}

/// Writes the audit entry of a change, in its transaction (D32).
///
/// # Errors
/// As the store.
pub fn record(tx: &mut Tx<'_>, change: Change) -> Result<(), AppError> {
    let (before, after) = match &change.before {
        None => (None, Value::Object(change.after)),
        Some(before) => {
            let (before, after) = audit::changed(before, &change.after);
            (Some(before), after)
        }
    };
    let entry = AuditEntry {
        id: tx.new_id(),
        region: tx.region(),
        at: tx.now,
        actor: tx.actor.by_name(),
        action: change.action.into(),
        object_kind: change.kind.into(),
        object_id: change.id,
        before,
        after: Some(after),
        reason: change.reason,
    };
    Ok(audit_insert(tx.db, &entry)?)
}

/// Confidential fields as the audit log keeps them: who has the entry's key sees that a value changed, nobody sees the value.
pub fn hashed(key: &DataKey, form: &Map<String, Value>) -> Map<String, Value> {
    let hash = |name: &String, value: &Value| match value {
        Value::Null => Value::Null,
        value => audit::keyed(&key.mac(format!("{name}={value}").as_bytes())),
    };
    form.iter()
        .map(|(name, value)| (name.clone(), hash(name, value)))
        .collect()
}

/// A unique value that is taken is a fault of its field; everything else stays what it is.
pub fn taken(error: StoreError, column: &str, field: &str) -> AppError {
    match error {
        StoreError::Conflict { what } if what == column => {
            AppError::invalid(format!("/{field}"), FaultKind::Taken)
        }
        error => error.into(),
    }
}

/// What exists in the region, as far as these codes of offices and partners go.
///
/// # Errors
/// As the store.
pub fn known(tx: &mut Tx<'_>, offices: &[&str], partners: &[&str]) -> Result<Known, AppError> {
    let region = tx.region();
    // What is no code at all is not worth a question.
    let offices: Vec<&str> = offices
        .iter()
        .copied()
        .filter(|code| OfficeCode::parse(code).is_ok())
        .take(LIST_MOST)
        .collect();
    let partners: Vec<&str> = partners
        .iter()
        .copied()
        .filter(|code| PartnerCode::parse(code).is_ok())
        .take(LIST_MOST)
        .collect();
    Ok(Known {
        districts: reference::district_list(tx.db, region)?
            .into_iter()
            .map(|entry| entry.code)
            .collect(),
        categories: reference::category_list(tx.db, region)?
            .into_iter()
            .map(|entry| entry.code)
            .collect(),
        offices: office::office_ids(tx.db, region, &offices)?
            .into_iter()
            .collect(),
        partners: partner::partner_ids(tx.db, region, &partners)?
            .into_iter()
            .collect(),
    })
}
