//! What staff are told of a case, from the action to the letter, and what is not sent because it is done already.

use std::sync::Arc;

use kelisim_api::worker::timers::{Options, Timers};
use kelisim_domain::{
    id::{AccountId, GrantId, MediatorId},
    notice::NoticeKind,
    policy::{Grant, Standing},
};
use kelisim_persistence::store::{
    account::grant_insert,
    outbox::{Audience, Recipient, RecipientKind, State},
};
use kelisim_tests::{
    TestApp, block_on,
    mediation::{CONTRACT, nothing_excludes},
    network::{AIGUL, BERIK, ORL_01, REGION, start},
    on_both_databases,
    smtp_sink::Received,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::office::{Office, Standard, subject};

/// The account of the head of ORL-01, and of the coordinator.
const HEAD: Uuid = Uuid::from_u128(100);
const COORDINATOR: Uuid = Uuid::from_u128(105);

/// Every element that the law prescribes for the agreement.
const AGREEMENT: [&str; 8] = [
    "sides",
    "subject",
    "mediator",
    "terms",
    "ways_of_performance",
    "dates_of_performance",
    "consequences",
    "signatures",
];

fn account(id: Uuid) -> Recipient {
    Recipient {
        kind: RecipientKind::Account,
        id,
    }
}

fn mediator(id: MediatorId) -> Recipient {
    Recipient {
        kind: RecipientKind::Mediator,
        id: id.0,
    }
}

/// Takes a case to where a mediator can be asked.
fn ready(office: &Office, who: &str, case: &Value) -> Value {
    let case = office.t.moved(
        who,
        case,
        &json!({"action": "screen", "exclusions": nothing_excludes()}),
    );
    office.t.moved(who, &case, &json!({"action": "make_ready"}))
}

/// Asks Aigul.
fn offered(office: &Office) -> Value {
    let case = ready(office, "head", &office.case);
    office.t.moved(
        "head",
        &case,
        &json!({"action": "offer", "mediator": AIGUL}),
    )
}

/// Asks Aigul, who takes the case.
fn accepted(office: &Office) -> Value {
    let declaration = json!({"result": "none"});
    let case = offered(office);
    office.t.moved(
        "aigul",
        &case,
        &json!({"action": "accept", "declaration": declaration}),
    )
}

/// Lets fire what is due at an instant, and sends what that caused.
fn at(office: &Office, instant: &str) {
    office.t.clock.set(instant.parse().unwrap());
    let timers = Timers::new(Arc::clone(&office.t.app), Options::default());
    block_on(timers.drain()).unwrap();
    office.drain();
}

/// Who was told what, sorted.
fn told(office: &Office) -> Vec<(String, String)> {
    let told = office.sink.taken();
    let mut told: Vec<_> = told
        .iter()
        .map(|one| (one.to[0].clone(), subject(one)))
        .collect();
    told.sort();
    told
}

fn reasons(office: &Office) -> Vec<(String, Option<String>)> {
    let all = office.all().into_iter();
    let cancelled = all.filter(|one| one.state == State::Cancelled);
    let mut reasons: Vec<_> = cancelled.map(|one| (one.kind, one.reason)).collect();
    reasons.sort();
    reasons
}

/// The text of the only letter to an address whose subject ends so.
fn text(office: &Office, to: &str, ending: &str) -> String {
    let taken = office.sink.taken();
    let fits = |one: &&Received| one.to[0] == to && subject(one).ends_with(ending);
    let found: Vec<&Received> = taken.iter().filter(fits).collect();
    assert_eq!(found.len(), 1, "{to} {ending}: {:?}", told(office));
    let mail = mail_parser::MessageParser::default()
        .parse(&found[0].data)
        .unwrap();
    mail.body_text(0).unwrap().into_owned()
}

/// Nobody heads ORL-01 any more; the coordinator does it too where somebody has to.
fn without_head(office: &Office, coordinator_heads: bool) {
    let database = &office.t.database;
    database.execute("UPDATE account_grant SET valid_to = '2026-11-01' WHERE role = 'office_head'");
    if coordinator_heads {
        let grant = Grant {
            id: GrantId(Uuid::from_u128(7_777)),
            standing: Standing::OfficeHead { office: ORL_01 },
            from: "2026-01-01".parse().unwrap(),
            to: None,
        };
        let to = AccountId(COORDINATOR);
        office
            .t
            .write(move |db| grant_insert(db, REGION, to, &grant, start()));
    }
}

on_both_databases! {
    fn whoever_is_asked_gets_the_last_day_to_answer_and_a_way_to_the_case(standard: Standard) {
        let office = &standard.0;
        offered(office);
        office.drain();
        let letter = text(office, "aigul@example.kz", "we await your answer");
        // Two working days after a Sunday.
        assert!(letter.contains("Last day to answer: 24 November 2026"), "{letter}");
        let id = office.case["id"].as_str().unwrap();
        assert!(letter.contains(&format!("https://kelisim.example.kz/cases/{id}")), "{letter}");
        for never in ["Demo Applicant", "Demo Other", "cow"] {
            assert!(!letter.contains(never), "{letter}");
        }
    }

    fn the_head_learns_that_the_mediator_took_the_case(standard: Standard) {
        let office = &standard.0;
        accepted(office);
        office.drain();
        let told = told(office);
        let ends = |to: &str, ending: &str| told.iter().any(|(who, what)| who == to && what.ends_with(ending));
        assert!(ends("aigul@example.kz", "you are the mediator"), "{told:?}");
        assert!(ends("head@example.kz", "the mediator has taken it"), "{told:?}");
        // She answered before the question left.
        assert_eq!(reasons(office), [("offer".to_owned(), Some("not_asked".to_owned()))]);
    }

    fn d29_the_head_learns_that_somebody_declined_and_not_why(standard: Standard) {
        let office = &standard.0;
        let case = offered(office);
        office.drain();
        let decline = json!({"action": "decline", "reason": "An old quarrel with my brother."});
        office.t.moved("aigul", &case, &decline);
        office.drain();
        let letter = text(office, "head@example.kz", "the mediator has not taken it");
        assert!(letter.contains("The case has no mediator."), "{letter}");
        assert!(!letter.contains("quarrel") && !letter.contains("Demo"), "{letter}");
    }

    fn an_offer_that_was_withdrawn_is_taken_back_and_asked_again(standard: Standard) {
        let office = &standard.0;
        let case = offered(office);
        office.drain();
        let case = office.t.moved("head", &case, &json!({"action": "withdraw_offer"}));
        office.drain();
        let letter = text(office, "aigul@example.kz", "the offer was withdrawn");
        assert!(!letter.contains("http"), "{letter}");

        let case = office.t.moved("head", &case, &json!({"action": "offer", "mediator": BERIK}));
        let case = office.t.moved("head", &case, &json!({"action": "withdraw_offer"}));
        office.t.moved("head", &case, &json!({"action": "offer", "mediator": BERIK}));
        office.drain();
        let berik = told(office).into_iter().filter(|(to, _)| to == "berik@example.kz").count();
        // Asked twice, and not told in between that he is not asked.
        assert_eq!(berik, 2);
        let withdrawn = ("offer_withdrawn".to_owned(), Some("asked_again".to_owned()));
        assert_eq!(reasons(office), [withdrawn]);
    }

    fn d12_head_and_coordinator_learn_that_the_case_lost_its_mediator(standard: Standard) {
        let office = &standard.0;
        let case = accepted(office);
        office.drain();
        office.t.moved("aigul", &case, &json!({"action": "recuse"}));
        office.drain();
        for to in ["head@example.kz", "coordinator@example.kz"] {
            let letter = text(office, to, "its mediator can no longer conduct it");
            assert!(letter.contains("Open the case and choose one."), "{letter}");
        }
        text(office, "aigul@example.kz", "you no longer conduct it");
    }

    fn an_office_without_a_head_leaves_it_to_the_coordinator_who_is_told_once(standard: Standard) {
        let office = &standard.0;
        let case = accepted(office);
        office.drain();
        without_head(office, false);
        office.t.moved("aigul", &case, &json!({"action": "recuse"}));
        office.drain();
        text(office, "coordinator@example.kz", "its mediator can no longer conduct it");
    }

    fn whoever_is_head_and_coordinator_is_told_once(standard: Standard) {
        let office = &standard.0;
        let case = accepted(office);
        office.drain();
        without_head(office, true);
        office.t.moved("aigul", &case, &json!({"action": "recuse"}));
        office.drain();
        text(office, "coordinator@example.kz", "its mediator can no longer conduct it");
        let to_head = told(office).into_iter().filter(|(_, what)| what.ends_with("no longer conduct it") && what.contains("mediator"));
        assert_eq!(to_head.count(), 1);
    }

    fn a_workflow_speaks_to_staff_in_its_own_words(standard: Standard) {
        let office = &standard.0;
        without_head(office, true);
        let case = ready(office, "coordinator", &office.case);
        office.t.moved("coordinator", &case, &json!({"action": "offer", "mediator": AIGUL}));
        office.drain();
        let number = office.case["number"].as_str().unwrap();
        let taken = office.sink.taken();
        let mut words: Vec<String> = taken
            .iter()
            .filter(|one| one.to[0] == "coordinator@example.kz")
            .map(|one| {
                assert_eq!(subject(one), format!("Case {number}: a message"));
                let mail = mail_parser::MessageParser::default().parse(&one.data).unwrap();
                let text = mail.body_text(0).unwrap().into_owned();
                text.lines().find(|line| line.starts_with("A word")).unwrap().trim().to_owned()
            })
            .collect();
        words.sort();
        // Two texts to one person are two letters; the same text twice is one.
        assert_eq!(words, [
            format!("A word to the office about {number} of 22 November 2026."),
            format!("A word to the region about {number}."),
        ]);
    }

    fn d24_a_workflow_speaks_to_a_partner_in_its_own_words_and_tells_no_more(standard: Standard) {
        let office = &standard.0;
        let filed = office.t.by("head").post("cases", &TestApp::referred_filing()).expect(201);
        let case = ready(office, "head", &filed);
        let case = office.t.moved("head", &case, &json!({"action": "offer", "mediator": AIGUL}));
        let declaration = json!({"result": "none"});
        office.t.moved("aigul", &case, &json!({"action": "accept", "declaration": declaration}));
        office.drain();
        let letter = text(office, "contact@edu.example.kz", "назначен медиатор");
        assert!(letter.contains("We work on it since 22 ноября 2026\u{a0}г.."), "{letter}");
        assert!(letter.contains("Направление: 214"), "{letter}");
        for never in ["ORL-01", "Кабинет", "http", "По вашему направлению 214 назначен медиатор"] {
            assert!(!letter.contains(never), "{never} in {letter}");
        }
    }

    fn d18_the_term_is_warned_of_then_over_then_the_case_lapses(standard: Standard) {
        let office = &standard.0;
        let case = accepted(office);
        let contract = json!({"signed_on": "2026-11-22", "all_signed": true, "elements": CONTRACT});
        office.t.moved("aigul", &case, &json!({"action": "record_contract", "contract": contract}));
        office.drain();
        at(office, "2026-12-16T06:00:00Z");
        for to in ["aigul@example.kz", "head@example.kz"] {
            let letter = text(office, to, "the term of mediation ends soon");
            assert!(letter.contains("Last day of the term: 22 December 2026"), "{letter}");
        }
        let warned = text(office, "head@example.kz", "the term of mediation ends soon");
        assert!(warned.contains("get in touch with the mediator"), "{warned}");

        // Nobody was at work for a week: the second warning comes too late, and is not sent any more.
        at(office, "2026-12-23T06:00:00Z");
        let late = ("term_ends_soon".to_owned(), Some("gone_on".to_owned()));
        assert_eq!(reasons(office)[1..], [late.clone(), late]);
        for to in ["aigul@example.kz", "head@example.kz"] {
            let letter = text(office, to, "the term of mediation is over");
            assert!(letter.contains("Last day of the term: 22 December 2026"), "{letter}");
            assert!(letter.contains("Last day to enter the agreement: 24 December 2026"), "{letter}");
        }

        at(office, "2026-12-25T06:00:00Z");
        for to in ["aigul@example.kz", "head@example.kz"] {
            text(office, to, "its time was over, it is closed");
        }
    }

    fn d12_after_the_agreement_nobody_is_asked_to_choose_a_mediator(standard: Standard) {
        let office = &standard.0;
        let case = accepted(office);
        let contract = json!({"signed_on": "2026-11-22", "all_signed": true, "elements": CONTRACT});
        let case = office.t.moved("aigul", &case, &json!({"action": "record_contract", "contract": contract}));
        let agreement = json!({"signed_on": "2026-11-22", "summary": "The cow stays out.", "elements": AGREEMENT});
        office.t.moved("aigul", &case, &json!({"action": "reconcile", "agreement": agreement}));
        let registrar = office.t.by("registrar");
        let path = format!("mediators/{AIGUL}");
        let version = registrar.get(&path).expect(200)["version"].as_i64().unwrap();
        registrar.patch(&path, version, &json!({"status": "removed", "status_reason": "Has moved away."})).expect(200);
        office.drain();
        let letter = text(office, "head@example.kz", "its mediator can no longer conduct it");
        assert!(letter.contains("No other mediator is chosen") && !letter.contains("choose one"), "{letter}");
        // Thirty days later the check is due, and nobody but the office is there to make it.
        at(office, "2026-12-23T06:00:00Z");
        let letter = text(office, "head@example.kz", "how is the agreement kept?");
        assert!(letter.contains("Get in touch with the parties"), "{letter}");
    }

    fn nobody_answered_and_both_sides_of_the_offer_learn_it(standard: Standard) {
        let office = &standard.0;
        offered(office);
        office.drain();
        at(office, "2026-11-25T06:00:00Z");
        let asked = text(office, "aigul@example.kz", "the time to answer is over");
        assert!(!asked.contains("http") && asked.contains("the offer has ended"), "{asked}");
        for to in ["head@example.kz", "coordinator@example.kz"] {
            let letter = text(office, to, "the time to answer is over");
            assert!(letter.contains("did not answer in time"), "{letter}");
            assert!(letter.contains("Open the case and choose one."), "{letter}");
        }
    }

    fn a_reminder_is_not_sent_when_the_case_has_gone_on(standard: Standard) {
        let office = &standard.0;
        let put = |kind, to, timer| office.put(kind, Audience::Staff, to, timer);
        // It runs at the first step and has not fired; another has never run; and Berik never had the case.
        put(NoticeKind::CaseUnattended, account(COORDINATOR), Some("act_on_new"));
        put(NoticeKind::ContractLate, account(HEAD), Some("contract_due"));
        put(NoticeKind::TermEndsSoon, mediator(BERIK), None);
        put(NoticeKind::CaseLapsed, account(HEAD), None);
        put(NoticeKind::OfferAccepted, account(HEAD), None);
        office.drain();
        let reason = |kind: &str, reason: &str| (kind.to_owned(), Some(reason.to_owned()));
        assert_eq!(reasons(office), [
            reason("case_lapsed", "not_closed"),
            reason("case_unattended", "moved"),
            reason("contract_late", "gone_on"),
            reason("offer_accepted", "reassigned"),
            reason("term_ends_soon", "reassigned"),
        ]);
        assert!(office.sink.taken().is_empty());
    }

    fn a_closed_case_reminds_nobody(standard: Standard) {
        let office = &standard.0;
        let close = json!({"action": "close", "ground": "withdrawn", "effective_on": "2026-11-22"});
        office.t.moved("head", &office.case, &close);
        for kind in [NoticeKind::CaseUnattended, NoticeKind::TermEndsSoon, NoticeKind::OfferDeclined] {
            office.put(kind, Audience::Staff, account(HEAD), None);
        }
        office.put(NoticeKind::CaseLapsed, Audience::Staff, account(HEAD), None);
        office.drain();
        assert!(reasons(office).iter().all(|(_, reason)| reason.as_deref() == Some("closed")));
        assert_eq!(reasons(office).len(), 3);
        let told = told(office);
        assert_eq!(told.len(), 1);
        assert!(told[0].1.ends_with("its time was over, it is closed"), "{told:?}");
    }
}
