//! What commands print of a rehearsal: which cases would move, which deadlines would change, and what could not go.

use super::desk::Refused;
use crate::{
    app::{
        App, AppError, published,
        rehearse::{DaysRehearsal, Left, Redated, Rehearsal, Stuck},
    },
    phrase::{self, named_step},
};
use kelisim_domain::{
    calendar::Zone,
    code::{StepId, TimerName, WorkflowKey},
    id::RegionId,
    language::Language,
    publish::rehearsal_holds_until,
    workflow::{Definition, Due},
};
use kelisim_persistence::Db;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Who reads it: in which language, by which clocks, and what steps and timers are called.
pub(super) struct Reader {
    pub(super) language: Language,
    pub(super) zone: Zone,
    /// The new version first, then those that cases follow.
    definitions: Vec<Arc<Definition>>,
}

impl Reader {
    /// A reader of what was found about cases that follow these versions.
    pub(super) fn new<'a>(
        (app, db, region): (&App, &mut Db, RegionId),
        language: Language,
        new: Option<&Definition>,
        followed: impl IntoIterator<Item = (&'a WorkflowKey, i32)>,
    ) -> Result<Self, Refused> {
        let mut definitions: Vec<Arc<Definition>> =
            new.cloned().map(Arc::new).into_iter().collect();
        for (key, version) in followed {
            if definitions
                .iter()
                .any(|one| one.key == *key && one.version == version)
            {
                continue;
            }
            match published::definition(app, db, region, key, version) {
                Ok(definition) => definitions.push(definition),
                // Its cases are listed as broken; what it calls its steps nobody knows.
                Err(AppError::NotFound | AppError::Internal(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Reader {
            language,
            zone: app.laws.of(region).zone(),
            definitions,
        })
    }

    fn step(&self, id: &StepId) -> String {
        let steps = self.definitions.iter();
        named_step(steps.map(AsRef::as_ref), id, self.language)
    }

    /// The new version may have another title for a timer, and a case's own one that the new version lacks.
    fn timer(&self, (key, version): &(WorkflowKey, i32), name: &TimerName) -> String {
        let own = |one: &&Arc<Definition>| one.key == *key && one.version == *version;
        let newest = self.definitions.iter().filter(|one| one.key == *key);
        let own = self.definitions.iter().filter(own);
        let timer = newest.take(1).chain(own).find_map(|one| one.timer(name));
        timer.map_or_else(
            || name.to_string(),
            |timer| timer.title.get(self.language).to_owned(),
        )
    }

    /// A day, and where hours are counted the hour on the clocks of the region.
    fn due(&self, due: Option<Due>) -> String {
        match due {
            None => "none".to_owned(),
            Some(due) if due.in_hours => {
                self.zone.wall(due.at).format("%Y-%m-%d %H:%M").to_string()
            }
            Some(due) => due.last_day.to_string(),
        }
    }
}

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

pub(super) fn rehearsal_words(found: &Rehearsal, reader: &Reader) -> String {
    let mut lines = vec![format!(
        "{} version {}: {} running cases are on an older version. No case was changed.",
        found.key, found.version, found.running
    )];
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for step in &found.in_use {
        let to = step.to.as_ref();
        let to = to.map_or_else(|| "nowhere".to_owned(), |to| reader.step(to));
        let from = reader.step(&step.step);
        *steps.entry(format!("{from} → {to}")).or_default() += step.cases;
    }
    lines.extend(steps.iter().map(|(way, cases)| format!("  {way}  {cases}")));
    lines.push(format!("{} move as they are.", found.as_they_are));
    lines.push(format!(
        "{} move and get other deadlines{}",
        found.with_deadlines,
        end(&found.deadlines)
    ));
    lines.extend(deadline_lines(&found.deadlines, reader));
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

pub(super) fn days_words(version: i32, found: &DaysRehearsal, reader: &Reader) -> String {
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
    lines.extend(deadline_lines(&found.deadlines, reader));
    if found.left.count() > 0 {
        lines.extend(left_lines(&found.left));
    }
    lines.join("\n") + "\n"
}

fn deadlines_json(cases: &[Redated]) -> Vec<Value> {
    let one = |one: &Redated| {
        let changes = one.changes.iter().map(|change| {
            let (was, is) = (change.was.map(|due| due.at), change.is.map(|due| due.at));
            json!({"timer": change.timer, "was": was, "is": is})
        });
        json!({"case": one.case, "number": one.number, "deadlines": changes.collect::<Vec<_>>()})
    };
    cases.iter().map(one).collect()
}

/// A line for each deadline that would change.
fn deadline_lines(cases: &[Redated], reader: &Reader) -> Vec<String> {
    let mut lines = Vec::new();
    for one in cases {
        for change in &one.changes {
            let title = reader.timer(&one.workflow, &change.timer);
            let (was, is) = (reader.due(change.was), reader.due(change.is));
            lines.push(format!("  {}  {title}: {was} → {is}", one.number));
        }
    }
    lines
}
