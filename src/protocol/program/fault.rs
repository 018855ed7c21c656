// SPDX-License-Identifier: GPL-2.0-only
//! What a program does wrong.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::protocol::{LINE_LIMIT, WireError};

/// Why there is no program to ask.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// There is no word in the command.
    #[error("no program is named; write cmd:PROGRAM ARGUMENTS")]
    Empty,
    /// The quotes of the command do not match.
    #[error("cannot split the command into words: {0}")]
    Words(String),
    /// It cannot be started.
    #[error("cannot start `{program}`: {error}{}", hint(error))]
    Start {
        /// The program.
        program: String,
        /// Why.
        error: io::Error,
    },
    /// It did not say hello.
    #[error("{0}")]
    NoHello(String),
}

fn hint(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => " (give its path, or put its folder into PATH)",
        io::ErrorKind::PermissionDenied => " (is it executable? `chmod +x`, or name its interpreter first)",
        _ => "",
    }
}

/// What a program did instead of answering.
#[derive(Debug, Error)]
pub enum Fault {
    /// It did not say hello in time.
    #[error("said no hello within {}", seconds(*.0))]
    NoHello(Duration),
    /// Its hello is wrong.
    #[error("its first line is no hello: {0}")]
    BadHello(WireError),
    /// It said nothing in time.
    #[error("gave no answer within {}", seconds(*.0))]
    Silent(Duration),
    /// It ended, or closed its output.
    #[error("gave no answer")]
    Closed,
    /// A line without end.
    #[error("wrote a line longer than {} MiB", LINE_LIMIT >> 20)]
    TooLong,
    /// Its output cannot be read.
    #[error("its output cannot be read: {0}")]
    Unreadable(io::Error),
    /// A line that is no answer.
    #[error("wrote a line that is no answer: {0}")]
    Garbage(WireError),
    /// An answer to another question.
    #[error("answered question {told}{} where question {asked} was due", if told < asked { " once more" } else { "" })]
    WrongSeq {
        /// The number it gave.
        told: u64,
        /// The number that was due.
        asked: u64,
    },
    /// An answer to no question.
    #[error("gave an answer with the number null, which only `errored` may have")]
    NoSeq,
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}
