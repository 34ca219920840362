//! The course of time: cases come, people act, and timers come due, each decided by the engine.

use super::{
    Assumptions,
    chance::{About, Chance, key},
    compass::Compass,
    course::{Fate, Plan},
    days::{Calendar, instant},
    figures::{self, Tally},
    form, law,
    people::{Doer, People, REGION, office_id},
};
use crate::{
    case::{
        Act, Case, CaseNumber, CourtStage, Event, EventData, Facts, Filing, FilingFacts,
        MediatorAsked, decide, file, fire, may_file, opened,
    },
    code::{CategoryCode, DistrictCode, OfficeCode, SourceCode, TimerName},
    confidential::Confidential,
    id::{AccountId, CaseId},
    language::Language,
    workflow::Definition,
};
use chrono::{Days, NaiveDate};
use std::{cmp::Reverse, collections::BinaryHeap, sync::Arc};
use uuid::Uuid;

/// What comes next, in the order of time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Next {
    /// A case is filed.
    Arrival(u32),
    /// Somebody does what was planned; the number tells whether it still holds.
    Act(u32, u32),
    /// A timer is due.
    Due(u32),
}

/// A case that is open.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) number: u32,
    pub(super) case: Case,
    pub(super) fate: Fate,
    pub(super) office: usize,
    /// The place of its step.
    pub(super) step: usize,
    /// When it came there.
    pub(super) since: i64,
    /// How often it came to each step.
    pub(super) visits: Vec<u16>,
    /// How many moves it has made at this step.
    pub(super) moves: u16,
    /// Whether a timer has escalated here.
    pub(super) is_overdue: bool,
    pub(super) plan: Option<Plan>,
    /// Rises with each plan, so that an old one is known.
    pub(super) plans: u32,
    /// When the next timer is due.
    pub(super) due: Option<i64>,
    /// Ways that were refused since the last event, as bits.
    pub(super) shut: u64,
    /// Mediators who were asked.
    pub(super) asked: Vec<usize>,
    /// Mediators who have the case in hand or are asked.
    pub(super) held: [Option<usize>; 2],
}

pub(super) struct Play<'a> {
    pub(super) definition: &'a Definition,
    pub(super) assumed: &'a Assumptions,
    pub(super) compass: Compass,
    pub(super) calendar: Calendar,
    pub(super) chance: Chance,
    pub(super) people: People,
    pub(super) tally: Tally,
    pub(super) facts: Facts,
    pub(super) cases: u32,
    pub(super) days: u64,
    /// The first second that is not played.
    pub(super) end: i64,
    pub(super) live: Vec<Option<Box<Live>>>,
    pub(super) queue: BinaryHeap<Reverse<(i64, u64, Next)>>,
    /// Numbers what is queued, so that what falls on one instant keeps its order.
    pub(super) queued: u64,
    /// For each step its key, for each timer whether it escalates.
    pub(super) keys: Vec<u64>,
    pub(super) escalating: Vec<bool>,
    pub(super) weights: Vec<f64>,
    pub(super) week: usize,
}

impl<'a> Play<'a> {
    pub(super) fn new(
        definition: &'a Definition,
        assumed: &'a Assumptions,
        cases: u32,
        seed: u64,
        days: u64,
    ) -> Self {
        let law = law();
        // A year more than is played, for what is planned behind the end.
        let calendar = Calendar::new(&law, assumed.from, days as usize + 366);
        let until = assumed.from.checked_add_days(Days::new(days));
        let until = until.unwrap_or(NaiveDate::MAX);
        let end = law.zone().start_of(until).timestamp();
        let facts = Facts {
            region: REGION,
            now: instant(end),
            today: assumed.from,
            filed_on: assumed.from,
            office_has_head: true,
            mediator: MediatorAsked::Nobody,
            law: Arc::new(law),
        };
        let offices = assumed.network.offices.iter();
        Play {
            definition,
            assumed,
            compass: Compass::of(definition),
            calendar,
            chance: Chance::new(seed),
            people: People::new(assumed),
            tally: Tally::of(definition),
            facts,
            cases,
            days,
            end,
            live: (0..cases).map(|_| None).collect(),
            queue: BinaryHeap::new(),
            queued: 0,
            keys: definition
                .steps
                .iter()
                .map(|step| key(step.id.as_str()))
                .collect(),
            escalating: definition.timers.iter().map(figures::escalates).collect(),
            weights: offices.map(|office| f64::from(office.weight)).collect(),
            week: 0,
        }
    }

    /// An office at which nobody may file gets nothing to do.
    pub(super) fn somebody_files(&mut self) -> bool {
        for office in 0..self.weights.len() {
            if self.filer(office).is_none() {
                self.weights[office] = 0.0;
            }
        }
        self.weights.iter().any(|weight| *weight > 0.0)
    }

    fn filer(&self, office: usize) -> Option<Doer> {
        let may = |doer: &Doer| {
            may_file(self.definition, self.people.actor(*doer), office_id(office)).is_some()
        };
        self.people.filers(office).find(may)
    }

    pub(super) fn run(&mut self, progress: &mut dyn FnMut(u32)) {
        let step = (self.cases / 200).max(1);
        self.arrive(0);
        while let Some(Reverse((at, _, next))) = self.queue.pop() {
            if at >= self.end {
                break;
            }
            self.turn_weeks(self.calendar.week(at));
            match next {
                Next::Arrival(number) => {
                    if number.is_multiple_of(step) {
                        progress(number);
                    }
                    self.open(number, at);
                }
                Next::Act(number, plan) => self.act(number, plan, at),
                Next::Due(number) => self.due(number, at),
            }
        }
        self.turn_weeks(self.calendar.week(self.end - 1));
        progress(self.cases);
    }

    fn turn_weeks(&mut self, week: usize) {
        while self.week < week {
            self.people.end_week();
            self.week += 1;
        }
    }

    fn push(&mut self, at: i64, next: Next) {
        if at < self.end {
            self.queued += 1;
            self.queue.push(Reverse((at, self.queued, next)));
        }
    }

    /// Cases come evenly over the working days, each at some moment of its own.
    fn arrive(&mut self, number: u32) {
        if number >= self.cases {
            return;
        }
        let mut dice = self.chance.dice(number, About::Arrival, 0);
        let day = u64::from(number) * self.days / u64::from(self.cases);
        let day = self.assumed.from.checked_add_days(Days::new(day));
        let day = day.unwrap_or(NaiveDate::MAX);
        let midnight = self.facts.law.zone().start_of(day).timestamp();
        let at = self.calendar.on_or_after(day, midnight, &mut dice);
        // Whoever comes on the very last days off is there on the last day all the same.
        self.push(at.min(self.end - 1), Next::Arrival(number));
    }

    fn open(&mut self, number: u32, at: i64) {
        self.arrive(number + 1);
        let mut dice = self.chance.dice(number, About::Fate, 0);
        let office = dice.weighted(self.weights.iter().copied()).unwrap_or(0);
        let language = match dice.happens(self.assumed.russian) {
            true => Language::Ru,
            false => Language::Kk,
        };
        let fate = Fate::draw(self.assumed, &mut dice);
        let Some(live) = self.filed(number, at, office, language, fate) else {
            return;
        };
        self.tally.shares.filed += 1;
        self.tally.events += 1;
        self.tally.came[live.step] += 1;
        self.settle(Box::new(live), at);
    }

    /// The case as it was just filed.
    fn filed(
        &mut self,
        number: u32,
        at: i64,
        office: usize,
        language: Language,
        fate: Fate,
    ) -> Option<Live> {
        let doer = self.filer(office)?;
        let facts = FilingFacts {
            office: office_id(office),
            number: CaseNumber {
                office: OfficeCode::from_stored("SIM-01".to_owned()),
                year: 0,
                serial: i32::try_from(number).unwrap_or(i32::MAX),
            },
            case: CaseId(Uuid::from_u128(u128::from(number) + 1)),
            now: instant(at),
            law: Arc::clone(&self.facts.law),
        };
        let case = facts.case;
        let actor = self.people.actor(doer);
        let decision = file(self.definition, filing(language), facts, actor).ok()?;
        let event = Event {
            case,
            seq: 1,
            at: instant(at),
            actor: actor.account,
            grant: decision.grant,
            data: decision.event,
        };
        let case = opened(&event)?;
        let step = self.place(&case)?;
        let mut visits = vec![0; self.definition.steps.len()];
        visits[step] = 1;
        Some(Live {
            number,
            case,
            fate,
            office,
            step,
            since: at,
            visits,
            moves: 0,
            is_overdue: false,
            plan: None,
            plans: 0,
            due: None,
            shut: 0,
            asked: Vec::new(),
            held: [None; 2],
        })
    }

    pub(super) fn place(&self, case: &Case) -> Option<usize> {
        let mut steps = self.definition.steps.iter();
        steps.position(|step| step.id == case.step)
    }

    /// Sees to it that the case goes on: by what somebody plans, and by its next timer.
    pub(super) fn settle(&mut self, mut live: Box<Live>, now: i64) {
        live.plan = self.plan(&mut live, now);
        live.plans += 1;
        if let Some(plan) = live.plan {
            self.push(plan.at, Next::Act(live.number, live.plans));
        }
        self.watch(live);
    }

    /// Waits for the next timer, and puts the case back.
    pub(super) fn watch(&mut self, mut live: Box<Live>) {
        let timers = live.case.course.timers.values();
        let due = timers.filter(|armed| !armed.fired);
        let due = due.map(|armed| armed.deadline.due_at.timestamp()).min();
        if due != live.due {
            live.due = due;
            if let Some(at) = due {
                self.push(at, Next::Due(live.number));
            }
        }
        let place = live.number as usize;
        self.live[place] = Some(live);
    }

    fn look(&mut self, live: &Live, now: i64) {
        self.facts.now = instant(now);
        self.facts.today = self.calendar.day(now);
        self.facts.filed_on = self.calendar.day(live.case.filed_at.timestamp());
        self.facts.office_has_head = self.people.has_head(live.office);
        self.facts.mediator = MediatorAsked::Nobody;
    }

    /// Somebody does what was planned.
    fn act(&mut self, number: u32, plan: u32, now: i64) {
        let Some(mut live) = self.live[number as usize].take() else {
            return;
        };
        let Some(planned) = live.plan.filter(|_| live.plans == plan) else {
            self.live[number as usize] = Some(live);
            return;
        };
        let action = &self.definition.actions[planned.action];
        let Some(mut doer) = self.people.doer(&action.who, &live.case, live.office) else {
            self.refuse(live, planned, now);
            return;
        };
        self.look(&live, now);
        if form::names_mediator(action) {
            let today = self.facts.today;
            let (case, asked) = (&live.case, &live.asked);
            let free = self
                .people
                .free(case, live.office, doer, &action.who, asked, today);
            let Some((who, facts)) = free else {
                self.tally.nobody_free += 1;
                self.again(live, now);
                return;
            };
            doer = who;
            self.facts.mediator = MediatorAsked::Known(facts.clone());
        }
        if !self.people.has_time(doer, self.calendar.place(now)) {
            self.tally.put_off += 1;
            self.again(live, now);
            return;
        }
        let values = form::answers(self, &live, action);
        let act = Act {
            action: &action.name,
            values: Some(&values),
        };
        let actor = self.people.actor(doer);
        let account = actor.account;
        match decide(self.definition, &live.case, actor, act, &self.facts) {
            Ok(decision) => self.happened(live, decision, account, now),
            Err(_) => {
                live.plan = None;
                self.refuse(live, planned, now);
            }
        }
    }

    /// What the rules refuse is not tried again before something has happened.
    fn refuse(&mut self, mut live: Box<Live>, planned: Plan, now: i64) {
        self.tally.refused += 1;
        live.shut |= planned.bit;
        self.settle(live, now);
    }

    /// The same once more on the next morning.
    fn again(&mut self, mut live: Box<Live>, now: i64) {
        let number = u64::from(live.plans);
        let mut dice = self.chance.dice(live.number, About::Delay, number);
        let at = self.calendar.next_morning(now, &mut dice);
        live.plans += 1;
        live.plan = live.plan.map(|plan| Plan { at, ..plan });
        self.push(at, Next::Act(live.number, live.plans));
        self.watch(live);
    }

    /// A timer is due.
    fn due(&mut self, number: u32, now: i64) {
        let Some(mut live) = self.live[number as usize].take() else {
            return;
        };
        if live.due != Some(now) {
            self.live[number as usize] = Some(live);
            return;
        }
        self.look(&live, now);
        let mut timers = live.case.course.timers.iter();
        let is_due = |(_, one): &(&TimerName, &crate::case::Armed)| {
            !one.fired && one.deadline.due_at.timestamp() <= now
        };
        let Some(name) = timers.find(is_due).map(|(name, _)| name.clone()) else {
            self.watch(live);
            return;
        };
        let mut timers = self.definition.timers.iter();
        let place = timers.position(|timer| timer.name == name).unwrap_or(0);
        match fire(self.definition, &live.case, &name, &self.facts) {
            Ok(decision) => {
                self.tally.timers[place].0 += 1;
                live.is_overdue |= self.escalating[place];
                if let EventData::TimerFired { refused, .. } = &decision.event {
                    self.tally.timers[place].1 += u32::from(!refused.is_empty());
                }
                live.due = None;
                self.happened(live, decision, AccountId(Uuid::nil()), now);
            }
            Err(_) => self.watch(live),
        }
    }
}

/// What is filed; only the language makes a difference.
fn filing(language: Language) -> Filing {
    Filing {
        category: CategoryCode::from_stored("x".to_owned()),
        subcategory: None,
        language,
        district: DistrictCode::from_stored("SIM".to_owned()),
        court_stage: CourtStage::PreCourt,
        source: SourceCode::from_stored("x".to_owned()),
        referral: None,
        reference: None,
        summary: Confidential::new(String::new()),
        amount: None,
        parties: Vec::new(),
    }
}
