// SPDX-License-Identifier: GPL-2.0-only
//! The default domain: its type, its allocation and its first attach.

use super::Engine;
use super::mock::{Refusal, kind_of};
use super::rules::{DefaultAlloc, DefaultTypeRule, PagingAlloc};
use super::set_domain::May;
use super::state::DomainId;
use crate::script::{Bus, DeviceId, DomainKind, Errno, GroupId};
use crate::trace::{Call, Reason, Role, Warn};

impl Engine<'_> {
    /// What one device's driver wants; an untrusted PCI device is given no choice.
    pub(super) fn wanted_type(&mut self, device: DeviceId) -> Option<DomainKind> {
        // The operations are looked up in any case.
        let wanted = self.default_type_op(device);
        if self.is_untrusted(device) && self.rules.default_type() != DefaultTypeRule::Merge {
            return Some(DomainKind::Dma);
        }
        wanted
    }

    fn is_untrusted(&self, device: DeviceId) -> bool {
        let spec = &self.script.devices[device.index()];
        spec.untrusted && spec.bus == Bus::Pci
    }

    /// The system's default type.
    fn system_type(&self) -> DomainKind {
        kind_of(self.state.driver.default_type)
    }

    /// What the drivers of a group's devices want together, as a scan asked it up to v6.4.
    pub(super) fn merged_type(&mut self, group: GroupId) -> Option<DomainKind> {
        let mut first = None;
        let mut merged = None;
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            let Some(wanted) = self.wanted_type(device) else { continue };
            if merged.is_some_and(|merged| merged != wanted) {
                merged = None;
            }
            if first.is_none() {
                first = Some(device);
                merged = Some(wanted);
            }
        }
        merged
    }

    /// `iommu_alloc_default_domain` for one device that joined a group.
    pub(super) fn alloc_default_for_device(&mut self, group: GroupId, device: DeviceId) {
        if self.state.group(group).default_domain.is_none() {
            let kind = self.wanted_type(device).unwrap_or_else(|| self.system_type());
            // The group may go without.
            let _ = self.alloc_default_or_dma(group, kind);
        }
    }

    /// `probe_alloc_default_domain` for a group that a scan found.
    pub(super) fn alloc_default_for_group(&mut self, group: GroupId) {
        if self.state.group(group).default_domain.is_none() {
            let kind = self.merged_type(group).unwrap_or_else(|| self.system_type());
            let _ = self.alloc_default_or_dma(group, kind);
        }
    }

    /// What `auto` means in a type write up to v6.4: the drivers' wish or the system's default.
    pub(super) fn type_or_system(&self, wanted: Option<DomainKind>) -> DomainKind {
        wanted.unwrap_or_else(|| self.system_type())
    }

    /// `iommu_group_alloc_default_domain` up to v6.4: another type falls back to DMA.
    pub(super) fn alloc_default_or_dma(
        &mut self,
        group: GroupId,
        kind: DomainKind,
    ) -> Result<DomainId, Errno> {
        let role = Role::Default(group);
        let mut domain = self.bus_domain(group, kind, role);
        if domain.is_err() && kind != DomainKind::Dma {
            domain = self.bus_domain(group, DomainKind::Dma, role);
        }
        let Ok(domain) = domain else { return Err(self.refuse(Errno::ENOMEM, Reason::AllocFailed)) };
        let group = self.state.group_mut(group);
        group.default_domain = Some(domain);
        group.domain.get_or_insert(domain);
        Ok(domain)
    }

    fn bus_domain(&mut self, group: GroupId, kind: DomainKind, role: Role) -> Result<DomainId, Refusal> {
        let first = self.state.group(group).devices.first();
        if first.is_some_and(|first| self.has_bus_ops(*first)) {
            self.core_domain(kind, role)
        } else {
            Err(None)
        }
    }

    /// `iommu_create_device_direct_mappings`: maps what firmware asks for, into translating domains.
    pub(super) fn direct_mappings(&mut self, domain: DomainId, device: DeviceId) {
        if !self.has_direct_region(device) {
            return;
        }
        // Only looked at where a rule depends on it, so that it is set whatever the domain's type.
        self.state.device_mut(device).direct = true;
        if self.state.kind(domain).is_dma() {
            self.call(Call::Map { domain: domain.mark() });
        }
    }

    pub(super) fn direct_mappings_of_group(&mut self, domain: DomainId, group: GroupId) {
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            self.direct_mappings(domain, device);
        }
    }

    /// `iommu_get_default_domain_type`: `Ok(None)` leaves it to the system's default.
    fn choose_type(&mut self, group: GroupId, asked: Option<DomainKind>) -> Result<Option<DomainKind>, ()> {
        match self.rules.default_type() {
            DefaultTypeRule::Merge | DefaultTypeRule::MergeUntrusted => Ok(asked.or(self.merged_type(group))),
            DefaultTypeRule::Satisfy => self.satisfying_type(group, asked),
            DefaultTypeRule::IdentityWins => self.identity_first_type(group, asked, false),
            DefaultTypeRule::StaticWins => self.identity_first_type(group, asked, true),
        }
    }

    fn satisfying_type(
        &mut self,
        group: GroupId,
        asked: Option<DomainKind>,
    ) -> Result<Option<DomainKind>, ()> {
        let mut best = asked;
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            let Some(wanted) = self.wanted_type(device) else { continue };
            if best.is_some_and(|best| best != wanted) {
                return if asked.is_some() { Err(()) } else { Ok(None) };
            }
            best = Some(wanted);
        }
        Ok(best)
    }

    fn identity_first_type(
        &mut self,
        group: GroupId,
        asked: Option<DomainKind>,
        static_counts: bool,
    ) -> Result<Option<DomainKind>, ()> {
        let arm32 = !self.has_iommu_dma();
        let fixed = self.state.driver.default_domain.filter(|_| static_counts).map(|d| self.state.kind(d));
        let mut wanted = arm32.then_some(DomainKind::Identity);
        let mut untrusted = false;
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            let asks = self.default_type_op(device);
            match (fixed.or(asks), wanted) {
                (Some(kind), None) => wanted = Some(kind),
                (Some(DomainKind::Identity), Some(_)) => wanted = Some(DomainKind::Identity),
                _ => {}
            }
            if self.is_untrusted(device) {
                if arm32 {
                    self.warn(Warn::BadDefaultType);
                    return Err(());
                }
                untrusted = true;
            }
        }
        if untrusted {
            if wanted.is_some_and(|wanted| wanted != DomainKind::Dma) {
                return Err(());
            }
            wanted = Some(DomainKind::Dma);
        }
        match (asked, wanted) {
            (Some(asked), Some(wanted)) if asked != wanted => Err(()),
            (Some(asked), _) => Ok(Some(asked)),
            (None, wanted) => Ok(wanted),
        }
    }

    /// A default domain of exactly this type; the present one if it has it.
    fn default_of_type(&mut self, group: GroupId, kind: DomainKind) -> Result<DomainId, Errno> {
        if let Some(present) = self.state.group(group).default_domain
            && self.state.kind(present) == kind
        {
            return Ok(present);
        }
        let role = Role::Default(group);
        let mut domain = match self.rules.default_alloc() {
            DefaultAlloc::Required => self.core_domain(kind, role),
            _ => self.bus_domain(group, kind, role),
        };
        // Asked for a domain that can do PASIDs first, then for a plain one; without PASIDs that is the same call.
        if kind.is_dma()
            && domain == Err(Some(Errno::EOPNOTSUPP))
            && self.rules.paging_alloc() == PagingAlloc::Untyped
            && self.state.group(group).devices.first().is_some_and(|d| self.max_pasids(*d) == 0)
        {
            domain = self.core_domain(kind, role);
        }
        domain.map_err(|refusal| self.refuse(refusal.unwrap_or(Errno::ENOMEM), Reason::AllocFailed))
    }

    /// `iommu_group_alloc_default_domain` from v6.5 on.
    fn alloc_default(&mut self, group: GroupId, kind: Option<DomainKind>) -> Result<DomainId, Errno> {
        if let Some(fixed) = self.state.driver.default_domain {
            let fits = match self.rules.default_type() {
                DefaultTypeRule::StaticWins => kind == Some(self.state.kind(fixed)),
                _ => kind.is_none(),
            };
            return if fits { Ok(fixed) } else { Err(self.refuse(Errno::EINVAL, Reason::TypeConflict)) };
        }
        if let Some(kind) = kind {
            return self.default_of_type(group, kind);
        }
        let system = self.system_type();
        match self.default_of_type(group, system) {
            Ok(domain) => Ok(domain),
            Err(_) if system == DomainKind::Dma => Err(self.refuse(Errno::EINVAL, Reason::AllocFailed)),
            Err(_) => self.default_of_type(group, DomainKind::Dma),
        }
    }

    /// `iommu_setup_default_domain` (v6.5 and later)
    pub(super) fn setup_default_domain(
        &mut self,
        group: GroupId,
        asked: Option<DomainKind>,
    ) -> Result<(), Errno> {
        let Ok(kind) = self.choose_type(group, asked) else {
            return Err(self.refuse(Errno::EINVAL, Reason::TypeConflict));
        };
        let old = self.state.group(group).default_domain;
        let domain = match self.alloc_default(group, kind) {
            Ok(domain) => domain,
            Err(errno) if self.rules.default_alloc() == DefaultAlloc::Required => return Err(errno),
            Err(_) if old.is_some() => return Err(self.refuse(Errno::ENODEV, Reason::AllocFailed)),
            Err(_) => return Ok(()),
        };
        if old == Some(domain) {
            return Ok(());
        }
        self.direct_mappings_of_group(domain, group);
        self.state.group_mut(group).default_domain = Some(domain);
        let result = if self.state.group(group).domain.is_none() {
            let result = self.set_domain(group, Some(domain), May::NotFail);
            if result.is_err() {
                self.warn(Warn::SetupFailed);
            }
            result
        } else {
            let result = self.set_domain(group, Some(domain), May::Fail);
            if result.is_err()
                && let Some(old) = old
            {
                self.free(domain);
                self.state.group_mut(group).default_domain = Some(old);
            }
            result?;
            result
        };
        if let Some(old) = old {
            self.free(old);
        }
        result
    }
}
