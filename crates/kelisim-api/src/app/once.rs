//! A request repeated with the same key takes effect once and gets the first answer (G2, C4).
//!
//! The answer is stored in the transaction of the change, sealed, and given again for 30 days.
//! "Still running" is known in this process by a set, and between processes on PostgreSQL by an advisory lock that
//! is taken with the look at the token;
//! on SQLite the one writer makes the second request wait for the first.

use super::{AppError, Tx, case::access, link::account_key};
use crate::http::answer::Answer;
use kelisim_domain::id::AccountId;
use kelisim_persistence::{
    DataKey, Point,
    store::{access::ReadContent, audit::audit_add, idempotency},
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// The longest key that is taken, in characters.
pub const KEY_MOST: usize = 200;

/// A key with what it was used for.
#[derive(Clone, Debug)]
pub struct Key {
    /// The client's key.
    pub key: String,
    /// A digest of path and body; it is never stored as it is.
    pub fingerprint: [u8; 32],
}

/// The digest of a token, and the key that its bearer sent.
type Entry = ([u8; 32], String);

/// The keys whose first request is still running in this process. A key belongs to the bearer of a token,
/// known here by the token's digest, because the account is not known before the transaction.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<HashSet<Entry>>>);

/// Holds a key while its request runs.
pub struct Hold {
    running: Running,
    entry: Entry,
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
            Ok(Hold {
                running: self.clone(),
                entry,
            })
        } else {
            Err(AppError::KeyRunning)
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.running
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.entry);
    }
}

/// A second look for the first answer to this key: whoever claimed the key in the instant in which another process
/// let it go did not see its answer with the first look.
///
/// # Errors
/// As [`replay`].
pub fn look_again(tx: &mut Tx<'_>, key: &Key) -> Result<Option<Answer>, AppError> {
    let owner = owner(tx, key);
    let stored = idempotency::idempotency_find(tx.db, owner, tx.now)?;
    stored.map(|stored| replay(tx, key, stored)).transpose()
}

/// The first answer to this key; without the content of a case that the caller may not read any more (D11, R7).
/// What it shows once more is entered into the audit log once more.
///
/// # Errors
/// The key was used for something else.
pub fn replay(
    tx: &mut Tx<'_>,
    key: &Key,
    stored: idempotency::StoredAnswer,
) -> Result<Answer, AppError> {
    let answer = first_answer(tx, key, stored)?;
    for read in &answer.reads {
        let entry = read.entry(tx.app, &tx.actor, tx.now);
        audit_add(&mut tx.writes, &entry);
    }
    Ok(answer)
}

fn first_answer(
    tx: &mut Tx<'_>,
    key: &Key,
    stored: idempotency::StoredAnswer,
) -> Result<Answer, AppError> {
    let owner = owner(tx, key);
    let data_key = tx
        .app
        .vault
        .key_open(tx.db, owner.region, stored.data_key)?;
    if stored.fingerprint != kept_fingerprint(&data_key, key) {
        return Err(AppError::KeyReused);
    }
    let text = data_key.open(&place(owner.account, &key.key), &stored.sealed)?;
    let first: Answer = serde_json::from_slice(&text)
        // The parser's words could repeat a piece of what is confidential.
        .map_err(|_| AppError::Internal("a stored answer is unreadable".into()))?;
    tx.app.faults.at(Point::ReplayFound)?;
    let Some(case) = first.content_of else {
        return Ok(first);
    };
    match access::<ReadContent>(tx, case) {
        Ok(_) => Ok(first),
        Err(AppError::NotFound | AppError::NotPermitted(_)) => Ok(first.without_content()),
        Err(error) => Err(error),
    }
}

/// Keeps the answer for a repeat, sealed under the key of what it shows; it is stored with the change.
///
/// # Errors
/// As the store.
pub fn keep(tx: &mut Tx<'_>, key: &Key, answer: &Answer) -> Result<(), AppError> {
    let owner = owner(tx, key);
    let data_key = match &answer.sealed_by {
        Some(key) => key.clone(),
        None => account_key(tx.db, &tx.app.vault, owner.region, owner.account, tx.now)?,
    };
    tx.app.faults.at(Point::BeforeKeep)?;
    let text = serde_json::to_vec(answer)
        .map_err(|error| AppError::Internal(format!("answer: {error}")))?;
    let stored = idempotency::StoredAnswer {
        fingerprint: kept_fingerprint(&data_key, key),
        status: answer.status,
        data_key: data_key.id(),
        sealed: data_key.seal(&place(owner.account, &key.key), &text),
        created_at: tx.now,
    };
    idempotency::idempotency_add(&mut tx.writes, owner, stored);
    Ok(tx.app.faults.at(Point::AfterKeep)?)
}

fn owner<'k>(tx: &Tx<'_>, key: &'k Key) -> idempotency::KeyOwner<'k> {
    idempotency::KeyOwner {
        region: tx.actor.region,
        account: tx.actor.account,
        key: &key.key,
    }
}

/// By what a repeat is recognised. A digest that everybody can work out would tell a guesser what was sent, also after the
/// case is erased; this one needs the key that seals the answer, and dies with it.
fn kept_fingerprint(data_key: &DataKey, key: &Key) -> [u8; 32] {
    data_key.mac(&[&b"idempotency_key.fingerprint/"[..], &key.fingerprint].concat())
}

fn place(account: AccountId, key: &str) -> String {
    format!("idempotency_key.answer/{account}/{key}")
}
