// SPDX-License-Identifier: GPL-2.0-only
//! Which upstream changes make a band differ from what it departs from: the band before it, or, of a stable release,
//! its base.

use std::cell::OnceCell;
use std::fmt;

use super::bands::Band;
use super::runs::{Runs, Tried};
use super::smallest::{relevant, smallest};
use crate::case::Lowered;
use crate::engine::{AxisSet, Rules, Run};
use crate::history::{Change, Line, Point};
use crate::script::Script;
use crate::trace::text::{Renderer, Style};

/// A change that has a part in how a band begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deciding {
    /// The change.
    pub change: &'static Change,
    /// What has become of it.
    pub how: How,
}

/// What has become of a change at the beginning of a band.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It came.
    Came,
    /// The stable release took it over.
    TakenOver,
    /// It is not there although it was before: the tree was branched off earlier.
    Missing,
}

impl fmt::Display for Deciding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Came => "since commit",
            How::TakenOver => "backport of commit",
            How::Missing => "without commit",
        };
        write!(f, "{how} {} ({})", self.change.id, self.change.title)
    }
}

impl Deciding {
    /// Is this line of a snapshot one of these?
    #[must_use]
    pub fn is_line(line: &str) -> bool {
        ["since commit ", "backport of commit ", "without commit "].iter().any(|how| line.starts_with(how))
    }
}

/// A script over history, and how its traces are shown.
#[derive(Clone, Debug)]
pub struct Shown<'a> {
    script: &'a Script,
    runs: &'a Runs,
    renderer: Renderer<'a>,
}

impl<'a> Shown<'a> {
    /// A script with what it did at the points of history.
    #[must_use]
    pub fn new(lowered: &'a Lowered, runs: &'a Runs) -> Shown<'a> {
        let renderer = Renderer::new(&lowered.script, &lowered.steps, Style::default());
        Shown { script: &lowered.script, runs, renderer }
    }
}

/// A script at the point where a band begins.
struct Side<'a> {
    renderer: &'a Renderer<'a>,
    there: &'a Run,
    tried: Tried<'a>,
    text: OnceCell<String>,
}

impl<'a> Side<'a> {
    fn new(shown: &'a Shown<'a>, at: usize) -> Side<'a> {
        let runs = &shown.runs;
        let there = &runs.runs[runs.of[at]].run;
        let tried = Tried::new(shown.script, &runs.runs);
        Side { renderer: &shown.renderer, there, tried, text: OnceCell::new() }
    }

    /// Does it come out with these rules as it does there?
    fn comes_out(&mut self, rules: &Rules) -> bool {
        let trace = &self.tried.run(rules).trace;
        *trace == self.there.trace
            || *self.text.get_or_init(|| self.renderer.render(&self.there.trace))
                == self.renderer.render(trace)
    }
}

/// The smallest set of changes with which what a band departs from comes out as the band does; oldest first. None for
/// a band that departs from nothing.
///
/// `shown` are the scripts of a case, all of which make the band, run at these points.
#[must_use]
pub fn deciding(shown: &[Shown<'_>], points: &[Point], band: &Band<'_>) -> Vec<Deciding> {
    let at = points.iter().position(|point| point.name == band.first.name);
    let (Some(before), Some(at)) = (band.before, at) else { return Vec::new() };
    let mut sides: Vec<Side<'_>> = shown.iter().map(|shown| Side::new(shown, at)).collect();
    let consulted = sides.iter().fold(AxisSet::EMPTY, |all, side| all.union(side.there.consulted));
    let changes = smallest(relevant(before, band.first, consulted), &mut |part| {
        let rules = before.changes.difference(part).rules();
        sides.iter_mut().all(|side| side.comes_out(&rules))
    });
    let how = |change: &Change| match &band.first.line {
        _ if !band.first.changes.contains(change) => How::Missing,
        Line::Mainline => How::Came,
        Line::Stable { .. } => How::TakenOver,
    };
    changes.iter().map(|change| Deciding { change, how: how(change) }).collect()
}
