//! When a term ends, and how that was worked out (D15, D17).
//!
//! The day on which a term starts is day 0; its last day ends at 24:00 local time.
//! A term of hours starts at an instant and ends at one.

use super::{DaysOff, WhyOff, Zone};
use crate::{case::closed_enum, fault::FaultKind};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

closed_enum! {
    /// What a term is counted in.
    Unit {
        /// Every day counts.
        CalendarDays = "calendar_days",
        /// Weekends and holidays do not count.
        WorkingDays = "working_days",
        /// Hours of the clock.
        Hours = "hours",
    }
}

/// How long a term is: up to ten years of days or hours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Length {
    count: u16,
    unit: Unit,
}

/// The length makes no sense.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "a term is a number from 1 to 3660 and a unit, such as 30 calendar_days, 3 working_days or 48 hours"
)]
pub struct LengthError;

impl Length {
    const MOST: u16 = 3660;

    /// A length.
    ///
    /// # Errors
    /// Nothing, or more than ten years.
    pub fn new(count: i64, unit: Unit) -> Result<Self, LengthError> {
        let count = u16::try_from(count).map_err(|_| LengthError)?;
        let fits = (1..=Self::MOST).contains(&count);
        fits.then_some(Length { count, unit }).ok_or(LengthError)
    }

    /// The number of units.
    pub fn count(self) -> u16 {
        self.count
    }

    /// The unit.
    pub fn unit(self) -> Unit {
        self.unit
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.unit.code())
    }
}

impl FromStr for Length {
    type Err = FaultKind;
    fn from_str(text: &str) -> Result<Self, FaultKind> {
        let wrong = || FaultKind::BadForm {
            example: "30 calendar_days, 3 working_days or 48 hours",
        };
        let (count, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let count = count.parse().map_err(|_| wrong())?;
        let unit = unit.trim().parse().map_err(|_| wrong())?;
        Length::new(count, unit).map_err(|_| wrong())
    }
}

impl TryFrom<String> for Length {
    type Error = LengthError;
    fn try_from(text: String) -> Result<Self, LengthError> {
        text.parse().map_err(|_| LengthError)
    }
}

impl From<Length> for String {
    fn from(length: Length) -> String {
        length.to_string()
    }
}

/// What happens to the last day of a term besides counting.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rule {
    /// Whether a last day on which nobody works moves to the next working day; the profile says (L28).
    pub moves_to_working_day: bool,
    /// Days on which the term did not run (D17).
    pub days_paused: u16,
}

/// A day off that a term does not end on, or does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moved {
    /// The day.
    pub over: NaiveDate,
    /// Why nobody works on it.
    pub why: WhyOff,
}

/// The end of a term, with everything that led there, so that a person can count it again (D15).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Deadline {
    /// The local day on which the term started: day 0.
    pub starts: NaiveDate,
    /// Its length.
    pub length: Length,
    /// Days that were added because the term was paused.
    #[serde(default)]
    pub days_paused: u16,
    /// Days off over which the last day was moved, in order; those inside the term are not listed.
    #[serde(default)]
    pub moved: Vec<Moved>,
    /// Days off between Monday and Friday that were jumped while working days were counted, in order; weekends are not
    /// listed, and a term in calendar days jumps none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<Moved>,
    /// The last day.
    pub last_day: NaiveDate,
    /// The first instant that is too late.
    pub due_at: DateTime<Utc>,
}

impl Deadline {
    /// Whether a day lies within the term.
    pub fn covers(&self, day: NaiveDate) -> bool {
        day <= self.last_day
    }

    /// Whether an instant is in time.
    pub fn is_in_time(&self, at: DateTime<Utc>) -> bool {
        at < self.due_at
    }
}

/// The end of a term that starts at an instant; none when it lies behind the end of the calendar.
pub fn deadline(
    zone: Zone,
    days_off: &DaysOff,
    starts_at: DateTime<Utc>,
    length: Length,
    rule: Rule,
) -> Option<Deadline> {
    let starts = zone.day(starts_at);
    let count = u64::from(length.count);
    let paused = Days::new(u64::from(rule.days_paused));
    let mut skipped = Vec::new();
    let (counted, end) = match length.unit {
        Unit::Hours => {
            let hours = TimeDelta::try_hours(i64::from(length.count))?;
            let pause = TimeDelta::try_days(i64::from(rule.days_paused))?;
            let end = starts_at
                .checked_add_signed(hours)?
                .checked_add_signed(pause)?;
            (zone.day(end), Some(end))
        }
        Unit::CalendarDays => (
            starts
                .checked_add_days(Days::new(count))?
                .checked_add_days(paused)?,
            None,
        ),
        Unit::WorkingDays => (
            working_days(days_off, starts, count, &mut skipped)?.checked_add_days(paused)?,
            None,
        ),
    };
    let (last_day, over) = if rule.moves_to_working_day && end.is_none() {
        days_off.next_working(counted)?
    } else {
        (counted, Vec::new())
    };
    let due_at = match end {
        Some(end) => end,
        None => zone.start_of(last_day.checked_add_days(Days::new(1))?),
    };
    Some(Deadline {
        starts,
        length,
        days_paused: rule.days_paused,
        moved: over
            .into_iter()
            .map(|(over, why)| Moved { over, why })
            .collect(),
        skipped,
        last_day,
        due_at,
    })
}

/// A warning so long before a day: it is due when its own day begins, and no hour of it is lost by counting.
///
/// None when it lies before the beginning of the calendar.
pub fn deadline_before(
    zone: Zone,
    days_off: &DaysOff,
    day: NaiveDate,
    length: Length,
) -> Option<Deadline> {
    let count = u64::from(length.count);
    let mut skipped = Vec::new();
    let (last_day, due_at) = match length.unit {
        Unit::Hours => {
            let at = zone
                .start_of(day)
                .checked_sub_signed(TimeDelta::try_hours(i64::from(length.count))?)?;
            (zone.day(at), at)
        }
        Unit::CalendarDays => {
            let warned = day.checked_sub_days(Days::new(count))?;
            (warned, zone.start_of(warned))
        }
        Unit::WorkingDays => {
            let mut warned = day;
            for _ in 0..count {
                warned = warned.checked_sub_days(Days::new(1))?;
                while let Some(why) = days_off.why_off(warned) {
                    skipped.extend(on_week_day(warned, why));
                    warned = warned.checked_sub_days(Days::new(1))?;
                }
            }
            skipped.reverse();
            (warned, zone.start_of(warned))
        }
    };
    Some(Deadline {
        starts: day,
        length,
        days_paused: 0,
        moved: Vec::new(),
        skipped,
        last_day,
        due_at,
    })
}

/// The working day that is this many working days after a day; what had to be jumped on the way is added.
fn working_days(
    days_off: &DaysOff,
    starts: NaiveDate,
    count: u64,
    skipped: &mut Vec<Moved>,
) -> Option<NaiveDate> {
    let mut day = starts;
    for _ in 0..count {
        let next = day.checked_add_days(Days::new(1))?;
        let (working, over) = days_off.next_working(next)?;
        skipped.extend(
            over.into_iter()
                .filter_map(|(day, why)| on_week_day(day, why)),
        );
        day = working;
    }
    Some(day)
}

/// A day off on which people would work by its place in the week: whoever counts again would not know of it.
fn on_week_day(over: NaiveDate, why: WhyOff) -> Option<Moved> {
    let is_weekend = matches!(over.weekday(), Weekday::Sat | Weekday::Sun);
    (!is_weekend).then_some(Moved { over, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DayKind;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Noon in Oral.
    fn noon(text: &str) -> DateTime<Utc> {
        format!("{text}T07:00:00Z").parse().unwrap()
    }

    fn ends(
        days_off: &DaysOff,
        starts: &str,
        length: &str,
        moves_to_working_day: bool,
    ) -> Deadline {
        let rule = Rule {
            moves_to_working_day,
            days_paused: 0,
        };
        let length = length.parse().unwrap();
        deadline(Zone::ORAL, days_off, noon(starts), length, rule).unwrap()
    }

    fn nauryz() -> DaysOff {
        let mut days = DaysOff::new();
        for date in 21..=23 {
            assert!(days.add_yearly(3, date));
        }
        days
    }

    /// Edge case 5.
    #[test]
    fn d15_a_last_day_inside_nauryz_moves_as_the_profile_says() {
        let found = ends(&nauryz(), "2027-02-20", "30 calendar_days", true);
        assert_eq!(found.last_day, day("2027-03-24"));
        let over: Vec<(String, WhyOff)> = found
            .moved
            .iter()
            .map(|moved| (moved.over.to_string(), moved.why))
            .collect();
        let expected = ["2027-03-22", "2027-03-23"].map(|day| (day.to_owned(), WhyOff::Holiday));
        assert_eq!(over, expected);

        let mut moved = nauryz();
        moved.add(day("2027-03-24"), DayKind::MovedDayOff);
        let found = ends(&moved, "2027-02-20", "30 calendar_days", true);
        assert_eq!((found.last_day, found.moved.len()), (day("2027-03-25"), 3));

        let found = ends(&nauryz(), "2027-02-20", "30 calendar_days", false);
        assert_eq!((found.last_day, found.moved.len()), (day("2027-03-22"), 0));
    }

    /// Edge case 6.
    #[test]
    fn d15_the_last_day_ends_at_midnight_in_oral() {
        let found = ends(&DaysOff::new(), "2027-03-01", "10 calendar_days", true);
        assert_eq!(found.last_day, day("2027-03-11"));
        assert!(found.is_in_time("2027-03-11T18:59:59Z".parse().unwrap()));
        assert!(!found.is_in_time("2027-03-11T19:00:00Z".parse().unwrap()));
    }

    /// Edge case 7, the dates.
    #[test]
    fn d16_thirty_days_and_sixty_from_the_contract() {
        let thirty = ends(&DaysOff::new(), "2027-05-03", "30 calendar_days", true);
        let sixty = ends(&DaysOff::new(), "2027-05-03", "60 calendar_days", true);
        assert_eq!(
            (thirty.last_day, sixty.last_day),
            (day("2027-06-02"), day("2027-07-02"))
        );
        assert!(thirty.covers(day("2027-06-02")) && !thirty.covers(day("2027-06-03")));
    }

    #[test]
    fn d15_working_days_skip_weekends_and_holidays() {
        // Friday 19 March 2027: the weekend, then Nauryz to Tuesday.
        let found = ends(&nauryz(), "2027-03-19", "2 working_days", false);
        assert_eq!(found.last_day, day("2027-03-25"));
        let found = ends(&DaysOff::new(), "2027-03-19", "3 working_days", false);
        assert_eq!(found.last_day, day("2027-03-24"));
        // A term that starts on a day off begins to count on the next working day.
        let found = ends(&DaysOff::new(), "2027-03-20", "1 working_days", false);
        assert_eq!(found.last_day, day("2027-03-22"));
    }

    #[test]
    fn d15_working_days_say_over_which_days_off_they_jumped() {
        let skipped = |found: &Deadline| -> Vec<String> {
            let days = found.skipped.iter();
            days.map(|one| format!("{} {}", one.over, one.why.code()))
                .collect()
        };
        // Nauryz begins on a Sunday, which counts for nobody anyhow; Wednesday was moved to it.
        let mut days = nauryz();
        days.add(day("2027-03-24"), DayKind::MovedDayOff);
        let found = ends(&days, "2027-03-19", "2 working_days", false);
        assert_eq!(found.last_day, day("2027-03-26"));
        let expected = [
            "2027-03-22 holiday",
            "2027-03-23 holiday",
            "2027-03-24 moved_day_off",
        ];
        assert_eq!(
            (skipped(&found), found.moved.len()),
            (expected.map(str::to_owned).to_vec(), 0)
        );
        let length = "1 working_days".parse().unwrap();
        let warning = deadline_before(Zone::ORAL, &days, day("2027-03-25"), length).unwrap();
        assert_eq!(
            (warning.last_day, skipped(&warning)),
            (day("2027-03-19"), expected.map(str::to_owned).to_vec())
        );
        for (starts, length) in [
            ("2027-03-19", "5 calendar_days"),
            ("2027-03-12", "3 working_days"),
        ] {
            assert!(
                ends(&days, starts, length, false).skipped.is_empty(),
                "{starts}"
            );
        }
        // A text of before has no such list.
        let mut stored =
            serde_json::to_value(ends(&DaysOff::new(), "2027-03-01", "3 hours", false)).unwrap();
        assert_eq!(stored.as_object_mut().unwrap().remove("skipped"), None);
        assert!(serde_json::from_value::<Deadline>(stored).is_ok());
    }

    #[test]
    fn d17_a_pause_adds_exactly_its_days() {
        let rule = Rule {
            moves_to_working_day: false,
            days_paused: 7,
        };
        let length = "30 calendar_days".parse().unwrap();
        let found = deadline(
            Zone::ORAL,
            &DaysOff::new(),
            noon("2027-05-03"),
            length,
            rule,
        )
        .unwrap();
        assert_eq!((found.last_day, found.days_paused), (day("2027-06-09"), 7));
    }

    #[test]
    fn hours_are_hours_of_the_clock() {
        let found = ends(&nauryz(), "2027-03-20", "48 hours", true);
        assert_eq!(
            found.due_at,
            "2027-03-22T07:00:00Z".parse::<DateTime<Utc>>().unwrap()
        );
        assert!(found.moved.is_empty(), "nothing moves a term of hours");
    }

    #[test]
    fn a_length_is_a_number_and_a_unit() {
        for text in [
            "0 hours",
            "3661 hours",
            "-1 hours",
            "3 days",
            "3",
            "hours",
            "x hours",
            "",
        ] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
        let length: Length = "3660 calendar_days".parse().unwrap();
        assert_eq!(length.to_string().parse(), Ok(length));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        let late = DateTime::<Utc>::MAX_UTC - TimeDelta::days(400);
        for unit in ["calendar_days", "working_days", "hours"] {
            let length = format!("3660 {unit}").parse().unwrap();
            let rule = Rule {
                moves_to_working_day: true,
                days_paused: u16::MAX,
            };
            let found = deadline(Zone::ORAL, &DaysOff::new(), late, length, rule);
            assert!(unit == "hours" || found.is_none(), "{unit}");
        }
    }
}
