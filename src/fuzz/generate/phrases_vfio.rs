// SPDX-License-Identifier: GPL-2.0-only
//! Phrases about VFIO's groups and containers.

use super::moves::choose;
use super::play::Play;
use crate::script::{Bus, ContainerId, DeviceId, DriverKind, FaultKind, GroupId, Op, VfioIommu, VfioOp};

impl Play<'_> {
    /// Devices of a group come to VFIO, the group goes into a container, and other things happen in between.
    pub(super) fn scene_of_vfio(&mut self) -> Option<()> {
        if !self.profile.supports.vfio {
            return None;
        }
        let mut group = self.any_group()?;
        for device in self.members(group) {
            if self.random.percent(70) {
                self.bind_stock(device);
            }
        }
        for container in [ContainerId(0), ContainerId(1)] {
            if self.random.percent(80) {
                self.vfio(VfioOp::ContainerOpen { container });
            }
        }
        self.vfio(VfioOp::GroupOpen { group });
        for _ in 0..self.random.between(4, 12) {
            if self.random.one_in(12) {
                group = self.any_group()?;
            }
            let device = self.some_device(group)?;
            let container = self.random.of([ContainerId(0), ContainerId(0), ContainerId(1)]);
            choose!(self,
                14 => self.vfio(VfioOp::GroupOpen { group }),
                6 => self.vfio(VfioOp::GroupClose { group }),
                4 => self.vfio(VfioOp::ContainerOpen { container }),
                3 => self.vfio(VfioOp::ContainerClose { container }),
                24 => self.vfio(VfioOp::GroupSetContainer { group, container }),
                10 => self.vfio(VfioOp::GroupUnsetContainer { group }),
                20 => {
                    let iommu = self.random.of([VfioIommu::Type1, VfioIommu::Type1v2, VfioIommu::Type1v2]);
                    self.vfio(VfioOp::SetIommu { container, iommu });
                },
                1 => self.vfio(VfioOp::SetIommu { container, iommu: VfioIommu::SpaprTce }),
                16 => self.vfio(VfioOp::GroupGetDeviceFd { group, device }),
                9 => self.vfio(VfioOp::DeviceClose { device }),
                10 => self.vfio(VfioOp::GroupGetStatus { group }),
                12 => self.bind_stock(device),
                8 => { self.say(Op::Bind { device, driver: DriverKind::KernelDma }); },
                8 => self.unbind(device),
                4 => self.reset_in_vfio(group),
                5 => self.replug(group),
                4 => self.vfio_by_hand(),
                10 => self.fault(Some(FaultKind::Attach), Some(group)),
                4 => self.fault(Some(FaultKind::Alloc), Some(group)),
                14 => self.act(group),
            );
        }
        Some(())
    }

    fn vfio(&mut self, op: VfioOp) {
        self.say(Op::Vfio(op));
    }

    /// One of the kernel's own drivers, VFIO's mostly.
    fn bind_stock(&mut self, device: DeviceId) {
        if let Some(driver) = self.stock_driver(device) {
            self.say(Op::Bind { device, driver });
        }
    }

    /// One of the kernel's own drivers that takes the device; seldom one that does not.
    pub(super) fn stock_driver(&mut self, device: DeviceId) -> Option<DriverKind> {
        let spec = &self.world.script.devices[device.index()];
        if spec.bus != Bus::Pci || !self.profile.supports.vfio {
            return None;
        }
        let (vfio, stub, port) = if spec.bridge { (6, 4, 90) } else { (88, 10, 2) };
        let drivers =
            [(DriverKind::VfioPci, vfio), (DriverKind::PciStub, stub), (DriverKind::Pcieport, port)];
        self.random.weighted(&drivers)
    }

    /// A device is reset under VFIO.
    fn reset_in_vfio(&mut self, group: GroupId) {
        let Some(device) = self.some_device(group) else { return };
        if self.random.percent(50) {
            self.say(Op::PciResetFunction { device });
        } else {
            self.reset_of_any(group);
        }
    }

    /// VFIO and a device that no IOMMU serves, perhaps in a group made by hand.
    fn vfio_by_hand(&mut self) {
        let loose = self.devices_with(|play, id| {
            play.home(id).is_none() && play.world.script.devices[id.index()].bus == Bus::Pci
        });
        let Some(device) = self.random.pick(&loose) else { return };
        if self.device(device).is_none() {
            self.say(Op::DeviceAdd { device, driver: None });
        }
        let homes: Vec<GroupId> = self.world.script.devices.iter().filter_map(|spec| spec.group).collect();
        let groups = (0..self.world.script.groups.len()).filter_map(|index| u8::try_from(index).ok());
        let own: Vec<GroupId> = groups.map(GroupId).filter(|id| !homes.contains(id)).collect();
        if let Some(group) = self.random.pick(&own)
            && self.random.percent(70)
        {
            self.say(Op::GroupAddDevice { device, group });
        }
        self.say(Op::Bind { device, driver: DriverKind::VfioPci });
    }
}
