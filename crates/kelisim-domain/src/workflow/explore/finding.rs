//! What a walk may find, in words, with the shortest way that shows it.

use super::Breach;
use crate::{
    case::ground::Ground,
    code::{ActionName, StepId, TimerName},
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
        match self {
            Finding::Unreachable { id, .. } => write!(f, "no case ever stands at the step {id}"),
            Finding::Stuck { way, .. } => write!(f, "{way} → … and now nothing can happen"),
            Finding::WaitsForever { way, .. } => {
                write!(f, "{way} → … and now it waits, and no timer runs")
            }
            Finding::NeverCloses { way, .. } => write!(f, "{way} → … and no way leads to an end"),
            Finding::NeverTaken { name, .. } => {
                write!(f, "the action {name} can never be taken as it stands here")
            }
            Finding::NeverRuns { name, .. } => write!(f, "the timer {name} never runs"),
            Finding::TimerRefused { way, codes, .. } => {
                write!(
                    f,
                    "{way} → … and its action is refused ({})",
                    codes.join(", ")
                )
            }
            Finding::TimerLoop { way, .. } => {
                write!(f, "{way} → … and so on for ever, and nobody does anything")
            }
            Finding::GroundNeverSet(ground) => {
                write!(f, "no case can ever get the ground {}", ground.code())
            }
            Finding::BreachingMove { breach, way, .. }
            | Finding::BreachingStep { breach, way, .. } => {
                write!(f, "{way} → … and {}", breach.what())
            }
            Finding::TooManyWays { id, .. } => {
                write!(
                    f,
                    "too many ways to walk, most of them through the step {id}"
                )
            }
        }
    }
}

impl Finding {
    /// What would be right.
    pub fn help(&self) -> &'static str {
        match self {
            Finding::Unreachable { .. } => {
                "let an action that can be taken lead here, or leave the step out"
            }
            Finding::Stuck { .. } => "an action that somebody may take must lead away from here",
            Finding::WaitsForever { .. } => "a wait ends by a timer, or by somebody who is there",
            Finding::NeverCloses { .. } => {
                "some way from here must end in a step of the stage closed"
            }
            Finding::NeverTaken { .. } => {
                "see where it starts, what its guards ask, and what its form offers"
            }
            Finding::NeverRuns { .. } => {
                "the fact from which it counts must be there while a case stands at one of its steps"
            }
            Finding::TimerRefused { .. } => {
                "what a timer does must be possible whenever it comes due"
            }
            Finding::TimerLoop { .. } => "somewhere on the way round a person must do something",
            Finding::GroundNeverSet(_) => {
                "let a form offer it where it may be set, or leave it out of `grounds`"
            }
            Finding::BreachingMove { breach, .. } | Finding::BreachingStep { breach, .. } => {
                breach.help()
            }
            Finding::TooManyWays { .. } => {
                "let fewer timers act beside each other, and let fewer choices make a difference"
            }
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
