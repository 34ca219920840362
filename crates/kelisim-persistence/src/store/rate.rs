//! How often was tried (R12): a row for whatever is counted, as long as its budget is not whole.
//!
//! A subject is a digest, so that no address and no name stands here.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use kelisim_domain::sign_in::{Counted, UsedUp};

use crate::connection::{Db, Locked, OrIgnore};
use crate::error::Error;
use crate::row::sign_in::RateRow;
use crate::schema::rate;
use crate::types::{Ts, Word};

/// What is counted.
pub type Subject = (Counted, [u8; 32]);

/// Takes one try from the budget of each subject, or from none of them.
///
/// # Errors
/// Those of the database.
pub fn rate_take(
    db: &mut Db,
    subjects: &[Subject],
    now: DateTime<Utc>,
) -> Result<Result<(), UsedUp>, Error> {
    // Whoever counts two of the same subjects takes their rows in the same order.
    let mut subjects = subjects.to_vec();
    subjects.sort_unstable();
    subjects.dedup();
    let mut next = Vec::with_capacity(subjects.len());
    let mut used_up: Option<UsedUp> = None;
    for (counted, subject) in &subjects {
        // The row is there before it is locked, so that two at once do not both find none.
        let row = RateRow {
            kind: Word(*counted),
            subject: subject.to_vec(),
            full_at: now.into(),
        };
        OrIgnore(diesel::insert_into(rate::table).values(row)).execute(db)?;
        let find = rate::table
            .find((Word(*counted), subject.as_slice()))
            .select(rate::full_at);
        let full_at: Vec<Ts> = Locked(find).load(db)?;
        let full_at = full_at.first().copied().map(DateTime::from);
        match counted.budget().take(full_at, now) {
            Ok(at) => next.push(at),
            Err(used) => {
                let later = used_up.map_or(used.until, |before| before.until.max(used.until));
                used_up = Some(UsedUp { until: later });
            }
        }
    }
    if let Some(used_up) = used_up {
        return Ok(Err(used_up));
    }
    for ((counted, subject), at) in subjects.iter().zip(next) {
        set(db, (*counted, *subject), at)?;
    }
    Ok(Ok(()))
}

/// Gives the try back: it was no guess after all.
///
/// # Errors
/// Those of the database.
pub fn rate_give_back(db: &mut Db, subjects: &[Subject]) -> Result<(), Error> {
    let mut subjects = subjects.to_vec();
    subjects.sort_unstable();
    subjects.dedup();
    for (counted, subject) in subjects {
        let find = rate::table
            .find((Word(counted), subject.as_slice()))
            .select(rate::full_at);
        let full_at: Vec<Ts> = Locked(find).load(db)?;
        if let Some(full_at) = full_at.first() {
            let at = counted.budget().give_back((*full_at).into());
            set(db, (counted, subject), at)?;
        }
    }
    Ok(())
}

fn set(db: &mut Db, (counted, subject): Subject, at: DateTime<Utc>) -> Result<(), Error> {
    diesel::update(rate::table.find((Word(counted), subject.as_slice())))
        .set(rate::full_at.eq(Ts::from(at)))
        .execute(db)?;
    Ok(())
}

/// Removes the rows of budgets that are whole again; the answer is how many.
///
/// # Errors
/// Those of the database.
pub fn rate_sweep(db: &mut Db, now: DateTime<Utc>) -> Result<usize, Error> {
    let whole = rate::table.filter(rate::full_at.lt(Ts::from(now)));
    Ok(diesel::delete(whole).execute(db)?)
}
