// SPDX-License-Identifier: GPL-2.0-only
//! Attaching groups with handles, which take the place of PASID 0 in the group's table.

use super::Engine;
use super::rules::{GroupHandle, ReplacedHandle};
use super::set_domain::May;
use super::state::{DomainId, Stored};
use crate::script::{DomainKind, Errno, GroupId, HandleId};
use crate::trace::{Crash, Outcome, Reason};

/// What the devices of a group do without PASIDs (`IOMMU_NO_PASID`).
const NO_PASID: u32 = 0;

impl Engine<'_> {
    /// `iommu_attach_group_handle`
    pub(super) fn attach_group_handle(
        &mut self,
        domain: DomainId,
        group: GroupId,
        handle: Option<HandleId>,
    ) -> Result<(), Errno> {
        if handle.is_none() && self.rules.group_handle() == GroupHandle::Required {
            return Err(self.refuse(Errno::EINVAL, Reason::NullHandle));
        }
        // Also where the place turns out to be taken.
        self.tell_handle(handle, domain);
        if self.state.group(group).stored(NO_PASID).is_some() {
            return Err(self.refuse(Errno::EBUSY, Reason::PasidTaken));
        }
        self.attach_group(domain, group)?;
        let stored = handle.map_or(Stored::Reserved, Stored::Handle);
        self.state.group_mut(group).store(NO_PASID, stored);
        Ok(())
    }

    /// The same with a handle that nobody else has.
    pub(super) fn attach_group_fresh(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        if self.state.group(group).stored(NO_PASID).is_some() {
            return Err(self.refuse(Errno::EBUSY, Reason::PasidTaken));
        }
        self.attach_group(domain, group)?;
        self.state.group_mut(group).store(NO_PASID, Stored::Fresh(domain));
        Ok(())
    }

    /// `iommu_detach_group_handle`
    pub(super) fn detach_group_handle(&mut self, group: GroupId) {
        self.detach_to_core(group);
        self.state.group_mut(group).erase(NO_PASID);
    }

    /// `iommu_replace_group_handle`
    pub(super) fn replace_group_handle(
        &mut self,
        domain: Option<DomainId>,
        group: GroupId,
        handle: Option<HandleId>,
    ) -> Result<(), Errno> {
        let Some(domain) = domain else {
            return Err(self.refuse(Errno::EINVAL, Reason::NullDomain));
        };
        if handle.is_none() && self.rules.group_handle() == GroupHandle::Required {
            return Err(self.refuse(Errno::EINVAL, Reason::NullHandle));
        }
        if handle.is_some() && self.rules.replaced_handle() == ReplacedHandle::Told {
            self.tell_handle(handle, domain);
        }
        if let Err(errno) = self.set_domain(group, Some(domain), May::Fail) {
            // What was only reserved goes, no matter who had reserved it.
            if self.state.group(group).stored(NO_PASID) == Some(Stored::Reserved) {
                self.state.group_mut(group).erase(NO_PASID);
            }
            return Err(errno);
        }
        match handle {
            Some(handle) => self.state.group_mut(group).store(NO_PASID, Stored::Handle(handle)),
            None => {
                self.state.group_mut(group).erase(NO_PASID);
            }
        }
        Ok(())
    }

    /// The same with a handle that nobody else has, where there is one already.
    pub(super) fn replace_group_fresh(&mut self, domain: DomainId, group: GroupId) -> Result<(), Errno> {
        self.set_domain(group, Some(domain), May::Fail)?;
        self.state.group_mut(group).store(NO_PASID, Stored::Fresh(domain));
        Ok(())
    }

    /// Writes a handle's `domain`.
    pub(super) fn tell_handle(&mut self, handle: Option<HandleId>, domain: DomainId) {
        if let Some(handle) = handle
            && let Some(known) = self.state.handles.get_mut(handle.index())
        {
            *known = Some(domain);
        }
    }

    /// The `domain` of what is at a PASID.
    pub(super) fn stored_domain(&self, stored: Stored) -> Option<DomainId> {
        match stored {
            Stored::Domain(domain) | Stored::Fresh(domain) => Some(domain),
            Stored::Handle(handle) => self.state.handles.get(handle.index()).copied().flatten(),
            Stored::Reserved => None,
        }
    }

    /// `iommu_attach_handle_get`
    pub(super) fn attach_handle_get(
        &mut self,
        group: GroupId,
        pasid: u32,
        kind: Option<DomainKind>,
    ) -> Outcome {
        let stored = self.state.group(group).stored(pasid);
        let (stored, handle) = match stored {
            Some(stored @ Stored::Handle(handle)) => (stored, Some(handle)),
            Some(stored @ Stored::Fresh(_)) => (stored, None),
            Some(Stored::Domain(_) | Stored::Reserved) | None => {
                return Outcome::Err(self.refuse(Errno::ENOENT, Reason::PasidFree));
            }
        };
        let domain = self.stored_domain(stored);
        // The number of the blocked type is 0, which asks for any.
        if let Some(kind) = kind.filter(|kind| *kind != DomainKind::Blocked) {
            let Some(domain) = domain else {
                return Outcome::Err(self.die(Crash::HandleWithoutDomain));
            };
            if self.state.kind(domain) != kind {
                return Outcome::Err(self.refuse(Errno::EBUSY, Reason::OtherType));
            }
        }
        Outcome::Handle { handle, domain: domain.map(|domain| self.pointer(domain)) }
    }
}
