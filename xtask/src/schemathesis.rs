//! schemathesis, which proof T9 needs: in a Python environment of its own under `target`, once.
//!
//! Versions and digests stand in `xtask/schemathesis.txt`; pip takes nothing else. Without it the proof fails and is not
//! left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{apt, run};

/// The variable that tells the tests where it is.
pub(crate) const VARIABLE: &str = "KELISIM_TEST_SCHEMATHESIS";

/// What is to be installed.
const WANTED: &str = include_str!("../schemathesis.txt");

/// Finds it, or installs what the list says.
pub(crate) fn find_or_install(root: &Path) -> Result<PathBuf, String> {
    let folder = root.join("target/schemathesis");
    let (program, noted) = (folder.join("bin/st"), folder.join("installed.txt"));
    let is_there = fs::read_to_string(&noted).is_ok_and(|text| text == WANTED);
    if !is_there || !program.is_file() {
        install(root, &folder)?;
        fs::write(&noted, WANTED).map_err(|error| format!("{}: {error}", noted.display()))?;
    }
    let version = run::quietly(Command::new(&program).arg("--version"))?;
    println!("    {}", version.trim());
    Ok(program)
}

fn install(root: &Path, folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    println!(
        "    installing schemathesis from PyPI into {} (once)",
        folder.display()
    );
    let pip = environment(folder).or_else(|_| {
        apt::install(
            "python3-venv",
            "schemathesis needs Python 3.10 or later with venv",
        )?;
        environment(folder)
    })?;
    let mut command = Command::new(&pip[0]);
    command
        .args(&pip[1..])
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ])
        .args(["--only-binary", ":all:", "--requirement"])
        .arg(root.join("xtask/schemathesis.txt"));
    run::visibly(&mut command).map_err(|error| {
        format!(
            "pip cannot install schemathesis, which proof T9 needs (is PyPI within reach?): {error}"
        )
    })
}

/// Makes an empty environment, and gives the command that installs into it: its own pip, or that of the system where
/// Python came without one to give away.
fn environment(folder: &Path) -> Result<Vec<String>, String> {
    let python = folder.join("bin/python").display().to_string();
    let venv = |more: &[&str]| {
        let mut command = Command::new("python3");
        command
            .args(["-m", "venv", "--clear"])
            .args(more)
            .arg(folder);
        run::quietly(&mut command).map(drop)
    };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    if venv(&[]).is_ok() {
        return Ok(words(&[&python, "-m", "pip"]));
    }
    venv(&["--without-pip"])?;
    let pip = words(&["python3", "-m", "pip", "--python", &python]);
    run::quietly(Command::new("python3").args(["-m", "pip", "--version"]))?;
    Ok(pip)
}
