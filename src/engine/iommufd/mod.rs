// SPDX-License-Identifier: GPL-2.0-only
//! iommufd: contexts, bound devices, address spaces, page tables (v6.2).
//!
//! What is modelled is what decides about groups, domains and errnos. Mappings of an address space, nested page tables,
//! faults and dirty tracking are left out: an address space is empty, so that no page table is ever refused for what is
//! mapped.

mod access;
mod attach;
mod bind;
mod cdev;
mod compat;
mod page_table;
mod replace;
#[cfg(test)]
mod tests;

use super::Engine;
use super::rules::{Iommufd, IommufdHwptAlloc, IommufdPasid, IommufdReplace, IommufdTwice};
use super::state::DomainId;
use crate::script::{CdevOp, DeviceId, DomainRef, GroupId, IoasId, IommufdOp, OwnerId, PageTable};
use crate::trace::{BadOp, Outcome, Skip};

/// `IOMMU_NO_PASID`: what a device's DMA uses that names no PASID.
const NO_PASID: u32 = 0;

/// The number that an object has in its context. A context that closes destroys its objects in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Number(u32);

/// A page table, an index into [`Objects::page_tables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Hwpt(usize);

/// `struct iommufd_device`: a device that is bound to a context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Bound {
    device: DeviceId,
    context: OwnerId,
    number: Number,
    /// The group that it was in, to which iommufd keeps a reference.
    group: GroupId,
    /// PASID and page table.
    attached: Vec<(u32, Hwpt)>,
    /// VFIO has forgotten it: nobody will ever unbind it.
    lost: bool,
}

/// What an address space is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum IoasName {
    /// By the script.
    Of(IoasId),
    /// Not at all: iommufd made it for VFIO's groups, as the object of this number.
    Compat(OwnerId, usize),
}

/// `struct iommufd_ioas`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ioas {
    id: IoasName,
    context: OwnerId,
    number: Number,
    destroyed: bool,
}

/// `struct iommufd_hwpt_paging`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PageTableObject {
    domain: DomainId,
    ioas: IoasName,
    context: OwnerId,
    number: Number,
    /// Made by iommufd itself, and gone with its last user.
    auto: bool,
    /// May be attached beside PASIDs, and to them.
    pasid: bool,
    destroyed: bool,
}

/// The objects of all contexts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::engine) struct Objects {
    bound: Vec<Bound>,
    ioas: Vec<Ioas>,
    page_tables: Vec<PageTableObject>,
    /// `vfio_ioas` of contexts that have one.
    compat: Vec<(OwnerId, IoasName)>,
    /// Contexts in `no_iommu_mode`.
    no_iommu_mode: Vec<OwnerId>,
    accesses: Vec<access::Access>,
    files: Vec<cdev::CdevFile>,
}

impl Objects {
    fn bound(&self, device: DeviceId) -> Option<&Bound> {
        self.bound.iter().find(|bound| bound.device == device)
    }

    /// An address space that a context can name.
    fn ioas(&self, id: IoasName, context: OwnerId) -> Option<&Ioas> {
        self.ioas.iter().find(|ioas| ioas.id == id && ioas.context == context && !ioas.destroyed)
    }

    /// The page table of this domain.
    fn page_table(&self, domain: DomainId) -> Option<Hwpt> {
        self.page_tables.iter().position(|hwpt| hwpt.domain == domain && !hwpt.destroyed).map(Hwpt)
    }

    fn get(&self, hwpt: Hwpt) -> &PageTableObject {
        &self.page_tables[hwpt.0]
    }

    /// The number of a new object: the lowest that is free (`xa_alloc` from 1 on).
    fn new_number(&self, context: OwnerId) -> Number {
        let devices = self.bound.iter().map(|bound| (bound.context, bound.number));
        let spaces = self.ioas.iter().filter(|ioas| !ioas.destroyed).map(|ioas| (ioas.context, ioas.number));
        let tables = self.page_tables.iter().filter(|hwpt| !hwpt.destroyed);
        let taken: Vec<Number> = devices
            .chain(spaces)
            .chain(tables.map(|hwpt| (hwpt.context, hwpt.number)))
            .filter(|(of, _)| *of == context)
            .map(|(_, number)| number)
            .collect();
        (1..).map(Number).find(|number| !taken.contains(number)).unwrap_or(Number(u32::MAX))
    }

    /// So many devices and PASIDs are attached to it.
    fn users(&self, hwpt: Hwpt) -> usize {
        self.bound.iter().flat_map(|bound| &bound.attached).filter(|(_, used)| *used == hwpt).count()
    }
}

impl Engine<'_> {
    /// Is this device bound to a context?
    pub(super) fn is_bound_to_iommufd(&self, device: DeviceId) -> bool {
        self.state.iommufd.context_of(device).is_some()
    }

    /// Would an unbind of its driver wait for iommufd?
    pub(super) fn waits_for_iommufd(&self, device: DeviceId) -> bool {
        self.state.iommufd.bound(device).is_some_and(|bound| !bound.lost)
    }

    /// VFIO forgets what it has bound.
    pub(super) fn forget_binding(&mut self, device: DeviceId) {
        for bound in self.state.iommufd.bound.iter_mut().filter(|bound| bound.device == device) {
            bound.lost = true;
        }
    }

    /// Is any device bound to a context?
    pub(super) fn iommufd_has_devices(&self) -> bool {
        !self.state.iommufd.bound.is_empty()
    }

    /// Does this domain belong to a page table of iommufd, which alone may free it?
    pub(super) fn is_page_table(&self, domain: DomainId) -> bool {
        self.state.iommufd.page_table(domain).is_some()
    }

    /// The outcome of an operation; `Err` where it did not get to run.
    pub(super) fn run_iommufd(&mut self, op: IommufdOp) -> Result<Outcome, Outcome> {
        self.needs(self.rules.iommufd() == Iommufd::Present)?;
        Ok(match op {
            IommufdOp::DeviceBind { device, context } => {
                self.present(device)?;
                if self.is_bound_to_iommufd(device) {
                    return Err(Outcome::Skipped(Skip::BoundToIommufd));
                }
                Outcome::from(self.iommufd_bind(device, context))
            }
            IommufdOp::DeviceUnbind { device } => {
                let bound = self.bound(device)?;
                if !bound.attached.is_empty() {
                    return Err(Outcome::Skipped(Skip::PageTableAttached));
                }
                self.grouped(device)?;
                self.iommufd_unbind(device);
                Outcome::Void
            }
            IommufdOp::IoasAlloc { ioas, context } => {
                let id = IoasName::Of(ioas);
                if self.state.iommufd.ioas.iter().any(|known| known.id == id) {
                    return Err(Outcome::Bad(BadOp::NameInUse));
                }
                let number = self.state.iommufd.new_number(context);
                self.state.iommufd.ioas.push(Ioas { id, context, number, destroyed: false });
                Outcome::Ok
            }
            IommufdOp::HwptAlloc { hwpt, ioas, device, pasid } => {
                self.present(device)?;
                self.needs(self.rules.iommufd_hwpt_alloc() == IommufdHwptAlloc::Present)?;
                if self.find_domain(hwpt).is_some() {
                    return Err(Outcome::Bad(BadOp::NameInUse));
                }
                Outcome::from(self.hwpt_alloc(hwpt, ioas, device, pasid))
            }
            IommufdOp::DeviceAttach { device, to, pasid } => {
                self.knows_iommufd_pasid(pasid)?;
                let bound = self.bound(device)?;
                let attached = bound.attached.iter().any(|(at, _)| *at == pasid.unwrap_or(NO_PASID));
                if attached && self.rules.iommufd_twice() == IommufdTwice::Corrupts {
                    return Err(Outcome::Skipped(Skip::PageTableAttached));
                }
                Outcome::from(self.iommufd_attach(device, to, pasid.unwrap_or(NO_PASID)))
            }
            IommufdOp::DeviceReplace { device, to, pasid } => {
                self.needs(self.rules.iommufd_replace() != IommufdReplace::Absent)?;
                self.knows_iommufd_pasid(pasid)?;
                self.bound(device)?;
                Outcome::from(self.iommufd_replace(device, to, pasid.unwrap_or(NO_PASID)))
            }
            IommufdOp::DeviceDetach { device, pasid } => {
                self.knows_iommufd_pasid(pasid)?;
                let pasid = pasid.unwrap_or(NO_PASID);
                if !self.bound(device)?.attached.iter().any(|(at, _)| *at == pasid) {
                    return Err(Outcome::Skipped(Skip::NoPageTableAttached));
                }
                self.iommufd_detach(device, pasid);
                Outcome::Void
            }
            IommufdOp::VfioIoasSet { ioas, context } => Outcome::from(self.set_compat_ioas(ioas, context)),
            IommufdOp::VfioIoasClear { context } => {
                self.clear_compat_ioas(context);
                Outcome::Ok
            }
            IommufdOp::Destroy { object } => Outcome::from(self.iommufd_destroy(object)),
            IommufdOp::Cdev { device, file, op } => self.run_cdev(device, file, op)?,
        })
    }

    /// The bond that a driver made; VFIO's are VFIO's affair.
    fn bound(&self, device: DeviceId) -> Result<&Bound, Outcome> {
        let by_driver = |_: &&Bound| !self.is_open_for_context(device) && !self.is_bound_by_cdev(device);
        let bound = self.state.iommufd.bound(device).filter(by_driver);
        bound.ok_or(Outcome::Skipped(Skip::NotBoundToIommufd))
    }

    fn knows_iommufd_pasid(&self, pasid: Option<u32>) -> Result<(), Outcome> {
        self.needs(pasid.is_none() || self.rules.iommufd_pasid() == IommufdPasid::Present)
    }

    /// All files are closed: devices are detached and unbound, then the objects that nobody uses go. A context with a
    /// device that was forgotten is never closed.
    pub(super) fn close_iommufd(&mut self) {
        self.state.iommufd.accesses.clear();
        while let Some(bound) = self.state.iommufd.bound.iter().find(|bound| !bound.lost) {
            let (device, attached) = (bound.device, bound.attached.clone());
            if self.is_bound_by_cdev(device) {
                self.cdev_unbind(device);
                continue;
            }
            for (pasid, _) in attached.into_iter().rev() {
                self.iommufd_detach(device, pasid);
            }
            self.iommufd_unbind(device);
        }
        self.state.iommufd.files.clear();
        let tables = self.state.iommufd.page_tables.iter().enumerate();
        let tables = tables.filter(|(at, hwpt)| !hwpt.destroyed && self.state.iommufd.users(Hwpt(*at)) == 0);
        let mut tables: Vec<_> = tables.map(|(at, hwpt)| (hwpt.context, hwpt.number, at)).collect();
        tables.sort_unstable();
        for (_, _, at) in tables {
            self.destroy_page_table(Hwpt(at));
        }
    }

    /// Are the ids of an operation in the script's tables?
    pub(super) fn check_iommufd_ids(&self, op: IommufdOp) -> Result<(), BadOp> {
        let device = |id: DeviceId| in_table(id.index(), self.script.devices.len(), BadOp::NoSuchDevice);
        let context = |id: OwnerId| in_table(id.index(), self.script.owners.len(), BadOp::NoSuchDomain);
        let ioas = |id: IoasId| in_table(id.index(), self.script.ioas.len(), BadOp::NoSuchDomain);
        let hwpt = |id: DomainRef| in_table(id.index(), self.script.domains.len(), BadOp::NoSuchDomain);
        let table = |to: PageTable| match to {
            PageTable::Hwpt(id) => hwpt(id),
            PageTable::Ioas(id) => ioas(id),
        };
        match op {
            IommufdOp::DeviceBind { device: id, context: of } => device(id).and_then(|()| context(of)),
            IommufdOp::DeviceUnbind { device: id } | IommufdOp::DeviceDetach { device: id, .. } => device(id),
            IommufdOp::IoasAlloc { ioas: id, context: of }
            | IommufdOp::VfioIoasSet { ioas: id, context: of } => ioas(id).and_then(|()| context(of)),
            IommufdOp::VfioIoasClear { context: of } => context(of),
            IommufdOp::HwptAlloc { hwpt: name, ioas: of, device: id, .. } => {
                device(id).and_then(|()| hwpt(name)).and_then(|()| ioas(of))
            }
            IommufdOp::DeviceAttach { device: id, to, .. }
            | IommufdOp::DeviceReplace { device: id, to, .. } => device(id).and_then(|()| table(to)),
            IommufdOp::Destroy { object } => table(object),
            IommufdOp::Cdev { device: id, op, .. } => device(id).and_then(|()| match op {
                CdevOp::Bind { context: of } => context(of),
                CdevOp::Attach { to, .. } => table(to),
                CdevOp::Open | CdevOp::Close | CdevOp::Detach { .. } => Ok(()),
            }),
        }
    }
}

fn in_table(index: usize, len: usize, otherwise: BadOp) -> Result<(), BadOp> {
    if index < len { Ok(()) } else { Err(otherwise) }
}
