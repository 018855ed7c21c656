// SPDX-License-Identifier: GPL-2.0-only
//! Phrases about resets of PCI devices.

use super::moves::choose;
use super::play::Play;
use crate::script::{
    Bus, DeviceId, Errno, Fault, FaultDomain, FaultKind, Field, GivenHandle, GroupId, Op, PokeValue,
};

impl Play<'_> {
    /// A device is reset, and something comes in between.
    pub(super) fn scene_of_a_reset(&mut self) -> Option<()> {
        let group = self.some_group(|play, id| !play.with_ats(id).is_empty())?;
        if self.with_ats(group).is_empty() {
            return None;
        }
        if self.random.percent(30) {
            self.reset_with_pasid(group);
        }
        if self.random.percent(30) {
            choose!(self,
                10 => self.claim(group),
                10 => self.attach(group),
                15 => self.attach_pasid(group),
                3 => { self.say(Op::Poke { group, field: Field::Domain, value: PokeValue::Null }); },
            );
        }
        for _ in 0..self.random.between(3, 7) {
            let devices = self.with_ats(group);
            let Some(device) = self.random.pick(&devices) else { break };
            let (begin, done) = if self.is_resetting(group, device) { (10, 40) } else { (40, 6) };
            choose!(self,
                begin => { self.say(Op::PciResetPrepare { device }); },
                done => { self.say(Op::PciResetDone { device }); },
                6 => {
                    let plain = if self.random.percent(40) { self.without_ats() } else { None };
                    let device = plain.unwrap_or(device);
                    choose!(self,
                        80 => { self.say(Op::PciResetFunction { device }); },
                        10 => { self.say(Op::PciResetPrepare { device }); },
                        10 => { self.say(Op::PciResetDone { device }); },
                    );
                },
                3 => { self.say(Op::DriverGetDomain { device }); },
                4 => { self.say(Op::DeferredAttach { device }); },
                4 => { self.say(Op::DmaMapSingle { device }); },
                6 => self.fault(Some(FaultKind::Attach), Some(group)),
                5 => self.fault(Some(FaultKind::Pasid), Some(group)),
                3 => self.fault(Some(FaultKind::Alloc), Some(group)),
                4 => {
                    self.say(Op::Poke { group, field: Field::BlockingDomain, value: PokeValue::Null });
                    self.say(Op::PciResetDone { device });
                },
                6 => self.claim(group),
                6 => self.release(group),
                9 => self.attach(group),
                9 => self.detach(group),
                6 => self.attach_pasid(group),
                4 => self.detach_any_pasid(),
                7 => self.replug(group),
                4 => self.write_type(group),
                10 => self.act(group),
            );
        }
        for device in self.with_ats(group) {
            if self.is_resetting(group, device) && self.random.percent(60) {
                self.say(Op::PciResetDone { device });
            }
        }
        Some(())
    }

    /// A device of the group is reset, if it is one for that.
    pub(super) fn reset_of_any(&mut self, group: GroupId) {
        let devices = self.with_ats(group);
        if let Some(device) = self.random.pick(&devices) {
            self.say(Op::PciResetPrepare { device });
            self.say(Op::PciResetDone { device });
        }
    }

    /// A device with a PASID is reset, and cannot have one of its domains back.
    fn reset_with_pasid(&mut self, group: GroupId) -> Option<()> {
        let specs = &self.world.script.devices;
        let capable = |id: &DeviceId| specs.get(id.index()).is_some_and(|spec| spec.pasid_bits > 0);
        let devices: Vec<DeviceId> = self.with_ats(group).into_iter().filter(capable).collect();
        let device = self.random.pick(&devices)?;
        let domain = self.own_domain()?;
        self.say(Op::AttachDevicePasid { domain, device, pasid: 1, handle: GivenHandle::Fresh });
        self.say(Op::PciResetPrepare { device });
        choose!(self,
            40 => self.act(group),
            30 => self.detach_any_pasid(),
            30 => (),
        );
        let kind = self.random.of([FaultKind::Attach, FaultKind::Pasid]);
        let (domain, errno) = (FaultDomain::Any, Errno::EIO);
        self.say(Op::Fail(Fault { kind, device: Some(device), domain, errno, skip: 0, count: Some(1) }));
        self.say(Op::PciResetDone { device });
        Some(())
    }

    /// The devices with ATS that are in the group now.
    fn with_ats(&self, group: GroupId) -> Vec<DeviceId> {
        let specs = &self.world.script.devices;
        let ats = |device: &DeviceId| specs.get(device.index()).is_some_and(|spec| spec.ats);
        self.members(group).into_iter().filter(ats).collect()
    }

    /// A PCI device without ATS that is there.
    fn without_ats(&mut self) -> Option<DeviceId> {
        let plain = self.devices_with(|play, id| {
            let spec = play.world.script.devices.get(id.index());
            play.device(id).is_some() && spec.is_some_and(|spec| spec.bus == Bus::Pci && !spec.ats)
        });
        self.random.pick(&plain)
    }

    /// Has a reset of the device begun, or, in v7.0, of its group?
    fn is_resetting(&self, group: GroupId, device: DeviceId) -> bool {
        let of_group = self.group(group).and_then(|state| state.resetting_domain.flatten());
        let of_device = self.device(device).and_then(|state| state.reset);
        of_group.is_some() || of_device.is_some_and(|reset| reset.blocked || reset.depth > 0)
    }

    fn detach_any_pasid(&mut self) {
        let known = self.pasids.clone();
        if let Some(attached) = self.random.pick(&known) {
            self.detach_pasid(attached);
        }
    }
}
