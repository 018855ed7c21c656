// SPDX-License-Identifier: GPL-2.0-only
//! Writes to a group's sysfs `type`.

use super::Engine;
use super::rules::{DmaFq, DmaSetup, TypeWithoutDefault, TypeWrite};
use super::state::DomainId;
use crate::script::{DomainKind, Errno, GroupId, TypeWord};
use crate::trace::{Crash, Reason};

impl Engine<'_> {
    /// `iommu_group_store_type`
    pub(super) fn store_type(&mut self, group: GroupId, word: TypeWord) -> Result<(), Errno> {
        let rule = self.rules.type_write();
        if rule == TypeWrite::ReadOnly {
            return Err(self.refuse(Errno::EACCES, Reason::ReadOnly));
        }
        let default = self.state.group(group).default_domain;
        if default.is_none() && self.rules.type_without_default() == TypeWithoutDefault::Refused {
            return Err(self.refuse(Errno::EINVAL, Reason::NoDefaultDomain));
        }
        let asked = match word {
            TypeWord::Identity => Some(DomainKind::Identity),
            TypeWord::Dma => Some(DomainKind::Dma),
            TypeWord::DmaFq if self.rules.dma_fq() != DmaFq::Absent => Some(DomainKind::DmaFq),
            TypeWord::Auto => None,
            TypeWord::DmaFq | TypeWord::Unknown => {
                return Err(self.refuse(Errno::EINVAL, Reason::UnknownWord));
            }
        };
        match (rule, default) {
            (TypeWrite::ReadOnly | TypeWrite::Singleton, _) => self.store_type_of_singleton(group, asked),
            (TypeWrite::Unused | TypeWrite::Setup, Some(default)) => {
                self.store_type_of_unused(group, asked, default)
            }
            (TypeWrite::Unused | TypeWrite::Setup, None) => {
                Err(self.refuse(Errno::EINVAL, Reason::NoDefaultDomain))
            }
        }
    }

    fn store_type_of_singleton(&mut self, group: GroupId, asked: Option<DomainKind>) -> Result<(), Errno> {
        let &[device] = &self.state.group(group).devices[..] else {
            return Err(self.refuse(Errno::EINVAL, Reason::NotSingleton));
        };
        let (default, domain) = (self.state.group(group).default_domain, self.state.group(group).domain);
        if self.state.device(device).driver.is_some() {
            let in_place = match (asked, default) {
                (Some(DomainKind::DmaFq), Some(default)) => self.state.kind(default) == DomainKind::Dma,
                (Some(DomainKind::DmaFq), None) => return Err(self.die(Crash::MissingDefaultDomain)),
                _ => false,
            };
            if !in_place {
                return Err(self.refuse(Errno::EBUSY, Reason::AlreadyBound));
            }
        }
        if domain != default {
            return Err(self.refuse(Errno::EBUSY, Reason::DomainAttached));
        }
        let Some(old) = default else { return Err(self.refuse(Errno::EINVAL, Reason::NoDefaultDomain)) };
        let wanted = self.wanted_type(device);
        let kind = self.permitted_type(wanted, asked)?;
        if self.state.kind(old) == kind {
            return Ok(());
        }
        if self.becomes_flush_queue(old, kind) {
            return Ok(());
        }
        let new = self.alloc_default_or_dma(group, kind)?;
        self.direct_mappings_of_group(new, group);
        if let Err(errno) = self.attach_one(new, device, Some(old)) {
            self.free(new);
            self.put_back(group, old);
            return Err(errno);
        }
        self.state.group_mut(group).domain = Some(new);
        self.finalize_op(device);
        self.free(old);
        Ok(())
    }

    /// What the drivers want and what was asked for, reconciled as up to v6.4.
    fn permitted_type(
        &mut self,
        wanted: Option<DomainKind>,
        asked: Option<DomainKind>,
    ) -> Result<DomainKind, Errno> {
        match (asked, wanted) {
            (Some(asked), Some(wanted)) if asked != wanted => {
                Err(self.refuse(Errno::EINVAL, Reason::TypeConflict))
            }
            (Some(asked), _) => Ok(asked),
            (None, wanted) => Ok(self.type_or_system(wanted)),
        }
    }

    /// DMA becomes DMA-FQ in place.
    fn becomes_flush_queue(&mut self, domain: DomainId, kind: DomainKind) -> bool {
        let possible = kind == DomainKind::DmaFq && self.state.kind(domain) == DomainKind::Dma;
        if possible {
            self.state.domains[domain.index()].kind = DomainKind::DmaFq;
        }
        possible
    }

    fn put_back(&mut self, group: GroupId, old: DomainId) {
        let state = self.state.group_mut(group);
        state.default_domain = Some(old);
        state.domain = Some(old);
    }

    fn store_type_of_unused(
        &mut self,
        group: GroupId,
        asked: Option<DomainKind>,
        old: DomainId,
    ) -> Result<(), Errno> {
        if asked.is_some_and(|kind| self.becomes_flush_queue(old, kind)) {
            return Ok(());
        }
        let state = self.state.group(group);
        if state.devices.is_empty() || state.owner_cnt > 0 {
            return Err(self.refuse(Errno::EPERM, Reason::InUse));
        }
        if self.rules.type_write() == TypeWrite::Setup {
            self.setup_default_domain(group, asked)?;
        } else {
            self.change_default_domain(group, asked, old)?;
        }
        match self.rules.dma_setup() {
            DmaSetup::Driver => self.finalize_group(group),
            DmaSetup::CoreOnCurrent | DmaSetup::CoreOnDefault => self.set_up_dma_of_group(group),
        }
        Ok(())
    }

    /// `iommu_change_dev_def_domain` as of v6.4.
    fn change_default_domain(
        &mut self,
        group: GroupId,
        asked: Option<DomainKind>,
        old: DomainId,
    ) -> Result<(), Errno> {
        let wanted = self.merged_type(group);
        let kind = self.permitted_type(wanted, asked)?;
        if self.state.kind(old) == kind {
            return Ok(());
        }
        let state = self.state.group_mut(group);
        state.default_domain = None;
        state.domain = None;
        let new = match self.alloc_default_or_dma(group, kind) {
            Ok(new) => new,
            Err(errno) => {
                self.put_back(group, old);
                return Err(errno);
            }
        };
        self.direct_mappings_of_group(new, group);
        // After an error this attaches the new domain once more, for the group's domain is the new one already.
        if let Err(errno) = self.attach_group(new, group) {
            self.free(new);
            self.put_back(group, old);
            return Err(errno);
        }
        self.free(old);
        Ok(())
    }
}
