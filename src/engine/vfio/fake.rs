// SPDX-License-Identifier: GPL-2.0-only
//! Groups of VFIO's own making: for emulated devices, and for devices without IOMMU in the no-IOMMU mode.

use super::group::GroupKind;
use super::{ContainerObject, Engine, GroupObject};
use crate::engine::rules::{VfioClaim, VfioFakeGroups, VfioNoIommuBus, VfioNoIommuTest, VfioReferences};
use crate::script::{DeviceId, Errno, GroupId};
use crate::trace::Reason;

impl Engine<'_> {
    /// `vfio_group_find_or_alloc` of a device without group; the no-IOMMU mode is on where the script has a name for
    /// the group.
    pub(super) fn vfio_register_noiommu(&mut self, device: DeviceId) -> Result<(), Errno> {
        let spec = &self.script.devices[device.index()];
        let (bus_ops, coherent) = (self.has_bus_ops(device), spec.cache_coherent);
        let Some(group) = spec.vfio_group else {
            return Err(self.refuse(Errno::EINVAL, Reason::NoGroup));
        };
        if self.rules.vfio_noiommu_test() == VfioNoIommuTest::BusCoherent && !(bus_ops && coherent) {
            return Err(self.refuse(Errno::EINVAL, Reason::NotCoherent));
        }
        if self.rules.vfio_noiommu_bus() == VfioNoIommuBus::WithoutIommu && bus_ops {
            return Err(self.refuse(Errno::EINVAL, Reason::NoGroup));
        }
        self.vfio_make_group(device, group, GroupKind::NoIommu)
    }

    /// `vfio_register_emulated_iommu_dev`. A device that has a group of the core's already gets no other.
    pub(in crate::engine) fn vfio_register_emulated(&mut self, device: DeviceId) -> Result<(), Errno> {
        let group = self.script.devices[device.index()].vfio_group;
        let Some(group) = group.filter(|_| self.state.device(device).group.is_none()) else {
            return Err(self.refuse(Errno::EEXIST, Reason::AlreadyPresent));
        };
        self.vfio_make_group(device, group, GroupKind::Emulated)
    }

    /// `vfio_noiommu_group_alloc`
    fn vfio_make_group(&mut self, device: DeviceId, group: GroupId, kind: GroupKind) -> Result<(), Errno> {
        self.add_by_hand(device, group)?;
        let object = self.new_vfio_group(group, kind);
        self.state.vfio.group_mut(object).devices.push(device);
        if self.rules.vfio_references() == VfioReferences::DriverToo {
            self.state.group_mut(group).refs += 1;
        }
        Ok(())
    }

    pub(super) fn kind(&self, object: GroupObject) -> GroupKind {
        self.state.vfio.group(object).kind
    }

    /// What has to do with a device without IOMMU is for `CAP_SYS_RAWIO`.
    pub(super) fn needs_rawio(&mut self, object: GroupObject) -> Result<(), Errno> {
        if self.kind(object) == GroupKind::NoIommu && self.state.vfio.unprivileged {
            return Err(self.refuse(Errno::EPERM, Reason::NoRawio));
        }
        Ok(())
    }

    /// The same, of user space as a whole.
    pub(in crate::engine) fn needs_rawio_at_all(&mut self) -> Result<(), Errno> {
        if self.state.vfio.unprivileged { Err(self.refuse(Errno::EPERM, Reason::NoRawio)) } else { Ok(()) }
    }

    /// Is this device in a group that VFIO made for it?
    pub(in crate::engine) fn is_vfio_fake(&self, device: DeviceId) -> bool {
        self.vfio_group_of(device).is_some_and(|object| self.kind(object) != GroupKind::Iommu)
    }

    /// Is it in one that VFIO made because no IOMMU serves it?
    pub(in crate::engine) fn is_vfio_noiommu(&self, device: DeviceId) -> bool {
        self.vfio_group_of(device).is_some_and(|object| self.kind(object) == GroupKind::NoIommu)
    }

    /// Are the groups in this container such without IOMMU? `None`: there are none.
    pub(super) fn is_noiommu(&self, container: ContainerObject) -> Option<bool> {
        let first = self.state.vfio.containers[container.0].groups.first();
        first.map(|object| self.kind(*object) == GroupKind::NoIommu)
    }

    /// Groups without IOMMU and others do not go together.
    pub(super) fn may_join(&mut self, object: GroupObject, container: ContainerObject) -> Result<(), Errno> {
        let noiommu = self.kind(object) == GroupKind::NoIommu;
        if self.is_noiommu(container).is_some_and(|others| others != noiommu) {
            return Err(self.refuse(Errno::EPERM, Reason::NoIommuMixed));
        }
        Ok(())
    }

    /// Is this group claimed while it is in a container?
    pub(super) fn vfio_claims(&self, object: GroupObject) -> bool {
        self.rules.vfio_claim() == VfioClaim::AtSetContainer
            && (self.kind(object) == GroupKind::Iommu
                || self.rules.vfio_fake_groups() == VfioFakeGroups::Claimed)
    }
}
