// SPDX-License-Identifier: GPL-2.0-only
//! The reference ownership engine.

mod rules;

pub use rules::{Axis, AxisSet, Rules};

use crate::script::Script;
use crate::trace::Trace;

/// A trace, and the rules that were looked at while it was made.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was observed.
    pub trace: Trace,
    /// Every rule that was looked at: rules that agree on these give the same trace.
    pub consulted: AxisSet,
    /// The rules looked at in each step.
    pub consulted_in: Vec<AxisSet>,
}

/// Runs a script on an engine with these rules.
#[must_use]
pub fn run(script: &Script, rules: &Rules) -> Run {
    let _ = (script, rules);
    Run { trace: Trace::default(), consulted: AxisSet::EMPTY, consulted_in: Vec::new() }
}
