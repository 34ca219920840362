//! Links that work once: invitations, and another password (R11). Only their digest is stored.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::id::{AccountId, LinkId, RegionId};
use kelisim_domain::sign_in::LinkKind;

use crate::connection::Db;
use crate::error::Error;
use crate::row::sign_in::LinkRow;
use crate::schema::{account, link};
use crate::types::{Ts, Uid, Word};

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The account's region.
    pub region: RegionId,
    /// The link's id.
    pub id: LinkId,
    /// Whose password it sets.
    pub account: AccountId,
    /// What for.
    pub kind: LinkKind,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
}

impl Link {
    /// Whether it would work at an instant.
    pub fn works(&self, now: DateTime<Utc>) -> bool {
        self.used_at.is_none() && now < self.expires_at
    }
}

/// Makes a link; `digest` is SHA-256 of its secret.
///
/// # Errors
/// [`Error::Missing`] when there is no such account.
pub fn link_insert(db: &mut Db, new: &Link, digest: [u8; 32]) -> Result<(), Error> {
    let row = LinkRow {
        region_id: new.region.into(),
        id: new.id.into(),
        account_id: new.account.into(),
        kind: Word(new.kind),
        digest: digest.to_vec(),
        created_at: new.created_at.into(),
        expires_at: new.expires_at.into(),
        used_at: None,
    };
    diesel::insert_into(link::table).values(row).execute(db)?;
    Ok(())
}

/// A link by its id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn link_find(db: &mut Db, region: RegionId, id: LinkId) -> Result<Link, Error> {
    let row: LinkRow = link::table
        .find((Uid::from(region), Uid::from(id)))
        .select(LinkRow::as_select())
        .first(db)?;
    Ok(row.into())
}

/// A link by its secret, if it works still and its account may act; looking does not use it.
///
/// # Errors
/// Those of the database.
pub fn link_open(
    db: &mut Db,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Link>, Error> {
    let row: Option<LinkRow> = link::table
        .inner_join(
            account::table.on(account::region_id
                .eq(link::region_id)
                .and(account::id.eq(link::account_id))),
        )
        .filter(link::digest.eq(digest.as_slice()))
        .filter(link::used_at.is_null())
        .filter(link::expires_at.gt(Ts::from(now)))
        .filter(account::active.eq(true))
        .select(LinkRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(Link::from))
}

/// Uses a link; no when somebody was faster.
///
/// # Errors
/// Those of the database.
pub fn link_use(
    db: &mut Db,
    region: RegionId,
    id: LinkId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = link::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(link::used_at.is_null());
    let used = diesel::update(row)
        .set(link::used_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(used == 1)
}

/// Lets no link of an account work any more: its password was changed, or it was stopped.
///
/// # Errors
/// Those of the database.
pub fn link_end_all(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let live = link::table
        .filter(link::region_id.eq(Uid::from(region)))
        .filter(link::account_id.eq(Uid::from(account)))
        .filter(link::used_at.is_null());
    diesel::update(live)
        .set(link::used_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(())
}

/// Removes links that ran out before an instant; the answer is how many.
///
/// # Errors
/// Those of the database.
pub fn link_sweep(db: &mut Db, before: DateTime<Utc>) -> Result<usize, Error> {
    let over = link::table.filter(link::expires_at.lt(Ts::from(before)));
    Ok(diesel::delete(over).execute(db)?)
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        Self {
            region: row.region_id.into(),
            id: row.id.into(),
            account: row.account_id.into(),
            kind: row.kind.0,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.into(),
            used_at: row.used_at.map(Into::into),
        }
    }
}
