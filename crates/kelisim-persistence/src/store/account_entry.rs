//! Accounts as whoever keeps them sees them: a list, changes under a version, and who is there at all.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, RegionId};
use kelisim_domain::policy::{Grant, Role};
use kelisim_domain::text::EmailAddress;

use crate::connection::{Db, Locked};
use crate::error::Error;
use crate::row::account::{AccountRow, GrantRow};
use crate::schema::{account, account_grant, credential, region, second_factor};
use crate::store::account::Account;
use crate::types::{Ts, Uid, Word};

/// An account with what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// The account.
    pub account: Account,
    /// Counts its changes, from 1.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether somebody has set a password.
    pub has_password: bool,
    /// Whether a second factor is asked for.
    pub has_second_factor: bool,
    /// All grants, past and future ones too, oldest first.
    pub grants: Vec<Grant>,
}

/// A page of accounts, by address.
#[derive(Debug, Clone, Default)]
pub struct AccountPage {
    /// The beginning of an address, in lower case.
    pub begins: Option<String>,
    /// Only accounts that were ever given this role.
    pub role: Option<Role>,
    /// The last address of the page before.
    pub after: Option<EmailAddress>,
    /// How many.
    pub limit: i64,
}

type Found = (AccountRow, Option<Ts>, Option<Ts>);

#[diesel::dsl::auto_type]
fn entries(of: Uid) -> _ {
    account::table
        .left_join(
            credential::table.on(credential::region_id
                .eq(account::region_id)
                .and(credential::account_id.eq(account::id))),
        )
        .left_join(
            second_factor::table.on(second_factor::region_id
                .eq(account::region_id)
                .and(second_factor::account_id.eq(account::id))
                .and(second_factor::state.eq("confirmed"))),
        )
        .filter(account::region_id.eq(of))
}

/// Accounts by address.
///
/// # Errors
/// Those of the database.
pub fn account_page(
    db: &mut Db,
    region: RegionId,
    page: &AccountPage,
) -> Result<Vec<AccountEntry>, Error> {
    let mut query = entries(region.into())
        .order(account::email)
        .limit(page.limit)
        .select((
            AccountRow::as_select(),
            credential::changed_at.nullable(),
            second_factor::created_at.nullable(),
        ))
        .into_boxed();
    if let Some(begins) = &page.begins {
        // No letter of an address comes after this one.
        let end = format!("{begins}\u{10ffff}");
        query = query.filter(account::email.ge(begins.clone()));
        query = query.filter(account::email.lt(end));
    }
    if let Some(after) = &page.after {
        query = query.filter(account::email.gt(after.as_str().to_owned()));
    }
    if let Some(role) = page.role {
        let with_role = account_grant::table
            .filter(account_grant::region_id.eq(Uid::from(region)))
            .filter(account_grant::role.eq(Word(role)))
            .select(account_grant::account_id);
        query = query.filter(account::id.eq_any(with_role));
    }
    let rows: Vec<Found> = query.load(db)?;
    with_grants(db, region, rows)
}

/// One account.
///
/// # Errors
/// [`Error::NotFound`].
pub fn account_entry(db: &mut Db, region: RegionId, id: AccountId) -> Result<AccountEntry, Error> {
    let row: Found = entries(region.into())
        .filter(account::id.eq(Uid::from(id)))
        .select((
            AccountRow::as_select(),
            credential::changed_at.nullable(),
            second_factor::created_at.nullable(),
        ))
        .first(db)?;
    let mut entries = with_grants(db, region, vec![row])?;
    entries.pop().ok_or(Error::NotFound)
}

fn with_grants(
    db: &mut Db,
    region: RegionId,
    rows: Vec<Found>,
) -> Result<Vec<AccountEntry>, Error> {
    let ids: Vec<Uid> = rows.iter().map(|(row, ..)| row.id).collect();
    let grants: Vec<GrantRow> = account_grant::table
        .filter(account_grant::region_id.eq(Uid::from(region)))
        .filter(account_grant::account_id.eq_any(ids))
        .order((account_grant::created_at, account_grant::id))
        .select(GrantRow::as_select())
        .load(db)?;
    let mut of: BTreeMap<Uid, Vec<Grant>> = BTreeMap::new();
    for row in grants {
        of.entry(row.account_id).or_default().push(row.try_into()?);
    }
    let entries = rows
        .into_iter()
        .map(|(row, password, factor)| AccountEntry {
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            has_password: password.is_some(),
            has_second_factor: factor.is_some(),
            grants: of.remove(&row.id).unwrap_or_default(),
            account: row.into(),
        });
    Ok(entries.collect())
}

/// Stores a changed account over version `version - 1`; no when another change came in between.
///
/// # Errors
/// [`Error::Conflict`] on `account.email`.
pub fn account_update(
    db: &mut Db,
    after: &Account,
    version: i32,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = account::table
        .find((Uid::from(after.region), Uid::from(after.id)))
        .filter(account::version.eq(version - 1));
    let changed = diesel::update(row)
        .set((
            account::email.eq(after.email.as_str()),
            account::name.eq(after.name.as_str()),
            account::language.eq(Word(after.language)),
            account::active.eq(after.active),
            account::version.eq(version),
            account::updated_at.eq(Ts::from(now)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Counts a change of what belongs to an account, such as its grants, under its version; no when another came in between.
///
/// # Errors
/// Those of the database.
pub fn account_count_change(
    db: &mut Db,
    region: RegionId,
    id: AccountId,
    version: i32,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = account::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(account::version.eq(version - 1));
    let changed = diesel::update(row)
        .set((
            account::version.eq(version),
            account::updated_at.eq(Ts::from(now)),
        ))
        .execute(db)?;
    Ok(changed == 1)
}

/// Whether a region has an active account that was ever given a role, asked while nobody else makes one.
///
/// # Errors
/// Those of the database.
pub fn account_any_locked(db: &mut Db, of: RegionId, role: Role) -> Result<bool, Error> {
    // Whoever makes the first one at the same moment waits here.
    let lock = region::table.find(Uid::from(of)).select(region::id);
    let _: Vec<Uid> = Locked(lock).load(db)?;
    let with_role = account_grant::table
        .inner_join(
            account::table.on(account::region_id
                .eq(account_grant::region_id)
                .and(account::id.eq(account_grant::account_id))),
        )
        .filter(account_grant::region_id.eq(Uid::from(of)))
        .filter(account_grant::role.eq(Word(role)))
        .filter(account::active.eq(true))
        .select(account::id);
    let found: Vec<Uid> = with_role.limit(1).load(db)?;
    Ok(!found.is_empty())
}
