//! The file of a backup: lines of text that a person can read and a program can check.
//!
//! ```text
//! kelisim-backup 1 data
//! {"backup":"…","taken_at":"…",…}
//! {"table":"office","columns":["region_id","id",…]}
//! ["0190…","0190…",…]
//! {"rows":145,"sha256":"…"}
//! …
//! {"rows":{"office":145,…},"keys_sha256":"…"}
//! {"sha256":"…"}
//! ```
//! The digest of a table covers its rows; the last digest covers every other line, those digests
//! included. So each byte is hashed once, and a file without its last line was cut off.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::catalogue::Table;
use super::{Head, Summary};
use crate::error::Error;

const MAGIC: &str = "kelisim-backup";
const FORMAT: u32 = 1;
/// The longest line, in bytes: far above any row.
const LINE_MOST: u64 = 256 * 1024 * 1024;
const BUFFER: usize = 1 << 20;

/// Which of the two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything but the keys.
    Data,
    /// The wrapped data keys.
    Keys,
}

impl Kind {
    fn code(self) -> &'static str {
        match self {
            Kind::Data => "data",
            Kind::Keys => "keys",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableLine {
    table: String,
    columns: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableEnd {
    rows: u64,
    sha256: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    sha256: String,
}

/// A file that is being written under a temporary name.
pub(crate) struct Sink {
    out: BufWriter<File>,
    path: PathBuf,
    temporary: Temporary,
    /// Of every byte, for the one file that another file names.
    whole: Option<Sha256>,
    bytes: u64,
    frame: Sha256,
    rows_digest: Sha256,
    rows: u64,
    table: String,
    counts: BTreeMap<String, u64>,
}

/// A file that is whole and on the disk, and has not got its name yet.
pub(crate) struct Written {
    pub(crate) summary: Summary,
    pub(crate) bytes: u64,
    /// SHA-256 of the whole file; only for the file of keys.
    pub(crate) digest: String,
    path: PathBuf,
    temporary: Temporary,
}

/// A file that goes away unless it was kept.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After it was renamed there is nothing here any more.
        let _ = fs::remove_file(&self.0);
    }
}

impl Sink {
    pub(crate) fn create(kind: Kind, path: &Path, head: &Head) -> Result<Self, Error> {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.part", head.backup.simple()));
        let temporary = Temporary(name.into());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&temporary.0)
            .map_err(|error| unwritable(path, &error))?;
        let mut sink = Self {
            out: BufWriter::with_capacity(BUFFER, file),
            path: path.to_owned(),
            temporary,
            whole: (kind == Kind::Keys).then(Sha256::new),
            bytes: 0,
            frame: Sha256::new(),
            rows_digest: Sha256::new(),
            rows: 0,
            table: String::new(),
            counts: BTreeMap::new(),
        };
        sink.frame_line(&format!("{MAGIC} {FORMAT} {}", kind.code()))?;
        sink.frame_line(&json(head))?;
        Ok(sink)
    }

    pub(crate) fn table(&mut self, table: &Table) -> Result<(), Error> {
        self.table.clone_from(&table.name);
        let columns = table.columns.iter().map(|column| column.name.clone());
        let line = TableLine {
            table: table.name.clone(),
            columns: columns.collect(),
        };
        self.frame_line(&json(&line))
    }

    pub(crate) fn row(&mut self, line: &str) -> Result<(), Error> {
        self.rows_digest.update(line);
        self.rows_digest.update("\n");
        self.rows += 1;
        self.line(line)
    }

    pub(crate) fn table_end(&mut self) -> Result<(), Error> {
        let end = TableEnd {
            rows: std::mem::take(&mut self.rows),
            sha256: hex(&self.rows_digest.finalize_reset()),
        };
        self.counts
            .insert(std::mem::take(&mut self.table), end.rows);
        self.frame_line(&json(&end))
    }

    pub(crate) fn finish(mut self, keys_sha256: Option<String>) -> Result<Written, Error> {
        let summary = Summary {
            rows: std::mem::take(&mut self.counts),
            keys_sha256,
        };
        self.frame_line(&json(&summary))?;
        let seal = Seal {
            sha256: hex(&self.frame.finalize_reset()),
        };
        self.line(&json(&seal))?;
        let digest = self.whole.take().map(|whole| hex(&whole.finalize()));
        let done = self
            .out
            .flush()
            .and_then(|()| self.out.get_ref().sync_all());
        done.map_err(|error| unwritable(&self.path, &error))?;
        Ok(Written {
            summary,
            bytes: self.bytes,
            digest: digest.unwrap_or_default(),
            path: self.path,
            temporary: self.temporary,
        })
    }

    fn frame_line(&mut self, line: &str) -> Result<(), Error> {
        self.frame.update(line);
        self.frame.update("\n");
        self.line(line)
    }

    fn line(&mut self, line: &str) -> Result<(), Error> {
        if let Some(whole) = &mut self.whole {
            whole.update(line);
            whole.update("\n");
        }
        self.bytes += line.len() as u64 + 1;
        let written = self.out.write_all(line.as_bytes());
        written
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|error| unwritable(&self.path, &error))
    }
}

impl Written {
    /// Gives the file its name, for good.
    pub(crate) fn keep(self) -> Result<(), Error> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let kept = fs::rename(&self.temporary.0, &self.path).and_then(|()| match cfg!(unix) {
            true => File::open(folder)?.sync_all(),
            false => Ok(()),
        });
        kept.map_err(|error| unwritable(&self.path, &error))
    }
}

/// What a file holds, line by line.
pub(crate) enum Part {
    /// A table begins.
    Table { name: String, columns: Vec<String> },
    /// A row of it, as it stands in the file.
    Row(String),
    /// The table is whole: its digest and number of rows are right.
    TableEnd,
    /// The file is whole.
    End(Summary),
}

/// A file that is being read, and checked while it is read.
pub(crate) struct Source {
    lines: BufReader<File>,
    path: PathBuf,
    pub(crate) head: Head,
    frame: Sha256,
    rows_digest: Sha256,
    rows: u64,
    table: Option<String>,
}

impl Source {
    pub(crate) fn open(kind: Kind, path: &Path) -> Result<Self, Error> {
        let name = path.display();
        let file = File::open(path).map_err(|error| {
            let hint = match kind {
                Kind::Data => "name the file that `kelisim backup` wrote",
                Kind::Keys => {
                    "the wrapped data keys lie in a file of their own beside the backup; \
                     without it nothing confidential can be read, so name it with --keys"
                }
            };
            Error::backup(format!("{name}: {error}; {hint}"))
        })?;
        let mut lines = BufReader::with_capacity(BUFFER, file);
        let first = read_line(&mut lines, path)?.unwrap_or_default();
        let words: Vec<&str> = first.split(' ').collect();
        match words.as_slice() {
            [MAGIC, "1", of] if *of == kind.code() => {}
            [MAGIC, "1", _] => {
                return Err(Error::backup(format!(
                    "{name} is the other file of a backup: FILE holds the data, FILE.keys the keys"
                )));
            }
            [MAGIC, version, _] => {
                return Err(Error::backup(format!(
                    "{name} has format {version}, which this program does not know; use the newer program that wrote it"
                )));
            }
            _ => {
                return Err(Error::backup(format!(
                    "{name} is not a backup of Kelisim; name the file that `kelisim backup` wrote"
                )));
            }
        }
        let second = read_line(&mut lines, path)?.ok_or_else(|| cut(path))?;
        let head = serde_json::from_str(&second).map_err(|_| damaged(path, "its head"))?;
        let mut frame = Sha256::new();
        for line in [&first, &second] {
            frame.update(line);
            frame.update("\n");
        }
        Ok(Self {
            lines,
            path: path.to_owned(),
            head,
            frame,
            rows_digest: Sha256::new(),
            rows: 0,
            table: None,
        })
    }

    /// The next part; an error when the file was cut or changed.
    pub(crate) fn next(&mut self) -> Result<Part, Error> {
        let line = read_line(&mut self.lines, &self.path)?.ok_or_else(|| cut(&self.path))?;
        match &self.table {
            Some(_) if line.starts_with('[') => {
                self.rows_digest.update(&line);
                self.rows_digest.update("\n");
                self.rows += 1;
                Ok(Part::Row(line))
            }
            Some(table) => {
                let place = format!("the table {table}");
                let end: TableEnd =
                    serde_json::from_str(&line).map_err(|_| damaged(&self.path, &place))?;
                let digest = hex(&self.rows_digest.finalize_reset());
                if end.sha256 != digest || end.rows != self.rows {
                    return Err(damaged(&self.path, &place));
                }
                self.add(&line);
                self.table = None;
                self.rows = 0;
                Ok(Part::TableEnd)
            }
            None => {
                self.add(&line);
                if let Ok(TableLine { table, columns }) = serde_json::from_str(&line) {
                    self.table = Some(table.clone());
                    return Ok(Part::Table {
                        name: table,
                        columns,
                    });
                }
                let summary: Summary =
                    serde_json::from_str(&line).map_err(|_| damaged(&self.path, "its end"))?;
                self.end().map(|()| Part::End(summary))
            }
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        let last = read_line(&mut self.lines, &self.path)?.ok_or_else(|| cut(&self.path))?;
        let seal: Seal =
            serde_json::from_str(&last).map_err(|_| damaged(&self.path, "its last line"))?;
        if seal.sha256 != hex(&self.frame.finalize_reset())
            || read_line(&mut self.lines, &self.path)?.is_some()
        {
            return Err(damaged(&self.path, "its frame"));
        }
        Ok(())
    }

    fn add(&mut self, line: &str) {
        self.frame.update(line);
        self.frame.update("\n");
    }
}

/// SHA-256 of a whole file.
pub(crate) fn digest_of(path: &Path) -> Result<String, Error> {
    let broken = |error: io::Error| Error::backup(format!("{}: {error}", path.display()));
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(broken)?);
    let mut digest = Sha256::new();
    loop {
        let bytes = file.fill_buf().map_err(broken)?;
        if bytes.is_empty() {
            return Ok(hex(&digest.finalize()));
        }
        digest.update(bytes);
        let used = bytes.len();
        file.consume(used);
    }
}

/// A whole line without its end; nothing at the end of the file. Half a line is a cut file.
fn read_line(lines: &mut BufReader<File>, path: &Path) -> Result<Option<String>, Error> {
    let mut line = Vec::new();
    let read = io::Read::take(&mut *lines, LINE_MOST).read_until(b'\n', &mut line);
    read.map_err(|error| Error::backup(format!("{}: {error}", path.display())))?;
    match line.pop() {
        None => Ok(None),
        Some(b'\n') => String::from_utf8(line)
            .map(Some)
            .map_err(|_| damaged(path, "a line that is no text")),
        Some(_) => Err(cut(path)),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json(value: &impl Serialize) -> String {
    // Plain structs of text and numbers: serialising them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

fn cut(path: &Path) -> Error {
    Error::backup(format!(
        "{} was cut off: its end is missing; copy it again, or take an older backup",
        path.display()
    ))
}

pub(crate) fn damaged(path: &Path, place: &str) -> Error {
    Error::backup(format!(
        "{} was changed after it was written: {place} does not have its digest; copy it again, or take an older backup",
        path.display()
    ))
}

fn unwritable(path: &Path, error: &io::Error) -> Error {
    Error::backup(format!("{} cannot be written: {error}", path.display()))
}
