//! `keys`: another master key takes the place of the one in use, while the server serves.

use super::{Failure, arguments::KeysCommand, confirm, load, print, serving_sources, style};
use crate::{config::Config, setup, start::Sources};
use chrono::{DateTime, TimeDelta, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{audit::AuditEntry, id::AuditId};
use kelisim_persistence::{
    Database, Db, Error, KeyFiles, MasterKey, Options, Patience, SystemPart, Vault,
    entropy::new_id,
    rotation::{self, Ending, Rotation, Standing},
    store::{audit::audit_insert, region::region_list},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

/// Data keys of one transaction: few enough that a request beside it hardly waits.
const BATCH: i64 = 500;
/// A server looks every two seconds which master key is in use. So long after the new one was entered every server makes
/// its data keys under it, and the old one can be retired without a request that fails.
const KNOWN_AFTER: TimeDelta = TimeDelta::seconds(5);

pub(super) fn run(command: KeysCommand, file: Option<PathBuf>) -> Result<(), Failure> {
    match command {
        KeysCommand::Create { file } => create(&file),
        KeysCommand::Rotate { yes, json } => rotate(&load(file, None)?, yes, json),
    }
}

fn create(file: &Path) -> Result<(), Failure> {
    MasterKey::create(file, serving_sources()?.secret_entropy.as_ref())?;
    eprintln!("{} holds a new key. Nothing uses it yet.", file.display());
    Ok(())
}

fn rotate(config: &Config, yes: bool, json: bool) -> Result<(), Failure> {
    let sources = serving_sources()?;
    let options = Options {
        faults: sources.faults.clone(),
        ..setup::options(config)
    };
    let database = Database::open(&config.database, &options)?.as_system(SystemPart::Command);
    let files = setup::key_files(config)?;
    if !files.file.exists() {
        return lay_last(&database, &files, json);
    }
    let old = MasterKey::read(&files.file)?;
    let (old_key, next) = (old.clone(), there(&files.next)?);
    let known = next.clone();
    let standing =
        database.read_blocking(move |db| rotation::standing(db, &old_key, known.as_ref()))?;
    if let (Standing::New, Some(new)) = (standing, &next) {
        return finish(&files, new, 0, json);
    }
    if standing == Standing::Old {
        let question = format!(
            "Replace the master key {} by a new one in {}?",
            files.file.display(),
            files.next.display()
        );
        confirm(&question, yes)?;
    }
    // One that lay there is not read again: whoever is faster may have moved it meanwhile, and another must not be made.
    let make = || MasterKey::read_or_create(&files.next, false, sources.secret_entropy.as_ref());
    let new = next.map_or_else(make, Ok)?;
    let turning = Turning {
        database,
        keys: [old, new],
        sources,
    };
    let wrapped = turning.turn()?;
    finish(&files, &turning.keys[1], wrapped, json)
}

/// There is no key in the place of the master key. Only where the database names the next one and no other was everything
/// done but to lay it there; else the file is missing for another reason, and the data keys still need it.
fn lay_last(database: &Database, files: &KeyFiles, json: bool) -> Result<(), Failure> {
    let missing = |why: &str| Error::Key {
        detail: format!(
            "there is no master key file {}, {why}: put it back, nothing was changed",
            files.file.display()
        ),
    };
    let next = there(&files.next)?.ok_or_else(|| missing("and no next one"))?;
    let named = next.clone();
    match database.read_blocking(move |db| rotation::standing(db, &named, None)) {
        Ok(_) => finish(files, &next, 0, json),
        Err(Error::Key { .. }) => Err(missing("and the database still names it").into()),
        Err(error) => Err(error.into()),
    }
}

fn there(file: &Path) -> Result<Option<MasterKey>, Error> {
    file.exists().then(|| MasterKey::read(file)).transpose()
}

/// The rotation itself.
struct Turning {
    database: Database,
    keys: [MasterKey; 2],
    sources: Sources,
}

impl Turning {
    /// From wherever it stands to its end; gives how many data keys were wrapped anew now.
    fn turn(&self) -> Result<u64, Failure> {
        let (keys, sources) = (self.keys.clone(), self.sources.clone());
        let (rotation, vault, left) = self.patiently(move |db| begin(db, &keys, &sources))?;
        let bar = bar(left);
        let mut wrapped = 0;
        loop {
            loop {
                let (keys, vault) = (self.keys.clone(), vault.clone());
                let count = self.patiently(move |db| rotation.step(db, &keys, &vault, BATCH))?;
                if count == 0 {
                    break;
                }
                wrapped += count;
                bar.inc(count);
            }
            self.wait_until(rotation.begun_at + KNOWN_AFTER);
            let sources = self.sources.clone();
            // Early: a server has made data keys under the old one meanwhile.
            if self.patiently(move |db| end(db, rotation, &sources))? != Ending::Early {
                bar.finish_and_clear();
                return Ok(wrapped);
            }
        }
    }

    /// Runs a job again and again while the database is busy with others.
    fn patiently<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Db) -> Result<T, Error> + Clone + Send + 'static,
    ) -> Result<T, Failure> {
        let attempt = || self.database.write_blocking(job.clone());
        let done = Patience::BUSY.with(attempt, |done, _| matches!(done, Err(Error::Busy)));
        Ok(done?)
    }

    fn wait_until(&self, known: DateTime<Utc>) {
        let left = known - self.sources.clock.now();
        // A clock that went back must not stop the command for long.
        if let Ok(left) = left.min(KNOWN_AFTER).to_std() {
            thread::sleep(left);
        }
    }
}

fn begin(
    db: &mut Db,
    keys: &[MasterKey; 2],
    sources: &Sources,
) -> Result<(Rotation, Vault, u64), Error> {
    let [old, new] = keys;
    let now = sources.clock.now();
    let entropy = Arc::clone(&sources.secret_entropy);
    let rotation = match rotation::standing(db, old, Some(new))? {
        Standing::Between(rotation) => rotation,
        _ => {
            let vault = Vault::open(db, old, Arc::clone(&entropy))?;
            let rotation = rotation::begin(db, &vault, (old, new), now)?;
            note(db, "keys.rotation_begin", sources)?;
            rotation
        }
    };
    let left = rotation.left(db)?;
    Ok((rotation, Vault::open_among(db, keys, entropy)?, left))
}

fn end(db: &mut Db, rotation: Rotation, sources: &Sources) -> Result<Ending, Error> {
    let ending = rotation.end(db, sources.clock.now())?;
    if ending == Ending::Retired {
        note(db, "keys.rotation_end", sources)?;
    }
    Ok(ending)
}

/// The key itself is nothing for the audit log; that it was changed is.
fn note(db: &mut Db, action: &'static str, sources: &Sources) -> Result<(), Error> {
    let now = sources.clock.now();
    for region in region_list(db)? {
        let entry = AuditEntry {
            id: AuditId(new_id(now, sources.entropy.as_ref())),
            region: region.id,
            at: now,
            actor: None,
            action: action.into(),
            object_kind: "master_key".into(),
            object_id: "master_key".to_owned(),
            before: None,
            after: None,
            reason: Some("command line".to_owned()),
        };
        audit_insert(db, &entry)?;
    }
    Ok(())
}

fn bar(left: u64) -> ProgressBar {
    if !style::on_stderr_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(left);
    let look = ProgressStyle::with_template("{bar:40} {pos}/{len} data keys, {eta} left");
    look.into_iter().for_each(|look| bar.set_style(look));
    bar
}

/// Lays the new key where the old one lay. Where that cannot be done, a person is told what to do.
fn finish(files: &KeyFiles, new: &MasterKey, wrapped: u64, json: bool) -> Result<(), Failure> {
    let moved = files.take_over(new);
    if json {
        let kept = moved.as_ref().ok().and_then(Option::as_ref);
        return print(&format!(
            "{}\n",
            json!({"wrapped": wrapped, "files_moved": moved.is_ok(), "old_key_file": kept})
        ));
    }
    eprintln!(
        "{wrapped} data keys were wrapped with the new master key, and the old one is retired."
    );
    match moved {
        Ok(kept) => {
            eprintln!("The new key lies in {}.", files.file.display());
            if let Some(kept) = kept {
                eprintln!(
                    "The old one lies in {}: backups that were made before need it, and nothing else does.",
                    kept.display()
                );
            }
        }
        Err(error) => eprintln!(
            "{error}.\nPut the key of {} in the place of {} yourself; until then both must be there.",
            files.next.display(),
            files.file.display()
        ),
    }
    eprintln!("Keep a copy of the new key apart from the backups.");
    Ok(())
}
