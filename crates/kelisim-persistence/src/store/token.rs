//! Bearer tokens: only their SHA-256 digest is stored, for a token is random and long.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::calendar::Zone;
use kelisim_domain::id::{AccountId, RegionId, TokenId};
use kelisim_domain::language::Language;
use kelisim_domain::policy::{Actor, Grant};
use kelisim_domain::sign_in::TokenScope;

use crate::acting::Entered;
use crate::both;
use crate::connection::Db;
use crate::error::Error;
use crate::row::account::{GrantRow, TokenRow};
use crate::row::idempotency::IdempotencyRow;
use crate::schema::{account, account_grant, idempotency_key, region, token};
use crate::store::idempotency::{Claimed, StoredAnswer, oldest, stored};
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
    /// Whether it may take many rows out in one piece (R31).
    pub exports: bool,
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
        scope: Word(TokenScope::Write),
        label: String::new(),
        exports: new.exports,
    };
    diesel::insert_into(token::table).values(row).execute(db)?;
    Ok(())
}

/// A token that its owner made, as its owner sees it; the token itself is shown once and then by nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalToken {
    /// The token's id.
    pub id: TokenId,
    /// What its owner calls it.
    pub label: String,
    /// What it may do.
    pub scope: TokenScope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// Whether it may take many rows out in one piece.
    pub exports: bool,
}

/// Adds a token with a scope and a name of its own.
///
/// # Errors
/// [`Error::Missing`] when the account does not exist.
pub fn token_insert_personal(
    db: &mut Db,
    new: &NewToken,
    scope: TokenScope,
    label: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    token_insert(db, new, now)?;
    diesel::update(token::table.find((Uid::from(new.region), Uid::from(new.id))))
        .set((token::scope.eq(Word(scope)), token::label.eq(label)))
        .execute(db)?;
    Ok(())
}

/// The tokens of an account that work, the newest first.
///
/// # Errors
/// Those of the database.
pub fn token_list(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<PersonalToken>, Error> {
    let rows: Vec<TokenRow> = token::table
        .filter(token::region_id.eq(Uid::from(region)))
        .filter(token::account_id.eq(Uid::from(account)))
        .filter(token::revoked_at.is_null())
        .filter(token::expires_at.gt(Ts::from(now)))
        .order((token::created_at.desc(), token::id.desc()))
        .select(TokenRow::as_select())
        .load(db)?;
    let shown = rows.into_iter().map(|row| PersonalToken {
        id: row.id.into(),
        label: row.label,
        scope: row.scope.0,
        created_at: row.created_at.into(),
        expires_at: row.expires_at.into(),
        exports: row.exports,
    });
    Ok(shown.collect())
}

/// Ends a token of an account; no when it works no more, or is somebody else's.
///
/// # Errors
/// Those of the database.
pub fn token_revoke(
    db: &mut Db,
    region: RegionId,
    account: AccountId,
    id: TokenId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let live = token::table
        .find((Uid::from(region), Uid::from(id)))
        .filter(token::account_id.eq(Uid::from(account)))
        .filter(token::revoked_at.is_null());
    let ended = diesel::update(live)
        .set(token::revoked_at.eq(Some(Ts::from(now))))
        .execute(db)?;
    Ok(ended == 1)
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

/// Who a request comes from, and what is known of the idempotency key that it carries.
#[derive(Debug)]
pub struct Bearer {
    /// The account, with the grants that hold today in the region's time zone.
    pub actor: Actor,
    /// What the token may do of what the account may.
    pub scope: TokenScope,
    /// Whether it may take many rows out in one piece (R31).
    pub exports: bool,
    /// Whether the key is claimed for the length of the transaction: not, when another transaction is answering it.
    pub claimed: bool,
    /// The first answer to the key.
    pub answered: Option<StoredAnswer>,
}

/// Who a token stands for; nobody when it is unknown, revoked or expired, or its account is stopped.
///
/// # Errors
/// Those of the database.
pub fn token_authenticate(
    db: &mut Db,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Actor>, Error> {
    Ok(token_bearer(db, digest, None, now)?.map(|bearer| bearer.actor))
}

/// As [`token_authenticate`], and claims an idempotency key of the bearer and looks for its first answer. One query,
/// which also tells the database who asks from now on.
///
/// Who claims the key in the very instant in which another transaction lets it go may not see that one's answer yet:
/// the key cannot be answered twice all the same, and a second look finds the answer.
///
/// # Errors
/// Those of the database.
pub fn token_bearer(
    db: &mut Db,
    digest: &[u8; 32],
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<Bearer>, Error> {
    type Found = (
        Uid,
        Uid,
        Word<Language>,
        String,
        Word<TokenScope>,
        bool,
        Option<GrantRow>,
        Option<IdempotencyRow>,
        bool,
        bool,
    );
    let claimed = key.map_or(Claimed::NOTHING, |key| Claimed::key(digest, key));
    let rows: Vec<Found> = both!(db, connection => token::table
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
        // No key is empty, so a request without one finds nothing.
        .left_join(
            idempotency_key::table.on(idempotency_key::region_id
                .eq(token::region_id)
                .and(idempotency_key::account_id.eq(token::account_id))
                .and(idempotency_key::key.eq(key.unwrap_or_default()))
                .and(idempotency_key::created_at.ge(oldest(now)))),
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
            token::scope,
            token::exports,
            Option::<GrantRow>::as_select(),
            Option::<IdempotencyRow>::as_select(),
            claimed,
            Entered { now: now.into() },
        ))
        .load(connection))?;
    let Some((region, account, language, zone, scope, exports, ..)) = rows.first() else {
        return Ok(None);
    };
    let zone = Zone::parse(zone).map_err(|error| Error::broken("region", error))?;
    let mut actor = Actor {
        account: (*account).into(),
        region: (*region).into(),
        language: language.0,
        grants: Vec::with_capacity(rows.len()),
        system: None,
    };
    let (today, scope, exports) = (zone.day(now), scope.0, *exports);
    let (mut claimed, mut answered) = (false, None);
    for (.., grant, answer, is_claimed, _) in rows {
        claimed = is_claimed;
        answered = answer;
        let grant = grant.map(Grant::try_from).transpose()?;
        actor
            .grants
            .extend(grant.filter(|grant| grant.holds_on(today)));
    }
    actor.grants.sort_by_key(|grant| grant.id);
    Ok(Some(Bearer {
        actor,
        scope,
        exports,
        claimed,
        answered: answered.map(stored).transpose()?,
    }))
}
