//! Timers: deadlines of cases as rows, written in the transaction of the event that starts, moves or ends them (G7).
//!
//! The case itself knows which of its timers run; the rows are for whoever looks for what is due. Both are written from
//! the same event, so neither can know of a timer that the other does not.
//!
//! Here is what an event does to the rows; `due` has what a worker does with those whose time has come.

use diesel::prelude::*;
use kelisim_domain::{
    calendar::Zone,
    case::{Armed, Case, Event, TimerChange},
    code::TimerName,
    id::RegionId,
};
use uuid::Uuid;

use crate::error::Error;
use crate::row::timer::TimerRow;
use crate::schema::timer;
use crate::types::{Json, Ts, Uid};
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
            None => settle(writes, region, event, name, "fired"),
        }
    }
    for change in event.data.timers() {
        let name = change.timer();
        let is_armed = runs(name) && fired != Some(name);
        match change {
            TimerChange::Armed { armed, .. } => {
                if is_armed {
                    settle(writes, region, event, name, "moved");
                }
                // What has fired comes back as such when a move is undone: nothing waits for it.
                if !armed.fired {
                    arm(writes, region, zone, event, name, armed);
                }
            }
            TimerChange::Cancelled { .. } if is_armed => {
                settle(writes, region, event, name, "cancelled");
            }
            TimerChange::Cancelled { .. } => {}
        }
    }
}

fn arm(
    writes: &mut Writes,
    region: RegionId,
    zone: Zone,
    event: &Event,
    name: &TimerName,
    armed: &Armed,
) {
    let due_at = armed.deadline.due_at;
    let row = TimerRow {
        region_id: region.into(),
        case_id: event.case.into(),
        name: name.to_string(),
        state: "armed".to_owned(),
        starts_at: armed.starts_at.into(),
        due_at: due_at.into(),
        due_local: zone.wall(due_at).format(WALL).to_string(),
        zone: zone.name().to_owned(),
        basis: Json(armed.clone()),
        armed_by: event.seq,
        lease_token: None,
        lease_until: None,
        settled_at: None,
        failures: 0,
        fault: None,
    };
    writes.add(
        diesel::insert_into(timer::table).values(row),
        Error::conflict("timer.armed"),
    );
}

/// The row of a timer that runs gets its last state; whoever had claimed it is too late then.
fn settle(writes: &mut Writes, region: RegionId, event: &Event, name: &TimerName, state: &str) {
    writes.add(
        diesel::update(armed(region, event, name)).set(settled(event, state)),
        Error::conflict("timer.armed"),
    );
}

/// The same for a timer that fires: its lease must still be the worker's own.
fn fire(writes: &mut Writes, region: RegionId, event: &Event, name: &TimerName, token: Uuid) {
    let row = armed(region, event, name).filter(timer::lease_token.eq(Uid(token)));
    writes.add(
        diesel::update(row).set(settled(event, "fired")),
        Error::conflict(LEASE_LOST),
    );
}

/// What a worker is told that lets a timer fire whose lease it has lost.
pub const LEASE_LOST: &str = "timer.lease_token";

#[diesel::dsl::auto_type]
fn armed(region: RegionId, event: &Event, name: &TimerName) -> _ {
    let (region, case): (Uid, Uid) = (Uid(region.0), Uid(event.case.0));
    let name: String = name.to_string();
    timer::table
        .filter(timer::region_id.eq(region))
        .filter(timer::case_id.eq(case))
        .filter(timer::name.eq(name))
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
