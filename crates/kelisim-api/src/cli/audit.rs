//! `audit`: whether the log is what was sealed, where it ends, and the log itself for others to verify.

use super::{Failure, arguments::AuditCommand, print, sources, style};
use crate::{
    config::{AnchorPlace, Config},
    exported, setup,
};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::{
    audit::{Anchor, AuditEntry, Head, anchor::find_all, chain::hex},
    id::AuditId,
    region::Region,
};
use kelisim_persistence::{
    Database, Db, Error, Failpoints, Options, SystemPart,
    entropy::new_id,
    store::{
        audit::audit_insert,
        audit_anchor::audit_anchor_list,
        audit_list::audit_chain,
        audit_seal::audit_head,
        audit_verify::{Asked, Verified, audit_length, audit_verify},
        region::region_list,
    },
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// Seals that an export holds in memory at once.
const PAGE: i64 = 4_000;
/// What waits longer than this for its seal says that no worker runs, in seconds.
const LATE_SECONDS: i64 = 60;

pub(super) fn run(command: AuditCommand, config: &Config) -> Result<(), Failure> {
    let options = Options {
        // It walks through everything, and counts it.
        statement_milliseconds: 0,
        ..setup::options(config)
    };
    let database = Database::open(&config.database, &options)?.as_system(SystemPart::Command);
    match command {
        AuditCommand::Verify { anchors, json } => verify(&database, config, &anchors, json),
        AuditCommand::Anchor { json } => anchor(&database, json),
        AuditCommand::Export {
            file,
            overwrite,
            json,
        } => export(&database, &file, overwrite, json),
    }
}

fn verify(
    database: &Database,
    config: &Config,
    files: &[PathBuf],
    json: bool,
) -> Result<(), Failure> {
    let now = sources().clock.now();
    let outside = outside_anchors(config, files)?;
    let mut reports = Vec::new();
    let mut damaged = Vec::new();
    for region in database.read_blocking(region_list)? {
        let id = region.id;
        let look =
            move |db: &mut Db| Ok::<_, Error>((audit_length(db, id)?, audit_anchor_list(db, id)?));
        let (length, mut anchors) = database.read_blocking(look)?;
        let bar = bar(length, &region);
        anchors.extend(outside.iter().cloned());
        let asked = Asked {
            region: id,
            anchors: &anchors,
            now,
            faults: Failpoints::NONE,
        };
        let verified = audit_verify(database, &asked, |done| {
            bar.set_position(done.unsigned_abs());
        });
        bar.finish_and_clear();
        let verified = verified?;
        if let Some(damage) = &verified.damage {
            damaged.push(format!("{}: {damage}", region.code));
        } else if !json {
            tell(&region, &verified, now);
        }
        reports.push(report(&region, &verified, now));
    }
    if json {
        print(&format!("{}\n", Value::Array(reports)))?;
    }
    match damaged.is_empty() {
        true => Ok(()),
        false => Err(Failure::Failed(damaged.join("\n"))),
    }
}

/// The anchors in files, and in the file where the worker writes them.
fn outside_anchors(config: &Config, files: &[PathBuf]) -> Result<Vec<Anchor>, Failure> {
    let mut paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    if let Some(AnchorPlace::File(path)) = &config.audit.anchor
        && path.exists()
        && !paths.contains(&path.as_path())
    {
        paths.push(path);
    }
    let mut found = Vec::new();
    for path in paths {
        let failed = |what: String| Failure::failed(format!("{}: {what}", path.display()));
        let bytes = fs::read(path).map_err(|error| failed(error.to_string()))?;
        // A mail may hold any bytes; an anchor has none that are not ASCII.
        let text = String::from_utf8_lossy(&bytes);
        found.extend(
            find_all(&text).map_err(|line| failed(format!("line {line} is a damaged anchor")))?,
        );
    }
    Ok(found)
}

fn tell(region: &Region, verified: &Verified, now: DateTime<Utc>) {
    let (head, waiting) = (verified.head, verified.unsealed);
    eprintln!(
        "{}: {} entries are as they were sealed; {} anchors agree.",
        region.code, head.seq, verified.anchors
    );
    if verified.anchors == 0 && head.seq > 0 {
        eprintln!(
            "  Without an anchor from outside, a log that was sealed anew or cut looks like this too."
        );
    }
    let Some(oldest) = waiting.oldest.filter(|_| waiting.count > 0) else {
        return;
    };
    let seconds = (now - oldest).num_seconds().max(0);
    eprintln!(
        "  {} entries are not sealed yet, the oldest since {seconds} seconds.",
        waiting.count
    );
    if seconds > LATE_SECONDS {
        eprintln!(
            "  The worker seals within seconds: it does not run, or its clock is not this one's."
        );
    }
}

fn report(region: &Region, verified: &Verified, now: DateTime<Utc>) -> Value {
    let (head, waiting) = (verified.head, verified.unsealed);
    let damage = verified.damage.as_ref().map(|damage| {
        json!({
            "kind": damage.kind,
            "seq": damage.seq,
            "entry": damage.entry,
            "anchor": damage.anchor.as_ref().map(ToString::to_string),
            "detail": damage.to_string(),
        })
    });
    json!({
        "region": region.code.as_str(),
        "verified": verified.damage.is_none(),
        "entries": head.seq,
        "hash": hex(&head.hash),
        "anchors": verified.anchors,
        "damage": damage,
        "unsealed": waiting.count,
        "unsealed_oldest_seconds": waiting.oldest.map(|at| (now - at).num_seconds().max(0)),
    })
}

fn bar(length: i64, region: &Region) -> ProgressBar {
    if !style::on_stderr_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length.unsigned_abs());
    let form = "  {msg} {bar:32} {human_pos} of {human_len} entries, {per_sec}";
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
    }
    bar.set_message(region.code.to_string());
    bar
}

fn anchor(database: &Database, json: bool) -> Result<(), Failure> {
    let now = sources().clock.now();
    let mut lines = String::new();
    let mut values = Vec::new();
    for (region, head) in heads(database)? {
        let anchor = head.anchor(region.id, region.code.as_str(), now);
        lines += &format!("{anchor}\n");
        values.push(json!({
            "region": region.code.as_str(),
            "region_id": region.id,
            "seq": head.seq,
            "hash": hex(&head.hash),
            "at": now,
        }));
    }
    match json {
        true => print(&format!("{}\n", Value::Array(values))),
        false => print(&lines),
    }
}

fn heads(database: &Database) -> Result<Vec<(Region, Head)>, Error> {
    database.read_blocking(|db| {
        let mut heads = Vec::new();
        for region in region_list(db)? {
            let head = audit_head(db, region.id)?;
            heads.push((region, head));
        }
        Ok(heads)
    })
}

fn export(database: &Database, path: &Path, overwrite: bool, json: bool) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
    let mut options = fs::OpenOptions::new();
    options.write(true);
    match overwrite {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = match options.open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Failure::failed(format!(
                "{} is there already; --overwrite replaces it",
                path.display()
            )));
        }
        file => file.map_err(failed)?,
    };
    let mut out = BufWriter::new(file);
    let mut entries: u64 = 0;
    for (region, head) in heads(database)? {
        let (id, mut after) = (region.id, 0);
        // What is sealed meanwhile belongs to the next export.
        while after < head.seq {
            let page = database.read_blocking(move |db| audit_chain(db, id, after, PAGE))?;
            let Some(last) = page.last() else { break };
            after = last.seq();
            for found in page.into_iter().filter(|found| found.seq() <= head.seq) {
                let line = exported::line(&found.sealed()?);
                out.write_all(line.as_bytes()).map_err(failed)?;
                entries += 1;
            }
        }
    }
    note(database, entries)?;
    let file = out
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    if json {
        return print(&format!("{}\n", json!({"file": path, "entries": entries})));
    }
    eprintln!("{} holds {entries} sealed entries.", path.display());
    Ok(())
}

/// An export leaves the system, so it is entered itself (R31).
fn note(database: &Database, entries: u64) -> Result<(), Error> {
    let sources = sources();
    let now = sources.clock.now();
    database.write_blocking(move |db| {
        for region in region_list(db)? {
            let entry = AuditEntry {
                id: AuditId(new_id(now, sources.entropy.as_ref())),
                region: region.id,
                at: now,
                actor: None,
                action: "audit.export".into(),
                object_kind: "audit".into(),
                object_id: String::new(),
                before: None,
                after: Some(json!({"entries": entries})),
                reason: Some("command line".to_owned()),
            };
            audit_insert(db, &entry)?;
        }
        Ok(())
    })
}
