//! Which facts make a difference: two cases that differ in nothing that can still be looked at are in one state.

use crate::{
    case::{Case, ground::Ground},
    code::{StepId, TimerName},
    workflow::{Action, Definition, Guard, Start},
};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashMap};

/// What the engine looks at when it decides: which facts are there, and not when they came; and of these only what
/// some guard or timer can still look at.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct State {
    step: StepId,
    ground: Option<Ground>,
    has_mediator: bool,
    is_asked: bool,
    has_contract: bool,
    facts: Vec<(Start, bool)>,
    screening: Option<bool>,
    waiver_is_missing: bool,
    annex_is_missing: bool,
    /// Whether the term stands still, is extended, and is over.
    term: Option<[bool; 3]>,
    checks: Vec<String>,
    timers: Vec<(TimerName, bool)>,
}

impl State {
    pub(super) fn of(case: &Case, today: NaiveDate, looks: &Looks) -> Self {
        let course = &case.course;
        let term = course.term.as_ref().map(|term| {
            let is_over = term.last_day() < today;
            [
                course.paused_on.is_some(),
                term.extended_to.is_some(),
                is_over,
            ]
        });
        let screening = course.screening.map(|screening| screening.passed);
        let facts = looks.starts.iter();
        let checks = course.checks.iter().filter(|_| looks.at(Guard::LastCheck));
        let timers = course.timers.iter();
        State {
            step: case.step.clone(),
            ground: case.closure.map(|closure| closure.ground),
            has_mediator: case.mediator.is_some(),
            is_asked: course.asked.is_some(),
            has_contract: course.contract_on.is_some(),
            facts: facts
                .map(|start| (*start, case.start(*start).is_some()))
                .collect(),
            screening: screening.filter(|_| looks.at(Guard::Screened)),
            waiver_is_missing: course.waiver_is_missing && looks.at(Guard::Waived),
            annex_is_missing: course.annex_is_missing && looks.at(Guard::Annexed),
            term: term.filter(|_| looks.at_term()),
            checks: checks.cloned().collect(),
            timers: timers
                .map(|(name, one)| (name.clone(), one.fired))
                .collect(),
        }
    }
}

/// What guards and timers look at from a step on, whatever way a case takes from there.
#[derive(Clone, PartialEq, Eq, Default)]
pub(super) struct Looks {
    guards: BTreeSet<Guard>,
    starts: BTreeSet<Start>,
    /// Whether some timer stands still while the term is paused.
    pauses: bool,
    /// Whether a ground may be set that says that the term is over.
    expires: bool,
}

impl Looks {
    fn at(&self, guard: Guard) -> bool {
        self.guards.contains(&guard)
    }

    fn at_term(&self) -> bool {
        let of_term = [
            Guard::InTerm,
            Guard::InTotal,
            Guard::MayPause,
            Guard::Paused,
        ];
        let is_guarded = self.expires || of_term.iter().any(|guard| self.at(*guard));
        let starts = [Start::TermEnd, Start::AfterTerm];
        is_guarded || self.pauses || starts.iter().any(|start| self.starts.contains(start))
    }

    /// For every step: goes back along the actions until nothing is added.
    pub(super) fn of(definition: &Definition) -> HashMap<StepId, Looks> {
        let mut all: HashMap<StepId, Looks> = HashMap::new();
        loop {
            let before = all.clone();
            for timer in &definition.timers {
                for step in &timer.at {
                    let here = all.entry(step.clone()).or_default();
                    here.starts.insert(timer.starts);
                    here.pauses |= timer.pauses;
                }
            }
            for action in &definition.actions {
                let expires = |step: &StepId| expires(definition, action, step);
                let after = all.get(&action.to).cloned().unwrap_or_default();
                for step in &action.from {
                    let here = all.entry(step.clone()).or_default();
                    here.guards.extend(action.guards.iter().copied());
                    here.guards.extend(after.guards.iter().copied());
                    here.starts.extend(after.starts.iter().copied());
                    here.pauses |= after.pauses;
                    here.expires |= after.expires || expires(step);
                }
            }
            if all == before {
                return all;
            }
        }
    }
}

fn expires(definition: &Definition, action: &Action, from: &StepId) -> bool {
    let stage = |id: &StepId| definition.step(id).map(|step| step.stage);
    let between = stage(from).zip(stage(&action.to));
    let ground = Ground::TermExpired;
    let fits = between.is_some_and(|(from, to)| ground.fits(from, to));
    fits && definition.grounds.contains(&ground) && action.offers(ground)
}
