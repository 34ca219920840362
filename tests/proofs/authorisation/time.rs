//! Whether the time of an answer tells what its words do not: a thing that is not theirs takes as long as none.
//!
//! Both are asked for in turn, so that whatever else the machine does falls on both alike.

use std::time::Instant;

use super::scene::Scene;
use super::table::{Answer, PEOPLE, Table};
use crate::proofs::dice::Dice;

/// What one person could read from the clock at one route.
pub(super) struct Told {
    /// Who, where and what.
    pub(super) place: String,
    /// The difference of the medians, in milliseconds.
    pub(super) milliseconds: f64,
    /// Welch's t of the two samples, without their slowest tenth.
    pub(super) t: f64,
}

/// Asks `rounds` times for a foreign thing and for none, at every route that reads one thing.
pub(super) fn measure(scene: &Scene, people: &[&str], rounds: usize, dice: &Dice) -> Vec<Told> {
    let table = Table::read();
    let mut told = Vec::new();
    for route in table.routes.iter().filter(|route| route.method == "GET") {
        let paths = scene.paths(&route.path, &route.noun);
        let last = paths.len() - 1;
        for who in people {
            assert!(PEOPLE.iter().any(|(name, _)| name == who), "{who}");
            let is_missing =
                |thing: usize| table.answer(route, who, thing) == Some(Answer::Missing);
            if last == 0 || !is_missing(last) {
                continue;
            }
            let foreign: Vec<usize> = (0..last).filter(|thing| is_missing(*thing)).collect();
            let Some(thing) = foreign.first() else {
                continue;
            };
            let client = scene.client(who);
            let ask = |path: &str| {
                let begun = Instant::now();
                let reply = client.get(&format!("/api/v1{path}"));
                assert_eq!(reply.status, 404);
                begun.elapsed().as_secs_f64() * 1_000.0
            };
            let (mut foreign, mut none) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                // Who comes first has it colder.
                if dice.is(50) {
                    foreign.push(ask(&paths[*thing]));
                    none.push(ask(&paths[last]));
                } else {
                    none.push(ask(&paths[last]));
                    foreign.push(ask(&paths[*thing]));
                }
            }
            let (a, b) = (trimmed(foreign), trimmed(none));
            told.push(Told {
                place: format!(
                    "{who} {} ({})",
                    route.path, table.things[&route.noun][*thing]
                ),
                milliseconds: a[a.len() / 2] - b[b.len() / 2],
                t: welch(&a, &b),
            });
        }
    }
    told
}

/// In order, without the slowest tenth.
fn trimmed(mut times: Vec<f64>) -> Vec<f64> {
    times.sort_by(f64::total_cmp);
    times.truncate(times.len() * 9 / 10);
    times
}

#[expect(
    clippy::cast_precision_loss,
    reason = "samples have thousands of values"
)]
fn welch(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let spread = |values: &[f64]| {
        let middle = mean(values);
        let squares = values.iter().map(|value| (value - middle).powi(2));
        squares.sum::<f64>() / (values.len() - 1) as f64 / values.len() as f64
    };
    (mean(a) - mean(b)) / (spread(a) + spread(b)).sqrt()
}
