//! What happened to a case: the open half of each entry in its history.

use super::{Class, Closure, CourtStage, Fact, Stage, TimerChange};
use crate::{
    case::CaseNumber,
    code::{ActionName, CategoryCode, DistrictCode, SourceCode, StepId, TimerName, WorkflowKey},
    id::{AccountId, CaseId, GrantId, MediatorId, MemorandumId, OfficeId, PartnerId},
    language::Language,
    notice::ReceiptCode,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One entry of a case's history. The sequence number is the version of the case after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// The case.
    pub case: CaseId,
    /// 1 for the first; rises by one.
    pub seq: i32,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Who did it; the nil account for an act of the system.
    pub actor: AccountId,
    /// Under which grant; none for an act of the system.
    pub grant: Option<GrantId>,
    /// What happened, with nothing confidential.
    pub data: EventData,
}

/// Where a case stands: written into the event, so that the history needs no definition to be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// The workflow's step.
    pub step: StepId,
    /// Its stage.
    pub stage: Stage,
    /// Its class.
    pub class: Class,
}

/// A partner's referral, as far as it is open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Referred {
    /// The agency.
    pub partner: PartnerId,
    /// The memorandum in force on the day of filing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub memorandum: Option<MemorandumId>,
    /// The code by which the partner knows it.
    pub receipt_code: ReceiptCode,
}

/// Facts that were corrected; what is absent stayed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Correction {
    /// The kind of dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<CategoryCode>,
    /// A finer kind; the empty text takes it away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// The language of the mediation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The district of the dispute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<DistrictCode>,
    /// Where it stands with the courts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub court_stage: Option<CourtStage>,
    /// Names of the confidential fields that changed; the values are in the ciphertext.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<String>,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventData {
    /// The case was filed.
    Filed {
        /// Its number.
        number: CaseNumber,
        /// The office.
        office: OfficeId,
        /// The workflow.
        workflow: WorkflowKey,
        /// Its version.
        workflow_version: i32,
        /// The action of the workflow that opened it.
        action: ActionName,
        /// The first step.
        to: Place,
        /// The kind of dispute.
        category: CategoryCode,
        /// A finer kind.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        subcategory: Option<String>,
        /// The language of the mediation.
        language: Language,
        /// The district of the dispute.
        district: DistrictCode,
        /// Where it stands with the courts.
        court_stage: CourtStage,
        /// Where it came from.
        source: SourceCode,
        /// The partner's referral.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        referral: Option<Referred>,
        /// The timers that began to run.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        timers: Vec<TimerChange>,
    },
    /// An action of the workflow was taken.
    Moved {
        /// The action.
        action: ActionName,
        /// The step before.
        from: StepId,
        /// The place after.
        to: Place,
        /// The mediator who has the case from now on.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        mediator: Option<MediatorId>,
        /// Whether somebody gave a reason to lift the limit of D5; it tells of the case, so it is sealed.
        #[serde(skip_serializing_if = "is_no", default)]
        limit_lifted: bool,
        /// That reason, in entries from before it was sealed: the chain covers them, so they stay as they are.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        over_limit_reason: Option<String>,
        /// The ground that was set.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        closure: Option<Closure>,
        /// Open answers of the workflow's form that no effect took.
        #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
        answers: BTreeMap<String, String>,
        /// What the case has learned.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        facts: Vec<Fact>,
        /// The timers that began to run, were moved, or ended.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        timers: Vec<TimerChange>,
        /// The timer that took the action.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        by: Option<TimerName>,
    },
    /// A timer was due, and somebody was told.
    TimerFired {
        /// Which.
        timer: TimerName,
        /// When it was due: later than this it fires when the system was down.
        due_at: DateTime<Utc>,
        /// The codes of what stood against the action that it would have taken.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        refused: Vec<String>,
    },
    /// Deadlines were worked out anew, because days off were published or retired; or they ended, because the case was erased.
    TimersMoved {
        /// Why.
        reason: String,
        /// The term, when it has another end.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        facts: Vec<Fact>,
        /// The timers.
        timers: Vec<TimerChange>,
    },
    /// The case follows another version of its workflow (D34).
    Migrated {
        /// The version before.
        from_version: i32,
        /// The version after.
        to_version: i32,
        /// The step before.
        from: StepId,
        /// The place after.
        to: Place,
        /// The timers of the new version, and those that ended with the old one.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        timers: Vec<TimerChange>,
    },
    /// Facts were corrected.
    Corrected(Correction),
    /// Its content was opened to the coordinator; why is sealed, because a reason tells of the case.
    HandedUp,
    /// Its content was closed to the coordinator again.
    TakenBack,
    /// The ground of a closed case was corrected (D20).
    GroundCorrected {
        /// The right ground and its day.
        closure: Closure,
        /// The class that follows from it.
        class: Class,
        /// Why, in entries from before the reason was sealed.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_no(yes: &bool) -> bool {
    !yes
}

impl EventData {
    /// The code on the wire.
    pub fn kind(&self) -> &'static str {
        match self {
            EventData::Filed { .. } => "filed",
            EventData::Moved { .. } => "moved",
            EventData::TimerFired { .. } => "timer_fired",
            EventData::TimersMoved { .. } => "timers_moved",
            EventData::Migrated { .. } => "migrated",
            EventData::Corrected(_) => "corrected",
            EventData::HandedUp => "handed_up",
            EventData::TakenBack => "taken_back",
            EventData::GroundCorrected { .. } => "ground_corrected",
        }
    }

    /// Whether the confidential half says why somebody did it.
    pub fn has_sealed_reason(&self) -> bool {
        match self {
            EventData::Moved { limit_lifted, .. } => *limit_lifted,
            EventData::GroundCorrected { reason, .. } => reason.is_none(),
            _ => false,
        }
    }

    /// The day of the closure that this event set.
    pub fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            EventData::Moved { closure, .. } => closure.map(|closure| closure.effective_on),
            EventData::GroundCorrected { closure, .. } => Some(closure.effective_on),
            EventData::Filed { .. }
            | EventData::Corrected(_)
            | EventData::HandedUp
            | EventData::TakenBack
            | EventData::TimerFired { .. }
            | EventData::TimersMoved { .. }
            | EventData::Migrated { .. } => None,
        }
    }

    /// What it did to the timers of the case.
    pub fn timers(&self) -> &[TimerChange] {
        match self {
            EventData::Filed { timers, .. }
            | EventData::Moved { timers, .. }
            | EventData::TimersMoved { timers, .. }
            | EventData::Migrated { timers, .. } => timers,
            EventData::Corrected(_)
            | EventData::HandedUp
            | EventData::TakenBack
            | EventData::GroundCorrected { .. }
            | EventData::TimerFired { .. } => &[],
        }
    }

    /// The timer that fired with it.
    pub fn fired(&self) -> Option<&TimerName> {
        match self {
            EventData::TimerFired { timer, .. } => Some(timer),
            EventData::Moved { by, .. } => by.as_ref(),
            _ => None,
        }
    }
}
