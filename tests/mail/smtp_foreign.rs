//! The SMTP transport against a server that we did not write.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};

use kelisim_api::mail::{
    settings::SmtpSettings,
    smtp::SmtpTransport,
    transport::{Outcome, Transport},
};
use kelisim_persistence::store::outbox::Audience;
use kelisim_tests::{
    foreign_smtp::ForeignServer,
    network::{AIGUL, BERIK},
    on_both_databases,
};
use mail_parser::MessageParser;

use crate::{
    letters::{self, go, letter},
    office::{Office, states},
};

const LETTERS: usize = 500;

/// A transport to the server.
fn transport_to(server: &ForeignServer) -> SmtpTransport {
    let settings = SmtpSettings::parse(&server.url(), None, "kelisim.example").unwrap();
    SmtpTransport::new(settings).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_letters_reach_a_foreign_server_once_each() {
    let server = ForeignServer::start();
    let transport = transport_to(&server);
    let begun = Instant::now();
    for number in 0..LETTERS {
        let content = format!("Subject: {number}\r\n\r\n.\r\n..\r\nbody {number}\r\n");
        let letter = letter(&format!("m{number}@example.kz"), content.as_bytes());
        let outcome = transport.deliver(&letter, go()).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{number}: {outcome:?}");
    }
    let elapsed = begun.elapsed();
    transport.close().await;

    let taken = server.taken();
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
        let server = ForeignServer::start();
        let transport = transport_to(&server);
        for number in 0..LETTERS {
            office.enqueue(Audience::Partner, if number % 2 == 0 { AIGUL } else { BERIK });
        }
        let worker = office.worker_with(Arc::new(transport), 1);
        assert_eq!(letters::wait(worker.drain()).unwrap(), LETTERS);
        assert_eq!(states(&office), BTreeMap::from([("sent", LETTERS)]));
        let taken = server.taken();
        let parser = MessageParser::default();
        let ids: BTreeSet<String> = taken
            .iter()
            .map(|(_, data)| parser.parse(data).unwrap().message_id().unwrap().to_owned())
            .collect();
        assert_eq!((taken.len(), ids.len()), (LETTERS, LETTERS));
    }
}
