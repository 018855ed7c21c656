// SPDX-License-Identifier: GPL-2.0-only
//! What an operation returned, or why it did not run.

use super::Pointer;
use crate::script::{Errno, HandleId, VfioStatus};

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

/// What a function that returns 0 or an errno came back with.
impl From<Result<(), Errno>> for Outcome {
    fn from(result: Result<(), Errno>) -> Outcome {
        result.map_or_else(Outcome::Err, |()| Outcome::Ok)
    }
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
