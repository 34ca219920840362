//! What the people around a case do next, and when: drawn for each case, chosen among what is open to them.

use super::{
    assumptions::{Assumptions, Delay},
    chance::{About, Dice},
    compass::{Goal, Way, Wish},
    play::{Live, Play},
};
use crate::{
    case::{Class, Stage, ground::Ground},
    policy::Relation,
    workflow::{Action, Effect},
};
use chrono::{Days, NaiveDate};

/// How far the sides of a case will go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fate {
    /// Whether they stay until a mediator takes it.
    pub(super) is_accepted: bool,
    /// Whether they conclude a contract then.
    pub(super) is_mediated: bool,
    /// On what they agree then; none where they do not.
    pub(super) agreement: Option<Ground>,
    /// The ground on which it ends, once it is known.
    pub(super) ground: Option<Ground>,
}

impl Fate {
    pub(super) fn draw(assumed: &Assumptions, dice: &mut Dice) -> Self {
        let is_accepted = dice.happens(assumed.accepted);
        let is_mediated = dice.happens(assumed.mediated);
        let agreement = dice.unit();
        let agreement = match agreement {
            _ if agreement < assumed.settled => Some(Ground::Settled),
            _ if agreement < assumed.settled + assumed.partly_settled => {
                Some(Ground::PartlySettled)
            }
            _ => None,
        };
        Fate {
            is_accepted,
            is_mediated,
            agreement,
            ground: None,
        }
    }
}

/// What somebody is going to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Plan {
    /// The place of the action among the actions.
    pub(super) action: usize,
    /// Its bit among the ways of the step.
    pub(super) bit: u64,
    /// When, in seconds.
    pub(super) at: i64,
}

/// In the demo year nobody asked after this many days before the end of the term.
const EXTENDS_BEFORE_DAYS: u32 = 6;

/// How often cases of the demo year end on a ground, before a mediator, before a contract and after one.
fn weight(ground: Ground, is_accepted: bool, is_mediated: bool) -> f64 {
    let weights = match ground {
        Ground::ProposalRejected => [52.0, 0.0, 0.0],
        Ground::Withdrawn => [24.0, 26.0, 0.0],
        Ground::NotSuitable => [17.0, 5.0, 1.0],
        Ground::Duplicate | Ground::Transferred | Ground::ConsultationOnly => [2.0, 0.0, 0.0],
        Ground::OneRefused => [0.0, 61.0, 30.0],
        Ground::MediationImpossible => [0.0, 38.0, 24.0],
        Ground::BothRefused => [0.0, 40.0, 5.0],
        // What nobody chooses, but what is left when nothing else is.
        Ground::Settled | Ground::PartlySettled | Ground::TermExpired => [0.001, 0.001, 0.001],
    };
    weights[usize::from(is_accepted) + usize::from(is_mediated && is_accepted)]
}

impl Play<'_> {
    /// What is done next; none where people wait for a timer, or nobody can do anything.
    pub(super) fn plan(&self, live: &mut Live, now: i64) -> Option<Plan> {
        let goal = self.goal(live, now);
        let wish = self.wish(live, goal);
        if let Some(plan) = self.extension(live, goal, now) {
            return Some(plan);
        }
        let ways = &self.compass.ways[live.step];
        let weight = |way: &Way| self.weight(live, way, wish);
        let mut dice = self.dice(live, About::Choice);
        let chosen = dice.weighted(ways.iter().map(weight))?;
        let way = &ways[chosen];
        let at = self.moment(live, way, goal, now)?;
        Some(Plan {
            action: way.action,
            bit: way.bit,
            at,
        })
    }

    fn weight(&self, live: &Live, way: &Way, wish: Wish) -> f64 {
        let action = &self.definition.actions[way.action];
        let is_shut = live.shut & way.bit != 0;
        if is_shut
            || self
                .people
                .doer(&action.who, &live.case, live.office)
                .is_none()
        {
            return 0.0;
        }
        let (case, step) = (&live.case, live.step);
        self.compass
            .weight(self.definition, step, way, case, wish, self.assumed)
    }

    /// The dice for the next thing that is done at this step.
    pub(super) fn dice(&self, live: &Live, about: About) -> Dice {
        let turn = u64::from(live.visits[live.step]) << 16 | u64::from(live.moves);
        // What was refused is not drawn again.
        let number = self.keys[live.step] ^ turn ^ live.shut.rotate_left(32);
        self.chance.dice(live.number, about, number)
    }

    fn once(&self, live: &Live, about: About) -> Dice {
        self.chance.dice(live.number, about, 0)
    }

    fn goal(&self, live: &mut Live, now: i64) -> Goal {
        let (case, fate) = (&live.case, live.fate);
        if case.closure.is_some() {
            return Goal::Close;
        }
        let is_accepted = case.accepted_at.is_some();
        let is_mediated = case.course.contract_on.is_some();
        let begun = is_mediated || (is_accepted && !self.compass.has_contract());
        let wanted = match (is_accepted, begun) {
            (false, _) if fate.is_accepted => Some(Goal::Accept),
            (true, false) if fate.is_mediated => Some(Goal::Contract),
            (true, true) if is_mediated || fate.is_mediated => {
                let is_in_time = !self.is_too_late(live, now);
                fate.agreement.filter(|_| is_in_time).map(|_| Goal::Agree)
            }
            _ => None,
        };
        let reachable = |goal: &Goal| self.compass.leads(live.step, *goal);
        if let Some(goal) = wanted.filter(reachable) {
            return goal;
        }
        let ground = self.ending(live, is_accepted, begun);
        live.fate.ground = Some(ground);
        Goal::End(ground)
    }

    /// The ground on which it ends: the one that was drawn, as long as a way leads there.
    fn ending(&self, live: &Live, is_accepted: bool, begun: bool) -> Ground {
        let leads = |ground: Ground| self.compass.leads(live.step, Goal::End(ground));
        if let Some(ground) = live.fate.ground.filter(|ground| leads(*ground)) {
            return ground;
        }
        let stage = live.case.stage;
        let weights = Ground::ALL.into_iter().map(|ground| {
            let fits = leads(ground) && ground.from_stages().contains(&stage);
            if fits {
                weight(ground, is_accepted, begun)
            } else {
                0.0
            }
        });
        let mut dice = self.once(live, About::Ground);
        let chosen = dice.weighted(weights);
        // Where no ground can be reached, the case is carried on towards any.
        chosen.map_or(Ground::Withdrawn, |place| Ground::ALL[place])
    }

    /// The day on which the mediation comes to its end, one way or the other.
    fn ends_on(&self, live: &Live) -> Option<NaiveDate> {
        let case = &live.case;
        let accepted = case.accepted_at.map(|at| self.calendar.day(at.timestamp()));
        let began = case.course.contract_on.or(accepted)?;
        let mut dice = self.once(live, About::Mediation);
        let days = drawn(&self.assumed.delays.mediation, &mut dice);
        began.checked_add_days(Days::new(u64::from(days)))
    }

    /// Whether the term is over before the sides would have agreed.
    fn is_too_late(&self, live: &Live, now: i64) -> bool {
        let Some(term) = &live.case.course.term else {
            return false;
        };
        let last = term.last_day();
        self.calendar.day(now) > last && self.ends_on(live).is_some_and(|day| day > last)
    }

    fn wish(&self, live: &Live, goal: Goal) -> Wish {
        let signed = live.case.course.signed_on.filter(|_| goal == Goal::Close);
        let has_obligations = signed.is_some() && self.has_obligations(live);
        let performed = self.performed_on(live).filter(|_| has_obligations);
        let check = performed.zip(self.next_check(live));
        Wish {
            goal,
            has_obligations,
            check_is_next: check.is_some_and(|(performed, (_, day))| day <= performed),
        }
    }

    fn has_obligations(&self, live: &Live) -> bool {
        let mut dice = self.once(live, About::Obligations);
        dice.happens(self.assumed.obligations)
    }

    fn performed_on(&self, live: &Live) -> Option<NaiveDate> {
        let mut dice = self.once(live, About::Obligations);
        dice.next();
        let days = drawn(&self.assumed.delays.performing, &mut dice);
        let signed = live.case.course.signed_on?;
        signed.checked_add_days(Days::new(u64::from(days)))
    }

    /// The first check that was not made, as the form names it, and its day: the word is the number of days.
    pub(super) fn next_check(&self, live: &Live) -> Option<(&str, NaiveDate)> {
        let course = &live.case.course;
        let signed = course.signed_on?;
        let ways = self.compass.ways[live.step].iter();
        let mut actions = ways.map(|way| &self.definition.actions[way.action]);
        let action = actions.find(|action| action.does(Effect::RecordCheck))?;
        let choices = &action.field("check.after")?.choices;
        let next = choices.iter().find(|one| !course.checks.contains(*one))?;
        let days = next.parse().ok()?;
        Some((next, signed.checked_add_days(Days::new(days))?))
    }

    /// Whoever sees that the term will not do asks for more, shortly before it ends (D16).
    fn extension(&self, live: &Live, goal: Goal, now: i64) -> Option<Plan> {
        let term = live.case.course.term.as_ref()?;
        let ends_on = self.ends_on(live)?;
        if !matches!(goal, Goal::Agree | Goal::End(_)) || ends_on <= term.last_day() {
            return None;
        }
        let mut dice = self.once(live, About::Extension);
        if term.extended_to.is_some() || !dice.happens(self.assumed.extended) {
            return None;
        }
        let mut ways = self.compass.ways[live.step].iter();
        let extends = |way: &&Way| self.definition.actions[way.action].does(Effect::ExtendTerm);
        let is_open = |way: &&Way| live.shut & way.bit == 0;
        let way = ways.find(|way| extends(way) && is_open(way))?;
        let before = 1 + dice.below(EXTENDS_BEFORE_DAYS);
        let day = term
            .last_day()
            .checked_sub_days(Days::new(u64::from(before)))?;
        Some(Plan {
            action: way.action,
            bit: way.bit,
            at: self.calendar.on_or_after(day, now, &mut dice),
        })
    }

    /// When it is done; none when nobody stirs and a timer moves the case.
    fn moment(&self, live: &Live, way: &Way, goal: Goal, now: i64) -> Option<i64> {
        let action = &self.definition.actions[way.action];
        let delays = &self.assumed.delays;
        let mut dice = self.dice(live, About::Delay);
        let is_goal = self.compass.reaches(way, goal);
        let asked =
            action.who.contains(&Relation::AskedMediator) && live.case.course.asked.is_some();
        let day = self.day(live, action, goal, is_goal);
        if let Some(day) = day {
            return Some(self.calendar.on_or_after(day, now, &mut dice));
        }
        let table = match goal {
            _ if asked => &delays.answer,
            _ if action.does(Effect::RecordContract) => &delays.contract,
            _ if super::form::names_mediator(action) => &delays.offer,
            Goal::Close if is_goal => &delays.closing,
            Goal::End(_) if is_goal => &delays.leaving,
            _ if self.waits_for_sides(live) => &delays.sides,
            _ => &delays.office,
        };
        if self.stays_silent(live, goal) {
            return self.stirs_late(live, now, &mut dice);
        }
        let days = drawn(table, &mut dice);
        if days == Delay::NEVER {
            return self.stirs_late(live, now, &mut dice);
        }
        Some(self.calendar.later(now, days, &mut dice))
    }

    /// The day that follows from the course of the case, for what does not depend on anybody's haste.
    fn day(&self, live: &Live, action: &Action, goal: Goal, is_goal: bool) -> Option<NaiveDate> {
        let case = &live.case;
        let has_begun = case.course.contract_on.is_some()
            || (case.accepted_at.is_some() && !self.compass.has_contract());
        match goal {
            Goal::Agree | Goal::End(_) if is_goal && has_begun => self.ends_on(live),
            Goal::Close if action.does(Effect::RecordCheck) => {
                self.next_check(live).map(|(_, day)| day)
            }
            Goal::Close if is_goal && self.has_obligations(live) => self.performed_on(live),
            // What is seldom done in a mediation is done on some day of it.
            Goal::Agree if action.from.contains(&action.to) => {
                let (from, to) = (case.course.contract_on?, self.ends_on(live)?);
                let days = u32::try_from((to - from).num_days()).unwrap_or(0);
                let day = self.dice(live, About::Silence).below(days);
                from.checked_add_days(Days::new(u64::from(day)))
            }
            _ => None,
        }
    }

    /// The other side was invited, and everybody waits for it.
    fn waits_for_sides(&self, live: &Live) -> bool {
        let case = &live.case;
        let is_invited = case.course.proposal_sent_on.is_some();
        is_invited && case.stage == Stage::Filed && case.class == Class::Waiting
    }

    /// A side that refuses the invitation often says nothing at all (L9).
    fn stays_silent(&self, live: &Live, goal: Goal) -> bool {
        let mut dice = self.once(live, About::Silence);
        let refuses = goal == Goal::End(Ground::ProposalRejected);
        refuses && self.waits_for_sides(live) && dice.happens(self.assumed.silent)
    }

    /// Nobody stirs. Where no timer takes the case on, somebody does in the end.
    fn stirs_late(&self, live: &Live, now: i64, dice: &mut Dice) -> Option<i64> {
        const LATE_WORKING_DAYS: u16 = 30;
        let armed = live.case.course.timers.iter();
        let mut running = armed.filter(|(_, armed)| !armed.fired);
        let moves = running.any(|(name, _)| {
            let timer = self.definition.timer(name);
            timer.is_some_and(|timer| timer.fires.is_some())
        });
        (!moves).then(|| self.calendar.later(now, LATE_WORKING_DAYS, dice))
    }
}

/// A delay out of a table.
fn drawn(table: &Delay, dice: &mut Dice) -> u16 {
    let weights = table.0.iter().map(|(_, weight)| f64::from(*weight));
    let place = dice.weighted(weights);
    place.map_or(0, |place| table.0[place].0)
}
