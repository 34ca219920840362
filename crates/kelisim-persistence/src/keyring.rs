//! The master keys that a process holds: one, and while data keys are re-wrapped the next one beside it.
//!
//! They come from files, which are read again when the database names a key that is not held: so a server goes on while
//! `kelisim keys rotate` re-wraps the keys under its hands.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::backup::file::hex;
use crate::connection::Db;
use crate::error::Error;
use crate::master_key::{Bytes, MasterKey};
use crate::store::data_key::master_keys_in_use;
use crate::types::Uid;

/// Where the master key lies, and where the next one lies while it replaces the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFiles {
    /// The master key.
    pub file: PathBuf,
    /// The next one.
    pub next: PathBuf,
}

impl KeyFiles {
    /// A file, and beside it the place of the next one, which has `.next` behind its name.
    pub fn beside(file: &Path) -> Self {
        let mut next = file.as_os_str().to_owned();
        next.push(".next");
        Self {
            file: file.to_owned(),
            next: next.into(),
        }
    }

    /// The keys in the files that are there, the first one first.
    ///
    /// # Errors
    /// [`Error::Key`]: neither is there, or one is not a key file.
    pub fn read(&self) -> Result<Vec<MasterKey>, Error> {
        let there = [&self.file, &self.next].into_iter();
        let there: Vec<&PathBuf> = there.filter(|path| path.exists()).collect();
        if there.is_empty() {
            return Err(Error::Key {
                detail: format!("there is no master key file {}", self.file.display()),
            });
        }
        there
            .into_iter()
            .map(|path| MasterKey::read(path))
            .collect()
    }

    /// Lays the next key, which the database names by now, in the place of the old one; that stays beside it under a name of
    /// its own, which is given.
    ///
    /// The old one gets its other name first, and the new one then takes its place in one step: there is no moment without a
    /// key, however many do this at once and wherever they are killed. What is done already is left as it is.
    ///
    /// # Errors
    /// [`Error::Key`]: the next key is not there, or the files cannot be moved, such as those that systemd gives.
    pub fn take_over(&self, new: &MasterKey) -> Result<Option<PathBuf>, Error> {
        if self.holds(new)? && !self.next.exists() {
            return Ok(None);
        }
        let next = match MasterKey::read(&self.next) {
            // Somebody else was faster just now.
            Err(_) if self.holds(new)? => return Ok(None),
            read => read?,
        };
        if next.fingerprint() != new.fingerprint() {
            return Err(Error::Key {
                detail: format!(
                    "{} is not the key that the database names",
                    self.next.display()
                ),
            });
        }
        let old = self.held()?;
        let old = old.filter(|old| old.fingerprint() != new.fingerprint());
        let kept = old.map(|old| self.keep(&old)).transpose()?;
        let moved = move_file(&self.next, &self.file);
        // Whoever was faster has moved the same key.
        if moved.is_err() && !self.holds(new)? {
            moved?;
        }
        self.settle()?;
        Ok(kept)
    }

    fn held(&self) -> Result<Option<MasterKey>, Error> {
        let there = self.file.exists();
        there.then(|| MasterKey::read(&self.file)).transpose()
    }

    fn holds(&self, key: &MasterKey) -> Result<bool, Error> {
        let held = self.held()?;
        Ok(held.is_some_and(|held| held.fingerprint() == key.fingerprint()))
    }

    /// Gives the old key its other name. By the time that somebody else has moved the new one, it has it.
    fn keep(&self, old: &MasterKey) -> Result<PathBuf, Error> {
        let mut name = self.file.as_os_str().to_owned();
        name.push(format!(".{}", &hex(&old.fingerprint())[..8]));
        let kept = PathBuf::from(name);
        match fs::hard_link(&self.file, &kept) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if MasterKey::read(&kept)?.fingerprint() != old.fingerprint() {
                    return Err(Error::Key {
                        detail: format!("{} holds another key than the old one", kept.display()),
                    });
                }
            }
            // Not every file system knows a second name.
            Err(_) => old.write(&kept)?,
        }
        Ok(kept)
    }

    /// The names are on the disk before anybody is told of them.
    fn settle(&self) -> Result<(), Error> {
        let folder = self
            .file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        fs::File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| Error::Key {
                detail: format!("{} cannot be written: {error}", folder.display()),
            })
    }
}

/// The wrapping keys of the master keys in use.
pub(crate) struct Ring {
    /// By the id of the master key's row; the newest last.
    held: Vec<(Uid, Bytes)>,
    newest: Uid,
}

impl Ring {
    /// The ring of a database out of the keys that are here.
    pub(crate) fn of(
        db: &mut Db,
        here: &[MasterKey],
        files: Option<&KeyFiles>,
    ) -> Result<Self, Error> {
        let rows = master_keys_in_use(db)?;
        let Some(newest) = rows.last().map(|row| row.id) else {
            return Err(Error::Key {
                detail: "the database names no master key yet; `kelisim migrate` makes one"
                    .to_owned(),
            });
        };
        let is_replaced = rows.len() > 1;
        let find = |fingerprint: &[u8]| here.iter().find(|key| key.fingerprint() == *fingerprint);
        let held = rows.iter().map(|row| match find(&row.fingerprint) {
            Some(key) => Ok((row.id, key.wrapping_key())),
            None => Err(missing(is_replaced, files)),
        });
        Ok(Self {
            held: held.collect::<Result<_, _>>()?,
            newest,
        })
    }

    /// Whether the database names exactly what is held.
    pub(crate) fn fits(&self, db: &mut Db) -> Result<bool, Error> {
        let rows = master_keys_in_use(db)?;
        let is_newest = rows.last().is_some_and(|row| row.id == self.newest);
        let is_held = |id: Uid| self.find(id).is_some();
        Ok(is_newest && rows.len() == self.held.len() && rows.iter().all(|row| is_held(row.id)))
    }

    /// The key that wraps what is made from now on.
    pub(crate) fn newest(&self) -> (Uid, &Bytes) {
        let key = self.find(self.newest);
        (self.newest, key.expect("the newest key is held"))
    }

    /// The wrapping key of a master key, if it is held.
    pub(crate) fn find(&self, id: Uid) -> Option<&Bytes> {
        let mut held = self.held.iter();
        held.find(|(of, _)| *of == id).map(|(_, key)| key)
    }

    /// The same ring with one key more, which wraps nothing new before the database says so.
    pub(crate) fn with(&self, id: Uid, key: Bytes) -> Self {
        let mut held = self.held.clone();
        held.push((id, key));
        Self {
            held,
            newest: self.newest,
        }
    }
}

fn missing(is_replaced: bool, files: Option<&KeyFiles>) -> Error {
    let detail = match (is_replaced, files) {
        (true, Some(files)) => format!(
            "the master key is being replaced, and one of the two is missing: the old one belongs at {}, the new one at {}",
            files.file.display(),
            files.next.display()
        ),
        (true, None) => {
            "the master key is being replaced, and one of the two is missing".to_owned()
        }
        (false, _) => "this master key is not the one that the database names".to_owned(),
    };
    Error::Key { detail }
}

fn move_file(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|error| Error::Key {
        detail: format!("{} cannot become {}: {error}", from.display(), to.display()),
    })
}
