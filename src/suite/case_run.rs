// SPDX-License-Identifier: GPL-2.0-only
//! A case, run over history.

use super::bands::bands;
use super::deciding::deciding;
use super::runs::{self, Runs};
use super::snapshot::{self, Head};
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
}

impl CaseRun {
    /// Runs a case at every point between its `since` and `until`.
    #[must_use]
    pub fn new(case: Case) -> CaseRun {
        let lowered = case.lower();
        let points = between(history::points(), case.since.as_deref(), case.until.as_deref());
        let runs = runs::over(&lowered.script, points);
        CaseRun { case, lowered, points, runs }
    }

    /// The body of its snapshot.
    #[must_use]
    pub fn body(&self) -> String {
        let renderer = Renderer::new(&self.lowered.script, &self.lowered.steps, Style::default());
        let (texts, of_run) = self.texts(&renderer);
        let behaviours: Vec<usize> = self.runs.of.iter().map(|run| of_run[*run]).collect();
        let open = self.case.until.is_none();
        let head = Head { title: &self.case.title, sources: &self.case.sources };
        snapshot::body(head, &bands(self.points, &behaviours, open), &texts, &|band| {
            deciding(&self.lowered.script, self.points, &self.runs, band, &renderer)
        })
    }

    /// What the reference engine did that the case does not expect.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::new(REFERENCE, &self.case, &self.lowered, self.points, |point| {
            &self.runs.runs[self.runs.of[point]].run.trace
        })
    }

    /// The different texts, and which of them each run has.
    fn texts(&self, renderer: &Renderer<'_>) -> (Vec<String>, Vec<usize>) {
        let mut texts: Vec<String> = Vec::new();
        let mut of_run: Vec<usize> = Vec::with_capacity(self.runs.runs.len());
        for (index, with) in self.runs.runs.iter().enumerate() {
            of_run.push(if with.like < index {
                of_run[with.like]
            } else {
                let text = renderer.render(&with.run.trace);
                texts.iter().position(|known| *known == text).unwrap_or_else(|| {
                    texts.push(text);
                    texts.len() - 1
                })
            });
        }
        (texts, of_run)
    }
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
