// SPDX-License-Identifier: GPL-2.0-only
//! The results as JSON.
//!
//! One [`Document`]. Fields are only ever added while `format` stays the same; a change of meaning raises it.
//! Names of domains, and outcomes, are those of snapshots and of a case's `expect`.

use std::io::Write;

use serde::Serialize;

use super::Whole;
use super::report::{Ran, Report};
use crate::case::Unmet;
use crate::cli::failure::Failure;
use crate::cli::words::{self, Came};
use crate::trace::names::Names;
use crate::trace::text::Origin;
use crate::trace::{End, operation};

/// Version of the format.
pub const FORMAT: u32 = 1;

/// Everything.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    /// [`FORMAT`].
    pub format: u32,
    /// What the cases ran on.
    pub implementation: &'a str,
    /// The releases, oldest first.
    pub releases: Vec<&'a str>,
    /// How many cases came out how.
    pub summary: Summary,
    /// The cases by name.
    pub cases: Vec<CaseResult<'a>>,
}

/// How many cases came out how.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// All.
    pub cases: usize,
    /// Those that did what they expect.
    pub as_expected: usize,
    /// Those that did not.
    pub not_as_expected: usize,
    /// Those that could not be loaded.
    pub not_loaded: usize,
}

/// A case.
#[derive(Debug, Serialize)]
pub struct CaseResult<'a> {
    /// Its name: area and slug.
    pub name: &'a str,
    /// Its file.
    pub file: &'a str,
    /// Why it could not be loaded; `null` if it could. Without the case the fields below are empty.
    pub error: Option<String>,
    /// Its title.
    pub title: &'a str,
    /// Releases that behave alike.
    pub bands: Vec<BandResult>,
    /// Expectations that are not met.
    pub unmet: Vec<UnmetResult>,
    /// Known deviations that no longer occur.
    pub expired: &'a [String],
}

/// Releases that behave alike.
#[derive(Debug, Serialize)]
pub struct BandResult {
    /// Which, as in the heading of a snapshot.
    pub releases: String,
    /// The first of them.
    pub first: String,
    /// The upstream commits that make it differ from the band before, or a stable release from its base.
    pub decided_by: Vec<&'static str>,
    /// The first release of the earlier band that is the same; steps are given nevertheless.
    pub same_as: Option<String>,
    /// What each operation did.
    pub steps: Vec<StepResult>,
    /// `teardown` or `crash`.
    pub end: &'static str,
}

/// What an operation did.
#[derive(Debug, Serialize)]
pub struct StepResult {
    /// The number of the case's step, from 1; `null` for operations that the case does not list.
    pub step: Option<usize>,
    /// The operation with its arguments.
    pub operation: String,
    /// `ok`, an errno's name, `true`, `false`, a domain, `null`, `absent`, `skipped`, `crash`.
    pub outcome: String,
    /// What an errno was about, or why the operation was skipped or killed the kernel.
    pub reason: Option<&'static str>,
    /// WARNs.
    pub warns: usize,
}

/// An expectation that is not met.
#[derive(Debug, Serialize)]
pub struct UnmetResult {
    /// The step, from 1.
    pub step: usize,
    /// Its line in the file.
    pub line: usize,
    /// On which releases.
    pub releases: String,
    /// What of the step it is about; `null`: its outcome.
    pub about: Option<String>,
    /// What is expected.
    pub expected: String,
    /// What was observed.
    pub observed: String,
}

pub(super) fn write(whole: &Whole<'_>, reports: &[Report], out: &mut impl Write) -> Result<(), Failure> {
    let not_loaded = reports.iter().filter(|report| report.result.is_err()).count();
    let as_expected = reports.iter().filter(|report| report.is_good()).count();
    let document = Document {
        format: FORMAT,
        implementation: whole.on,
        releases: whole.points.list().iter().map(|point| point.name.as_str()).collect(),
        summary: Summary {
            cases: reports.len(),
            as_expected,
            not_as_expected: reports.len() - as_expected - not_loaded,
            not_loaded,
        },
        cases: reports.iter().map(case).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}

fn case(report: &Report) -> CaseResult<'_> {
    let (name, file) = (report.name.as_str(), report.file.as_str());
    match &report.result {
        Err(error) => CaseResult {
            name,
            file,
            error: Some(error.to_string()),
            title: "",
            bands: Vec::new(),
            unmet: Vec::new(),
            expired: &[],
        },
        Ok(ran) => CaseResult {
            name,
            file,
            error: None,
            title: &ran.case.title,
            bands: bands(ran),
            unmet: unmet(ran),
            expired: &ran.verdict.expired,
        },
    }
}

fn unmet(ran: &Ran) -> Vec<UnmetResult> {
    let one = |unmet: &Unmet| UnmetResult {
        step: unmet.step,
        line: unmet.line,
        releases: unmet.release.clone(),
        about: unmet.about.clone(),
        expected: unmet.expected.clone(),
        observed: unmet.observed.clone(),
    };
    ran.verdict.unmet.iter().map(one).collect()
}

fn bands(ran: &Ran) -> Vec<BandResult> {
    let band = |band: &crate::suite::bands::Band<'_>| {
        let at = ran.points.iter().position(|point| point.name == band.first.name).unwrap_or(0);
        BandResult {
            releases: band.to_string(),
            first: band.first.name.clone(),
            decided_by: ran.deciding(band).iter().map(|deciding| deciding.change.id).collect(),
            same_as: band.repeats.map(|point| point.name.clone()),
            steps: steps(ran, at),
            end: match ran.trace(at).end {
                End::Teardown { .. } => "teardown",
                End::Crash(_) => "crash",
            },
        }
    };
    ran.bands().iter().map(band).collect()
}

fn steps(ran: &Ran, point: usize) -> Vec<StepResult> {
    let (script, trace) = (&ran.lowered.script, ran.trace(point));
    let names = Names::new(script, trace);
    let reached = script.ops.iter().enumerate().take(trace.steps.len() + 1);
    let steps = reached.map(|(index, op)| (index, op, Came::of(trace, index)));
    steps
        .take_while(|(_, _, came)| *came != Came::NotReached)
        .map(|(index, op, came)| StepResult {
            step: match ran.lowered.steps.get(index) {
                Some(Origin::Step(number)) => Some(*number),
                _ => None,
            },
            operation: operation::words(script, op),
            outcome: came.word(&names),
            reason: words::reason(trace, index),
            warns: trace.steps.get(index).map_or(0, crate::trace::Step::warns),
        })
        .collect()
}
