//! The zones of the time zone database, and the changes of their clocks.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use kelisim_domain::calendar::Zone;

use super::super::report::{Report, number};

/// The years that are looked at.
const YEARS: [i32; 2] = [2024, 2038];
/// Days that not every year has.
const LEAP_DAYS: [i32; 4] = [2024, 2028, 2032, 2036];

/// A moment at which the clocks of a zone change, or a leap day begins.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) zone: Zone,
    pub(super) at: DateTime<Utc>,
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// Every change of every zone, in the order of the zones.
pub(super) fn changes() -> Vec<Change> {
    let mut all = Vec::new();
    for tz in TZ_VARIANTS {
        let zone = Zone::parse(tz.name()).expect("a zone of the database");
        let at = transitions(tz);
        all.extend(at.into_iter().map(|at| Change { zone, at }));
    }
    for year in LEAP_DAYS {
        let at = Zone::ORAL.start_of(day(year, 2, 29));
        all.push(Change {
            zone: Zone::ORAL,
            at,
        });
    }
    all
}

fn offset(tz: Tz, at: DateTime<Utc>) -> i32 {
    tz.offset_from_utc_datetime(&at.naive_utc())
        .fix()
        .local_minus_utc()
}

/// The instants from which another offset holds.
fn transitions(tz: Tz) -> Vec<DateTime<Utc>> {
    let [from, until] = YEARS.map(|year| day(year, 1, 1).and_time(NaiveTime::MIN).and_utc());
    let mut found = Vec::new();
    let mut before = from;
    while before < until {
        let after = before + TimeDelta::days(1);
        if offset(tz, before) != offset(tz, after) {
            let (mut low, mut high) = (before, after);
            while high - low > TimeDelta::seconds(1) {
                let middle = low + (high - low) / 2;
                match offset(tz, middle) == offset(tz, before) {
                    true => low = middle,
                    false => high = middle,
                }
            }
            found.push(high);
        }
        before = after;
    }
    found
}

/// Every local day around every change begins once, at its first instant, and ends when the next one begins.
pub(super) fn figures(report: &mut Report, is_quick: bool) {
    let changes = changes();
    let each = if is_quick { 7 } else { 1 };
    let (mut days, mut wrong) = (0, Vec::new());
    for change in changes.iter().step_by(each) {
        let around = change.zone.day(change.at);
        for shift in 0..5 {
            let day = around - Days::new(2) + Days::new(shift);
            days += 1;
            if let Some(fault) = fault(change.zone, day) {
                wrong.push(format!("{} {day}: {fault}", change.zone.name()));
            }
        }
    }
    report.none(
        "local days that do not begin at their first instant",
        &wrong,
    );
    report.noted("changes of clocks, 2024 to 2037", number(changes.len()));
    report.noted("local days looked at", number(days));
}

fn fault(zone: Zone, day: NaiveDate) -> Option<&'static str> {
    let begins = zone.start_of(day);
    let before = begins - TimeDelta::microseconds(1);
    if zone.day(begins) != day {
        return Some("its first instant is of another day");
    }
    if zone.day(before) >= day {
        return Some("an earlier instant is of the same day");
    }
    let ends = zone.start_of(day + Days::new(1));
    if ends <= begins || zone.day(ends - TimeDelta::microseconds(1)) != day {
        return Some("it does not end when the next one begins");
    }
    None
}
