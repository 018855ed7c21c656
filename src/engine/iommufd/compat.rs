// SPDX-License-Identifier: GPL-2.0-only
//! The address space that VFIO's groups use whose container is a context of iommufd: `vfio_compat.c`.

use super::{Ioas, IoasName, NO_PASID};
use crate::engine::Engine;
use crate::engine::rules::VfioIommufd;
use crate::script::{DeviceId, Errno, IoasId, OwnerId, VfioIommu};
use crate::trace::Reason;

impl Engine<'_> {
    /// `get_compat_ioas`: it counts for none once it is destroyed.
    fn compat_ioas(&self, context: OwnerId) -> Option<IoasName> {
        let objects = &self.state.iommufd;
        let (_, id) = objects.compat.iter().find(|(of, _)| *of == context)?;
        objects.ioas(*id, context).map(|ioas| ioas.id)
    }

    /// `iommufd_vfio_compat_set_no_iommu`: from now on the context is for devices without IOMMU.
    pub(in crate::engine) fn set_no_iommu_mode(&mut self, context: OwnerId) -> Result<(), Errno> {
        if self.compat_ioas(context).is_some() {
            return Err(self.refuse(Errno::EINVAL, Reason::NoIommuMixed));
        }
        if !self.state.iommufd.no_iommu_mode.contains(&context) {
            self.state.iommufd.no_iommu_mode.push(context);
        }
        Ok(())
    }

    /// A device without IOMMU is opened only where its user cannot expect that anything is translated.
    pub(in crate::engine) fn needs_no_compat_ioas(&mut self, context: OwnerId) -> Result<(), Errno> {
        match self.compat_ioas(context) {
            Some(_) => Err(self.refuse(Errno::EPERM, Reason::NoIommuMixed)),
            None => Ok(()),
        }
    }

    /// `iommufd_vfio_compat_ioas_create`: does nothing where there is one.
    pub(in crate::engine) fn create_compat_ioas(&mut self, context: OwnerId) -> Result<(), Errno> {
        if self.state.iommufd.no_iommu_mode.contains(&context) {
            return Err(self.refuse(Errno::EINVAL, Reason::NoIommuMixed));
        }
        if self.compat_ioas(context).is_some() {
            return Ok(());
        }
        let objects = &mut self.state.iommufd;
        let id = IoasName::Compat(context, objects.ioas.len());
        let number = objects.new_number(context);
        objects.ioas.push(Ioas { id, context, number, destroyed: false });
        self.put_compat_ioas(context, Some(id));
        Ok(())
    }

    fn put_compat_ioas(&mut self, context: OwnerId, id: Option<IoasName>) {
        let compat = &mut self.state.iommufd.compat;
        compat.retain(|(of, _)| *of != context);
        compat.extend(id.map(|id| (context, id)));
    }

    /// `IOMMU_VFIO_IOAS_SET`
    pub(super) fn set_compat_ioas(&mut self, ioas: IoasId, context: OwnerId) -> Result<(), Errno> {
        let id = IoasName::Of(ioas);
        if self.state.iommufd.ioas(id, context).is_none() {
            return Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject));
        }
        self.put_compat_ioas(context, Some(id));
        Ok(())
    }

    /// `IOMMU_VFIO_IOAS_CLEAR`
    pub(super) fn clear_compat_ioas(&mut self, context: OwnerId) {
        self.put_compat_ioas(context, None);
    }

    /// `iommufd_vfio_set_iommu`
    pub(in crate::engine) fn iommufd_set_iommu(
        &mut self,
        context: OwnerId,
        iommu: VfioIommu,
    ) -> Result<(), Errno> {
        match (iommu, self.state.iommufd.no_iommu_mode.contains(&context)) {
            (VfioIommu::Type1 | VfioIommu::Type1v2, false) => {}
            (VfioIommu::NoIommu, true) => return self.needs_rawio_at_all(),
            _ => return Err(self.refuse(Errno::EINVAL, Reason::NoSuchIommu)),
        }
        self.compat_ioas(context).map(|_| ()).ok_or_else(|| self.refuse(Errno::ENODEV, Reason::NoCompatIoas))
    }

    /// Attaches a bound device of VFIO's to that address space.
    pub(in crate::engine) fn attach_compat_ioas(&mut self, device: DeviceId) -> Result<(), Errno> {
        let Some(context) = self.state.iommufd.context_of(device) else { return Err(Errno::ENODEV) };
        if self.rules.vfio_iommufd() == VfioIommufd::MadeWhenMissing {
            self.create_compat_ioas(context)?;
        }
        let Some(ioas) = self.compat_ioas(context) else {
            return Err(self.refuse(Errno::ENODEV, Reason::NoCompatIoas));
        };
        if let Some(access) = self.state.iommufd.access_mut(device) {
            access.ioas = Some(ioas);
            return Ok(());
        }
        let place = self.place(device, NO_PASID)?;
        self.with_any_page_table(place, ioas, Engine::attach_page_table)
    }
}
