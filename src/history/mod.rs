// SPDX-License-Identifier: GPL-2.0-only
//! Which behaviour which release has: upstream changes, and points of history made of them.

mod change;
mod point;
mod release;
mod set;
mod stable;
#[cfg(test)]
mod tests;

pub use change::{CHANGES, Change};
pub use point::{Line, Point, decided_by, points};
pub use release::{Found, UnknownRelease, find, resolve};
pub use set::ChangeSet;
