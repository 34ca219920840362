//! Mail into a directory.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::letters::{self, go, stay};
use kelisim_api::mail::{
    directory::DirectoryTransport,
    probe::probe,
    transport::{Letter, Outcome, Phase, Transport},
};

fn letter(to: &str) -> Letter {
    Letter {
        kind: "case_received".into(),
        ..letters::letter(to, b"Subject: test\r\n\r\nbody\r\n")
    }
}

async fn deliver(transport: &DirectoryTransport, letter: &Letter) -> Outcome {
    transport.deliver(letter, go()).await
}

#[tokio::test]
async fn a_letter_becomes_one_readable_file_for_its_owner_only() {
    let place = tempfile::tempdir().unwrap();
    let mail = place.path().join("mail");
    let transport = DirectoryTransport::open(&mail).unwrap();
    let letter = letter("edu@example.kz");
    // The second attempt at the same letter replaces the first.
    for _ in 0..2 {
        let outcome = deliver(&transport, &letter).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{outcome:?}");
    }
    let path = transport.path_of(&letter);
    assert_eq!(fs::read(&path).unwrap(), letter.bytes);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(mail.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let names: Vec<String> = fs::read_dir(&mail)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(
        names[0].contains("_case_received_edu@example.kz_"),
        "{names:?}"
    );
}

#[tokio::test]
async fn the_probe_says_that_the_letter_lies_in_the_folder() {
    let place = tempfile::tempdir().unwrap();
    let transport = DirectoryTransport::open(place.path()).unwrap();
    let found = probe(&transport, &letter("edu@example.kz")).await;
    assert_eq!(
        (found.is_sent(), found.key().as_str()),
        (true, "mail-probe-stored")
    );
}

#[tokio::test]
async fn an_address_cannot_choose_another_directory() {
    let place = tempfile::tempdir().unwrap();
    let transport = DirectoryTransport::open(place.path()).unwrap();
    let letter = letter("\"../../x\"@example.kz");
    deliver(&transport, &letter).await;
    assert_eq!(transport.path_of(&letter).parent(), Some(place.path()));
    assert!(transport.path_of(&letter).is_file());
}

#[tokio::test]
async fn a_missing_directory_is_no_fault_of_the_letter() {
    let place = tempfile::tempdir().unwrap();
    let transport = DirectoryTransport::open(place.path().join("mail")).unwrap();
    fs::remove_dir(place.path().join("mail")).unwrap();
    let Outcome::RelayFault(fault) = deliver(&transport, &letter("edu@example.kz")).await else {
        panic!("the letter was blamed")
    };
    assert_eq!(fault.phase, Phase::Store);
}

#[tokio::test]
async fn a_withheld_letter_leaves_no_file() {
    let place = tempfile::tempdir().unwrap();
    let transport = DirectoryTransport::open(place.path()).unwrap();
    let letter = letter("edu@example.kz");
    let outcome = transport.deliver(&letter, stay()).await;
    assert_eq!(outcome, Outcome::Withheld);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}
