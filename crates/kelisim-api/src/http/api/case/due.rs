//! The deadlines of a case as they go over the wire, each with how it was worked out (D15).

use crate::app::Tx;
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{calendar::WhyOff, case::Case, code::TimerName};
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
    /// Days off over which the last day was moved, with the reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<MovedView>,
}

/// A day off over which a last day was moved.
#[derive(Serialize, ToSchema)]
struct MovedView {
    over: NaiveDate,
    #[schema(value_type = String)]
    why: WhyOff,
}

fn is_zero(number: &u16) -> bool {
    *number == 0
}

/// The deadlines that run, the next one first, each with how it was worked out (D15).
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
    let due = case.course.due().into_iter();
    due.map(|(name, armed)| {
        let deadline = &armed.deadline;
        DueView {
            name: name.to_string(),
            title: title(name),
            at: deadline.due_at,
            last_day: deadline.last_day,
            starts_on: deadline.starts,
            length: deadline.length.to_string(),
            article: armed.basis.article.clone(),
            profile: armed.basis.profile,
            days_paused: deadline.days_paused,
            moved: deadline
                .moved
                .iter()
                .map(|moved| MovedView {
                    over: moved.over,
                    why: moved.why,
                })
                .collect(),
        }
    })
    .collect()
}
