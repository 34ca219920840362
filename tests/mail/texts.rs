//! Every message in every language, read back by a MIME parser that is not ours.

use std::{collections::BTreeSet, fs};

use chrono::NaiveDate;
use kelisim_api::mail::{
    message::{Content, Message},
    render::render,
};
use kelisim_domain::{
    id::NoticeId,
    language::Language,
    notice::{
        DataLevel, Disclosure, NoticeKind, OutcomeClass, PartnerEvent, PartnerNotice,
        PartnerReference, ReceiptCode,
    },
};
use mail_parser::{HeaderValue, MessageParser, MimeHeaders};

use crate::{letters, texts_case};

pub(crate) fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).unwrap()
}

fn notice(event: PartnerEvent, outcome: Option<OutcomeClass>, named: bool) -> PartnerNotice {
    let level = match named {
        true => DataLevel::ProceduralWithRef,
        false => DataLevel::Procedural,
    };
    PartnerNotice::build(
        Disclosure {
            level,
            may_name_mediator: named,
        },
        event,
        day(11, 22),
        ReceiptCode::from_random(std::array::from_fn(|index| u8::try_from(index).unwrap())),
        Some(PartnerReference::parse("ДО-214/26").unwrap()),
        outcome,
        Some("Сәрсенова Айгүл (demo)".into()),
    )
    .unwrap()
}

fn signed(partner: Option<&str>, level: DataLevel, until: Option<NaiveDate>) -> Content {
    Content::MemorandumSigned {
        memorandum: "M-2026-07".into(),
        partner: partner.map(str::to_owned),
        from: Some(day(12, 1)),
        until,
        level,
        events: vec![
            PartnerEvent::Received,
            PartnerEvent::Assigned,
            PartnerEvent::Ended,
        ],
    }
}

fn case(event: PartnerEvent, outcome: Option<OutcomeClass>, named: bool) -> Content {
    Content::Case {
        notice: notice(event, outcome, named),
        memorandum: "M-2026-07".into(),
        own: None,
    }
}

/// What a workflow says in its own words, where the program would say that a mediator was assigned.
fn account(is_new: bool) -> Content {
    Content::Account {
        is_new,
        name: "Сәрсенова Айгүл (demo)".into(),
        link: "https://kelisim.example/link/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into(),
    }
}

fn own_words() -> Content {
    let own = "Сіздің жолдамаңызбен енді медиатор жұмыс істейді.\nАлғашқы кездесу бір аптаның ішінде болады.";
    Content::Case {
        notice: notice(PartnerEvent::Assigned, None, true),
        memorandum: "M-2026-07".into(),
        own: Some(own.into()),
    }
}

/// Every kind, with every variant that reads differently.
fn contents() -> Vec<(&'static str, Content)> {
    let mut contents = first_contents();
    contents.extend(texts_case::contents());
    contents
}

fn first_contents() -> Vec<(&'static str, Content)> {
    let partner = Some("Управление образования");
    let terminated = |partner: Option<&str>| Content::MemorandumTerminated {
        memorandum: "M-2026-07".into(),
        partner: partner.map(str::to_owned),
        on: day(11, 22),
    };
    let ends = |partner: Option<&str>, is_last_day| Content::MemorandumEnds {
        memorandum: "M-2026-07".into(),
        partner: partner.map(str::to_owned),
        until: day(12, 31),
        is_last_day,
    };
    let ended = |outcome| case(PartnerEvent::Ended, Some(outcome), true);
    vec![
        (
            "assignment",
            Content::Assignment {
                number: "ORL-03/2026-0017".into(),
                office: "Орал, Достық үйі & кітапхана".into(),
                case_language: Language::Kk,
                on: day(11, 22),
                link: "https://kelisim.example/cases/019a0000-0000-7000-8000-000000000001".into(),
            },
        ),
        (
            "unassignment",
            Content::Unassignment {
                number: "ORL-03/2026-0017".into(),
                office: "Орал, Достық үйі".into(),
                on: day(11, 22),
                replaced: true,
            },
        ),
        (
            "memorandum_signed",
            signed(None, DataLevel::ProceduralWithRef, Some(day(12, 31))),
        ),
        (
            "memorandum_signed_staff",
            signed(partner, DataLevel::Procedural, None),
        ),
        (
            "memorandum_signed_count_only",
            signed(None, DataLevel::CountOnly, None),
        ),
        (
            "memorandum_signed_count_only_staff",
            signed(partner, DataLevel::CountOnly, None),
        ),
        ("memorandum_terminated", terminated(None)),
        ("memorandum_terminated_staff", terminated(partner)),
        ("memorandum_expiring", ends(None, false)),
        ("memorandum_expiring_staff", ends(partner, false)),
        ("memorandum_expired", ends(None, true)),
        ("memorandum_expired_staff", ends(partner, true)),
        (
            "documents_expiring",
            Content::DocumentsExpiring {
                mediator: "Сәрсенова Айгүл (demo)".into(),
                until: day(12, 31),
            },
        ),
        ("case_received", case(PartnerEvent::Received, None, false)),
        ("case_assigned", case(PartnerEvent::Assigned, None, true)),
        ("case_assigned_own_words", own_words()),
        ("case_started", case(PartnerEvent::Started, None, false)),
        ("case_ended_settlement", ended(OutcomeClass::Settlement)),
        (
            "case_ended_no_settlement",
            ended(OutcomeClass::NoSettlement),
        ),
        ("case_ended_not_suitable", ended(OutcomeClass::NotSuitable)),
        ("account_invitation", account(true)),
        ("password_reset", account(false)),
        ("test", Content::Test),
    ]
}

fn message(language: Language, content: Content) -> Message {
    let network = match language {
        Language::Kk => "Батыс Қазақстан",
        Language::Ru => "Западный Казахстан",
        Language::En => "West Kazakhstan",
    };
    Message {
        id: NoticeId(uuid::Uuid::from_u128(
            0x019a_0000_0000_7000_8000_0000_0000_0042,
        )),
        language,
        network: network.into(),
        to: "reader@example.kz".parse().unwrap(),
        reply_to: None,
        thread: None,
        at: letters::at(),
        content,
    }
}

fn bytes(message: &Message) -> Vec<u8> {
    let from = "Kelisim <mail@kelisim.example>".parse().unwrap();
    render(message, &from).unwrap()
}

#[test]
fn every_message_in_every_language() {
    let mut kinds = BTreeSet::new();
    for (name, content) in contents() {
        kinds.insert(content.code());
        for language in Language::ALL {
            let bytes = bytes(&message(language, content.clone()));
            let mail = MessageParser::default().parse(&bytes).unwrap();
            let text = mail.body_text(0).unwrap().replace("\r\n", "\n");
            let html = mail.body_html(0).unwrap();
            assert!(bytes.is_ascii(), "seven bits go everywhere");
            assert!(
                html.len() < 20_000,
                "{name} {language}: {} bytes",
                html.len()
            );
            assert!(
                !text.contains("mail-") && !html.contains("mail-"),
                "a key without words"
            );
            assert!(!text.contains('{') && !text.contains('\u{2068}'), "{text}");
            insta::assert_snapshot!(
                format!("{name}_{language}"),
                format!("Subject: {}\n\n{text}", mail.subject().unwrap())
            );
        }
    }
    let all: BTreeSet<&str> = NoticeKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(
        kinds
            .into_iter()
            .filter(|kind| *kind != "test")
            .collect::<BTreeSet<_>>(),
        all
    );
}

#[test]
fn c21_text_comes_first_and_html_tells_the_same() {
    for (name, content) in contents() {
        for language in Language::ALL {
            let bytes = bytes(&message(language, content.clone()));
            let mail = MessageParser::default().parse(&bytes).unwrap();
            let kinds: Vec<String> = mail
                .parts
                .iter()
                .map(|part| part.content_type().unwrap())
                .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap()))
                .collect();
            assert_eq!(kinds, ["multipart/alternative", "text/plain", "text/html"]);
            let html = mail.body_html(0).unwrap();
            for line in mail.body_text(0).unwrap().lines() {
                let fact = line.trim_start_matches("- ").trim();
                for part in fact.splitn(2, ": ").filter(|part| !part.is_empty()) {
                    let escaped = part.replace('&', "&#38;").replace('\'', "&#39;");
                    let told = html.contains(escaped.trim_end_matches(':')) || fact == "--";
                    assert!(told, "{name} {language}: {part:?} is in the text only");
                }
            }
        }
    }
}

#[test]
fn the_html_as_it_leaves() {
    for language in Language::ALL {
        let (_, content) = contents().swap_remove(0);
        let bytes = bytes(&message(language, content));
        let mail = MessageParser::default().parse(&bytes).unwrap();
        let html = mail.body_html(0).unwrap().replace("\r\n", "\n");
        insta::assert_snapshot!(format!("assignment_html_{language}"), html);
    }
}

#[test]
fn c22_c23_the_headers_thread_a_case_and_say_that_no_one_typed() {
    let (_, content) = contents().swap_remove(0);
    let mut message = message(Language::En, content);
    message.thread = Some([0xab; 16]);
    message.reply_to = Some("office@kelisim.example".parse().unwrap());
    let first = bytes(&message);
    assert_eq!(first, bytes(&message), "the same message is the same bytes");
    let mail = MessageParser::default().parse(&first).unwrap();
    let root = "abababababababababababababababab@kelisim.example";
    assert_eq!(
        mail.message_id(),
        Some("019a0000-0000-7000-8000-000000000042@kelisim.example")
    );
    assert_eq!(mail.references(), &HeaderValue::Text(root.into()));
    assert_eq!(mail.in_reply_to(), &HeaderValue::Text(root.into()));
    let head = String::from_utf8_lossy(&first);
    assert!(head.contains("\r\nAuto-Submitted: auto-generated\r\n"));
    assert!(head.contains("\r\nReply-To: office@kelisim.example\r\n"));
    assert!(head.contains("\r\nContent-Language: en\r\n"));
    assert!(head.contains("\r\nDate: Sun, 22 Nov 2026 09:15:04 +0000\r\n"));
    assert_eq!(mail.to().unwrap().as_list().unwrap().len(), 1);
    assert!(mail.cc().is_none() && mail.bcc().is_none());
}

#[test]
fn d26_a_partner_reads_no_case_number_no_office_and_no_link() {
    for (name, content) in contents() {
        if !matches!(content, Content::Case { .. }) {
            continue;
        }
        for language in Language::ALL {
            let bytes = bytes(&message(language, content.clone()));
            let mail = MessageParser::default().parse(&bytes).unwrap();
            for body in [mail.body_text(0).unwrap(), mail.body_html(0).unwrap()] {
                assert!(!body.contains("http"), "{name} {language}: a link");
                assert!(!body.contains("ORL-03"), "{name} {language}: an office");
            }
        }
    }
}

#[test]
fn r35_names_from_registers_stay_words() {
    let evil = "<script>alert(1)</script>\r\nBcc: all@example.kz";
    let content = Content::Unassignment {
        number: evil.into(),
        office: evil.into(),
        on: day(11, 22),
        replaced: true,
    };
    let bytes = bytes(&message(Language::Ru, content));
    let mail = MessageParser::default().parse(&bytes).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(
        mail.headers_raw()
            .filter(|(name, _)| name.eq_ignore_ascii_case("bcc"))
            .count(),
        0
    );
    assert!(!mail.body_html(0).unwrap().contains("<script>"));
}

#[test]
fn three_languages_have_the_same_keys() {
    let keys = |language: &str| -> BTreeSet<String> {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/../crates/kelisim-api/locales/{language}/mail.ftl");
        fs::read_to_string(path)
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once(" = "))
            .map(|(key, _)| key.to_owned())
            .collect()
    };
    assert_eq!(keys("kk"), keys("ru"));
    assert_eq!(keys("kk"), keys("en"));
}
