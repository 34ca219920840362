//! Who asks: from a token's digest to an actor with the grants that hold today.

use super::{App, AppError};
use chrono::{DateTime, Utc};
use kelisim_domain::policy::Actor;
use kelisim_persistence::{Db, store::account};

/// The actor behind a token.
///
/// Grants are looked at on every request, so a change of role acts at once (R7).
///
/// # Errors
/// Unauthenticated, when the token is unknown, expired or revoked, or its account is not active.
pub fn authenticate(db: &mut Db, app: &App, digest: &[u8; 32], now: DateTime<Utc>) -> Result<Actor, AppError> {
    let mut actor = account::token_authenticate(db, digest, now)?.ok_or(AppError::Unauthenticated)?;
    let today = app.zones.of(actor.region).day(now);
    actor.grants.retain(|grant| grant.holds_on(today));
    Ok(actor)
}
