//! A new master key takes the place of the old one: every data key is opened with the old and wrapped with the new.
//!
//! It begins with a row for the new key, goes on batch by batch, each in a transaction of the caller, and ends with the
//! retirement of the old key. A process that is killed leaves it behind a batch, and the next one goes on there: how far it
//! has come stands in the rows themselves. No ciphertext but that of the data keys is touched.

use chrono::{DateTime, Utc};

use crate::connection::Db;
use crate::error::Error;
use crate::keyring::Ring;
use crate::master_key::MasterKey;
use crate::store::data_key as store;
use crate::types::{Ts, Uid};
use crate::vault::{Vault, enter_master_key, unwrap, wrap};

/// A rotation that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    from: Uid,
    to: Uid,
    /// When the new key was entered.
    pub begun_at: DateTime<Utc>,
}

/// What a database says of its master key, seen from the keys that are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It names the first key, and nothing is being replaced.
    Old,
    /// It names the second key, and nothing is being replaced any more.
    New,
    /// The second key is replacing the first.
    Between(Rotation),
}

/// What came of the wish to end a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Data keys still need the old key.
    Early,
    /// The old key is retired now.
    Retired,
    /// Somebody else has retired it before.
    Before,
}

/// Where a database stands between two master keys.
///
/// # Errors
/// [`Error::Key`]: it names another key than these.
pub fn standing(db: &mut Db, old: &MasterKey, new: Option<&MasterKey>) -> Result<Standing, Error> {
    let rows = store::master_keys_in_use(db)?;
    let is = |fingerprint: &[u8], key: Option<&MasterKey>| {
        key.is_some_and(|key| key.fingerprint() == *fingerprint)
    };
    match rows.as_slice() {
        [only] if is(&only.fingerprint, Some(old)) => Ok(Standing::Old),
        [only] if is(&only.fingerprint, new) => Ok(Standing::New),
        [from, to] if is(&from.fingerprint, Some(old)) && is(&to.fingerprint, new) => {
            Ok(Standing::Between(Rotation {
                from: from.id,
                to: to.id,
                begun_at: to.created_at.into(),
            }))
        }
        [] => Err(key(
            "the database names no master key yet; `kelisim migrate` makes one",
        )),
        [_] => Err(key(
            "this master key is not the one that the database names",
        )),
        _ => Err(key(
            "the master key is being replaced by another one than the key that is here; \
             put that one there, and the rotation goes on",
        )),
    }
}

/// Enters the new key beside the one in use; from then on both are known.
///
/// # Errors
/// [`Error::Key`]: the database names another key than `old`; [`Error::Conflict`]: somebody else has begun.
pub fn begin(
    db: &mut Db,
    vault: &Vault,
    (old, new): (&MasterKey, &MasterKey),
    now: DateTime<Utc>,
) -> Result<Rotation, Error> {
    if old.fingerprint() == new.fingerprint() {
        return Err(key("the new master key is the old one"));
    }
    match standing(db, old, Some(new))? {
        Standing::Between(rotation) => return Ok(rotation),
        Standing::New => return Err(key("this key has replaced the old one already")),
        Standing::Old => {}
    }
    let from = store::master_keys_in_use(db)?.last().map(|row| row.id);
    enter_master_key(db, new, from, vault.entropy.as_ref(), now)?;
    match standing(db, old, Some(new))? {
        Standing::Between(rotation) => Ok(rotation),
        _ => Err(Error::broken("master_key", "a new key is not there")),
    }
}

impl Rotation {
    /// How many data keys the old key still wraps.
    ///
    /// # Errors
    /// Those of the database.
    pub fn left(&self, db: &mut Db) -> Result<u64, Error> {
        store::data_keys_of_master(db, self.from)
    }

    /// Wraps at most so many data keys anew, and gives how many it were; none means that no more are left.
    ///
    /// # Errors
    /// [`Error::Key`] when a data key does not open, or a master key is not here.
    pub fn step(
        &self,
        db: &mut Db,
        keys: &[MasterKey],
        vault: &Vault,
        most: i64,
    ) -> Result<u64, Error> {
        let ring = Ring::of(db, keys, None)?;
        let held = |id| {
            ring.find(id)
                .ok_or_else(|| key("the rotation has ended meanwhile"))
        };
        let (old, new) = (held(self.from)?, held(self.to)?);
        let mut count = 0;
        for row in store::data_key_page_of_master(db, self.from, most)? {
            let place = (row.region_id.into(), row.id.into());
            let wrapped = match &row.wrapped {
                // Destroyed: only the row is left, and it names no retired key.
                None => None,
                Some(wrapped) => {
                    let bytes = unwrap(old, &row, wrapped).ok_or_else(|| Error::Key {
                        detail: format!("data key {} does not open: its row was changed", row.id.0),
                    })?;
                    Some(wrap(new, vault.entropy.as_ref(), place, &bytes))
                }
            };
            store::data_key_rewrap(db, &row, self.to, wrapped.as_deref())?;
            count += 1;
        }
        Ok(count)
    }

    /// Retires the old key, unless a data key still needs it; then [`Rotation::step`] goes on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn end(&self, db: &mut Db, now: DateTime<Utc>) -> Result<Ending, Error> {
        // Whoever is just making a key under the old one has stored it, or is refused afterwards.
        store::data_key_lock(db)?;
        if self.left(db)? > 0 {
            return Ok(Ending::Early);
        }
        Ok(
            match store::master_key_retire(db, self.from, Ts::from(now))? {
                true => Ending::Retired,
                false => Ending::Before,
            },
        )
    }
}

fn key(detail: &str) -> Error {
    Error::Key {
        detail: detail.to_owned(),
    }
}
