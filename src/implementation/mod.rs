// SPDX-License-Identifier: GPL-2.0-only
//! What is tested: the reference engine, a recorded kernel. Programs are in [`crate::protocol`].

pub mod judge;
pub mod recorded;
mod reference;

use std::time::Duration;

pub use reference::Reference;

use crate::script::Script;
use crate::trace::{End, Trace};

/// Something that runs scripts.
pub trait Implementation {
    /// What it is, such as `reference v6.1`.
    fn name(&self) -> String;

    /// Runs a script.
    fn run(&mut self, script: &Script) -> Answer;

    /// Runs scripts, in this order; each answer is handed on, with the script's place, as soon as it is there.
    /// Who can be told several at once need not wait for each answer.
    fn run_all(&mut self, scripts: &[&Script], each: &mut dyn FnMut(usize, Answer)) {
        for (index, script) in scripts.iter().enumerate() {
            each(index, self.run(script));
        }
    }

    /// How often it died under its scripts and began anew. Whoever does not tell never did.
    fn restarts(&self) -> Restarts {
        Restarts::default()
    }
}

/// How often an implementation had to begin anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restarts {
    /// It died so often.
    pub died: u32,
    /// It stopped answering so often, and was put to an end.
    pub hung: u32,
    /// For so long in all it answered nothing because of that.
    pub down: Duration,
}

/// What an implementation made of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It ran to its end.
    Trace(Box<Trace>),
    /// The kernel died or stopped answering; the trace ends before that step and says how.
    Crashed {
        /// In which step, counted from 0; the number of steps: in the teardown.
        step: usize,
        /// What was observed until then.
        trace: Box<Trace>,
    },
    /// It does not run this script.
    Skipped {
        /// Why.
        reason: String,
    },
    /// It failed itself.
    Errored {
        /// How.
        message: String,
    },
}

impl Answer {
    /// The answer that holds this trace.
    #[must_use]
    pub fn of(trace: Trace) -> Answer {
        let (step, trace) = (trace.steps.len(), Box::new(trace));
        match trace.end {
            End::Teardown { .. } => Answer::Trace(trace),
            End::Crash(_) => Answer::Crashed { step, trace },
        }
    }

    /// What was observed, if anything was.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        match self {
            Answer::Trace(trace) | Answer::Crashed { trace, .. } => Some(trace),
            Answer::Skipped { .. } | Answer::Errored { .. } => None,
        }
    }
}
