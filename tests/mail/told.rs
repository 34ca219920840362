//! Who is told what, and whether it is still due when it leaves.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use kelisim_domain::{
    id::{ContactId, MediatorId, MemorandumId, NoticeId},
    language::Language,
    notice::{NoticeKind, Payload},
};
use kelisim_persistence::store::{
    notice::{NoticeScope, notice_retry},
    outbox::{Audience, NewMessage, Recipient, RecipientKind, State, outbox_insert},
};
use kelisim_tests::{
    TestApp,
    network::{AIGUL, EDU, REGION, start},
    on_both_databases,
    smtp_sink::{Act, Stage},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    letters,
    office::{Office, states, subject},
};

on_both_databases! {
    fn g03_a_case_tells_its_mediator_and_its_partner_once_each(office: Office) {
        let case = office.t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        office.drain();
        let case = office.t.moved("head", &case, &json!({"action": "assign", "mediator": AIGUL}));
        office.drain();
        let agreement = json!({"signed_on": "2026-11-22", "summary": "The cow stays out."});
        let case = office.t.moved("aigul", &case, &json!({"action": "reconcile", "agreement": agreement}));
        office.t.moved("aigul", &case, &json!({"action": "close"}));
        office.drain();
        office.later(TimeDelta::days(3));
        assert_eq!(office.drain(), 0);

        let all = office.sink.taken();
        let (partner, staff): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|letter| letter.to == ["contact@edu.example.kz"]);
        let subjects: Vec<String> = partner.iter().map(subject).collect();
        assert_eq!(subjects, [
            "Направление 214: получено",
            "Направление 214: назначен медиатор",
            "Направление 214: работа завершена",
        ]);
        assert_eq!(staff.len(), 1);
        assert_eq!(staff[0].to, ["aigul@example.kz"]);
        assert_eq!(subject(&staff[0]), "Case ORL-01/2026-0002: you are the mediator");
        assert_eq!(states(&office), BTreeMap::from([("sent", 4)]));

        // C22: one thread for each reader, and no two readers can match their cases.
        let roots: Vec<String> =
            partner.iter().map(|letter| letter.header("References").unwrap()).collect();
        assert!(roots.iter().all(|root| *root == roots[0]));
        assert_ne!(staff[0].header("References").unwrap(), roots[0]);

        // D24, D26: nothing of the case, its number or its office, in whatever encoding.
        for letter in &partner {
            let mail = mail_parser::MessageParser::default().parse(&letter.data).unwrap();
            let mut seen = String::from_utf8_lossy(&letter.data).into_owned();
            seen.push_str(&mail.body_text(0).unwrap());
            seen.push_str(&mail.body_html(0).unwrap());
            for never in ["ORL-01", "Медиация кабинеті", "Кабинет", "cow", "Applicant", "Demo Other", "http", case["id"].as_str().unwrap()] {
                assert!(!seen.contains(never), "{never} in {seen}");
            }
        }
    }

    fn d25_a_memorandum_that_lapses_before_sending_tells_nothing(office: Office) {
        office.t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        office.t.database.execute("UPDATE memorandum SET valid_to = '2027-12-31'");
        office.later(TimeDelta::days(500));
        office.drain();
        let told = &office.all()[0];
        assert_eq!(told.state, State::Cancelled);
        assert_eq!(told.reason.as_deref(), Some("not_in_force_on_sending_day"));
        assert!(office.sink.taken().is_empty());
        let id = told.id;
        let retried = office.t.write(move |db| notice_retry(db, REGION, &NoticeScope::Region, id, start()));
        assert_eq!(format!("{retried:?}"), "Refused(Cancelled)");
    }

    fn d25_is_asked_again_before_every_attempt(office: Office) {
        office.t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        office.sink.rule(Stage::Rcpt, None, Some(1), Act::Reply("450 4.2.0 greylisted"));
        office.drain();
        assert_eq!(office.all()[0].reason.as_deref(), Some("rcpt_450"));
        office.t.database.execute("UPDATE memorandum SET valid_to = '2027-12-31'");
        office.later(TimeDelta::days(500));
        office.drain();
        assert_eq!(office.all()[0].reason.as_deref(), Some("not_in_force_on_sending_day"));
        assert!(office.sink.taken().is_empty());
    }

    fn d24_what_one_memorandum_allowed_is_not_sent_under_another(office: Office) {
        // Rendered under a memorandum that lets the partner's own reference be told, and refused for now.
        let case = office.t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        office.sink.rule(Stage::Rcpt, None, Some(1), Act::Reply("450 4.2.0 greylisted"));
        office.drain();
        let id = office.all()[0].id;
        assert!(office.find(id).frozen.is_some() && office.sink.taken().is_empty());
        // A day later another one covers it, which does not.
        let coordinator = office.t.by("coordinator");
        let body = json!({
            "number": "2/2026", "partner": "EDU", "valid_from": "2026-11-22", "signatories": ["Demo Signer"],
            "categories": "all", "districts": "all", "events": ["received"], "data_level": "procedural",
        });
        let second = coordinator.post("memoranda", &body).expect(201);
        let path = format!("memoranda/{}/sign", second["id"].as_str().unwrap());
        let signing = coordinator.request("POST", &path).if_match(1);
        signing.json(&json!({"signed_on": "2026-11-22"})).send().expect(200);
        office.t.database.execute("UPDATE memorandum SET valid_to = '2026-11-22' WHERE number = '1/2026'");
        office.later(TimeDelta::days(1));
        office.drain();
        let told = office.find(id);
        assert_eq!(told.state, State::Sent);
        assert_eq!(told.memorandum.unwrap().to_string(), second["id"].as_str().unwrap());
        let letters = &office.taken()[&format!("<{id}@kelisim.example>")];
        let letter = subject(&letters[0]);
        let receipt_code = case["referral"]["receipt_code"].as_str().unwrap();
        assert!(letter.contains(receipt_code) && !letter.contains("214"), "{letter}");
        let mail = mail_parser::MessageParser::default().parse(&letters[0].data).unwrap();
        let text = mail.body_text(0).unwrap();
        assert!(text.contains("2/2026") && !text.contains("214"), "{text}");
    }

    fn an_unverified_contact_receives_nothing(office: Office) {
        office.t.database.execute("UPDATE contact SET verified_at = NULL");
        office.t.by("aigul").post("cases", &TestApp::referred_filing()).expect(201);
        office.drain();
        assert_eq!(office.all()[0].reason.as_deref(), Some("contact_unverified"));
        assert!(office.sink.taken().is_empty());
    }

    fn an_erased_case_tells_nothing_more(office: Office) {
        let id = office.enqueue(Audience::Staff, AIGUL);
        office.t.database.execute("UPDATE data_key SET wrapped = NULL, destroyed_at = created_at WHERE subject_kind = 'case'");
        office.drain();
        let message = office.find(id);
        assert_eq!((message.state, message.reason.as_deref()), (State::Cancelled, Some("erased")));
    }

    fn r18_what_was_rendered_lies_sealed(office: Office) {
        office.sink.rule(Stage::Rcpt, None, None, Act::Reply("450 4.2.0 greylisted"));
        let id = office.enqueue(Audience::Staff, AIGUL);
        office.drain();
        let frozen = office.find(id).frozen.unwrap();
        let seen = String::from_utf8_lossy(&frozen);
        assert!(!seen.contains("aigul") && !seen.contains("Subject"));
    }

    fn a_new_address_gets_what_the_old_one_refused(office: Office) {
        office.sink.rule(Stage::Rcpt, Some("aigul"), None, Act::Reply("550 5.1.1 no such user"));
        let id = office.enqueue(Audience::Staff, AIGUL);
        office.drain();
        assert_eq!(office.find(id).state, State::Failed);
        let path = format!("mediators/{AIGUL}");
        office.t.by("registrar").patch(&path, 1, &json!({"email": "new@example.kz"})).expect(200);
        office.t.write(move |db| notice_retry(db, REGION, &NoticeScope::Region, id, start()));
        office.drain();
        let taken = office.sink.taken();
        assert_eq!(taken.len(), 1);
        assert!(taken[0].to[0].contains("new@example.kz"), "{:?}", taken[0].to);
    }

    fn a_message_of_an_unknown_kind_is_kept_and_shown(office: Office) {
        let id = office.enqueue(Audience::Staff, AIGUL);
        office.t.database.execute("UPDATE outbox SET kind = 'from_the_future'");
        office.drain();
        let message = office.find(id);
        assert_eq!((message.state, message.reason.as_deref()), (State::Held, Some("unknown_kind")));
    }

    fn a_mediator_without_an_address_waits_for_one(office: Office) {
        let nobody = MediatorId(Uuid::from_u128(99));
        let id = office.enqueue(Audience::Staff, nobody);
        office.drain();
        let message = office.find(id);
        assert_eq!((message.state, message.reason.as_deref()), (State::Held, Some("missing")));
    }

    fn a_memorandum_tells_its_partner_and_the_coordinator(office: Office) {
        let memorandum = MemorandumId(Uuid::from_u128(71));
        let people = [
            (Audience::Partner, RecipientKind::Contact, ContactId(Uuid::from_u128(61)).0),
            (Audience::Staff, RecipientKind::Account, Uuid::from_u128(105)),
        ];
        for (kind, name) in [(NoticeKind::MemorandumSigned, "signed"), (NoticeKind::MemorandumTerminated, "ended")] {
            for (audience, register, id) in people {
                let on = "2026-11-22".parse().unwrap();
                let message = NewMessage {
                    region: REGION,
                    id: NoticeId(letters::id()),
                    kind,
                    dedupe_key: format!("{name}/{id}"),
                    case: None,
                    office: None,
                    memorandum: Some(memorandum),
                    partner: Some(EDU),
                    audience,
                    recipient: Recipient { kind: register, id },
                    language: Language::Kk,
                    payload: serde_json::to_value(Payload::Memorandum { on }).unwrap(),
                    created_at: start(),
                };
                office.t.write(move |db| outbox_insert(db, &message));
            }
        }
        office.drain();
        let mut subjects: Vec<(String, String)> =
            office.sink.taken().iter().map(|letter| (letter.to[0].clone(), subject(letter))).collect();
        subjects.sort();
        assert_eq!(subjects, [
            ("contact@edu.example.kz".to_owned(), "Меморандум 1/2026 подписан".to_owned()),
            ("contact@edu.example.kz".to_owned(), "Меморандум 1/2026 прекращён".to_owned()),
            ("coordinator@example.kz".to_owned(), "Memorandum 1/2026 has ended".to_owned()),
            ("coordinator@example.kz".to_owned(), "Memorandum 1/2026 is signed".to_owned()),
        ]);
    }
}
