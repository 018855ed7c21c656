// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's group interface, as a monitor uses it: opens, closes and ioctls.

use super::{ContainerId, DeviceId, GroupId, OwnerId};

/// What user space asks of VFIO. Variants carry the name of the ioctl, where there is one.
#[allow(missing_docs, reason = "the fields are named for what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VfioOp {
    /// `open` of `/dev/vfio/N`. While it is open by this name: once more, and closed at once.
    GroupOpen { group: GroupId },
    /// `close` of it.
    GroupClose { group: GroupId },
    /// `open` of `/dev/vfio/vfio`.
    ContainerOpen { container: ContainerId },
    /// `close` of it.
    ContainerClose { container: ContainerId },
    /// `VFIO_GROUP_SET_CONTAINER`
    GroupSetContainer { group: GroupId, container: ContainerId },
    /// `VFIO_GROUP_SET_CONTAINER` with a context of iommufd in the place of a container (v6.2)
    GroupSetIommufd { group: GroupId, context: OwnerId },
    /// `VFIO_GROUP_UNSET_CONTAINER`
    GroupUnsetContainer { group: GroupId },
    /// `VFIO_SET_IOMMU`
    SetIommu { container: ContainerId, iommu: VfioIommu },
    /// `VFIO_SET_IOMMU` of a context of iommufd (v6.2)
    SetIommuOfIommufd { context: OwnerId, iommu: VfioIommu },
    /// `VFIO_GROUP_GET_DEVICE_FD`
    GroupGetDeviceFd { group: GroupId, device: DeviceId },
    /// `close` of the device's file.
    DeviceClose { device: DeviceId },
    /// User space gives `CAP_SYS_RAWIO` up.
    DropRawio,
    /// `VFIO_GROUP_GET_STATUS`
    GroupGetStatus { group: GroupId },
}

/// What `VFIO_SET_IOMMU` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VfioIommu {
    /// `VFIO_TYPE1_IOMMU`
    Type1,
    /// `VFIO_TYPE1v2_IOMMU`
    Type1v2,
    /// `VFIO_SPAPR_TCE_IOMMU`, which only PowerPC has.
    SpaprTce,
    /// `VFIO_NOIOMMU_IOMMU`
    NoIommu,
}

/// The flags that `VFIO_GROUP_GET_STATUS` answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VfioStatus {
    /// None.
    NotViable,
    /// `VFIO_GROUP_FLAGS_VIABLE`
    Viable,
    /// `VFIO_GROUP_FLAGS_CONTAINER_SET`
    ContainerSet,
    /// Both.
    ViableAndSet,
}

impl VfioStatus {
    /// By its flags.
    #[must_use]
    pub fn of(viable: bool, container_set: bool) -> VfioStatus {
        match (viable, container_set) {
            (false, false) => VfioStatus::NotViable,
            (true, false) => VfioStatus::Viable,
            (false, true) => VfioStatus::ContainerSet,
            (true, true) => VfioStatus::ViableAndSet,
        }
    }
}
