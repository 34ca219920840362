//! Where, when and on which source something was measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

use crate::options::Options;
use crate::place::now;

/// What stands beside every figure.
#[derive(Clone, Serialize)]
pub(crate) struct Run {
    date: String,
    commit: String,
    seed: u64,
    processor: String,
    cores: usize,
    memory_gib: u64,
    kernel: String,
    filesystem: String,
    /// How many processes wanted to run when it began (the load of the last minute): more than a
    /// fraction of one means that others shared the cores.
    load_before: f64,
}

impl Run {
    /// As things are now; `folder` is on the disk that is measured.
    pub(crate) fn now(options: &Options, folder: &Path) -> Self {
        Self {
            date: now().format("%Y-%m-%d %H:%M UTC").to_string(),
            commit: commit(),
            seed: options.seed,
            processor: value("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            memory_gib: kilobytes(&value("/proc/meminfo", "MemTotal")).div_ceil(1_048_576),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            filesystem: said(Command::new("stat").args(["-f", "-c", "%T"]).arg(folder)),
            load_before: read("/proc/loadavg")
                .split(' ')
                .next()
                .and_then(|load| load.parse().ok())
                .unwrap_or(0.0),
        }
    }
}

/// The commit, and whether the sources differ from it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        said(
            command
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .args(arguments),
        )
    };
    let commit = git(&["rev-parse", "--short=12", "HEAD"]);
    let changed = git(&[
        "status",
        "--porcelain",
        "--",
        "../crates",
        "../Cargo.toml",
        "../Cargo.lock",
    ]);
    match changed.is_empty() {
        true => commit,
        false => format!("{commit} with changes"),
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout);
    String::from_utf8_lossy(&output.unwrap_or_default())
        .trim()
        .to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn value(path: &str, name: &str) -> String {
    let text = read(path);
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn kilobytes(text: &str) -> u64 {
    let number = text.split_whitespace().next();
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
