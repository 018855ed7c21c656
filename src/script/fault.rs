// SPDX-License-Identifier: GPL-2.0-only
//! Declared faults: which call into a driver fails, when, and with which errno.

use super::{DeviceId, DomainKind, DomainRef, Errno};

/// Which call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The domain's `attach_dev`.
    Attach,
    /// The domain's `set_dev_pasid`.
    Pasid,
    /// The IOMMU driver's `probe_device`.
    Probe,
    /// The IOMMU driver's `device_group`.
    Group,
    /// The device driver's own probe.
    DriverProbe,
    /// The IOMMU driver's allocation of a domain. Before v6.7 it gives NULL, whatever the errno.
    Alloc,
}

/// Which domains a fault of attaching is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FaultDomain {
    /// Every domain.
    Any,
    /// Domains of this type.
    Kind(DomainKind),
    /// The domain of this name.
    Named(DomainRef),
}

/// A fault: the calls it matches pass `skip` times, then fail `count` times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fault {
    /// Which call.
    pub kind: FaultKind,
    /// For which device; `None`: for any. Allocations are for no device.
    pub device: Option<DeviceId>,
    /// For which domain; only looked at for calls that have one. An allocation has only its type.
    pub domain: FaultDomain,
    /// What the call returns.
    pub errno: Errno,
    /// So many matching calls pass first.
    pub skip: u32,
    /// So many fail then; `None`: all of them.
    pub count: Option<u32>,
}
