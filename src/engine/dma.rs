// SPDX-License-Identifier: GPL-2.0-only
//! The DMA layer: which way a device's DMA goes, and what a map of a buffer asks of the IOMMU core.

use super::Engine;
use super::rules::{DmaOpsCleanup, DmaSetup, FlushQueue};
use super::state::{DmaWay, DomainId};
use crate::script::{DeviceId, DomainKind, Errno, GroupId};
use crate::trace::{Call, Crash, Reason};

impl Engine<'_> {
    /// Where the core does it: sets the DMA operations of the group's devices up.
    pub(super) fn set_up_dma_of_group(&mut self, group: GroupId) {
        if self.state.group(group).default_domain.is_none() {
            return;
        }
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            self.set_up_dma_ops(group, device);
        }
    }

    /// Where the core does it: `iommu_setup_dma_ops` of one device.
    pub(super) fn set_up_dma_ops(&mut self, group: GroupId, device: DeviceId) {
        if !self.has_iommu_dma() {
            return;
        }
        let state = self.state.group(group);
        let (default, current) = (state.default_domain, state.domain);
        let domain = match self.rules.dma_setup() {
            DmaSetup::Driver => return,
            DmaSetup::CoreOnCurrent => current,
            DmaSetup::CoreOnDefault => default,
        };
        let Some(domain) = domain else {
            self.die(Crash::MissingCurrentDomain);
            return;
        };
        self.set_up_dma(domain);
        self.state.device_mut(device).dma_way = self.way_by(domain);
    }

    /// The way of a device whose operations were set up for this domain. One that was freed has no cookie any more.
    pub(super) fn way_by(&self, domain: DomainId) -> DmaWay {
        let domain = self.state.domain(domain);
        if domain.kind.is_dma() && !domain.freed { DmaWay::Iommu } else { DmaWay::Direct }
    }

    /// Sets a DMA domain up for use, once; its flush queue may turn out not to be possible.
    pub(super) fn set_up_dma(&mut self, domain: DomainId) {
        let state = &mut self.state.domains[domain.index()];
        if !state.kind.is_dma() || std::mem::replace(&mut state.set_up, true) || state.kind == DomainKind::Dma
        {
            return;
        }
        if !self.state.driver.flush_queue && self.rules.flush_queue() == FlushQueue::IfCapable {
            state.kind = DomainKind::Dma;
        }
    }

    /// The device's IOMMU goes. As x86 drivers did, the mock takes back in `release_device` what it had set up.
    pub(super) fn leave_dma_way(&mut self, device: DeviceId) {
        let way = &mut self.state.device_mut(device).dma_way;
        if *way == DmaWay::Iommu {
            *way = DmaWay::Left;
        }
    }

    /// `dma_map_single` of one page, in a kernel that completes deferred attaches: one booted to take a dump. What
    /// refuses to attach gives no address, for which `dma_mapping_error` says -ENOMEM.
    pub(super) fn dma_map_single(&mut self, device: DeviceId) -> Result<(), Errno> {
        if !self.has_iommu_dma() {
            self.arm_map(device);
            return Ok(());
        }
        match self.state.device(device).dma_way {
            DmaWay::Direct => return Ok(()),
            DmaWay::Iommu => {}
            DmaWay::Left if self.is_dma_way_cleared() => return Ok(()),
            DmaWay::Left => {}
        }
        let Some(group) = self.state.device(device).group else {
            return Err(self.die(Crash::DeviceWithoutGroup));
        };
        let domain = self.state.group(group).default_domain;
        // Addresses are handed out by what `iommu_dma_init_domain` made of the domain.
        let hands_out = |domain: &DomainId| {
            let domain = self.state.domain(*domain);
            domain.kind.is_dma() && domain.set_up && !domain.freed
        };
        let Some(domain) = domain.filter(hands_out) else {
            return Err(self.die(Crash::NothingToMapInto));
        };
        if self.deferred_attach_device(device).is_err() {
            return Err(self.refuse(Errno::ENOMEM, Reason::NotMapped));
        }
        self.call(Call::Map { domain: domain.mark() });
        Ok(())
    }

    fn is_dma_way_cleared(&self) -> bool {
        self.rules.dma_setup() == DmaSetup::Driver || self.rules.dma_ops_cleanup() == DmaOpsCleanup::Cleared
    }

    /// The architecture's own operations map into the device's mapping and know no deferral.
    fn arm_map(&mut self, device: DeviceId) {
        let state = self.state.device(device);
        if let Some(mapping) = state.mapping.filter(|_| state.dma_ops) {
            let domain = self.state.arm_mappings[mapping.index()].domain;
            self.call(Call::Map { domain: domain.mark() });
        }
    }
}
