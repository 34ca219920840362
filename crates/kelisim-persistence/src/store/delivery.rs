//! What a worker does with the outbox: claim, note that the content leaves, settle.
//!
//! A message is claimed under a lease with a random token; whoever settles it must still hold the
//! token, so a worker that slept past its lease changes nothing (R25).
//! Leases begin and end by the clock of the database ([`lease_now`]), asked inside the transaction:
//! neither the clock of a worker's machine nor its wait for a lock shortens or lengthens one.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    SelectableHelper, dsl::sql,
};
use uuid::Uuid;

use kelisim_domain::{
    id::{DataKeyId, MemorandumId, NoticeId, RegionId},
    language::Language,
};

use crate::{
    connection::{Claim, Db},
    error::Error,
    faults::{Defect, Failpoints, Point},
    row::outbox::{AttemptRow, OutboxRow},
    schema::{delivery_attempt, outbox},
    store::hold::is_free,
    store::outbox::{Audience, Ending, Guarded, Lease, Message, Settlement, State},
    types::{SqlTime, Ts, Uid},
};

/// The instant by which leases are measured: that of the database, unless one is given.
///
/// # Errors
/// Those of the database.
pub fn lease_now(db: &mut Db, given: Option<DateTime<Utc>>) -> Result<DateTime<Utc>, Error> {
    if let Some(now) = given {
        return Ok(now);
    }
    let clock = match db {
        // One machine, whose clock SQLite tells in milliseconds.
        Db::Sqlite(_) => "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')",
        // Not that of the transaction's beginning: it may have waited since.
        Db::Postgres(_) => "clock_timestamp()",
    };
    let now: Ts = diesel::select(sql::<SqlTime>(clock)).get_result(db)?;
    Ok(now.into())
}

/// Takes at most `tokens.len()` messages that are due, the longest due first, one token each;
/// none while the system is held (G10): the claim itself looks, so there is no moment between.
///
/// # Errors
/// Those of the database.
pub fn outbox_claim(
    db: &mut Db,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    tokens: &[Uuid],
    faults: &Failpoints,
) -> Result<Vec<(Lease, Message)>, Error> {
    let limit = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
    let due = outbox::table
        .filter(outbox::state.eq(State::Waiting.code()))
        .filter(outbox::next_at.le(Ts::from(now)))
        .filter(is_free())
        .filter(
            outbox::lease_until
                .is_null()
                .or(outbox::lease_until.lt(Ts::from(now))),
        )
        .order((outbox::next_at, outbox::id))
        .limit(limit)
        .select(OutboxRow::as_select());
    let rows: Vec<OutboxRow> = Claim(due).load(db)?;
    faults.at(Point::ClaimRead)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (row, token) in rows.into_iter().zip(tokens) {
        let mut message = Message::try_from(row)?;
        diesel::update(row_of(message.region, message.id))
            .set((
                outbox::lease_token.eq(Some(Uid(*token))),
                outbox::lease_until.eq(Some(Ts::from(lease_until))),
            ))
            .execute(db)?;
        message.lease_token = Some(*token);
        let lease = Lease {
            region: message.region,
            id: message.id,
            token: *token,
        };
        claimed.push((lease, message));
    }
    Ok(claimed)
}

/// The instant at which the next unclaimed message is due; none while the system is held.
///
/// # Errors
/// Those of the database.
pub fn outbox_next_due(db: &mut Db) -> Result<Option<DateTime<Utc>>, Error> {
    let next: Option<Ts> = outbox::table
        .filter(outbox::state.eq(State::Waiting.code()))
        .filter(outbox::lease_token.is_null())
        .filter(is_free())
        .order(outbox::next_at)
        .select(outbox::next_at)
        .first(db)
        .optional()?;
    Ok(next.map(Into::into))
}

/// Lengthens a lease while its delivery runs.
///
/// # Errors
/// Those of the database.
pub fn outbox_extend(
    db: &mut Db,
    leases: &[Lease],
    lease_until: DateTime<Utc>,
) -> Result<(), Error> {
    for lease in leases {
        diesel::update(row_of(lease.region, lease.id))
            .filter(outbox::lease_token.eq(Uid(lease.token)))
            .filter(outbox::state.eq_any([State::Waiting.code(), State::Attempting.code()]))
            .set(outbox::lease_until.eq(Some(Ts::from(lease_until))))
            .execute(db)?;
    }
    Ok(())
}

/// Gives back what was claimed and not begun: another worker may take it at once.
///
/// # Errors
/// Those of the database.
pub fn outbox_release(db: &mut Db, leases: &[Lease]) -> Result<usize, Error> {
    let mut count = 0;
    for lease in leases {
        count += diesel::update(row_of(lease.region, lease.id))
            .filter(outbox::lease_token.eq(Uid(lease.token)))
            .filter(outbox::state.eq(State::Waiting.code()))
            .set((
                outbox::lease_token.eq(None::<Uid>),
                outbox::lease_until.eq(None::<Ts>),
            ))
            .execute(db)?;
    }
    Ok(count)
}

/// A message as it was rendered.
#[derive(Debug)]
pub struct Written {
    /// The language in which it is written.
    pub language: Language,
    /// The memorandum under which it may be told; none for what needs none.
    pub memorandum: Option<MemorandumId>,
    /// The key under which it is sealed.
    pub data_key: DataKeyId,
    /// Its bytes, sealed.
    pub sealed: Vec<u8>,
}

/// Keeps the rendered message for every later attempt.
///
/// # Errors
/// Those of the database.
pub fn outbox_freeze(db: &mut Db, lease: &Lease, written: &Written) -> Result<Guarded, Error> {
    let count = diesel::update(row_of(lease.region, lease.id))
        .filter(outbox::state.eq(State::Waiting.code()))
        .filter(outbox::lease_token.eq(Uid(lease.token)))
        .set((
            outbox::language.eq(written.language.code()),
            outbox::data_key_id.eq(Some(Uid(written.data_key.0))),
            outbox::frozen.eq(Some(&written.sealed)),
            outbox::memorandum_id.eq(written.memorandum.map(|id| Uid(id.0))),
        ))
        .execute(db)?;
    Ok(guarded(count))
}

/// Notes that the content is about to leave; to be committed before the first byte of it (R26).
///
/// # Errors
/// Those of the database.
pub fn outbox_mark_attempting(
    db: &mut Db,
    lease: &Lease,
    now: DateTime<Utc>,
    faults: &Failpoints,
) -> Result<Guarded, Error> {
    forge(db, lease, now, faults)?;
    let count = diesel::update(row_of(lease.region, lease.id))
        .filter(outbox::state.eq(State::Waiting.code()))
        .filter(outbox::lease_token.eq(Uid(lease.token)))
        // A lease that has run out may be another's already; a second look at the clock is free.
        .filter(outbox::lease_until.ge(Ts::from(now)))
        .set((
            outbox::state.eq(State::Attempting.code()),
            outbox::attempts.eq(outbox::attempts + 1),
        ))
        .execute(db)?;
    if count == 0 {
        return Ok(Guarded::Stale);
    }
    attempt_insert(db, lease, now)?;
    Ok(Guarded::Done)
}

/// Ends a claim: the message moves to where `settlement` says, and the log has its line.
///
/// # Errors
/// Those of the database.
pub fn outbox_settle(
    db: &mut Db,
    lease: &Lease,
    settlement: &Settlement,
    now: DateTime<Utc>,
    faults: &Failpoints,
) -> Result<Guarded, Error> {
    forge(db, lease, now, faults)?;
    let state: Option<String> = row_of(lease.region, lease.id)
        .filter(outbox::lease_token.eq(Uid(lease.token)))
        .select(outbox::state)
        .first(db)
        .optional()?;
    let Some(state) = state else {
        return Ok(Guarded::Stale);
    };
    faults.at(Point::SettleRead)?;
    let begun = state == State::Attempting.code();
    let (to, reason, next_at) = target(settlement);
    let guard = row_of(lease.region, lease.id)
        .filter(outbox::state.eq(state))
        .filter(outbox::lease_token.eq(Uid(lease.token)));
    let count = diesel::update(guard)
        .set((
            outbox::state.eq(to.code()),
            outbox::reason.eq(reason),
            outbox::sent_at.eq((to == State::Sent).then(|| Ts::from(now))),
            outbox::lease_token.eq(None::<Uid>),
            outbox::lease_until.eq(None::<Ts>),
        ))
        .execute(db)?;
    if count == 0 {
        return Ok(Guarded::Stale);
    }
    if let Some(next_at) = next_at {
        diesel::update(row_of(lease.region, lease.id))
            .set(outbox::next_at.eq(Ts::from(next_at)))
            .execute(db)?;
    }
    match settlement.ending() {
        Some((result, ending)) => {
            if !begun {
                diesel::update(row_of(lease.region, lease.id))
                    .set(outbox::attempts.eq(outbox::attempts + 1))
                    .execute(db)?;
                attempt_insert(db, lease, now)?;
            }
            attempt_finish(db, lease.region, lease.id, result, ending, now)?;
        }
        None if begun => attempt_forget(db, lease)?,
        None => {}
    }
    Ok(Guarded::Done)
}

/// What became of messages whose worker never came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expired {
    /// Uncertain and held for a person.
    pub held: usize,
    /// Uncertain and to be sent again with the same Message-ID.
    pub again: usize,
}

/// Finds at most `limit` messages that were `attempting` when their lease ran out: whether the
/// receiver has them is unknown. Staff get them again, partners' are held (contract.md, Mail).
///
/// `again` says whether after so many attempts one more is due: a message that kills its worker each
/// time is held in the end, and not sent for ever.
///
/// # Errors
/// Those of the database.
pub fn outbox_expire(
    db: &mut Db,
    now: DateTime<Utc>,
    limit: i64,
    again: impl Fn(u32) -> bool,
    faults: &Failpoints,
) -> Result<Expired, Error> {
    let lost = outbox::table
        .filter(outbox::state.eq(State::Attempting.code()))
        .filter(outbox::lease_until.lt(Ts::from(now)))
        .order(outbox::lease_until)
        .limit(limit)
        .select(OutboxRow::as_select());
    let rows: Vec<OutboxRow> = Claim(lost).load(db)?;
    if !rows.is_empty() {
        faults.at(Point::RescueRead)?;
    }
    let mut expired = Expired::default();
    for row in rows {
        let message = Message::try_from(row)?;
        let Some(token) = message.lease_token else {
            continue;
        };
        let lease = Lease {
            region: message.region,
            id: message.id,
            token,
        };
        let ending = Ending {
            phase: "stopped".to_owned(),
            reason: "stopped".to_owned(),
            ..Ending::default()
        };
        let goes_again = message.audience == Audience::Staff && again(message.attempts);
        let settlement = match goes_again {
            true => Settlement::UncertainAgain(ending, now),
            false => Settlement::Uncertain(ending),
        };
        if outbox_settle(db, &lease, &settlement, now, faults)? == Guarded::Done {
            match goes_again {
                true => expired.again += 1,
                false => expired.held += 1,
            }
        }
    }
    Ok(expired)
}

/// The seeded defect: whoever comes takes the message for their own, so that no lease guards it.
fn forge(db: &mut Db, lease: &Lease, now: DateTime<Utc>, faults: &Failpoints) -> Result<(), Error> {
    if faults.has(Defect::SkipLeaseCheck) {
        diesel::update(row_of(lease.region, lease.id))
            .set((
                outbox::lease_token.eq(Some(Uid(lease.token))),
                outbox::lease_until.eq(Some(Ts::from(now))),
            ))
            .execute(db)?;
    }
    Ok(())
}

impl Settlement {
    fn ending(&self) -> Option<(&'static str, &Ending)> {
        match self {
            Settlement::Sent(ending) => Some(("sent", ending)),
            Settlement::Again(ending, _) => Some(("transient", ending)),
            Settlement::Failed(ending) => Some(("permanent", ending)),
            Settlement::Uncertain(ending) | Settlement::UncertainAgain(ending, _) => {
                Some(("uncertain", ending))
            }
            Settlement::Released(_) | Settlement::Cancelled(_) | Settlement::Held(_) => None,
        }
    }
}

fn target(settlement: &Settlement) -> (State, Option<String>, Option<DateTime<Utc>>) {
    match settlement {
        Settlement::Sent(_) => (State::Sent, None, None),
        Settlement::Again(ending, at) | Settlement::UncertainAgain(ending, at) => {
            (State::Waiting, Some(ending.reason.clone()), Some(*at))
        }
        Settlement::Failed(ending) => (State::Failed, Some(ending.reason.clone()), None),
        Settlement::Uncertain(ending) => (State::Uncertain, Some(ending.reason.clone()), None),
        Settlement::Released(reason) => (State::Waiting, reason.clone(), None),
        Settlement::Cancelled(reason) => (State::Cancelled, Some(reason.clone()), None),
        Settlement::Held(reason) => (State::Held, Some(reason.clone()), None),
    }
}

#[diesel::dsl::auto_type]
fn row_of(region: RegionId, id: NoticeId) -> _ {
    let region: Uid = Uid(region.0);
    let id: Uid = Uid(id.0);
    outbox::table
        .filter(outbox::region_id.eq(region))
        .filter(outbox::id.eq(id))
}

fn guarded(count: usize) -> Guarded {
    match count {
        0 => Guarded::Stale,
        _ => Guarded::Done,
    }
}

fn attempt_number(db: &mut Db, region: RegionId, id: NoticeId) -> Result<i32, Error> {
    Ok(row_of(region, id).select(outbox::attempts).first(db)?)
}

fn attempt_insert(db: &mut Db, lease: &Lease, now: DateTime<Utc>) -> Result<(), Error> {
    let row = AttemptRow {
        region_id: Uid(lease.region.0),
        outbox_id: Uid(lease.id.0),
        attempt: attempt_number(db, lease.region, lease.id)?,
        started_at: now.into(),
        finished_at: None,
        phase: None,
        reply_code: None,
        result: None,
        detail: None,
    };
    diesel::insert_into(delivery_attempt::table)
        .values(row)
        .execute(db)?;
    Ok(())
}

fn attempt_finish(
    db: &mut Db,
    region: RegionId,
    id: NoticeId,
    result: &str,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let number = attempt_number(db, region, id)?;
    diesel::update(delivery_attempt::table)
        .filter(delivery_attempt::region_id.eq(Uid(region.0)))
        .filter(delivery_attempt::outbox_id.eq(Uid(id.0)))
        .filter(delivery_attempt::attempt.eq(number))
        .set((
            delivery_attempt::finished_at.eq(Some(Ts::from(now))),
            delivery_attempt::phase.eq(Some(&ending.phase)),
            delivery_attempt::reply_code.eq(ending.reply_code.map(i32::from)),
            delivery_attempt::result.eq(Some(result)),
            delivery_attempt::detail.eq(Some(&ending.detail)),
        ))
        .execute(db)?;
    Ok(())
}

/// The attempt that the relay spoiled before any content left: it never was one.
fn attempt_forget(db: &mut Db, lease: &Lease) -> Result<(), Error> {
    let number = attempt_number(db, lease.region, lease.id)?;
    diesel::delete(delivery_attempt::table)
        .filter(delivery_attempt::region_id.eq(Uid(lease.region.0)))
        .filter(delivery_attempt::outbox_id.eq(Uid(lease.id.0)))
        .filter(delivery_attempt::attempt.eq(number))
        .execute(db)?;
    diesel::update(row_of(lease.region, lease.id))
        .set(outbox::attempts.eq(outbox::attempts - 1))
        .execute(db)?;
    Ok(())
}
