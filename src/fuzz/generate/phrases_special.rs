// SPDX-License-Identifier: GPL-2.0-only
//! Phrases about groups made by hand, written fields, deferred attaches and display drivers.

use super::moves::choose;
use super::play::Play;
use super::world::World;
use crate::script::{Arch, DeviceId, DriverFlow, Field, GivenHandle, GroupId, Op, PokeValue, Static};

impl Play<'_> {
    /// A group that somebody makes for a device without IOMMU.
    pub(super) fn scene_by_hand(&mut self) -> Option<()> {
        let loose = self.devices_with(|play, id| play.home(id).is_none());
        let device = self.random.pick(&loose)?;
        if self.device(device).is_none() {
            self.say(Op::DeviceAdd { device, driver: None });
        }
        if self.device(device)?.group.is_none() {
            let group = self.group_for_loose()?;
            self.say(Op::GroupAddDevice { device, group });
            if self.random.percent(40)
                && let Some(other) = loose.iter().copied().find(|id| *id != device)
            {
                if self.device(other).is_none() {
                    self.say(Op::DeviceAdd { device: other, driver: None });
                }
                self.say(Op::GroupAddDevice { device: other, group });
            }
        }
        let group = self.device(device)?.group?;
        for _ in 0..self.random.between(2, 5) {
            choose!(self,
                20 => { self.say(Op::UseDefaultDomain { device }); },
                15 => { self.say(Op::UnuseDefaultDomain { device }); },
                20 => self.bind(device),
                10 => self.unbind(device),
                7 => { self.say(Op::GroupDmaOwnerClaimed { group }); },
                6 => self.claim(group),
                20 => self.attach(group),
                14 => self.detach(group),
                12 => self.release(group),
                8 => self.write_type(group),
                3 => self.attach_some_pasid(device),
                6 => { self.say(Op::GroupAddDevice { device, group }); },
                6 => self.act(group),
            );
        }
        if self.random.percent(50) {
            if self.random.percent(70) {
                self.say(Op::GroupRemoveDevice { device });
            } else {
                self.remove(device);
            }
        }
        Some(())
    }

    fn attach_some_pasid(&mut self, device: DeviceId) {
        if let Some(domain) = self.own_domain() {
            self.say(Op::AttachDevicePasid { domain, device, pasid: 1, handle: GivenHandle::Fresh });
        }
    }

    /// A group of its own, mostly; sometimes one of devices behind the IOMMU.
    fn group_for_loose(&mut self) -> Option<GroupId> {
        let homes: Vec<GroupId> = self.world.script.devices.iter().filter_map(|spec| spec.group).collect();
        let groups = (0..self.world.script.groups.len()).filter_map(|index| u8::try_from(index).ok());
        let own: Vec<GroupId> = groups.map(GroupId).filter(|id| !homes.contains(id)).collect();
        let foreign = if self.random.percent(6) { self.random.pick(&homes) } else { None };
        foreign.or_else(|| self.random.pick(&own))
    }

    /// A private field is written: a state that no kernel gets into by itself.
    pub(super) fn scene_of_pokes(&mut self) -> Option<()> {
        let group = self.some_group(|play, id| play.count_of(id) == 0)?;
        let poke = |field, value| Op::Poke { group, field, value };
        choose!(self,
            40 => if let Some(domain) = self.any_domain(60) {
                self.say(poke(Field::Domain, PokeValue::Domain(domain)));
            },
            20 => if let Some(owner) = World::owner(&mut self.random) {
                let count = self.random.of([1, 1, 2]);
                self.say(poke(Field::Owner, PokeValue::Owner(owner)));
                self.say(poke(Field::OwnerCnt, PokeValue::Count(count)));
            },
            20 => {
                let count = self.random.of([0, 1, 2, 3]);
                self.say(poke(Field::OwnerCnt, PokeValue::Count(count)));
            },
            15 => {
                self.say(poke(Field::DefaultDomain, PokeValue::Null));
                if self.random.percent(60) {
                    self.say(poke(Field::Domain, PokeValue::Null));
                }
            },
            15 => {
                // Any other domain would be freed twice, and the kernel's memory is in disorder from then on.
                let blocked = PokeValue::Domain(World::fixed(Static::Blocked));
                let value = self.random.of([PokeValue::Null, blocked]);
                self.say(poke(Field::BlockingDomain, value));
            },
            10 => { self.say(poke(Field::Domain, PokeValue::Null)); },
        );
        for _ in 0..self.random.between(1, 4) {
            choose!(self,
                15 => self.use_default(group),
                8 => self.unuse_default(group),
                75 => self.act(group),
            );
        }
        Some(())
    }

    /// A deferred device does its first DMA, before or after the group changes.
    pub(super) fn scene_of_deferral(&mut self) -> Option<()> {
        let deferred = |play: &Self, id: DeviceId| {
            play.device(id).is_some_and(|state| state.group.is_some())
                && play.world.script.devices.get(id.index()).is_some_and(|spec| spec.deferred)
        };
        let devices = self.devices_with(deferred);
        let device = self.random.pick(&devices)?;
        let group = self.device(device)?.group?;
        for _ in 0..self.random.between(2, 4) {
            choose!(self,
                30 => { self.say(Op::DeferredAttach { device }); },
                30 => { self.say(Op::DmaMapSingle { device }); },
                8 => self.fault(Some(crate::script::FaultKind::Attach), Some(group)),
                10 => self.replug(group),
                10 => self.claim(group),
                10 => self.attach(group),
                30 => self.act(group),
            );
        }
        Some(())
    }

    /// A display driver's own sequence.
    pub(super) fn scene_of_a_flow(&mut self) -> Option<()> {
        if !self.profile.supports.flows {
            return None;
        }
        let group = self.any_group()?;
        for _ in 0..self.random.between(1, 4) {
            let device = self.some_device(group)?;
            let arm = self.world.script.arch == Arch::Arm32;
            let exynos = arm && self.random.percent(25);
            let (attach, detach, domain) = if self.random.percent(30) {
                self.flow_that_makes_its_domain(arm)?
            } else if exynos {
                let mapping = self.some_mapping(device)?;
                let (_, domain) = World::mapping(mapping.0)?;
                (DriverFlow::ExynosAttach, DriverFlow::ExynosDetach, domain)
            } else {
                let flows = [
                    (DriverFlow::RockchipAttach, DriverFlow::RockchipDetach),
                    (DriverFlow::TegraDrmAttach, DriverFlow::TegraDrmDetach),
                    (DriverFlow::Host1xAttach, DriverFlow::Host1xDetach),
                ];
                let (attach, detach) = self.random.of(flows);
                (attach, detach, self.any_domain(8)?)
            };
            self.say(Op::Driver { flow: attach, device, domain });
            if self.random.percent(40) {
                self.act(group);
            }
            if self.random.percent(70) {
                self.say(Op::Driver { flow: detach, device, domain });
            }
        }
        Some(())
    }

    /// A sequence that makes its domain, under a name that is not in use.
    fn flow_that_makes_its_domain(
        &mut self,
        arm: bool,
    ) -> Option<(DriverFlow, DriverFlow, crate::script::DomainRef)> {
        if arm && self.random.percent(40) {
            let (_, domain) = World::mapping(self.named_mappings)?;
            self.named_mappings += 1;
            return Some((DriverFlow::Omap3ispAttach, DriverFlow::Omap3ispDetach, domain));
        }
        let domain = World::own(self.named)?;
        self.named += 1;
        let attach = if arm && self.random.percent(60) {
            DriverFlow::OmapRprocAttach
        } else {
            DriverFlow::RemoteprocAttach
        };
        Some((attach, DriverFlow::RemoteprocDetach, domain))
    }

    /// What no correct caller does and what takes kernels down: calls for empty groups, for devices without group or
    /// without IOMMU.
    pub(super) fn scene_of_daring(&mut self) -> Option<()> {
        if !self.world.daring {
            return None;
        }
        let group = self.any_group()?;
        let loose = self.devices_with(|play, id| play.home(id).is_none());
        let pasid = 1;
        choose!(self,
            30 => {
                for device in self.members(group) {
                    self.remove(device);
                }
                choose!(self,
                    30 => { self.claim(group) },
                    30 => self.attach(group),
                    10 => self.release(group),
                    10 => self.detach(group),
                );
            },
            30 => if let (Some(device), Some(domain)) = (self.random.pick(&loose), self.own_domain()) {
                self.say(Op::DeviceAdd { device, driver: None });
                choose!(self,
                    10 => { self.say(Op::DeviceReleaseDmaOwner { device }); },
                    10 => { self.say(Op::DetachDevicePasid { domain, device, pasid }); },
                    20 => { self.say(Op::AttachGroup { domain, group }); },
                    20 => (),
                );
                self.say(Op::GroupAddDevice { device, group });
                choose!(self,
                    10 => { self.say(Op::AttachDevicePasid { domain, device, pasid, handle: GivenHandle::Fresh }); },
                    10 => self.claim(group),
                    20 => self.act(group),
                );
            },
            20 => if let Some(group) = self.group_for_loose() {
                if let Some(device) = self.random.pick(&loose) {
                    self.say(Op::DeviceAdd { device, driver: None });
                    self.say(Op::GroupAddDevice { device, group });
                }
                self.claim(group);
            },
            10 => if let (Some(device), Some(domain)) = (self.some_device(group), self.own_domain()) {
                self.deny();
                self.say(Op::DetachDevicePasid { domain, device, pasid });
            },
            15 => {
                self.say(Op::Poke { group, field: Field::Domain, value: PokeValue::Null });
                let absent = self.absent(Some(group));
                match self.random.pick(&absent) {
                    Some(device) => self.add(device),
                    None => self.write_type(group),
                }
            },
        );
        Some(())
    }
}
