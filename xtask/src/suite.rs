//! The steps that are cargo's own: format, clippy, build, test, doc.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::Tools;
use crate::postgres::Clusters;
use crate::run;

/// How many tests ran.
#[derive(Default)]
pub(crate) struct Tests {
    passed: u64,
    left_out: u64,
}

pub(crate) fn format(root: &Path) -> Result<(), String> {
    run::visibly(run::cargo(root).args(["fmt", "--all", "--check"]))
}

pub(crate) fn clippy(root: &Path) -> Result<(), String> {
    run::visibly(run::cargo(root).args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "-D",
        "warnings",
    ]))
}

/// Builds the program, which some tests start, and every test; returns the paths of the test binaries.
pub(crate) fn build(root: &Path) -> Result<Vec<PathBuf>, String> {
    let output = run::cargo(root)
        .args([
            "test",
            "--workspace",
            "--locked",
            "--no-run",
            "--message-format",
        ])
        .arg("json-render-diagnostics")
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cannot run cargo test --no-run: {error}"))?;
    if !output.status.success() {
        return Err("the tests do not compile: see the first error above".to_owned());
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    Ok(messages.lines().filter_map(test_binary).collect())
}

/// Every target but the proofs and the browser: patterns of cargo can leave out a letter, not a name.
const QUICK: [&str; 6] = ["--lib", "--bins", "--test", "[!pb]*", "--test", "process"];

/// Runs every test, or every one but the slow ones; one that is ignored is a failure, for no test is skipped in silence.
pub(crate) fn test(
    root: &Path,
    quick: bool,
    clusters: &Clusters,
    tools: &Tools,
) -> Result<Tests, String> {
    let mut tests = Tests::default();
    let targets: &[&str] = if quick { &QUICK } else { &[] };
    run::watched(
        run::cargo(root)
            .args(["test", "--workspace", "--locked", "--no-fail-fast"])
            .args(targets)
            .envs(clusters.variables())
            .envs(tools.variables()),
        |line| tests.count(line),
    )?;
    if tests.left_out > 0 {
        return Err(format!(
            "{} tests were ignored: see «ignored» above",
            tests.left_out
        ));
    }
    Ok(tests)
}

pub(crate) fn doc(root: &Path) -> Result<(), String> {
    run::visibly(
        run::cargo(root)
            .args(["doc", "--workspace", "--no-deps", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

impl Tests {
    /// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
    fn count(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = result.split_whitespace().collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<u64>() else {
                continue;
            };
            match pair[1] {
                "passed;" => self.passed += number,
                "ignored;" => self.left_out += number,
                _ => {}
            }
        }
    }
}

impl fmt::Display for Tests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tests", self.passed)
    }
}

/// The binary that one of cargo's messages tells of, when it is a test binary.
fn test_binary(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    if message["profile"]["test"] != serde_json::Value::Bool(true) {
        return None;
    }
    message["executable"].as_str().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_binaries_are_added_up() {
        let mut tests = Tests::default();
        tests.count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out");
        tests.count("test some::name ... ok");
        tests.count("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!((tests.passed, tests.left_out), (15, 1));
    }

    #[test]
    fn only_test_binaries_are_listed() {
        let binary =
            r#"{"reason":"compiler-artifact","profile":{"test":true},"executable":"/t/a"}"#;
        let library =
            r#"{"reason":"compiler-artifact","profile":{"test":false},"executable":null}"#;
        assert_eq!(test_binary(binary), Some(PathBuf::from("/t/a")));
        assert_eq!(test_binary(library), None);
        assert_eq!(test_binary("not json"), None);
    }
}
