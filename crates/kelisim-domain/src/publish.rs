//! What is written as a draft and published: workflows, legal profiles and days off; and what a reason must be.

use crate::{case::closed_enum, code::StepId, fault::FaultKind, policy::Role, text::line};
use chrono::{DateTime, TimeDelta, Utc};

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

/// The most bytes of a draft's text.
pub const DRAFT_TEXT_MOST: usize = 500_000;
/// The most characters of its title.
pub const DRAFT_TITLE_MOST: usize = 200;

/// How a draft is called: one line.
///
/// # Errors
/// Empty, too long, or more than a line.
pub fn draft_title(text: &str) -> Result<String, FaultKind> {
    line(text, DRAFT_TITLE_MOST)
}

/// The text of a draft, which may be anything.
///
/// # Errors
/// Too long.
pub fn draft_text(text: &str) -> Result<String, FaultKind> {
    match text.len() <= DRAFT_TEXT_MOST {
        true => Ok(text.to_owned()),
        false => Err(FaultKind::TooLong {
            most: DRAFT_TEXT_MOST,
        }),
    }
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
    /// D34: the map leads away from a step that no earlier version has.
    NoSuchStep {
        /// The step.
        step: StepId,
    },
    /// No case of this workflow was ever moved.
    NothingToUndo,
    /// D34: nobody has rehearsed the move with exactly this text and this map.
    NotRehearsed {
        /// The version.
        version: i32,
    },
    /// D34: the rehearsal is older than [`REHEARSAL_DAYS`].
    RehearsalOld {
        /// The version.
        version: i32,
    },
    /// D34: the law by which deadlines are counted has changed since the rehearsal.
    RehearsalOvertaken {
        /// The version.
        version: i32,
    },
}

/// How many days a rehearsal holds: later, too many other cases run than those it looked at.
pub const REHEARSAL_DAYS: i64 = 7;

/// When a rehearsal stops to hold by itself.
pub fn rehearsal_holds_until(at: DateTime<Utc>) -> DateTime<Utc> {
    at + TimeDelta::days(REHEARSAL_DAYS)
}

/// D34: whether cases may move to a version. The rehearsal is the last one of exactly the text and the map of the move:
/// when it was, and how often the law had been published or retired then.
///
/// What else a rehearsal looked at are the cases themselves, and each of them is decided again when it moves.
///
/// # Errors
/// [`PublishRefusal`]: there was none, or it does not hold any more.
pub fn may_move(
    version: i32,
    rehearsed: Option<(DateTime<Utc>, i32)>,
    now: DateTime<Utc>,
    law_edition: i32,
) -> Result<(), PublishRefusal> {
    let (at, edition) = rehearsed.ok_or(PublishRefusal::NotRehearsed { version })?;
    if edition != law_edition {
        return Err(PublishRefusal::RehearsalOvertaken { version });
    }
    if rehearsal_holds_until(at) < now {
        return Err(PublishRefusal::RehearsalOld { version });
    }
    Ok(())
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
            | PublishRefusal::NoSuchStep { .. }
            | PublishRefusal::NothingToUndo
            | PublishRefusal::NotRehearsed { .. }
            | PublishRefusal::RehearsalOld { .. }
            | PublishRefusal::RehearsalOvertaken { .. } => "D34",
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
            PublishRefusal::NoSuchStep { .. } => "no_such_step",
            PublishRefusal::NothingToUndo => "nothing_to_undo",
            PublishRefusal::NotRehearsed { .. } => "not_rehearsed",
            PublishRefusal::RehearsalOld { .. } => "rehearsal_too_old",
            PublishRefusal::RehearsalOvertaken { .. } => "rehearsal_overtaken",
        }
    }

    /// Who can lift it (D36): the coordinator, with another version, a rehearsal or by waiting; nobody, what is published.
    pub fn lifted_by(&self) -> Vec<Role> {
        match self {
            PublishRefusal::OtherText { .. }
            | PublishRefusal::NotNewest { .. }
            | PublishRefusal::VersionChanged { .. }
            | PublishRefusal::BeginsTooEarly { .. }
            | PublishRefusal::LastOne
            | PublishRefusal::PassRuns
            | PublishRefusal::NoSuchStep { .. }
            | PublishRefusal::NotRehearsed { .. }
            | PublishRefusal::RehearsalOld { .. }
            | PublishRefusal::RehearsalOvertaken { .. } => vec![Role::Coordinator],
            PublishRefusal::IsRetired
            | PublishRefusal::OtherMap
            | PublishRefusal::NothingToUndo => Vec::new(),
        }
    }

    /// Whether a rehearsal lifts it.
    pub fn asks_for_rehearsal(&self) -> bool {
        matches!(
            self,
            PublishRefusal::NotRehearsed { .. }
                | PublishRefusal::RehearsalOld { .. }
                | PublishRefusal::RehearsalOvertaken { .. }
        )
    }

    /// The version that the sentence names.
    pub fn version(&self) -> Option<i32> {
        match self {
            PublishRefusal::OtherText { version }
            | PublishRefusal::VersionChanged { version }
            | PublishRefusal::BeginsTooEarly { version }
            | PublishRefusal::NotNewest { newest: version }
            | PublishRefusal::NotRehearsed { version }
            | PublishRefusal::RehearsalOld { version }
            | PublishRefusal::RehearsalOvertaken { version } => Some(*version),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d34_a_rehearsal_holds_for_a_week_under_the_same_law() {
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let ask = |hours: i64, edition: i32| {
            may_move(3, Some((at, 2)), at + TimeDelta::hours(hours), edition)
        };
        assert_eq!(
            may_move(3, None, at, 0),
            Err(PublishRefusal::NotRehearsed { version: 3 })
        );
        assert_eq!((ask(0, 2), ask(7 * 24, 2)), (Ok(()), Ok(())));
        assert_eq!(
            ask(7 * 24 + 1, 2),
            Err(PublishRefusal::RehearsalOld { version: 3 })
        );
        assert_eq!(
            ask(1, 3),
            Err(PublishRefusal::RehearsalOvertaken { version: 3 })
        );
        assert_eq!(
            ask(-1, 2),
            Ok(()),
            "a clock that was set back ends no rehearsal"
        );
    }
}
