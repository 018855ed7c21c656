// SPDX-License-Identifier: GPL-2.0-only
//! Who owns a group's DMA: use and unuse by kernel drivers, claim and release by user space.

use super::Engine;
use super::rules::{BlockingAlloc, Claim, DeviceClaim, NullOwner, PasidTable, UseGate, UseWithoutDefault};
use super::set_domain::May;
use super::state::DomainId;
use crate::script::{DeviceId, DomainKind, Errno, GroupId, OwnerId};
use crate::trace::{Crash, Reason, Role, Warn};

impl Engine<'_> {
    fn has_pasids(&self, group: GroupId) -> bool {
        self.rules.pasid_table() == PasidTable::Present && !self.state.group(group).pasids.is_empty()
    }

    /// `iommu_device_use_default_domain`
    pub(super) fn use_default_domain(&mut self, device: DeviceId) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else { return Ok(()) };
        if self.state.group(group).default_domain.is_none() {
            let deferred = match self.rules.use_without_default() {
                UseWithoutDefault::Allowed => false,
                UseWithoutDefault::DeferredUnlessPlatform => self.waits_for_default(device)?,
                UseWithoutDefault::Deferred => true,
            };
            if deferred {
                return Err(self.refuse(Errno::EPROBE_DEFER, Reason::NoDefaultDomain));
            }
        }
        if self.state.group(group).owner_cnt > 0 {
            let in_the_way = if self.state.group(group).owner.is_some() {
                Some(Reason::Owned)
            } else if !self.is_on_default(group) {
                Some(Reason::DomainAttached)
            } else if self.has_pasids(group) {
                Some(Reason::PasidsAttached)
            } else {
                None
            };
            if let Some(reason) = in_the_way {
                return Err(self.refuse(Errno::EBUSY, reason));
            }
        }
        let group = self.state.group_mut(group);
        group.owner_cnt = group.owner_cnt.wrapping_add(1);
        Ok(())
    }

    /// v6.6.y: is a default domain to come, for the platform does nothing in its place?
    pub(super) fn waits_for_default(&mut self, device: DeviceId) -> Result<bool, Errno> {
        if !self.has_iommu_dma() {
            return Ok(false);
        }
        if !self.state.device(device).has_iommu {
            return Err(self.die(Crash::DeviceWithoutIommu));
        }
        Ok(!self.has_platform_op())
    }

    fn is_on_default(&self, group: GroupId) -> bool {
        let group = self.state.group(group);
        if group.domain == group.default_domain {
            return true;
        }
        let identity = |d: Option<DomainId>| d.is_some_and(|d| self.state.kind(d) == DomainKind::Identity);
        self.rules.use_gate() == UseGate::OnDefaultOrIdentity
            && identity(group.default_domain)
            && identity(group.domain)
    }

    /// `iommu_device_unuse_default_domain`
    pub(super) fn unuse_default_domain(&mut self, device: DeviceId) {
        let Some(group) = self.state.device(device).group else { return };
        if self.state.group(group).owner_cnt == 0 || self.has_pasids(group) {
            self.warn(Warn::UnuseNotUsed);
        } else {
            self.state.group_mut(group).owner_cnt -= 1;
        }
    }

    /// `iommu_group_claim_dma_owner`
    pub(super) fn group_claim(&mut self, group: GroupId, owner: Option<OwnerId>) -> Result<(), Errno> {
        self.refuse_null_owner(owner)?;
        if self.state.group(group).owner_cnt > 0 {
            return Err(self.refuse(Errno::EPERM, Reason::OwnedByOther));
        }
        self.take_ownership(group, owner)
    }

    fn refuse_null_owner(&mut self, owner: Option<OwnerId>) -> Result<(), Errno> {
        if owner.is_none() && self.rules.null_owner() == NullOwner::Refused {
            self.warn(Warn::NullOwner);
            return Err(self.refuse(Errno::EINVAL, Reason::NullOwner));
        }
        Ok(())
    }

    /// The claim of a group that nobody uses or owns.
    fn take_ownership(&mut self, group: GroupId, owner: Option<OwnerId>) -> Result<(), Errno> {
        let state = self.state.group(group);
        if state.domain.is_some() && state.domain != state.default_domain {
            return Err(self.refuse(Errno::EBUSY, Reason::DomainAttached));
        }
        if self.has_pasids(group) {
            return Err(self.refuse(Errno::EBUSY, Reason::PasidsAttached));
        }
        if self.rules.claim() == Claim::Null {
            self.state.group_mut(group).owner = owner;
            if let Some(domain) = self.state.group(group).domain {
                self.detach_group(domain, group);
            }
        } else {
            let blocking = self.ensure_blocking_domain(group)?;
            self.set_domain(group, Some(blocking), May::Fail)?;
            self.state.group_mut(group).owner = owner;
        }
        self.state.group_mut(group).owner_cnt = 1;
        Ok(())
    }

    /// `iommu_device_claim_dma_owner`
    pub(super) fn device_claim(&mut self, device: DeviceId, owner: Option<OwnerId>) -> Result<(), Errno> {
        self.refuse_null_owner(owner)?;
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        let state = self.state.group_mut(group);
        if state.owner_cnt == 0 {
            return self.take_ownership(group, owner);
        }
        if state.owner != owner {
            return Err(self.refuse(Errno::EPERM, Reason::OwnedByOther));
        }
        state.owner_cnt = state.owner_cnt.wrapping_add(1);
        Ok(())
    }

    /// `iommu_device_release_dma_owner`
    pub(super) fn device_release(&mut self, device: DeviceId) {
        let Some(group) = self.state.device(device).group else {
            self.die(Crash::DeviceWithoutGroup);
            return;
        };
        let state = self.state.group_mut(group);
        if state.owner_cnt > 1 {
            state.owner_cnt -= 1;
        } else {
            self.group_release(group);
        }
    }

    /// `iommu_group_release_dma_owner`
    pub(super) fn group_release(&mut self, group: GroupId) {
        let state = self.state.group(group);
        if state.owner_cnt == 0 || state.owner.is_none() || self.has_pasids(group) {
            return self.warn(Warn::ReleaseNotOwned);
        }
        self.state.group_mut(group).owner_cnt = 0;
        let default = self.state.group(group).default_domain;
        if self.rules.claim() == Claim::Null {
            if self.state.group(group).domain.is_some() {
                self.warn(Warn::ReleaseAttached);
            } else if let Some(default) = default {
                // Its result is ignored.
                let _ = self.attach_group(default, group);
            }
            self.state.group_mut(group).owner = None;
            return;
        }
        self.state.group_mut(group).owner = None;
        let may = self.must();
        if self.set_domain(group, default, may).is_err() {
            self.warn(Warn::ReleaseFailed);
        }
    }

    /// Is there such a call as a claim of a single device?
    pub(super) fn can_claim_devices(&self) -> bool {
        self.rules.device_claim() == DeviceClaim::Counted
    }

    /// `__iommu_group_alloc_blocking_domain`
    pub(super) fn ensure_blocking_domain(&mut self, group: GroupId) -> Result<DomainId, Errno> {
        if let Some(blocking) = self.state.group(group).blocking_domain {
            return Ok(blocking);
        }
        let Some(&first) = self.state.group(group).devices.first() else {
            // The head of the empty list is taken for a device; what that leads to is luck.
            return Err(match self.rules.pasid_table() {
                PasidTable::Absent => self.refuse(Errno::EINVAL, Reason::AllocFailed),
                PasidTable::Present => self.die(Crash::EmptyGroup),
            });
        };
        let rule = self.rules.blocking_alloc();
        let unprobed = !self.state.device(first).has_iommu;
        if rule != BlockingAlloc::Any && unprobed {
            return Err(self.die(Crash::DeviceWithoutIommu));
        }
        let role = Role::Blocking(group);
        let blocking = match rule {
            BlockingAlloc::Any if !self.has_bus_ops(first) => Err(None),
            BlockingAlloc::Any | BlockingAlloc::StaticOrAny => self
                .core_domain(DomainKind::Blocked, role)
                .or_else(|_| self.core_domain(DomainKind::Unmanaged, role)),
            BlockingAlloc::StaticOrPaging => match self.state.driver.blocked_domain {
                Some(blocked) => Ok(blocked),
                None => self.core_domain(DomainKind::Unmanaged, role),
            },
        };
        match blocking {
            Ok(blocking) => {
                self.state.group_mut(group).blocking_domain = Some(blocking);
                Ok(blocking)
            }
            Err(refusal) => {
                let errno = match rule {
                    BlockingAlloc::Any => Errno::EINVAL,
                    _ => refusal.unwrap_or(Errno::ENOMEM),
                };
                Err(self.refuse(errno, Reason::AllocFailed))
            }
        }
    }
}
