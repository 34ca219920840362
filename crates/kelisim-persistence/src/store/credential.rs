//! Passwords, as argon2id leaves them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, OfficeId, RegionId};
use kelisim_domain::text::EmailAddress;

use crate::connection::Db;
use crate::error::Error;
use crate::row::sign_in::CredentialRow;
use crate::schema::{account, account_grant, credential, device};
use crate::types::{Ts, Uid};

/// What is known of whoever says that an address is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimant {
    /// The account's region.
    pub region: RegionId,
    /// The account.
    pub account: AccountId,
    /// Whether it may act at all.
    pub active: bool,
    /// The hash of the password; none while nobody has set one.
    pub password: Option<String>,
    /// Whether the account was signed in with this device before.
    pub device_known: bool,
    /// The offices that it belongs to today.
    pub offices: Vec<OfficeId>,
}

/// Sets or replaces the password of an account; `hash` is in the form of the PHC string format.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn credential_set(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let change = diesel::update(credential::table.find((Uid::from(region), Uid::from(account))))
        .set((
            credential::password.eq(hash),
            credential::changed_at.eq(Ts::from(now)),
        ))
        .execute(db)?;
    if change == 0 {
        let row = CredentialRow {
            region_id: region.into(),
            account_id: account.into(),
            password: hash.to_owned(),
            changed_at: now.into(),
        };
        diesel::insert_into(credential::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
}

/// The hash of an account's password; none while nobody has set one.
///
/// # Errors
/// Those of the database.
pub fn credential_find(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
) -> Result<Option<String>, Error> {
    Ok(credential::table
        .find((Uid::from(region), Uid::from(account)))
        .select(credential::password)
        .first(db)
        .optional()?)
}

/// Looks an address up, with everything that a try with a password needs: two queries, whether somebody is found or not.
///
/// # Errors
/// Those of the database.
pub fn claimant_find(
    db: &mut Db,
    email: &EmailAddress,
    device_digest: Option<&[u8; 32]>,
    today: NaiveDate,
    known_since: DateTime<Utc>,
) -> Result<Option<Claimant>, Error> {
    type Found = (Uid, Uid, String, bool, Option<String>, Option<Ts>);
    let digest = device_digest.map_or(&[][..], |digest| digest.as_slice());
    // On a telephone the first letter comes out as a capital by itself.
    let lower = email.as_str().to_lowercase();
    let rows: Vec<Found> = account::table
        .left_join(
            credential::table.on(credential::region_id
                .eq(account::region_id)
                .and(credential::account_id.eq(account::id))),
        )
        .left_join(
            device::table.on(device::region_id
                .eq(account::region_id)
                .and(device::account_id.eq(account::id))
                .and(device::digest.eq(digest))
                .and(device::seen_at.gt(Ts::from(known_since)))),
        )
        .filter(account::email.eq_any([email.as_str(), lower.as_str()]))
        .select((
            account::region_id,
            account::id,
            account::email,
            account::active,
            credential::password.nullable(),
            device::seen_at.nullable(),
        ))
        .load(db)?;
    let exact = rows.iter().find(|row| row.2 == email.as_str());
    let found = exact.or(rows.first());
    let nobody = (Uid(uuid::Uuid::nil()), Uid(uuid::Uuid::nil()));
    let (region, account) = found.map_or(nobody, |row| (row.0, row.1));
    let offices: Vec<Option<Uid>> = account_grant::table
        .filter(account_grant::region_id.eq(region))
        .filter(account_grant::account_id.eq(account))
        .filter(account_grant::office_id.is_not_null())
        .filter(account_grant::valid_from.le(today))
        .filter(
            account_grant::valid_to
                .is_null()
                .or(account_grant::valid_to.ge(today)),
        )
        .select(account_grant::office_id)
        .distinct()
        .load(db)?;
    Ok(
        found.map(|(region, account, _, active, password, seen)| Claimant {
            region: (*region).into(),
            account: (*account).into(),
            active: *active,
            password: password.clone(),
            device_known: seen.is_some(),
            offices: offices.into_iter().flatten().map(OfficeId::from).collect(),
        }),
    )
}
