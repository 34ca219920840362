//! What commands print of a rehearsal: which cases would move, which deadlines would change, and what could not go.

use crate::{
    app::rehearse::{DaysRehearsal, Left, Redated, Rehearsal, Stuck},
    phrase,
};
use chrono::{DateTime, Utc};
use kelisim_domain::{language::Language, publish::rehearsal_holds_until};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn rehearsal_json(found: &Rehearsal) -> Value {
    let steps = found.in_use.iter().map(|step| {
        json!({"version": step.version, "step": step.step, "cases": step.cases, "to": step.to})
    });
    json!({
        "key": found.key, "version": found.version, "running": found.running,
        "at": found.at, "holds_until": rehearsal_holds_until(found.at), "map": found.map, "steps": steps.collect::<Vec<_>>(),
        "as_they_are": found.as_they_are,
        "deadlines": {"count": found.with_deadlines, "cases": deadlines_json(&found.deadlines)},
        "cannot_go": left_json(&found.left),
    })
}

fn why(one: &Stuck) -> String {
    let (step, about) = one.why.about();
    phrase::stays(one.why.code(), &step, &about, Language::En)
}

fn left_json(left: &Left) -> Value {
    let cases = left.first.iter().map(|one| {
        json!({
            "case": one.case, "number": one.number, "code": one.why.code(), "rule": one.why.rule(), "why": why(one),
        })
    });
    json!({"count": left.count(), "by_reason": left.by_reason, "cases": cases.collect::<Vec<_>>()})
}

/// A line for all that cannot go, and one for each.
fn left_lines(left: &Left) -> Vec<String> {
    let mut lines = vec![format!("{} cannot go{}", left.count(), end(&left.first))];
    let each = |one: &Stuck| format!("  {}  {}", one.number, why(one));
    lines.extend(left.first.iter().map(each));
    lines
}

pub(super) fn rehearsal_words(found: &Rehearsal) -> String {
    let mut lines = vec![format!(
        "{} version {}: {} running cases are on an older version. No case was changed.",
        found.key, found.version, found.running
    )];
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for step in &found.in_use {
        let to = step.to.as_ref().map_or("nowhere", |to| to.as_str());
        *steps.entry(format!("{} → {to}", step.step)).or_default() += step.cases;
    }
    lines.extend(steps.iter().map(|(way, cases)| format!("  {way}  {cases}")));
    lines.push(format!("{} move as they are.", found.as_they_are));
    lines.push(format!(
        "{} move and get other deadlines{}",
        found.with_deadlines,
        end(&found.deadlines)
    ));
    lines.extend(deadline_lines(&found.deadlines));
    lines.extend(left_lines(&found.left));
    lines.join("\n") + "\n"
}

fn end<T>(list: &[T]) -> &'static str {
    if list.is_empty() { "." } else { ":" }
}

pub(super) fn days_json(version: i32, found: &DaysRehearsal) -> Value {
    json!({
        "version": version, "running": found.running,
        "deadlines": {"count": found.with_deadlines, "cases": deadlines_json(&found.deadlines)},
        "cannot_go": left_json(&found.left),
    })
}

pub(super) fn days_words(version: i32, found: &DaysRehearsal) -> String {
    let mut lines = vec![
        format!(
            "Days off, version {version}: {} running cases. No case was changed.",
            found.running
        ),
        format!(
            "{} get other deadlines{}",
            found.with_deadlines,
            end(&found.deadlines)
        ),
    ];
    lines.extend(deadline_lines(&found.deadlines));
    if found.left.count() > 0 {
        lines.extend(left_lines(&found.left));
    }
    lines.join("\n") + "\n"
}

fn deadlines_json(cases: &[Redated]) -> Vec<Value> {
    let one = |one: &Redated| {
        let changes = one
            .changes
            .iter()
            .map(|change| json!({"timer": change.timer, "was": change.was, "is": change.is}));
        json!({"case": one.case, "number": one.number, "deadlines": changes.collect::<Vec<_>>()})
    };
    cases.iter().map(one).collect()
}

/// A line for each deadline that would change.
fn deadline_lines(cases: &[Redated]) -> Vec<String> {
    let day = |at: Option<DateTime<Utc>>| {
        at.map_or("none".to_owned(), |at| {
            at.format("%Y-%m-%d %H:%M UTC").to_string()
        })
    };
    let mut lines = Vec::new();
    for one in cases {
        for change in &one.changes {
            let (was, is) = (day(change.was), day(change.is));
            lines.push(format!("  {}  {}: {was} → {is}", one.number, change.timer));
        }
    }
    lines
}
