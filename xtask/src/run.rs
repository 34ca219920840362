//! Runs a command in the open: its lines are shown as they come, and the first that tells of a failure is kept.

use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::process::Command;

/// Runs a command and shows what it prints.
pub(crate) fn visibly(command: &mut Command) -> Result<(), String> {
    watched(command, |_| ())
}

/// Runs a command, shows what it prints and hands each line, without colours, to `watch`.
pub(crate) fn watched(command: &mut Command, mut watch: impl FnMut(&str)) -> Result<(), String> {
    let shown = shown(command);
    let failed = |error: io::Error| format!("cannot run {shown}: {error}");
    // One pipe for both streams keeps the lines in the order in which they were written.
    let (reader, writer) = io::pipe().map_err(failed)?;
    command
        .stdout(writer.try_clone().map_err(failed)?)
        .stderr(writer);
    if io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    let mut child = command.spawn().map_err(failed)?;
    // The command still holds the writing end; the reader sees the end only when it is gone.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());

    let mut first_failing = None;
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).map_err(failed)? > 0 {
        io::stdout().write_all(&line).map_err(failed)?;
        let plain = without_colours(&String::from_utf8_lossy(&line));
        if first_failing.is_none() && tells_of_failure(&plain) {
            first_failing = Some(plain.trim().to_owned());
        }
        watch(plain.trim_end());
        line.clear();
    }
    let status = child.wait().map_err(failed)?;
    if status.success() {
        return Ok(());
    }
    Err(first_failing.unwrap_or_else(|| format!("{shown}: {status}")))
}

/// Runs a command in silence and returns what it wrote to standard output.
pub(crate) fn quietly(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output = command
        .output()
        .map_err(|error| format!("cannot run {shown}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = errors
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no message");
    Err(format!("{shown}: {}: {line}", output.status))
}

/// Cargo as this process was started by it, in the folder given.
pub(crate) fn cargo(root: &std::path::Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    forget_this_package(&mut command);
    command
}

/// The path of the program that one of cargo's messages tells of, when it tells of one.
pub(crate) fn program_built(message: &str) -> Option<std::path::PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    message["executable"].as_str().map(Into::into)
}

/// Takes out what cargo told this process about its own package. Build scripts (that of ring, for
/// one) watch these variables, and half of the workspace would be built again each time.
pub(crate) fn forget_this_package(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

fn shown(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned()),
    );
    words.join(" ")
}

fn tells_of_failure(line: &str) -> bool {
    line.starts_with("error")
        || line.starts_with("Diff in ")
        || line.trim_end().ends_with(" ... FAILED")
        || line.contains("panicked at ")
}

/// Takes out the escape sequences with which cargo colours its lines.
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_that_tell_of_a_failure_are_known() {
        assert!(tells_of_failure("error[E0433]: cannot find module"));
        assert!(tells_of_failure("test case::d04_refuses ... FAILED"));
        assert!(tells_of_failure("Diff in /src/lib.rs:1:"));
        assert!(!tells_of_failure("test errors::are_told ... ok"));
    }

    #[test]
    fn a_failure_without_words_gives_the_command_and_its_status() {
        let outcome = visibly(Command::new("sh").args(["-c", "exit 3"]));
        assert_eq!(outcome, Err("sh -c exit 3: exit status: 3".to_owned()));
    }

    #[test]
    fn colours_do_not_hide_a_failure() {
        assert_eq!(
            without_colours("\u{1b}[1m\u{1b}[31merror\u{1b}[0m: x"),
            "error: x"
        );
    }
}
