//! The check of the dependencies by cargo-deny: bans, licences, sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// The version that is installed when there is none; its answers depend on no newer one.
const VERSION: &str = "0.20.2";

/// The program cargo-deny.
pub(crate) struct Deny {
    program: PathBuf,
}

/// Finds cargo-deny, or builds it once into a folder beside cargo's own caches.
pub(crate) fn find_or_install(root: &Path) -> Result<Deny, String> {
    let home = tools(root)?;
    let own = home.join("bin/cargo-deny");
    for program in [own.clone(), PathBuf::from("cargo-deny")] {
        if let Ok(version) = run::quietly(Command::new(&program).arg("--version")) {
            println!("    {}", version.trim());
            return Ok(Deny { program });
        }
    }
    println!(
        "    building cargo-deny {VERSION} into {}: once, about six minutes",
        home.display()
    );
    run::visibly(
        run::cargo(root)
            .args([
                "install",
                "cargo-deny",
                "--locked",
                "--version",
                VERSION,
                "--root",
            ])
            .arg(&home),
    )?;
    Ok(Deny { program: own })
}

/// Which crates are used, under which licences, from where.
pub(crate) fn check(root: &Path, deny: &Deny) -> Result<(), String> {
    run::visibly(
        deny.command(root)
            .args(["check", "bans", "licenses", "sources"]),
    )
}

impl Deny {
    /// cargo-deny in the folder given; what only warns is not printed.
    pub(crate) fn command(&self, root: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(root).args(["--log-level", "error"]);
        command
    }
}

/// A clean of the target folder, or another clone, does not throw the tool away.
fn tools(root: &Path) -> Result<PathBuf, String> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let home = home.ok_or("neither CARGO_HOME nor HOME is set")?;
    Ok(root.join(home).join("kelisim-tools"))
}
