//! The mail is sent by processes of their own, beside a server that sends none.

use std::{collections::BTreeSet, time::Duration};

use kelisim_tests::{foreign_smtp::ForeignServer, on_both_databases};
use mail_parser::MessageParser;

use kelisim_tests::{
    house::{House, referred},
    program::wait_until,
};

const CASES: i64 = 5;
/// Of each case: one to the mediator, three to the partner.
const LETTERS: i64 = CASES * 4;

on_both_databases! {
    fn g04_two_workers_beside_a_server_send_every_message_once(house: House) {
        let mail = ForeignServer::start();
        let url = mail.url();
        let smtp = [("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", url.as_str())];
        let server = house.serve(&[&smtp[..], &[("WORKER__ENABLED", "false")]].concat());
        house.walk(&server, &referred(), "The cow stays out.");
        assert_eq!((house.messages("waiting"), mail.taken().len()), (4, 0), "the server sends none");

        let workers = [house.start(&["work"], &smtp), house.start(&["work"], &smtp)];
        for _ in 1..CASES {
            house.walk(&server, &referred(), "The cow stays out.");
        }
        wait_until("every letter", Duration::from_secs(30), || house.messages("sent") == LETTERS);
        let taken = mail.taken();
        let id = |letter: &[u8]| MessageParser::default().parse(letter).unwrap().message_id().unwrap().to_owned();
        let ids: BTreeSet<String> = taken.iter().map(|(_, letter)| id(letter)).collect();
        assert_eq!((taken.len(), ids.len()), (20, 20), "each once");
        assert_eq!(house.database.count("delivery_attempt"), LETTERS, "each at the first try");
        for worker in workers {
            worker.stop();
        }
        server.program.stop();
        assert_eq!(mail.taken().len(), 20);
    }
}
