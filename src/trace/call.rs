// SPDX-License-Identifier: GPL-2.0-only
//! Calls into the drivers: what the hardware would see.

use super::{Mark, Warn};
use crate::script::{DeviceId, DomainKind, Errno, GroupId};

/// One event, in the order in which it happened.
#[allow(missing_docs, reason = "the fields are named for what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// The firmware's description of a device was handed to the IOMMU driver (`of_xlate`).
    Xlate { device: DeviceId },
    /// `probe_device`
    Probe { device: DeviceId, error: Option<Errno> },
    /// `device_group` made the group.
    NewGroup { group: GroupId },
    /// `device_group` failed.
    GroupFailed { device: DeviceId, error: Errno },
    /// The last reference of a group went.
    FreeGroup { group: GroupId },
    /// A domain was allocated, asked for as this type.
    Alloc { domain: Mark, kind: DomainKind },
    /// The driver refused to allocate a domain.
    Deny { kind: DomainKind },
    /// A domain was freed.
    Free {
        /// The domain.
        domain: Mark,
        /// A device's hardware still uses it.
        attached: bool,
    },
    /// `attach_dev`
    Attach {
        /// The device.
        device: DeviceId,
        /// The new domain.
        domain: Mark,
        /// What the driver was told was attached before; outer `None`: it is not told (before v6.19).
        from: Option<Option<Mark>>,
        /// The domain had been freed.
        freed: bool,
        /// What the driver answered.
        error: Option<Errno>,
    },
    /// `detach_dev` (to v6.2)
    Detach { device: DeviceId, domain: Mark },
    /// `set_platform_dma_ops` (v6.3 to v6.6)
    SetPlatformDmaOps { device: DeviceId },
    /// Memory was mapped into the domain: a region of the firmware's, or a buffer.
    Map { domain: Mark },
    /// `probe_finalize`
    ProbeFinalize { device: DeviceId },
    /// `release_device`
    Release { device: DeviceId },
    /// `set_dev_pasid`
    SetPasid { device: DeviceId, pasid: i32, domain: Mark, error: Option<Errno> },
    /// `remove_dev_pasid` (to v6.13)
    RemovePasid { device: DeviceId, pasid: i32, domain: PasidTarget },
    /// The device driver's own probe.
    DriverProbe { device: DeviceId, error: Option<Errno> },
    /// The kernel printed a WARN here.
    Warn(Warn),
}

/// What a driver is told when a PASID is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PasidTarget {
    /// Nothing (to v6.9).
    NotTold,
    /// The domain that was there.
    Domain(Mark),
}
