// SPDX-License-Identifier: GPL-2.0-only
//! What display drivers on ARM do to get their own domain attached.

use super::Engine;
use super::rules::{Host1xAttach, Host1xMapping, RockchipAttach, TegraDrmAttach, TegraDrmMapping};
use super::state::DomainId;
use crate::script::{DeviceId, DomainKind, DriverFlow, Errno};
use crate::trace::{Outcome, Reason};

impl Engine<'_> {
    pub(super) fn driver_flow(&mut self, flow: DriverFlow, device: DeviceId, domain: DomainId) -> Outcome {
        let result = match flow {
            DriverFlow::RockchipAttach => self.rockchip_attach(device, domain),
            DriverFlow::ExynosAttach => self.exynos_attach(device, domain),
            DriverFlow::TegraDrmAttach => self.tegra_drm_attach(device, domain),
            DriverFlow::Host1xAttach => self.host1x_attach(device, domain),
            DriverFlow::RockchipDetach => {
                self.detach_device(domain, device);
                return Outcome::Void;
            }
            DriverFlow::ExynosDetach => {
                self.arm_detach(device);
                self.arm_attach(device, None);
                return Outcome::Void;
            }
            DriverFlow::TegraDrmDetach | DriverFlow::Host1xDetach => {
                self.detach_shared(device, domain);
                return Outcome::Void;
            }
            DriverFlow::Omap3ispAttach
            | DriverFlow::Omap3ispDetach
            | DriverFlow::RemoteprocAttach
            | DriverFlow::RemoteprocDetach
            | DriverFlow::OmapRprocAttach => return self.flow_with_own_domain(flow, device, domain),
        };
        result.map_or_else(Outcome::Err, |()| Outcome::Ok)
    }

    /// Takes the architecture's mapping off and frees it.
    pub(super) fn drop_mapping(&mut self, device: DeviceId) {
        if self.state.device(device).mapping.is_some() {
            self.arm_detach(device);
            self.arm_release(crate::script::MappingOf::Device(device));
        }
    }

    fn rockchip_attach(&mut self, device: DeviceId, domain: DomainId) -> Result<(), Errno> {
        if self.rules.rockchip_attach() == RockchipAttach::MappingOffFirst {
            self.drop_mapping(device);
        }
        self.attach_device(domain, device)
    }

    /// Its own mapping off, the shared one on.
    fn exynos_attach(&mut self, device: DeviceId, domain: DomainId) -> Result<(), Errno> {
        let shared = self.state.script_mappings.iter().find(|m| self.mapping_has_domain(m.mapping, domain));
        let Some(shared) = shared.and_then(|m| m.name) else {
            return Err(self.refuse(Errno::EINVAL, Reason::DriverPolicy));
        };
        self.arm_detach(device);
        match self.arm_attach(device, Some(shared)) {
            Outcome::Err(errno) => Err(errno),
            _ => Ok(()),
        }
    }

    fn tegra_drm_attach(&mut self, device: DeviceId, domain: DomainId) -> Result<(), Errno> {
        if self.rules.tegra_drm_mapping() == TegraDrmMapping::TakenOff {
            self.drop_mapping(device);
        }
        let over_identity = self.rules.tegra_drm_attach() == TegraDrmAttach::OverNullOrIdentity;
        self.attach_shared(device, domain, over_identity)
    }

    /// Does without an IOMMU where there is none.
    fn host1x_attach(&mut self, device: DeviceId, domain: DomainId) -> Result<(), Errno> {
        if self.rules.host1x_mapping() == Host1xMapping::TakenOff {
            self.drop_mapping(device);
        }
        let over_identity = self.rules.host1x_attach() == Host1xAttach::OverNullOrIdentity;
        match self.attach_shared(device, domain, over_identity) {
            Err(Errno::ENODEV) => Ok(()),
            result => result,
        }
    }

    /// Attaches the domain that all clients share, unless the group is on another one that counts.
    fn attach_shared(
        &mut self,
        device: DeviceId,
        domain: DomainId,
        over_identity: bool,
    ) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));
        };
        let in_the_way = self.state.group(group).domain.is_some_and(|current| {
            let counts_as_none = over_identity && self.state.kind(current) == DomainKind::Identity;
            current == domain || !counts_as_none
        });
        if in_the_way { Ok(()) } else { self.attach_group(domain, group) }
    }

    fn detach_shared(&mut self, device: DeviceId, domain: DomainId) {
        let Some(group) = self.state.device(device).group else { return };
        if self.state.group(group).domain == Some(domain) {
            self.detach_group(domain, group);
        }
    }
}
