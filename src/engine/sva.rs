// SPDX-License-Identifier: GPL-2.0-only
//! Devices that use the address space of a process: its domain at its PASID.

use super::Engine;
use super::rules::{SvaAgain, SvaBind, SvaIncapable, SvaOnX86, SvaSharing};
use super::state::{Bond, DomainId, Stored};
use crate::script::{Arch, DeviceId, DomainKind, Errno, GivenHandle, GroupId};
use crate::trace::{Crash, Outcome, Reason, Skip, Warn};

/// The first PASID that is given to an address space, and the only one: a script has one.
const FIRST_PASID: u32 = 1;

impl Engine<'_> {
    /// `iommu_sva_bind_device`
    pub(super) fn sva_bind(&mut self, device: DeviceId) -> Result<(), Errno> {
        let rule = self.rules.sva_bind();
        let Some(group) = self.state.device(device).group else {
            return Err(match rule {
                SvaBind::GroupsBond => self.refuse(Errno::ENODEV, Reason::NoGroup),
                SvaBind::Absent | SvaBind::GroupsDomain | SvaBind::DevicesBond => {
                    self.die(Crash::DeviceWithoutIommu)
                }
            });
        };
        // The refusal stands before the first look at the device, in v6.6.y behind the address space's PASID.
        let refused_late = rule == SvaBind::GroupsDomain;
        if !refused_late {
            self.refuse_sva_on_x86()?;
        }
        if !self.state.device(device).has_iommu {
            return Err(self.die(Crash::DeviceWithoutIommu));
        }
        let pasid = self.address_space_pasid(device)?;
        if refused_late {
            self.refuse_sva_on_x86()?;
        }
        if let Some(bond) = self.shared_bond(device, group, pasid)? {
            self.hold(device, bond);
            return Ok(());
        }
        let (domain, new) = self.attach_address_space(device, pasid)?;
        let listed = match self.rules.sva_sharing() {
            SvaSharing::AnyBond => true,
            SvaSharing::NoBond => false,
            SvaSharing::BondOfNewDomain => new,
        };
        let bonds = &mut self.state.address_space.bonds;
        bonds.push(Bond { device, device_gone: false, group, domain, users: 0, listed });
        let bond = bonds.len() - 1;
        self.hold(device, bond);
        Ok(())
    }

    /// 72f98ef9a4be: no address space for devices on x86.
    fn refuse_sva_on_x86(&mut self) -> Result<(), Errno> {
        if self.script.arch == Arch::Generic && self.rules.sva_on_x86() == SvaOnX86::Refused {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::SvaDisabled));
        }
        Ok(())
    }

    /// The PASID of the address space, which is given one if it has none.
    fn address_space_pasid(&mut self, device: DeviceId) -> Result<u32, Errno> {
        let limit = self.max_pasids(device);
        let known = self.state.address_space.pasid;
        if limit == 0 && self.rules.sva_incapable() == SvaIncapable::NotSupported {
            return Err(self.refuse(Errno::EOPNOTSUPP, Reason::NoPasidSupport));
        }
        let beyond = match self.rules.sva_again() {
            SvaAgain::LastButOne => limit.saturating_sub(1),
            SvaAgain::Last => limit,
        };
        match known {
            Some(pasid) if pasid >= beyond => Err(self.refuse(Errno::EOVERFLOW, Reason::BadPasid)),
            Some(pasid) => Ok(pasid),
            None if limit <= FIRST_PASID => Err(self.refuse(Errno::ENOSPC, Reason::NoPasidSupport)),
            None => {
                self.state.address_space.pasid = Some(FIRST_PASID);
                Ok(FIRST_PASID)
            }
        }
    }

    /// A bond that another bind can share, as each release looks for one.
    fn shared_bond(&mut self, device: DeviceId, group: GroupId, pasid: u32) -> Result<Option<usize>, Errno> {
        let bonds = &self.state.address_space.bonds;
        if self.rules.sva_bind() == SvaBind::DevicesBond {
            return Ok(bonds.iter().position(|bond| bond.users > 0 && bond.listed && bond.device == device));
        }
        // An older one is of a group that has gone, and was made anew since.
        let of_group = bonds.iter().rposition(|bond| bond.users > 0 && bond.group == group);
        // The place holds what is found there: a domain, or where there are handles, a handle.
        let (Some(stored @ (Stored::Domain(_) | Stored::Handle(_) | Stored::Fresh(_))), shares) =
            (self.state.group(group).stored(pasid), of_group)
        else {
            return Ok(None);
        };
        if self.rules.sva_bind() == SvaBind::GroupsBond && matches!(stored, Stored::Domain(_)) {
            return Ok(None);
        }
        match self.stored_domain(stored) {
            None => Err(self.die(Crash::HandleWithoutDomain)),
            Some(domain) if self.state.kind(domain) == DomainKind::Sva => Ok(shares),
            Some(_) => Err(self.refuse(Errno::EBUSY, Reason::OtherType)),
        }
    }

    /// Attaches a domain of the address space to the device's group: one that it has, where it may, or a new one. Is it
    /// new?
    fn attach_address_space(&mut self, device: DeviceId, pasid: u32) -> Result<(DomainId, bool), Errno> {
        let pasid = pasid.cast_signed();
        if self.rules.sva_bind() != SvaBind::GroupsDomain {
            for i in 0..self.state.address_space.domains.len() {
                let domain = self.state.address_space.domains[i].0;
                if self.attach_pasid(domain, device, pasid, GivenHandle::Fresh).is_ok() {
                    self.state.address_space.domains[i].1 += 1;
                    return Ok((domain, false));
                }
            }
        }
        let domain = self.sva_domain();
        if let Err(errno) = self.attach_pasid(domain, device, pasid, GivenHandle::Fresh) {
            self.free(domain);
            return Err(errno);
        }
        self.state.address_space.domains.insert(0, (domain, 1));
        Ok((domain, true))
    }

    /// One more bind has this bond.
    fn hold(&mut self, device: DeviceId, bond: usize) {
        let space = &mut self.state.address_space;
        space.bonds[bond].users += 1;
        space.held.push((device, bond));
    }

    /// A device is taken away.
    pub(super) fn outlive_device(&mut self, device: DeviceId) {
        for bond in &mut self.state.address_space.bonds {
            bond.device_gone |= bond.device == device;
        }
    }

    /// The device that an unbind of a bond goes to. Up to v6.7 each bind knows its own, later the first one's is kept for
    /// all.
    fn device_of(&self, device: DeviceId, bond: usize) -> DeviceId {
        match self.rules.sva_bind() {
            SvaBind::GroupsDomain => device,
            SvaBind::Absent | SvaBind::DevicesBond | SvaBind::GroupsBond => {
                self.state.address_space.bonds[bond].device
            }
        }
    }

    /// Is that device in no group any more, or not there?
    fn group_is_lost(&self, device: DeviceId, bond: usize) -> bool {
        let of = self.device_of(device, bond);
        let bond = self.state.address_space.bonds[bond];
        (bond.device_gone && bond.device == of) || self.state.device(of).group.is_none()
    }

    /// Whoever has bound devices unbinds them, the last one first, but for bonds whose device is in no group any more.
    pub(super) fn sva_end(&mut self) {
        while let Some(&(device, bond)) = self.state.address_space.held.last() {
            if self.group_is_lost(device, bond) {
                self.state.address_space.held.pop();
            } else if self.sva_unbind(device).is_err() {
                break;
            }
        }
    }

    /// `iommu_sva_unbind_device`
    pub(super) fn sva_unbind(&mut self, device: DeviceId) -> Result<(), Outcome> {
        let space = &mut self.state.address_space;
        let Some(at) = space.held.iter().rposition(|held| held.0 == device) else {
            return Err(Outcome::Skipped(Skip::NotBound));
        };
        let (_, index) = space.held.remove(at);
        let bond = &mut space.bonds[index];
        if !bond.listed && self.rules.sva_sharing() == SvaSharing::BondOfNewDomain {
            self.warn(Warn::SvaNotCounted);
            return Ok(());
        }
        bond.users -= 1;
        let Bond { domain, users, .. } = *bond;
        if users > 0 {
            return Ok(());
        }
        if self.group_is_lost(device, index) {
            self.die(Crash::DeviceWithoutGroup);
            return Ok(());
        }
        let of = self.device_of(device, index);
        let pasid = self.state.address_space.pasid.unwrap_or(FIRST_PASID);
        self.detach_pasid(domain, of, pasid.cast_signed());
        let domains = &mut self.state.address_space.domains;
        if let Some(place) = domains.iter().position(|known| known.0 == domain) {
            domains[place].1 -= 1;
            if domains[place].1 == 0 {
                domains.remove(place);
                self.free(domain);
            }
        }
        Ok(())
    }
}
