// SPDX-License-Identifier: GPL-2.0-only
//! Devices of VFIO's that a context of iommufd serves without the core: emulated ones, by an access to an address space,
//! and (v7.3) such without IOMMU, for which iommufd keeps page tables that no hardware walks. Nothing is claimed.

use super::{IoasName, Objects};
use crate::engine::Engine;
use crate::engine::rules::IommufdPasid;
use crate::script::{DeviceId, Errno, OwnerId, PageTable};
use crate::trace::Reason;

/// `struct iommufd_access`, or the `struct iommufd_device` of a device without IOMMU.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Access {
    device: DeviceId,
    context: OwnerId,
    /// It is of a device without IOMMU.
    noiommu: bool,
    /// What it is attached to.
    pub(super) ioas: Option<IoasName>,
}

impl Objects {
    pub(super) fn access(&self, device: DeviceId) -> Option<&Access> {
        self.accesses.iter().find(|access| access.device == device)
    }

    pub(super) fn access_mut(&mut self, device: DeviceId) -> Option<&mut Access> {
        self.accesses.iter_mut().find(|access| access.device == device)
    }

    /// The context that a device is bound to in either way.
    pub(super) fn context_of(&self, device: DeviceId) -> Option<OwnerId> {
        let access = self.access(device).map(|access| access.context);
        access.or_else(|| self.bound(device).map(|bound| bound.context))
    }
}

impl Engine<'_> {
    /// `vfio_iommufd_emulated_bind`, or `iommufd_bind_noiommu`
    pub(in crate::engine) fn add_access(&mut self, device: DeviceId, context: OwnerId, noiommu: bool) {
        self.state.iommufd.accesses.push(Access { device, context, noiommu, ioas: None });
    }

    /// `iommufd_access_destroy`
    pub(in crate::engine) fn drop_access(&mut self, device: DeviceId) {
        self.state.iommufd.accesses.retain(|access| access.device != device);
    }

    /// `VFIO_DEVICE_ATTACH_IOMMUFD_PT` of such a device: what it is attached to is replaced. PASIDs are for devices with
    /// an IOMMU: an emulated one has no operation for them, and iommufd's own page tables do not go with them.
    pub(super) fn attach_access(
        &mut self,
        device: DeviceId,
        to: PageTable,
        pasid: Option<u32>,
    ) -> Result<(), Errno> {
        let Some(access) = self.state.iommufd.access(device) else { return Err(Errno::EINVAL) };
        let (context, noiommu) = (access.context, access.noiommu);
        if pasid.is_some() && !noiommu {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        let found = match to {
            PageTable::Ioas(id) => self.state.iommufd.ioas(IoasName::Of(id), context).map(|ioas| ioas.id),
            PageTable::Hwpt(_) => None,
        };
        let Some(ioas) = found else {
            return Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject));
        };
        if pasid.is_some() {
            return Err(self.refuse(Errno::EINVAL, Reason::PasidIncompatible));
        }
        if let Some(access) = self.state.iommufd.access_mut(device) {
            access.ioas = Some(ioas);
        }
        Ok(())
    }

    /// `VFIO_DEVICE_DETACH_IOMMUFD_PT` of such a device.
    pub(super) fn detach_access(&mut self, device: DeviceId, pasid: Option<u32>) -> Result<(), Errno> {
        let noiommu = self.state.iommufd.access(device).is_some_and(|access| access.noiommu);
        if pasid.is_some() && self.rules.iommufd_pasid() == IommufdPasid::Present && !noiommu {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        if pasid.is_none()
            && let Some(access) = self.state.iommufd.access_mut(device)
        {
            access.ioas = None;
        }
        Ok(())
    }
}
