//! The model's own calendar: local days of Oral, days off, and when a term ends (D15).
//!
//! Written from the rule book and the legal profile, not from the program: the zone is five hours before Greenwich, and
//! nobody works at weekends and on the holidays of every year.

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};

/// How far the clocks of Oral are ahead, in hours; from 2024 on they do not change.
const AHEAD_HOURS: i64 = 5;
/// Month and day of the holidays of every year.
const HOLIDAYS: [(u32, u32); 14] = [
    (1, 1),
    (1, 2),
    (1, 7),
    (3, 8),
    (3, 21),
    (3, 22),
    (3, 23),
    (5, 1),
    (5, 7),
    (5, 9),
    (7, 6),
    (8, 30),
    (10, 25),
    (12, 16),
];

/// What a term is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Hours of the clock.
    Hours(i64),
    /// Every day counts.
    Calendar(u64),
    /// Days on which people work count.
    Working(u64),
}

impl Length {
    /// Reads `3 working_days`.
    pub(super) fn read(text: &str) -> Self {
        let (count, unit) = text.split_once(' ').expect("a number and a unit");
        let count: u64 = count.parse().expect("a number");
        match unit {
            "hours" => Self::Hours(i64::try_from(count).expect("a few hours")),
            "calendar_days" => Self::Calendar(count),
            "working_days" => Self::Working(count),
            other => panic!("nothing is counted in {other}"),
        }
    }
}

/// The end of a term: its last day, and the first instant that is too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    pub(super) last_day: NaiveDate,
    pub(super) due_at: DateTime<Utc>,
}

/// The local day of an instant.
pub(super) fn day(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(AHEAD_HOURS)).date_naive()
}

/// The first instant of a local day.
pub(super) fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(AHEAD_HOURS)
}

fn after(day: NaiveDate, count: u64) -> NaiveDate {
    day.checked_add_days(Days::new(count)).expect("a day")
}

fn before(day: NaiveDate, count: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(count)).expect("a day")
}

/// The day before a day.
pub(super) fn day_before(day: NaiveDate) -> NaiveDate {
    before(day, 1)
}

fn is_off(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
        || HOLIDAYS.contains(&(day.month(), day.day()))
}

fn next_working(mut day: NaiveDate) -> NaiveDate {
    while is_off(day) {
        day = after(day, 1);
    }
    day
}

/// The end of a term on whose last day the sides agreed: one on which nobody works moves as any other (D15).
pub(super) fn agreed(last_day: NaiveDate) -> End {
    ends_with(next_working(last_day))
}

/// The end of the day that is the last one.
fn ends_with(last_day: NaiveDate) -> End {
    End {
        last_day,
        due_at: start_of(after(last_day, 1)),
    }
}

/// The end of a term that starts at an instant; `moves` says whether a last day on which nobody works moves on.
pub(super) fn end(starts_at: DateTime<Utc>, length: Length, paused: u64, moves: bool) -> End {
    let starts = day(starts_at);
    let counted = match length {
        Length::Hours(hours) => {
            let paused = TimeDelta::days(i64::try_from(paused).expect("a few days"));
            let due_at = starts_at + TimeDelta::hours(hours) + paused;
            let last_day = day(due_at);
            return End { last_day, due_at };
        }
        Length::Calendar(count) => after(starts, count + paused),
        Length::Working(count) => {
            let mut last = starts;
            for _ in 0..count {
                last = next_working(after(last, 1));
            }
            after(last, paused)
        }
    };
    ends_with(if moves {
        next_working(counted)
    } else {
        counted
    })
}

/// A warning so long before a day: due when its own day begins.
pub(super) fn warning(last_day: NaiveDate, length: Length) -> End {
    let warned = match length {
        Length::Hours(hours) => {
            let due_at = start_of(last_day) - TimeDelta::hours(hours);
            let last_day = day(due_at);
            return End { last_day, due_at };
        }
        Length::Calendar(count) => before(last_day, count),
        Length::Working(count) => {
            let mut warned = last_day;
            for _ in 0..count {
                warned = before(warned, 1);
                while is_off(warned) {
                    warned = before(warned, 1);
                }
            }
            warned
        }
    };
    End {
        last_day: warned,
        due_at: start_of(warned),
    }
}

/// The terms that the law sets: their length, and whether their last day moves (L9, L17, L18).
pub(super) fn of_law(name: &str, starts_at: DateTime<Utc>, paused: u64) -> End {
    let (length, moves) = match name {
        "mediation" => (Length::Calendar(30), true),
        "mediation_total" => (Length::Calendar(60), true),
        "proposal_answer" => (Length::Calendar(10), true),
        "court_pause" => (Length::Working(10), false),
        other => panic!("the law has no term {other}"),
    };
    end(starts_at, length, paused, moves)
}
