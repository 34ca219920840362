//! Confidential values are encrypted before they reach the database (R18).
//!
//! Every case and register entry has a data key of its own, which a master key wraps.
//! The master key can be changed without touching a single ciphertext, and destroying one data key
//! erases one case everywhere, backups of the data included.
//!
//! A sealed value is: format (1 byte), id of its data key (16), nonce (24), ciphertext with tag
//! (XChaCha20-Poly1305). The place it belongs to (`context`) is authenticated with it, so that a
//! ciphertext that is moved to another row or column does not open.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use kelisim_domain::id::{DataKeyId, RegionId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::connection::Db;
use crate::entropy::{Entropy, new_id};
use crate::error::Error;
use crate::master_key::{Bytes, MasterKey, derive, keyed_hash};
use crate::row::data_key::{DataKeyRow, MasterKeyRow};
use crate::store::data_key as store;
use crate::types::{Ts, Uid};
use crate::writes::Writes;

const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;
/// Data keys that one step of a rotation holds in memory.
const ROTATION_PAGE: i64 = 500;

/// Makes and opens data keys.
#[derive(Clone)]
pub struct Vault {
    master_id: Uid,
    wrapping_key: Bytes,
    entropy: Arc<dyn Entropy>,
}

/// Encrypts what belongs to one case or one register entry.
#[derive(Clone)]
pub struct DataKey {
    id: DataKeyId,
    seal_key: Bytes,
    mac_key: Bytes,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

impl Vault {
    /// Opens the vault of a database with the key that the database names.
    ///
    /// # Errors
    /// [`Error::Key`]: the database names none, or another one.
    pub fn open(db: &mut Db, key: &MasterKey, entropy: Arc<dyn Entropy>) -> Result<Self, Error> {
        let Some(row) = store::master_key_active(db)? else {
            return Err(Error::Key {
                detail: "the database names no master key yet; `kelisim migrate` makes one"
                    .to_owned(),
            });
        };
        if row.fingerprint != key.fingerprint() {
            return Err(Error::Key {
                detail: "this master key is not the one that the database names".to_owned(),
            });
        }
        Ok(Self {
            master_id: row.id,
            wrapping_key: key.wrapping_key(),
            entropy,
        })
    }

    /// Enters the key into a database that names none yet, and opens the vault.
    ///
    /// # Errors
    /// [`Error::Key`] when the database names another one.
    pub fn found(
        db: &mut Db,
        key: &MasterKey,
        entropy: Arc<dyn Entropy>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        if store::master_key_active(db)?.is_none() {
            enter_master_key(db, key, entropy.as_ref(), now)?;
        }
        Self::open(db, key, entropy)
    }

    /// Whether the database already names a master key; then a missing key file must not be made
    /// anew.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_founded(db: &mut Db) -> Result<bool, Error> {
        Ok(store::master_key_active(db)?.is_some())
    }

    /// Makes the data key of a thing.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the thing has one; [`Error::Key`] when another process has changed
    /// the master key.
    pub fn key_create(
        &self,
        db: &mut Db,
        region: RegionId,
        subject: (&str, Uuid),
        now: DateTime<Utc>,
    ) -> Result<DataKey, Error> {
        let mut writes = Writes::default();
        let key = self.key_add(&mut writes, region, subject, now);
        writes.store(db)?;
        Ok(key)
    }

    /// Makes the data key of a thing, to be stored with the thing.
    pub fn key_add(
        &self,
        writes: &mut Writes,
        region: RegionId,
        subject: (&str, Uuid),
        now: DateTime<Utc>,
    ) -> DataKey {
        let id = DataKeyId(new_id(now, self.entropy.as_ref()));
        let mut key = Bytes::default();
        self.entropy.fill(key.as_mut_slice());
        let row = DataKeyRow {
            region_id: region.into(),
            id: id.into(),
            subject_kind: subject.0.to_owned(),
            subject_id: Uid(subject.1),
            master_key_id: self.master_id,
            wrapped: Some(self.wrap(region, id, &key)),
            created_at: now.into(),
            destroyed_at: None,
        };
        store::data_key_add(writes, row, retired());
        self.data_key(id, &key)
    }

    /// Opens a data key.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Erased`] when it was destroyed; [`Error::Key`].
    pub fn key_open(&self, db: &mut Db, region: RegionId, id: DataKeyId) -> Result<DataKey, Error> {
        let row = store::data_key_find(db, region, id)?;
        self.unwrap_row(&row)
    }

    /// Opens the data key of a thing, when the thing has one.
    ///
    /// # Errors
    /// [`Error::Erased`] when it was destroyed; [`Error::Key`].
    pub fn key_of(
        &self,
        db: &mut Db,
        region: RegionId,
        subject: (&str, Uuid),
    ) -> Result<Option<DataKey>, Error> {
        store::data_key_of(db, region, subject)?
            .map(|row| self.unwrap_row(&row))
            .transpose()
    }

    /// Opens several data keys in one query; destroyed ones are left out.
    ///
    /// # Errors
    /// [`Error::Key`].
    pub fn key_open_all(
        &self,
        db: &mut Db,
        region: RegionId,
        ids: &[DataKeyId],
    ) -> Result<HashMap<DataKeyId, DataKey>, Error> {
        let mut keys = HashMap::with_capacity(ids.len());
        for row in store::data_key_list(db, region, ids)? {
            match self.unwrap_row(&row) {
                Ok(key) => {
                    keys.insert(key.id, key);
                }
                Err(Error::Erased) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(keys)
    }

    /// Destroys a data key: what it sealed can never be read again. The answer is no when it was
    /// destroyed before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn key_destroy(
        &self,
        db: &mut Db,
        region: RegionId,
        id: DataKeyId,
        now: DateTime<Utc>,
    ) -> Result<bool, Error> {
        store::data_key_destroy(db, region, id, now)
    }

    /// Wraps every data key with a new master key and retires the old one, in the transaction of
    /// the caller; answers with the vault of the new key and the number of keys.
    ///
    /// Servers that still hold the old master key refuse to open or make keys from then on.
    ///
    /// # Errors
    /// [`Error::Key`] when a data key does not open.
    pub fn rotate(
        &self,
        db: &mut Db,
        new: &MasterKey,
        now: DateTime<Utc>,
    ) -> Result<(Self, usize), Error> {
        store::data_key_lock(db)?;
        store::master_key_retire(db, self.master_id, now.into())?;
        enter_master_key(db, new, self.entropy.as_ref(), now)?;
        let next = Self::open(db, new, Arc::clone(&self.entropy))?;
        let mut count = 0;
        loop {
            let page = store::data_key_page_of_master(db, self.master_id, ROTATION_PAGE)?;
            if page.is_empty() {
                return Ok((next, count));
            }
            for row in page {
                let (region, id) = (row.region_id.into(), row.id.into());
                let wrapped = match self.unwrap_key(&row) {
                    Ok(key) => Some(next.wrap(region, id, &key)),
                    Err(Error::Erased) => None,
                    Err(error) => return Err(error),
                };
                store::data_key_rewrap(db, &row, next.master_id, wrapped.as_deref())?;
                count += 1;
            }
        }
    }

    fn wrap(&self, region: RegionId, id: DataKeyId, key: &Bytes) -> Vec<u8> {
        let place = wrap_place(region, id);
        encrypt(
            &self.wrapping_key,
            self.entropy.as_ref(),
            place.as_bytes(),
            key.as_slice(),
        )
    }

    /// Opens the data key of a row that was loaded.
    pub(crate) fn unwrap_row(&self, row: &DataKeyRow) -> Result<DataKey, Error> {
        Ok(self.data_key(row.id.into(), &self.unwrap_key(row)?))
    }

    fn unwrap_key(&self, row: &DataKeyRow) -> Result<Bytes, Error> {
        let Some(wrapped) = &row.wrapped else {
            return Err(Error::Erased);
        };
        if row.master_key_id != self.master_id {
            return Err(retired());
        }
        let place = wrap_place(row.region_id.into(), row.id.into());
        let bytes = decrypt(&self.wrapping_key, place.as_bytes(), wrapped).map(Zeroizing::new);
        let mut key = Bytes::default();
        match bytes {
            Some(bytes) if bytes.len() == key.len() => {
                key.copy_from_slice(&bytes);
                Ok(key)
            }
            _ => Err(Error::Key {
                detail: format!("data key {} does not open: its row was changed", row.id.0),
            }),
        }
    }

    fn data_key(&self, id: DataKeyId, key: &Bytes) -> DataKey {
        DataKey {
            id,
            seal_key: derive(key, "kelisim/data-key/seal/1"),
            mac_key: derive(key, "kelisim/data-key/mac/1"),
            entropy: Arc::clone(&self.entropy),
        }
    }
}

impl DataKey {
    /// The id that stands in every value it sealed, and in the row's `data_key_id`.
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// Encrypts a value for one place, such as `cases.secret/<case id>`.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let place = self.place(context);
        let sealed = encrypt(&self.seal_key, self.entropy.as_ref(), &place, plain);
        let mut value = Vec::with_capacity(1 + KEY_ID_BYTES + sealed.len());
        value.push(FORMAT);
        value.extend_from_slice(self.id.0.as_bytes());
        value.extend_from_slice(&sealed);
        value
    }

    /// Decrypts a value of this key from the place it was sealed for.
    ///
    /// # Errors
    /// [`Error::Key`]: another key's, another place's, or changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let refuse = |detail: &str| Error::Key {
            detail: format!("{context}: {detail}"),
        };
        if sealed.len() < HEAD_BYTES || sealed[0] != FORMAT {
            return Err(refuse("not a sealed value"));
        }
        let (head, body) = sealed.split_at(1 + KEY_ID_BYTES);
        if &head[1..] != self.id.0.as_bytes() {
            return Err(refuse("sealed with another key"));
        }
        decrypt(&self.seal_key, &self.place(context), body)
            .ok_or_else(|| refuse("does not open: it was changed, or moved from elsewhere"))
    }

    /// A keyed hash: shows that two values are equal to whoever has the key, and nothing else.
    pub fn mac(&self, bytes: &[u8]) -> [u8; 32] {
        *keyed_hash(&self.mac_key, bytes)
    }

    fn place(&self, context: &str) -> Vec<u8> {
        let mut place = Vec::with_capacity(1 + KEY_ID_BYTES + context.len());
        place.push(FORMAT);
        place.extend_from_slice(self.id.0.as_bytes());
        place.extend_from_slice(context.as_bytes());
        place
    }
}

/// The data key that a sealed value names.
pub fn sealed_by(sealed: &[u8]) -> Option<DataKeyId> {
    let id = sealed.get(1..=KEY_ID_BYTES)?;
    Uuid::from_slice(id).ok().map(DataKeyId)
}

fn enter_master_key(
    db: &mut Db,
    key: &MasterKey,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    store::master_key_insert(
        db,
        &MasterKeyRow {
            id: Uid(new_id(now, entropy)),
            fingerprint: key.fingerprint().to_vec(),
            created_at: Ts::from(now),
            retired_at: None,
        },
    )
}

fn wrap_place(region: RegionId, id: DataKeyId) -> String {
    format!("data_key.wrapped/{region}/{id}")
}

fn retired() -> Error {
    Error::Key {
        detail: "the master key was changed while this program ran: start it again".to_owned(),
    }
}

/// Nonce and ciphertext.
fn encrypt(key: &Bytes, entropy: &dyn Entropy, place: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    entropy.fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    let payload = Payload {
        msg: plain,
        aad: place,
    };
    let ciphertext = cipher
        .encrypt(XNonce::from_slice(&nonce), payload)
        .expect("only a message of more than 256 GB is refused");
    let mut sealed = Vec::with_capacity(NONCE_BYTES + ciphertext.len());
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&ciphertext);
    sealed
}

fn decrypt(key: &Bytes, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, ciphertext) = sealed.split_at_checked(NONCE_BYTES)?;
    let cipher = XChaCha20Poly1305::new(key.as_slice().into());
    let payload = Payload {
        msg: ciphertext,
        aad: place,
    };
    cipher.decrypt(XNonce::from_slice(nonce), payload).ok()
}
