//! Workflows: how a case may move, as data.
//!
//! A definition names steps, actions, who may take them, what they ask and what they do.
//! It is read from TOML and refused as a whole, with all its faults, when it does not make sense.

mod check;
mod definition;
mod diff;
pub mod draw;
mod explore;
mod fluent;
pub mod interchange;
mod migrate;
mod parse;
mod recount;
pub mod simulate;
mod values;
mod xml;

#[cfg(test)]
mod fixtures;

pub use definition::{
    Action, Audience, Definition, Effect, Field, FieldRule, FieldType, Firing, Guard, LAST_DAY,
    NoticeRule, Runs, Start, Step, Telling, Text, Timer, Trigger,
};
pub use diff::{ActionPart, Change, TimerPart, diff};
pub use explore::{Breach, Finding, Move, Way, explore};
pub use migrate::{
    Broken, CannotGo, DeadlineChange, Due, Mover, Needed, NotUndone, StepMap, deadlines, undo,
};
pub use parse::{examine, from_stored, parse};
pub use recount::recount;
pub use values::{Value, Values};

/// The standard workflow of mediation, with every step, ground and timer of the rule book: shipped with the program, its
/// text is `config/workflows/mediation.toml`.
pub const MEDIATION: &str = include_str!("../../../../config/workflows/mediation.toml");

/// The four stages and nothing else: shipped with the program, its text is `config/workflows/basic.toml`.
pub const BASIC: &str = include_str!("../../../../config/workflows/basic.toml");
