// SPDX-License-Identifier: GPL-2.0-only
//! Attaching, replacing and detaching PASIDs.

use super::Engine;
use super::rules::{
    PasidAttach, PasidEntry, PasidIncapable, PasidRemovable, PasidRemove, PasidTable, PasidUndo,
};
use super::state::{DomainId, Stored};
use crate::script::{DeviceId, Errno, GivenHandle, GroupId};
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
        handle: GivenHandle,
    ) -> Result<(), Errno> {
        let asked_first = self.rules.pasid_removable() == PasidRemovable::NotAsked;
        if asked_first && !self.has_set_pasid_op(domain) {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        self.check_pasid(domain, device, group, pasid)?;
        // A handle learns of the domain even where the PASID turns out to be taken.
        let entry = self.pasid_entry(domain, handle);
        let slot = pasid.cast_unsigned();
        if self.state.group(group).stored(slot).is_some() {
            return Err(self.refuse(Errno::EBUSY, Reason::PasidTaken));
        }
        self.set_group_pasid(group, pasid, domain, None)?;
        self.state.group_mut(group).store(slot, entry);
        Ok(())
    }

    /// What the table holds for a domain and a handle.
    fn pasid_entry(&mut self, domain: DomainId, handle: GivenHandle) -> Stored {
        match (self.rules.pasid_entry(), handle) {
            (PasidEntry::Domain, _) | (PasidEntry::HandleOrDomain, GivenHandle::Null) => {
                Stored::Domain(domain)
            }
            (PasidEntry::Handle, GivenHandle::Null) => Stored::Reserved,
            (_, GivenHandle::Fresh) => Stored::Fresh(domain),
            (_, GivenHandle::Named(handle)) => {
                self.tell_handle(Some(handle), domain);
                Stored::Handle(handle)
            }
        }
    }

    /// Sets a PASID on every device of a group. When one refuses, the others get the old domain again, or none.
    pub(super) fn set_group_pasid(
        &mut self,
        group: GroupId,
        pasid: i32,
        domain: DomainId,
        old: Option<DomainId>,
    ) -> Result<(), Errno> {
        let devices = self.devices_with_pasids(group)?;
        for (i, &device) in devices.iter().enumerate() {
            let Err(errno) = self.set_pasid_op(device, pasid, domain) else { continue };
            let undo = match self.rules.pasid_undo() {
                PasidUndo::All => &devices[..],
                PasidUndo::Accepted => &devices[..i],
            };
            for &device in undo {
                if let Some(old) = old {
                    if self.set_pasid_op(device, pasid, old).is_ok() {
                        continue;
                    }
                    self.warn(Warn::PasidRollbackFailed);
                }
                self.remove_pasid(device, pasid, domain);
            }
            return Err(self.refuse(errno, Reason::PasidFailed));
        }
        Ok(())
    }

    /// `iommu_replace_device_pasid`
    pub(super) fn replace_pasid(
        &mut self,
        domain: DomainId,
        device: DeviceId,
        pasid: i32,
        handle: GivenHandle,
    ) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        if !self.has_set_pasid_op(domain) {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        if !self.state.device(device).has_iommu {
            return Err(self.die(Crash::DeviceWithoutIommu));
        }
        if !self.is_compatible(domain, self.rules.pasid_attach() == PasidAttach::BlockedOrStatic) {
            return Err(self.refuse(Errno::EINVAL, Reason::ForeignDomain));
        }
        if pasid == 0 {
            return Err(self.refuse(Errno::EINVAL, Reason::BadPasid));
        }
        if handle == GivenHandle::Null {
            return Err(self.refuse(Errno::EINVAL, Reason::NullHandle));
        }
        if self.is_resetting(group) {
            return Err(self.refuse(Errno::EBUSY, Reason::Resetting));
        }
        // The handle learns of the domain before anything else is looked at.
        let entry = match handle {
            GivenHandle::Null => return Err(self.refuse(Errno::EINVAL, Reason::NullHandle)),
            GivenHandle::Fresh => Stored::Fresh(domain),
            GivenHandle::Named(handle) => {
                self.tell_handle(Some(handle), domain);
                Stored::Handle(handle)
            }
        };
        let slot = pasid.cast_unsigned();
        let Some(stored) = self.state.group(group).stored(slot) else {
            return Err(self.refuse(Errno::EINVAL, Reason::PasidFree));
        };
        if stored == entry && handle != GivenHandle::Fresh {
            self.warn(Warn::HandleReused);
            return Err(self.refuse(Errno::EINVAL, Reason::HandleReused));
        }
        let old = self.stored_domain(stored);
        if old != Some(domain) {
            self.set_group_pasid(group, pasid, domain, old)?;
        }
        self.state.group_mut(group).store(slot, entry);
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
        let removable = self.rules.pasid_removable() == PasidRemovable::Asked;
        if removable || rule >= PasidAttach::Blocked {
            if !self.state.device(device).has_iommu {
                return Err(self.die(Crash::DeviceWithoutIommu));
            }
            let blocked = rule < PasidAttach::Blocked || self.state.driver.blocked_domain.is_some();
            let can = self.has_remove_pasid_op() && self.has_set_pasid_op(domain);
            if !blocked || (removable && !can) {
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
        if in_range && self.is_resetting(group) {
            return Err(self.refuse(Errno::EBUSY, Reason::Resetting));
        }
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

    pub(super) fn remove_pasid(&mut self, device: DeviceId, pasid: i32, domain: DomainId) {
        if !self.state.device(device).has_iommu {
            self.die(Crash::DeviceWithoutIommu);
            return;
        }
        let blocked = match (self.rules.pasid_remove(), self.state.driver.blocked_domain) {
            (PasidRemove::Op | PasidRemove::OpWithDomain, _) => None,
            (PasidRemove::Blocked, None) => {
                self.die(Crash::MissingBlockedDomain);
                return;
            }
            (PasidRemove::Blocked, blocked) => blocked,
        };
        if !self.has_remove_pasid_op() {
            self.die(Crash::CannotRemovePasid);
            return;
        }
        match blocked {
            None => self.remove_pasid_op(device, pasid, domain),
            Some(blocked) => {
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
            if !self.is_spared_pasid_detach(device) {
                self.remove_pasid(device, pasid, domain);
            }
        }
        let found = self.state.group_mut(group).erase(pasid.cast_unsigned());
        if found != Some(Stored::Domain(domain)) && self.rules.pasid_entry() == PasidEntry::Domain {
            self.warn(Warn::PasidMismatch);
        }
    }
}
