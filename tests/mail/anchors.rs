//! Anchors of the audit log on their way out: into a file, a mailbox, and to a web server.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::Arc,
    thread,
};

use chrono::DateTime;
use kelisim_api::{
    anchoring::Place,
    mail::{directory::DirectoryTransport, transport::Transport},
};
use kelisim_domain::audit::anchor::find_all;
use kelisim_domain::audit::{Anchor, Head};
use kelisim_domain::id::RegionId;
use kelisim_persistence::SeededEntropy;
use uuid::Uuid;

fn anchor(seq: i64) -> Anchor {
    let head = Head {
        seq,
        hash: [0xab; 32],
    };
    head.anchor(RegionId(Uuid::from_u128(1)), "WKR", DateTime::UNIX_EPOCH)
}

async fn write(place: &Place, seq: i64) -> Result<(), String> {
    place.write(&anchor(seq), &SeededEntropy::new(1)).await
}

#[test]
fn r22_a_file_gets_a_line_for_each() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("anchors");
    let place = Place::File(path.clone());
    kelisim_tests::block_on(async {
        write(&place, 1).await.unwrap();
        write(&place, 2).await.unwrap();
        let nowhere = Place::File(folder.path().join("no/anchors"));
        assert!(
            write(&nowhere, 3)
                .await
                .unwrap_err()
                .contains("audit.anchor")
        );
    });
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(find_all(&text), Ok(vec![anchor(1), anchor(2)]));
}

#[test]
fn r22_a_mailbox_gets_a_letter_in_which_the_anchor_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let transport: Arc<dyn Transport> = Arc::new(DirectoryTransport::open(folder.path()).unwrap());
    let place = Place::Mail {
        to: "audit@example.kz".parse().unwrap(),
        from: "Kelisim <kelisim@example.kz>".parse().unwrap(),
        transport,
    };
    kelisim_tests::block_on(write(&place, 7)).unwrap();
    let mut letters = fs::read_dir(folder.path()).unwrap();
    let letter = fs::read_to_string(letters.next().unwrap().unwrap().path()).unwrap();
    assert!(letter.contains("Subject: Audit anchor WKR 7"), "{letter}");
    assert!(
        letter.contains("Auto-Submitted: auto-generated"),
        "{letter}"
    );
    assert_eq!(find_all(&letter), Ok(vec![anchor(7)]), "whole, in one line");
}

/// Takes one request and answers it; gives the request.
fn answer_once(status: &'static str) -> (u16, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let (mut request, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            request += &line;
            if line == "\r\n" {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let mut stream = reader.into_inner();
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        request + &String::from_utf8(body).unwrap()
    });
    (port, taken)
}

#[test]
fn r22_a_web_server_gets_an_object_for_each() {
    let (port, taken) = answer_once("201 Created");
    let url = format!("http://kelisim:p%40ss@127.0.0.1:{port}/anchors/");
    let place = Place::Web(url.parse().unwrap());
    kelisim_tests::block_on(write(&place, 7)).unwrap();
    let request = taken.join().unwrap();
    assert!(
        request.starts_with("PUT /anchors/WKR-7.txt HTTP/1.1\r\n"),
        "{request}"
    );
    // kelisim:p@ss
    assert!(
        request
            .to_lowercase()
            .contains("authorization: basic a2vsaxnpbtpwqhnz"),
        "{request}"
    );
    assert_eq!(find_all(&request), Ok(vec![anchor(7)]));

    for status in ["403 Forbidden", "301 Moved"] {
        let (port, taken) = answer_once(status);
        let place = Place::Web(format!("http://127.0.0.1:{port}/").parse().unwrap());
        let error = kelisim_tests::block_on(write(&place, 7)).unwrap_err();
        assert!(error.contains(&status[..3]), "{error}");
        taken.join().unwrap();
    }
    let nobody = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let place = Place::Web(format!("http://user:secret@{nobody}/").parse().unwrap());
    let error = kelisim_tests::block_on(write(&place, 7)).unwrap_err();
    assert!(
        error.contains("cannot be reached") && !error.contains("secret"),
        "{error}"
    );
}
