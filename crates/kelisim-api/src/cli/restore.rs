//! `restore`, and the drill that `restore --check` is.

use super::{Failure, arguments::RestoreOptions, confirm, print, sources};
use crate::{config::Config, setup, start::Sources};
use kelisim_persistence::{
    Database, Error, SystemPart,
    entropy::new_id,
    migrate,
    restore::{Restored, Wanted, check, restore},
    store::drill::{Drill, drill_insert},
};
use serde_json::json;
use std::{sync::Arc, time::Instant};

pub(super) fn run(config: &Config, typed: &RestoreOptions) -> Result<(), Failure> {
    let sources = sources();
    let wanted = Wanted {
        file: typed.file.clone(),
        keys: typed.keys.clone(),
        master_key: config.master_key.clone(),
        erasures: config.erasures().ok(),
        erased_may_come_back: typed.erased_may_come_back,
        now: sources.clock.now(),
        entropy: Arc::clone(&sources.secret_entropy),
    };
    if !typed.check {
        let question = format!("Restore {} into {}?", typed.file.display(), config.database);
        confirm(&question, typed.yes)?;
    }
    let started = Instant::now();
    let restored = match typed.check {
        true => check(&wanted)?,
        false => restore(
            &config.database,
            config.migrate_database.as_ref(),
            &wanted,
            &setup::options(config),
        )?,
    };
    let milliseconds = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
    let noted = match typed.check {
        true => Some(note(config, &sources, &wanted, &restored, milliseconds)),
        false => None,
    };
    say_erased(config, typed, &restored);
    if typed.json {
        return print(&format!(
            "{}\n",
            json!({
                "backup": restored.head.backup,
                "taken_at": restored.head.taken_at,
                "rows": restored.summary.rows,
                "events_verified": restored.events,
                "audit_entries_verified": restored.sealed,
                "keys_opened": restored.keys_opened,
                "erased_again": restored.erased,
                "list_of_erasures": list_word(&restored),
                "uncertain": restored.uncertain,
                "migrations": restored.migrations,
                "milliseconds": milliseconds,
                "drill_noted": noted.as_ref().map(Result::is_ok),
            })
        ));
    }
    tell(config, &restored, milliseconds, noted);
    Ok(())
}

/// What was erased after the backup must not come back unnoticed.
fn say_erased(config: &Config, typed: &RestoreOptions, restored: &Restored) {
    let place = match config.erasures() {
        Ok(list) => format!("there is no list of erasures at {}", list.path().display()),
        Err(why) => why,
    };
    match (restored.erased, typed.check) {
        (Some(count), _) => {
            eprintln!("{count} cases that were erased after the backup were erased once more.");
        }
        (None, true) => eprintln!("Careful: {place}; a restore stops without it."),
        (None, false) => eprintln!(
            "Careful: {place}; what was erased after the backup has come back, if anything was."
        ),
    }
    if restored.unlisted > 0 {
        eprintln!(
            "Careful: the list of erasures does not name {} of the cases that were erased before the backup, so it is not the list, or was cut: what was erased after the backup may have come back.",
            restored.unlisted
        );
    }
}

/// How the list of erasures was, in one word.
fn list_word(restored: &Restored) -> &'static str {
    match (restored.erased, restored.unlisted) {
        (None, _) => "missing",
        (Some(_), 0) => "whole",
        (Some(_), _) => "cut",
    }
}

fn tell(
    config: &Config,
    restored: &Restored,
    milliseconds: i64,
    noted: Option<Result<(), String>>,
) {
    let (head, rows) = (&restored.head, &restored.summary);
    eprintln!(
        "The backup of {} is whole: {} cases, {} events in unbroken chains, {} audit entries as they were sealed, {} data keys opened ({milliseconds} ms).",
        head.taken_at,
        rows.rows_of("cases"),
        restored.events,
        restored.sealed,
        restored.keys_opened,
    );
    match noted {
        Some(Ok(())) => eprintln!("This drill is noted in {}.", config.database),
        Some(Err(why)) => eprintln!("This drill is noted nowhere: {why}."),
        None => {
            for name in &restored.migrations {
                eprintln!("Applied {name}.");
            }
            eprintln!(
                "{} is restored and held: `kelisim serve` works, and no message leaves until `kelisim release`.",
                config.database
            );
            eprintln!(
                "{} messages were not finished at the moment of the backup and may have been sent since; they are uncertain.",
                restored.uncertain
            );
        }
    }
}

/// Notes a drill in the database whose backup it was, if that database is there.
fn note(
    config: &Config,
    sources: &Sources,
    wanted: &Wanted,
    restored: &Restored,
    milliseconds: i64,
) -> Result<(), String> {
    let head = restored.head.clone();
    let done = Drill {
        id: new_id(wanted.now, sources.entropy.as_ref()),
        at: wanted.now,
        backup: head.backup,
        taken_at: head.taken_at,
        cases: i64::try_from(restored.summary.rows_of("cases")).unwrap_or(i64::MAX),
        milliseconds,
    };
    let open = || {
        if !migrate::pending(&config.database)?.is_empty() {
            return Err(Error::Unavailable {
                detail: "it is not migrated".to_owned(),
            });
        }
        Database::open(&config.database, &setup::options(config))
    };
    let noted = open().and_then(|database| {
        let command = database.as_system(SystemPart::Command);
        command.write_blocking(move |db| drill_insert(db, &done, &head))
    });
    match noted {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!(
            "{} is not the database of this backup",
            config.database
        )),
        Err(error) => Err(error.to_string()),
    }
}
