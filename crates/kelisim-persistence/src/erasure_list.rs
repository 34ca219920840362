//! The list of erasures: a file outside the database that a restore replays.
//!
//! A backup from before an erasure has the key of the case, so restoring it would bring the content back. The list says which
//! keys are gone; it holds ids and times, nothing of anybody. A line is on the disk before the erasure is committed: should
//! the program die in between, a restore erases what was confirmed to be erased anyhow, and the job goes on.

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

    /// Adds lines, and returns when they are on the disk.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be written, and then nothing may be erased.
    pub fn add(&self, erased: &[Erased]) -> Result<(), Error> {
        self.append(erased).map_err(|error| {
            Error::backup(format!(
                "{}: {error}; nothing is erased that the list of erasures does not name, or a restore would bring it back",
                self.0.display()
            ))
        })
    }

    fn append(&self, erased: &[Erased]) -> std::io::Result<()> {
        let is_new = !self.0.exists();
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.0)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        // Half a line is what a crash left of one whose erasure was not committed.
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        let mut lines = Vec::new();
        for one in erased {
            serde_json::to_writer(&mut lines, one)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_all()?;
        if is_new && cfg!(unix) {
            let folder = self
                .0
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }

    /// Every erasure on it; none when there is no such file.
    ///
    /// # Errors
    /// [`Error::Backup`]: it cannot be read, or a line is no erasure.
    pub fn read(&self) -> Result<Option<Vec<Erased>>, Error> {
        let name = self.0.display();
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::backup(format!("{name}: {error}"))),
        };
        let whole = text.rfind('\n').map_or("", |at| &text[..at]);
        let lines = whole.lines().enumerate();
        let read = |(number, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|_| {
                Error::backup(format!(
                    "line {} of the list of erasures {name} is no erasure; take the copy of the list",
                    number + 1
                ))
            })
        };
        lines.map(read).collect::<Result<_, _>>().map(Some)
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

    #[test]
    fn half_a_line_is_forgotten_and_a_strange_one_is_not() {
        let name = format!("kelisim-erasures-{}", std::process::id());
        let list = ErasureList::at(std::env::temp_dir().join(name));
        let _ = fs::remove_file(list.path());
        assert_eq!(list.read().unwrap(), None);
        list.add(&[erased(1), erased(2)]).unwrap();
        let mut half = fs::read(list.path()).unwrap();
        half.extend_from_slice(b"{\"region\":");
        fs::write(list.path(), half).unwrap();
        assert_eq!(list.read().unwrap(), Some(vec![erased(1), erased(2)]));
        list.add(&[erased(3)]).unwrap();
        assert_eq!(list.read().unwrap().unwrap().len(), 3);
        fs::write(list.path(), "{}\n").unwrap();
        let said = list.read().unwrap_err().to_string();
        assert!(said.contains("line 1 of the list of erasures"), "{said}");
        fs::remove_file(list.path()).unwrap();
        let nowhere = ErasureList::at("/nowhere/at/all");
        assert!(nowhere.add(&[erased(1)]).is_err());
    }
}
