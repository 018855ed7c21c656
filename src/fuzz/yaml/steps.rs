// SPDX-License-Identifier: GPL-2.0-only
//! Steps of a case.

use super::topology::{kind_word, kinds};
use super::{Inexpressible, domain, errno, name};
use crate::script::{
    CdevOp, ContainerId, DeviceId, Fault, FaultDomain, GivenHandle, GroupId, HandleId, IoasId, IommufdOp,
    MappingId, MappingOf, Op, OwnerId, PageTable, PokeValue, Script, VfioOp, Worded,
};
use crate::trace::{names, operation};

/// A word for `type` that no kernel knows; any will do.
const UNKNOWN_TYPE: &str = "nonsense";
/// A size that a case need not say.
const DEFAULT_SIZE: u64 = 128 << 20;

/// One step: the operation's name and its arguments.
pub(super) fn step(script: &Script, op: Op) -> Result<String, Inexpressible> {
    let arguments = Arguments { script }.of(op)?;
    let step = operation::name(&op);
    Ok(if arguments.is_empty() { format!("{step}:") } else { format!("{step}: {arguments}") })
}

struct Arguments<'s> {
    script: &'s Script,
}

impl Arguments<'_> {
    fn of(&self, op: Op) -> Result<String, Inexpressible> {
        Ok(match op {
            Op::DeviceAdd { device, driver: None }
            | Op::DeviceDel { device }
            | Op::Unbind { device }
            | Op::UseDefaultDomain { device }
            | Op::UnuseDefaultDomain { device }
            | Op::DeviceReleaseDmaOwner { device }
            | Op::DeferredAttach { device }
            | Op::DmaMapSingle { device }
            | Op::GetDomainForDev { device }
            | Op::GetDmaDomain { device }
            | Op::GroupRemoveDevice { device }
            | Op::PciResetPrepare { device }
            | Op::PciResetDone { device }
            | Op::PciResetFunction { device }
            | Op::DriverGetDomain { device }
            | Op::SvaBindDevice { device }
            | Op::SvaUnbindDevice { device }
            | Op::ArmDetachDevice { device }
            | Op::ArmAttachDevice { device, mapping: None } => {
                let device = self.device(device)?;
                match op {
                    Op::ArmAttachDevice { .. } => format!("{{ device: {device} }}"),
                    _ => device,
                }
            }
            Op::DeviceAdd { device, driver: Some(driver) } | Op::Bind { device, driver } => {
                let driver = driver.word();
                format!("{{ device: {}, driver: {driver} }}", self.device(device)?)
            }
            Op::IommuDeviceRegister
            | Op::IommuDeviceUnregister
            | Op::FailClear
            | Op::Observe
            | Op::Vfio(VfioOp::DropRawio) => String::new(),
            Op::GroupReleaseDmaOwner { group } | Op::GroupDmaOwnerClaimed { group } => self.group(group)?,
            Op::GroupClaimDmaOwner { group, owner } => {
                format!("{{ group: {}, owner: {} }}", self.group(group)?, self.owner(owner)?)
            }
            Op::DeviceClaimDmaOwner { device, owner } => {
                format!("{{ device: {}, owner: {} }}", self.device(device)?, self.owner(owner)?)
            }
            Op::DomainFree { domain: id } => domain(self.script, id)?,
            Op::DomainAlloc { domain: id, device }
            | Op::AttachDevice { domain: id, device }
            | Op::DetachDevice { domain: id, device }
            | Op::Driver { domain: id, device, .. } => {
                format!("{{ domain: {}, device: {} }}", domain(self.script, id)?, self.device(device)?)
            }
            Op::AttachGroup { domain: id, group }
            | Op::DetachGroup { domain: id, group }
            | Op::GroupReplaceDomain { domain: id, group }
            | Op::DetachGroupHandle { domain: id, group } => {
                format!("{{ domain: {}, group: {} }}", domain(self.script, id)?, self.group(group)?)
            }
            Op::AttachDevicePasid { domain: id, device, pasid, handle: GivenHandle::Fresh }
            | Op::DetachDevicePasid { domain: id, device, pasid } => {
                let (domain, device) = (domain(self.script, id)?, self.device(device)?);
                format!("{{ domain: {domain}, device: {device}, pasid: {pasid} }}")
            }
            Op::AttachDevicePasid { domain: id, device, pasid, handle } => {
                let handle = match handle {
                    GivenHandle::Named(handle) => self.handle(Some(handle))?,
                    GivenHandle::Null | GivenHandle::Fresh => self.handle(None)?,
                };
                let (domain, device) = (domain(self.script, id)?, self.device(device)?);
                format!("{{ domain: {domain}, device: {device}, pasid: {pasid}, handle: {handle} }}")
            }
            Op::ReplaceDevicePasid { domain: id, device, pasid, handle } => {
                let (domain, device) = (domain(self.script, id)?, self.device(device)?);
                let handle = self.handle(handle)?;
                format!("{{ domain: {domain}, device: {device}, pasid: {pasid}, handle: {handle} }}")
            }
            Op::AttachGroupHandle { domain: id, group, handle } => {
                let (domain, group) = (domain(self.script, id)?, self.group(group)?);
                format!("{{ domain: {domain}, group: {group}, handle: {} }}", self.handle(handle)?)
            }
            Op::ReplaceGroupHandle { domain: id, group, handle } => {
                let domain = id.map_or(Ok(names::NULL.to_owned()), |id| domain(self.script, id))?;
                let (group, handle) = (self.group(group)?, self.handle(handle)?);
                format!("{{ domain: {domain}, group: {group}, handle: {handle} }}")
            }
            Op::AttachHandleGet { group, pasid, kind } => {
                let kind = match kind {
                    None => String::new(),
                    Some(kind) => format!(", type: {}", kind_word(kind)?),
                };
                format!("{{ group: {}, pasid: {pasid}{kind} }}", self.group(group)?)
            }
            Op::GroupStoreType { group, word } => {
                format!("{{ group: {}, type: {} }}", self.group(group)?, word.text().unwrap_or(UNKNOWN_TYPE))
            }
            Op::GroupAddDevice { device, group } => {
                format!("{{ device: {}, group: {} }}", self.device(device)?, self.group(group)?)
            }
            Op::ArmCreateMapping { mapping, device, size } => {
                let size = if size == DEFAULT_SIZE { String::new() } else { format!(", size: {size}") };
                format!("{{ mapping: {}, device: {}{size} }}", self.mapping(mapping)?, self.device(device)?)
            }
            Op::ArmAttachDevice { device, mapping: Some(mapping) } => {
                format!("{{ device: {}, mapping: {} }}", self.device(device)?, self.mapping(mapping)?)
            }
            Op::ArmReleaseMapping { mapping: MappingOf::Named(mapping) } => self.mapping(mapping)?,
            Op::ArmReleaseMapping { mapping: MappingOf::Device(device) } => {
                format!("{{ device: {} }}", self.device(device)?)
            }
            Op::Iommufd(op) => self.iommufd(op)?,
            Op::Vfio(op) => match op {
                VfioOp::GroupOpen { group }
                | VfioOp::GroupClose { group }
                | VfioOp::GroupUnsetContainer { group }
                | VfioOp::GroupGetStatus { group } => self.group(group)?,
                VfioOp::ContainerOpen { container } | VfioOp::ContainerClose { container } => {
                    self.container(container)?
                }
                VfioOp::GroupSetContainer { group, container } => {
                    format!("{{ group: {}, container: {} }}", self.group(group)?, self.container(container)?)
                }
                VfioOp::GroupSetIommufd { group, context } => {
                    format!("{{ group: {}, iommufd: {} }}", self.group(group)?, self.owner(Some(context))?)
                }
                VfioOp::SetIommuOfIommufd { context, iommu } => {
                    format!("{{ iommufd: {}, type: {} }}", self.owner(Some(context))?, iommu.word())
                }
                VfioOp::SetIommu { container, iommu } => {
                    format!("{{ container: {}, type: {} }}", self.container(container)?, iommu.word())
                }
                VfioOp::GroupGetDeviceFd { group, device } => {
                    format!("{{ group: {}, device: {} }}", self.group(group)?, self.device(device)?)
                }
                VfioOp::DeviceClose { device } => self.device(device)?,
                VfioOp::DropRawio => String::new(),
            },
            Op::Fail(fault) => self.fault(&fault)?,
            Op::Deny { kinds: denied } => kinds(denied)?,
            Op::Poke { group, field, value } => {
                let value = match value {
                    PokeValue::Null => names::NULL.to_owned(),
                    PokeValue::Domain(id) => domain(self.script, id)?,
                    PokeValue::Owner(owner) => self.owner(Some(owner))?,
                    PokeValue::Count(count) => count.to_string(),
                };
                let field = field.word();
                format!("{{ group: {}, field: {field}, value: {value} }}", self.group(group)?)
            }
        })
    }

    fn iommufd(&self, op: IommufdOp) -> Result<String, Inexpressible> {
        let at = |pasid: Option<u32>| pasid.map_or_else(String::new, |pasid| format!(", pasid: {pasid}"));
        Ok(match op {
            IommufdOp::DeviceBind { device, context } => {
                format!("{{ device: {}, context: {} }}", self.device(device)?, self.owner(Some(context))?)
            }
            IommufdOp::DeviceUnbind { device } | IommufdOp::DeviceDetach { device, pasid: None } => {
                self.device(device)?
            }
            IommufdOp::DeviceDetach { device, pasid } => {
                format!("{{ device: {}{} }}", self.device(device)?, at(pasid))
            }
            IommufdOp::VfioIoasClear { context } => self.owner(Some(context))?,
            IommufdOp::IoasAlloc { ioas, context } | IommufdOp::VfioIoasSet { ioas, context } => {
                format!("{{ ioas: {}, context: {} }}", self.ioas(ioas)?, self.owner(Some(context))?)
            }
            IommufdOp::HwptAlloc { hwpt, ioas, device, pasid } => {
                let pasid = if pasid { ", pasid: true" } else { "" };
                let (hwpt, ioas) = (domain(self.script, hwpt)?, self.ioas(ioas)?);
                format!("{{ hwpt: {hwpt}, ioas: {ioas}, device: {}{pasid} }}", self.device(device)?)
            }
            IommufdOp::DeviceAttach { device, to, pasid }
            | IommufdOp::DeviceReplace { device, to, pasid } => {
                format!("{{ device: {}, {}{} }}", self.device(device)?, self.page_table(to)?, at(pasid))
            }
            IommufdOp::Destroy { object } => format!("{{ {} }}", self.page_table(object)?),
            IommufdOp::Cdev { device, file, op } => {
                let file = if file == 1 { String::new() } else { format!(", file: {file}") };
                let of = match op {
                    CdevOp::Open | CdevOp::Close => String::new(),
                    CdevOp::Bind { context } => format!(", context: {}", self.owner(Some(context))?),
                    CdevOp::Attach { to, pasid } => format!(", {}{}", self.page_table(to)?, at(pasid)),
                    CdevOp::Detach { pasid } => at(pasid),
                };
                format!("{{ device: {}{file}{of} }}", self.device(device)?)
            }
        })
    }

    fn page_table(&self, to: PageTable) -> Result<String, Inexpressible> {
        Ok(match to {
            PageTable::Hwpt(hwpt) => format!("hwpt: {}", domain(self.script, hwpt)?),
            PageTable::Ioas(ioas) => format!("ioas: {}", self.ioas(ioas)?),
        })
    }

    fn ioas(&self, id: IoasId) -> Result<String, Inexpressible> {
        let known = self.script.ioas.get(id.index());
        known.map(|known| name(known)).ok_or(Inexpressible::Undeclared("address space"))
    }

    fn fault(&self, fault: &Fault) -> Result<String, Inexpressible> {
        let Fault { kind, device, domain: about, errno: with, skip, count } = fault;
        let call = kind.word();
        let mut fields = vec![format!("call: {call}")];
        if let Some(device) = device {
            fields.push(format!("device: {}", self.device(*device)?));
        }
        match about {
            FaultDomain::Any => {}
            FaultDomain::Kind(kind) => fields.push(format!("domain_type: {}", kind_word(*kind)?)),
            FaultDomain::Named(id) => fields.push(format!("domain: {}", domain(self.script, *id)?)),
        }
        fields.push(format!("errno: {}", errno(*with)?));
        if *skip > 0 {
            fields.push(format!("skip: {skip}"));
        }
        match count {
            Some(1) => {}
            Some(count) => fields.push(format!("count: {count}")),
            None => fields.push("count: always".into()),
        }
        Ok(format!("{{ {} }}", fields.join(", ")))
    }

    fn device(&self, id: DeviceId) -> Result<String, Inexpressible> {
        let spec = self.script.devices.get(id.index());
        spec.map(|spec| name(&spec.name)).ok_or(Inexpressible::Undeclared("device"))
    }

    fn group(&self, id: GroupId) -> Result<String, Inexpressible> {
        let spec = self.script.groups.get(id.index());
        spec.map(|spec| name(&spec.name)).ok_or(Inexpressible::Undeclared("group"))
    }

    fn mapping(&self, id: MappingId) -> Result<String, Inexpressible> {
        let known = self.script.mappings.get(id.index());
        known.map(|known| name(known)).ok_or(Inexpressible::Undeclared("mapping"))
    }

    fn handle(&self, id: Option<HandleId>) -> Result<String, Inexpressible> {
        let Some(id) = id else { return Ok(names::NULL.to_owned()) };
        let known = self.script.handles.get(id.index());
        known.map(|known| name(known)).ok_or(Inexpressible::Undeclared("handle"))
    }

    fn container(&self, id: ContainerId) -> Result<String, Inexpressible> {
        let known = self.script.containers.get(id.index());
        known.map(|known| name(known)).ok_or(Inexpressible::Undeclared("container"))
    }

    fn owner(&self, id: Option<OwnerId>) -> Result<String, Inexpressible> {
        let Some(id) = id else { return Ok(names::NULL.to_owned()) };
        let known = self.script.owners.get(id.index());
        known.map(|known| name(known)).ok_or(Inexpressible::Undeclared("owner"))
    }
}
