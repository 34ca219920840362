//! Consents of the sides: recorded, taken back, and listed, by whoever may read and correct the case.

use super::{
    AppError, Tx, case,
    register::{Change, hashed, record},
};
use chrono::NaiveDate;
use kelisim_domain::{
    confidential::Confidential,
    consent::{Consent, ConsentFault},
    id::{CaseId, ConsentId},
    refusal::Refusal,
};
use kelisim_persistence::{
    Error as StoreError,
    store::{
        access::{Authorized, Correct, ReadContent},
        consent::{ConsentRecord, consent_insert, consent_list, consent_update},
    },
};
use serde_json::{Map, Value, json};

impl From<ConsentFault> for AppError {
    fn from(fault: ConsentFault) -> Self {
        match fault {
            ConsentFault::Field(name, kind) => AppError::invalid(format!("/{name}"), kind),
            ConsentFault::Refused(refusal) => AppError::refused(vec![Refusal::Consent(refusal)]),
        }
    }
}

/// Lets through whoever reads the content of the case.
///
/// # Errors
/// Not found; not permitted.
pub fn reader(tx: &mut Tx<'_>, id: CaseId) -> Result<Authorized<ReadContent>, AppError> {
    case::access::<ReadContent>(tx, id)
}

/// Lets through whoever may also correct it.
///
/// # Errors
/// As [`reader`].
pub fn keeper(tx: &mut Tx<'_>, id: CaseId) -> Result<Authorized<ReadContent>, AppError> {
    let authorized = reader(tx, id)?;
    match authorized.also::<Correct>(&tx.actor) {
        Some(_) => Ok(authorized),
        None => Err(AppError::NotPermitted(Vec::new())),
    }
}

/// The consents of a case, the oldest first; none of one that was erased.
///
/// # Errors
/// As the store.
pub fn list(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
) -> Result<Vec<ConsentRecord>, AppError> {
    match consent_list(tx.db, &tx.app.vault, authorized) {
        Err(StoreError::Erased) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

/// Records a consent.
///
/// # Errors
/// No side of the case, a day that has not come, or a consent that is on record and holds; the case was erased.
pub fn add(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
    consent: Confidential<Consent>,
) -> Result<ConsentRecord, AppError> {
    let beside: Vec<Confidential<Consent>> = consent_list(tx.db, &tx.app.vault, authorized)?
        .into_iter()
        .map(|record| record.consent)
        .collect();
    let parties = &authorized.content(&tx.app.vault)?.parties;
    consent.reveal().record(parties, &beside, tx.today())?;
    let new = ConsentRecord {
        id: tx.new_id::<ConsentId>(),
        version: 1,
        at: tx.now,
        by: tx.actor.account,
        consent,
    };
    consent_insert(tx.db, &tx.app.vault, authorized, &new)?;
    let after = form(tx, authorized, &new)?;
    note(tx, "consent.add", &new, None, after)?;
    Ok(new)
}

/// A consent of a case.
///
/// # Errors
/// Not found.
pub fn find(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
    id: ConsentId,
) -> Result<ConsentRecord, AppError> {
    let mut found = list(tx, authorized)?.into_iter();
    found
        .find(|record| record.id == id)
        .ok_or(AppError::NotFound)
}

/// Takes a consent back from a day on.
///
/// # Errors
/// It was taken back already, or not on that day; stale when somebody else was faster.
pub fn withdraw(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
    before: &ConsentRecord,
    on: NaiveDate,
) -> Result<ConsentRecord, AppError> {
    let after = ConsentRecord {
        version: before.version + 1,
        consent: before.consent.reveal().withdraw(on, tx.today())?,
        ..before.clone()
    };
    if !consent_update(tx.db, &tx.app.vault, authorized, &after)? {
        return Err(AppError::Stale);
    }
    let forms = (form(tx, authorized, before)?, form(tx, authorized, &after)?);
    note(tx, "consent.withdraw", &after, Some(forms.0), forms.1)?;
    Ok(after)
}

/// A consent as the audit log keeps it: hashes under the key of the case.
fn form(
    tx: &Tx<'_>,
    authorized: &Authorized<ReadContent>,
    record: &ConsentRecord,
) -> Result<Map<String, Value>, AppError> {
    let fields = match json!(record.consent.reveal()) {
        Value::Object(fields) => Confidential::new(fields),
        _ => Confidential::default(),
    };
    let mut form = hashed(authorized.data_key(&tx.app.vault)?, fields.reveal());
    form.insert("case".into(), json!(authorized.case().id));
    Ok(form)
}

fn note(
    tx: &mut Tx<'_>,
    action: &'static str,
    of: &ConsentRecord,
    before: Option<Map<String, Value>>,
    after: Map<String, Value>,
) -> Result<(), AppError> {
    let change = Change {
        action,
        kind: "consent",
        id: of.id.to_string(),
        before,
        after,
        reason: None,
    };
    record(tx, change)
}
