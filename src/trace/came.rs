// SPDX-License-Identifier: GPL-2.0-only
//! What came out of an operation, in the words that a case's `expect` uses.

use super::names::Names;
use super::{Crash, End, Outcome, Trace};
use crate::script::Worded;

/// What came out of the operation at this place of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came<'a> {
    /// It ran, or was passed over.
    Back(&'a Outcome),
    /// The kernel died in it.
    Crashed(Crash),
    /// The kernel had died before.
    NotReached,
}

impl<'a> Came<'a> {
    /// What came out of operation `index`.
    #[must_use]
    pub fn of(trace: &'a Trace, index: usize) -> Came<'a> {
        match (trace.steps.get(index), &trace.end) {
            (Some(step), _) => Came::Back(&step.outcome),
            (None, End::Crash(crash)) if trace.steps.len() == index => Came::Crashed(*crash),
            (None, _) => Came::NotReached,
        }
    }

    /// Does it report an error?
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(self, Came::Back(Outcome::Err(_)))
    }

    /// Did it succeed?
    #[must_use]
    pub fn is_success(self) -> bool {
        matches!(self, Came::Back(Outcome::Ok | Outcome::Void))
    }

    /// Has the release such an operation?
    #[must_use]
    pub fn is_absent(self) -> bool {
        matches!(self, Came::Back(Outcome::NotInThisRelease))
    }

    /// In a word.
    #[must_use]
    pub fn word(self, names: &Names<'_>) -> String {
        match self {
            Came::Back(outcome) => match outcome {
                Outcome::Void | Outcome::Ok => "ok".into(),
                Outcome::Err(errno) => errno.to_string(),
                Outcome::Bool(answer) => answer.to_string(),
                Outcome::Domain(pointer) => names.pointer(*pointer),
                Outcome::Handle { handle, .. } => names.handle(*handle).to_owned(),
                Outcome::Status(status) => status.word().into(),
                Outcome::NullDomain => "null".into(),
                Outcome::NotInThisRelease => "absent".into(),
                Outcome::Skipped(_) => "skipped".into(),
                Outcome::Bad(_) => "impossible".into(),
            },
            Came::Crashed(_) => "crash".into(),
            Came::NotReached => "not reached".into(),
        }
    }

    /// In a few words: why it was not run or how the kernel died, too.
    #[must_use]
    pub fn words(self, names: &Names<'_>) -> String {
        let why = match self {
            Came::Back(Outcome::Skipped(why)) => why.words(),
            Came::Back(Outcome::Bad(why)) => why.words(),
            Came::Crashed(crash) => crash.words(),
            _ => return self.word(names),
        };
        format!("{}: {why}", self.word(names))
    }
}
