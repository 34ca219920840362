//! Reports of a danger to a child: apart from every case, for two people, with entries of their own in the audit log (D30).

use super::{
    AppError, Tx,
    register::{Change, hashed, record},
};
use kelisim_domain::{
    danger::{DangerReport, RECEIVERS, may_receive},
    fault::FaultKind,
    id::{AccountId, DangerReportId},
    text::EmailAddress,
};
use kelisim_persistence::{
    DataKey, Error as StoreError,
    store::{
        account::{account_find_by_email, grant_list},
        danger_report::{DangerNote, danger_report_find, danger_report_insert, danger_report_list},
    },
};
use serde_json::{Map, json};

/// Enters a report for one receiver; gives its key too, under which the answer is kept.
///
/// # Errors
/// Nobody who may receive it has that address.
pub fn add(
    tx: &mut Tx<'_>,
    report: &DangerReport,
    receiver: &EmailAddress,
) -> Result<(DangerNote, DataKey), AppError> {
    let region = tx.region();
    let note = DangerNote {
        id: tx.new_id::<DangerReportId>(),
        at: tx.now,
        by: tx.actor.account,
        receiver: receives(tx, receiver)?,
    };
    let key = danger_report_insert(tx.db, &tx.app.vault, region, &note, report)?;
    let secret = Map::from_iter([
        ("facts".to_owned(), json!(report.facts.reveal())),
        ("body".to_owned(), json!(report.body.reveal())),
        ("informed_on".to_owned(), json!(report.informed_on.reveal())),
    ]);
    let mut after = hashed(&key, &secret);
    after.insert("receiver".into(), json!(note.receiver));
    let change = Change {
        action: "danger_report.add",
        kind: "danger_report",
        id: note.id.to_string(),
        before: None,
        after,
        reason: None,
    };
    record(tx, change)?;
    Ok((note, key))
}

/// The account of a receiver.
fn receives(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<AccountId, AppError> {
    let unfit = || {
        let known = RECEIVERS.iter().map(|role| role.code().to_owned());
        let known = known.collect();
        AppError::invalid("/receiver", FaultKind::UnknownCode { known })
    };
    let account = match account_find_by_email(tx.db, email) {
        Err(StoreError::NotFound) => return Err(unfit()),
        other => other?,
    };
    let is_author = account.id == tx.actor.account;
    // A report that only its author can read protects nobody.
    if is_author || account.region != tx.region() || !account.active {
        return Err(unfit());
    }
    let grants = grant_list(tx.db, account.region, account.id)?;
    match may_receive(&grants, tx.today()) {
        true => Ok(account.id),
        false => Err(unfit()),
    }
}

/// The reports that the caller wrote or received.
///
/// # Errors
/// As the store.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<DangerNote>, AppError> {
    let (region, reader) = (tx.region(), tx.actor.account);
    Ok(danger_report_list(tx.db, region, reader)?)
}

/// A report that the caller wrote or received.
///
/// # Errors
/// Not found, also for everybody else.
pub fn find(tx: &mut Tx<'_>, id: DangerReportId) -> Result<(DangerNote, DangerReport), AppError> {
    let reader = (tx.region(), tx.actor.account);
    Ok(danger_report_find(tx.db, &tx.app.vault, reader, id)?)
}
