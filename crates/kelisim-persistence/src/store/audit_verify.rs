//! Verifying the log of a region: the chain page by page, with the next page read while one is hashed.

use std::cell::RefCell;
use std::thread::{self, JoinHandle};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use kelisim_domain::audit::{Anchor, Damage, Head, Link, Verifier};
use kelisim_domain::id::RegionId;
use uuid::Uuid;

use super::audit_list::{Found, audit_chain};
use super::audit_seal::{audit_scan, first_id};
use crate::connection::Db;
use crate::error::Error;
use crate::faults::Failpoints;
use crate::schema::{audit_entry, audit_seal, case_event};
use crate::transaction::Database;
use crate::types::Uid;

/// Seals that are held in memory at once.
const PAGE: i64 = 4_000;
/// Fewer links than this are hashed on one thread.
const ALONE: usize = 500;
/// The most threads that hash.
const THREADS_MOST: usize = 8;
/// Rows that are looked through at once for entries without a seal.
const SCAN: i64 = 10_000;
/// Entries without a seal that are counted one by one.
const UNSEALED_MOST: i64 = 10_000;

/// What was found.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The last seal that fits.
    pub head: Head,
    /// Anchors that were compared.
    pub anchors: usize,
    /// The first damage; none when everything is as it was sealed.
    pub damage: Option<Damage>,
    /// What waits for its seal.
    pub unsealed: Waiting,
}

/// Entries that are not sealed yet. That is no damage: the worker seals them, and a worker that does not run is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// How many.
    pub count: u64,
    /// When the oldest of them was made.
    pub oldest: Option<DateTime<Utc>>,
}

/// What is verified, and against what.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The region.
    pub region: RegionId,
    /// Anchors; those of other regions are passed over.
    pub anchors: &'a [Anchor],
    /// The instant, to know what is new.
    pub now: DateTime<Utc>,
    /// Proofs only.
    pub faults: Failpoints,
}

/// Verifies the log of a region against anchors; `progress` hears how many seals were looked at.
///
/// # Errors
/// Those of the database. Damage is no error but an answer.
pub fn audit_verify(
    database: &Database,
    asked: &Asked<'_>,
    progress: impl FnMut(i64),
) -> Result<Verified, Error> {
    let (region, now) = (asked.region, asked.now);
    let ahead = RefCell::new(None);
    let page = |after| ahead_of(database, region, &ahead, after);
    let (verifier, damage) = walk(asked, page, progress)?;
    let unsealed = match damage {
        None => database.read_blocking(move |db| audit_waiting(db, region, now))?,
        Some(_) => Waiting::default(),
    };
    Ok(verified(&verifier, damage, unsealed))
}

/// As [`audit_verify`], in the transaction of the caller.
///
/// # Errors
/// Those of the database.
pub fn audit_verify_within(db: &mut Db, asked: &Asked<'_>) -> Result<Verified, Error> {
    let (region, now) = (asked.region, asked.now);
    let held = RefCell::new(&mut *db);
    let page = |after| audit_chain(&mut held.borrow_mut(), region, after, PAGE);
    let (verifier, damage) = walk(asked, page, |_| {})?;
    let unsealed = match damage {
        None => audit_waiting(db, region, now)?,
        Some(_) => Waiting::default(),
    };
    Ok(verified(&verifier, damage, unsealed))
}

fn verified(verifier: &Verifier, damage: Option<Damage>, unsealed: Waiting) -> Verified {
    Verified {
        head: verifier.head(),
        anchors: verifier.anchors_passed(),
        damage,
        unsealed,
    }
}

/// The number of the last seal, for a progress bar.
///
/// # Errors
/// Those of the database.
pub fn audit_length(db: &mut Db, region: RegionId) -> Result<i64, Error> {
    Ok(super::audit_seal::audit_head(db, region)?.seq)
}

/// What has no seal yet.
///
/// # Errors
/// Those of the database.
pub fn audit_waiting(db: &mut Db, region: RegionId, now: DateTime<Utc>) -> Result<Waiting, Error> {
    let id = Uid::from(region);
    let entries: i64 = audit_entry::table
        .filter(audit_entry::region_id.eq(id))
        .count()
        .get_result(db)?;
    let events: i64 = case_event::table
        .filter(case_event::region_id.eq(id))
        .count()
        .get_result(db)?;
    let seals: i64 = audit_seal::table
        .filter(audit_seal::region_id.eq(id))
        .count()
        .get_result(db)?;
    let count = u64::try_from(entries + events - seals).unwrap_or(0);
    if count == 0 {
        return Ok(Waiting::default());
    }
    // Most of the time they are the newest; only when not, everything is looked through.
    let near = first_id(now - TimeDelta::minutes(15));
    let mut found = oldest_behind(db, region, near)?;
    if found.count < count {
        found = oldest_behind(db, region, Uuid::nil())?;
    }
    Ok(Waiting {
        count,
        oldest: found.oldest,
    })
}

fn oldest_behind(db: &mut Db, region: RegionId, mut after: Uuid) -> Result<Waiting, Error> {
    let mut found = Waiting::default();
    loop {
        let scan = audit_scan(db, region, after, SCAN, UNSEALED_MOST)?;
        for one in &scan.unsealed {
            found.count += 1;
            found.oldest = found.oldest.into_iter().chain([one.entry.at]).min();
        }
        match scan.next {
            Some(next) => after = next,
            None => return Ok(found),
        }
    }
}

/// Goes along the chain to its end, or to the first damage.
fn walk(
    asked: &Asked<'_>,
    page: impl Fn(i64) -> Result<Vec<Found>, Error>,
    mut progress: impl FnMut(i64),
) -> Result<(Verifier, Option<Damage>), Error> {
    let mut verifier = Verifier::new(asked.region, asked.anchors);
    let page = |after| Ok::<_, Error>(links(page(after)?, &asked.faults));
    loop {
        let after = verifier.head().seq;
        let links = page(after)?;
        if links.is_empty() {
            let damage = verifier.end().err().map(|damage| *damage);
            return Ok((verifier, damage));
        }
        let misfit = links.iter().find_map(|link| verifier.take(link).err());
        let hash_at = |seq: i64| {
            let place = usize::try_from(seq - after - 1).ok()?;
            links.get(place).map(|link| link.hash)
        };
        if let Err(damage) = verifier.compare(hash_at) {
            return Ok((verifier, Some(*damage)));
        }
        if let Some(misfit) = misfit {
            let from = verifier.head().seq;
            let damage = verifier.judge(&misfit, || Ok(Rest::new(&page, from)))?;
            return Ok((verifier, Some(damage)));
        }
        progress(verifier.head().seq);
    }
}

/// The links of a page, hashed on every core.
fn links(mut page: Vec<Found>, faults: &Failpoints) -> Vec<Link> {
    let linked = |part: Vec<Found>| -> Vec<Link> {
        part.into_iter().map(|found| found.link(faults)).collect()
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    if page.len() < ALONE || threads == 1 {
        return linked(page);
    }
    let share = page.len().div_ceil(threads.min(THREADS_MOST));
    let mut parts = Vec::with_capacity(threads);
    while !page.is_empty() {
        let rest = page.split_off(share.min(page.len()));
        parts.push(std::mem::replace(&mut page, rest));
    }
    thread::scope(|scope| {
        let parts: Vec<_> = parts
            .into_iter()
            .map(|part| scope.spawn(move || linked(part)))
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().unwrap_or_default())
            .collect()
    })
}

/// The links behind a number, page after page.
struct Rest<'a, P> {
    page: &'a P,
    after: i64,
    held: std::vec::IntoIter<Link>,
    is_over: bool,
}

impl<'a, P> Rest<'a, P> {
    fn new(page: &'a P, after: i64) -> Self {
        Self {
            page,
            after,
            held: Vec::new().into_iter(),
            is_over: false,
        }
    }
}

impl<P: Fn(i64) -> Result<Vec<Link>, Error>> Iterator for Rest<'_, P> {
    type Item = Result<Link, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(link) = self.held.next() {
            self.after = link.seq;
            return Some(Ok(link));
        }
        if self.is_over {
            return None;
        }
        match (self.page)(self.after) {
            Err(error) => {
                self.is_over = true;
                Some(Err(error))
            }
            Ok(page) => {
                self.is_over = page.is_empty();
                self.held = page.into_iter();
                self.next()
            }
        }
    }
}

/// A page that is being read: the number that it lies behind, and who reads it.
type Ahead = Option<(i64, JoinHandle<Result<Vec<Found>, Error>>)>;

/// A page, and the next one on its way.
fn ahead_of(
    database: &Database,
    region: RegionId,
    ahead: &RefCell<Ahead>,
    after: i64,
) -> Result<Vec<Found>, Error> {
    let read = move |database: &Database| {
        database.read_blocking(move |db| audit_chain(db, region, after, PAGE))
    };
    let page = match ahead.borrow_mut().take() {
        Some((number, reading)) if number == after => reading
            .join()
            .map_err(|_| Error::broken("audit verify", "a reading thread has panicked"))??,
        _ => read(database)?,
    };
    if let Some(last) = page.last() {
        let (database, after) = (database.clone(), last.seq());
        let reading = thread::spawn(move || {
            database.read_blocking(move |db| audit_chain(db, region, after, PAGE))
        });
        *ahead.borrow_mut() = Some((after, reading));
    }
    Ok(page)
}
