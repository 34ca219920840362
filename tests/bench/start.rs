//! From the start of the process to the first good answer, and the memory of a server that waits.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kelisim_tests::Backend;
use serde::Serialize;

use crate::dice::Dice;
use crate::figures::Spread;
use crate::lifecycle;
use crate::network;
use crate::options::Options;
use crate::place::Place;
use crate::process;

const STARTS: usize = 10;
const IDLE_SECONDS: u64 = 5;

/// What was measured on one database.
#[derive(Serialize)]
pub(crate) struct Started {
    cases: u64,
    starts: usize,
    first_answer_seconds: Spread,
    idle_pss_mib: f64,
}

/// Starts the program ten times on a database of a thousand cases and asks every millisecond for the
/// list of cases, with a token.
pub(crate) fn measure(options: &Options, backend: Backend, folder: &Path) -> Started {
    let place = Place::template(backend, folder);
    let cases = lifecycle::walk(&place, &mut Dice::new(options.seed, 3));
    let token = network::head_token(0);
    let mut seconds = Vec::new();
    let mut idle_pss = 0;
    for start in 1..=STARTS {
        let started = Instant::now();
        let mut server = place.launch(&[]);
        server.wait_for_first_answer(&token);
        seconds.push(started.elapsed().as_secs_f64());
        if start == STARTS {
            sleep(Duration::from_secs(IDLE_SECONDS));
            idle_pss = process::pss_bytes(server.pid());
        }
        server.stop();
    }
    let started = Started {
        cases,
        starts: STARTS,
        first_answer_seconds: Spread::of(seconds),
        idle_pss_mib: idle_pss as f64 / 1_048_576.0,
    };
    println!(
        "    first answer after {:.3} s ({:.3} to {:.3}), idle memory (PSS) {:.1} MiB",
        started.first_answer_seconds.median,
        started.first_answer_seconds.min,
        started.first_answer_seconds.max,
        started.idle_pss_mib
    );
    started
}
