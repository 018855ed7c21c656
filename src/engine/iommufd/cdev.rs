// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's character devices: how a user binds and attaches a device through iommufd. While a device of a group is
//! bound so, the group's file does not open, and the other way round.

use std::collections::BTreeSet;

use super::NO_PASID;
use crate::engine::Engine;
use crate::engine::rules::{IommufdNoIommu, IommufdPasid, VfioCdev};
use crate::script::{CdevOp, DeviceId, DriverKind, Errno, OwnerId, PageTable};
use crate::trace::{Outcome, Reason, Skip};

/// `struct vfio_device_file`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct CdevFile {
    device: DeviceId,
    file: u8,
    /// It was this file that bound the device.
    granted: bool,
    /// `iommufd_attached`: attached by a call that named no PASID.
    attached: bool,
    /// Attached by calls that named these PASIDs, 0 among them.
    pasids: BTreeSet<u32>,
}

impl Engine<'_> {
    /// Is a file of this device open?
    pub(in crate::engine) fn has_open_cdev(&self, device: DeviceId) -> bool {
        self.state.iommufd.files.iter().any(|known| known.device == device)
    }

    pub(super) fn run_cdev(&mut self, device: DeviceId, file: u8, op: CdevOp) -> Result<Outcome, Outcome> {
        self.present(device)?;
        self.needs(self.rules.vfio_cdev() == VfioCdev::Present)?;
        let at =
            self.state.iommufd.files.iter().position(|known| (known.device, known.file) == (device, file));
        let Some(at) = at else {
            if op != CdevOp::Open {
                return Err(Outcome::Skipped(Skip::FileNotOpen));
            }
            if let Err(errno) = self.may_open_cdev(device) {
                return Ok(Outcome::Err(errno));
            }
            self.state.iommufd.files.push(CdevFile {
                device,
                file,
                granted: false,
                attached: false,
                pasids: BTreeSet::new(),
            });
            return Ok(Outcome::Ok);
        };
        let granted = self.state.iommufd.files[at].granted;
        let result = match op {
            CdevOp::Open => return Err(Outcome::Skipped(Skip::FileOpen)),
            CdevOp::Close => {
                if granted {
                    self.cdev_unbind(device);
                }
                self.state.iommufd.files.remove(at);
                return Ok(Outcome::Void);
            }
            CdevOp::Bind { .. } if self.is_bound_to_iommufd(device) && !self.is_bound_by_cdev(device) => {
                return Err(Outcome::Skipped(Skip::BoundToIommufd));
            }
            CdevOp::Bind { context } => self.cdev_bind(at, context),
            CdevOp::Attach { .. } | CdevOp::Detach { .. } if !granted => {
                Err(self.refuse(Errno::EINVAL, Reason::FileNotBound))
            }
            CdevOp::Attach { to, pasid } => self.cdev_attach(device, to, pasid),
            CdevOp::Detach { pasid } => self.cdev_detach(device, pasid),
        };
        Ok(result.into())
    }

    /// Is there a character device of this device, and may user space open it?
    fn may_open_cdev(&mut self, device: DeviceId) -> Result<(), Errno> {
        let there = match self.state.device(device).driver {
            Some(DriverKind::VfioPci) if self.is_vfio_noiommu(device) => {
                self.rules.iommufd_noiommu() == IommufdNoIommu::Bound
            }
            // It stays where the IOMMU goes afterwards.
            Some(DriverKind::VfioPci | DriverKind::VfioEmulated) => true,
            _ => false,
        };
        if !there {
            return Err(self.refuse(Errno::ENOENT, Reason::NoSuchFile));
        }
        if self.is_vfio_noiommu(device) { self.needs_rawio_at_all() } else { Ok(()) }
    }

    /// Has a file bound this device, which keeps its group's file closed (`cdev_device_open_cnt`)?
    pub(in crate::engine) fn is_bound_by_cdev(&self, device: DeviceId) -> bool {
        self.state.iommufd.files.iter().any(|known| known.device == device && known.granted)
    }

    /// `vfio_df_ioctl_bind_iommufd`: `vfio_device_block_group` comes first.
    fn cdev_bind(&mut self, at: usize, context: OwnerId) -> Result<(), Errno> {
        let CdevFile { device, granted, .. } = self.state.iommufd.files[at];
        if self.has_open_vfio_group(device) {
            return Err(self.refuse(Errno::EBUSY, Reason::GroupOpen));
        }
        if granted || self.is_bound_to_iommufd(device) {
            return Err(self.refuse(Errno::EINVAL, Reason::DeviceOpen));
        }
        if self.is_vfio_fake(device) {
            self.add_access(device, context, self.is_vfio_noiommu(device));
        } else {
            self.iommufd_bind(device, context)?;
        }
        self.vfio_resets(device);
        self.state.iommufd.files[at].granted = true;
        Ok(())
    }

    /// `vfio_df_unbind_iommufd`
    pub(super) fn cdev_unbind(&mut self, device: DeviceId) {
        self.vfio_resets(device);
        let file = self.granted_file(device);
        for pasid in file.map(|file| std::mem::take(&mut file.pasids)).unwrap_or_default() {
            self.iommufd_detach(device, pasid);
        }
        self.iommufd_detach_and_unbind(device);
    }

    /// What is attached without a PASID goes, and the binding.
    pub(in crate::engine) fn iommufd_detach_and_unbind(&mut self, device: DeviceId) {
        self.drop_access(device);
        if self.state.iommufd.bound(device).is_none() {
            return;
        }
        self.iommufd_detach(device, NO_PASID);
        self.iommufd_unbind(device);
    }

    fn granted_file(&mut self, device: DeviceId) -> Option<&mut CdevFile> {
        self.state.iommufd.files.iter_mut().find(|known| known.device == device && known.granted)
    }

    /// Has this file attached the device, or the PASID? A call that names PASID 0 is not one that names none.
    fn cdev_is_attached(&mut self, device: DeviceId, pasid: Option<u32>) -> bool {
        self.granted_file(device).is_some_and(|file| match pasid {
            None => file.attached,
            Some(pasid) => file.pasids.contains(&pasid),
        })
    }

    fn cdev_set_attached(&mut self, device: DeviceId, pasid: Option<u32>, is: bool) {
        let Some(file) = self.granted_file(device) else { return };
        match (pasid, is) {
            (None, _) => file.attached = is,
            (Some(pasid), true) => drop(file.pasids.insert(pasid)),
            (Some(pasid), false) => drop(file.pasids.remove(&pasid)),
        }
    }

    /// `vfio_df_ioctl_attach_pt`: what is attached already is replaced.
    fn cdev_attach(&mut self, device: DeviceId, to: PageTable, pasid: Option<u32>) -> Result<(), Errno> {
        self.check_cdev_pasid(pasid)?;
        if self.state.iommufd.access(device).is_some() {
            return self.attach_access(device, to, pasid);
        }
        let at = pasid.unwrap_or(NO_PASID);
        if self.cdev_is_attached(device, pasid) {
            return self.iommufd_replace(device, to, at);
        }
        self.iommufd_attach(device, to, at)?;
        self.cdev_set_attached(device, pasid, true);
        Ok(())
    }

    /// `vfio_df_ioctl_detach_pt`: nothing attached is no error.
    fn cdev_detach(&mut self, device: DeviceId, pasid: Option<u32>) -> Result<(), Errno> {
        self.check_cdev_pasid(pasid)?;
        if self.state.iommufd.access(device).is_some() {
            return self.detach_access(device, pasid);
        }
        if self.cdev_is_attached(device, pasid) {
            self.iommufd_detach(device, pasid.unwrap_or(NO_PASID));
            self.cdev_set_attached(device, pasid, false);
        }
        Ok(())
    }

    /// Before PASIDs there is no flag for them.
    fn check_cdev_pasid(&mut self, pasid: Option<u32>) -> Result<(), Errno> {
        if pasid.is_some() && self.rules.iommufd_pasid() == IommufdPasid::Absent {
            return Err(self.refuse(Errno::EINVAL, Reason::NoPasidSupport));
        }
        Ok(())
    }
}
