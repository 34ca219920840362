//! What a walk may find, with the shortest way that shows it.

use super::Breach;
use crate::{
    case::ground::Ground,
    code::{ActionName, StepId, TimerName},
    document::{Flaw, Help},
    workflow::Definition,
};
use std::fmt;

/// A way that a case takes, such as `file → assign`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Way(pub Vec<Move>);

/// One move of a way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Move {
    /// Somebody takes an action.
    Action(ActionName),
    /// A timer comes due.
    Timer(TimerName),
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Move::Action(name) => write!(f, "{name}"),
            Move::Timer(name) => write!(f, "⏰ {name}"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            let arrow = if number == 0 { "" } else { " → " };
            write!(f, "{arrow}{step}")?;
        }
        Ok(())
    }
}

/// Something that is wrong with the ways of a definition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Finding {
    /// No case ever stands there.
    Unreachable {
        /// The place of the step among the steps.
        step: usize,
        /// The step.
        id: StepId,
    },
    /// A case can come to stand there with nothing left that anybody could do, and no timer that runs.
    Stuck {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// A case can come to wait there for something that nobody can bring about who is there: no timer runs, and only
    /// the register of mediators could move it.
    WaitsForever {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// A case can stand there, and from there no way leads to an end.
    NeverCloses {
        /// The place of the step among the steps.
        step: usize,
        /// How it gets there.
        way: Way,
    },
    /// No case ever stands where the action could be taken.
    NeverTaken {
        /// The place of the action among the actions.
        action: usize,
        /// Its name.
        name: ActionName,
    },
    /// The timer runs in no case.
    NeverRuns {
        /// The place of the timer among the timers.
        timer: usize,
        /// Its name.
        name: TimerName,
    },
    /// The timer comes due, and its action is refused.
    TimerRefused {
        /// The place of the timer among the timers.
        timer: usize,
        /// How the case gets there.
        way: Way,
        /// What stands against the action.
        codes: Vec<String>,
    },
    /// Timers alone move the case round and round.
    TimerLoop {
        /// The place of the timer among the timers.
        timer: usize,
        /// How the case gets there, and once round.
        way: Way,
    },
    /// No case can ever get this ground.
    GroundNeverSet(Ground),
    /// A move is against the law where it is made.
    BreachingMove {
        /// The place of the action among the actions.
        action: usize,
        /// What it does.
        breach: Breach,
        /// How the case gets there, with the move.
        way: Way,
    },
    /// A case can stand there against the law.
    BreachingStep {
        /// The place of the step among the steps.
        step: usize,
        /// What is wrong there.
        breach: Breach,
        /// How the case gets there.
        way: Way,
    },
    /// There are more ways than are walked, so nothing is said of them.
    TooManyWays {
        /// The place of the step with the most states among the steps.
        step: usize,
        /// The step.
        id: StepId,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.flaw().fmt(f)
    }
}

impl Finding {
    /// What is wrong, with the shortest way that shows it.
    pub fn flaw(&self) -> Flaw {
        match self {
            Finding::Unreachable { id, .. } => Flaw::Unreachable {
                step: id.to_string(),
            },
            Finding::Stuck { way, .. } => Flaw::Stuck {
                way: way.to_string(),
            },
            Finding::WaitsForever { way, .. } => Flaw::WaitsForever {
                way: way.to_string(),
            },
            Finding::NeverCloses { way, .. } => Flaw::NeverCloses {
                way: way.to_string(),
            },
            Finding::NeverTaken { name, .. } => Flaw::NeverTaken {
                action: name.to_string(),
            },
            Finding::NeverRuns { name, .. } => Flaw::NeverRuns {
                timer: name.to_string(),
            },
            Finding::TimerRefused { way, codes, .. } => Flaw::TimerRefused {
                way: way.to_string(),
                codes: codes.join(", "),
            },
            Finding::TimerLoop { way, .. } => Flaw::TimerLoop {
                way: way.to_string(),
            },
            Finding::GroundNeverSet(ground) => Flaw::GroundNeverSet {
                ground: ground.code().to_owned(),
            },
            Finding::BreachingMove { breach, way, .. }
            | Finding::BreachingStep { breach, way, .. } => breach.flaw(way.to_string()),
            Finding::TooManyWays { id, .. } => Flaw::TooManyWays {
                step: id.to_string(),
            },
        }
    }

    /// What would be right.
    pub fn help(&self) -> Help {
        match self {
            Finding::Unreachable { .. } => Help::Reach,
            Finding::Stuck { .. } => Help::LeadAway,
            Finding::WaitsForever { .. } => Help::EndWait,
            Finding::NeverCloses { .. } => Help::EndSomewhere,
            Finding::NeverTaken { .. } => Help::MakeTakable,
            Finding::NeverRuns { .. } => Help::MakeRun,
            Finding::TimerRefused { .. } => Help::MakePossible,
            Finding::TimerLoop { .. } => Help::LetPersonAct,
            Finding::GroundNeverSet(_) => Help::OfferGround,
            Finding::BreachingMove { breach, .. } | Finding::BreachingStep { breach, .. } => {
                breach.help()
            }
            Finding::TooManyWays { .. } => Help::FewerWays,
        }
    }

    /// Its place in the text of the definition, as a JSON pointer.
    pub fn pointer(&self, definition: &Definition) -> String {
        match self {
            Finding::Unreachable { step, .. }
            | Finding::Stuck { step, .. }
            | Finding::WaitsForever { step, .. }
            | Finding::NeverCloses { step, .. }
            | Finding::BreachingStep { step, .. }
            | Finding::TooManyWays { step, .. } => format!("/steps/{step}/id"),
            Finding::NeverTaken { action, .. } | Finding::BreachingMove { action, .. } => {
                format!("/actions/{action}/name")
            }
            Finding::NeverRuns { timer, .. }
            | Finding::TimerRefused { timer, .. }
            | Finding::TimerLoop { timer, .. } => format!("/timers/{timer}/name"),
            Finding::GroundNeverSet(ground) => {
                let place = definition.grounds.iter().position(|one| one == ground);
                format!("/grounds/{}", place.unwrap_or_default())
            }
        }
    }
}
