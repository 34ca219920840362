//! A restore: a backup becomes a database again, whole or not at all, and held (G10).
//!
//! Everything is checked before the database is touched, and again inside the one transaction that
//! fills it; what does not hold rolls all of it back.

mod erased;
mod load;
mod verify;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::connection::{AnsiTransactionManager, TransactionManager};
use kelisim_domain::audit::AuditEntry;
use kelisim_domain::id::AuditId;
use serde_json::json;

use crate::backup::file::{Kind, Part, Source, damaged, digest_of, hex};
use crate::backup::{Head, KEYS, Summary, keys_file};
use crate::both;
use crate::connection::{DatabaseUrl, Db, Role};
use crate::durability;
use crate::entropy::{Entropy, new_id};
use crate::erasure_list::ErasureList;
use crate::error::Error;
use crate::keyring::KeyFiles;
use crate::migrate;
use crate::roles;
use crate::store::audit::audit_insert;
use crate::store::hold::{Hold, hold_insert, outbox_doubt};
use crate::store::name_index::name_index_make;
use crate::store::region::region_list;
use crate::store::session::session_end_whole;
use crate::transaction::{Options, connect};
use crate::vault::Vault;
use crate::wipe;

/// What is restored, with which key, when.
pub struct Wanted {
    /// The file of the data.
    pub file: PathBuf,
    /// The file of the keys; beside the data unless it is named.
    pub keys: Option<PathBuf>,
    /// The files of the master key.
    pub master_key: KeyFiles,
    /// The list of erasures, which is replayed.
    pub erasures: Option<ErasureList>,
    /// Whether it is restored although there is no such list, or one that does not name what the backup has as erased:
    /// whatever was erased after the backup then comes back.
    pub erased_may_come_back: bool,
    /// The instant of the restore.
    pub now: DateTime<Utc>,
    /// Chance, for ids.
    pub entropy: Arc<dyn Entropy>,
}

/// What was restored and found right.
#[derive(Debug, Clone)]
pub struct Restored {
    /// The backup's own words.
    pub head: Head,
    /// Its rows, the keys among them.
    pub summary: Summary,
    /// Events whose chain was followed.
    pub events: u64,
    /// Sealed entries of the audit log, each as it was sealed.
    pub sealed: u64,
    /// Data keys that the master key opened.
    pub keys_opened: u64,
    /// Cases that were erased after the backup, and were erased once more; none when there is no list.
    pub erased: Option<u64>,
    /// Cases that the backup has as erased and the list does not name: then it is not the list, or was cut.
    pub unlisted: u64,
    /// Messages that may have been sent after the backup, and are uncertain now.
    pub uncertain: usize,
    /// Migrations that were applied afterwards, because the backup is older than this program.
    pub migrations: Vec<String>,
}

/// Restores into a database that is new or empty, and holds it. On PostgreSQL the role of `owner` does it.
///
/// # Errors
/// [`Error::Backup`] and [`Error::Key`] with a sentence that says what to do. The rows of the
/// database are then as they were, and a SQLite file that was not there is not there; a new
/// database of PostgreSQL may have got its empty tables.
pub fn restore(
    url: &DatabaseUrl,
    owner: Option<&DatabaseUrl>,
    wanted: &Wanted,
    options: &Options,
) -> Result<Restored, Error> {
    let user = roles::user_of(url, owner)?;
    let url = owner.filter(|_| user.is_some()).unwrap_or(url);
    let (head, summary) = inspect(wanted)?;
    master_keys(wanted, &head)?;
    erased::list_of(wanted)?;
    let versions: BTreeSet<String> = head.migrations.iter().cloned().collect();
    if let Some(newer) = migrate::unknown(&versions)? {
        let program = &head.program;
        return Err(Error::backup(format!(
            "the backup has migration {newer}, which is newer than this program; \
             restore with the program that made it ({program}) or a later one"
        )));
    }
    let is_new = matches!(url, DatabaseUrl::Sqlite(path) if !path.exists());
    let plan = Plan {
        url,
        user: user.as_deref(),
        versions,
    };
    let filled = fill(&plan, wanted, options, head, summary);
    if filled.is_ok() && !wipe::log_cut_patiently(url)? {
        tracing::warn!(
            "the log of the restored database is held by a reader and still has what was erased again"
        );
    }
    if filled.is_err()
        && is_new
        && let DatabaseUrl::Sqlite(path) = url
    {
        remove_sqlite(path);
    }
    filled
}

/// As [`restore`], into a scratch place that is gone afterwards.
///
/// # Errors
/// As [`restore`].
pub fn check(wanted: &Wanted) -> Result<Restored, Error> {
    let scratch = Scratch::create(&new_id(wanted.now, wanted.entropy.as_ref()).to_string())?;
    let url = DatabaseUrl::Sqlite(scratch.0.join("check.db"));
    let options = Options {
        // Nobody needs it after a loss of power.
        allow_unsafe_durability: true,
        ..Options::default()
    };
    restore(&url, None, wanted, &options)
}

/// Reads both files to their ends: whole, unchanged, and of one backup.
fn inspect(wanted: &Wanted) -> Result<(Head, Summary), Error> {
    let keys = wanted.keys_file();
    let (head, mut summary) = read_through(Kind::Data, &wanted.file)?;
    let (of_keys, more) = read_through(Kind::Keys, &keys)?;
    if of_keys.backup != head.backup {
        return Err(Error::backup(format!(
            "{} belongs to another backup, of {}; name the keys that were written with {}",
            keys.display(),
            of_keys.taken_at,
            wanted.file.display()
        )));
    }
    if summary.keys_sha256 != Some(digest_of(&keys)?) {
        return Err(damaged(&keys, "the file"));
    }
    summary.rows.extend(more.rows);
    Ok((head, summary))
}

fn read_through(kind: Kind, path: &Path) -> Result<(Head, Summary), Error> {
    let mut source = Source::open(kind, path)?;
    loop {
        if let Part::End(summary) = source.next()? {
            return Ok((source.head, summary));
        }
    }
}

/// Every master key that wrapped keys of the backup is here.
fn master_keys(wanted: &Wanted, head: &Head) -> Result<(), Error> {
    let files = &wanted.master_key;
    let path = files.file.display();
    if !files.file.exists() && !files.next.exists() {
        return Err(Error::backup(format!(
            "there is no master key file {path}; put the copy of the master key there, \
             a new key would open nothing"
        )));
    }
    let keys = files.read()?.into_iter();
    let here: Vec<String> = keys.map(|key| hex(&key.fingerprint())).collect();
    if !here.contains(&head.master_key) {
        return Err(Error::backup(format!(
            "the master key in {path} is not the one of this backup; \
             put the copy of that key there, or name it in encryption.master_key_file"
        )));
    }
    let replaced = head.replaced_master_key.as_ref();
    if replaced.is_some_and(|key| !here.contains(key)) {
        return Err(Error::backup(format!(
            "this backup was made while the master key was being replaced, and needs both: \
             put the copy of the older key at {path}, and the newer one at {}",
            files.next.display()
        )));
    }
    Ok(())
}

/// Where the rows go.
struct Plan<'a> {
    /// The database, as its owner.
    url: &'a DatabaseUrl,
    /// The role that uses the tables.
    user: Option<&'a str>,
    /// The migrations of the backup.
    versions: BTreeSet<String>,
}

fn fill(
    plan: &Plan<'_>,
    wanted: &Wanted,
    options: &Options,
    head: Head,
    summary: Summary,
) -> Result<Restored, Error> {
    let url = plan.url;
    migrate::migrate_to(url, &plan.versions)?;
    let options = Options {
        statement_milliseconds: 0,
        ..options.clone()
    };
    let mut link = connect(&options.manager(url, Role::Writer))?;
    let db = &mut link.db;
    durability::check(db, options.allow_unsafe_durability)?;
    match db {
        Db::Sqlite(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")
        }
        Db::Postgres(connection) => {
            AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")
        }
    }?;
    // An error leaves the transaction open; closing the connection undoes it.
    load::load(db, wanted, url)?;
    verify::rows(db, &summary)?;
    // An older backup came into the tables of its time; what follows knows those of today.
    let migrations = migrate::migrate_within(db)?;
    let events = verify::histories(db)?;
    let sealed = verify::audit_log(db, wanted.now)?;
    verify::numbers(db)?;
    let (keys, entropy) = (wanted.master_key.clone(), Arc::clone(&wanted.entropy));
    let vault = Vault::open_with(db, keys, entropy)?;
    let keys_opened = verify::keys(db, &vault)?;
    // A backup of an older program has no index of names.
    for region in region_list(db)? {
        name_index_make(db, &vault, region.id, wanted.now)?;
    }
    let (erased, unlisted) = erased::erase_again(db, wanted, &head)?;
    let uncertain = hold(db, wanted, &head, erased)?;
    verify::database(db)?;
    if let (Db::Postgres(connection), Some(user)) = (&mut *db, plan.user) {
        roles::grant(connection, user)?;
    }
    both!(db, connection => AnsiTransactionManager::commit_transaction(connection))?;
    Ok(Restored {
        head,
        summary,
        events,
        sealed,
        keys_opened,
        erased,
        unlisted,
        uncertain,
        migrations,
    })
}

/// In the transaction of the restore, so that there is no moment in which it is not held.
fn hold(db: &mut Db, wanted: &Wanted, head: &Head, erased: Option<u64>) -> Result<usize, Error> {
    let uncertain = outbox_doubt(db, wanted.now)?;
    let held = Hold {
        since: wanted.now,
        backup: head.backup,
        taken_at: head.taken_at,
    };
    hold_insert(db, &held)?;
    session_end_whole(db, wanted.now)?;
    for region in region_list(db)? {
        let entry = AuditEntry {
            id: AuditId(new_id(wanted.now, wanted.entropy.as_ref())),
            region: region.id,
            at: wanted.now,
            actor: None,
            action: "backup.restore".into(),
            object_kind: "backup".into(),
            object_id: head.backup.to_string(),
            before: None,
            after: Some(json!({
                "taken_at": head.taken_at, "uncertain": uncertain, "erased_again": erased,
            })),
            reason: Some("command line".to_owned()),
        };
        audit_insert(db, &entry)?;
    }
    Ok(uncertain)
}

impl Wanted {
    /// The file of the keys.
    pub fn keys_file(&self) -> PathBuf {
        let beside = || keys_file(&self.file);
        self.keys.clone().unwrap_or_else(beside)
    }
}

/// A folder for its owner alone, which goes away with this value.
struct Scratch(PathBuf);

impl Scratch {
    fn create(name: &str) -> Result<Self, Error> {
        let path = std::env::temp_dir().join(format!("kelisim-check-{name}"));
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(&path) {
            Ok(()) => Ok(Self(path)),
            Err(error) => Err(Error::backup(format!(
                "{}: {error}; set TMPDIR to a folder with room for the database",
                path.display()
            ))),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the scratch folder of a check is left behind");
        }
    }
}

/// Takes away a file that this restore made.
fn remove_sqlite(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an unfinished database file is left behind");
            }
            _ => {}
        }
    }
}

/// The rows of keys come out of their own file.
fn is_keys(table: &str) -> bool {
    KEYS.contains(&table)
}
