//! Group commit where the disk is slow: the program and the limit on SQLite, both with a library
//! preloaded that makes each fsync two milliseconds longer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Serialize;

use crate::dice::Dice;
use crate::limit_sqlite::Limit;
use crate::load;
use crate::options::Options;
use crate::place::Place;

const SOURCE: &str = include_str!("slow_fsync.c");

/// The program and the limit with some clients.
#[derive(Serialize)]
pub(crate) struct Row {
    clients: usize,
    per_second: f64,
    limit_per_second: f64,
    ratio: f64,
}

/// One pass for each number of clients.
pub(crate) fn measure(
    options: &Options,
    walked: &Place,
    limit: &Limit,
    dice: &mut Dice,
) -> Vec<Row> {
    let library = compile(walked.folder());
    let environment = [("LD_PRELOAD", library.to_str().unwrap())];
    let place = walked.copy("slow");
    let server = place.serve(&environment);
    let mut rows = Vec::new();
    for clients in &options.clients {
        let seconds = options.seconds as f64;
        let seen = load::run(&server, *clients, seconds, dice);
        let per_second = seen.lifecycles as f64 / seen.seconds;
        let measured = limit.run(*clients, options.seconds, dice.next(), &environment);
        let row = Row {
            clients: *clients,
            per_second,
            limit_per_second: measured.per_second,
            ratio: per_second / measured.per_second,
        };
        println!(
            "    fsync 2 ms longer, {clients:>2} clients: ours {per_second:.1}, limit {:.1} lifecycles/s, ratio {:.2}",
            row.limit_per_second, row.ratio
        );
        rows.push(row);
    }
    server.stop();
    rows
}

/// Compiles the library that is preloaded.
pub(crate) fn compile(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("slow_fsync.c"), folder.join("slow_fsync.so"));
    fs::write(&source, SOURCE).unwrap();
    let status = Command::new("cc")
        .args([
            "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o",
        ])
        .args([&library, &source])
        .status()
        .expect("cc, which building the program needs too");
    assert!(status.success(), "cc: {status}");
    library
}
