//! The list of erasures: a file outside the database that a restore replays.
//!
//! A backup from before an erasure has the key of the case, so restoring it would bring the content back. The list says which
//! keys are gone; it holds ids and times, nothing of anybody. A line is on the disk before the erasure is committed: should
//! the program die in between, a restore erases what was confirmed to be erased anyhow, and the job goes on.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;

/// One erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The region.
    pub region: Uuid,
    /// The case.
    pub case: Uuid,
    /// When.
    pub at: DateTime<Utc>,
}

/// Regions and cases.
type Keys = BTreeSet<(Uuid, Uuid)>;

impl Erased {
    fn key(&self) -> (Uuid, Uuid) {
        (self.region, self.case)
    }
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureList(PathBuf);

impl ErasureList {
    /// The list in a file, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Adds lines, and returns when they are on the disk; what stands on the list already is not added again.
    ///
    /// One after the other: whoever else adds, in this process or another, is waited for. `is_begun` says that something
    /// was erased before, so that a list which is not there, or has nothing on it, is not begun anew.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be written, a line is no erasure, or the list that was begun is not there; then nothing
    /// may be erased.
    pub fn add(&self, erased: &[Erased], is_begun: bool) -> Result<(), Error> {
        self.change(is_begun, |on_it| {
            if is_begun && on_it.is_empty() {
                return Err(self.is_another(1));
            }
            Ok(erased.to_vec())
        })
    }

    /// Looks whether the list can be written, and names everything that a database has erased.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be, or does not; then nothing may be erased.
    pub fn holds(&self, erased: &[Erased]) -> Result<(), Error> {
        self.change(!erased.is_empty(), |on_it| {
            match erased
                .iter()
                .filter(|one| !on_it.contains(&one.key()))
                .count()
            {
                0 => Ok(Vec::new()),
                missing => Err(self.is_another(missing)),
            }
        })
    }

    /// Writes what a database has erased into a list that was lost; the answer is how many lines were added.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be written, or a line is no erasure.
    pub fn mend(&self, erased: &[Erased]) -> Result<usize, Error> {
        let mut missing = 0;
        self.change(false, |on_it| {
            missing = erased
                .iter()
                .filter(|one| !on_it.contains(&one.key()))
                .count();
            Ok(erased.to_vec())
        })?;
        Ok(missing)
    }

    /// What is said of a list that does not name what was erased.
    fn is_another(&self, missing: usize) -> Error {
        Error::backup(format!(
            "the list of erasures {} does not name {missing} or more of the cases that were erased: it is not the list, or was \
             cut. Bring the list or its copy back; where both are lost, `kelisim erase mend-list` writes what the database knows",
            self.0.display()
        ))
    }

    /// Reads the list under a lock and adds the lines that are asked for and not on it.
    fn change(
        &self,
        is_begun: bool,
        wanted: impl FnOnce(&Keys) -> Result<Vec<Erased>, Error>,
    ) -> Result<(), Error> {
        let unusable = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound if is_begun => self.is_another(1),
            _ => Error::backup(format!(
                "{}: {error}; nothing is erased that the list of erasures does not name, or a restore would bring it back",
                self.0.display()
            )),
        };
        let mut file = self.open(is_begun).map_err(unusable)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(unusable)?;
        // Half a line is what a crash left of one whose erasure was not committed.
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        text.truncate(whole.map_or(0, |at| at + 1));
        let mut on_it: Keys = self.parse(&text)?.iter().map(Erased::key).collect();
        let mut lines = Vec::new();
        for one in wanted(&on_it)? {
            if on_it.insert(one.key()) {
                serde_json::to_writer(&mut lines, &one).map_err(|error| unusable(error.into()))?;
                lines.push(b'\n');
            }
        }
        let mut add = || {
            file.set_len(text.len() as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(&lines)?;
            file.sync_all()
        };
        add().map_err(unusable)
    }

    /// The file, and nobody else has it until it is closed.
    fn open(&self, is_begun: bool) -> std::io::Result<File> {
        let is_new = !self.0.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(!is_begun);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.0)?;
        file.lock()?;
        if is_new && cfg!(unix) {
            let folder = self
                .0
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(file)
    }

    /// Every erasure on it; none when there is no such file.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be read, or a line is no erasure.
    pub fn read(&self) -> Result<Option<Vec<Erased>>, Error> {
        match fs::read(&self.0) {
            Ok(text) => self.parse(&text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::backup(format!("{}: {error}", self.0.display()))),
        }
    }

    /// The erasures of whole lines.
    fn parse(&self, text: &[u8]) -> Result<Vec<Erased>, Error> {
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let Some(whole) = whole else {
            return Ok(Vec::new());
        };
        let lines = text[..whole].split(|byte| *byte == b'\n').enumerate();
        let read = |(number, line): (usize, &[u8])| {
            serde_json::from_slice(line).map_err(|_| {
                Error::backup(format!(
                    "line {} of the list of erasures {} is no erasure; take the copy of the list",
                    number + 1,
                    self.0.display()
                ))
            })
        };
        lines.map(read).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erased(number: u128) -> Erased {
        Erased {
            region: Uuid::from_u128(1),
            case: Uuid::from_u128(number),
            at: "2026-11-28T05:00:00Z".parse().unwrap(),
        }
    }

    /// A list of the test's own, which is not there yet.
    fn list_of(test: &str) -> ErasureList {
        let name = format!("kelisim-erasures-{}-{test}", std::process::id());
        let list = ErasureList::at(std::env::temp_dir().join(name));
        let _ = fs::remove_file(list.path());
        list
    }

    #[test]
    fn half_a_line_is_forgotten_and_a_strange_one_is_not() {
        let list = list_of("half");
        assert_eq!(list.read().unwrap(), None);
        list.add(&[erased(1), erased(2)], false).unwrap();
        let mut half = fs::read(list.path()).unwrap();
        half.extend_from_slice(b"{\"region\":");
        fs::write(list.path(), half).unwrap();
        assert_eq!(list.read().unwrap(), Some(vec![erased(1), erased(2)]));
        list.add(&[erased(3)], true).unwrap();
        assert_eq!(list.read().unwrap().unwrap().len(), 3);
        fs::write(list.path(), "{}\n").unwrap();
        for said in [
            list.read().unwrap_err(),
            list.add(&[erased(4)], true).unwrap_err(),
        ] {
            let said = said.to_string();
            assert!(said.contains("line 1 of the list of erasures"), "{said}");
        }
        fs::remove_file(list.path()).unwrap();
        let nowhere = ErasureList::at("/nowhere/at/all");
        assert!(nowhere.add(&[erased(1)], false).is_err());
    }

    #[test]
    fn what_several_add_at_once_is_all_on_it_and_nothing_twice() {
        const EACH: u128 = 100;
        let list = list_of("several");
        std::thread::scope(|all| {
            for adder in 0..4 {
                let list = list.clone();
                all.spawn(move || {
                    for number in 0..EACH {
                        let own = erased(adder * EACH + number);
                        list.add(&[own, erased(9_999)], false).unwrap();
                    }
                });
            }
        });
        let lines = list.read().unwrap().unwrap();
        let cases: BTreeSet<Uuid> = lines.iter().map(|one| one.case).collect();
        assert_eq!((lines.len(), cases.len()), (401, 401));
        fs::remove_file(list.path()).unwrap();
    }

    #[test]
    fn a_list_that_was_begun_is_not_begun_anew() {
        let list = list_of("begun");
        let said = |refused: Result<(), Error>| refused.unwrap_err().to_string();
        for is_empty in [false, true] {
            if is_empty {
                fs::write(list.path(), "").unwrap();
            }
            assert!(said(list.add(&[erased(2)], true)).contains("does not name"));
            assert!(said(list.holds(&[erased(1)])).contains("mend-list"));
            assert_eq!(list.path().exists(), is_empty, "nothing was begun");
        }
        list.add(&[erased(2)], false).unwrap();
        assert!(said(list.holds(&[erased(1), erased(2)])).contains("does not name 1 "));
        assert_eq!(list.mend(&[erased(1), erased(2)]).unwrap(), 1);
        list.holds(&[erased(1), erased(2)]).unwrap();
        assert_eq!(list.read().unwrap(), Some(vec![erased(2), erased(1)]));
        fs::remove_file(list.path()).unwrap();
    }
}
