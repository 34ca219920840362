//! Makes the list of common passwords that is part of the program.
//!
//! Of each password of twelve to 128 characters, in Unicode normal form C and in small letters, the first five bytes of
//! its SHA-256 are kept; sorted, so that the program looks one up without reading the list.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

const FILE: &str = "config/common-passwords.bin";
const BYTES: usize = 5;

/// Reads the list and writes the file.
pub(crate) fn make(root: &Path, list: &Path) -> Result<String, String> {
    let bytes = fs::read(list).map_err(|error| said(list, &error))?;
    // An old list has lines in other encodings, which nobody can type any more.
    let text = String::from_utf8_lossy(&bytes);
    let passwords: BTreeSet<String> = text
        .lines()
        .map(normal)
        .filter(|one| is_long(one))
        .collect();
    let hashes: BTreeSet<[u8; BYTES]> = passwords.iter().map(|one| hash(one)).collect();
    let target = root.join(FILE);
    let content: Vec<u8> = hashes.iter().flatten().copied().collect();
    fs::write(&target, content).map_err(|error| said(&target, &error))?;
    Ok(format!(
        "{FILE}: {} passwords of twelve or more characters",
        hashes.len()
    ))
}

fn normal(line: &str) -> String {
    line.trim_end_matches('\r')
        .nfc()
        .collect::<String>()
        .to_lowercase()
}

fn is_long(password: &str) -> bool {
    (12..=128).contains(&password.chars().count())
}

fn hash(password: &str) -> [u8; BYTES] {
    let hash = Sha256::digest(password.as_bytes());
    std::array::from_fn(|at| hash[at])
}

fn said(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
