//! How long a timer runs, in the words of ISO 8601.
//!
//! ISO 8601 has no working days. They are written as days, with the exact length beside them in an attribute of our own:
//! a program that knows no calendar then waits a little too short, and a reader sees what was meant.

use super::super::definition::{Runs, Start, Timer};
use crate::{
    calendar::{Length, Unit},
    legal::{TermName, Version},
};

/// How long a timer runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Duration {
    hours: i64,
    /// In the words of the definition: `length 3 working_days`, `term mediation`.
    pub(super) exact: String,
}

/// The duration of a timer from its start, under a version of the law.
///
/// What counts from the end of the term of mediation starts with the contract here, where the term itself starts: a
/// boundary event cannot wait for a day that is still to come.
pub(super) fn of(timer: &Timer, law: &Version) -> Duration {
    let term = |name: TermName| law.term(name).map(|term| term.length);
    let from_term = matches!(timer.starts, Start::TermEnd | Start::AfterTerm);
    let base = term(TermName::Mediation).filter(|_| from_term);
    let base = base.map_or(0, hours);
    let (hours, exact) = match timer.runs {
        Runs::Own(length) => (base + hours(length), format!("length {length}")),
        Runs::Before(length) => (base - hours(length), format!("before {length}")),
        Runs::Law(name) => (
            base + term(name).map_or(0, hours),
            format!("term {}", name.code()),
        ),
        Runs::Until => (base, "until".to_owned()),
    };
    Duration {
        hours: hours.max(0),
        exact,
    }
}

impl Duration {
    /// In ISO 8601: `P10D`, `PT48H`.
    pub(super) fn iso(&self) -> String {
        if self.hours % 24 == 0 {
            format!("P{}D", self.hours / 24)
        } else {
            format!("PT{}H", self.hours)
        }
    }

    /// In seconds.
    pub(super) fn seconds(&self) -> i64 {
        self.hours * 3600
    }
}

fn hours(length: Length) -> i64 {
    let count = i64::from(length.count());
    match length.unit() {
        Unit::CalendarDays | Unit::WorkingDays => count * 24,
        Unit::Hours => count,
    }
}
