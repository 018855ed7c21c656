// SPDX-License-Identifier: GPL-2.0-only
//! Outcomes in the words that a case's `expect` uses.

pub use crate::trace::Came;
use crate::trace::text::Origin;
use crate::trace::{Outcome, Trace};

/// What stands before an operation: its number among the case's steps, or why it is there.
pub fn origin(origin: Origin) -> String {
    match origin {
        Origin::Given => "given".into(),
        Origin::Implied => "auto".into(),
        Origin::Step(number) => number.to_string(),
        Origin::Swept => "sweep".into(),
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
