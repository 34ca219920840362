//! The main job over the program's own sockets: a referred case, and its mail at a server that is not ours.

use std::time::Duration;

use kelisim_tests::{foreign_smtp::ForeignServer, on_both_databases};
use mail_parser::{MessageParser, MimeHeaders};

use kelisim_tests::{
    house::{CONTACT, House, referred},
    program::wait_until,
};

fn subject(letter: &[u8]) -> String {
    let mail = MessageParser::default().parse(letter).unwrap();
    mail.subject().unwrap().to_owned()
}

/// Everything of a letter that somebody could read: as it went over the wire, and every part decoded.
fn readable(letter: &[u8]) -> String {
    let mail = MessageParser::default().parse(letter).unwrap();
    let mut all = String::from_utf8_lossy(letter).into_owned();
    for (name, value) in mail.headers_raw() {
        all.push_str(&format!("{name}: {value}\n"));
    }
    all.push_str(mail.subject().unwrap());
    for part in &mail.parts {
        all.push_str(&format!("{:?}", part.content_type()));
        all.push_str(part.text_contents().unwrap_or_default());
    }
    all
}

on_both_databases! {
    fn a_referred_case_goes_from_filed_to_closed_and_its_mail_arrives(house: House) {
        let mail = ForeignServer::start();
        let url = mail.url();
        let server = house.serve(&[("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", &url)]);
        let case = house.walk(&server, &referred(), "The cow stays out.");
        assert_eq!((case["stage"].as_str(), case["version"].as_i64()), (Some("closed"), Some(4)));
        wait_until("four letters", Duration::from_secs(20), || mail.taken().len() >= 4);
        house.mail_is_quiet();

        let taken = mail.taken();
        let (partner, staff): (Vec<_>, Vec<_>) = taken.into_iter().partition(|(to, _)| to == CONTACT);
        let mut subjects: Vec<String> = partner.iter().map(|(_, letter)| subject(letter)).collect();
        // Deliveries run side by side.
        subjects.sort();
        assert_eq!(subjects, [
            "Направление 214: назначен медиатор",
            "Направление 214: получено",
            "Направление 214: работа завершена",
        ]);
        let number = case["number"].as_str().unwrap();
        assert_eq!(staff.len(), 1);
        assert_eq!(staff[0].0, "mediator0@example.kz");
        assert_eq!(subject(&staff[0].1), format!("Case {number}: you are the mediator"));

        // D24, D26: neither number, nor office, nor id, nor anything that was told in confidence.
        let id = case["id"].as_str().unwrap();
        let never = [number, "ORL-01", "ORL", "Медиация кабинеті", "Кабинет медиации", "Mediation office", id,
            &id.replace('-', ""), "cow", "Demo Applicant", "Demo Other", "7011234567", "mediator0"];
        for (_, letter) in &partner {
            let seen = readable(letter);
            for word in never {
                assert!(!seen.contains(word), "{word} in {seen}");
            }
        }
        assert_eq!((house.messages("sent"), house.database.count("outbox")), (4, 4));
        server.program.stop();
    }
}
