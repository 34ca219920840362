//! Debian packages that the tests need: installed where that is possible, asked for where it is not.

use std::path::Path;
use std::process::Command;

use crate::run;

/// Installs a package of Debian; `wanted` says what is missing, for whoever has to do it by hand.
pub(crate) fn install(package: &str, wanted: &str) -> Result<(), String> {
    if !Path::new("/etc/debian_version").exists() {
        return Err(format!("{wanted}: install it and run this again"));
    }
    let as_root = if user_id()? == 0 {
        &["apt-get"][..]
    } else if may_sudo() {
        &["sudo", "-n", "apt-get"]
    } else {
        return Err(format!("{wanted}: sudo apt-get install {package}"));
    };
    println!("    installing the Debian package {package} (once)");
    let arguments = ["install", "--yes", "--no-install-recommends", package];
    apt(as_root, &arguments)
        // A fresh machine does not know its packages yet.
        .or_else(|_| apt(as_root, &["update"]).and_then(|()| apt(as_root, &arguments)))
        .map_err(|error| format!("{wanted}, and apt-get cannot install it: {error}"))
}

/// The number of the user who runs this.
pub(crate) fn user_id() -> Result<u32, String> {
    number_of(Command::new("id").arg("-u"))
}

/// The number that a command prints.
pub(crate) fn number_of(command: &mut Command) -> Result<u32, String> {
    let text = run::quietly(command)?;
    text.trim()
        .parse()
        .map_err(|_| format!("id printed {:?}", text.trim()))
}

fn may_sudo() -> bool {
    let tried = Command::new("sudo").args(["-n", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

fn apt(as_root: &[&str], arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(as_root[0]);
    command
        .args(&as_root[1..])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    run::visibly(&mut command)
}
