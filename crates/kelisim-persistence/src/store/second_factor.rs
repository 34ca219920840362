//! Second factors and recovery codes.
//!
//! A code of an app is taken once: the row remembers the newest time step of which one was taken.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, DataKeyId, RegionId};

use crate::connection::Db;
use crate::error::Error;
use crate::row::sign_in::{RecoveryCodeRow, SecondFactorRow};
use crate::schema::{recovery_code, second_factor};
use crate::types::{Ts, Uid};

/// Whether a second factor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorState {
    /// Set up, and no code of it was typed yet.
    Pending,
    /// Asked for with every sign-in.
    Confirmed,
}

impl FactorState {
    fn word(self) -> &'static str {
        match self {
            FactorState::Pending => "pending",
            FactorState::Confirmed => "confirmed",
        }
    }
}

/// The secret of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// The key that sealed the secret: the account's.
    pub data_key: DataKeyId,
    /// The secret, sealed.
    pub secret: Vec<u8>,
    /// The newest time step of which a code was taken.
    pub last_step: i64,
}

/// Puts a new secret in the place of a pending one.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn second_factor_begin(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    new: &SecondFactor,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    remove(db, region, account, FactorState::Pending)?;
    let row = SecondFactorRow {
        region_id: region.into(),
        account_id: account.into(),
        state: FactorState::Pending.word().to_owned(),
        data_key_id: new.data_key.into(),
        secret: new.secret.clone(),
        last_step: new.last_step,
        created_at: now.into(),
    };
    diesel::insert_into(second_factor::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

/// The second factor of an account, if there is one.
///
/// # Errors
/// Those of the database.
pub fn second_factor_find(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    state: FactorState,
) -> Result<Option<SecondFactor>, Error> {
    let row: Option<SecondFactorRow> = second_factor::table
        .find((Uid::from(region), Uid::from(account), state.word()))
        .select(SecondFactorRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(|row| SecondFactor {
        data_key: row.data_key_id.into(),
        secret: row.secret,
        last_step: row.last_step,
    }))
}

/// Lets the pending one count from now on, in the place of an older one; `step` is that of the code that was typed.
///
/// # Errors
/// [`Error::NotFound`] when none is pending.
pub fn second_factor_confirm(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    step: i64,
) -> Result<(), Error> {
    remove(db, region, account, FactorState::Confirmed)?;
    let pending = second_factor::table.find((
        Uid::from(region),
        Uid::from(account),
        FactorState::Pending.word(),
    ));
    let changed = diesel::update(pending)
        .set((
            second_factor::state.eq(FactorState::Confirmed.word()),
            second_factor::last_step.eq(step),
        ))
        .execute(db)?;
    match changed {
        0 => Err(Error::NotFound),
        _ => Ok(()),
    }
}

/// Takes a code of a time step; no when one of this step or a later one was taken before.
///
/// # Errors
/// Those of the database.
pub fn second_factor_use(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    step: i64,
) -> Result<bool, Error> {
    let confirmed = second_factor::table
        .find((
            Uid::from(region),
            Uid::from(account),
            FactorState::Confirmed.word(),
        ))
        .filter(second_factor::last_step.lt(step));
    let changed = diesel::update(confirmed)
        .set(second_factor::last_step.eq(step))
        .execute(db)?;
    Ok(changed == 1)
}

/// Takes away second factor and recovery codes of an account; the answer is whether there was a second factor.
///
/// # Errors
/// Those of the database.
pub fn second_factor_remove(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
) -> Result<bool, Error> {
    remove(db, region, account, FactorState::Pending)?;
    let had = remove(db, region, account, FactorState::Confirmed)?;
    diesel::delete(of_account(region, account)).execute(db)?;
    Ok(had)
}

fn remove(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    state: FactorState,
) -> Result<bool, Error> {
    let row = second_factor::table.find((Uid::from(region), Uid::from(account), state.word()));
    Ok(diesel::delete(row).execute(db)? == 1)
}

#[diesel::dsl::auto_type]
fn of_account(region: RegionId, account: AccountId) -> _ {
    let (region, account): (Uid, Uid) = (region.into(), account.into());
    recovery_code::table
        .filter(recovery_code::region_id.eq(region))
        .filter(recovery_code::account_id.eq(account))
}

/// Puts a new set of recovery codes in the place of the one before.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn recovery_code_replace(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    digests: &[[u8; 32]],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::delete(of_account(region, account)).execute(db)?;
    for digest in digests {
        let row = RecoveryCodeRow {
            region_id: region.into(),
            account_id: account.into(),
            digest: digest.to_vec(),
            created_at: now.into(),
            used_at: None,
        };
        diesel::insert_into(recovery_code::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
}

/// Takes a recovery code; no when there is no such code, or it was taken before.
///
/// # Errors
/// Those of the database.
pub fn recovery_code_use(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let code = recovery_code::table
        .find((Uid::from(region), Uid::from(account), digest.as_slice()))
        .filter(recovery_code::used_at.is_null());
    let changed = diesel::update(code)
        .set(recovery_code::used_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(changed == 1)
}

/// How many recovery codes are left.
///
/// # Errors
/// Those of the database.
pub fn recovery_code_count(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
) -> Result<i64, Error> {
    Ok(of_account(region, account)
        .filter(recovery_code::used_at.is_null())
        .count()
        .get_result(db)?)
}
