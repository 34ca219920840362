//! Mail into a directory: one `.eml` file a letter, for the demo and for trying things out.
//!
//! A file appears whole or not at all: it is written under a hidden name, flushed, and renamed.
//! The name begins with the time, so that a listing reads like a mailbox; it ends with the id, so
//! that a second attempt at the same letter replaces the first and never stands beside it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;
use kelisim_persistence::{Failpoints, Point};
use uuid::Uuid;

use super::transport::{BeforeData, Fault, Letter, Outcome, Phase, Reply, Transport};

/// A transport that writes `.eml` files.
#[derive(Debug, Clone)]
pub struct DirectoryTransport {
    directory: PathBuf,
    faults: Failpoints,
}

impl DirectoryTransport {
    /// Uses `directory`, which is made when it is missing, for its owner only.
    pub fn open(directory: impl Into<PathBuf>) -> io::Result<Self> {
        let directory = directory.into();
        directory_create(&directory)?;
        Ok(Self {
            directory,
            faults: Failpoints::NONE,
        })
    }

    /// With the failpoints of a proof.
    #[must_use]
    pub fn with_faults(mut self, faults: &Failpoints) -> Self {
        self.faults = faults.clone();
        self
    }

    /// Where a letter lies once it was delivered.
    pub fn path_of(&self, letter: &Letter) -> PathBuf {
        self.directory.join(file_name(letter))
    }

    /// The file of a message that was delivered into `directory`, by its outbox id.
    pub fn find(directory: &Path, id: Uuid) -> Option<PathBuf> {
        let ending = format!("_{id}.eml");
        fs::read_dir(directory)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| path.to_string_lossy().ends_with(&ending))
    }

    fn store(&self, letter: &Letter) -> io::Result<PathBuf> {
        let passed = |point| self.faults.at(point).map_err(io::Error::other);
        let path = self.path_of(letter);
        passed(Point::FolderBefore)?;
        let hidden = self.directory.join(format!(".{}.part", letter.id));
        let mut file = file_create(&hidden)?;
        file.write_all(&letter.bytes)?;
        file.sync_all()?;
        passed(Point::FolderWritten)?;
        fs::rename(&hidden, &path)?;
        // The new name is durable only when the directory is.
        File::open(&self.directory)?.sync_all()?;
        passed(Point::FolderStored)?;
        Ok(path)
    }
}

impl Transport for DirectoryTransport {
    fn deliver<'a>(
        &'a self,
        letter: &'a Letter,
        before_data: BeforeData<'a>,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            if !before_data().await {
                return Outcome::Withheld;
            }
            let (this, letter) = (self.clone(), letter.clone());
            match tokio::task::spawn_blocking(move || this.store(&letter)).await {
                // The name of the file holds an address, which has no place in the log.
                Ok(Ok(_)) => Outcome::Sent(Reply::new(None, "written")),
                // A full or missing disk is the fault of no letter.
                Ok(Err(error)) => {
                    Outcome::RelayFault(Fault::new(Phase::Store, None, error.to_string()))
                }
                Err(_) => Outcome::RelayFault(Fault::new(Phase::Store, None, "the writer stopped")),
            }
        })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// `2026-11-22T09-15-04Z case_received office@example.kz 0192….eml`, with nothing that a shell or a
/// file system would take for something else.
fn file_name(letter: &Letter) -> String {
    let to: String = letter
        .to
        .to_string()
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | '@' | '+' => c,
            _ => '_',
        })
        .take(80)
        .collect();
    // The id carries the time of its making: two attempts at one letter share the name.
    format!(
        "{}_{}_{to}_{}.eml",
        made_at(letter).format("%Y-%m-%dT%H-%M-%SZ"),
        letter.kind,
        letter.id
    )
}

fn made_at(letter: &Letter) -> chrono::DateTime<chrono::Utc> {
    letter
        .id
        .get_timestamp()
        .and_then(|stamp| {
            let (seconds, nanos) = stamp.to_unix();
            chrono::DateTime::from_timestamp(i64::try_from(seconds).ok()?, nanos)
        })
        .unwrap_or(letter.at)
}

#[cfg(unix)]
fn directory_create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

#[cfg(not(unix))]
fn directory_create(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

fn file_create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
