//! Erasing a case: its key is destroyed, its names leave the index, and what runs for it ends in the same transaction (R20).
//!
//! Absent on purpose: the rows. Whoever has the key no more reads nothing in them, and the history still verifies.

use chrono::{DateTime, Utc};
use kelisim_domain::{
    case::{Event, EventData, TimerChange},
    id::{AccountId, CaseId, EventId, RegionId},
};

use crate::connection::Db;
use crate::error::Error;
use crate::store::data_key::{data_key_destroy, data_key_of};
use crate::store::name_index::names_delete;
use crate::store::passing::{passing_at_odds, passing_change, passing_read};

/// Why a case is erased, by whom and when.
#[derive(Debug, Clone)]
pub struct Erasing {
    /// The case.
    pub case: CaseId,
    /// The id of the entry in its history, if one is made.
    pub event: EventId,
    /// Who erases it.
    pub actor: AccountId,
    /// Why; it stands open in the history.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Erases a case; the answer is no when it was erased before.
///
/// Its deadlines end with it, as an event of its history: nobody could act on them any more. Damage of the case is no reason
/// to keep its key: what cannot be read of it stays as it is, and a deadline that still runs fires once and does nothing.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Conflict`] when it has changed meanwhile.
pub fn case_erase(db: &mut Db, region: RegionId, erasing: Erasing) -> Result<bool, Error> {
    let key = data_key_of(db, region, ("case", erasing.case.0))?.ok_or(Error::NotFound)?;
    names_delete(db, region, erasing.case)?;
    let at = erasing.at;
    deadlines_end(db, region, erasing)?;
    data_key_destroy(db, region, key.id.into(), at)
}

fn deadlines_end(db: &mut Db, region: RegionId, erasing: Erasing) -> Result<(), Error> {
    let mut found = match passing_read(db, region, &[erasing.case]) {
        Err(Error::Broken { .. }) => return Ok(()),
        found => found?,
    };
    let before = found.pop().ok_or(Error::NotFound)?;
    let timers = before.case.course.timers.iter();
    let timers: Vec<TimerChange> = timers
        .filter(|(_, armed)| !armed.fired)
        .map(|(timer, _)| TimerChange::Cancelled {
            timer: timer.clone(),
        })
        .collect();
    // No event of a case can be stored whose rows contradict each other.
    if timers.is_empty() || !passing_at_odds(db, std::slice::from_ref(&before))?.is_empty() {
        return Ok(());
    }
    let event = Event {
        case: erasing.case,
        seq: before.case.version + 1,
        at: erasing.at,
        actor: erasing.actor,
        grant: None,
        data: EventData::TimersMoved {
            reason: erasing.reason,
            facts: Vec::new(),
            timers,
        },
    };
    passing_change(db, &before, &event, erasing.event, None)?;
    Ok(())
}
