//! What a harness decides by chance, from one seed.

use kelisim_persistence::{SeededEntropy, entropy::Entropy};

/// The same throws for the same seed.
pub struct Dice(SeededEntropy);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(SeededEntropy::new(seed))
    }

    /// A number below `most`, which is not 0.
    pub fn below(&self, most: usize) -> usize {
        let mut random = [0; 8];
        self.0.fill(&mut random);
        let most = u64::try_from(most.max(1)).unwrap_or(u64::MAX);
        usize::try_from(u64::from_le_bytes(random) % most).unwrap_or(0)
    }

    /// Yes in `percent` of a hundred times.
    pub fn is(&self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn one_of<'a, T>(&self, several: &'a [T]) -> &'a T {
        &several[self.below(several.len())]
    }
}
