// SPDX-License-Identifier: GPL-2.0-only
//! Random numbers that are the same on every machine, for ever.
//!
//! The numbers are those of xoshiro256++, seeded by SplitMix64: published algorithms, which the crate cannot change
//! without changing its types' names. Everything drawn from them is drawn here, by whole numbers only.

use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};

/// A source of random choices.
#[derive(Clone, Debug)]
pub(super) struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The source for one script of a seed; `attempt` counts scripts that were thrown away before it.
    pub(super) fn of_script(seed: u64, number: u64, attempt: u64) -> Random {
        let mut mixed = seed;
        for part in [number, attempt] {
            mixed = SplitMix64::seed_from_u64(mixed).next_u64() ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        Random(Xoshiro256PlusPlus::seed_from_u64(mixed))
    }

    /// A number below the limit; 0 if the limit is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The high half of the product: even enough for small limits, and without division.
        let product = u128::from(self.0.next_u64()) * (limit as u128);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from the first to the last.
    pub(super) fn between(&mut self, first: usize, last: usize) -> usize {
        first + self.below((last + 1).saturating_sub(first))
    }

    /// True in so many of a hundred cases.
    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// True in one of so many cases.
    pub(super) fn one_in(&mut self, cases: usize) -> bool {
        self.below(cases) == 0
    }

    /// One of these, if there is one.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    /// One of these, each as often as its weight says; the last one if all weights are 0.
    pub(super) fn weighted<T: Copy>(&mut self, from: &[(T, usize)]) -> Option<T> {
        let total = from.iter().map(|choice| choice.1).sum();
        let mut left = self.below(total);
        for (choice, weight) in from {
            if left < *weight {
                return Some(*choice);
            }
            left -= weight;
        }
        from.last().map(|choice| choice.0)
    }

    /// One of these, of which there is at least one.
    pub(super) fn of<T: Copy, const N: usize>(&mut self, from: [T; N]) -> T {
        const { assert!(N > 0) };
        from[self.below(N)]
    }

    /// Puts them into any order.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: u64, number: u64, attempt: u64) -> Vec<usize> {
        let mut random = Random::of_script(seed, number, attempt);
        (0..6).map(|_| random.below(1000)).collect()
    }

    #[test]
    fn numbers_are_what_they_were() {
        assert_eq!(numbers(1, 0, 0), [248, 442, 0, 348, 390, 183]);
        assert_eq!(numbers(7, 1234, 0), [668, 491, 574, 395, 214, 559]);
        assert_ne!(numbers(7, 1234, 1), numbers(7, 1234, 0));
        assert_ne!(numbers(7, 1235, 0), numbers(7, 1234, 0));
    }

    #[test]
    fn choices_are_within_bounds_and_reach_both_ends() {
        let mut random = Random::of_script(3, 1, 0);
        let drawn: Vec<usize> = (0..2000).map(|_| random.between(2, 6)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&2), Some(&6)));
        assert_eq!(random.below(0), 0);
        assert_eq!(random.pick::<u8>(&[]), None);
        assert_eq!(random.weighted::<u8>(&[]), None);
        let weighted: Vec<_> =
            (0..2000).filter_map(|_| random.weighted(&[('a', 9), ('b', 0), ('c', 1)])).collect();
        assert!(!weighted.contains(&'b'));
        let rare = weighted.iter().filter(|choice| **choice == 'c').count();
        assert!((100..300).contains(&rare), "{rare}");
    }
}
