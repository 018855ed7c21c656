// SPDX-License-Identifier: GPL-2.0-only
//! Attach, detach and replace, of devices and of groups.

use super::Engine;
use super::rules::{
    AttachCompat, AttachGate, AttachPath, Deferral, DeferredAttach, DetachCheck, DetachTo, MustSucceed,
};
use super::set_domain::May;
use super::state::DomainId;
use crate::script::{DeviceId, Errno, GroupId};
use crate::trace::{Crash, Reason, Warn};

impl Engine<'_> {
    /// `iommu_attach_device`
    pub(super) fn attach_device(&mut self, domain: DomainId, device: DeviceId) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        if self.state.group(group).devices.len() != 1 {
            return Err(self.refuse(Errno::EINVAL, Reason::NotSingleton));
        }
        self.attach_group(domain, group)
    }

    /// `iommu_attach_group`
    pub(super) fn attach_group(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        if self.attach_is_busy(group) {
            return Err(self.refuse(Errno::EBUSY, Reason::DomainAttached));
        }
        self.check_compat(domain, group)?;
        match self.rules.attach_path() {
            AttachPath::Direct => self.attach_directly(domain, group),
            AttachPath::Reattach => self.attach_or_reattach(domain, group),
            AttachPath::SetDomain => self.set_domain(group, Some(domain), May::Fail),
        }
    }

    fn attach_is_busy(&self, group: GroupId) -> bool {
        let group = self.state.group(group);
        let (current, default) = (group.domain, group.default_domain);
        match self.rules.attach_gate() {
            AttachGate::NotDefaultIfAny => default.is_some() && current != default,
            AttachGate::NotDefault => current.is_some() && current != default,
            AttachGate::NotCore => {
                current.is_some() && current != default && current != group.blocking_domain
            }
        }
    }

    /// Does the domain fit the IOMMU of the group's first device?
    fn check_compat(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        let compat = self.rules.attach_compat();
        if compat == AttachCompat::Unchecked {
            return Ok(());
        }
        let Some(&first) = self.state.group(group).devices.first() else {
            return Err(self.die(Crash::EmptyGroup));
        };
        if self.state.device(first).has_iommu
            && self.is_compatible(domain, compat == AttachCompat::AllocatedOrStatic)
        {
            return Ok(());
        }
        Err(self.refuse(Errno::EINVAL, Reason::ForeignDomain))
    }

    pub(super) fn is_compatible(&self, domain: DomainId, static_fits: bool) -> bool {
        let driver = &self.state.driver;
        let known = driver.identity_domain == Some(domain) || driver.blocked_domain == Some(domain);
        !self.state.domain(domain).is_static() || (static_fits && known)
    }

    fn attach_directly(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        let old = self.state.group(group).domain;
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            self.attach_one(domain, device, old)?;
        }
        self.state.group_mut(group).domain = Some(domain);
        Ok(())
    }

    /// After an error every device is attached to the old domain again, through NULL.
    fn attach_or_reattach(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        let Err(errno) = self.attach_directly(domain, group) else { return Ok(()) };
        let old = self.state.group_mut(group).domain.take();
        let reason = self.reason;
        if self.set_domain(group, old, May::Fail).is_err() {
            self.warn(Warn::RollbackFailed);
        }
        self.reason = reason;
        Err(errno)
    }

    /// `iommu_detach_device`
    pub(super) fn detach_device(&mut self, domain: DomainId, device: DeviceId) {
        let Some(group) = self.state.device(device).group else { return };
        if self.rules.detach_check() == DetachCheck::PointerThenCount
            && self.state.group(group).domain != Some(domain)
        {
            return self.warn(Warn::DetachNotAttached);
        }
        if self.state.group(group).devices.len() != 1 {
            return self.warn(Warn::DetachNotSingleton);
        }
        self.detach_group(domain, group);
    }

    /// `iommu_detach_group`
    pub(super) fn detach_group(&mut self, domain: DomainId, group: GroupId) {
        match self.rules.detach_to() {
            DetachTo::Default => self.detach_to_default(domain, group, false),
            DetachTo::DefaultOrNullIfOwned => {
                let owned = self.state.group(group).owner.is_some();
                self.detach_to_default(domain, group, owned);
            }
            DetachTo::Core => self.detach_to_core(group),
        }
    }

    /// `__iommu_group_set_core_domain`
    pub(super) fn detach_to_core(&mut self, group: GroupId) {
        let core = self.core_domain_of(group);
        let may = self.must();
        if self.set_domain(group, core, may).is_err() {
            self.warn(Warn::DetachFailed);
        }
    }

    /// The strength of a step whose caller cannot handle an error.
    pub(super) fn must(&self) -> May {
        match self.rules.must_succeed() {
            MustSucceed::No => May::Fail,
            MustSucceed::Yes => May::NotFail,
        }
    }

    fn detach_to_default(&mut self, domain: DomainId, group: GroupId, to_null: bool) {
        let Some(default) = self.state.group(group).default_domain.filter(|_| !to_null) else {
            self.detach_all(group, domain);
            self.state.group_mut(group).domain = None;
            return;
        };
        if self.state.group(group).domain == Some(default) {
            return;
        }
        if self.attach_directly(default, group).is_err() {
            self.warn(Warn::DetachFailed);
        }
    }

    /// `iommu_deferred_attach` of the group's default domain, as the first map of a buffer calls it.
    pub(super) fn deferred_attach_device(&mut self, device: DeviceId) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else { return Ok(()) };
        let Some(domain) = self.state.group(group).default_domain else { return Ok(()) };
        let deferred = match self.rules.deferral() {
            Deferral::Stored => self.state.device(device).deferred,
            Deferral::Asked => self.script.devices[device.index()].deferred,
        };
        if !deferred {
            return Ok(());
        }
        self.refuse_deferred_in_reset(group, device)?;
        match self.rules.deferred_attach() {
            DeferredAttach::Singleton => self.attach_device(domain, device),
            DeferredAttach::OneDevice => self.attach_one(domain, device, None),
        }
    }
}
