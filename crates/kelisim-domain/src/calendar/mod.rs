//! Days as the law and people count them: in the region's own time zone (D15).
//!
//! [`Zone`] says which day it is, [`DaysOff`] which days people work, [`deadline`] when a term ends and why then.

mod days_off;
mod deadline;
mod named;

pub use days_off::{DayKind, DaysOff, WhyOff};
pub use deadline::{Deadline, Length, LengthError, Moved, Rule, Unit, deadline, deadline_before};
pub use named::NamedDays;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// The time zone of a region, such as `Asia/Oral` (UTC+5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Zone(Tz);

/// The name is not in the IANA time zone database.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no time zone is called “{0}”; an example is Asia/Oral")]
pub struct UnknownZone(pub String);

impl Zone {
    /// Looks up a zone by its IANA name.
    ///
    /// # Errors
    /// The name is unknown.
    pub fn parse(name: &str) -> Result<Self, UnknownZone> {
        name.parse()
            .map(Zone)
            .map_err(|_| UnknownZone(name.to_owned()))
    }

    /// The zone of West Kazakhstan.
    pub const ORAL: Zone = Zone(Tz::Asia__Oral);

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local day of an instant. An `_on` date is this day of the `_at` instant.
    pub fn day(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// The local year of an instant: the year of a case number (D22).
    pub fn year(self, at: DateTime<Utc>) -> i32 {
        self.day(at).year()
    }

    /// What the clocks on the wall show at an instant.
    pub fn wall(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.0).naive_local()
    }

    /// The first instant of a local day; in a zone that skips midnight, the first instant that exists.
    pub fn start_of(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        self.0
            .from_local_datetime(&midnight)
            .earliest()
            .or_else(|| {
                self.0
                    .from_local_datetime(&(midnight + chrono::Duration::hours(1)))
                    .earliest()
            })
            .map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d22_the_year_turns_at_midnight_in_oral() {
        let half_past_midnight = "2026-12-31T19:30:00Z".parse().unwrap();
        assert_eq!(Zone::ORAL.year(half_past_midnight), 2027);
        let before = "2026-12-31T18:59:59Z".parse().unwrap();
        assert_eq!(Zone::ORAL.year(before), 2026);
    }

    #[test]
    fn a_day_starts_at_local_midnight() {
        let day = NaiveDate::from_ymd_opt(2027, 3, 11).unwrap();
        assert_eq!(
            Zone::ORAL.start_of(day).to_rfc3339(),
            "2027-03-10T19:00:00+00:00"
        );
        assert_eq!(Zone::ORAL.day(Zone::ORAL.start_of(day)), day);
    }
}
