// SPDX-License-Identifier: GPL-2.0-only
//! Replacing what a device is attached to, which moves all attached devices of its group.

use super::attach::{Named, Place};
use super::{Hwpt, NO_PASID};
use crate::engine::Engine;
use crate::engine::rules::{IommufdHandles, IommufdReplace};
use crate::engine::set_domain::May;
use crate::script::{DeviceId, Errno, GivenHandle, PageTable};
use crate::trace::Reason;

impl Engine<'_> {
    /// `iommufd_device_replace`
    pub(in crate::engine) fn iommufd_replace(
        &mut self,
        device: DeviceId,
        to: PageTable,
        pasid: u32,
    ) -> Result<(), Errno> {
        let place = self.place(device, pasid)?;
        match self.named_page_table(to, place.context)? {
            Named::Hwpt(hwpt) => self.replace_page_table(place, hwpt),
            Named::Ioas(ioas) => self.with_any_page_table(place, ioas, Engine::replace_page_table),
        }
    }

    /// `iommufd_device_do_replace`
    fn replace_page_table(&mut self, place: Place, hwpt: Hwpt) -> Result<(), Errno> {
        let Some(old) = self.page_table_of_group(place, place.pasid) else {
            return Err(self.refuse(Errno::EINVAL, Reason::NoPageTableAttached));
        };
        if self.rules.iommufd_replace() == IommufdReplace::AttachedOnly && !self.is_attached(place) {
            return Err(self.refuse(Errno::EINVAL, Reason::NoPageTableAttached));
        }
        if hwpt == old {
            return Ok(());
        }
        self.replace_in_core(place, hwpt)?;
        for bound in self.state.iommufd.bound.iter_mut() {
            if bound.group != place.group || bound.context != place.context {
                continue;
            }
            for (at, used) in &mut bound.attached {
                if *at == place.pasid {
                    *used = hwpt;
                }
            }
        }
        self.put_page_table(old);
        Ok(())
    }

    /// `iommufd_hwpt_replace_device`
    fn replace_in_core(&mut self, place: Place, hwpt: Hwpt) -> Result<(), Errno> {
        self.check_pasid_compat(place, hwpt)?;
        let domain = self.state.iommufd.get(hwpt).domain;
        match place.pasid {
            NO_PASID => match self.rules.iommufd_handles() {
                IommufdHandles::ForFaults => self.set_domain(place.group, Some(domain), May::Fail),
                IommufdHandles::Always => self.replace_group_fresh(domain, place.group),
            },
            pasid => self.replace_pasid(domain, place.device, pasid.cast_signed(), GivenHandle::Fresh),
        }
    }
}
