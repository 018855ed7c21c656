// SPDX-License-Identifier: GPL-2.0-only
//! Containers: groups go in and out, the IOMMU is set, devices are opened.

use super::type1::Type1;
use super::{ContainerObject, Engine, File, GroupObject, Opened, VfioContainer};
use crate::engine::rules::{VfioDeviceFd, VfioViability};
use crate::script::{ContainerId, DeviceId, Errno, OwnerId, VfioIommu};
use crate::trace::Reason;

impl Engine<'_> {
    /// `vfio_fops_open`
    pub(super) fn vfio_container_open(&mut self, container: ContainerId) {
        let new = VfioContainer { name: container, groups: Vec::new(), iommu: None };
        self.state.vfio.containers.push(new);
        let object = ContainerObject(self.state.vfio.containers.len() - 1);
        self.state.vfio.files.push(File::Container(container, object));
    }

    /// `VFIO_GROUP_SET_CONTAINER`. The owner is the container's file in v5.19 and v6.0, and VFIO's group since;
    /// a group is claimed once at a time, so nobody can tell.
    pub(super) fn vfio_set_container(
        &mut self,
        object: GroupObject,
        container: ContainerObject,
    ) -> Result<(), Errno> {
        self.may_be_set(object)?;
        self.needs_rawio(object)?;
        self.may_join(object, container)?;
        let group = self.state.vfio.group(object).group;
        let claims = self.vfio_claims(object);
        if claims {
            self.group_claim(group, Some(OwnerId::OUTSIDE))?;
        }
        if self.state.vfio.containers[container.0].iommu.is_some()
            && let Err(errno) = self.type1_attach(container, object)
        {
            let reason = self.reason;
            if claims {
                self.group_release(group);
            }
            self.reason = reason;
            return Err(errno);
        }
        self.state.vfio.group_mut(object).container = Some(container);
        self.state.vfio.containers[container.0].groups.insert(0, object);
        Ok(())
    }

    /// `VFIO_GROUP_UNSET_CONTAINER`. Devices that are open for a context of iommufd are in nobody's way.
    pub(super) fn vfio_unset_container(&mut self, object: GroupObject) -> Result<(), Errno> {
        if !self.state.vfio.group(object).has_iommu() {
            return Err(self.refuse(Errno::EINVAL, Reason::NoContainer));
        }
        if self.state.vfio.group(object).container.is_some() && self.state.vfio.uses_container(object) {
            return Err(self.refuse(Errno::EBUSY, Reason::DevicesOpen));
        }
        self.leave_container(object);
        self.state.vfio.group_mut(object).context = None;
        Ok(())
    }

    /// The group leaves its container, if it is in one; the last one takes the container's IOMMU along.
    pub(super) fn leave_container(&mut self, object: GroupObject) {
        let Some(container) = self.state.vfio.group(object).container else { return };
        if self.state.vfio.containers[container.0].iommu.is_some() {
            self.type1_detach(container, object);
        }
        if self.vfio_claims(object) {
            self.group_release(self.state.vfio.group(object).group);
        }
        self.state.vfio.group_mut(object).container = None;
        let container = &mut self.state.vfio.containers[container.0];
        container.groups.retain(|g| *g != object);
        if container.groups.is_empty() {
            container.iommu = None;
        }
    }

    /// `VFIO_SET_IOMMU`
    pub(super) fn vfio_set_iommu(
        &mut self,
        container: ContainerObject,
        iommu: VfioIommu,
    ) -> Result<(), Errno> {
        let state = &self.state.vfio.containers[container.0];
        if state.groups.is_empty() || state.iommu.is_some() {
            return Err(self.refuse(Errno::EINVAL, Reason::ContainerState));
        }
        let groups = state.groups.clone();
        match (iommu, self.is_noiommu(container)) {
            (VfioIommu::Type1 | VfioIommu::Type1v2, Some(false)) => {}
            (VfioIommu::NoIommu, Some(true)) => self.needs_rawio(groups[0])?,
            _ => return Err(self.refuse(Errno::ENODEV, Reason::NoSuchIommu)),
        }
        self.state.vfio.containers[container.0].iommu = Some(Type1::default());
        for (at, object) in groups.iter().enumerate() {
            let Err(errno) = self.type1_attach(container, *object) else { continue };
            let reason = self.reason;
            for attached in groups[..at].iter().rev() {
                self.type1_detach(container, *attached);
            }
            self.state.vfio.containers[container.0].iommu = None;
            self.reason = reason;
            return Err(errno);
        }
        Ok(())
    }

    /// `VFIO_GROUP_GET_DEVICE_FD`
    pub(super) fn vfio_get_device_fd(&mut self, object: GroupObject, device: DeviceId) -> Result<(), Errno> {
        match self.rules.vfio_device_fd() {
            VfioDeviceFd::ContainerFirst => {
                self.usable_container(object)?;
                self.vfio_device(object, device)?;
            }
            VfioDeviceFd::DeviceFirst => {
                self.vfio_device(object, device)?;
                if let Some(context) = self.state.vfio.group(object).context {
                    return self.vfio_open_for(object, device, context);
                }
                self.usable_container(object)?;
            }
        }
        self.state.vfio.files.push(File::Device(device, object, Opened::Container));
        self.vfio_resets(device);
        Ok(())
    }

    fn vfio_device(&mut self, object: GroupObject, device: DeviceId) -> Result<(), Errno> {
        if self.state.vfio.group(object).devices.contains(&device) {
            return Ok(());
        }
        Err(self.refuse(Errno::ENODEV, Reason::NotVfioDevice))
    }

    /// A container with an IOMMU, and a group that is viable as far as the drivers in it decide.
    fn usable_container(&mut self, object: GroupObject) -> Result<(), Errno> {
        let container = self.state.vfio.group(object).container;
        if container.is_none_or(|c| self.state.vfio.containers[c.0].iommu.is_none()) {
            return Err(self.refuse(Errno::EINVAL, Reason::NoContainer));
        }
        if self.rules.vfio_viability() == VfioViability::Drivers && !self.is_viable(object) {
            return Err(self.refuse(Errno::EINVAL, Reason::NotViable));
        }
        self.needs_rawio(object)
    }

    /// vfio-pci resets a device that it opens, if it can, and again when it closes it, if that worked
    /// (`vfio_pci_core_enable`, `vfio_pci_core_disable`). Nobody is told.
    pub(in crate::engine) fn vfio_resets(&mut self, device: DeviceId) {
        let reason = self.reason;
        let opened = self.state.vfio.resets.iter().position(|(open, _)| *open == device);
        match opened.map(|at| self.state.vfio.resets.swap_remove(at)) {
            None => {
                let works = self.reset_function(device).is_ok();
                self.state.vfio.resets.push((device, works));
            }
            Some((_, true)) => {
                let _ = self.reset_function(device);
            }
            Some((_, false)) => {}
        }
        self.reason = reason;
    }

    /// The close of a device's file; the group's own may be closed already.
    pub(super) fn vfio_device_close(&mut self, device: DeviceId, object: GroupObject) {
        self.vfio_resets(device);
        let for_context = File::Device(device, object, Opened::Iommufd);
        if self.state.vfio.files.contains(&for_context) {
            self.vfio_close_for_context(object, device);
            self.state.vfio.files.retain(|file| *file != for_context);
            return;
        }
        let for_container = File::Device(device, object, Opened::Container);
        self.state.vfio.files.retain(|file| *file != for_container);
        let group_open = self.state.vfio.files.iter().any(|f| matches!(f, File::Group(_, o) if *o == object));
        if !group_open && !self.state.vfio.uses_container(object) {
            self.release_group_file(object);
        }
    }
}
