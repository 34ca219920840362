//! The register of offices.

use super::{
    AppError, Tx,
    register::{Change, record, taken},
};
use kelisim_domain::{
    code::OfficeCode,
    id::OfficeId,
    office::{Office, OfficeEntry},
};
use kelisim_persistence::store::office::{
    OfficeHead, OfficePage, office_by_code, office_heads, office_insert, office_list, office_update,
};

/// An office with its head of today.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The office.
    pub office: Office,
    /// Its head: follows from the grants.
    pub head: Option<OfficeHead>,
}

/// An office by its code.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx<'_>, code: &OfficeCode) -> Result<Office, AppError> {
    let region = tx.region();
    Ok(office_by_code(tx.db, region, code)?)
}

/// An office as it is shown.
///
/// # Errors
/// As the store.
pub fn show(tx: &mut Tx<'_>, office: Office) -> Result<Shown, AppError> {
    let mut shown = show_all(tx, vec![office])?;
    shown.pop().ok_or(AppError::NotFound)
}

/// A page of offices as they are shown.
///
/// # Errors
/// As the store.
pub fn list(tx: &mut Tx<'_>, page: &OfficePage) -> Result<Vec<Shown>, AppError> {
    let region = tx.region();
    let offices = office_list(tx.db, region, page)?;
    show_all(tx, offices)
}

fn show_all(tx: &mut Tx<'_>, offices: Vec<Office>) -> Result<Vec<Shown>, AppError> {
    let (region, today) = (tx.region(), tx.today());
    let ids: Vec<OfficeId> = offices.iter().map(|office| office.id).collect();
    let mut heads = office_heads(tx.db, region, &ids, today)?;
    let shown = offices.into_iter().map(|office| Shown {
        head: heads.remove(&office.id),
        office,
    });
    Ok(shown.collect())
}

/// Opens an office.
///
/// # Errors
/// The code is taken.
pub fn create(tx: &mut Tx<'_>, entry: OfficeEntry) -> Result<Office, AppError> {
    let office = Office {
        id: tx.new_id(),
        entry,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let region = tx.region();
    office_insert(tx.db, region, &office).map_err(|error| taken(error, "office.code", "code"))?;
    record(
        tx,
        Change {
            action: "office.create",
            kind: "office",
            id: office.entry.code.to_string(),
            before: None,
            after: office.entry.form(),
            reason: None,
        },
    )?;
    Ok(office)
}

/// Changes an office; an entry that says the same changes nothing.
///
/// # Errors
/// Another change came in between.
pub fn change(tx: &mut Tx<'_>, before: Office, entry: OfficeEntry) -> Result<Office, AppError> {
    if before.entry == entry {
        return Ok(before);
    }
    let after = Office {
        entry,
        version: before.version + 1,
        updated_at: tx.now,
        ..before.clone()
    };
    let region = tx.region();
    if !office_update(tx.db, region, &after)? {
        return Err(AppError::Stale);
    }
    record(
        tx,
        Change {
            action: "office.update",
            kind: "office",
            id: after.entry.code.to_string(),
            before: Some(before.entry.form()),
            after: after.entry.form(),
            reason: None,
        },
    )?;
    Ok(after)
}
