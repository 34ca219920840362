//! What is written as a draft and published: workflows, legal profiles and days off; and what a reason must be.

use crate::{case::closed_enum, fault::FaultKind, policy::Role, text::line};

closed_enum! {
    /// What can be drafted, published and retired.
    PublishKind {
        /// A workflow definition.
        Workflow = "workflow",
        /// A legal profile.
        Profile = "profile",
        /// Days off that the region names besides those of the law.
        Holidays = "holidays",
    }
}

closed_enum! {
    /// What was done with it.
    PublishAct {
        /// It holds from then on.
        Publish = "publish",
        /// Nothing new follows it from then on.
        Retire = "retire",
    }
}

closed_enum! {
    /// A pass over running cases.
    PassKind {
        /// To another version of their workflow (D34).
        Move = "move",
        /// Back from it.
        Undo = "undo",
        /// Their deadlines are worked out anew, because days off were published.
        Recount = "recount",
    }
}

/// The most characters of a reason.
pub const REASON_MOST: usize = 500;

/// Why somebody does it: one line.
///
/// # Errors
/// Empty, too long, or more than a line.
pub fn reason(text: &str) -> Result<String, FaultKind> {
    line(text, REASON_MOST)
}

/// Why something is not published, retired or moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublishRefusal {
    /// D34: this version was published with another text.
    OtherText {
        /// The version.
        version: i32,
    },
    /// D34: a later version is published, which new cases follow.
    NotNewest {
        /// The newest version.
        newest: i32,
    },
    /// D3: the profile says something else of a version that was published.
    VersionChanged {
        /// The version.
        version: i32,
    },
    /// D3: a new version of the profile would hold from today or from a day that is past.
    BeginsTooEarly {
        /// The version.
        version: i32,
    },
    /// It was retired already.
    IsRetired,
    /// New cases would have no workflow any more.
    LastOne,
    /// D34: a pass over the cases of this workflow is not finished.
    PassRuns,
    /// D34: the pass that was begun has another map, and goes on with that one.
    OtherMap,
    /// No case of this workflow was ever moved.
    NothingToUndo,
}

impl PublishRefusal {
    /// The rule.
    pub fn rule(&self) -> &'static str {
        match self {
            PublishRefusal::VersionChanged { .. } | PublishRefusal::BeginsTooEarly { .. } => "D3",
            PublishRefusal::OtherText { .. }
            | PublishRefusal::NotNewest { .. }
            | PublishRefusal::IsRetired
            | PublishRefusal::LastOne
            | PublishRefusal::PassRuns
            | PublishRefusal::OtherMap
            | PublishRefusal::NothingToUndo => "D34",
        }
    }

    /// The code on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            PublishRefusal::OtherText { .. } => "published_with_other_text",
            PublishRefusal::NotNewest { .. } => "not_the_newest",
            PublishRefusal::VersionChanged { .. } => "published_version_changed",
            PublishRefusal::BeginsTooEarly { .. } => "profile_begins_too_early",
            PublishRefusal::IsRetired => "is_retired",
            PublishRefusal::LastOne => "last_workflow",
            PublishRefusal::PassRuns => "pass_runs",
            PublishRefusal::OtherMap => "other_map",
            PublishRefusal::NothingToUndo => "nothing_to_undo",
        }
    }

    /// Who can lift it (D36): the coordinator, with another version or by waiting; nobody, what is published.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            PublishRefusal::OtherText { .. }
            | PublishRefusal::NotNewest { .. }
            | PublishRefusal::VersionChanged { .. }
            | PublishRefusal::BeginsTooEarly { .. }
            | PublishRefusal::LastOne
            | PublishRefusal::PassRuns => vec![Role::Coordinator],
            PublishRefusal::IsRetired
            | PublishRefusal::OtherMap
            | PublishRefusal::NothingToUndo => Vec::new(),
        }
    }

    /// The version that the sentence names.
    pub fn version(&self) -> Option<i32> {
        match self {
            PublishRefusal::OtherText { version }
            | PublishRefusal::VersionChanged { version }
            | PublishRefusal::BeginsTooEarly { version }
            | PublishRefusal::NotNewest { newest: version } => Some(*version),
            _ => None,
        }
    }
}
