// SPDX-License-Identifier: GPL-2.0-only
//! Single moves: operations that fit the state.

use super::play::Play;
use super::world::{DENIED, World, kinds};
use crate::script::{
    DeviceId, DomainKind, DomainRef, DriverKind, Errno, Fault, FaultDomain, FaultKind, Field, GroupId, Op,
    OwnerId, Static, TypeWord,
};

const ERRNOS: [(Errno, usize); 8] = [
    (Errno::EINVAL, 4),
    (Errno::EIO, 4),
    (Errno::EBUSY, 3),
    (Errno::ENOMEM, 3),
    (Errno::ENODEV, 3),
    (Errno::ENOSPC, 2),
    (Errno::EOPNOTSUPP, 1),
    (Errno::EPROBE_DEFER, 1),
];

/// Types that a fault is about.
const FAULTY: [(DomainKind, usize); 5] = [
    (DomainKind::Dma, 6),
    (DomainKind::DmaFq, 2),
    (DomainKind::Identity, 4),
    (DomainKind::Blocked, 6),
    (DomainKind::Unmanaged, 6),
];

/// Runs a list of weighted choices.
macro_rules! choose {
    ($play:expr, $($weight:expr => $choice:expr),+ $(,)?) => {{
        let weights = [$($weight),+];
        let numbered: Vec<(usize, usize)> = weights.into_iter().enumerate().collect();
        let mut chosen = $play.random.weighted(&numbered).unwrap_or(0);
        $(
            if chosen == 0 {
                let () = $choice;
            }
            chosen = chosen.wrapping_sub(1);
        )+
        let _ = chosen;
    }};
}
pub(super) use choose;

impl Play<'_> {
    // ------------------------------------------------- devices

    /// A driver for the device; on PCI sometimes one of the kernel's own.
    pub(super) fn driver(&mut self, device: DeviceId) -> DriverKind {
        let stock = if self.random.percent(12) { self.stock_driver(device) } else { None };
        stock.unwrap_or(if self.random.percent(75) { DriverKind::KernelDma } else { DriverKind::Managed })
    }

    pub(super) fn add(&mut self, device: DeviceId) {
        let driver = if self.random.percent(24) { Some(self.driver(device)) } else { None };
        self.say(Op::DeviceAdd { device, driver });
    }

    pub(super) fn remove(&mut self, device: DeviceId) {
        self.say(Op::DeviceDel { device });
    }

    pub(super) fn bind(&mut self, device: DeviceId) {
        let driver = self.driver(device);
        self.say(Op::Bind { device, driver });
    }

    pub(super) fn unbind(&mut self, device: DeviceId) {
        self.say(Op::Unbind { device });
    }

    /// A device of the group without driver, if there is one.
    pub(super) fn unbound(&mut self, group: GroupId) -> Option<DeviceId> {
        let members = self.members(group);
        let free: Vec<DeviceId> = members.into_iter().filter(|id| self.driver_of(*id).is_none()).collect();
        self.random.pick(&free)
    }

    /// A device of the group with a driver, if there is one.
    pub(super) fn bound(&mut self, group: GroupId) -> Option<DeviceId> {
        let members = self.members(group);
        let bound: Vec<DeviceId> = members.into_iter().filter(|id| self.driver_of(*id).is_some()).collect();
        self.random.pick(&bound)
    }

    // ------------------------------------------------- ownership

    /// An owner: the group's own one, or any.
    fn owner_for(&mut self, group: GroupId) -> Option<OwnerId> {
        match self.owner_of(group) {
            Some(owner) if self.random.percent(45) => Some(owner),
            _ => World::owner(&mut self.random),
        }
    }

    pub(super) fn claim_op(&mut self, group: GroupId) -> Option<Op> {
        let owner = self.owner_for(group);
        if self.random.percent(35) {
            Some(Op::DeviceClaimDmaOwner { device: self.some_device(group)?, owner })
        } else {
            Some(Op::GroupClaimDmaOwner { group, owner })
        }
    }

    pub(super) fn release_op(&mut self, group: GroupId) -> Option<Op> {
        if self.random.percent(25) {
            Some(Op::DeviceReleaseDmaOwner { device: self.some_device(group)? })
        } else {
            Some(Op::GroupReleaseDmaOwner { group })
        }
    }

    pub(super) fn claim(&mut self, group: GroupId) {
        if let Some(op) = self.claim_op(group) {
            self.say(op);
        }
    }

    pub(super) fn release(&mut self, group: GroupId) {
        if let Some(op) = self.release_op(group) {
            self.say(op);
        }
    }

    pub(super) fn use_default(&mut self, group: GroupId) {
        if let Some(device) = self.some_device(group) {
            self.say(Op::UseDefaultDomain { device });
        }
    }

    pub(super) fn unuse_default(&mut self, group: GroupId) {
        if let Some(device) = self.some_device(group) {
            self.say(Op::UnuseDefaultDomain { device });
        }
    }

    // ------------------------------------------------- domains

    /// By the device, where that can work and sometimes where it cannot.
    fn by_device(&mut self, group: GroupId) -> bool {
        let chance = if self.members(group).len() == 1 { 60 } else { 8 };
        self.random.percent(chance)
    }

    pub(super) fn attach_op(&mut self, group: GroupId, domain: DomainRef) -> Option<Op> {
        if self.by_device(group) {
            Some(Op::AttachDevice { domain, device: self.some_device(group)? })
        } else {
            Some(Op::AttachGroup { domain, group })
        }
    }

    pub(super) fn attach(&mut self, group: GroupId) {
        if let Some(domain) = self.any_domain(15)
            && let Some(op) = self.attach_op(group, domain)
        {
            self.say(op);
        }
    }

    pub(super) fn detach_op(&mut self, group: GroupId) -> Option<Op> {
        let current = if self.random.percent(85) { self.current_domain(group) } else { None };
        let domain = current.or_else(|| self.any_domain(10))?;
        if self.by_device(group) {
            Some(Op::DetachDevice { domain, device: self.some_device(group)? })
        } else {
            Some(Op::DetachGroup { domain, group })
        }
    }

    pub(super) fn detach(&mut self, group: GroupId) {
        if let Some(op) = self.detach_op(group) {
            self.say(op);
        }
    }

    pub(super) fn type_op(&mut self, group: GroupId) -> Op {
        let word = self.random.weighted(&[
            (TypeWord::Identity, 10),
            (TypeWord::Dma, 10),
            (TypeWord::DmaFq, 10),
            (TypeWord::Auto, 10),
            (TypeWord::Unknown, 1),
        ]);
        Op::GroupStoreType { group, word: word.unwrap_or(TypeWord::Auto) }
    }

    pub(super) fn write_type(&mut self, group: GroupId) {
        let op = self.type_op(group);
        self.say(op);
    }

    pub(super) fn free(&mut self) {
        let known = self.domains.clone();
        if let Some(domain) = self.random.pick(&known) {
            self.say(Op::DomainFree { domain });
        }
    }

    pub(super) fn deny(&mut self) {
        let letters = if self.random.percent(20) { "" } else { self.random.of(DENIED) };
        self.say(Op::Deny { kinds: kinds(letters) });
    }

    // ------------------------------------------------- faults

    /// A fault in a call of this kind, or any; for devices of this group, or any.
    pub(super) fn fault(&mut self, kind: Option<FaultKind>, group: Option<GroupId>) {
        let kind = kind.or_else(|| {
            self.random.weighted(&[
                (FaultKind::Attach, 20),
                (FaultKind::Probe, 3),
                (FaultKind::Group, 2),
                (FaultKind::DriverProbe, 2),
                (FaultKind::Pasid, 1),
                (FaultKind::Alloc, 6),
            ])
        });
        let kind = kind.unwrap_or(FaultKind::Attach);
        let fitting = self
            .devices_with(|play, id| play.home(id).is_some() && (group.is_none() || play.home(id) == group));
        let any = kind == FaultKind::Alloc || self.random.percent(20);
        let device = if any { None } else { self.random.pick(&fitting) };
        let domain = match kind {
            FaultKind::Attach | FaultKind::Pasid => self.fault_domain(),
            FaultKind::Probe | FaultKind::Group | FaultKind::DriverProbe => FaultDomain::Any,
            FaultKind::Alloc if self.random.percent(40) => FaultDomain::Any,
            FaultKind::Alloc => self.random.weighted(&FAULTY).map_or(FaultDomain::Any, FaultDomain::Kind),
        };
        let errno = match kind {
            FaultKind::DriverProbe if self.random.one_in(8) => Errno::EPROBE_DEFER,
            _ => self.random.weighted(&ERRNOS).unwrap_or(Errno::EIO),
        };
        let (mut skip, mut count) = (0, Some(1));
        if self.random.percent(65) {
            skip = self.random.weighted(&[(0, 10), (1, 6), (2, 4), (3, 2), (4, 1)]).unwrap_or(0);
            count = self
                .random
                .weighted(&[(Some(1), 10), (Some(2), 4), (Some(3), 2), (None, 4)])
                .unwrap_or(Some(1));
        }
        self.say(Op::Fail(Fault { kind, device, domain, errno, skip, count }));
    }

    fn fault_domain(&mut self) -> FaultDomain {
        if self.random.percent(60)
            && let Some(kind) = self.random.weighted(&FAULTY)
        {
            return FaultDomain::Kind(kind);
        }
        if self.random.percent(50) {
            return FaultDomain::Any;
        }
        let known = self.domains.clone();
        let mut domain = None;
        choose!(self,
            50 => domain = self.random.pick(&known),
            35 => domain = self.fixed_domain(),
            15 => domain = self.pointed_domain(),
        );
        domain.map_or(FaultDomain::Any, FaultDomain::Named)
    }

    /// Whatever a group's pointer holds when a fault looks.
    fn pointed_domain(&mut self) -> Option<DomainRef> {
        if !self.profile.supports.pointers {
            return None;
        }
        let group = self.any_group()?;
        let field = self.random.of([Field::Domain, Field::DefaultDomain, Field::BlockingDomain]);
        Some(World::pointer(group, field))
    }

    /// A domain that is called the same whenever a fault looks.
    fn fixed_domain(&mut self) -> Option<DomainRef> {
        let which = self.random.of([Static::Blocked, Static::Identity, Static::Blocked, Static::Release]);
        Some(World::fixed(which))
    }

    pub(super) fn clear_faults(&mut self) {
        if self.faults > 0 {
            self.say(Op::FailClear);
        }
    }

    // ------------------------------------------------- whatever fits

    /// Something that runs the set-domain code, fit for the group's state.
    pub(super) fn act(&mut self, group: GroupId) {
        // Made now, so that proposals have it.
        if self.domains.is_empty() {
            self.new_domain();
        }
        self.best_of(3, |play| play.proposal(group));
    }

    fn proposal(&mut self, group: GroupId) -> Option<Op> {
        #[derive(Clone, Copy)]
        enum Act {
            Type,
            Replace,
            Claim,
            Release,
            Attach,
            Detach,
            Add,
            Bind,
            Unbind,
            Use,
            Unuse,
            Look,
        }
        let (owned, count) = (self.is_owned(group), self.count_of(group));
        let switched = self.is_switched(group);
        let acts = [
            (Act::Type, 20),
            (Act::Replace, 6),
            (
                Act::Claim,
                if owned {
                    4
                } else if count == 0 {
                    40
                } else {
                    8
                },
            ),
            (Act::Release, if owned { 40 } else { 3 }),
            (Act::Attach, 30),
            (Act::Detach, if switched { 40 } else { 5 }),
            (Act::Add, 25),
            (Act::Bind, 12),
            (Act::Unbind, 10),
            (Act::Use, if owned { 4 } else { 8 }),
            (Act::Unuse, if count > 0 { 6 } else { 2 }),
            (Act::Look, 2),
        ];
        match self.random.weighted(&acts)? {
            Act::Type => Some(self.type_op(group)),
            Act::Replace => Some(Op::GroupReplaceDomain { domain: self.known_domain()?, group }),
            Act::Claim => self.claim_op(group),
            Act::Release => self.release_op(group),
            Act::Attach => {
                let domain = self.known_domain()?;
                self.attach_op(group, domain)
            }
            Act::Detach => self.detach_op(group),
            Act::Add => {
                let absent = self.absent(Some(group));
                let device = self.random.pick(&absent)?;
                Some(Op::DeviceAdd { device, driver: None })
            }
            Act::Bind => {
                let device = self.unbound(group)?;
                Some(Op::Bind { device, driver: self.driver(device) })
            }
            Act::Unbind => Some(Op::Unbind { device: self.bound(group)? }),
            Act::Use => Some(Op::UseDefaultDomain { device: self.some_device(group)? }),
            Act::Unuse => Some(Op::UnuseDefaultDomain { device: self.some_device(group)? }),
            Act::Look => Some(self.look(group)?),
        }
    }

    /// A question that changes nothing.
    fn look(&mut self, group: GroupId) -> Option<Op> {
        let device = self.some_device(group)?;
        Some(match self.random.below(7) {
            0 => Op::GetDomainForDev { device },
            1 => Op::GetDmaDomain { device },
            2 => Op::Observe,
            3 => Op::DriverGetDomain { device },
            4 => Op::DeferredAttach { device },
            5 => Op::DmaMapSingle { device },
            _ => Op::GroupDmaOwnerClaimed { group },
        })
    }

    /// A domain that is there already.
    fn known_domain(&mut self) -> Option<DomainRef> {
        let known = self.domains.clone();
        let core = if self.random.percent(18) { self.core_domain() } else { None };
        core.or_else(|| self.random.pick(&known))
    }
}
