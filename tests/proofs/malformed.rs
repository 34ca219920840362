//! T9: what is malformed is refused, and nothing else comes of it (G11).
//!
//! Two kinds of attackers: schemathesis reads the OpenAPI document and tries what it says, and our own generator tries what
//! no document says, bytes that are no HTTP among them. Beside them a crowd holds connections as slowly as it may, and a
//! user does their work.

mod beside;
mod bodies;
mod document;
mod gun;
mod judge;
mod nasty;
mod pages;
mod requests;
mod shot;
mod tool;
mod wires;
mod world;

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use self::{
    beside::{Fared, crowd, user, well_meant},
    document::Document,
    gun::Gun,
    judge::Tally,
    tool::{Outcome, Run},
    world::World,
};
use super::{
    Order, Report,
    report::{number, percentile},
};
use crate::Backend;

/// How much is sent.
struct Size {
    /// By everybody together.
    requests: usize,
    /// Of these by schemathesis, at least.
    by_tool: usize,
    /// The people as whom schemathesis tries, and its inventions for each operation.
    people: &'static [&'static str],
    examples: usize,
    /// Requests of the user before anybody attacks.
    calm: usize,
    /// Shots before the memory is first looked at: it rises until every thread has seen something of everything, and then
    /// stays where it is.
    warm: usize,
}

const QUICK: Size = Size {
    requests: 10_000,
    by_tool: 2_000,
    people: &["coordinator"],
    examples: 5,
    calm: 100,
    warm: 3_000,
};

const FULL: Size = Size {
    requests: 50_000,
    by_tool: 14_000,
    people: &[
        "coordinator",
        "registrar",
        "administrator",
        "head",
        "aigul",
        "auditor",
        "partner",
    ],
    examples: 20,
    calm: 1_000,
    warm: 9_000,
};

/// Attackers of our own at the same time.
const GUNS: u64 = 3;

/// By how much the memory of the process may grow, in percent.
const GROWTH_MOST: f64 = 10.0;
/// How many times as long the user may wait as before.
const SLOWER_MOST: f64 = 2.0;

/// What is compared: as many clients as attack, who send nothing but good requests, take time from the user too.
const BESIDE: &str = "p99 of the user beside it, times that beside as many good clients";

/// Runs the proof.
pub fn prove(order: &Order) -> Report {
    let size = if order.is_quick { QUICK } else { FULL };
    let mut report = Report::begin("T9", order);
    let world = World::build(order.backend, "");
    let document = Document::read();
    // Everything has been used once before anything is measured.
    user(&world, |count| count >= size.calm / 4);
    let calm = beside_good_ones(&world, size.calm);
    let outcomes: Vec<Outcome> = size
        .people
        .iter()
        .zip(order.seed..)
        .map(|(who, seed)| {
            let run = Run {
                who,
                seed,
                examples: size.examples,
            };
            run.go(&world)
        })
        .collect();
    let by_tool: usize = outcomes.iter().map(|outcome| outcome.requests).sum();
    let ours = size.requests.saturating_sub(by_tool);
    let attack = attack(&world, &document, order.seed, ours, size.warm);
    let failures: Vec<String> = outcomes
        .into_iter()
        .flat_map(|outcome| outcome.failures)
        .collect();

    report.at_least(
        "requests",
        number(size.requests),
        number(attack.tally.sent + by_tool),
    );
    report.at_least(
        "of these by schemathesis",
        number(size.by_tool),
        number(by_tool),
    );
    report.none("answers of 5xx", &attack.tally.faults);
    report.none("panics", &panics(&world));
    report.none(
        "answers that the document does not promise",
        &attack.tally.undocumented,
    );
    report.none("what is malformed and was accepted", &attack.tally.accepted);
    report.none("refusals that are no problems", &attack.tally.formless);
    report.none("findings of schemathesis", &failures);
    report.none(
        "what went wrong for the user beside it",
        &[calm.wrong.as_slice(), &attack.fared.wrong].concat(),
    );
    report.at_most("growth of the memory, percent", GROWTH_MOST, attack.growth);
    let slower = attack.fared.p99() / calm.p99();
    match order.is_quick {
        // A test run has the machine for itself never.
        true => report.noted(BESIDE, slower),
        false => report.at_most(BESIDE, SLOWER_MOST, slower),
    }
    report.noted(
        "p99 of the user beside good clients, milliseconds",
        calm.p99(),
    );
    report.noted(
        "p99 of the user beside it, milliseconds",
        attack.fared.p99(),
    );
    report.noted(
        "requests of the user beside it",
        number(attack.fared.count()),
    );
    report.noted(
        "attackers who shut themselves out",
        number(world.shut_out()),
    );
    report.noted("connections held slowly", number(attack.slow));
    report.noted(
        "connections cut off without an answer",
        number(attack.tally.silent),
    );
    for (status, count) in &attack.tally.answers {
        report.noted(&format!("answers {status}"), number(*count));
    }
    world.server.program.stop();
    report.end()
}

/// How many of so many shots are answered with 5xx by a server with a defect; it stops with the first.
///
/// # Panics
/// The program cannot be run at all.
pub fn faults_with(order: &Order, shots: usize, defect: &str) -> usize {
    let world = World::build(order.backend, defect);
    let document = Document::read();
    let mut gun = Gun::new(&world.server.listen, &document, &world.names, order.seed);
    for _ in 0..shots {
        gun.fire();
        if !gun.tally.faults.is_empty() && !panics(&world).is_empty() {
            break;
        }
    }
    gun.tally.faults.len()
}

/// What goes wrong for the user when shots have ended everything of theirs that is on this side of the border.
///
/// # Panics
/// It cannot be ended.
pub fn wrong_after_the_worst(backend: Backend) -> Vec<String> {
    let world = World::build(backend, "");
    world.end_what_the_user_has_here();
    let fared = user(&world, |count| count >= 10);
    world.server.program.stop();
    fared.wrong
}

/// What our own attack came to.
struct Attack {
    tally: Tally,
    fared: Fared,
    /// Connections of the crowd.
    slow: usize,
    /// Of the memory, in percent, after the shots that warm it.
    growth: f64,
}

/// A user beside clients who mean well.
fn beside_good_ones(world: &World, requests: usize) -> Fared {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..GUNS {
            scope.spawn(|| well_meant(&world.server.listen, &stop));
        }
        let fared = user(world, |count| count >= requests);
        stop.store(true, Ordering::Relaxed);
        fared
    })
}

fn attack(world: &World, document: &Document, seed: u64, shots: usize, warm: usize) -> Attack {
    let (left, stop) = (AtomicUsize::new(shots), AtomicBool::new(false));
    let address = world.server.listen.as_str();
    let shoot = |number: u64, until: usize| {
        let (left, names) = (&left, &world.names);
        let mut gun = Gun::new(address, document, names, seed.wrapping_mul(1_000) + number);
        move || {
            let next = |left: usize| (left > until).then(|| left - 1);
            while left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, next)
                .is_ok()
            {
                gun.fire();
            }
            (0..3).for_each(|_| gun.heave());
            gun.tally
        }
    };
    let volley = |first: u64, until: usize| {
        let mut tally = Tally::default();
        thread::scope(|scope| {
            let guns: Vec<_> = (first..first + GUNS)
                .map(|number| scope.spawn(shoot(number, until)))
                .collect();
            for gun in guns {
                tally.add(gun.join().unwrap());
            }
        });
        tally
    };
    thread::scope(|scope| {
        let slow = scope.spawn(|| crowd(address, seed, &stop));
        let fared = scope.spawn(|| user(world, |_| stop.load(Ordering::Relaxed)));
        let mut tally = volley(0, shots.saturating_sub(warm));
        let before = memory(world);
        println!("  {} shots, answers {:?}", tally.sent, tally.answers);
        tally.add(volley(GUNS, 0));
        let after = memory(world);
        stop.store(true, Ordering::Relaxed);
        Attack {
            tally,
            fared: fared.join().unwrap(),
            slow: slow.join().unwrap(),
            growth: (after / before - 1.0) * 100.0,
        }
    })
}

/// The memory in use, in KiB; in the middle of a second, because what was freed is given back a little later.
fn memory(world: &World) -> f64 {
    let mut looks: Vec<f64> = (0..10)
        .map(|_| {
            thread::sleep(Duration::from_millis(100));
            number(world.server.program.memory())
        })
        .collect();
    percentile(&mut looks, 50)
}

/// The lines in which a process tells of a panic.
fn panics(world: &World) -> Vec<String> {
    let log = world.server.program.log();
    let told = log.lines().filter(|line| line.contains("panicked"));
    told.map(|line| shot::cut(line, 500)).collect()
}
