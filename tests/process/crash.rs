//! `kill -9` loses nothing (G1–G4, T1, T2): cases are led by several clients, the program is killed at random moments.
//!
//! `KELISIM_KILLS` makes the test longer, `KELISIM_SEED` repeats its dice; the moments of the kills are the machine's.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher, Hasher, RandomState},
    sync::atomic::{AtomicUsize, Ordering},
    thread::{self, sleep},
    time::Duration,
};

use kelisim_api::{
    app::account::authenticate,
    clock::{Clock, SystemClock},
};
use kelisim_domain::id::CaseId;
use kelisim_persistence::{
    SeededEntropy,
    entropy::Entropy,
    store::{
        access::{Authorized, See, access_case},
        case_event::chain_verify,
    },
};
use kelisim_tests::{Backend, foreign_smtp::ForeignServer, on_both_databases};
use mail_parser::MessageParser;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    house::{House, MEDIATORS, Server},
    journal::{Hands, Journal},
    program::wait_until,
};

/// The worker of the next life must not wait for the leases of the last one: a minute has gone by.
const LATER: &str =
    "UPDATE outbox SET lease_until = '2020-01-01T00:00:00.000000Z' WHERE lease_until IS NOT NULL";

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn hands(house: &House, server: &Server, number: usize) -> Hands {
    Hands {
        head: house.by("head", server),
        mediator: house.by(&format!("mediator{number}"), server),
    }
}

fn below(dice: &dyn Entropy, most: u64) -> u64 {
    let mut random = [0; 8];
    dice.fill(&mut random);
    u64::from_le_bytes(random) % most
}

/// One life of the program, from its start to its sudden end.
fn life(house: &House, way: &Way, journals: &mut [Journal], dice: &SeededEntropy) {
    let server = way.serve(house);
    let told = AtomicUsize::new(0);
    let enough = usize::try_from(below(dice, 40)).unwrap() + 1;
    let more = Duration::from_micros(below(dice, 30_000));
    thread::scope(|scope| {
        for (number, journal) in journals.iter_mut().enumerate() {
            let (hands, told) = (hands(house, &server, number), &told);
            scope.spawn(move || journal.work(&hands, dice, told));
        }
        wait_until("answers", Duration::from_secs(20), || {
            told.load(Ordering::Relaxed) >= enough
        });
        // Not a wait for anything: the kill shall hit any step of a change and of a delivery.
        sleep(more);
        server.program.kill();
    });
    house.database.execute(LATER);
}

/// Every acknowledged change is there, a repeat gives the first answer, and no key took effect twice.
fn changes_are_there(house: &House, server: &Server, journals: &[Journal]) -> usize {
    let (mut changes, mut cases) = (0, BTreeMap::new());
    for (number, journal) in journals.iter().enumerate() {
        let hands = hands(house, server, number);
        for change in &journal.changes {
            assert_eq!(
                change.send(&hands),
                change.told,
                "g2: a repeat gives the first answer"
            );
            let case = change.case().unwrap();
            cases.insert(case["id"].as_str().unwrap().to_owned(), case);
            changes += 1;
        }
    }
    let head = house.by("head", server);
    for (id, told) in &cases {
        let found = head.get(&format!("cases/{id}")).expect(200);
        for field in ["number", "version", "stage", "step", "mediator", "closure"] {
            assert_eq!(found[field], told[field], "g1: {field}");
        }
        assert!(
            found["confidential"].is_object(),
            "g1: the content can be opened"
        );
    }
    let count = |what: &str| usize::try_from(house.database.count(what)).unwrap();
    assert_eq!(
        count("cases"),
        cases.len(),
        "g2: no filing took effect twice"
    );
    assert_eq!(
        count("case_event"),
        changes,
        "g2: no action took effect twice"
    );
    numbers_have_no_gap(house, cases.values());
    chains_are_whole(house, cases.keys());
    changes
}

/// D22.
fn numbers_have_no_gap<'c>(house: &House, cases: impl Iterator<Item = &'c Value>) {
    let number = |case: &Value| {
        case["number"]
            .as_str()
            .unwrap()
            .rsplit('-')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let numbers: BTreeSet<usize> = cases.map(number).collect();
    assert!(
        numbers.iter().copied().eq(1..=numbers.len()),
        "d22: {numbers:?}"
    );
    let last = format!("case_counter WHERE last = {}", numbers.len());
    assert_eq!(house.database.count(&last), 1, "d22: no number is used up");
}

fn chains_are_whole<'c>(house: &House, cases: impl Iterator<Item = &'c String>) {
    let digest: [u8; 32] = Sha256::digest(house.token("coordinator")).into();
    let mut db = house.database.connect();
    let now = SystemClock.now();
    let actor = authenticate(&mut db, &digest, now).unwrap();
    for id in cases {
        let id: CaseId = id.parse().unwrap();
        let case: Authorized<See> = access_case(&mut db, &actor, id, now.date_naive()).unwrap();
        let history = case.history(&mut db, 0, 100).unwrap();
        assert_eq!(history.len(), usize::try_from(case.case().version).unwrap());
        chain_verify(actor.region, &history).unwrap();
    }
}

/// Every message, with its delivery log, as the coordinator sees it.
fn shown(house: &House, server: &Server) -> BTreeMap<String, Value> {
    let coordinator = house.by("coordinator", server);
    let mut shown = BTreeMap::new();
    let mut next = Some("notices?limit=100".to_owned());
    while let Some(path) = next {
        let page = coordinator.get(&path).expect(200);
        for item in page["items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            let detail = coordinator.get(&format!("notices/{id}")).expect(200);
            shown.insert(id.to_owned(), detail);
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    shown
}

/// Each message that a change requires was sent once, or its fate is shown as uncertain (G3, G4).
fn messages_are_there(
    house: &House,
    way: &Way,
    server: &Server,
    journals: &[Journal],
) -> (i64, i64) {
    house.mail_is_quiet();
    let changes = || journals.iter().flat_map(|journal| &journal.changes);
    let required: i64 = changes().map(|change| change.messages()).sum();
    assert_eq!(
        house.database.count("outbox"),
        required,
        "g3: as many as the changes require"
    );
    let (sent, uncertain) = (house.messages("sent"), house.messages("uncertain"));
    assert_eq!(
        sent + uncertain,
        required,
        "g3: sent, or shown as uncertain"
    );

    let letters = way.letters(house);
    let shown = shown(house, server);
    for id in changes().flat_map(|change| change.notices()) {
        assert!(shown.contains_key(&id), "g3: what an answer named is there");
    }
    for id in &letters {
        assert!(shown.contains_key(id), "g3: no letter without a change");
    }
    for (id, notice) in &shown {
        let taken = letters.iter().filter(|letter| *letter == id).count();
        let tries = notice["deliveries"].as_array().unwrap();
        let lost = tries.iter().filter(|one| one["result"] == "uncertain");
        let lost = lost.count();
        let allowed = match notice["state"].as_str().unwrap() {
            "sent" => 1..=1 + lost,
            "uncertain" => 0..=lost,
            other => panic!("g3: {other}: {notice}"),
        };
        assert!(allowed.contains(&taken), "g4: {taken} letters of {notice}");
    }
    let leased = "outbox WHERE lease_token IS NOT NULL";
    assert_eq!(house.database.count(leased), 0);
    (sent, uncertain)
}

/// The way on which the mail leaves.
enum Way {
    Folder,
    Foreign(ForeignServer),
}

impl Way {
    fn serve(&self, house: &House) -> Server {
        match self {
            Way::Folder => house.serve(&[]),
            Way::Foreign(mail) => {
                let url = mail.url();
                house.serve(&[("MAIL__TRANSPORT", "smtp"), ("MAIL__SMTP_URL", &url)])
            }
        }
    }

    /// The ids of the messages that were delivered, one for each letter.
    fn letters(&self, house: &House) -> Vec<String> {
        match self {
            Way::Folder => {
                // `…_ID.eml`
                let of = |name: &String| name.rsplit(['_', '.']).nth(1).unwrap().to_owned();
                house.letters().iter().map(of).collect()
            }
            Way::Foreign(mail) => {
                let of = |letter: &[u8]| {
                    let letter = MessageParser::default().parse(letter).unwrap();
                    let (id, _) = letter.message_id().unwrap().split_once('@').unwrap();
                    id.to_owned()
                };
                mail.taken().iter().map(|(_, letter)| of(letter)).collect()
            }
        }
    }
}

fn kill_again_and_again(house: &House, way: &Way) {
    let seed =
        setting("KELISIM_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    let kills = setting("KELISIM_KILLS").unwrap_or(6);
    println!("seed {seed}");
    let dice = SeededEntropy::new(seed);
    let mut journals: Vec<Journal> = (0..MEDIATORS)
        .map(|number| Journal::new(format!("c{number}"), house.mediators[number].clone()))
        .collect();
    for _ in 0..kills {
        life(house, way, &mut journals, &dice);
    }
    let server = way.serve(house);
    for (number, journal) in journals.iter_mut().enumerate() {
        assert!(journal.resolve(&hands(house, &server, number)));
    }
    let changes = changes_are_there(house, &server, &journals);
    let (sent, uncertain) = messages_are_there(house, way, &server, &journals);
    if house.database.backend() == Backend::Sqlite {
        let faults = "pragma_integrity_check WHERE integrity_check <> 'ok'";
        assert_eq!(house.database.count(faults), 0);
    }
    server.program.stop();
    println!("{kills} kills, {changes} changes, {sent} messages sent, {uncertain} uncertain");
}

on_both_databases! {
    fn g01_g02_g03_kill_9_loses_nothing_and_repeats_nothing(house: House) {
        kill_again_and_again(&house, &Way::Folder);
    }

    fn g04_kill_9_sends_nothing_twice_but_what_is_shown_as_uncertain(house: House) {
        kill_again_and_again(&house, &Way::Foreign(ForeignServer::start()));
    }
}
