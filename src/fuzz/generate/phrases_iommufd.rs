// SPDX-License-Identifier: GPL-2.0-only
//! Phrases about iommufd.

use super::moves::choose;
use super::play::Play;
use super::world::World;
use crate::script::{Bus, CdevOp, DeviceId, DriverKind, IoasId, IommufdOp, Op, OwnerId, PageTable};

impl Play<'_> {
    /// Devices of a group are bound to contexts and attached.
    pub(super) fn scene_of_iommufd(&mut self) -> Option<()> {
        if !self.profile.supports.iommufd {
            return None;
        }
        let group = self.any_group()?;
        if self.random.percent(60)
            && let Some(device) = self.bound(group)
        {
            self.unbind(device);
        }
        for ioas in [IoasId(0), IoasId(1)] {
            let context = self.context();
            self.iommufd(IommufdOp::IoasAlloc { ioas, context });
        }
        for device in self.members(group) {
            if self.random.percent(70) {
                let context = self.context();
                self.iommufd(IommufdOp::DeviceBind { device, context });
            }
        }
        for _ in 0..self.random.between(3, 9) {
            let device = self.some_device(group)?;
            choose!(self,
                8 => { let context = self.context(); self.iommufd(IommufdOp::DeviceBind { device, context }); },
                8 => self.iommufd(IommufdOp::DeviceUnbind { device }),
                14 => self.alloc_page_table(device),
                30 => {
                    let (to, pasid) = (self.page_table(), self.pasid_of_iommufd());
                    self.iommufd(IommufdOp::DeviceAttach { device, to, pasid });
                },
                20 => {
                    let (to, pasid) = (self.page_table(), self.pasid_of_iommufd());
                    self.iommufd(IommufdOp::DeviceReplace { device, to, pasid });
                },
                16 => {
                    let pasid = self.pasid_of_iommufd();
                    self.iommufd(IommufdOp::DeviceDetach { device, pasid });
                },
                6 => { let object = self.page_table(); self.iommufd(IommufdOp::Destroy { object }); },
                14 => self.cdev(device),
                8 => self.fault(Some(crate::script::FaultKind::Attach), Some(group)),
                8 => self.act(group),
            );
        }
        Some(())
    }

    /// A case allocates each name once.
    fn iommufd(&mut self, op: IommufdOp) {
        let same = |said: &Op| match (said, op) {
            (Op::Iommufd(IommufdOp::IoasAlloc { ioas, .. }), IommufdOp::IoasAlloc { ioas: again, .. }) => {
                *ioas == again
            }
            (Op::Iommufd(IommufdOp::HwptAlloc { hwpt, .. }), IommufdOp::HwptAlloc { hwpt: again, .. }) => {
                *hwpt == again
            }
            _ => false,
        };
        if !self.ops.iter().any(same) {
            self.say(Op::Iommufd(op));
        }
    }

    /// VFIO's character device, with the driver that makes it.
    fn cdev(&mut self, device: DeviceId) {
        let file = 1 + u8::from(self.random.percent(15));
        let on_pci = self.world.script.devices.get(device.index()).is_some_and(|spec| spec.bus == Bus::Pci);
        if on_pci {
            self.say(Op::Bind { device, driver: DriverKind::VfioPci });
        }
        let context = self.context();
        let (to, pasid) = (self.page_table(), self.pasid_of_iommufd());
        let ops = [
            CdevOp::Open,
            CdevOp::Bind { context },
            CdevOp::Attach { to, pasid },
            CdevOp::Attach { to, pasid: None },
            CdevOp::Detach { pasid },
            CdevOp::Close,
        ];
        for op in ops {
            if self.random.percent(75) {
                self.iommufd(IommufdOp::Cdev { device, file, op });
            }
        }
    }

    /// Mostly the same one.
    fn context(&mut self) -> OwnerId {
        OwnerId(u8::from(self.random.percent(12)))
    }

    fn alloc_page_table(&mut self, device: DeviceId) {
        let Some(hwpt) = self.world.page_table(self.random.below(World::PAGE_TABLES)) else { return };
        let ioas = IoasId(u8::from(self.random.percent(30)));
        let pasid = self.random.percent(40);
        self.iommufd(IommufdOp::HwptAlloc { hwpt, ioas, device, pasid });
    }

    fn page_table(&mut self) -> PageTable {
        let named = self.world.page_table(self.random.below(World::PAGE_TABLES));
        match named {
            Some(hwpt) if self.random.percent(60) => PageTable::Hwpt(hwpt),
            _ => PageTable::Ioas(IoasId(u8::from(self.random.percent(30)))),
        }
    }

    fn pasid_of_iommufd(&mut self) -> Option<u32> {
        self.random.weighted(&[(None, 70), (Some(1), 20), (Some(2), 6), (Some(0), 4)]).flatten()
    }
}
