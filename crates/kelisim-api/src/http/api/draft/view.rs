//! Drafts, rehearsals and passes, as a client sees them.

use crate::{
    app::{
        Tx,
        rehearse::{DaysRehearsal, InUse, Left, Redated, Rehearsal, Stuck},
    },
    http::{answer::Answer, api::workflow::ChangeView},
    phrase,
};
use chrono::{DateTime, Utc};
use kelisim_domain::{
    id::RehearsalId,
    language::Language,
    publish::{PublishKind, rehearsal_holds_until},
    workflow::{DeadlineChange, StepMap},
};
use kelisim_persistence::store::{case_pass::Pass, draft::Draft};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What somebody says of a draft. In a change every field may be left out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct DraftBody {
    /// workflow, profile or holidays; it never changes.
    kind: String,
    /// How its author calls it.
    title: String,
    /// The text (TOML).
    text: String,
    /// For a workflow: where the steps of running cases go, old step to new; a step that keeps its id needs no entry.
    steps: Option<BTreeMap<String, String>>,
}

/// Why.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(in super::super) struct ReasonBody {
    reason: String,
}

/// To publish a draft.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct PublishBody {
    reason: String,
    /// For a workflow: whether running cases move to it, by the steps of the draft. No when left out.
    #[schema(rename = "move")]
    moves: Option<bool>,
}

/// A draft.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftView {
    id: Uuid,
    kind: &'static str,
    title: String,
    text: String,
    #[schema(value_type = BTreeMap<String, String>)]
    steps: StepMap,
    author: Uuid,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A page of drafts.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a page, which is made of its entries")]
pub(super) struct DraftList {
    items: Vec<DraftView>,
    /// The address of the next page.
    next: Option<String>,
}

/// A text that could be published.
#[derive(Serialize, ToSchema)]
pub(super) struct CheckView {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) version: i32,
}

/// What a draft changes about what is published.
#[derive(Serialize, ToSchema)]
pub(super) struct DraftChangesView {
    pub(super) key: String,
    /// The published version; none when nothing of this key is published.
    pub(super) from: Option<i32>,
    pub(super) to: i32,
    pub(super) changes: Vec<ChangeView>,
}

/// What would become of running cases. Everything is counted, and the first thousand of each sort are listed.
#[derive(Serialize, ToSchema)]
pub(super) struct RehearsalView {
    key: String,
    version: i32,
    /// Running cases that were looked at.
    running: usize,
    /// The whole map, old step to new.
    #[schema(value_type = BTreeMap<String, String>)]
    map: StepMap,
    steps: Vec<StepInUseView>,
    as_they_are: usize,
    with_deadlines: usize,
    deadlines: Vec<RedatedView>,
    cannot_go: usize,
    #[schema(value_type = BTreeMap<String, usize>)]
    by_reason: BTreeMap<&'static str, usize>,
    left: Vec<StuckView>,
    /// For one that was put on record.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<RecordView>,
}

/// A rehearsal on record.
#[derive(Serialize, ToSchema)]
pub(super) struct RecordView {
    id: Uuid,
    at: DateTime<Utc>,
    /// Until then its move may follow, unless days off or a legal profile are published or retired before.
    holds_until: DateTime<Utc>,
}

impl RehearsalView {
    /// The same, as it was put on record.
    pub(super) fn on_record(self, id: RehearsalId, at: DateTime<Utc>) -> Self {
        let record = Some(RecordView {
            id: id.0,
            at,
            holds_until: rehearsal_holds_until(at),
        });
        RehearsalView { record, ..self }
    }
}

/// A step at which running cases stand.
#[derive(Serialize, ToSchema)]
pub(super) struct StepInUseView {
    version: i32,
    step: String,
    cases: i64,
    /// Where they would go; none when the map has no place for them.
    to: Option<String>,
}

/// A case that would get other deadlines.
#[derive(Serialize, ToSchema)]
pub(super) struct RedatedView {
    case: Uuid,
    number: String,
    deadlines: Vec<DeadlineView>,
}

/// A deadline that would change.
#[derive(Serialize, ToSchema)]
pub(super) struct DeadlineView {
    timer: String,
    was: Option<DateTime<Utc>>,
    is: Option<DateTime<Utc>>,
}

/// A case that could not go.
#[derive(Serialize, ToSchema)]
pub(super) struct StuckView {
    case: Uuid,
    number: String,
    rule: &'static str,
    code: &'static str,
    /// In the reader's language.
    why: String,
}

/// What was published, and the pass over running cases that follows from it.
#[derive(Serialize, ToSchema)]
pub(super) struct PublishedView {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) version: i32,
    /// No when it was published before, word for word.
    pub(super) is_new: bool,
    pub(super) pass: Option<PassView>,
}

/// A pass over running cases. A server drives it; `finished_at` says that it is over.
#[derive(Serialize, ToSchema)]
pub(in super::super) struct PassView {
    id: Uuid,
    /// move, undo or recount.
    kind: &'static str,
    key: String,
    version: i32,
    /// Cases that were changed.
    changed: i32,
    /// Cases that were left as they are: `GET /passes/{id}/left`.
    refused: i32,
    reason: String,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// A pass, for a reader.
pub(in super::super) fn pass_view(pass: &Pass) -> PassView {
    PassView {
        id: pass.id.0,
        kind: pass.kind.code(),
        key: pass.key.clone(),
        version: pass.version,
        changed: pass.changed,
        refused: pass.refused,
        reason: pass.reason.clone(),
        started_at: pass.started_at,
        finished_at: pass.finished_at,
    }
}

pub(super) fn view(draft: Draft) -> DraftView {
    DraftView {
        id: draft.id.0,
        kind: draft.kind.code(),
        title: draft.title,
        text: draft.text,
        steps: draft.steps,
        author: draft.author.0,
        version: draft.version,
        created_at: draft.created_at,
        updated_at: draft.updated_at,
    }
}

pub(super) fn answer(draft: Draft) -> Answer {
    let version = draft.version;
    Answer::ok(&view(draft)).version(version)
}

pub(super) fn empty_view(key: &str, version: i32) -> RehearsalView {
    RehearsalView {
        key: key.to_owned(),
        version,
        running: 0,
        map: StepMap::default(),
        steps: Vec::new(),
        as_they_are: 0,
        with_deadlines: 0,
        deadlines: Vec::new(),
        cannot_go: 0,
        by_reason: BTreeMap::new(),
        left: Vec::new(),
        record: None,
    }
}

fn redated(one: &Redated) -> RedatedView {
    let deadline = |change: &DeadlineChange| DeadlineView {
        timer: change.timer.to_string(),
        was: change.was.map(|due| due.at),
        is: change.is.map(|due| due.at),
    };
    RedatedView {
        case: one.case.0,
        number: one.number.clone(),
        deadlines: one.changes.iter().map(deadline).collect(),
    }
}

fn stuck(left: &Left, language: Language) -> Vec<StuckView> {
    let view = |one: &Stuck| {
        let (step, about) = one.why.about();
        StuckView {
            case: one.case.0,
            number: one.number.clone(),
            rule: one.why.rule(),
            code: one.why.code(),
            why: phrase::stays(one.why.code(), &step, &about, language),
        }
    };
    left.first.iter().map(view).collect()
}

pub(super) fn days_view(version: i32, found: &DaysRehearsal, tx: &Tx<'_>) -> RehearsalView {
    let cannot_go = found.left.count();
    RehearsalView {
        running: found.running,
        as_they_are: found.running - found.with_deadlines - cannot_go,
        with_deadlines: found.with_deadlines,
        deadlines: found.deadlines.iter().map(redated).collect(),
        cannot_go,
        by_reason: found.left.by_reason.clone(),
        left: stuck(&found.left, tx.language()),
        ..empty_view(PublishKind::Holidays.code(), version)
    }
}

pub(super) fn moved_view(found: &Rehearsal, tx: &Tx<'_>) -> RehearsalView {
    let step = |step: &InUse| StepInUseView {
        version: step.version,
        step: step.step.to_string(),
        cases: step.cases,
        to: step.to.as_ref().map(ToString::to_string),
    };
    RehearsalView {
        key: found.key.to_string(),
        version: found.version,
        running: found.running,
        map: found.map.clone(),
        steps: found.in_use.iter().map(step).collect(),
        as_they_are: found.as_they_are,
        with_deadlines: found.with_deadlines,
        deadlines: found.deadlines.iter().map(redated).collect(),
        cannot_go: found.left.count(),
        by_reason: found.left.by_reason.clone(),
        left: stuck(&found.left, tx.language()),
        record: None,
    }
}
