// SPDX-License-Identifier: GPL-2.0-only
//! Outcomes in the words that a case's `expect` uses.

use crate::trace::names::Names;
use crate::trace::text::Origin;
use crate::trace::{Crash, End, Outcome, Trace};

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
    pub fn of(trace: &'a Trace, index: usize) -> Came<'a> {
        match (trace.steps.get(index), &trace.end) {
            (Some(step), _) => Came::Back(&step.outcome),
            (None, End::Crash(crash)) if trace.steps.len() == index => Came::Crashed(*crash),
            (None, _) => Came::NotReached,
        }
    }

    /// Does it report an error?
    pub fn is_error(self) -> bool {
        matches!(self, Came::Back(Outcome::Err(_)))
    }

    /// Did it succeed?
    pub fn is_success(self) -> bool {
        matches!(self, Came::Back(Outcome::Ok | Outcome::Void))
    }

    /// Has the release such an operation?
    pub fn is_absent(self) -> bool {
        matches!(self, Came::Back(Outcome::NotInThisRelease))
    }

    /// In a word.
    pub fn word(self, names: &Names<'_>) -> String {
        match self {
            Came::Back(outcome) => match outcome {
                Outcome::Void | Outcome::Ok => "ok".into(),
                Outcome::Err(errno) => errno.to_string(),
                Outcome::Bool(answer) => answer.to_string(),
                Outcome::Domain(pointer) => names.pointer(*pointer),
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

/// What stands before an operation: its number among the case's steps, or why it is there.
pub fn origin(origin: Origin) -> String {
    match origin {
        Origin::Given => "given".into(),
        Origin::Implied => "auto".into(),
        Origin::Step(number) => number.to_string(),
    }
}

/// What an errno was about, why an operation was not run, or how the kernel died in it.
pub fn reason(trace: &Trace, index: usize) -> Option<&'static str> {
    match Came::of(trace, index) {
        Came::Back(Outcome::Skipped(why)) => Some(why.words()),
        Came::Back(Outcome::Bad(why)) => Some(why.words()),
        Came::Back(_) => trace.steps.get(index)?.reason.map(crate::trace::Reason::words),
        Came::Crashed(crash) => Some(crash.words()),
        Came::NotReached => None,
    }
}
