// SPDX-License-Identifier: GPL-2.0-only
//! Phrases of 32-bit ARM: mappings that come with a bind, go and are shared.

use super::moves::choose;
use super::play::Play;
use crate::script::{Arch, DeviceId, FaultKind, GroupId, MappingOf, Op};

impl Play<'_> {
    fn is_arm(&self) -> bool {
        self.world.script.arch == Arch::Arm32
    }

    /// A device with a driver, which gets one if it has none.
    fn with_driver(&mut self) -> Option<DeviceId> {
        let bound = self.devices_with(|play, id| play.driver_of(id).is_some() && play.is_device_tree(id));
        let there = self.devices_with(|play, id| {
            play.device(id).is_some() && play.driver_of(id).is_none() && play.is_device_tree(id)
        });
        let old = if self.random.percent(75) { self.random.pick(&bound) } else { None };
        if old.is_some() {
            return old;
        }
        let device = self.random.pick(&there).or_else(|| self.random.pick(&bound))?;
        self.bind(device);
        Some(device)
    }

    fn take_off(&mut self, device: DeviceId) {
        self.say(Op::ArmDetachDevice { device });
    }

    fn put_back(&mut self, device: DeviceId) {
        self.say(Op::ArmAttachDevice { device, mapping: None });
    }

    fn let_go(&mut self, device: DeviceId) {
        self.say(Op::ArmReleaseMapping { mapping: MappingOf::Device(device) });
    }

    /// The display driver's ways with the mapping made at its bind.
    pub(super) fn scene_of_a_mapping(&mut self) -> Option<()> {
        let mut device = self.is_arm().then(|| self.with_driver())??;
        for _ in 0..self.random.between(2, 6) {
            let group = self.home(device)?;
            choose!(self,
                40 => self.take_off(device),
                20 => { if !self.taken.contains(&device) { self.take_off(device) } self.put_back(device) },
                10 => self.let_go(device),
                30 => if let Some(domain) = self.own_domain() {
                    self.say(Op::AttachDevice { domain, device });
                },
                20 => if let Some(domain) = self.current_domain(group) {
                    self.say(Op::DetachDevice { domain, device });
                },
                10 => self.attach(group),
                7 => self.detach(group),
                12 => { self.unbind(device); if self.random.percent(60) { self.bind(device) } },
                4 => self.use_default(group),
                7 => self.claim(group),
                5 => self.release(group),
                7 => device = self.with_driver()?,
                2 => self.free(),
                8 => self.act(group),
            );
        }
        Some(())
    }

    /// One mapping for several devices, as Exynos has it; let go in any order.
    pub(super) fn scene_of_sharing(&mut self) -> Option<()> {
        let mut devices =
            if self.is_arm() { self.devices_with(|play, id| play.device(id).is_some()) } else { Vec::new() };
        self.random.shuffle(&mut devices);
        let some = self.random.between(1, 3);
        devices.truncate(some);
        for device in &devices {
            if self.driver_of(*device).is_none() {
                self.bind(*device);
            }
        }
        let mapping = self.some_mapping(*devices.first()?)?;
        for device in &devices {
            if self.random.percent(85) {
                self.take_off(*device);
            }
            if self.random.percent(12) {
                self.fault(Some(FaultKind::Attach), None);
            }
            self.say(Op::ArmAttachDevice { device: *device, mapping: Some(mapping) });
        }
        let release = Op::ArmReleaseMapping { mapping: MappingOf::Named(mapping) };
        let early = self.random.percent(30);
        if early {
            self.say(release);
        }
        self.random.shuffle(&mut devices);
        for device in devices {
            choose!(self,
                10 => { self.take_off(device); self.put_back(device) },
                20 => self.unbind(device),
                10 => self.take_off(device),
                10 => { self.take_off(device); self.unbind(device) },
                10 => self.remove(device),
                10 => self.let_go(device),
                5 => { self.take_off(device); self.bind(device) },
                10 => (),
            );
            if let Some(group) = self.home(device)
                && self.random.percent(20)
            {
                self.act(group);
            }
        }
        if !early && self.random.percent(60) {
            self.say(release);
        }
        Some(())
    }

    /// A second device comes to a group whose first one has its mapping.
    pub(super) fn scene_of_joining(&mut self) -> Option<()> {
        let several = |play: &Self, id: GroupId| {
            play.devices_with(|play, device| play.home(device) == Some(id)).len() > 1
        };
        let groups =
            (0..self.world.script.groups.len()).filter_map(|index| u8::try_from(index).ok().map(GroupId));
        let groups: Vec<GroupId> = groups.filter(|id| several(self, *id)).collect();
        let group = if self.is_arm() { self.random.pick(&groups)? } else { return None };
        let mut devices = self.devices_with(|play, id| play.home(id) == Some(group));
        self.random.shuffle(&mut devices);
        let (first, others) = devices.split_first()?;
        for device in others {
            if self.device(*device).is_some() && self.random.percent(80) {
                self.remove(*device);
            }
        }
        if self.device(*first).is_none() {
            self.say(Op::DeviceAdd { device: *first, driver: None });
        }
        if self.driver_of(*first).is_none() {
            self.bind(*first);
        }
        for device in others {
            if self.device(*device).is_none() {
                if self.random.percent(18) {
                    let kind = self.random.of([FaultKind::Attach, FaultKind::Probe, FaultKind::Group]);
                    self.fault(Some(kind), Some(group));
                }
                self.add(*device);
            }
            if self.driver_of(*device).is_none() {
                self.bind(*device);
            }
            if self.random.percent(40) {
                break;
            }
        }
        for _ in 0..self.random.between(2, 5) {
            let device = self.random.pick(&devices)?;
            choose!(self,
                30 => self.take_off(device),
                20 => self.put_back(device),
                30 => self.unbind(device),
                20 => self.bind(device),
                15 => self.remove(device),
                25 => self.act(group),
            );
        }
        Some(())
    }

    /// A device-tree device whose probe by the IOMMU fails, and is tried again at a bind.
    pub(super) fn scene_of_probes(&mut self) -> Option<()> {
        let absent = self.absent(None);
        let device = match self.random.pick(&absent) {
            Some(device) => device,
            None => {
                let there =
                    self.devices_with(|play, id| play.device(id).is_some() && play.home(id).is_some());
                let device = self.random.pick(&there)?;
                self.remove(device);
                device
            }
        };
        let group = self.home(device);
        for _ in 0..self.random.between(1, 2) {
            let kind = self.random.of([FaultKind::Probe, FaultKind::Group]);
            self.fault(Some(kind), group);
        }
        self.add(device);
        for _ in 0..self.random.between(1, 3) {
            if self.driver_of(device).is_some() && self.random.percent(40) {
                self.unbind(device);
            }
            self.bind(device);
        }
        if self.random.percent(60) {
            self.clear_faults();
            if self.driver_of(device).is_some() {
                self.unbind(device);
            }
            self.bind(device);
        }
        Some(())
    }
}
