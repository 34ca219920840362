//! A plan in words: which failpoint does what, and when.
//!
//! ```text
//! db.before_commit=kill@3          the third time it is passed, the process ends
//! outbox.settle_read=sleep:50%10   in ten of a hundred times, fifty milliseconds pass
//! db.after_commit=error:commit_unknown
//! defect.answer_before_commit      the program has this defect
//! note=/tmp/points                 the name of each point goes into this file when it is first passed
//! seed=7                           where the dice of the percentages begin
//! ```
//!
//! Parts are separated by `,` or `;`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{Defect, Faults, Point};
use crate::error::Error;

/// What the failpoints of one process do.
#[derive(Debug)]
pub struct Plan {
    rules: BTreeMap<Point, Rule>,
    defects: BTreeSet<Defect>,
    note: Option<PathBuf>,
    passed: Mutex<Passed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    act: Act,
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// The process ends at once.
    Kill,
    /// The operation fails with an error of this kind.
    Fail(Kind),
    /// The thread waits.
    Sleep(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Busy,
    Unavailable,
    CommitUnknown,
    RolledBack,
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// That time only, counted from 1.
    Nth(u64),
    /// In so many of a hundred times.
    Percent(u32),
}

/// What has happened so far.
#[derive(Debug)]
struct Passed {
    times: BTreeMap<Point, u64>,
    dice: StdRng,
}

const KINDS: [(&str, Kind); 5] = [
    ("busy", Kind::Busy),
    ("unavailable", Kind::Unavailable),
    ("commit_unknown", Kind::CommitUnknown),
    ("rolled_back", Kind::RolledBack),
    ("broken", Kind::Broken),
];

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (mut rules, mut defects) = (BTreeMap::new(), BTreeSet::new());
        let (mut note, mut seed) = (None, 0);
        for part in text.split([',', ';']).map(str::trim) {
            match part.split_once('=') {
                _ if part.is_empty() => {}
                None => {
                    let known = Defect::ALL.into_iter().find(|known| known.code() == part);
                    let defect = known.ok_or_else(|| {
                        format!("{part:?} is no defect, and a point needs =ACTION")
                    })?;
                    defects.insert(defect);
                }
                Some(("seed", number)) => seed = number_of("seed", number)?,
                Some(("note", path)) => note = Some(PathBuf::from(path)),
                Some((name, rule)) => {
                    let point = point_of(name)?;
                    let rule = rule_of(rule).map_err(|fault| format!("{name}: {fault}"))?;
                    if rules.insert(point, rule).is_some() {
                        return Err(format!("{name} stands twice"));
                    }
                }
            }
        }
        let passed = Passed {
            times: BTreeMap::new(),
            dice: StdRng::seed_from_u64(seed),
        };
        Ok(Self {
            rules,
            defects,
            note,
            passed: Mutex::new(passed),
        })
    }
}

fn point_of(name: &str) -> Result<Point, String> {
    let known = Point::ALL.into_iter().find(|point| point.code() == name);
    known.ok_or_else(|| {
        let nearest = Point::ALL
            .into_iter()
            .min_by_key(|point| strsim::damerau_levenshtein(point.code(), name));
        let nearest = nearest.map_or("", Point::code);
        format!("{name:?} is no failpoint; the nearest is {nearest}")
    })
}

fn rule_of(text: &str) -> Result<Rule, String> {
    let (act, when) = match (text.split_once('@'), text.split_once('%')) {
        (Some(_), Some(_)) => return Err("either @ or %, not both".to_owned()),
        (Some((act, count)), None) => match number_of("the count after @", count)? {
            0 => return Err("the first time is @1".to_owned()),
            count => (act, When::Nth(count)),
        },
        (None, Some((act, percent))) => match number_of("the percentage", percent)? {
            percent @ 0..=100 => (act, When::Percent(u32::try_from(percent).unwrap_or(100))),
            _ => return Err("a percentage is at most 100".to_owned()),
        },
        (None, None) => (text, When::Always),
    };
    let act = match act.split_once(':') {
        None if act == "kill" => Act::Kill,
        Some(("sleep", time)) => {
            Act::Sleep(Duration::from_millis(number_of("the milliseconds", time)?))
        }
        Some(("error", name)) => {
            let known = KINDS.into_iter().find(|(known, _)| *known == name);
            let names = KINDS.map(|(name, _)| name).join(", ");
            let (_, kind) = known.ok_or_else(|| format!("error:{name} is none of {names}"))?;
            Act::Fail(kind)
        }
        _ => {
            return Err(format!(
                "{act:?} is none of kill, error:KIND, sleep:MILLISECONDS"
            ));
        }
    };
    Ok(Rule { act, when })
}

fn number_of(what: &str, text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{what} is a whole number, not {text:?}"))
}

impl Plan {
    /// Counts the passage, and says what is to happen.
    fn due(&self, point: Point) -> Option<Act> {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        let times = passed.times.entry(point).or_default();
        *times += 1;
        let times = *times;
        if let (1, Some(path)) = (times, &self.note) {
            let file = OpenOptions::new().create(true).append(true).open(path);
            // A note that cannot be written is missed by whoever reads the file.
            let _ = file.and_then(|mut file| writeln!(file, "{}", point.code()));
        }
        let rule = self.rules.get(&point)?;
        let is_due = match rule.when {
            When::Always => true,
            When::Nth(count) => times == count,
            When::Percent(percent) => passed.dice.random_range(0..100) < percent,
        };
        is_due.then_some(rule.act)
    }
}

impl Faults for Plan {
    fn at(&self, point: Point) -> Result<(), Error> {
        let detail = || format!("asked for at {}", point.code());
        match self.due(point) {
            None => Ok(()),
            // SIGABRT and not SIGKILL, which nobody can send to themselves here without `unsafe`; it
            // flushes nothing, runs no destructor and lets no other thread go on, which is the same.
            Some(Act::Kill) => std::process::abort(),
            Some(Act::Sleep(time)) => {
                sleep(time);
                Ok(())
            }
            Some(Act::Fail(kind)) => Err(match kind {
                Kind::Busy => Error::Busy,
                Kind::Unavailable => Error::Unavailable { detail: detail() },
                Kind::CommitUnknown => Error::CommitUnknown { detail: detail() },
                Kind::RolledBack => Error::RolledBack { detail: detail() },
                Kind::Broken => Error::broken("failpoint", detail()),
            }),
        }
    }

    fn has(&self, defect: Defect) -> bool {
        self.defects.contains(&defect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(text: &str) -> Plan {
        text.parse().unwrap()
    }

    #[test]
    fn a_plan_does_what_it_says_when_it_says_it() {
        let plan = plan("db.before_commit=error:busy@2; outbox.settle_read=error:broken");
        assert!(plan.at(Point::AfterCommit).is_ok());
        assert!(plan.at(Point::BeforeCommit).is_ok());
        assert!(matches!(plan.at(Point::BeforeCommit), Err(Error::Busy)));
        assert!(plan.at(Point::BeforeCommit).is_ok());
        assert!(matches!(
            plan.at(Point::SettleRead),
            Err(Error::Broken { .. })
        ));
        assert!(!plan.has(Defect::SkipLeaseCheck));
        assert!(super::tests::plan("defect.skip_lease_check").has(Defect::SkipLeaseCheck));
    }

    #[test]
    fn the_same_seed_throws_the_same_dice() {
        let thrown = |seed: &str| -> Vec<bool> {
            let plan = plan(&format!("db.before_job=error:busy%30,{seed}"));
            (0..200)
                .map(|_| plan.at(Point::BeforeJob).is_err())
                .collect()
        };
        assert_eq!(thrown("seed=7"), thrown("seed=7"));
        assert_ne!(thrown("seed=7"), thrown("seed=8"));
        let count = thrown("seed=7").into_iter().filter(|due| *due).count();
        assert!((30..=90).contains(&count), "{count} of 200");
    }

    #[test]
    fn a_plan_that_makes_no_sense_is_refused_in_words() {
        for (text, said) in [
            ("db.befor_commit=kill", "the nearest is db.before_commit"),
            ("db.before_commit", "a point needs =ACTION"),
            ("db.before_commit=die", "none of kill, error:KIND, sleep"),
            ("db.before_commit=error:full", "error:full is none of busy,"),
            ("db.before_commit=kill@0", "the first time is @1"),
            ("db.before_commit=kill@x", "not \"x\""),
            ("db.before_commit=kill%101", "at most 100"),
            ("db.before_commit=kill@1%5", "not both"),
            (
                "db.before_commit=kill,db.before_commit=kill",
                "stands twice",
            ),
            ("seed=-1", "seed is a whole number"),
        ] {
            let fault = text.parse::<Plan>().expect_err(text);
            assert!(fault.contains(said), "{text}: {fault}");
        }
        assert!("".parse::<Plan>().is_ok());
    }

    #[test]
    fn every_name_is_its_own() {
        let names: BTreeSet<&str> = Point::ALL.into_iter().map(Point::code).collect();
        assert_eq!(names.len(), Point::ALL.len());
    }
}
