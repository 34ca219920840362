//! The library that gives a process another clock: found, or installed as PostgreSQL is.
//!
//! Proof T8 needs it; without it the proof fails and is not left out.

use std::fs;
use std::path::PathBuf;

use crate::apt;

/// The variable that tells the tests where it is.
pub(crate) const VARIABLE: &str = "KELISIM_TEST_FAKETIME";

/// The form for programs with several threads.
const NAME: &str = "faketime/libfaketimeMT.so.1";

/// Finds libfaketime; on Debian installs it where that is possible.
pub(crate) fn find_or_install() -> Result<PathBuf, String> {
    let path = match find() {
        Some(path) => path,
        None => {
            apt::install("faketime", "libfaketime is needed")?;
            find().ok_or("libfaketime is not where the package faketime puts it")?
        }
    };
    println!("    {}", path.display());
    Ok(path)
}

/// In the folder of an architecture, as Debian has it, or beside all other libraries.
fn find() -> Option<PathBuf> {
    let folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
    let inner = folders.iter().flat_map(|folder| {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect::<Vec<_>>()
    });
    let all = folders.iter().map(PathBuf::from).chain(inner);
    all.map(|folder| folder.join(NAME))
        .find(|path| path.is_file())
}
