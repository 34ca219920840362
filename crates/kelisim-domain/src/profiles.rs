//! The versions of the legal profile that a region knows: those of the program, and those that it published.
//!
//! None is ever lost, because what a version gave is counted again by that version (D3). Retiring gives the versions that
//! came with a text a last day: whatever is dated up to it follows them, as it did before, and nothing dated after it.

use crate::{
    calendar::{DayKind, Zone},
    law::Law,
    legal::{Profile, Version},
    publish::PublishRefusal,
};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A profile as it was published.
#[derive(Clone, Debug)]
pub struct Issued {
    /// What was published.
    pub profile: Profile,
    /// The day on which it was retired.
    pub retired_on: Option<NaiveDate>,
}

/// What a region knows.
#[derive(Clone, Debug)]
pub struct Profiles {
    profile: Profile,
    last_days: BTreeMap<i32, NaiveDate>,
}

impl Profiles {
    /// Those of the program, and those that were published, oldest first.
    ///
    /// A version belongs to the first text in which it stands. The program's own are never retired, and those that came
    /// with a later release count while the region has no text of its own in force.
    pub fn known(of_program: Profile, issued: &[Issued]) -> Self {
        let mut versions: BTreeMap<i32, Version> = BTreeMap::new();
        let mut last_days = BTreeMap::new();
        for text in issued {
            for version in text.profile.versions() {
                let number = version.version;
                if versions.contains_key(&number) {
                    continue;
                }
                versions.insert(number, version.clone());
                let is_shipped = of_program.versions().contains(version);
                let last_day = text.retired_on.filter(|_| !is_shipped);
                last_days.extend(last_day.map(|day| (number, day)));
            }
        }
        let mut open = issued.iter().filter(|text| text.retired_on.is_none());
        let profile = match open.next_back() {
            Some(newest) => newest.profile.clone(),
            None => {
                for version in of_program.versions() {
                    let entry = versions.entry(version.version);
                    entry.or_insert_with(|| version.clone());
                }
                of_program
            }
        };
        Profiles {
            profile: profile.with_versions(versions.into_values().collect()),
            last_days,
        }
    }

    /// Whether a profile may be published after these: it repeats every version that ever held, and its own begin after
    /// today, so that nothing that was worked out comes out otherwise (D3).
    ///
    /// # Errors
    /// The version that is changed or left out, or that begins too early.
    pub fn may_follow(&self, new: &Profile, today: NaiveDate) -> Result<(), PublishRefusal> {
        for known in self.profile.versions() {
            let version = known.version;
            let is_kept = match new.version(version) {
                Some(repeated) => repeated == known,
                None => self.never_held(known),
            };
            if !is_kept {
                return Err(PublishRefusal::VersionChanged { version });
            }
        }
        let is_known = |version: &&Version| self.profile.version(version.version).is_some();
        let mut own = new.versions().iter().filter(|version| !is_known(version));
        match own.find(|version| version.valid_from <= today) {
            Some(Version { version, .. }) => {
                Err(PublishRefusal::BeginsTooEarly { version: *version })
            }
            None => Ok(()),
        }
    }

    /// It was retired before its first day came.
    fn never_held(&self, version: &Version) -> bool {
        let last_day = self.last_days.get(&version.version);
        last_day.is_some_and(|day| *day < version.valid_from)
    }

    /// The law, with the days that the region has named besides.
    pub fn law(self, zone: Zone, named: &[(NaiveDate, DayKind)]) -> Law {
        Law::new(self.profile, zone, named).ending(self.last_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legal::{KZ_MEDIATION, TermName};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// The shipped profile with further versions: number, first day, days of the term.
    fn profile(further: &[(i32, &str, u16)]) -> Profile {
        let (_, first) = KZ_MEDIATION.split_once("[[versions]]").unwrap();
        let mut text = KZ_MEDIATION.to_owned();
        for (number, from, days) in further {
            let version = first
                .replace("version = 1", &format!("version = {number}"))
                .replace("2011-08-05", from)
                .replace("30 calendar_days", &format!("{days} calendar_days"));
            text = format!("{text}\n[[versions]]{version}");
        }
        Profile::parse(&text).unwrap()
    }

    fn issued(further: &[(i32, &str, u16)], retired_on: Option<&str>) -> Issued {
        Issued {
            profile: profile(further),
            retired_on: retired_on.map(day),
        }
    }

    fn known(issued: &[Issued]) -> Profiles {
        Profiles::known(profile(&[]), issued)
    }

    fn holds(law: &Law, on: &str) -> i32 {
        law.on(day(on)).unwrap().version
    }

    #[test]
    fn d03_a_retired_version_holds_up_to_the_day_on_which_it_was_retired() {
        let second = [(2, "2027-01-01", 45)];
        let profiles = known(&[issued(&second, Some("2027-03-10"))]);
        let law = profiles.law(Zone::ORAL, &[]);
        let found = ["2026-12-31", "2027-01-01", "2027-03-10", "2027-03-11"];
        assert_eq!(found.map(|on| holds(&law, on)), [1, 2, 2, 1]);
        // What it gave is counted again by it on whatever day.
        let starts_at = Zone::ORAL.start_of(day("2027-06-01"));
        let (_, basis) = law.term(TermName::Mediation, starts_at, 0).unwrap();
        assert_eq!(basis.profile, Some(1));
        let basis = crate::law::Basis {
            profile: Some(2),
            ..basis
        };
        let again = law.term_again(&basis, TermName::Mediation, starts_at, 0);
        let (deadline, basis) = again.unwrap();
        assert_eq!(
            (basis.profile, deadline.length.to_string()),
            (Some(2), "45 calendar_days".to_owned())
        );
    }

    #[test]
    fn d03_a_version_that_is_repeated_by_a_later_text_stays_retired() {
        let third = [(2, "2027-01-01", 45), (3, "2027-05-01", 40)];
        let texts = [
            issued(&third[..1], Some("2027-03-10")),
            issued(&third, None),
        ];
        let law = known(&texts).law(Zone::ORAL, &[]);
        let found = ["2027-03-10", "2027-03-11", "2027-05-01"];
        assert_eq!(found.map(|on| holds(&law, on)), [2, 1, 3]);
    }

    #[test]
    fn d03_a_new_version_begins_tomorrow_or_later() {
        let ask = |from: &str| known(&[]).may_follow(&profile(&[(2, from, 45)]), day("2027-01-01"));
        let early = Err(PublishRefusal::BeginsTooEarly { version: 2 });
        assert_eq!(
            (ask("2026-12-31"), ask("2027-01-01")),
            (early.clone(), early)
        );
        assert_eq!(ask("2027-01-02"), Ok(()));
        let same = known(&[issued(&[(2, "2026-12-01", 45)], None)]);
        let again = profile(&[(2, "2026-12-01", 45)]);
        assert_eq!(
            same.may_follow(&again, day("2027-01-01")),
            Ok(()),
            "what holds is repeated"
        );
    }

    #[test]
    fn d03_what_ever_held_is_repeated_although_it_was_retired() {
        let texts = [issued(&[(2, "2027-01-01", 45)], Some("2027-03-10"))];
        let today = day("2027-03-11");
        let without = profile(&[(3, "2027-05-01", 40)]);
        let changed = Err(PublishRefusal::VersionChanged { version: 2 });
        assert_eq!(known(&texts).may_follow(&without, today), changed);
        // A mistake that nobody was held to may go, and its number is not given again.
        let texts = [issued(&[(2, "2127-01-01", 45)], Some("2027-03-10"))];
        assert_eq!(known(&texts).may_follow(&without, today), Ok(()));
        let again = profile(&[(2, "2027-05-01", 40)]);
        assert_eq!(known(&texts).may_follow(&again, today), changed);
    }

    #[test]
    fn the_law_of_the_program_is_never_without_a_version() {
        let law = known(&[issued(&[], Some("2026-11-22"))]).law(Zone::ORAL, &[]);
        assert_eq!(holds(&law, "2027-01-01"), 1);
    }
}
