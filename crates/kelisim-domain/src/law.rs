//! The law as it is applied in one region: the legal profile, the region's own days off, and its time zone.
//!
//! Every date that Kelisim computes is computed here, and keeps how it came about (D3, D15).

use crate::{
    calendar::{DayKind, DaysOff, Deadline, Length, Rule, Zone, deadline, deadline_before},
    legal::{Profile, TermName, Version},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

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
    /// For each version of the profile, the first day on which it holds, and the days off then.
    days_off: Vec<(NaiveDate, DaysOff)>,
}

impl Law {
    /// A profile, with the days that a region has named besides.
    pub fn new(profile: Profile, zone: Zone, named: &[(NaiveDate, DayKind)]) -> Self {
        let with_named = |version: &Version| {
            let mut days = version.days_off.clone();
            named.iter().for_each(|(day, kind)| days.add(*day, *kind));
            (version.valid_from, days)
        };
        let days_off = profile.versions().iter().map(with_named).collect();
        Law {
            profile,
            zone,
            days_off,
        }
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
        self.profile.in_force_on(day)
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
        let day = self.zone.day(starts_at);
        let version = self.on(day)?;
        let term = version.term(name)?;
        let basis = Basis {
            article: term.source.article.clone(),
            profile: Some(version.version),
        };
        let rule = term.rule(days_paused);
        let end = deadline(self.zone, self.days_off(day)?, starts_at, term.length, rule)?;
        Some((end, basis))
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
        let mut versions = self.days_off.iter().rev();
        let found = versions.find(|(from, _)| *from <= day);
        found.or(self.days_off.first()).map(|(_, days)| days)
    }
}
