//! The SMTP transport against a server that we did not write: the `mailin` crate decides what every
//! line means and answers it; only the socket around it is ours.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use kelisim_api::mail::{
    settings::SmtpSettings,
    smtp::SmtpTransport,
    transport::{Outcome, Transport},
};
use kelisim_persistence::store::outbox::Audience;
use kelisim_tests::{
    network::{AIGUL, BERIK},
    on_both_databases,
};
use mail_parser::MessageParser;
use mailin::{Action, Handler, Response, SessionBuilder, response};

use crate::{
    letters::{self, go, letter},
    office::{Office, states},
};

const LETTERS: usize = 500;

/// Recipient and content.
type Taken = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

#[derive(Clone, Default)]
struct Mailbox {
    taken: Taken,
    to: String,
    data: Vec<u8>,
}

impl Handler for Mailbox {
    fn data_start(&mut self, _domain: &str, _from: &str, _8bit: bool, to: &[String]) -> Response {
        assert_eq!(to.len(), 1, "one recipient a message");
        self.to = to[0].clone();
        self.data.clear();
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let letter = (self.to.clone(), self.data.clone());
        self.taken.lock().unwrap().push(letter);
        response::OK
    }
}

fn converse(stream: TcpStream, mailbox: Mailbox) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut output = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let builder = SessionBuilder::new("foreign.example");
    let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), mailbox);
    output.write_all(&session.greeting().buffer()?)?;
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        if answer.action != Action::NoReply {
            output.write_all(&answer.buffer()?)?;
        }
        if answer.action == Action::Close {
            return Ok(());
        }
        line.clear();
    }
    Ok(())
}

/// Starts the server; gives a transport to it and what it takes.
fn start() -> (SmtpTransport, Taken) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mailbox = Mailbox::default();
    let taken = Arc::clone(&mailbox.taken);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mailbox = mailbox.clone();
            thread::spawn(move || converse(stream, mailbox));
        }
    });
    let url = format!("smtp://127.0.0.1:{port}");
    let settings = SmtpSettings::parse(&url, None, "kelisim.example").unwrap();
    (SmtpTransport::new(settings).unwrap(), taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_letters_reach_a_foreign_server_once_each() {
    let (transport, taken) = start();
    let begun = Instant::now();
    for number in 0..LETTERS {
        let content = format!("Subject: {number}\r\n\r\n.\r\n..\r\nbody {number}\r\n");
        let letter = letter(&format!("m{number}@example.kz"), content.as_bytes());
        let outcome = transport.deliver(&letter, go()).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{number}: {outcome:?}");
    }
    let elapsed = begun.elapsed();
    transport.close().await;

    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), LETTERS);
    for (number, (to, data)) in taken.iter().enumerate() {
        assert_eq!(to, &format!("m{number}@example.kz"));
        let text = String::from_utf8_lossy(data);
        assert!(
            text.contains(&format!("\r\n.\r\n..\r\nbody {number}\r\n")),
            "{text}"
        );
    }
    // Without TCP_NODELAY each letter waits for a delayed acknowledgement, 40 ms on Linux.
    assert!(elapsed.as_millis() / (LETTERS as u128) < 20, "{elapsed:?}");
}

on_both_databases! {
    fn a_worker_sends_five_hundred_messages_to_a_foreign_server(office: Office) {
        let (transport, taken) = start();
        for number in 0..LETTERS {
            office.enqueue(Audience::Partner, if number % 2 == 0 { AIGUL } else { BERIK });
        }
        let worker = office.worker_with(Arc::new(transport), 1);
        assert_eq!(letters::wait(worker.drain()).unwrap(), LETTERS);
        assert_eq!(states(&office), BTreeMap::from([("sent", LETTERS)]));
        let taken = taken.lock().unwrap();
        let parser = MessageParser::default();
        let ids: BTreeSet<String> = taken
            .iter()
            .map(|(_, data)| parser.parse(data).unwrap().message_id().unwrap().to_owned())
            .collect();
        assert_eq!((taken.len(), ids.len()), (LETTERS, LETTERS));
    }
}
