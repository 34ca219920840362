//! The relay's own state: its faults pause it, raise one alarm, and cost no message an attempt
//! (promises.md 6.5).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

use crate::{
    connection::{Db, OrIgnore},
    error::Error,
    row::outbox::RelayRow,
    schema::relay,
    store::outbox::Relay,
    types::Ts,
};

/// What is known of a relay; nothing is known of one that never failed.
///
/// # Errors
/// Those of the database.
pub fn relay_find(db: &mut Db, name: &str) -> Result<Option<Relay>, Error> {
    let row: Option<RelayRow> = relay::table
        .filter(relay::name.eq(name))
        .select(RelayRow::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(Relay::from))
}

/// Pauses a relay. `true` for the first fault after it last worked: the one that raises the alarm.
///
/// # Errors
/// Those of the database.
pub fn relay_pause(
    db: &mut Db,
    name: &str,
    until: DateTime<Utc>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = RelayRow {
        name: name.to_owned(),
        paused_until: None,
        reason: None,
        since: None,
    };
    OrIgnore(diesel::insert_into(relay::table).values(row)).execute(db)?;
    let first = diesel::update(relay::table.filter(relay::name.eq(name)))
        .filter(relay::since.is_null())
        .set(relay::since.eq(Some(Ts::from(now))))
        .execute(db)?;
    diesel::update(relay::table.filter(relay::name.eq(name)))
        .set((
            relay::paused_until.eq(Some(Ts::from(until))),
            relay::reason.eq(Some(reason)),
        ))
        .execute(db)?;
    Ok(first > 0)
}

/// Notes that a relay works. `true` when it had failed before: the alarm is over.
///
/// # Errors
/// Those of the database.
pub fn relay_resume(db: &mut Db, name: &str) -> Result<bool, Error> {
    let count = diesel::update(relay::table.filter(relay::name.eq(name)))
        .filter(relay::since.is_not_null())
        .set((
            relay::paused_until.eq(None::<Ts>),
            relay::reason.eq(None::<String>),
            relay::since.eq(None::<Ts>),
        ))
        .execute(db)?;
    Ok(count > 0)
}
