//! What a process does for keys, beside serving: it follows which master key is in use, and erases what was confirmed.

use crate::{
    app::{App, erase},
    watch::{EVERY, Looks, Stop, Watch},
};
use kelisim_domain::id::ErasureId;
use kelisim_persistence::{
    SystemPart,
    store::erasure::{Erasure, erasures_running},
    wipe,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::task::JoinHandle;

/// After an erasure that did not go on, it looks for erasures again only then.
const PAUSE: Duration = Duration::from_secs(60);

/// So many looks are that.
const REST: u64 = PAUSE.as_secs() / EVERY.as_secs();

/// Keeps watch until it is dropped: an erasure stops behind its batch, and whoever comes next goes on.
pub struct Custodian {
    _watch: Watch,
}

impl Custodian {
    /// Begins to watch; within a runtime. Erasures are done where there is a list of them.
    pub fn start(app: Arc<App>) -> Self {
        let _watch = Watch::begin(|looks, stop| watch(app, looks, stop));
        Self { _watch }
    }
}

/// What became of an erasure that was driven.
struct Went {
    /// Whether all of it went.
    is_done: bool,
    /// Whether the log of the database still holds what was erased.
    is_held: bool,
}

async fn watch(app: Arc<App>, mut looks: Looks, stop: Stop) {
    let mut erasing: Option<(ErasureId, JoinHandle<Went>)> = None;
    // The look from which on an erasure is tried again, so that one that does not go on keeps no other.
    let mut rests: BTreeMap<ErasureId, u64> = BTreeMap::new();
    let mut held = false;
    for look in 1_u64.. {
        looks.next().await;
        follow_the_key(&app).await;
        if let Some((id, task)) = erasing.take_if(|(_, task)| task.is_finished()) {
            let went = task.await.ok();
            held |= went.as_ref().is_some_and(|went| went.is_held);
            match went {
                Some(Went { is_done: true, .. }) => rests.remove(&id),
                _ => rests.insert(id, look + REST),
            };
        }
        if held && look.is_multiple_of(REST) {
            held = is_log_held(&app).await;
        }
        if erasing.is_none() && app.erasures.is_some() {
            let next = confirmed(&app).await.into_iter();
            let mut next = next.filter(|one| rests.get(&one.id).is_none_or(|at| *at <= look));
            erasing = next
                .next()
                .map(|one| (one.id, erase_left(&app, one, stop.clone())));
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

/// Cuts the log that a reader held when the erasure was done.
async fn is_log_held(app: &Arc<App>) -> bool {
    let url = app.database.url().clone();
    let cut = tokio::task::spawn_blocking(move || wipe::log_cut(&url)).await;
    !matches!(cut, Ok(Ok(true)))
}

/// The erasures that are confirmed and not done, the oldest first.
async fn confirmed(app: &Arc<App>) -> Vec<Erasure> {
    let database = app.database.as_system(SystemPart::Erasure);
    match database.read(erasures_running).await {
        Ok(running) => running,
        Err(error) => {
            tracing::warn!(%error, "cannot look for erasures");
            Vec::new()
        }
    }
}

/// Goes on with an erasure.
fn erase_left(app: &Arc<App>, left: Erasure, stop: Stop) -> JoinHandle<Went> {
    let app = Arc::clone(app);
    tokio::task::spawn_blocking(move || {
        let is_done = app.erasures.as_ref().is_some_and(|list| {
            match erase::drive(&app, list, &left, |_| stop.goes_on()) {
                Ok(done) => {
                    let (cases, left_out) = (done.erasure.cases, done.left.len());
                    tracing::info!(erasure = %left.id, cases, left_out, "erased cases");
                    done.left.is_empty()
                }
                Err(error) => {
                    tracing::error!(erasure = %left.id, ?error, "an erasure does not go on");
                    false
                }
            }
        });
        let cut = wipe::log_cut_patiently(app.database.url());
        if !matches!(cut, Ok(true)) {
            tracing::warn!(
                ?cut,
                "the log of the database still holds what was erased; it is cut when no reader holds it"
            );
        }
        Went {
            is_done,
            is_held: !matches!(cut, Ok(true)),
        }
    })
}
