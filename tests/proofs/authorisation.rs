//! T10: every principal, every route, every relation (G5).
//!
//! The table says by hand who may what; the routes come from the interface's own document, so that a new one enters by
//! itself and fails until it has a row. Whatever is refused is tried with a request that would change something, and all
//! that is stored is compared before and after; every 404 is compared with that of a thing that is not there, in its words
//! and at the size of a release also by the clock.

mod pages;
mod scene;
mod table;
mod time;
mod walk;

pub(in crate::proofs) use pages::written;
pub use table::rows;

use kelisim_persistence::Defect;

use super::dice::Dice;
use super::report::number;
use super::{Order, Report};
use crate::Backend;

/// How often a foreign thing and none are asked for at each place.
const ROUNDS: usize = 1_000;
/// Whose clocks are looked at: of another office, of no case at all, of no register.
const WATCHES: [&str; 4] = ["stranger_mediator", "other_head", "registrar", "partner"];
/// What a difference of the medians may be, in milliseconds: what a reader at the other end of a network cannot tell
/// from its noise.
const MEDIANS_APART_MOST: f64 = 0.1;

/// Where a defect of [`found_with`] shows.
const DAMAGED: [&str; 5] = ["case", "cases", "notice", "notices", "draft"];

/// Runs the proof.
pub fn prove(order: &Order) -> Report {
    let mut report = Report::begin("T10", order);
    let dice = Dice::new(order.seed);
    let scene = scene::Scene::make(order.backend, None);
    let care = match order.is_quick {
        true => walk::Care::Quick,
        false => walk::Care::Full,
    };
    let found = walk::walk(&scene, care, &dice);
    report.at_least("routes with rows", 60.0, number(table::rows().len()));
    report.at_least("pages with rows", 30.0, number(pages::rows()));
    report.noted("principals", number(table::PEOPLE.len()));
    report.at_least(
        "requests",
        if order.is_quick { 3_000.0 } else { 5_000.0 },
        number(found.calls),
    );
    report.noted("requests that were refused", number(found.denied));
    report.none(
        "routes without rows, or rows without a route",
        &found.without_rows,
    );
    report.none("wrong allow", &found.wrong_allow);
    report.none("wrong deny", &found.wrong_deny);
    report.none("refused, and something was stored", &found.left_a_trace);
    report.none(
        "404 that differs from that of a missing thing",
        &found.told_apart,
    );
    report.none(
        "lists and searches that show too much or too little",
        &found.wrong_list,
    );
    report.none("answers of 5xx", &found.broken);
    if !order.is_quick {
        by_the_clock(&mut report, &scene, &dice);
    }
    report.end()
}

fn by_the_clock(report: &mut Report, scene: &scene::Scene, dice: &Dice) {
    let told = time::measure(scene, &WATCHES, ROUNDS, dice);
    let apart = told
        .iter()
        .map(|one| one.milliseconds.abs())
        .fold(0.0, f64::max);
    let most = told.iter().map(|one| one.t.abs()).fold(0.0, f64::max);
    report.at_least("places looked at by the clock", 20.0, number(told.len()));
    report.at_most(
        "medians of a foreign and a missing thing apart, ms",
        MEDIANS_APART_MOST,
        apart,
    );
    report.noted("largest t of them", most);
    let plain: Vec<&time::Told> = told
        .iter()
        .filter(|one| one.milliseconds.abs() > MEDIANS_APART_MOST)
        .collect();
    for one in plain {
        report.counterexamples.push(format!(
            "{}: {:.3} ms, t = {:.1}",
            one.place, one.milliseconds, one.t
        ));
    }
}

/// What a program with a defect is told by the walk; empty when nothing is found.
///
/// `second_lock` is whether PostgreSQL keeps its own.
pub fn found_with(backend: Backend, defect: Option<Defect>, second_lock: bool) -> Vec<String> {
    let scene = scene::Scene::make(backend, defect);
    if backend == Backend::Postgres && !second_lock {
        scene.t.database.execute(
            "DO $$ DECLARE t record; BEGIN
                FOR t IN SELECT oid::regclass AS name FROM pg_class
                    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relrowsecurity
                LOOP EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', t.name); END LOOP;
            END $$",
        );
    }
    let found = walk::walk(&scene, walk::Care::Only(&DAMAGED), &Dice::new(1));
    assert!(found.calls > 500, "{} requests", found.calls);
    if found.is_clean() {
        return Vec::new();
    }
    [
        ("wrong allow", found.wrong_allow),
        ("wrong deny", found.wrong_deny),
        ("a trace", found.left_a_trace),
        ("told apart", found.told_apart),
        ("wrong list", found.wrong_list),
        ("5xx", found.broken),
        ("without rows", found.without_rows),
    ]
    .into_iter()
    .flat_map(|(kind, all)| all.into_iter().map(move |one| format!("{kind}: {one}")))
    .collect()
}
