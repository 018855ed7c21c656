// SPDX-License-Identifier: GPL-2.0-only
//! Drivers on OMAP, and remote processors: they make the domain that they attach, and free it.

use super::Engine;
use super::rules::{ArmMappingAlloc, Omap3ispMapping, OmapRprocMapping};
use super::state::{DomainId, Label};
use crate::script::{DeviceId, DomainName, DomainRef, DriverFlow, Errno, MappingId, MappingOf};
use crate::trace::{BadOp, Outcome, Reason, Role};

/// The size of the camera's mapping.
const CAMERA_SPACE: u64 = 2 << 30;

impl Engine<'_> {
    /// A flow that makes its domain, under this name.
    pub(super) fn making_flow(&mut self, flow: DriverFlow, device: DeviceId, name: DomainRef) -> Outcome {
        if self.find_domain(name).is_some() {
            return Outcome::Bad(BadOp::NameInUse);
        }
        let result = match flow {
            DriverFlow::Omap3ispAttach => return self.omap3isp_attach(device, name),
            DriverFlow::OmapRprocAttach => {
                if self.rules.omap_rproc_mapping() == OmapRprocMapping::TakenOff {
                    self.drop_mapping(device);
                }
                self.remoteproc_attach(device, name)
            }
            _ => self.remoteproc_attach(device, name),
        };
        result.map_or_else(Outcome::Err, |()| Outcome::Ok)
    }

    /// A flow whose domain is its own: the way back, for the way there has no domain yet.
    pub(super) fn flow_with_own_domain(
        &mut self,
        flow: DriverFlow,
        device: DeviceId,
        domain: DomainId,
    ) -> Outcome {
        match (flow, self.state.domain(domain).label) {
            (DriverFlow::Omap3ispDetach, Label::Mapping(mapping)) => {
                self.arm_detach(device);
                self.arm_release(MappingOf::Named(mapping))
            }
            (DriverFlow::RemoteprocDetach, Label::User(_)) => {
                self.detach_device(domain, device);
                self.free(domain);
                Outcome::Void
            }
            _ => Outcome::Bad(BadOp::NotAUserDomain),
        }
    }

    /// The mapping of the name that a domain has.
    fn mapping_named(&self, name: DomainRef) -> Option<MappingId> {
        let DomainName::User(text) = &self.script.domains[name.index()] else { return None };
        let at = self.script.mappings.iter().position(|known| known == text)?;
        u8::try_from(at).ok().map(MappingId)
    }

    /// `isp_attach_iommu`
    fn omap3isp_attach(&mut self, device: DeviceId, name: DomainRef) -> Outcome {
        if self.has_iommu_dma() {
            return Outcome::Err(self.refuse(Errno::ENODEV, Reason::DriverPolicy));
        }
        let Some(mapping) = self.mapping_named(name) else { return Outcome::Bad(BadOp::NoSuchDomain) };
        if self.rules.omap3isp_mapping() == Omap3ispMapping::TakenOff {
            self.drop_mapping(device);
        }
        match self.arm_create(mapping, device, CAMERA_SPACE) {
            Outcome::Ok => {}
            other => return other,
        }
        let attached = self.arm_attach(device, Some(mapping));
        if attached != Outcome::Ok {
            let reason = self.reason;
            self.arm_release(MappingOf::Named(mapping));
            self.reason = reason;
        }
        attached
    }

    /// `rproc_enable_iommu`
    fn remoteproc_attach(&mut self, device: DeviceId, name: DomainRef) -> Result<(), Errno> {
        let label = Some(Label::User(name));
        // It came to allocate for the device in the release in which ARM's mappings did (v6.12, inferred).
        let domain = match self.rules.arm_mapping_alloc() {
            ArmMappingAlloc::Bus => self
                .domain_of_bus(device, Role::User, label)
                .ok_or_else(|| self.refuse(Errno::ENOMEM, Reason::AllocFailed))?,
            ArmMappingAlloc::Device => self.paging_domain_for(device, Role::User, label)?,
        };
        self.attach_device(domain, device).inspect_err(|_| self.free(domain))
    }
}
