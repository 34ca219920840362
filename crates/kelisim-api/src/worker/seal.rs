//! The worker that seals the audit log.
//!
//! Every two seconds it looks for entries without a seal: among those of the last seconds, for there most of them are,
//! and then at one more part of the whole log, so that an entry that came late is found too, whatever its time says.
//! When it begins it looks through everything once, at a pace that leaves most of the time to the people: a database that
//! comes from an older program may have years to seal. Several may run; the store lets one of them seal at a time.

use std::{
    collections::BTreeMap,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::id::RegionId;
use kelisim_persistence::{
    Database, Db, Error, SystemPart,
    store::{
        audit_seal::{Prepared, audit_scan, audit_seal_add, first_id},
        region::region_list,
    },
};
use tokio::{sync::Mutex, time::sleep};
use uuid::Uuid;

use crate::app::App;

/// How many times as long as it works the first look through everything rests.
const PATIENCE: u32 = 4;

/// Sizes and times; everything is bounded.
#[derive(Debug, Clone)]
pub struct Options {
    /// Entries that are sealed in one transaction: nobody else writes to SQLite meanwhile.
    pub batch: i64,
    /// Rows of the log that are looked at in one question.
    pub rows: i64,
    /// How far back the last look is repeated: a transaction takes some time from its instant to its commit.
    pub overlap: TimeDelta,
    /// The time between two looks.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 200,
            rows: 2_000,
            overlap: TimeDelta::seconds(10),
            poll: Duration::from_secs(2),
        }
    }
}

/// Seals the log; clones share what they know.
#[derive(Clone)]
pub struct Sealer {
    inner: Arc<Inner>,
}

struct Inner {
    app: Arc<App>,
    options: Options,
    sealed: AtomicU64,
    /// How far the log of each region was looked through.
    places: Mutex<BTreeMap<RegionId, Place>>,
}

/// Where a sealer stands in the log of a region.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// When it last looked at the newest entries; none before everything was looked through once.
    looked_at: Option<DateTime<Utc>>,
    /// How far the slow look through everything has come.
    sweep: Uuid,
}

impl Sealer {
    /// A sealer that has not begun.
    pub fn new(app: Arc<App>, options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                app,
                options,
                sealed: AtomicU64::new(0),
                places: Mutex::default(),
            }),
        }
    }

    /// How many entries it has sealed.
    pub fn sealed(&self) -> u64 {
        self.inner.sealed.load(Ordering::Relaxed)
    }

    /// Works until `stop` is ready.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            // Each step is a transaction of its own, so a stop may come between any two.
            let round = tokio::select! {
                biased;
                () = &mut stop => return,
                round = self.inner.round() => round,
            };
            if let Err(error) = round {
                tracing::warn!(%error, "the audit log cannot be sealed; it is tried again");
            }
            tokio::select! {
                () = &mut stop => return,
                () = sleep(self.inner.options.poll) => {}
            }
        }
    }

    /// Seals everything that is there now, and answers how many entries that were.
    ///
    /// For commands, the demo and tests.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn drain(&self) -> Result<u64, Error> {
        let mut sealed = 0;
        for region in self.inner.regions().await? {
            sealed += self.inner.seal_behind(region, Uuid::nil(), 0).await?;
        }
        Ok(sealed)
    }
}

impl Inner {
    fn database(&self) -> Database {
        self.app.database.as_system(SystemPart::Worker)
    }

    async fn regions(&self) -> Result<Vec<RegionId>, Error> {
        let regions = self.database().read(region_list).await?;
        Ok(regions.into_iter().map(|region| region.id).collect())
    }

    async fn round(&self) -> Result<(), Error> {
        let mut places = self.places.lock().await;
        for region in self.regions().await? {
            let now = self.app.clock.now();
            let place = places.entry(region).or_insert(Place {
                looked_at: None,
                sweep: Uuid::nil(),
            });
            match place.looked_at {
                None => {
                    self.seal_behind(region, Uuid::nil(), PATIENCE).await?;
                }
                Some(looked_at) => {
                    // A clock that was set back looks back as far.
                    let since = looked_at.min(now) - self.options.overlap;
                    self.seal_behind(region, first_id(since), 0).await?;
                    let next = self.seal_part(region, place.sweep).await?;
                    place.sweep = next.unwrap_or(Uuid::nil());
                }
            }
            place.looked_at = Some(now);
        }
        Ok(())
    }

    /// Seals everything behind an id, and rests so many times as long as each part took.
    async fn seal_behind(&self, region: RegionId, after: Uuid, rests: u32) -> Result<u64, Error> {
        let before = self.sealed.load(Ordering::Relaxed);
        let mut after = Some(after);
        while let Some(place) = after {
            let started = Instant::now();
            after = self.seal_part(region, place).await?;
            sleep(started.elapsed() * rests).await;
        }
        Ok(self.sealed.load(Ordering::Relaxed) - before)
    }

    /// Seals what one part of the log holds, and gives the id behind which the next part begins.
    async fn seal_part(&self, region: RegionId, after: Uuid) -> Result<Option<Uuid>, Error> {
        let Options { rows, batch, .. } = self.options;
        // Entries do not change, so their hashes are made outside the transaction that seals.
        let faults = self.app.faults.clone();
        let look = move |db: &mut Db| {
            let scan = audit_scan(db, region, after, rows, batch)?;
            let unsealed = scan.unsealed.into_iter();
            let prepared: Vec<Prepared> = unsealed.map(|one| one.prepared(&faults)).collect();
            Ok::<_, Error>((prepared, scan.next))
        };
        let (prepared, next) = self.database().read(look).await?;
        if prepared.is_empty() {
            return Ok(next);
        }
        let seal = move |db: &mut Db| audit_seal_add(db, region, prepared);
        match self.database().write(seal).await {
            Ok(sealed) => {
                self.sealed.fetch_add(sealed as u64, Ordering::Relaxed);
                Ok(next)
            }
            // Another worker was faster; what it left is found by the next look.
            Err(Error::Conflict { what }) => {
                tracing::debug!(what, "another worker seals");
                Ok(next)
            }
            Err(error) => Err(error),
        }
    }
}
