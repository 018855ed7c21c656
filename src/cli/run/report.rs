// SPDX-License-Identifier: GPL-2.0-only
//! What a case did, as `run` tells it.

use std::collections::BTreeSet;

use crate::case::{self, Case, CaseError, Lowered};
use crate::history::{self, Line, Point};
use crate::suite::bands;
use crate::suite::case_run;
use crate::suite::deciding::Deciding;
use crate::suite::find::CaseFile;
use crate::suite::reach::Reach;
use crate::suite::runs::{self, Runs};
use crate::suite::sweep::{self, SweepRuns};
use crate::suite::verdict::{REFERENCE, Verdict};
use crate::trace::names::Names;
use crate::trace::text::Origin;
use crate::trace::{Trace, operation};

use crate::cli::words::Came;

/// The points of history that cases run on.
#[derive(Clone, Copy, Debug)]
pub enum Points<'a> {
    /// All.
    All,
    /// Those asked for.
    Chosen(&'a [Point]),
}

impl<'a> Points<'a> {
    /// These, or all if there are none.
    pub fn chosen(points: &'a [Point]) -> Points<'a> {
        if points.is_empty() { Points::All } else { Points::Chosen(points) }
    }

    /// One after the other.
    pub fn list(&self) -> &'a [Point] {
        match self {
            Points::All => history::points(),
            Points::Chosen(points) => points,
        }
    }
}

/// A case and what became of it.
pub struct Report {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// What became of it.
    pub result: Result<Ran, CaseError>,
}

/// A case that ran.
pub struct Ran {
    /// The case.
    pub case: Case,
    /// Its script.
    pub lowered: Lowered,
    /// The points it ran on.
    pub points: Vec<Point>,
    /// What it did there.
    pub runs: Runs,
    /// What it did there with a fault at every position.
    pub sweeps: Vec<SweepRuns>,
    /// Which behaviour each point has; points of one behaviour have the same text.
    pub behaviours: Vec<usize>,
    /// What it did that the case does not expect.
    pub verdict: Verdict,
    /// The points go on to the newest release.
    open: bool,
}

impl Report {
    /// Loads and runs a case on those of the points that it is for.
    pub fn new(file: &CaseFile, points: &Points<'_>) -> Report {
        let result = case::load(&file.path).map(|case| Ran::new(case, points));
        Report { name: file.name.clone(), file: file.path.display().to_string(), result }
    }

    /// Is all as it must be?
    pub fn is_good(&self) -> bool {
        self.result.as_ref().is_ok_and(Ran::is_good)
    }
}

impl Ran {
    /// Runs a case on those of the points that it is for.
    pub fn new(case: Case, points: &Points<'_>) -> Ran {
        let lowered = case.lower();
        let open = matches!(points, Points::All) && case.until.is_none();
        let points: Vec<Point> = points.list().iter().filter(|point| case.runs_at(point)).cloned().collect();
        let runs = runs::over(&lowered.script, &points);
        let sweeps = sweep::over(&lowered, &points);
        let (_, behaviours) = case_run::texts(&lowered, &runs, &sweeps);
        let trace_at = |point: usize| &runs.runs[runs.of[point]].run.trace;
        let verdict = Verdict::new(REFERENCE, &case, &lowered, &points, trace_at);
        Ran { case, lowered, points, runs, sweeps, behaviours, verdict, open }
    }

    /// Is all as it must be?
    pub fn is_good(&self) -> bool {
        self.verdict == Verdict::default()
    }

    /// What it did at the point of this index.
    pub fn trace(&self, point: usize) -> &Trace {
        &self.runs.runs[self.runs.of[point]].run.trace
    }

    /// What it reaches of the engine.
    pub fn reach(&self) -> Reach {
        let swept = self.sweeps.iter().flat_map(|sweep| sweep.positions.iter().skip(1));
        let swept = swept.map(|position| &position.runs);
        Reach::new(&self.points, std::iter::once(&self.runs).chain(swept))
    }

    /// The bands of its behaviour.
    pub fn bands(&self) -> Vec<bands::Band<'_>> {
        bands::bands(&self.points, &self.behaviours, self.open)
    }

    /// The changes that made a band what it is.
    pub fn deciding(&self, band: &bands::Band<'_>) -> Vec<Deciding> {
        case_run::deciding_changes(&self.lowered, &self.runs, &self.sweeps, &self.points, band)
    }

    /// Indices of the mainline points.
    pub fn mainline(&self) -> impl Iterator<Item = usize> {
        (0..self.points.len()).filter(|index| self.points[*index].line == Line::Mainline)
    }

    /// The step that tells the releases apart best.
    pub fn flips(&self) -> Option<Flips> {
        let steps = (0..self.lowered.script.ops.len()).filter_map(|index| self.flips_of(index));
        steps.max_by_key(|flips| (flips.weight, std::cmp::Reverse(flips.index)))
    }

    /// How the outcome of one operation changes along the mainline; `None` if it does not.
    fn flips_of(&self, index: usize) -> Option<Flips> {
        let mut values: Vec<(String, String)> = Vec::new();
        let (mut success, mut error) = (false, false);
        let mut present = BTreeSet::new();
        for point in self.mainline() {
            let trace = self.trace(point);
            let came = Came::of(trace, index);
            success |= came.is_success();
            error |= came.is_error();
            let word = came.word(&Names::new(&self.lowered.script, trace));
            if !came.is_absent() {
                present.insert(word.clone());
            }
            if values.last().is_none_or(|(last, _)| *last != word) {
                values.push((word, self.points[point].name.clone()));
            }
        }
        let origin = self.lowered.steps.get(index).copied().unwrap_or(Origin::Step(index + 1));
        let weight = match origin {
            Origin::Step(_) if success && error => 3,
            Origin::Step(_) if present.len() > 1 => 2,
            Origin::Step(_) => 1,
            Origin::Given | Origin::Implied | Origin::Swept => 0,
        };
        let name = self.lowered.script.ops.get(index).map_or("", operation::name);
        (values.len() > 1).then_some(Flips { index, weight, origin, name, values })
    }
}

/// An operation whose outcome changes along the mainline.
pub struct Flips {
    /// Its place in the script.
    pub index: usize,
    /// How much it tells: most when a success became an error or the other way round.
    weight: u8,
    /// Why it is there.
    pub origin: Origin,
    /// The operation's name.
    pub name: &'static str,
    /// Its outcomes, each with the first point that has it.
    pub values: Vec<(String, String)>,
}
