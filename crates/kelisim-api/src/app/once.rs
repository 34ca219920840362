//! A request repeated with the same key takes effect once and gets the first answer (G2, C4).
//!
//! The answer is stored in the transaction of the change, sealed, and given again for 30 days.
//! "Still running" is known in this process by a set, and between processes on PostgreSQL by an advisory lock;
//! on SQLite the one writer makes the second request wait for the first.

use super::{AppError, Tx};
use crate::http::answer::Answer;
use kelisim_domain::id::AccountId;
use kelisim_persistence::store::idempotency;
use std::{collections::HashSet, sync::{Arc, Mutex, PoisonError}};

/// The longest key that is taken, in characters.
pub const KEY_MOST: usize = 200;

/// A key with what it was used for.
#[derive(Clone, Debug)]
pub struct Key {
    /// The client's key.
    pub key: String,
    /// A digest of method, path and body.
    pub fingerprint: [u8; 32],
}

/// The keys whose first request is still running in this process. A key belongs to the bearer of a token,
/// known here by the token's digest, because the account is not known before the transaction.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<HashSet<([u8; 32], String)>>>);

/// Holds a key while its request runs.
pub struct Hold {
    running: Running,
    entry: ([u8; 32], String),
}

impl Running {
    /// Takes the key, unless a request with it is running.
    ///
    /// # Errors
    /// The first request is still running.
    pub fn hold(&self, token: [u8; 32], key: &str) -> Result<Hold, AppError> {
        let entry = (token, key.to_owned());
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.insert(entry.clone()) {
            Ok(Hold { running: self.clone(), entry })
        } else {
            Err(AppError::KeyRunning)
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.entry);
    }
}

/// The first answer to this key, if there is one.
///
/// # Errors
/// The key was used for something else, or its first request is still running in another process.
pub fn replay(tx: &mut Tx<'_>, key: &Key) -> Result<Option<Answer>, AppError> {
    let account: AccountId = tx.actor.account;
    if !idempotency::idempotency_lock(tx.db, account, &key.key)? {
        return Err(AppError::KeyRunning);
    }
    let Some(stored) = idempotency::idempotency_find(tx.db, &tx.app.vault, tx.actor.region, account, &key.key)? else {
        return Ok(None);
    };
    if stored.fingerprint != key.fingerprint {
        return Err(AppError::KeyReused);
    }
    serde_json::from_slice(&stored.answer)
        .map(Some)
        .map_err(|error| AppError::Internal(format!("stored answer: {error}")))
}

/// Keeps the answer for a repeat.
///
/// # Errors
/// As the store.
pub fn keep(tx: &mut Tx<'_>, key: &Key, answer: &Answer) -> Result<(), AppError> {
    let sealed_by = match answer.sealed_by {
        Some(id) => tx.app.vault.key_open(tx.db, tx.actor.region, id)?,
        None => tx.app.vault.key_of_account(tx.db, tx.actor.region, tx.actor.account, tx.now)?,
    };
    let text = serde_json::to_vec(answer).map_err(|error| AppError::Internal(format!("answer: {error}")))?;
    let new = idempotency::NewAnswer {
        region: tx.actor.region,
        account: tx.actor.account,
        key: &key.key,
        fingerprint: key.fingerprint,
        status: answer.status,
        answer: &text,
        at: tx.now,
    };
    idempotency::idempotency_insert(tx.db, &sealed_by, &new)?;
    Ok(())
}
