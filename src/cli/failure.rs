// SPDX-License-Identifier: GPL-2.0-only
//! How a command ends.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::case::{Case, CaseError};
use crate::fuzz::campaign::ReportError;
use crate::history::{self, Point, UnknownRelease};
use crate::linux::cache::CacheError;
use crate::linux::guest::GuestError;
use crate::linux::guest::session::SessionError;
use crate::linux::prepare::PrepareError;
use crate::protocol::record::RecordError;
use crate::protocol::{ProgramError, ServeError};
use crate::replay::RecordingError;
use crate::suite::find::FindError;

/// A message shows at most so many names.
const NAMES_SHOWN: usize = 10;

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// All is well.
    Good,
    /// Something is not as it must be.
    Differs,
    /// Some of the input could not be used.
    BadInput,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        match status {
            Status::Good => ExitCode::SUCCESS,
            Status::Differs => ExitCode::from(1),
            Status::BadInput => ExitCode::from(2),
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
    /// A report cannot be written.
    #[error("cannot write: {0}")]
    Report(String),
    /// The input cannot be read.
    #[error("cannot read: {0}")]
    Input(io::Error),
    /// A release is not known.
    #[error(transparent)]
    Release(#[from] UnknownRelease),
    /// With `--on`, several releases were named.
    #[error("an implementation is compared with one release: give --release once")]
    OneRelease,
    /// Coverage was asked for in a format that has no place for it.
    #[error("what cases reach is shown as text or json")]
    CoverageFormat,
    /// A position of a sweep was asked for, and there is none.
    #[error("{0} has no `sweep`; leave --at out")]
    NoSweep(String),
    /// A position was asked for, and it cannot be told of which call.
    #[error("{case} sweeps {calls}; say which with --at CALL:N")]
    WhichSweep {
        /// The case.
        case: String,
        /// The calls that it sweeps.
        calls: String,
    },
    /// It cannot be told which release to compare with.
    #[error("{0} does not say for which release it stands; name one with --release")]
    NoRelease(String),
    /// Running it ended before it gave any result.
    #[error("the run was ended by an internal error")]
    Stopped,
    /// A disagreement cannot be written.
    #[error(transparent)]
    Disagreement(#[from] ReportError),
    /// A recording cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// There is no folder of cases.
    #[error("there is no folder `cases` here; name one with --cases")]
    NoCases,
    /// The folder of cases cannot be read.
    #[error(transparent)]
    Find(#[from] FindError),
    /// The folder has no cases in it.
    #[error("there is no case beneath {}", .0.display())]
    EmptyFolder(PathBuf),
    /// No case has this name.
    #[error("no case is named `{asked}`{}", nearest.as_ref().map(|n| format!("; do you mean `{n}`?")).unwrap_or_default())]
    NoSuchCase {
        /// What was asked for.
        asked: String,
        /// What was perhaps meant.
        nearest: Option<String>,
    },
    /// Several cases could be meant.
    #[error("`{asked}` is a part of several names: {}", list(names))]
    SeveralCases {
        /// What was asked for.
        asked: String,
        /// Their names.
        names: Vec<String>,
    },
    /// The case cannot be used.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The case has no step of this number.
    #[error("there is no step {asked}: the case has {steps}")]
    NoSuchStep {
        /// What was asked for.
        asked: usize,
        /// How many there are.
        steps: usize,
    },
    /// A prepared kernel, or the place for them.
    #[error(transparent)]
    Kernels(#[from] CacheError),
    /// A kernel cannot be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// A kernel is not fit to be booted.
    #[error(transparent)]
    Guest(#[from] GuestError),
    /// A kernel does not boot.
    #[error(transparent)]
    Boot(#[from] SessionError),
    /// A program that is to answer does not start, or says nothing sensible.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The case does not run on a release.
    #[error("{case} does not run on {release} ({limits})")]
    NotAt {
        /// The case.
        case: String,
        /// The release.
        release: String,
        /// Where it does.
        limits: String,
    },
}

fn list(names: &[String]) -> String {
    let more = if names.len() > NAMES_SHOWN { ", …" } else { "" };
    format!("{}{more}", names[..names.len().min(NAMES_SHOWN)].join(", "))
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Failure {
        match error {
            ServeError::Input(error) => Failure::Input(error),
            ServeError::Output(error) => Failure::Output(error),
        }
    }
}

/// The point of this name. Where it only stands in for what was asked for, that is said on the error output.
pub fn resolve(name: &str) -> Result<Point, Failure> {
    let found = history::find(name)?;
    if let Some(asked) = found.stands_in_for {
        eprintln!("note: {} stands in for {asked}: the nearest known release not above it", found.point.name);
    }
    Ok(found.point)
}

/// The case does not run on this release.
pub fn not_at(name: &str, case: &Case, point: &Point) -> Failure {
    Failure::NotAt { case: name.to_owned(), release: point.name.clone(), limits: limits(case) }
}

fn limits(case: &Case) -> String {
    let since = case.since.as_ref().map(|since| format!("since {since}"));
    let until = case.until.as_ref().map(|until| format!("until {until}"));
    since.into_iter().chain(until).collect::<Vec<_>>().join(", ")
}

/// `error`, in red where colours are shown.
pub fn label() -> impl fmt::Display {
    const RED: Style = AnsiColor::Red.on_default().bold();
    format!("{RED}error{RED:#}")
}
