// SPDX-License-Identifier: GPL-2.0-only
//! Traces recorded from real kernels: their files, their words, and how they are compared.
//!
//! A file is a header line and then a line of JSON for every script: the script, followed by what the kernel
//! made of it. `harness/recorded/README.md` describes the format.

mod file;
mod header;
mod observe;
mod op;
mod script;
pub mod wire;
mod words;

pub use file::{FileError, JsonError, LINE_LIMIT, Problem, TraceFile};
pub use header::{Chosen, HeaderError};
pub use observe::{ObserveError, observe};
pub use op::OpError;
pub use script::{ScriptError, parse, recorded_name};

pub(crate) use file::{decompressed, read_line};

#[cfg(test)]
mod tests;
