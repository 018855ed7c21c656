// SPDX-License-Identifier: GPL-2.0-only
//! A context of iommufd in the place of a group's container. The group is not claimed then; each device is bound, and
//! attached to the context's address space for VFIO, when it is opened.

use super::group::GroupKind;
use super::{Engine, File, GroupObject, Opened};
use crate::engine::rules::{VfioDeviceContext, VfioIommufd};
use crate::script::{DeviceId, Errno, OwnerId};
use crate::trace::{Reason, Warn};

impl Engine<'_> {
    /// What `VFIO_GROUP_SET_CONTAINER` checks first.
    pub(super) fn may_be_set(&mut self, object: GroupObject) -> Result<(), Errno> {
        if self.state.vfio.group(object).has_iommu() {
            return Err(self.refuse(Errno::EINVAL, Reason::ContainerSet));
        }
        self.is_in_vfio(object)
    }

    /// `VFIO_GROUP_SET_CONTAINER` with a context of iommufd.
    pub(super) fn vfio_set_context(&mut self, object: GroupObject, context: OwnerId) -> Result<(), Errno> {
        self.may_be_set(object)?;
        match (self.kind(object), self.rules.vfio_iommufd()) {
            (GroupKind::NoIommu, VfioIommufd::MadeAtSetContainer) => self.set_no_iommu_mode(context)?,
            _ => self.create_compat_ioas(context)?,
        }
        self.state.vfio.group_mut(object).context = Some(context);
        Ok(())
    }

    /// The first open of a device: it is bound, opened by its driver and attached. (Up to v6.5 the driver opened it last;
    /// no reset touched the IOMMU then.)
    pub(super) fn vfio_open_for(
        &mut self,
        object: GroupObject,
        device: DeviceId,
        context: OwnerId,
    ) -> Result<(), Errno> {
        match (self.kind(object), self.rules.vfio_iommufd()) {
            (GroupKind::NoIommu, VfioIommufd::MadeAtSetContainer) => {
                self.needs_rawio(object)?;
                self.needs_no_compat_ioas(context)?;
                self.vfio_resets(device);
                self.state.vfio.files.push(File::Device(device, object, Opened::Iommufd));
                return Ok(());
            }
            (GroupKind::Emulated, _) => self.add_access(device, context, false),
            (GroupKind::Iommu | GroupKind::NoIommu, _) => self.iommufd_bind(device, context)?,
        }
        self.vfio_resets(device);
        if let Err(errno) = self.attach_compat_ioas(device) {
            let reason = self.reason;
            self.vfio_resets(device);
            self.iommufd_detach_and_unbind(device);
            self.reason = reason;
            return Err(errno);
        }
        self.state.vfio.files.push(File::Device(device, object, Opened::Iommufd));
        Ok(())
    }

    /// Is this device open for a context of iommufd, through its group's file?
    pub(in crate::engine) fn is_open_for_context(&self, device: DeviceId) -> bool {
        let files = &self.state.vfio.files;
        files.iter().any(|file| matches!(file, File::Device(id, _, Opened::Iommufd) if *id == device))
    }

    /// The last close of a device that was opened so.
    pub(super) fn vfio_close_for_context(&mut self, object: GroupObject, device: DeviceId) {
        let knows = match self.rules.vfio_device_context() {
            VfioDeviceContext::Groups => self.state.vfio.group(object).context.is_some(),
            VfioDeviceContext::Files => true,
        };
        if knows {
            self.iommufd_detach_and_unbind(device);
        } else {
            self.warn(Warn::ClosedWithoutContainer);
            self.forget_binding(device);
        }
    }
}
