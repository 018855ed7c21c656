// SPDX-License-Identifier: GPL-2.0-only
//! The fixtures and what is said of each, by topic.

mod names;
mod shape;
mod words;

pub use names::{IOMMUFD, NAMES};
pub use shape::{SHAPE, SWEEPS, TEXT};
pub use words::{NUMBERS, RELEASES, WORDS};

/// A fixture, what is said of it after its name, and the hint.
pub type Mistake = (&'static str, &'static str, &'static str);
