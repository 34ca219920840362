//! The timers of a case: which run, until when, and what happens when one is due (3.4, D15, D17).

use super::{
    Act, Armed, Case, Decision, EventData, Facts, Rejection, Since, TimerChange, decide::decide,
    tell::tell,
};
use crate::{
    calendar::Deadline,
    code::TimerName,
    confidential::Confidential,
    law::{Basis, Law},
    policy::{Actor, System},
    workflow::{Definition, FieldType, Firing, LAST_DAY, Runs, Start, Timer, Value, Values},
};
use chrono::{DateTime, NaiveDate, Utc};

/// What has to change about the timers of a case, so that those run that should.
///
/// Looked at after every event; an unchanged timer is not named, and one that has fired stays fired until the case
/// leaves its steps or the fact from which it counts changes.
pub fn timers_after(definition: &Definition, case: &Case, law: &Law) -> Vec<TimerChange> {
    let mut changes = Vec::new();
    for timer in &definition.timers {
        let running = case.course.timers.get(&timer.name);
        let wanted = wanted(timer, case, law);
        match (running, wanted) {
            (None, None) => {}
            (Some(_), None) => changes.push(TimerChange::Cancelled {
                timer: timer.name.clone(),
            }),
            (Some(running), Some(_)) if timer.starts == Start::Entered && running.fits(timer) => {}
            (Some(running), Some(wanted)) if running.is_same(&wanted) => {}
            (_, Some(armed)) => changes.push(TimerChange::Armed {
                timer: timer.name.clone(),
                armed,
            }),
        }
    }
    let unknown = |name: &&TimerName| definition.timer(name).is_none();
    for timer in case.course.timers.keys().filter(unknown) {
        changes.push(TimerChange::Cancelled {
            timer: timer.clone(),
        });
    }
    changes
}

impl Armed {
    /// Whether it counts from the same fact to the same end. One that has fired stays so while the fact is the same.
    fn is_same(&self, other: &Armed) -> bool {
        let ends = |one: &Armed| (one.deadline.due_at, one.deadline.length);
        self.starts_at == other.starts_at && (self.fired || ends(self) == ends(other))
    }

    /// Whether it has the length that the timer has in its definition.
    fn fits(&self, timer: &Timer) -> bool {
        match timer.runs {
            _ if self.fired => true,
            Runs::Own(length) | Runs::Before(length) => self.deadline.length == length,
            Runs::Law(_) | Runs::Until => true,
        }
    }
}

/// The timer as it should run on the case now; none when it should not.
fn wanted(timer: &Timer, case: &Case, law: &Law) -> Option<Armed> {
    let stands = timer.at.contains(&case.step);
    let still = timer.pauses && case.course.paused_on.is_some();
    let made = |check: &String| case.course.checks.contains(check);
    if !stands || still || timer.check.as_ref().is_some_and(made) {
        return None;
    }
    let since = case.start(timer.starts)?;
    let starts_at = match since {
        Since::Instant(at) => at,
        Since::Day(day) => start_of(law, day),
        Since::After { day, entered_at } => {
            let entered = law.zone().day(entered_at);
            start_of(law, day.max(entered.pred_opt().unwrap_or(entered)))
        }
    };
    // The end of the term has moved by the days of a pause already.
    let from_term = matches!(timer.starts, Start::TermEnd | Start::AfterTerm);
    let paused = match &case.course.term {
        Some(term) if timer.pauses && !from_term => term.deadline.days_paused,
        _ => 0,
    };
    let (deadline, basis) = end(timer, case, law, starts_at, paused)?;
    Some(Armed {
        starts_at,
        deadline,
        basis,
        fired: false,
    })
}

fn end(
    timer: &Timer,
    case: &Case,
    law: &Law,
    starts_at: DateTime<Utc>,
    paused: u16,
) -> Option<(Deadline, Basis)> {
    let own = |deadline: Option<Deadline>| Some((deadline?, Basis::default()));
    match timer.runs {
        Runs::Own(length) => own(law.own(length, starts_at, paused)),
        Runs::Before(length) => own(law.before(length, law.zone().day(starts_at))),
        Runs::Law(name) => {
            let basis = counted_by(timer, case, starts_at);
            law.term_again(&basis, name, starts_at, paused)
        }
        Runs::Until => {
            let term = case.course.term.as_ref()?;
            Some((term.deadline.clone(), term.basis.clone()))
        }
    }
}

/// D3: a timer that counts from the same fact as before is counted by the same version of the profile, and one that counts
/// from the contract or from the end of the term by that of the term.
fn counted_by(timer: &Timer, case: &Case, starts_at: DateTime<Utc>) -> Basis {
    let running = case.course.timers.get(&timer.name);
    let running = running.filter(|armed| armed.starts_at == starts_at);
    let hangs_on_term = matches!(
        timer.starts,
        Start::Contract | Start::TermEnd | Start::AfterTerm
    );
    let term = case.course.term.as_ref().filter(|_| hangs_on_term);
    let basis = term.map(|term| &term.basis);
    let basis = basis.or_else(|| running.map(|armed| &armed.basis));
    basis.cloned().unwrap_or_default()
}

/// The first instant of a local day.
pub(super) fn start_of(law: &Law, day: NaiveDate) -> DateTime<Utc> {
    law.zone().start_of(day)
}

/// Why a timer does not fire.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NotDue {
    /// The case has no such timer, or it has fired: whoever claimed it was too late.
    Gone,
    /// Its time has not come.
    Early {
        /// When it comes.
        due_at: DateTime<Utc>,
    },
}

/// What follows when a timer's time has come.
///
/// It takes its action through the same [`decide`] as people do. Where something stands against the action the timer has
/// fired all the same, and the history says what stood there.
///
/// # Errors
/// [`NotDue`]: a timer never fires early, and never twice.
pub fn fire(
    definition: &Definition,
    case: &Case,
    name: &TimerName,
    facts: &Facts,
) -> Result<Decision, NotDue> {
    let armed = case.course.timers.get(name).filter(|armed| !armed.fired);
    let (Some(armed), Some(timer)) = (armed, definition.timer(name)) else {
        return Err(NotDue::Gone);
    };
    let due_at = armed.deadline.due_at;
    if facts.now < due_at {
        return Err(NotDue::Early { due_at });
    }
    let mut refused = Vec::new();
    let mut decision = None;
    if let Some(firing) = &timer.fires {
        match take(definition, case, firing, armed, facts) {
            Ok(taken) => decision = Some(taken),
            Err(Rejection::Refused(refusals)) => {
                refused.extend(refusals.iter().map(|refusal| refusal.code().to_owned()));
            }
            Err(Rejection::Invalid(faults)) => {
                refused.extend(faults.iter().map(|fault| fault.kind.code().to_owned()));
            }
        }
    }
    let mut decision = decision.unwrap_or_else(|| Decision {
        event: EventData::TimerFired {
            timer: name.clone(),
            due_at,
            refused,
        },
        content: super::ContentChange::default(),
        grant: None,
        notices: Vec::new(),
    });
    if let EventData::Moved { by, .. } = &mut decision.event {
        *by = Some(name.clone());
    }
    // What would have been told of an action that was refused is not true.
    let is_true =
        !matches!(&decision.event, EventData::TimerFired { refused, .. } if !refused.is_empty());
    let tellings = timer.tells.iter().filter(|_| is_true);
    let told = tellings.filter_map(|telling| tell(case, telling.to, &telling.notice, None));
    decision.notices.extend(told);
    Ok(decision)
}

fn take(
    definition: &Definition,
    case: &Case,
    firing: &Firing,
    armed: &Armed,
    facts: &Facts,
) -> Result<Decision, Rejection> {
    let actor = Actor::system(facts.region, System::Clock);
    let values = answers(definition, case, firing, armed);
    let act = Act {
        action: &firing.action,
        values: Some(&values),
    };
    decide(definition, case, &actor, act, facts)
}

/// The answers that a timer gives; the definition was checked, so each fits its field.
fn answers(definition: &Definition, case: &Case, firing: &Firing, armed: &Armed) -> Values {
    let mut values = Values::new();
    let Some(action) = definition.action_at(&firing.action, &case.step) else {
        return values;
    };
    for field in &action.form {
        let text = firing.answers.get(&field.name).or(field.default.as_ref());
        let value = text.and_then(|text| parse(field.kind, text, armed.deadline.last_day));
        if let Some(value) = value {
            values.insert(&field.name, value);
        }
    }
    values
}

/// An answer as a definition writes it; none when it does not fit the type.
pub(crate) fn parse(kind: FieldType, text: &str, last_day: NaiveDate) -> Option<Value> {
    match kind {
        FieldType::Date if text == LAST_DAY => Some(Value::Date(last_day)),
        FieldType::Date => text.parse().ok().map(Value::Date),
        FieldType::YesNo => text.parse().ok().map(Value::YesNo),
        FieldType::Ground => text.parse().ok().map(Value::Ground),
        FieldType::Choice => Some(Value::Choice(text.to_owned())),
        FieldType::Text => Some(Value::Text(Confidential::new(text.to_owned()))),
        FieldType::Document => Some(Value::Document(text.to_owned())),
        FieldType::Declaration => text.parse().ok().map(Value::Declaration),
        FieldType::Mediator | FieldType::Case | FieldType::Exclusions | FieldType::Elements => None,
    }
}
