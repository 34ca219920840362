//! How long each kind of data is kept, and what erasing asks for (R20).
//!
//! Nothing is erased until somebody has set a time, somebody has looked at what would go, and the coordinator has confirmed
//! exactly that. What goes is the key: rows stay, and nobody reads them any more.

use crate::{case::closed_enum, policy::Role};
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};

closed_enum! {
    /// A kind of data that is kept for a purpose of its own.
    DataKind {
        /// The content of closed cases: narrative, sides, agreement, and everything sealed with the key of the case.
        Case = "case",
        /// First answers to requests, kept for repeats.
        Answer = "answer",
        /// The confidential half of a mediator's entry in the register.
        Mediator = "mediator",
        /// Names and addresses of contacts at partner agencies.
        Contact = "contact",
        /// Reports of a danger to a child, each under a key of its own (D30).
        DangerReport = "danger_report",
        /// The audit log: keyed hashes where content is confidential.
        Audit = "audit",
    }
}

/// How long data of a kind are kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kept {
    /// As the region sets it; until then for ever.
    AsSet,
    /// So many days, by the program.
    Days(i64),
    /// As long as the entry of the register stands.
    WithTheEntry,
    /// For ever.
    Always,
}

impl DataKind {
    /// How long data of this kind are kept.
    pub fn kept(self) -> Kept {
        match self {
            DataKind::Case => Kept::AsSet,
            DataKind::Answer => Kept::Days(30),
            DataKind::Mediator | DataKind::Contact => Kept::WithTheEntry,
            DataKind::DangerReport | DataKind::Audit => Kept::Always,
        }
    }
}

/// The most months that can be set: a hundred years.
pub const MONTHS_MOST: i32 = 1_200;

/// The first day whose closings stay, when data are kept for so many months: a case closed on the day itself stays until
/// the months are over.
pub fn closed_before(today: NaiveDate, months: i32) -> NaiveDate {
    let months = Months::new(months.unsigned_abs());
    today.checked_sub_months(months).unwrap_or(NaiveDate::MIN)
}

/// How long a look holds: then the cases have to be looked at once more.
const LOOK_HOLDS: TimeDelta = TimeDelta::days(7);

/// Until when an erasure may be confirmed that was looked at then.
pub fn look_holds_until(at: DateTime<Utc>) -> DateTime<Utc> {
    at + LOOK_HOLDS
}

/// Why nothing is erased.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ErasureRefusal {
    /// No time is set, so the data are kept.
    IsKept,
    /// Nothing is due.
    NothingDue,
    /// The case is open: who works on it needs it.
    CaseIsOpen,
    /// It was looked at too long ago.
    LookIsOld,
    /// Another time has been set since it was looked at.
    RetentionChanged,
    /// It was confirmed already.
    IsConfirmed,
    /// The list of erasures, which a restore replays, is not set, not there, or not the one of this database.
    NoList,
}

impl ErasureRefusal {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        "R20"
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            ErasureRefusal::IsKept => "is_kept",
            ErasureRefusal::NothingDue => "nothing_due",
            ErasureRefusal::CaseIsOpen => "case_is_open",
            ErasureRefusal::LookIsOld => "look_is_old",
            ErasureRefusal::RetentionChanged => "retention_changed",
            ErasureRefusal::IsConfirmed => "is_confirmed",
            ErasureRefusal::NoList => "no_list",
        }
    }

    /// Who can lift it.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            ErasureRefusal::IsKept
            | ErasureRefusal::LookIsOld
            | ErasureRefusal::RetentionChanged => vec![Role::Coordinator],
            ErasureRefusal::NoList => vec![Role::Administrator],
            ErasureRefusal::NothingDue
            | ErasureRefusal::CaseIsOpen
            | ErasureRefusal::IsConfirmed => Vec::new(),
        }
    }
}

/// What a look was about, for the decision whether it may be confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Looked {
    /// When.
    pub at: DateTime<Utc>,
    /// The time that was set then; none for a case that was named.
    pub months: Option<i32>,
    /// Whether it was confirmed.
    pub is_confirmed: bool,
}

/// Whether an erasure may be confirmed now, where the data are kept for so many months today.
///
/// # Errors
/// The first reason why not.
pub fn may_confirm(
    looked: Looked,
    months: Option<i32>,
    now: DateTime<Utc>,
) -> Result<(), ErasureRefusal> {
    if looked.is_confirmed {
        return Err(ErasureRefusal::IsConfirmed);
    }
    if now > look_holds_until(looked.at) {
        return Err(ErasureRefusal::LookIsOld);
    }
    if looked.months.is_some() && looked.months != months {
        return Err(ErasureRefusal::RetentionChanged);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn r20_months_are_counted_back_by_the_calendar() {
        assert_eq!(closed_before(day("2026-11-28"), 36), day("2023-11-28"));
        assert_eq!(closed_before(day("2027-03-31"), 1), day("2027-02-28"));
        assert_eq!(closed_before(day("2028-02-29"), 12), day("2027-02-28"));
        assert!(closed_before(day("2026-11-28"), MONTHS_MOST) < day("1927-01-01"));
    }

    #[test]
    fn r20_what_is_confirmed_is_exactly_what_was_looked_at() {
        let at: DateTime<Utc> = "2026-11-22T05:00:00Z".parse().unwrap();
        let looked = Looked {
            at,
            months: Some(36),
            is_confirmed: false,
        };
        let now = at + TimeDelta::days(7);
        assert_eq!(may_confirm(looked, Some(36), now), Ok(()));
        let late = now + TimeDelta::seconds(1);
        assert_eq!(
            may_confirm(looked, Some(36), late),
            Err(ErasureRefusal::LookIsOld)
        );
        for months in [None, Some(35), Some(37)] {
            let refused = may_confirm(looked, months, now);
            assert_eq!(refused, Err(ErasureRefusal::RetentionChanged), "{months:?}");
        }
        let named = Looked {
            months: None,
            ..looked
        };
        assert_eq!(
            may_confirm(named, None, now),
            Ok(()),
            "a case that was named"
        );
        let twice = Looked {
            is_confirmed: true,
            ..looked
        };
        assert_eq!(
            may_confirm(twice, Some(36), now),
            Err(ErasureRefusal::IsConfirmed)
        );
    }
}
