//! Walks every way that a case can take, with the engine that decides about real cases (D35).
//!
//! A state is what the engine looks at when it decides: the step, the facts that guards ask for, and the timers that
//! run or have fired. In each state every action is tried with every answer that makes a difference, and each timer
//! comes due in turn.
//! Everybody is there and willing, and every mediator is fit: what a definition makes impossible is found, and what only
//! a register or a person can make impossible is not.

use super::{
    definition::{Action, Definition, Field, FieldType, Guard, Start},
    values::{Value, Values},
};
use crate::{
    assignment::{MediatorFacts, MediatorStatus},
    calendar::Zone,
    case::{
        Act, Case, CaseNumber, Class, CourtStage, Declared, Event, EventData, Facts, MediatorAsked,
        Place, Stage, decide, evolve, fire, ground::Ground, grounds_offered, opened, timers_after,
    },
    code::{ActionName, CategoryCode, DistrictCode, OfficeCode, SourceCode, StepId, TimerName},
    confidential::Confidential,
    id::{AccountId, CaseId, GrantId, MediatorId, OfficeId, RegionId},
    language::Language,
    law::Law,
    legal::{Excluding, Prescribed, Profile},
    policy::{Actor, Grant, Relation, Standing, System},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    fmt,
    sync::Arc,
};
use uuid::Uuid;

/// A way that a case takes, such as `file → assign`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Way(pub Vec<Move>);

/// One move of a way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Move {
    /// Somebody takes an action.
    Action(ActionName),
    /// A timer comes due.
    Timer(TimerName),
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Move::Action(name) => write!(f, "{name}"),
            Move::Timer(name) => write!(f, "⏰ {name}"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            let arrow = if number == 0 { "" } else { " → " };
            write!(f, "{arrow}{step}")?;
        }
        Ok(())
    }
}

/// Something that is wrong with the ways of a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// No case ever stands there.
    Unreachable {
        /// The place of the step among the steps.
        step: usize,
        /// The step.
        id: StepId,
    },
    /// A case can come to stand there with nothing left that anybody could do, and no timer that runs.
    Stuck {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// A case can come to wait there for something that nobody can bring about who is there: no timer runs, and only
    /// the register of mediators could move it.
    WaitsForever {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// A case can stand there, and from there no way leads to an end.
    NeverCloses {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// No case ever stands where the action could be taken.
    NeverTaken {
        /// The place of the action among the actions.
        action: usize,
        /// Its name.
        name: ActionName,
    },
    /// The timer runs in no case.
    NeverRuns {
        /// The place of the timer among the timers.
        timer: usize,
        /// Its name.
        name: TimerName,
    },
    /// The timer comes due, and its action is refused.
    TimerRefused {
        /// The place of the timer among the timers.
        timer: usize,
        /// How the case gets there.
        way: Way,
        /// What stands against the action.
        codes: Vec<String>,
    },
    /// Timers alone move the case round and round.
    TimerLoop {
        /// The place of the timer among the timers.
        timer: usize,
        /// How the case gets there, and once round.
        way: Way,
    },
    /// No case can ever get this ground.
    GroundNeverSet(Ground),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Unreachable { id, .. } => write!(f, "no case ever stands at the step {id}"),
            Finding::Stuck { way, .. } => write!(f, "{way} → … and now nothing can happen"),
            Finding::WaitsForever { way, .. } => {
                write!(f, "{way} → … and now it waits, and no timer runs")
            }
            Finding::NeverCloses { way, .. } => write!(f, "{way} → … and no way leads to an end"),
            Finding::NeverTaken { name, .. } => {
                write!(f, "the action {name} can never be taken as it stands here")
            }
            Finding::NeverRuns { name, .. } => write!(f, "the timer {name} never runs"),
            Finding::TimerRefused { way, codes, .. } => {
                write!(
                    f,
                    "{way} → … and its action is refused ({})",
                    codes.join(", ")
                )
            }
            Finding::TimerLoop { way, .. } => {
                write!(f, "{way} → … and so on for ever, and nobody does anything")
            }
            Finding::GroundNeverSet(ground) => {
                write!(f, "no case can ever get the ground {}", ground.code())
            }
        }
    }
}

impl Finding {
    /// What would be right.
    pub fn help(&self) -> &'static str {
        match self {
            Finding::Unreachable { .. } => {
                "let an action that can be taken lead here, or leave the step out"
            }
            Finding::Stuck { .. } => "an action that somebody may take must lead away from here",
            Finding::WaitsForever { .. } => "a wait ends by a timer, or by somebody who is there",
            Finding::NeverCloses { .. } => {
                "some way from here must end in a step of the stage closed"
            }
            Finding::NeverTaken { .. } => {
                "see where it starts, what its guards ask, and what its form offers"
            }
            Finding::NeverRuns { .. } => {
                "the fact from which it counts must be there while a case stands at one of its steps"
            }
            Finding::TimerRefused { .. } => {
                "what a timer does must be possible whenever it comes due"
            }
            Finding::TimerLoop { .. } => "somewhere on the way round a person must do something",
            Finding::GroundNeverSet(_) => {
                "let a form offer it where it may be set, or leave it out of `grounds`"
            }
        }
    }

    /// Its place in the text of the definition, as a JSON pointer.
    pub fn pointer(&self, definition: &Definition) -> String {
        match self {
            Finding::Unreachable { step, .. }
            | Finding::Stuck { step, .. }
            | Finding::WaitsForever { step, .. }
            | Finding::NeverCloses { step, .. } => format!("/steps/{step}/id"),
            Finding::NeverTaken { action, .. } => format!("/actions/{action}/name"),
            Finding::NeverRuns { timer, .. }
            | Finding::TimerRefused { timer, .. }
            | Finding::TimerLoop { timer, .. } => format!("/timers/{timer}/name"),
            Finding::GroundNeverSet(ground) => {
                let place = definition.grounds.iter().position(|one| one == ground);
                format!("/grounds/{}", place.unwrap_or_default())
            }
        }
    }
}

/// Walks every way, and says what is wrong with them; nothing for a definition in which every case can end.
pub fn explore(definition: &Definition) -> Vec<Finding> {
    let Some(walk) = Walk::of(definition) else {
        return Vec::new();
    };
    let mut findings = walk.at_steps();
    findings.extend(walk.at_actions());
    findings.extend(walk.at_timers());
    let set: BTreeSet<Ground> = walk.found.iter().filter_map(|one| one.ground).collect();
    let unset = definition.grounds.iter().filter(|one| !set.contains(one));
    findings.extend(unset.copied().map(Finding::GroundNeverSet));
    findings
}

/// What the engine looks at when it decides: which facts are there, and not when they came; and of these only what
/// some guard or timer can still look at.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    step: StepId,
    ground: Option<Ground>,
    has_mediator: bool,
    is_asked: bool,
    facts: Vec<(Start, bool)>,
    screening: Option<bool>,
    waiver_is_missing: bool,
    /// Whether the term stands still, is extended, and is over.
    term: Option<[bool; 3]>,
    checks: Vec<String>,
    timers: Vec<(TimerName, bool)>,
}

impl State {
    fn of(case: &Case, today: NaiveDate, looks: &Looks) -> Self {
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
            facts: facts
                .map(|start| (*start, case.start(*start).is_some()))
                .collect(),
            screening: screening.filter(|_| looks.at(Guard::Screened)),
            waiver_is_missing: course.waiver_is_missing && looks.at(Guard::Waived),
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
struct Looks {
    guards: BTreeSet<Guard>,
    starts: BTreeSet<Start>,
    /// Whether some timer stands still while the term is paused.
    pauses: bool,
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
        let is_guarded = of_term.iter().any(|guard| self.at(*guard));
        is_guarded || self.pauses || self.starts.contains(&Start::TermEnd)
    }

    /// For every step: goes back along the actions until nothing is added.
    fn of(definition: &Definition) -> HashMap<StepId, Looks> {
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
                let after = all.get(&action.to).cloned().unwrap_or_default();
                for step in &action.from {
                    let here = all.entry(step.clone()).or_default();
                    here.guards.extend(action.guards.iter().copied());
                    here.guards.extend(after.guards.iter().copied());
                    here.starts.extend(after.starts.iter().copied());
                    here.pauses |= after.pauses;
                }
            }
            if all == before {
                return all;
            }
        }
    }
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
    is_timer: bool,
    /// Whether only the register of mediators makes it happen.
    is_register: bool,
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
        };
        walk.see(first, begun(), None);
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            let before = walk.found.len();
            walk.go_on(at);
            queue.extend(before..walk.found.len());
        }
        Some(walk)
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
        for (number, timer) in definition.timers.iter().enumerate() {
            let armed = case.course.timers.get(&timer.name);
            let Some(armed) = armed.filter(|armed| !armed.fired) else {
                continue;
            };
            let due = now.max(armed.deadline.due_at);
            let facts = facts(&case, due, &self.law);
            let Ok(decision) = fire(definition, &case, &timer.name, &facts) else {
                continue;
            };
            if let EventData::TimerFired { refused, .. } = &decision.event
                && !refused.is_empty()
            {
                self.refused.push((number, at, refused.clone()));
            }
            if let EventData::Moved { action, .. } = &decision.event {
                let taken = definition
                    .actions
                    .iter()
                    .position(|one| one.name == *action && one.from.contains(&case.step));
                self.taken.extend(taken);
            }
            let step = Move::Timer(timer.name.clone());
            self.happen(at, &case, due, decision.event, step, false);
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
                let act = Act {
                    action: &action.name,
                    values: Some(&values),
                };
                let Ok(decision) = decide(self.definition, case, &actor, act, &facts) else {
                    continue;
                };
                self.taken.insert(number);
                let step = Move::Action(action.name.clone());
                self.happen(at, case, now, decision.event, step, is_register);
            }
        }
    }

    fn happen(
        &mut self,
        at: usize,
        case: &Case,
        now: DateTime<Utc>,
        data: EventData,
        step: Move,
        is_register: bool,
    ) {
        let after = evolve(case.clone(), &event(case.version + 1, now, data));
        let is_timer = matches!(step, Move::Timer(_));
        let to = self.see(after, now, Some((at, step)));
        self.found[at].next.push(Next {
            to,
            is_timer,
            is_register,
        });
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

    /// A round of moves that timers alone make, and that comes back to the same step; a timer that only tells ends by
    /// having fired.
    fn timer_loop(&self) -> Option<Finding> {
        for start in 0..self.found.len() {
            let mut at = start;
            let mut passed = vec![at];
            // Each timer state has few successors by timers; the first of each is followed.
            while let Some(next) = self.found[at]
                .next
                .iter()
                .find(|next| next.is_timer && self.found[next.to].step != self.found[at].step)
            {
                at = next.to;
                if self.found[at].step == self.found[start].step {
                    return Some(self.looped(start, &passed, at));
                }
                if passed.contains(&at) {
                    break;
                }
                passed.push(at);
            }
        }
        None
    }

    fn looped(&self, start: usize, passed: &[usize], end: usize) -> Finding {
        let mut way = self.way(start);
        let mut first = None;
        for pair in passed
            .windows(2)
            .chain([[passed[passed.len() - 1], end].as_slice()])
        {
            let timer = self.timer_between(pair[0], pair[1]);
            first = first.or(timer);
            let name = timer.map(|timer| self.definition.timers[timer].name.clone());
            way.0.extend(name.map(Move::Timer));
        }
        let timer = first.unwrap_or_default();
        Finding::TimerLoop { timer, way }
    }

    /// The timer that leads from one state to another.
    fn timer_between(&self, from: usize, to: usize) -> Option<usize> {
        let (case, now) = (&self.found[from].case, self.found[from].now);
        let timers = self.definition.timers.iter();
        timers.enumerate().find_map(|(number, timer)| {
            let armed = case.course.timers.get(&timer.name)?;
            let due = now.max(armed.deadline.due_at);
            let facts = facts(case, due, &self.law);
            let decision = fire(self.definition, case, &timer.name, &facts).ok()?;
            let after = evolve(case.clone(), &event(case.version + 1, due, decision.event));
            (after.step == self.found[to].step).then_some(number)
        })
    }
}

/// The law by which the ways are walked. A workflow is proven against the shipped profile, with the pause allowed, so
/// that what the profile forbids today is walked all the same.
fn law() -> Arc<Law> {
    let text = crate::legal::KZ_MEDIATION.replacen("allowed = false", "allowed = true", 1);
    let profile = Profile::parse(&text).unwrap_or_else(|_| Profile::empty());
    Arc::new(Law::new(profile, Zone::ORAL, &[]))
}

/// A case that was just filed.
fn begin(definition: &Definition, law: &Law) -> Option<Case> {
    let action = definition.opening().next()?;
    let step = definition.step(&action.to)?;
    let data = EventData::Filed {
        number: CaseNumber {
            office: OfficeCode::from_stored("XXX-00".to_owned()),
            year: 2026,
            serial: 1,
        },
        office: OfficeId(id(1)),
        workflow: definition.key.clone(),
        workflow_version: definition.version,
        action: action.name.clone(),
        to: Place {
            step: step.id.clone(),
            stage: step.stage,
            class: step.class.unwrap_or(Class::New),
        },
        category: CategoryCode::from_stored("x".to_owned()),
        subcategory: None,
        language: Language::Kk,
        district: DistrictCode::from_stored("X".to_owned()),
        court_stage: CourtStage::PreCourt,
        source: SourceCode::from_stored("x".to_owned()),
        referral: None,
        timers: Vec::new(),
    };
    let mut case = opened(&event(1, begun(), data))?;
    for change in timers_after(definition, &case, law) {
        case.course.tick(&change);
    }
    Some(case)
}

/// Complete answers to a form: one for each combination that makes a difference to the engine.
fn answers(definition: &Definition, action: &Action, case: &Case, facts: &Facts) -> Vec<Values> {
    let grounds: Vec<Option<Ground>> = match action.field("ground") {
        None => vec![None],
        Some(_) => grounds_offered(definition, action, case)
            .into_iter()
            .map(|code| code.parse().ok())
            .collect(),
    };
    let mut all = Vec::new();
    for ground in grounds {
        let mut combined = vec![Values::new()];
        for field in &action.form {
            let options = options(field, case, ground, facts);
            if options.is_empty() {
                continue;
            }
            let longer = combined.iter().flat_map(|values| {
                let with = |value: &Value| values.clone().with(&field.name, value.clone());
                options.iter().map(with).collect::<Vec<_>>()
            });
            combined = longer.collect();
        }
        all.extend(combined);
    }
    all
}

/// The answers to a field that make a difference; none for a field that is left out.
fn options(field: &Field, case: &Case, ground: Option<Ground>, facts: &Facts) -> Vec<Value> {
    let text = || Value::Text(Confidential::new("x".to_owned()));
    match (field.name.as_str(), field.kind) {
        ("over_limit_reason", _) => vec![],
        ("exclusion_code", _) if ground != Some(Ground::NotSuitable) => vec![],
        ("linked_case", _) if !ground.is_some_and(Ground::needs_linked_case) => vec![],
        (_, FieldType::Text) => vec![text()],
        (name, FieldType::Date) => vec![Value::Date(day(name, case, facts))],
        // No is refused or changes nothing, so it leads nowhere else.
        (_, FieldType::YesNo) => vec![Value::YesNo(true)],
        (_, FieldType::Mediator) => vec![Value::Mediator(another(case))],
        (_, FieldType::Case) => vec![Value::Case(CaseId(id(9)))],
        (_, FieldType::Ground) => ground.map(Value::Ground).into_iter().collect(),
        ("check.after", FieldType::Choice) => {
            field.choices.iter().cloned().map(Value::Choice).collect()
        }
        (_, FieldType::Choice) => {
            let first = field.choices.first().cloned();
            first.map(Value::Choice).into_iter().collect()
        }
        (_, FieldType::Exclusions) => [false, true].map(|out| screened(out, facts)).to_vec(),
        (_, FieldType::Declaration) => Declared::ALL
            .iter()
            .copied()
            .map(Value::Declaration)
            .collect(),
        (_, FieldType::Elements) => vec![elements(field, facts)],
        (_, FieldType::Document) => vec![Value::Document("x".to_owned())],
    }
}

/// A day that fits: today, but inside the term for what has to lie there, and as late as can be for an extension.
fn day(name: &str, case: &Case, facts: &Facts) -> NaiveDate {
    let term = case.course.term.as_ref();
    let last_day = term.map(crate::case::Term::last_day);
    let inside = last_day.map_or(facts.today, |last| facts.today.min(last));
    match name {
        "agreement.signed_on" | "extension.requested_on" => inside,
        "extension.until" => {
            let longest = case.course.contract_on.and_then(|on| {
                let starts_at = facts.law.zone().start_of(on);
                let paused = term.map_or(0, |term| term.deadline.days_paused);
                let total = crate::legal::TermName::MediationTotal;
                facts.law.term(total, starts_at, paused)
            });
            longest.map_or(facts.today, |(deadline, _)| deadline.last_day)
        }
        "pause.until" => case
            .course
            .paused_on
            .and_then(|on| on.checked_add_days(Days::new(1)))
            .unwrap_or(facts.today),
        _ => facts.today,
    }
}

fn screened(is_out: bool, facts: &Facts) -> Value {
    let version = facts.law.on(facts.filed_on);
    let questions = version.map_or(&[][..], |version| &version.exclusions);
    let answer = |excludes: Excluding| (excludes == Excluding::Yes) == is_out;
    let answers = questions
        .iter()
        .map(|one| (one.code.clone(), answer(one.excludes)));
    Value::Exclusions(answers.collect())
}

fn elements(field: &Field, facts: &Facts) -> Value {
    let document = field
        .choices
        .first()
        .and_then(|code| code.parse::<Prescribed>().ok());
    let version = facts.law.on(facts.today);
    let contents = version
        .zip(document)
        .and_then(|(version, one)| version.contents.get(&one));
    let elements = contents.map(|contents| contents.elements.iter().cloned().collect());
    Value::Elements(elements.unwrap_or_default())
}

/// Whoever may take an action: one account that is all people at once, and what acts by itself. The last word says
/// whether it is the register, on which nobody can wait.
fn actors(action: &Action, case: &Case) -> Vec<(Actor, bool)> {
    let mut actors = Vec::new();
    let by_itself = |one: &Relation| matches!(one, Relation::Clock | Relation::Register);
    if !action.who.iter().all(by_itself) {
        actors.push((everybody(case), false));
    }
    if action.who.contains(&Relation::Register) {
        actors.push((Actor::system(RegionId(id(5)), System::Register), true));
    }
    actors
}

fn everybody(case: &Case) -> Actor {
    let office = case.office;
    let asked = case.course.asked.map(|asked| asked.mediator);
    let mediators = [case.mediator, asked, Some(MediatorId(id(2)))];
    let mediating = mediators.into_iter().flatten();
    let standings = mediating
        .map(|mediator| Standing::Mediator { office, mediator })
        .chain([Standing::OfficeHead { office }, Standing::Coordinator]);
    Actor {
        account: AccountId(id(4)),
        region: RegionId(id(5)),
        language: Language::Kk,
        grants: standings
            .into_iter()
            .zip(10..)
            .map(|(standing, number)| Grant {
                id: GrantId(id(number)),
                standing,
                from: NaiveDate::MIN,
                to: None,
            })
            .collect(),
        system: None,
    }
}

fn facts(case: &Case, now: DateTime<Utc>, law: &Arc<Law>) -> Facts {
    Facts {
        region: RegionId(id(5)),
        law: Arc::clone(law),
        now,
        today: law.zone().day(now),
        filed_on: law.zone().day(case.filed_at),
        office_has_head: true,
        mediator: MediatorAsked::Known(MediatorFacts {
            id: another(case),
            offices: vec![case.office],
            status: MediatorStatus::Active,
            documents_valid_to: None,
            languages: vec![case.language.code().to_owned()],
            open_cases: 0,
            max_open_cases: 1,
            is_unavailable: false,
        }),
    }
}

/// A mediator who does not have the case, is not asked, and has not left it for good.
fn another(case: &Case) -> MediatorId {
    let asked = case.course.asked.map(|asked| asked.mediator);
    let is_free = |one: &MediatorId| {
        ![case.mediator, asked].contains(&Some(*one)) && !case.course.recused.contains(one)
    };
    let mut all = (100..).map(|number| MediatorId(id(number)));
    all.find(is_free).unwrap_or(MediatorId(id(2)))
}

fn event(seq: i32, at: DateTime<Utc>, data: EventData) -> Event {
    Event {
        case: CaseId(id(8)),
        seq,
        at,
        actor: AccountId(id(4)),
        grant: Some(GrantId(id(10))),
        data,
    }
}

/// A day in spring, so that terms run into holidays too.
fn begun() -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::days(20_515)
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[cfg(test)]
mod tests;
