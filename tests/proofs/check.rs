//! A database held against what its clients were told.

use std::collections::{BTreeMap, BTreeSet};

use kelisim_api::{
    app::account::authenticate,
    clock::{Clock, SystemClock},
};
use kelisim_domain::{
    case::{Case, Event, replay},
    id::CaseId,
};
use kelisim_persistence::Failpoints;
use kelisim_persistence::store::{
    access::{Authorized, See, access_case},
    audit_verify::{Asked, audit_verify_within},
    case_event::chain_verify,
    region::region_list,
};
use sha2::{Digest, Sha256};

use super::client::Writer;
use crate::{Backend, house::House};

/// What contradicts a promise, by the promise.
#[derive(Default)]
pub struct Findings {
    /// Acknowledged, and not there.
    pub lost: Vec<String>,
    /// Took effect more than once, or without having been asked for.
    pub twice: Vec<String>,
    /// An invariant of the data that does not hold.
    pub broken: Vec<String>,
    /// A message that a change requires and that is not recorded, or one that nothing requires.
    pub messages: Vec<String>,
}

/// What the clients of a case know of it.
#[derive(Default)]
struct Known {
    version: i64,
    stage: String,
    /// Changes that were acknowledged.
    told: i64,
    /// Whether one more may have taken effect.
    is_open: bool,
    messages: usize,
}

impl Findings {
    /// Compares the cases with what was acknowledged; a change that is still unanswered may stand or not.
    pub fn compare(&mut self, house: &House, writers: &[Writer]) {
        let known = known(writers);
        let found = stored(house);
        let unanswered = writers
            .iter()
            .filter(|one| one.changes.last().is_some_and(|last| last.told.is_none()));
        let unanswered = unanswered.count();
        for (id, known) in &known {
            let told = known.version;
            match found.get(id) {
                None => self
                    .lost
                    .push(format!("case {id} was told and is not there")),
                Some((version, _)) if *version < told => {
                    self.lost.push(format!(
                        "case {id} was told at version {told} and is at {version}"
                    ));
                }
                Some((version, _)) if *version > told + i64::from(known.is_open) => {
                    self.twice.push(format!(
                        "case {id} was told at version {told} and is at {version}"
                    ));
                }
                Some((version, stage)) if *version == told && known.stage != *stage => {
                    self.lost.push(format!(
                        "case {id} is {stage}, and was told {}",
                        known.stage
                    ));
                }
                Some(_) => {}
            }
            if told != known.told {
                self.twice.push(format!(
                    "case {id}: {} answers at version {told}",
                    known.told
                ));
            }
        }
        let strangers = found.keys().filter(|id| !known.contains_key(*id)).count();
        if strangers > unanswered {
            self.twice
                .push(format!("{strangers} cases that nobody was told of"));
        }
    }

    /// As [`Findings::compare`], when everything was answered: then all must agree to the last row.
    pub fn compare_all(&mut self, house: &House, writers: &[Writer]) {
        self.compare(house, writers);
        let known = known(writers);
        let posts = |writer: &Writer| {
            writer
                .changes
                .iter()
                .filter(|change| change.seen.is_some())
                .count()
        };
        let changes: usize = writers.iter().map(posts).sum();
        let events = usize::try_from(house.database.count("case_event")).unwrap_or(0);
        if events > changes {
            self.twice
                .push(format!("{events} events after {changes} changes"));
        }
        if events < changes {
            self.lost
                .push(format!("{events} events after {changes} changes"));
        }
        let strangers = stored(house).len().saturating_sub(known.len());
        if strangers > 0 {
            self.twice
                .push(format!("{strangers} cases that nobody asked for"));
        }
        self.required(house, writers, &known);
        self.numbers(house);
        self.histories(house, known.keys());
        self.integrity(house);
    }

    /// G3: as many messages of each case as its changes require, and every one that an answer named.
    fn required(&mut self, house: &House, writers: &[Writer], known: &BTreeMap<String, Known>) {
        let rows = house.database.lines(
            "#case_id# || ' ' || count(*)",
            "outbox WHERE case_id IS NOT NULL GROUP BY case_id",
        );
        let mut found: BTreeMap<String, usize> = rows
            .iter()
            .filter_map(|row| {
                let (id, count) = row.split_once(' ')?;
                Some((id.to_owned(), count.parse().ok()?))
            })
            .collect();
        for (id, known) in known {
            let there = found.remove(id).unwrap_or(0);
            if there != known.messages {
                self.messages.push(format!(
                    "case {id} requires {} messages and has {there}",
                    known.messages
                ));
            }
        }
        for (id, count) in found {
            self.messages.push(format!(
                "{count} messages of case {id}, which nobody asked for"
            ));
        }
        let there: BTreeSet<String> = house.database.lines("#id#", "outbox").into_iter().collect();
        let seen = writers
            .iter()
            .flat_map(|writer| &writer.changes)
            .filter_map(|change| change.seen.as_ref());
        let missing = seen
            .flat_map(|seen| &seen.notices)
            .filter(|id| !there.contains(*id));
        self.messages
            .extend(missing.map(|id| format!("message {id} was named and is not there")));
    }

    /// D22: the numbers of an office and a year run without a gap, and none is used up.
    fn numbers(&mut self, house: &House) {
        let mut taken: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
        for number in house.database.lines("number", "cases") {
            let Some((series, last)) = number.rsplit_once('-') else {
                self.broken.push(format!("d22: {number}"));
                continue;
            };
            taken
                .entry(series.to_owned())
                .or_default()
                .insert(last.parse().unwrap_or(0));
        }
        let mut counted: Vec<i64> = house
            .database
            .lines("CAST(last AS text)", "case_counter")
            .iter()
            .filter_map(|last| last.parse().ok())
            .collect();
        let mut lengths = Vec::new();
        for (series, numbers) in &taken {
            let length = i64::try_from(numbers.len()).unwrap_or(0);
            if !numbers.iter().copied().eq(1..=length) {
                self.broken
                    .push(format!("d22: the numbers of {series} have a gap"));
            }
            lengths.push(length);
        }
        counted.sort_unstable();
        lengths.sort_unstable();
        if counted != lengths {
            self.broken
                .push(format!("d22: counters {counted:?} over {lengths:?} cases"));
        }
    }

    /// The chain of every case verifies, has no gap, and replays to the stored case.
    fn histories<'c>(&mut self, house: &House, cases: impl Iterator<Item = &'c String>) {
        let digest: [u8; 32] = Sha256::digest(house.token("coordinator")).into();
        let mut db = house.database.connect();
        let now = SystemClock.now();
        let actor = authenticate(&mut db, &digest, now).unwrap();
        for id in cases {
            let Ok(case_id) = id.parse::<CaseId>() else {
                self.broken.push(format!("case {id} has no id"));
                continue;
            };
            let case: Authorized<See> =
                match access_case(&mut db, &actor, case_id, now.date_naive()) {
                    Ok(case) => case,
                    // It is missing, which was said before.
                    Err(_) => continue,
                };
            let history = match case.history(&mut db, 0, 1_000) {
                Ok(history) => history,
                Err(error) => {
                    self.broken.push(format!("history of case {id}: {error}"));
                    continue;
                }
            };
            if let Err(error) = chain_verify(actor.region, &history) {
                self.broken.push(format!("case {id}: {error}"));
            }
            let events: Vec<Event> = history.into_iter().map(|one| one.event).collect();
            let replayed = replay(&events);
            if replayed.as_ref() != Some(case.case()) {
                self.broken.push(format!(
                    "case {id} is not what its events say: {}",
                    differing(replayed, case.case())
                ));
            }
        }
    }

    /// G9: whatever was killed, what is sealed of the audit log fits, and what is not waits.
    fn audit_log(&mut self, house: &House) {
        let mut db = house.database.connect();
        for region in region_list(&mut db).unwrap() {
            let asked = Asked {
                region: region.id,
                anchors: &[],
                now: SystemClock.now(),
                faults: Failpoints::NONE,
            };
            match audit_verify_within(&mut db, &asked) {
                Ok(verified) => {
                    let damage = verified.damage.map(|damage| format!("audit log: {damage}"));
                    self.broken.extend(damage);
                }
                Err(error) => self.broken.push(format!("audit log: {error}")),
            }
        }
    }

    /// What the database says of itself.
    pub fn integrity(&mut self, house: &House) {
        self.audit_log(house);
        if house.database.backend() == Backend::Sqlite {
            let faults = house.database.lines(
                "integrity_check",
                "pragma_integrity_check WHERE integrity_check <> 'ok'",
            );
            self.broken.extend(faults);
            let loose = house.database.count("pragma_foreign_key_check");
            if loose > 0 {
                self.broken.push(format!("{loose} rows point to nothing"));
            }
        }
        for (what, from) in [
            (
                "leases of messages that are not under way",
                "outbox WHERE lease_token IS NOT NULL AND state NOT IN ('waiting', 'attempting')",
            ),
            (
                "events that are not the version of their case",
                "(SELECT c.id FROM cases c JOIN case_event e ON e.region_id = c.region_id AND e.case_id = c.id GROUP BY c.region_id, c.id, c.version HAVING max(e.seq) <> c.version OR count(*) <> c.version) AS uneven",
            ),
            (
                "heads that are not the last hash",
                "cases c JOIN case_event e ON e.region_id = c.region_id AND e.case_id = c.id AND e.seq = c.version WHERE e.hash <> c.head_hash",
            ),
        ] {
            let count = house.database.count(from);
            if count > 0 {
                self.broken.push(format!("{count} {what}"));
            }
        }
    }
}

fn differing(replayed: Option<Case>, stored: &Case) -> String {
    match replayed {
        None => "no first event".to_owned(),
        Some(replayed) => format!(
            "version {} and {}, step {} and {}",
            replayed.version, stored.version, replayed.step, stored.step
        ),
    }
}

/// What the clients were told of each case.
fn known(writers: &[Writer]) -> BTreeMap<String, Known> {
    let mut all: BTreeMap<String, Known> = BTreeMap::new();
    for writer in writers {
        let mut last: Option<&str> = None;
        for change in &writer.changes {
            let Some(seen) = &change.seen else {
                if let Some(known) = last.and_then(|id| all.get_mut(id)) {
                    known.is_open = true;
                }
                continue;
            };
            let known = all.entry(seen.case.clone()).or_default();
            known.version = seen.version;
            known.stage.clone_from(&seen.stage);
            known.told += 1;
            known.messages += change.messages();
            last = Some(&seen.case);
        }
    }
    all
}

/// Version and stage of every stored case, by its id.
fn stored(house: &House) -> BTreeMap<String, (i64, String)> {
    let rows = house
        .database
        .lines("#id# || ' ' || version || ' ' || stage", "cases");
    let row = |row: &String| {
        let mut words = row.split(' ');
        let id = words.next()?.to_owned();
        let version = words.next()?.parse().ok()?;
        Some((id, (version, words.next()?.to_owned())))
    };
    rows.iter().filter_map(row).collect()
}
