// SPDX-License-Identifier: GPL-2.0-only
//! A trace: a record for each step, and how it ended.

use super::{Call, Reason, Unseen};
use crate::script::{
    ContainerId, DeviceId, DomainKind, DomainName, DriverKind, Errno, GroupId, HandleId, IoasId, OwnerId,
    VfioStatus,
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

/// What an operation returned, or why it did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A void function came back.
    Void,
    /// 0
    Ok,
    /// An errno.
    Err(Errno),
    /// A truth value.
    Bool(bool),
    /// A domain query's answer.
    Domain(Option<Pointer>),
    /// A handle query's answer.
    Handle {
        /// The handle; `None`: one without a name.
        handle: Option<HandleId>,
        /// Its `domain`.
        domain: Option<Pointer>,
    },
    /// The flags of a VFIO group.
    Status(VfioStatus),
    /// An allocation that gave NULL rather than an errno.
    NullDomain,
    /// This release does not have the operation.
    NotInThisRelease,
    /// Not run: it would have no meaning, or no correct caller makes the call.
    Skipped(Skip),
    /// Not run: the script itself is wrong here.
    Bad(BadOp),
}

/// Why an operation was not run. The words are those of the recorded traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// `device not present`
    DeviceNotPresent,
    /// `group not present`
    GroupNotPresent,
    /// `group empty`
    GroupEmpty,
    /// `group without IOMMU`
    GroupWithoutIommu,
    /// `no such domain`
    NoSuchDomain,
    /// `domain freed`
    DomainFreed,
    /// `device has no group`
    DeviceHasNoGroup,
    /// `not added by hand`
    NotAddedByHand,
    /// `not registered`
    NotRegistered,
    /// `no mapping`
    NoMapping,
    /// `no such mapping`
    NoSuchMapping,
    /// `mapping freed`
    MappingFreed,
    /// `reference gone`
    ReferenceGone,
    /// `bound to iommufd`
    BoundToIommufd,
    /// `not bound to iommufd`
    NotBoundToIommufd,
    /// `page table attached`
    PageTableAttached,
    /// `no page table attached`
    NoPageTableAttached,
    /// `file open`
    FileOpen,
    /// `file not open`
    FileNotOpen,
    /// `not a PCI device`
    NotPci,
    /// `not bound`: the device has no bond with the address space
    NotBound,
    /// `group not open`
    GroupNotOpen,
    /// `container open already`
    ContainerOpenAlready,
    /// `container not open`
    ContainerNotOpen,
    /// `device open already`
    DeviceOpenAlready,
    /// `device not open`
    DeviceNotOpen,
    /// `device in use`: the unbind would wait for user space for ever.
    DeviceInUse,
}

impl Skip {
    /// All reasons.
    pub const ALL: [Skip; 27] = [
        Skip::DeviceNotPresent,
        Skip::GroupNotPresent,
        Skip::GroupEmpty,
        Skip::GroupWithoutIommu,
        Skip::NoSuchDomain,
        Skip::DomainFreed,
        Skip::DeviceHasNoGroup,
        Skip::NotAddedByHand,
        Skip::NotRegistered,
        Skip::NoMapping,
        Skip::NoSuchMapping,
        Skip::MappingFreed,
        Skip::ReferenceGone,
        Skip::BoundToIommufd,
        Skip::NotBoundToIommufd,
        Skip::PageTableAttached,
        Skip::NoPageTableAttached,
        Skip::FileOpen,
        Skip::FileNotOpen,
        Skip::NotPci,
        Skip::NotBound,
        Skip::GroupNotOpen,
        Skip::ContainerOpenAlready,
        Skip::ContainerNotOpen,
        Skip::DeviceOpenAlready,
        Skip::DeviceNotOpen,
        Skip::DeviceInUse,
    ];

    /// The words that recorded traces use.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Skip::DeviceNotPresent => "device not present",
            Skip::GroupNotPresent => "group not present",
            Skip::GroupEmpty => "group empty",
            Skip::GroupWithoutIommu => "group without IOMMU",
            Skip::NoSuchDomain => "no such domain",
            Skip::DomainFreed => "domain freed",
            Skip::DeviceHasNoGroup => "device has no group",
            Skip::NotAddedByHand => "not added by hand",
            Skip::NotRegistered => "not registered",
            Skip::NoMapping => "no mapping",
            Skip::NoSuchMapping => "no such mapping",
            Skip::MappingFreed => "mapping freed",
            Skip::ReferenceGone => "reference gone",
            Skip::BoundToIommufd => "bound to iommufd",
            Skip::NotBoundToIommufd => "not bound to iommufd",
            Skip::PageTableAttached => "page table attached",
            Skip::NoPageTableAttached => "no page table attached",
            Skip::FileOpen => "file open",
            Skip::FileNotOpen => "file not open",
            Skip::NotPci => "not a PCI device",
            Skip::NotBound => "not bound",
            Skip::GroupNotOpen => "group not open",
            Skip::ContainerOpenAlready => "container open already",
            Skip::ContainerNotOpen => "container not open",
            Skip::DeviceOpenAlready => "device open already",
            Skip::DeviceNotOpen => "device not open",
            Skip::DeviceInUse => "device in use",
        }
    }
}

/// What is wrong with an operation of the script. The words are those of the recorded traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BadOp {
    /// `no such device`: the name is neither a mapping's (yet) nor a device's
    NoSuchDevice,
    /// `no such group`: no device line named it
    NoSuchGroup,
    /// No name that the script could mean a domain or mapping by.
    NoSuchDomain,
    /// `name in use`
    NameInUse,
    /// `not a user domain`
    NotAUserDomain,
    /// `no such handle`
    NoSuchHandle,
    /// `no such container`
    NoSuchContainer,
}

impl BadOp {
    /// All mistakes.
    pub const ALL: [BadOp; 7] = [
        BadOp::NoSuchDevice,
        BadOp::NoSuchGroup,
        BadOp::NoSuchDomain,
        BadOp::NameInUse,
        BadOp::NotAUserDomain,
        BadOp::NoSuchHandle,
        BadOp::NoSuchContainer,
    ];

    /// The words that recorded traces use.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            BadOp::NoSuchDevice => "no such device",
            BadOp::NoSuchGroup => "no such group",
            BadOp::NoSuchDomain => "no such domain",
            BadOp::NameInUse => "name in use",
            BadOp::NotAUserDomain => "not a user domain",
            BadOp::NoSuchHandle => "no such handle",
            BadOp::NoSuchContainer => "no such container",
        }
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

/// How a script ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Everything was taken down again.
    Teardown {
        /// What happened during the teardown.
        calls: Vec<Call>,
        /// Domains never freed.
        leaked_domains: u32,
        /// Groups never freed.
        leaked_groups: u32,
    },
    /// The kernel died in the step after the last recorded one.
    Crash(Crash),
}

impl Default for End {
    fn default() -> End {
        End::Teardown { calls: Vec::new(), leaked_domains: 0, leaked_groups: 0 }
    }
}

/// Why a kernel dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crash {
    /// The first device of an empty group is looked at.
    EmptyGroup,
    /// A device without `dev->iommu` is taken for one with an IOMMU.
    DeviceWithoutIommu,
    /// A device without group is taken for one with a group.
    DeviceWithoutGroup,
    /// A blocked domain that the driver does not have is used to detach a PASID.
    MissingBlockedDomain,
    /// The type of a default domain that the group does not have is looked at.
    MissingDefaultDomain,
    /// The type of a current domain that the group does not have is looked at.
    MissingCurrentDomain,
    /// The type of a domain that a handle does not have is looked at.
    HandleWithoutDomain,
    /// A device is attached again to a current domain that the group does not have.
    NothingToReattach,
    /// A driver that is not VFIO's has bound to a device of a group that user space uses.
    LiveGroupBound,
    /// A real kernel died; its console says how ([`Told::console`]).
    Observed,
    /// A real kernel stopped answering.
    Hang,
}

impl Crash {
    /// A short description.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Crash::EmptyGroup => "takes the list head of an empty group for a device",
            Crash::DeviceWithoutIommu => "follows dev->iommu of a device without IOMMU",
            Crash::DeviceWithoutGroup => "follows dev->iommu_group of a device without group",
            Crash::MissingBlockedDomain => "uses a blocked domain that the driver does not have",
            Crash::MissingDefaultDomain => "reads the type of a default domain that is not there",
            Crash::MissingCurrentDomain => "reads the type of a current domain that is not there",
            Crash::HandleWithoutDomain => "reads the type of a handle's domain that is not there",
            Crash::NothingToReattach => "attaches a current domain that is not there",
            Crash::LiveGroupBound => "gives up on a group that user space uses and a driver has bound to",
            Crash::Observed => "the kernel died",
            Crash::Hang => "the kernel stopped answering",
        }
    }
}

/// A WARN of the kernel, by our own name for its cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Warn {
    /// A claim with a NULL owner.
    NullOwner,
    /// A release of a group that is not owned, or with PASIDs attached.
    ReleaseNotOwned,
    /// A release found a domain attached that it does not replace (1ea2a07a532b only).
    ReleaseAttached,
    /// A release could not attach the default domain.
    ReleaseFailed,
    /// An unuse without use, or with PASIDs attached.
    UnuseNotUsed,
    /// `iommu_detach_device` in a group of several devices.
    DetachNotSingleton,
    /// `iommu_detach_device` of a domain that is not the group's.
    DetachNotAttached,
    /// A detach could not attach the core domain.
    DetachFailed,
    /// No detach operation, so the NULL domain cannot be reached.
    NoDetachOp,
    /// No `set_platform_dma_ops`, so the NULL domain is only pretended.
    NoPlatformOp,
    /// The NULL domain was asked for where it is no domain any more (v6.7).
    NullTarget,
    /// A rollback failed.
    RollbackFailed,
    /// The first default domain could not be attached everywhere.
    SetupFailed,
    /// The last device left a group that is owned or not on its default domain.
    LastDeviceOwned,
    /// A device was added to a group with a default but without a current domain.
    NoCurrentDomain,
    /// A device already had a driver when its IOMMU found it (v6.15).
    LateProbe,
    /// The driver wants a type that the configuration excludes.
    BadDefaultType,
    /// A group died with a domain still set (v6.6).
    GroupFreedWithDomain,
    /// A detached PASID held something else.
    PasidMismatch,
    /// A PASID could not be removed.
    PasidRemoveFailed,
    /// A PASID could not be given back to its old domain.
    PasidRollbackFailed,
    /// A PASID is to be replaced by what is there already.
    HandleReused,
    /// A reset began in a group (v7.0), or of a device, that is in one already.
    ResetNested,
    /// A reset ended that had not begun.
    ResetNotBegun,
    /// A reset ended in a group without blocking domain.
    ResetWithoutBlocking,
    /// The domain could not be attached again after a reset.
    ResetReattachFailed,
    /// A PASID could not be set again after a reset.
    ResetPasidFailed,
    /// A reset ended in a group that counts none.
    ResetNotCounted,
    /// A device joined a group that user space uses (to v5.18).
    LiveGroupJoined,
    /// One of a real kernel, known by its place only: an index into [`Told::places`].
    At(u16),
}

impl Warn {
    /// A short description.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Warn::NullOwner => "owner is NULL",
            Warn::ReleaseNotOwned => "release refused",
            Warn::ReleaseAttached => "released with a domain attached",
            Warn::ReleaseFailed => "default domain not attached at release",
            Warn::UnuseNotUsed => "unuse refused",
            Warn::DetachNotSingleton => "detach in a group of several devices",
            Warn::DetachNotAttached => "detach of a domain that is not attached",
            Warn::DetachFailed => "core domain not attached at detach",
            Warn::NoDetachOp => "no detach operation",
            Warn::NoPlatformOp => "no set_platform_dma_ops",
            Warn::NullTarget => "NULL domain asked for",
            Warn::RollbackFailed => "rollback failed",
            Warn::SetupFailed => "default domain not attached at setup",
            Warn::LastDeviceOwned => "last device left a group that is in use or not on its default domain",
            Warn::NoCurrentDomain => "default domain without current domain",
            Warn::LateProbe => "driver bound before the IOMMU's probe",
            Warn::BadDefaultType => "impossible default type",
            Warn::GroupFreedWithDomain => "group freed with a domain",
            Warn::PasidMismatch => "another domain at the PASID",
            Warn::PasidRemoveFailed => "PASID not removed",
            Warn::PasidRollbackFailed => "old domain not attached to the PASID again",
            Warn::HandleReused => "PASID replaced by the handle it has",
            Warn::ResetNested => "reset in a reset",
            Warn::ResetNotBegun => "reset done without prepare",
            Warn::ResetWithoutBlocking => "reset done without blocking domain",
            Warn::ResetReattachFailed => "domain not attached after reset",
            Warn::ResetPasidFailed => "PASID not set after reset",
            Warn::ResetNotCounted => "reset done that nobody counted",
            Warn::LiveGroupJoined => "device joins a group that user space uses",
            Warn::At(_) => "at a place of this kernel",
        }
    }
}
