//! Timers: deadlines of cases as rows, written in the transaction of the event that starts, moves or ends them (G7).
//!
//! The case itself knows which of its timers run; the rows are for whoever looks for what is due. Both are written from
//! the same event, so neither can know of a timer that the other does not.
//!
//! Here is what an event does to the rows; `due` has what a worker does with those whose time has come.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Integer, Text};
use kelisim_domain::{
    calendar::Zone,
    case::{Armed, Case, Event, TimerChange},
    code::TimerName,
    id::RegionId,
};
use uuid::Uuid;

use crate::error::Error;
use crate::row::timer::ArmedRow;
use crate::schema::timer;
use crate::types::{Json, SqlJson, SqlTime, SqlUuid, Ts, Uid};
use crate::writes::Writes;

/// How the wall clock at which a timer is due is written.
pub(super) const WALL: &str = "%Y-%m-%dT%H:%M:%S";

/// Adds what an event did to the timers of a case to what the transaction stores at its end.
///
/// `before` is the case before the event; none for one that was just filed. `claim` is the token of the worker that lets
/// a timer fire: without its lease nothing is stored (R25).
pub(crate) fn change(
    writes: &mut Writes,
    region: RegionId,
    zone: Zone,
    before: Option<&Case>,
    event: &Event,
    claim: Option<Uuid>,
) {
    let runs = |name: &TimerName| {
        let armed = before.and_then(|case| case.course.timers.get(name));
        armed.is_some_and(|armed| !armed.fired)
    };
    let fired = event.data.fired();
    if let Some(name) = fired {
        match claim {
            Some(token) => fire(writes, region, event, name, token),
            None => settle(writes, region, event, vec![name.to_string()], "fired"),
        }
    }
    let (mut moved, mut cancelled, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for change in event.data.timers() {
        let name = change.timer();
        let is_armed = runs(name) && fired != Some(name);
        match change {
            TimerChange::Armed { armed, .. } => {
                if is_armed {
                    moved.push(name.to_string());
                }
                // What has fired comes back as such when a move is undone: nothing waits for it.
                if !armed.fired {
                    rows.push(row(region, zone, event, name, armed));
                }
            }
            TimerChange::Cancelled { .. } if is_armed => cancelled.push(name.to_string()),
            TimerChange::Cancelled { .. } => {}
        }
    }
    settle(writes, region, event, cancelled, "cancelled");
    settle(writes, region, event, moved, "moved");
    if !rows.is_empty() {
        let count = rows.len();
        writes.add_rows(Arming(rows), count, Error::conflict("timer.armed"));
    }
}

fn row(region: RegionId, zone: Zone, event: &Event, name: &TimerName, armed: &Armed) -> ArmedRow {
    let due_at = armed.deadline.due_at;
    ArmedRow {
        region_id: region.into(),
        case_id: event.case.into(),
        name: name.to_string(),
        starts_at: armed.starts_at.into(),
        due_at: due_at.into(),
        due_local: zone.wall(due_at).format(WALL).to_string(),
        zone: zone.name(),
        basis: Json(armed.clone()),
        armed_by: event.seq,
    }
}

/// Rows of timers that begin to run, in one statement: an event starts up to three, and a statement for each was the
/// largest part of what a case of the standard workflow costs more than one of the basic one.
///
/// Diesel writes several rows in one statement only on PostgreSQL.
struct Arming(Vec<ArmedRow>);

impl<DB> QueryFragment<DB> for Arming
where
    DB: Backend
        + HasSqlType<SqlUuid>
        + HasSqlType<SqlTime>
        + HasSqlType<SqlJson>
        + HasSqlType<Text>
        + HasSqlType<Integer>,
    Uid: ToSql<SqlUuid, DB>,
    Ts: ToSql<SqlTime, DB>,
    Json<Armed>: ToSql<SqlJson, DB>,
    str: ToSql<Text, DB>,
    i32: ToSql<Integer, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO timer (region_id, case_id, name, state, starts_at, due_at, due_local, zone, basis, armed_by) \
             VALUES ",
        );
        for (number, row) in self.0.iter().enumerate() {
            out.push_sql(if number == 0 { "(" } else { "), (" });
            out.push_bind_param::<SqlUuid, _>(&row.region_id)?;
            out.push_sql(", ");
            out.push_bind_param::<SqlUuid, _>(&row.case_id)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(&row.name)?;
            out.push_sql(", 'armed', ");
            out.push_bind_param::<SqlTime, _>(&row.starts_at)?;
            out.push_sql(", ");
            out.push_bind_param::<SqlTime, _>(&row.due_at)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(&row.due_local)?;
            out.push_sql(", ");
            out.push_bind_param::<Text, str>(row.zone)?;
            out.push_sql(", ");
            out.push_bind_param::<SqlJson, _>(&row.basis)?;
            out.push_sql(", ");
            out.push_bind_param::<Integer, _>(&row.armed_by)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

/// The rows of timers that run get their last state; whoever had claimed one is too late then.
fn settle(
    writes: &mut Writes,
    region: RegionId,
    event: &Event,
    names: Vec<String>,
    state: &'static str,
) {
    let count = names.len();
    if count > 0 {
        let rows = armed(region, event).filter(timer::name.eq_any(names));
        writes.add_rows(
            diesel::update(rows).set(settled(event, state)),
            count,
            Error::conflict("timer.armed"),
        );
    }
}

/// The same for a timer that fires: its lease must still be the worker's own.
fn fire(writes: &mut Writes, region: RegionId, event: &Event, name: &TimerName, token: Uuid) {
    let row = armed(region, event)
        .filter(timer::name.eq(name.to_string()))
        .filter(timer::lease_token.eq(Uid(token)));
    writes.add(
        diesel::update(row).set(settled(event, "fired")),
        Error::conflict(LEASE_LOST),
    );
}

/// What the second of two changes at once may be told that arm the same timer: that its row is there, or that one is armed.
///
/// PostgreSQL runs all statements of a change even when the first has found another version, and what fails then comes first.
pub const ARMED_AT_ONCE: [&str; 2] = ["timer.case_id_armed_by_name", "timer.case_id_name"];

/// What a worker is told that lets a timer fire whose lease it has lost.
pub const LEASE_LOST: &str = "timer.lease_token";

#[diesel::dsl::auto_type]
fn armed(region: RegionId, event: &Event) -> _ {
    let (region, case): (Uid, Uid) = (Uid(region.0), Uid(event.case.0));
    timer::table
        .filter(timer::region_id.eq(region))
        .filter(timer::case_id.eq(case))
        .filter(timer::state.eq("armed"))
}

#[diesel::dsl::auto_type]
fn settled(event: &Event, state: &str) -> _ {
    let state: String = state.to_owned();
    let at: Option<Ts> = Some(Ts::from(event.at));
    let (token, until): (Option<Uid>, Option<Ts>) = (None, None);
    (
        timer::state.eq(state),
        timer::settled_at.eq(at),
        timer::lease_token.eq(token),
        timer::lease_until.eq(until),
    )
}
