// SPDX-License-Identifier: GPL-2.0-only
//! The line protocol: scripts and answers as lines of JSON, between programs and in files.
//!
//! `harness/PROTOCOL.md` describes it. A program says [`Hello`], then answers each [`Question`] with a [`Reply`].

mod bounded;
mod error;
mod hello;
mod message;
mod names;
mod program;
pub mod record;
mod script;
mod serve;
mod trace;
mod words;

#[cfg(test)]
mod tests;

use serde::de::{Deserialize, Deserializer};

pub use crate::script::Worded;
pub use bounded::{List, MAX_ITEMS};
pub use error::{Problem, WireError, from_json};
pub use hello::{Capability, Hello, MAX_WINDOW, Unfit};
pub use message::{Question, Reply, WireAnswer, WireCrash};
pub use program::{Fault, Limits, Program, ProgramError};
pub use script::{MAX_NAMES, MAX_OPS, WireOp, WireScript};
pub use serve::{ServeError, serve};
pub use trace::{WireCall, WireTrace};
pub use words::Word;

/// Version of the protocol. Version 1 had scripts and results in the recorded form.
pub const VERSION: u32 = 2;

/// Bytes of a line; a longer one is not read into memory. The longest recorded one has 26 KB.
pub use crate::implementation::recorded::LINE_LIMIT;

/// A value that may be `null` but must be there.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
