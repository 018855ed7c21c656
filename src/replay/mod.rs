// SPDX-License-Identifier: GPL-2.0-only
//! Recorded traces against an implementation.

mod convert;
mod recording;

use std::fmt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

pub use convert::convert;
pub use recording::{Recorded, Recording, RecordingError};

use crate::history::Point;
use crate::implementation::Answer;
use crate::implementation::judge::{Judged, judge};
use crate::script::Script;
use crate::trace::compare::{Difference, Place};
use crate::trace::operation;

/// How the scripts of one file compare.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// The release that the file's head names, where that was asked for.
    pub wanted: Option<String>,
    /// The release it was compared with.
    pub release: String,
    /// Scripts that could be compared.
    pub scripts: u64,
    /// Scripts that agree.
    pub agree: u64,
    /// The first disagreements, as many as were asked for.
    pub disagreements: Vec<Disagreement>,
    /// The first unusable lines, as many as were asked for.
    pub bad_lines: Vec<RecordingError>,
    /// How many lines were not usable.
    pub bad: u64,
}

impl FileReport {
    /// The release it was compared with, and which one it stands for when that is another.
    #[must_use]
    pub fn on(&self) -> String {
        match &self.wanted {
            Some(wanted) if *wanted != self.release => {
                format!("{} (nearest known to {wanted})", self.release)
            }
            _ => self.release.clone(),
        }
    }

    /// `FILE on RELEASE: N scripts, M agree`
    #[must_use]
    pub fn summary(&self) -> String {
        let (file, on) = (self.file.display(), self.on());
        format!("{file} on {on}: {} scripts, {} agree", self.scripts, self.agree)
    }

    /// Scripts that do not agree.
    #[must_use]
    pub fn disagree(&self) -> u64 {
        self.scripts - self.agree
    }
}

/// A script that does not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Line in the file, from 1.
    pub line: u64,
    /// The script's name.
    pub id: String,
    /// The operation at the place of the difference.
    pub op: Option<String>,
    /// The first difference, or what the implementation said instead of a result.
    pub what: Mismatch,
}

/// How a script disagrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The results differ.
    Difference(Difference),
    /// There was no result to compare.
    NoResult(String),
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Mismatch::NoResult(message) => writeln!(f, "  {} (line {}): {message}", self.id, self.line),
            Mismatch::Difference(Difference { place, field, observed, reference }) => {
                let op = self.op.as_deref().map(|op| format!(" `{op}`")).unwrap_or_default();
                writeln!(f, "  {} (line {}), {place}{op}: {field}", self.id, self.line)?;
                writeln!(f, "    recorded: {observed}")?;
                writeln!(f, "    computed: {reference}")
            }
        }
    }
}

/// What to replay against, and how much to keep.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release; `None`: the one that the file's head names.
    pub release: Option<Point>,
    /// Keep so many disagreements of a file.
    pub keep: usize,
}

/// Replays one file on the reference engine.
///
/// # Errors
/// The file cannot be read, or its head fits no release. Lines that are not usable are in the report.
pub fn replay_file(path: &Path, options: &Options) -> Result<FileReport, RecordingError> {
    let recording = Recording::open(path)?;
    let (wanted, point) = match &options.release {
        Some(point) => (None, point.clone()),
        None => {
            let error = |error| RecordingError::Header { file: path.to_owned(), error };
            let chosen = recording.release().map_err(error)?;
            (Some(chosen.wanted), chosen.point)
        }
    };
    let mut report = FileReport {
        file: path.to_owned(),
        wanted,
        release: point.name.clone(),
        scripts: 0,
        agree: 0,
        disagreements: Vec::new(),
        bad_lines: Vec::new(),
        bad: 0,
    };
    for next in recording {
        match next {
            Ok(recorded) => {
                report.scripts += 1;
                let Recorded { line, script, answer, .. } = recorded;
                match compare(&script, answer, &point) {
                    None => report.agree += 1,
                    Some(what) if report.disagreements.len() < options.keep => {
                        report.disagreements.push(disagreement(line, &script, what));
                    }
                    Some(_) => {}
                }
            }
            Err(error) => {
                report.bad += 1;
                if report.bad_lines.len() < options.keep {
                    report.bad_lines.push(error);
                }
            }
        }
    }
    Ok(report)
}

/// The recorded answer against the engine there.
fn compare(script: &Script, answer: Answer, point: &Point) -> Option<Mismatch> {
    match judge(script, point, answer) {
        Judged::Agrees => None,
        Judged::Deviates(deviates) => Some(Mismatch::Difference(deviates.difference)),
        Judged::Skipped { reason } => Some(Mismatch::NoResult(format!("recorded: skipped: {reason}"))),
        Judged::Errored { message } => Some(Mismatch::NoResult(format!("recorded: error: {message}"))),
    }
}

fn disagreement(line: u64, script: &Script, what: Mismatch) -> Disagreement {
    let op = match &what {
        Mismatch::Difference(Difference { place: Place::Step(index), .. }) => {
            script.ops.get(*index).map(|op| operation::words(script, op))
        }
        _ => None,
    };
    Disagreement { line, id: script.id.clone(), op, what }
}

/// Replays files on all cores; the reports come in the order of the files. `done` is called after each file.
pub fn replay_files(
    files: &[PathBuf],
    options: &Options,
    done: &(dyn Fn() + Sync),
) -> Vec<Result<FileReport, RecordingError>> {
    let one = |file: &PathBuf| {
        let report = replay_file(file, options);
        done();
        report
    };
    files.par_iter().with_max_len(1).map(one).collect()
}
