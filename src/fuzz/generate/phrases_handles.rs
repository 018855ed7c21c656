// SPDX-License-Identifier: GPL-2.0-only
//! Phrases about attach handles.

use super::moves::choose;
use super::play::Play;
use super::world::HANDLES;
use crate::engine::rules::{GroupHandle, PasidReplace, SvaBind};
use crate::script::{DomainKind, Errno, Fault, FaultDomain, FaultKind, GivenHandle, GroupId, HandleId, Op};

/// The most handles that a script has at one PASID and forgets.
const FEW: usize = 3;

impl Play<'_> {
    /// A group is attached with handles, its PASIDs too; what they are in the way of.
    pub(super) fn scene_of_handles(&mut self) -> Option<()> {
        if self.profile.point.rules.group_handle == GroupHandle::Absent {
            return None;
        }
        let group = self.any_group()?;
        if self.random.percent(35) {
            let kind = self.random.of([FaultKind::Attach, FaultKind::Attach, FaultKind::Pasid]);
            self.fault(Some(kind), Some(group));
        }
        for _ in 0..self.random.between(3, 7) {
            choose!(self,
                40 => self.attach_handle(group),
                25 => self.replace_handle(group),
                15 => self.detach_handle(group),
                12 => self.get_handle(group),
                15 => self.attach_pasid_with_handle(group),
                25 => self.replace_pasid(group),
                6 => self.detach_some_pasid(group),
                12 => self.replace_pasid_for_worse(group),
                6 => self.claim(group),
                6 => self.release(group),
                5 => self.use_default(group),
                5 => self.unuse_default(group),
                3 => self.write_type(group),
                4 => self.attach(group),
                4 => self.detach(group),
                4 => self.replug(group),
                4 => self.fault(Some(FaultKind::Pasid), Some(group)),
                10 => self.act(group),
            );
        }
        Some(())
    }

    /// Devices use the script's address space.
    pub(super) fn scene_of_an_address_space(&mut self) -> Option<()> {
        if !self.profile.supports.sva || self.profile.point.rules.sva_bind == SvaBind::Absent {
            return None;
        }
        let group = self.any_group()?;
        for _ in 0..self.random.between(3, 7) {
            let device = self.some_device(group)?;
            choose!(self,
                40 => { self.say(Op::SvaBindDevice { device }); },
                25 => { self.say(Op::SvaUnbindDevice { device }); },
                8 => self.attach_pasid_with_handle(group),
                8 => self.detach_some_pasid(group),
                6 => self.fault(Some(FaultKind::Pasid), Some(group)),
                10 => self.act(group),
            );
        }
        Some(())
    }

    /// A handle; the first ones more often, seldom the NULL pointer.
    fn some_handle(&mut self) -> Option<HandleId> {
        let last = usize::from(HANDLES) - 1;
        let number = if self.random.percent(80) { self.random.between(0, FEW - 1) } else { last };
        let handle = u8::try_from(number.min(last)).ok().map(HandleId);
        handle.filter(|_| !self.random.one_in(14))
    }

    fn attach_handle(&mut self, group: GroupId) {
        if let Some(domain) = self.any_domain(14) {
            let handle = self.some_handle();
            self.say(Op::AttachGroupHandle { domain, group, handle });
        }
    }

    fn replace_handle(&mut self, group: GroupId) {
        let domain = self.any_domain(14).filter(|_| !self.random.one_in(20));
        let handle = self.some_handle();
        self.say(Op::ReplaceGroupHandle { domain, group, handle });
    }

    fn detach_handle(&mut self, group: GroupId) {
        let current = self.current_domain(group).filter(|domain| self.domains.contains(domain));
        if let Some(domain) = current.or_else(|| self.own_domain()) {
            self.say(Op::DetachGroupHandle { domain, group });
        }
    }

    fn get_handle(&mut self, group: GroupId) {
        let known = self.pasids.clone();
        let attached = self.random.pick(&known).map(|attached| attached.pasid);
        let pasid = attached.filter(|_| self.random.percent(60)).unwrap_or(0);
        let kinds = [
            (DomainKind::Unmanaged, 6),
            (DomainKind::Identity, 3),
            (DomainKind::Dma, 3),
            (DomainKind::Blocked, 2),
            (DomainKind::DmaFq, 1),
            (DomainKind::Platform, 1),
        ];
        let kind = self.random.weighted(&kinds).filter(|_| self.random.percent(40));
        self.say(Op::AttachHandleGet { group, pasid, kind });
    }

    fn attach_pasid_with_handle(&mut self, group: GroupId) {
        let pasid = self.random.of([1, 1, 1, 2, 2, 3, 16, 0]);
        if let (Some(domain), Some(device)) = (self.any_domain(14), self.some_device(group)) {
            let handle = self.some_handle().map_or(GivenHandle::Null, GivenHandle::Named);
            self.say(Op::AttachDevicePasid { domain, device, pasid, handle });
        }
    }

    fn replace_pasid(&mut self, group: GroupId) {
        if self.profile.point.rules.pasid_replace == PasidReplace::Absent {
            return;
        }
        let known: Vec<_> = self.pasids.iter().copied().filter(|known| known.group == group).collect();
        let attached = self.random.pick(&known);
        let pasid = match attached {
            Some(attached) if self.random.percent(90) => attached.pasid,
            _ => self.random.of([1, 2, 0]),
        };
        if let (Some(domain), Some(device)) = (self.any_domain(14), self.some_device(group)) {
            let handle = self.some_handle();
            self.say(Op::ReplaceDevicePasid { domain, device, pasid, handle });
        }
    }

    /// A replacement that the last device refuses, and of which the first one cannot be relieved.
    fn replace_pasid_for_worse(&mut self, group: GroupId) {
        let members = self.members(group);
        if let [first, .., last] = members[..] {
            if !self.pasids.iter().any(|known| known.group == group) {
                self.attach_pasid_with_handle(group);
            }
            let fault = |device, skip| {
                let (kind, domain) = (FaultKind::Pasid, FaultDomain::Any);
                Op::Fail(Fault {
                    kind,
                    device: Some(device),
                    domain,
                    errno: Errno::EIO,
                    skip,
                    count: Some(1),
                })
            };
            self.say(fault(last, 0));
            self.say(fault(first, 1));
            self.replace_pasid(group);
        }
    }

    fn detach_some_pasid(&mut self, group: GroupId) {
        let known: Vec<_> = self.pasids.iter().copied().filter(|known| known.group == group).collect();
        if let (Some(attached), Some(device)) = (self.random.pick(&known), self.some_device(group)) {
            let (domain, pasid) = (attached.domain, attached.pasid);
            self.say(Op::DetachDevicePasid { domain, device, pasid });
        }
    }
}
