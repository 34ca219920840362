//! Plays invented cases through a definition, so that the effect of a change is seen before it is published.
//!
//! Every move is decided by the engine that decides about real cases: people act through [`crate::case::decide()`],
//! timers through [`crate::case::fire()`], by the law and its calendar. Invented is only what people want and how long
//! they take ([`Assumptions`]), and what is wanted is read off effects, guards and stages, never off the name of an
//! action or a step.
//!
//! Absent on purpose: that a reminder makes anybody hurry, that people get tired of waiting, and mediators who leave the
//! register. Nobody has measured how much of it there is.

mod assumptions;
mod chance;
mod compass;
mod course;
mod days;
mod figures;
mod form;
mod people;
mod play;
mod story;
#[cfg(test)]
mod tests;

pub use assumptions::{Assumptions, Delay, Delays, Mediator, Network, Office};
pub use figures::{Load, Outcome, Shares, Spread, StepFigures, TimerFigures};

use super::definition::Definition;
use crate::{
    calendar::Zone,
    law::Law,
    legal::{KZ_MEDIATION, Profile},
};
use play::Play;

/// The most cases that can be played at once.
pub const CASES_MOST: u32 = 1_000_000;

/// Why nothing can be played.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unplayable {
    /// No case, or too many.
    #[error("a simulation plays from 1 to {CASES_MOST} cases")]
    Cases,
    /// Nothing is filed in a year.
    #[error("at least one case a year has to be filed, or the first one never comes")]
    NothingFiled,
    /// The years do not fit the calendar.
    #[error(
        "that many cases at that rate take longer than the calendar has years; file more a year"
    )]
    TooLong,
    /// Nobody may open a case at any office.
    #[error("nobody of the network may open a case by this workflow")]
    NobodyFiles,
}

/// The longest time that is played, in years.
const YEARS_MOST: u64 = 2_000;

/// Plays `cases` cases through a definition; the same seed plays the same people. `progress` hears now and then how many
/// were filed.
///
/// # Errors
/// The numbers make no sense, or nobody may file.
pub fn simulate(
    definition: &Definition,
    assumed: &Assumptions,
    cases: u32,
    seed: u64,
    progress: &mut dyn FnMut(u32),
) -> Result<Outcome, Unplayable> {
    if cases == 0 || cases > CASES_MOST {
        return Err(Unplayable::Cases);
    }
    if assumed.filed_a_year == 0 {
        return Err(Unplayable::NothingFiled);
    }
    let days = (u64::from(cases) * 365)
        .div_ceil(u64::from(assumed.filed_a_year))
        .max(1);
    if days > YEARS_MOST * 365 {
        return Err(Unplayable::TooLong);
    }
    let mut play = Play::new(definition, assumed, cases, seed, days);
    if !play.somebody_files() {
        return Err(Unplayable::NobodyFiles);
    }
    play.run(progress);
    Ok(play.outcome())
}

/// The law as it is shipped, in the zone of West Kazakhstan. A region's own days off are not known here.
fn law() -> Law {
    let profile = Profile::parse(KZ_MEDIATION).unwrap_or_else(|_| Profile::empty());
    Law::new(profile, Zone::ORAL, &[])
}
