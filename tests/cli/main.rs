//! The program as a person or a script meets it: arguments in; exit code, stdout and stderr out.

mod accounts;
mod config;
mod demo;
mod draw;
mod mail;
mod publishing;
mod serve;
mod start;
mod workflow;

use std::{
    path::Path,
    process::{Command, Output},
};

/// `kelisim` in a folder, with nothing of this process's environment that it would read.
fn kelisim(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(kelisim_tests::binary());
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("KELISIM__") {
            command.env_remove(name);
        }
    }
    command
}

/// What a finished command said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Said {
        Said {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Runs a command to its end.
fn run(folder: &Path, arguments: &[&str]) -> Said {
    Said::of(kelisim(folder, arguments).output().unwrap())
}

/// Runs a command that must succeed, and gives its stdout.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let said = run(folder, arguments);
    assert_eq!(said.code, 0, "{arguments:?}: {}", said.err);
    said.out
}

/// A folder with a database that is ready.
fn migrated() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["migrate"]);
    folder
}
