//! Who asks: from a token's digest to an actor with the grants that hold today.

use super::AppError;
use chrono::{DateTime, Utc};
use kelisim_domain::policy::Actor;
use kelisim_persistence::{
    Db,
    store::token::{self, Bearer},
};

/// The actor behind a token.
///
/// Grants are looked at on every request, so a change of role acts at once (R7).
///
/// # Errors
/// Unauthenticated, when the token is unknown, expired or revoked, or its account is not active.
pub fn authenticate(db: &mut Db, digest: &[u8; 32], now: DateTime<Utc>) -> Result<Actor, AppError> {
    token::token_authenticate(db, digest, now)?.ok_or(AppError::Unauthenticated)
}

/// As [`authenticate`], with what is known of the idempotency key that the request carries.
///
/// # Errors
/// Unauthenticated.
pub fn bearer(
    db: &mut Db,
    digest: &[u8; 32],
    key: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Bearer, AppError> {
    token::token_bearer(db, digest, key, now)?.ok_or(AppError::Unauthenticated)
}
