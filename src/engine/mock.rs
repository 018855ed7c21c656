// SPDX-License-Identifier: GPL-2.0-only
//! The mock IOMMU driver: what the core calls, with faults, logged call by call.

use super::Engine;
use super::rules::{
    AttachOld, DeviceOps, DmaCookie, DmaFq, DmaSetup, OmapXlate, PagingAlloc, PasidRemove, Registration,
    RockchipPlatformOp, StaticDomains,
};
use super::state::{DmaWay, Domain, DomainId, FaultLeft, Label};
use crate::script::{
    Arch, DefaultType, DetachOps, DeviceId, DomainKind, DomainName, DomainOps, DomainRef, Errno, Fault,
    FaultDomain, FaultKind, GroupId,
};
use crate::trace::{Call, Crash, Mark, PasidTarget, Role, Warn};

/// A driver that refuses to allocate gives NULL or an errno.
pub(super) type Refusal = Option<Errno>;

impl DomainId {
    pub(super) fn mark(self) -> Mark {
        Mark(self.0)
    }
}

impl Engine<'_> {
    pub(super) fn call(&mut self, call: Call) {
        self.calls.push(call);
    }

    #[track_caller]
    pub(super) fn warn(&mut self, warn: Warn) {
        self.note_place();
        self.call(Call::Warn(warn));
    }

    /// Does a declared fault hit this call? Each rule that matches counts the call.
    fn fault(&mut self, kind: FaultKind, device: DeviceId, domain: Option<DomainId>) -> Option<Errno> {
        self.strike(kind, |engine, fault| {
            fault.device.is_none_or(|d| d == device)
                && domain.is_none_or(|d| engine.fault_is_about(fault.domain, d))
        })
    }

    /// Does a declared fault hit the allocation of this type? It is for no device, and has no name yet.
    fn alloc_fault(&mut self, kind: DomainKind) -> Option<Errno> {
        self.strike(FaultKind::Alloc, |_, fault| match fault.domain {
            FaultDomain::Any => true,
            FaultDomain::Kind(wanted) => wanted == kind,
            FaultDomain::Named(_) => false,
        })
    }

    fn strike(
        &mut self,
        kind: FaultKind,
        mut is_about: impl FnMut(&mut Self, &Fault) -> bool,
    ) -> Option<Errno> {
        for i in 0..self.state.faults.len() {
            let FaultLeft { fault, left, number, .. } = self.state.faults[i];
            if fault.kind != kind || left == Some(0) || !is_about(self, &fault) {
                continue;
            }
            if let Some(matched) = self.matched.get_mut(number) {
                *matched += 1;
            }
            let rule = &mut self.state.faults[i];
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            rule.left = rule.left.map(|n| n - 1);
            return Some(rule.fault.errno);
        }
        None
    }

    fn fault_is_about(&mut self, about: FaultDomain, domain: DomainId) -> bool {
        match about {
            FaultDomain::Any => true,
            FaultDomain::Kind(kind) => self.state.kind(domain) == kind,
            FaultDomain::Named(name) => {
                let named = &self.script.domains[name.index()];
                // Comparing names makes one up, comparing pointers does not.
                if !matches!(named, DomainName::PointedToBy(..)) {
                    self.see(domain);
                }
                match named {
                    // Of a static domain that was denied and made anew there are two.
                    DomainName::Static(which) => self.state.domain(domain).label == Label::Static(*which),
                    _ => self.find_domain(name) == Some(domain),
                }
            }
        }
    }

    // ---------------------------------------------------------------- domains

    fn new_domain(&mut self, kind: DomainKind, role: Role, label: Label) -> DomainId {
        let id = DomainId(u16::try_from(self.state.domains.len()).unwrap_or(u16::MAX));
        self.state.domains.push(Domain { kind, label, role, freed: false, set_up: false });
        id
    }

    /// Gives a domain its name when it is seen for the first time: the next number of its kind, DMA and
    /// DMA-FQ domains counted together.
    fn see(&mut self, domain: DomainId) {
        let Domain { kind, label: Label::Unseen, .. } = *self.state.domain(domain) else { return };
        let class = if kind == DomainKind::DmaFq { DomainKind::Dma } else { kind };
        let made = |d: &&Domain| matches!(d.label, Label::Made(k, _) if k == class);
        let count = self.state.domains.iter().filter(made).count();
        self.state.domains[domain.index()].label =
            Label::Made(class, u16::try_from(count + 1).unwrap_or(u16::MAX));
    }

    /// At the end of an operation everything that it allocated is seen.
    pub(super) fn see_new_domains(&mut self) {
        for i in self.seen..self.state.domains.len() {
            self.see(DomainId(u16::try_from(i).unwrap_or(u16::MAX)));
        }
        self.seen = self.state.domains.len();
    }

    pub(super) fn new_static(&mut self, kind: DomainKind, which: crate::script::Static) -> DomainId {
        self.new_domain(kind, Role::Static, Label::Static(which))
    }

    /// Asks the driver for a domain. A user's own gets the script's name.
    fn alloc(
        &mut self,
        kind: DomainKind,
        asked: DomainKind,
        role: Role,
        name: Option<Label>,
    ) -> Result<DomainId, Refusal> {
        let untyped = self.rules.paging_alloc() == PagingAlloc::Untyped;
        let paging = !matches!(asked, DomainKind::Identity | DomainKind::Blocked);
        let guessed = match (untyped && paging, self.state.driver.wants_unmanaged) {
            (true, true) => DomainKind::Unmanaged,
            (true, false) => DomainKind::Dma,
            (false, _) => asked,
        };
        let no_cookie = guessed == DomainKind::Dma
            && !self.has_iommu_dma()
            && self.rules.dma_cookie() == DmaCookie::Driver;
        let fault = self.alloc_fault(guessed);
        if fault.is_some() || no_cookie || self.state.driver.deny.contains(guessed) {
            self.call(Call::Deny { kind: guessed });
            return Err(self.refusal(fault));
        }
        let domain = self.new_domain(kind, role, name.unwrap_or(Label::Unseen));
        self.call(Call::Alloc { domain: domain.mark(), kind: asked });
        Ok(domain)
    }

    /// What the driver gives instead of a domain; `fault` is the errno of the fault that struck, if one did.
    ///
    /// Without a declared errno it gives NULL, or ENOMEM where it is asked for paging domains without a type: the
    /// core makes the same errno of both.
    fn refusal(&self, fault: Option<Errno>) -> Refusal {
        match self.rules.static_domains() {
            StaticDomains::Absent => None,
            StaticDomains::Present => fault.or(self.state.driver.deny_errno),
        }
    }

    /// `CONFIG_IOMMU_DMA`
    pub(super) fn has_iommu_dma(&self) -> bool {
        self.script.arch == Arch::Generic
    }

    /// A domain of this kind for the core, including the static ones and the DMA cookie.
    pub(super) fn core_domain(&mut self, kind: DomainKind, role: Role) -> Result<DomainId, Refusal> {
        let fixed = match (self.rules.static_domains(), kind) {
            (StaticDomains::Present, DomainKind::Identity) => self.state.driver.identity_domain,
            (StaticDomains::Present, DomainKind::Blocked) => self.state.driver.blocked_domain,
            _ => None,
        };
        if let Some(fixed) = fixed {
            return Ok(fixed);
        }
        let asked = match kind {
            DomainKind::DmaFq if self.rules.dma_fq() == DmaFq::CoreOnly => DomainKind::Dma,
            other => other,
        };
        let domain = self.alloc(kind, asked, role, None)?;
        if kind.is_dma() && self.rules.dma_cookie() == DmaCookie::Core && !self.has_iommu_dma() {
            self.free(domain);
            // NULL before v6.7, where no caller looks at the errno.
            return Err(Some(Errno::ENODEV));
        }
        Ok(domain)
    }

    /// The driver's domain for an address space; it always has one.
    pub(super) fn sva_domain(&mut self) -> DomainId {
        let domain = self.new_domain(DomainKind::Sva, Role::AddressSpace, Label::Unseen);
        self.call(Call::Alloc { domain: domain.mark(), kind: DomainKind::Sva });
        domain
    }

    /// An UNMANAGED domain under the script's name.
    pub(super) fn user_domain(&mut self, role: Role, name: Option<Label>) -> Result<DomainId, Refusal> {
        self.alloc(DomainKind::Unmanaged, DomainKind::Unmanaged, role, name)
    }

    /// `iommu_domain_free`; static domains have no such operation.
    pub(super) fn free(&mut self, domain: DomainId) {
        if self.state.domain(domain).is_static() {
            return;
        }
        let attached = self.state.devices.iter().any(|d| d.attached == Some(domain));
        self.call(Call::Free { domain: domain.mark(), attached });
        self.state.domains[domain.index()].freed = true;
    }

    /// The domain that a name means now.
    pub(super) fn find_domain(&self, name: DomainRef) -> Option<DomainId> {
        use crate::script::Field;
        let matches = |label: Label| match &self.script.domains[name.index()] {
            DomainName::User(text) => match label {
                Label::User(other) => other == name,
                Label::Mapping(mapping) => self.script.mappings[mapping.index()] == *text,
                Label::Made(..) | Label::Static(_) | Label::Unseen => false,
            },
            DomainName::Made(kind, n) => label == Label::Made(*kind, *n),
            DomainName::Static(which) => label == Label::Static(*which),
            DomainName::PointedToBy(..) => false,
        };
        if let DomainName::PointedToBy(group, field) = self.script.domains[name.index()] {
            let group = self.state.groups.get(group.index()).filter(|g| g.alive)?;
            return match field {
                Field::Domain => group.domain,
                Field::DefaultDomain => group.default_domain,
                Field::BlockingDomain => group.blocking_domain,
                Field::Owner | Field::OwnerCnt => None,
            };
        }
        let found = self.state.domains.iter().position(|d| matches(d.label))?;
        Some(DomainId(u16::try_from(found).unwrap_or(u16::MAX)))
    }

    // ---------------------------------------------------------------- attaching

    /// `attach_dev`; `from` is what the driver is told was attached.
    pub(super) fn attach_op(
        &mut self,
        device: DeviceId,
        domain: DomainId,
        from: Option<DomainId>,
    ) -> Result<(), Errno> {
        let fault = self.fault(FaultKind::Attach, device, Some(domain));
        let error = fault.or_else(|| self.out_of_address_spaces(domain).then_some(Errno::ENOSPC));
        let from = (self.rules.attach_old() == AttachOld::Told).then(|| from.map(DomainId::mark));
        let freed = self.state.domain(domain).freed;
        self.call(Call::Attach { device, domain: domain.mark(), from, freed, error });
        match error {
            Some(errno) => Err(errno),
            None => {
                self.hardware_uses(device, Some(domain));
                Ok(())
            }
        }
    }

    /// The hardware knows a device by its requester id, which others may have too.
    fn hardware_uses(&mut self, device: DeviceId, domain: Option<DomainId>) {
        self.state.device_mut(device).attached = domain;
        let specs = &self.script.devices;
        let Some(id) = specs[device.index()].requester_id else { return };
        for (state, spec) in self.state.devices.iter_mut().zip(specs) {
            if spec.requester_id == Some(id) && state.present {
                state.attached = domain;
            }
        }
    }

    /// Would this be one attached paging domain more than the hardware has address spaces, as Tegra's ASIDs?
    fn out_of_address_spaces(&self, domain: DomainId) -> bool {
        let Some(most) = self.state.driver.address_spaces else { return false };
        let pages = |d: &DomainId| !matches!(self.state.kind(*d), DomainKind::Identity | DomainKind::Blocked);
        let mut held: Vec<DomainId> =
            self.state.devices.iter().filter_map(|d| d.attached).filter(pages).collect();
        held.sort_unstable();
        held.dedup();
        pages(&domain) && !held.contains(&domain) && held.len() >= usize::from(most)
    }

    /// Has the driver `detach_dev` (of its domains)?
    pub(super) fn has_detach_op(&self) -> bool {
        self.state.driver.detach != DetachOps::None
    }

    /// Has the driver `set_platform_dma_ops`?
    pub(super) fn has_platform_op(&self) -> bool {
        match self.state.driver.detach {
            DetachOps::None | DetachOps::DetachOnly => false,
            DetachOps::Full => true,
            DetachOps::LatePlatformOp => self.rules.rockchip_platform_op() == RockchipPlatformOp::Present,
        }
    }

    pub(super) fn detach_op(&mut self, device: DeviceId, domain: DomainId) {
        self.call(Call::Detach { device, domain: domain.mark() });
        self.hardware_uses(device, None);
    }

    pub(super) fn platform_op(&mut self, device: DeviceId) {
        self.call(Call::SetPlatformDmaOps { device });
        self.hardware_uses(device, None);
    }

    // ---------------------------------------------------------------- PASIDs

    /// Has the domain `set_dev_pasid`?
    pub(super) fn has_set_pasid_op(&self, domain: DomainId) -> bool {
        !self.state.driver.no_set_dev_pasid.contains(&DomainOps::of(self.state.kind(domain)))
    }

    /// Has the driver `remove_dev_pasid`, or later its blocked domain what took its place?
    pub(super) fn has_remove_pasid_op(&self) -> bool {
        !self.state.driver.no_set_dev_pasid.contains(&DomainOps::Blocked)
    }

    /// Can the driver make page tables that go with PASIDs?
    pub(super) fn has_pasid_page_tables(&self) -> bool {
        !self.state.driver.no_set_dev_pasid.contains(&DomainOps::Paging)
    }

    pub(super) fn set_pasid_op(
        &mut self,
        device: DeviceId,
        pasid: i32,
        domain: DomainId,
    ) -> Result<(), Errno> {
        let error = self.fault(FaultKind::Pasid, device, Some(domain));
        self.call(Call::SetPasid { device, pasid, domain: domain.mark(), error });
        error.map_or(Ok(()), Err)
    }

    pub(super) fn remove_pasid_op(&mut self, device: DeviceId, pasid: i32, domain: DomainId) {
        let domain = match self.rules.pasid_remove() {
            PasidRemove::OpWithDomain => PasidTarget::Domain(domain.mark()),
            PasidRemove::Op | PasidRemove::Blocked => PasidTarget::NotTold,
        };
        self.call(Call::RemovePasid { device, pasid, domain });
    }

    // ---------------------------------------------------------------- devices

    /// `probe_device`: only devices behind the IOMMU, and device-tree ones only once translated.
    pub(super) fn probe_op(&mut self, device: DeviceId) -> Result<(), Errno> {
        let spec = &self.script.devices[device.index()];
        let found = if self.is_looked_up_by_driver(device) {
            self.rules.registration() != Registration::InstanceOnly
        } else {
            self.is_device_tree(device) == self.state.device(device).translated
        };
        if spec.group.is_none() || !found {
            return Err(Errno::ENODEV);
        }
        let error = self.fault(FaultKind::Probe, device, None);
        self.call(Call::Probe { device, error });
        error.map_or(Ok(()), Err)
    }

    /// `device_group`: gives a reference to the device's group, which it makes when there is none.
    pub(super) fn group_op(&mut self, device: DeviceId) -> Result<GroupId, Errno> {
        let group = self.script.devices[device.index()].group.ok_or(Errno::ENODEV)?;
        if let Some(error) = self.fault(FaultKind::Group, device, None) {
            self.call(Call::GroupFailed { device, error });
            return Err(error);
        }
        if !self.state.group(group).alive {
            self.new_group(group);
            let hold = self.script.groups[group.index()].hold;
            let state = self.state.group_mut(group);
            state.held = hold;
            state.refs = u32::from(hold);
        }
        self.state.group_mut(group).refs += 1;
        Ok(group)
    }

    pub(super) fn release_op(&mut self, device: DeviceId) {
        self.call(Call::Release { device });
        self.state.device_mut(device).attached = None;
    }

    /// `probe_finalize`, in which the driver may set the DMA operations up.
    pub(super) fn finalize_op(&mut self, device: DeviceId) {
        self.call(Call::ProbeFinalize { device });
        if self.rules.dma_setup() != DmaSetup::Driver {
            return;
        }
        // As x86 drivers did, it starts from a clean slate where the core's set-up is open to drivers (v6.1).
        if self.rules.registration() != Registration::BusOps {
            self.state.device_mut(device).dma_ops = false;
        }
        self.state.device_mut(device).dma_way = DmaWay::Direct;
        if let Some(group) = self.state.device(device).group
            && let Some(domain) = self.state.group(group).domain
        {
            self.set_up_dma(domain);
            self.state.device_mut(device).dma_way = self.way_by(domain);
        }
    }

    /// `def_domain_type`
    pub(super) fn default_type_op(&mut self, device: DeviceId) -> Option<DomainKind> {
        if !self.state.device(device).has_iommu && self.rules.device_ops() == DeviceOps::Device {
            self.die(Crash::DeviceWithoutIommu);
        }
        self.script.devices[device.index()].default_type.map(kind_of)
    }

    /// `get_resv_regions`: is there a direct-mapped one?
    pub(super) fn has_direct_region(&self, device: DeviceId) -> bool {
        self.script.devices[device.index()].direct
    }

    pub(super) fn driver_probe_op(&mut self, device: DeviceId) -> Result<(), Errno> {
        let error = self.fault(FaultKind::DriverProbe, device, None);
        self.call(Call::DriverProbe { device, error });
        error.map_or(Ok(()), Err)
    }

    /// Does its driver find this device of the device tree without the generic description?
    pub(super) fn is_looked_up_by_driver(&self, device: DeviceId) -> bool {
        self.state.driver.late_xlate
            && self.is_device_tree(device)
            && self.rules.omap_xlate() == OmapXlate::Absent
    }

    /// Device-tree descriptions are only made for 32-bit ARM.
    pub(super) fn is_device_tree(&self, device: DeviceId) -> bool {
        self.script.arch == Arch::Arm32 && self.script.devices[device.index()].device_tree
    }

    /// PASIDs of a probed device: 0 = none.
    pub(super) fn max_pasids(&self, device: DeviceId) -> u32 {
        let spec = &self.script.devices[device.index()];
        match spec.pasid_bits {
            0 => 0,
            bits => 1 << bits.min(16),
        }
    }
}

/// The domain type that a default type asks for.
pub(super) fn kind_of(default: DefaultType) -> DomainKind {
    match default {
        DefaultType::Dma => DomainKind::Dma,
        DefaultType::DmaFq => DomainKind::DmaFq,
        DefaultType::Identity => DomainKind::Identity,
    }
}
