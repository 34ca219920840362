//! What a worker does with timers whose time has come: claim, give back, put off (G7, R24, R25, R27).
//!
//! A claim is a lease with a random token, by the clock of the database (ADR 0018), and it is the proof with which
//! [`super::access::access_due`] gives the case. Whether a timer is due is asked of the clock of the process, here and once
//! more when it fires.
//!
//! A case's timers are claimed one at a time, the earliest first: what the first one does may end the second.
//! Absent on purpose: a sign of life. A claim is a few transactions long; one that takes longer than its lease is lost, and
//! the token then keeps it from doing anything.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    SelectableHelper, dsl::sql, sql_types::Bool,
};
use uuid::Uuid;

use kelisim_domain::{
    code::TimerName,
    id::{CaseId, RegionId},
};

use crate::{
    connection::{Claim, Db},
    error::Error,
    faults::{Defect, Failpoints, Point},
    row::timer::DueRow,
    schema::timer,
    store::hold::is_free,
    types::{Ts, Uid},
};

/// A timer that a worker has claimed: only [`timer_claim`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    region: RegionId,
    case: CaseId,
    name: TimerName,
    armed_by: i32,
    due_at: DateTime<Utc>,
    failures: u32,
    token: Uuid,
}

impl DueTimer {
    /// The region.
    pub fn region(&self) -> RegionId {
        self.region
    }

    /// The case.
    pub fn case(&self) -> CaseId {
        self.case
    }

    /// The timer.
    pub fn name(&self) -> &TimerName {
        &self.name
    }

    /// When it was due.
    pub fn due_at(&self) -> DateTime<Utc> {
        self.due_at
    }

    /// How often it could not fire, because something is broken.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The secret of this claim.
    pub fn token(&self) -> Uuid {
        self.token
    }
}

/// Armed, and no earlier one of its case is. The state is written out: a value would hide the index from either database.
const FIRST_ARMED: &str = "timer.state = 'armed' AND NOT EXISTS (SELECT 1 FROM timer AS earlier \
    WHERE earlier.region_id = timer.region_id AND earlier.case_id = timer.case_id AND earlier.state = 'armed' \
    AND (earlier.due_at < timer.due_at OR (earlier.due_at = timer.due_at AND earlier.name < timer.name)))";

/// Nobody holds it: its lease has run out, or ends later than a lease that begins now, because the clock was set back since.
/// What was put off rests until its time even then, and at the longest for [`PAUSE_MOST_HOURS`].
macro_rules! unclaimed {
    ($now:expr, $lease_until:expr) => {{
        let rested = $lease_until + TimeDelta::hours(PAUSE_MOST_HOURS);
        timer::lease_until
            .is_null()
            .or(timer::lease_until.lt(Ts::from($now)))
            .or(timer::lease_until.gt(Ts::from(rested)))
            .or(timer::fault
                .is_null()
                .and(timer::lease_until.gt(Ts::from($lease_until))))
    }};
}

/// The longest for which a timer that cannot fire is put off.
pub const PAUSE_MOST_HOURS: i64 = 1;

/// The instant at which the next timer is due that nobody has claimed; none while the system is held (G10).
///
/// A claim that began now would hold until `lease_until`.
///
/// # Errors
/// Those of the database.
pub fn timer_next_due(
    db: &mut Db,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let next: Option<Ts> = timer::table
        .filter(sql::<Bool>(FIRST_ARMED))
        .filter(is_free())
        .filter(unclaimed!(now, lease_until))
        .order(timer::due_at)
        .select(timer::due_at)
        .first(db)
        .optional()?;
    Ok(next.map(Into::into))
}

/// When timers are claimed, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Claiming {
    /// Until when a timer must be due: the clock of the process.
    pub due: DateTime<Utc>,
    /// The clock by which leases are measured.
    pub now: DateTime<Utc>,
    /// When the lease ends by itself.
    pub lease_until: DateTime<Utc>,
}

/// Takes at most `tokens.len()` timers that are due, the longest due first, one token each; none while the system is held:
/// the claim itself looks, so there is no moment between.
///
/// # Errors
/// Those of the database.
pub fn timer_claim(
    db: &mut Db,
    claiming: Claiming,
    tokens: &[Uuid],
    faults: &Failpoints,
) -> Result<Vec<DueTimer>, Error> {
    let Claiming {
        due,
        now,
        lease_until,
    } = claiming;
    let latest = match faults.has(Defect::SkipDueCheck) {
        true => due + TimeDelta::days(3_650),
        false => due,
    };
    let limit = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
    let due = timer::table
        .filter(sql::<Bool>(FIRST_ARMED))
        .filter(timer::due_at.le(Ts::from(latest)))
        .filter(is_free())
        .filter(unclaimed!(now, lease_until))
        .order(timer::due_at)
        .limit(limit)
        .select(DueRow::as_select());
    let rows: Vec<DueRow> = Claim(due).load(db)?;
    faults.at(Point::TimerClaimRead)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (row, token) in rows.into_iter().zip(tokens) {
        let one = DueTimer {
            region: row.region_id.into(),
            case: row.case_id.into(),
            name: TimerName::from_stored(row.name),
            armed_by: row.armed_by,
            due_at: row.due_at.into(),
            failures: u32::try_from(row.failures).unwrap_or(0),
            token: *token,
        };
        diesel::update(row_of(&one))
            .set((
                timer::lease_token.eq(Some(Uid(*token))),
                timer::lease_until.eq(Some(Ts::from(lease_until))),
            ))
            .execute(db)?;
        claimed.push(one);
    }
    Ok(claimed)
}

/// Whether a claim still holds: the case has not gone on, and nobody else has taken the timer.
///
/// # Errors
/// Those of the database.
pub(crate) fn timer_is_held(db: &mut Db, due: &DueTimer) -> Result<bool, Error> {
    let held: Option<i32> = row_of(due)
        .filter(timer::state.eq("armed"))
        .filter(timer::lease_token.eq(Uid(due.token)))
        .select(timer::armed_by)
        .first(db)
        .optional()?;
    Ok(held.is_some())
}

/// Gives back what was claimed and did not fire: another worker may take it at once.
///
/// # Errors
/// Those of the database.
pub fn timer_release(db: &mut Db, claimed: &[DueTimer]) -> Result<usize, Error> {
    let mut count = 0;
    for due in claimed {
        count += diesel::update(row_of(due))
            .filter(timer::state.eq("armed"))
            .filter(timer::lease_token.eq(Uid(due.token)))
            .set((
                timer::lease_token.eq(None::<Uid>),
                timer::lease_until.eq(None::<Ts>),
            ))
            .execute(db)?;
    }
    Ok(count)
}

/// Puts off a timer that cannot fire because something is broken, with the code of what is; it is never given up (R27).
///
/// # Errors
/// Those of the database.
pub fn timer_put_off(
    db: &mut Db,
    due: &DueTimer,
    until: DateTime<Utc>,
    fault: &str,
) -> Result<bool, Error> {
    let count = diesel::update(row_of(due))
        .filter(timer::state.eq("armed"))
        .filter(timer::lease_token.eq(Uid(due.token)))
        .set((
            // Whoever holds it now is nobody, until then.
            timer::lease_until.eq(Some(Ts::from(until))),
            timer::failures.eq(timer::failures + 1),
            timer::fault.eq(Some(fault.to_owned())),
        ))
        .execute(db)?;
    Ok(count > 0)
}

/// What the timers look like at a moment, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TimerCounts {
    /// Those that are due and have not fired.
    pub due: i64,
    /// When the first of them was due.
    pub oldest: Option<DateTime<Utc>>,
    /// Those that could not fire when they were due, because something is broken.
    pub failing: i64,
}

/// Counts the timers that are due and have not fired.
///
/// # Errors
/// Those of the database.
pub fn timer_counts(db: &mut Db, now: DateTime<Utc>) -> Result<TimerCounts, Error> {
    let due = || {
        timer::table
            .filter(sql::<Bool>("timer.state = 'armed'"))
            .filter(timer::due_at.le(Ts::from(now)))
    };
    let oldest: Option<Ts> = due()
        .order(timer::due_at)
        .select(timer::due_at)
        .first(db)
        .optional()?;
    Ok(TimerCounts {
        due: due().count().get_result(db)?,
        oldest: oldest.map(Into::into),
        failing: due().filter(timer::failures.gt(0)).count().get_result(db)?,
    })
}

#[diesel::dsl::auto_type]
fn row_of(due: &DueTimer) -> _ {
    let (region, case): (Uid, Uid) = (Uid(due.region.0), Uid(due.case.0));
    let name: String = due.name.to_string();
    let armed_by: i32 = due.armed_by;
    timer::table
        .filter(timer::region_id.eq(region))
        .filter(timer::case_id.eq(case))
        .filter(timer::armed_by.eq(armed_by))
        .filter(timer::name.eq(name))
}
