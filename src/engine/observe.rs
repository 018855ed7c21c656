// SPDX-License-Identifier: GPL-2.0-only
//! What can be seen after a step.

use super::Engine;
use super::rules::{Claim, PasidTable};
use super::state::{DomainId, Label};
use crate::script::{Arch, DeviceId, DomainKind, DomainName, GroupId};
use crate::trace::{DeviceState, DomainInfo, GroupState, MappingState, Pointer};

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
                devices: group.devices.clone(),
            })
            .collect()
    }

    pub(super) fn observe_devices(&self) -> Vec<DeviceState> {
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
