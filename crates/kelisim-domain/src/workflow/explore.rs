//! Walks every way that a case can take, with the engine that decides about real cases (D35).
//!
//! A state is what the engine looks at when it decides: the step, the facts that guards ask for, and the timers that
//! run or have fired. In each state every action is tried with every answer that makes a difference, and each timer
//! comes due in turn; timers that only tell somebody come in the order of their days, since nothing else follows from them.
//! A walk ends where its bounds are: a definition with more ways than that is not published.
//! Everybody is there and willing, and every mediator is fit: what a definition makes impossible is found, and what only
//! a register or a person can make impossible is not.

mod breach;
mod finding;
mod look;
mod round;
mod tries;

use self::{
    breach::breaches,
    look::{Looks, State},
    tries::{actors, answers, begin, begun, event, facts, law},
};
use super::definition::{Action, Definition};
use crate::{
    case::{Act, Case, EventData, Stage, decide, evolve, fire, ground::Ground},
    code::{StepId, TimerName},
    law::Law,
};
use chrono::{DateTime, Utc};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

pub use breach::Breach;
pub use finding::{Finding, Move, Way};
pub(super) use tries::{day, elements, screened};

/// The most states of a walk; the standard workflow has some hundreds.
const STATES_MOST: usize = 20_000;
/// The most answers and timers that a walk tries, in all states together.
const TRIES_MOST: usize = 100_000;

/// Walks every way, and says what is wrong with them; nothing for a definition in which every case can end.
pub fn explore(definition: &Definition) -> Vec<Finding> {
    let Some(walk) = Walk::of(definition) else {
        return Vec::new();
    };
    // What is missing may lie where the walk did not come.
    if walk.is_too_long() {
        return walk.too_many_ways().into_iter().collect();
    }
    let mut findings = walk.at_steps();
    findings.extend(walk.at_actions());
    findings.extend(walk.at_timers());
    findings.extend(walk.at_law());
    let set: BTreeSet<Ground> = walk.found.iter().filter_map(|one| one.ground).collect();
    let unset = definition.grounds.iter().filter(|one| !set.contains(one));
    findings.extend(unset.copied().map(Finding::GroundNeverSet));
    findings
}

/// A state that a case can be in, with a case that is in it.
struct Found {
    case: Case,
    now: DateTime<Utc>,
    stage: Stage,
    step: StepId,
    ground: Option<Ground>,
    /// The state before it on the shortest way, and the move from there; none for the first.
    from: Option<(usize, Move)>,
    next: Vec<Next>,
}

struct Next {
    to: usize,
    /// The place of the timer that makes the move; none for an action that somebody takes.
    timer: Option<usize>,
    /// The place of the action that is taken; none when a timer only tells.
    action: Option<usize>,
    /// Whether only the register of mediators makes it happen.
    is_register: bool,
}

/// Who makes a move, by the places among the timers and the actions.
#[derive(Clone, Copy)]
enum By {
    /// The action is none when the timer only tells, or its action is refused.
    Timer(usize, Option<usize>),
    /// The last word says whether it is the register of mediators.
    Somebody(usize, bool),
}

/// A timer whose action was refused: its place, the state, and the codes.
type Refused = (usize, usize, Vec<String>);

struct Walk<'a> {
    definition: &'a Definition,
    law: Arc<Law>,
    looks: HashMap<StepId, Looks>,
    found: Vec<Found>,
    known: HashMap<State, usize>,
    /// The places of the actions that were taken.
    taken: BTreeSet<usize>,
    /// The timers that ran.
    ran: BTreeSet<TimerName>,
    refused: Vec<Refused>,
    /// The moves that the law does not allow, by the place of the action; each with the first state and move.
    breaches: BTreeMap<(usize, Breach), (usize, Move)>,
    /// How many answers and timers were tried.
    tries: usize,
}

impl<'a> Walk<'a> {
    fn of(definition: &'a Definition) -> Option<Walk<'a>> {
        let law = law();
        let first = begin(definition, &law)?;
        let mut walk = Walk {
            definition,
            law,
            looks: Looks::of(definition),
            found: Vec::new(),
            known: HashMap::new(),
            taken: BTreeSet::new(),
            ran: BTreeSet::new(),
            refused: Vec::new(),
            breaches: BTreeMap::new(),
            tries: 0,
        };
        walk.see(first, begun(), None);
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front().filter(|_| !walk.is_too_long()) {
            let before = walk.found.len();
            walk.go_on(at);
            queue.extend(before..walk.found.len());
        }
        Some(walk)
    }

    fn is_too_long(&self) -> bool {
        self.found.len() > STATES_MOST || self.tries > TRIES_MOST
    }

    /// Names the step with the most states.
    fn too_many_ways(&self) -> Option<Finding> {
        let mut states: HashMap<&StepId, usize> = HashMap::new();
        for found in &self.found {
            *states.entry(&found.step).or_default() += 1;
        }
        let steps = self.definition.steps.iter().enumerate();
        let (step, known) = steps.max_by_key(|(_, step)| states.get(&step.id))?;
        let id = known.id.clone();
        Some(Finding::TooManyWays { step, id })
    }

    /// The number of a state, which may be new.
    fn see(&mut self, case: Case, now: DateTime<Utc>, from: Option<(usize, Move)>) -> usize {
        let nothing = Looks::default();
        let looks = self.looks.get(&case.step).unwrap_or(&nothing);
        let state = State::of(&case, self.law.zone().day(now), looks);
        if let Some(known) = self.known.get(&state) {
            return *known;
        }
        let number = self.found.len();
        self.ran.extend(case.course.timers.keys().cloned());
        self.found.push(Found {
            stage: case.stage,
            step: case.step.clone(),
            ground: case.closure.map(|closure| closure.ground),
            case,
            now,
            from,
            next: Vec::new(),
        });
        self.known.insert(state, number);
        number
    }

    /// Tries everything that can happen in a state.
    fn go_on(&mut self, at: usize) {
        let (case, now) = (self.found[at].case.clone(), self.found[at].now);
        if case.stage == Stage::Closed {
            return;
        }
        let definition = self.definition;
        for (number, action) in definition.actions.iter().enumerate() {
            if action.from.contains(&case.step) {
                self.try_action(at, &case, now, number, action);
            }
        }
        self.try_timers(at, &case, now);
    }

    fn try_timers(&mut self, at: usize, case: &Case, now: DateTime<Utc>) {
        let definition = self.definition;
        let only_tells = |name: &&TimerName| {
            let timer = definition.timer(name);
            timer.is_some_and(|timer| timer.fires.is_none())
        };
        let mut due = case.course.due().into_iter().map(|(name, _)| name);
        let first_to_tell = due.find(only_tells);
        for (number, timer) in definition.timers.iter().enumerate() {
            let armed = case.course.timers.get(&timer.name);
            let Some(armed) = armed.filter(|armed| !armed.fired) else {
                continue;
            };
            let is_turn = timer.fires.is_some() || first_to_tell == Some(&timer.name);
            if !is_turn || self.is_too_long() {
                continue;
            }
            self.tries += 1;
            let due = now.max(armed.deadline.due_at);
            let facts = facts(case, due, &self.law);
            let Ok(decision) = fire(definition, case, &timer.name, &facts) else {
                continue;
            };
            if let EventData::TimerFired { refused, .. } = &decision.event
                && !refused.is_empty()
            {
                self.refused.push((number, at, refused.clone()));
            }
            let taken = match &decision.event {
                EventData::Moved { action, .. } => {
                    let mut actions = definition.actions.iter();
                    actions.position(|one| one.name == *action && one.from.contains(&case.step))
                }
                _ => None,
            };
            let by = By::Timer(number, taken);
            self.happen(at, case, due, decision.event, by);
        }
    }

    fn try_action(
        &mut self,
        at: usize,
        case: &Case,
        now: DateTime<Utc>,
        number: usize,
        action: &Action,
    ) {
        let facts = facts(case, now, &self.law);
        for (actor, is_register) in actors(action, case) {
            for values in answers(self.definition, action, case, &facts) {
                if self.is_too_long() {
                    return;
                }
                self.tries += 1;
                let act = Act {
                    action: &action.name,
                    values: Some(&values),
                };
                let Ok(decision) = decide(self.definition, case, &actor, act, &facts) else {
                    continue;
                };
                let by = By::Somebody(number, is_register);
                self.happen(at, case, now, decision.event, by);
            }
        }
    }

    fn happen(&mut self, at: usize, case: &Case, now: DateTime<Utc>, data: EventData, by: By) {
        let after = evolve(case.clone(), &event(case.version + 1, now, data));
        let (taken, timer, is_register) = match by {
            By::Timer(timer, taken) => (taken, Some(timer), false),
            By::Somebody(taken, is_register) => (Some(taken), None, is_register),
        };
        let action = taken.map(|number| (number, &self.definition.actions[number]));
        let step = match (timer, action) {
            (None, Some((_, action))) => Move::Action(action.name.clone()),
            (timer, _) => self.fired(timer.unwrap_or_default()),
        };
        if let Some((number, action)) = action {
            self.taken.insert(number);
            let today = self.law.zone().day(now);
            for breach in breaches(case, action, &after, today) {
                let first = self.breaches.entry((number, breach));
                first.or_insert_with(|| (at, step.clone()));
            }
        }
        let to = self.see(after, now, Some((at, step)));
        self.found[at].next.push(Next {
            to,
            timer,
            action: taken,
            is_register,
        });
    }

    fn fired(&self, timer: usize) -> Move {
        Move::Timer(self.definition.timers[timer].name.clone())
    }

    /// The shortest way to a state.
    fn way(&self, to: usize) -> Way {
        let mut moves = Vec::new();
        let mut at = to;
        while let Some((before, step)) = &self.found[at].from {
            moves.push(step.clone());
            at = *before;
        }
        let opening = self.definition.opening().next();
        moves.extend(opening.map(|action| Move::Action(action.name.clone())));
        moves.reverse();
        Way(moves)
    }

    /// One finding a step: the first, and therefore shortest, way to it that goes wrong.
    fn at_steps(&self) -> Vec<Finding> {
        let ending = self.ending();
        let mut findings = Vec::new();
        for (step, known) in self.definition.steps.iter().enumerate() {
            let here: Vec<usize> = (0..self.found.len())
                .filter(|at| self.found[*at].step == known.id)
                .collect();
            let id = known.id.clone();
            if here.is_empty() {
                findings.push(Finding::Unreachable { step, id });
                continue;
            }
            let open: Vec<usize> = here
                .into_iter()
                .filter(|at| self.found[*at].stage != Stage::Closed)
                .collect();
            let first = |wrong: &dyn Fn(&usize) -> bool| {
                let found = open.iter().find(|at| wrong(at));
                found.map(|at| self.way(*at))
            };
            if let Some(way) = first(&|at| self.found[*at].next.is_empty()) {
                findings.push(Finding::Stuck { step, way });
            } else if let Some(way) =
                first(&|at| self.found[*at].next.iter().all(|next| next.is_register))
            {
                findings.push(Finding::WaitsForever { step, way });
            } else if let Some(way) = first(&|at| !ending[*at]) {
                findings.push(Finding::NeverCloses { step, way });
            }
        }
        findings
    }

    /// For each state, whether a case in it can end: goes back from the closed ones.
    fn ending(&self) -> Vec<bool> {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.found.len()];
        for (at, found) in self.found.iter().enumerate() {
            found.next.iter().for_each(|next| before[next.to].push(at));
        }
        let is_closed = |at: &usize| self.found[*at].stage == Stage::Closed;
        let mut queue: Vec<usize> = (0..self.found.len()).filter(is_closed).collect();
        let mut ending = vec![false; self.found.len()];
        while let Some(at) = queue.pop() {
            if !std::mem::replace(&mut ending[at], true) {
                queue.extend(&before[at]);
            }
        }
        ending
    }

    fn at_actions(&self) -> Vec<Finding> {
        let actions = self.definition.actions.iter().enumerate();
        actions
            .filter(|(number, action)| !action.from.is_empty() && !self.taken.contains(number))
            .map(|(action, one)| Finding::NeverTaken {
                action,
                name: one.name.clone(),
            })
            .collect()
    }

    fn at_timers(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (timer, one) in self.definition.timers.iter().enumerate() {
            let name = one.name.clone();
            if !self.ran.contains(&name) {
                findings.push(Finding::NeverRuns { timer, name });
                continue;
            }
            let mut refused = self.refused.iter();
            if let Some((_, at, codes)) = refused.find(|(number, ..)| *number == timer) {
                let mut way = self.way(*at);
                way.0.push(Move::Timer(name));
                let codes = codes.clone();
                findings.push(Finding::TimerRefused { timer, way, codes });
            }
        }
        findings.extend(self.timer_loop());
        findings
    }
}

#[cfg(test)]
mod tests;
