//! Bearer tokens: only their SHA-256 digest is stored, for a token is random and long.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::calendar::Zone;
use kelisim_domain::id::{AccountId, RegionId, TokenId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Actor, Grant};

use crate::connection::Db;
use crate::error::Error;
use crate::row::account::{GrantRow, TokenRow};
use crate::schema::{account, account_grant, region, token};
use crate::store::idempotency::Claimed;
use crate::types::{Ts, Uid, Word};

/// A token to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The account's region.
    pub region: RegionId,
    /// The token's id.
    pub id: TokenId,
    /// Whose it is.
    pub account: AccountId,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// Adds a token.
///
/// # Errors
/// [`Error::Missing`] when the account does not exist.
pub fn token_insert(db: &mut Db, new: &NewToken, now: DateTime<Utc>) -> Result<(), Error> {
    let row = TokenRow {
        region_id: new.region.into(),
        id: new.id.into(),
        account_id: new.account.into(),
        digest: new.digest.to_vec(),
        created_at: now.into(),
        expires_at: new.expires_at.into(),
        revoked_at: None,
    };
    diesel::insert_into(token::table).values(row).execute(db)?;
    Ok(())
}

/// Ends all tokens of an account; the answer is how many worked until now.
///
/// # Errors
/// Those of the database.
pub fn token_revoke_all(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<usize, Error> {
    let live = token::table
        .filter(token::region_id.eq(Uid::from(region)))
        .filter(token::account_id.eq(Uid::from(account)))
        .filter(token::revoked_at.is_null());
    Ok(diesel::update(live)
        .set(token::revoked_at.eq(Some(Ts::from(now))))
        .execute(db)?)
}

/// Who a token stands for, with the grants that hold today in the region's time zone; nobody when
/// it is unknown, revoked or expired, or its account is stopped. One query.
///
/// # Errors
/// Those of the database.
pub fn token_authenticate(
    db: &mut Db,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Actor>, Error> {
    Ok(authenticate(db, digest, Claimed::NOTHING, now)?.map(|(actor, _)| actor))
}

/// As [`token_authenticate`], and claims an idempotency key of the bearer for the length of the transaction: false
/// when another transaction is answering it.
///
/// # Errors
/// Those of the database.
pub fn token_authenticate_claiming(
    db: &mut Db,
    digest: &[u8; 32],
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<(Actor, bool)>, Error> {
    authenticate(db, digest, Claimed::key(digest, key), now)
}

fn authenticate(
    db: &mut Db,
    digest: &[u8; 32],
    claimed: Claimed,
    now: DateTime<Utc>,
) -> Result<Option<(Actor, bool)>, Error> {
    type Found = (Uid, Uid, Word<Language>, String, Option<GrantRow>, bool);
    let rows: Vec<Found> = token::table
        .inner_join(
            account::table.on(account::region_id
                .eq(token::region_id)
                .and(account::id.eq(token::account_id))),
        )
        .inner_join(region::table.on(region::id.eq(token::region_id)))
        .left_join(
            account_grant::table.on(account_grant::region_id
                .eq(token::region_id)
                .and(account_grant::account_id.eq(token::account_id))),
        )
        .filter(token::digest.eq(digest.as_slice()))
        .filter(token::revoked_at.is_null())
        .filter(token::expires_at.gt(Ts::from(now)))
        .filter(account::active.eq(true))
        .select((
            account::region_id,
            account::id,
            account::language,
            region::time_zone,
            Option::<GrantRow>::as_select(),
            claimed,
        ))
        .load(db)?;
    let Some((region, account, language, zone, _, claimed)) = rows.first() else {
        return Ok(None);
    };
    let claimed = *claimed;
    let zone = Zone::parse(zone).map_err(|error| Error::broken("region", error))?;
    let mut actor = Actor {
        account: (*account).into(),
        region: (*region).into(),
        language: language.0,
        grants: Vec::with_capacity(rows.len()),
    };
    let today = zone.day(now);
    for grant in rows.into_iter().filter_map(|row| row.4) {
        let grant = Grant::try_from(grant)?;
        if grant.holds_on(today) {
            actor.grants.push(grant);
        }
    }
    actor.grants.sort_by_key(|grant| grant.id);
    Ok(Some((actor, claimed)))
}
