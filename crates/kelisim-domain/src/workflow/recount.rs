//! Deadlines worked out anew, because days off were published.
//!
//! What has fired has fired, and an end on which people agreed stays (D16); what the law set is counted by the version of
//! the profile that set it, whatever was published or retired since (D3). Only the days in between are counted again.

use super::{Definition, Runs, Start, Timer};
use crate::{
    calendar::Deadline,
    case::{Armed, Case, Fact, Term, TimerChange},
    law::{Basis, Law},
    legal::TermName,
};

/// What changes about the term and the timers of a case under the days off of today's law.
pub fn recount(definition: &Definition, case: &Case, law: &Law) -> (Vec<Fact>, Vec<TimerChange>) {
    let term = case.course.term.as_ref();
    let counted = term.and_then(|term| term_anew(case, term, law));
    let facts: Vec<Fact> = counted
        .iter()
        .map(|term| Fact::TermMoved { term: term.clone() })
        .collect();
    let term = counted.as_ref().or(term);
    let mut changes = Vec::new();
    for (name, armed) in case.course.timers.iter().filter(|(_, one)| !one.fired) {
        let timer = definition.timer(name);
        let counted = timer.and_then(|timer| timer_anew(timer, armed, term, law));
        if let Some(armed) = counted.filter(|counted| counted != armed) {
            changes.push(TimerChange::Armed {
                timer: name.clone(),
                armed,
            });
        }
    }
    (facts, changes)
}

/// The term, when it has another end; one that was extended ends on the day that was agreed.
fn term_anew(case: &Case, term: &Term, law: &Law) -> Option<Term> {
    let starts_at = law.zone().start_of(case.course.contract_on?);
    let (name, paused) = (TermName::Mediation, term.deadline.days_paused);
    let (deadline, basis) = law.term_again(&term.basis, name, starts_at, paused)?;
    let is_new = term.extended_to.is_none() && deadline != term.deadline;
    is_new.then_some(Term {
        deadline,
        basis,
        extended_to: None,
        extensions: Vec::new(),
    })
}

fn timer_anew(timer: &Timer, armed: &Armed, term: Option<&Term>, law: &Law) -> Option<Armed> {
    let starts_at = match timer.starts {
        Start::TermEnd => law.zone().start_of(term?.last_day()),
        Start::AfterTerm => law.zone().start_of(term?.last_day()).max(armed.starts_at),
        _ => armed.starts_at,
    };
    let paused = armed.deadline.days_paused;
    let own = |deadline: Option<Deadline>| Some((deadline?, Basis::default()));
    let (deadline, basis) = match timer.runs {
        Runs::Own(length) => own(law.own(length, starts_at, paused)),
        Runs::Before(length) => own(law.before(length, law.zone().day(starts_at))),
        Runs::Law(name) => law.term_again(&armed.basis, name, starts_at, paused),
        Runs::Until => term.map(|term| (term.deadline.clone(), term.basis.clone())),
    }?;
    Some(Armed {
        starts_at,
        deadline,
        basis,
        fired: false,
    })
}
