// SPDX-License-Identifier: GPL-2.0-only
//! The driver core: devices appear and disappear, drivers bind and unbind.

use super::Engine;
use super::rules::{BindErrno, BusUse, CdxBus, Leave, Registration, TestRemove, TestRemoveMapping};
use crate::script::{Bus, DeviceId, DriverKind, Errno};
use crate::trace::{Crash, Reason};

impl Engine<'_> {
    /// Does this release have the device's bus?
    pub(super) fn has_bus(&self, device: DeviceId) -> bool {
        self.script.devices[device.index()].bus != Bus::Cdx || self.rules.cdx_bus() != CdxBus::Absent
    }

    /// The device appears: its IOMMU first, then a driver that matches.
    pub(super) fn add_device(&mut self, device: DeviceId, driver: Option<DriverKind>) -> Result<(), Errno> {
        if self.state.device(device).present {
            return Err(self.refuse(Errno::EEXIST, Reason::AlreadyPresent));
        }
        self.state.device_mut(device).present = true;
        self.state.device_mut(device).matching = driver;
        self.state.bus.push(device);
        // Neither an IOMMU that refuses nor a driver that fails keeps a device from being there.
        let _ = self.probe_device(device);
        if let Some(driver) = driver {
            self.probe_matching(device, driver);
        }
        Ok(())
    }

    /// The probe of a device by the driver that matches it; what is put off is tried again later.
    fn probe_matching(&mut self, device: DeviceId, driver: DriverKind) {
        match self.probe_driver(device, driver) {
            Ok(()) => self.retry_deferred(),
            Err(Errno::EPROBE_DEFER) => self.put_off(device),
            Err(_) => {}
        }
    }

    /// The probe is to be tried again.
    fn put_off(&mut self, device: DeviceId) {
        if !self.state.deferred_probes.contains(&device) {
            self.state.deferred_probes.push(device);
        }
    }

    /// Every successful bind has the probes that were put off tried once more: behind those that are being tried
    /// again already, as `driver_deferred_probe_trigger` queues them.
    fn retry_deferred(&mut self) {
        self.state.retried_probes.extend(self.state.deferred_probes.drain(..));
        if self.state.retrying {
            return;
        }
        self.state.retrying = true;
        while let Some(device) = self.state.retried_probes.pop_front() {
            let state = self.state.device(device);
            if let (None, Some(driver)) = (state.driver, state.matching) {
                self.probe_matching(device, driver);
            }
        }
        self.state.retrying = false;
    }

    /// The device disappears.
    pub(super) fn remove_device(&mut self, device: DeviceId) {
        if self.state.device(device).by_hand {
            self.remove_by_hand(device);
        }
        self.unbind(device);
        if self.state.device(device).has_iommu {
            self.release_device(device);
        } else if self.state.device(device).awaits_iommu
            && self.is_told_of_removal(device)
            && self.rules.leave() != Leave::FirstTakingDomains
        {
            self.die(Crash::DeviceWithoutIommu);
        }
        self.state.bus.retain(|d| *d != device);
        self.state.deferred_probes.retain(|d| *d != device);
        self.outlive_device(device);
        let gone = self.state.device_mut(device);
        // What was taken off stays the script's to release.
        *gone = super::state::Device { taken_off: gone.taken_off, ..Default::default() };
    }

    /// Does the core listen to the device's bus (`iommu_bus_notifier`)? Before v6.1 (57365a04c921) it began when the bus
    /// got operations.
    fn is_told_of_removal(&self, device: DeviceId) -> bool {
        self.rules.registration() != Registration::BusOps || self.has_bus_ops(device)
    }

    /// `device_driver_attach`
    pub(super) fn bind(&mut self, device: DeviceId, driver: DriverKind) -> Result<(), Errno> {
        let result = if self.state.device(device).driver.is_some() {
            Err(self.refuse(Errno::EBUSY, Reason::AlreadyBound))
        } else {
            self.probe_driver(device, driver)
        };
        if result.is_ok() {
            self.state.deferred_probes.retain(|d| *d != device);
            self.retry_deferred();
        }
        result.map_err(|errno| match (self.rules.bind_errno(), errno) {
            (BindErrno::Lost, Errno::EPROBE_DEFER) => {
                self.put_off(device);
                Errno::ENODEV
            }
            (BindErrno::Lost, _) => Errno::ENODEV,
            (BindErrno::Kept, Errno::EPROBE_DEFER) => Errno::EAGAIN,
            (BindErrno::Kept, errno) => errno,
        })
    }

    /// `really_probe`
    fn probe_driver(&mut self, device: DeviceId, driver: DriverKind) -> Result<(), Errno> {
        self.probe_once(device, driver)?;
        if self.state.driver.test_remove {
            // The driver is removed at once, without a word to the bus before f429378a9bf8, and probed again.
            self.remove_driver(device, driver);
            if self.rules.test_remove() == TestRemove::GivesUseBack {
                self.cleanup_dma(device, driver);
            }
            if self.rules.test_remove_mapping() == TestRemoveMapping::TakenOff {
                self.arch_teardown(device);
            }
            self.probe_once(device, driver)?;
        }
        Ok(())
    }

    fn probe_once(&mut self, device: DeviceId, driver: DriverKind) -> Result<(), Errno> {
        self.state.device_mut(device).driver = Some(driver);
        let result = self.configure_dma(device, driver).and_then(|()| {
            self.probe_op_of(device, driver).map_err(|errno| {
                self.cleanup_dma(device, driver);
                match driver {
                    DriverKind::VfioPci | DriverKind::VfioEmulated => errno,
                    _ => self.refuse(errno, Reason::DriverProbeFailed),
                }
            })
        });
        if result.is_err() {
            let reason = self.reason;
            self.arch_teardown(device);
            self.state.device_mut(device).driver = None;
            self.reason = reason;
        } else {
            self.tell_vfio_bound(device);
        }
        result
    }

    /// The driver's own probe. Those of the kernel's own drivers are no calls that anybody observes.
    fn probe_op_of(&mut self, device: DeviceId, driver: DriverKind) -> Result<(), Errno> {
        let bridge = self.script.devices[device.index()].bridge;
        match driver {
            DriverKind::KernelDma | DriverKind::Managed => self.driver_probe_op(device),
            DriverKind::VfioPci if bridge => Err(self.refuse(Errno::EINVAL, Reason::DriverProbeFailed)),
            DriverKind::Pcieport if !bridge => Err(Errno::ENODEV),
            DriverKind::VfioPci => self.vfio_register(device),
            DriverKind::VfioEmulated => self.vfio_register_emulated(device),
            DriverKind::PciStub | DriverKind::Pcieport => Ok(()),
        }
    }

    /// The bus's `dma_configure`: firmware and architecture, then the kernel's use of the group. What is set up
    /// when the use is refused goes with the failed probe.
    fn configure_dma(&mut self, device: DeviceId, driver: DriverKind) -> Result<(), Errno> {
        self.arch_setup_at_bind(device)?;
        if !self.bus_uses_dma(device, driver) {
            return Ok(());
        }
        let result = self.use_default_domain(device);
        if self.script.devices[device.index()].bus == Bus::Cdx {
            return Ok(());
        }
        result
    }

    /// The bus's `dma_cleanup`
    fn cleanup_dma(&mut self, device: DeviceId, driver: DriverKind) {
        if self.bus_uses_dma(device, driver) {
            self.unuse_default_domain(device);
        }
    }

    fn bus_uses_dma(&self, device: DeviceId, driver: DriverKind) -> bool {
        let bus_asks = match self.script.devices[device.index()].bus {
            Bus::Platform | Bus::Amba | Bus::FslMc | Bus::Pci | Bus::Cdx => true,
            Bus::Host1x => false,
        };
        bus_asks && !driver.manages_dma() && self.rules.bus_use() == BusUse::Present
    }

    /// `device_release_driver`; the architecture comes after the unuse.
    pub(super) fn unbind(&mut self, device: DeviceId) {
        let Some(driver) = self.state.device(device).driver else { return };
        self.remove_driver(device, driver);
        self.cleanup_dma(device, driver);
        self.arch_teardown(device);
        self.state.device_mut(device).driver = None;
    }

    /// The driver's `remove`
    fn remove_driver(&mut self, device: DeviceId, driver: DriverKind) {
        if matches!(driver, DriverKind::VfioPci | DriverKind::VfioEmulated) {
            self.vfio_unregister(device);
        }
    }
}
