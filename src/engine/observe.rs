// SPDX-License-Identifier: GPL-2.0-only
//! What can be seen after a step.

use super::Engine;
use super::rules::{Claim, PasidTable, ResetFence};
use super::state::{DomainId, Label, Stored};
use crate::script::{Arch, Bus, DeviceId, DomainKind, DomainName, GroupId};
use crate::trace::{
    DeviceState, DomainInfo, GroupState, Holds, MappingState, PasidSlot, Pointer, ResetState,
};

impl Engine<'_> {
    pub(super) fn pointer(&self, domain: DomainId) -> Pointer {
        Pointer { domain: domain.mark(), freed: self.state.domain(domain).freed }
    }

    fn pointer_to(&self, domain: Option<DomainId>) -> Option<Pointer> {
        domain.map(|d| self.pointer(d))
    }

    pub(super) fn observe_groups(&self) -> Vec<GroupState> {
        let claim = self.rules.claim();
        let has_table = self.rules.pasid_table() == PasidTable::Present;
        let fence = self.observed_fence();
        let alive = self.state.groups.iter().enumerate().filter(|(_, g)| g.alive);
        alive
            .map(|(i, group)| GroupState {
                group: GroupId(u8::try_from(i).unwrap_or(u8::MAX)),
                domain: self.pointer_to(group.domain),
                default_domain: self.pointer_to(group.default_domain),
                default_kind: group.default_domain.map(|d| self.state.kind(d)),
                blocking_domain: (claim == Claim::Blocking).then(|| self.pointer_to(group.blocking_domain)),
                owner_cnt: (claim != Claim::Absent).then_some(group.owner_cnt),
                owner: (claim != Claim::Absent).then_some(group.owner),
                pasids: has_table.then_some(!group.pasids.is_empty()),
                pasid_table: (has_table && self.shows_pasids).then(|| self.observe_pasids(&group.pasids)),
                devices: group.devices.clone(),
                resetting_domain: (fence == ResetFence::Group)
                    .then(|| self.pointer_to(group.resetting_domain)),
                recovery_cnt: (fence == ResetFence::Device).then_some(group.recovery_cnt),
            })
            .collect()
    }

    fn observe_pasids(&self, table: &[(u32, Stored)]) -> Vec<PasidSlot> {
        let slot = |&(pasid, stored): &(u32, Stored)| {
            let holds = match stored {
                Stored::Domain(domain) => Holds::Domain(self.pointer(domain)),
                Stored::Handle(handle) => Holds::Handle(Some(handle)),
                Stored::Fresh(_) => Holds::Handle(None),
                Stored::Reserved => Holds::Reserved,
            };
            PasidSlot { pasid, holds }
        };
        table.iter().map(slot).collect()
    }

    pub(super) fn observe_handles(&self) -> Vec<Option<Pointer>> {
        self.state.handles.iter().map(|domain| self.pointer_to(*domain)).collect()
    }

    /// What there is to see of resets; nobody looks where no device is on PCI.
    fn observed_fence(&self) -> ResetFence {
        let pci = self.script.devices.iter().any(|device| device.bus == Bus::Pci);
        if pci { self.rules.reset_fence() } else { ResetFence::Absent }
    }

    pub(super) fn observe_devices(&self) -> Vec<DeviceState> {
        let counted = self.observed_fence() == ResetFence::Device;
        let present = self.state.devices.iter().enumerate().filter(|(_, d)| d.present);
        present
            .map(|(i, device)| DeviceState {
                device: DeviceId(u8::try_from(i).unwrap_or(u8::MAX)),
                attached: self.pointer_to(device.attached),
                group: device.group,
                driver: device.driver,
                arm: (self.script.arch == Arch::Arm32).then(|| MappingState {
                    mapping: device.mapping.map(|m| self.state.arm_mappings[m.index()].domain.mark()),
                    dma_ops: device.dma_ops,
                }),
                reset: (counted && device.group.is_some())
                    .then_some(ResetState { blocked: device.blocked, depth: device.reset_depth }),
            })
            .collect()
    }

    /// The table of domains that marks refer to.
    pub(super) fn domain_table(&self) -> Vec<DomainInfo> {
        self.state
            .domains
            .iter()
            .map(|d| DomainInfo { name: self.name_of(d.label), kind: d.kind, role: d.role })
            .collect()
    }
    pub(super) fn name_of(&self, label: Label) -> DomainName {
        match label {
            Label::User(name) => self.script.domains[name.index()].clone(),
            Label::Mapping(mapping) => DomainName::User(self.script.mappings[mapping.index()].clone()),
            Label::Made(kind, n) => DomainName::Made(kind, n),
            // A crash came before it was seen.
            Label::Unseen => DomainName::Made(DomainKind::Unmanaged, 0),
            Label::Static(which) => DomainName::Static(which),
        }
    }
}
