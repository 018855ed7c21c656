// SPDX-License-Identifier: GPL-2.0-only
//! From a step to its operation.

use super::domain::DEFAULT_SIZE;
use super::iommufd::ContainerFile;
use super::{For, Lowering};
use crate::case::error::{Complaint, Problem};
use crate::case::form::{DomainWord, DriverWord, Operation, PokeForm, Short, Word};
use crate::case::topology::needs_arm32;
use crate::script::{
    Arch, Bus, DeviceId, DomainRef, DriverFlow, DriverKind, Field, GivenHandle, GroupId, MappingOf, Op,
    PokeValue, TypeWord, VfioOp, Worded,
};
use crate::trace::text::Origin;

impl Lowering<'_> {
    /// The operations of a step: the operation itself, after the allocations it needs.
    pub(super) fn step<'t>(
        &mut self,
        index: usize,
        name: &Word<'t>,
        operation: &Operation<'t>,
    ) -> Result<(), Complaint<'t>> {
        let op = self.operation(name, operation)?;
        self.push(op, Origin::Step(index + 1));
        Ok(())
    }

    /// A driver, if it is one for devices on this device's bus.
    pub(super) fn driver_for<'t>(
        &self,
        device: &Word<'t>,
        driver: DriverWord,
    ) -> Result<DriverKind, Complaint<'t>> {
        let (id, driver) = (self.names.device(device)?, driver.value());
        let spec = &self.lowered.script.devices[id.index()];
        if driver == DriverKind::VfioEmulated && spec.group.is_none() && spec.vfio_group.is_none() {
            let problem =
                Problem::Conflict(format!("VFIO makes a group for `{}`, which has no name", device.text()));
            let hint = format!(
                "`devices: {{ {}: {{ vfio_group: g }} }}` in the topology, with an empty group `g`",
                device.text()
            );
            return Err(Complaint::at(device.spot(), problem).hint(hint));
        }
        if driver.needs_pci() && spec.bus != Bus::Pci {
            let problem = Problem::Conflict(format!("`{}` drives PCI devices alone", driver.word()));
            let hint = format!("`devices: {{ {}: {{ bus: pci }} }}` in the topology", device.text());
            return Err(Complaint::at(device.spot(), problem).hint(hint));
        }
        Ok(driver)
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
                driver: form.driver.map(|word| self.driver_for(&form.device, word)).transpose()?,
            },
            Operation::DeviceDel(device) => Op::DeviceDel { device: names.device(device)? },
            Operation::Bind(form) => {
                let driver = self.driver_for(&form.device, form.driver)?;
                Op::Bind { device: names.device(&form.device)?, driver }
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
                let handle = match &form.handle.0 {
                    None => GivenHandle::Fresh,
                    Some(word) => self.handle(word)?.map_or(GivenHandle::Null, GivenHandle::Named),
                };
                Op::AttachDevicePasid { domain, device, pasid: form.pasid.get(), handle }
            }
            Operation::DetachDevicePasid(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                Op::DetachDevicePasid { domain, device, pasid: form.pasid.get() }
            }
            Operation::ReplaceDevicePasid(form) => {
                let (domain, device) = self.domain_device(&form.domain, &form.device)?;
                let handle = self.handle(&form.handle)?;
                Op::ReplaceDevicePasid { domain, device, pasid: form.pasid.get(), handle }
            }
            Operation::SvaBindDevice(device) => Op::SvaBindDevice { device: names.device(device)? },
            Operation::SvaUnbindDevice(device) => Op::SvaUnbindDevice { device: names.device(device)? },
            Operation::AttachGroupHandle(form) => {
                let (domain, group) = self.domain_group(&form.domain, &form.group)?;
                Op::AttachGroupHandle { domain, group, handle: self.handle(&form.handle)? }
            }
            Operation::DetachGroupHandle(form) => {
                let (domain, group) = self.domain_group(&form.domain, &form.group)?;
                Op::DetachGroupHandle { domain, group }
            }
            Operation::ReplaceGroupHandle(form) => {
                let group = names.group(&form.group)?;
                let domain = match form.domain.is_null() {
                    true => None,
                    false => Some(self.domain(&form.domain, For::Group(group))?),
                };
                Op::ReplaceGroupHandle { domain, group, handle: self.handle(&form.handle)? }
            }
            Operation::AttachHandleGet(form) => Op::AttachHandleGet {
                group: names.group(&form.group)?,
                pasid: form.pasid.get(),
                kind: form.r#type.map(|word| word.value()),
            },
            Operation::GroupStoreType(form) => Op::GroupStoreType {
                group: names.group(&form.group)?,
                word: TypeWord::from_text(form.r#type.text()),
            },
            Operation::DeferredAttach(device) => Op::DeferredAttach { device: names.device(device)? },
            Operation::DmaMapSingle(device) => Op::DmaMapSingle { device: names.device(device)? },
            Operation::GetDomainForDev(device) => Op::GetDomainForDev { device: names.device(device)? },
            Operation::GetDmaDomain(device) => Op::GetDmaDomain { device: names.device(device)? },
            Operation::GroupAddDevice(form) => {
                Op::GroupAddDevice { device: self.groupless(&form.device)?, group: names.group(&form.group)? }
            }
            Operation::GroupRemoveDevice(device) => Op::GroupRemoveDevice { device: self.groupless(device)? },
            Operation::PciResetPrepare(device) => Op::PciResetPrepare { device: names.device(device)? },
            Operation::PciResetDone(device) => Op::PciResetDone { device: names.device(device)? },
            Operation::PciResetFunction(device) => Op::PciResetFunction { device: names.device(device)? },
            Operation::DriverGetDomain(device) => Op::DriverGetDomain { device: names.device(device)? },
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
            Operation::VfioGroupOpen(group) => Op::Vfio(VfioOp::GroupOpen { group: names.group(group)? }),
            Operation::VfioGroupClose(group) => Op::Vfio(VfioOp::GroupClose { group: names.group(group)? }),
            Operation::VfioContainerOpen(word) => {
                Op::Vfio(VfioOp::ContainerOpen { container: self.container(word)? })
            }
            Operation::VfioContainerClose(word) => {
                Op::Vfio(VfioOp::ContainerClose { container: self.container(word)? })
            }
            Operation::VfioGroupSetContainer(form) => {
                let group = names.group(&form.group)?;
                Op::Vfio(match self.container_file(form.container.as_deref(), form.iommufd.as_deref())? {
                    ContainerFile::Vfio(container) => VfioOp::GroupSetContainer { group, container },
                    ContainerFile::Iommufd(context) => VfioOp::GroupSetIommufd { group, context },
                })
            }
            Operation::VfioGroupUnsetContainer(group) => {
                Op::Vfio(VfioOp::GroupUnsetContainer { group: names.group(group)? })
            }
            Operation::VfioSetIommu(form) => {
                let iommu = form.r#type.value();
                Op::Vfio(match self.container_file(form.container.as_deref(), form.iommufd.as_deref())? {
                    ContainerFile::Vfio(container) => VfioOp::SetIommu { container, iommu },
                    ContainerFile::Iommufd(context) => VfioOp::SetIommuOfIommufd { context, iommu },
                })
            }
            Operation::VfioGroupGetDeviceFd(form) => Op::Vfio(VfioOp::GroupGetDeviceFd {
                group: names.group(&form.group)?,
                device: names.device(&form.device)?,
            }),
            Operation::DropCapSysRawio(()) => Op::Vfio(VfioOp::DropRawio),
            Operation::VfioDeviceClose(device) => {
                Op::Vfio(VfioOp::DeviceClose { device: names.device(device)? })
            }
            Operation::VfioGroupGetStatus(group) => {
                Op::Vfio(VfioOp::GroupGetStatus { group: names.group(group)? })
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
            Operation::IommufdDeviceBind(_)
            | Operation::IommufdDeviceUnbind(_)
            | Operation::IommufdIoasAlloc(_)
            | Operation::IommufdHwptAlloc(_)
            | Operation::IommufdDeviceAttach(_)
            | Operation::IommufdDeviceReplace(_)
            | Operation::IommufdDeviceDetach(_)
            | Operation::IommuDestroy(_)
            | Operation::IommuVfioIoasSet(_)
            | Operation::IommuVfioIoasClear(_)
            | Operation::VfioCdevOpen(_)
            | Operation::VfioCdevClose(_)
            | Operation::VfioDeviceBindIommufd(_)
            | Operation::VfioDeviceAttachIommufdPt(_)
            | Operation::VfioDeviceDetachIommufdPt(_) => Op::Iommufd(self.iommufd(operation)?),
            Operation::Omap3ispAttach(form) => {
                self.driver(DriverFlow::Omap3ispAttach, &form.domain, &form.device)?
            }
            Operation::Omap3ispDetach(form) => {
                self.driver(DriverFlow::Omap3ispDetach, &form.domain, &form.device)?
            }
            Operation::RemoteprocAttach(form) => {
                self.driver(DriverFlow::RemoteprocAttach, &form.domain, &form.device)?
            }
            Operation::RemoteprocDetach(form) => {
                self.driver(DriverFlow::RemoteprocDetach, &form.domain, &form.device)?
            }
            Operation::OmapRprocAttach(form) => {
                self.driver(DriverFlow::OmapRprocAttach, &form.domain, &form.device)?
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
        if flow.takes_a_mapping() {
            self.mapping(domain)?;
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
}
