// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's calls as JSON.

use super::Writer;
use crate::protocol::error::WireError;
use crate::protocol::script::{ContainerIommu, DeviceGroup, GroupContainer, Nothing, WireOp};
use crate::protocol::words::Word;
use crate::script::VfioOp;

impl<'a> Writer<'a> {
    pub(super) fn vfio(&self, op: VfioOp) -> Result<WireOp<'a>, WireError> {
        Ok(match op {
            VfioOp::GroupOpen { group } => WireOp::VfioGroupOpen(self.of_group(group)?),
            VfioOp::GroupClose { group } => WireOp::VfioGroupClose(self.of_group(group)?),
            VfioOp::ContainerOpen { container } => WireOp::VfioContainerOpen(self.of_container(container)?),
            VfioOp::ContainerClose { container } => WireOp::VfioContainerClose(self.of_container(container)?),
            VfioOp::GroupSetContainer { group, container } => {
                let (group, container) = (self.group(group)?, self.container(container)?);
                WireOp::VfioGroupSetContainer(GroupContainer {
                    group,
                    container: Some(container),
                    iommufd: None,
                })
            }
            VfioOp::GroupSetIommufd { group, context } => {
                let (group, iommufd) = (self.group(group)?, Some(self.context(context)?));
                WireOp::VfioGroupSetContainer(GroupContainer { group, container: None, iommufd })
            }
            VfioOp::GroupUnsetContainer { group } => WireOp::VfioGroupUnsetContainer(self.of_group(group)?),
            VfioOp::SetIommu { container, iommu } => WireOp::VfioSetIommu(ContainerIommu {
                container: Some(self.container(container)?),
                iommufd: None,
                r#type: Word(iommu),
            }),
            VfioOp::SetIommuOfIommufd { context, iommu } => WireOp::VfioSetIommu(ContainerIommu {
                container: None,
                iommufd: Some(self.context(context)?),
                r#type: Word(iommu),
            }),
            VfioOp::GroupGetDeviceFd { group, device } => {
                let (group, device) = (self.group(group)?, self.device(device)?);
                WireOp::VfioGroupGetDeviceFd(DeviceGroup { device, group })
            }
            VfioOp::DropRawio => WireOp::DropCapSysRawio(Nothing {}),
            VfioOp::DeviceClose { device } => WireOp::VfioDeviceClose(self.of_device(device)?),
            VfioOp::GroupGetStatus { group } => WireOp::VfioGroupGetStatus(self.of_group(group)?),
        })
    }
}
