// SPDX-License-Identifier: GPL-2.0-only
//! From what a kernel made of a script, as it is recorded, to a [`Trace`].

use thiserror::Error;

use super::script::domain_name;
use super::wire::{
    Device, Group, Line, Ordered, Return, Scalar, SetupAnswer, Step as WireStep, Teardown, Text,
};
use super::words;
use crate::script::{
    DeviceId, DomainKind, DomainName, DriverKind, Errno, GroupId, HandleId, Op, OwnerId, Script, Static,
    VfioOp, VfioStatus,
};
use crate::trace::{
    BadOp, Crash, DeviceState, DomainInfo, End, GroupState, Holds, MappingState, Mark, Outcome, PasidSlot,
    Pointer, ResetState, Role, SetupError, SetupLine, Skip, Step, Trace,
};

/// What the recorder writes for what it does not know.
const UNKNOWN: &str = "?";

/// Why a result cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ObserveError {
    /// There is no result, or only half of one.
    #[error("no result: {0}")]
    NoResult(&'static str),
    /// A word means nothing there.
    #[error("{place}: {field} `{word}` is not understood")]
    BadWord {
        /// Where: `setup`, `steps[3]` or `end`.
        place: String,
        /// Which field.
        field: &'static str,
        /// The word.
        word: String,
    },
    /// A step has neither of `r`, `skip` and `bad`.
    #[error("{0}: neither r nor skip nor bad")]
    NoOutcome(String),
}

/// What the kernel made of the script that this line holds.
///
/// # Errors
/// There is no result, or a word of it means nothing.
pub fn observe(script: &Script, line: &Line<'_>) -> Result<Trace, ObserveError> {
    let mut observer = Observer { script, trace: Trace::default(), place: "setup".into() };
    for answer in line.setup.iter().flatten() {
        let error = observer.setup(answer)?;
        observer.trace.setup.push(error);
    }
    let steps = line.steps.as_ref().ok_or(ObserveError::NoResult("no steps"))?;
    for (index, wire) in steps.iter().enumerate() {
        observer.place = format!("steps[{index}]");
        let step = observer.step(index, wire)?;
        observer.trace.steps.push(step);
    }
    observer.place = "end".into();
    observer.trace.end = match (&line.end, &line.crash, &line.hang) {
        (Some(end), None, None) => observer.teardown(end)?,
        (None, Some(console), None) => observer.died(Crash::Observed, console),
        (None, None, Some(console)) => observer.died(Crash::Hang, console),
        _ => return Err(ObserveError::NoResult("exactly one of end, crash and hang is expected")),
    };
    Ok(observer.trace)
}

/// Reads words against a script's names, and gathers the domains it meets.
pub(super) struct Observer<'s> {
    script: &'s Script,
    pub(super) trace: Trace,
    place: String,
}

impl Observer<'_> {
    fn setup(&self, SetupAnswer(line, answer): &SetupAnswer<'_>) -> Result<SetupError, ObserveError> {
        let mut parts = line.as_str().split(' ');
        let which = match (parts.next(), parts.next()) {
            (Some("cfg"), _) => SetupLine::Settings,
            (Some("dev"), Some(name)) => SetupLine::Device(self.device(name)?),
            _ => return Err(self.bad("line", line.as_str())),
        };
        let errno = match answer {
            Scalar::Number(number) => number.checked_neg().and_then(Errno::from_number),
            Scalar::Text(_) => None,
        };
        let errno = errno.ok_or_else(|| self.bad("answer", &answer.to_string()))?;
        Ok(SetupError { line: which, errno })
    }

    fn step(&mut self, index: usize, wire: &WireStep<'_>) -> Result<Step, ObserveError> {
        let outcome = match (&wire.r, &wire.skip, &wire.bad) {
            (Some(value), _, _) => self.returned(index, value, wire.hd.as_ref())?,
            (None, Some(skip), _) => {
                let known = Skip::ALL.into_iter().find(|known| known.words() == skip.as_str());
                Outcome::Skipped(known.ok_or_else(|| self.bad("skip", skip.as_str()))?)
            }
            (None, None, Some(bad)) => {
                let known = BadOp::ALL.into_iter().find(|known| known.words() == bad.as_str());
                Outcome::Bad(known.ok_or_else(|| self.bad("bad", bad.as_str()))?)
            }
            (None, None, None) => return Err(ObserveError::NoOutcome(self.place.clone())),
        };
        let mut calls = Vec::new();
        for text in wire.cb.iter().flatten() {
            calls.push(words::call(self, text.as_str())?);
        }
        // Where nobody looked, nothing has changed.
        let before = self.trace.steps.last();
        let mut step = Step {
            outcome,
            reason: None,
            calls,
            lost: wire.lost,
            groups: before.map(|step| step.groups.clone()).unwrap_or_default(),
            devices: before.map(|step| step.devices.clone()).unwrap_or_default(),
            handles: before.map(|step| step.handles.clone()).unwrap_or_default(),
        };
        if let Some(groups) = &wire.g {
            step.groups.clear();
            for (name, group) in &groups.0 {
                step.groups.push(self.group_state(name.as_str(), group)?);
            }
        }
        if let Some(devices) = &wire.d {
            step.devices.clear();
            for (name, device) in &devices.0 {
                step.devices.push(self.device_state(name.as_str(), device)?);
            }
            for (_, group) in wire.g.iter().flat_map(|groups| &groups.0) {
                self.resets(group, &mut step.devices)?;
            }
        }
        if let Some(handles) = &wire.h {
            step.handles = self.handles(handles)?;
        }
        Ok(step)
    }

    /// The domain of each of the script's handles; the script may not name all that the bench has.
    fn handles(&mut self, wire: &Ordered<'_, Text<'_>>) -> Result<Vec<Option<Pointer>>, ObserveError> {
        for (name, _) in &wire.0 {
            self.handle(name.as_str())?;
        }
        let script = self.script;
        let domains =
            script.handles.iter().map(|name| wire.get(name).map(|text| self.pointer(text.as_str())));
        Ok(domains.collect())
    }

    fn returned(
        &mut self,
        index: usize,
        value: &Return<'_>,
        domain: Option<&Text<'_>>,
    ) -> Result<Outcome, ObserveError> {
        let op = self.script.ops.get(index);
        let query = matches!(
            op,
            Some(Op::GetDomainForDev { .. } | Op::GetDmaDomain { .. } | Op::DriverGetDomain { .. })
        );
        Ok(match value {
            Return::Void => Outcome::Void,
            Return::Number(number) if matches!(op, Some(Op::GroupDmaOwnerClaimed { .. })) => {
                Outcome::Bool(*number != 0)
            }
            Return::Number(flags @ 0..=3) if matches!(op, Some(Op::Vfio(VfioOp::GroupGetStatus { .. }))) => {
                Outcome::Status(VfioStatus::of(flags & 1 != 0, flags & 2 != 0))
            }
            Return::Number(0) => Outcome::Ok,
            Return::Number(number) => {
                let errno = number.checked_neg().and_then(Errno::from_number);
                Outcome::Err(errno.ok_or_else(|| self.bad("r", &number.to_string()))?)
            }
            Return::Word(word) => match word.as_str() {
                "nosys" => Outcome::NotInThisRelease,
                "NULL" if query => Outcome::Domain(None),
                "NULL" => Outcome::NullDomain,
                name if query => Outcome::Domain(Some(self.pointer(name))),
                name if matches!(op, Some(Op::AttachHandleGet { .. })) => {
                    Outcome::Handle { handle: self.handle(name)?, domain: self.optional(domain) }
                }
                other => return Err(self.bad("r", other)),
            },
        })
    }

    fn teardown(&mut self, end: &Teardown<'_>) -> Result<End, ObserveError> {
        let mut calls = Vec::new();
        for text in &end.cb {
            calls.push(words::call(self, text.as_str())?);
        }
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (leaked_domains, leaked_groups) = (count(end.leak_dom), count(end.leak_grp));
        Ok(End::Teardown { calls, leaked_domains, leaked_groups })
    }

    fn died(&mut self, how: Crash, console: &[Text<'_>]) -> End {
        self.trace.told.console = console.iter().map(ToString::to_string).collect();
        End::Crash(how)
    }

    fn group_state(&mut self, name: &str, wire: &Group<'_>) -> Result<GroupState, ObserveError> {
        let owner = match &wire.ow {
            None => None,
            Some(None) => Some(None),
            Some(Some(owner)) => Some(Some(self.owner(owner.as_str()))),
        };
        let mut devices = Vec::with_capacity(wire.dv.len());
        for device in &wire.dv {
            devices.push(self.device(device.as_str())?);
        }
        Ok(GroupState {
            group: self.group(name)?,
            domain: self.optional(wire.dom.as_ref()),
            default_domain: self.optional(wire.def.as_ref()),
            default_kind: match &wire.ty {
                None => None,
                Some(kind) => Some(self.kind(kind.as_str())?),
            },
            blocking_domain: match &wire.blk {
                Some(text) if text.as_str() == "n/a" => None,
                pointer => Some(self.optional(pointer.as_ref())),
            },
            owner_cnt: wire.oc.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
            owner,
            pasids: wire.pa.map(|some| some != 0),
            pasid_table: wire.px.as_ref().map(|table| self.pasid_table(table)).transpose()?,
            devices,
            resetting_domain: None,
            recovery_cnt: wire.rc.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        })
    }

    /// Tells the devices of a group how they stand in resets.
    fn resets(&self, wire: &Group<'_>, devices: &mut [DeviceState]) -> Result<(), ObserveError> {
        for (name, (blocked, depth)) in wire.rs.iter().flat_map(|resets| &resets.0) {
            let id = self.device(name.as_str())?;
            if let Some(state) = devices.iter_mut().find(|state| state.device == id) {
                let depth = u32::try_from(*depth).unwrap_or(u32::MAX);
                state.reset = Some(ResetState { blocked: *blocked != 0, depth });
            }
        }
        Ok(())
    }

    fn device_state(&mut self, name: &str, wire: &Device<'_>) -> Result<DeviceState, ObserveError> {
        let driver = match wire.driver.as_ref().map(Text::as_str) {
            None => None,
            Some("kdma") => Some(DriverKind::KernelDma),
            Some("user") => Some(DriverKind::Managed),
            Some("vfio-pci") => Some(DriverKind::VfioPci),
            Some("pci-stub") => Some(DriverKind::PciStub),
            Some("pcieport") => Some(DriverKind::Pcieport),
            Some(other) => return Err(self.bad("driver", other)),
        };
        let arm = wire.arm.as_ref().map(|(mapping, ops)| MappingState {
            mapping: mapping.as_ref().map(|name| self.mark(name.as_str())),
            dma_ops: *ops != 0,
        });
        Ok(DeviceState {
            device: self.device(name)?,
            attached: self.optional(wire.attached.as_ref()),
            group: match &wire.group {
                None => None,
                Some(group) => Some(self.group(group.as_str())?),
            },
            driver,
            arm,
            reset: None,
        })
    }

    fn pasid_table(&mut self, wire: &Ordered<'_, Text<'_>>) -> Result<Vec<PasidSlot>, ObserveError> {
        let slot = |(pasid, held): &(Text<'_>, Text<'_>)| {
            let pasid = pasid.as_str().parse().map_err(|_| self.bad("px", pasid.as_str()))?;
            let holds = match self.handle(held.as_str()) {
                Ok(handle) => Holds::Handle(handle),
                Err(_) => Holds::Domain(self.pointer(held.as_str())),
            };
            Ok(PasidSlot { pasid, holds })
        };
        wire.0.iter().map(slot).collect()
    }

    /// The handle of this name; `-` is one without a name.
    fn handle(&self, name: &str) -> Result<Option<HandleId>, ObserveError> {
        if name == "-" {
            return Ok(None);
        }
        let known = self.script.handles.iter().position(|handle| handle == name);
        match known.and_then(|index| u8::try_from(index).ok()) {
            Some(index) => Ok(Some(HandleId(index))),
            None => Err(self.bad("handle", name)),
        }
    }

    fn optional(&mut self, pointer: Option<&Text<'_>>) -> Option<Pointer> {
        pointer.map(|text| self.pointer(text.as_str()))
    }

    fn pointer(&mut self, text: &str) -> Pointer {
        let (name, freed) = text.strip_suffix("!freed").map_or((text, false), |name| (name, true));
        Pointer { domain: self.mark(name), freed }
    }

    /// The domain of this name, noted if it is new.
    pub(super) fn mark(&mut self, name: &str) -> Mark {
        let name = self.name(name);
        let domains = &mut self.trace.domains;
        let index = domains.iter().position(|known| known.name == name).unwrap_or_else(|| {
            let role = match name {
                DomainName::User(_) => Role::User,
                DomainName::Static(_) => Role::Static,
                DomainName::Made(..) | DomainName::PointedToBy(..) => Role::Unknown,
            };
            domains.push(DomainInfo { kind: kind_of(&name), name, role });
            domains.len() - 1
        });
        Mark(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// The type of a domain, as far as its name tells.
    pub(super) fn kind_of(&self, mark: Mark) -> DomainKind {
        self.trace.domains.get(usize::from(mark.0)).map_or(DomainKind::Unmanaged, |info| info.kind)
    }

    /// `dom3` is the third of a type without a prefix of its own, unless the script has a domain of that name.
    fn name(&self, text: &str) -> DomainName {
        let name = domain_name(text);
        if self.script.domains.contains(&name) {
            return name;
        }
        match text.strip_prefix("dom").and_then(|number| number.parse().ok()) {
            Some(number) => DomainName::Made(DomainKind::Platform, number),
            None => name,
        }
    }

    pub(super) fn device(&self, name: &str) -> Result<DeviceId, ObserveError> {
        let known = self.script.devices.iter().position(|device| device.name == name);
        match (known.and_then(|index| u8::try_from(index).ok()), name) {
            (Some(index), _) => Ok(DeviceId(index)),
            (None, UNKNOWN) => Ok(DeviceId(u8::MAX)),
            (None, _) => Err(self.bad("device", name)),
        }
    }

    pub(super) fn group(&self, name: &str) -> Result<GroupId, ObserveError> {
        let known = self.script.groups.iter().position(|group| group.name == name);
        match (known.and_then(|index| u8::try_from(index).ok()), name) {
            (Some(index), _) => Ok(GroupId(index)),
            (None, UNKNOWN) => Ok(GroupId(u8::MAX)),
            (None, _) => Err(self.bad("group", name)),
        }
    }

    fn owner(&self, name: &str) -> OwnerId {
        let known = self.script.owners.iter().position(|owner| owner == name);
        OwnerId(known.and_then(|index| u8::try_from(index).ok()).unwrap_or(u8::MAX))
    }

    pub(super) fn kind(&self, name: &str) -> Result<DomainKind, ObserveError> {
        let known = DomainKind::ALL.into_iter().find(|kind| kind.name() == name);
        known.ok_or_else(|| self.bad("type", name))
    }

    pub(super) fn bad(&self, field: &'static str, word: &str) -> ObserveError {
        ObserveError::BadWord { place: self.place.clone(), field, word: word.chars().take(80).collect() }
    }
}

/// What a domain's name says of its type.
fn kind_of(name: &DomainName) -> DomainKind {
    match name {
        DomainName::Made(kind, _) => *kind,
        DomainName::Static(Static::Identity | Static::Default) => DomainKind::Identity,
        DomainName::Static(Static::Blocked | Static::Release) => DomainKind::Blocked,
        DomainName::Static(Static::Platform) => DomainKind::Platform,
        DomainName::User(_) | DomainName::PointedToBy(..) => DomainKind::Unmanaged,
    }
}
