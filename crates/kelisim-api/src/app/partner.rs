//! The register of partner agencies and their contacts.

use super::{
    AppError, Tx,
    register::{Change, hashed, record, taken},
};
use kelisim_domain::{
    code::PartnerCode,
    id::{ContactId, PartnerId},
    partner::{Contact, ContactWish, Partner, PartnerEntry},
};
use kelisim_persistence::{
    DataKey,
    store::{
        contact::{
            SealedContact, contact_by_id, contact_insert, contact_update, contacts_of_partner,
        },
        partner::{PartnerPage, partner_by_code, partner_insert, partner_list, partner_update},
    },
};
use serde_json::{Map, Value};

/// A partner by its code.
///
/// # Errors
/// Not found.
pub fn load(tx: &mut Tx<'_>, code: &PartnerCode) -> Result<Partner, AppError> {
    let region = tx.region();
    Ok(partner_by_code(tx.db, region, code)?)
}

/// A page of partners.
///
/// # Errors
/// As the store.
pub fn list(tx: &mut Tx<'_>, page: &PartnerPage) -> Result<Vec<Partner>, AppError> {
    let region = tx.region();
    Ok(partner_list(tx.db, region, page)?)
}

/// Enters a partner.
///
/// # Errors
/// The code is taken.
pub fn create(tx: &mut Tx<'_>, entry: PartnerEntry) -> Result<Partner, AppError> {
    let partner = Partner {
        id: tx.new_id(),
        entry,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let region = tx.region();
    partner_insert(tx.db, region, &partner)
        .map_err(|error| taken(error, "partner.code", "code"))?;
    record(
        tx,
        Change {
            action: "partner.create",
            kind: "partner",
            id: partner.entry.code.to_string(),
            before: None,
            after: partner.entry.form(),
            reason: None,
        },
    )?;
    Ok(partner)
}

/// Changes a partner; an entry that says the same changes nothing.
///
/// # Errors
/// Another change came in between.
pub fn change(tx: &mut Tx<'_>, before: Partner, entry: PartnerEntry) -> Result<Partner, AppError> {
    if before.entry == entry {
        return Ok(before);
    }
    let after = Partner {
        entry,
        version: before.version + 1,
        updated_at: tx.now,
        ..before.clone()
    };
    let region = tx.region();
    if !partner_update(tx.db, region, &after)? {
        return Err(AppError::Stale);
    }
    record(
        tx,
        Change {
            action: "partner.update",
            kind: "partner",
            id: after.entry.code.to_string(),
            before: Some(before.entry.form()),
            after: after.entry.form(),
            reason: None,
        },
    )?;
    Ok(after)
}

/// The contacts of a partner, oldest first.
///
/// # Errors
/// As the store.
pub fn contacts(tx: &mut Tx<'_>, partner: PartnerId) -> Result<Vec<Contact>, AppError> {
    let region = tx.region();
    Ok(contacts_of_partner(tx.db, &tx.app.vault, region, partner)?)
}

/// A contact of a partner.
///
/// # Errors
/// Not found, also when it is another partner's or was erased.
pub fn contact(
    tx: &mut Tx<'_>,
    partner: PartnerId,
    id: ContactId,
) -> Result<SealedContact, AppError> {
    let region = tx.region();
    let found = contact_by_id(tx.db, &tx.app.vault, region, id)?;
    if found.contact.partner == partner {
        Ok(found)
    } else {
        Err(AppError::NotFound)
    }
}

/// Enters a contact; nobody has vouched for the address yet.
///
/// # Errors
/// As the store.
pub fn contact_create(
    tx: &mut Tx<'_>,
    partner: PartnerId,
    wish: ContactWish,
) -> Result<SealedContact, AppError> {
    let contact = Contact {
        id: tx.new_id(),
        partner,
        language: wish.language,
        verified_at: None,
        active: wish.active,
        secrets: wish.secrets,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    let region = tx.region();
    let key = contact_insert(tx.db, &tx.app.vault, region, &contact)?;
    record(
        tx,
        Change {
            action: "contact.create",
            kind: "contact",
            id: contact.id.to_string(),
            before: None,
            after: form(&contact, &key),
            reason: None,
        },
    )?;
    Ok(SealedContact { contact, key })
}

/// Changes a contact; a new address clears its verification, and what says the same changes nothing.
///
/// # Errors
/// Another change came in between.
pub fn contact_change(
    tx: &mut Tx<'_>,
    before: SealedContact,
    wish: ContactWish,
) -> Result<SealedContact, AppError> {
    let SealedContact {
        contact: before,
        key,
    } = before;
    let changed = before.clone().changed(wish, before.updated_at);
    if changed == before {
        return Ok(SealedContact {
            contact: before,
            key,
        });
    }
    let verified_at = match (before.verified_at, changed.verified_at) {
        (None, Some(_)) => Some(tx.now),
        (_, kept) => kept,
    };
    let after = Contact {
        version: before.version + 1,
        verified_at,
        updated_at: tx.now,
        ..changed
    };
    let region = tx.region();
    if !contact_update(tx.db, &key, region, &after)? {
        return Err(AppError::Stale);
    }
    record(
        tx,
        Change {
            action: "contact.update",
            kind: "contact",
            id: after.id.to_string(),
            before: Some(form(&before, &key)),
            after: form(&after, &key),
            reason: None,
        },
    )?;
    Ok(SealedContact {
        contact: after,
        key,
    })
}

/// The contact as the audit log keeps it: name, address and telephone as hashes under the entry's key.
fn form(contact: &Contact, key: &DataKey) -> Map<String, Value> {
    let mut form = hashed(key, contact.form().reveal());
    form.extend(contact.open_form());
    form
}
