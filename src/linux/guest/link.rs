// SPDX-License-Identifier: GPL-2.0-only
//! The way to a guest and back, whatever carries the lines.

use std::io;

use thiserror::Error;

use super::boot::BootError;

/// A running guest that takes lines and publishes answers.
///
/// Both directions are areas that fill up; [`Link::rewind`] empties them.
pub trait Link {
    /// Hands lines to the guest, each with its newline.
    ///
    /// # Errors
    /// The lines cannot be written, or do not fit.
    fn send(&mut self, lines: &str) -> Result<(), LinkError>;

    /// Appends what the guest has published since the last call: whole lines.
    ///
    /// # Errors
    /// It cannot be read.
    fn take(&mut self, into: &mut Vec<u8>) -> Result<(), LinkError>;

    /// How much of the areas is used.
    fn used(&self) -> Areas;

    /// How large they are.
    fn size(&self) -> Areas;

    /// Has both areas begin anew. Only when every line has been answered. False: the guest cannot do that.
    ///
    /// # Errors
    /// The guest does not react, or cannot be told.
    fn rewind(&mut self) -> Result<bool, LinkError>;

    /// Does the guest still run?
    fn is_alive(&mut self) -> bool;

    /// What its console says.
    fn console(&mut self) -> String;
}

/// Bytes of the two areas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Lines to the guest.
    pub input: usize,
    /// Its answers.
    pub output: usize,
}

/// What starts guests.
pub trait Boot {
    /// A guest.
    type Link: Link;

    /// Starts one, and comes back when it answers.
    ///
    /// # Errors
    /// It does not come up.
    fn boot(&mut self) -> Result<Self::Link, BootError>;
}

/// Why lines do not come through.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The shared memory cannot be used.
    #[error("memory shared with the guest: {0}")]
    Memory(#[from] io::Error),
    /// The lines do not fit.
    #[error("the guest's input area is full")]
    Full,
    /// The guest did not react.
    #[error("the guest does not react")]
    Silent,
    /// The guest answered what it was not asked.
    #[error("the guest answers what it was not asked: {0}")]
    Unasked(String),
}
