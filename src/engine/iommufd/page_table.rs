// SPDX-License-Identifier: GPL-2.0-only
//! Page tables: by name, or made for an address space; and destroying objects.

use super::attach::Place;
use super::{Hwpt, IoasName, PageTableObject};
use crate::engine::Engine;
use crate::engine::rules::{IommufdHwptFlags, IommufdNoParent, IommufdPasid, UserAlloc};
use crate::engine::state::{DomainId, Label};
use crate::script::{DeviceId, DomainRef, Errno, IoasId, PageTable};
use crate::trace::{Reason, Role};

impl Engine<'_> {
    /// `IOMMU_HWPT_ALLOC` of a plain page table.
    pub(super) fn hwpt_alloc(
        &mut self,
        name: DomainRef,
        ioas: IoasId,
        device: DeviceId,
        pasid: bool,
    ) -> Result<(), Errno> {
        if pasid && self.rules.iommufd_hwpt_flags() == IommufdHwptFlags::First {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        // VFIO's group interface does not tell the number of a device that it bound.
        let bound = self.state.iommufd.bound(device).filter(|_| !self.is_open_for_context(device));
        let Some(context) = bound.map(|bound| bound.context) else {
            return Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject));
        };
        let ioas = IoasName::Of(ioas);
        if self.state.iommufd.ioas(ioas, context).is_none() {
            let errno = match self.rules.iommufd_no_parent() {
                IommufdNoParent::NotFound => Errno::ENOENT,
                IommufdNoParent::Invalid => Errno::EINVAL,
            };
            return Err(self.refuse(errno, Reason::NoSuchObject));
        }
        let can = self.rules.iommufd_pasid() == IommufdPasid::Present
            && self.max_pasids(device) > 0
            && self.has_pasid_page_tables();
        if pasid && !can {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        let domain = self.page_table_domain(device, Role::User, Some(Label::User(name)))?;
        self.add_page_table(PageTableObject {
            domain,
            ioas,
            context,
            number: self.state.iommufd.new_number(context),
            auto: false,
            pasid,
            destroyed: false,
        });
        Ok(())
    }

    /// A page table that iommufd makes itself.
    pub(super) fn auto_page_table(&mut self, place: Place, ioas: IoasName) -> Result<Hwpt, Errno> {
        let role = match ioas {
            IoasName::Of(id) => Role::Ioas(id),
            IoasName::Compat(context, _) => Role::Compat(context),
        };
        let Place { device, context, .. } = place;
        let domain = self.page_table_domain(device, role, None)?;
        Ok(self.add_page_table(PageTableObject {
            domain,
            ioas,
            context,
            number: self.state.iommufd.new_number(context),
            auto: true,
            pasid: false,
            destroyed: false,
        }))
    }

    fn add_page_table(&mut self, object: PageTableObject) -> Hwpt {
        self.state.iommufd.page_tables.push(object);
        Hwpt(self.state.iommufd.page_tables.len() - 1)
    }

    fn page_table_domain(
        &mut self,
        device: DeviceId,
        role: Role,
        name: Option<Label>,
    ) -> Result<DomainId, Errno> {
        match self.rules.user_alloc() {
            UserAlloc::Device => self.paging_domain_for(device, role, name),
            UserAlloc::Bus => self
                .domain_of_bus(device, role, name)
                .ok_or_else(|| self.refuse(Errno::ENOMEM, Reason::AllocFailed)),
        }
    }

    /// The page table goes, and its domain.
    pub(super) fn destroy_page_table(&mut self, hwpt: Hwpt) {
        let object = &mut self.state.iommufd.page_tables[hwpt.0];
        object.destroyed = true;
        let domain = object.domain;
        self.free(domain);
    }

    /// A user of the page table is gone; one that iommufd made goes with the last.
    pub(super) fn put_page_table(&mut self, hwpt: Hwpt) {
        let objects = &self.state.iommufd;
        if objects.get(hwpt).auto && !objects.get(hwpt).destroyed && objects.users(hwpt) == 0 {
            self.destroy_page_table(hwpt);
        }
    }

    /// `IOMMU_DESTROY`
    pub(super) fn iommufd_destroy(&mut self, object: PageTable) -> Result<(), Errno> {
        let objects = &mut self.state.iommufd;
        match object {
            PageTable::Hwpt(name) => {
                let found = self.find_domain(name).and_then(|domain| self.state.iommufd.page_table(domain));
                let Some(hwpt) = found else {
                    return Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject));
                };
                if self.state.iommufd.users(hwpt) > 0 {
                    return Err(self.refuse(Errno::EBUSY, Reason::ObjectInUse));
                }
                self.destroy_page_table(hwpt);
            }
            PageTable::Ioas(id) => {
                let id = IoasName::Of(id);
                let in_use = objects.page_tables.iter().any(|hwpt| hwpt.ioas == id && !hwpt.destroyed)
                    || objects.accesses.iter().any(|access| access.ioas == Some(id));
                let found = objects.ioas.iter_mut().find(|ioas| ioas.id == id && !ioas.destroyed);
                match found {
                    None => return Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject)),
                    Some(_) if in_use => return Err(self.refuse(Errno::EBUSY, Reason::ObjectInUse)),
                    Some(ioas) => ioas.destroyed = true,
                }
            }
        }
        Ok(())
    }
}
