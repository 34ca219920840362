//! The hold: a restored system sends nothing until a person releases it (G10, promises.md 6.9).
//!
//! Whatever sends, or does something because its time has come, asks `is_free` in the statement
//! that claims its work, or [`hold_find`] in the same transaction.

use chrono::{DateTime, Utc};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use uuid::Uuid;

use crate::connection::Db;
use crate::error::Error;
use crate::schema::{delivery_attempt, hold, outbox};
use crate::store::outbox::{Audience, State};
use crate::types::{Ts, Uid};

/// Why a message is uncertain that was not finished when the backup was made.
pub const RESTORED: &str = "restored";

/// There is one hold; its name says what it is for.
const NAME: &str = "restored";

/// Since when nothing is sent, and because of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// When the database was restored.
    pub since: DateTime<Utc>,
    /// The backup it was restored from.
    pub backup: Uuid,
    /// When that backup was made.
    pub taken_at: DateTime<Utc>,
}

/// What a release would set in motion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Messages that wait; a release lets them go.
    pub waiting: i64,
    /// Messages to staff that may have been sent after the backup.
    pub uncertain_staff: i64,
    /// Messages to partners that may have been sent after the backup.
    pub uncertain_partner: i64,
}

/// Nothing is held: a condition for the statement that claims work.
#[diesel::dsl::auto_type]
pub(crate) fn is_free() -> _ {
    not(exists(hold::table.select(hold::name)))
}

/// The hold, if there is one.
///
/// # Errors
/// Those of the database.
pub fn hold_find(db: &mut Db) -> Result<Option<Hold>, Error> {
    let row: Option<(Ts, Uid, Ts)> = hold::table
        .select((hold::since, hold::backup_id, hold::backup_taken_at))
        .first(db)
        .optional()?;
    Ok(row.map(|(since, backup, taken_at)| Hold {
        since: since.into(),
        backup: backup.0,
        taken_at: taken_at.into(),
    }))
}

/// Holds the system; a hold that was restored with the data is replaced.
pub(crate) fn hold_insert(db: &mut Db, held: &Hold) -> Result<(), Error> {
    diesel::delete(hold::table).execute(db)?;
    diesel::insert_into(hold::table)
        .values((
            hold::name.eq(NAME),
            hold::since.eq(Ts::from(held.since)),
            hold::backup_id.eq(Uid(held.backup)),
            hold::backup_taken_at.eq(Ts::from(held.taken_at)),
        ))
        .execute(db)?;
    Ok(())
}

/// Ends the hold; the answer is no when there was none.
///
/// # Errors
/// Those of the database.
pub fn hold_release(db: &mut Db) -> Result<bool, Error> {
    Ok(diesel::delete(hold::table).execute(db)? > 0)
}

/// What waits behind the hold.
///
/// # Errors
/// Those of the database.
pub fn hold_kept(db: &mut Db) -> Result<Kept, Error> {
    let uncertain = |audience: Audience| {
        outbox::table
            .filter(outbox::state.eq(State::Uncertain.code()))
            .filter(outbox::reason.eq(RESTORED))
            .filter(outbox::audience.eq(audience.code()))
            .count()
    };
    Ok(Kept {
        waiting: outbox::table
            .filter(outbox::state.eq(State::Waiting.code()))
            .count()
            .get_result(db)?,
        uncertain_staff: uncertain(Audience::Staff).get_result(db)?,
        uncertain_partner: uncertain(Audience::Partner).get_result(db)?,
    })
}

/// Makes what was not finished uncertain: it may have been sent after the backup (G4).
///
/// Also what was due later: whether the clock of this machine is right is not known at such an hour.
pub(crate) fn outbox_doubt(db: &mut Db, now: DateTime<Utc>) -> Result<usize, Error> {
    let open = [State::Waiting.code(), State::Attempting.code()];
    diesel::update(delivery_attempt::table.filter(delivery_attempt::finished_at.is_null()))
        .set((
            delivery_attempt::finished_at.eq(Some(Ts::from(now))),
            delivery_attempt::phase.eq(Some("stopped")),
            delivery_attempt::result.eq(Some("uncertain")),
            delivery_attempt::detail.eq(Some(RESTORED)),
        ))
        .execute(db)?;
    Ok(
        diesel::update(outbox::table.filter(outbox::state.eq_any(open)))
            .set((
                outbox::state.eq(State::Uncertain.code()),
                outbox::reason.eq(Some(RESTORED)),
                outbox::lease_token.eq(None::<Uid>),
                outbox::lease_until.eq(None::<Ts>),
            ))
            .execute(db)?,
    )
}

/// Lets the uncertain messages to staff go once more, with the same Message-ID; gives their number.
///
/// # Errors
/// Those of the database.
pub fn outbox_resend_staff(db: &mut Db, now: DateTime<Utc>) -> Result<usize, Error> {
    let doubtful = outbox::table
        .filter(outbox::state.eq(State::Uncertain.code()))
        .filter(outbox::reason.eq(RESTORED))
        .filter(outbox::audience.eq(Audience::Staff.code()));
    Ok(diesel::update(doubtful)
        .set((
            outbox::state.eq(State::Waiting.code()),
            outbox::reason.eq(None::<String>),
            outbox::next_at.eq(Ts::from(now)),
        ))
        .execute(db)?)
}
