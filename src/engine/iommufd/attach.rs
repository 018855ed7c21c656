// SPDX-License-Identifier: GPL-2.0-only
//! Attaching devices to page tables. The core is told of the first device of a group and of the last.

use super::{Hwpt, IoasName, NO_PASID};
use crate::engine::Engine;
use crate::engine::rules::{IommufdGroup, IommufdHandles, IommufdMsi, IommufdPasid};
use crate::script::{DeviceId, Errno, GivenHandle, GroupId, OwnerId, PageTable};
use crate::trace::Reason;

/// Where a device is, and what it is to be attached to.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) device: DeviceId,
    pub(super) context: OwnerId,
    pub(super) group: GroupId,
    pub(super) pasid: u32,
}

impl Engine<'_> {
    pub(super) fn place(&mut self, device: DeviceId, pasid: u32) -> Result<Place, Errno> {
        match self.state.iommufd.bound(device) {
            Some(bound) => Ok(Place { device, context: bound.context, group: bound.group, pasid }),
            None => Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject)),
        }
    }

    /// The named page table, if the context has it.
    pub(super) fn named_page_table(&mut self, to: PageTable, context: OwnerId) -> Result<Named, Errno> {
        let objects = &self.state.iommufd;
        let found = match to {
            PageTable::Ioas(id) => objects.ioas(IoasName::Of(id), context).map(|ioas| Named::Ioas(ioas.id)),
            PageTable::Hwpt(name) => self
                .find_domain(name)
                .and_then(|domain| objects.page_table(domain))
                .filter(|hwpt| objects.get(*hwpt).context == context)
                .map(Named::Hwpt),
        };
        found.ok_or_else(|| self.refuse(Errno::ENOENT, Reason::NoSuchObject))
    }

    /// `iommufd_device_attach`
    pub(in crate::engine) fn iommufd_attach(
        &mut self,
        device: DeviceId,
        to: PageTable,
        pasid: u32,
    ) -> Result<(), Errno> {
        let place = self.place(device, pasid)?;
        match self.named_page_table(to, place.context)? {
            Named::Hwpt(hwpt) => self.attach_page_table(place, hwpt),
            Named::Ioas(ioas) => self.with_any_page_table(place, ioas, Engine::attach_page_table),
        }
    }

    /// Does it with a page table that iommufd made for the address space, or else with a new one. One that the device
    /// does not fit is passed over.
    pub(super) fn with_any_page_table(
        &mut self,
        place: Place,
        ioas: IoasName,
        act: fn(&mut Self, Place, Hwpt) -> Result<(), Errno>,
    ) -> Result<(), Errno> {
        for at in 0..self.state.iommufd.page_tables.len() {
            let object = &self.state.iommufd.page_tables[at];
            if object.ioas != ioas || !object.auto || object.destroyed {
                continue;
            }
            match act(self, place, Hwpt(at)) {
                Err(Errno::EINVAL) => {}
                result => return result,
            }
        }
        let hwpt = self.auto_page_table(place, ioas)?;
        let result = act(self, place, hwpt);
        if result.is_err() {
            self.destroy_page_table(hwpt);
        }
        result
    }

    /// What the group's devices of this context are attached to.
    pub(super) fn page_table_of_group(&self, place: Place, pasid: u32) -> Option<Hwpt> {
        let siblings = self.state.iommufd.bound.iter();
        let mut siblings =
            siblings.filter(|bound| bound.group == place.group && bound.context == place.context);
        siblings.find_map(|bound| bound.attached.iter().find(|(at, _)| *at == pasid).map(|(_, hwpt)| *hwpt))
    }

    /// Is it iommufd's handle that the core has stored for the PASID? Nobody else may replace it or take it out, for
    /// iommufd frees what it finds there.
    pub(in crate::engine) fn is_iommufds_handle(&self, group: GroupId, pasid: u32) -> bool {
        let mut of_group = self.state.iommufd.bound.iter().filter(|bound| bound.group == group);
        self.rules.iommufd_handles() == IommufdHandles::Always
            && of_group.any(|bound| bound.attached.iter().any(|(at, _)| *at == pasid))
    }

    pub(super) fn is_attached(&self, place: Place) -> bool {
        let bound = self.state.iommufd.bound(place.device);
        bound.is_some_and(|bound| bound.attached.iter().any(|(at, _)| *at == place.pasid))
    }

    /// `iommufd_hw_pagetable_attach`
    pub(super) fn attach_page_table(&mut self, place: Place, hwpt: Hwpt) -> Result<(), Errno> {
        let current = self.page_table_of_group(place, place.pasid);
        let first = match self.rules.iommufd_group() {
            IommufdGroup::PerPageTable => current != Some(hwpt),
            IommufdGroup::PerGroup => {
                if self.is_attached(place) {
                    return Err(self.refuse(Errno::EBUSY, Reason::PageTableAttached));
                }
                if current.is_some_and(|current| current != hwpt) {
                    return Err(self.refuse(Errno::EINVAL, Reason::OtherPageTable));
                }
                current.is_none()
            }
        };
        if self.rules.iommufd_msi() == IommufdMsi::AtAttach {
            self.check_msi_isolation(place.device)?;
        }
        if first {
            self.attach_first(place, hwpt)?;
        }
        if let Some(bound) = self.state.iommufd.bound.iter_mut().find(|bound| bound.device == place.device) {
            bound.attached.push((place.pasid, hwpt));
        }
        Ok(())
    }

    /// `iommufd_hwpt_attach_device`
    fn attach_first(&mut self, place: Place, hwpt: Hwpt) -> Result<(), Errno> {
        self.check_pasid_compat(place, hwpt)?;
        let domain = self.state.iommufd.get(hwpt).domain;
        match place.pasid {
            NO_PASID => match self.rules.iommufd_handles() {
                IommufdHandles::ForFaults => self.attach_group(domain, place.group),
                IommufdHandles::Always => self.attach_group_fresh(domain, place.group),
            },
            pasid => self.attach_pasid(domain, place.device, pasid.cast_signed(), GivenHandle::Fresh),
        }
    }

    /// `iommufd_hwpt_pasid_compat`: where PASIDs are attached, so are page tables that go with them, and those alone.
    pub(super) fn check_pasid_compat(&mut self, place: Place, hwpt: Hwpt) -> Result<(), Errno> {
        if self.rules.iommufd_pasid() == IommufdPasid::Absent {
            return Ok(());
        }
        let objects = &self.state.iommufd;
        let compat = objects.get(hwpt).pasid;
        let mut siblings = objects.bound.iter().filter(|bound| bound.group == place.group);
        let fits = if place.pasid == NO_PASID {
            compat || siblings.all(|bound| bound.attached.iter().all(|(at, _)| *at == NO_PASID))
        } else {
            let below = self.page_table_of_group(place, NO_PASID);
            compat && below.is_none_or(|below| objects.get(below).pasid)
        };
        if fits { Ok(()) } else { Err(self.refuse(Errno::EINVAL, Reason::PasidIncompatible)) }
    }

    /// `iommufd_device_detach`
    pub(in crate::engine) fn iommufd_detach(&mut self, device: DeviceId, pasid: u32) {
        let Ok(place) = self.place(device, pasid) else { return };
        let Some(bound) = self.state.iommufd.bound.iter_mut().find(|bound| bound.device == device) else {
            return;
        };
        let Some(at) = bound.attached.iter().position(|(at, _)| *at == pasid) else { return };
        let (_, hwpt) = bound.attached.remove(at);
        if self.page_table_of_group(place, pasid) != Some(hwpt) {
            let domain = self.state.iommufd.get(hwpt).domain;
            match pasid {
                NO_PASID => match self.rules.iommufd_handles() {
                    IommufdHandles::ForFaults => self.detach_group(domain, place.group),
                    IommufdHandles::Always => self.detach_group_handle(place.group),
                },
                pasid => self.detach_pasid(domain, device, pasid.cast_signed()),
            }
        }
        self.put_page_table(hwpt);
    }
}

/// What a context's id names.
pub(super) enum Named {
    Hwpt(Hwpt),
    Ioas(IoasName),
}
