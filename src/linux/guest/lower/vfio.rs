// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's calls as the guest's program makes them.

use crate::linux::guest::cannot::CannotRun;
use crate::linux::guest::names::Names;
use crate::script::{VfioIommu, VfioOp};

/// The line of a call.
pub(super) fn line(names: Names<'_>, op: VfioOp) -> Result<String, CannotRun> {
    Ok(match op {
        VfioOp::GroupOpen { group } => format!("vfio_open {}", names.group(group)?),
        VfioOp::GroupClose { group } => format!("vfio_close {}", names.group(group)?),
        VfioOp::ContainerOpen { container } => format!("vfio_container {}", names.container(container)?),
        VfioOp::ContainerClose { container } => {
            format!("vfio_container_close {}", names.container(container)?)
        }
        VfioOp::GroupSetContainer { group, container } => {
            format!("vfio_set_container {} {}", names.group(group)?, names.container(container)?)
        }
        VfioOp::GroupSetIommufd { group, context } => {
            format!("vfio_set_iommufd {} {}", names.group(group)?, names.owner(Some(context))?)
        }
        VfioOp::SetIommuOfIommufd { context, iommu } => {
            format!("vfio_set_iommu_of {} {}", names.owner(Some(context))?, number(iommu))
        }
        VfioOp::GroupUnsetContainer { group } => format!("vfio_unset_container {}", names.group(group)?),
        VfioOp::SetIommu { container, iommu } => {
            format!("vfio_set_iommu {} {}", names.container(container)?, number(iommu))
        }
        VfioOp::GroupGetDeviceFd { group, device } => {
            format!("vfio_device_fd {} {}", names.group(group)?, names.device(device)?)
        }
        VfioOp::DropRawio => return Err(CannotRun::Setting("drop_cap_sys_rawio")),
        VfioOp::DeviceClose { device } => format!("vfio_device_close {}", names.device(device)?),
        VfioOp::GroupGetStatus { group } => format!("vfio_status {}", names.group(group)?),
    })
}

/// As `<linux/vfio.h>` has it.
fn number(iommu: VfioIommu) -> u8 {
    match iommu {
        VfioIommu::Type1 => 1,
        VfioIommu::SpaprTce => 2,
        VfioIommu::NoIommu => 8,
        VfioIommu::Type1v2 => 3,
    }
}
