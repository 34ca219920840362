//! What a proof measured, as a person and as a program reads it.

use std::{fmt, process::Command, time::Instant};

use kelisim_api::clock::{Clock, SystemClock};
use serde::{Deserialize, Serialize};

use super::Order;
use crate::Backend;

/// How many counterexamples are printed and kept: the first ones say enough.
const EXAMPLES_MOST: usize = 20;

/// One measured value beside its goal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// What was counted.
    pub name: String,
    /// What it must be, in words.
    pub goal: String,
    /// What it was.
    pub measured: f64,
    /// Whether that is good enough.
    pub reached: bool,
}

/// What one run of a proof came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The id of the proof.
    pub id: String,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// The commit that was proven; a `+` behind it says that files had been changed since.
    pub commit: String,
    /// Where the dice began.
    pub seed: u64,
    /// `full` or `quick`.
    pub size: String,
    /// What it ran on.
    pub machine: String,
    /// The day, in UTC.
    pub date: String,
    /// How long it took.
    pub seconds: f64,
    /// The figures.
    pub figures: Vec<Figure>,
    /// What contradicts the promise, in words; empty when it holds.
    pub counterexamples: Vec<String>,
    #[serde(skip)]
    begun: Option<Instant>,
}

impl Report {
    /// A report without figures.
    pub fn begin(id: &str, order: &Order) -> Self {
        Self {
            id: id.to_owned(),
            database: database_name(order.backend).to_owned(),
            commit: commit(),
            seed: order.seed,
            size: if order.is_quick { "quick" } else { "full" }.to_owned(),
            machine: machine(),
            date: SystemClock.now().date_naive().to_string(),
            seconds: 0.0,
            figures: Vec::new(),
            counterexamples: Vec::new(),
            begun: Some(Instant::now()),
        }
    }

    /// A count that must be nought, with an example of each time that it was not.
    pub fn none(&mut self, name: &str, examples: &[String]) {
        self.at_most(name, 0.0, number(examples.len()));
        let room = EXAMPLES_MOST.saturating_sub(self.counterexamples.len());
        let named = examples.iter().map(|text| format!("{name}: {text}"));
        self.counterexamples.extend(named.take(room));
    }

    /// A value that must not be above its goal.
    pub fn at_most(&mut self, name: &str, goal: f64, measured: f64) {
        let text = if goal == 0.0 {
            "0".to_owned()
        } else {
            format!("≤ {goal}")
        };
        self.figure(name, &text, measured, measured <= goal);
    }

    /// A value that must not be below its goal.
    pub fn at_least(&mut self, name: &str, goal: f64, measured: f64) {
        self.figure(name, &format!("≥ {goal}"), measured, measured >= goal);
    }

    /// A value without a goal, for whoever judges the others.
    pub fn noted(&mut self, name: &str, measured: f64) {
        self.figure(name, "–", measured, true);
    }

    fn figure(&mut self, name: &str, goal: &str, measured: f64, reached: bool) {
        self.figures.push(Figure {
            name: name.to_owned(),
            goal: goal.to_owned(),
            measured: (measured * 1_000.0).round() / 1_000.0,
            reached,
        });
    }

    /// The report with the time it took.
    #[must_use]
    pub fn end(mut self) -> Self {
        let seconds = self
            .begun
            .map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        self.seconds = (seconds * 10.0).round() / 10.0;
        self
    }

    /// Whether every figure was reached; a proof without figures has proven nothing.
    pub fn holds(&self) -> bool {
        !self.figures.is_empty() && self.figures.iter().all(|figure| figure.reached)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holds = if self.holds() { "holds" } else { "FAILS" };
        let Self {
            id,
            database,
            seconds,
            ..
        } = self;
        writeln!(
            f,
            "{id} on {database} {holds} after {seconds} s, seed {}",
            self.seed
        )?;
        for figure in &self.figures {
            let mark = if figure.reached { "    " } else { "MISS" };
            let Figure {
                name,
                goal,
                measured,
                ..
            } = figure;
            writeln!(f, "  {mark} {name}: {measured} (goal {goal})")?;
        }
        for example in &self.counterexamples {
            writeln!(f, "  {example}")?;
        }
        Ok(())
    }
}

/// A count as a figure.
#[expect(clippy::cast_precision_loss, reason = "no proof counts past 2^52")]
pub fn number(count: usize) -> f64 {
    count as f64
}

/// The name of a database in reports and on the command line.
pub fn database_name(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    }
}

/// The value below which `percent` of a hundred lie.
pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get(last * percent / 100).copied().unwrap_or(0.0)
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn commit() -> String {
    let Some(commit) = said("git", &["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    match said("git", &["status", "--porcelain", "--untracked-files=no"]) {
        Some(changes) if changes.is_empty() => commit,
        _ => format!("{commit}+"),
    }
}

/// Processor, cores and memory, as far as the system tells.
fn machine() -> String {
    let line_of = |path: &str, name: &str| {
        let text = std::fs::read_to_string(path).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?.to_owned();
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| "a processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let memory = line_of("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split(' ').next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| {
            format!(", {} GiB", kib.div_ceil(1 << 20))
        });
    format!("{cores} cores of {model}{memory}")
}
