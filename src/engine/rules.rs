// SPDX-License-Identifier: GPL-2.0-only
//! Placeholder, being written.

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {}

impl Axis {
    /// All axes.
    pub const ALL: &'static [Axis] = &[];
    /// Its name, such as `attach_gate`.
    pub fn name(self) -> &'static str {
        match self {}
    }
    /// How many variants it has.
    pub fn variants(self) -> u8 {
        match self {}
    }
    /// The name of a variant.
    pub fn variant_name(self, _variant: u8) -> &'static str {
        match self {}
    }
}

/// The behaviour at one point of history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rules {}

impl Rules {
    /// The variant of an axis.
    pub fn get(&self, axis: Axis) -> u8 {
        match axis {}
    }
    /// The same rules with another variant of one axis.
    pub fn with(self, axis: Axis, _variant: u8) -> Rules {
        match axis {}
    }
    /// Do both agree on all of these axes?
    pub fn agree_on(&self, _other: &Rules, _axes: AxisSet) -> bool {
        true
    }
}

/// A set of axes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AxisSet(u128);

impl AxisSet {
    /// The empty set.
    pub const EMPTY: AxisSet = AxisSet(0);
    /// Is it in?
    pub fn contains(self, _axis: Axis) -> bool {
        false
    }
    /// The axes in it.
    pub fn iter(self) -> impl Iterator<Item = Axis> {
        Axis::ALL.iter().copied().filter(move |a| self.contains(*a))
    }
}
