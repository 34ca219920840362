//! The days of a simulation, counted once: when each begins, and on which of them people work.

use super::chance::Dice;
use crate::law::Law;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// Office hours: from nine, for so many seconds.
const OPENS: i64 = 9 * 3_600;
const OPEN_SECONDS: u32 = 9 * 3_600;
/// What is left after a day's last hour is done on the next one.
const LAST_HOUR: i64 = 17 * 3_600;

/// All days from the first one to some time after the last one.
#[derive(Debug)]
pub(super) struct Calendar {
    first: NaiveDate,
    /// The second at which each day begins.
    begins: Vec<i64>,
    /// How many working days lie before each day.
    worked: Vec<u32>,
    /// The places of the working days.
    working: Vec<u32>,
}

impl Calendar {
    pub(super) fn new(law: &Law, first: NaiveDate, days: usize) -> Self {
        let mut calendar = Calendar {
            first,
            begins: Vec::with_capacity(days),
            worked: Vec::with_capacity(days),
            working: Vec::new(),
        };
        for (place, day) in (0_u32..).zip(first.iter_days().take(days)) {
            calendar.begins.push(law.zone().start_of(day).timestamp());
            calendar.worked.push(calendar.working.len() as u32);
            if law.works_on(day) {
                calendar.working.push(place);
            }
        }
        calendar
    }

    /// The place of the day of an instant.
    pub(super) fn place(&self, at: i64) -> usize {
        let last = self.begins.len() - 1;
        let guess = (at - self.begins[0]).div_euclid(86_400);
        let mut place = usize::try_from(guess).unwrap_or(0).min(last);
        // A day that is longer or shorter than 24 hours moves the guess by one.
        while place > 0 && self.begins[place] > at {
            place -= 1;
        }
        while place < last && self.begins[place + 1] <= at {
            place += 1;
        }
        place
    }

    /// The local day of an instant.
    pub(super) fn day(&self, at: i64) -> NaiveDate {
        let place = self.place(at) as u64;
        self.first
            .checked_add_days(Days::new(place))
            .unwrap_or(NaiveDate::MAX)
    }

    /// Some moment of office hours, so many working days later.
    pub(super) fn later(&self, at: i64, days: u16, dice: &mut Dice) -> i64 {
        let today = self.place(at);
        let worked = self.worked[today] as usize;
        let is_working = self.working.get(worked) == Some(&(today as u32));
        let is_late = is_working && at - self.begins[today] > LAST_HOUR;
        self.moment(worked + usize::from(days) + usize::from(is_late), at, dice)
    }

    /// Some moment of office hours on the first working day from a day on.
    pub(super) fn on_or_after(&self, day: NaiveDate, at: i64, dice: &mut Dice) -> i64 {
        let place = usize::try_from((day - self.first).num_days()).unwrap_or(0);
        let place = place.min(self.worked.len() - 1).max(self.place(at));
        self.moment(self.worked[place] as usize, at, dice)
    }

    fn moment(&self, working: usize, not_before: i64, dice: &mut Dice) -> i64 {
        let begins = |place: &u32| self.begins[*place as usize];
        // Behind the end of the calendar nothing is looked at any more.
        let day = self.working.get(working).map_or(i64::MAX / 2, begins);
        let at = day + OPENS + i64::from(dice.below(OPEN_SECONDS));
        let soon = not_before + 240 + i64::from(dice.below(1_260));
        at.max(soon)
    }

    /// The opening of the next working day.
    pub(super) fn next_morning(&self, at: i64, dice: &mut Dice) -> i64 {
        let today = self.place(at);
        let worked = self.worked[today] as usize;
        let is_working = self.working.get(worked) == Some(&(today as u32));
        let next = self.working.get(worked + usize::from(is_working));
        let begins = |place: &u32| self.begins[*place as usize];
        next.map_or(i64::MAX / 2, begins) + OPENS + i64::from(dice.below(3_600))
    }

    /// The time between two instants, in tenths of a working day.
    pub(super) fn spent(&self, from: i64, to: i64) -> u32 {
        self.tenths(to).saturating_sub(self.tenths(from))
    }

    fn tenths(&self, at: i64) -> u32 {
        let today = self.place(at);
        let worked = self.worked[today];
        let is_working = self.working.get(worked as usize) == Some(&(today as u32));
        let open = (at - self.begins[today] - OPENS).clamp(0, i64::from(OPEN_SECONDS));
        let part = if is_working {
            open * 10 / i64::from(OPEN_SECONDS)
        } else {
            0
        };
        worked * 10 + part as u32
    }

    /// The week of an instant, from 0.
    pub(super) fn week(&self, at: i64) -> usize {
        self.place(at) / 7
    }
}

/// An instant of whole seconds.
pub(super) fn instant(at: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(at)
}
