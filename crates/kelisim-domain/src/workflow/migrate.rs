//! Moving a running case to another version of its workflow (D34), and back.
//!
//! A map says where each step goes. A case goes when the step it stands at has a target of the same stage, and when it
//! has everything that a case at the target has in the new version whatever way it came: who moved around a guard
//! would have moved around the law.

use super::{Action, Definition, Effect, Guard};
use crate::{
    calendar::{Deadline, Unit},
    case::{
        Case, Event, EventData, Place, Stage, TimerChange, closed_enum, evolve, ground::Ground,
        replay, timers_after,
    },
    code::{StepId, TimerName, WorkflowKey},
    document::{Document, DocumentFault, Flaw, Help, listed},
    law::Law,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// For each old step the new one.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepMap(BTreeMap<StepId, StepId>);

impl StepMap {
    /// The map that is right when a step keeps its id.
    pub fn proposed(old: &[&Definition], new: &Definition) -> Self {
        let steps = old.iter().flat_map(|old| &old.steps);
        let kept = steps.filter(|step| new.step(&step.id).is_some());
        StepMap(
            kept.map(|step| (step.id.clone(), step.id.clone()))
                .collect(),
        )
    }

    /// A map as it was written down; it holds over what is proposed.
    pub fn over(mut self, written: StepMap) -> Self {
        self.0.extend(written.0);
        self
    }

    /// Reads a map: a TOML file with a table `steps`, in which the old step stands before the new one.
    ///
    /// # Errors
    /// Everything that is wrong with it, a target that the new version does not have included.
    pub fn parse(text: &str, new: &Definition) -> Result<Self, Vec<DocumentFault>> {
        let document = Document::read(text);
        let root = document.root();
        let mut map = BTreeMap::new();
        if let Some(steps) = root.table("steps") {
            for (from, to) in steps.texts() {
                match (StepId::parse(&from), StepId::parse(&to)) {
                    (Ok(from), Ok(to)) if new.step(&to).is_some() => _ = map.insert(from, to),
                    (Err(_), _) => {
                        let text = from.clone();
                        steps.fault(&from, Flaw::NoIdOfStep { text }, None);
                    }
                    _ => {
                        let version = new.version.to_string();
                        let known = listed(new.steps.iter().map(|step| step.id.as_str()));
                        let flaw = Flaw::NotAStepOf { version, step: to };
                        steps.fault(&from, flaw, Some(Help::StepsAre { known }));
                    }
                }
            }
            steps.close();
        }
        root.close();
        if document.is_sound() {
            Ok(StepMap(map))
        } else {
            Err(document.into_faults())
        }
    }

    /// Where a step goes.
    pub fn get(&self, step: &StepId) -> Option<&StepId> {
        self.0.get(step)
    }

    /// Every pair, by the old step.
    pub fn pairs(&self) -> impl Iterator<Item = (&StepId, &StepId)> {
        self.0.iter()
    }
}

impl FromIterator<(StepId, StepId)> for StepMap {
    fn from_iter<I: IntoIterator<Item = (StepId, StepId)>>(pairs: I) -> Self {
        StepMap(pairs.into_iter().collect())
    }
}

closed_enum! {
    /// What every case at a step may have.
    Needed {
        /// A mediator.
        Mediator = "mediator",
        /// A mediator who was asked.
        Offer = "offer",
        /// Exclusion questions that were answered, and exclude nothing (D1).
        Screening = "screening",
        /// A contract (D14).
        Contract = "contract",
        /// An agreement.
        Agreement = "agreement",
        /// A ground (D19).
        Ground = "ground",
    }
}

impl Needed {
    /// Whether a case has it.
    pub fn is_there(self, case: &Case) -> bool {
        match self {
            Needed::Mediator => case.mediator.is_some(),
            Needed::Offer => case.course.asked.is_some(),
            Needed::Screening => case.course.screening.is_some_and(|found| found.passed),
            Needed::Contract => case.course.contract_on.is_some(),
            // A case of the time before its day was kept has one all the same.
            Needed::Agreement => case.course.signed_on.is_some() || case.stage == Stage::Reconciled,
            Needed::Ground => case.closure.is_some(),
        }
    }
}

closed_enum! {
    /// What is broken about a case, so that a pass over running cases leaves it out and goes on with the others.
    Broken {
        /// The case cannot be read.
        Case = "unreadable",
        /// Its history cannot be read.
        History = "unreadable_history",
        /// The workflow that it follows is missing or cannot be read.
        Workflow = "unreadable_workflow",
        /// Its timers or its events are others than it says itself, so nothing more can be stored of it.
        Rows = "at_odds",
    }
}

/// Why a case cannot go to the new version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CannotGo {
    /// D20: it is over, and stays as it is.
    Closed,
    /// It follows another workflow.
    OtherWorkflow(WorkflowKey),
    /// D34: the map has no place for its step.
    NoTarget {
        /// The step at which it stands.
        step: StepId,
    },
    /// D21: a stage is changed by what people do, never by a map.
    OtherStage {
        /// The step at which it stands.
        step: StepId,
        /// The stage of the target.
        stage: Stage,
    },
    /// D34: every case at the target has something that this one lacks.
    Lacks {
        /// The target.
        step: StepId,
        /// What it lacks.
        needed: Needed,
    },
    /// D19: its ground is none of the new version's.
    GroundGone(Ground),
    /// A mediator was asked, and nobody could answer at the target.
    OfferOpen {
        /// The target.
        step: StepId,
    },
    /// D17: its term is paused, and the new version has no action that lets it go on.
    Paused,
    /// Something about it is broken.
    Broken(Broken),
}

impl CannotGo {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        match self {
            CannotGo::Closed => "D20",
            CannotGo::OtherStage { .. } => "D21",
            CannotGo::GroundGone(_) => "D19",
            CannotGo::Paused => "D17",
            CannotGo::OtherWorkflow(_)
            | CannotGo::NoTarget { .. }
            | CannotGo::Lacks { .. }
            | CannotGo::OfferOpen { .. }
            | CannotGo::Broken(_) => "D34",
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            CannotGo::Closed => "closed",
            CannotGo::OtherWorkflow(_) => "other_workflow",
            CannotGo::NoTarget { .. } => "no_target",
            CannotGo::OtherStage { .. } => "other_stage",
            CannotGo::Lacks { .. } => "lacks",
            CannotGo::GroundGone(_) => "ground_gone",
            CannotGo::OfferOpen { .. } => "offer_open",
            CannotGo::Paused => "paused",
            CannotGo::Broken(what) => what.code(),
        }
    }

    /// The step and the thing that the sentence names; empty where it names none.
    pub fn about(&self) -> (String, String) {
        let nothing = String::new;
        match self {
            CannotGo::Closed | CannotGo::Paused | CannotGo::Broken(_) => (nothing(), nothing()),
            CannotGo::OtherWorkflow(key) => (nothing(), key.to_string()),
            CannotGo::NoTarget { step } | CannotGo::OfferOpen { step } => {
                (step.to_string(), nothing())
            }
            CannotGo::OtherStage { step, stage } => (step.to_string(), stage.code().to_owned()),
            CannotGo::Lacks { step, needed } => (step.to_string(), needed.code().to_owned()),
            CannotGo::GroundGone(ground) => (nothing(), ground.code().to_owned()),
        }
    }
}

/// A deadline that a move changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DeadlineChange {
    /// The timer.
    pub timer: TimerName,
    /// When it was due; none for one that begins.
    pub was: Option<Due>,
    /// When it is due; none for one that ends.
    pub is: Option<Due>,
}

/// When a timer is due.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Due {
    /// The first instant that is too late.
    pub at: DateTime<Utc>,
    /// The last day, in the region's own days.
    pub last_day: NaiveDate,
    /// Whether it is counted in hours, so that the day alone does not say it.
    pub in_hours: bool,
}

impl From<&Deadline> for Due {
    fn from(deadline: &Deadline) -> Self {
        Due {
            at: deadline.due_at,
            last_day: deadline.last_day,
            in_hours: deadline.length.unit() == Unit::Hours,
        }
    }
}

/// What moves the cases: a new version, a map, and what is certain at each step of the new version.
#[derive(Clone, Debug)]
pub struct Mover<'a> {
    new: &'a Definition,
    map: &'a StepMap,
    law: &'a Law,
    certain: BTreeMap<StepId, BTreeSet<Needed>>,
}

impl<'a> Mover<'a> {
    /// Looks through the new version once.
    pub fn new(new: &'a Definition, map: &'a StepMap, law: &'a Law) -> Self {
        Mover {
            new,
            map,
            law,
            certain: certain(new),
        }
    }

    /// Moves a case; a timer that has fired stays so where it counts from the same fact.
    ///
    /// # Errors
    /// [`CannotGo`], the first reason.
    pub fn migrate(&self, case: &Case, now: DateTime<Utc>) -> Result<EventData, CannotGo> {
        let to = self.target(case)?;
        let event = Event {
            case: case.id,
            seq: case.version + 1,
            at: now,
            actor: crate::id::AccountId(uuid::Uuid::nil()),
            grant: None,
            data: EventData::Migrated {
                from_version: case.workflow_version,
                to_version: self.new.version,
                from: case.step.clone(),
                to,
                timers: Vec::new(),
            },
        };
        let after = evolve(case.clone(), &event);
        let mut data = event.data;
        if let EventData::Migrated { timers, .. } = &mut data {
            *timers = timers_after(self.new, &after, self.law);
        }
        Ok(data)
    }

    fn target(&self, case: &Case) -> Result<Place, CannotGo> {
        if case.stage == Stage::Closed {
            return Err(CannotGo::Closed);
        }
        if case.workflow != self.new.key {
            return Err(CannotGo::OtherWorkflow(case.workflow.clone()));
        }
        let lost = || CannotGo::NoTarget {
            step: case.step.clone(),
        };
        let target = self.map.get(&case.step).ok_or_else(lost)?;
        let target = self.new.step(target).ok_or_else(lost)?;
        let (Some(class), true) = (target.class, target.stage == case.stage) else {
            return Err(CannotGo::OtherStage {
                step: case.step.clone(),
                stage: target.stage,
            });
        };
        self.keeps_its_facts(case, &target.id)?;
        Ok(Place {
            step: target.id.clone(),
            stage: target.stage,
            class,
        })
    }

    fn keeps_its_facts(&self, case: &Case, target: &StepId) -> Result<(), CannotGo> {
        let needed = self.certain.get(target).into_iter().flatten();
        if let Some(needed) = needed.copied().find(|needed| !needed.is_there(case)) {
            return Err(CannotGo::Lacks {
                step: target.clone(),
                needed,
            });
        }
        if let Some(closure) = case.closure
            && !self.new.grounds.contains(&closure.ground)
        {
            return Err(CannotGo::GroundGone(closure.ground));
        }
        if case.course.asked.is_some() && !self.new.answers_offer(target) {
            return Err(CannotGo::OfferOpen {
                step: target.clone(),
            });
        }
        let resumes = |action: &Action| action.does(Effect::ResumeTerm);
        if case.course.paused_on.is_some() && !self.new.actions.iter().any(resumes) {
            return Err(CannotGo::Paused);
        }
        Ok(())
    }
}

/// The deadlines that an event changes on a case as it stood before.
pub fn deadlines(case: &Case, event: &EventData) -> Vec<DeadlineChange> {
    let mut found = Vec::new();
    for change in event.timers() {
        let running = case.course.timers.get(change.timer());
        let was = running.filter(|armed| !armed.fired);
        let was = was.map(|armed| Due::from(&armed.deadline));
        let is = match change {
            TimerChange::Armed { armed, .. } if !armed.fired => Some(Due::from(&armed.deadline)),
            TimerChange::Armed { .. } | TimerChange::Cancelled { .. } => None,
        };
        if was.map(|due| due.at) != is.map(|due| due.at) {
            found.push(DeadlineChange {
                timer: change.timer().clone(),
                was,
                is,
            });
        }
    }
    found
}

/// What every case at a step has, whatever way it came there: what all ways to the step have in common.
fn certain(definition: &Definition) -> BTreeMap<StepId, BTreeSet<Needed>> {
    let all: BTreeSet<Needed> = Needed::ALL.iter().copied().collect();
    let steps = definition.steps.iter();
    let mut certain: BTreeMap<StepId, BTreeSet<Needed>> =
        steps.map(|step| (step.id.clone(), all.clone())).collect();
    loop {
        let before = certain.clone();
        for action in &definition.actions {
            let is_filed = definition
                .step(&action.to)
                .is_some_and(|step| step.stage == Stage::Filed);
            let answers = definition.answers_offer(&action.to);
            let nothing = BTreeSet::new();
            let starts: Vec<&BTreeSet<Needed>> = match action.from.is_empty() {
                true => vec![&nothing],
                false => action
                    .from
                    .iter()
                    .filter_map(|step| before.get(step))
                    .collect(),
            };
            for start in starts {
                let mut after = after(action, start, is_filed);
                if !answers {
                    after.remove(&Needed::Offer);
                }
                if let Some(at) = certain.get_mut(&action.to) {
                    at.retain(|needed| after.contains(needed));
                }
            }
        }
        if certain == before {
            return certain;
        }
    }
}

/// What is certain after an action, when so much was certain before it.
fn after(action: &Action, before: &BTreeSet<Needed>, is_filed: bool) -> BTreeSet<Needed> {
    let mut after = before.clone();
    if action.guards.contains(&Guard::Screened) {
        after.insert(Needed::Screening);
    }
    for effect in &action.effects {
        match effect {
            Effect::AssignMediator | Effect::AcceptOffer => {
                after.insert(Needed::Mediator);
                after.remove(&Needed::Offer);
            }
            Effect::OfferMediator => _ = after.insert(Needed::Offer),
            Effect::EndOffer => _ = after.remove(&Needed::Offer),
            Effect::Recuse | Effect::ReleaseMediator => {
                after.remove(&Needed::Mediator);
                after.remove(&Needed::Offer);
            }
            Effect::RecordScreening => _ = after.remove(&Needed::Screening),
            Effect::RecordContract => _ = after.insert(Needed::Contract),
            Effect::RecordAgreement => _ = after.insert(Needed::Agreement),
            Effect::SetGround => _ = after.insert(Needed::Ground),
            Effect::RecordProposal
            | Effect::RecordDeclaration
            | Effect::RecordWaivers
            | Effect::RecordAnnex
            | Effect::ExtendTerm
            | Effect::PauseTerm
            | Effect::ResumeTerm
            | Effect::RecordRuling
            | Effect::RecordCheck => {}
        }
    }
    if is_filed {
        after.remove(&Needed::Mediator);
    }
    after
}

/// Why a move of a case is not undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotUndone {
    /// It was never moved to this version.
    NotMoved,
    /// It has gone on since: an action was taken, a timer fired, or its deadlines were worked out anew.
    GoneOn,
}

impl NotUndone {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            NotUndone::NotMoved => "not_moved",
            NotUndone::GoneOn => "gone_on",
        }
    }
}

/// The event that takes a move to a version back: the case stands where it stood, with the timers that it had.
///
/// Corrected facts stay corrected: they say nothing about the way of the case.
///
/// # Errors
/// [`NotUndone`].
pub fn undo(history: &[Event], version: i32) -> Result<EventData, NotUndone> {
    let is_move = |event: &Event| matches!(&event.data, EventData::Migrated { to_version, .. } if *to_version == version);
    let moved = history
        .iter()
        .rposition(is_move)
        .ok_or(NotUndone::NotMoved)?;
    let (earlier, later) = history.split_at(moved);
    let corrects = |event: &Event| matches!(event.data, EventData::Corrected(_));
    if !later.iter().skip(1).all(corrects) {
        return Err(NotUndone::GoneOn);
    }
    let before = replay(earlier).ok_or(NotUndone::NotMoved)?;
    let now = replay(history).ok_or(NotUndone::NotMoved)?;
    Ok(EventData::Migrated {
        from_version: now.workflow_version,
        to_version: before.workflow_version,
        from: now.step.clone(),
        timers: timers_back(&now, &before),
        to: Place {
            step: before.step,
            stage: before.stage,
            class: before.class,
        },
    })
}

/// The changes that make the timers of one case those of another.
fn timers_back(now: &Case, before: &Case) -> Vec<TimerChange> {
    let (now, before) = (&now.course.timers, &before.course.timers);
    let gone = now.keys().filter(|name| !before.contains_key(name));
    let gone = gone.map(|timer| TimerChange::Cancelled {
        timer: timer.clone(),
    });
    let back = before
        .iter()
        .filter(|(name, armed)| now.get(name) != Some(armed));
    let back = back.map(|(timer, armed)| TimerChange::Armed {
        timer: timer.clone(),
        armed: armed.clone(),
    });
    gone.chain(back).collect()
}
