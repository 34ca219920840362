//! T23: the program against a model of itself, with crashes, repeats and requests at once (G1, G2, G7).
//!
//! The model is a second, small program that reads the same workflows and knows the rule book by itself: it keeps each case
//! on paper and says what every request must be answered with, and what the case, its timers, its history and its messages
//! are then. People ask what makes sense and what does not, two of them at once about one case, twice under one key, or
//! under a key that stands for something else; deadlines pass while workers look; failpoints fail, people go away before
//! they hear an answer, and the process is gone in the middle of it. Whoever does not know what became of their request
//! asks again, and the model takes either outcome, but one of the two.
//!
//! The routes are asked without a socket, because versions and kept answers are theirs.
//! A million steps over a database are no use for the shrinking replays of a property test, so the steps come from dice of
//! our own; a contradiction tells the story of its one case.

mod answers;
mod asks;
mod book;
mod days;
mod form;
mod house;
mod life;
mod mishaps;
mod moves;
mod orders;
mod paper;
mod people;
mod register;
mod rules;
mod script;
mod whole;
mod wishes;
mod workflows;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use kelisim_persistence::Defect;

use self::house::House;
use self::life::{Life, Tally};
use super::{
    Order,
    dice::Dice,
    report::{Report, number},
};

/// Steps of one house: its database stays small, and there are many workflows that were made up.
const STEPS_OF_HOUSE: usize = 10_000;
/// Houses that are lived in at once.
const LANES: usize = 2;

/// Runs T23.
pub fn prove(order: &Order) -> Report {
    let steps = if order.is_quick { 5_000 } else { 1_000_000 };
    let mut report = Report::begin("T23", order);
    let begun = Instant::now();
    let outcome = run(order, steps, None);
    outcome.figures(&mut report, steps, begun.elapsed().as_secs_f64());
    report.end()
}

/// What the houses showed.
#[derive(Debug, Default)]
pub struct Outcome {
    tally: Tally,
    houses: usize,
}

impl Outcome {
    /// What contradicts the model, one sentence each.
    pub fn divergences(&self) -> &[String] {
        &self.tally.divergences
    }

    fn add(&mut self, other: Tally) {
        let tally = &mut self.tally;
        tally.steps += other.steps;
        tally.accepted += other.accepted;
        tally.refused += other.refused;
        tally.repeated += other.repeated;
        tally.unknown += other.unknown;
        tally.put_off += other.put_off;
        tally.together += other.together;
        tally.fired += other.fired;
        tally.looks += other.looks;
        tally.crashes += other.crashes;
        tally.suspensions += other.suspensions;
        tally.cases += other.cases;
        for (answer, count) in other.answers {
            *tally.answers.entry(answer).or_default() += count;
        }
        tally.divergences.extend(other.divergences);
        self.houses += 1;
    }

    fn figures(&self, report: &mut Report, steps: usize, seconds: f64) {
        let tally = &self.tally;
        report.at_least("steps", number(steps), number(tally.steps));
        report.none("divergences", &tally.divergences);
        let answers = number(tally.answers.len());
        report.noted("cases", number(tally.cases));
        report.noted(
            "requests that took effect or showed a case",
            number(tally.accepted),
        );
        report.noted("requests refused", number(tally.refused));
        report.noted("kinds of answers", answers);
        report.noted("answers lost, or unknown", number(tally.unknown));
        report.noted("answers that nothing was done yet", number(tally.put_off));
        report.noted(
            "requests repeated until they were answered",
            number(tally.repeated),
        );
        report.noted("cases with two requests at once", number(tally.together));
        report.noted("timers that fired", number(tally.fired));
        report.noted("looks of workers", number(tally.looks));
        report.noted("crashes", number(tally.crashes));
        report.noted(
            "mediators suspended or taken back",
            number(tally.suspensions),
        );
        report.noted("houses, each with a workflow made up", number(self.houses));
        report.noted("steps a second", number(tally.steps) / seconds.max(0.001));
    }
}

/// Lives in as many houses as so many steps need; with a defect in the program the model must contradict it.
pub fn run(order: &Order, steps: usize, defect: Option<Defect>) -> Outcome {
    let houses = steps.div_ceil(STEPS_OF_HOUSE).max(LANES);
    let of_house = steps.div_ceil(houses);
    let (next, outcome) = (AtomicUsize::new(0), Mutex::new(Outcome::default()));
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= houses || !outcome.lock().unwrap().divergences().is_empty() {
                        return;
                    }
                    let seed = order.seed.wrapping_mul(10_007).wrapping_add(number as u64);
                    let tally = live(order, seed, of_house, defect);
                    outcome.lock().unwrap().add(tally);
                }
            });
        }
    });
    outcome.into_inner().unwrap()
}

fn live(order: &Order, seed: u64, steps: usize, defect: Option<Defect>) -> Tally {
    let dice = Dice::new(seed);
    let house = House::build(order.backend, seed, defect);
    crate::block_on(async {
        let mut life = Life::new(house, &dice);
        life.live(steps).await;
        whole::compare(&mut life);
        life.tally
    })
}
