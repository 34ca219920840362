//! The lifecycle of a case over HTTP against the limit, interleaved, in an order that the seed shuffles.

use std::path::Path;

use kelisim_tests::Backend;
use serde::Serialize;

use crate::dice::Dice;
use crate::figures::Latency;
use crate::limit_postgres::{self, Measured, Work};
use crate::limit_sqlite;
use crate::load;
use crate::options::Options;
use crate::place::{Place, Server};
use crate::{fsync, process, slow};

/// Who works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Who {
    /// The program, over HTTP.
    Ours,
    /// The same reads and writes without a program.
    Limit,
    /// Case, event and message alone.
    Thin,
}

/// One contender for some seconds.
#[derive(Debug, Serialize)]
pub(crate) struct Pass {
    pub(crate) round: usize,
    pub(crate) clients: usize,
    pub(crate) who: Who,
    pub(crate) lifecycles: u64,
    pub(crate) per_second: f64,
    pub(crate) lifecycle_ms: Latency,
    /// Of each request; only the program has requests.
    pub(crate) request_ms: Option<Latency>,
    /// Milliseconds of processor time a lifecycle.
    pub(crate) program_cpu_ms: Option<f64>,
    pub(crate) database_cpu_ms: Option<f64>,
    pub(crate) client_cpu_ms: Option<f64>,
    pub(crate) peak_pss_bytes: Option<u64>,
    pub(crate) fsync_micros: f64,
}

/// Everything that was measured on one database.
#[derive(Serialize)]
pub(crate) struct Measurement {
    pub(crate) database: &'static str,
    /// Read back from the connections that were used.
    pub(crate) durability: Vec<(String, String)>,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
    pub(crate) idle_pss_bytes: u64,
    /// The most that was resident at any time, shared pages included.
    pub(crate) peak_resident_bytes: u64,
    pub(crate) passes: Vec<Pass>,
    /// SQLite only: each fsync made two milliseconds longer.
    pub(crate) slow_disk: Vec<slow::Row>,
    /// What the database held at the end, checked against what was acknowledged.
    pub(crate) verified: Verified,
}

/// The rows behind the acknowledged lifecycles.
#[derive(Debug, Serialize)]
pub(crate) struct Verified {
    pub(crate) lifecycles: u64,
    pub(crate) cases_closed: i64,
    pub(crate) events: i64,
    pub(crate) messages: i64,
    pub(crate) answers: i64,
}

/// How many cases the databases hold at least when a run begins.
const CASES_BEFORE: u64 = 1_000;

enum Limit {
    Sqlite(limit_sqlite::Limit),
    Postgres(limit_postgres::Limit, limit_postgres::Limit),
}

struct Run<'a> {
    options: &'a Options,
    backend: Backend,
    server: Server,
    limit: Limit,
    /// The process whose children do PostgreSQL's work.
    postmaster: Option<u32>,
    folder: &'a Path,
    dice: Dice,
    acknowledged: u64,
}

/// Measures one database.
pub(crate) fn measure(options: &Options, backend: Backend, folder: &Path) -> Measurement {
    let walked = Place::template(backend, folder);
    let mut dice = Dice::new(options.seed, backend as u64);
    let cases_before = walk(&walked, &mut dice);
    let limit = match backend {
        Backend::Sqlite => {
            Limit::Sqlite(limit_sqlite::Limit::on(&walked, &limit_sqlite::library()))
        }
        Backend::Postgres => Limit::Postgres(
            limit_postgres::Limit::on(&walked, Work::Whole),
            limit_postgres::Limit::on(&walked, Work::Thin),
        ),
    };
    let ours = walked.copy("ours");
    let durability = ours.durability();
    for (name, value) in &durability {
        println!("    {name} = {value}");
    }
    let server = ours.serve(&[]);
    let mut run = Run {
        options,
        backend,
        postmaster: ours.postmaster(),
        server,
        limit,
        folder,
        dice,
        acknowledged: cases_before,
    };
    run.warm_up();
    let idle_pss_bytes = process::pss_bytes(run.server.pid());
    let passes = run.rounds();
    let peak_resident_bytes = process::peak_resident_bytes(run.server.pid());
    let acknowledged = run.acknowledged;
    run.server.stop();
    let slow_disk = match &run.limit {
        Limit::Sqlite(limit) => slow::measure(options, &walked, limit, &mut run.dice),
        Limit::Postgres(..) => Vec::new(),
    };
    Measurement {
        database: name(backend),
        durability,
        rounds: options.rounds,
        seconds: options.seconds,
        idle_pss_bytes,
        peak_resident_bytes,
        passes,
        slow_disk,
        verified: verify(&ours, acknowledged),
    }
}

/// The name of a database, as the option and the tables have it.
pub(crate) fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    }
}

/// Lets the program walk one case, from which the limits take their values, and then many more: the
/// databases of the run begin with a thousand cases, as an installation of some weeks has them, and
/// PostgreSQL knows the shape of its tables.
pub(crate) fn walk(template: &Place, dice: &mut Dice) -> u64 {
    let server = walk_one(template);
    let mut cases = 1;
    while cases < CASES_BEFORE {
        cases += load::run(&server, 8, 0.5, dice).lifecycles;
    }
    server.stop();
    // The program never asks SQLite for statistics, and with them SQLite would plan each prepared
    // statement again whenever a parameter changes; PostgreSQL gathers them by itself.
    if template.backend == Backend::Postgres {
        template.execute("ANALYZE");
    }
    cases
}

/// Walks the case from which the limits take their values; its content as it was filed is kept beside it.
pub(crate) fn walk_one(template: &Place) -> Server {
    let server = template.serve(&[]);
    load::walk(&server, 3, |step| {
        if step == 1 {
            // No table of the program, which refuses one that its second lock does not know.
            template.execute(
                "CREATE TABLE __walked AS SELECT id, secret, head_hash AS hash FROM cases",
            );
        }
    });
    server
}

/// Every acknowledged lifecycle is there, whole, and nothing else.
fn verify(place: &Place, lifecycles: u64) -> Verified {
    let verified = Verified {
        lifecycles,
        cases_closed: place.count("cases WHERE stage = 'closed'"),
        events: place.count("case_event"),
        messages: place.count("outbox"),
        answers: place.count("idempotency_key"),
    };
    let all = i64::try_from(lifecycles).unwrap();
    let found = (
        place.count("cases"),
        verified.cases_closed,
        verified.events,
        verified.messages,
        verified.answers,
    );
    // Received, assigned twice (partner and mediator) and ended: four messages.
    assert_eq!(
        found,
        (all, all, 4 * all, 4 * all, 4 * all),
        "what the database holds is not what was acknowledged"
    );
    println!(
        "    checked: {all} cases closed, with 4 events, 4 messages and 4 stored answers each"
    );
    verified
}

impl Run<'_> {
    /// Fills caches and prepares every statement before anything counts.
    fn warm_up(&mut self) {
        let most = self.options.clients.iter().copied().max().unwrap_or(1);
        self.ours(most, 1.0, 0);
        for who in self.contenders() {
            if who != Who::Ours {
                self.limit(who, most, 1, 0);
            }
        }
    }

    fn contenders(&self) -> Vec<Who> {
        match self.backend {
            Backend::Sqlite => vec![Who::Ours, Who::Limit],
            Backend::Postgres => vec![Who::Ours, Who::Limit, Who::Thin],
        }
    }

    fn rounds(&mut self) -> Vec<Pass> {
        let mut passes = Vec::new();
        for round in 1..=self.options.rounds {
            let mut order: Vec<(usize, Who)> = Vec::new();
            for clients in &self.options.clients {
                order.extend(self.contenders().into_iter().map(|who| (*clients, who)));
            }
            self.dice.shuffle(&mut order);
            for (clients, who) in order {
                let seconds = self.options.seconds;
                let pass = match who {
                    Who::Ours => self.ours(clients, seconds as f64, round),
                    _ => self.limit(who, clients, seconds, round),
                };
                println!("    {}", line(&pass));
                passes.push(pass);
            }
        }
        passes
    }

    /// Both begin right behind a checkpoint, so that neither pays for the log of the other.
    fn settle(&self) -> f64 {
        if let Limit::Postgres(limit, _) = &self.limit {
            limit.place().execute("CHECKPOINT");
        }
        fsync::median_micros(self.folder)
    }

    fn database_cpu(&self) -> f64 {
        self.postmaster.map_or(0.0, process::cpu_seconds_of_family)
    }

    fn ours(&mut self, clients: usize, seconds: f64, round: usize) -> Pass {
        let fsync_micros = self.settle();
        let pid = self.server.pid();
        let used = || {
            let own = process::cpu_seconds(std::process::id());
            (process::cpu_seconds(pid), self.database_cpu(), own)
        };
        let before = used();
        let dice = &mut Dice::new(self.dice.next(), 7);
        let mut seen = load::run(&self.server, clients, seconds, dice);
        let after = {
            let own = process::cpu_seconds(std::process::id());
            (process::cpu_seconds(pid), self.database_cpu(), own)
        };
        self.acknowledged += seen.lifecycles;
        let each = |seconds: f64| seconds * 1e3 / seen.lifecycles as f64;
        Pass {
            round,
            clients,
            who: Who::Ours,
            lifecycles: seen.lifecycles,
            per_second: seen.lifecycles as f64 / seen.seconds,
            program_cpu_ms: Some(each(after.0 - before.0)),
            database_cpu_ms: self.postmaster.map(|_| each(after.1 - before.1)),
            client_cpu_ms: Some(each(after.2 - before.2)),
            peak_pss_bytes: Some(seen.peak_pss),
            lifecycle_ms: Latency::of(&mut seen.lifecycle_micros),
            request_ms: Some(Latency::of(&mut seen.request_micros)),
            fsync_micros,
        }
    }

    fn limit(&mut self, who: Who, clients: usize, seconds: u64, round: usize) -> Pass {
        let fsync_micros = self.settle();
        let seed = self.dice.next();
        let before = self.database_cpu();
        let Measured {
            lifecycles,
            per_second,
            mut lifecycle_micros,
            cpu_seconds,
        } = match (&self.limit, who) {
            (Limit::Sqlite(limit), _) => limit.run(clients, seconds, seed, &[]),
            (Limit::Postgres(_, thin), Who::Thin) => thin.run(clients, seconds, seed),
            (Limit::Postgres(limit, _), _) => limit.run(clients, seconds, seed),
        };
        let used = self.database_cpu() - before;
        Pass {
            round,
            clients,
            who,
            lifecycles,
            per_second,
            lifecycle_ms: Latency::of(&mut lifecycle_micros),
            request_ms: None,
            program_cpu_ms: cpu_seconds.map(|used| used * 1e3 / lifecycles as f64),
            database_cpu_ms: self.postmaster.map(|_| used * 1e3 / lifecycles as f64),
            client_cpu_ms: None,
            peak_pss_bytes: None,
            fsync_micros,
        }
    }
}

fn line(pass: &Pass) -> String {
    let mut line = format!(
        "round {} {:>2} clients {:5} {:8.1} lifecycles/s, p50 {:6.2} p99 {:6.2} ms",
        pass.round,
        pass.clients,
        format!("{:?}", pass.who).to_lowercase(),
        pass.per_second,
        pass.lifecycle_ms.p50,
        pass.lifecycle_ms.p99
    );
    for (name, figure) in [
        ("program", pass.program_cpu_ms),
        ("database", pass.database_cpu_ms),
        ("client", pass.client_cpu_ms),
    ] {
        if let Some(milliseconds) = figure {
            line.push_str(&format!(", {name} {milliseconds:.2}"));
        }
    }
    line.push_str(&format!(
        " ms of CPU each; fsync {:.0} µs",
        pass.fsync_micros
    ));
    line
}
