//! The check of the dependencies against published advisories, online or against a dated copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::deny::Deny;
use crate::run;

/// Names a copy of the database, a `.tar.xz` or a folder, for machines that cannot fetch it.
const COPY_VARIABLE: &str = "ADVISORY_DB";
/// Read by deny.toml: the folder in which the databases lie.
const FOLDER_VARIABLE: &str = "KELISIM_ADVISORY_DBS";
/// The name that cargo-deny derives from the address of the RustSec database.
const DATABASE: &str = "advisory-db-3157b0e258782691";
const FETCH_LIMIT: Duration = Duration::from_secs(90);

/// Checks against the newest database that can be had, and prints its date.
pub(crate) fn check(root: &Path, deny: &Deny) -> Result<(), String> {
    let kept = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
    let copy = std::env::var_os(COPY_VARIABLE).map(PathBuf::from);
    let source = match (fetch(root, deny, kept.path()), copy) {
        (Ok(()), _) => "fetched now".to_owned(),
        (Err(reason), Some(copy)) => {
            println!("    cannot fetch the database ({reason})");
            unpack(&copy, &kept.path().join(DATABASE))?;
            format!("copy {}", copy.display())
        }
        (Err(reason), None) => {
            return Err(format!(
                "cannot fetch the advisory database ({reason}) and {COPY_VARIABLE} names no copy"
            ));
        }
    };
    println!("    advisories up to {}, {source}", date(kept.path())?);
    run::visibly(
        deny.command(root)
            .args(["--offline", "check", "advisories"])
            .env(FOLDER_VARIABLE, kept.path()),
    )
}

/// Fetches the database, within a limit, for a blocked network may answer nothing at all.
fn fetch(root: &Path, deny: &Deny, folder: &Path) -> Result<(), String> {
    let mut child = deny
        .command(root)
        .args(["fetch", "db"])
        .env(FOLDER_VARIABLE, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let started = Instant::now();
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => return Err(status.to_string()),
            None if started.elapsed() > FETCH_LIMIT => {
                child
                    .kill()
                    .and_then(|()| child.wait())
                    .map_err(|error| error.to_string())?;
                return Err(format!("no answer in {} s", FETCH_LIMIT.as_secs()));
            }
            None => sleep(Duration::from_millis(100)),
        }
    }
}

/// Lays the copy where cargo-deny looks for it, as a repository of one commit: it takes no plain folder.
fn unpack(copy: &Path, database: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot unpack {}: {error}", copy.display());
    fs::create_dir_all(database).map_err(failed)?;
    if copy.is_dir() {
        run::quietly(
            Command::new("cp")
                .arg("-R")
                .arg(copy.join("."))
                .arg(database),
        )?;
    } else {
        run::quietly(
            Command::new("tar")
                .arg("-xf")
                .arg(copy)
                .arg("-C")
                .arg(database),
        )?;
        lift_only_folder(database).map_err(failed)?;
    }
    if database.join(".git").exists() {
        return Ok(());
    }
    let date =
        newest_advisory(database).ok_or_else(|| format!("{} holds no advisory", copy.display()))?;
    git(database, &["init", "--quiet"])?;
    git(database, &["add", "--all"])?;
    let stamp = format!("{date}T00:00:00Z");
    let mut commit = git_command(database);
    commit.args(["-c", "user.name=copy", "-c", "user.email=copy@localhost"]);
    commit.args([
        "commit",
        "--quiet",
        "--no-gpg-sign",
        "-m",
        "Copy of the database",
    ]);
    commit
        .env("GIT_AUTHOR_DATE", &stamp)
        .env("GIT_COMMITTER_DATE", &stamp);
    run::quietly(&mut commit)?;
    Ok(())
}

/// An archive often holds one folder that holds everything.
fn lift_only_folder(database: &Path) -> std::io::Result<()> {
    let entries: Vec<PathBuf> = fs::read_dir(database)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    let [only] = entries.as_slice() else {
        return Ok(());
    };
    if !only.is_dir() || only.ends_with("crates") {
        return Ok(());
    }
    for entry in fs::read_dir(only)? {
        let entry = entry?;
        fs::rename(entry.path(), database.join(entry.file_name()))?;
    }
    fs::remove_dir(only)
}

/// The date of the newest advisory is that of a copy which lost its history.
fn newest_advisory(database: &Path) -> Option<String> {
    let mut newest = None;
    let mut folders = vec![database.join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                newest = newest.max(advisory_date(&text));
            }
        }
    }
    newest
}

/// Reads `date = "2026-08-21"`.
fn advisory_date(text: &str) -> Option<String> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("date = \""))?;
    Some(line.trim_end().trim_end_matches('"').to_owned())
}

fn date(folder: &Path) -> Result<String, String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let database = entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join(".git").exists())
        .ok_or("the database is not where cargo-deny keeps it")?;
    let date = git(&database, &["log", "-1", "--format=%cs"])?;
    Ok(date.trim().to_owned())
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    run::quietly(git_command(folder).args(arguments))
}

fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_advisory_is_read() {
        let text = "```toml\n[advisory]\nid = \"RUSTSEC-2026-0001\"\ndate = \"2026-08-21\"\n```\n";
        assert_eq!(advisory_date(text), Some("2026-08-21".to_owned()));
        assert_eq!(advisory_date("# nothing"), None);
    }
}
