//! What is printed at the end, written as JSON, and recorded for the page.

use std::path::Path;

use kelisim_tests::benchmarks;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::figures::Spread;
use crate::lifecycle::{Measurement, Pass, Who};
use crate::machine::Run;

/// Everything that one run measured: a key for each part and database, such as `lifecycle-sqlite`.
#[derive(Default)]
pub(crate) struct Report {
    parts: Map<String, Value>,
    tables: Vec<Summary>,
}

/// The rounds of one database and one number of clients.
#[derive(Serialize)]
struct Summary {
    database: &'static str,
    clients: usize,
    per_second: Spread,
    limit_per_second: Spread,
    ratio: Spread,
    thin_ratio: Option<Spread>,
    p99_ms: Spread,
    limit_p99_ms: Spread,
    p99_ratio: Spread,
    request_p99_ms: Spread,
    program_cpu_ms: Spread,
    database_cpu_ms: Option<Spread>,
    limit_cpu_ms: Option<Spread>,
    peak_pss_mib: f64,
    fsync_micros: Spread,
}

impl Report {
    /// Adds a part.
    pub(crate) fn part(&mut self, name: &str, database: &str, run: &Run, result: impl Serialize) {
        let part = json!({"run": run, "result": result});
        self.parts.insert(format!("{name}-{database}"), part);
    }

    /// Adds the rounds of one database.
    pub(crate) fn lifecycle(&mut self, run: &Run, measurement: &Measurement) {
        let mut counts: Vec<usize> = measurement.passes.iter().map(|pass| pass.clients).collect();
        counts.sort_unstable();
        counts.dedup();
        let summary: Vec<Summary> = counts
            .into_iter()
            .map(|clients| Summary::of(measurement, clients))
            .collect();
        let result = json!({"summary": summary, "measurement": measurement});
        self.part("lifecycle", measurement.database, run, result);
        self.tables.extend(summary);
    }

    /// Writes what this run measured.
    pub(crate) fn write(&self, path: &Path) {
        let text = serde_json::to_string_pretty(&self.parts).unwrap();
        std::fs::write(path, text + "\n").unwrap();
    }

    /// Puts what this run measured into docs/benchmarks.json, in place of the same parts of earlier
    /// runs, and makes the page anew.
    pub(crate) fn record(&self) {
        benchmarks::record(&self.parts);
    }

    /// Prints the tables.
    pub(crate) fn print(&self) {
        for summary in &self.tables {
            summary.print();
        }
    }
}

impl Summary {
    fn of(measurement: &Measurement, clients: usize) -> Self {
        let of = |who: Who| {
            let passes = measurement.passes.iter();
            passes
                .filter(|pass| pass.clients == clients && pass.who == who)
                .collect::<Vec<&Pass>>()
        };
        let (ours, limit, thin) = (of(Who::Ours), of(Who::Limit), of(Who::Thin));
        // Each round has one pass of each, in the same order.
        let ratio = |others: &[&Pass], figure: fn(&Pass) -> f64| {
            Spread::of(ours.iter().zip(others).map(|(a, b)| figure(a) / figure(b)))
        };
        let some = |passes: &[&Pass], figure: fn(&Pass) -> Option<f64>| {
            let figures: Vec<f64> = passes.iter().filter_map(|pass| figure(pass)).collect();
            (!figures.is_empty()).then(|| Spread::of(figures))
        };
        let peak = ours.iter().filter_map(|pass| pass.peak_pss_bytes).max();
        Self {
            database: measurement.database,
            clients,
            per_second: Spread::of(ours.iter().map(|pass| pass.per_second)),
            limit_per_second: Spread::of(limit.iter().map(|pass| pass.per_second)),
            ratio: ratio(&limit, |pass| pass.per_second),
            thin_ratio: (!thin.is_empty()).then(|| ratio(&thin, |pass| pass.per_second)),
            p99_ms: Spread::of(ours.iter().map(|pass| pass.lifecycle_ms.p99)),
            limit_p99_ms: Spread::of(limit.iter().map(|pass| pass.lifecycle_ms.p99)),
            p99_ratio: ratio(&limit, |pass| pass.lifecycle_ms.p99),
            request_p99_ms: Spread::of(ours.iter().filter_map(|pass| Some(pass.request_ms?.p99))),
            program_cpu_ms: Spread::of(ours.iter().filter_map(|pass| pass.program_cpu_ms)),
            database_cpu_ms: some(&ours, |pass| pass.database_cpu_ms),
            limit_cpu_ms: some(&limit, |pass| pass.database_cpu_ms.or(pass.program_cpu_ms)),
            peak_pss_mib: peak.unwrap_or(0) as f64 / 1_048_576.0,
            fsync_micros: Spread::of(ours.iter().chain(&limit).map(|pass| pass.fsync_micros)),
        }
    }

    fn print(&self) {
        println!(
            "{:36} {:>9} {:>9} {:>9}",
            format!("{} with {} clients", self.database, self.clients),
            "min",
            "median",
            "max"
        );
        for (name, spread) in [
            ("lifecycles a second", Some(self.per_second)),
            (
                "the limit's lifecycles a second",
                Some(self.limit_per_second),
            ),
            ("ratio to the limit", Some(self.ratio)),
            ("ratio to the thin limit", self.thin_ratio),
            ("p99 of a lifecycle, ms", Some(self.p99_ms)),
            ("the limit's p99, ms", Some(self.limit_p99_ms)),
            ("ratio of the p99", Some(self.p99_ratio)),
            ("p99 of a request, ms", Some(self.request_p99_ms)),
            ("our CPU a lifecycle, ms", Some(self.program_cpu_ms)),
            ("PostgreSQL's CPU a lifecycle, ms", self.database_cpu_ms),
            ("CPU of the limit's lifecycle, ms", self.limit_cpu_ms),
            ("fsync, µs", Some(self.fsync_micros)),
        ] {
            if let Some(spread) = spread {
                println!(
                    "  {name:34} {:9.2} {:9.2} {:9.2}",
                    spread.min, spread.median, spread.max
                );
            }
        }
        println!("  peak of memory (PSS) {:.1} MiB", self.peak_pss_mib);
    }
}
