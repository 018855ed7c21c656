// SPDX-License-Identifier: GPL-2.0-only
//! Where in the engine's source a run refused, warned or died: what cases reach is judged by it.

use std::panic::Location;

use super::Engine;

/// A place of the engine's source that returns an errno of its own, prints a WARN or ends the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(&'static Location<'static>);

impl Place {
    /// The source file, as the compiler was given it.
    #[must_use]
    pub fn file(self) -> &'static str {
        self.0.file()
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(self) -> u32 {
        self.0.line()
    }
}

impl Engine<'_> {
    /// Notes the place that the caller's caller is.
    #[track_caller]
    pub(super) fn note_place(&mut self) {
        self.places.push(Place(Location::caller()));
    }
}
