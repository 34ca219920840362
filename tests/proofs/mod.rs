//! Proofs: what is promised, attacked for long enough to be believed.
//!
//! A proof fails when a figure is missed, prints what is needed to look at the case, and takes
//! everything that it decides from one printed seed. The moments at which a machine runs a thread
//! are the machine's own.

pub mod abuse;
pub mod audit;
pub mod authorisation;
pub mod check;
pub mod client;
pub mod crash;
pub mod dice;
pub mod leak;
pub mod mail_crash;
pub mod malformed;
pub mod model;
pub mod page;
pub mod race;
pub mod report;
pub mod storm;
pub mod time;

pub use report::{Figure, Report};

use crate::Backend;

/// What a proof is asked to do.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// Where all its dice begin.
    pub seed: u64,
    /// On which database.
    pub backend: Backend,
    /// The size of every test run, and not that of a release.
    pub is_quick: bool,
}

/// A proof: its id and what runs it.
pub type Proof = (&'static str, fn(&Order) -> Report);

/// The proofs that there are.
pub const PROOFS: &[Proof] = &[
    ("T1", crash::prove),
    ("T2", mail_crash::prove),
    ("T4", race::prove),
    ("T8", time::prove),
    ("T9", malformed::prove),
    ("T10", authorisation::prove),
    ("T11", leak::prove),
    ("T12", audit::prove),
    ("T16", abuse::prove),
    ("T23", model::prove),
];

/// Runs a proof and prints what came of it.
///
/// # Panics
/// No proof has this id.
pub fn prove(id: &str, order: &Order) -> Report {
    let known = PROOFS.iter().find(|(known, _)| *known == id);
    let (_, run) = known.unwrap_or_else(|| panic!("there is no proof {id}"));
    let size = if order.is_quick { "quick" } else { "full" };
    println!("{id} on {:?}, {size}, seed {}", order.backend, order.seed);
    let report = run(order);
    println!("{report}");
    report
}
