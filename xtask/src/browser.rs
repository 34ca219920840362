//! What the tests of the pages need: Chromium, and axe-core, which looks whether everybody can use a page.
//!
//! axe-core is under the Mozilla Public License; it comes from npm into the target folder, and is put into pages under
//! test only.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{apt, npm, run};

/// The variables that tell the tests where they are.
pub(crate) const CHROMIUM: &str = "KELISIM_TEST_CHROMIUM";
pub(crate) const AXE: &str = "KELISIM_TEST_AXE";

/// The names under which systems have it.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];
/// The version decides what is looked at.
const PACKAGE: &str = "axe-core@4.14.1";
const SCRIPT: &str = "package/axe.min.js";

/// Where both are.
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) axe: PathBuf,
}

/// Finds both; on Debian installs Chromium where that is possible, and brings axe-core.
pub(crate) fn find_or_install(root: &Path) -> Result<Browser, String> {
    let (name, version) = match find() {
        Some(found) => found,
        None => {
            apt::install("chromium", "Chromium is needed")?;
            find().ok_or("chromium does not start after it was installed")?
        }
    };
    let folder = root.join("target/browser-tools");
    npm::bring(&folder, PACKAGE, SCRIPT)?;
    println!("    {version}, and {PACKAGE}");
    Ok(Browser {
        chromium: PathBuf::from(name),
        axe: folder.join(SCRIPT),
    })
}

/// The first that starts, and what it says it is.
fn find() -> Option<(&'static str, String)> {
    NAMES.into_iter().find_map(|name| {
        let said = run::quietly(Command::new(name).arg("--version")).ok()?;
        Some((name, said.trim().to_owned()))
    })
}
