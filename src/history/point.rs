// SPDX-License-Identifier: GPL-2.0-only
//! Points of history: tags, commits and stable releases, each a set of changes.

use std::sync::LazyLock;

use super::change::{CHANGES, Change};
use super::release::Version;
use super::set::ChangeSet;
use super::stable::STABLE;
use crate::engine::{Axis, Rules};

/// A point of history that has a name: a tag, a stable release, a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// `v6.1`, `v6.1.192`, `commit:1ea2a07a532b`, `commit:1ea2a07a532b^`
    pub name: String,
    /// On the mainline (a tag or a commit), or a stable release beside it?
    pub line: Line,
    /// Behaviour there.
    pub rules: Rules,
    /// The changes that make it up.
    pub changes: ChangeSet,
    /// Changes that tell it from the mainline point before it (a stable release: from its base).
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

/// Tags without any -rc of their own in the list.
const RELEASES: &[&str] = &[
    "v5.10", "v5.11", "v5.12", "v5.13", "v5.14", "v5.15", "v5.16", "v5.17", "v5.18", "v5.19", "v6.0", "v6.1",
    "v6.2", "v6.3", "v6.4", "v6.5", "v6.6", "v6.7", "v6.8", "v6.9", "v6.10", "v6.11", "v6.12", "v6.13",
    "v6.14", "v6.15", "v6.16", "v6.17", "v6.18", "v6.19", "v7.0", "v7.1", "v7.2", "v7.3",
];

/// Commits that cases run on: where DMA ownership began. The first was never in a tag without the second.
const COMMITS: &[&str] = &["commit:1ea2a07a532b^", "commit:1ea2a07a532b", "commit:0286300e6045"];

/// What the tree of a commit lacks although an earlier tag has it: it was branched off before.
const NOT_IN_TREE: &[(&str, &str)] = &[
    ("1ea2a07a532b", "392bf51946c2"),
    ("512881eacfa7", "392bf51946c2"),
    ("70693f470848", "392bf51946c2"),
    ("31076af0cb00", "392bf51946c2"),
    ("3b86f317c9c7", "392bf51946c2"),
];

/// Did mainline take it, or a stable branch alone?
fn is_mainline(change: &Change) -> bool {
    !Version::of_change(change).is_stable()
}

/// The changes that a tag has.
fn changes_in_tag(tag: Version) -> ChangeSet {
    ChangeSet::of(|change| is_mainline(change) && Version::of_change(change) <= tag)
}

/// The changes in the tree of a commit, with or without itself.
fn changes_at_commit(at: usize, with_it: bool) -> ChangeSet {
    let missing = |change: &Change| NOT_IN_TREE.contains(&(CHANGES[at].id, change.id));
    let tree = &CHANGES[..if with_it { at + 1 } else { at }];
    let is_there = |change: &Change| is_mainline(change) || change.id == CHANGES[at].id;
    ChangeSet::of(|change| tree.contains(change) && is_there(change) && !missing(change))
}

fn point(name: String, line: Line, changes: ChangeSet, new_changes: Vec<&'static Change>) -> Point {
    Point { name, line, rules: changes.rules(), changes, new_changes }
}

pub(super) fn tag_point(tag: Version) -> Point {
    let new = CHANGES.iter().filter(|change| Version::of_change(change) == tag).collect();
    point(tag.to_string(), Line::Mainline, changes_in_tag(tag), new)
}

/// The point just after a change, or just before it.
pub(super) fn commit_point(at: usize, with_it: bool) -> Point {
    let change = &CHANGES[at];
    let name = format!("commit:{}{}", change.id, if with_it { "" } else { "^" });
    let new = if with_it { vec![change] } else { Vec::new() };
    point(name, Line::Mainline, changes_at_commit(at, with_it), new)
}

/// A stable release: its base and what it took over.
fn stable_point(name: &str, base: &'static str, backports: &[&str]) -> Point {
    let taken_over = ChangeSet::of(|change| backports.contains(&change.id));
    let of_base = Version::parse(base).map(changes_in_tag).unwrap_or_default();
    let new = taken_over.iter().collect();
    point(name.to_owned(), Line::Stable { base }, of_base.union(taken_over), new)
}

/// The commit that a name such as `commit:1ea2a07a532b^` means: its place among the changes, and whether
/// the change itself is in.
pub(super) fn parse_commit(name: &str) -> Option<(usize, bool)> {
    let id = name.strip_prefix("commit:")?;
    let (id, with_it) = id.strip_suffix('^').map_or((id, true), |id| (id, false));
    let long_enough = id.len() >= 7;
    let at = CHANGES.iter().position(|change| change.id.starts_with(id) || id.starts_with(change.id))?;
    long_enough.then_some((at, with_it))
}

/// All points that cases run on, oldest first: every release tag, the -rc tags in which a change landed,
/// a few commits, and the known stable releases, each after the tags of its base version.
#[must_use]
pub fn points() -> &'static [Point] {
    static POINTS: LazyLock<Vec<Point>> = LazyLock::new(all_points);
    &POINTS
}

fn all_points() -> Vec<Point> {
    let mut tags = RELEASES.iter().filter_map(|tag| Version::parse(tag)).collect::<Vec<_>>();
    tags.extend(CHANGES.iter().filter(|change| is_mainline(change)).map(Version::of_change));
    tags.sort_unstable();
    tags.dedup();
    let mut points = Vec::new();
    for tag in tags {
        if Some(tag) == Version::parse("v5.19-rc1") {
            points.extend(
                COMMITS.iter().filter_map(|name| parse_commit(name)).map(|(at, with)| commit_point(at, with)),
            );
        }
        points.push(tag_point(tag));
        let name = tag.to_string();
        let stable = STABLE.iter().filter(|(_, base, _)| *base == name);
        points.extend(stable.map(|(name, base, backports)| stable_point(name, base, backports)));
    }
    points
}

/// The change that gave this axis its variant at this point; `None` if it was so before v5.10.
#[must_use]
pub fn decided_by(point: &Point, axis: Axis) -> Option<&'static Change> {
    point.changes.iter().filter(|change| change.sets_axis(axis)).last()
}
