//! T16: whoever tries passwords, letters, ids and links gets no further than the budgets let them, learns nothing of who has
//! an account, and locks nobody out (G5, R5, R12).
//!
//! The application runs in this process, on a clock that the proof moves: an hour of tries passes in as long as its tries
//! take. Absent: the scraping of exports, because there are none yet.

mod house;
mod look;
mod welch;

use std::{collections::BTreeMap, thread};

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_persistence::Defect;

use self::house::{House, browser, known, unknown};
use super::{Order, Report, dice::Dice, report::number};
use crate::browser::{Browser, PASSWORD};

/// How much is tried.
struct Size {
    /// Passwords.
    tries: usize,
    /// Addresses from which they come.
    addresses: usize,
    /// Accounts that are there; as many that are not are tried too.
    accounts: usize,
    /// Letters that are asked for.
    letters: usize,
    /// Ids and links that are guessed.
    ids: usize,
    /// Pairs of tries whose times are compared; none in a test run, whose machine has other work.
    pairs: usize,
    /// The same of searches by name.
    searches: usize,
}

const QUICK: Size = Size {
    tries: 1_500,
    addresses: 50,
    accounts: 10,
    letters: 200,
    ids: 200,
    pairs: 0,
    searches: 0,
};

const FULL: Size = Size {
    tries: 100_000,
    addresses: 1_000,
    accounts: 1_000,
    letters: 5_000,
    ids: 5_000,
    pairs: 1_500,
    searches: 400,
};

/// The tries are spread over so many rounds of five minutes: three hours.
const ROUNDS: usize = 36;
const ROUND: TimeDelta = TimeDelta::minutes(5);
/// Attackers at the same time.
const HANDS: usize = 4;
/// Owners of accounts who go about their work meanwhile; half of all tries are for them.
const OWNERS: usize = 4;
/// Guesses of one account's password in any hour (R12).
const GUESSES_MOST: f64 = 10.0;
/// Letters with a link that one account gets in any hour.
const LETTERS_MOST: f64 = 5.0;
/// Links that are guessed from one address in any hour.
const LINKS_MOST: f64 = 90.0;

/// Runs the proof.
pub fn prove(order: &Order) -> Report {
    let size = if order.is_quick { QUICK } else { FULL };
    let mut report = Report::begin("T16", order);
    let house = House::build(order.backend, size.accounts, None);
    let passwords = passwords(&house, order.seed, &size);
    report.at_least(
        "tries of passwords",
        number(size.tries),
        number(passwords.tries),
    );
    report.noted("addresses from which they came", number(size.addresses));
    report.noted("accounts that were there", number(size.accounts));
    report.noted(
        "tries that were answered as a wrong password",
        number(passwords.guesses.values().map(Vec::len).sum()),
    );
    report.at_most(
        "guesses of one password in any hour",
        GUESSES_MOST,
        most_in_an_hour(&passwords.guesses),
    );
    report.none(
        "answers that are neither wrong nor too many",
        &passwords.odd,
    );
    report.at_least(
        "sign-ins of the owners on devices of theirs",
        number(ROUNDS),
        number(passwords.owners),
    );
    report.none("owners who were locked out", &passwords.locked_out);
    house.app.clock.advance(TimeDelta::hours(24));
    let letters = look::letters(&house, order.seed, size.letters, size.addresses);
    report.at_least(
        "letters that were asked for",
        number(size.letters),
        number(letters.asked),
    );
    report.at_most(
        "letters to one account in any hour",
        LETTERS_MOST,
        letters.most,
    );
    report.at_least("letters that were made", 1.0, number(letters.made));
    house.app.clock.advance(TimeDelta::hours(24));
    report.none(
        "answers that tell who has an account",
        &look::told_apart(&house),
    );
    let walk = look::walk(&house, order.seed, size.ids);
    report.at_least("ids that were guessed", number(size.ids), number(walk.ids));
    report.none("ids that were found, or told apart from none", &walk.found);
    report.at_most(
        "links looked at from one address in an hour",
        LINKS_MOST,
        number(walk.links),
    );
    if size.pairs > 0 {
        house.app.clock.advance(TimeDelta::hours(24));
        let (sign_in, forgot) = look::times(&house, order.seed, size.pairs);
        report.noted("pairs of times", number(size.pairs));
        report.at_most(
            "t of the times to sign in, known against unknown",
            welch::TOLD_APART,
            sign_in.abs(),
        );
        report.at_most(
            "t of the times to ask for a letter",
            welch::TOLD_APART,
            forgot.abs(),
        );
        let [rare, often] = look::search_times(&house, order.seed, size.searches);
        report.noted("pairs of searches", number(size.searches));
        for (name, t) in [
            (
                "t of the times to look for a rare name of others, against nobody's",
                rare,
            ),
            (
                "t of the times to look for a frequent name of others, against nobody's",
                often,
            ),
        ] {
            report.at_most(name, welch::TOLD_APART, t.abs());
        }
    }
    report.end()
}

/// The most guesses of one password in an hour, by a program with a defect.
pub fn guesses_with(order: &Order, defect: Defect) -> f64 {
    let house = House::build(order.backend, QUICK.accounts, Some(defect));
    most_in_an_hour(&passwords(&house, order.seed, &QUICK).guesses)
}

/// When each account's password was guessed.
type Guesses = BTreeMap<String, Vec<DateTime<Utc>>>;

/// What came of the tries.
#[derive(Default)]
struct Passwords {
    tries: usize,
    guesses: Guesses,
    odd: Vec<String>,
    owners: usize,
    locked_out: Vec<String>,
}

fn passwords(house: &House, seed: u64, size: &Size) -> Passwords {
    let mut all = Passwords::default();
    let mut owners: Vec<Browser> = (0..OWNERS).map(|number| owner(house, number)).collect();
    for round in 0..ROUNDS {
        let of_round = size.tries.div_ceil(ROUNDS * HANDS);
        thread::scope(|scope| {
            let hands = (0..HANDS).map(|hand| {
                let seed =
                    seed.wrapping_mul(1_000_003) ^ u64::try_from(round * HANDS + hand).unwrap_or(0);
                scope.spawn(move || guess(house, seed, of_round, size))
            });
            let hands: Vec<_> = hands.collect();
            let at_work = owners.iter_mut().enumerate();
            for (number, owner) in at_work.filter(|(number, _)| number % OWNERS == round % OWNERS) {
                all.owners += 1;
                let reply = owner.sign_in(&known(number), PASSWORD);
                if reply.status != 303 {
                    all.locked_out
                        .push(format!("{} {}", known(number), reply.status));
                }
                owner.get("/account");
                owner.post("/sign-out", &[]);
            }
            for hand in hands {
                let one = hand.join().unwrap();
                all.tries += one.tries;
                all.odd.extend(one.odd);
                for (email, times) in one.guesses {
                    all.guesses.entry(email).or_default().extend(times);
                }
            }
        });
        house.app.clock.advance(ROUND);
    }
    all
}

/// Somebody on a device with which they were signed in before, behind an address from which they are attacked.
fn owner(house: &House, number: usize) -> Browser {
    let mut browser = browser(house, number);
    let reply = browser.sign_in(&known(number), PASSWORD);
    assert_eq!(reply.status, 303, "{reply:?}");
    browser.get("/account");
    browser.post("/sign-out", &[]);
    browser
}

fn guess(house: &House, seed: u64, tries: usize, size: &Size) -> Passwords {
    let dice = Dice::new(seed);
    let mut one = Passwords::default();
    let mut hand: Option<Browser> = None;
    for number in 0..tries {
        // Each address tries a while, with a new browser: nothing of the last one is known.
        if hand.is_none() || number % 20 == 0 {
            hand = Some(browser(house, dice.below(size.addresses)));
        }
        let Some(hand) = hand.as_mut() else { continue };
        let email = match dice.below(4) {
            0 | 1 => known(dice.below(OWNERS)),
            2 => house.one_of(&dice),
            _ => unknown(dice.below(size.accounts)),
        };
        one.tries += 1;
        let reply = hand.post(
            "/sign-in",
            &[("email", &email), ("password", "not the password")],
        );
        match reply.status {
            422 => one.guesses.entry(email).or_default().push(house.now()),
            429 => {}
            status => one.odd.push(format!("{status} for {email}")),
        }
    }
    one
}

/// The most of one account within any hour.
fn most_in_an_hour(guesses: &Guesses) -> f64 {
    let most = guesses.values().map(|times| {
        let mut times = times.clone();
        times.sort_unstable();
        let within = |end: &DateTime<Utc>| {
            let begin = *end - TimeDelta::hours(1);
            times
                .iter()
                .filter(|time| **time > begin && *time <= end)
                .count()
        };
        times.iter().map(within).max().unwrap_or(0)
    });
    number(most.max().unwrap_or(0))
}
