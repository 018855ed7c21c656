// SPDX-License-Identifier: GPL-2.0-only
//! Binding a device to a context, which takes ownership of its group for the context.

use super::Bound;
use crate::engine::Engine;
use crate::engine::rules::{IommufdMsi, MsiIsolation};
use crate::script::{DeviceId, Errno, OwnerId};
use crate::trace::Reason;

impl Engine<'_> {
    /// `iommufd_device_bind`
    pub(in crate::engine) fn iommufd_bind(
        &mut self,
        device: DeviceId,
        context: OwnerId,
    ) -> Result<(), Errno> {
        if !self.is_coherent(device) {
            return Err(self.refuse(Errno::EINVAL, Reason::NotCoherent));
        }
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        if self.rules.iommufd_msi() == IommufdMsi::AtBind {
            self.check_msi_isolation(device)?;
        }
        self.device_claim(device, Some(context))?;
        self.state.group_mut(group).refs += 1;
        let number = self.state.iommufd.new_number(context);
        self.state.iommufd.bound.push(Bound {
            device,
            context,
            number,
            group,
            attached: Vec::new(),
            lost: false,
        });
        Ok(())
    }

    /// `iommufd_device_destroy`: nothing is attached any more.
    pub(in crate::engine) fn iommufd_unbind(&mut self, device: DeviceId) {
        let Some(at) = self.state.iommufd.bound.iter().position(|bound| bound.device == device) else {
            return;
        };
        let bound = self.state.iommufd.bound.remove(at);
        // A device that lost its IOMMU while it was bound has no group to release.
        if self.state.device(device).group.is_some() || self.state.driver.forbidden_calls {
            self.device_release(device);
        }
        self.put_group(bound.group);
    }

    /// `IOMMU_CAP_CACHE_COHERENCY`, which no device without IOMMU has.
    fn is_coherent(&self, device: DeviceId) -> bool {
        self.state.device(device).has_iommu && self.script.devices[device.index()].cache_coherent
    }

    /// Can no device in question write to the interrupts of others?
    pub(super) fn check_msi_isolation(&mut self, device: DeviceId) -> Result<(), Errno> {
        let is_isolated = |id: &DeviceId| self.script.devices[id.index()].isolated_msi;
        let isolated = match (self.rules.msi_isolation(), self.state.device(device).group) {
            (MsiIsolation::OfGroup, Some(group)) => self.state.group(group).devices.iter().all(is_isolated),
            (MsiIsolation::OfDevice, _) | (_, None) => is_isolated(&device),
        };
        if isolated { Ok(()) } else { Err(self.refuse(Errno::EPERM, Reason::MsiNotIsolated)) }
    }
}
