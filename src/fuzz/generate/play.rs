// SPDX-License-Identifier: GPL-2.0-only
//! A script in the making, with the engine at its side: what is there now, what may come next.

use super::super::profile::Profile;
use super::super::random::Random;
use super::world::World;
use crate::engine::Engine;
use crate::script::{DeviceId, DomainName, DomainRef, DriverKind, Field, GroupId, MappingId, Op, OwnerId};
use crate::trace::{DeviceState, GroupState, Mark, Outcome, Reason};

/// Faults of one script; a test bench holds no more.
const MAX_FAULTS: usize = 14;
/// An operation that is not run is left out, except in one of so many cases.
const KEEP_IDLE: usize = 40;

/// A PASID that was attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Attached {
    pub(super) group: GroupId,
    pub(super) domain: DomainRef,
    pub(super) pasid: i32,
}

/// A script in the making.
#[derive(Debug)]
pub(super) struct Play<'w> {
    pub(super) world: &'w World,
    pub(super) profile: &'w Profile,
    pub(super) random: Random,
    pub(super) engine: Engine<'w>,
    pub(super) ops: Vec<Op>,
    limit: usize,
    groups: Vec<GroupState>,
    devices: Vec<DeviceState>,
    /// The user's domains that are there.
    pub(super) domains: Vec<DomainRef>,
    /// So many of the user's domains have been named.
    pub(super) named: u16,
    /// Mappings that were made.
    pub(super) mappings: Vec<MappingId>,
    pub(super) named_mappings: u8,
    /// Devices whose mapping was taken off.
    pub(super) taken: Vec<DeviceId>,
    pub(super) pasids: Vec<Attached>,
    planted: usize,
    /// Faults since the last `fail_clear`.
    pub(super) faults: usize,
    /// What came out of which operation for which reason: what was not seen before is worth more.
    seen: Vec<(std::mem::Discriminant<Op>, Outcome, Option<Reason>)>,
}

impl<'w> Play<'w> {
    pub(super) fn new(world: &'w World, profile: &'w Profile, mut random: Random) -> Play<'w> {
        let limit = random.weighted(&[(8, 2), (14, 4), (20, 6), (26, 6), (32, 6), (40, 5), (50, 4), (60, 3)]);
        Play {
            world,
            profile,
            random,
            engine: Engine::new(&world.script, &profile.point.rules),
            ops: Vec::new(),
            limit: limit.unwrap_or(20),
            groups: Vec::new(),
            devices: Vec::new(),
            domains: Vec::new(),
            named: 0,
            mappings: Vec::new(),
            named_mappings: 0,
            taken: Vec::new(),
            pasids: Vec::new(),
            planted: 0,
            faults: 0,
            seen: Vec::new(),
        }
    }

    // ------------------------------------------------- saying

    /// Is the script long enough, or has the kernel died?
    pub(super) fn is_over(&self) -> bool {
        self.ops.len() >= self.limit || self.engine.crash().is_some()
    }

    /// Adds the operation, if it makes sense now; says what comes out of it.
    pub(super) fn say(&mut self, op: Op) -> Option<Outcome> {
        let trial = self.tried(op)?;
        self.keep(op, trial)
    }

    /// The engine after the operation, if there is room for it and the target can run it.
    fn tried(&self, op: Op) -> Option<(Engine<'w>, Outcome)> {
        let full = match op {
            Op::Fail(_) => self.planted >= MAX_FAULTS,
            _ => false,
        };
        if full || self.is_over() || !self.profile.supports.has(op) || self.moves_bridges(op) {
            return None;
        }
        let mut trial = self.engine.clone();
        let outcome = trial.execute(op);
        let bearable = !trial.touches_freed_mapping() && (self.world.daring || trial.crash().is_none());
        bearable.then_some((trial, outcome))
    }

    /// Does the IOMMU register or go where it cannot, because of bridges?
    fn moves_bridges(&self, op: Op) -> bool {
        matches!(op, Op::IommuDeviceRegister | Op::IommuDeviceUnregister)
            && !self.profile.supports.registration_with_bridges
            && self.world.script.devices.iter().any(|device| device.bridge)
    }

    fn keep(&mut self, op: Op, (engine, outcome): (Engine<'w>, Outcome)) -> Option<Outcome> {
        if is_idle(outcome) && !self.random.one_in(KEEP_IDLE) {
            return None;
        }
        self.seen.push((std::mem::discriminant(&op), outcome, engine.reason()));
        self.engine = engine;
        self.ops.push(op);
        self.note(op, outcome);
        Some(outcome)
    }

    /// Adds the most interesting of a few operations; `draw` proposes one.
    pub(super) fn best_of(
        &mut self,
        draws: usize,
        draw: impl Fn(&mut Play<'w>) -> Option<Op>,
    ) -> Option<Outcome> {
        let mut best: Option<(usize, Op, (Engine<'w>, Outcome))> = None;
        for _ in 0..draws {
            let Some(op) = draw(self) else { continue };
            let Some(trial) = self.tried(op) else { continue };
            let score = self.interest(op, &trial.0, trial.1) + self.random.below(4);
            if best.as_ref().is_none_or(|best| score > best.0) {
                best = Some((score, op, trial));
            }
        }
        let (_, op, trial) = best?;
        self.keep(op, trial)
    }

    fn interest(&self, op: Op, engine: &Engine<'_>, outcome: Outcome) -> usize {
        if is_idle(outcome) {
            return 0;
        }
        let fact = (std::mem::discriminant(&op), outcome, engine.reason());
        let new = if self.seen.contains(&fact) { 0 } else { 5 };
        new + engine.calls().len().min(4) + 1
    }

    fn note(&mut self, op: Op, outcome: Outcome) {
        self.groups = self.engine.groups();
        self.devices = self.engine.devices();
        let good = matches!(outcome, Outcome::Ok | Outcome::Void);
        match op {
            Op::Fail(_) => {
                self.planted += 1;
                self.faults += 1;
            }
            Op::FailClear => self.faults = 0,
            Op::DomainAlloc { domain, .. } if good => self.domains.push(domain),
            Op::DomainFree { domain } if good => self.domains.retain(|known| *known != domain),
            Op::ArmCreateMapping { mapping, .. } if good => self.mappings.push(mapping),
            Op::ArmDetachDevice { device } => self.taken.push(device),
            Op::ArmAttachDevice { device, mapping: None } if good => {
                self.taken.retain(|known| *known != device)
            }
            Op::AttachDevicePasid { domain, device, pasid, .. } if good => {
                if let Some(group) = self.device(device).and_then(|state| state.group) {
                    self.pasids.push(Attached { group, domain, pasid });
                }
            }
            Op::DetachDevicePasid { domain, device, pasid } if good => {
                let group = self.device(device).and_then(|state| state.group);
                self.pasids.retain(|known| {
                    known.domain != domain || known.pasid != pasid || Some(known.group) != group
                });
            }
            _ => {}
        }
    }

    // ------------------------------------------------- looking

    /// A group, if it exists.
    pub(super) fn group(&self, id: GroupId) -> Option<&GroupState> {
        self.groups.iter().find(|state| state.group == id)
    }

    /// A device, if it is there.
    pub(super) fn device(&self, id: DeviceId) -> Option<&DeviceState> {
        self.devices.iter().find(|state| state.device == id)
    }

    /// The groups that have devices now.
    pub(super) fn populated(&self) -> Vec<GroupId> {
        self.groups.iter().filter(|state| !state.devices.is_empty()).map(|state| state.group).collect()
    }

    /// The devices of a group now.
    pub(super) fn members(&self, group: GroupId) -> Vec<DeviceId> {
        self.group(group).map(|state| state.devices.clone()).unwrap_or_default()
    }

    pub(super) fn is_owned(&self, group: GroupId) -> bool {
        self.group(group).is_some_and(|state| state.owner.flatten().is_some())
    }

    pub(super) fn owner_of(&self, group: GroupId) -> Option<OwnerId> {
        self.group(group)?.owner.flatten()
    }

    pub(super) fn count_of(&self, group: GroupId) -> u32 {
        self.group(group).and_then(|state| state.owner_cnt).unwrap_or(0)
    }

    /// Is the group on something else than its default domain?
    pub(super) fn is_switched(&self, group: GroupId) -> bool {
        self.group(group).is_some_and(|state| state.domain != state.default_domain)
    }

    pub(super) fn driver_of(&self, device: DeviceId) -> Option<DriverKind> {
        self.device(device)?.driver
    }

    /// The devices of the script for which this holds.
    pub(super) fn devices_with(&self, holds: impl Fn(&Self, DeviceId) -> bool) -> Vec<DeviceId> {
        let all = (0..self.world.script.devices.len()).filter_map(|index| u8::try_from(index).ok());
        all.map(DeviceId).filter(|id| holds(self, *id)).collect()
    }

    /// The group that the script puts a device into.
    pub(super) fn home(&self, device: DeviceId) -> Option<GroupId> {
        self.world.script.devices.get(device.index())?.group
    }

    /// Devices that are not there, of this group or of any.
    pub(super) fn absent(&self, group: Option<GroupId>) -> Vec<DeviceId> {
        self.devices_with(|play, id| {
            let home = play.home(id);
            home.is_some() && (group.is_none() || home == group) && play.device(id).is_none()
        })
    }

    pub(super) fn is_device_tree(&self, device: DeviceId) -> bool {
        self.world.script.devices.get(device.index()).is_some_and(|spec| spec.device_tree)
    }

    // ------------------------------------------------- choosing

    /// A group with devices; mostly one for which this holds, if there is one.
    pub(super) fn some_group(&mut self, wanted: impl Fn(&Self, GroupId) -> bool) -> Option<GroupId> {
        let groups = self.populated();
        let good: Vec<GroupId> = groups.iter().copied().filter(|id| wanted(self, *id)).collect();
        if !good.is_empty() && self.random.percent(85) {
            return self.random.pick(&good);
        }
        self.random.pick(&groups).or_else(|| {
            let homes = self.world.script.groups.len();
            u8::try_from(self.random.below(homes)).ok().map(GroupId)
        })
    }

    /// Any group with devices.
    pub(super) fn any_group(&mut self) -> Option<GroupId> {
        self.some_group(|_, _| true)
    }

    /// A device of the group, or any that is there.
    pub(super) fn some_device(&mut self, group: GroupId) -> Option<DeviceId> {
        let members = self.members(group);
        self.random.pick(&members).or_else(|| {
            let there: Vec<DeviceId> = self.devices.iter().map(|state| state.device).collect();
            self.random.pick(&there)
        })
    }

    /// A new domain of the user, made for a device that has an IOMMU.
    pub(super) fn new_domain(&mut self) -> Option<DomainRef> {
        let served = self.devices_with(|play, id| play.engine.is_served(id));
        let there: Vec<DeviceId> = self.devices.iter().map(|state| state.device).collect();
        let device = self.random.pick(&served).or_else(|| self.random.pick(&there))?;
        let domain = World::own(self.named)?;
        self.say(Op::DomainAlloc { domain, device })?;
        self.named += 1;
        Some(domain).filter(|domain| self.domains.contains(domain))
    }

    /// A domain of the user's.
    pub(super) fn own_domain(&mut self) -> Option<DomainRef> {
        let few = self.domains.is_empty() || (self.domains.len() < 3 && self.random.percent(30));
        let new = if few { self.new_domain() } else { None };
        new.or_else(|| {
            let known = self.domains.clone();
            self.random.pick(&known)
        })
    }

    /// One of the core's domains, or of the driver's.
    pub(super) fn core_domain(&mut self) -> Option<DomainRef> {
        let mut found: Vec<(DomainRef, usize)> = Vec::new();
        for state in &self.groups {
            let blocking = state.blocking_domain.flatten();
            let pointers = [
                (Field::Domain, state.domain),
                (Field::DefaultDomain, state.default_domain),
                (Field::BlockingDomain, blocking),
            ];
            for (field, pointer) in pointers {
                let Some(pointer) = pointer else { continue };
                found.push((World::pointer(state.group, field), 2));
                if let Some(name) = self.name_of(pointer.domain) {
                    found.push((name, 2));
                }
            }
        }
        for setting in &self.world.script.settings {
            if let crate::script::Setting::Static(fixed) = setting {
                found.extend(fixed.iter().map(|which| (World::fixed(*which), 4)));
            }
        }
        found.push((World::fixed(crate::script::Static::Blocked), 1));
        let supports = self.profile.supports;
        let domains = &self.world.script.domains;
        found.retain(|(id, _)| domains.get(id.index()).is_some_and(|name| supports.knows(name)));
        self.random.weighted(&found)
    }

    /// The name of a domain in the script's tables, if it has one there that the target knows.
    pub(super) fn name_of(&self, domain: Mark) -> Option<DomainRef> {
        let name = self.engine.domain_name(domain)?;
        let known = match name {
            DomainName::Made(..) => self.profile.supports.made,
            _ => true,
        };
        if known { self.world.named(&name) } else { None }
    }

    /// A domain: in so many of a hundred cases not the user's.
    pub(super) fn any_domain(&mut self, core: usize) -> Option<DomainRef> {
        let core = if self.random.percent(core) { self.core_domain() } else { None };
        core.or_else(|| self.own_domain())
    }

    /// The domain that a group is on, by a name that a user would have for it.
    pub(super) fn current_domain(&mut self, group: GroupId) -> Option<DomainRef> {
        let current = self.group(group)?.domain?;
        match self.name_of(current.domain) {
            Some(name) => Some(name),
            None => Some(World::pointer(group, Field::Domain)).filter(|_| self.profile.supports.pointers),
        }
    }

    /// A mapping: an old one, or a new one for this device.
    pub(super) fn some_mapping(&mut self, device: DeviceId) -> Option<MappingId> {
        if (self.mappings.is_empty() || self.random.percent(25))
            && let Some((mapping, _)) = World::mapping(self.named_mappings)
        {
            let size = self.random.weighted(&[
                (128 << 20, 60),
                (4096, 8),
                (1 << 20, 8),
                (100, 3),
                (0, 3),
                (u64::from(u32::MAX), 3),
                (1 << 32, 3),
                (2 << 32, 4),
            ]);
            self.say(Op::ArmCreateMapping { mapping, device, size: size.unwrap_or(128 << 20) })?;
            self.named_mappings += 1;
            if self.mappings.contains(&mapping) {
                return Some(mapping);
            }
        }
        let known = self.mappings.clone();
        self.random.pick(&known)
    }
}

/// Was the operation not run?
fn is_idle(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Skipped(_) | Outcome::Bad(_) | Outcome::NotInThisRelease)
}
