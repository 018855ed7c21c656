// SPDX-License-Identifier: GPL-2.0-only
//! Traces recorded from real kernels: their files, their words, and how they are compared.
//!
//! A file is a header line and then a line of JSON for every script: the script, followed by what the kernel
//! made of it. `harness/recorded/README.md` describes the format.

mod compare;
mod file;
mod header;
mod op;
mod render;
mod script;
pub mod wire;

pub use compare::{Difference, Place, first_difference};
pub use file::{FileError, JsonError, LINE_LIMIT, Problem, TraceFile, recorded_results};
pub use header::{Chosen, HeaderError};
pub use op::OpError;
pub use render::{Ending, Results, domain_name, results};
pub use script::{ScriptError, parse};

pub(super) use file::read_line;

#[cfg(test)]
mod tests;
