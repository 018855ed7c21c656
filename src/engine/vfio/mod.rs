// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's group interface with type 1: what user space may do with a group, and what that does to its DMA.
//!
//! Read in `drivers/vfio/` of 5.10, 5.15, 6.1, 6.12 and 7.3; the steps between them by the commits that
//! [`crate::history`] names.

mod container;
mod context;
mod fake;
mod group;
mod type1;

use super::Engine;
use super::rules::{VfioIommufd, VfioLastDevice};
use crate::script::{ContainerId, DeviceId, Errno, GroupId, VfioOp, VfioStatus};
use crate::trace::{Outcome, Skip};
use group::VfioGroup;
use type1::Type1;

/// `struct vfio_group`, an index into [`Vfio::groups`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct GroupObject(usize);

/// `struct vfio_container`, an index into [`Vfio::containers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct ContainerObject(usize);

/// `struct vfio_container`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct VfioContainer {
    name: ContainerId,
    /// The groups in it, the last one put in first.
    groups: Vec<GroupObject>,
    /// Its IOMMU, once it is set.
    iommu: Option<Type1>,
}

/// An open file of user space's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum File {
    Group(GroupId, GroupObject),
    Container(ContainerId, ContainerObject),
    Device(DeviceId, GroupObject, Opened),
}

/// What the device of an open file gets its DMA from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Opened {
    Container,
    Iommufd,
}

/// What VFIO keeps. Objects stay in their tables when they are gone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Vfio {
    groups: Vec<VfioGroup>,
    containers: Vec<VfioContainer>,
    /// Open files, in the order in which they were opened.
    files: Vec<File>,
    /// Devices that vfio-pci has open, and whether the reset at the open worked (`reset_works`).
    resets: Vec<(DeviceId, bool)>,
    /// User space has no `CAP_SYS_RAWIO` any more.
    unprivileged: bool,
}

impl Vfio {
    fn group_file(&self, group: GroupId) -> Option<GroupObject> {
        self.files.iter().find_map(|file| match *file {
            File::Group(id, object) if id == group => Some(object),
            _ => None,
        })
    }

    fn container_file(&self, container: ContainerId) -> Option<ContainerObject> {
        self.files.iter().find_map(|file| match *file {
            File::Container(id, object) if id == container => Some(object),
            _ => None,
        })
    }

    fn device_file(&self, device: DeviceId) -> Option<GroupObject> {
        self.files.iter().find_map(|file| match *file {
            File::Device(id, object, _) if id == device => Some(object),
            _ => None,
        })
    }

    /// Is one open for the group's container (`container_users`)?
    fn uses_container(&self, object: GroupObject) -> bool {
        self.files.iter().any(|file| matches!(file, File::Device(_, of, Opened::Container) if *of == object))
    }

    fn group(&self, object: GroupObject) -> &VfioGroup {
        &self.groups[object.0]
    }

    fn group_mut(&mut self, object: GroupObject) -> &mut VfioGroup {
        &mut self.groups[object.0]
    }
}

impl Engine<'_> {
    /// A call of user space's; `Err` where it is not made.
    pub(super) fn vfio(&mut self, op: VfioOp) -> Result<Outcome, Outcome> {
        let skip = |skip| Outcome::Skipped(skip);
        Ok(match op {
            VfioOp::GroupOpen { group } => {
                if !self.state.group(group).alive {
                    return Err(skip(Skip::GroupNotPresent));
                }
                Outcome::from(self.vfio_group_open(group))
            }
            VfioOp::GroupClose { group } => {
                let object = self.open_group(group)?;
                self.vfio_group_close(group, object);
                Outcome::Ok
            }
            VfioOp::ContainerOpen { container } => {
                if self.state.vfio.container_file(container).is_some() {
                    return Err(skip(Skip::ContainerOpenAlready));
                }
                self.vfio_container_open(container);
                Outcome::Ok
            }
            VfioOp::ContainerClose { container } => {
                self.open_container(container)?;
                self.state
                    .vfio
                    .files
                    .retain(|file| !matches!(file, File::Container(c, _) if *c == container));
                Outcome::Ok
            }
            VfioOp::GroupSetContainer { group, container } => {
                let group = self.open_group(group)?;
                let container = self.open_container(container)?;
                Outcome::from(self.vfio_set_container(group, container))
            }
            VfioOp::GroupSetIommufd { group, context } => {
                self.needs(self.rules.vfio_iommufd() != VfioIommufd::Absent)?;
                let group = self.open_group(group)?;
                Outcome::from(self.vfio_set_context(group, context))
            }
            VfioOp::SetIommuOfIommufd { context, iommu } => {
                self.needs(self.rules.vfio_iommufd() != VfioIommufd::Absent)?;
                Outcome::from(self.iommufd_set_iommu(context, iommu))
            }
            VfioOp::GroupUnsetContainer { group } => {
                let group = self.open_group(group)?;
                Outcome::from(self.vfio_unset_container(group))
            }
            VfioOp::SetIommu { container, iommu } => {
                let container = self.open_container(container)?;
                Outcome::from(self.vfio_set_iommu(container, iommu))
            }
            VfioOp::GroupGetDeviceFd { group, device } => {
                let group = self.open_group(group)?;
                if self.state.vfio.device_file(device).is_some() {
                    return Err(skip(Skip::DeviceOpenAlready));
                }
                if !self.state.device(device).present {
                    return Err(skip(Skip::DeviceNotPresent));
                }
                if self.is_bound_to_iommufd(device) {
                    return Err(skip(Skip::BoundToIommufd));
                }
                Outcome::from(self.vfio_get_device_fd(group, device))
            }
            VfioOp::DeviceClose { device } => {
                let group = self.state.vfio.device_file(device).ok_or(skip(Skip::DeviceNotOpen))?;
                self.vfio_device_close(device, group);
                Outcome::Ok
            }
            VfioOp::DropRawio => {
                self.state.vfio.unprivileged = true;
                Outcome::Ok
            }
            VfioOp::GroupGetStatus { group } => {
                let group = self.open_group(group)?;
                self.vfio_status(group).map_or_else(Outcome::Err, Outcome::Status)
            }
        })
    }

    fn open_group(&self, group: GroupId) -> Result<GroupObject, Outcome> {
        self.state.vfio.group_file(group).ok_or(Outcome::Skipped(Skip::GroupNotOpen))
    }

    fn open_container(&self, container: ContainerId) -> Result<ContainerObject, Outcome> {
        self.state.vfio.container_file(container).ok_or(Outcome::Skipped(Skip::ContainerNotOpen))
    }

    /// Would an unbind of this device wait for user space, and so for ever?
    pub(super) fn vfio_waits(&self, device: DeviceId) -> bool {
        if self.state.vfio.device_file(device).is_some() {
            return true;
        }
        let Some(object) = self.vfio_group_of(device) else { return false };
        let group = self.state.vfio.group(object);
        group.devices == [device]
            && group.container.is_some()
            && self.rules.vfio_last_device() == VfioLastDevice::Waits
    }

    /// User space ends: its files are closed, devices first, containers last, of each kind the last opened first.
    pub(super) fn vfio_end(&mut self) {
        for kind in [
            |file: &File| matches!(file, File::Device(..)),
            |file: &File| matches!(file, File::Group(..)),
            |file: &File| matches!(file, File::Container(..)),
        ] {
            while let Some(file) = self.state.vfio.files.iter().rev().copied().find(kind) {
                match file {
                    File::Device(device, group, _) => self.vfio_device_close(device, group),
                    File::Group(group, object) => self.vfio_group_close(group, object),
                    File::Container(..) => self.state.vfio.files.retain(|open| *open != file),
                }
            }
        }
    }

    /// `VFIO_GROUP_GET_STATUS`
    fn vfio_status(&mut self, object: GroupObject) -> Result<VfioStatus, Errno> {
        self.is_in_vfio(object)?;
        let group = self.state.vfio.group(object);
        let set = group.has_iommu();
        Ok(VfioStatus::of(self.is_viable(object), set))
    }
}
