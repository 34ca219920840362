//! What a process does beside serving: it learns what others have published, and drives passes over running cases that
//! were left by whoever began them.

use crate::app::{App, AppError, pass, published};
use kelisim_persistence::store::case_pass::{Pass, pass_list_left};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::MissedTickBehavior};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);

/// Keeps until it is dropped.
pub struct Keeper {
    looking: JoinHandle<()>,
    stops: Arc<AtomicBool>,
}

impl Keeper {
    /// Begins to look; within a runtime.
    pub fn start(app: Arc<App>) -> Self {
        let stops = Arc::new(AtomicBool::new(false));
        let looking = tokio::spawn(look_on(app, Arc::clone(&stops)));
        Self { looking, stops }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.looking.abort();
        // A pass stops behind its batch, and whoever comes next drives it on.
        self.stops.store(true, Ordering::Relaxed);
    }
}

async fn look_on(app: Arc<App>, stops: Arc<AtomicBool>) {
    let mut driving: Option<JoinHandle<()>> = None;
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        match look(&app).await {
            Ok(left) => {
                let is_free = driving.as_ref().is_none_or(JoinHandle::is_finished);
                if is_free && let Some(pass) = left.into_iter().next() {
                    driving = Some(drive(&app, pass, &stops));
                }
            }
            Err(error) => tracing::warn!(?error, "cannot look for what was published"),
        }
    }
}

/// Reads what is new, and gives the passes that nobody drives.
async fn look(app: &Arc<App>) -> Result<Vec<Pass>, AppError> {
    let reader = Arc::clone(app);
    app.database
        .read(move |db| {
            published::refresh(&reader, db)?;
            let since = reader.clock.now() - pass::LEFT_AFTER;
            Ok(pass_list_left(db, since)?)
        })
        .await
}

fn drive(app: &Arc<App>, left: Pass, stops: &Arc<AtomicBool>) -> JoinHandle<()> {
    let (app, stops) = (Arc::clone(app), Arc::clone(stops));
    tokio::task::spawn_blocking(move || {
        let goes_on = |_: &Pass| !stops.load(Ordering::Relaxed);
        match pass::drive(&app, left.region, left.id, goes_on) {
            Ok(pass) => tracing::info!(
                pass = %pass.id, kind = pass.kind.code(), changed = pass.changed, refused = pass.refused,
                "drove a pass over running cases"
            ),
            Err(error) => tracing::warn!(pass = %left.id, ?error, "a pass was left again"),
        }
    })
}
