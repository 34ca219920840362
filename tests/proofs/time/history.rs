//! What should have happened to each timer, told from the history of its case alone, and what did.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kelisim_domain::case::{Event, EventData, TimerChange};
use kelisim_domain::id::CaseId;
use kelisim_persistence::store::access::{See, access_case};
use kelisim_persistence::{Db, Error, SystemPart};

use super::world::{World, head};

/// What contradicts the promise, one sentence each, and how much there was of what is as it should be.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    pub(super) fired: usize,
    pub(super) cancelled: usize,
    pub(super) twice: Vec<String>,
    pub(super) early: Vec<String>,
    pub(super) lost: Vec<String>,
    pub(super) ended: Vec<String>,
    pub(super) disorder: Vec<String>,
    pub(super) contradictions: Vec<String>,
    pub(super) messages: Vec<String>,
}

/// Where a timer stands after an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Armed,
    Fired,
    Cancelled,
}

/// Reads every history and judges.
pub(super) fn judge(world: &World) -> Verdict {
    let mut verdict = Verdict::default();
    let mut expected_messages = 0;
    for some in world.cases().chunks(200) {
        for (case, events) in histories(world, some) {
            expected_messages += one(case, &events, &mut verdict);
        }
    }
    let told = world
        .database
        .count("outbox WHERE kind = 'case_unattended'");
    if told != expected_messages {
        let found = format!("{told} messages where {expected_messages} were due");
        verdict.messages.push(found);
    }
    for (state, count) in [("fired", verdict.fired), ("cancelled", verdict.cancelled)] {
        let rows = world
            .database
            .count(&format!("timer WHERE state = '{state}'"));
        if usize::try_from(rows).ok() != Some(count) {
            let found = format!("{rows} rows are {state}, and the histories say {count}");
            verdict.contradictions.push(found);
        }
    }
    verdict
}

fn histories(world: &World, cases: &[CaseId]) -> Vec<(CaseId, Vec<Event>)> {
    let (cases, today) = (cases.to_vec(), world.now().date_naive());
    let database = world.app.database.as_system(SystemPart::Test);
    let read = database.read_blocking(move |db: &mut Db| {
        let mut all = Vec::with_capacity(cases.len());
        for case in cases {
            let seen = access_case::<See>(db, &head(), case, today);
            let recorded = seen
                .expect("the head sees the case")
                .history(db, 0, 1_000)?;
            all.push((
                case,
                recorded.into_iter().map(|entry| entry.event).collect(),
            ));
        }
        Ok::<_, Error>(all)
    });
    read.unwrap()
}

/// Judges one case; gives how many messages its timers owe.
fn one(case: CaseId, events: &[Event], verdict: &mut Verdict) -> i64 {
    let mut timers: BTreeMap<String, (Stand, DateTime<Utc>)> = BTreeMap::new();
    let mut last: Option<DateTime<Utc>> = None;
    let mut messages = 0;
    for event in events {
        if let Some(name) = event.data.fired() {
            let named = format!("{name} of {case}");
            match timers.get_mut(name.as_str()) {
                Some((stand @ Stand::Armed, due_at)) => {
                    *stand = Stand::Fired;
                    verdict.fired += 1;
                    if event.at < *due_at {
                        verdict
                            .early
                            .push(format!("{named} at {}, due {due_at}", event.at));
                    }
                    if last.is_some_and(|last| *due_at < last) {
                        verdict.disorder.push(named);
                    }
                    last = Some(*due_at);
                }
                Some((Stand::Fired, _)) => verdict.twice.push(named),
                Some((Stand::Cancelled, _)) | None => verdict.ended.push(named),
            }
            // The standard workflow tells the head as well.
            messages += if name.as_str() == "act_on_new" { 2 } else { 1 };
        }
        for change in event.data.timers() {
            let name = change.timer().as_str().to_owned();
            match change {
                TimerChange::Armed { armed, .. } => {
                    timers.insert(name, (Stand::Armed, armed.deadline.due_at));
                }
                TimerChange::Cancelled { .. } => {
                    if let Some((stand @ Stand::Armed, _)) = timers.get_mut(&name) {
                        *stand = Stand::Cancelled;
                        verdict.cancelled += 1;
                    }
                }
            }
        }
        if matches!(event.data, EventData::TimerFired { ref refused, .. } if !refused.is_empty()) {
            verdict
                .contradictions
                .push(format!("a timer of {case} was refused its action"));
        }
    }
    for (name, (stand, due_at)) in timers {
        if stand == Stand::Armed {
            verdict.lost.push(format!("{name} of {case}, due {due_at}"));
        }
    }
    messages
}
