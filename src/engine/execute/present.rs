// SPDX-License-Identifier: GPL-2.0-only
//! What has to be there before an operation can run: the call in this release, the device, its group, the domain.

use crate::engine::Engine;
use crate::engine::rules::GroupHandle;
use crate::engine::state::DomainId;
use crate::script::{Bus, DeviceId, DomainRef, GroupId};
use crate::trace::{Outcome, Skip};

impl Engine<'_> {
    pub(super) fn knows_group_handles(&self) -> bool {
        self.rules.group_handle() != GroupHandle::Absent
    }

    /// Does this release have the call?
    pub(in crate::engine) fn needs(&self, has: bool) -> Result<(), Outcome> {
        if has { Ok(()) } else { Err(Outcome::NotInThisRelease) }
    }

    pub(super) fn on_arm(&self) -> Result<(), Outcome> {
        self.needs(!self.has_iommu_dma())
    }

    pub(in crate::engine) fn present(&self, device: DeviceId) -> Result<(), Outcome> {
        if self.state.device(device).present { Ok(()) } else { Err(Outcome::Skipped(Skip::DeviceNotPresent)) }
    }

    /// A device that is there, and on PCI.
    pub(super) fn on_pci(&self, device: DeviceId) -> Result<(), Outcome> {
        self.present(device)?;
        let pci = self.script.devices[device.index()].bus == Bus::Pci;
        if pci { Ok(()) } else { Err(Outcome::Skipped(Skip::NotPci)) }
    }

    pub(super) fn present_and_unbindable(&mut self, device: DeviceId) -> Result<(), Outcome> {
        self.present(device)?;
        if self.vfio_waits(device) {
            return Err(Outcome::Skipped(Skip::DeviceInUse));
        }
        if self.waits_for_iommufd(device) {
            return Err(Outcome::Skipped(Skip::BoundToIommufd));
        }
        if self.has_open_cdev(device) {
            return Err(Outcome::Skipped(Skip::FileOpen));
        }
        if self.may_unbind(device) || self.state.driver.forbidden_calls {
            Ok(())
        } else {
            Err(Outcome::Skipped(Skip::ReferenceGone))
        }
    }

    pub(in crate::engine) fn grouped(&self, device: DeviceId) -> Result<(), Outcome> {
        if self.state.device(device).group.is_some() || self.state.driver.forbidden_calls {
            Ok(())
        } else {
            Err(Outcome::Skipped(Skip::DeviceHasNoGroup))
        }
    }

    /// What the core has stored for the PASID is not iommufd's.
    pub(super) fn is_callers_handle(&self, group: Option<GroupId>, pasid: i32) -> Result<(), Outcome> {
        match group {
            Some(group) if self.is_iommufds_handle(group, pasid.cast_unsigned()) => {
                Err(Outcome::Skipped(Skip::PageTableAttached))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn alive(&self, group: GroupId) -> Result<(), Outcome> {
        if self.state.group(group).alive { Ok(()) } else { Err(Outcome::Skipped(Skip::GroupNotPresent)) }
    }

    pub(super) fn populated(&self, group: GroupId) -> Result<(), Outcome> {
        self.alive(group)?;
        if self.state.group(group).devices.is_empty() && !self.state.driver.forbidden_calls {
            return Err(Outcome::Skipped(Skip::GroupEmpty));
        }
        Ok(())
    }

    pub(super) fn is_made_by_hand(&self, group: GroupId) -> bool {
        self.state.group(group).devices.iter().any(|d| self.state.device(*d).by_hand)
    }

    pub(super) fn usable(&self, name: DomainRef) -> Result<DomainId, Outcome> {
        let domain = self.find_domain(name).ok_or(Outcome::Skipped(Skip::NoSuchDomain))?;
        if self.state.domain(domain).freed { Err(Outcome::Skipped(Skip::DomainFreed)) } else { Ok(domain) }
    }
}
