// SPDX-License-Identifier: GPL-2.0-only
//! Operations of iommufd and of VFIO's character device for single devices.

use super::{DeviceId, DomainRef, IoasId, OwnerId};

/// What a device is attached to through iommufd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageTable {
    /// A page table that was allocated by name (`IOMMU_HWPT_ALLOC`).
    Hwpt(DomainRef),
    /// An address space, for which iommufd finds or makes a page table.
    Ioas(IoasId),
}

/// An operation of iommufd. A context (an open `/dev/iommu`) is an owner token.
#[allow(missing_docs, reason = "the fields are named for what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IommufdOp {
    /// `iommufd_device_bind`
    DeviceBind { device: DeviceId, context: OwnerId },
    /// `iommufd_device_unbind`
    DeviceUnbind { device: DeviceId },
    /// `IOMMU_IOAS_ALLOC`
    IoasAlloc { ioas: IoasId, context: OwnerId },
    /// `IOMMU_HWPT_ALLOC` (v6.6); `pasid`: with `IOMMU_HWPT_ALLOC_PASID` (v6.15)
    HwptAlloc { hwpt: DomainRef, ioas: IoasId, device: DeviceId, pasid: bool },
    /// `iommufd_device_attach`; of a PASID from v6.15 on
    DeviceAttach { device: DeviceId, to: PageTable, pasid: Option<u32> },
    /// `iommufd_device_replace` (v6.6)
    DeviceReplace { device: DeviceId, to: PageTable, pasid: Option<u32> },
    /// `iommufd_device_detach`
    DeviceDetach { device: DeviceId, pasid: Option<u32> },
    /// `IOMMU_DESTROY`
    Destroy { object: PageTable },
    /// `IOMMU_VFIO_IOAS` with `IOMMU_VFIO_IOAS_SET`: the address space that groups of VFIO use whose container the
    /// context is
    VfioIoasSet { ioas: IoasId, context: OwnerId },
    /// `IOMMU_VFIO_IOAS` with `IOMMU_VFIO_IOAS_CLEAR`
    VfioIoasClear { context: OwnerId },
    /// What a user does with VFIO's character device of a device (v6.6).
    Cdev { device: DeviceId, file: u8, op: CdevOp },
}

/// What is done with an open file of `/dev/vfio/devices/vfioN`. A device may have several open files.
#[allow(missing_docs, reason = "the fields are named for what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CdevOp {
    /// `open`
    Open,
    /// `close`
    Close,
    /// `VFIO_DEVICE_BIND_IOMMUFD`
    Bind { context: OwnerId },
    /// `VFIO_DEVICE_ATTACH_IOMMUFD_PT`; of a PASID from v6.15 on
    Attach { to: PageTable, pasid: Option<u32> },
    /// `VFIO_DEVICE_DETACH_IOMMUFD_PT`
    Detach { pasid: Option<u32> },
}
