//! A timer fires: the same transaction, the same `decide` and the same messages as when a person acts (3.4).
//!
//! A race with a person is settled by the version of the case: whoever is second changes nothing. A case that has gone on
//! has ended its timers with the same event, so whoever comes later finds no claim.

use super::{AppError, STALE, Tx, case, case::Done};
use kelisim_domain::{
    case::{Case, Event, EventData, NotDue, fire as due_now},
    policy::{Actor, System},
};
use kelisim_persistence::{
    Db, Error as StoreError, Point,
    faults::Defect,
    store::{
        access::access_due,
        due::DueTimer,
        passing::{passing_change, passing_read},
    },
};

/// What stands against every timer of a case that was erased.
const ERASED: &str = "erased";

/// What came of a timer that was claimed.
pub enum Fired {
    /// It has fired.
    Done(Box<Done>),
    /// It has fired, and nothing follows: its case was erased.
    Erased,
    /// Its time has not come by the clock of this moment; nothing was changed.
    Early,
    /// The claim holds no longer; nothing was changed.
    Lost,
}

impl Fired {
    /// Whether something stood against the action that the timer would have taken.
    pub fn is_refused(&self) -> bool {
        match self {
            Fired::Done(done) => {
                matches!(&done.event.data, EventData::TimerFired { refused, .. } if !refused.is_empty())
            }
            Fired::Erased => true,
            Fired::Early | Fired::Lost => false,
        }
    }
}

/// Lets a claimed timer fire, in the transaction that is open.
///
/// # Errors
/// Stale when a person was faster; internal when its workflow is not loaded or row and case contradict each other.
pub fn fire(tx: &mut Tx<'_>, due: &DueTimer) -> Result<Fired, AppError> {
    let today = tx.today();
    let Some(authorized) = access_due(tx.db, due, today)? else {
        return Ok(Fired::Lost);
    };
    tx.app.faults.at(Point::FireRead)?;
    let definition = case::definition_of(tx, authorized.case())?;
    let mut facts = case::facts(tx, &authorized, None)?;
    if tx.app.faults.has(Defect::SkipDueCheck) {
        facts.now = facts.now.max(due.due_at());
    }
    let decision = match due_now(&definition, authorized.case(), due.name(), &facts) {
        Ok(decision) => decision,
        Err(NotDue::Early { .. }) => return Ok(Fired::Early),
        Err(NotDue::Gone) => {
            let (case, name) = (due.case(), due.name());
            let what = format!("timer {name} of case {case} runs in its row and not in its case");
            return Err(AppError::Internal(what));
        }
    };
    match authorized.data_key(&tx.app.vault) {
        Err(StoreError::Erased) => return end(tx, authorized.case(), due),
        opened => _ = opened?,
    }
    let nobody = tx.actor.account;
    let done = case::store_as(tx, nobody, &authorized, decision, Some(due))?;
    Ok(Fired::Done(Box::new(done)))
}

/// R20: a case that was erased while its timers ran, as by a restore with the keys of a later day, acts no more and tells
/// nobody. Its timer has fired all the same, so that it is not tried for ever, and the history says why.
fn end(tx: &mut Tx<'_>, case: &Case, due: &DueTimer) -> Result<Fired, AppError> {
    let mut found = passing_read(tx.db, due.region(), &[due.case()])?;
    let before = found.pop().ok_or(AppError::NotFound)?;
    if before.case.version != case.version {
        return Err(AppError::Stale);
    }
    let event = Event {
        case: due.case(),
        seq: case.version + 1,
        at: tx.now,
        actor: tx.actor.account,
        grant: None,
        data: EventData::TimerFired {
            timer: due.name().clone(),
            due_at: due.due_at(),
            refused: vec![ERASED.to_owned()],
        },
    };
    let id = tx.new_id();
    match passing_change(tx.db, &before, &event, id, Some(due.token())) {
        Ok(_) => Ok(Fired::Erased),
        Err(StoreError::Conflict { what }) if STALE.contains(&what.as_str()) => {
            Err(AppError::Stale)
        }
        Err(error) => Err(error.into()),
    }
}

/// As [`fire`], with the transaction of nobody around it: an instant and the region's law of its own.
///
/// # Errors
/// As [`fire`], and those of storing.
pub fn run(db: &mut Db, app: &super::App, due: &DueTimer) -> Result<Fired, AppError> {
    let actor = Actor::system(due.region(), System::Clock);
    Tx::run(db, app, actor, app.clock.now(), |tx| fire(tx, due))
}
