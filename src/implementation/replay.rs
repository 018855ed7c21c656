// SPDX-License-Identifier: GPL-2.0-only
//! Recorded traces against an implementation.

use std::fmt;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::recorded::wire::{Header, Line};
use super::recorded::{self, FileError, HeaderError, Problem, TraceFile};
use super::{Answer, Implementation, Reference};
use crate::history::Point;
use crate::script::Arch;
use crate::trace::compare::{Difference, Place, first_difference};

/// How the scripts of one file compare.
#[derive(Debug)]
pub struct FileReport {
    /// The file.
    pub file: PathBuf,
    /// Its header.
    pub header: Header,
    /// The release that the header names, where that was asked for.
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
    pub bad_lines: Vec<FileError>,
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

/// Why a file could not be replayed at all.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The header fits no release.
    #[error("{}: {error}", file.display())]
    Header {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        error: HeaderError,
    },
}

/// What to replay against, and how much to keep.
#[derive(Clone, Debug)]
pub struct Options {
    /// The release; `None`: the one that the header names.
    pub release: Option<Point>,
    /// Keep so many disagreements of a file.
    pub keep: usize,
}

/// Replays one file on the reference engine.
///
/// # Errors
/// The file cannot be read, or its header fits no release. Lines that are not usable are in the report.
pub fn replay_file(path: &Path, options: &Options) -> Result<FileReport, ReplayError> {
    let mut file = TraceFile::open(path)?;
    let header = file.header().clone();
    let (wanted, point) = match &options.release {
        Some(point) => (None, point.clone()),
        None => {
            let error = |error| ReplayError::Header { file: path.to_owned(), error };
            let chosen = header.choose().map_err(error)?;
            (Some(chosen.wanted), chosen.point)
        }
    };
    let mut report = FileReport {
        file: path.to_owned(),
        wanted,
        release: point.name.clone(),
        header,
        scripts: 0,
        agree: 0,
        disagreements: Vec::new(),
        bad_lines: Vec::new(),
        bad: 0,
    };
    let arch = report.header.arch();
    let mut implementation = Reference::at(point);
    while let Some(next) = file.next_line() {
        let compared = next.and_then(|(number, line)| {
            compare_line(&line, arch, &mut implementation)
                .map(|mismatch| (number, line, mismatch))
                .map_err(|kind| FileError::new(path, Some(number), kind))
        });
        match compared {
            Ok((_, _, None)) => {
                report.scripts += 1;
                report.agree += 1;
            }
            Ok((number, line, Some(what))) => {
                report.scripts += 1;
                if report.disagreements.len() < options.keep {
                    report.disagreements.push(disagreement(number, &line, what));
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

fn compare_line(
    line: &Line<'_>,
    arch: Arch,
    implementation: &mut impl Implementation,
) -> Result<Option<Mismatch>, Problem> {
    let script = recorded::parse(line, arch).map_err(|error| Problem::Script { id: line.name(), error })?;
    let expected =
        recorded::observe(&script, line).map_err(|error| Problem::Result { id: line.name(), error })?;
    Ok(match implementation.run(&script) {
        Answer::Trace(trace) | Answer::Crashed { trace, .. } => {
            first_difference(&script, &expected, &trace).map(Mismatch::Difference)
        }
        Answer::Skipped { reason } => Some(Mismatch::NoResult(format!("skipped: {reason}"))),
        Answer::Errored { message } => Some(Mismatch::NoResult(format!("error: {message}"))),
    })
}

fn disagreement(line_number: u64, line: &Line<'_>, what: Mismatch) -> Disagreement {
    let op = match &what {
        Mismatch::Difference(Difference { place: Place::Step(index), .. }) => {
            line.ops.get(*index).map(|op| op.0.to_string())
        }
        _ => None,
    };
    Disagreement { line: line_number, id: line.name(), op, what }
}

/// Replays files on all cores; the reports come in the order of the files. `done` is called after each file.
pub fn replay_files(
    files: &[PathBuf],
    options: &Options,
    done: &(dyn Fn() + Sync),
) -> Vec<Result<FileReport, ReplayError>> {
    let one = |file: &PathBuf| {
        let report = replay_file(file, options);
        done();
        report
    };
    files.par_iter().with_max_len(1).map(one).collect()
}
