// SPDX-License-Identifier: GPL-2.0-only
//! What an errno was about.

use strum::{EnumIter, IntoEnumIterator};

/// The check or the call that an operation's errno came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
pub enum Reason {
    /// The device is in no group.
    NoGroup,
    /// `iommu_attach_device` in a group that has not exactly one device.
    NotSingleton,
    /// A domain is attached that the caller may not replace.
    DomainAttached,
    /// The domain was made by another IOMMU driver, or by none.
    ForeignDomain,
    /// The group is owned by user space.
    Owned,
    /// The group is owned by somebody else, or used by kernel drivers.
    OwnedByOther,
    /// The owner is the NULL pointer.
    NullOwner,
    /// PASIDs are attached.
    PasidsAttached,
    /// The group has no default domain (yet).
    NoDefaultDomain,
    /// The NULL domain cannot be reached.
    NullTarget,
    /// A device has a direct-mapped region and must not be blocked.
    DirectRegion,
    /// The IOMMU driver refused to attach.
    AttachFailed,
    /// The deferred attach that comes before a map failed.
    NotMapped,
    /// The IOMMU driver refused to allocate a domain.
    AllocFailed,
    /// No type satisfies the driver and the request.
    TypeConflict,
    /// The word is no domain type.
    UnknownWord,
    /// The sysfs file cannot be written.
    ReadOnly,
    /// A driver is bound, or the group is empty, or owned.
    InUse,
    /// A PASID or a PASID capability is missing or out of range.
    BadPasid,
    /// The domain or the IOMMU driver cannot do PASIDs.
    NoPasidSupport,
    /// The PASID is taken.
    PasidTaken,
    /// The IOMMU driver refused the PASID.
    PasidFailed,
    /// The address space cannot be used by devices in this release.
    SvaDisabled,
    /// Nothing is attached to the PASID.
    PasidFree,
    /// The handle is the NULL pointer.
    NullHandle,
    /// The domain is the NULL pointer.
    NullDomain,
    /// The handle is the one that is there.
    HandleReused,
    /// The handle's domain is of another type.
    OtherType,
    /// The IOMMU driver refused the device.
    ProbeFailed,
    /// The device's driver failed its own probe.
    DriverProbeFailed,
    /// A driver is bound already.
    AlreadyBound,
    /// The IOMMU named by firmware is not there yet.
    IommuNotReady,
    /// The device is there already.
    AlreadyPresent,
    /// The size of a mapping is out of range.
    BadSize,
    /// A device driver insists on conditions of its own.
    DriverPolicy,
    /// The device's DMA is not coherent with caches.
    NotCoherent,
    /// The device, or one of its group, could write to the interrupts of others.
    MsiNotIsolated,
    /// The group is attached to another page table of iommufd.
    OtherPageTable,
    /// The device is attached to a page table of iommufd already.
    PageTableAttached,
    /// Neither the device nor, in some releases, one of its group is attached to a page table of iommufd.
    NoPageTableAttached,
    /// A page table of iommufd does not go with PASIDs.
    PasidIncompatible,
    /// The context of iommufd has no such object.
    NoSuchObject,
    /// An object of iommufd is in use.
    ObjectInUse,
    /// The device has no character device of VFIO.
    NoSuchFile,
    /// The file has not bound its device.
    FileNotBound,
    /// This file or another has bound the device.
    DeviceOpen,
    /// A device of the group is in a reset.
    Resetting,
    /// The device has no reset of its own.
    NoReset,
    /// No VFIO driver is bound in the group.
    NoVfioDevice,
    /// The group's file is open already, or a device of it still is.
    GroupOpen,
    /// A device of the group is bound through its character device.
    BoundByCdev,
    /// The group is in a container already.
    ContainerSet,
    /// The group is in no container, or its container has no IOMMU.
    NoContainer,
    /// The group has left VFIO with its last device.
    GroupGone,
    /// Devices of the group are open.
    DevicesOpen,
    /// User space has no `CAP_SYS_RAWIO`.
    NoRawio,
    /// Groups without IOMMU and others do not go together.
    NoIommuMixed,
    /// The context of iommufd has no address space for VFIO's groups.
    NoCompatIoas,
    /// The container has no groups, or an IOMMU already.
    ContainerState,
    /// The kernel has no such IOMMU for VFIO.
    NoSuchIommu,
    /// The device is not VFIO's.
    NotVfioDevice,
    /// A driver of the group makes it not viable.
    NotViable,
    /// The devices of the group are not all on one bus.
    NotOneBus,
}

impl Reason {
    /// All.
    pub fn all() -> impl Iterator<Item = Reason> {
        Reason::iter()
    }

    /// A short description.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoGroup => "the device is in no group",
            Reason::NotSingleton => "the group has not exactly one device",
            Reason::DomainAttached => "a domain is attached that may not be replaced",
            Reason::ForeignDomain => "the domain was not made by this IOMMU driver",
            Reason::Owned => "user space owns the group",
            Reason::OwnedByOther => "the group is in use by kernel drivers or another owner",
            Reason::NullOwner => "the owner is NULL",
            Reason::PasidsAttached => "PASIDs are attached",
            Reason::NoDefaultDomain => "the group has no default domain",
            Reason::NullTarget => "the NULL domain cannot be reached",
            Reason::DirectRegion => "a device with a direct-mapped region must not be blocked",
            Reason::AttachFailed => "the IOMMU driver refused to attach",
            Reason::NotMapped => "no address to map to",
            Reason::AllocFailed => "the IOMMU driver refused to allocate a domain",
            Reason::TypeConflict => "no domain type satisfies both driver and request",
            Reason::UnknownWord => "the word is no domain type",
            Reason::ReadOnly => "the file cannot be written in this release",
            Reason::InUse => "the group is empty, bound or owned",
            Reason::BadPasid => "the PASID is out of range",
            Reason::NoPasidSupport => "PASIDs are not supported here",
            Reason::PasidTaken => "the PASID is taken",
            Reason::PasidFailed => "the IOMMU driver refused the PASID",
            Reason::SvaDisabled => "devices may not use address spaces in this release",
            Reason::PasidFree => "nothing is attached to the PASID",
            Reason::NullHandle => "the handle is NULL",
            Reason::NullDomain => "the domain is NULL",
            Reason::HandleReused => "the handle is the one that is there",
            Reason::OtherType => "the handle's domain is of another type",
            Reason::ProbeFailed => "the IOMMU driver refused the device",
            Reason::DriverProbeFailed => "the driver's own probe failed",
            Reason::AlreadyBound => "a driver is bound already",
            Reason::IommuNotReady => "the IOMMU named by firmware is not registered",
            Reason::AlreadyPresent => "the device is there already",
            Reason::BadSize => "the size of the mapping is out of range",
            Reason::DriverPolicy => "the driver insists on conditions of its own",
            Reason::NotCoherent => "the device's DMA is not cache coherent",
            Reason::MsiNotIsolated => "interrupts are not isolated",
            Reason::OtherPageTable => "the group is on another page table",
            Reason::PageTableAttached => "the device is attached already",
            Reason::NoPageTableAttached => "the device is not attached",
            Reason::PasidIncompatible => "the page table does not go with PASIDs",
            Reason::NoSuchObject => "the context has no such object",
            Reason::ObjectInUse => "the object is in use",
            Reason::NoSuchFile => "the device has no character device of VFIO",
            Reason::FileNotBound => "the file has not bound its device",
            Reason::DeviceOpen => "the device is bound already",
            Reason::Resetting => "a device of the group is in a reset",
            Reason::NoReset => "the device has no reset of its own",
            Reason::NoVfioDevice => "no device of the group is bound to a VFIO driver",
            Reason::GroupOpen => "the group or a device of it is open",
            Reason::BoundByCdev => "a device of the group is bound through its character device",
            Reason::ContainerSet => "the group is in a container",
            Reason::NoContainer => "the group is in no container with an IOMMU",
            Reason::GroupGone => "the last device of the group has left VFIO",
            Reason::DevicesOpen => "devices of the group are open",
            Reason::NoRawio => "user space has no CAP_SYS_RAWIO",
            Reason::NoIommuMixed => "groups without IOMMU do not go together with others",
            Reason::NoCompatIoas => "the context has no address space for groups of VFIO",
            Reason::ContainerState => "the container has no group, or an IOMMU already",
            Reason::NoSuchIommu => "VFIO has no such IOMMU",
            Reason::NotVfioDevice => "the device is not VFIO's",
            Reason::NotOneBus => "the devices of the group are on different buses",
            Reason::NotViable => "a driver bound in the group is neither VFIO's nor harmless",
        }
    }
}
