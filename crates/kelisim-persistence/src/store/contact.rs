//! People at partner agencies. Name, address and telephone are sealed under a data key per contact.

use diesel::prelude::*;
use kelisim_domain::id::{ContactId, DataKeyId, PartnerId, RegionId};
use kelisim_domain::partner::{Contact, ContactSecrets};

use crate::connection::Db;
use crate::error::Error;
use crate::row::partner::ContactRow;
use crate::schema::contact;
use crate::types::{Uid, Word};
use crate::vault::{DataKey, Vault};

/// The kind under which a contact's data key is kept.
pub const SUBJECT: &str = "contact";

/// A contact with the key that seals it.
#[derive(Debug, Clone)]
pub struct SealedContact {
    /// The contact.
    pub contact: Contact,
    /// Its key.
    pub key: DataKey,
}

/// Enters a contact and makes its data key.
///
/// # Errors
/// Those of the vault and the database.
pub fn contact_insert(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    contact: &Contact,
) -> Result<DataKey, Error> {
    let key = vault.key_create(db, region, (SUBJECT, contact.id.0), contact.created_at)?;
    let row = seal(region, contact, &key)?;
    diesel::insert_into(contact::table)
        .values(&row)
        .execute(db)?;
    Ok(key)
}

/// Replaces version `contact.version - 1` of a contact; the answer is no when that is not what
/// stands there.
///
/// # Errors
/// Those of the database.
pub fn contact_update(
    db: &mut Db,
    key: &DataKey,
    region: RegionId,
    contact: &Contact,
) -> Result<bool, Error> {
    let row = seal(region, contact, key)?;
    let before = contact::table
        .filter(contact::region_id.eq(Uid::from(region)))
        .filter(contact::id.eq(Uid::from(contact.id)))
        .filter(contact::version.eq(contact.version - 1));
    Ok(diesel::update(before).set(&row).execute(db)? == 1)
}

/// A contact by its id.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Erased`] when its key was destroyed.
pub fn contact_by_id(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    id: ContactId,
) -> Result<SealedContact, Error> {
    let row = contact::table
        .find((Uid::from(region), Uid::from(id)))
        .select(ContactRow::as_select())
        .first(db)?;
    let key = vault.key_open(db, region, row.data_key_id.into())?;
    let secrets = open(&row, &key)?;
    Ok(SealedContact {
        contact: row.into_contact(secrets),
        key,
    })
}

/// The contacts of a partner, oldest first; those whose key was destroyed are left out.
///
/// # Errors
/// Those of the vault and the database.
pub fn contacts_of_partner(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    partner: PartnerId,
) -> Result<Vec<Contact>, Error> {
    let rows: Vec<ContactRow> = contact::table
        .filter(contact::region_id.eq(Uid::from(region)))
        .filter(contact::partner_id.eq(Uid::from(partner)))
        .order(contact::id)
        .select(ContactRow::as_select())
        .load(db)?;
    let ids: Vec<DataKeyId> = rows.iter().map(|row| row.data_key_id.into()).collect();
    let keys = vault.key_open_all(db, region, &ids)?;
    let mut contacts = Vec::with_capacity(rows.len());
    for row in rows {
        if let Some(key) = keys.get(&row.data_key_id.into()) {
            let secrets = open(&row, key)?;
            contacts.push(row.into_contact(secrets));
        }
    }
    Ok(contacts)
}

fn place(id: Uid) -> String {
    format!("contact.secret/{}", id.0)
}

fn seal(region: RegionId, contact: &Contact, key: &DataKey) -> Result<ContactRow, Error> {
    let id = Uid::from(contact.id);
    let plain = serde_json::to_vec(contact.secrets.reveal())
        .map_err(|error| Error::broken("contact.secret", error))?;
    Ok(ContactRow {
        region_id: region.into(),
        id,
        partner_id: contact.partner.into(),
        language: Word(contact.language),
        verified_at: contact.verified_at.map(Into::into),
        active: contact.active,
        data_key_id: key.id().into(),
        secret: key.seal(&place(id), &plain),
        version: contact.version,
        created_at: contact.created_at.into(),
        updated_at: contact.updated_at.into(),
    })
}

fn open(row: &ContactRow, key: &DataKey) -> Result<ContactSecrets, Error> {
    let plain = key.open(&place(row.id), &row.secret)?;
    serde_json::from_slice(&plain).map_err(|_| Error::unreadable("contact.secret"))
}
