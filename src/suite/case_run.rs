// SPDX-License-Identifier: GPL-2.0-only
//! A case, run over history.

use super::bands::Band;
use super::bands::bands;
use super::deciding::{Deciding, Shown, deciding};
use super::runs::{self, Runs};
use super::snapshot::{self, Head};
use super::sweep::{self, SweepRuns};
use super::verdict::{REFERENCE, Verdict};
use crate::case::{Case, Lowered};
use crate::history::{self, Point};
use crate::trace::text::{Renderer, Style};

/// A case and what it did at each of its points of history.
#[derive(Debug)]
pub struct CaseRun {
    /// The case.
    pub case: Case,
    /// Its script.
    pub lowered: Lowered,
    /// The points it runs on.
    pub points: &'static [Point],
    /// What it did there.
    pub runs: Runs,
    /// What it did there with a fault at every position.
    pub sweeps: Vec<SweepRuns>,
}

impl CaseRun {
    /// Runs a case at every point between its `since` and `until`.
    #[must_use]
    pub fn new(case: Case) -> CaseRun {
        let lowered = case.lower();
        let points = between(history::points(), case.since.as_deref(), case.until.as_deref());
        let runs = runs::over(&lowered.script, points);
        let sweeps = sweep::over(&lowered, points);
        CaseRun { case, lowered, points, runs, sweeps }
    }

    /// The body of its snapshot.
    #[must_use]
    pub fn body(&self) -> String {
        let (texts, behaviours) = texts(&self.lowered, &self.runs, &self.sweeps);
        let open = self.case.until.is_none();
        let head = Head { title: &self.case.title, sources: &self.case.sources };
        snapshot::body(head, &bands(self.points, &behaviours, open), &texts, &|band| {
            deciding_changes(&self.lowered, &self.runs, &self.sweeps, self.points, band)
        })
    }

    /// What the reference engine did that the case does not expect.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::new(REFERENCE, &self.case, &self.lowered, self.points, |point| {
            &self.runs.runs[self.runs.of[point]].run.trace
        })
    }
}

/// The different texts of a case, and which of them each point has.
#[must_use]
pub fn texts(lowered: &Lowered, runs: &Runs, sweeps: &[SweepRuns]) -> (Vec<String>, Vec<usize>) {
    let renderer = Renderer::new(&lowered.script, &lowered.steps, Style::default());
    let mut texts: Vec<String> = Vec::new();
    let mut of_run: Vec<usize> = Vec::with_capacity(runs.runs.len());
    for (index, with) in runs.runs.iter().enumerate() {
        of_run.push(if with.like < index {
            of_run[with.like]
        } else {
            number(&mut texts, renderer.render(&with.run.trace))
        });
    }
    let of_points: Vec<usize> = runs.of.iter().map(|run| of_run[*run]).collect();
    if sweeps.is_empty() {
        return (texts, of_points);
    }
    let mut whole: Vec<String> = Vec::new();
    let swept = sweep::texts(sweeps, of_points.len());
    let of_points =
        of_points.iter().zip(swept).map(|(text, swept)| number(&mut whole, texts[*text].clone() + &swept));
    let of_points = of_points.collect();
    (whole, of_points)
}

/// The changes that make a band of a case what it is.
#[must_use]
pub fn deciding_changes(
    lowered: &Lowered,
    runs: &Runs,
    sweeps: &[SweepRuns],
    points: &[Point],
    band: &Band<'_>,
) -> Vec<Deciding> {
    let swept = sweeps.iter().flat_map(|sweep| sweep.positions.iter().skip(1));
    let swept = swept.map(|position| Shown::new(&position.lowered, &position.runs));
    let shown: Vec<Shown<'_>> = std::iter::once(Shown::new(lowered, runs)).chain(swept).collect();
    deciding(&shown, points, band)
}

/// The number of a text among those known, which it joins.
fn number(known: &mut Vec<String>, text: String) -> usize {
    known.iter().position(|other| *other == text).unwrap_or_else(|| {
        known.push(text);
        known.len() - 1
    })
}

/// The points from `since` to `until`, both included; a limit that is no point's name does not limit.
fn between<'a>(points: &'a [Point], since: Option<&str>, until: Option<&str>) -> &'a [Point] {
    let position =
        |name: Option<&str>| name.and_then(|name| points.iter().position(|point| point.name == name));
    let first = position(since).unwrap_or(0);
    let end = position(until).map_or(points.len(), |last| last + 1);
    points.get(first..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::bands::tests::points;

    #[test]
    fn limits_are_inclusive() {
        let points = points(&["v5.10", "v5.15", "v5.15.80", "v5.18"]);
        let names = |since, until| -> Vec<&str> {
            between(&points, since, until).iter().map(|point| point.name.as_str()).collect()
        };
        assert_eq!(names(None, None), ["v5.10", "v5.15", "v5.15.80", "v5.18"]);
        assert_eq!(names(Some("v5.15"), Some("v5.15.80")), ["v5.15", "v5.15.80"]);
        assert_eq!(names(None, Some("v5.10")), ["v5.10"]);
        assert!(names(Some("v5.18"), Some("v5.10")).is_empty());
    }
}
