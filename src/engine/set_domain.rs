// SPDX-License-Identifier: GPL-2.0-only
//! The primitives under every operation: attaching one device, and setting a group's domain.

use super::Engine;
use super::rules::{Deferral, DeviceOps, DirectRule, NullTarget, SetDomain};
use super::state::DomainId;
use crate::script::{DeviceId, DomainKind, Errno, GroupId};
use crate::trace::{Crash, Reason, Warn};

/// May a set-domain step fail?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum May {
    /// Yes: it stops and rolls back.
    Fail,
    /// No: it goes on, and the group's domain changes whatever the drivers say.
    NotFail,
}

impl Engine<'_> {
    /// Ends the run: the kernel dies here. What follows in the same operation is not observed.
    #[track_caller]
    pub(super) fn die(&mut self, crash: Crash) -> Errno {
        if self.crash.is_none() {
            self.note_place();
            self.crash = Some(crash);
        }
        Errno::EFAULT
    }

    /// Notes what an errno is about.
    #[track_caller]
    pub(super) fn refuse(&mut self, errno: Errno, reason: Reason) -> Errno {
        self.note_place();
        self.reason = Some(reason);
        errno
    }

    /// `__iommu_attach_device`
    pub(super) fn attach_one(
        &mut self,
        domain: DomainId,
        device: DeviceId,
        from: Option<DomainId>,
    ) -> Result<(), Errno> {
        if let Err(errno) = self.attach_op(device, domain, from) {
            return Err(self.refuse(errno, Reason::AttachFailed));
        }
        if self.rules.deferral() == Deferral::Stored {
            if !self.state.device(device).has_iommu {
                return Err(self.die(Crash::DeviceWithoutIommu));
            }
            self.state.device_mut(device).deferred = false;
        }
        Ok(())
    }

    /// Is the first attach of this device put off, as the core sees it now?
    pub(super) fn is_deferred(&mut self, device: DeviceId) -> bool {
        match self.rules.deferral() {
            Deferral::Asked => {
                if !self.state.device(device).has_iommu && self.rules.device_ops() == DeviceOps::Device {
                    self.die(Crash::DeviceWithoutIommu);
                }
                self.script.devices[device.index()].deferred
            }
            Deferral::Stored => self.state.device(device).deferred,
        }
    }

    /// Calls `detach_dev` of the domain on every device, as far as there is one.
    pub(super) fn detach_all(&mut self, group: GroupId, domain: DomainId) {
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            let spared = self.rules.deferral() != Deferral::Stored && self.is_deferred(device);
            if !spared && self.has_detach_op() {
                self.detach_op(device, domain);
            }
        }
    }

    /// The blocking domain of an owned group, else the default domain.
    pub(super) fn core_domain_of(&self, group: GroupId) -> Option<DomainId> {
        let group = self.state.group(group);
        if group.owner.is_some() { group.blocking_domain } else { group.default_domain }
    }

    /// `__iommu_group_set_domain`
    pub(super) fn set_domain(
        &mut self,
        group: GroupId,
        target: Option<DomainId>,
        may: May,
    ) -> Result<(), Errno> {
        let old = self.state.group(group).domain;
        if target == old {
            return Ok(());
        }
        let Some(target) = target else { return self.set_null(group) };
        if self.is_fenced(group, may) {
            return Err(self.refuse(Errno::EBUSY, Reason::Resetting));
        }
        let kind = self.rules.set_domain();
        let mut result = Ok(());
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            if self.waits_for_reset(device) {
                continue;
            }
            let set = match kind {
                SetDomain::NoRollback => self.attach_one(target, device, old),
                _ => self.set_device_domain(group, device, target, old, may),
            };
            let Err(errno) = set else { continue };
            result = Err(errno);
            if may == May::NotFail {
                continue;
            }
            match kind {
                SetDomain::NoRollback => {}
                SetDomain::RollbackThroughFailed => self.roll_back(group, i + 1, target),
                SetDomain::RollbackBeforeFailed => self.roll_back(group, i, target),
            }
            return result;
        }
        self.state.group_mut(group).domain = Some(target);
        result
    }

    fn set_null(&mut self, group: GroupId) -> Result<(), Errno> {
        match self.rules.null_target() {
            NullTarget::DetachOp => {
                if !self.has_detach_op() {
                    self.warn(Warn::NoDetachOp);
                    return Err(self.refuse(Errno::EINVAL, Reason::NullTarget));
                }
                if let Some(current) = self.state.group(group).domain {
                    self.detach_all(group, current);
                }
            }
            NullTarget::PlatformOp => {
                for i in 0..self.state.group(group).devices.len() {
                    let device = self.state.group(group).devices[i];
                    if !self.state.device(device).has_iommu {
                        return Err(self.die(Crash::DeviceWithoutIommu));
                    }
                    if self.has_platform_op() {
                        self.platform_op(device);
                    } else {
                        self.warn(Warn::NoPlatformOp);
                    }
                }
            }
            NullTarget::Error => {
                self.warn(Warn::NullTarget);
                return Err(self.refuse(Errno::EINVAL, Reason::NullTarget));
            }
        }
        self.state.group_mut(group).domain = None;
        Ok(())
    }

    /// `__iommu_device_set_domain`
    pub(super) fn set_device_domain(
        &mut self,
        group: GroupId,
        device: DeviceId,
        target: DomainId,
        from: Option<DomainId>,
        may: May,
    ) -> Result<(), Errno> {
        if !self.state.device(device).has_iommu {
            return Err(self.die(Crash::DeviceWithoutIommu));
        }
        let (default, blocking) =
            (self.state.group(group).default_domain, self.state.group(group).blocking_domain);
        let blocks = self.state.kind(target) == DomainKind::Blocked || blocking == Some(target);
        if self.state.device(device).direct && blocks && self.rules.direct_rule() == DirectRule::NeverBlocked
        {
            return Err(self.refuse(Errno::EINVAL, Reason::DirectRegion));
        }
        if self.rules.deferral() == Deferral::Stored && self.state.device(device).deferred {
            if default == Some(target) {
                return Ok(());
            }
            self.state.device_mut(device).deferred = false;
        }
        let result = self.attach_one(target, device, from);
        if result.is_err()
            && may == May::NotFail
            && let Some(blocking) = blocking
            && blocking != target
        {
            // Parked there in the hope that nothing translates by a stale domain; nobody asks whether it worked.
            let _ = self.attach_one(blocking, device, from);
        }
        result
    }

    /// Puts the first `count` devices back on the group's domain, after `refused` was not accepted.
    fn roll_back(&mut self, group: GroupId, count: usize, refused: DomainId) {
        let reason = self.reason;
        for i in 0..count {
            let device = self.state.group(group).devices[i];
            match self.state.group(group).domain {
                Some(old) => {
                    if self.set_device_domain(group, device, old, Some(refused), May::NotFail).is_err() {
                        self.warn(Warn::RollbackFailed);
                    }
                }
                None => {
                    if self.rules.null_target() == NullTarget::PlatformOp && self.has_platform_op() {
                        self.platform_op(device);
                    }
                }
            }
        }
        self.reason = reason;
    }
}
