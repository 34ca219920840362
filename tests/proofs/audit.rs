//! T12: whatever is done to the audit log afterwards is found (G9).
//!
//! A log of changes, readings and events of cases is made and sealed by the program, and its head is anchored at some
//! places. Then somebody with every right on the database flips single values of every column, removes, exchanges,
//! renumbers, cuts, seals anew, and puts an older state back, each in a transaction that is undone after the look; and the
//! exported file is treated alike under the eyes of the stand-alone verifier, which knows nothing of the program.
//! In between the log grows, waits for its seals, and is sealed by several workers at once: nothing of that may be called
//! damage.

mod attack;
mod world;

use std::time::Instant;

use kelisim_audit_verify::Checker;

use self::{
    attack::{Attack, Attacker},
    world::World,
};
use super::{
    Order,
    dice::Dice,
    report::{Report, number},
};

/// How large a run is.
#[derive(Debug, Clone, Copy)]
struct Size {
    entries: usize,
    cases: usize,
    attacks: usize,
    clean: usize,
    /// Changes of the exported file.
    exports: usize,
}

const QUICK: Size = Size {
    entries: 200,
    cases: 4,
    attacks: 500,
    clean: 20,
    exports: 100,
};
const FULL: Size = Size {
    entries: 20_000,
    cases: 300,
    attacks: 10_000,
    clean: 1_000,
    exports: 500,
};
/// Entries a second that are verified, by an optimised program.
const RATE: f64 = 100_000.0;
/// Looks of which the fastest counts: other programs run on the machine too.
const LOOKS: usize = 5;

/// Runs T12.
pub fn prove(order: &Order) -> Report {
    let size = if order.is_quick { QUICK } else { FULL };
    let mut report = Report::begin("T12", order);
    let outcome = run(order, size, "");
    outcome.figures(&mut report, size, order.is_quick);
    report.end()
}

/// What a run showed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Attacks that nobody noticed.
    pub unnoticed: Vec<String>,
    /// Damage that was called by another name, or at another place.
    misnamed: Vec<String>,
    /// What was called damage and was none.
    pub false_alarms: Vec<String>,
    /// Changes of an export that the stand-alone verifier did not notice, or its false alarms.
    exports: Vec<String>,
    entries: usize,
    events: usize,
    attacks: usize,
    classes: usize,
    clean: usize,
    rate: f64,
}

impl Outcome {
    fn figures(&self, report: &mut Report, size: Size, is_quick: bool) {
        report.at_least("entries", number(size.entries), number(self.entries));
        report.at_least("attacks", number(size.attacks), number(self.attacks));
        report.none("attacks that were not noticed", &self.unnoticed);
        report.none("attacks that were called by another name", &self.misnamed);
        report.at_least(
            "looks at a right log",
            number(size.clean),
            number(self.clean),
        );
        report.none("false alarms", &self.false_alarms);
        report.none(
            "changes of an export that the stand-alone verifier missed",
            &self.exports,
        );
        if is_quick {
            // The test command does not optimise.
            report.noted("entries verified a second", self.rate);
        } else {
            report.at_least("entries verified a second", RATE, self.rate);
        }
        report.noted("events of cases among the entries", number(self.events));
        report.noted("kinds of attack", number(self.classes));
        report.noted("changes of an export", number(size.exports));
    }
}

/// Makes a log, attacks it, and looks; `defect` is one that the program has.
fn run(order: &Order, size: Size, defect: &str) -> Outcome {
    let dice = Dice::new(order.seed);
    let mut world = World::build(order.backend, &dice, size.entries, size.cases, defect);
    let mut outcome = Outcome {
        entries: world.length(),
        events: world.events(),
        ..Outcome::default()
    };
    attack_all(&world, &dice, size.attacks, &mut outcome);
    attack_exports(&world, &dice, size.exports, &mut outcome);
    outcome.rate = rate(&world);
    for _ in 0..size.clean {
        outcome.clean += 1;
        outcome.false_alarms.extend(world.live_on(&dice));
    }
    outcome
}

fn attack_all(world: &World, dice: &Dice, attacks: usize, outcome: &mut Outcome) {
    let mut attacker = Attacker::new(world, dice);
    let mut classes: Vec<&'static str> = Vec::new();
    for turn in 0..attacks {
        let attack = attacker.plan(turn);
        if !classes.contains(&attack.name) {
            classes.push(attack.name);
        }
        outcome.attacks += 1;
        let Attack {
            name, kinds, place, ..
        } = &attack;
        match attacker.carry_out(&attack) {
            None => outcome.unnoticed.push(format!("{name} at {place:?}")),
            Some((kind, seq)) if !kinds.contains(&kind) || !place.contains(&seq) => {
                let told = kind.code();
                let text = format!("{name} at {place:?} was called {told} at {seq}");
                outcome.misnamed.push(text);
            }
            Some(_) => {}
        }
    }
    outcome.classes = classes.len();
}

/// The same log as a file, read by somebody who has neither the database nor the program.
fn attack_exports(world: &World, dice: &Dice, attacks: usize, outcome: &mut Outcome) {
    let lines = world.export();
    let anchors = world.anchors_as_text();
    let wrong = |lines: &[String]| {
        let anchors = kelisim_audit_verify::anchors(&anchors).unwrap();
        let mut checker = Checker::new(anchors, false);
        let found = lines.iter().find_map(|line| checker.take(line).err());
        found.or_else(|| checker.end().err())
    };
    if let Some(fault) = wrong(&lines) {
        outcome.exports.push(format!("a right export: {fault}"));
    }
    for _ in 0..attacks {
        let mut changed = lines.clone();
        let what = attack::on_export(&mut changed, dice);
        if wrong(&changed).is_none() {
            outcome.exports.push(what);
        }
    }
}

fn rate(world: &World) -> f64 {
    let seconds = (0..LOOKS).map(|_| {
        let started = Instant::now();
        world.verify();
        started.elapsed().as_secs_f64()
    });
    let fastest = seconds.fold(f64::INFINITY, f64::min);
    number(world.length()) / fastest.max(f64::MIN_POSITIVE)
}

/// A small run with a defect put in: what was not noticed.
pub fn unnoticed_with(backend: crate::Backend, seed: u64, defect: &str) -> Outcome {
    let order = Order {
        seed,
        backend,
        is_quick: true,
    };
    let size = Size {
        entries: 120,
        cases: 2,
        attacks: 300,
        clean: 3,
        exports: 1,
    };
    run(&order, size, defect)
}
