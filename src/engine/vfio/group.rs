// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's groups: devices come to VFIO and leave it, files are opened, and who else is in the group.

use super::{Engine, File, GroupObject};
use crate::engine::rules::{VfioCoherency, VfioLastDevice, VfioNotifier, VfioReferences, VfioViability};
use crate::engine::vfio::ContainerObject;
use crate::script::{DeviceId, DriverKind, Errno, GroupId, OwnerId};
use crate::trace::{Crash, Reason, Warn};

/// `enum vfio_group_type`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum GroupKind {
    /// `VFIO_IOMMU`
    Iommu,
    /// `VFIO_EMULATED_IOMMU`: VFIO made the core's group for an emulated device.
    Emulated,
    /// `VFIO_NO_IOMMU`: VFIO made it for a device that no IOMMU serves.
    NoIommu,
}

/// `struct vfio_group`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct VfioGroup {
    pub(super) kind: GroupKind,
    /// The IOMMU core's group.
    pub(super) group: GroupId,
    /// Its devices that are VFIO's.
    pub(super) devices: Vec<DeviceId>,
    /// Does VFIO know it as that group's? It then has a reference of it.
    pub(super) known: bool,
    /// It is open, or a device is for its container that was got from a file closed since.
    pub(super) opened: bool,
    pub(super) container: Option<ContainerObject>,
    /// The context of iommufd that is in a container's place.
    pub(super) context: Option<OwnerId>,
}

impl VfioGroup {
    /// `vfio_group_has_iommu`
    pub(super) fn has_iommu(&self) -> bool {
        self.container.is_some() || self.context.is_some()
    }
}

impl Engine<'_> {
    /// What VFIO has of the group of this device.
    pub(super) fn vfio_group_of(&self, device: DeviceId) -> Option<GroupObject> {
        let found = self.state.vfio.groups.iter().position(|g| g.known && g.devices.contains(&device));
        found.map(GroupObject)
    }

    /// Is the file of this device's group open, or a device for its container that was got from it?
    pub(in crate::engine) fn has_open_vfio_group(&self, device: DeviceId) -> bool {
        self.vfio_group_of(device).is_some_and(|object| self.state.vfio.group(object).opened)
    }

    fn vfio_group_by(&self, group: GroupId) -> Option<GroupObject> {
        self.state.vfio.groups.iter().position(|g| g.known && g.group == group).map(GroupObject)
    }

    // ------------------------------------------------- devices

    /// `vfio_register_group_dev`, in the probe of a VFIO driver.
    pub(in crate::engine) fn vfio_register(&mut self, device: DeviceId) -> Result<(), Errno> {
        let coherent = self.script.devices[device.index()].cache_coherent;
        let rule = self.rules.vfio_coherency();
        let Some(group) = self.state.device(device).group else {
            return self.vfio_register_noiommu(device);
        };
        let fits = match rule {
            VfioCoherency::Ignored => true,
            VfioCoherency::Bus => self.has_bus_ops(device) && coherent,
            VfioCoherency::Device => self.state.device(device).has_iommu && coherent,
        };
        if !fits {
            return Err(self.refuse(Errno::EINVAL, Reason::NotCoherent));
        }
        let object =
            self.vfio_group_by(group).unwrap_or_else(|| self.new_vfio_group(group, GroupKind::Iommu));
        self.state.vfio.group_mut(object).devices.push(device);
        if self.rules.vfio_references() == VfioReferences::DriverToo {
            self.state.group_mut(group).refs += 1;
        }
        Ok(())
    }

    pub(super) fn new_vfio_group(&mut self, group: GroupId, kind: GroupKind) -> GroupObject {
        self.state.group_mut(group).refs += 1;
        let new = VfioGroup {
            kind,
            group,
            devices: Vec::new(),
            known: true,
            opened: false,
            container: None,
            context: None,
        };
        self.state.vfio.groups.push(new);
        GroupObject(self.state.vfio.groups.len() - 1)
    }

    /// `vfio_unregister_group_dev`, when a VFIO driver is unbound.
    pub(in crate::engine) fn vfio_unregister(&mut self, device: DeviceId) {
        let Some(object) = self.vfio_group_of(device) else { return };
        self.state.vfio.group_mut(object).devices.retain(|d| *d != device);
        let id = self.state.vfio.group(object).group;
        let fake = self.state.vfio.group(object).kind != GroupKind::Iommu;
        if fake {
            self.remove_by_hand(device);
        }
        if self.rules.vfio_last_device() == VfioLastDevice::TakesGroupOut
            && self.state.vfio.group(object).devices.is_empty()
        {
            self.leave_container(object);
        }
        self.forget_unused(object);
        // Of a device that was taken out of its group by hand nothing is given up any more.
        if self.rules.vfio_references() == VfioReferences::DriverToo
            && let Some(group) = self.state.device(device).group.or(fake.then_some(id))
        {
            self.put_group(group);
        }
    }

    /// VFIO forgets a group that has no devices, unless its file is open and it waits for that.
    fn forget_unused(&mut self, object: GroupObject) {
        let group = self.state.vfio.group(object);
        let kept = match self.rules.vfio_last_device() {
            VfioLastDevice::Waits => group.opened,
            VfioLastDevice::TakesGroupOut => false,
        };
        if group.known && group.devices.is_empty() && !kept {
            let id = group.group;
            self.state.vfio.group_mut(object).known = false;
            self.put_group(id);
        }
    }

    /// What is left of the group when its last device has left VFIO (v6.1) is nothing.
    pub(super) fn is_in_vfio(&mut self, object: GroupObject) -> Result<(), Errno> {
        if self.state.vfio.group(object).known {
            return Ok(());
        }
        Err(self.refuse(Errno::ENODEV, Reason::GroupGone))
    }

    // ------------------------------------------------- files

    /// `vfio_group_fops_open`. The file is there as long as VFIO knows the group.
    pub(super) fn vfio_group_open(&mut self, group: GroupId) -> Result<(), Errno> {
        let Some(object) = self.vfio_group_by(group) else {
            return Err(self.refuse(Errno::ENOENT, Reason::NoVfioDevice));
        };
        self.needs_rawio(object)?;
        if self.state.vfio.group(object).devices.iter().any(|device| self.is_bound_by_cdev(*device)) {
            return Err(self.refuse(Errno::EBUSY, Reason::BoundByCdev));
        }
        if self.state.vfio.group(object).opened {
            return Err(self.refuse(Errno::EBUSY, Reason::GroupOpen));
        }
        // A second file beside one that is good for nothing any more: it is closed again at once.
        if self.state.vfio.group_file(group).is_none() {
            self.state.vfio.group_mut(object).opened = true;
            self.state.vfio.files.push(File::Group(group, object));
        }
        Ok(())
    }

    /// `vfio_group_fops_release`; while devices are open for the container, which refer to the file, the last of them
    /// does it. One that is open for a context of iommufd does not refer to it.
    pub(super) fn vfio_group_close(&mut self, group: GroupId, object: GroupObject) {
        self.state.vfio.files.retain(|file| *file != File::Group(group, object));
        if !self.state.vfio.uses_container(object) {
            self.release_group_file(object);
        }
    }

    /// Nothing refers to the group's file any more.
    pub(super) fn release_group_file(&mut self, object: GroupObject) {
        self.leave_container(object);
        self.state.vfio.group_mut(object).context = None;
        self.state.vfio.group_mut(object).opened = false;
        self.forget_unused(object);
    }

    // ------------------------------------------------- who else is in the group

    /// May user space have the group, or does it have it?
    pub(super) fn is_viable(&self, object: GroupObject) -> bool {
        let group = self.state.vfio.group(object);
        match self.rules.vfio_viability() {
            VfioViability::Drivers => {
                self.state.group(group.group).devices.iter().all(|device| self.is_harmless(object, *device))
            }
            VfioViability::OwnerCount => group.has_iommu() || self.state.group(group.group).owner_cnt == 0,
        }
    }

    /// `vfio_dev_viable`: no driver, VFIO's, pci-stub, or a bridge with any driver.
    fn is_harmless(&self, object: GroupObject, device: DeviceId) -> bool {
        let harmless = match self.state.device(device).driver {
            None | Some(DriverKind::PciStub) => true,
            Some(
                DriverKind::KernelDma
                | DriverKind::Managed
                | DriverKind::VfioPci
                | DriverKind::Pcieport
                | DriverKind::VfioEmulated,
            ) => self.script.devices[device.index()].bridge,
        };
        harmless || self.state.vfio.group(object).devices.contains(&device)
    }

    fn told_of(&self, device: DeviceId) -> Option<GroupObject> {
        if self.rules.vfio_notifier() == VfioNotifier::Absent {
            return None;
        }
        let object = self.vfio_group_by(self.state.device(device).group?)?;
        self.state.vfio.group(object).container.is_some().then_some(object)
    }

    /// A device has joined its group.
    pub(in crate::engine) fn tell_vfio_joined(&mut self, device: DeviceId) {
        if self.told_of(device).is_some() {
            self.warn(Warn::LiveGroupJoined);
        }
    }

    /// A driver has bound to a device.
    pub(in crate::engine) fn tell_vfio_bound(&mut self, device: DeviceId) {
        if let Some(object) = self.told_of(device)
            && !self.is_harmless(object, device)
        {
            self.die(Crash::LiveGroupBound);
        }
    }
}
