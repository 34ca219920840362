//! The dates of a case as they go over the wire, each with how it was worked out (D15 to D17).

use crate::{
    app::Tx,
    locale::{arguments, text_with},
};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    calendar::{Deadline, Moved, WhyOff},
    case::{Case, Extension, Term},
    code::TimerName,
    language::Language,
    law::Basis,
};
use serde::Serialize;
use utoipa::ToSchema;

/// A deadline.
#[derive(Serialize, ToSchema)]
pub(super) struct DueView {
    /// The timer of the workflow.
    name: String,
    /// What it is, in the reader's language.
    title: String,
    /// The first instant that is too late.
    at: DateTime<Utc>,
    /// The last day, in the region's own days.
    last_day: NaiveDate,
    #[serde(flatten)]
    derivation: Derivation,
}

/// The term of mediation.
#[derive(Serialize, ToSchema)]
pub(super) struct TermView {
    /// The last day, in the region's own days; none while the term is paused, because then it is not known.
    last_day: Option<NaiveDate>,
    /// There while the term is paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<PausedView>,
    #[serde(flatten)]
    derivation: Derivation,
}

/// A term that stands still.
#[derive(Serialize, ToSchema)]
pub(super) struct PausedView {
    /// The first day on which it does not run.
    since: NaiveDate,
    /// The last day as it would be without this pause.
    without: NaiveDate,
    /// Why the last day is open, in the reader's language.
    why: String,
}

/// How a date was worked out.
#[derive(Serialize, ToSchema)]
struct Derivation {
    /// The day from which it counts: day 0.
    starts_on: NaiveDate,
    /// How long it is, such as `10 calendar_days`.
    length: String,
    /// The article that sets the length; none for a length of the network's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    /// The version of the legal profile that was in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<i32>,
    /// Days that a pause added.
    #[serde(skip_serializing_if = "is_zero")]
    days_paused: u16,
    /// Each extension of the term on which it hangs, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extended: Vec<ExtendedView>,
    /// Days off from Monday to Friday that were jumped while working days were counted, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    skipped: Vec<MovedView>,
    /// Days off over which the last day was moved, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<MovedView>,
}

/// A day off over which a last day was moved, or that was jumped while working days were counted.
#[derive(Serialize, ToSchema)]
struct MovedView {
    over: NaiveDate,
    #[schema(value_type = String)]
    why: WhyOff,
}

/// How a term was extended; who entered it stands in the history.
#[derive(Serialize, ToSchema)]
struct ExtendedView {
    /// By how many days.
    days: i64,
    /// The last day before.
    was: NaiveDate,
    /// The day on which the sides agreed.
    until: NaiveDate,
    /// The day on which the sides asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_on: Option<NaiveDate>,
}

fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// The deadlines that run, the next one first.
pub(super) fn due(tx: &Tx<'_>, case: &Case) -> Vec<DueView> {
    let (key, version) = (case.workflow.as_str(), case.workflow_version);
    let definition = tx.app.definitions.get(tx.region(), key, version).ok();
    let title = |name: &TimerName| {
        let timer = definition.as_ref().and_then(|one| one.timer(name));
        timer.map_or_else(
            || name.to_string(),
            |timer| timer.title.get(tx.language()).to_owned(),
        )
    };
    let term = case.course.term.as_ref();
    let due = case.course.due().into_iter();
    due.map(|(name, armed)| {
        let deadline = &armed.deadline;
        // Only the end of the term itself was extended; what counts from it says from which day.
        let term = term.filter(|term| term.deadline == *deadline);
        DueView {
            name: name.to_string(),
            title: title(name),
            at: deadline.due_at,
            last_day: deadline.last_day,
            derivation: derivation(deadline, &armed.basis, term),
        }
    })
    .collect()
}

/// The term of mediation, whether a timer runs on it or it stands still.
pub(super) fn term(tx: &Tx<'_>, case: &Case) -> Option<TermView> {
    let term = case.course.term.as_ref()?;
    let paused = paused(case, tx.language());
    Some(TermView {
        last_day: paused.is_none().then(|| term.last_day()),
        paused,
        derivation: derivation(&term.deadline, &term.basis, Some(term)),
    })
}

/// The pause of a case whose term stands still (D17).
pub(super) fn paused(case: &Case, language: Language) -> Option<PausedView> {
    let since = case.course.paused_on.filter(|_| case.closed_at.is_none())?;
    let without = case.course.term.as_ref()?.last_day();
    let named = arguments([
        ("since", since.to_string().into()),
        ("without", without.to_string().into()),
    ]);
    Some(PausedView {
        since,
        without,
        why: text_with(language, "term-paused", &named),
    })
}

fn derivation(deadline: &Deadline, basis: &Basis, term: Option<&Term>) -> Derivation {
    let extensions = term.map_or(&[][..], |term| &term.extensions);
    Derivation {
        starts_on: deadline.starts,
        length: deadline.length.to_string(),
        article: basis.article.clone(),
        profile: basis.profile,
        days_paused: deadline.days_paused,
        extended: extensions.iter().map(extended).collect(),
        skipped: deadline.skipped.iter().map(moved).collect(),
        moved: deadline.moved.iter().map(moved).collect(),
    }
}

fn moved(day: &Moved) -> MovedView {
    MovedView {
        over: day.over,
        why: day.why,
    }
}

fn extended(extension: &Extension) -> ExtendedView {
    ExtendedView {
        days: extension.days(),
        was: extension.was,
        until: extension.until,
        requested_on: extension.requested_on,
    }
}
