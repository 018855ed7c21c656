// SPDX-License-Identifier: GPL-2.0-only
//! Which upstream changes make a band differ from what it departs from: the band before it, or, of a stable release,
//! its base.

use std::cell::OnceCell;
use std::fmt;

use super::bands::Band;
use super::runs::{Runs, Tried};
use super::smallest::{relevant, smallest};
use crate::history::{Change, Line, Point};
use crate::script::Script;
use crate::trace::text::Renderer;

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

/// The smallest set of changes with which what a band departs from comes out as the band does; oldest first. None for
/// a band that departs from nothing.
///
/// `runs` is the script's at these points.
#[must_use]
pub fn deciding(
    script: &Script,
    points: &[Point],
    runs: &Runs,
    band: &Band<'_>,
    renderer: &Renderer<'_>,
) -> Vec<Deciding> {
    let at = points.iter().position(|point| point.name == band.first.name);
    let (Some(before), Some(at)) = (band.before, at) else { return Vec::new() };
    let there = &runs.runs[runs.of[at]].run;
    let mut tried = Tried::new(script, &runs.runs);
    let text = OnceCell::new();
    let changes = smallest(relevant(before, band.first, there.consulted), &mut |part| {
        let trace = &tried.run(&before.changes.difference(part).rules()).trace;
        *trace == there.trace || *text.get_or_init(|| renderer.render(&there.trace)) == renderer.render(trace)
    });
    let how = |change: &Change| match &band.first.line {
        _ if !band.first.changes.contains(change) => How::Missing,
        Line::Mainline => How::Came,
        Line::Stable { .. } => How::TakenOver,
    };
    changes.iter().map(|change| Deciding { change, how: how(change) }).collect()
}
