// SPDX-License-Identifier: GPL-2.0-only
//! From a script that shows something to the shortest one that still does.
//!
//! First operations go, in ever smaller blocks (delta debugging), then one by one; then devices, groups, settings and
//! options; then arguments become plain. That is repeated until nothing changes. The questions asked are the same
//! for the same script and the same answers, and there is a limit to them.

mod simpler;
#[cfg(test)]
mod tests;

use super::canonical::{canonical, without};
use crate::script::{Op, Script};

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shrunk {
    /// The shortest script found.
    pub script: Script,
    /// So many scripts were tried.
    pub asked: usize,
    /// Nothing shorter is left to try; false: the limit came first.
    pub finished: bool,
}

/// Shortens a script for as long as `still` says that it still shows what it is about, but asks no more than `limit`
/// times. The script itself is taken to show it. No script is asked about twice.
pub fn shrink(script: &Script, limit: usize, still: &mut dyn FnMut(&Script) -> bool) -> Shrunk {
    let mut shrinker = Shrinker { best: script.clone(), asked: 0, limit, refused: Vec::new(), still };
    let finished = shrinker.run().is_some();
    shrinker.rename();
    Shrunk { script: shrinker.best, asked: shrinker.asked, finished }
}

/// Ends the search: the limit is reached.
type Limited<T> = Option<T>;

struct Shrinker<'a> {
    best: Script,
    asked: usize,
    limit: usize,
    /// Scripts that do not show it.
    refused: Vec<Script>,
    still: &'a mut dyn FnMut(&Script) -> bool,
}

impl Shrinker<'_> {
    fn run(&mut self) -> Limited<()> {
        loop {
            let before = self.best.clone();
            self.drop_operations()?;
            self.drop_things()?;
            self.simplify()?;
            if self.best == before {
                return Some(());
            }
        }
    }

    /// Takes a script if it still shows it; `None` when no more may be asked.
    fn accept(&mut self, candidate: Script) -> Limited<bool> {
        if candidate == self.best || candidate.ops.is_empty() || self.refused.contains(&candidate) {
            return Some(false);
        }
        if self.asked >= self.limit {
            return None;
        }
        self.asked += 1;
        if (self.still)(&candidate) {
            self.best = candidate;
            Some(true)
        } else {
            self.refused.push(candidate);
            Some(false)
        }
    }

    fn with_ops(&self, ops: Vec<Op>) -> Script {
        let script = Script { ops, ..self.best.clone() };
        without(&script, &[], &[])
    }

    /// Leaves out blocks of operations, then smaller ones, down to single ones, from the end on: what comes late
    /// is more often what nothing depends on.
    fn drop_operations(&mut self) -> Limited<()> {
        let mut block = self.best.ops.len().div_ceil(2).max(1);
        loop {
            let mut end = self.best.ops.len();
            while end > 0 {
                let start = end.saturating_sub(block);
                let mut ops = self.best.ops.clone();
                ops.drain(start..end);
                let candidate = self.with_ops(ops);
                self.accept(candidate)?;
                end = start.min(self.best.ops.len());
            }
            if block == 1 {
                return Some(());
            }
            block = block.div_ceil(2).min(self.best.ops.len().max(1));
        }
    }

    /// Tries each way to make the script simpler; what was taken is the base of the next one.
    fn simplify(&mut self) -> Limited<()> {
        for kind in simpler::KINDS {
            let mut at = 0;
            // Candidates change with the script, so they are looked up by number.
            while let Some(candidate) = kind(&self.best, at) {
                if !self.accept(candidate)? {
                    at += 1;
                }
            }
        }
        Some(())
    }

    /// Leaves out devices and groups with all that is done to them.
    fn drop_things(&mut self) -> Limited<()> {
        for number in (0..self.best.groups.len()).rev() {
            let Ok(id) = u8::try_from(number) else { continue };
            let candidate = without(&self.best, &[], &[crate::script::GroupId(id)]);
            self.accept(candidate)?;
        }
        for number in (0..self.best.devices.len()).rev() {
            let Ok(id) = u8::try_from(number) else { continue };
            let candidate = without(&self.best, &[crate::script::DeviceId(id)], &[]);
            self.accept(candidate)?;
        }
        Some(())
    }

    /// Gives everything a plain name, if that changes nothing; this may be asked beyond the limit.
    fn rename(&mut self) {
        let candidate = canonical(&self.best);
        if candidate != self.best {
            self.asked += 1;
            if (self.still)(&candidate) {
                self.best = candidate;
            }
        }
    }
}
