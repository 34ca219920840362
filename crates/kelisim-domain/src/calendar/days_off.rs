//! The days on which nobody works: weekends, public holidays, and days that the government has moved.

use crate::case::closed_enum;
use chrono::{Datelike, Days, NaiveDate, Weekday};
use std::collections::{BTreeMap, BTreeSet};

closed_enum! {
    /// What a day is that is not what its place in the week says.
    DayKind {
        /// A public holiday.
        Holiday = "holiday",
        /// A working day on which nobody works, because a day off was moved here.
        MovedDayOff = "moved_day_off",
        /// A weekend on which people work, because its day off was moved away.
        MovedWorkingDay = "moved_working_day",
    }
}

closed_enum! {
    /// Why nobody works on a day.
    WhyOff {
        /// Saturday or Sunday.
        Weekend = "weekend",
        /// A public holiday.
        Holiday = "holiday",
        /// A day off that was moved here.
        MovedDayOff = "moved_day_off",
    }
}

/// The days off of a jurisdiction. A named date wins over a yearly one, and both over the week.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DaysOff {
    yearly: BTreeSet<(u32, u32)>,
    named: BTreeMap<NaiveDate, DayKind>,
}

impl DaysOff {
    /// Weekends alone.
    pub fn new() -> Self {
        DaysOff::default()
    }

    /// Adds a holiday of every year; false when no year has such a day.
    pub fn add_yearly(&mut self, month: u32, day: u32) -> bool {
        // A leap year has every day that any year has.
        let exists = NaiveDate::from_ymd_opt(2028, month, day).is_some();
        exists && self.yearly.insert((month, day))
    }

    /// Names one day of one year.
    pub fn add(&mut self, day: NaiveDate, kind: DayKind) {
        self.named.insert(day, kind);
    }

    /// Why nobody works on a day; none on a working day.
    pub fn why_off(&self, day: NaiveDate) -> Option<WhyOff> {
        match self.named.get(&day) {
            Some(DayKind::Holiday) => return Some(WhyOff::Holiday),
            Some(DayKind::MovedDayOff) => return Some(WhyOff::MovedDayOff),
            Some(DayKind::MovedWorkingDay) => return None,
            None => {}
        }
        if self.yearly.contains(&(day.month(), day.day())) {
            return Some(WhyOff::Holiday);
        }
        matches!(day.weekday(), Weekday::Sat | Weekday::Sun).then_some(WhyOff::Weekend)
    }

    /// The first working day from a day on, with the days off that lie before it; none at the end of the calendar.
    pub fn next_working(&self, from: NaiveDate) -> Option<(NaiveDate, Vec<(NaiveDate, WhyOff)>)> {
        let mut skipped = Vec::new();
        let mut day = from;
        while let Some(why) = self.why_off(day) {
            skipped.push((day, why));
            day = day.checked_add_days(Days::new(1))?;
        }
        Some((day, skipped))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_named_day_wins_over_the_year_and_the_year_over_the_week() {
        let mut days = DaysOff::new();
        assert!(days.add_yearly(3, 22) && !days.add_yearly(2, 30));
        days.add(day("2027-03-24"), DayKind::MovedDayOff);
        days.add(day("2027-03-27"), DayKind::MovedWorkingDay);
        days.add(day("2028-03-22"), DayKind::MovedWorkingDay);
        assert_eq!(days.why_off(day("2027-03-22")), Some(WhyOff::Holiday));
        assert_eq!(days.why_off(day("2027-03-24")), Some(WhyOff::MovedDayOff));
        assert_eq!(
            days.why_off(day("2027-03-27")),
            None,
            "a Saturday on which people work"
        );
        assert_eq!(days.why_off(day("2027-03-28")), Some(WhyOff::Weekend));
        assert_eq!(days.why_off(day("2028-03-22")), None);
        assert_eq!(
            days.next_working(NaiveDate::MAX),
            Some((NaiveDate::MAX, vec![]))
        );
    }
}
