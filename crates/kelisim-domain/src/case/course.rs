//! How far a case has come: what guards, timers and the next decision look at, beside step and stage.
//!
//! Each fact enters with the event that made it ([`Fact`]), so a history is replayed without a law or a calendar at hand.
//! Nothing here is confidential: that a dispute may not be mediated shows, and why does not; that a waiver is missing
//! shows, and of what does not.

use super::Case;
use crate::{calendar::Deadline, code::TimerName, id::MediatorId, law::Basis, workflow::Start};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How far a case has come.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    /// When the case came to its step; none for a case that never left the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_at: Option<DateTime<Utc>>,
    /// What the exclusion questions came to (D1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screening: Option<Screening>,
    /// When the other side was invited in writing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal_sent_on: Option<NaiveDate>,
    /// The mediator who was asked and has not answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Mediators who recused themselves: they are not asked again (D4).
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub recused: BTreeSet<MediatorId>,
    /// Whether the mediator who has the case declared something that the sides have to waive, and have not (D6).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub waiver_is_missing: bool,
    /// The day on which every side had waived it; none where nothing was waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived_on: Option<NaiveDate>,
    /// When the mediator who has the case took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<DateTime<Utc>>,
    /// Whether the mediator who has the case is named neither in the contract nor in an annex to it (D12).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub annex_is_missing: bool,
    /// The day on which the contract was concluded (D14).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_on: Option<NaiveDate>,
    /// The term of mediation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Since when the term is paused (D17).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_on: Option<NaiveDate>,
    /// The day on which it went on after its last pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resumed_on: Option<NaiveDate>,
    /// The day on which a court paused its proceedings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ruled_on: Option<NaiveDate>,
    /// The day on which the agreement was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<NaiveDate>,
    /// When its content was handed up to the coordinator; none while it is not, or not any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_up_at: Option<DateTime<Utc>>,
    /// The checks after the agreement that were made.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub checks: BTreeSet<String>,
    /// The timers of the step at which the case stands.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub timers: BTreeMap<TimerName, Armed>,
}

/// What the exclusion questions came to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Screening {
    /// Whether nothing excludes the case.
    pub passed: bool,
    /// The version of the legal profile whose questions were answered (D3).
    pub profile: i32,
}

/// A mediator who is asked whether they take the case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Who.
    pub mediator: MediatorId,
    /// When.
    pub at: DateTime<Utc>,
}

/// The term of mediation, with how it was worked out (D15).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Term {
    /// Its end as it follows from the contract, or from the last extension or pause.
    pub deadline: Deadline,
    /// The law that set it.
    #[serde(default)]
    pub basis: Basis,
    /// The last day as it was extended (D16); none for the length of the law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extended_to: Option<NaiveDate>,
    /// Each extension, the first one first (D16); who entered it stands in the event.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// How a term was extended (D16).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Extension {
    /// The last day before.
    pub was: NaiveDate,
    /// The day on which the sides agreed; the last day moves on where nobody works on it.
    pub until: NaiveDate,
    /// The day on which the sides asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_on: Option<NaiveDate>,
}

impl Extension {
    /// By how many days.
    pub fn days(self) -> i64 {
        (self.until - self.was).num_days()
    }
}

impl Term {
    /// Its last day.
    pub fn last_day(&self) -> NaiveDate {
        self.deadline.last_day
    }
}

/// A timer that runs, or ran, at the step of the case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Armed {
    /// The instant from which it counts: when its fact changes, it is moved.
    pub starts_at: DateTime<Utc>,
    /// When it is due, with how that was worked out.
    pub deadline: Deadline,
    /// The law that set its length.
    #[serde(default)]
    pub basis: Basis,
    /// Whether it has fired. It fires once, and is not armed again while the case stands there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fired: bool,
}

/// A fact that an event added to the course of a case.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The exclusion questions were answered (D1).
    Screened(Screening),
    /// The other side was invited in writing.
    ProposalSent {
        /// On which day.
        on: NaiveDate,
    },
    /// A mediator was asked.
    Offered {
        /// Who.
        mediator: MediatorId,
    },
    /// Nobody is asked any more.
    OfferEnded,
    /// A mediator recused themselves (D6).
    Recused {
        /// Who.
        mediator: MediatorId,
    },
    /// The case has no mediator any more.
    Released,
    /// The mediator declared their connections (D6).
    Declared {
        /// Whether the sides have to waive something.
        waiver_is_missing: bool,
    },
    /// Every side waived what was disclosed (D6).
    Waived {
        /// On which day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<NaiveDate>,
    },
    /// The contract was concluded, and the term began (D14).
    Contracted {
        /// On which day.
        on: NaiveDate,
        /// The term.
        term: Term,
    },
    /// An annex to the contract names the mediator who has the case (D12).
    Annexed {
        /// On which day it was signed.
        on: NaiveDate,
    },
    /// The term has another end: extended (D16), or gone on after a pause (D17).
    TermMoved {
        /// The term.
        term: Term,
    },
    /// The term was paused (D17).
    Paused {
        /// The first day on which it does not run.
        on: NaiveDate,
    },
    /// The term goes on (D17).
    Resumed {
        /// The first day on which it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        on: Option<NaiveDate>,
    },
    /// A court paused its proceedings (L18).
    Ruled {
        /// On which day.
        on: NaiveDate,
    },
    /// The agreement was signed.
    Signed {
        /// On which day.
        on: NaiveDate,
    },
    /// A check after the agreement was made.
    Checked {
        /// Which.
        check: String,
    },
}

/// What an event did to a timer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TimerChange {
    /// It runs from now on; one that ran already was moved.
    Armed {
        /// Its name.
        timer: TimerName,
        /// When it is due, and why then.
        armed: Armed,
    },
    /// It does not run any more.
    Cancelled {
        /// Its name.
        timer: TimerName,
    },
}

impl TimerChange {
    /// The timer that was changed.
    pub fn timer(&self) -> &TimerName {
        match self {
            TimerChange::Armed { timer, .. } | TimerChange::Cancelled { timer } => timer,
        }
    }
}

impl Course {
    /// The course after a fact.
    pub fn learn(&mut self, fact: &Fact, at: DateTime<Utc>) {
        match fact {
            Fact::Screened(screening) => self.screening = Some(*screening),
            Fact::ProposalSent { on } => self.proposal_sent_on = Some(*on),
            Fact::Offered { mediator } => {
                self.asked = Some(Asked {
                    mediator: *mediator,
                    at,
                });
            }
            Fact::OfferEnded => self.asked = None,
            Fact::Recused { mediator } => {
                self.recused.insert(*mediator);
            }
            Fact::Released => {
                self.waiver_is_missing = false;
                self.waived_on = None;
                self.taken_at = None;
                self.annex_is_missing = false;
            }
            Fact::Declared { waiver_is_missing } => self.waiver_is_missing = *waiver_is_missing,
            Fact::Waived { on } => {
                self.waiver_is_missing = false;
                self.waived_on = *on;
            }
            Fact::Contracted { on, term } => {
                self.contract_on = Some(*on);
                self.term = Some(term.clone());
            }
            Fact::Annexed { .. } => self.annex_is_missing = false,
            Fact::TermMoved { term } => self.term = Some(term.clone()),
            Fact::Paused { on } => self.paused_on = Some(*on),
            Fact::Resumed { on } => {
                self.paused_on = None;
                self.resumed_on = *on;
            }
            Fact::Ruled { on } => self.ruled_on = Some(*on),
            Fact::Signed { on } => {
                self.signed_on = Some(*on);
                // Where the sides have agreed no term runs any more, so none stands still.
                self.paused_on = None;
            }
            Fact::Checked { check } => {
                self.checks.insert(check.clone());
            }
        }
    }

    /// The course after a change of a timer.
    pub fn tick(&mut self, change: &TimerChange) {
        match change {
            TimerChange::Armed { timer, armed } => {
                self.timers.insert(timer.clone(), armed.clone());
            }
            TimerChange::Cancelled { timer } => {
                self.timers.remove(timer);
            }
        }
    }

    /// The timers that are still to fire, the next one first.
    pub fn due(&self) -> Vec<(&TimerName, &Armed)> {
        let mut due: Vec<_> = self.timers.iter().filter(|(_, one)| !one.fired).collect();
        due.sort_by_key(|(_, armed)| armed.deadline.due_at);
        due
    }
}

impl Case {
    /// The instant or day from which a timer counts; none while the fact is not there.
    pub fn start(&self, start: Start) -> Option<Since> {
        let course = &self.course;
        let day = |day: Option<NaiveDate>| day.map(Since::Day);
        match start {
            Start::Filed => Some(Since::Instant(self.filed_at)),
            Start::Entered => Some(Since::Instant(course.entered_at.unwrap_or(self.filed_at))),
            Start::Offer => course.asked.map(|asked| Since::Instant(asked.at)),
            Start::Accepted => self.accepted_at.map(Since::Instant),
            Start::Proposal => day(course.proposal_sent_on),
            Start::Contract => day(course.contract_on),
            Start::TermEnd => day(course.term.as_ref().map(Term::last_day)),
            Start::AfterTerm => course.term.as_ref().map(|term| Since::After {
                day: term.last_day(),
                entered_at: course.entered_at.unwrap_or(self.filed_at),
            }),
            Start::Ruling => day(course.ruled_on),
            Start::Agreement => day(course.signed_on),
        }
    }
}

/// From when a timer counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Since {
    /// From an instant.
    Instant(DateTime<Utc>),
    /// From a local day.
    Day(NaiveDate),
    /// From a local day, or from the one before the case came to its step: the later of both. However late somebody
    /// learns that the day is over, what counts from here is as long.
    After {
        /// The day.
        day: NaiveDate,
        /// When the case came to its step.
        entered_at: DateTime<Utc>,
    },
}
