// SPDX-License-Identifier: GPL-2.0-only
//! The fence around the reset of a PCI device with ATS: c279e83953d9 for a group, b296ca1fb43a for a device.

use super::Engine;
use super::rules::{
    PciReset, ResetFence, ResetMust, ResetNesting, ResetPasidDetach, ResetPasids, ResetWithoutDomain,
};
use super::set_domain::May;
use super::state::DomainId;
use crate::script::{DeviceId, Errno, GroupId};
use crate::trace::{Crash, Reason, Warn};

impl Engine<'_> {
    /// Does this release know the fence?
    pub(super) fn has_reset_fence(&self) -> bool {
        self.rules.reset_fence() != ResetFence::Absent
    }

    /// Is any device of the group in a reset?
    pub(super) fn is_resetting(&self, group: GroupId) -> bool {
        match self.rules.reset_fence() {
            ResetFence::Absent => false,
            ResetFence::Group => self.state.group(group).resetting_domain.is_some(),
            ResetFence::Device => self.state.group(group).recovery_cnt > 0,
        }
    }

    /// Does a reset keep this set-domain step away?
    pub(super) fn is_fenced(&self, group: GroupId, may: May) -> bool {
        self.is_resetting(group) && (may == May::Fail || self.rules.reset_must() == ResetMust::Refused)
    }

    /// Does a set-domain step leave this device to the end of its reset?
    pub(super) fn waits_for_reset(&self, device: DeviceId) -> bool {
        self.state.device(device).blocked && self.rules.reset_must() == ResetMust::Passes
    }

    /// Its entry in the group's list is gone.
    pub(super) fn forget_reset(&mut self, device: DeviceId) {
        let state = self.state.device_mut(device);
        (state.blocked, state.reset_depth) = (false, 0);
    }

    /// A deferred attach does not go through in a reset: of any device of the group, later of this one.
    pub(super) fn refuse_deferred_in_reset(&mut self, group: GroupId, device: DeviceId) -> Result<(), Errno> {
        let refused = match self.rules.reset_fence() {
            ResetFence::Absent => false,
            ResetFence::Group => self.is_resetting(group),
            ResetFence::Device => self.state.device(device).blocked,
        };
        if refused { Err(self.refuse(Errno::EBUSY, Reason::Resetting)) } else { Ok(()) }
    }

    /// `iommu_driver_get_domain_for_dev`: what the hardware of the device is taken to use.
    pub(super) fn driver_get_domain(&self, device: DeviceId) -> Option<DomainId> {
        let group = self.state.group(self.state.device(device).group?);
        match self.rules.reset_fence() {
            ResetFence::Group if group.resetting_domain.is_some() => group.resetting_domain,
            ResetFence::Device if self.state.device(device).blocked => group.blocking_domain,
            _ => group.domain,
        }
    }

    /// The group of a device that the fence is for: one with an IOMMU, and with ATS that it is trusted with.
    fn group_to_fence(&self, device: DeviceId) -> Option<GroupId> {
        let (state, spec) = (self.state.device(device), &self.script.devices[device.index()]);
        state.group.filter(|_| spec.ats && !spec.untrusted && state.has_iommu)
    }

    /// `pci_dev_reset_iommu_prepare`
    pub(super) fn reset_prepare(&mut self, device: DeviceId) -> Result<(), Errno> {
        let Some(group) = self.group_to_fence(device) else { return Ok(()) };
        if self.is_inside_reset(group, device) {
            return match self.rules.reset_nesting() {
                ResetNesting::Counted => {
                    self.state.device_mut(device).reset_depth += 1;
                    Ok(())
                }
                ResetNesting::Refused => {
                    self.warn(Warn::ResetNested);
                    Err(self.refuse(Errno::EBUSY, Reason::Resetting))
                }
            };
        }
        let blocking = self.ensure_blocking_domain(group)?;
        let current = self.state.group(group).domain;
        if current != Some(blocking) {
            self.attach_one(blocking, device, current)?;
        }
        match self.rules.reset_fence() {
            ResetFence::Absent => {}
            ResetFence::Group => {
                // No field says so yet.
                self.state.device_mut(device).blocked = true;
                self.block_pasids(group, device);
                self.state.group_mut(group).resetting_domain = Some(blocking);
            }
            ResetFence::Device => {
                let depth = u32::from(self.rules.reset_nesting() == ResetNesting::Counted);
                let state = self.state.device_mut(device);
                (state.blocked, state.reset_depth) = (true, depth);
                self.block_pasids(group, device);
                self.state.group_mut(group).recovery_cnt += 1;
            }
        }
        Ok(())
    }

    /// Has a reset begun that this one would be inside of?
    fn is_inside_reset(&self, group: GroupId, device: DeviceId) -> bool {
        match (self.rules.reset_fence(), self.rules.reset_nesting()) {
            (ResetFence::Device, ResetNesting::Counted) => self.state.device(device).reset_depth > 0,
            (ResetFence::Device, ResetNesting::Refused) => self.state.device(device).blocked,
            (ResetFence::Absent | ResetFence::Group, _) => self.is_resetting(group),
        }
    }

    /// `pci_dev_reset_iommu_done`
    pub(super) fn reset_done(&mut self, device: DeviceId) {
        let Some(group) = self.group_to_fence(device) else { return };
        if !self.is_last_done(group, device) {
            return;
        }
        let Some(blocking) = self.state.group(group).blocking_domain else {
            return self.warn(Warn::ResetWithoutBlocking);
        };
        let current = self.state.group(group).domain;
        if current != Some(blocking) {
            match (current, self.rules.reset_without_domain()) {
                (Some(domain), _) => {
                    if self.attach_one(domain, device, Some(blocking)).is_err() {
                        self.warn(Warn::ResetReattachFailed);
                    }
                }
                (None, ResetWithoutDomain::Parked) => {}
                (None, ResetWithoutDomain::Followed) => {
                    self.die(Crash::NothingToReattach);
                    return;
                }
            }
        }
        self.state.device_mut(device).blocked = false;
        self.restore_pasids(group, device, blocking);
        let state = self.state.group_mut(group);
        state.resetting_domain = None;
        if self.rules.reset_fence() == ResetFence::Device {
            match state.recovery_cnt {
                0 => self.warn(Warn::ResetNotCounted),
                count => state.recovery_cnt = count - 1,
            }
        }
    }

    /// Does this end the reset of the device, or of the group?
    fn is_last_done(&mut self, group: GroupId, device: DeviceId) -> bool {
        match (self.rules.reset_fence(), self.rules.reset_nesting()) {
            (ResetFence::Device, ResetNesting::Counted) => {
                let state = self.state.device_mut(device);
                if state.reset_depth == 0 {
                    self.warn(Warn::ResetNotBegun);
                    return false;
                }
                state.reset_depth -= 1;
                state.reset_depth == 0
            }
            (ResetFence::Device, ResetNesting::Refused) => self.state.device(device).blocked,
            (ResetFence::Absent | ResetFence::Group, _) => self.is_resetting(group),
        }
    }

    /// `pci_reset_function`: devices with ATS have a function-level reset here, others have none.
    pub(super) fn reset_function(&mut self, device: DeviceId) -> Result<(), Errno> {
        if !self.script.devices[device.index()].ats {
            return Err(self.refuse(Errno::ENOTTY, Reason::NoReset));
        }
        if self.rules.pci_reset() == PciReset::Bare {
            return Ok(());
        }
        self.reset_prepare(device)?;
        self.reset_done(device);
        Ok(())
    }

    /// The PASIDs of a group with what is attached there; 0, the devices' own requests, is none.
    fn pasids_of(&self, group: GroupId) -> Vec<(i32, DomainId)> {
        let table = self.state.group(group).pasids.iter().filter(|(pasid, _)| *pasid > 0);
        table
            .filter_map(|(pasid, stored)| Some((pasid.cast_signed(), self.stored_domain(*stored)?)))
            .collect()
    }

    /// Takes the PASIDs of a device off while it is reset; the group's table keeps them.
    fn block_pasids(&mut self, group: GroupId, device: DeviceId) {
        if self.rules.reset_pasids() == ResetPasids::OwnOnly && self.max_pasids(device) == 0 {
            return;
        }
        for (pasid, domain) in self.pasids_of(group) {
            self.remove_pasid(device, pasid, domain);
        }
    }

    /// Sets the PASIDs of the group's table again after a reset.
    fn restore_pasids(&mut self, group: GroupId, device: DeviceId, blocking: DomainId) {
        for (pasid, domain) in self.pasids_of(group) {
            let set = match self.rules.reset_pasids() {
                ResetPasids::OwnOnly if self.max_pasids(device) == 0 => return,
                ResetPasids::OwnOnly => self.set_pasid_op(device, pasid, domain),
                ResetPasids::SetOnGroup => self.set_group_pasid(group, pasid, domain, Some(blocking)),
            };
            if set.is_err() {
                self.warn(Warn::ResetPasidFailed);
            }
        }
    }

    /// Is a PASID detach to leave this device alone, which has none of its PASIDs during its reset?
    pub(super) fn is_spared_pasid_detach(&self, device: DeviceId) -> bool {
        self.state.device(device).blocked && self.rules.reset_pasid_detach() == ResetPasidDetach::NotBlocked
    }
}
