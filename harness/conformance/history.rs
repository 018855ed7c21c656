// SPDX-License-Identifier: GPL-2.0-only
//! What points of history say of themselves holds: that a behaviour came with a change, and which changes are new.

use dma_ownership::engine::{Axis, Rules};
use dma_ownership::history::{ChangeSet, Line, Point, decided_by, points};

/// What does not hold.
pub fn wrong() -> Vec<String> {
    let mut problems: Vec<String> = points().iter().flat_map(undecided).collect();
    let mut before = ChangeSet::default();
    for point in points() {
        let old = match point.line {
            // A commit lies beside the tags: what its tree has depends on where it was branched off.
            Line::Mainline if point.name.starts_with("commit:") => continue,
            Line::Mainline => std::mem::replace(&mut before, point.changes),
            Line::Stable { base } => {
                let base = points().iter().find(|other| other.name == base);
                base.map(|base| base.changes).unwrap_or_default()
            }
        };
        let new: ChangeSet = point.new_changes.iter().copied().collect();
        // v5.10 is where history begins.
        if old.union(new) != point.changes || old.union(point.changes) != point.changes {
            problems.push(format!("{}: its new changes do not lead to it", point.name));
        }
        if let Some(change) = point.new_changes.iter().find(|change| old.contains(change)) {
            problems.push(format!("{}: {} was there before", point.name, change.id));
        }
    }
    problems
}

/// The rules of a point that are not what the change said to have decided them made them.
fn undecided(point: &Point) -> Vec<String> {
    let is_wrong = |axis: &&Axis| {
        let variant = point.rules.get(**axis);
        match decided_by(point, **axis) {
            Some(change) => !point.changes.contains(change) || !change.sets.contains(&(**axis, variant)),
            None => variant != Rules::default().get(**axis),
        }
    };
    let wrong = Axis::ALL.iter().filter(is_wrong);
    wrong.map(|axis| format!("{}: {} does not come from the change named", point.name, axis.name())).collect()
}
