// SPDX-License-Identifier: GPL-2.0-only
//! Two traces of one script, side by side: the first difference.
//!
//! One was observed, on a real kernel or by a program; the other is the reference. What the observer cannot see is
//! not compared: what it does not look at, a group's field that it does not have, calls beyond those it kept. Nor is what only the engine
//! knows: the cause of a WARN, what a domain is for, the type an allocation was asked for, the check that an errno
//! came from. Everything else must be equal.

mod words;

use std::fmt::{self, Display};

use super::names::Names;
use super::{
    Call, DeviceState, DomainInfo, End, GroupState, Holds, MappingState, Mark, Outcome, PasidSlot,
    PasidTarget, Pointer, ResetState, Step, Trace,
};
use crate::script::{DeviceId, DomainKind, DomainName, DriverKind, GroupId, HandleId, Script};
use words::Words;

/// Where two traces first differ, with both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub place: Place,
    /// What, such as `returned`, `call 2`, `group g: owner_cnt`.
    pub field: String,
    /// What was observed.
    pub observed: String,
    /// What the reference has.
    pub reference: String,
}

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The setup.
    Setup,
    /// A step, from 0.
    Step(usize),
    /// The teardown, or how it ended.
    End,
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Setup => f.write_str("setup"),
            Place::Step(index) => write!(f, "step {index}"),
            Place::End => f.write_str("end"),
        }
    }
}

/// The first difference; `None`: they agree.
#[must_use]
pub fn first_difference(script: &Script, observed: &Trace, reference: &Trace) -> Option<Difference> {
    let reference = &*observed.unseen.hide(reference);
    let (observed_marks, reference_marks) = common_marks(observed, reference);
    let sides = Sides {
        script,
        observed: Side { trace: observed, marks: observed_marks },
        reference: Side { trace: reference, marks: reference_marks },
    };
    sides.compare().err().map(|found| {
        let Found { place, what } = *found;
        let merged = sides.merged();
        let names = &Names::new(script, &merged);
        let (field, observed, reference) = Words { names, observed, reference }.of(what);
        Difference { place, field, observed, reference }
    })
}

/// For each domain of either trace the first one of its name in the reference, or, behind those, in the observed
/// trace: to the observer, static domains of one name are one.
fn common_marks(observed: &Trace, reference: &Trace) -> (Vec<Mark>, Vec<Mark>) {
    let mut names: Vec<&DomainName> = reference.domains.iter().map(|info| &info.name).collect();
    names.extend(observed.domains.iter().map(|info| &info.name));
    let first = |info: &DomainInfo| names.iter().position(|name| **name == info.name).unwrap_or(names.len());
    let mark = |info: &DomainInfo| Mark(u16::try_from(first(info)).unwrap_or(u16::MAX));
    (observed.domains.iter().map(mark).collect(), reference.domains.iter().map(mark).collect())
}

/// A difference, before it is put into words: both sides in common marks.
struct Found {
    place: Place,
    what: What,
}

enum What {
    Setup,
    /// One side has this step, the other ended before it.
    Reached {
        observed: bool,
    },
    Outcome(Outcome, Outcome),
    Call(usize, Option<Call>, Option<Call>),
    Group(GroupId, GroupField),
    Device(DeviceId, DeviceField),
    Handle(HandleId, Option<Pointer>, Option<Pointer>),
    End,
    Leaks(&'static str, u32, u32),
}

enum GroupField {
    /// Does it exist?
    Present(bool),
    Pointer(&'static str, Option<Pointer>, Option<Pointer>),
    Kind(Option<DomainKind>, Option<DomainKind>),
    /// A field in words; the reference may not have it.
    Word(&'static str, String, Option<String>),
    /// The table of PASIDs; the reference may not have it.
    Pasids(Vec<PasidSlot>, Option<Vec<PasidSlot>>),
    Devices(Vec<DeviceId>, Vec<DeviceId>),
}

enum DeviceField {
    Present(bool),
    Attached(Option<Pointer>, Option<Pointer>),
    Group(Option<GroupId>, Option<GroupId>),
    Driver(Option<DriverKind>, Option<DriverKind>),
    Arm(MappingState, Option<MappingState>),
    Reset(ResetState, Option<ResetState>),
}

type Compared = Result<(), Box<Found>>;

struct Sides<'a> {
    script: &'a Script,
    observed: Side<'a>,
    reference: Side<'a>,
}

impl Sides<'_> {
    fn compare(&self) -> Compared {
        let at = |place| move |what| Box::new(Found { place, what });
        let (observed, reference) = (self.observed.trace, self.reference.trace);
        if observed.setup != reference.setup {
            return Err(at(Place::Setup)(What::Setup));
        }
        for (index, (o, r)) in observed.steps.iter().zip(&reference.steps).enumerate() {
            self.step(o, r).map_err(at(Place::Step(index)))?;
        }
        let (o, r) = (observed.steps.len(), reference.steps.len());
        if o != r {
            return Err(at(Place::Step(o.min(r)))(What::Reached { observed: o > r }));
        }
        self.end().map_err(at(Place::End))
    }

    fn end(&self) -> Result<(), What> {
        match (&self.observed.trace.end, &self.reference.trace.end) {
            (
                End::Teardown { calls, leaked_domains, leaked_groups },
                End::Teardown { calls: others, leaked_domains: domains, leaked_groups: groups },
            ) => {
                self.calls(calls, others, false)?;
                same(*leaked_domains, *domains, |o, r| What::Leaks("domains never freed", o, r))?;
                same(*leaked_groups, *groups, |o, r| What::Leaks("groups never freed", o, r))
            }
            (End::Crash(_), End::Crash(_)) => Ok(()),
            _ => Err(What::End),
        }
    }

    fn step(&self, observed: &Step, reference: &Step) -> Result<(), What> {
        let (o, r) = (self.observed.outcome(observed), self.reference.outcome(reference));
        same(o, r, What::Outcome)?;
        self.calls(&observed.calls, &reference.calls, observed.lost)?;
        self.groups(&observed.groups, &reference.groups)?;
        self.devices(&observed.devices, &reference.devices)?;
        self.handles(&observed.handles, &reference.handles)
    }

    fn handles(&self, observed: &[Option<Pointer>], reference: &[Option<Pointer>]) -> Result<(), What> {
        for (index, (o, r)) in observed.iter().zip(reference).enumerate() {
            let (o, r) = (self.observed.pointer(*o), self.reference.pointer(*r));
            let handle = HandleId(u8::try_from(index).unwrap_or(u8::MAX));
            same(o, r, |o, r| What::Handle(handle, o, r))?;
        }
        Ok(())
    }

    /// Calls in order; when some of the observed ones were lost, only those that are there.
    fn calls(&self, observed: &[Call], reference: &[Call], lost: bool) -> Result<(), What> {
        let equal = |(o, r): &(&Call, &Call)| match (o, r) {
            (Call::Warn(_), Call::Warn(_)) => true,
            _ => self.observed.call(o) == self.reference.call(r),
        };
        let common = observed.iter().zip(reference).take_while(equal).count();
        if common == observed.len() && (lost || common == reference.len()) {
            return Ok(());
        }
        let there = observed.get(common).map(|call| self.observed.call(call));
        Err(What::Call(common, there, reference.get(common).map(|call| self.reference.call(call))))
    }

    fn groups(&self, observed: &[GroupState], reference: &[GroupState]) -> Result<(), What> {
        for o in observed {
            let Some(r) = reference.iter().find(|r| r.group == o.group) else {
                return Err(What::Group(o.group, GroupField::Present(true)));
            };
            self.group(o, r).map_err(|field| What::Group(o.group, field))?;
        }
        match reference.iter().find(|r| observed.iter().all(|o| o.group != r.group)) {
            None => Ok(()),
            Some(r) => Err(What::Group(r.group, GroupField::Present(false))),
        }
    }

    fn group(&self, o: &GroupState, r: &GroupState) -> Result<(), GroupField> {
        let pointer = |name, o, r| {
            let (o, r) = (self.observed.pointer(o), self.reference.pointer(r));
            same(o, r, |o, r| GroupField::Pointer(name, o, r))
        };
        pointer("domain", o.domain, r.domain)?;
        pointer("default_domain", o.default_domain, r.default_domain)?;
        if let Some(blocking) = o.blocking_domain {
            match r.blocking_domain {
                Some(other) => pointer("blocking_domain", blocking, other)?,
                None => return Err(GroupField::Word("blocking_domain", "a field".into(), None)),
            }
        }
        same(o.default_kind, r.default_kind, GroupField::Kind)?;
        self.word("owner_cnt", o.owner_cnt, r.owner_cnt, |count| count.to_string())?;
        let owner = |owner| super::names::owner(self.script, owner).to_owned();
        self.word("owner", o.owner, r.owner, owner)?;
        self.word("PASIDs", o.pasids, r.pasids, |some| some.to_string())?;
        if let Some(table) = &o.pasid_table {
            let table = self.observed.pasids(table);
            let other = r.pasid_table.as_ref().map(|table| self.reference.pasids(table));
            if other.as_ref() != Some(&table) {
                return Err(GroupField::Pasids(table, other));
            }
        }
        same(o.devices.as_slice(), r.devices.as_slice(), |o, r| GroupField::Devices(o.into(), r.into()))?;
        if let Some(resetting) = o.resetting_domain {
            match r.resetting_domain {
                Some(other) => pointer("resetting_domain", resetting, other)?,
                None => return Err(GroupField::Word("resetting_domain", "a field".into(), None)),
            }
        }
        self.word("recovery_cnt", o.recovery_cnt, r.recovery_cnt, |count| count.to_string())
    }

    /// A field that the observer may not see.
    fn word<T: PartialEq + Copy>(
        &self,
        name: &'static str,
        observed: Option<T>,
        reference: Option<T>,
        words: impl Fn(T) -> String,
    ) -> Result<(), GroupField> {
        match observed {
            Some(o) if reference != Some(o) => Err(GroupField::Word(name, words(o), reference.map(words))),
            _ => Ok(()),
        }
    }

    fn devices(&self, observed: &[DeviceState], reference: &[DeviceState]) -> Result<(), What> {
        for o in observed {
            let Some(r) = reference.iter().find(|r| r.device == o.device) else {
                return Err(What::Device(o.device, DeviceField::Present(true)));
            };
            self.device(o, r).map_err(|field| What::Device(o.device, field))?;
        }
        match reference.iter().find(|r| observed.iter().all(|o| o.device != r.device)) {
            None => Ok(()),
            Some(r) => Err(What::Device(r.device, DeviceField::Present(false))),
        }
    }

    fn device(&self, o: &DeviceState, r: &DeviceState) -> Result<(), DeviceField> {
        let (attached, other) = (self.observed.pointer(o.attached), self.reference.pointer(r.attached));
        same(attached, other, DeviceField::Attached)?;
        same(o.group, r.group, DeviceField::Group)?;
        same(o.driver, r.driver, DeviceField::Driver)?;
        if let Some(arm) = o.arm {
            let (arm, other) = (self.observed.arm(arm), r.arm.map(|arm| self.reference.arm(arm)));
            if other != Some(arm) {
                return Err(DeviceField::Arm(arm, other));
            }
        }
        match o.reset {
            Some(reset) if r.reset != Some(reset) => Err(DeviceField::Reset(reset, r.reset)),
            _ => Ok(()),
        }
    }

    /// A trace that has the domains of both, as common marks count them, and what only the observer can tell.
    fn merged(&self) -> Trace {
        let (observed, reference) = (self.observed.trace, self.reference.trace);
        let domains = reference.domains.iter().chain(&observed.domains).cloned().collect();
        Trace { domains, told: observed.told.clone(), ..Trace::default() }
    }
}

/// A trace, and for each of its domains the common mark.
struct Side<'a> {
    trace: &'a Trace,
    marks: Vec<Mark>,
}

impl Side<'_> {
    fn mark(&self, mark: Mark) -> Mark {
        self.marks.get(usize::from(mark.0)).copied().unwrap_or(Mark(u16::MAX))
    }

    fn pointer(&self, pointer: Option<Pointer>) -> Option<Pointer> {
        pointer.map(|pointer| Pointer { domain: self.mark(pointer.domain), ..pointer })
    }

    /// A call in common marks; the type an allocation was asked for is not compared.
    fn call(&self, call: &Call) -> Call {
        let mut call = *call;
        match &mut call {
            Call::Alloc { domain, kind } => {
                *domain = self.mark(*domain);
                *kind = DomainKind::Unmanaged;
            }
            Call::Free { domain, .. }
            | Call::Detach { domain, .. }
            | Call::Map { domain }
            | Call::SetPasid { domain, .. }
            | Call::RemovePasid { domain: PasidTarget::Domain(domain), .. } => *domain = self.mark(*domain),
            Call::Attach { domain, from, .. } => {
                *domain = self.mark(*domain);
                if let Some(Some(from)) = from {
                    *from = self.mark(*from);
                }
            }
            Call::Xlate { .. }
            | Call::Probe { .. }
            | Call::NewGroup { .. }
            | Call::GroupFailed { .. }
            | Call::FreeGroup { .. }
            | Call::Deny { .. }
            | Call::SetPlatformDmaOps { .. }
            | Call::ProbeFinalize { .. }
            | Call::Release { .. }
            | Call::RemovePasid { domain: PasidTarget::NotTold, .. }
            | Call::DriverProbe { .. }
            | Call::Warn(_) => {}
        }
        call
    }

    /// A table of PASIDs, without what no kernel shows.
    fn pasids(&self, table: &[PasidSlot]) -> Vec<PasidSlot> {
        let shown = table.iter().filter(|slot| slot.holds != Holds::Reserved);
        shown
            .map(|slot| match slot.holds {
                Holds::Domain(Pointer { domain, freed }) => {
                    let holds = Holds::Domain(Pointer { domain: self.mark(domain), freed });
                    PasidSlot { holds, ..*slot }
                }
                Holds::Handle(_) | Holds::Reserved => *slot,
            })
            .collect()
    }

    fn outcome(&self, step: &Step) -> Outcome {
        match step.outcome {
            Outcome::Domain(pointer) => Outcome::Domain(self.pointer(pointer)),
            Outcome::Handle { handle, domain } => Outcome::Handle { handle, domain: self.pointer(domain) },
            outcome => outcome,
        }
    }

    fn arm(&self, arm: MappingState) -> MappingState {
        MappingState { mapping: arm.mapping.map(|mark| self.mark(mark)), ..arm }
    }
}

fn same<T: PartialEq, E>(observed: T, reference: T, found: impl FnOnce(T, T) -> E) -> Result<(), E> {
    if observed == reference { Ok(()) } else { Err(found(observed, reference)) }
}
