//! Consents of the sides of a case, sealed with its key: they are erased with it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::confidential::Confidential;
use kelisim_domain::consent::Consent;
use kelisim_domain::id::{AccountId, ConsentId};
use zeroize::Zeroizing;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::consent;
use crate::store::access::{Authorized, ReadContent};
use crate::types::{Ts, Uid};
use crate::vault::{DataKey, Vault};

/// A consent as it stands on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRecord {
    /// Its id.
    pub id: ConsentId,
    /// Also the `ETag`.
    pub version: i32,
    /// When it was entered.
    pub at: DateTime<Utc>,
    /// Who entered it.
    pub by: AccountId,
    /// What it says.
    pub consent: Confidential<Consent>,
}

fn seal(key: &DataKey, record: &ConsentRecord) -> Result<Vec<u8>, Error> {
    let plain = serde_json::to_vec(record.consent.reveal())
        .map_err(|error| Error::broken("consent.secret", error))?;
    let plain = Zeroizing::new(plain);
    Ok(key.seal(&place(record.id), &plain))
}

fn place(id: ConsentId) -> String {
    format!("consent.secret/{id}")
}

/// Enters a consent.
///
/// # Errors
/// [`Error::Erased`] when the case was erased; those of the database.
pub fn consent_insert(
    db: &mut Db,
    vault: &Vault,
    authorized: &Authorized<ReadContent>,
    new: &ConsentRecord,
) -> Result<(), Error> {
    let loaded = authorized.loaded();
    let secret = seal(authorized.data_key(vault)?, new)?;
    diesel::insert_into(consent::table)
        .values((
            consent::region_id.eq(Uid::from(loaded.region)),
            consent::id.eq(Uid::from(new.id)),
            consent::case_id.eq(Uid::from(loaded.case.id)),
            consent::version.eq(new.version),
            consent::at.eq(Ts::from(new.at)),
            consent::actor_id.eq(Uid::from(new.by)),
            consent::secret.eq(secret),
        ))
        .execute(db)?;
    Ok(())
}

/// Replaces the version before of a consent; the answer is no when that is not what stands there.
///
/// # Errors
/// As [`consent_insert`].
pub fn consent_update(
    db: &mut Db,
    vault: &Vault,
    authorized: &Authorized<ReadContent>,
    after: &ConsentRecord,
) -> Result<bool, Error> {
    let loaded = authorized.loaded();
    let secret = seal(authorized.data_key(vault)?, after)?;
    let row = consent::table
        .find((Uid::from(loaded.region), Uid::from(after.id)))
        .filter(consent::case_id.eq(Uid::from(loaded.case.id)))
        .filter(consent::version.eq(after.version - 1));
    let set = (
        consent::version.eq(after.version),
        consent::secret.eq(secret),
    );
    Ok(diesel::update(row).set(set).execute(db)? == 1)
}

/// The consents of a case, the oldest first, for whoever reads its content.
///
/// # Errors
/// [`Error::Erased`]; [`Error::Key`]; those of the database.
pub fn consent_list(
    db: &mut Db,
    vault: &Vault,
    authorized: &Authorized<ReadContent>,
) -> Result<Vec<ConsentRecord>, Error> {
    let loaded = authorized.loaded();
    let key = authorized.data_key(vault)?;
    let rows: Vec<(Uid, i32, Ts, Uid, Vec<u8>)> = consent::table
        .filter(consent::region_id.eq(Uid::from(loaded.region)))
        .filter(consent::case_id.eq(Uid::from(loaded.case.id)))
        .order(consent::id)
        .select((
            consent::id,
            consent::version,
            consent::at,
            consent::actor_id,
            consent::secret,
        ))
        .load(db)?;
    let open = |(id, version, at, by, secret): (Uid, i32, Ts, Uid, Vec<u8>)| {
        let id = ConsentId::from(id);
        let plain = Zeroizing::new(key.open(&place(id), &secret)?);
        let consent: Consent = serde_json::from_slice(&plain)
            // The parser's words could repeat a piece of what is confidential.
            .map_err(|_| Error::unreadable("consent.secret"))?;
        Ok(ConsentRecord {
            id,
            version,
            at: at.into(),
            by: by.into(),
            consent: Confidential::new(consent),
        })
    };
    rows.into_iter().map(open).collect()
}
