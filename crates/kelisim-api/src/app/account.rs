//! Who asks: from a token's digest to an actor with the grants that hold today.

use super::AppError;
use chrono::{DateTime, Utc};
use kelisim_domain::policy::Actor;
use kelisim_persistence::{Db, store::token};

/// The actor behind a token.
///
/// Grants are looked at on every request, so a change of role acts at once (R7).
///
/// # Errors
/// Unauthenticated, when the token is unknown, expired or revoked, or its account is not active.
pub fn authenticate(db: &mut Db, digest: &[u8; 32], now: DateTime<Utc>) -> Result<Actor, AppError> {
    token::token_authenticate(db, digest, now)?.ok_or(AppError::Unauthenticated)
}

/// As [`authenticate`], and claims an idempotency key: false when another process is answering it.
///
/// # Errors
/// Unauthenticated.
pub fn authenticate_claiming(
    db: &mut Db,
    digest: &[u8; 32],
    key: &str,
    now: DateTime<Utc>,
) -> Result<(Actor, bool), AppError> {
    token::token_authenticate_claiming(db, digest, key, now)?.ok_or(AppError::Unauthenticated)
}
