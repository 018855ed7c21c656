// SPDX-License-Identifier: GPL-2.0-only
//! A script over history: each different behaviour once.

use crate::engine::{self, Rules, Run};
use crate::history::Point;
use crate::script::Script;

/// What a script did at some points of history.
#[derive(Clone, Debug)]
pub struct Runs {
    /// One run for each set of points whose rules agree on everything that the run consulted.
    pub runs: Vec<RunWith>,
    /// Which run each point has: entry `i` is that of point `i`.
    pub of: Vec<usize>,
}

/// A run, and rules with which it came about.
#[derive(Clone, Debug)]
pub struct RunWith {
    /// The rules of the first point that has it.
    pub rules: Rules,
    /// What happened.
    pub run: Run,
    /// The first run with an equal trace: most rules that a run consults change nothing in it.
    pub like: usize,
}

/// Runs a script at every point, though the engine only where a rule that matters is new.
#[must_use]
pub fn over(script: &Script, points: &[Point]) -> Runs {
    let mut runs: Vec<RunWith> = Vec::new();
    let mut of: Vec<usize> = Vec::with_capacity(points.len());
    for point in points {
        let agrees = |known: &RunWith| known.rules.agree_on(&point.rules, known.run.consulted);
        // A point mostly behaves like the one before it.
        let last = of.last().copied().filter(|last| agrees(&runs[*last]));
        let index = last.or_else(|| runs.iter().position(agrees)).unwrap_or_else(|| {
            let run = engine::run(script, &point.rules);
            let like = runs
                .iter()
                .rfind(|known| known.run.trace == run.trace)
                .map_or(runs.len(), |known| known.like);
            runs.push(RunWith { rules: point.rules, run, like });
            runs.len() - 1
        });
        of.push(index);
    }
    Runs { runs, of }
}

/// Runs a script with one set of rules after another, though the engine only where a rule that matters is new.
#[derive(Debug)]
pub struct Tried<'a> {
    script: &'a Script,
    /// Runs that were there before.
    known: &'a [RunWith],
    more: Vec<(Rules, Run)>,
}

impl<'a> Tried<'a> {
    /// These runs of the script are known.
    #[must_use]
    pub fn new(script: &'a Script, known: &'a [RunWith]) -> Tried<'a> {
        Tried { script, known, more: Vec::new() }
    }

    /// What the script does with these rules.
    pub fn run(&mut self, rules: &Rules) -> &Run {
        let agrees = |known: &Rules, run: &Run| known.agree_on(rules, run.consulted);
        if let Some(known) = self.known.iter().find(|known| agrees(&known.rules, &known.run)) {
            return &known.run;
        }
        let index = self.more.iter().position(|(known, run)| agrees(known, run)).unwrap_or_else(|| {
            self.more.push((*rules, engine::run(self.script, rules)));
            self.more.len() - 1
        });
        &self.more[index].1
    }
}
