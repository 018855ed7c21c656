// SPDX-License-Identifier: GPL-2.0-only
//! Which upstream changes make a case come out differently.
//!
//! Between two points of history lies a set of changes: those that one has and the other has not. The culprit is the
//! smallest part of it that, applied to the good point, gives what the bad point shows.

use crate::engine;
use crate::history::{self, Change, Point, rules_of};
use crate::script::Script;
use crate::trace::compare::{Place, first_difference};
use crate::trace::names::Names;
use crate::trace::{Came, Trace};

/// All parts up to this size are tried; where none is enough, changes are taken away one by one instead.
const TRIED_TOGETHER: usize = 3;

/// What came out differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observable {
    /// Where.
    pub place: Place,
    /// What: `returned`, or as a comparison of traces calls it.
    pub field: String,
    /// What it was before, at the good point.
    pub before: String,
    /// What it is after, at the bad point.
    pub after: String,
}

/// Changes that make a case come out differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// The changes, oldest first; several where none of them does it alone.
    pub changes: Vec<&'static Change>,
    /// The bad point has them; `false`: it lacks them.
    pub present: bool,
    /// What came out differently first.
    pub observable: Observable,
}

/// A change along the mainline with which a case comes out differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The change.
    pub change: &'static Change,
    /// What comes out differently: every operation whose outcome does.
    pub observables: Vec<Observable>,
}

/// The changes that make the script come out at `bad` as it does; `None` if it comes out as at `good`.
///
/// With a step, an index into the script's operations, only what that operation came out with is looked at. Otherwise
/// it is the first operation that came out differently or, where all came out alike, the first difference of any kind.
#[must_use]
pub fn bisect(script: &Script, good: &Point, bad: &Point, step: Option<usize>) -> Option<Culprit> {
    let (with_good, with_bad) = (history::changes_at(good), history::changes_at(bad));
    let run = |changes: &[&'static Change]| engine::run(script, &rules_of(changes.iter().copied())).trace;
    let (good_trace, bad_trace) = (run(&with_good), run(&with_bad));
    let observable = observable(script, &good_trace, &bad_trace, step)?;

    let differ: Vec<&'static Change> = history::changes()
        .iter()
        .filter(|change| with_good.contains(change) != with_bad.contains(change))
        .collect();
    let toggled = |part: &[&'static Change]| -> Vec<&'static Change> {
        let on = |change: &&Change| with_good.contains(change) != part.contains(change);
        history::changes().iter().filter(on).collect()
    };
    let does_it = |part: &[&'static Change]| observable.is_seen(script, &good_trace, &run(&toggled(part)));
    let changes = smallest(&differ, &does_it);
    let present = changes.iter().all(|change| with_bad.contains(change));
    Some(Culprit { changes, present, observable })
}

/// Every change along the mainline with which an operation comes out differently; with a step, only that operation.
#[must_use]
pub fn flips(script: &Script, step: Option<usize>) -> Vec<Flip> {
    let mut with: Vec<&'static Change> = Vec::new();
    let mut before = outcomes(script, &engine::run(script, &rules_of([])).trace);
    let mut found = Vec::new();
    for change in history::changes() {
        with.push(change);
        let after = outcomes(script, &engine::run(script, &rules_of(with.iter().copied())).trace);
        let differing = before
            .iter()
            .zip(&after)
            .enumerate()
            .filter(|(index, (before, after))| before != after && step.is_none_or(|step| step == *index));
        let observables: Vec<_> = differing.map(|(index, (b, a))| returned(index, b, a)).collect();
        if !observables.is_empty() {
            found.push(Flip { change, observables });
        }
        before = after;
    }
    found
}

/// What every operation came out with, those not reached too.
fn outcomes(script: &Script, trace: &Trace) -> Vec<String> {
    let names = Names::new(script, trace);
    (0..script.ops.len()).map(|index| Came::of(trace, index).word(&names)).collect()
}

/// What the comparison of traces calls an outcome.
const RETURNED: &str = "returned";

fn returned(index: usize, before: &str, after: &str) -> Observable {
    let (before, after) = (before.to_owned(), after.to_owned());
    Observable { place: Place::Step(index), field: RETURNED.into(), before, after }
}

fn observable(script: &Script, good: &Trace, bad: &Trace, step: Option<usize>) -> Option<Observable> {
    let (before, after) = (outcomes(script, good), outcomes(script, bad));
    let differs = |index: &usize| before.get(*index) != after.get(*index);
    let at = match step {
        Some(index) => Some(index).filter(differs),
        None => (0..before.len()).find(differs),
    };
    match (at, step) {
        (Some(index), _) => Some(returned(index, before.get(index)?, after.get(index)?)),
        (None, Some(_)) => None,
        (None, None) => {
            let found = first_difference(script, bad, good)?;
            let (before, after) = (found.reference, found.observed);
            Some(Observable { place: found.place, field: found.field, before, after })
        }
    }
}

impl Observable {
    /// Does this trace show it, compared with the one of the good point?
    fn is_seen(&self, script: &Script, good: &Trace, trace: &Trace) -> bool {
        match self.place {
            Place::Step(index) if self.field == RETURNED => {
                Came::of(trace, index).word(&Names::new(script, trace)) == self.after
            }
            _ => first_difference(script, trace, good).is_some_and(|found| {
                (found.place, &found.field, &found.observed) == (self.place, &self.field, &self.after)
            }),
        }
    }
}

/// The smallest part of these changes that does it; of several equally small ones, the first in order. The whole
/// does it.
fn smallest<'c>(changes: &[&'c Change], does_it: &dyn Fn(&[&'c Change]) -> bool) -> Vec<&'c Change> {
    for size in 1..=TRIED_TOGETHER.min(changes.len()) {
        if let Some(part) = first_part(changes, size, &mut Vec::new(), does_it) {
            return part;
        }
    }
    let mut left = changes.to_vec();
    for change in changes.iter().rev() {
        let without: Vec<&Change> = left.iter().copied().filter(|kept| kept != change).collect();
        if does_it(&without) {
            left = without;
        }
    }
    left
}

/// The first part of this size, in order, that does it.
fn first_part<'c>(
    changes: &[&'c Change],
    size: usize,
    chosen: &mut Vec<&'c Change>,
    does_it: &dyn Fn(&[&'c Change]) -> bool,
) -> Option<Vec<&'c Change>> {
    if chosen.len() == size {
        return does_it(chosen).then(|| chosen.clone());
    }
    for (index, change) in changes.iter().enumerate() {
        chosen.push(change);
        let found = first_part(&changes[index + 1..], size, chosen, does_it);
        chosen.pop();
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Changes as names for numbers: what does it is asked by position.
    fn of(indices: &[usize]) -> Vec<&'static Change> {
        indices.iter().map(|index| &history::changes()[*index]).collect()
    }

    fn smallest_with(needed: &'static [usize], among: usize) -> Vec<&'static Change> {
        let all: Vec<&'static Change> = history::changes()[..among].iter().collect();
        smallest(&all, &|part| of(needed).iter().all(|change| part.contains(change)))
    }

    #[test]
    fn one_two_three_or_more_changes_must_combine() {
        assert_eq!(smallest_with(&[4], 10), of(&[4]));
        assert_eq!(smallest_with(&[0, 9], 10), of(&[0, 9]));
        assert_eq!(smallest_with(&[1, 2, 7], 10), of(&[1, 2, 7]));
        assert_eq!(smallest_with(&[1, 2, 5, 7, 8], 10), of(&[1, 2, 5, 7, 8]));
    }
}
