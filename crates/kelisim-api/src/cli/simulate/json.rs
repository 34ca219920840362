//! A simulation for programs.

use super::super::arguments::SimulateOptions;
use kelisim_domain::workflow::simulate::{Load, Outcome, Spread};
use serde_json::{Map, Value, json};

/// What was played, and what came of it: one run for each definition.
pub(super) fn of(options: &SimulateOptions, outcomes: &[Outcome]) -> Value {
    json!({
        "cases": options.cases,
        "seed": options.seed,
        "filed_a_year": options.filed_a_year,
        "runs": outcomes.iter().map(run).collect::<Vec<_>>(),
    })
}

fn run(outcome: &Outcome) -> Value {
    let shares = outcome.shares;
    let grounds = outcome.grounds.iter();
    let grounds: Map<String, Value> = grounds
        .map(|(ground, count)| (ground.code().to_owned(), json!(count)))
        .collect();
    let steps = outcome.steps.iter().map(|step| {
        json!({
            "id": step.id.as_str(), "stage": step.stage.code(), "came": step.came,
            "overdue": step.overdue, "stand": step.stand, "working_days": spread(&step.waited),
        })
    });
    let timers = outcome.timers.iter().map(
        |timer| json!({"name": timer.name.as_str(), "fired": timer.fired, "refused": timer.refused}),
    );
    json!({
        "key": outcome.key.as_str(),
        "version": outcome.version,
        "from": outcome.from,
        "until": outcome.until,
        "filed": shares.filed,
        "accepted": shares.accepted,
        "mediated": shares.mediated,
        "settled": shares.settled,
        "partly_settled": shares.partly_settled,
        "closed": shares.closed,
        "grounds": grounds,
        "working_days_until_accepted": spread(&outcome.until_accepted),
        "working_days_until_closed": spread(&outcome.until_closed),
        "steps": steps.collect::<Vec<_>>(),
        "timers": timers.collect::<Vec<_>>(),
        "load": {
            "head_acts_a_week": load(&outcome.heads),
            "coordinator_acts_a_week": load(&outcome.coordinator),
            "mediator_cases": load(&outcome.mediators),
        },
        "nobody_free": outcome.nobody_free,
        "put_off": outcome.put_off,
        "refused": outcome.refused,
    })
}

/// To a hundredth; what was never measured has no mean.
fn spread(spread: &Spread) -> Value {
    if spread.count == 0 {
        return Value::Null;
    }
    let mean = (spread.mean * 100.0).round() / 100.0;
    json!({"count": spread.count, "mean": mean, "median": spread.median, "p90": spread.p90})
}

fn load(load: &Load) -> Value {
    let mean = (load.mean * 100.0).round() / 100.0;
    json!({"people": load.people, "mean": mean, "p90": load.p90, "most": load.most})
}
