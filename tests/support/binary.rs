//! The programs themselves, for tests that start them as processes of their own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The path of a freshly built `kelisim`.
///
/// A test binary of this package does not make cargo build the program, and an old one would prove
/// nothing; so each process asks cargo once. After the test command's own build this does nothing.
pub fn binary() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("kelisim")).clone()
}

/// The path of a freshly built `kelisim-audit-verify`.
pub fn verifier() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build("kelisim-audit-verify")).clone()
}

fn build(program: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--workspace", "--bin", program]);
    cargo.args(["--locked", "--quiet"]);
    if let Some(profile) = std::env::var_os("KELISIM_TEST_PROFILE") {
        cargo.arg("--profile").arg(profile);
    }
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    // What cargo told this process about its own package would make it build others again.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs =
        messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    programs.next().expect("cargo names the program it built")
}
