//! What a simulation found, and how it is counted while it runs.

use crate::{
    case::{Stage, ground::Ground},
    code::{StepId, TimerName, WorkflowKey},
    language::Names,
    workflow::{Audience, Definition, Runs, Timer},
};
use chrono::NaiveDate;

/// What a simulation found.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The workflow.
    pub key: WorkflowKey,
    /// Its version.
    pub version: i32,
    /// The first day.
    pub from: NaiveDate,
    /// The day on which it ends: what happens from here on is not played.
    pub until: NaiveDate,
    /// The share of the cases that came how far.
    pub shares: Shares,
    /// Working days from filing until a mediator first took the case.
    pub until_accepted: Spread,
    /// Working days from filing until the file was closed.
    pub until_closed: Spread,
    /// The steps, in the order of the definition.
    pub steps: Vec<StepFigures>,
    /// The timers, in the order of the definition.
    pub timers: Vec<TimerFigures>,
    /// On which grounds the cases ended, in the order of the law; none that was never used.
    pub grounds: Vec<(Ground, u32)>,
    /// Acts of a head in a week.
    pub heads: Load,
    /// Acts of the coordinator in a week.
    pub coordinator: Load,
    /// Cases that a mediator has or is asked for, at the beginning of a week.
    pub mediators: Load,
    /// How often nobody could be asked, and it was tried again on the next working day.
    pub nobody_free: u32,
    /// How often an act had to wait for the next morning, because head or coordinator had done enough that day.
    pub put_off: u32,
    /// How many moves were tried and refused.
    pub refused: u32,
    /// How many events there were.
    pub events: u64,
}

/// How far the cases came; a rate has one of the first three as its denominator.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Shares {
    /// Filed.
    pub filed: u32,
    /// Of these, taken by a mediator.
    pub accepted: u32,
    /// Of these, with a contract.
    pub mediated: u32,
    /// Of these, settled.
    pub settled: u32,
    /// Settled in part.
    pub partly_settled: u32,
    /// Closed at the end.
    pub closed: u32,
}

/// What happened at a step.
#[derive(Clone, PartialEq, Debug)]
pub struct StepFigures {
    /// The step.
    pub id: StepId,
    /// Its title.
    pub title: Names,
    /// Its stage.
    pub stage: Stage,
    /// How often a case came here.
    pub came: u32,
    /// How often one stayed until a timer escalated: took its action, or told head or coordinator that its time is over.
    pub overdue: u32,
    /// How many stand here at the end.
    pub stand: u32,
    /// Working days for which those that went on had stood here.
    pub waited: Spread,
}

/// What a timer did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimerFigures {
    /// The timer.
    pub name: TimerName,
    /// Its title.
    pub title: Names,
    /// How often it fired.
    pub fired: u32,
    /// How often something stood against its action.
    pub refused: u32,
}

/// How working days are spread.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Spread {
    /// How many were measured.
    pub count: u32,
    /// The mean.
    pub mean: f64,
    /// Half of them took no longer.
    pub median: f64,
    /// Nine in ten took no longer.
    pub p90: f64,
}

/// How much people have to do.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Load {
    /// How many people.
    pub people: u32,
    /// The mean.
    pub mean: f64,
    /// Nine in ten had no more.
    pub p90: u32,
    /// The most.
    pub most: u32,
}

/// Counts whole numbers by their size.
#[derive(Clone, Debug, Default)]
pub(super) struct Histogram(Vec<u32>);

impl Histogram {
    pub(super) fn add(&mut self, value: u32) {
        let value = value as usize;
        if self.0.len() <= value {
            self.0.resize(value + 1, 0);
        }
        self.0[value] += 1;
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|count| u64::from(*count)).sum()
    }

    fn mean(&self) -> f64 {
        let sum: u64 = (0_u64..)
            .zip(&self.0)
            .map(|(value, count)| value * u64::from(*count))
            .sum();
        sum as f64 / self.count().max(1) as f64
    }

    /// The smallest value that so many in a hundred do not pass.
    fn at(&self, percent: u64) -> u32 {
        let wanted = (self.count() * percent).div_ceil(100);
        let mut seen = 0;
        for (value, count) in (0..).zip(&self.0) {
            seen += u64::from(*count);
            if seen >= wanted {
                return value;
            }
        }
        0
    }

    fn most(&self) -> u32 {
        u32::try_from(self.0.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Of tenths of working days.
    pub(super) fn spread(&self) -> Spread {
        let tenths = |value: u32| f64::from(value) / 10.0;
        Spread {
            count: u32::try_from(self.count()).unwrap_or(u32::MAX),
            mean: self.mean() / 10.0,
            median: tenths(self.at(50)),
            p90: tenths(self.at(90)),
        }
    }

    pub(super) fn load(&self, people: usize) -> Load {
        Load {
            people: u32::try_from(people).unwrap_or(u32::MAX),
            mean: self.mean(),
            p90: self.at(90),
            most: self.most(),
        }
    }
}

/// What is counted while it runs.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) shares: Shares,
    pub(super) until_accepted: Histogram,
    pub(super) until_closed: Histogram,
    pub(super) came: Vec<u32>,
    pub(super) left: Vec<u32>,
    pub(super) overdue: Vec<u32>,
    pub(super) waited: Vec<Histogram>,
    /// For each timer how often it fired, and how often its action was refused.
    pub(super) timers: Vec<(u32, u32)>,
    pub(super) grounds: [u32; Ground::ALL.len()],
    pub(super) nobody_free: u32,
    pub(super) put_off: u32,
    pub(super) refused: u32,
    pub(super) events: u64,
}

impl Tally {
    pub(super) fn of(definition: &Definition) -> Self {
        let steps = definition.steps.len();
        Tally {
            shares: Shares::default(),
            until_accepted: Histogram::default(),
            until_closed: Histogram::default(),
            came: vec![0; steps],
            left: vec![0; steps],
            overdue: vec![0; steps],
            waited: vec![Histogram::default(); steps],
            timers: vec![(0, 0); definition.timers.len()],
            grounds: [0; Ground::ALL.len()],
            nobody_free: 0,
            put_off: 0,
            refused: 0,
            events: 0,
        }
    }

    pub(super) fn steps(&self, definition: &Definition) -> Vec<StepFigures> {
        let figures = |(place, step): (usize, &crate::workflow::Step)| StepFigures {
            id: step.id.clone(),
            title: step.title.clone(),
            stage: step.stage,
            came: self.came[place],
            overdue: self.overdue[place],
            stand: self.came[place] - self.left[place],
            waited: self.waited[place].spread(),
        };
        definition.steps.iter().enumerate().map(figures).collect()
    }

    pub(super) fn timers(&self, definition: &Definition) -> Vec<TimerFigures> {
        let timers = definition.timers.iter().zip(&self.timers);
        timers
            .map(|(timer, (fired, refused))| TimerFigures {
                name: timer.name.clone(),
                title: timer.title.clone(),
                fired: *fired,
                refused: *refused,
            })
            .collect()
    }

    pub(super) fn grounds(&self) -> Vec<(Ground, u32)> {
        let all = Ground::ALL.into_iter().zip(self.grounds);
        all.filter(|(_, count)| *count > 0).collect()
    }
}

/// Whether a case is overdue when the timer fires: it takes its action, or tells whoever watches over the one who has
/// the work. A warning before a day comes in good time, and a reminder to the mediator alone is none.
pub(super) fn escalates(timer: &Timer) -> bool {
    let watches = [Audience::OfficeHead, Audience::Coordinator];
    let is_told = timer.tells.iter().any(|one| watches.contains(&one.to));
    timer.fires.is_some() || (is_told && !matches!(timer.runs, Runs::Before(_)))
}
