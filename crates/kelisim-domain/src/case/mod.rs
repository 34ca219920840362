//! A case: from filed to closed.
//!
//! `decide` says what a command does or why not, `evolve` applies what happened, `explain` tells a reader
//! for every action whether it is open to them.
//! The open facts ([`Case`]) and the confidential ones ([`Content`]) are two values, because most readers get the first only.

mod act;
mod content;
mod correct;
mod course;
mod decide;
mod event;
mod evolve;
mod explain;
pub mod ground;
mod guard;
mod hand_up;
mod learn;
mod number;
mod refusal;
mod tell;
mod timer;

pub use act::{Act, Facts, MediatorAsked, check};
pub use content::{Agreement, Content, ContentChange, Party, PartyKind, Side, sealed};
pub use correct::{GroundCorrection, correct, correct_ground, touched};
pub use course::{Armed, Asked, Course, Extension, Fact, Screening, Since, Term, TimerChange};
pub use decide::{Decision, Filing, FilingFacts, Rejection, decide, file, may_file};
pub use event::{Correction, Event, EventData, Place, Referred};
pub use evolve::{evolve, opened, replay};
pub use explain::{ActionAnswer, explain, grounds_offered};
pub(crate) use guard::LAST_CHECK;
pub use guard::{Declared, GuardRefusal};
pub use hand_up::{HandingRefusal, hand_up, take_back};
pub use number::{CaseNumber, UnreadableNumber};
pub use refusal::StepRefusal;
pub(crate) use timer::parse as parse_answer;
pub use timer::{NotDue, fire, timers_after};

use crate::{
    code::{CategoryCode, DistrictCode, SourceCode, StepId, WorkflowKey},
    id::{AccountId, CaseId, MediatorId, OfficeId, PartnerId},
    language::Language,
    policy::CaseTies,
};
use chrono::{DateTime, NaiveDate, Utc};
use ground::Ground;
use serde::{Deserialize, Serialize};

macro_rules! closed_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// Every value.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The code on the wire.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::fault::FaultKind;
            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.code() == code).ok_or(
                    $crate::fault::FaultKind::UnknownCode { known: Self::ALL.iter().map(|value| value.code().to_owned()).collect() },
                )
            }
        }
    };
}
pub(crate) use closed_enum;

closed_enum! {
    /// The four stages that are fixed for every workflow.
    Stage {
        /// On file, nobody works on it as mediator yet.
        Filed = "filed",
        /// A mediator has it.
        Assigned = "assigned",
        /// The sides agreed.
        Reconciled = "reconciled",
        /// Over (D20).
        Closed = "closed",
    }
}

closed_enum! {
    /// What a step means for lists and statistics; fixed for every workflow (D21).
    Class {
        /// Nothing done yet.
        New = "new",
        /// Somebody works on it.
        Active = "active",
        /// It waits for somebody.
        Waiting = "waiting",
        /// Closed with an agreement.
        DoneSuccess = "done_success",
        /// Closed without one.
        DoneOther = "done_other",
    }
}

closed_enum! {
    /// Where the dispute stands with the courts.
    CourtStage {
        /// Not in court.
        PreCourt = "pre_court",
        /// In court.
        InCourt = "in_court",
        /// A criminal case.
        Criminal = "criminal",
        /// An administrative case.
        Administrative = "administrative",
        /// In enforcement.
        Enforcement = "enforcement",
    }
}

/// Why and when a mediation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Closure {
    /// The one ground (D19).
    pub ground: Ground,
    /// Its legal day.
    pub effective_on: NaiveDate,
    /// The other case, for a duplicate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub linked_case: Option<CaseId>,
}

/// The open facts of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// The id; it grants nothing.
    pub id: CaseId,
    /// The number that people read (D22).
    pub number: CaseNumber,
    /// One more than the number of events before the last: the first event makes version 1.
    pub version: i32,
    /// The office that keeps it.
    pub office: OfficeId,
    /// The workflow it follows (D34).
    pub workflow: WorkflowKey,
    /// That workflow's version.
    pub workflow_version: i32,
    /// One of the four stages.
    pub stage: Stage,
    /// The workflow's own state inside the stage.
    pub step: StepId,
    /// What the step means.
    pub class: Class,
    /// The kind of dispute.
    pub category: CategoryCode,
    /// A finer kind, free to the region.
    pub subcategory: Option<String>,
    /// The language of the mediation.
    pub language: Language,
    /// Where the dispute is.
    pub district: DistrictCode,
    /// Where it stands with the courts.
    pub court_stage: CourtStage,
    /// Where it came from.
    pub source: SourceCode,
    /// The partner agency that referred it.
    pub partner: Option<PartnerId>,
    /// The mediator who has it.
    pub mediator: Option<MediatorId>,
    /// Who filed it.
    pub filed_by: AccountId,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// When a mediator first took it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// The ground, set on reconciling or closing.
    pub closure: Option<Closure>,
    /// When the file was closed; the legal end is the closure's effective day.
    pub closed_at: Option<DateTime<Utc>>,
    /// How far it has come: what guards and timers look at.
    pub course: Course,
}

impl Case {
    /// What the policy has to know of the case.
    pub fn ties(&self, office_has_head: bool) -> CaseTies {
        CaseTies {
            office: self.office,
            mediator: self.mediator,
            asked: self.course.asked.map(|asked| asked.mediator),
            filed_by: self.filed_by,
            was_assigned: self.accepted_at.is_some(),
            office_has_head,
            handed_up: self.course.handed_up_at.is_some(),
        }
    }
}
