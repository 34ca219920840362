//! Moving running cases to another version of their workflow: how long a rehearsal, the move and its undoing take.

use std::path::Path;
use std::time::Instant;

use kelisim_tests::{Backend, REMINDER};
use serde::Serialize;

use crate::dice::Dice;
use crate::lifecycle;
use crate::options::Options;
use crate::place::Place;

/// How many cases move.
pub(crate) const RUNNING: usize = 100_000;

/// What was measured on one database.
#[derive(Serialize)]
pub(crate) struct Moved {
    running: usize,
    rehearsal_seconds: f64,
    move_seconds: f64,
    undo_seconds: f64,
}

/// Copies a case of the first step as often as asked, and moves them all.
pub(crate) fn measure(options: &Options, backend: Backend, folder: &Path, running: usize) -> Moved {
    let place = Place::template(backend, folder);
    lifecycle::walk(&place, &mut Dice::new(options.seed, 5));
    copy(&place, running);
    // With a timer at the first step a move writes an event, the case and a deadline.
    let text = kelisim_domain::workflow::BASIC.replace("version = 1", "version = 2") + REMINDER;
    std::fs::write(folder.join("new.toml"), text).unwrap();
    let file = folder.join("new.toml").display().to_string();
    let timed = |arguments: &[&str]| {
        let started = Instant::now();
        place.done(arguments);
        started.elapsed().as_secs_f64()
    };
    let rehearsal_seconds = timed(&["workflow", "rehearse", &file]);
    let by = ["--as", "coordinator@kelisim.example", "--reason", "bench"];
    let account = ["--email", by[1], "--name", "bench", "--role", "coordinator"];
    place.done(&[&["account", "create"][..], &account].concat());
    let publish = ["workflow", "publish", &file, "--move"];
    let move_seconds = timed(&[&publish[..], &by].concat());
    let there = |version: i32| {
        let running = "cases WHERE stage <> 'closed' AND workflow_version";
        usize::try_from(place.count(&format!("{running} = {version}"))).unwrap()
    };
    assert!(there(2) >= running && there(1) == 0, "every case has moved");
    let undo_seconds = timed(&[&["workflow", "undo", "basic"][..], &by].concat());
    assert!(there(1) >= running && there(2) == 0, "every case is back");
    let moved = Moved {
        running,
        rehearsal_seconds,
        move_seconds,
        undo_seconds,
    };
    println!(
        "    {running} running cases: rehearsed in {rehearsal_seconds:.1} s, moved in {move_seconds:.1} s, \
         back in {undo_seconds:.1} s"
    );
    moved
}

/// Cases as the first one was when it was filed, each with its first event.
fn copy(place: &Place, running: usize) {
    let columns = |table: &str, own: &[(&str, &str)]| {
        let names = place.columns(table);
        let value = |name: &String| {
            let own = own.iter().find(|(column, _)| column == name);
            own.map_or_else(|| format!("t.{name}"), |(_, value)| (*value).to_owned())
        };
        (
            names.join(", "),
            names.iter().map(value).collect::<Vec<_>>().join(", "),
        )
    };
    let (series, id) = match place.backend {
        Backend::Sqlite => (
            format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {running})"
            ),
            "randomblob(16)",
        ),
        Backend::Postgres => (
            format!("WITH n (i) AS (SELECT generate_series(1, {running}))"),
            "gen_random_uuid()",
        ),
    };
    let own = [
        ("id", id),
        ("number", "'BEN-01/2026-' || (10000 + n.i)"),
        ("stage", "'filed'"),
        ("step", "'filed'"),
        ("class", "'new'"),
        ("version", "1"),
        ("mediator_id", "NULL"),
        ("accepted_at", "NULL"),
        ("closed_at", "NULL"),
        ("ground", "NULL"),
        ("effective_on", "NULL"),
        ("linked_case_id", "NULL"),
        ("ended_on", "NULL"),
        ("head_hash", "e.hash"),
    ];
    let (names, values) = columns("cases", &own);
    place.execute(&format!(
        "{series} INSERT INTO cases ({names}) SELECT {values} FROM n, \
         (SELECT * FROM cases LIMIT 1) t JOIN case_event e ON e.case_id = t.id AND e.seq = 1"
    ));
    let (names, values) = columns("case_event", &[("id", id), ("case_id", "c.id")]);
    place.execute(&format!(
        "INSERT INTO case_event ({names}) SELECT {values} FROM cases c, \
         (SELECT e.* FROM case_event e WHERE e.seq = 1 LIMIT 1) t WHERE c.number LIKE 'BEN-%'"
    ));
}
