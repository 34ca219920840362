//! Devices with which an account was signed in before.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, RegionId};

use crate::connection::{Db, OrIgnore};
use crate::error::Error;
use crate::row::sign_in::DeviceRow;
use crate::schema::device;
use crate::types::{Ts, Uid};

/// Notes that an account was signed in with a device; `digest` is SHA-256 of the device's cookie.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn device_note(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = DeviceRow {
        region_id: region.into(),
        account_id: account.into(),
        digest: digest.to_vec(),
        created_at: now.into(),
        seen_at: now.into(),
    };
    if OrIgnore(diesel::insert_into(device::table).values(row)).execute(db)? == 0 {
        let known = device::table.find((Uid::from(region), Uid::from(account), digest.as_slice()));
        diesel::update(known)
            .set(device::seen_at.eq(Ts::from(now)))
            .execute(db)?;
    }
    Ok(())
}

/// Whether an account was signed in with a device since an instant.
///
/// # Errors
/// Those of the database.
pub fn device_is_known(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    digest: &[u8; 32],
    since: DateTime<Utc>,
) -> Result<bool, Error> {
    let seen: Option<Ts> = device::table
        .find((Uid::from(region), Uid::from(account), digest.as_slice()))
        .select(device::seen_at)
        .first(db)
        .optional()?;
    Ok(seen.is_some_and(|seen| DateTime::from(seen) > since))
}

/// Forgets the devices of an account, all but one: whoever had them may be somebody else.
///
/// # Errors
/// Those of the database.
pub fn device_forget(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    but: Option<&[u8; 32]>,
) -> Result<(), Error> {
    let but = but.map_or(&[][..], |digest| digest.as_slice());
    let others = device::table
        .filter(device::region_id.eq(Uid::from(region)))
        .filter(device::account_id.eq(Uid::from(account)))
        .filter(device::digest.ne(but));
    diesel::delete(others).execute(db)?;
    Ok(())
}
