// SPDX-License-Identifier: GPL-2.0-only
//! From a [`Trace`] to its JSON.

use super::{
    AttachDev, DetachDev, DeviceGroup, DomainAlloc, DomainFree, DriverProbe, GroupFree, MapPages, OfXlate,
    ProbeDevice, ProbeFinalize, ReleaseDevice, RemoveDevPasid, Returned, SetDevPasid, SetPlatformDmaOps,
    WireCall, WireDeviceState, WireEnd, WireGroupState, WirePasid, WireReset, WireSetupError, WireStep,
    WireTrace, WireWarn,
};
use crate::implementation::recorded::wire::{Ordered, Text};
use crate::protocol::bounded::List;
use crate::protocol::names::{usual_kind, with_freed};
use crate::protocol::words::Word;
use crate::script::{DeviceId, DomainName, GroupId, HandleId, Script};
use crate::trace::names;
use crate::trace::{
    Call, DeviceState, End, GroupState, Holds, Mark, Outcome, PasidSlot, PasidTarget, Pointer, ResetState,
    SetupLine, Step, Trace, Warn,
};

impl<'a> WireTrace<'a> {
    /// The JSON of a trace of this script. Ids that are in none of the tables are written as `?`.
    #[must_use]
    pub fn of(script: &'a Script, trace: &'a Trace) -> WireTrace<'a> {
        let writer = Writer { script, trace };
        let (mut groups, mut devices): (&[GroupState], &[DeviceState]) = (&[], &[]);
        let mut handles: &[Option<Pointer>] = &[];
        let mut steps = Vec::with_capacity(trace.steps.len());
        for step in &trace.steps {
            steps.push(WireStep {
                groups: writer.groups(groups, &step.groups),
                devices: writer.devices(devices, &step.devices),
                handles: writer.handles(handles, &step.handles),
                ..writer.step(step)
            });
            (groups, devices, handles) = (&step.groups, &step.devices, &step.handles);
        }
        WireTrace {
            setup: trace
                .setup
                .iter()
                .map(|error| WireSetupError {
                    device: match error.line {
                        SetupLine::Settings => None,
                        SetupLine::Device(device) => Some(writer.device(device)),
                    },
                    errno: Word(error.errno),
                })
                .collect(),
            steps: List(steps),
            end: match &trace.end {
                End::Teardown { calls, leaked_domains, leaked_groups } => Some(WireEnd {
                    calls: writer.calls(calls),
                    leaked_domains: *leaked_domains,
                    leaked_groups: *leaked_groups,
                }),
                End::Crash(_) => None,
            },
        }
    }
}

struct Writer<'a> {
    script: &'a Script,
    trace: &'a Trace,
}

impl<'a> Writer<'a> {
    fn step(&self, step: &'a Step) -> WireStep<'a> {
        let mut wire = WireStep { calls: self.calls(&step.calls), lost: step.lost, ..WireStep::default() };
        match step.outcome {
            Outcome::Void => wire.returned = Some(Returned::Void),
            Outcome::Ok => wire.returned = Some(Returned::Ok),
            Outcome::Err(errno) => wire.returned = Some(Returned::Errno(errno)),
            Outcome::Bool(value) => wire.returned = Some(Returned::Bool(value)),
            Outcome::Domain(pointer) => wire.returned = Some(Returned::Domain(self.pointer(pointer))),
            Outcome::Handle { handle, domain } => {
                let name = handle.map(|id| self.handle(id));
                wire.returned = Some(Returned::Handle(name, self.pointer(domain)));
            }
            Outcome::Status(status) => wire.returned = Some(Returned::Status(status)),
            Outcome::NullDomain => wire.returned = Some(Returned::Null),
            Outcome::NotInThisRelease => wire.absent = true,
            Outcome::Skipped(why) => wire.skipped = Some(why.words().into()),
            Outcome::Bad(why) => wire.bad = Some(why.words().into()),
        }
        wire
    }

    fn groups(&self, before: &[GroupState], after: &[GroupState]) -> Ordered<'a, Option<WireGroupState<'a>>> {
        let gone = before.iter().filter(|b| after.iter().all(|a| a.group != b.group));
        let mut entries: Vec<_> = gone.map(|state| (self.group(state.group), None)).collect();
        for state in after {
            let old = before.iter().find(|b| b.group == state.group);
            if old != Some(state) {
                entries.push((self.group(state.group), Some(self.group_state(old, state))));
            }
        }
        Ordered(entries)
    }

    fn group_state(&self, old: Option<&GroupState>, new: &GroupState) -> WireGroupState<'a> {
        WireGroupState {
            domain: changed(old, new, |state| state.domain).map(|pointer| self.pointer(pointer)),
            default_domain: changed(old, new, |state| state.default_domain)
                .map(|pointer| self.pointer(pointer)),
            default_type: changed(old, new, |state| state.default_kind).map(|kind| kind.map(Word)),
            blocking_domain: changed(old, new, |state| state.blocking_domain)
                .flatten()
                .map(|pointer| self.pointer(pointer)),
            owner_cnt: changed(old, new, |state| state.owner_cnt).flatten(),
            owner: changed(old, new, |state| state.owner)
                .flatten()
                .map(|owner| owner.map(|_| names::owner(self.script, owner).into())),
            pasids: changed(old, new, |state| state.pasids).flatten(),
            pasid_table: (old.map(|state| &state.pasid_table) != Some(&new.pasid_table))
                .then(|| {
                    new.pasid_table.as_ref().map(|table| table.iter().map(|slot| self.slot(slot)).collect())
                })
                .flatten(),
            devices: (old.map(|state| &state.devices) != Some(&new.devices))
                .then(|| new.devices.iter().map(|device| self.device(*device)).collect()),
            resetting_domain: changed(old, new, |state| state.resetting_domain)
                .flatten()
                .map(|pointer| self.pointer(pointer)),
            recovery_cnt: changed(old, new, |state| state.recovery_cnt).flatten(),
        }
    }

    fn slot(&self, slot: &PasidSlot) -> WirePasid<'a> {
        let pasid = slot.pasid;
        match slot.holds {
            Holds::Domain(pointer) => WirePasid { pasid, handle: None, domain: self.pointer(Some(pointer)) },
            Holds::Handle(handle) => {
                WirePasid { pasid, handle: Some(handle.map(|id| self.handle(id))), domain: None }
            }
            Holds::Reserved => WirePasid { pasid, handle: None, domain: None },
        }
    }

    fn handles(
        &self,
        before: &[Option<Pointer>],
        after: &[Option<Pointer>],
    ) -> Ordered<'a, Option<Text<'a>>> {
        let old = |index| before.get(index).copied().flatten();
        let changed = after.iter().enumerate().filter(|(index, new)| old(*index) != **new);
        let entry = |(index, new): (usize, &Option<Pointer>)| {
            (self.handle(HandleId(u8::try_from(index).unwrap_or(u8::MAX))), self.pointer(*new))
        };
        Ordered(changed.map(entry).collect())
    }

    fn devices(
        &self,
        before: &[DeviceState],
        after: &[DeviceState],
    ) -> Ordered<'a, Option<WireDeviceState<'a>>> {
        let gone = before.iter().filter(|b| after.iter().all(|a| a.device != b.device));
        let mut entries: Vec<_> = gone.map(|state| (self.device(state.device), None)).collect();
        for state in after {
            let old = before.iter().find(|b| b.device == state.device);
            if old != Some(state) {
                entries.push((self.device(state.device), Some(self.device_state(old, state))));
            }
        }
        Ordered(entries)
    }

    fn device_state(&self, old: Option<&DeviceState>, new: &DeviceState) -> WireDeviceState<'a> {
        WireDeviceState {
            attached: changed(old, new, |state| state.attached).map(|pointer| self.pointer(pointer)),
            group: changed(old, new, |state| state.group).map(|group| group.map(|id| self.group(id))),
            driver: changed(old, new, |state| state.driver).map(|driver| driver.map(Word)),
            mapping: changed(old, new, |state| state.arm.map(|arm| arm.mapping))
                .flatten()
                .map(|mapping| mapping.map(|mark| self.domain(mark).into())),
            dma_ops: changed(old, new, |state| state.arm.map(|arm| arm.dma_ops)).flatten(),
            reset: changed(old, new, |state| state.reset)
                .filter(|reset| old.is_some() || reset.is_some())
                .map(|reset| reset.map(|ResetState { blocked, depth }| WireReset { blocked, depth })),
        }
    }

    fn calls(&self, calls: &[Call]) -> List<WireCall<'a>> {
        calls.iter().map(|call| self.call(call)).collect()
    }

    fn call(&self, call: &Call) -> WireCall<'a> {
        match *call {
            Call::Xlate { device } => WireCall::OfXlate(OfXlate { device: self.device(device) }),
            Call::Probe { device, error } => {
                WireCall::ProbeDevice(ProbeDevice { device: self.device(device), error: error.map(Word) })
            }
            Call::NewGroup { group } => WireCall::DeviceGroup(DeviceGroup {
                group: Some(self.group(group)),
                device: None,
                error: None,
            }),
            Call::GroupFailed { device, error } => WireCall::DeviceGroup(DeviceGroup {
                group: None,
                device: Some(self.device(device)),
                error: Some(Word(error)),
            }),
            Call::FreeGroup { group } => WireCall::GroupFree(GroupFree { group: self.group(group) }),
            Call::Alloc { domain, kind } => {
                let usual = self.trace.domains.get(usize::from(domain.0)).map(|info| usual_kind(&info.name));
                WireCall::DomainAlloc(DomainAlloc {
                    domain: Some(self.domain(domain).into()),
                    r#type: (usual != Some(kind)).then_some(Word(kind)),
                })
            }
            Call::Deny { kind } => {
                WireCall::DomainAlloc(DomainAlloc { domain: None, r#type: Some(Word(kind)) })
            }
            Call::Free { domain, attached } => {
                WireCall::DomainFree(DomainFree { domain: self.domain(domain).into(), attached })
            }
            Call::Attach { device, domain, from, freed, error } => WireCall::AttachDev(AttachDev {
                device: self.device(device),
                domain: self.domain(domain).into(),
                from: from.map(|from| from.map(|mark| self.domain(mark).into())),
                freed,
                error: error.map(Word),
            }),
            Call::Detach { device, domain } => WireCall::DetachDev(DetachDev {
                device: self.device(device),
                domain: self.domain(domain).into(),
            }),
            Call::SetPlatformDmaOps { device } => {
                WireCall::SetPlatformDmaOps(SetPlatformDmaOps { device: self.device(device) })
            }
            Call::Map { domain } => WireCall::MapPages(MapPages { domain: self.domain(domain).into() }),
            Call::ProbeFinalize { device } => {
                WireCall::ProbeFinalize(ProbeFinalize { device: self.device(device) })
            }
            Call::Release { device } => {
                WireCall::ReleaseDevice(ReleaseDevice { device: self.device(device) })
            }
            Call::SetPasid { device, pasid, domain, error } => WireCall::SetDevPasid(SetDevPasid {
                device: self.device(device),
                pasid,
                domain: self.domain(domain).into(),
                error: error.map(Word),
            }),
            Call::RemovePasid { device, pasid, domain } => WireCall::RemoveDevPasid(RemoveDevPasid {
                device: self.device(device),
                pasid,
                domain: match domain {
                    PasidTarget::NotTold => None,
                    PasidTarget::Domain(domain) => Some(self.domain(domain).into()),
                },
            }),
            Call::DriverProbe { device, error } => {
                WireCall::DriverProbe(DriverProbe { device: self.device(device), error: error.map(Word) })
            }
            Call::Warn(warn) => WireCall::Warn(WireWarn { at: self.place(warn) }),
        }
    }

    fn place(&self, warn: Warn) -> Option<Text<'a>> {
        match warn {
            Warn::At(place) => self.trace.told.places.get(usize::from(place)).map(|at| at.as_str().into()),
            warn => Some(warn.words().into()),
        }
    }

    fn device(&self, id: DeviceId) -> Text<'a> {
        names::device(self.script, id).into()
    }

    fn group(&self, id: GroupId) -> Text<'a> {
        names::group(self.script, id).into()
    }

    fn handle(&self, id: HandleId) -> Text<'a> {
        names::handle(self.script, Some(id)).into()
    }

    fn pointer(&self, pointer: Option<Pointer>) -> Option<Text<'a>> {
        pointer.map(|pointer| with_freed(self.domain(pointer.domain), pointer.freed).into())
    }

    fn domain(&self, mark: Mark) -> String {
        let info = self.trace.domains.get(usize::from(mark.0));
        info.map_or_else(
            || "?".into(),
            |info| match &info.name {
                DomainName::User(name) => name.clone(),
                name => names::domain_name(self.script, name),
            },
        )
    }
}

/// A field, if it is not as it was.
fn changed<S, T: PartialEq>(old: Option<&S>, new: &S, field: impl Fn(&S) -> T) -> Option<T> {
    let value = field(new);
    (old.map(&field).as_ref() != Some(&value)).then_some(value)
}
