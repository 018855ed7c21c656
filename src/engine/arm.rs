// SPDX-License-Identifier: GPL-2.0-only
//! 32-bit ARM: firmware descriptions, and the DMA mapping that the architecture attaches at a bind.

use super::Engine;
use super::rules::{ArmDirectOps, ArmMappingAlloc, FirmwareProbe, Join, Registration, UserAlloc};
use super::state::{ArmMapping, DomainId, Label, MappingRecord, ScriptMapping};
use crate::script::{DeviceId, Errno, MappingId, MappingOf};
use crate::trace::{BadOp, Call, Outcome, Reason, Role, Skip};

/// What a page holds, in bytes.
const PAGE_SIZE: u64 = 4096;
/// What a mapping may span, in bytes.
const ADDRESS_SPACE: u64 = 1 << 32;

impl Engine<'_> {
    // ------------------------------------------------- firmware

    /// Reads the description of a device before its driver is asked, where the probe does that.
    pub(super) fn parse_firmware(&mut self, device: DeviceId) {
        if self.rules.firmware_probe() == FirmwareProbe::AtAdd
            && self.is_device_tree(device)
            && self.state.device(device).driver.is_none()
            && self.translate(device).is_ok()
        {
            self.arch_setup(device);
        }
    }

    /// Hands the description to the IOMMU driver, once.
    fn translate(&mut self, device: DeviceId) -> Result<bool, Errno> {
        if self.state.device(device).fwspec {
            return Ok(false);
        }
        if !self.state.driver.firmware_known {
            self.state.device_mut(device).awaits_iommu = true;
            return Err(self.refuse(Errno::EPROBE_DEFER, Reason::IommuNotReady));
        }
        if self.is_looked_up_by_driver(device) {
            // Without `of_xlate` the firmware's description leads nowhere.
            return Ok(false);
        }
        self.call(Call::Xlate { device });
        let state = self.state.device_mut(device);
        state.translated = true;
        state.awaits_iommu = false;
        state.fwspec = true;
        Ok(true)
    }

    /// `of_dma_configure` at a bind: a device that its IOMMU has not seen yet is probed now.
    pub(super) fn arch_setup_at_bind(&mut self, device: DeviceId) -> Result<(), Errno> {
        if !self.is_device_tree(device) {
            return Ok(());
        }
        if self.translate(device)? {
            let known = match (self.rules.firmware_probe(), self.rules.join()) {
                (FirmwareProbe::AtAdd, _) => self.state.device(device).has_iommu,
                (FirmwareProbe::AtBind, Join::OncePaired) => false,
                (FirmwareProbe::AtBind, _) => self.state.device(device).group.is_some(),
            };
            if !known {
                // Without IOMMU the device does DMA directly.
                let _ = self.probe_device(device);
            }
        }
        self.arch_setup(device);
        Ok(())
    }

    // ------------------------------------------------- architecture

    /// `arch_setup_dma_ops`
    fn arch_setup(&mut self, device: DeviceId) {
        if self.state.device(device).dma_ops {
            return;
        }
        // Up to v6.7 the firmware's description decides, from v6.8 on the group; where a driver finds its devices
        // without the one, they have not been in the other since buses have no operations (v6.8).
        let state = self.state.device(device);
        let behind = state.group.is_some() && state.translated;
        let mapped = behind && self.map_at_bind(device);
        let direct = self.direct_ops();
        let state = self.state.device_mut(device);
        state.dma_ops = mapped || direct;
        state.dma_ops_setup = true;
    }

    /// Has a device without mapping DMA operations of its own?
    fn direct_ops(&self) -> bool {
        self.rules.arm_direct_ops() == ArmDirectOps::Table
    }

    /// Makes and attaches a mapping; a failure is only logged.
    fn map_at_bind(&mut self, device: DeviceId) -> bool {
        let reason = self.reason;
        let mapped = self.make_mapping(device, Role::Mapping(device), None).is_ok_and(|mapping| {
            let attached = self.attach_mapping(device, mapping).is_ok();
            if !attached {
                self.put_mapping(mapping);
            }
            attached
        });
        self.reason = reason;
        mapped
    }

    /// `arch_teardown_dma_ops`
    pub(super) fn arch_teardown(&mut self, device: DeviceId) {
        if !self.state.device(device).dma_ops_setup {
            return;
        }
        if let Some(mapping) = self.state.device(device).mapping {
            self.detach_mapping(device);
            self.put_mapping(mapping);
        }
        self.state.device_mut(device).dma_ops = false;
    }

    // ------------------------------------------------- mappings

    fn make_mapping(
        &mut self,
        device: DeviceId,
        role: Role,
        name: Option<Label>,
    ) -> Result<ArmMapping, Errno> {
        let domain = match self.rules.arm_mapping_alloc() {
            ArmMappingAlloc::Device => self.paging_domain_for(device, role, name),
            ArmMappingAlloc::Bus => self
                .domain_of_bus(device, role, name)
                .ok_or_else(|| self.refuse(Errno::ENOMEM, Reason::AllocFailed)),
        }?;
        let mapping = ArmMapping(u16::try_from(self.state.arm_mappings.len()).unwrap_or(u16::MAX));
        self.state.arm_mappings.push(MappingRecord { domain, refs: 1 });
        Ok(mapping)
    }

    /// `iommu_domain_alloc`: for a bus, or by its first device that has an IOMMU.
    pub(super) fn domain_of_bus(
        &mut self,
        device: DeviceId,
        role: Role,
        name: Option<Label>,
    ) -> Option<DomainId> {
        let known = match self.rules.registration() {
            Registration::BusOps | Registration::Instance => self.has_bus_ops(device),
            Registration::InstanceOnly => self.state.devices.iter().any(|d| d.has_iommu),
        };
        if known { self.user_domain(role, name).ok() } else { None }
    }

    /// `iommu_paging_domain_alloc`
    pub(super) fn paging_domain_for(
        &mut self,
        device: DeviceId,
        role: Role,
        name: Option<Label>,
    ) -> Result<DomainId, Errno> {
        if !self.state.device(device).has_iommu {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        }
        self.user_domain(role, name)
            .map_err(|refusal| self.refuse(refusal.unwrap_or(Errno::ENOMEM), Reason::AllocFailed))
    }

    /// A user's own domain: an errno, or NULL.
    pub(super) fn alloc_user_domain(&mut self, device: DeviceId, name: Label) -> Outcome {
        match self.rules.user_alloc() {
            UserAlloc::Bus => self
                .domain_of_bus(device, Role::User, Some(name))
                .map_or(Outcome::NullDomain, |_| Outcome::Ok),
            UserAlloc::Device => self
                .paging_domain_for(device, Role::User, Some(name))
                .map_or_else(Outcome::Err, |_| Outcome::Ok),
        }
    }

    pub(super) fn mapping_has_domain(&self, mapping: ArmMapping, domain: DomainId) -> bool {
        self.mapping_domain(mapping) == domain
    }

    fn mapping_domain(&self, mapping: ArmMapping) -> DomainId {
        self.state.arm_mappings[mapping.index()].domain
    }

    fn is_mapping_freed(&self, mapping: ArmMapping) -> bool {
        self.state.domain(self.mapping_domain(mapping)).freed
    }

    /// Drops a reference; the last one frees the domain.
    fn put_mapping(&mut self, mapping: ArmMapping) {
        let record = &mut self.state.arm_mappings[mapping.index()];
        self.state.touches_freed_mapping |= record.refs == 0;
        record.refs = record.refs.saturating_sub(1);
        let (refs, domain) = (record.refs, record.domain);
        if refs == 0 && !self.state.domain(domain).freed {
            self.free(domain);
        }
    }

    /// `__arm_iommu_attach_device`
    fn attach_mapping(&mut self, device: DeviceId, mapping: ArmMapping) -> Result<(), Errno> {
        self.attach_device(self.mapping_domain(mapping), device)?;
        self.state.arm_mappings[mapping.index()].refs += 1;
        self.state.device_mut(device).mapping = Some(mapping);
        Ok(())
    }

    /// `arm_iommu_detach_device`; without mapping it only says so.
    fn detach_mapping(&mut self, device: DeviceId) {
        let Some(mapping) = self.state.device(device).mapping else { return };
        self.detach_device(self.mapping_domain(mapping), device);
        self.put_mapping(mapping);
        let direct = self.direct_ops();
        let state = self.state.device_mut(device);
        state.mapping = None;
        state.dma_ops = direct;
    }

    // ------------------------------------------------- the script's own calls

    fn script_mapping(&self, name: MappingId) -> Option<usize> {
        self.state.script_mappings.iter().position(|m| m.name == Some(name))
    }

    /// `arm_iommu_create_mapping`
    pub(super) fn arm_create(&mut self, name: MappingId, device: DeviceId, size: u64) -> Outcome {
        if self.script_mapping(name).is_some() {
            return Outcome::Bad(BadOp::NameInUse);
        }
        if !self.state.device(device).present {
            return Outcome::Skipped(Skip::DeviceNotPresent);
        }
        let wrong = match size {
            _ if size > ADDRESS_SPACE => Some(Errno::ERANGE),
            _ if size < PAGE_SIZE => Some(Errno::EINVAL),
            _ => None,
        };
        if let Some(errno) = wrong {
            return Outcome::Err(self.refuse(errno, Reason::BadSize));
        }
        match self.make_mapping(device, Role::User, Some(Label::Mapping(name))) {
            Ok(mapping) => {
                self.state.script_mappings.push(ScriptMapping { name: Some(name), mapping, gone: false });
                Outcome::Ok
            }
            Err(errno) => Outcome::Err(errno),
        }
    }

    /// `arm_iommu_attach_device`
    pub(super) fn arm_attach(&mut self, device: DeviceId, name: Option<MappingId>) -> Outcome {
        let mapping = match name {
            Some(name) => match self.script_mapping(name) {
                Some(at) => self.state.script_mappings[at].mapping,
                None => return Outcome::Skipped(Skip::NoSuchMapping),
            },
            None => match self.state.device(device).taken_off {
                Some(mapping) => mapping,
                None => return Outcome::Skipped(Skip::NoMapping),
            },
        };
        if self.is_mapping_freed(mapping) {
            return Outcome::Skipped(Skip::MappingFreed);
        }
        if let Err(errno) = self.attach_mapping(device, mapping) {
            return Outcome::Err(errno);
        }
        let state = self.state.device_mut(device);
        state.dma_ops = true;
        if name.is_none() {
            // The architecture's again.
            state.taken_off = None;
        }
        Outcome::Ok
    }

    /// `arm_iommu_detach_device`; the maker's reference of a mapping made at a bind becomes the script's.
    pub(super) fn arm_detach(&mut self, device: DeviceId) {
        if let Some(mapping) = self.state.device(device).mapping
            && !self.state.script_mappings.iter().any(|m| m.mapping == mapping)
        {
            let before = self.state.device_mut(device).taken_off.replace(mapping);
            if let Some(before) = before.filter(|m| !self.is_mapping_freed(*m)) {
                self.state.script_mappings.push(ScriptMapping { name: None, mapping: before, gone: false });
            }
        }
        self.detach_mapping(device);
    }

    /// `arm_iommu_release_mapping`
    pub(super) fn arm_release(&mut self, which: MappingOf) -> Outcome {
        let named = match which {
            MappingOf::Named(name) => match self.script_mapping(name) {
                Some(at) => Some(at),
                None => return Outcome::Bad(BadOp::NoSuchDevice),
            },
            MappingOf::Device(device) if !self.state.device(device).present => {
                return Outcome::Skipped(Skip::DeviceNotPresent);
            }
            MappingOf::Device(_) => None,
        };
        let mapping = match (named, which) {
            (Some(at), _) => Some(self.state.script_mappings[at].mapping),
            (None, MappingOf::Device(device)) => self.state.device(device).taken_off,
            (None, MappingOf::Named(_)) => None,
        };
        let Some(mapping) = mapping else { return Outcome::Skipped(Skip::NoMapping) };
        if self.is_mapping_freed(mapping) {
            return Outcome::Skipped(Skip::MappingFreed);
        }
        match (named, which) {
            (Some(at), _) => {
                if self.state.script_mappings[at].gone {
                    return Outcome::Skipped(Skip::ReferenceGone);
                }
                // It may live on where it is attached.
                self.state.script_mappings[at].gone = true;
            }
            (None, MappingOf::Device(device)) => self.state.device_mut(device).taken_off = None,
            (None, MappingOf::Named(_)) => {}
        }
        self.put_mapping(mapping);
        Outcome::Void
    }

    /// An unbind drops the maker's reference of whatever mapping it finds. Where that was the script's and
    /// is gone already, the kernel would touch freed memory: false.
    pub(super) fn may_unbind(&mut self, device: DeviceId) -> bool {
        let state = self.state.device(device);
        let Some(mapping) = state.mapping.filter(|_| state.driver.is_some() && state.dma_ops_setup) else {
            return true;
        };
        if self.is_mapping_freed(mapping) {
            return true;
        }
        for held in self.state.script_mappings.iter_mut().filter(|m| m.mapping == mapping) {
            if held.gone {
                return false;
            }
            held.gone = true;
        }
        true
    }

    /// At the end of a script: what it still holds.
    pub(super) fn release_mappings(&mut self) {
        let taken_off = self.state.devices.iter().filter_map(|d| d.taken_off).collect::<Vec<_>>();
        for mapping in taken_off {
            if !self.is_mapping_freed(mapping) {
                self.put_mapping(mapping);
            }
        }
        for held in self.state.script_mappings.clone() {
            if !held.gone && !self.is_mapping_freed(held.mapping) {
                self.put_mapping(held.mapping);
            }
        }
    }
}
