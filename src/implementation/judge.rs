// SPDX-License-Identifier: GPL-2.0-only
//! An answer against the reference engine.

use super::Answer;
use crate::engine;
use crate::history::Point;
use crate::script::Script;
use crate::trace::Trace;
use crate::trace::compare::{Difference, first_difference};

/// What the reference engine says of an answer.
#[derive(Clone, Debug)]
pub enum Judged {
    /// It does the same.
    Agrees,
    /// It does something else.
    Deviates(Box<Deviates>),
    /// There is nothing to compare: the script was not run.
    Skipped {
        /// Why.
        reason: String,
    },
    /// There is nothing to compare: the implementation failed itself.
    Errored {
        /// How.
        message: String,
    },
}

/// Where an implementation leaves the reference.
#[derive(Clone, Debug)]
pub struct Deviates {
    /// The first difference.
    pub difference: Difference,
    /// What the implementation did.
    pub observed: Trace,
    /// What the reference did.
    pub reference: Trace,
}

/// Judges the answer to a script by the engine at a point of history.
#[must_use]
pub fn judge(script: &Script, point: &Point, answer: Answer) -> Judged {
    let observed = match answer {
        Answer::Trace(trace) | Answer::Crashed { trace, .. } => *trace,
        Answer::Skipped { reason } => return Judged::Skipped { reason },
        Answer::Errored { message } => return Judged::Errored { message },
    };
    let reference = engine::run(script, &point.rules).trace;
    match first_difference(script, &observed, &reference) {
        None => Judged::Agrees,
        Some(difference) => Judged::Deviates(Box::new(Deviates { difference, observed, reference })),
    }
}
