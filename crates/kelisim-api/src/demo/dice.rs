//! Chance that repeats itself: the same seed throws the same numbers.

use rand::{Rng, SeedableRng, rngs::StdRng};

/// A seeded source of choices.
pub(super) struct Dice(StdRng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Dice(StdRng::seed_from_u64(seed))
    }

    /// A number from 0 up to, not including, `end`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            0
        } else {
            self.0.random_range(0..end)
        }
    }

    /// A number within both bounds.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        self.0.random_range(least..=most.max(least))
    }

    /// Whether something with this chance in a hundred happens.
    pub(super) fn percent(&mut self, chance: u32) -> bool {
        self.0.random_range(0..100) < chance
    }

    /// One of several.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// One index, by weight.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.0.random_range(0..weights.iter().sum::<u32>().max(1));
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return index;
            }
            left -= weight;
        }
        0
    }

    /// A new order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Divides `total` by shares so that the parts add up to it: the largest remainders get what is left over.
pub(super) fn divide(total: usize, shares: &[u32]) -> Vec<usize> {
    let sum = shares
        .iter()
        .map(|share| *share as usize)
        .sum::<usize>()
        .max(1);
    let mut parts: Vec<usize> = shares
        .iter()
        .map(|share| total * *share as usize / sum)
        .collect();
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by_key(|index| {
        let remainder = total * shares[*index] as usize % sum;
        (std::cmp::Reverse(remainder), *index)
    });
    let missing = total - parts.iter().sum::<usize>().min(total);
    for index in order
        .into_iter()
        .cycle()
        .take(if shares.is_empty() { 0 } else { missing })
    {
        parts[index] += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_and_keep_their_shares() {
        assert_eq!(divide(850, &[737, 113]), [737, 113]);
        assert_eq!(divide(10, &[1, 1, 1]), [4, 3, 3]);
        assert_eq!(divide(0, &[1, 2]), [0, 0]);
        for total in 0..200 {
            assert_eq!(
                divide(total, &[28, 18, 16, 14, 9, 6, 4, 2, 2, 1])
                    .iter()
                    .sum::<usize>(),
                total
            );
        }
    }

    #[test]
    fn the_same_seed_throws_the_same_numbers() {
        let throw = |seed| {
            let mut dice = Dice::new(seed);
            (0..20).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(throw(1), throw(1));
        assert_ne!(throw(1), throw(2));
    }
}
