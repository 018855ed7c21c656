// SPDX-License-Identifier: GPL-2.0-only
//! The axes along which behaviour changed, and [`Rules`]: one variant of each.

mod axes;
mod define;

use std::cell::Cell;

pub use axes::*;

impl Rules {
    /// Do both agree on all of these axes?
    #[must_use]
    pub fn agree_on(&self, other: &Rules, axes: AxisSet) -> bool {
        axes.iter().all(|axis| self.get(axis) == other.get(axis))
    }
}

/// A set of axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AxisSet(u128);

const _: () = assert!(Axis::ALL.len() <= u128::BITS as usize);

impl AxisSet {
    /// The empty set.
    pub const EMPTY: AxisSet = AxisSet(0);

    /// The set with one more axis.
    #[must_use]
    #[inline]
    pub fn with(self, axis: Axis) -> AxisSet {
        AxisSet(self.0 | 1 << axis as u8)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: AxisSet) -> AxisSet {
        AxisSet(self.0 | other.0)
    }

    /// Is the axis in the set?
    #[must_use]
    pub fn contains(self, axis: Axis) -> bool {
        self.0 & (1 << axis as u8) != 0
    }

    /// The axes in the set, in order.
    pub fn iter(self) -> impl Iterator<Item = Axis> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let axis = Axis::ALL.get(left.trailing_zeros() as usize).copied()?;
            left &= left - 1;
            Some(axis)
        })
    }
}

/// [`Rules`] that remember which of them were looked at.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Rulebook {
    rules: Rules,
    consulted: Cell<AxisSet>,
}

impl Rulebook {
    pub(in crate::engine) fn new(rules: Rules) -> Rulebook {
        Rulebook { rules, consulted: Cell::new(AxisSet::EMPTY) }
    }

    #[inline]
    fn look_at(&self, axis: Axis) {
        self.consulted.set(self.consulted.get().with(axis));
    }

    /// What was looked at since the last call.
    pub(in crate::engine) fn take_consulted(&self) -> AxisSet {
        self.consulted.replace(AxisSet::EMPTY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_can_be_set_and_read() {
        for &axis in Axis::ALL {
            for variant in 0..axis.variants() {
                assert_eq!(Rules::default().with(axis, variant).get(axis), variant);
                assert!(!axis.variant_name(variant).is_empty());
            }
            assert_eq!(Rules::default().with(axis, axis.variants()), Rules::default());
        }
    }

    #[test]
    fn sets_of_axes_iterate_in_order() {
        let set = AxisSet::EMPTY.with(Axis::FlushQueue).with(Axis::AttachGate);
        assert_eq!(set.iter().collect::<Vec<_>>(), [Axis::AttachGate, Axis::FlushQueue]);
        let other = Rules { attach_gate: AttachGate::NotCore, ..Rules::default() };
        assert!(!Rules::default().agree_on(&other, set));
        assert!(Rules::default().agree_on(&other, AxisSet::EMPTY.with(Axis::FlushQueue)));
    }
}
