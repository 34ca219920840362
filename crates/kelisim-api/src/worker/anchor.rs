//! The worker that writes the head of the audit log down outside the database (R22).
//!
//! Every ten minutes, where a place is configured and the log has grown. An anchor that cannot be written is an alarm in
//! the log and in the metrics, and is tried again half a minute later; one that is written twice harms nothing.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use kelisim_domain::{audit::Anchor, region::Region};
use kelisim_persistence::{
    Db, Error, SystemPart,
    store::{
        audit_anchor::{audit_anchor_insert, audit_anchor_last},
        audit_seal::audit_head,
        region::region_list,
    },
};
use tokio::time::sleep;

use crate::{anchoring::Place, app::App};

/// The time between two looks.
const POLL: Duration = Duration::from_secs(30);

/// Writes anchors; clones share what they know.
#[derive(Clone)]
pub struct Anchors {
    inner: Arc<Inner>,
}

struct Inner {
    app: Arc<App>,
    place: Option<Place>,
    every: TimeDelta,
    failing: AtomicBool,
}

impl Anchors {
    /// A worker that has not begun; without a place it has nothing to do.
    pub fn new(app: Arc<App>, place: Option<Place>, every: TimeDelta) -> Self {
        let failing = AtomicBool::new(false);
        Self {
            inner: Arc::new(Inner {
                app,
                place,
                every,
                failing,
            }),
        }
    }

    /// Whether the last anchor could not be written.
    pub fn is_failing(&self) -> bool {
        self.inner.failing.load(Ordering::Relaxed)
    }

    /// Works until `stop` is ready.
    pub async fn run(&self, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let Some(place) = &self.inner.place else {
            return stop.await;
        };
        loop {
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = self.inner.look(place) => {}
            }
            tokio::select! {
                () = &mut stop => return,
                () = sleep(POLL) => {}
            }
        }
    }

    /// Writes down every head that is due, now; gives the anchors.
    ///
    /// # Errors
    /// In words: the database, or the place.
    pub async fn write_due(&self) -> Result<Vec<Anchor>, String> {
        match &self.inner.place {
            Some(place) => self.inner.write_due(place).await,
            None => Ok(Vec::new()),
        }
    }
}

impl Inner {
    async fn look(&self, place: &Place) {
        match self.write_due(place).await {
            Ok(written) => {
                if self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!(place = place.kind(), "audit anchors are written again");
                }
                for anchor in written {
                    tracing::info!(region = %anchor.region, seq = anchor.seq, place = place.kind(), "wrote an audit anchor");
                }
            }
            Err(error) => {
                self.failing.store(true, Ordering::Relaxed);
                tracing::error!(
                    place = place.kind(),
                    error,
                    "an audit anchor cannot be written; it is tried again"
                );
            }
        }
    }

    async fn write_due(&self, place: &Place) -> Result<Vec<Anchor>, String> {
        let words = |error: Error| error.to_string();
        let database = self.app.database.as_system(SystemPart::Worker);
        let mut written = Vec::new();
        for region in database.read(region_list).await.map_err(words)? {
            let Some(anchor) = self.due(&region).await.map_err(words)? else {
                continue;
            };
            // Outside first: an anchor that is only remembered here proves nothing.
            place.write(&anchor, self.app.entropy.as_ref()).await?;
            let (noted, kind) = (anchor.clone(), place.kind());
            let note = move |db: &mut Db| audit_anchor_insert(db, &noted, kind);
            match database.write(note).await {
                // Another worker has written one in the same instant.
                Ok(()) | Err(Error::Conflict { .. }) => written.push(anchor),
                Err(error) => return Err(words(error)),
            }
        }
        Ok(written)
    }

    /// The head of a region, when it is time to write it down and it is not the one that was written last.
    async fn due(&self, region: &Region) -> Result<Option<Anchor>, Error> {
        let id = region.id;
        let look =
            move |db: &mut Db| Ok::<_, Error>((audit_head(db, id)?, audit_anchor_last(db, id)?));
        let database = self.app.database.as_system(SystemPart::Worker);
        let (head, last) = database.read(look).await?;
        let now = self.app.clock.now();
        let is_due = head.seq > 0
            && last.is_none_or(|last| {
                let is_same = (last.seq, last.hash) == (head.seq, head.hash);
                // An instant in the future was written by a clock that was set back since.
                !is_same && (now - last.at >= self.every || last.at > now)
            });
        Ok(is_due.then(|| head.anchor(id, region.code.as_str(), now)))
    }
}
