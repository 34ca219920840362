//! What a process does beside serving: it learns what others have published, and drives passes over running cases that
//! were left by whoever began them; and it removes what nobody needs any more.
//!
//! Passes are driven one at a time, in turns. One that cannot go on is tried again, more rarely each time and for ever,
//! and stands in the way of no other.

use crate::{
    app::{App, AppError, pass, published, sweep},
    watch::{EVERY, Looks, Stop, Watch},
};
use kelisim_persistence::SystemPart;
use kelisim_persistence::store::case_pass::{PassKey, pass_list_left};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

/// How many looks lie between two sweeps: ten minutes.
const SWEEP_AFTER: u32 = 300;

/// A turn lasts so many looks when others wait; a pass that goes on is free again for whoever comes first.
const TURN_LOOKS: u64 = 5;

/// The pause of a pass that could not go on, in looks: doubled each time up to the second, which is ten minutes.
const PAUSE_FIRST_LOOKS: u64 = 5;
const PAUSE_MOST_LOOKS: u64 = 300;

/// Keeps until it is dropped: a pass stops behind its batch, and whoever comes next drives it on.
pub struct Keeper {
    _watch: Watch,
}

impl Keeper {
    /// Begins to look; within a runtime.
    pub fn start(app: Arc<App>) -> Self {
        let _watch = Watch::begin(|looks, stop| look_on(app, looks, stop));
        Self { _watch }
    }
}

/// A pass that is driven.
struct Driving {
    pass: PassKey,
    /// The look at which it began.
    since: u64,
    /// Set when its turn is over.
    enough: Arc<AtomicBool>,
    task: JoinHandle<Result<(), AppError>>,
}

async fn look_on(app: Arc<App>, mut looks: Looks, stop: Stop) {
    let mut driving: Option<Driving> = None;
    let mut turns = Turns::default();
    for look in 1_u32.. {
        looks.next().await;
        if look.is_multiple_of(SWEEP_AFTER)
            && let Err(error) = sweep::sweep(&app).await
        {
            tracing::warn!(?error, "what is over was not removed");
        }
        turns.look();
        if driving.as_ref().is_some_and(|one| one.task.is_finished())
            && let Some(ended) = driving.take()
        {
            settle(&app, &mut turns, ended).await;
        }
        if let Err(error) = refresh(&app).await {
            tracing::warn!(?error, "cannot look for what was published");
        }
        let left = match left(&app).await {
            Ok(left) => left,
            Err(error) => {
                tracing::warn!(?error, "cannot look for passes that were left");
                continue;
            }
        };
        turns.forget_all_but(&left);
        match &driving {
            Some(one) if turns.waits_beside(&left, one) => {
                one.enough.store(true, Ordering::Relaxed)
            }
            Some(_) => {}
            None => {
                driving = turns
                    .next(&left)
                    .map(|pass| turns.drive(&app, pass, stop.clone()))
            }
        }
    }
}

/// Reads what is new.
async fn refresh(app: &Arc<App>) -> Result<(), AppError> {
    let reader = Arc::clone(app);
    app.database
        .as_system(SystemPart::Watch)
        .read(move |db| published::refresh(&reader, db))
        .await
}

/// The passes that nobody drives.
async fn left(app: &Arc<App>) -> Result<Vec<PassKey>, AppError> {
    let since = app.clock.now() - pass::LEFT_AFTER;
    app.database
        .as_system(SystemPart::Watch)
        .read(move |db| Ok(pass_list_left(db, since)?))
        .await
}

/// Notes how a turn has ended.
async fn settle(app: &App, turns: &mut Turns, ended: Driving) {
    let (_, id) = ended.pass;
    let outcome = ended.task.await;
    if let Ok(Ok(())) = outcome {
        return;
    }
    app.passes.stop();
    let pause = turns.stopped(ended.pass).as_secs();
    match outcome {
        Ok(Err(error @ (AppError::Busy | AppError::Unavailable | AppError::Stale))) => {
            tracing::warn!(pass = %id, ?error, pause, "a pass waits for the database");
        }
        outcome => {
            tracing::error!(
                pass = %id, ?outcome, pause,
                "a pass over running cases cannot go on; it is tried again later"
            );
        }
    }
}

fn drive(app: Arc<App>, (region, id): PassKey, goes_on: impl Fn() -> bool) -> Result<(), AppError> {
    let pass = pass::drive(&app, region, id, |_| goes_on())?;
    tracing::info!(
        pass = %pass.id, kind = pass.kind.code(), changed = pass.changed, refused = pass.refused,
        is_over = pass.finished_at.is_some(), "drove a pass over running cases"
    );
    Ok(())
}

/// Who comes next. Time is counted in looks, so that a clock that jumps changes nothing.
#[derive(Default)]
struct Turns {
    looks: u64,
    /// The pass whose turn came last.
    last: Option<PassKey>,
    stopped: BTreeMap<PassKey, Stopped>,
}

/// A pass that could not go on.
struct Stopped {
    failures: u32,
    /// The look at which it is tried again.
    until: u64,
}

impl Turns {
    fn look(&mut self) {
        self.looks += 1;
    }

    fn is_free(&self, pass: &PassKey) -> bool {
        let stopped = self.stopped.get(pass);
        stopped.is_none_or(|one| one.until <= self.looks)
    }

    /// The next in turn: the first free one behind the last, or else from the beginning.
    fn next(&mut self, left: &[PassKey]) -> Option<PassKey> {
        let mut free: Vec<PassKey> = left
            .iter()
            .copied()
            .filter(|one| self.is_free(one))
            .collect();
        free.sort_unstable();
        let behind = free.iter().find(|one| Some(**one) > self.last);
        let next = behind.or(free.first()).copied();
        self.last = next.or(self.last);
        next
    }

    /// Whether another waits, and the turn of this one has lasted long enough.
    fn waits_beside(&self, left: &[PassKey], driving: &Driving) -> bool {
        let mut others = left.iter().filter(|one| **one != driving.pass);
        self.looks >= driving.since + TURN_LOOKS && others.any(|one| self.is_free(one))
    }

    /// Notes that a pass could not go on, and gives how long it is left alone.
    fn stopped(&mut self, pass: PassKey) -> Duration {
        let looks = self.looks;
        let one = self.stopped.entry(pass).or_insert(Stopped {
            failures: 0,
            until: looks,
        });
        let pause = (PAUSE_FIRST_LOOKS << one.failures.min(20)).min(PAUSE_MOST_LOOKS);
        one.failures = one.failures.saturating_add(1);
        one.until = looks + pause;
        EVERY * u32::try_from(pause).unwrap_or(u32::MAX)
    }

    /// What is not among those left any more has gone on.
    fn forget_all_but(&mut self, left: &[PassKey]) {
        self.stopped.retain(|one, _| left.contains(one));
    }

    fn drive(&self, app: &Arc<App>, pass: PassKey, stop: Stop) -> Driving {
        let app = Arc::clone(app);
        let enough = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&enough);
        let goes_on = move || stop.goes_on() && !over.load(Ordering::Relaxed);
        Driving {
            pass,
            since: self.looks,
            enough,
            task: tokio::task::spawn_blocking(move || drive(app, pass, goes_on)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kelisim_domain::id::{PassId, RegionId};
    use uuid::Uuid;

    fn key(number: u128) -> PassKey {
        (RegionId(Uuid::nil()), PassId(Uuid::from_u128(number)))
    }

    #[test]
    fn passes_that_were_left_take_turns() {
        let (left, mut turns) = ([key(1), key(2), key(3)], Turns::default());
        let mut order = Vec::new();
        for _ in 0..4 {
            order.push(turns.next(&left).unwrap());
        }
        assert_eq!(order, [key(1), key(2), key(3), key(1)]);
        assert_eq!(turns.next(&[]), None);
        assert_eq!(turns.next(&left), Some(key(2)), "nobody's turn is lost");
    }

    #[test]
    fn one_that_cannot_go_on_is_tried_more_rarely_and_for_ever() {
        let mut turns = Turns::default();
        let mut pauses = Vec::new();
        for _ in 0..8 {
            pauses.push(turns.stopped(key(1)).as_secs());
            let until = turns.stopped[&key(1)].until;
            turns.looks = until - 1;
            assert_eq!(turns.next(&[key(1), key(2)]), Some(key(2)));
            assert_eq!(turns.next(&[key(1)]), None);
            turns.looks = until;
            assert_eq!(turns.next(&[key(1)]), Some(key(1)));
        }
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 600, 600]);
        turns.forget_all_but(&[key(2)]);
        assert_eq!(turns.stopped(key(1)).as_secs(), 10, "it had gone on");
    }
}
