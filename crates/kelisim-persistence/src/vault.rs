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
use std::sync::{Arc, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use chrono::{DateTime, Utc};
use kelisim_domain::id::{DataKeyId, RegionId};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::connection::Db;
use crate::entropy::{Entropy, new_id};
use crate::error::Error;
use crate::keyring::{KeyFiles, Ring};
use crate::master_key::{Bytes, MasterKey, derive, keyed_hash};
use crate::row::data_key::{DataKeyRow, MasterKeyRow};
use crate::store::data_key as store;
use crate::store::name_index::SUBJECT;
use crate::types::{Ts, Uid};
use crate::writes::Writes;

const FORMAT: u8 = 1;
const KEY_ID_BYTES: usize = 16;
const NONCE_BYTES: usize = 24;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES + NONCE_BYTES;

/// Makes and opens data keys. Clones share the master keys that they hold.
#[derive(Clone)]
pub struct Vault {
    ring: Arc<RwLock<Arc<Ring>>>,
    /// Where the master keys are looked for again; nowhere for a key that lies in no file.
    files: Option<Arc<KeyFiles>>,
    /// The keys of the regions' indexes of names, which every filing needs.
    names: Arc<RwLock<HashMap<RegionId, DataKey>>>,
    pub(crate) entropy: Arc<dyn Entropy>,
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
        Self::open_among(db, std::slice::from_ref(key), entropy)
    }

    /// Opens the vault of a database with those of some keys that the database names.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_among(
        db: &mut Db,
        keys: &[MasterKey],
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Error> {
        let ring = Ring::of(db, keys, None)?;
        Ok(Self {
            ring: Arc::new(RwLock::new(Arc::new(ring))),
            files: None,
            names: Arc::default(),
            entropy,
        })
    }

    /// Opens the vault of a database with the keys in the files.
    ///
    /// # Errors
    /// [`Error::Key`]: the database names none, or one that is in neither file.
    pub fn open_with(
        db: &mut Db,
        files: KeyFiles,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, Error> {
        let ring = Ring::of(db, &files.read()?, Some(&files))?;
        Ok(Self {
            ring: Arc::new(RwLock::new(Arc::new(ring))),
            files: Some(Arc::new(files)),
            names: Arc::default(),
            entropy,
        })
    }

    /// Looks which master keys the database names by now, and reads the files again when one is not held.
    ///
    /// # Errors
    /// [`Error::Key`] when a key is in neither file; the vault then goes on with those that it holds.
    pub fn refresh(&self, db: &mut Db) -> Result<(), Error> {
        let Some(files) = &self.files else {
            return Ok(());
        };
        if !self.ring().fits(db)? {
            self.hold(Ring::of(db, &files.read()?, Some(files))?);
        }
        Ok(())
    }

    fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn hold(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
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
        if !Self::is_founded(db)? {
            enter_master_key(db, key, None, entropy.as_ref(), now)?;
        }
        Self::open(db, key, entropy)
    }

    /// Whether the database already names a master key; then a missing key file must not be made
    /// anew.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_founded(db: &mut Db) -> Result<bool, Error> {
        Ok(!store::master_keys_in_use(db)?.is_empty())
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
        let ring = self.ring();
        let (master_key_id, wrapping_key) = ring.newest();
        let row = DataKeyRow {
            region_id: region.into(),
            id: id.into(),
            subject_kind: subject.0.to_owned(),
            subject_id: Uid(subject.1),
            master_key_id,
            wrapped: Some(wrap(
                wrapping_key,
                self.entropy.as_ref(),
                (region, id),
                &key,
            )),
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

    /// The key of a region's index of names, which is looked up once in the life of a process; none before `migrate` has
    /// made the index.
    ///
    /// # Errors
    /// [`Error::Key`]; those of the database.
    pub fn name_key(&self, db: &mut Db, region: RegionId) -> Result<Option<DataKey>, Error> {
        let held = self.names.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = held.get(&region) {
            return Ok(Some(key.clone()));
        }
        drop(held);
        let found = self.key_of(db, region, (SUBJECT, region.0))?;
        if let Some(key) = &found {
            let mut held = self.names.write().unwrap_or_else(PoisonError::into_inner);
            held.insert(region, key.clone());
        }
        Ok(found)
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

    /// Opens the data key of a row that was loaded.
    pub(crate) fn unwrap_row(&self, row: &DataKeyRow) -> Result<DataKey, Error> {
        Ok(self.data_key(row.id.into(), &self.unwrap_key(row)?))
    }

    fn unwrap_key(&self, row: &DataKeyRow) -> Result<Bytes, Error> {
        let Some(wrapped) = &row.wrapped else {
            return Err(Error::Erased);
        };
        let ring = self.ring();
        if let Some(wrapping_key) = ring.find(row.master_key_id) {
            return unwrap(wrapping_key, row, wrapped).ok_or_else(|| Error::Key {
                detail: format!("data key {} does not open: its row was changed", row.id.0),
            });
        }
        // Re-wrapped while this process ran: the next key has come into its file meanwhile.
        for key in self.files.iter().flat_map(|files| files.read()).flatten() {
            let wrapping_key = key.wrapping_key();
            if let Some(bytes) = unwrap(&wrapping_key, row, wrapped) {
                self.hold(ring.with(row.master_key_id, wrapping_key));
                return Ok(bytes);
            }
        }
        Err(retired())
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

pub(crate) fn enter_master_key(
    db: &mut Db,
    key: &MasterKey,
    replaces: Option<Uid>,
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
            replaces,
        },
    )
}

fn wrap_place(region: RegionId, id: DataKeyId) -> String {
    format!("data_key.wrapped/{region}/{id}")
}

/// Wraps a data key for its row.
pub(crate) fn wrap(
    wrapping_key: &Bytes,
    entropy: &dyn Entropy,
    (region, id): (RegionId, DataKeyId),
    key: &Bytes,
) -> Vec<u8> {
    let place = wrap_place(region, id);
    encrypt(wrapping_key, entropy, place.as_bytes(), key.as_slice())
}

/// Opens the wrapped data key of a row; nothing when another key wrapped it, or for another row.
pub(crate) fn unwrap(wrapping_key: &Bytes, row: &DataKeyRow, wrapped: &[u8]) -> Option<Bytes> {
    let place = wrap_place(row.region_id.into(), row.id.into());
    let bytes = Zeroizing::new(decrypt(wrapping_key, place.as_bytes(), wrapped)?);
    let mut key = Bytes::default();
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&bytes);
    Some(key)
}

fn retired() -> Error {
    Error::Key {
        detail:
            "the master key was changed while this program ran, and the new one is in neither file"
                .to_owned(),
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
