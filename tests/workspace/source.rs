//! What must not stand in a source file.

use crate::tree::{self, File};

const LONGEST_FILE: usize = 600;
/// The one file that grows with the tables, and is read table by table.
const THE_TABLES: &str = "kelisim-persistence/src/schema.rs";

/// Every Rust source but those of this folder, which name what they forbid.
fn sources() -> Vec<File> {
    let mut sources = tree::rust("");
    sources.retain(|file| !file.path.starts_with("tests/workspace/"));
    sources
}

fn code_lines(files: &[File]) -> Vec<File> {
    let is_code = |line: &&str| !line.trim_start().starts_with("//");
    let without_comments = |file: &File| {
        let lines = file
            .text
            .lines()
            .map(|line| if is_code(&line) { line } else { "" });
        File {
            path: file.path.clone(),
            text: lines.collect::<Vec<_>>().join("\n"),
        }
    };
    files.iter().map(without_comments).collect()
}

#[test]
fn the_domain_takes_time_files_and_chance_as_arguments() {
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "std::thread",
        "std::process",
        "Utc::now",
        "Local::now",
        "SystemTime",
        "Instant::now",
        "now_v7",
        "new_v4",
        "thread_rng",
        "rand::",
        "async fn",
    ];
    let found = tree::lines_with(
        &code_lines(&tree::rust("crates/kelisim-domain/src")),
        &words,
    );
    tree::none("kelisim-domain is pure", &found);
}

#[test]
fn nothing_is_left_for_later_and_no_lint_is_silenced() {
    let words = [
        "#[allow(",
        "#![allow(",
        "#[ignore",
        "todo!(",
        "unimplemented!(",
        "dbg!(",
        "FIXME",
    ];
    tree::none(
        "left for later or silenced",
        &tree::lines_with(&sources(), &words),
    );
}

#[test]
fn transactions_are_opened_by_write_and_read_alone() {
    let mut files = code_lines(&sources());
    files.retain(|file| file.path != "crates/kelisim-persistence/src/transaction.rs");
    let words = [
        ".transaction(",
        ".immediate_transaction(",
        ".exclusive_transaction(",
    ];
    tree::none(
        "a transaction beside write()",
        &tree::lines_with(&files, &words),
    );
}

#[test]
fn the_clock_is_read_in_one_place() {
    let mut files = code_lines(&tree::rust("crates"));
    files.retain(|file| !file.path.ends_with("/clock.rs"));
    let words = ["Utc::now(", "Local::now(", "SystemTime::now("];
    tree::none(
        "the clock is read outside clock.rs",
        &tree::lines_with(&files, &words),
    );
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let workspace = std::fs::read_to_string(tree::root().join("Cargo.toml")).unwrap();
    let workspace: toml::Table = workspace.parse().unwrap();
    let lints = &workspace["workspace"]["lints"]["rust"];
    assert_eq!(lints["unsafe_code"].as_str(), Some("forbid"));
    let manifests = tree::files("")
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"));
    for manifest in manifests {
        let table: toml::Table = manifest.text.parse().unwrap();
        let lints = table.get("lints");
        let inherited = lints.and_then(|lints| lints.get("workspace")?.as_bool()) == Some(true);
        let own = lints.and_then(|lints| lints.get("rust")?.get("unsafe_code")?.as_str());
        assert!(
            inherited || own == Some("forbid"),
            "{} allows unsafe code",
            manifest.path
        );
    }
}

#[test]
fn a_file_is_one_subject() {
    let long = |file: &File| {
        let lines = file.text.lines().count();
        (lines > LONGEST_FILE && !file.path.ends_with(THE_TABLES))
            .then(|| format!("{}: {lines} lines", file.path))
    };
    let found: Vec<String> = tree::rust("").iter().filter_map(long).collect();
    tree::none(&format!("longer than {LONGEST_FILE} lines"), &found);
}

#[test]
fn every_source_file_says_what_it_is() {
    // The documentation of a crate is its README.
    let starts = ["//!", "#![doc = include_str!(\"../README.md\")]"];
    let silent = |file: &File| !starts.iter().any(|start| file.text.starts_with(start));
    let found: Vec<String> = tree::rust("")
        .into_iter()
        .filter(silent)
        .map(|file| file.path)
        .collect();
    tree::none("no //! on the first line", &found);
}

#[test]
fn nothing_but_the_ci_script_looks_outside_the_repository() {
    let outside = concat!("..", "/shared");
    let mut files = tree::files("");
    files.retain(|file| file.path != ".ci/run");
    tree::none(
        "looks outside the repository",
        &tree::lines_with(&files, &[outside]),
    );
}

/// R2: a question about cases or messages cannot be asked without saying for whom.
#[test]
fn every_question_about_cases_and_messages_takes_a_scope() {
    // Counts and reasons of a whole region, which say nothing of a case.
    const WHOLE: &str = "notice_count";
    let mut asked = 0;
    let mut without = Vec::new();
    for name in ["case_list", "case_search", "notice"] {
        let path = format!("crates/kelisim-persistence/src/store/{name}.rs");
        let files = tree::rust("crates/kelisim-persistence/src/store");
        let file = files.iter().find(|file| file.path == path);
        let text = &file.unwrap_or_else(|| panic!("{path} is gone")).text;
        for function in text.split("\npub fn ").skip(1) {
            let signature = function.split('{').next().unwrap_or_default();
            if signature.contains("db: &mut Db") && !signature.starts_with(WHOLE) {
                asked += 1;
                if !signature.contains("Scope") {
                    without.push(format!(
                        "{path}: {}",
                        signature.split('(').next().unwrap_or_default()
                    ));
                }
            }
        }
    }
    assert!(asked >= 5, "{asked} functions were found");
    tree::none("a question without a scope", &without);
}
