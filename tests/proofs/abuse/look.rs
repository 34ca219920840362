//! What else somebody may try: letters, ids, links, and whether an answer or its time tells who has an account.

use std::{
    collections::BTreeSet,
    thread::sleep,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    house::{House, bare, browser, known, unknown},
    welch,
};
use crate::{
    TestApp,
    proofs::{dice::Dice, report::number},
};

/// What came of asking for letters.
pub(super) struct Letters {
    pub(super) asked: usize,
    /// To one account, in any hour.
    pub(super) most: f64,
    pub(super) made: usize,
}

/// Asks for letters for a few accounts, from everywhere, for two hours.
pub(super) fn letters(house: &House, seed: u64, count: usize, addresses: usize) -> Letters {
    let dice = Dice::new(seed);
    let mut all = Letters {
        asked: 0,
        most: 0.0,
        made: 0,
    };
    for number in 0..count {
        let mut hand = browser(house, dice.below(addresses));
        let email = match dice.below(4) {
            0 => unknown(dice.below(10)),
            _ => known(dice.below(4)),
        };
        hand.post("/forgot", &[("email", &email)]);
        all.asked += 1;
        if number % (count / 24).max(1) == 0 {
            house.app.clock.advance(TimeDelta::minutes(5));
        }
    }
    // They are made after the answer.
    let mut times = house.letters();
    loop {
        sleep(Duration::from_millis(500));
        let now = house.letters();
        if now.len() == times.len() {
            break;
        }
        times = now;
    }
    let within = |(who, end): &(String, DateTime<Utc>)| {
        let begin = *end - TimeDelta::hours(1);
        let same =
            |(other, at): &&(String, DateTime<Utc>)| other == who && *at > begin && at <= end;
        times.iter().filter(same).count()
    };
    all.most = number(times.iter().map(within).max().unwrap_or(0));
    all.made = times.len();
    all
}

/// Answers for whoever is there that differ from those for whoever is not.
pub(super) fn told_apart(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    let (mut one, mut other) = (browser(house, 60_000), browser(house, 60_001));
    let (there, not) = (known(7), unknown(7));
    // Guesses, to the end of the budget and past it.
    for number in 0..8 {
        let fields = |email| [("email", email), ("password", "not the password")];
        let first = one.post("/sign-in", &fields(&there));
        let second = other.post("/sign-in", &fields(&not));
        if bare(&first, &one, &there) != bare(&second, &other, &not) {
            found.push(format!("sign-in {number}: {first:?} against {second:?}"));
        }
    }
    for number in 0..6 {
        one.get("/forgot");
        other.get("/forgot");
        let first = one.post("/forgot", &[("email", &there)]);
        let second = other.post("/forgot", &[("email", &not)]);
        if bare(&first, &one, &there) != bare(&second, &other, &not) {
            found.push(format!("forgot {number}: {first:?} against {second:?}"));
        }
    }
    found
}

/// What came of guessing ids and links.
pub(super) struct Walk {
    pub(super) ids: usize,
    pub(super) found: Vec<String>,
    /// Links that were looked at and not stopped.
    pub(super) links: usize,
}

/// Guesses ids near those that somebody knows, and links.
pub(super) fn walk(house: &House, seed: u64, count: usize) -> Walk {
    let dice = Dice::new(seed);
    let t = &house.app;
    let id = |case: &serde_json::Value| case["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    let near: Vec<Uuid> = (0..5).map(|_| id(&t.file(&TestApp::filing()))).collect();
    let mut walk = Walk {
        ids: 0,
        found: Vec::new(),
        links: 0,
    };
    let stranger = t.by("dana");
    let mut answers = BTreeSet::new();
    for _ in 0..count {
        // Others' cases themselves, and whatever lies beside them.
        let base = dice.one_of(&near).as_u128();
        let offset = u128::try_from(dice.below(1 << 20)).unwrap_or(0);
        let guess = match dice.below(5) {
            0 => base,
            1 => base.wrapping_add(offset),
            2 => base.wrapping_sub(offset),
            3 => base ^ (1 << dice.below(62)),
            _ => base.wrapping_add(offset << 80),
        };
        let guess = Uuid::from_u128(guess);
        let kind = dice.one_of(&["cases", "notices", "drafts", "passes"]);
        let reply = stranger.get(&format!("{kind}/{guess}"));
        walk.ids += 1;
        if reply.status != 404 {
            walk.found
                .push(format!("{kind}/{guess}: {} {}", reply.status, reply.text));
            continue;
        }
        let mut problem = reply.json();
        problem["instance"] = serde_json::Value::Null;
        answers.insert(problem.to_string());
    }
    // Whatever is not there and whatever is not theirs look the same.
    if answers.len() > 1 {
        walk.found.push(format!("{answers:?}"));
    }
    let mut hand = browser(house, 60_002);
    for _ in 0..count.min(300) {
        let secret = format!(
            "{}{}",
            Uuid::from_u128(u128::try_from(dice.below(usize::MAX)).unwrap_or(0)).simple(),
            "abcdefghijk"
        );
        let status = hand.get(&format!("/link/{secret}")).status;
        match status {
            404 => walk.links += 1,
            429 => {}
            other => walk.found.push(format!("a link: {other}")),
        }
    }
    walk
}

/// Welch's t of the times for whoever is there against whoever is not: to sign in, and to ask for a letter. The two take turns,
/// in an order that the dice decide, each try for another account and from another address.
pub(super) fn times(house: &House, seed: u64, pairs: usize) -> (f64, f64) {
    let dice = Dice::new(seed);
    let mut lots = [const { Vec::new() }; 4];
    for number in 0..pairs {
        // No budget is used up: the accounts are tried a few times each in many hours.
        if number % 300 == 0 {
            house.app.clock.advance(TimeDelta::hours(24));
        }
        let mut hands = [
            browser(house, 70_000 + number * 2),
            browser(house, 70_001 + number * 2),
        ];
        let first = usize::from(dice.is(50));
        for path in ["/sign-in", "/forgot"] {
            for turn in [first, 1 - first] {
                let email = if turn == 0 {
                    known(number % 300)
                } else {
                    unknown(number % 300)
                };
                hands[turn].get(path);
                let fields: &[(&str, &str)] = match path {
                    "/sign-in" => &[("email", &email), ("password", "not the password")],
                    _ => &[("email", &email)],
                };
                // What the last one left to be done behind its answer is done by now.
                sleep(Duration::from_millis(20));
                let begun = Instant::now();
                let reply = hands[turn].post(path, fields);
                let took = begun.elapsed().as_secs_f64() * 1_000.0;
                assert!([200, 422].contains(&reply.status), "{reply:?}");
                lots[turn + 2 * usize::from(path == "/forgot")].push(took);
            }
        }
    }
    let [signed, not_signed, asked, not_asked] = &lots;
    (welch::t(signed, not_signed), welch::t(asked, not_asked))
}

/// A name of one side in one case of others, one of many, and one of nobody: of one length.
const RARE: &str = "Qzrarea";
const OFTEN: &str = "Qzoften";
const NOBODY: &str = "Qznobod";
/// Cases of others with the name of many.
const CASES: usize = 200;
/// Pairs of searches until the budget of a person is whole again an hour later.
const PAIRS_AN_HOUR: usize = 25;

/// Welch's t of the times to look for a name that stands in cases of others against one that stands nowhere: for a rare name,
/// and for a frequent one. Whoever looks has no case with either.
pub(super) fn search_times(house: &House, seed: u64, pairs: usize) -> [f64; 2] {
    let (dice, t) = (Dice::new(seed), &house.app);
    for number in 0..CASES {
        let mut filing = TestApp::filing();
        filing["parties"][0]["name"] = json!(format!("{OFTEN} Demo"));
        if number == 0 {
            filing["parties"][1]["name"] = json!(format!("{RARE} Demo"));
        }
        t.file(&filing);
    }
    let stranger = t.by("dana");
    [RARE, OFTEN].map(|there| {
        let mut lots = [const { Vec::new() }; 2];
        for number in 0..pairs {
            if number % PAIRS_AN_HOUR == 0 {
                t.clock.advance(TimeDelta::hours(1));
            }
            let first = usize::from(dice.is(50));
            for turn in [first, 1 - first] {
                let name = [there, NOBODY][turn];
                let body = json!({"name": name});
                let begun = Instant::now();
                let reply = stranger.post("cases/search", &body);
                lots[turn].push(begun.elapsed().as_secs_f64() * 1_000.0);
                assert_eq!(reply.expect(200)["items"], json!([]), "{reply:?}");
            }
        }
        let [there, nowhere] = &lots;
        welch::t(there, nowhere)
    })
}
