// SPDX-License-Identifier: GPL-2.0-only
//! From a case as it is written to a script: the topology, the given states, then step by step.

mod domain;
mod fault;
mod iommufd;
mod operation;

use super::error::{Complaint, Problem};
use super::form::{CaseForm, DomainWord, GivenForm, Operation, Word};
use super::names::{Names, small};
use super::topology;
use crate::script::{Bus, DeviceId, GroupId, Op, Script, Worded};
use crate::trace::text::Origin;

pub use fault::Sweep;

/// A script made from a case, and where each of its operations comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// The script.
    pub script: Script,
    /// For each operation of the script, its origin.
    pub steps: Vec<Origin>,
    /// The faults that are tried at every position, each for itself.
    pub sweeps: Vec<Sweep>,
}

impl Lowered {
    /// The script with a sweep's fault planted so that it strikes at this position, counted from 1; at 0 never.
    #[must_use]
    pub fn swept(&self, sweep: &Sweep, position: u32) -> Lowered {
        let mut swept = Lowered { sweeps: Vec::new(), ..self.clone() };
        swept.script.id = format!("{} {}", self.script.id, sweep.place(position));
        let before = sweep.before.min(swept.script.ops.len());
        swept.script.ops.insert(before, sweep.plant(position));
        swept.steps.insert(before.min(swept.steps.len()), Origin::Swept);
        swept
    }
}

/// Lowers a case.
pub(crate) fn lower<'t>(id: &str, form: &CaseForm<'t>, names: &Names) -> Result<Lowered, Complaint<'t>> {
    let mut script = Script { id: id.to_owned(), ..Script::default() };
    topology::lower(&form.topology, names, &mut script)?;
    let mut lowering = Lowering {
        names,
        lowered: Lowered { script, ..Lowered::default() },
        allocated: vec![false; names.domains.len()],
    };
    for step in &form.steps.0 {
        lowering.note_allocation(&step.operation).map_err(|complaint| complaint.or_at(step.name.spot()))?;
    }
    for (group, given) in &form.given.0 {
        lowering.given(group, given).map_err(|complaint| complaint.or_at(group.spot()))?;
    }
    for (index, step) in form.steps.0.iter().enumerate() {
        lowering
            .step(index, &step.name, &step.operation)
            .map_err(|complaint| complaint.or_at(step.name.spot()))?;
    }
    for sweep in form.sweep.iter().flat_map(|sweeps| &sweeps.0) {
        let sweep = lowering.sweep(sweep)?;
        lowering.lowered.sweeps.push(sweep);
    }
    Ok(lowering.lowered)
}

/// Whose domain an automatic allocation is for.
#[derive(Clone, Copy)]
enum For {
    Device(DeviceId),
    Group(GroupId),
}

struct Lowering<'a> {
    names: &'a Names,
    lowered: Lowered,
    /// For each declared domain: is it allocated by now, or will a step do it?
    allocated: Vec<bool>,
}

impl Lowering<'_> {
    /// A domain that a step allocates is not allocated automatically.
    fn note_allocation<'t>(&mut self, operation: &Operation<'t>) -> Result<(), Complaint<'t>> {
        let (word, kind) = match operation {
            Operation::DomainAlloc(form) => (&*form.domain, DomainWord::Paging),
            Operation::ArmCreateMapping(form) => (&*form.mapping, DomainWord::Mapping),
            Operation::IommufdHwptAlloc(form) => (&*form.hwpt, DomainWord::Hwpt),
            Operation::IommufdIoasAlloc(form) => (&*form.ioas, DomainWord::Ioas),
            Operation::Omap3ispAttach(form) => (&*form.domain, DomainWord::Mapping),
            Operation::RemoteprocAttach(form) | Operation::OmapRprocAttach(form) => {
                (&*form.domain, DomainWord::Paging)
            }
            _ => return Ok(()),
        };
        let index = self.names.domain_of(word, kind)?;
        match self.allocated.get_mut(index) {
            Some(allocated) if !*allocated => *allocated = true,
            _ => {
                let problem = Problem::AllocatedTwice(word.text().to_owned());
                return Err(Complaint::at(word.spot(), problem).hint("declare another domain for the second"));
            }
        }
        Ok(())
    }

    fn push(&mut self, op: Op, origin: Origin) {
        self.lowered.script.ops.push(op);
        self.lowered.steps.push(origin);
    }

    /// The operations that put a group into a given state.
    fn given<'t>(&mut self, word: &Word<'t>, given: &GivenForm<'t>) -> Result<(), Complaint<'t>> {
        let group = self.names.group(word)?;
        let implied = given.driver.is_some() || given.owner.0.is_some() || given.attached.is_some();
        let conflict =
            |problem: String, hint: &str| Complaint::at(word.spot(), Problem::Conflict(problem)).hint(hint);
        if given.present == Some(false) && implied {
            let problem = format!("group `{}` is not present but has a state", word.text());
            return Err(conflict(problem, "leave `present` out"));
        }
        let devices = self.devices_of(group);
        if devices.is_empty() {
            return Err(conflict(format!("group `{}` has no devices", word.text()), "give it a device"));
        }
        if given.present == Some(true) || implied {
            for device in &devices {
                self.push(Op::DeviceAdd { device: *device, driver: None }, Origin::Given);
            }
        }
        if let Some(driver) = given.driver {
            let driver = driver.value();
            for device in devices {
                if driver.needs_pci() && self.lowered.script.devices[device.index()].bus != Bus::Pci {
                    let problem = format!("`{}` drives PCI devices alone", driver.word());
                    return Err(conflict(problem, "make them `bus: pci` in the topology"));
                }
                self.push(Op::Bind { device, driver }, Origin::Given);
            }
        }
        if let Some(owner) = &given.owner.0 {
            let owner = self.owner(owner)?;
            self.push(Op::GroupClaimDmaOwner { group, owner }, Origin::Given);
        }
        if let Some(domain) = &given.attached {
            let domain = self.domain(domain, For::Group(group))?;
            self.push(Op::AttachGroup { domain, group }, Origin::Given);
        }
        Ok(())
    }

    fn devices_of(&self, group: GroupId) -> Vec<DeviceId> {
        let devices = self.names.devices.iter().enumerate();
        devices
            .filter(|(_, device)| device.1 == Some(group))
            .map(|(index, _)| DeviceId(small(index)))
            .collect()
    }
}
