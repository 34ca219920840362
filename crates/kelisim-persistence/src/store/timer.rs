//! Timers: deadlines of cases as rows, written in the transaction of the event that starts, moves or ends them (G7).
//!
//! The case itself knows which of its timers run; the rows are for whoever looks for what is due. Both are written from
//! the same event, so neither can know of a timer that the other does not.

use diesel::prelude::*;
use kelisim_domain::{
    calendar::Zone,
    case::{Armed, Case, Event, TimerChange},
    code::TimerName,
    id::{CaseId, RegionId},
};

use crate::error::Error;
use crate::row::timer::TimerRow;
use crate::schema::timer;
use crate::types::{Json, Ts, Uid};
use crate::writes::Writes;

/// How the wall clock at which a timer is due is written.
const WALL: &str = "%Y-%m-%dT%H:%M:%S";

/// Adds what an event did to the timers of a case to what the transaction stores at its end.
///
/// `before` is the case before the event; none for one that was just filed.
pub(crate) fn change(
    writes: &mut Writes,
    region: RegionId,
    zone: Zone,
    before: Option<&Case>,
    event: &Event,
) {
    let runs = |name: &TimerName| {
        let armed = before.and_then(|case| case.course.timers.get(name));
        armed.is_some_and(|armed| !armed.fired)
    };
    let fired = event.data.fired();
    if let Some(name) = fired {
        settle(writes, region, event, name, "fired");
    }
    for change in event.data.timers() {
        let name = change.timer();
        let is_armed = runs(name) && fired != Some(name);
        match change {
            TimerChange::Armed { armed, .. } => {
                if is_armed {
                    settle(writes, region, event, name, "moved");
                }
                arm(writes, region, zone, event, name, armed);
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
    };
    writes.add(
        diesel::insert_into(timer::table).values(row),
        Error::conflict("timer.armed"),
    );
}

/// The row of a timer that runs gets its last state; whoever had claimed it is too late then.
fn settle(writes: &mut Writes, region: RegionId, event: &Event, name: &TimerName, state: &str) {
    let row = timer::table
        .filter(timer::region_id.eq(Uid::from(region)))
        .filter(timer::case_id.eq(Uid::from(event.case)))
        .filter(timer::name.eq(name.to_string()))
        .filter(timer::state.eq("armed"));
    let settled = (
        timer::state.eq(state.to_owned()),
        timer::settled_at.eq(Some(Ts::from(event.at))),
        timer::lease_token.eq(None::<Uid>),
        timer::lease_until.eq(None::<Ts>),
    );
    writes.add(
        diesel::update(row).set(settled),
        Error::conflict("timer.armed"),
    );
}

/// A timer of a case, for whoever looks for what is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueTimer {
    /// The region.
    pub region: RegionId,
    /// The case.
    pub case: CaseId,
    /// The timer.
    pub name: TimerName,
}
