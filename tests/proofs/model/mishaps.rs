//! What goes wrong in a house of the model: errors at failpoints, and a process that is gone from one of them on.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};

use kelisim_persistence::{Defect, Error, Faults, Point};

use crate::proofs::dice::Dice;

/// The failpoints of one process.
pub(super) struct Mishaps {
    dice: Dice,
    defect: Option<Defect>,
    /// In how many of a thousand times a failpoint fails.
    per_mille: AtomicUsize,
    /// How often a failpoint is still passed before the process is gone; negative when it stays.
    fuse: AtomicI64,
    is_gone: AtomicBool,
}

/// Places at which a change may stand already: nobody is told there that nothing was done.
const AFTER: [Point; 5] = [
    Point::AfterCommit,
    Point::BeforeReply,
    Point::ChangeCommitted,
    Point::BeforeAnswer,
    Point::AfterFire,
];
/// Places that a pool of connections passes by itself; a failure there is only waited for.
const APART: [Point; 1] = [Point::ConnectionOpen];

impl Mishaps {
    /// None yet.
    pub(super) fn new(seed: u64, defect: Option<Defect>) -> Self {
        Self {
            dice: Dice::new(seed),
            defect,
            per_mille: AtomicUsize::new(0),
            fuse: AtomicI64::new(-1),
            is_gone: AtomicBool::new(false),
        }
    }

    /// From now on failpoints fail in so many of a thousand times.
    pub(super) fn fail(&self, per_mille: usize) {
        self.per_mille.store(per_mille, Ordering::SeqCst);
    }

    /// The process is gone after so many further failpoints.
    pub(super) fn crash_after(&self, passes: usize) {
        let passes = i64::try_from(passes).unwrap_or(0);
        self.fuse.store(passes, Ordering::SeqCst);
    }

    /// The process is gone.
    pub(super) fn crash(&self) {
        self.is_gone.store(true, Ordering::SeqCst);
    }

    fn burns(&self) -> bool {
        if self.fuse.load(Ordering::SeqCst) < 0 {
            return false;
        }
        self.fuse.fetch_sub(1, Ordering::SeqCst) == 0
    }
}

impl Faults for Mishaps {
    fn at(&self, point: Point) -> Result<(), Error> {
        if APART.contains(&point) {
            return Ok(());
        }
        let detail = || format!("a mishap at {}", point.code());
        let unknown = || Error::CommitUnknown { detail: detail() };
        if self.burns() {
            self.crash();
        }
        // Whatever the process would have done after its end does not happen.
        if self.is_gone.load(Ordering::SeqCst) {
            return Err(unknown());
        }
        let per_mille = self.per_mille.load(Ordering::SeqCst);
        if per_mille == 0 || self.dice.below(1_000) >= per_mille {
            return Ok(());
        }
        if AFTER.contains(&point) {
            return Err(unknown());
        }
        Err(match self.dice.below(3) {
            0 => Error::Busy,
            1 => Error::RolledBack { detail: detail() },
            _ => Error::Unavailable { detail: detail() },
        })
    }

    fn has(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }
}
