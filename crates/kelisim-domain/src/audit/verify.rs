//! Whether a chain is what was sealed, and if not, what was done to it and from where on.
//!
//! The chain alone shows a change by whoever does not repair it; the anchors show the rest: a chain that ends before an
//! anchor was cut, or an older database was put back, and one that has another hash there was made anew (R22).
//! Entries that are not sealed yet are not in the chain, and are nothing that is missing from it.

use super::{Anchor, Hash, Head, Link, chain::seal};
use crate::{
    case::closed_enum,
    id::{AuditId, RegionId},
};
use std::fmt;

closed_enum! {
    /// What was done to the log.
    DamageKind {
        /// An entry is not what was sealed, or its seal is not what was written.
        Changed = "changed",
        /// An entry, or its seal, is not there any more.
        Missing = "missing",
        /// Entries stand in another order than that in which they were sealed.
        Reordered = "reordered",
        /// The log ends before an anchor: its end was cut off, or an older database was put back.
        Cut = "cut",
        /// The log was sealed anew: it fits itself, and not an anchor.
        Rehashed = "rehashed",
    }
}

/// The first place at which a log is not what it was.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Damage {
    /// What was done.
    pub kind: DamageKind,
    /// The number of the first seal that is not what it was; of a log that was sealed anew, the first that may not be.
    pub seq: i64,
    /// The entry that stands there, if one does.
    pub entry: Option<AuditId>,
    /// The anchor that shows it.
    pub anchor: Option<Anchor>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.kind {
            DamageKind::Changed => write!(f, "entry {seq} was changed after it was sealed")?,
            DamageKind::Missing => write!(f, "entry {seq} is missing")?,
            DamageKind::Reordered => write!(f, "entry {seq} stands in another place's order")?,
            DamageKind::Cut => write!(
                f,
                "the log ends before entry {seq}, which was anchored: it was cut, or an older database was put back"
            )?,
            DamageKind::Rehashed => write!(
                f,
                "the log was sealed anew, from entry {seq} or later: it fits itself and not its anchor"
            )?,
        }
        if let Some(id) = self.entry {
            write!(f, " (id {id})")?;
        }
        match &self.anchor {
            Some(anchor) => write!(f, "; the anchor is {anchor}"),
            None => Ok(()),
        }
    }
}

/// Goes along a chain, seal by seal.
#[derive(Clone, Debug)]
pub struct Verifier {
    head: Head,
    /// The anchors of this region, by number.
    anchors: Vec<Anchor>,
    /// How many of them were passed.
    passed: usize,
}

impl Verifier {
    /// At the beginning of a region's chain, with anchors of which those of other regions are left out.
    pub fn new(region: RegionId, anchors: &[Anchor]) -> Self {
        let of_region = anchors.iter().filter(|anchor| anchor.region == region);
        let mut anchors: Vec<Anchor> = of_region.cloned().collect();
        anchors.sort_by_key(|anchor| (anchor.seq, anchor.at));
        Verifier {
            head: Head::EMPTY,
            anchors,
            passed: 0,
        }
    }

    /// The last seal that fits.
    pub fn head(&self) -> Head {
        self.head
    }

    /// How many anchors were compared.
    pub fn anchors_passed(&self) -> usize {
        self.passed
    }

    /// Takes the next seal.
    ///
    /// # Errors
    /// It does not fit; [`Verifier::judge`] says what was done, which may need a look at all that follows.
    pub fn take(&mut self, link: &Link) -> Result<(), Misfit> {
        let next = self.head.seq + 1;
        let Some(leaf) = link.leaf.filter(|_| link.seq == next) else {
            return Err(Misfit(Box::new(*link)));
        };
        let fits = link.previous == self.head.hash
            && link.hash == seal(next, &self.head.hash, &leaf)
            && link.agrees;
        if !fits {
            return Err(Misfit(Box::new(*link)));
        }
        self.head = Head {
            seq: next,
            hash: link.hash,
        };
        Ok(())
    }

    /// Compares with the anchors up to the last seal that was taken.
    ///
    /// # Errors
    /// The chain fits itself, and not an anchor.
    pub fn compare(&mut self, hash_at: impl Fn(i64) -> Option<Hash>) -> Result<(), Box<Damage>> {
        while let Some(anchor) = self.anchors.get(self.passed)
            && anchor.seq <= self.head.seq
        {
            let ours = match anchor.seq {
                0 => Some(super::ORIGIN),
                seq => hash_at(seq),
            };
            if ours != Some(anchor.hash) {
                let before = self.anchors[..self.passed].iter();
                let last_right = before.map(|right| right.seq).max().unwrap_or(0);
                return Err(Box::new(Damage {
                    kind: DamageKind::Rehashed,
                    seq: (last_right + 1).min(anchor.seq.max(1)),
                    entry: None,
                    anchor: Some(anchor.clone()),
                }));
            }
            self.passed += 1;
        }
        Ok(())
    }

    /// Says that the chain has come to its end.
    ///
    /// # Errors
    /// An anchor lies behind it.
    pub fn end(&self) -> Result<(), Box<Damage>> {
        match self.anchors.get(self.passed) {
            None => Ok(()),
            Some(anchor) => Err(Box::new(Damage {
                kind: DamageKind::Cut,
                seq: self.head.seq + 1,
                entry: None,
                anchor: self.anchors.last().cloned().or(Some(anchor.clone())),
            })),
        }
    }

    /// What was done at a seal that did not fit; `rest` gives the seals from it on, as often as it is asked.
    ///
    /// # Errors
    /// Those of `rest`.
    pub fn judge<E, I>(&self, misfit: &Misfit, rest: impl Fn() -> Result<I, E>) -> Result<Damage, E>
    where
        I: Iterator<Item = Result<Link, E>>,
    {
        let link = misfit.0.as_ref();
        let next = self.head.seq + 1;
        let damage = |kind, seq, entry| Damage {
            kind,
            seq,
            entry,
            anchor: None,
        };
        let here = |kind| damage(kind, next, Some(link.entry));
        if link.seq != next {
            return Ok(damage(DamageKind::Missing, next, None));
        }
        let Some(leaf) = link.leaf else {
            return Ok(here(DamageKind::Missing));
        };
        if link.previous == self.head.hash {
            // The seal is in its place. Was it another entry of the log that it was made over?
            let is_sealed = |other: &Link| {
                let other = other.leaf.filter(|_| other.seq != next);
                other.is_some_and(|leaf| seal(next, &link.previous, &leaf) == link.hash)
            };
            let kind = match any(rest()?, is_sealed)? {
                true => DamageKind::Reordered,
                false => DamageKind::Changed,
            };
            return Ok(here(kind));
        }
        if seal(next, &link.previous, &leaf) == link.hash {
            // This seal fits its number and its entry, and remembers another one before it.
            return Ok(damage(DamageKind::Changed, next - 1, None));
        }
        if any(rest()?, |other| other.hash == link.previous)? {
            return Ok(here(DamageKind::Reordered));
        }
        // Numbers that were closed up over a gap: the seal fits a higher number than the one it bears.
        let is_moved = |by: i64| seal(next + by, &link.previous, &leaf) == link.hash;
        let kind = match (1..=GAP_MOST).any(is_moved) {
            true => DamageKind::Missing,
            false => DamageKind::Changed,
        };
        Ok(here(kind))
    }
}

/// The largest gap that is recognised behind numbers that were closed up; a larger one is told as a change.
const GAP_MOST: i64 = 1_000;

/// A seal that does not fit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit(Box<Link>);

fn any<E>(
    links: impl Iterator<Item = Result<Link, E>>,
    is_it: impl Fn(&Link) -> bool,
) -> Result<bool, E> {
    for link in links {
        if is_it(&link?) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
