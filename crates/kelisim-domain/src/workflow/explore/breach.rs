//! What the ways of a statutory definition may do against the law of contract, term and register.
//!
//! No single action shows these: whether there is a contract where it starts, and a timer that runs, is a matter of the
//! way. A guard cannot ask for them either, since the closed list has none for it; so the steps have to be laid that way.

use super::{Finding, Found, Next, Walk};
use crate::{
    case::{Case, Stage, ground::Ground},
    document::{Flaw, Help},
    legal::TermName,
    policy::Relation,
    workflow::{Action, Effect, Runs, Start, Timer},
};
use chrono::NaiveDate;

/// What a way does against the law.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Breach {
    /// 3.1: the stage goes back to `filed` after the contract.
    BackWithContract,
    /// D14, D16: another contract gives the case another term.
    SecondContract,
    /// 3.2: an applicant withdraws before the contract.
    WithdrawnWithContract,
    /// 3.2: where no term ran none can have ended.
    ExpiredWithoutTerm,
    /// D18: the term still runs.
    ExpiredInTerm,
    /// 3.4, D18: nothing ends the term.
    TermWithoutEnd,
    /// D7: a mediator who has the case cannot declare what they learn of later.
    NoDeclaration,
    /// D6, D7: a mediator who must refuse keeps the case.
    NoRecusal,
    /// D12: a mediator who is suspended or removed keeps the case or the offer.
    NoRelease,
}

impl Breach {
    /// What happens, at the end of a way.
    pub(super) fn flaw(self, way: String) -> Flaw {
        match self {
            Breach::BackWithContract => Flaw::BackWithContract { way },
            Breach::SecondContract => Flaw::SecondContract { way },
            Breach::WithdrawnWithContract => Flaw::WithdrawnWithContract { way },
            Breach::ExpiredWithoutTerm => Flaw::ExpiredWithoutTerm { way },
            Breach::ExpiredInTerm => Flaw::ExpiredInTerm { way },
            Breach::TermWithoutEnd => Flaw::TermWithoutEnd { way },
            Breach::NoDeclaration => Flaw::NoDeclaration { way },
            Breach::NoRecusal => Flaw::NoRecusal { way },
            Breach::NoRelease => Flaw::NoRelease { way },
        }
    }

    /// What would be right.
    pub(super) fn help(self) -> Help {
        match self {
            Breach::BackWithContract => Help::StayAssigned,
            Breach::SecondContract => Help::OneContract,
            Breach::WithdrawnWithContract => Help::RefuseInstead,
            Breach::ExpiredWithoutTerm => Help::ExpireWithContract,
            Breach::ExpiredInTerm => Help::LetTimerClose,
            Breach::TermWithoutEnd => Help::EndTerm,
            Breach::NoDeclaration => Help::LetDeclare,
            Breach::NoRecusal => Help::LetRecuse,
            Breach::NoRelease => Help::LetRegisterEnd,
        }
    }
}

/// What a move does against the law; the case before and after it, and the day.
pub(super) fn breaches(
    before: &Case,
    action: &Action,
    after: &Case,
    today: NaiveDate,
) -> Vec<Breach> {
    let has_contract = before.course.contract_on.is_some();
    let mut found = Vec::new();
    if has_contract && after.stage == Stage::Filed {
        found.push(Breach::BackWithContract);
    }
    if has_contract && action.does(Effect::RecordContract) {
        found.push(Breach::SecondContract);
    }
    let set = after.closure.filter(|_| before.closure.is_none());
    let term = before.course.term.as_ref();
    match (set.map(|closure| closure.ground), term) {
        (Some(Ground::Withdrawn), _) if has_contract => found.push(Breach::WithdrawnWithContract),
        (Some(Ground::TermExpired), None) => found.push(Breach::ExpiredWithoutTerm),
        (Some(Ground::TermExpired), Some(term)) if term.last_day() >= today => {
            found.push(Breach::ExpiredInTerm);
        }
        _ => {}
    }
    found
}

impl Walk<'_> {
    /// Everything that the ways do against the law, each with the shortest way to it.
    pub(super) fn at_law(&self) -> Vec<Finding> {
        if !self.definition.statutory {
            return Vec::new();
        }
        let moves = self.breaches.iter();
        let moves = moves.map(|((action, breach), (at, step))| {
            let mut way = self.way(*at);
            way.0.push(step.clone());
            Finding::BreachingMove {
                action: *action,
                breach: *breach,
                way,
            }
        });
        let mut findings: Vec<Finding> = moves.collect();
        for (step, known) in self.definition.steps.iter().enumerate() {
            let first = |wrong: fn(&Self, &Found) -> bool| {
                let mut states = self.found.iter();
                states.position(|found| found.step == known.id && wrong(self, found))
            };
            for (breach, at) in [
                (Breach::TermWithoutEnd, first(Self::never_ends)),
                (Breach::NoDeclaration, first(Self::is_silenced)),
                (Breach::NoRecusal, first(Self::is_bound)),
                (Breach::NoRelease, first(Self::is_held)),
            ] {
                let way = at.map(|at| self.way(at));
                findings.extend(way.map(|way| Finding::BreachingStep { step, breach, way }));
            }
        }
        findings
    }

    /// Whether a term runs in the state, or is over, and no timer goes on from there. One that is paused runs again when
    /// somebody says so.
    fn never_ends(&self, found: &Found) -> bool {
        let course = &found.case.course;
        let Some(term) = &course.term else {
            return false;
        };
        if found.stage != Stage::Assigned || course.paused_on.is_some() {
            return false;
        }
        let is_over = term.last_day() < self.law.zone().day(found.now);
        !course.due().iter().any(|(name, _)| {
            let timer = self.definition.timer(name);
            timer.is_some_and(|one| one.fires.is_some() && (is_over || counts_term(one)))
        })
    }

    /// Whether a mediator has the open case, and no action there takes a declaration from them.
    fn is_silenced(&self, found: &Found) -> bool {
        has_mediator(found) && self.own(found, Effect::RecordDeclaration).next().is_none()
    }

    /// Whether a mediator has the open case, and no action there takes it from them because they must refuse.
    fn is_bound(&self, found: &Found) -> bool {
        let mut leaving = self.own(found, Effect::Recuse);
        has_mediator(found) && !leaving.any(|next| self.found[next.to].case.mediator.is_none())
    }

    /// What the mediator of the case can do in the state with an effect. The walk acts for all people at once, so whose
    /// action it is stands in the definition.
    fn own<'f>(&'f self, found: &'f Found, effect: Effect) -> impl Iterator<Item = &'f Next> {
        let actions = &self.definition.actions;
        let is_theirs = move |next: &&Next| {
            let action = next.action.and_then(|number| actions.get(number));
            let action = action.filter(|_| next.timer.is_none());
            action.is_some_and(|one| one.does(effect) && one.who.contains(&Relation::CaseMediator))
        };
        found.next.iter().filter(is_theirs)
    }

    /// Whether a mediator has the case or is asked, and nothing that the register does ends it.
    fn is_held(&self, found: &Found) -> bool {
        let is_asked = found.case.course.asked.is_some();
        if found.stage == Stage::Closed || !(is_asked || found.case.mediator.is_some()) {
            return false;
        }
        let mut by_register = found.next.iter().filter(|next| next.is_register);
        !by_register.any(|next| {
            let after = &self.found[next.to].case;
            match is_asked {
                true => after.course.asked.is_none(),
                false => after.mediator.is_none(),
            }
        })
    }
}

fn has_mediator(found: &Found) -> bool {
    found.stage != Stage::Closed && found.case.mediator.is_some()
}

/// Whether a timer comes when the term is over: counted from its end, or as the law counts it from the contract.
fn counts_term(timer: &Timer) -> bool {
    match timer.runs {
        Runs::Until | Runs::Own(_) => {
            matches!(timer.starts, Start::TermEnd | Start::AfterTerm)
        }
        Runs::Law(TermName::Mediation | TermName::MediationTotal) => {
            timer.starts == Start::Contract
        }
        Runs::Law(_) | Runs::Before(_) => false,
    }
}
