//! T8: every deadline fires exactly once, none early and none missed, whatever the clock does (G7).
//!
//! Cases are filed in every zone of the time zone database, around every change of its clocks from 2024 to 2037 and around
//! leap days; each starts timers of hours, days and working days. The clock is the proof's own: it jumps by seconds, days
//! and years in both directions while workers claim, fail, die and come back, while a restored system is held, and while
//! people act on the same cases. What the history says in the end is held against what should have happened.
//!
//! Beside it a process of the program itself runs under a clock that libfaketime sets for it.

mod faketime;
mod history;
mod world;
mod zones;

use std::time::Duration;

use chrono::TimeDelta;
use kelisim_api::clock::{Clock, SystemClock};
use kelisim_api::worker::timers::{Options, Timers};
use kelisim_domain::calendar::Zone;

use self::{
    history::Verdict,
    world::World,
    zones::{Change, changes},
};
use super::{
    Order,
    dice::Dice,
    report::{Report, number},
};
use crate::{Backend, TestDatabase, program::wait_until};

/// Failures that workers meet: before, inside and after their transactions.
const NUISANCES: &str = "timers.before_claim=error:busy%2,timers.claim_read=error:rolled_back%3,\
    timers.after_claim=error:unavailable%3,timers.before_fire=error:busy%2,timers.fire_read=error:unavailable%2,\
    timers.after_fire=error:commit_unknown%2,timers.before_release=error:unavailable%5";
/// Seconds by which the clock jumps.
const JUMPS: [i64; 7] = [1, 60, 3_600, 86_400, 7 * 86_400, 30 * 86_400, 400 * 86_400];
/// Cases that are filed between two looks of the workers.
const CHUNK: usize = 40;
/// After a failed look the next one comes when the leases have run out.
const LEASE: Duration = Duration::from_secs(60);
/// Looks within which everything that is due has fired; most of the time it is one.
const LOOKS_MOST: usize = 200;

/// Runs T8.
pub fn prove(order: &Order) -> Report {
    let mut report = Report::begin("T8", order);
    let timers = if order.is_quick { 2_000 } else { 100_000 };
    zones::figures(&mut report, order.is_quick);
    world::invalid_days(&mut report, order.backend);
    // The short part first: it needs the program as it was built with this proof.
    faketime::figures(&mut report, order);
    let outcome = run(order, timers, "");
    outcome.figures(&mut report, timers);
    report.end()
}

/// What a run under the proof's own clock showed.
pub struct Outcome {
    verdict: Verdict,
    /// Timers that were due and armed although the workers had looked.
    missed: Vec<String>,
    /// Timers that fired while the system was held.
    unheld: Vec<String>,
    jumps: usize,
    kills: usize,
    zones: usize,
    cases: usize,
}

impl Outcome {
    /// Timers that fired before their time, one sentence each.
    pub fn early(&self) -> &[String] {
        &self.verdict.early
    }

    fn figures(&self, report: &mut Report, timers: usize) {
        let verdict = &self.verdict;
        report.at_least("timers that fired", number(timers), number(verdict.fired));
        report.none("fired more than once", &verdict.twice);
        report.none("fired early", &verdict.early);
        report.none("missed by workers that had looked", &self.missed);
        report.none("neither fired nor ended by their case", &verdict.lost);
        report.none("fired after their case had ended them", &verdict.ended);
        report.none(
            "fired before an earlier one of the same case",
            &verdict.disorder,
        );
        report.none("rows that contradict the history", &verdict.contradictions);
        report.none("messages too many or too few", &verdict.messages);
        report.none("fired while the system was held", &self.unheld);
        report.noted("ended by their case in time", number(verdict.cancelled));
        report.noted("cases", number(self.cases));
        report.noted("zones with a change of their clocks", number(self.zones));
        report.noted("jumps of the clock", number(self.jumps));
        report.noted("workers that died at work", number(self.kills));
    }
}

/// Files, jumps, kills and judges until so many timers have fired; `more` is a defect that the workers have.
pub fn run(order: &Order, timers: usize, more: &str) -> Outcome {
    let dice = Dice::new(order.seed);
    let plan = format!("{NUISANCES},{more},seed={}", order.seed);
    let world = World::build(order.backend, &plan);
    let changes = changes();
    let mut run = Run {
        world: &world,
        dice: &dice,
        missed: Vec::new(),
        unheld: Vec::new(),
        jumps: 0,
        kills: 0,
    };
    let mut cases = 0;
    // Seven of the timers of a case fire, unless people are faster.
    while cases * 6 < timers {
        // Spread over all years in each round, so that every size sees every kind of change.
        let mut some: Vec<(&Change, TimeDelta)> = (0..CHUNK)
            .map(|_| {
                let days = *dice.one_of(&[1, 10, 40]);
                let hours = i64::try_from(dice.below(48)).unwrap_or(0) - 24;
                (
                    dice.one_of(&changes),
                    TimeDelta::days(days) + TimeDelta::hours(hours),
                )
            })
            .collect();
        some.sort_by_key(|(change, before)| change.at - *before);
        for (change, before) in some {
            world.file(change.zone, change.at - before);
            cases += 1;
            if dice.is(12) {
                run.person();
            }
            if dice.is(15) {
                run.look();
            }
        }
        run.look();
    }
    run.finish();
    let verdict = history::judge(&world);
    let Run {
        missed,
        unheld,
        jumps,
        kills,
        ..
    } = run;
    let mut zones: Vec<&str> = changes.iter().map(|change| change.zone.name()).collect();
    zones.dedup();
    Outcome {
        verdict,
        missed,
        unheld,
        jumps,
        kills,
        zones: zones.len(),
        cases,
    }
}

/// The proof under way.
struct Run<'a> {
    world: &'a World,
    dice: &'a Dice,
    missed: Vec<String>,
    unheld: Vec<String>,
    jumps: usize,
    kills: usize,
}

impl Run<'_> {
    fn worker(&self) -> Timers {
        let options = Options {
            batch: 1 + self.dice.below(64),
            parallel: 1 + self.dice.below(16),
            lease: LEASE,
            poll: Duration::from_millis(1),
        };
        Timers::new(self.world.app.clone(), options)
    }

    /// A person goes on with one of the cases.
    fn person(&self) {
        let cases = self.world.cases();
        self.world.screen(*self.dice.one_of(&cases));
    }

    /// The clock jumps, and workers look.
    fn look(&mut self) {
        // Whoever dies before the jump leaves leases that the new clock knows nothing of.
        let is_killed = self.dice.is(30);
        if is_killed {
            self.kill();
        }
        let seconds = *self.dice.one_of(&JUMPS);
        let back = self.dice.is(40);
        self.world.advance(if back { -seconds } else { seconds });
        self.jumps += 1;
        // What a killed worker had handed to the database may end while the system is held already.
        if !is_killed && self.dice.is(10) {
            self.held();
        }
        // Whoever acts while the workers do wins or loses, and nothing happens twice.
        let cases = self.world.cases();
        let case = self.dice.is(30).then(|| *self.dice.one_of(&cases));
        std::thread::scope(|scope| {
            if let Some(case) = case {
                let world = self.world;
                scope.spawn(move || world.screen(case));
            }
            self.drain();
        });
        let late = self.until_quiet();
        self.missed.extend(late);
    }

    /// One worker, or two that race for the same timers; what fails is looked at again.
    fn drain(&self) {
        let (one, other) = (self.worker(), self.worker());
        let two = self.dice.is(40);
        self.world.block_on(async {
            let second = async {
                if two {
                    let _ = other.drain().await;
                }
            };
            let _ = tokio::join!(one.drain(), second);
        });
    }

    /// Looks until nothing is due any more; gives what is still due then.
    fn until_quiet(&mut self) -> Vec<String> {
        for _ in 0..LOOKS_MOST {
            if self.world.due().is_empty() {
                return Vec::new();
            }
            self.world
                .advance(i64::try_from(LEASE.as_secs()).unwrap_or(60) + 1);
            self.drain();
        }
        self.world.due()
    }

    /// A worker dies in the middle of whatever it does: its claims stay.
    fn kill(&mut self) {
        let worker = self.worker();
        let after = Duration::from_micros(self.dice.below(15_000) as u64);
        self.world.block_on(async {
            let _ = tokio::time::timeout(after, worker.run(std::future::pending())).await;
        });
        self.kills += 1;
    }

    /// G10: while a restored system waits for its release, nothing fires.
    fn held(&mut self) {
        self.world.hold(true);
        let before = self.world.fired();
        self.drain();
        let fired = self.world.fired() - before;
        if fired > 0 {
            self.unheld.push(format!("{fired} timers"));
        }
        self.world.hold(false);
    }

    /// Two months after everything.
    fn finish(&mut self) {
        self.world.settle();
        let late = self.until_quiet();
        self.missed.extend(late);
    }
}

/// A small run with a defect put in: what fired early.
pub fn early_with(backend: Backend, seed: u64, defect: &str) -> usize {
    let order = Order {
        seed,
        backend,
        is_quick: true,
    };
    run(&order, 300, defect).early().len()
}

/// A process of the program lets the timers of a few cases fire, under a plan of failpoints.
///
/// # Panics
/// Something that was due has not fired within a minute.
pub fn a_worker_at_work(backend: Backend, plan: &str) {
    let world = World::lay(
        TestDatabase::create_durable(backend),
        &kelisim_persistence::Options::default(),
    );
    for hours in 0..8 {
        let filed = SystemClock.now() - TimeDelta::days(5) - TimeDelta::hours(hours);
        world.file(Zone::ORAL, filed);
    }
    // The clock of the world stands where the last case was filed; the process has that of the machine.
    world.advance(4 * 86_400);
    let program = world.work(0, &[("KELISIM_FAILPOINTS", plan.to_owned())]);
    let limit = Duration::from_secs(60);
    wait_until("everything that is due", limit, || world.due().is_empty());
    program.stop();
}
