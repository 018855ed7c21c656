// SPDX-License-Identifier: GPL-2.0-only
//! Phrases: scenes of a few operations that lead somewhere together.

use super::moves::choose;
use super::play::{Attached, Play};
use super::theme::Phrase;
use crate::script::{DeviceId, FaultKind, GivenHandle, GroupId, Op};

impl Play<'_> {
    pub(super) fn perform(&mut self, phrase: Phrase) {
        let done = match phrase {
            Phrase::Fault => self.scene_of_faults(),
            Phrase::Scan => self.scene_of_a_scan(),
            Phrase::Return => self.scene_of_a_return(),
            Phrase::Type => self.scene_of_types(),
            Phrase::CoreDomain => self.scene_of_core_domains(),
            Phrase::Own => self.scene_of_owners(),
            Phrase::Use => self.scene_of_uses(),
            Phrase::Pasid => self.scene_of_pasids(),
            Phrase::Handle => self.scene_of_handles(),
            Phrase::Iommufd => self.scene_of_iommufd(),
            Phrase::Vfio => self.scene_of_vfio(),
            Phrase::AddressSpace => self.scene_of_an_address_space(),
            Phrase::Free => self.scene_of_a_freed_domain(),
            Phrase::Bind => self.scene_of_binds(),
            Phrase::Deny => self.scene_of_denial(),
            Phrase::ByHand => self.scene_by_hand(),
            Phrase::Poke => self.scene_of_pokes(),
            Phrase::Attach => self.scene_of_attaches(),
            Phrase::Deferred => self.scene_of_deferral(),
            Phrase::Flow => self.scene_of_a_flow(),
            Phrase::Mapping => self.scene_of_a_mapping(),
            Phrase::Share => self.scene_of_sharing(),
            Phrase::Join => self.scene_of_joining(),
            Phrase::Probe => self.scene_of_probes(),
            Phrase::Reset => self.scene_of_a_reset(),
            Phrase::Dare => self.scene_of_daring(),
        };
        // Without what the scene is about there is none.
        if done.is_none()
            && let Some(group) = self.any_group()
        {
            self.act(group);
        }
    }

    fn several(&mut self, first: usize, last: usize, mut one: impl FnMut(&mut Self)) {
        for _ in 0..self.random.between(first, last) {
            one(self);
        }
    }

    pub(super) fn act_several(&mut self, group: GroupId, first: usize, last: usize) {
        self.several(first, last, |play| play.act(group));
    }

    /// Faults, then what meets them.
    fn scene_of_faults(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(1, 2, |play| {
            let kind = play.random.percent(80).then_some(FaultKind::Attach);
            let about = play.random.percent(90).then_some(group);
            play.fault(kind, about);
        });
        self.act_several(group, 1, 3);
        if self.random.percent(40) {
            self.clear_faults();
            self.act(group);
        }
        Some(())
    }

    /// The IOMMU goes, the bus changes, the IOMMU comes back.
    fn scene_of_a_scan(&mut self) -> Option<()> {
        if self.engine.is_registered() {
            self.say(Op::IommuDeviceUnregister);
        }
        for device in self.devices_with(|play, id| play.device(id).is_some()) {
            choose!(self,
                12 => self.remove(device),
                6 => self.bind(device),
                6 => self.unbind(device),
                4 => { self.say(Op::DmaMapSingle { device }); },
                72 => (),
            );
        }
        if self.random.percent(12) {
            self.deny();
        }
        let faults = self.random.weighted(&[(0, 3), (1, 4), (2, 3), (3, 1)]).unwrap_or(0);
        for _ in 0..faults {
            let kind = self.random.weighted(&[
                (FaultKind::Attach, 12),
                (FaultKind::Probe, 6),
                (FaultKind::Group, 4),
                (FaultKind::DriverProbe, 1),
                (FaultKind::Alloc, 4),
            ]);
            self.fault(kind, None);
        }
        let mut absent = self.absent(None);
        self.random.shuffle(&mut absent);
        for device in absent {
            if self.random.percent(75) {
                self.add(device);
            }
        }
        if self.random.percent(10)
            && let Some(group) = self.any_group()
        {
            self.act(group);
        }
        self.say(Op::IommuDeviceRegister);
        if faults > 0 {
            if self.random.percent(50) {
                self.clear_faults();
            }
            if self.random.percent(60) {
                self.say(Op::IommuDeviceRegister);
            }
        }
        self.several(0, 3, |play| {
            if let Some(group) = play.any_group() {
                play.act(group);
            }
        });
        Some(())
    }

    /// Devices of a group leave and come back.
    fn scene_of_a_return(&mut self) -> Option<()> {
        let held =
            |play: &Self, id: GroupId| play.world.script.groups.get(id.index()).is_some_and(|spec| spec.hold);
        let group = self.some_group(held)?;
        choose!(self,
            30 => self.claim(group),
            30 => self.attach(group),
            20 => { self.claim(group); self.attach(group) },
            10 => self.use_default(group),
            7 => self.write_type(group),
            10 => (),
        );
        let mut gone = self.members(group);
        self.random.shuffle(&mut gone);
        if self.random.percent(50) {
            let some = self.random.between(1, gone.len());
            gone.truncate(some);
        }
        for device in &gone {
            self.remove(*device);
        }
        choose!(self,
            50 => (),
            20 => { self.say(Op::GroupDmaOwnerClaimed { group }); },
            20 => self.write_type(group),
            5 => self.release(group),
            3 => self.attach(group),
        );
        if self.random.percent(30) {
            let kind = self.random.weighted(&[
                (FaultKind::Attach, 8),
                (FaultKind::Probe, 4),
                (FaultKind::Group, 4),
                (FaultKind::Alloc, 3),
            ]);
            self.fault(kind, Some(group));
        }
        self.random.shuffle(&mut gone);
        for device in gone {
            if self.random.percent(85) {
                self.add(device);
            }
        }
        self.act_several(group, 1, 3);
        Some(())
    }

    fn scene_of_types(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(2, 5, |play| {
            play.write_type(group);
            if play.random.percent(45) {
                play.act(group);
            }
            if play.random.percent(18) {
                let kind = play.random.of([FaultKind::Attach, FaultKind::Attach, FaultKind::Alloc]);
                play.fault(Some(kind), Some(group));
            }
            if play.random.percent(12)
                && let Some(device) = play.bound(group)
            {
                play.unbind(device);
            }
        });
        Some(())
    }

    /// The core's own domains where a caller's are expected.
    fn scene_of_core_domains(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(2, 4, |play| {
            let Some(domain) = play.core_domain() else { return };
            let Some(device) = play.some_device(group) else { return };
            choose!(play,
                40 => { play.say(Op::AttachGroup { domain, group }); },
                20 => { play.say(Op::AttachDevice { domain, device }); },
                20 => { play.say(Op::DetachGroup { domain, group }); },
                10 => { play.say(Op::DetachDevice { domain, device }); },
                10 => { play.say(Op::GroupReplaceDomain { domain, group }); },
                8 => if play.is_owned(group) { play.release(group) } else { play.claim(group) },
                4 => { play.say(Op::AttachDevicePasid { domain, device, pasid: 1, handle: GivenHandle::Fresh }); },
                10 => play.act(group),
            );
        });
        Some(())
    }

    fn scene_of_owners(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(3, 7, |play| {
            choose!(play,
                60 => play.claim(group),
                50 => play.release(group),
                6 => { play.say(Op::GroupDmaOwnerClaimed { group }); },
                8 => play.use_default(group),
                6 => play.unuse_default(group),
                12 => play.attach(group),
                9 => play.detach(group),
                5 => play.write_type(group),
                14 => play.rebind(group),
                5 => play.replug(group),
            );
        });
        Some(())
    }

    /// A driver comes or goes.
    fn rebind(&mut self, group: GroupId) {
        let bound = self.bound(group);
        match (self.unbound(group), bound) {
            (_, Some(device)) if self.random.percent(45) => self.unbind(device),
            (Some(device), _) | (None, Some(device)) => self.bind(device),
            (None, None) => {}
        }
    }

    /// A device goes and perhaps comes back.
    pub(super) fn replug(&mut self, group: GroupId) {
        if let Some(device) = self.some_device(group) {
            self.remove(device);
            if self.random.percent(65) {
                self.add(device);
            }
        }
    }

    fn scene_of_uses(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(3, 6, |play| {
            choose!(play,
                40 => play.use_default(group),
                36 => play.unuse_default(group),
                35 => play.rebind(group),
                15 => play.claim(group),
                12 => play.release(group),
                10 => play.attach(group),
                10 => play.detach(group),
                5 => play.write_type(group),
                5 => { play.say(Op::GroupDmaOwnerClaimed { group }); },
            );
        });
        Some(())
    }

    fn scene_of_pasids(&mut self) -> Option<()> {
        let capable = |play: &Self, id: GroupId| {
            let bits =
                |device: DeviceId| play.world.script.devices.get(device.index()).map(|spec| spec.pasid_bits);
            play.members(id).into_iter().any(|device| bits(device) > Some(0))
        };
        let group = self.some_group(capable)?;
        if self.random.percent(40) {
            self.several(1, 2, |play| play.fault(Some(FaultKind::Pasid), Some(group)));
        }
        self.several(2, 5, |play| {
            let known = play.pasids.clone();
            match play.random.pick(&known) {
                Some(attached) if play.random.percent(45) => play.detach_pasid(attached),
                _ => play.attach_pasid(group),
            }
        });
        choose!(self,
            20 => self.claim(group),
            10 => self.use_default(group),
            10 => self.attach(group),
            10 => self.release(group),
            10 => self.replug(group),
            10 => self.unuse_default(group),
            10 => self.clear_faults(),
            4 => self.free(),
            20 => self.act(group),
        );
        Some(())
    }

    pub(super) fn attach_pasid(&mut self, group: GroupId) {
        let pasid = self.random.weighted(&[
            (1, 40),
            (2, 25),
            (3, 8),
            (5, 5),
            (15, 5),
            (16, 5),
            (255, 4),
            (256, 2),
            (300, 3),
            (65535, 1),
            (65536, 1),
            (0, 3),
        ]);
        if let (Some(domain), Some(device), Some(pasid)) =
            (self.any_domain(14), self.some_device(group), pasid)
        {
            self.say(Op::AttachDevicePasid { domain, device, pasid, handle: GivenHandle::Fresh });
        }
    }

    pub(super) fn detach_pasid(&mut self, attached: Attached) {
        let Some(device) = self.some_device(attached.group) else { return };
        let other = if self.random.percent(12) { self.own_domain() } else { None };
        let domain = other.unwrap_or(attached.domain);
        let pasid = if self.random.one_in(12) { attached.pasid + 1 } else { attached.pasid };
        self.say(Op::DetachDevicePasid { domain, device, pasid });
    }

    fn scene_of_a_freed_domain(&mut self) -> Option<()> {
        let group = self.any_group()?;
        let domain = self.own_domain()?;
        if !self.is_switched(group) {
            self.say(Op::AttachGroup { domain, group });
        }
        let domain = self.current_domain(group).filter(|id| self.domains.contains(id)).unwrap_or(domain);
        self.say(Op::DomainFree { domain });
        self.several(2, 4, |play| {
            choose!(play,
                30 => play.act(group),
                10 => play.replug(group),
                20 => play.detach(group),
                10 => play.claim(group),
                10 => play.write_type(group),
                5 => play.use_default(group),
            );
        });
        Some(())
    }

    fn scene_of_binds(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(2, 5, |play| {
            if play.random.percent(22) {
                let kind =
                    play.random.of([FaultKind::DriverProbe, FaultKind::DriverProbe, FaultKind::Attach]);
                play.fault(Some(kind), Some(group));
            }
            let absent = play.absent(Some(group));
            let (bound, absent) = (play.bound(group), play.random.pick(&absent));
            match (bound, absent) {
                (Some(device), _) if play.random.one_in(12) => play.bind(device),
                (_, Some(device)) if play.random.percent(30) => {
                    let driver = Some(play.driver(device));
                    play.say(Op::DeviceAdd { device, driver });
                }
                _ => play.rebind(group),
            }
        });
        Some(())
    }

    /// Types are refused, or allocations fail.
    fn scene_of_denial(&mut self) -> Option<()> {
        let group = self.any_group()?;
        if self.random.percent(50) {
            self.deny();
        } else {
            self.fault(Some(FaultKind::Alloc), Some(group));
        }
        choose!(self,
            30 => { self.write_type(group); self.write_type(group) },
            30 => self.claim(group),
            15 => { self.new_domain(); },
            8 => { self.reset_of_any(group); },
            20 => { self.scene_of_a_return(); },
            20 => { self.scene_of_a_scan(); },
            10 => self.act(group),
        );
        if self.random.percent(50) {
            self.say(Op::Deny { kinds: crate::script::KindSet::EMPTY });
            self.act(group);
        }
        Some(())
    }

    fn scene_of_attaches(&mut self) -> Option<()> {
        let group = self.any_group()?;
        self.several(2, 5, |play| {
            let absent = play.absent(Some(group));
            choose!(play,
                40 => play.attach(group),
                30 => play.detach(group),
                10 => play.claim(group),
                10 => play.release(group),
                8 => play.rebind(group),
                15 => match play.random.pick(&absent) {
                    Some(device) => play.add(device),
                    None => play.replug(group),
                },
                12 => play.act(group),
            );
        });
        Some(())
    }
}
