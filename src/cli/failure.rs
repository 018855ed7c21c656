// SPDX-License-Identifier: GPL-2.0-only
//! How a command ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};

use crate::history::{self, Point, UnknownRelease};
use crate::implementation::serve::ServeError;

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
    /// The input cannot be read.
    #[error("cannot read: {0}")]
    Input(io::Error),
    /// A release is not known.
    #[error("unknown release `{name}`{}", with_hint(hint))]
    Release {
        /// Its name.
        name: String,
        /// What was perhaps meant.
        hint: String,
    },
}

fn with_hint(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!(": {hint}") }
}

impl From<UnknownRelease> for Failure {
    fn from(unknown: UnknownRelease) -> Failure {
        Failure::Release { name: unknown.name, hint: unknown.hint }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Failure {
        match error {
            ServeError::Input(error) => Failure::Input(error),
            ServeError::Output(error) => Failure::Output(error),
        }
    }
}

/// The point of this name.
pub fn resolve(name: &str) -> Result<Point, Failure> {
    Ok(history::resolve(name)?)
}

/// `error`, in red where colours are shown.
pub fn label() -> impl fmt::Display {
    const RED: Style = AnsiColor::Red.on_default().bold();
    format!("{RED}error{RED:#}")
}
