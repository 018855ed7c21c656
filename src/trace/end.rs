// SPDX-License-Identifier: GPL-2.0-only
//! How a script ended, and what the kernel complained or died of.

use strum::{EnumIter, IntoEnumIterator};

use super::Call;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
pub enum Crash {
    /// The first device of an empty group is looked at.
    EmptyGroup,
    /// A device without `dev->iommu` is taken for one with an IOMMU.
    DeviceWithoutIommu,
    /// A device without group is taken for one with a group.
    DeviceWithoutGroup,
    /// A blocked domain that the driver does not have is used to detach a PASID.
    MissingBlockedDomain,
    /// A PASID is removed by an operation that the driver, or its blocked domain, does not have.
    CannotRemovePasid,
    /// The type of a default domain that the group does not have is looked at.
    MissingDefaultDomain,
    /// The type of a current domain that the group does not have is looked at.
    MissingCurrentDomain,
    /// The type of a domain that a handle does not have is looked at.
    HandleWithoutDomain,
    /// A buffer is mapped into a default domain that the group does not have, or that cannot hand addresses out.
    NothingToMapInto,
    /// A device is attached again to a current domain that the group does not have.
    NothingToReattach,
    /// A driver that is not VFIO's has bound to a device of a group that user space uses.
    LiveGroupBound,
    /// A real kernel died; its console says how ([`Told::console`](super::Told::console)).
    Observed,
    /// A real kernel stopped answering.
    Hang,
}

impl Crash {
    /// Those that have a cause of ours: not those only seen in a real kernel.
    pub fn causes() -> impl Iterator<Item = Crash> {
        Crash::iter().filter(|crash| !matches!(crash, Crash::Observed | Crash::Hang))
    }

    /// A short description.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Crash::EmptyGroup => "takes the list head of an empty group for a device",
            Crash::DeviceWithoutIommu => "follows dev->iommu of a device without IOMMU",
            Crash::DeviceWithoutGroup => "follows dev->iommu_group of a device without group",
            Crash::MissingBlockedDomain => "uses a blocked domain that the driver does not have",
            Crash::CannotRemovePasid => "removes a PASID by an operation that is not there",
            Crash::MissingDefaultDomain => "reads the type of a default domain that is not there",
            Crash::MissingCurrentDomain => "reads the type of a current domain that is not there",
            Crash::HandleWithoutDomain => "reads the type of a handle's domain that is not there",
            Crash::NothingToMapInto => "maps a buffer into a default domain that hands no addresses out",
            Crash::NothingToReattach => "attaches a current domain that is not there",
            Crash::LiveGroupBound => "gives up on a group that user space uses and a driver has bound to",
            Crash::Observed => "the kernel died",
            Crash::Hang => "the kernel stopped answering",
        }
    }
}

/// A WARN of the kernel, by our own name for its cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter)]
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
    /// A bond with an address space is given up that was never counted.
    SvaNotCounted,
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
    /// A device of VFIO's was closed whose group has neither container nor context of iommufd any more (v6.2 to v6.5).
    ClosedWithoutContainer,
    /// One of a real kernel, known by its place only: an index into [`Told::places`](super::Told::places).
    At(u16),
}

impl Warn {
    /// Those that have a cause of ours: not those only seen in a real kernel.
    pub fn causes() -> impl Iterator<Item = Warn> {
        Warn::iter().filter(|warn| !matches!(warn, Warn::At(_)))
    }

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
            Warn::SvaNotCounted => "bond with an address space not counted",
            Warn::PasidRollbackFailed => "old domain not attached to the PASID again",
            Warn::HandleReused => "PASID replaced by the handle it has",
            Warn::ResetNested => "reset in a reset",
            Warn::ResetNotBegun => "reset done without prepare",
            Warn::ResetWithoutBlocking => "reset done without blocking domain",
            Warn::ResetReattachFailed => "domain not attached after reset",
            Warn::ResetPasidFailed => "PASID not set after reset",
            Warn::ResetNotCounted => "reset done that nobody counted",
            Warn::ClosedWithoutContainer => "device closed whose group has no container",
            Warn::LiveGroupJoined => "device joins a group that user space uses",
            Warn::At(_) => "at a place of this kernel",
        }
    }
}
