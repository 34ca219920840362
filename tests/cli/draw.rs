//! `kelisim workflow draw`: every shipped definition as a picture and for other programs.

use crate::{done, run};
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The definitions that are shipped.
fn shipped() -> Vec<PathBuf> {
    let files = std::fs::read_dir(root().join("config/workflows")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    assert!(!files.is_empty());
    files
}

fn drawn(file: &Path, format: &str, language: &str) -> String {
    let file = file.to_str().unwrap();
    let arguments = [
        "workflow",
        "draw",
        file,
        "--format",
        format,
        "--language",
        language,
    ];
    done(root(), &arguments)
}

/// Asks xmllint; `arguments` come before the file.
fn lint(text: &str, extension: &str, arguments: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(format!("drawn.{extension}"));
    std::fs::write(&file, text).unwrap();
    let said = Command::new("xmllint")
        .args(["--nonet", "--noout"])
        .args(arguments)
        .arg(&file)
        .output()
        .expect("xmllint is there: `cargo xtask interchange-tools` brings it");
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn what_is_exported_as_bpmn_keeps_to_the_schema_of_the_omg() {
    let schema = root().join("target/interchange/package/resources/bpmn/xsd/BPMN20.xsd");
    assert!(
        schema.is_file(),
        "no BPMN schema: `cargo xtask interchange-tools` brings it"
    );
    for file in shipped() {
        for language in ["kk", "ru", "en"] {
            let text = drawn(&file, "bpmn", language);
            lint(&text, "bpmn", &["--schema", schema.to_str().unwrap()]);
        }
    }
}

#[test]
fn pictures_and_state_machines_are_well_formed() {
    for file in shipped() {
        for language in ["kk", "ru", "en"] {
            lint(&drawn(&file, "svg", language), "svg", &[]);
            assert!(drawn(&file, "mermaid", language).contains("flowchart TB"));
        }
        lint(&drawn(&file, "scxml", "kk"), "scxml", &[]);
    }
}

#[test]
fn a_workflow_that_cannot_be_read_is_not_drawn_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.toml"), "key = 3\n").unwrap();
    let said = run(folder.path(), &["workflow", "draw", "bad.toml"]);
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("bad.toml"), "{}", said.err);
}
