//! What is printed at the end, and what is written as JSON.

use std::path::Path;

use serde::Serialize;

use crate::figures::Spread;
use crate::lifecycle::{Measurement, Pass, Who};
use crate::options::Options;

/// Everything that one run measured.
#[derive(Serialize)]
pub(crate) struct Report {
    seed: u64,
    lifecycle: Vec<Measurement>,
    summary: Vec<Summary>,
}

/// The rounds of one database and one number of clients.
#[derive(Serialize)]
pub(crate) struct Summary {
    database: &'static str,
    clients: usize,
    per_second: Spread,
    limit_per_second: Spread,
    ratio: Spread,
    thin_ratio: Option<Spread>,
    p99_ms: Spread,
    p99_ratio: Spread,
    request_p99_ms: Spread,
    program_cpu_ms: Spread,
    database_cpu_ms: Option<Spread>,
    limit_database_cpu_ms: Option<Spread>,
    peak_pss_mib: f64,
    fsync_micros: Spread,
}

impl Report {
    pub(crate) fn begin(options: &Options) -> Self {
        Self {
            seed: options.seed,
            lifecycle: Vec::new(),
            summary: Vec::new(),
        }
    }

    /// Adds the rounds of one database.
    pub(crate) fn lifecycle(&mut self, measurement: Measurement) {
        let mut counts: Vec<usize> = measurement.passes.iter().map(|pass| pass.clients).collect();
        counts.sort_unstable();
        counts.dedup();
        for clients in counts {
            self.summary.push(Summary::of(&measurement, clients));
        }
        self.lifecycle.push(measurement);
    }

    pub(crate) fn write(&self, path: &Path) {
        let text = serde_json::to_string_pretty(self).unwrap();
        std::fs::write(path, text + "\n").unwrap();
    }

    /// Prints the tables.
    pub(crate) fn print(&self) {
        println!("seed {}", self.seed);
        for summary in &self.summary {
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
            p99_ratio: ratio(&limit, |pass| pass.lifecycle_ms.p99),
            request_p99_ms: Spread::of(ours.iter().filter_map(|pass| Some(pass.request_ms?.p99))),
            program_cpu_ms: Spread::of(ours.iter().filter_map(|pass| pass.program_cpu_ms)),
            database_cpu_ms: some(&ours, |pass| pass.database_cpu_ms),
            limit_database_cpu_ms: some(&limit, |pass| pass.database_cpu_ms),
            peak_pss_mib: peak.unwrap_or(0) as f64 / 1_048_576.0,
            fsync_micros: Spread::of(ours.iter().chain(&limit).map(|pass| pass.fsync_micros)),
        }
    }

    fn print(&self) {
        let show = |name: &str, spread: Spread| {
            println!(
                "  {name:34} {:9.2} {:9.2} {:9.2}",
                spread.min, spread.median, spread.max
            );
        };
        println!(
            "{} with {} clients {:>21} {:>9} {:>9}",
            self.database, self.clients, "min", "median", "max"
        );
        show("lifecycles a second", self.per_second);
        show("limit, lifecycles a second", self.limit_per_second);
        show("ratio to the limit", self.ratio);
        if let Some(spread) = self.thin_ratio {
            show("ratio to the thin limit", spread);
        }
        show("p99 of a lifecycle, ms", self.p99_ms);
        show("p99 to the limit's", self.p99_ratio);
        show("p99 of a request, ms", self.request_p99_ms);
        show("our CPU a lifecycle, ms", self.program_cpu_ms);
        if let Some(spread) = self.database_cpu_ms {
            show("PostgreSQL's CPU a lifecycle, ms", spread);
        }
        if let Some(spread) = self.limit_database_cpu_ms {
            show("  of the limit's lifecycle, ms", spread);
        }
        show("fsync, µs", self.fsync_micros);
        println!("  peak of memory (PSS) {:.1} MiB", self.peak_pss_mib);
    }
}
