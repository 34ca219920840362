//! What the standard workflow costs: lifecycles of `mediation` against those of `basic`, counted per transition.

use std::path::Path;

use kelisim_tests::Backend;
use serde::Serialize;

use crate::dice::Dice;
use crate::figures::Spread;
use crate::lifecycle;
use crate::load;
use crate::options::Options;
use crate::place::{Place, Server};
use crate::process;
use crate::way::Way;

/// What was measured with some clients on one database.
#[derive(Serialize)]
pub(crate) struct Row {
    clients: usize,
    rounds: usize,
    seconds: u64,
    basic_per_second: Spread,
    mediation_per_second: Spread,
    /// Transitions a second of `mediation` to those of `basic`, of each round.
    ratio: Spread,
    basic_cpu_ms: Spread,
    mediation_cpu_ms: Spread,
}

/// Transitions a second, and milliseconds of the program's processor time for each.
struct Pass {
    clients: usize,
    way: Way,
    per_second: f64,
    cpu_ms: f64,
}

/// Lets both workflows run in turn, in an order that the seed shuffles, each on a server and a database of its own.
pub(crate) fn measure(options: &Options, backend: Backend, folder: &Path) -> Vec<Row> {
    let walked = Place::template(backend, folder);
    let mut dice = Dice::new(options.seed, 11);
    let mut acknowledged = [lifecycle::walk(&walked, &mut dice), 0];
    let places = [Way::Basic, Way::Mediation].map(|way| walked.copy_for(way.key(), way));
    let servers = places.each_ref().map(|place| place.serve(&[]));
    let most = options.clients.iter().copied().max().unwrap_or(1);
    for server in &servers {
        acknowledged[server.way as usize] += pass(server, most, 1, &mut dice).1;
    }
    let mut passes = Vec::new();
    for round in 1..=options.rounds {
        let mut order: Vec<(usize, &Server)> = Vec::new();
        for clients in &options.clients {
            order.extend(servers.iter().map(|server| (*clients, server)));
        }
        dice.shuffle(&mut order);
        for (clients, server) in order {
            let (pass, lifecycles) = pass(server, clients, options.seconds, &mut dice);
            println!(
                "    round {round} {clients:>2} clients {:9} {:8.1} transitions/s, {:.3} ms of CPU each",
                pass.way.key(),
                pass.per_second,
                pass.cpu_ms
            );
            acknowledged[server.way as usize] += lifecycles;
            passes.push(pass);
        }
    }
    servers.into_iter().for_each(Server::stop);
    verify(&places, acknowledged);
    let rows = options.clients.iter();
    rows.map(|clients| Row::of(options, *clients, &passes))
        .collect()
}

fn pass(server: &Server, clients: usize, seconds: u64, dice: &mut Dice) -> (Pass, u64) {
    let before = process::cpu_seconds(server.pid());
    let seen = load::run(server, clients, seconds as f64, dice);
    let used = process::cpu_seconds(server.pid()) - before;
    let transitions = seen.request_micros.len() as f64;
    let pass = Pass {
        clients,
        way: server.way,
        per_second: transitions / seen.seconds,
        cpu_ms: used * 1e3 / transitions,
    };
    (pass, seen.lifecycles)
}

/// Every acknowledged lifecycle is there, closed as settled, with an event for each request.
fn verify(places: &[Place; 2], acknowledged: [u64; 2]) {
    for (place, lifecycles) in places.iter().zip(acknowledged) {
        let of = format!(
            "workflow_key = '{}' AND ground = 'settled'",
            place.way.key()
        );
        let cases = place.count(&format!("cases WHERE stage = 'closed' AND {of}"));
        let events = place.count(&format!(
            "case_event e JOIN cases c ON c.region_id = e.region_id AND c.id = e.case_id AND c.{of}"
        ));
        let wanted = i64::try_from(lifecycles).unwrap();
        let requests = i64::try_from(place.way.requests()).unwrap();
        assert_eq!(
            (cases, events),
            (wanted, wanted * requests),
            "{:?}",
            place.way
        );
    }
}

impl Row {
    fn of(options: &Options, clients: usize, passes: &[Pass]) -> Self {
        let of = |way: Way| {
            let passes = passes.iter();
            passes.filter(move |pass| pass.clients == clients && pass.way == way)
        };
        let per_second = |way| Spread::of(of(way).map(|pass| pass.per_second));
        let cpu_ms = |way| Spread::of(of(way).map(|pass| pass.cpu_ms));
        let pairs = of(Way::Mediation).zip(of(Way::Basic));
        let row = Self {
            clients,
            rounds: options.rounds,
            seconds: options.seconds,
            basic_per_second: per_second(Way::Basic),
            mediation_per_second: per_second(Way::Mediation),
            ratio: Spread::of(pairs.map(|(a, b)| a.per_second / b.per_second)),
            basic_cpu_ms: cpu_ms(Way::Basic),
            mediation_cpu_ms: cpu_ms(Way::Mediation),
        };
        println!(
            "    {clients} clients: mediation to basic, per transition {:.2} ({:.2} to {:.2}), CPU {:.3} and {:.3} ms",
            row.ratio.median,
            row.ratio.min,
            row.ratio.max,
            row.mediation_cpu_ms.median,
            row.basic_cpu_ms.median
        );
        row
    }
}
