//! What would become of the running cases of a workflow under a new version: a rehearsal changes no case (D34).
//!
//! It looks at one state of the database. When it is put on record, the move that it was about may follow: [`ask`] is
//! what the move asks. Both know a move by the fingerprint of its text and its whole map.

use super::{
    App, AppError, Tx,
    published::{self, law_now},
    register::{Change, record},
};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    calendar::NamedDays,
    case::{Case, EventData},
    code::{StepId, WorkflowKey},
    id::{CaseId, RegionId, RehearsalId},
    policy::RegisterAct::Publish,
    publish::{PublishRefusal, may_move},
    refusal::Refusal,
    workflow::{self, Broken, CannotGo, DeadlineChange, Definition, Mover, StepMap},
};
use kelisim_persistence::{
    Db,
    store::{
        case_pass::{Over, running_page, steps_in_use},
        definition::definition_list,
        publication::law_edition,
        rehearsal::{Rehearsed, rehearsal_insert, rehearsal_last},
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Cases that are held in memory at once.
const PAGE: i64 = 1_000;

/// A move as somebody wants it: what it does follows from the text and the map.
#[derive(Debug)]
pub struct Planned<'a> {
    /// The new version.
    pub new: &'a Definition,
    /// Its text, from which it was read.
    pub text: &'a str,
    /// Where the steps go, as far as somebody said.
    pub written: StepMap,
}

/// What a rehearsal came to.
#[derive(Debug, Clone)]
pub struct Rehearsal {
    /// The workflow.
    pub key: WorkflowKey,
    /// The new version.
    pub version: i32,
    /// The whole map: what was written over what is proposed.
    pub map: StepMap,
    /// What the move is known by: the digest of text and map.
    pub fingerprint: [u8; 32],
    /// How often the law of the region had been published or retired.
    pub law_edition: i32,
    /// The instant of the look.
    pub at: DateTime<Utc>,
    /// The steps at which running cases stand, by version, with their number.
    pub in_use: Vec<InUse>,
    /// Running cases on an older version.
    pub running: usize,
    /// Those that would move with the deadlines that they have.
    pub as_they_are: usize,
    /// Those that would move and get other deadlines.
    pub with_deadlines: usize,
    /// The first of those that get other deadlines.
    pub deadlines: Vec<Redated>,
    /// Those that cannot go.
    pub left: Left,
}

/// The cases that a pass would leave as they are.
#[derive(Debug, Clone, Default)]
pub struct Left {
    /// How many, by the code of the reason.
    pub by_reason: BTreeMap<&'static str, usize>,
    /// The first of them.
    pub first: Vec<Stuck>,
}

impl Left {
    /// How many.
    pub fn count(&self) -> usize {
        self.by_reason.values().sum()
    }

    fn add(&mut self, case: CaseId, number: impl ToString, why: CannotGo, most: usize) {
        *self.by_reason.entry(why.code()).or_default() += 1;
        if self.first.len() < most {
            self.first.push(Stuck {
                case,
                number: number.to_string(),
                why,
            });
        }
    }

    fn add_unreadable(&mut self, cases: Vec<(CaseId, String)>, most: usize) {
        for (case, number) in cases {
            self.add(case, number, CannotGo::Broken(Broken::Case), most);
        }
    }
}

/// A step at which running cases stand.
#[derive(Debug, Clone)]
pub struct InUse {
    /// The version that they follow.
    pub version: i32,
    /// The step.
    pub step: StepId,
    /// How many.
    pub cases: i64,
    /// Where they would go.
    pub to: Option<StepId>,
}

/// A case that would get other deadlines.
#[derive(Debug, Clone)]
pub struct Redated {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// The workflow and the version that it follows.
    pub workflow: (WorkflowKey, i32),
    /// The deadlines.
    pub changes: Vec<DeadlineChange>,
}

/// A case that cannot go.
#[derive(Debug, Clone)]
pub struct Stuck {
    /// The case.
    pub case: CaseId,
    /// Its number.
    pub number: String,
    /// Why.
    pub why: CannotGo,
}

/// The map of a new version: what was written, and where it is silent, the step of the same id.
///
/// # Errors
/// A step to go from that no earlier version has (D34); as the store; internal when a published text cannot be read any more.
pub fn whole_map(
    app: &App,
    db: &mut Db,
    region: RegionId,
    new: &Definition,
    written: StepMap,
) -> Result<StepMap, AppError> {
    let mut older = Vec::new();
    for stored in definition_list(db, region)? {
        if stored.key == new.key && stored.version < new.version {
            older.push(published::definition(
                app,
                db,
                region,
                &stored.key,
                stored.version,
            )?);
        }
    }
    let older: Vec<&Definition> = older.iter().map(AsRef::as_ref).collect();
    let is_known = |step: &StepId| older.iter().any(|one| one.step(step).is_some());
    if let Some((step, _)) = written.pairs().find(|(from, _)| !is_known(from)) {
        let step = step.clone();
        return Err(AppError::refused(vec![Refusal::Publish(
            PublishRefusal::NoSuchStep { step },
        )]));
    }
    Ok(StepMap::proposed(&older, new).over(written))
}

/// The digest of a text and a whole map.
fn fingerprint(text: &str, map: &StepMap) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(Sha256::digest(text));
    for (from, to) in map.pairs() {
        // No id has such a character, so two maps cannot read the same.
        digest.update(format!("{from}\n{to}\n"));
    }
    digest.finalize().into()
}

/// Rehearses on the state of the reading transaction that is open; lists at most `most` cases of each sort.
///
/// # Errors
/// As the store.
pub fn rehearse(
    app: &App,
    db: &mut Db,
    region: RegionId,
    planned: Planned<'_>,
    most: usize,
) -> Result<Rehearsal, AppError> {
    let Planned { new, text, written } = planned;
    let map = whole_map(app, db, region, new, written)?;
    let now = app.clock.now();
    // Not the one in memory: the edition and the law are those of one state.
    let law = law_now(db, region)?;
    let in_use = steps_in_use(db, region, new.key.as_str())?.into_iter();
    let in_use = in_use.filter(|(version, ..)| *version < new.version);
    let in_use = in_use.map(|(version, step, cases)| {
        let step = StepId::from_stored(step);
        let to = map.get(&step).cloned();
        InUse {
            version,
            step,
            cases,
            to,
        }
    });
    let mut found = Rehearsal {
        key: new.key.clone(),
        version: new.version,
        in_use: in_use.collect(),
        map: map.clone(),
        fingerprint: fingerprint(text, &map),
        law_edition: law_edition(db, region)?,
        at: now,
        running: 0,
        as_they_are: 0,
        with_deadlines: 0,
        deadlines: Vec::new(),
        left: Left::default(),
    };
    let mover = Mover::new(new, &map, &law);
    let over = Over::Below {
        key: new.key.as_str(),
        version: new.version,
    };
    let mut after = None;
    loop {
        let page = running_page(db, region, over, after, PAGE)?;
        if page.last.is_none() {
            return Ok(found);
        }
        after = page.last;
        found.running += page.cases.len() + page.unreadable.len();
        found.left.add_unreadable(page.unreadable, most);
        page.cases
            .iter()
            .for_each(|case| look(&mut found, &mover, case, now, most));
    }
}

fn look(found: &mut Rehearsal, mover: &Mover<'_>, case: &Case, now: DateTime<Utc>, most: usize) {
    match mover.migrate(case, now) {
        Err(why) => found.left.add(case.id, &case.number, why, most),
        Ok(event) => {
            let changes = workflow::deadlines(case, &event);
            if changes.is_empty() {
                found.as_they_are += 1;
                return;
            }
            found.with_deadlines += 1;
            if found.deadlines.len() < most {
                found.deadlines.push(Redated {
                    case: case.id,
                    number: case.number.to_string(),
                    workflow: (case.workflow.clone(), case.workflow_version),
                    changes,
                });
            }
        }
    }
}

/// Puts a rehearsal on record, with whoever asked for it: from then on its move may follow.
///
/// # Errors
/// As the store.
pub fn keep(tx: &mut Tx<'_>, found: &Rehearsal) -> Result<RehearsalId, AppError> {
    tx.allow(Publish)?;
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    let kept = Rehearsed {
        id: tx.new_id(),
        key: found.key.to_string(),
        version: found.version,
        fingerprint: found.fingerprint,
        steps: found.map.clone(),
        law_edition: found.law_edition,
        running: count(found.running),
        as_they_are: count(found.as_they_are),
        with_deadlines: count(found.with_deadlines),
        cannot_go: count(found.left.count()),
        at: found.at,
        actor: tx.actor.by_name(),
    };
    let region = tx.region();
    rehearsal_insert(tx.db, region, &kept)?;
    let form = json!({
        "key": kept.key, "version": kept.version, "steps": kept.steps, "running": kept.running,
        "as_they_are": kept.as_they_are, "with_deadlines": kept.with_deadlines, "cannot_go": kept.cannot_go,
    });
    let after = match form {
        Value::Object(form) => form,
        _ => serde_json::Map::new(),
    };
    record(
        tx,
        Change {
            action: "move.rehearse",
            kind: "rehearsal",
            id: kept.id.to_string(),
            before: None,
            after,
            reason: None,
        },
    )?;
    Ok(kept.id)
}

/// D34: the rehearsal of exactly this text and this map, which a move applies.
///
/// # Errors
/// Nobody has rehearsed it, or the rehearsal does not hold any more.
pub fn ask(
    tx: &mut Tx<'_>,
    version: i32,
    text: &str,
    map: &StepMap,
) -> Result<Option<RehearsalId>, AppError> {
    let region = tx.region();
    let last = rehearsal_last(tx.db, region, &fingerprint(text, map))?;
    let edition = law_edition(tx.db, region)?;
    let known = last.as_ref().map(|last| (last.at, last.law_edition));
    may_move(version, known, tx.now, edition)
        .map_err(|refusal| AppError::refused(vec![Refusal::Publish(refusal)]))?;
    Ok(last.map(|last| last.id))
}

/// What would become of deadlines if days off were published.
#[derive(Debug, Clone)]
pub struct DaysRehearsal {
    /// Running cases.
    pub running: usize,
    /// Those that would get other deadlines.
    pub with_deadlines: usize,
    /// The first of them.
    pub deadlines: Vec<Redated>,
    /// Those that would be left out because something about them is broken.
    pub left: Left,
}

/// Rehearses days off on the state of the reading transaction that is open; lists at most `most` cases.
///
/// # Errors
/// As the store.
pub fn rehearse_days(
    app: &App,
    db: &mut Db,
    region: RegionId,
    list: &NamedDays,
    most: usize,
) -> Result<DaysRehearsal, AppError> {
    let law = published::law_with(db, region, list)?;
    let mut found = DaysRehearsal {
        running: 0,
        with_deadlines: 0,
        deadlines: Vec::new(),
        left: Left::default(),
    };
    let mut after = None;
    loop {
        let page = running_page(db, region, Over::All, after, PAGE)?;
        if page.last.is_none() {
            return Ok(found);
        }
        after = page.last;
        found.running += page.cases.len() + page.unreadable.len();
        found.left.add_unreadable(page.unreadable, most);
        for case in &page.cases {
            let Some(definition) = published::of_case(app, db, region, case)? else {
                let why = CannotGo::Broken(Broken::Workflow);
                found.left.add(case.id, &case.number, why, most);
                continue;
            };
            let (facts, timers) = workflow::recount(&definition, case, &law);
            let event = EventData::TimersMoved {
                reason: String::new(),
                facts,
                timers,
            };
            let changes = workflow::deadlines(case, &event);
            if changes.is_empty() {
                continue;
            }
            found.with_deadlines += 1;
            if found.deadlines.len() < most {
                found.deadlines.push(Redated {
                    case: case.id,
                    number: case.number.to_string(),
                    workflow: (case.workflow.clone(), case.workflow_version),
                    changes,
                });
            }
        }
    }
}
