//! The program itself, a process of its own, under a clock that libfaketime sets for it.
//!
//! The clock of the machine goes on as it is; what the process takes for the time is written into a file that it reads
//! again and again. It is killed and started anew while its clock runs ahead.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_api::clock::{Clock, SystemClock};
use kelisim_domain::calendar::Zone;

use super::{history, world::World};
use crate::{
    TestDatabase,
    program::Program,
    proofs::{
        Order,
        dice::Dice,
        report::{Report, number},
    },
};

/// How long a process may take until everything that is due has fired: the first minute of G7.
const MINUTE: Duration = Duration::from_secs(60);
/// Days to which the clock of the process is set, one after the other; it also goes back.
const DAYS: [i64; 9] = [0, 1, -1, 3, 2, 11, 12, 45, 400];

/// Runs the processes and adds what they showed.
///
/// # Panics
/// There is no libfaketime: then nothing was proven.
pub(super) fn figures(report: &mut Report, order: &Order) {
    let library = library();
    let database = TestDatabase::create_durable(order.backend);
    let world = World::lay(database, &kelisim_persistence::Options::default());
    let begun = SystemClock.now();
    let cases = if order.is_quick { 10 } else { 200 };
    let dice = Dice::new(order.seed);
    for _ in 0..cases {
        let minutes = TimeDelta::minutes(i64::try_from(dice.below(50)).unwrap_or(0));
        world.file(Zone::ORAL, begun - minutes);
    }
    let dial = world.database.folder().join("clock");
    let (mut early, mut missed, mut starts) = (Vec::new(), Vec::new(), 0);
    let mut program: Option<Program> = None;
    for days in DAYS {
        set(&dial, days);
        // Now and then it dies at work, and the next one finds what it had claimed.
        if program.is_none() || dice.is(50) {
            if let Some(old) = program.take() {
                old.kill();
            }
            program = Some(start(&world, &library, &dial, starts));
            starts += 1;
        }
        let shown = || SystemClock.now() + TimeDelta::days(days);
        let due = |at: DateTime<Utc>| {
            let at = at.format("%Y-%m-%dT%H:%M:%S%.6fZ");
            let from = format!("timer WHERE state = 'armed' AND due_at <= '{at}'");
            world.database.count(&from)
        };
        let waited = Instant::now();
        while due(shown() - TimeDelta::seconds(2)) > 0 && waited.elapsed() < MINUTE {
            std::thread::sleep(Duration::from_millis(50));
        }
        let late = due(shown() - TimeDelta::seconds(2));
        if late > 0 {
            missed.push(format!("{late} timers with the clock {days} days ahead"));
        }
        // What is not due by this clock is left alone.
        let at = shown().format("%Y-%m-%dT%H:%M:%S%.6fZ");
        let from =
            format!("timer WHERE state = 'fired' AND settled_at > '{at}' AND due_at > '{at}'");
        if days >= 0
            && DAYS
                .iter()
                .take_while(|day| **day != days)
                .all(|day| *day <= days)
        {
            early.extend(world.database.lines("name || ' due ' || due_local", &from));
        }
    }
    if let Some(program) = program {
        program.stop();
    }
    world.settle();
    let verdict = history::judge(&world);
    early.extend(verdict.early);
    report.at_least(
        "libfaketime: timers that fired",
        number(cases * 7),
        number(verdict.fired),
    );
    report.none("libfaketime: fired early", &early);
    report.none("libfaketime: not within the first minute", &missed);
    report.none("libfaketime: fired more than once", &verdict.twice);
    report.none(
        "libfaketime: neither fired nor ended by their case",
        &verdict.lost,
    );
    report.none(
        "libfaketime: messages too many or too few",
        &verdict.messages,
    );
    report.noted("libfaketime: processes", number(starts));
}

/// Sets the clock of the process so many days ahead of that of the machine.
fn set(dial: &Path, days: i64) {
    // Renamed into its place, so that nobody reads half of it.
    let half = dial.with_extension("half");
    fs::write(&half, format!("{days:+}d\n")).unwrap();
    fs::rename(&half, dial).unwrap();
}

fn start(world: &World, library: &Path, dial: &Path, number: usize) -> Program {
    let settings = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", dial.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        // Sleeps and waits are those of the machine.
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    world.work(number, &settings)
}

/// Where the Debian package puts it; `cargo xtask` installs it.
fn library() -> PathBuf {
    const NAME: &str = "faketime/libfaketimeMT.so.1";
    if let Some(path) = std::env::var_os("KELISIM_TEST_FAKETIME") {
        return PathBuf::from(path);
    }
    let folders = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let mut found = folders
        .map(|entry| entry.path().join(NAME))
        .filter(|path| path.exists());
    found.next().expect("libfaketime is needed: install the Debian package faketime, or name the file in KELISIM_TEST_FAKETIME")
}
