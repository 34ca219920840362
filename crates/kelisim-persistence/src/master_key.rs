//! The master key: 32 bytes in a file, outside the database that it protects.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::connection::DatabaseUrl;
use crate::entropy::Entropy;
use crate::error::Error;

/// 32 bytes that are wiped when they are no longer used.
pub(crate) type Bytes = Zeroizing<[u8; 32]>;

/// Wraps the data keys. Shown to nobody.
#[derive(Clone)]
pub struct MasterKey(Bytes);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Where the key of a database lies unless the configuration says otherwise: beside a SQLite file;
/// on PostgreSQL it must be said.
pub fn default_file(url: &DatabaseUrl) -> Option<PathBuf> {
    match url {
        DatabaseUrl::Sqlite(path) => Some(path.with_file_name("master.key")),
        DatabaseUrl::Postgres(_) => None,
    }
}

impl MasterKey {
    /// Reads a key file: 64 hexadecimal digits and a line end.
    ///
    /// # Errors
    /// [`Error::Key`]: missing, malformed, or readable by everybody on the machine.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |detail: String| Error::Key {
            detail: format!("{}: {detail}", path.display()),
        };
        let mut file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let data = file.metadata().map_err(|error| refuse(error.to_string()))?;
            if data.permissions().mode() & 0o007 != 0 {
                return Err(refuse(
                    "everybody on this machine can read it; chmod 600 it".to_owned(),
                ));
            }
        }
        let mut text = Zeroizing::new(String::new());
        file.read_to_string(&mut text)
            .map_err(|error| refuse(error.to_string()))?;
        parse_hex(text.trim())
            .map(Self)
            .ok_or_else(|| refuse("a key is 64 hexadecimal digits".to_owned()))
    }

    /// Makes a new key and its file, for its owner alone; an existing file is left alone.
    ///
    /// # Errors
    /// [`Error::Key`] when the file exists or cannot be written.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, Error> {
        let key = Self::generate(entropy);
        key.write(path)?;
        Ok(key)
    }

    /// Writes the key into a file of its own, for its owner alone; an existing file is left alone.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Error> {
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in self.0.iter() {
            text.push_str(&format!("{byte:02x}"));
        }
        text.push('\n');
        write_private(path, text.as_bytes()).map_err(|error| Error::Key {
            detail: format!("{}: {error}", path.display()),
        })
    }

    /// Reads the key of a database that names one (`founded`), and makes the file for one that names
    /// none yet. A file that is there already, from a start that broke off, is taken.
    ///
    /// # Errors
    /// [`Error::Key`]: a database that names a key never gets a new one by the way.
    pub fn read_or_create(
        path: &Path,
        founded: bool,
        entropy: &dyn Entropy,
    ) -> Result<Self, Error> {
        if founded || path.exists() {
            Self::read(path)
        } else {
            Self::create(path, entropy)
        }
    }

    /// A new key that lies in no file; for tests.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Bytes::default();
        entropy.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// By which the database recognises the key, and which does not help to find it.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        *derive(&self.0, "kelisim/master-key/fingerprint/1")
    }

    /// The key that wraps data keys.
    pub(crate) fn wrapping_key(&self) -> Bytes {
        derive(&self.0, "kelisim/master-key/wrap/1")
    }
}

/// A key for one purpose, made from a key for several.
pub(crate) fn derive(key: &Bytes, purpose: &str) -> Bytes {
    keyed_hash(key, purpose.as_bytes())
}

/// HMAC-SHA-256.
pub(crate) fn keyed_hash(key: &Bytes, bytes: &[u8]) -> Bytes {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_slice()).expect("HMAC takes a key of any length");
    mac.update(bytes);
    let mut output: [u8; 32] = mac.finalize().into_bytes().into();
    let hash = Zeroizing::new(output);
    output.zeroize();
    hash
}

fn parse_hex(text: &str) -> Option<Bytes> {
    if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = Bytes::default();
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Not acknowledged before it is on the disk: a lost key is a lost database.
fn write_private(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
