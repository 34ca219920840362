//! A case on paper: all that the model keeps of it, and what its timers should be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use uuid::Uuid;

use super::days::{self, End};
use super::people::{Moment, Office};
use super::script::{Runs, Script, Timer};

/// A case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paper {
    pub(super) id: Uuid,
    /// The number of its workflow in the house.
    pub(super) script: usize,
    pub(super) office: Office,
    pub(super) language: String,
    pub(super) category: String,
    /// Whether a partner referred it.
    pub(super) is_referred: bool,
    pub(super) filed_by: u128,
    pub(super) filed_at: Moment,
    pub(super) version: i32,
    pub(super) step: String,
    pub(super) stage: String,
    pub(super) class: String,
    pub(super) mediator: Option<u128>,
    /// Who is asked to take it, and since when.
    pub(super) asked: Option<(u128, Moment)>,
    pub(super) recused: BTreeSet<u128>,
    pub(super) accepted_at: Option<Moment>,
    pub(super) closure: Option<Closure>,
    pub(super) closed_at: Option<Moment>,
    /// When it came to its step; none at the first.
    pub(super) entered_at: Option<Moment>,
    /// Whether nothing excludes it, once that was answered.
    pub(super) screened: Option<bool>,
    pub(super) proposal_on: Option<NaiveDate>,
    pub(super) lacks_waiver: bool,
    /// The day on which what was disclosed had been waived.
    pub(super) waived_on: Option<NaiveDate>,
    /// When its mediator took it.
    pub(super) taken_at: Option<Moment>,
    /// Whether neither contract nor annex names its mediator.
    pub(super) lacks_annex: bool,
    pub(super) contract_on: Option<NaiveDate>,
    pub(super) term: Option<Term>,
    pub(super) paused_on: Option<NaiveDate>,
    pub(super) resumed_on: Option<NaiveDate>,
    pub(super) ruled_on: Option<NaiveDate>,
    pub(super) signed_on: Option<NaiveDate>,
    pub(super) checks: BTreeSet<String>,
    /// The timers of its step, those that have fired among them.
    pub(super) timers: BTreeMap<String, Armed>,
    /// Its history.
    pub(super) log: Vec<Noted>,
    /// How many messages of a kind went to whom.
    pub(super) told: BTreeMap<(String, String), usize>,
    /// How many rows of its timers came to which end.
    pub(super) ended: BTreeMap<&'static str, usize>,
}

/// Why and when it ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Closure {
    pub(super) ground: String,
    pub(super) effective_on: NaiveDate,
    pub(super) linked: Option<Uuid>,
}

/// The term of mediation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Term {
    pub(super) end: End,
    pub(super) paused: u64,
    /// The last day on which the sides agreed.
    pub(super) agreed: Option<NaiveDate>,
}

/// A timer of the step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Armed {
    pub(super) starts_at: Moment,
    pub(super) end: End,
    pub(super) fired: bool,
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Noted {
    pub(super) kind: &'static str,
    /// The action or the timer that it tells of; empty for a correction.
    pub(super) what: String,
    pub(super) at: Moment,
    pub(super) by: Option<u128>,
}

impl Paper {
    /// Who is asked to take it.
    pub(super) fn asked_mediator(&self) -> Option<u128> {
        self.asked.map(|(id, _)| id)
    }

    /// The local day of filing.
    pub(super) fn filed_on(&self) -> NaiveDate {
        days::day(self.filed_at)
    }

    /// Whether it is over.
    pub(super) fn is_closed(&self) -> bool {
        self.stage == "closed"
    }

    /// The timers that are still to fire, the next one first.
    pub(super) fn due(&self) -> Vec<(&str, &Armed)> {
        let waiting = self.timers.iter().filter(|(_, one)| !one.fired);
        let mut due: Vec<_> = waiting.map(|(name, one)| (name.as_str(), one)).collect();
        due.sort_by_key(|(_, one)| one.end.due_at);
        due
    }

    /// The timer that fires next, if its time has come.
    pub(super) fn next_due(&self, now: Moment) -> Option<String> {
        let due = self.due();
        let first = due.first().filter(|(_, one)| one.end.due_at <= now);
        first.map(|(name, _)| (*name).to_owned())
    }

    /// How many messages it has caused.
    pub(super) fn messages(&self) -> usize {
        self.told.values().sum()
    }

    /// Looks at every timer after an event and arms, moves or ends it; `fired` is the one that caused the event, which
    /// has its end already.
    pub(super) fn wind(&mut self, script: &Script) {
        for timer in &script.timers {
            let running = self.timers.get(&timer.name).copied();
            let wanted = self.wanted(timer);
            let waits = running.is_some_and(|one| !one.fired);
            match (running, wanted) {
                (_, None) => {
                    self.timers.remove(&timer.name);
                    if waits {
                        *self.ended.entry("cancelled").or_default() += 1;
                    }
                }
                // It goes on from when it began, as long as the case stands there.
                (Some(_), Some(_)) if timer.starts == "entered" => {}
                (Some(running), Some(wanted))
                    if running.starts_at == wanted.starts_at
                        && (running.fired || running.end.due_at == wanted.end.due_at) => {}
                (_, Some(wanted)) => {
                    self.timers.insert(timer.name.clone(), wanted);
                    if waits {
                        *self.ended.entry("moved").or_default() += 1;
                    }
                }
            }
        }
    }

    fn wanted(&self, timer: &Timer) -> Option<Armed> {
        let stands_still = timer.pauses && self.paused_on.is_some();
        let is_made = timer
            .check
            .as_ref()
            .is_some_and(|one| self.checks.contains(one));
        if !timer.at.contains(&self.step) || stands_still || is_made {
            return None;
        }
        let of_day = |day: Option<NaiveDate>| day.map(days::start_of);
        let starts_at = match timer.starts.as_str() {
            "filed" => Some(self.filed_at),
            "entered" => Some(self.entered_at.unwrap_or(self.filed_at)),
            "offer" => self.asked.map(|(_, at)| at),
            "accepted" => self.accepted_at,
            "proposal" => of_day(self.proposal_on),
            "contract" => of_day(self.contract_on),
            "term_end" => of_day(self.term.map(|term| term.end.last_day)),
            // Whoever comes to know late that the term is over has as much time from there.
            "after_term" => of_day(self.term.map(|term| {
                let entered_on = days::day(self.entered_at.unwrap_or(self.filed_at));
                term.end.last_day.max(days::day_before(entered_on))
            })),
            "ruling" => of_day(self.ruled_on),
            "agreement" => of_day(self.signed_on),
            other => panic!("nothing starts from {other}"),
        }?;
        let is_of_term = matches!(timer.starts.as_str(), "term_end" | "after_term");
        let paused = match self.term {
            Some(term) if timer.pauses && !is_of_term => term.paused,
            _ => 0,
        };
        let end = match timer.runs() {
            Runs::Own(length) => days::end(starts_at, length, paused, false),
            Runs::Before(length) => days::warning(days::day(starts_at), length),
            Runs::Law(name) => days::of_law(name, starts_at, paused),
            Runs::Until => self.term?.end,
        };
        Some(Armed {
            starts_at,
            end,
            fired: false,
        })
    }
}
