// SPDX-License-Identifier: GPL-2.0-only
//! A device finds its IOMMU: hot-plug, bus scan, joining a group.

use super::Engine;
use super::rules::{Deferral, FirmwareProbe, Join, Registration, UseWithoutDefault};
use super::set_domain::May;
use crate::script::{Bus, DeviceId, Errno, GroupId};
use crate::trace::{Crash, Reason, Warn};

/// The buses in the order in which the core goes through them (`iommu_buses`).
pub(super) const BUSES: [Bus; 6] = [Bus::Platform, Bus::Pci, Bus::Amba, Bus::FslMc, Bus::Host1x, Bus::Cdx];

impl Engine<'_> {
    /// Is there an IOMMU whose driver could be asked about the device?
    fn iommu_is_there(&self, device: DeviceId) -> bool {
        match self.rules.registration() {
            Registration::BusOps | Registration::Instance => self.has_bus_ops(device),
            Registration::InstanceOnly => self.state.driver.registered,
        }
    }

    /// Has the device's bus the operations of an IOMMU driver?
    pub(super) fn has_bus_ops(&self, device: DeviceId) -> bool {
        let bus = self.script.devices[device.index()].bus;
        BUSES.iter().take(self.state.driver.buses_with_ops).any(|with_ops| *with_ops == bus)
    }

    /// `iommu_probe_device`: the device is there, what about its IOMMU?
    pub(super) fn probe_device(&mut self, device: DeviceId) -> Result<(), Errno> {
        if !self.iommu_is_there(device) {
            return Err(Errno::ENODEV);
        }
        match self.rules.join() {
            Join::DomainThenDefault | Join::DomainThenDefaultUnlessOwned => self.hotplug_twice(device)?,
            Join::Once => self.hotplug_once(device)?,
            Join::OncePaired => {
                if self.state.device(device).group.is_none() {
                    self.join_paired(device, None)?;
                }
            }
        }
        self.wait_for_default(device)?;
        self.finalize_op(device);
        Ok(())
    }

    /// v6.6.y: goes no further before the group has its default domain.
    fn wait_for_default(&mut self, device: DeviceId) -> Result<(), Errno> {
        let Some(group) = self.state.device(device).group else { return Ok(()) };
        let waits = self.state.group(group).default_domain.is_none()
            && self.rules.use_without_default() == UseWithoutDefault::DeferredUnlessPlatform
            && self.waits_for_default(device)?;
        if waits { Err(self.refuse(Errno::EPROBE_DEFER, Reason::NoDefaultDomain)) } else { Ok(()) }
    }

    /// Driver probe and group; undone on error. The group's reference goes to the device.
    fn init_device(&mut self, device: DeviceId) -> Result<GroupId, Errno> {
        self.parse_firmware(device);
        if let Err(errno) = self.probe_op(device) {
            self.forget_iommu(device);
            return Err(self.refuse(errno, Reason::ProbeFailed));
        }
        let deferred = self.script.devices[device.index()].deferred;
        let state = self.state.device_mut(device);
        state.has_iommu = true;
        state.deferred = deferred;
        match self.group_op(device) {
            Ok(group) => {
                self.state.device_mut(device).group = Some(group);
                Ok(group)
            }
            Err(errno) => {
                self.release_op(device);
                self.forget_iommu(device);
                Err(self.refuse(errno, Reason::ProbeFailed))
            }
        }
    }

    /// `dev_iommu_free`
    pub(super) fn forget_iommu(&mut self, device: DeviceId) {
        let state = self.state.device_mut(device);
        state.has_iommu = false;
        state.deferred = false;
        state.direct = false;
        state.fwspec = false;
        state.awaits_iommu = false;
        state.group = None;
    }

    // ------------------------------------------------- up to v6.4: attached at the join, and again

    /// Joining a group attaches its domain.
    fn join_with_domain(&mut self, device: DeviceId) -> Result<GroupId, Errno> {
        let group = self.init_device(device)?;
        self.state.group_mut(group).devices.push(device);
        if let Some(domain) = self.state.group(group).domain
            && !self.is_deferred(device)
            && let Err(errno) = self.attach_one(domain, device, None)
        {
            // The group goes before the driver forgets the device.
            self.unlist(group, device);
            self.put_group(group);
            self.release_op(device);
            self.forget_iommu(device);
            return Err(errno);
        }
        self.tell_vfio_joined(device);
        Ok(group)
    }

    fn hotplug_twice(&mut self, device: DeviceId) -> Result<(), Errno> {
        let group = self.join_with_domain(device)?;
        self.alloc_default_for_device(group, device);
        let Some(default) = self.state.group(group).default_domain else { return Ok(()) };
        let owned = self.state.group(group).owner.is_some();
        let spared = (owned && self.rules.join() == Join::DomainThenDefaultUnlessOwned)
            || (self.rules.deferral() == Deferral::Stored && self.state.device(device).deferred);
        if !spared && let Err(errno) = self.attach_one(default, device, None) {
            self.release_device(device);
            return Err(errno);
        }
        self.direct_mappings(default, device);
        Ok(())
    }

    fn set_up_scanned_group(&mut self, group: GroupId) -> Result<(), Errno> {
        self.alloc_default_for_group(group);
        let Some(default) = self.state.group(group).default_domain else { return Ok(()) };
        self.direct_mappings_of_group(default, group);
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            if !self.is_deferred(device) {
                self.attach_one(default, device, None)?;
            }
        }
        self.finalize_group(group);
        Ok(())
    }

    pub(super) fn finalize_group(&mut self, group: GroupId) {
        for i in 0..self.state.group(group).devices.len() {
            let device = self.state.group(group).devices[i];
            self.finalize_op(device);
        }
    }

    // ------------------------------------------------- v6.5: attached once

    fn hotplug_once(&mut self, device: DeviceId) -> Result<(), Errno> {
        let group = self.init_device(device)?;
        self.state.group_mut(group).devices.push(device);
        self.settle(group, device, None).inspect_err(|_| self.release_device(device))
    }

    /// Puts a device that has just joined on the group's domain, or gives the group its first one.
    /// A scan (`queue`) leaves the latter for later, when all devices are known.
    fn settle(
        &mut self,
        group: GroupId,
        device: DeviceId,
        queue: Option<&mut Vec<GroupId>>,
    ) -> Result<(), Errno> {
        let (default, domain) = (self.state.group(group).default_domain, self.state.group(group).domain);
        if let Some(default) = default {
            self.direct_mappings(default, device);
        }
        match (domain, default, queue) {
            (Some(domain), _, _) => self.set_device_domain(group, device, domain, None, May::Fail),
            (None, Some(_), _) => Ok(()),
            (None, None, None) => self.setup_default_domain(group, None),
            (None, None, Some(queue)) => {
                self.enqueue(group, queue);
                Ok(())
            }
        }
    }

    // ------------------------------------------------- v6.6: one path for both

    fn join_paired(&mut self, device: DeviceId, queue: Option<&mut Vec<GroupId>>) -> Result<(), Errno> {
        let group = self.init_device(device)?;
        if self.state.device(device).driver.is_some() && self.rules.firmware_probe() == FirmwareProbe::AtAdd {
            self.warn(Warn::LateProbe);
        }
        self.state.group_mut(group).devices.push(device);
        if self.state.group(group).default_domain.is_some() && self.state.group(group).domain.is_none() {
            self.warn(Warn::NoCurrentDomain);
        }
        if let Err(errno) = self.settle(group, device, queue) {
            self.release_device(device);
            return Err(errno);
        }
        if self.state.group(group).default_domain.is_some() {
            self.set_up_dma_ops(group, device);
        }
        Ok(())
    }

    // ------------------------------------------------- scan

    /// Bus after bus, to the end of each, until one fails: the next buses then have no operations yet.
    fn scan(&mut self) -> Result<(), Errno> {
        (1..).zip(BUSES).try_for_each(|(number, bus)| {
            let with_ops = &mut self.state.driver.buses_with_ops;
            *with_ops = number.max(*with_ops);
            self.scan_bus(bus)
        })
    }

    /// The devices on a bus, in the order in which they appeared.
    fn devices_on(&self, bus: Bus) -> Vec<DeviceId> {
        let on_bus = |device: &DeviceId| self.script.devices[device.index()].bus == bus;
        self.state.bus.iter().copied().filter(on_bus).collect()
    }

    /// `bus_iommu_probe`: every device of the bus that is in no group yet.
    fn scan_bus(&mut self, bus: Bus) -> Result<(), Errno> {
        let mut queue = Vec::new();
        for device in self.devices_on(bus) {
            if self.state.device(device).group.is_some() {
                continue;
            }
            match self.join_in_scan(device, &mut queue) {
                Ok(()) | Err(Errno::ENODEV) => {}
                Err(errno) => return Err(errno),
            }
        }
        for group in queue {
            self.state.group_mut(group).queued = false;
            match self.rules.join() {
                Join::DomainThenDefault | Join::DomainThenDefaultUnlessOwned => {
                    self.set_up_scanned_group(group)?
                }
                Join::Once | Join::OncePaired => {
                    self.setup_default_domain(group, None)?;
                    self.set_up_dma_of_group(group);
                    self.finalize_group(group);
                }
            }
        }
        Ok(())
    }

    fn join_in_scan(&mut self, device: DeviceId, queue: &mut Vec<GroupId>) -> Result<(), Errno> {
        let group = match self.rules.join() {
            Join::OncePaired => return self.join_paired(device, Some(queue)),
            Join::DomainThenDefault | Join::DomainThenDefaultUnlessOwned => self.join_with_domain(device)?,
            Join::Once => {
                let group = self.init_device(device)?;
                self.state.group_mut(group).devices.push(device);
                group
            }
        };
        if self.state.group(group).default_domain.is_none() {
            self.enqueue(group, queue);
        }
        Ok(())
    }

    /// Notes a group for set-up, unless it seems to be noted already.
    fn enqueue(&mut self, group: GroupId, queue: &mut Vec<GroupId>) {
        if !std::mem::replace(&mut self.state.group_mut(group).queued, true) {
            queue.push(group);
        }
    }

    /// `iommu_device_register`, or the first setting of a bus's operations.
    pub(super) fn register_iommu(&mut self) -> Result<(), Errno> {
        self.state.driver.registered = true;
        // 32-bit ARM has a second instance, for the device tree; it registers after the other.
        let passes = if self.has_iommu_dma() { 1..=1 } else { 1..=2 };
        for pass in passes {
            self.state.driver.firmware_known = pass == 2;
            if let Err(errno) = self.scan() {
                if pass == 2 {
                    self.release_served(true);
                }
                self.release_served(false);
                self.state.driver.registered = false;
                self.state.driver.firmware_known = false;
                if self.rules.registration() != Registration::Instance {
                    self.state.driver.buses_with_ops = 0;
                }
                return Err(errno);
            }
        }
        Ok(())
    }

    /// `iommu_device_unregister`
    pub(super) fn unregister_iommu(&mut self) {
        self.release_served(true);
        self.release_served(false);
        self.state.driver.registered = false;
        self.state.driver.buses_with_ops = 0;
        self.state.driver.firmware_known = false;
    }

    /// Releases every device of one instance: the device tree's, or the other.
    fn release_served(&mut self, device_tree: bool) {
        for device in BUSES.into_iter().flat_map(|bus| self.devices_on(bus)).collect::<Vec<_>>() {
            if self.state.device(device).has_iommu && self.is_device_tree(device) == device_tree {
                self.release_device(device);
            }
        }
    }

    // ------------------------------------------------- groups made by hand

    /// `iommu_group_add_device` of a device that no IOMMU serves.
    pub(super) fn add_by_hand(&mut self, device: DeviceId, group: GroupId) -> Result<(), Errno> {
        let state = self.state.device(device);
        if self.script.devices[device.index()].group.is_some() || state.by_hand {
            return Err(self.refuse(Errno::EINVAL, Reason::AlreadyPresent));
        }
        if !self.state.group(group).alive {
            self.new_group(group);
        }
        self.state.group_mut(group).refs += 1;
        self.state.group_mut(group).devices.push(device);
        self.state.device_mut(device).group = Some(group);
        let attaches =
            matches!(self.rules.join(), Join::DomainThenDefault | Join::DomainThenDefaultUnlessOwned);
        if let Some(domain) = self.state.group(group).domain.filter(|_| attaches) {
            if self.rules.deferral() == Deferral::Stored {
                return Err(self.die(Crash::DeviceWithoutIommu));
            }
            if !self.is_deferred(device)
                && let Err(errno) = self.attach_one(domain, device, None)
            {
                self.unlist(group, device);
                self.state.device_mut(device).group = None;
                self.put_group(group);
                return Err(errno);
            }
        }
        self.state.device_mut(device).by_hand = true;
        self.tell_vfio_joined(device);
        Ok(())
    }
}
