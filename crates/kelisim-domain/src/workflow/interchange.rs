//! A workflow in the forms of other programs, for people who want to look at it or talk about it there.
//!
//! Absent on purpose: reading such a file. The one form that the program takes is its own, because guards, forms and
//! grounds have no words in the others.

mod bpmn;
mod duration;
mod model;
mod scxml;

#[cfg(test)]
mod read_back;
#[cfg(test)]
mod tests;

pub use bpmn::bpmn;
pub use scxml::scxml;

/// The namespace of what Kelisim adds to a file of another form.
const NAMESPACE: &str = "urn:kelisim:workflow:1";
