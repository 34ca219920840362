//! Pictures of what people see, kept in `target/browser` for whoever wants to look.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/browser")
}

/// Keeps a picture, as Chromium hands it over.
pub(crate) fn keep(name: &str, base64: &str) {
    let bytes = STANDARD.decode(base64).unwrap();
    fs::create_dir_all(folder()).unwrap();
    fs::write(folder().join(format!("{name}.png")), bytes).unwrap();
}
