// SPDX-License-Identifier: GPL-2.0-only
//! What is tested: the reference engine, a recorded kernel, a program that speaks the line protocol.

pub mod recorded;
mod reference;
pub mod replay;
pub mod serve;

pub use reference::Reference;

use crate::script::Script;
use crate::trace::Trace;

/// Something that runs scripts.
pub trait Implementation {
    /// What it is, such as `reference v6.1`.
    fn name(&self) -> String;

    /// Runs a script.
    fn run(&self, script: &Script) -> Answer;
}

/// What an implementation made of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It ran, perhaps until the kernel died.
    Trace(Box<Trace>),
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
