// SPDX-License-Identifier: GPL-2.0-only
//! From the JSON of an operation to an [`Op`].

use super::Reader;
use crate::implementation::recorded::wire::{Scalar, Text};
use crate::protocol::error::{Problem, Under, WireError, shortened};
use crate::protocol::script::{
    DomainDevice, DomainGroup, DomainPasid, PokeField, ReleaseMapping, WireFault, WireOp,
};
use crate::script::{
    CdevOp, DeviceId, DomainRef, DriverFlow, Fault, FaultDomain, Field, GivenHandle, GroupId, IommufdOp,
    MappingOf, Op, PageTable, PokeValue, TypeWord, VfioOp,
};

impl Reader {
    pub(super) fn op(&mut self, wire: &WireOp<'_>) -> Result<Op, WireError> {
        Ok(match wire {
            WireOp::DeviceAdd(add) => {
                Op::DeviceAdd { device: self.device(&add.device)?, driver: add.driver.map(|word| word.0) }
            }
            WireOp::DeviceDel(of) => Op::DeviceDel { device: self.device(&of.device)? },
            WireOp::Bind(bind) => Op::Bind { device: self.device(&bind.device)?, driver: bind.driver.0 },
            WireOp::Unbind(of) => Op::Unbind { device: self.device(&of.device)? },
            WireOp::IommuDeviceRegister(_) => Op::IommuDeviceRegister,
            WireOp::IommuDeviceUnregister(_) => Op::IommuDeviceUnregister,
            WireOp::UseDefaultDomain(of) => Op::UseDefaultDomain { device: self.device(&of.device)? },
            WireOp::UnuseDefaultDomain(of) => Op::UnuseDefaultDomain { device: self.device(&of.device)? },
            WireOp::GroupClaimDmaOwner(claim) => Op::GroupClaimDmaOwner {
                group: self.group(&claim.group)?,
                owner: self.owner(claim.owner.as_ref())?,
            },
            WireOp::GroupReleaseDmaOwner(of) => Op::GroupReleaseDmaOwner { group: self.group(&of.group)? },
            WireOp::GroupDmaOwnerClaimed(of) => Op::GroupDmaOwnerClaimed { group: self.group(&of.group)? },
            WireOp::DeviceClaimDmaOwner(claim) => Op::DeviceClaimDmaOwner {
                device: self.device(&claim.device)?,
                owner: self.owner(claim.owner.as_ref())?,
            },
            WireOp::DeviceReleaseDmaOwner(of) => {
                Op::DeviceReleaseDmaOwner { device: self.device(&of.device)? }
            }
            WireOp::DomainAlloc(of) => {
                let (domain, device) = self.domain_device(of)?;
                Op::DomainAlloc { domain, device }
            }
            WireOp::DomainFree(of) => Op::DomainFree { domain: self.domain(&of.domain)? },
            WireOp::AttachDevice(of) => {
                let (domain, device) = self.domain_device(of)?;
                Op::AttachDevice { domain, device }
            }
            WireOp::DetachDevice(of) => {
                let (domain, device) = self.domain_device(of)?;
                Op::DetachDevice { domain, device }
            }
            WireOp::AttachGroup(of) => {
                let (domain, group) = self.domain_group(of)?;
                Op::AttachGroup { domain, group }
            }
            WireOp::DetachGroup(of) => {
                let (domain, group) = self.domain_group(of)?;
                Op::DetachGroup { domain, group }
            }
            WireOp::GroupReplaceDomain(of) => {
                let (domain, group) = self.domain_group(of)?;
                Op::GroupReplaceDomain { domain, group }
            }
            WireOp::AttachDevicePasid(of) => {
                let (domain, device) = (self.domain(&of.domain)?, self.device(&of.device)?);
                let handle = match &of.handle {
                    None => GivenHandle::Fresh,
                    Some(name) => self.handle(name.as_ref())?.map_or(GivenHandle::Null, GivenHandle::Named),
                };
                Op::AttachDevicePasid { domain, device, pasid: of.pasid, handle }
            }
            WireOp::DetachDevicePasid(of) => {
                let (domain, device) = self.domain_pasid(of)?;
                Op::DetachDevicePasid { domain, device, pasid: of.pasid }
            }
            WireOp::ReplaceDevicePasid(of) => Op::ReplaceDevicePasid {
                domain: self.domain(&of.domain)?,
                device: self.device(&of.device)?,
                pasid: of.pasid,
                handle: self.handle(of.handle.as_ref())?,
            },
            WireOp::SvaBindDevice(of) => Op::SvaBindDevice { device: self.device(&of.device)? },
            WireOp::SvaUnbindDevice(of) => Op::SvaUnbindDevice { device: self.device(&of.device)? },
            WireOp::AttachGroupHandle(of) => Op::AttachGroupHandle {
                domain: self.domain(&of.domain)?,
                group: self.group(&of.group)?,
                handle: self.handle(of.handle.as_ref())?,
            },
            WireOp::DetachGroupHandle(of) => {
                let (domain, group) = self.domain_group(of)?;
                Op::DetachGroupHandle { domain, group }
            }
            WireOp::ReplaceGroupHandle(of) => Op::ReplaceGroupHandle {
                domain: of.domain.as_ref().map(|name| self.domain(name)).transpose()?,
                group: self.group(&of.group)?,
                handle: self.handle(of.handle.as_ref())?,
            },
            WireOp::AttachHandleGet(of) => Op::AttachHandleGet {
                group: self.group(&of.group)?,
                pasid: of.pasid,
                kind: of.r#type.map(|word| word.0),
            },
            WireOp::GroupStoreType(of) => Op::GroupStoreType {
                group: self.group(&of.group)?,
                word: TypeWord::from_text(of.r#type.as_str()),
            },
            WireOp::DeferredAttach(of) => Op::DeferredAttach { device: self.device(&of.device)? },
            WireOp::DmaMapSingle(of) => Op::DmaMapSingle { device: self.device(&of.device)? },
            WireOp::GetDomainForDev(of) => Op::GetDomainForDev { device: self.device(&of.device)? },
            WireOp::GetDmaDomain(of) => Op::GetDmaDomain { device: self.device(&of.device)? },
            WireOp::GroupAddDevice(of) => {
                Op::GroupAddDevice { device: self.device(&of.device)?, group: self.group(&of.group)? }
            }
            WireOp::GroupRemoveDevice(of) => Op::GroupRemoveDevice { device: self.device(&of.device)? },
            WireOp::PciResetPrepare(of) => Op::PciResetPrepare { device: self.device(&of.device)? },
            WireOp::PciResetDone(of) => Op::PciResetDone { device: self.device(&of.device)? },
            WireOp::PciResetFunction(of) => Op::PciResetFunction { device: self.device(&of.device)? },
            WireOp::DriverGetDomain(of) => Op::DriverGetDomain { device: self.device(&of.device)? },
            WireOp::ArmCreateMapping(of) => Op::ArmCreateMapping {
                mapping: self.mapping(&of.mapping)?,
                device: self.device(&of.device)?,
                size: of.size,
            },
            WireOp::ArmAttachDevice(of) => Op::ArmAttachDevice {
                device: self.device(&of.device)?,
                mapping: of.mapping.as_ref().map(|mapping| self.mapping(mapping)).transpose()?,
            },
            WireOp::ArmDetachDevice(of) => Op::ArmDetachDevice { device: self.device(&of.device)? },
            WireOp::ArmReleaseMapping(of) => Op::ArmReleaseMapping { mapping: self.mapping_of(of)? },
            WireOp::RockchipDrmAttach(of) => self.flow(DriverFlow::RockchipAttach, of)?,
            WireOp::RockchipDrmDetach(of) => self.flow(DriverFlow::RockchipDetach, of)?,
            WireOp::ExynosDrmAttach(of) => self.flow(DriverFlow::ExynosAttach, of)?,
            WireOp::ExynosDrmDetach(of) => self.flow(DriverFlow::ExynosDetach, of)?,
            WireOp::TegraDrmAttach(of) => self.flow(DriverFlow::TegraDrmAttach, of)?,
            WireOp::TegraDrmDetach(of) => self.flow(DriverFlow::TegraDrmDetach, of)?,
            WireOp::Host1xAttach(of) => self.flow(DriverFlow::Host1xAttach, of)?,
            WireOp::Host1xDetach(of) => self.flow(DriverFlow::Host1xDetach, of)?,
            WireOp::IommufdDeviceBind(of) => Op::Iommufd(IommufdOp::DeviceBind {
                device: self.device(&of.device)?,
                context: self.context(&of.context)?,
            }),
            WireOp::IommufdDeviceUnbind(of) => {
                Op::Iommufd(IommufdOp::DeviceUnbind { device: self.device(&of.device)? })
            }
            WireOp::IommufdIoasAlloc(of) => Op::Iommufd(IommufdOp::IoasAlloc {
                ioas: self.ioas(&of.ioas)?,
                context: self.context(&of.context)?,
            }),
            WireOp::IommufdHwptAlloc(of) => Op::Iommufd(IommufdOp::HwptAlloc {
                hwpt: self.domain(&of.hwpt)?,
                ioas: self.ioas(&of.ioas)?,
                device: self.device(&of.device)?,
                pasid: of.pasid,
            }),
            WireOp::IommufdDeviceAttach(of) => Op::Iommufd(IommufdOp::DeviceAttach {
                device: self.device(&of.device)?,
                to: self.page_table(of.hwpt.as_ref(), of.ioas.as_ref())?,
                pasid: of.pasid,
            }),
            WireOp::IommufdDeviceReplace(of) => Op::Iommufd(IommufdOp::DeviceReplace {
                device: self.device(&of.device)?,
                to: self.page_table(of.hwpt.as_ref(), of.ioas.as_ref())?,
                pasid: of.pasid,
            }),
            WireOp::IommufdDeviceDetach(of) => {
                Op::Iommufd(IommufdOp::DeviceDetach { device: self.device(&of.device)?, pasid: of.pasid })
            }
            WireOp::IommuDestroy(of) => Op::Iommufd(IommufdOp::Destroy {
                object: self.page_table(of.hwpt.as_ref(), of.ioas.as_ref())?,
            }),
            WireOp::IommuVfioIoasSet(of) => Op::Iommufd(IommufdOp::VfioIoasSet {
                ioas: self.ioas(&of.ioas)?,
                context: self.context(&of.context)?,
            }),
            WireOp::IommuVfioIoasClear(of) => {
                Op::Iommufd(IommufdOp::VfioIoasClear { context: self.context(&of.context)? })
            }
            WireOp::VfioCdevOpen(of) => self.cdev(&of.device, of.file, CdevOp::Open)?,
            WireOp::VfioCdevClose(of) => self.cdev(&of.device, of.file, CdevOp::Close)?,
            WireOp::VfioDeviceBindIommufd(of) => {
                let context = self.context(&of.context)?;
                self.cdev(&of.device, of.file, CdevOp::Bind { context })?
            }
            WireOp::VfioDeviceAttachIommufdPt(of) => {
                let to = self.page_table(of.hwpt.as_ref(), of.ioas.as_ref())?;
                self.cdev(&of.device, of.file, CdevOp::Attach { to, pasid: of.pasid })?
            }
            WireOp::VfioDeviceDetachIommufdPt(of) => {
                self.cdev(&of.device, of.file, CdevOp::Detach { pasid: of.pasid })?
            }
            WireOp::Omap3ispAttach(of) => self.flow(DriverFlow::Omap3ispAttach, of)?,
            WireOp::Omap3ispDetach(of) => self.flow(DriverFlow::Omap3ispDetach, of)?,
            WireOp::RemoteprocAttach(of) => self.flow(DriverFlow::RemoteprocAttach, of)?,
            WireOp::RemoteprocDetach(of) => self.flow(DriverFlow::RemoteprocDetach, of)?,
            WireOp::OmapRprocAttach(of) => self.flow(DriverFlow::OmapRprocAttach, of)?,
            WireOp::VfioGroupOpen(of) => Op::Vfio(VfioOp::GroupOpen { group: self.group(&of.group)? }),
            WireOp::VfioGroupClose(of) => Op::Vfio(VfioOp::GroupClose { group: self.group(&of.group)? }),
            WireOp::VfioContainerOpen(of) => {
                Op::Vfio(VfioOp::ContainerOpen { container: self.container(&of.container)? })
            }
            WireOp::VfioContainerClose(of) => {
                Op::Vfio(VfioOp::ContainerClose { container: self.container(&of.container)? })
            }
            WireOp::VfioGroupSetContainer(of) => {
                let group = self.group(&of.group)?;
                Op::Vfio(match (&of.container, &of.iommufd) {
                    (Some(container), None) => {
                        VfioOp::GroupSetContainer { group, container: self.container(container)? }
                    }
                    (None, Some(iommufd)) => {
                        VfioOp::GroupSetIommufd { group, context: self.context(iommufd)? }
                    }
                    _ => return Err(Problem::ExactlyOne("`container` and `iommufd`").into()),
                })
            }
            WireOp::VfioGroupUnsetContainer(of) => {
                Op::Vfio(VfioOp::GroupUnsetContainer { group: self.group(&of.group)? })
            }
            WireOp::VfioSetIommu(of) => {
                let iommu = of.r#type.0;
                Op::Vfio(match (&of.container, &of.iommufd) {
                    (Some(container), None) => {
                        VfioOp::SetIommu { container: self.container(container)?, iommu }
                    }
                    (None, Some(iommufd)) => {
                        VfioOp::SetIommuOfIommufd { context: self.context(iommufd)?, iommu }
                    }
                    _ => return Err(Problem::ExactlyOne("`container` and `iommufd`").into()),
                })
            }
            WireOp::VfioGroupGetDeviceFd(of) => {
                let (group, device) = (self.group(&of.group)?, self.device(&of.device)?);
                Op::Vfio(VfioOp::GroupGetDeviceFd { group, device })
            }
            WireOp::DropCapSysRawio(_) => Op::Vfio(VfioOp::DropRawio),
            WireOp::VfioDeviceClose(of) => Op::Vfio(VfioOp::DeviceClose { device: self.device(&of.device)? }),
            WireOp::VfioGroupGetStatus(of) => {
                Op::Vfio(VfioOp::GroupGetStatus { group: self.group(&of.group)? })
            }
            WireOp::Fail(fault) => Op::Fail(self.fault(fault)?),
            WireOp::FailClear(_) => Op::FailClear,
            WireOp::Deny(kinds) => Op::Deny { kinds: kinds.types.iter().map(|kind| kind.0).collect() },
            WireOp::Poke(poke) => self.poke(poke)?,
            WireOp::Observe(_) => Op::Observe,
        })
    }

    fn flow(&mut self, flow: DriverFlow, of: &DomainDevice<'_>) -> Result<Op, WireError> {
        if flow.takes_a_mapping() {
            self.mapping(&of.domain)?;
        }
        let (domain, device) = self.domain_device(of)?;
        Ok(Op::Driver { flow, device, domain })
    }

    fn cdev(&self, device: &Text<'_>, file: u8, op: CdevOp) -> Result<Op, WireError> {
        Ok(Op::Iommufd(IommufdOp::Cdev { device: self.device(device)?, file, op }))
    }

    fn page_table(
        &mut self,
        hwpt: Option<&Text<'_>>,
        ioas: Option<&Text<'_>>,
    ) -> Result<PageTable, WireError> {
        match (hwpt, ioas) {
            (Some(hwpt), None) => self.domain(hwpt).map(PageTable::Hwpt),
            (None, Some(ioas)) => self.ioas(ioas).map(PageTable::Ioas),
            _ => Err(Problem::ExactlyOne("`hwpt` and `ioas`").into()),
        }
    }

    fn domain_device(&mut self, of: &DomainDevice<'_>) -> Result<(DomainRef, DeviceId), WireError> {
        Ok((self.domain(&of.domain)?, self.device(&of.device)?))
    }

    fn domain_group(&mut self, of: &DomainGroup<'_>) -> Result<(DomainRef, GroupId), WireError> {
        Ok((self.domain(&of.domain)?, self.group(&of.group)?))
    }

    fn domain_pasid(&mut self, of: &DomainPasid<'_>) -> Result<(DomainRef, DeviceId), WireError> {
        Ok((self.domain(&of.domain)?, self.device(&of.device)?))
    }

    fn mapping_of(&mut self, of: &ReleaseMapping<'_>) -> Result<MappingOf, WireError> {
        match (&of.mapping, &of.device) {
            (Some(mapping), None) => self.mapping(mapping).map(MappingOf::Named),
            (None, Some(device)) => self.device(device).map(MappingOf::Device),
            _ => Err(Problem::ExactlyOne("`mapping` and `device`").into()),
        }
    }

    fn fault(&mut self, wire: &WireFault<'_>) -> Result<Fault, WireError> {
        let domain = match (&wire.domain, wire.domain_type) {
            (Some(_), Some(_)) => {
                return Err(Problem::Conflict("`domain` and `domain_type` in one fault".into()).into());
            }
            (Some(name), None) => FaultDomain::Named(self.domain(name)?),
            (None, Some(kind)) => FaultDomain::Kind(kind.0),
            (None, None) => FaultDomain::Any,
        };
        Ok(Fault {
            kind: wire.call.0,
            device: wire.device.as_ref().map(|device| self.device(device)).transpose()?,
            domain,
            errno: wire.errno.0,
            skip: wire.skip,
            count: wire.count.0,
        })
    }

    fn poke(&mut self, wire: &PokeField<'_>) -> Result<Op, WireError> {
        let group = self.group(&wire.group)?;
        let field = wire.field.0;
        let wrong = |word: &Scalar<'_>, want| {
            Err(Problem::BadWord(shortened(&word.to_string()), want)).under("value")
        };
        let value = match (field, &wire.value) {
            (Field::OwnerCnt, Some(Scalar::Number(count))) => match u32::try_from(*count) {
                Ok(count) => PokeValue::Count(count),
                Err(_) => return wrong(&Scalar::Number(*count), "a number from 0 to 4294967295"),
            },
            (Field::OwnerCnt, None) => return Err(Problem::Missing("value").into()),
            (Field::OwnerCnt, Some(word)) => return wrong(word, "a number from 0 to 4294967295"),
            (_, None) => PokeValue::Null,
            (_, Some(Scalar::Number(number))) => return wrong(&Scalar::Number(*number), "a name or null"),
            (Field::Owner, Some(Scalar::Text(name))) => {
                self.owner(Some(name))?.map_or(PokeValue::Null, PokeValue::Owner)
            }
            (_, Some(Scalar::Text(name))) => PokeValue::Domain(self.domain(name)?),
        };
        Ok(Op::Poke { group, field, value })
    }
}
