//! What a process does for keys, beside serving: it follows which master key is in use, and erases what was confirmed.

use crate::app::{App, erase};
use kelisim_persistence::{
    SystemPart,
    erasure_list::ErasureList,
    store::erasure::{Erasure, erasures_running},
    wipe,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::MissedTickBehavior};

/// How often it looks: a rotation of the master key counts on it.
const EVERY: Duration = Duration::from_secs(2);
/// After an erasure that did not go on, it looks for erasures again only then.
const PAUSE: Duration = Duration::from_secs(60);

/// Keeps watch until it is dropped.
pub struct Custodian {
    watching: JoinHandle<()>,
    stops: Arc<AtomicBool>,
}

impl Custodian {
    /// Begins to watch; within a runtime. Erasures are done where there is a list of them.
    pub fn start(app: Arc<App>, list: Option<ErasureList>) -> Self {
        let stops = Arc::new(AtomicBool::new(false));
        let watching = tokio::spawn(watch(app, list, Arc::clone(&stops)));
        Self { watching, stops }
    }
}

impl Drop for Custodian {
    fn drop(&mut self) {
        self.watching.abort();
        // An erasure stops behind its batch, and whoever comes next goes on.
        self.stops.store(true, Ordering::Relaxed);
    }
}

async fn watch(app: Arc<App>, list: Option<ErasureList>, stops: Arc<AtomicBool>) {
    let mut erasing: Option<JoinHandle<bool>> = None;
    let mut rests = 0;
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        follow_the_key(&app).await;
        if let Some(task) = erasing.take_if(|task| task.is_finished()) {
            let goes_on = task.await.unwrap_or(false);
            rests = if goes_on {
                0
            } else {
                PAUSE.as_secs() / EVERY.as_secs()
            };
        }
        rests = rests.saturating_sub(1);
        if rests == 0
            && erasing.is_none()
            && let Some(list) = &list
        {
            erasing = confirmed(&app)
                .await
                .map(|left| erase_left(&app, list, left, &stops));
        }
    }
}

async fn follow_the_key(app: &Arc<App>) {
    let vault = app.vault.clone();
    let database = app.database.as_system(SystemPart::Watch);
    if let Err(error) = database.read(move |db| vault.refresh(db)).await {
        tracing::warn!(%error, "cannot follow which master key is in use");
    }
}

/// The first erasure that is confirmed and not done.
async fn confirmed(app: &Arc<App>) -> Option<Erasure> {
    let database = app.database.as_system(SystemPart::Erasure);
    match database.read(erasures_running).await {
        Ok(running) => running.into_iter().next(),
        Err(error) => {
            tracing::warn!(%error, "cannot look for erasures");
            None
        }
    }
}

/// Goes on with an erasure; the answer is no when it could not go on.
fn erase_left(
    app: &Arc<App>,
    list: &ErasureList,
    left: Erasure,
    stops: &Arc<AtomicBool>,
) -> JoinHandle<bool> {
    let (app, list, stops) = (Arc::clone(app), list.clone(), Arc::clone(stops));
    tokio::task::spawn_blocking(move || {
        let goes_on = |_| !stops.load(Ordering::Relaxed);
        match erase::drive(&app, &list, &left, goes_on) {
            Ok(done) => {
                tracing::info!(erasure = %done.id, cases = done.cases, "erased cases");
                if let Err(error) = wipe::log_cut(app.database.url()) {
                    tracing::warn!(%error, "the log of the database still holds what was erased");
                }
                true
            }
            Err(error) => {
                tracing::error!(erasure = %left.id, ?error, "an erasure does not go on");
                false
            }
        }
    })
}
