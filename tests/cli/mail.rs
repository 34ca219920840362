//! `mail test` says which step of sending fails.

use crate::{Said, done, kelisim};

#[test]
fn a_letter_into_a_folder_is_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = done(
        folder.path(),
        &["mail", "test", "--to", "somebody@example.kz"],
    );
    assert_eq!(out.lines().count(), 1);
    let letters: Vec<_> = std::fs::read_dir(folder.path().join("mail"))
        .unwrap()
        .collect();
    assert_eq!(letters.len(), 1);
    let text = std::fs::read_to_string(letters[0].as_ref().unwrap().path()).unwrap();
    assert!(
        text.contains("somebody@example.kz") && text.contains("Auto-Submitted: auto-generated")
    );
}

#[test]
fn a_relay_that_is_not_there_is_named_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = kelisim(
        folder.path(),
        &["mail", "test", "--to", "somebody@example.kz"],
    );
    command.env("KELISIM__MAIL__TRANSPORT", "smtp");
    command.env("KELISIM__MAIL__SMTP_URL", "smtp://127.0.0.1:9");
    command.env("KELISIM__MAIL__FROM", "kelisim@example.kz");
    let said = Said::of(command.output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert!(said.err.contains("FAILED  connect"), "{}", said.err);
    assert!(
        said.err.contains("mail.smtp_url"),
        "what to look at: {}",
        said.err
    );
}
