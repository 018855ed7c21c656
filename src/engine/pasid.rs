// SPDX-License-Identifier: GPL-2.0-only
//! Attaching and detaching PASIDs.

use super::Engine;
use super::rules::{PasidAttach, PasidEntry, PasidIncapable, PasidRemove, PasidTable, PasidUndo};
use super::state::DomainId;
use crate::script::{DeviceId, Errno, GroupId};
use crate::trace::{Crash, Reason, Warn};

impl Engine<'_> {
    /// Does this release know PASIDs of groups?
    pub(super) fn knows_pasids(&self) -> bool {
        self.rules.pasid_table() == PasidTable::Present
    }

    /// `iommu_attach_device_pasid`
    pub(super) fn attach_pasid(
        &mut self,
        domain: DomainId,
        device: DeviceId,
        pasid: i32,
    ) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        self.check_pasid(domain, device, group, pasid)?;
        let slot = pasid.cast_unsigned();
        let Err(at) = self.state.group(group).pasids.binary_search_by_key(&slot, |entry| entry.0) else {
            return Err(self.refuse(Errno::EBUSY, Reason::PasidTaken));
        };
        self.state.group_mut(group).pasids.insert(at, (slot, domain));
        let devices = self.devices_with_pasids(group)?;
        for (i, &device) in devices.iter().enumerate() {
            let Err(errno) = self.set_pasid_op(device, pasid, domain) else { continue };
            let undo = match self.rules.pasid_undo() {
                PasidUndo::All => &devices[..],
                PasidUndo::Accepted => &devices[..i],
            };
            for &device in undo {
                self.remove_pasid(device, pasid, domain);
            }
            self.state.group_mut(group).pasids.remove(at);
            return Err(self.refuse(errno, Reason::PasidFailed));
        }
        Ok(())
    }

    fn check_pasid(
        &mut self,
        domain: DomainId,
        device: DeviceId,
        group: GroupId,
        pasid: i32,
    ) -> Result<(), Errno> {
        let rule = self.rules.pasid_attach();
        if rule >= PasidAttach::Blocked {
            if !self.state.device(device).has_iommu {
                return Err(self.die(Crash::DeviceWithoutIommu));
            }
            if self.state.driver.blocked_domain.is_none() {
                return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
            }
        }
        let fits = self.state.device(device).has_iommu
            && self.is_compatible(domain, rule == PasidAttach::BlockedOrStatic);
        if rule >= PasidAttach::Compat && !fits {
            return Err(self.refuse(Errno::EINVAL, Reason::ForeignDomain));
        }
        if rule < PasidAttach::Range {
            return Ok(());
        }
        let skip = self.rules.pasid_incapable() == PasidIncapable::Skipped;
        let mut in_range = pasid != 0;
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            if !in_range {
                break;
            }
            if !self.state.device(device).has_iommu {
                return Err(self.die(Crash::DeviceWithoutIommu));
            }
            let limit = self.max_pasids(device);
            in_range = pasid.cast_unsigned() < limit || (skip && limit == 0);
        }
        if in_range { Ok(()) } else { Err(self.refuse(Errno::EINVAL, Reason::BadPasid)) }
    }

    /// The devices of a group that a PASID is set on or removed from.
    fn devices_with_pasids(&mut self, group: GroupId) -> Result<Vec<DeviceId>, Errno> {
        let devices = self.state.group(group).devices.clone();
        match self.rules.pasid_incapable() {
            PasidIncapable::Asked => Ok(devices),
            PasidIncapable::Skipped if devices.iter().any(|d| !self.state.device(*d).has_iommu) => {
                Err(self.die(Crash::DeviceWithoutIommu))
            }
            PasidIncapable::Skipped => Ok(devices.into_iter().filter(|d| self.max_pasids(*d) > 0).collect()),
        }
    }

    fn remove_pasid(&mut self, device: DeviceId, pasid: i32, domain: DomainId) {
        if !self.state.device(device).has_iommu {
            self.die(Crash::DeviceWithoutIommu);
            return;
        }
        match self.rules.pasid_remove() {
            PasidRemove::Op | PasidRemove::OpWithDomain => self.remove_pasid_op(device, pasid, domain),
            PasidRemove::Blocked => {
                let Some(blocked) = self.state.driver.blocked_domain else {
                    self.die(Crash::MissingBlockedDomain);
                    return;
                };
                if self.set_pasid_op(device, pasid, blocked).is_err() {
                    self.warn(Warn::PasidRemoveFailed);
                }
            }
        }
    }

    /// `iommu_detach_device_pasid`
    pub(super) fn detach_pasid(&mut self, domain: DomainId, device: DeviceId, pasid: i32) {
        let Some(group) = self.state.device(device).group else {
            self.die(Crash::DeviceWithoutGroup);
            return;
        };
        for device in self.devices_with_pasids(group).unwrap_or_default() {
            self.remove_pasid(device, pasid, domain);
        }
        let slot = pasid.cast_unsigned();
        let entries = &mut self.state.group_mut(group).pasids;
        let found = entries.binary_search_by_key(&slot, |entry| entry.0).ok().map(|at| entries.remove(at).1);
        if found != Some(domain) && self.rules.pasid_entry() == PasidEntry::Domain {
            self.warn(Warn::PasidMismatch);
        }
    }
}
