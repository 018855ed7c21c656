// SPDX-License-Identifier: GPL-2.0-only
//! Type 1: the domains that the groups of a container share.

use super::group::GroupKind;
use super::{ContainerObject, Engine, GroupObject};
use crate::engine::rules::{Type1Bus, Type1PageTest, UserAlloc};
use crate::engine::state::DomainId;
use crate::script::{DeviceId, Errno};
use crate::trace::{Call, Reason, Role};

/// `struct vfio_iommu`: its domains, the last made first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Type1 {
    domains: Vec<Type1Domain>,
}

/// `struct vfio_domain`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Type1Domain {
    domain: DomainId,
    groups: Vec<GroupObject>,
}

impl Engine<'_> {
    fn type1(&mut self, container: ContainerObject) -> &mut Type1 {
        self.state.vfio.containers[container.0].iommu.get_or_insert_default()
    }

    /// `vfio_iommu_type1_attach_group`. A domain of its own is tried first; then the group moves to one of the
    /// container's, for all of the same IOMMU driver are alike.
    pub(super) fn type1_attach(
        &mut self,
        container: ContainerObject,
        object: GroupObject,
    ) -> Result<(), Errno> {
        // Nothing of a group that VFIO made is attached anywhere.
        if self.state.vfio.group(object).kind != GroupKind::Iommu {
            return Ok(());
        }
        let group = self.state.vfio.group(object).group;
        let own = self.type1_domain(container, object)?;
        if let Err(errno) = self.attach_group(own, group) {
            self.free(own);
            return Err(errno);
        }
        if !self.interrupts_are_isolated(object) {
            self.detach_group(own, group);
            self.free(own);
            return Err(self.refuse(Errno::EPERM, Reason::MsiNotIsolated));
        }
        for at in 0..self.type1(container).domains.len() {
            let shared = self.type1(container).domains[at].domain;
            self.detach_group(own, group);
            if self.attach_group(shared, group).is_ok() {
                self.type1(container).domains[at].groups.push(object);
                self.free(own);
                return Ok(());
            }
            if let Err(errno) = self.attach_group(own, group) {
                self.free(own);
                return Err(errno);
            }
        }
        let maps = match self.rules.type1_page_test() {
            Type1PageTest::PageByPage => 2,
            Type1PageTest::OneCall => 1,
            Type1PageTest::Absent => 0,
        };
        for _ in 0..maps {
            self.call(Call::Map { domain: own.mark() });
        }
        self.type1(container).domains.insert(0, Type1Domain { domain: own, groups: vec![object] });
        Ok(())
    }

    /// A paging domain for the first device of the group.
    fn type1_domain(&mut self, container: ContainerObject, object: GroupObject) -> Result<DomainId, Errno> {
        let group = self.state.vfio.group(object).group;
        let role = Role::Container(self.state.vfio.containers[container.0].name);
        let first = self.state.group(group).devices.first().copied();
        if self.rules.type1_bus() == Type1Bus::OneBus {
            let mut buses =
                self.state.group(group).devices.iter().map(|d| self.script.devices[d.index()].bus);
            if let Some(bus) = buses.next()
                && buses.any(|other| other != bus)
            {
                return Err(self.refuse(Errno::EINVAL, Reason::NotOneBus));
            }
        }
        match (self.rules.user_alloc(), first) {
            (UserAlloc::Device, Some(first)) => self.paging_domain_for(first, role, None),
            (UserAlloc::Bus, Some(first)) => self
                .domain_of_bus(first, role, None)
                .ok_or_else(|| self.refuse(Errno::EIO, Reason::AllocFailed)),
            (_, None) => Err(self.refuse(Errno::EIO, Reason::AllocFailed)),
        }
    }

    /// May the group's interrupts be user space's without `allow_unsafe_interrupts`?
    fn interrupts_are_isolated(&self, object: GroupObject) -> bool {
        let group = self.state.group(self.state.vfio.group(object).group);
        let spec = |device: &DeviceId| &self.script.devices[device.index()];
        let mut devices = group.devices.iter().map(spec);
        match self.rules.type1_bus() {
            Type1Bus::OneBus => devices.next().is_none_or(|first| {
                self.script.devices.iter().any(|other| other.bus == first.bus && other.isolated_msi)
            }),
            Type1Bus::FirstDevice => devices.any(|device| device.isolated_msi),
            Type1Bus::AllIsolated => devices.all(|device| device.isolated_msi),
        }
    }

    /// `vfio_iommu_type1_detach_group`
    pub(super) fn type1_detach(&mut self, container: ContainerObject, object: GroupObject) {
        let group = self.state.vfio.group(object).group;
        let domains = &self.type1(container).domains;
        let Some(at) = domains.iter().position(|domain| domain.groups.contains(&object)) else { return };
        let domain = domains[at].domain;
        self.detach_group(domain, group);
        let domains = &mut self.type1(container).domains;
        domains[at].groups.retain(|g| *g != object);
        if domains[at].groups.is_empty() {
            domains.remove(at);
            self.free(domain);
        }
    }
}
