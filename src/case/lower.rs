// SPDX-License-Identifier: GPL-2.0-only
//! From steps as they are written to the operations of a script.

use super::error::{Complaint, Problem};
use super::form::{
    CallWord, CaseForm, CountForm, DomainWord, FailForm, GivenForm, Operation, PokeForm, Short, Word,
};
use super::names::{Names, small, static_domain};
use super::topology::{self, errno, needs_arm32};
use crate::script::{
    Arch, DeviceId, DomainName, DomainRef, DriverFlow, Fault, FaultDomain, FaultKind, Field, GroupId,
    MappingId, MappingOf, Op, OwnerId, PokeValue, Script,
};
use crate::trace::text::Origin;

/// A script made from a case, and where each of its operations comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// The script.
    pub script: Script,
    /// For each operation of the script, its origin.
    pub steps: Vec<Origin>,
}

/// Lowers a case.
pub(crate) fn lower<'t>(id: &str, form: &CaseForm<'t>, names: &Names) -> Result<Lowered, Complaint<'t>> {
    let mut script = Script { id: id.to_owned(), ..Script::default() };
    topology::lower(&form.topology, names, &mut script)?;
    let mut lowering = Lowering {
        names,
        lowered: Lowered { script, steps: Vec::new() },
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
            Operation::DomainAlloc(form) => (&form.domain, DomainWord::Paging),
            Operation::ArmCreateMapping(form) => (&form.mapping, DomainWord::Mapping),
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
        let implied = given.driver.is_some() || given.owner.is_some() || given.attached.is_some();
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
            for device in devices {
                self.push(Op::Bind { device, driver: driver.value() }, Origin::Given);
            }
        }
        if let Some(owner) = &given.owner {
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

    /// The operations of a step: the operation itself, after the allocations it needs.
    fn step<'t>(
        &mut self,
        index: usize,
        name: &Word<'t>,
        operation: &Operation<'t>,
    ) -> Result<(), Complaint<'t>> {
        let op = self.operation(name, operation)?;
        self.push(op, Origin::Step(index + 1));
        Ok(())
    }

    fn operation<'t>(&mut self, name: &Word<'t>, operation: &Operation<'t>) -> Result<Op, Complaint<'t>> {
        let names = self.names;
        if name.text().starts_with("arm_iommu_") && self.lowered.script.arch != Arch::Arm32 {
            return Err(needs_arm32(name, &format!("`{}`", name.text())));
        }
        Ok(match operation {
            Operation::DeviceAdd(Short::Word(device)) => {
                Op::DeviceAdd { device: names.device(device)?, driver: None }
            }
            Operation::DeviceAdd(Short::Map(form)) => Op::DeviceAdd {
                device: names.device(&form.device)?,
                driver: form.driver.map(|word| word.value()),
            },
            Operation::DeviceDel(device) => Op::DeviceDel { device: names.device(device)? },
            Operation::Bind(form) => {
                Op::Bind { device: names.device(&form.device)?, driver: form.driver.value() }
            }
            Operation::Unbind(device) => Op::Unbind { device: names.device(device)? },
            Operation::IommuDeviceRegister(()) => Op::IommuDeviceRegister,
            Operation::IommuDeviceUnregister(()) => Op::IommuDeviceUnregister,
            Operation::UseDefaultDomain(device) => Op::UseDefaultDomain { device: names.device(device)? },
            Operation::UnuseDefaultDomain(device) => Op::UnuseDefaultDomain { device: names.device(device)? },
            Operation::GroupClaimDmaOwner(form) => {
                Op::GroupClaimDmaOwner { group: names.group(&form.group)?, owner: self.owner(&form.owner)? }
            }
            Operation::GroupReleaseDmaOwner(group) => Op::GroupReleaseDmaOwner { group: names.group(group)? },
            Operation::GroupDmaOwnerClaimed(group) => Op::GroupDmaOwnerClaimed { group: names.group(group)? },
            Operation::DeviceClaimDmaOwner(form) => Op::DeviceClaimDmaOwner {
                device: names.device(&form.device)?,
                owner: self.owner(&form.owner)?,
            },
            Operation::DeviceReleaseDmaOwner(device) => {
                Op::DeviceReleaseDmaOwner { device: names.device(device)? }
            }
            Operation::DomainAlloc(form) => {
                names.domain_of(&form.domain, DomainWord::Paging)?;
                Op::DomainAlloc { domain: self.user(form.domain.text()), device: names.device(&form.device)? }
            }
            Operation::DomainFree(domain) => {
                names.domain_of(domain, DomainWord::Paging)?;
                Op::DomainFree { domain: self.user(domain.text()) }
            }
            Operation::AttachDevice(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                Op::AttachDevice { domain, device }
            }
            Operation::DetachDevice(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                Op::DetachDevice { domain, device }
            }
            Operation::AttachGroup(form) => {
                let (domain, group) = self.domain_group(&form.domain, &form.group)?;
                Op::AttachGroup { domain, group }
            }
            Operation::DetachGroup(form) => {
                let (domain, group) = self.domain_group(&form.domain, &form.group)?;
                Op::DetachGroup { domain, group }
            }
            Operation::GroupReplaceDomain(form) => {
                let (domain, group) = self.domain_group(&form.domain, &form.group)?;
                Op::GroupReplaceDomain { domain, group }
            }
            Operation::AttachDevicePasid(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                Op::AttachDevicePasid { domain, device, pasid: form.pasid.get() }
            }
            Operation::DetachDevicePasid(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                Op::DetachDevicePasid { domain, device, pasid: form.pasid.get() }
            }
            Operation::GroupStoreType(form) => Op::GroupStoreType {
                group: names.group(&form.group)?,
                word: super::form::type_word(form.r#type.text()),
            },
            Operation::DeferredAttach(device) => Op::DeferredAttach { device: names.device(device)? },
            Operation::GetDomainForDev(device) => Op::GetDomainForDev { device: names.device(device)? },
            Operation::GetDmaDomain(device) => Op::GetDmaDomain { device: names.device(device)? },
            Operation::GroupAddDevice(form) => {
                Op::GroupAddDevice { device: self.groupless(&form.device)?, group: names.group(&form.group)? }
            }
            Operation::GroupRemoveDevice(device) => Op::GroupRemoveDevice { device: self.groupless(device)? },
            Operation::ArmCreateMapping(form) => Op::ArmCreateMapping {
                mapping: self.mapping(&form.mapping)?,
                device: names.device(&form.device)?,
                size: form.size.map_or(DEFAULT_SIZE, |size| size.get()),
            },
            Operation::ArmAttachDevice(form) => {
                let device = names.device(&form.device)?;
                let mapping = match &form.mapping {
                    None => None,
                    Some(word) => {
                        let index = names.domain_of(word, DomainWord::Mapping)?;
                        self.allocate(index, For::Device(device));
                        Some(self.mapping(word)?)
                    }
                };
                Op::ArmAttachDevice { device, mapping }
            }
            Operation::ArmDetachDevice(device) => Op::ArmDetachDevice { device: names.device(device)? },
            Operation::ArmReleaseMapping(Short::Word(mapping)) => {
                Op::ArmReleaseMapping { mapping: MappingOf::Named(self.mapping(mapping)?) }
            }
            Operation::ArmReleaseMapping(Short::Map(form)) => {
                Op::ArmReleaseMapping { mapping: MappingOf::Device(names.device(&form.device)?) }
            }
            Operation::RockchipDrmAttach(form) => {
                self.driver(DriverFlow::RockchipAttach, &form.domain, &form.device)?
            }
            Operation::RockchipDrmDetach(form) => {
                self.driver(DriverFlow::RockchipDetach, &form.domain, &form.device)?
            }
            Operation::ExynosDrmAttach(form) => {
                self.driver(DriverFlow::ExynosAttach, &form.domain, &form.device)?
            }
            Operation::ExynosDrmDetach(form) => {
                self.driver(DriverFlow::ExynosDetach, &form.domain, &form.device)?
            }
            Operation::TegraDrmAttach(form) => {
                self.driver(DriverFlow::TegraDrmAttach, &form.domain, &form.device)?
            }
            Operation::TegraDrmDetach(form) => {
                self.driver(DriverFlow::TegraDrmDetach, &form.domain, &form.device)?
            }
            Operation::Host1xAttach(form) => {
                self.driver(DriverFlow::Host1xAttach, &form.domain, &form.device)?
            }
            Operation::Host1xDetach(form) => {
                self.driver(DriverFlow::Host1xDetach, &form.domain, &form.device)?
            }
            Operation::Fail(form) => Op::Fail(self.fault(form)?),
            Operation::FailClear(()) => Op::FailClear,
            Operation::Deny(kinds) => Op::Deny { kinds: kinds.iter().map(|kind| kind.value()).collect() },
            Operation::Poke(form) => self.poke(form)?,
            Operation::Observe(()) => Op::Observe,
        })
    }

    /// A driver's own sequence.
    fn driver<'t>(
        &mut self,
        flow: DriverFlow,
        domain: &Word<'t>,
        device: &Word<'t>,
    ) -> Result<Op, Complaint<'t>> {
        if matches!(flow, DriverFlow::ExynosAttach | DriverFlow::ExynosDetach) {
            self.names.domain_of(domain, DomainWord::Mapping)?;
        }
        let (domain, device) = self.domain_device(domain, device)?;
        Ok(Op::Driver { flow, device, domain })
    }

    fn domain_device<'t>(
        &mut self,
        domain: &Word<'t>,
        device: &Word<'t>,
    ) -> Result<(DomainRef, DeviceId), Complaint<'t>> {
        let device = self.names.device(device)?;
        Ok((self.domain(domain, For::Device(device))?, device))
    }

    fn domain_group<'t>(
        &mut self,
        domain: &Word<'t>,
        group: &Word<'t>,
    ) -> Result<(DomainRef, GroupId), Complaint<'t>> {
        let group = self.names.group(group)?;
        Ok((self.domain(domain, For::Group(group))?, group))
    }

    /// A device that no IOMMU serves.
    fn groupless<'t>(&self, word: &Word<'t>) -> Result<DeviceId, Complaint<'t>> {
        let device = self.names.device(word)?;
        match self.names.devices.get(device.index()).and_then(|device| device.1) {
            None => Ok(device),
            Some(group) => {
                let group = self.names.group_name(group).to_owned();
                let problem = Problem::DeviceInTwoGroups { device: word.text().to_owned(), group };
                Err(Complaint::at(word.spot(), problem)
                    .hint("only a device without IOMMU, declared just under `topology.devices`, is put into a group by hand"))
            }
        }
    }

    /// A fault. It may name a domain that does not exist yet.
    fn fault<'t>(&mut self, form: &FailForm<'t>) -> Result<Fault, Complaint<'t>> {
        let device = form.device.as_ref().map(|device| self.names.device(device)).transpose()?;
        let domain = match (&form.domain, form.domain_type) {
            (Some(word), Some(_)) => {
                let problem = Problem::Conflict("`domain` and `domain_type` in one fault".into());
                return Err(Complaint::at(word.spot(), problem).hint("make two faults"));
            }
            (Some(word), None) => FaultDomain::Named(self.named_domain(word)?.0),
            (None, Some(kind)) => FaultDomain::Kind(kind.value()),
            (None, None) => FaultDomain::Any,
        };
        let kind = match form.call {
            CallWord::Attach => FaultKind::Attach,
            CallWord::Pasid => FaultKind::Pasid,
            CallWord::Probe => FaultKind::Probe,
            CallWord::Group => FaultKind::Group,
            CallWord::DriverProbe => FaultKind::DriverProbe,
        };
        if domain != FaultDomain::Any && !matches!(kind, FaultKind::Attach | FaultKind::Pasid) {
            let spot = form.domain.as_ref().and_then(Word::spot).or(form.errno.spot());
            let problem = Problem::Conflict("this call has no domain".into());
            return Err(
                Complaint::at(spot, problem).hint("only `attach` and `pasid` are calls with a domain")
            );
        }
        let count = match form.count {
            None => Some(1),
            Some(CountForm::Times(times)) => Some(times),
            Some(CountForm::Always) => None,
        };
        let skip = form.skip.map_or(0, |skip| skip.get());
        Ok(Fault { kind, device, domain, errno: errno(&form.errno)?, skip, count })
    }

    fn poke<'t>(&mut self, form: &PokeForm<'t>) -> Result<Op, Complaint<'t>> {
        let group = self.names.group(&form.group)?;
        let field = form.field.value();
        let value = match field {
            Field::OwnerCnt => {
                let count = form.value.text().parse().map_err(|_| {
                    let found = format!("`{}`", form.value.text());
                    let expected = "a number from 0 to 4294967295".into();
                    Complaint::at(form.value.spot(), Problem::WrongValue { found, expected })
                })?;
                PokeValue::Count(count)
            }
            Field::Owner => self.owner(&form.value)?.map_or(PokeValue::Null, PokeValue::Owner),
            Field::Domain | Field::DefaultDomain | Field::BlockingDomain if form.value.is_null() => {
                PokeValue::Null
            }
            Field::Domain | Field::DefaultDomain | Field::BlockingDomain => {
                PokeValue::Domain(self.domain(&form.value, For::Group(group))?)
            }
        };
        Ok(Op::Poke { group, field, value })
    }

    /// The id of an owner that an operation mentions.
    fn owner<'t>(&mut self, word: &Word<'t>) -> Result<Option<OwnerId>, Complaint<'t>> {
        let Some(owner) = self.names.owner(word)? else { return Ok(None) };
        let owners = &mut self.lowered.script.owners;
        Ok(Some(OwnerId(small(intern(owners, owner, str::to_owned)))))
    }

    /// The id of a mapping that an operation mentions.
    fn mapping<'t>(&mut self, word: &Word<'t>) -> Result<MappingId, Complaint<'t>> {
        self.names.domain_of(word, DomainWord::Mapping)?;
        Ok(self.mapping_id(word.text()))
    }

    fn mapping_id(&mut self, name: &str) -> MappingId {
        MappingId(small(intern(&mut self.lowered.script.mappings, name, str::to_owned)))
    }

    /// The reference to a domain of the user.
    fn user(&mut self, name: &str) -> DomainRef {
        self.reference(DomainName::User(name.to_owned()))
    }

    fn reference(&mut self, name: DomainName) -> DomainRef {
        let domains = &mut self.lowered.script.domains;
        let index = domains.iter().position(|known| *known == name).unwrap_or_else(|| {
            domains.push(name);
            domains.len() - 1
        });
        DomainRef(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// The domain that a word names, allocated for somebody if this is the first operation that names it.
    fn domain<'t>(&mut self, word: &Word<'t>, whose: For) -> Result<DomainRef, Complaint<'t>> {
        let (reference, declared) = self.named_domain(word)?;
        if let Some(index) = declared {
            self.allocate(index, whose);
        }
        Ok(reference)
    }

    /// The domain that a word names; with its index if it is a declared one.
    fn named_domain<'t>(&mut self, word: &Word<'t>) -> Result<(DomainRef, Option<usize>), Complaint<'t>> {
        let text = word.text();
        let Some((function, argument)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            let index = self.names.domain_in(text, word.spot())?;
            return Ok((self.user(text), Some(index)));
        };
        // The argument, as a part of the text.
        let spot = word.spot().and_then(|spot| spot.get(function.len() + 1..spot.len() - 1)).or(word.spot());
        let field = match function {
            "static" => match static_domain(argument) {
                Some(domain) => return Ok((self.reference(DomainName::Static(domain)), None)),
                None => None,
            },
            "domain" => Some(Field::Domain),
            "default_domain" => Some(Field::DefaultDomain),
            "blocking_domain" => Some(Field::BlockingDomain),
            _ => None,
        };
        match field {
            Some(field) => {
                let group = self.names.group_in(argument, spot)?;
                Ok((self.reference(DomainName::PointedToBy(group, field)), None))
            }
            None => Err(Complaint::at(word.spot(), Problem::BadDomain(text.to_owned())).hint(
                "a declared name, `static(identity|blocked|release|default|platform)`, `domain(<group>)`, \
                 `default_domain(<group>)` or `blocking_domain(<group>)`",
            )),
        }
    }

    /// Allocates a declared domain that nobody allocates, if there is a device to do it for.
    fn allocate(&mut self, index: usize, whose: For) {
        let Some((name, kind)) = self.names.domains.get(index) else { return };
        let device = match whose {
            For::Device(device) => Some(device),
            For::Group(group) => self.devices_of(group).first().copied(),
        };
        let (Some(allocated), Some(device)) = (self.allocated.get_mut(index), device) else { return };
        if std::mem::replace(allocated, true) {
            return;
        }
        let op = match kind {
            DomainWord::Paging => Op::DomainAlloc { domain: self.user(name), device },
            DomainWord::Mapping => {
                Op::ArmCreateMapping { mapping: self.mapping_id(name), device, size: DEFAULT_SIZE }
            }
        };
        self.push(op, Origin::Implied);
    }
}

/// The size of a mapping, if the case does not say.
const DEFAULT_SIZE: u64 = 128 << 20;

/// The index of a name in a table, to which it is added if it is not there.
fn intern(table: &mut Vec<String>, name: &str, own: impl Fn(&str) -> String) -> usize {
    table.iter().position(|known| known == name).unwrap_or_else(|| {
        table.push(own(name));
        table.len() - 1
    })
}
