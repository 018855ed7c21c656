// SPDX-License-Identifier: GPL-2.0-only
//! A trace: a record for each step, and how it ended.

use super::{Call, End, Outcome, Reason, Unseen};
use crate::script::{
    ContainerId, DeviceId, DomainKind, DomainName, DriverKind, Errno, GroupId, HandleId, IoasId, OwnerId,
};

/// A domain of a trace, an index into [`Trace::domains`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub u16);

/// What is known of a domain that a trace mentions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DomainInfo {
    /// Its name in recorded traces: the script's own, a static one, or kind and number.
    pub name: DomainName,
    /// Its type.
    pub kind: DomainKind,
    /// Who made it, and for whom.
    pub role: Role,
}

/// Who made a domain, and for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The core, as the group's default domain (also a candidate that was given up).
    Default(GroupId),
    /// The core, as the group's blocking domain.
    Blocking(GroupId),
    /// VFIO's type 1, for the groups in the container.
    Container(ContainerId),
    /// The architecture, for an ARM mapping made at the device's bind.
    Mapping(DeviceId),
    /// iommufd, for an address space.
    Ioas(IoasId),
    /// iommufd, for the address space that it made for VFIO's groups in a context.
    Compat(OwnerId),
    /// The core, for a device's use of the script's address space.
    AddressSpace,
    /// The script.
    User,
    /// The IOMMU driver, once and for all.
    Static,
    /// Not told: what observes a real kernel sees a domain and its type.
    Unknown,
}

/// Everything observed while one script ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Settings and devices that the kernel could not be given.
    pub setup: Vec<SetupError>,
    /// One record for each operation; fewer when the kernel died.
    pub steps: Vec<Step>,
    /// How it ended.
    pub end: End,
    /// The domains that the records mention.
    pub domains: Vec<DomainInfo>,
    /// What only a real kernel tells; empty for the engine.
    pub told: Told,
    /// What the observer does not look at, and nothing compares.
    pub unseen: Unseen,
}

impl Trace {
    /// The step in which the kernel died, from 0; the number of operations if it was in the teardown.
    #[must_use]
    pub fn died(&self) -> Option<usize> {
        matches!(self.end, End::Crash(_)).then_some(self.steps.len())
    }
}

/// What only a real kernel tells, and nothing compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Places of WARNs, such as `iommu_group_release_dma_owner:3201`.
    pub places: Vec<String>,
    /// Telling lines of the console of a kernel that died.
    pub console: Vec<String>,
}

/// A line of the setup that this kernel could not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetupError {
    /// Which.
    pub line: SetupLine,
    /// The errno.
    pub errno: Errno,
}

/// A line of the setup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetupLine {
    /// The driver's settings.
    Settings,
    /// A device.
    Device(DeviceId),
}

/// What one operation did.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// What it returned, or why it did not run.
    pub outcome: Outcome,
    /// What the returned errno was about; recorded traces do not say.
    pub reason: Option<Reason>,
    /// What the drivers were called for, in order.
    pub calls: Vec<Call>,
    /// There were more calls than were kept; only recordings of a real kernel can lose some.
    pub lost: bool,
    /// Groups that exist afterwards, in order of declaration.
    pub groups: Vec<GroupState>,
    /// Devices that exist afterwards, in order of declaration.
    pub devices: Vec<DeviceState>,
    /// The `domain` of each of the script's handles; empty: nobody looked.
    pub handles: Vec<Option<Pointer>>,
}

impl Step {
    /// How many WARNs the kernel printed.
    #[must_use]
    pub fn warns(&self) -> usize {
        self.calls.iter().filter(|c| matches!(c, Call::Warn(_))).count()
    }
}

/// A pointer to a domain, as found in a group or a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pointer {
    /// The domain.
    pub domain: Mark,
    /// It has been freed: the pointer dangles.
    pub freed: bool,
}

/// A group after a step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupState {
    /// Which.
    pub group: GroupId,
    /// `domain`
    pub domain: Option<Pointer>,
    /// `default_domain`
    pub default_domain: Option<Pointer>,
    /// Type of the default domain.
    pub default_kind: Option<DomainKind>,
    /// `blocking_domain`; outer `None`: this release has no such field (before 0286300e6045)
    pub blocking_domain: Option<Option<Pointer>>,
    /// `owner_cnt`; `None`: no such field (before 1ea2a07a532b)
    pub owner_cnt: Option<u32>,
    /// `owner`; outer `None`: no such field (before 1ea2a07a532b)
    pub owner: Option<Option<OwnerId>>,
    /// Is anything in `pasid_array`? `None`: no such field (before v6.2)
    pub pasids: Option<bool>,
    /// What `pasid_array` holds, by PASID; `None`: nobody looked, which is so where a script has nothing to do with
    /// handles.
    pub pasid_table: Option<Vec<PasidSlot>>,
    /// Its devices, in list order.
    pub devices: Vec<DeviceId>,
    /// `resetting_domain`; outer `None`: no such field (v7.0 alone has it), or no device is on PCI
    pub resetting_domain: Option<Option<Pointer>>,
    /// `recovery_cnt`; `None`: no such field (before b296ca1fb43a), or no device is on PCI
    pub recovery_cnt: Option<u32>,
}

/// An entry of a group's table of PASIDs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PasidSlot {
    /// The PASID; 0 is what the devices do without PASIDs.
    pub pasid: u32,
    /// What is there.
    pub holds: Holds,
}

/// What is at a PASID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holds {
    /// A domain.
    Domain(Pointer),
    /// A handle; `None`: one without a name.
    Handle(Option<HandleId>),
    /// Nothing, but the place is taken. No interface of a kernel shows it; two traces may differ in it.
    Reserved,
}

/// A device after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceState {
    /// Which.
    pub device: DeviceId,
    /// The domain its hardware uses.
    pub attached: Option<Pointer>,
    /// The group it is in.
    pub group: Option<GroupId>,
    /// The driver bound to it.
    pub driver: Option<DriverKind>,
    /// The architecture's view (32-bit ARM only).
    pub arm: Option<MappingState>,
    /// Its place in a reset; `None`: it is in no group, has no such fields (before b296ca1fb43a), or no device is on
    /// PCI
    pub reset: Option<ResetState>,
}

/// A device in a reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResetState {
    /// `blocked`: it is attached to the blocking domain until the reset is done.
    pub blocked: bool,
    /// `reset_depth`: resets inside resets; 0 where the release does not count them (before 0d5fd7a9323c).
    pub depth: u32,
}

/// 32-bit ARM's view of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MappingState {
    /// The domain of the mapping on record.
    pub mapping: Option<Mark>,
    /// The device has DMA operations of its own.
    pub dma_ops: bool,
}
