// SPDX-License-Identifier: GPL-2.0-only
//! The smallest set of changes that does something.

use crate::engine::AxisSet;
use crate::history::{ChangeSet, Point};

/// All parts up to this size are tried; where none is enough, changes are taken away one by one instead.
const TRIED_TOGETHER: usize = 3;

/// What lies between two points and sets a rule that was looked at in a run at the second. The first point changed
/// by just that runs like the second.
#[must_use]
pub fn relevant(one: &Point, other: &Point, consulted: AxisSet) -> ChangeSet {
    let differ = one.changes.difference(other.changes);
    differ.iter().filter(|change| change.sets.iter().any(|(axis, _)| consulted.contains(*axis))).collect()
}

/// The smallest part of these changes that does it; of several equally small ones, the first in order. The whole
/// does it.
pub fn smallest(changes: ChangeSet, does_it: &mut dyn FnMut(ChangeSet) -> bool) -> ChangeSet {
    let singles: Vec<ChangeSet> = changes.singles().collect();
    // The whole need not be tried.
    for size in 1..=TRIED_TOGETHER.min(singles.len().saturating_sub(1)) {
        if let Some(part) = first_part(&singles, size, ChangeSet::default(), does_it) {
            return part;
        }
    }
    let mut left = changes;
    if singles.len() > TRIED_TOGETHER {
        for change in singles.iter().rev() {
            let without = left.difference(*change);
            if does_it(without) {
                left = without;
            }
        }
    }
    left
}

/// The first part with so many changes more than those chosen, in order, that does it.
fn first_part(
    singles: &[ChangeSet],
    size: usize,
    chosen: ChangeSet,
    does_it: &mut dyn FnMut(ChangeSet) -> bool,
) -> Option<ChangeSet> {
    if size == 0 {
        return does_it(chosen).then_some(chosen);
    }
    let starts = singles.iter().enumerate();
    starts.into_iter().find_map(|(index, change)| {
        first_part(&singles[index + 1..], size - 1, chosen.union(*change), does_it)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::CHANGES;

    /// Changes as names for numbers: what does it is asked by position.
    fn of(indices: &[usize]) -> ChangeSet {
        indices.iter().map(|index| &CHANGES[*index]).collect()
    }

    fn smallest_with(needed: &[usize], among: usize) -> ChangeSet {
        let all: ChangeSet = CHANGES[..among].iter().collect();
        smallest(all, &mut |part| part.union(of(needed)) == part)
    }

    #[test]
    fn one_two_three_or_more_changes_must_combine() {
        assert_eq!(smallest_with(&[4], 10), of(&[4]));
        assert_eq!(smallest_with(&[0, 9], 10), of(&[0, 9]));
        assert_eq!(smallest_with(&[1, 2, 7], 10), of(&[1, 2, 7]));
        assert_eq!(smallest_with(&[1, 2, 5, 7, 8], 10), of(&[1, 2, 5, 7, 8]));
    }

    #[test]
    fn of_few_changes_all_may_be_needed() {
        for count in 0..=4 {
            let all: Vec<usize> = (0..count).collect();
            assert_eq!(smallest_with(&all, count), of(&all));
        }
    }
}
