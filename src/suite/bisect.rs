// SPDX-License-Identifier: GPL-2.0-only
//! Which upstream changes make a case come out differently.
//!
//! Between two points of history lies a set of changes: those that one has and the other has not. The culprit is the
//! smallest part of it that, applied to the good point, gives what the bad point shows.

use super::runs::Tried;
use super::smallest::{relevant, smallest};
use crate::history::{self, Change, ChangeSet, Point};
use crate::script::Script;
use crate::trace::compare::{Place, first_difference};
use crate::trace::names::Names;
use crate::trace::{Came, Trace};

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
    let mut tried = Tried::new(script, &[]);
    let (good_trace, bad_run) = (tried.run(&good.rules).trace.clone(), tried.run(&bad.rules).clone());
    let observable = observable(script, &good_trace, &bad_run.trace, step)?;
    let differ = relevant(good, bad, bad_run.consulted);
    let culprit = smallest(differ, &mut |part| {
        let trace = &tried.run(&good.changes.difference(part).rules()).trace;
        observable.is_seen(script, &good_trace, trace)
    });
    let changes: Vec<&'static Change> = culprit.iter().collect();
    let present = changes.iter().all(|change| bad.changes.contains(change));
    Some(Culprit { changes, present, observable })
}

/// Every change along the mainline with which an operation comes out differently; with a step, only that operation.
#[must_use]
pub fn flips(script: &Script, step: Option<usize>) -> Vec<Flip> {
    let mut tried = Tried::new(script, &[]);
    let mut with = ChangeSet::default();
    let mut before = outcomes(script, &tried.run(&with.rules()).trace);
    let mut found = Vec::new();
    for change in history::CHANGES {
        with = with.union(ChangeSet::from_iter([change]));
        let after = outcomes(script, &tried.run(&with.rules()).trace);
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
