//! `backup`.

use super::{Failure, print, sources};
use crate::config::Config;
use chrono::{DateTime, Utc};
use kelisim_persistence::{
    backup::{Made, backup},
    store::drill::Drill,
};
use serde_json::{Value, json};
use std::{path::Path, time::Instant};

pub(super) fn run(
    config: &Config,
    file: &Path,
    overwrite: bool,
    json: bool,
) -> Result<(), Failure> {
    let sources = sources();
    let (now, started) = (sources.clock.now(), Instant::now());
    let made = backup(
        &config.database,
        file,
        overwrite,
        now,
        sources.entropy.as_ref(),
    )?;
    let seconds = started.elapsed().as_secs_f64();
    if json {
        return print(&format!("{}\n", as_json(&made, seconds, now)));
    }
    let (file, bytes) = &made.file;
    eprintln!(
        "{} holds {} cases and everything else that {} acknowledged before {} ({bytes} bytes, {seconds:.1} s).",
        file.display(),
        made.summary.rows_of("cases"),
        config.database,
        made.head.taken_at,
    );
    eprintln!(
        "{} holds the wrapped data keys: keep it for a shorter time, and both apart from the master key.",
        made.keys.0.display()
    );
    eprintln!("{}", said(made.last_drill.as_ref(), now));
    Ok(())
}

/// When a backup of this database was last restored.
pub(super) fn said(drill: Option<&Drill>, now: DateTime<Utc>) -> String {
    match drill {
        Some(drill) => format!(
            "Last restore drill: {} ({} days ago), {} cases in {:.1} s.",
            drill.at.format("%Y-%m-%d %H:%M UTC"),
            (now - drill.at).num_days(),
            drill.cases,
            seconds(drill),
        ),
        None => "No restore drill yet: `kelisim restore --check FILE` proves that a backup is one."
            .to_owned(),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a drill takes less than the 285,000 years that a double counts in milliseconds"
)]
fn seconds(drill: &Drill) -> f64 {
    drill.milliseconds as f64 / 1000.0
}

fn as_json(made: &Made, seconds: f64, now: DateTime<Utc>) -> Value {
    let drill = made.last_drill.as_ref().map(|drill| {
        json!({
            "at": drill.at,
            "days_ago": (now - drill.at).num_days(),
            "backup_taken_at": drill.taken_at,
            "cases": drill.cases,
            "milliseconds": drill.milliseconds,
        })
    });
    json!({
        "backup": made.head.backup,
        "taken_at": made.head.taken_at,
        "file": made.file.0,
        "bytes": made.file.1,
        "keys": made.keys.0,
        "keys_bytes": made.keys.1,
        "rows": made.summary.rows,
        "seconds": seconds,
        "last_drill": drill,
    })
}
