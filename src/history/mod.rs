// SPDX-License-Identifier: GPL-2.0-only
//! Placeholder, being written: upstream changes and releases.

use crate::engine::{Axis, Rules};

/// An upstream commit that changed behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Upstream commit id, 12 digits.
    pub id: &'static str,
    /// What it does, in our words.
    pub title: &'static str,
    /// The first tag that has it.
    pub landed: &'static str,
    /// The rules it sets: axis and variant.
    pub sets: &'static [(Axis, u8)],
}

/// A point of history that has a name: a tag, a stable release, a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// `v6.1`, `v6.1.192`, `commit:1ea2a07a532b`, `commit:1ea2a07a532b^`
    pub name: String,
    /// Is it on the mainline (a tag or a commit), or a stable release beside it?
    pub line: Line,
    /// Behaviour there.
    pub rules: Rules,
    /// Changes whose presence distinguishes it from the mainline point before it (for a stable
    /// release: from its base).
    pub new_changes: Vec<&'static Change>,
}

/// Where a point lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// On the mainline.
    Mainline,
    /// Beside it, from this base tag.
    Stable {
        /// The tag it started from.
        base: &'static str,
    },
}

/// A release name that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRelease {
    /// What was asked for.
    pub name: String,
    /// What was perhaps meant, or what is accepted.
    pub hint: String,
}

/// All points that cases run on, oldest first; a stable point stands after the tags of its base version.
#[must_use]
pub fn points() -> &'static [Point] {
    &[]
}

/// The point of this name: a tag, a stable version, `commit:<id>` (just after it) or `commit:<id>^` (just before).
///
/// # Errors
/// [`UnknownRelease`] with a hint.
pub fn resolve(name: &str) -> Result<Point, UnknownRelease> {
    Err(UnknownRelease { name: name.into(), hint: String::new() })
}

/// Every change, oldest first.
#[must_use]
pub fn changes() -> &'static [Change] {
    &[]
}

/// The change that gave this axis its variant at this point; `None` if it was so before v5.10.
#[must_use]
pub fn decided_by(_point: &Point, _axis: Axis) -> Option<&'static Change> {
    None
}
