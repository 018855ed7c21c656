// SPDX-License-Identifier: GPL-2.0-only
//! From a [`Script`] to its JSON.

mod vfio;

use super::{
    Add, AllocHwpt, AttachFile, AttachMapping, AttachPasid, AttachTable, BindTo, Count, CreateMapping,
    DetachFile, DetachTable, DeviceContext, DeviceGroup, DeviceOwner, DomainDevice, DomainGroup, DomainPasid,
    FileContext, GroupHandle, GroupOwner, GroupType, HandleGet, IoasContext, Kinds, Nothing, OfContainer,
    OfContext, OfDevice, OfDomain, OfGroup, PokeField, ReleaseMapping, ReplaceHandle, ReplacePasid,
    WireDevice, WireFault, WireFile, WireGroup, WireOp, WireScript, WireSetting, WireTable,
};
use crate::implementation::recorded::wire::{Scalar, Text};
use crate::protocol::error::{Problem, Under, WireError};
use crate::protocol::names::checked;
use crate::protocol::words::Word;
use crate::script::{
    CdevOp, ContainerId, DeviceId, DeviceSpec, DomainName, DomainRef, DriverFlow, Fault, FaultDomain,
    GivenHandle, GroupId, HandleId, IoasId, IommufdOp, MappingId, MappingOf, Op, OwnerId, PageTable,
    PokeValue, Script, Setting,
};
use crate::trace::names;

/// What is written for a word that the kernel does not know.
const UNKNOWN_TYPE: &str = "unknown";

impl<'a> WireScript<'a> {
    /// The JSON of a script.
    ///
    /// # Errors
    /// A name that the protocol cannot carry, or an id that is in none of the script's tables.
    pub fn of(script: &'a Script) -> Result<WireScript<'a>, WireError> {
        let writer = Writer { script };
        let mut wire = WireScript {
            id: Text::from(script.id.as_str()),
            arch: Word(script.arch),
            registered: script.registered,
            driver: script.settings.iter().map(WireSetting::of).collect(),
            groups: script
                .groups
                .iter()
                .map(|group| WireGroup { name: Text::from(group.name.as_str()), hold: group.hold })
                .collect(),
            devices: Default::default(),
            owners: script.owners.iter().map(|owner| Text::from(owner.as_str())).collect(),
            handles: script.handles.iter().map(|handle| Text::from(handle.as_str())).collect(),
            containers: script.containers.iter().map(|name| Text::from(name.as_str())).collect(),
            ops: Default::default(),
        };
        for (index, group) in script.groups.iter().enumerate() {
            checked(&group.name).under("name").under(format_args!("groups[{index}]"))?;
        }
        for (index, device) in script.devices.iter().enumerate() {
            wire.devices.0.push(writer.spec(device).under(format_args!("devices[{index}]"))?);
        }
        for (index, owner) in script.owners.iter().enumerate() {
            checked(owner).under(format_args!("owners[{index}]"))?;
        }
        for (index, handle) in script.handles.iter().enumerate() {
            checked(handle).under(format_args!("handles[{index}]"))?;
        }
        for (index, container) in script.containers.iter().enumerate() {
            checked(container).under(format_args!("containers[{index}]"))?;
        }
        for (index, op) in script.ops.iter().enumerate() {
            wire.ops.0.push(writer.op(op).under(format_args!("ops[{index}]"))?);
        }
        Ok(wire)
    }
}

impl WireSetting {
    fn of(setting: &Setting) -> WireSetting {
        match setting {
            Setting::DefaultType(kind) => WireSetting::DefaultType(Word(*kind)),
            Setting::Deny(kinds) => WireSetting::Deny(kinds.iter().map(Word).collect()),
            Setting::DenyErrno(errno) => WireSetting::DenyErrno(Word(*errno)),
            Setting::Detach(ops) => WireSetting::Detach(Word(*ops)),
            Setting::DeferredFlush(capable) => WireSetting::DeferredFlush(*capable),
            Setting::LateXlate(late) => WireSetting::LateXlate(*late),
            Setting::AddressSpaces(most) => WireSetting::AddressSpaces(*most),
            Setting::NoSetDevPasid(which) => {
                WireSetting::NoSetDevPasid(which.iter().copied().map(Word).collect())
            }
            Setting::TestDriverRemove(test) => WireSetting::DebugTestDriverRemove(*test),
            Setting::Unsafe(run) => WireSetting::ForbiddenCalls(*run),
            Setting::Static(which) => WireSetting::Static(which.iter().copied().map(Word).collect()),
        }
    }
}

struct Writer<'a> {
    script: &'a Script,
}

impl<'a> Writer<'a> {
    fn spec(&self, spec: &'a DeviceSpec) -> Result<WireDevice<'a>, WireError> {
        Ok(WireDevice {
            name: checked(&spec.name).under("name")?.into(),
            group: spec.group.map(|group| self.group(group)).transpose()?,
            bus: Word(spec.bus),
            default_type: spec.default_type.map(Word),
            deferred: spec.deferred,
            direct: spec.direct,
            pasid_bits: spec.pasid_bits,
            device_tree: spec.device_tree,
            untrusted: spec.untrusted,
            bridge: spec.bridge,
            cache_coherent: spec.cache_coherent,
            isolated_msi: spec.isolated_msi,
            ats: spec.ats,
            requester_id: spec.requester_id,
            vfio_group: spec.vfio_group.map(|group| self.group(group)).transpose()?,
        })
    }

    fn op(&self, op: &Op) -> Result<WireOp<'a>, WireError> {
        Ok(match *op {
            Op::DeviceAdd { device, driver } => {
                WireOp::DeviceAdd(Add { device: self.device(device)?, driver: driver.map(Word) })
            }
            Op::DeviceDel { device } => WireOp::DeviceDel(self.of_device(device)?),
            Op::Bind { device, driver } => {
                WireOp::Bind(BindTo { device: self.device(device)?, driver: Word(driver) })
            }
            Op::Unbind { device } => WireOp::Unbind(self.of_device(device)?),
            Op::IommuDeviceRegister => WireOp::IommuDeviceRegister(Nothing {}),
            Op::IommuDeviceUnregister => WireOp::IommuDeviceUnregister(Nothing {}),
            Op::UseDefaultDomain { device } => WireOp::UseDefaultDomain(self.of_device(device)?),
            Op::UnuseDefaultDomain { device } => WireOp::UnuseDefaultDomain(self.of_device(device)?),
            Op::GroupClaimDmaOwner { group, owner } => WireOp::GroupClaimDmaOwner(GroupOwner {
                group: self.group(group)?,
                owner: self.owner(owner)?,
            }),
            Op::GroupReleaseDmaOwner { group } => WireOp::GroupReleaseDmaOwner(self.of_group(group)?),
            Op::GroupDmaOwnerClaimed { group } => WireOp::GroupDmaOwnerClaimed(self.of_group(group)?),
            Op::DeviceClaimDmaOwner { device, owner } => WireOp::DeviceClaimDmaOwner(DeviceOwner {
                device: self.device(device)?,
                owner: self.owner(owner)?,
            }),
            Op::DeviceReleaseDmaOwner { device } => WireOp::DeviceReleaseDmaOwner(self.of_device(device)?),
            Op::DomainAlloc { domain, device } => WireOp::DomainAlloc(self.domain_device(domain, device)?),
            Op::DomainFree { domain } => WireOp::DomainFree(OfDomain { domain: self.domain(domain)? }),
            Op::AttachDevice { domain, device } => WireOp::AttachDevice(self.domain_device(domain, device)?),
            Op::DetachDevice { domain, device } => WireOp::DetachDevice(self.domain_device(domain, device)?),
            Op::AttachGroup { domain, group } => WireOp::AttachGroup(self.domain_group(domain, group)?),
            Op::DetachGroup { domain, group } => WireOp::DetachGroup(self.domain_group(domain, group)?),
            Op::GroupReplaceDomain { domain, group } => {
                WireOp::GroupReplaceDomain(self.domain_group(domain, group)?)
            }
            Op::AttachDevicePasid { domain, device, pasid, handle } => {
                WireOp::AttachDevicePasid(AttachPasid {
                    domain: self.domain(domain)?,
                    device: self.device(device)?,
                    pasid,
                    handle: match handle {
                        GivenHandle::Fresh => None,
                        GivenHandle::Null => Some(None),
                        GivenHandle::Named(id) => Some(self.handle(Some(id))?),
                    },
                })
            }
            Op::ReplaceDevicePasid { domain, device, pasid, handle } => {
                WireOp::ReplaceDevicePasid(ReplacePasid {
                    domain: self.domain(domain)?,
                    device: self.device(device)?,
                    pasid,
                    handle: self.handle(handle)?,
                })
            }
            Op::SvaBindDevice { device } => WireOp::SvaBindDevice(self.of_device(device)?),
            Op::SvaUnbindDevice { device } => WireOp::SvaUnbindDevice(self.of_device(device)?),
            Op::AttachGroupHandle { domain, group, handle } => WireOp::AttachGroupHandle(GroupHandle {
                domain: self.domain(domain)?,
                group: self.group(group)?,
                handle: self.handle(handle)?,
            }),
            Op::DetachGroupHandle { domain, group } => {
                WireOp::DetachGroupHandle(self.domain_group(domain, group)?)
            }
            Op::ReplaceGroupHandle { domain, group, handle } => WireOp::ReplaceGroupHandle(ReplaceHandle {
                domain: domain.map(|domain| self.domain(domain)).transpose()?,
                group: self.group(group)?,
                handle: self.handle(handle)?,
            }),
            Op::AttachHandleGet { group, pasid, kind } => WireOp::AttachHandleGet(HandleGet {
                group: self.group(group)?,
                pasid,
                r#type: kind.map(Word),
            }),
            Op::DetachDevicePasid { domain, device, pasid } => {
                WireOp::DetachDevicePasid(self.domain_pasid(domain, device, pasid)?)
            }
            Op::GroupStoreType { group, word } => WireOp::GroupStoreType(GroupType {
                group: self.group(group)?,
                r#type: word.text().unwrap_or(UNKNOWN_TYPE).into(),
            }),
            Op::DeferredAttach { device } => WireOp::DeferredAttach(self.of_device(device)?),
            Op::DmaMapSingle { device } => WireOp::DmaMapSingle(self.of_device(device)?),
            Op::GetDomainForDev { device } => WireOp::GetDomainForDev(self.of_device(device)?),
            Op::GetDmaDomain { device } => WireOp::GetDmaDomain(self.of_device(device)?),
            Op::GroupAddDevice { device, group } => WireOp::GroupAddDevice(DeviceGroup {
                device: self.device(device)?,
                group: self.group(group)?,
            }),
            Op::GroupRemoveDevice { device } => WireOp::GroupRemoveDevice(self.of_device(device)?),
            Op::PciResetPrepare { device } => WireOp::PciResetPrepare(self.of_device(device)?),
            Op::PciResetDone { device } => WireOp::PciResetDone(self.of_device(device)?),
            Op::PciResetFunction { device } => WireOp::PciResetFunction(self.of_device(device)?),
            Op::DriverGetDomain { device } => WireOp::DriverGetDomain(self.of_device(device)?),
            Op::ArmCreateMapping { mapping, device, size } => WireOp::ArmCreateMapping(CreateMapping {
                mapping: self.mapping(mapping)?,
                device: self.device(device)?,
                size,
            }),
            Op::ArmAttachDevice { device, mapping } => WireOp::ArmAttachDevice(AttachMapping {
                device: self.device(device)?,
                mapping: mapping.map(|mapping| self.mapping(mapping)).transpose()?,
            }),
            Op::ArmDetachDevice { device } => WireOp::ArmDetachDevice(self.of_device(device)?),
            Op::ArmReleaseMapping { mapping: MappingOf::Named(mapping) } => {
                WireOp::ArmReleaseMapping(ReleaseMapping {
                    mapping: Some(self.mapping(mapping)?),
                    device: None,
                })
            }
            Op::ArmReleaseMapping { mapping: MappingOf::Device(device) } => {
                WireOp::ArmReleaseMapping(ReleaseMapping {
                    mapping: None,
                    device: Some(self.device(device)?),
                })
            }
            Op::Driver { flow, device, domain } => flow_op(flow)(self.domain_device(domain, device)?),
            Op::Iommufd(op) => self.iommufd(op)?,
            Op::Vfio(op) => self.vfio(op)?,
            Op::Fail(ref fault) => WireOp::Fail(self.fault(fault)?),
            Op::FailClear => WireOp::FailClear(Nothing {}),
            Op::Deny { kinds } => WireOp::Deny(Kinds { types: kinds.iter().map(Word).collect() }),
            Op::Poke { group, field, value } => WireOp::Poke(PokeField {
                group: self.group(group)?,
                field: Word(field),
                value: self.poke_value(value)?,
            }),
            Op::Observe => WireOp::Observe(Nothing {}),
        })
    }

    fn iommufd(&self, op: IommufdOp) -> Result<WireOp<'a>, WireError> {
        Ok(match op {
            IommufdOp::DeviceBind { device, context } => WireOp::IommufdDeviceBind(DeviceContext {
                device: self.device(device)?,
                context: self.context(context)?,
            }),
            IommufdOp::DeviceUnbind { device } => WireOp::IommufdDeviceUnbind(self.of_device(device)?),
            IommufdOp::IoasAlloc { ioas, context } => WireOp::IommufdIoasAlloc(IoasContext {
                ioas: self.ioas(ioas)?,
                context: self.context(context)?,
            }),
            IommufdOp::HwptAlloc { hwpt, ioas, device, pasid } => WireOp::IommufdHwptAlloc(AllocHwpt {
                hwpt: self.domain(hwpt)?,
                ioas: self.ioas(ioas)?,
                device: self.device(device)?,
                pasid,
            }),
            IommufdOp::DeviceAttach { device, to, pasid } => {
                WireOp::IommufdDeviceAttach(self.attach_table(device, to, pasid)?)
            }
            IommufdOp::DeviceReplace { device, to, pasid } => {
                WireOp::IommufdDeviceReplace(self.attach_table(device, to, pasid)?)
            }
            IommufdOp::DeviceDetach { device, pasid } => {
                WireOp::IommufdDeviceDetach(DetachTable { device: self.device(device)?, pasid })
            }
            IommufdOp::Destroy { object } => {
                let (hwpt, ioas) = self.page_table(object)?;
                WireOp::IommuDestroy(WireTable { hwpt, ioas })
            }
            IommufdOp::VfioIoasSet { ioas, context } => WireOp::IommuVfioIoasSet(IoasContext {
                ioas: self.ioas(ioas)?,
                context: self.context(context)?,
            }),
            IommufdOp::VfioIoasClear { context } => {
                WireOp::IommuVfioIoasClear(OfContext { context: self.context(context)? })
            }
            IommufdOp::Cdev { device, file, op } => {
                let device = self.device(device)?;
                match op {
                    CdevOp::Open => WireOp::VfioCdevOpen(WireFile { device, file }),
                    CdevOp::Close => WireOp::VfioCdevClose(WireFile { device, file }),
                    CdevOp::Bind { context } => {
                        let context = self.context(context)?;
                        WireOp::VfioDeviceBindIommufd(FileContext { device, file, context })
                    }
                    CdevOp::Attach { to, pasid } => {
                        let (hwpt, ioas) = self.page_table(to)?;
                        WireOp::VfioDeviceAttachIommufdPt(AttachFile { device, file, hwpt, ioas, pasid })
                    }
                    CdevOp::Detach { pasid } => {
                        WireOp::VfioDeviceDetachIommufdPt(DetachFile { device, file, pasid })
                    }
                }
            }
        })
    }

    fn attach_table(
        &self,
        device: DeviceId,
        to: PageTable,
        pasid: Option<u32>,
    ) -> Result<AttachTable<'a>, WireError> {
        let (hwpt, ioas) = self.page_table(to)?;
        Ok(AttachTable { device: self.device(device)?, hwpt, ioas, pasid })
    }

    fn page_table(&self, to: PageTable) -> Result<(Option<Text<'a>>, Option<Text<'a>>), WireError> {
        Ok(match to {
            PageTable::Hwpt(hwpt) => (Some(self.domain(hwpt)?), None),
            PageTable::Ioas(ioas) => (None, Some(self.ioas(ioas)?)),
        })
    }

    fn ioas(&self, id: IoasId) -> Result<Text<'a>, WireError> {
        let name = self.script.ioas.get(id.index()).ok_or(Problem::BadId).under("ioas")?;
        Ok(checked(name).under("ioas")?.into())
    }

    fn context(&self, id: OwnerId) -> Result<Text<'a>, WireError> {
        let name = self.script.owners.get(id.index()).ok_or(Problem::BadId).under("context")?;
        Ok(Text::from(name.as_str()))
    }

    fn fault(&self, fault: &Fault) -> Result<WireFault<'a>, WireError> {
        let (domain, domain_type) = match fault.domain {
            FaultDomain::Any => (None, None),
            FaultDomain::Kind(kind) => (None, Some(Word(kind))),
            FaultDomain::Named(domain) => (Some(self.domain(domain)?), None),
        };
        Ok(WireFault {
            call: Word(fault.kind),
            device: fault.device.map(|device| self.device(device)).transpose()?,
            domain,
            domain_type,
            errno: Word(fault.errno),
            skip: fault.skip,
            count: Count(fault.count),
        })
    }

    fn poke_value(&self, value: PokeValue) -> Result<Option<Scalar<'a>>, WireError> {
        Ok(match value {
            PokeValue::Null => None,
            PokeValue::Domain(domain) => Some(Scalar::Text(self.domain(domain)?)),
            PokeValue::Owner(owner) => self.owner(Some(owner))?.map(Scalar::Text),
            PokeValue::Count(count) => Some(Scalar::Number(i64::from(count))),
        })
    }

    fn of_device(&self, device: DeviceId) -> Result<OfDevice<'a>, WireError> {
        Ok(OfDevice { device: self.device(device)? })
    }

    fn of_group(&self, group: GroupId) -> Result<OfGroup<'a>, WireError> {
        Ok(OfGroup { group: self.group(group)? })
    }

    fn domain_device(&self, domain: DomainRef, device: DeviceId) -> Result<DomainDevice<'a>, WireError> {
        Ok(DomainDevice { domain: self.domain(domain)?, device: self.device(device)? })
    }

    fn domain_group(&self, domain: DomainRef, group: GroupId) -> Result<DomainGroup<'a>, WireError> {
        Ok(DomainGroup { domain: self.domain(domain)?, group: self.group(group)? })
    }

    fn domain_pasid(
        &self,
        domain: DomainRef,
        device: DeviceId,
        pasid: i32,
    ) -> Result<DomainPasid<'a>, WireError> {
        Ok(DomainPasid { domain: self.domain(domain)?, device: self.device(device)?, pasid })
    }

    fn device(&self, id: DeviceId) -> Result<Text<'a>, WireError> {
        let spec = self.script.devices.get(id.index()).ok_or(Problem::BadId).under("device")?;
        Ok(Text::from(spec.name.as_str()))
    }

    fn group(&self, id: GroupId) -> Result<Text<'a>, WireError> {
        let spec = self.script.groups.get(id.index()).ok_or(Problem::BadId).under("group")?;
        Ok(Text::from(spec.name.as_str()))
    }

    fn container(&self, id: ContainerId) -> Result<Text<'a>, WireError> {
        let name = self.script.containers.get(id.index()).ok_or(Problem::BadId).under("container")?;
        Ok(Text::from(name.as_str()))
    }

    fn of_container(&self, container: ContainerId) -> Result<OfContainer<'a>, WireError> {
        Ok(OfContainer { container: self.container(container)? })
    }

    fn owner(&self, id: Option<OwnerId>) -> Result<Option<Text<'a>>, WireError> {
        let Some(id) = id else { return Ok(None) };
        let name = self.script.owners.get(id.index()).ok_or(Problem::BadId).under("owner")?;
        Ok(Some(Text::from(name.as_str())))
    }

    fn handle(&self, id: Option<HandleId>) -> Result<Option<Text<'a>>, WireError> {
        let Some(id) = id else { return Ok(None) };
        let name = self.script.handles.get(id.index()).ok_or(Problem::BadId).under("handle")?;
        Ok(Some(Text::from(name.as_str())))
    }

    fn mapping(&self, id: MappingId) -> Result<Text<'a>, WireError> {
        let name = self.script.mappings.get(id.index()).ok_or(Problem::BadId).under("mapping")?;
        Ok(checked(name).under("mapping")?.into())
    }

    fn domain(&self, id: DomainRef) -> Result<Text<'a>, WireError> {
        Ok(match self.script.domains.get(id.index()).ok_or(Problem::BadId).under("domain")? {
            DomainName::User(name) => checked(name).under("domain")?.into(),
            name => names::domain_name(self.script, name).into(),
        })
    }
}

fn flow_op<'a>(flow: DriverFlow) -> fn(DomainDevice<'a>) -> WireOp<'a> {
    match flow {
        DriverFlow::RockchipAttach => WireOp::RockchipDrmAttach,
        DriverFlow::RockchipDetach => WireOp::RockchipDrmDetach,
        DriverFlow::ExynosAttach => WireOp::ExynosDrmAttach,
        DriverFlow::ExynosDetach => WireOp::ExynosDrmDetach,
        DriverFlow::TegraDrmAttach => WireOp::TegraDrmAttach,
        DriverFlow::TegraDrmDetach => WireOp::TegraDrmDetach,
        DriverFlow::Host1xAttach => WireOp::Host1xAttach,
        DriverFlow::Host1xDetach => WireOp::Host1xDetach,
        DriverFlow::Omap3ispAttach => WireOp::Omap3ispAttach,
        DriverFlow::Omap3ispDetach => WireOp::Omap3ispDetach,
        DriverFlow::RemoteprocAttach => WireOp::RemoteprocAttach,
        DriverFlow::RemoteprocDetach => WireOp::RemoteprocDetach,
        DriverFlow::OmapRprocAttach => WireOp::OmapRprocAttach,
    }
}
