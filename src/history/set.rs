// SPDX-License-Identifier: GPL-2.0-only
//! Sets of changes.

use super::change::{CHANGES, Change};
use crate::engine::Rules;

const WORD: usize = u64::BITS as usize;
const WORDS: usize = 4;

const _: () = assert!(CHANGES.len() <= WORDS * WORD);

/// A set of changes. It makes up a behaviour: the changes, one on the other, in the order in which mainline took them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChangeSet([u64; WORDS]);

impl ChangeSet {
    /// Those changes of which this is true.
    #[must_use]
    pub fn of(is_in: impl Fn(&'static Change) -> bool) -> ChangeSet {
        let mut set = ChangeSet::default();
        for (index, _) in CHANGES.iter().enumerate().filter(|(_, change)| is_in(change)) {
            set.0[index / WORD] |= 1 << (index % WORD);
        }
        set
    }

    /// Both together.
    #[must_use]
    pub fn union(self, other: ChangeSet) -> ChangeSet {
        self.each_word(other, |one, other| one | other)
    }

    /// What just one of the two has. A set changed by its difference from another is that other one.
    #[must_use]
    pub fn difference(self, other: ChangeSet) -> ChangeSet {
        self.each_word(other, |one, other| one ^ other)
    }

    /// Its changes as sets of one each, oldest first.
    pub fn singles(self) -> impl Iterator<Item = ChangeSet> {
        let places = (0..CHANGES.len()).filter(move |index| self.has(*index));
        places.map(|index| {
            let mut single = ChangeSet::default();
            single.0[index / WORD] = 1 << (index % WORD);
            single
        })
    }

    fn has(self, index: usize) -> bool {
        self.0[index / WORD] >> (index % WORD) & 1 == 1
    }

    fn each_word(self, other: ChangeSet, with: impl Fn(u64, u64) -> u64) -> ChangeSet {
        ChangeSet(std::array::from_fn(|word| with(self.0[word], other.0[word])))
    }

    /// Is this change in it?
    #[must_use]
    pub fn contains(self, change: &Change) -> bool {
        self.iter().any(|known| known.id == change.id)
    }

    /// Its changes, oldest first.
    pub fn iter(self) -> impl Iterator<Item = &'static Change> {
        let places = (0..CHANGES.len()).filter(move |index| self.has(*index));
        places.map(|index| &CHANGES[index])
    }

    /// The behaviour that it makes up.
    #[must_use]
    pub fn rules(self) -> Rules {
        let set = self.iter().flat_map(|change| change.sets);
        set.fold(Rules::default(), |rules, (axis, variant)| rules.with(*axis, *variant))
    }
}

impl FromIterator<&'static Change> for ChangeSet {
    fn from_iter<I: IntoIterator<Item = &'static Change>>(changes: I) -> ChangeSet {
        let ids: Vec<&str> = changes.into_iter().map(|change| change.id).collect();
        ChangeSet::of(|change| ids.contains(&change.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(count: usize) -> ChangeSet {
        CHANGES[..count].iter().collect()
    }

    #[test]
    fn a_set_keeps_the_order_of_history() {
        let backwards: ChangeSet = CHANGES.iter().rev().collect();
        assert!(backwards.iter().eq(CHANGES));
        assert_eq!(backwards, first(CHANGES.len()));
        assert!(!first(3).contains(&CHANGES[3]) && first(4).contains(&CHANGES[3]));
    }

    #[test]
    fn the_difference_leads_from_one_to_the_other() {
        let (one, other) = (first(5), first(60).difference(first(2)));
        assert_eq!(one.difference(one.difference(other)), other);
        assert_eq!(one.union(other), first(60));
        assert!(one.difference(other).iter().eq(CHANGES[..2].iter().chain(&CHANGES[5..60])));
    }

    #[test]
    fn no_change_is_the_behaviour_of_the_first_release() {
        assert_eq!(ChangeSet::default().rules(), Rules::default());
    }
}
