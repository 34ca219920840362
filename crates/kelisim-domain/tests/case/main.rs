//! Proofs of the rules of a case. A test names the rule it proves.

mod access;
mod assigning;
mod closing;
mod commands;
mod given;
mod law_change;
mod matrix;
mod mediation;
mod mediation_time;
mod mediator_change;
mod notices;
mod sequences;
mod stored;
