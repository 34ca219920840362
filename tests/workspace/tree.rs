//! The files of the repository, and how the tests of this folder tell of what they find.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A text file: its path from the root, with `/` between the names, and what it holds.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every text file below a folder of the repository; what is built or hidden is left out.
pub(crate) fn files(folder: &str) -> Vec<File> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let skipped = ["target", ".git", "kelisim-demo"].contains(&name.as_str());
            if path.is_dir() && !skipped {
                folders.push(path);
            } else if let Some(text) = readable(&path) {
                let path = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                found.push(File { path, text });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// The Rust sources below a folder.
pub(crate) fn rust(folder: &str) -> Vec<File> {
    let mut found = files(folder);
    found.retain(|file| file.path.ends_with(".rs"));
    found
}

/// The names of the folders inside a folder.
pub(crate) fn folders(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Every line of the files in which one of the words stands, as `path:line: word`.
pub(crate) fn lines_with(files: &[File], words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.text.lines().enumerate() {
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    }
    found
}

/// Fails with every finding, one a line.
#[track_caller]
pub(crate) fn none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n  {}", findings.join("\n  "));
}

fn readable(path: &Path) -> Option<String> {
    let is_file: bool = PathBuf::from(path).is_file();
    is_file.then(|| fs::read_to_string(path).ok()).flatten()
}
