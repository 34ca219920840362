//! Packages of npm whose files the tests read; nothing of them is run, and none is part of this repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{apt, run};

/// Unpacks a package of a fixed version into `folder/package`, unless `file` of it is there already.
pub(crate) fn bring(folder: &Path, package: &str, file: &str) -> Result<(), String> {
    let wanted = folder.join(file);
    if !wanted.is_file() {
        fetch(folder, package)?;
    }
    match wanted.is_file() {
        true => Ok(()),
        false => Err(format!("{package} has no {file}")),
    }
}

fn fetch(folder: &Path, package: &str) -> Result<(), String> {
    if run::quietly(Command::new("npm").arg("--version")).is_err() {
        apt::install("npm", "npm is needed")?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let packed = run::quietly(
        Command::new("npm")
            .args(["pack", package, "--silent"])
            .current_dir(folder),
    )?;
    let file = packed.lines().last().unwrap_or_default().trim();
    run::visibly(Command::new("tar").args(["-xzf", file]).current_dir(folder))
}
