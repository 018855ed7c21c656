// SPDX-License-Identifier: GPL-2.0-only
//! From the JSON of a trace to a [`Trace`].

use super::{
    DeviceGroup, Returned, WireCall, WireDeviceState, WireGroupState, WirePasid, WireReset, WireSetupError,
    WireStep, WireTrace,
};
use crate::implementation::recorded::wire::{Ordered, Text};
use crate::protocol::error::{Problem, Under, WireError, shortened};
use crate::protocol::names::{self, split_freed, usual_kind};
use crate::script::{DeviceId, DomainName, GroupId, HandleId, Script};
use crate::trace::{
    BadOp, Call, Crash, DeviceState, DomainInfo, End, GroupState, Holds, MappingState, Mark, Outcome,
    PasidSlot, PasidTarget, Pointer, ResetState, Role, SetupError, SetupLine, Sight, Skip, Step, Trace,
    Unseen, Warn,
};

/// How the run of a trace ended.
pub(crate) enum Ending {
    /// By the teardown, which the trace holds.
    Teardown,
    /// The kernel died.
    Died(Crash),
}

impl WireTrace<'_> {
    /// The trace of this script, by an observer who does not look at some things.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub(crate) fn read(&self, script: &Script, unseen: Unseen, ending: Ending) -> Result<Trace, WireError> {
        let mut reader = Reader { script, unseen, trace: Trace { unseen, ..Trace::default() } };
        for (index, error) in self.setup.iter().enumerate() {
            let error = reader.setup(error).under(format_args!("setup[{index}]"))?;
            reader.trace.setup.push(error);
        }
        let (asked, told) = (script.ops.len(), self.steps.len());
        if told > asked || (told < asked && matches!(ending, Ending::Teardown)) {
            let problem = format!("{told} steps, but the script has {asked} operations");
            return Err(Problem::Conflict(problem)).under("steps");
        }
        let mut groups: Vec<Option<GroupState>> = vec![None; script.groups.len()];
        let mut devices: Vec<Option<DeviceState>> = vec![None; script.devices.len()];
        let mut handles: Vec<Option<Pointer>> = vec![None; script.handles.len()];
        for (index, wire) in self.steps.iter().enumerate() {
            let step = reader
                .step(wire, &mut groups, &mut devices, &mut handles)
                .under(format_args!("steps[{index}]"))?;
            reader.trace.steps.push(step);
        }
        reader.trace.end = match (ending, &self.end) {
            (Ending::Died(crash), None) => End::Crash(crash),
            (Ending::Died(_), Some(_)) => {
                return Err(Problem::Conflict("a kernel that died has no teardown".into())).under("end");
            }
            (Ending::Teardown, None) => return Err(Problem::Missing("end").into()),
            (Ending::Teardown, Some(end)) => End::Teardown {
                calls: reader.calls(&end.calls).under("end")?,
                leaked_domains: end.leaked_domains,
                leaked_groups: end.leaked_groups,
            },
        };
        let trace = reader.trace;
        Ok(if unseen == Unseen::NOTHING { trace } else { unseen.hide(&trace).into_owned() })
    }
}

struct Reader<'s> {
    script: &'s Script,
    unseen: Unseen,
    trace: Trace,
}

impl Reader<'_> {
    fn setup(&self, wire: &WireSetupError<'_>) -> Result<SetupError, WireError> {
        let line = match &wire.device {
            None => SetupLine::Settings,
            Some(device) => SetupLine::Device(self.device(device)?),
        };
        Ok(SetupError { line, errno: wire.errno.0 })
    }

    fn step(
        &mut self,
        wire: &WireStep<'_>,
        groups: &mut [Option<GroupState>],
        devices: &mut [Option<DeviceState>],
        handles: &mut [Option<Pointer>],
    ) -> Result<Step, WireError> {
        let outcome = self.outcome(wire)?;
        let calls = self.calls(&wire.calls)?;
        self.change_groups(&wire.groups, groups).under("groups")?;
        self.change_devices(&wire.devices, devices).under("devices")?;
        for (name, domain) in &wire.handles.0 {
            let id = names::handle(self.script, name.as_str()).under("handles")?;
            let pointer = self.pointer(domain.as_ref()).under(name).under("handles")?;
            if let Some(slot) = handles.get_mut(id.index()) {
                *slot = pointer;
            }
        }
        Ok(Step {
            outcome,
            reason: None,
            calls,
            lost: wire.lost,
            groups: groups.iter().flatten().cloned().collect(),
            devices: devices.iter().flatten().copied().collect(),
            handles: handles.to_vec(),
        })
    }

    fn outcome(&mut self, wire: &WireStep<'_>) -> Result<Outcome, WireError> {
        Ok(match (&wire.returned, &wire.skipped, wire.absent, &wire.bad) {
            (Some(returned), None, false, None) => match returned {
                Returned::Ok => Outcome::Ok,
                Returned::Void => Outcome::Void,
                Returned::Errno(errno) => Outcome::Err(*errno),
                Returned::Bool(value) => Outcome::Bool(*value),
                Returned::Status(status) => Outcome::Status(*status),
                Returned::Null => Outcome::NullDomain,
                Returned::Domain(name) => {
                    Outcome::Domain(self.pointer(name.as_ref()).under("domain").under("returned")?)
                }
                Returned::Handle(handle, domain) => Outcome::Handle {
                    handle: self.handle(handle.as_ref()).under("returned")?,
                    domain: self.pointer(domain.as_ref()).under("domain").under("returned")?,
                },
            },
            (None, Some(why), false, None) => {
                let known = Skip::ALL.into_iter().find(|known| known.words() == why.as_str());
                Outcome::Skipped(
                    known.ok_or_else(|| bad_word(why, "a reason to skip a step")).under("skipped")?,
                )
            }
            (None, None, true, None) => Outcome::NotInThisRelease,
            (None, None, false, Some(why)) => {
                let known = BadOp::ALL.into_iter().find(|known| known.words() == why.as_str());
                Outcome::Bad(known.ok_or_else(|| bad_word(why, "a mistake of a script")).under("bad")?)
            }
            _ => return Err(Problem::ExactlyOne("`returned`, `skipped`, `absent` and `bad`").into()),
        })
    }

    fn change_groups(
        &mut self,
        wire: &Ordered<'_, Option<WireGroupState<'_>>>,
        groups: &mut [Option<GroupState>],
    ) -> Result<(), WireError> {
        for (name, change) in &wire.0 {
            let id = names::group(self.script, name.as_str())?;
            let Some(slot) = groups.get_mut(id.index()) else { continue };
            *slot = match change {
                None => None,
                Some(change) => Some(self.change_group(slot.take(), id, change).under(name)?),
            };
        }
        Ok(())
    }

    fn change_group(
        &mut self,
        old: Option<GroupState>,
        group: GroupId,
        wire: &WireGroupState<'_>,
    ) -> Result<GroupState, WireError> {
        let mut state = match old {
            Some(state) => state,
            None => {
                self.need("domain", wire.domain.is_some(), Sight::Domain)?;
                self.need("default_domain", wire.default_domain.is_some(), Sight::DefaultDomain)?;
                self.need("default_type", wire.default_type.is_some(), Sight::DefaultType)?;
                self.need("devices", wire.devices.is_some(), Sight::Devices)?;
                GroupState {
                    group,
                    domain: None,
                    default_domain: None,
                    default_kind: None,
                    blocking_domain: None,
                    owner_cnt: None,
                    owner: None,
                    pasids: None,
                    pasid_table: None,
                    devices: Vec::new(),
                    resetting_domain: None,
                    recovery_cnt: None,
                }
            }
        };
        if let Some(domain) = &wire.domain {
            state.domain = self.pointer(domain.as_ref()).under("domain")?;
        }
        if let Some(domain) = &wire.default_domain {
            state.default_domain = self.pointer(domain.as_ref()).under("default_domain")?;
        }
        if let Some(kind) = wire.default_type {
            state.default_kind = kind.map(|kind| kind.0);
        }
        if let Some(domain) = &wire.blocking_domain {
            state.blocking_domain = Some(self.pointer(domain.as_ref()).under("blocking_domain")?);
        }
        state.owner_cnt = wire.owner_cnt.or(state.owner_cnt);
        if let Some(owner) = &wire.owner {
            let owner = owner.as_ref().map(|name| names::owner(self.script, name.as_str()));
            state.owner = Some(owner.transpose().under("owner")?);
        }
        state.pasids = wire.pasids.or(state.pasids);
        if let Some(table) = &wire.pasid_table {
            let slots = table.iter().map(|slot| self.slot(slot)).collect::<Result<_, _>>();
            state.pasid_table = Some(slots.under("pasid_table")?);
        }
        if let Some(devices) = &wire.devices {
            let ids: Result<_, _> =
                devices.iter().map(|name| names::device(self.script, name.as_str())).collect();
            state.devices = ids.under("devices")?;
        }
        if let Some(domain) = &wire.resetting_domain {
            state.resetting_domain = Some(self.pointer(domain.as_ref()).under("resetting_domain")?);
        }
        state.recovery_cnt = wire.recovery_cnt.or(state.recovery_cnt);
        Ok(state)
    }

    fn slot(&mut self, wire: &WirePasid<'_>) -> Result<PasidSlot, WireError> {
        let holds = match (&wire.handle, &wire.domain) {
            (Some(_), Some(_)) => {
                return Err(Problem::Conflict("`handle` and `domain` at one PASID".into()).into());
            }
            (Some(name), None) => Holds::Handle(self.handle(name.as_ref())?),
            (None, Some(name)) => {
                let (name, freed) = split_freed(name.as_str());
                Holds::Domain(Pointer { domain: self.mark(name).under("domain")?, freed })
            }
            (None, None) => Holds::Reserved,
        };
        Ok(PasidSlot { pasid: wire.pasid, holds })
    }

    fn handle(&self, name: Option<&Text<'_>>) -> Result<Option<HandleId>, WireError> {
        name.map(|name| names::handle(self.script, name.as_str())).transpose().under("handle")
    }

    fn change_devices(
        &mut self,
        wire: &Ordered<'_, Option<WireDeviceState<'_>>>,
        devices: &mut [Option<DeviceState>],
    ) -> Result<(), WireError> {
        for (name, change) in &wire.0 {
            let id = names::device(self.script, name.as_str())?;
            let Some(slot) = devices.get_mut(id.index()) else { continue };
            *slot = match change {
                None => None,
                Some(change) => Some(self.change_device(slot.take(), id, change).under(name)?),
            };
        }
        Ok(())
    }

    fn change_device(
        &mut self,
        old: Option<DeviceState>,
        device: DeviceId,
        wire: &WireDeviceState<'_>,
    ) -> Result<DeviceState, WireError> {
        let mut state = match old {
            Some(state) => state,
            None => {
                self.need("attached", wire.attached.is_some(), Sight::Attached)?;
                self.need("group", wire.group.is_some(), Sight::Group)?;
                self.need("driver", wire.driver.is_some(), Sight::Driver)?;
                if wire.mapping.is_some() != wire.dma_ops.is_some() {
                    let problem = "`mapping` and `dma_ops` come together".into();
                    return Err(Problem::Conflict(problem).into());
                }
                DeviceState { device, attached: None, group: None, driver: None, arm: None, reset: None }
            }
        };
        if let Some(domain) = &wire.attached {
            state.attached = self.pointer(domain.as_ref()).under("attached")?;
        }
        if let Some(group) = &wire.group {
            let group = group.as_ref().map(|name| names::group(self.script, name.as_str()));
            state.group = group.transpose().under("group")?;
        }
        if let Some(driver) = wire.driver {
            state.driver = driver.map(|driver| driver.0);
        }
        if wire.mapping.is_some() || wire.dma_ops.is_some() {
            let mut arm = state.arm.unwrap_or(MappingState { mapping: None, dma_ops: false });
            if let Some(mapping) = &wire.mapping {
                arm.mapping =
                    mapping.as_ref().map(|name| self.mark(name.as_str())).transpose().under("mapping")?;
            }
            arm.dma_ops = wire.dma_ops.unwrap_or(arm.dma_ops);
            state.arm = Some(arm);
        }
        if let Some(reset) = wire.reset {
            state.reset = reset.map(|WireReset { blocked, depth }| ResetState { blocked, depth });
        }
        Ok(state)
    }

    /// What is new must be told in full, so that nothing goes uncompared by an oversight.
    fn need(&self, key: &'static str, told: bool, sight: Sight) -> Result<(), WireError> {
        if told || self.unseen.contains(sight) { Ok(()) } else { Err(Problem::Missing(key).into()) }
    }

    fn calls(&mut self, wire: &[WireCall<'_>]) -> Result<Vec<Call>, WireError> {
        let call = |(index, call)| self.call(call).under(format_args!("calls[{index}]"));
        wire.iter().enumerate().map(call).collect()
    }

    fn call(&mut self, wire: &WireCall<'_>) -> Result<Call, WireError> {
        Ok(match wire {
            WireCall::OfXlate(of) => Call::Xlate { device: self.device(&of.device)? },
            WireCall::ProbeDevice(of) => {
                Call::Probe { device: self.device(&of.device)?, error: of.error.map(|error| error.0) }
            }
            WireCall::DeviceGroup(of) => self.device_group(of)?,
            WireCall::GroupFree(of) => Call::FreeGroup { group: self.group(&of.group)? },
            WireCall::DomainAlloc(of) => match (&of.domain, of.r#type) {
                (None, None) => return Err(Problem::Missing("type").into()),
                (None, Some(kind)) => Call::Deny { kind: kind.0 },
                (Some(name), kind) => {
                    let domain = self.domain(name)?;
                    let usual = self.trace.domains.get(usize::from(domain.0)).map(|info| info.kind);
                    let kind = kind.map(|kind| kind.0).or(usual).ok_or(Problem::Missing("type"))?;
                    Call::Alloc { domain, kind }
                }
            },
            WireCall::DomainFree(of) => {
                Call::Free { domain: self.domain(&of.domain)?, attached: of.attached }
            }
            WireCall::AttachDev(of) => Call::Attach {
                device: self.device(&of.device)?,
                domain: self.domain(&of.domain)?,
                from: match &of.from {
                    None => None,
                    Some(None) => Some(None),
                    Some(Some(name)) => Some(Some(self.mark(name.as_str()).under("from")?)),
                },
                freed: of.freed,
                error: of.error.map(|error| error.0),
            },
            WireCall::DetachDev(of) => {
                Call::Detach { device: self.device(&of.device)?, domain: self.domain(&of.domain)? }
            }
            WireCall::SetPlatformDmaOps(of) => Call::SetPlatformDmaOps { device: self.device(&of.device)? },
            WireCall::MapPages(of) => Call::Map { domain: self.domain(&of.domain)? },
            WireCall::ProbeFinalize(of) => Call::ProbeFinalize { device: self.device(&of.device)? },
            WireCall::ReleaseDevice(of) => Call::Release { device: self.device(&of.device)? },
            WireCall::SetDevPasid(of) => Call::SetPasid {
                device: self.device(&of.device)?,
                pasid: of.pasid,
                domain: self.domain(&of.domain)?,
                error: of.error.map(|error| error.0),
            },
            WireCall::RemoveDevPasid(of) => Call::RemovePasid {
                device: self.device(&of.device)?,
                pasid: of.pasid,
                domain: match &of.domain {
                    None => PasidTarget::NotTold,
                    Some(name) => PasidTarget::Domain(self.domain(name)?),
                },
            },
            WireCall::DriverProbe(of) => {
                Call::DriverProbe { device: self.device(&of.device)?, error: of.error.map(|error| error.0) }
            }
            WireCall::Warn(warn) => Call::Warn(self.warn(warn.at.as_ref())),
        })
    }

    fn device_group(&self, of: &DeviceGroup<'_>) -> Result<Call, WireError> {
        match (&of.group, &of.device, of.error) {
            (Some(group), None, None) => Ok(Call::NewGroup { group: self.group(group)? }),
            (None, Some(device), Some(error)) => {
                Ok(Call::GroupFailed { device: self.device(device)?, error: error.0 })
            }
            _ => Err(Problem::ExactlyOne("`group`, and `device` with `error`,").into()),
        }
    }

    fn warn(&mut self, at: Option<&Text<'_>>) -> Warn {
        let places = &mut self.trace.told.places;
        let at = at.map_or("somewhere", Text::as_str);
        let index = places.iter().position(|known| known == at).unwrap_or_else(|| {
            places.push(at.to_owned());
            places.len() - 1
        });
        Warn::At(u16::try_from(index).unwrap_or(u16::MAX))
    }

    fn device(&self, name: &Text<'_>) -> Result<DeviceId, WireError> {
        names::device(self.script, name.as_str()).under("device")
    }

    fn group(&self, name: &Text<'_>) -> Result<GroupId, WireError> {
        names::group(self.script, name.as_str()).under("group")
    }

    fn domain(&mut self, name: &Text<'_>) -> Result<Mark, WireError> {
        self.mark(name.as_str()).under("domain")
    }

    fn pointer(&mut self, text: Option<&Text<'_>>) -> Result<Option<Pointer>, Problem> {
        let Some(text) = text else { return Ok(None) };
        let (name, freed) = split_freed(text.as_str());
        Ok(Some(Pointer { domain: self.mark(name)?, freed }))
    }

    /// The domain of this name, noted if it is new.
    fn mark(&mut self, text: &str) -> Result<Mark, Problem> {
        let name = names::domain_name(self.script, text)?;
        let known = match &name {
            DomainName::User(user) => {
                self.script.domains.contains(&name) || self.script.mappings.contains(user)
            }
            DomainName::Made(..) | DomainName::Static(_) => true,
            DomainName::PointedToBy(..) => false,
        };
        if !known {
            return Err(Problem::Unknown("domain", shortened(text)));
        }
        let domains = &mut self.trace.domains;
        let index = domains.iter().position(|info| info.name == name).unwrap_or_else(|| {
            let role = match name {
                DomainName::User(_) => Role::User,
                DomainName::Static(_) => Role::Static,
                DomainName::Made(..) | DomainName::PointedToBy(..) => Role::Unknown,
            };
            domains.push(DomainInfo { kind: usual_kind(&name), name, role });
            domains.len() - 1
        });
        u16::try_from(index)
            .map(Mark)
            .map_err(|_| Problem::TooMany { what: "domains", limit: usize::from(u16::MAX) + 1 })
    }
}

fn bad_word(word: &Text<'_>, want: &'static str) -> Problem {
    Problem::BadWord(shortened(word.as_str()), want)
}
