//! The law as it is applied in one region: the legal profile, the region's own days off, and its time zone.
//!
//! Every date that Kelisim computes is computed here, and keeps how it came about (D3, D15).

use crate::{
    calendar::{DayKind, DaysOff, Deadline, Length, Moved, Rule, Zone, deadline, deadline_before},
    legal::{Profile, TermName, Version},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the length of a term comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// The article of the law, where one is known; none for a length of the network's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// The version of the legal profile that was used; none for a length of the network's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<i32>,
}

/// The law of a region.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Law {
    profile: Profile,
    zone: Zone,
    /// The days off by each version of the profile, in their order.
    days_off: Vec<DaysOff>,
    /// The last day of each version that was retired.
    last_days: BTreeMap<i32, NaiveDate>,
}

impl Law {
    /// A profile, with the days that a region has named besides.
    pub fn new(profile: Profile, zone: Zone, named: &[(NaiveDate, DayKind)]) -> Self {
        let with_named = |version: &Version| {
            let mut days = version.days_off.clone();
            named.iter().for_each(|(day, kind)| days.add(*day, *kind));
            days
        };
        let days_off = profile.versions().iter().map(with_named).collect();
        Law {
            profile,
            zone,
            days_off,
            last_days: BTreeMap::new(),
        }
    }

    /// The same law, of which some versions hold up to a day and not longer, because they were retired.
    ///
    /// They are there all the same: what one of them gave is counted again by it (D3).
    pub fn ending(self, last_days: BTreeMap<i32, NaiveDate>) -> Self {
        Law { last_days, ..self }
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The time zone.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// The version in force on a day (D3).
    pub fn on(&self, day: NaiveDate) -> Option<&Version> {
        self.profile.versions().get(self.place(day)?)
    }

    /// The version by which something was worked out: the one that it names, else that of its day (D3).
    pub fn of(&self, basis: &Basis, day: NaiveDate) -> Option<&Version> {
        let named = basis
            .profile
            .and_then(|number| self.profile.version(number));
        named.or_else(|| self.on(day))
    }

    /// The end of a term that the law sets, which starts at an instant (D3, D15).
    ///
    /// None before the law was in force, or behind the end of the calendar.
    pub fn term(
        &self,
        name: TermName,
        starts_at: DateTime<Utc>,
        days_paused: u16,
    ) -> Option<(Deadline, Basis)> {
        self.term_again(&Basis::default(), name, starts_at, days_paused)
    }

    /// As [`Law::term`], of a term that was worked out before: by the version that it names, whatever holds today (D3).
    pub fn term_again(
        &self,
        basis: &Basis,
        name: TermName,
        starts_at: DateTime<Utc>,
        days_paused: u16,
    ) -> Option<(Deadline, Basis)> {
        let version = self.of(basis, self.zone.day(starts_at))?;
        let term = version.term(name)?;
        let basis = Basis {
            article: term.source.article.clone(),
            profile: Some(version.version),
        };
        let days_off = self.days_off_by(version)?;
        let rule = term.rule(days_paused);
        let end = deadline(self.zone, days_off, starts_at, term.length, rule)?;
        Some((end, basis))
    }

    /// The last day of a term that people have agreed on, moved over days off as the version says that gave the term (D3,
    /// D15), with the days over which it was moved.
    ///
    /// None before the law was in force, or behind the end of the calendar.
    pub fn agreed(
        &self,
        basis: &Basis,
        name: TermName,
        starts_on: NaiveDate,
        last_day: NaiveDate,
    ) -> Option<(NaiveDate, Vec<Moved>)> {
        let version = self.of(basis, starts_on)?;
        if !version.term(name)?.moves_to_working_day {
            return Some((last_day, Vec::new()));
        }
        let (moved_to, over) = self.days_off_by(version)?.next_working(last_day)?;
        let moved = over.into_iter().map(|(over, why)| Moved { over, why });
        Some((moved_to, moved.collect()))
    }

    /// The end of a term of the network's own.
    pub fn own(
        &self,
        length: Length,
        starts_at: DateTime<Utc>,
        days_paused: u16,
    ) -> Option<Deadline> {
        let days_off = self.days_off(self.zone.day(starts_at))?;
        let rule = Rule {
            moves_to_working_day: false,
            days_paused,
        };
        deadline(self.zone, days_off, starts_at, length, rule)
    }

    /// The beginning of the day that lies so long before another.
    pub fn before(&self, length: Length, day: NaiveDate) -> Option<Deadline> {
        deadline_before(self.zone, self.days_off(day)?, day, length)
    }

    /// Whether people work on a day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        self.days_off(day)
            .is_none_or(|days| days.why_off(day).is_none())
    }

    fn days_off(&self, day: NaiveDate) -> Option<&DaysOff> {
        // Before the law began there were days off too.
        self.days_off.get(self.place(day).unwrap_or(0))
    }

    fn days_off_by(&self, version: &Version) -> Option<&DaysOff> {
        let mut versions = self.profile.versions().iter();
        let place = versions.position(|one| one.version == version.version)?;
        self.days_off.get(place)
    }

    /// Where the version of a day stands in the profile.
    fn place(&self, day: NaiveDate) -> Option<usize> {
        let holds = |version: &Version| {
            let last_day = self.last_days.get(&version.version);
            version.valid_from <= day && last_day.is_none_or(|last| day <= *last)
        };
        self.profile.versions().iter().rposition(holds)
    }
}
