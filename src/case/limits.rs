// SPDX-License-Identifier: GPL-2.0-only
//! How much a case may hold: what a test bench with a real kernel holds.

/// Steps of a case.
pub(crate) const MAX_STEPS: usize = 200;
/// Steps of a case with a sweep, which is run as often as it makes calls.
pub(crate) const MAX_SWEPT_STEPS: usize = 32;
/// Faults of a case. A sweep needs one for itself.
pub(crate) const MAX_FAULTS: usize = 16;
/// Groups of a topology.
pub(crate) const MAX_GROUPS: usize = 8;
/// Devices of a topology.
pub(crate) const MAX_DEVICES: usize = 16;
/// Owner tokens.
pub(crate) const MAX_OWNERS: usize = 8;
/// Attach handles.
pub(crate) const MAX_HANDLES: usize = 8;
/// VFIO's containers.
pub(crate) const MAX_CONTAINERS: usize = 4;
/// Domains and mappings of the user.
pub(crate) const MAX_DOMAINS: usize = 16;
/// Characters of a name.
pub(crate) const MAX_NAME: usize = 40;
/// Characters of a title.
pub(crate) const MAX_TITLE: usize = 100;
