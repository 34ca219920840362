//! Reminders of the registers as rows: armed, moved and ended in the transaction that signs or ends a memorandum or changes
//! a mediator's papers, claimed and fired as the timers of cases are (G7).
//!
//! Absent on purpose: an order among those of one object. Each tells of a last day and changes nothing else.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    SelectableHelper, dsl::sql, sql_types::Bool,
};
use uuid::Uuid;

use kelisim_domain::{
    calendar::Zone,
    id::{MediatorId, MemorandumId, RegionId},
    reminder::Reminder,
};

use crate::{
    connection::{Claim, Db},
    error::Error,
    row::register_timer::RegisterTimerRow,
    schema::register_timer,
    store::{
        due::{Claiming, PAUSE_MOST_HOURS},
        hold::is_free,
        timer::WALL,
    },
    types::{Ts, Uid},
};

/// The entry whose last day comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A memorandum.
    Memorandum(MemorandumId),
    /// A mediator's papers.
    Mediator(MediatorId),
}

impl Subject {
    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Subject::Memorandum(id) => ("memorandum", id.0),
            Subject::Mediator(id) => ("mediator", id.0),
        }
    }
}

/// What is to be reminded of after a change of an entry.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The entry.
    pub subject: Subject,
    /// Its version after the change.
    pub version: i32,
    /// Its last day; none when nobody is to be reminded of anything.
    pub last_day: Option<NaiveDate>,
    /// The reminders that are still to come.
    pub reminders: Vec<(Reminder, DateTime<Utc>)>,
}

/// Lets exactly those reminders of an entry run that are wanted; one that runs as it should stays as it is.
///
/// One that is due and was not told yet, of a last day that stands, is told all the same: after a downtime or a hold an
/// entry may be changed before the worker comes to it (G7).
///
/// # Errors
/// Those of the database.
pub fn register_timer_set(
    db: &mut Db,
    region: RegionId,
    zone: Zone,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let (kind, id) = wanted.subject.parts();
    let armed = || {
        register_timer::table
            .filter(register_timer::region_id.eq(Uid(region.0)))
            .filter(register_timer::object_id.eq(Uid(id)))
            .filter(sql::<Bool>("register_timer.state = 'armed'"))
    };
    let columns = (
        register_timer::name,
        register_timer::due_at,
        register_timer::last_day,
    );
    let running: Vec<(String, Ts, NaiveDate)> = armed().select(columns).load(db)?;
    let mut kept = Vec::new();
    for (name, due_at, last_day) in running {
        if wanted.last_day == Some(last_day) && DateTime::<Utc>::from(due_at) <= now {
            continue;
        }
        let again = wanted.reminders.iter().find(|(one, _)| one.code() == name);
        let state = match again {
            Some((one, at)) if Ts::from(*at) == due_at => {
                kept.push(*one);
                continue;
            }
            Some(_) => "moved",
            None => "cancelled",
        };
        diesel::update(armed().filter(register_timer::name.eq(name)))
            .set((
                register_timer::state.eq(state),
                register_timer::settled_at.eq(Some(Ts::from(now))),
                register_timer::lease_token.eq(None::<Uid>),
                register_timer::lease_until.eq(None::<Ts>),
            ))
            .execute(db)?;
    }
    let Some(last_day) = wanted.last_day else {
        return Ok(());
    };
    for (one, due_at) in wanted
        .reminders
        .iter()
        .filter(|(one, _)| !kept.contains(one))
    {
        let row = RegisterTimerRow {
            region_id: Uid(region.0),
            object_kind: kind.to_owned(),
            object_id: Uid(id),
            name: one.code().to_owned(),
            state: "armed".to_owned(),
            due_at: (*due_at).into(),
            due_local: zone.wall(*due_at).format(WALL).to_string(),
            zone: zone.name().to_owned(),
            last_day,
            armed_by: wanted.version,
            lease_token: None,
            lease_until: None,
            settled_at: None,
            failures: 0,
            fault: None,
        };
        diesel::insert_into(register_timer::table)
            .values(row)
            .execute(db)?;
    }
    Ok(())
}

/// A reminder that a worker has claimed: only [`register_timer_claim`] makes one.
#[derive(Debug, Clone)]
pub struct DueReminder {
    region: RegionId,
    subject: Subject,
    name: String,
    last_day: NaiveDate,
    due_at: DateTime<Utc>,
    armed_by: i32,
    failures: u32,
    token: Uuid,
}

impl DueReminder {
    /// The region.
    pub fn region(&self) -> RegionId {
        self.region
    }

    /// The entry.
    pub fn subject(&self) -> Subject {
        self.subject
    }

    /// Which reminder it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last day of which it reminds.
    pub fn last_day(&self) -> NaiveDate {
        self.last_day
    }

    /// When it was due.
    pub fn due_at(&self) -> DateTime<Utc> {
        self.due_at
    }

    /// How often it could not fire, because something is broken.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

macro_rules! free_to_claim {
    ($now:expr, $lease_until:expr) => {
        register_timer::table
            .filter(sql::<Bool>("register_timer.state = 'armed'"))
            .filter(is_free())
            .filter(
                register_timer::lease_until
                    .is_null()
                    .or(register_timer::lease_until.lt(Ts::from($now)))
                    .or(register_timer::lease_until
                        .gt(Ts::from($lease_until + TimeDelta::hours(PAUSE_MOST_HOURS)))),
            )
            .order(register_timer::due_at)
    };
}

/// The instant at which the next reminder is due that nobody has claimed; none while the system is held (G10).
///
/// # Errors
/// Those of the database.
pub fn register_timer_next_due(
    db: &mut Db,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let next: Option<Ts> = free_to_claim!(now, lease_until)
        .select(register_timer::due_at)
        .first(db)
        .optional()?;
    Ok(next.map(Into::into))
}

/// Takes at most `tokens.len()` reminders that are due, the longest due first, one token each; none while the system is
/// held.
///
/// # Errors
/// Those of the database.
pub fn register_timer_claim(
    db: &mut Db,
    claiming: Claiming,
    tokens: &[Uuid],
) -> Result<Vec<DueReminder>, Error> {
    let limit = i64::try_from(tokens.len()).unwrap_or(i64::MAX);
    let due = free_to_claim!(claiming.now, claiming.lease_until)
        .filter(register_timer::due_at.le(Ts::from(claiming.due)))
        .limit(limit)
        .select(RegisterTimerRow::as_select());
    let rows: Vec<RegisterTimerRow> = Claim(due).load(db)?;
    let mut claimed = Vec::with_capacity(rows.len());
    for (row, token) in rows.into_iter().zip(tokens) {
        let subject = match row.object_kind.as_str() {
            "memorandum" => Subject::Memorandum(MemorandumId(row.object_id.0)),
            _ => Subject::Mediator(MediatorId(row.object_id.0)),
        };
        let one = DueReminder {
            region: row.region_id.into(),
            subject,
            name: row.name,
            last_day: row.last_day,
            due_at: row.due_at.into(),
            armed_by: row.armed_by,
            failures: u32::try_from(row.failures).unwrap_or(0),
            token: *token,
        };
        diesel::update(row_of(&one))
            .set((
                register_timer::lease_token.eq(Some(Uid(*token))),
                register_timer::lease_until.eq(Some(Ts::from(claiming.lease_until))),
            ))
            .execute(db)?;
        claimed.push(one);
    }
    Ok(claimed)
}

/// The reminder has fired, in the transaction of what it tells; not when the claim holds no longer.
///
/// # Errors
/// Those of the database.
pub fn register_timer_fire(
    db: &mut Db,
    due: &DueReminder,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let count = diesel::update(row_of(due))
        .filter(register_timer::state.eq("armed"))
        .filter(register_timer::lease_token.eq(Uid(due.token)))
        .set((
            register_timer::state.eq("fired"),
            register_timer::settled_at.eq(Some(Ts::from(now))),
            register_timer::lease_token.eq(None::<Uid>),
            register_timer::lease_until.eq(None::<Ts>),
        ))
        .execute(db)?;
    Ok(count > 0)
}

/// Puts off a reminder that cannot fire: until then it is nobody's, and it is never given up (R27).
///
/// # Errors
/// Those of the database.
pub fn register_timer_put_off(
    db: &mut Db,
    due: &DueReminder,
    until: DateTime<Utc>,
    fault: &str,
) -> Result<(), Error> {
    diesel::update(row_of(due))
        .filter(register_timer::state.eq("armed"))
        .filter(register_timer::lease_token.eq(Uid(due.token)))
        .set((
            register_timer::lease_until.eq(Some(Ts::from(until))),
            register_timer::failures.eq(register_timer::failures + 1),
            register_timer::fault.eq(Some(fault.to_owned())),
        ))
        .execute(db)?;
    Ok(())
}

#[diesel::dsl::auto_type]
fn row_of(due: &DueReminder) -> _ {
    let region: Uid = Uid(due.region.0);
    let id: Uid = Uid(due.subject.parts().1);
    let name: String = due.name.clone();
    let armed_by: i32 = due.armed_by;
    register_timer::table
        .filter(register_timer::region_id.eq(region))
        .filter(register_timer::object_id.eq(id))
        .filter(register_timer::armed_by.eq(armed_by))
        .filter(register_timer::name.eq(name))
}
