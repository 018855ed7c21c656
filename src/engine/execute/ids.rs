// SPDX-License-Identifier: GPL-2.0-only
//! Every name an operation uses is one the script declares.

use crate::engine::Engine;
use crate::script::{
    ContainerId, DeviceId, DomainName, DomainRef, Fault, FaultDomain, GivenHandle, GroupId, HandleId,
    MappingOf, Op, OwnerId, PokeValue, VfioOp,
};
use crate::trace::BadOp;

impl Engine<'_> {
    /// Whether every name in the operation is one of the script's.
    pub(super) fn check_ids(&self, op: Op) -> Result<(), BadOp> {
        let device = |d: DeviceId| {
            if d.index() < self.script.devices.len() { Ok(()) } else { Err(BadOp::NoSuchDevice) }
        };
        let group =
            |g: GroupId| if g.index() < self.script.groups.len() { Ok(()) } else { Err(BadOp::NoSuchGroup) };
        let domain = |d: DomainRef| match self.script.domains.get(d.index()) {
            Some(DomainName::PointedToBy(g, _)) => group(*g),
            Some(_) => Ok(()),
            None => Err(BadOp::NoSuchDomain),
        };
        let owner =
            |o: OwnerId| if o.index() < self.script.owners.len() { Ok(()) } else { Err(BadOp::NoSuchDomain) };
        let mapping =
            |m: usize| if m < self.script.mappings.len() { Ok(()) } else { Err(BadOp::NoSuchDomain) };
        let handle = |h: Option<HandleId>| {
            let known = h.is_none_or(|h| h.index() < self.script.handles.len());
            if known { Ok(()) } else { Err(BadOp::NoSuchHandle) }
        };
        match op {
            Op::DeviceAdd { device: d, .. }
            | Op::DeviceDel { device: d }
            | Op::Bind { device: d, .. }
            | Op::Unbind { device: d }
            | Op::UseDefaultDomain { device: d }
            | Op::UnuseDefaultDomain { device: d }
            | Op::DeviceReleaseDmaOwner { device: d }
            | Op::DeferredAttach { device: d }
            | Op::DmaMapSingle { device: d }
            | Op::GetDomainForDev { device: d }
            | Op::GetDmaDomain { device: d }
            | Op::GroupRemoveDevice { device: d }
            | Op::PciResetPrepare { device: d }
            | Op::PciResetDone { device: d }
            | Op::PciResetFunction { device: d }
            | Op::DriverGetDomain { device: d }
            | Op::SvaBindDevice { device: d }
            | Op::SvaUnbindDevice { device: d }
            | Op::ArmDetachDevice { device: d }
            | Op::ArmReleaseMapping { mapping: MappingOf::Device(d) } => device(d),
            Op::DeviceClaimDmaOwner { device: d, owner: o } => {
                device(d).and_then(|()| o.map_or(Ok(()), owner))
            }
            Op::GroupClaimDmaOwner { group: g, owner: o } => group(g).and_then(|()| o.map_or(Ok(()), owner)),
            Op::GroupReleaseDmaOwner { group: g }
            | Op::GroupDmaOwnerClaimed { group: g }
            | Op::AttachHandleGet { group: g, .. }
            | Op::GroupStoreType { group: g, .. } => group(g),
            Op::Poke { group: g, value, .. } => group(g).and_then(|()| match value {
                PokeValue::Domain(d) => domain(d),
                PokeValue::Owner(o) => owner(o),
                PokeValue::Null | PokeValue::Count(_) => Ok(()),
            }),
            Op::DomainAlloc { domain: m, device: d }
            | Op::AttachDevice { domain: m, device: d }
            | Op::DetachDevice { domain: m, device: d }
            | Op::DetachDevicePasid { domain: m, device: d, .. }
            | Op::Driver { domain: m, device: d, .. } => domain(m).and_then(|()| device(d)),
            Op::AttachDevicePasid { domain: m, device: d, handle: h, .. } => {
                let named = match h {
                    GivenHandle::Named(h) => Some(h),
                    GivenHandle::Fresh | GivenHandle::Null => None,
                };
                domain(m).and_then(|()| device(d)).and_then(|()| handle(named))
            }
            Op::ReplaceDevicePasid { domain: m, device: d, handle: h, .. } => {
                domain(m).and_then(|()| device(d)).and_then(|()| handle(h))
            }
            Op::AttachGroupHandle { domain: m, group: g, handle: h } => {
                domain(m).and_then(|()| group(g)).and_then(|()| handle(h))
            }
            Op::ReplaceGroupHandle { domain: m, group: g, handle: h } => {
                m.map_or(Ok(()), domain).and_then(|()| group(g)).and_then(|()| handle(h))
            }
            Op::DomainFree { domain: m } => domain(m),
            Op::AttachGroup { domain: m, group: g }
            | Op::DetachGroup { domain: m, group: g }
            | Op::DetachGroupHandle { domain: m, group: g }
            | Op::GroupReplaceDomain { domain: m, group: g } => domain(m).and_then(|()| group(g)),
            Op::GroupAddDevice { device: d, group: g } => device(d).and_then(|()| group(g)),
            Op::ArmCreateMapping { mapping: m, device: d, .. } => mapping(m.index()).and_then(|()| device(d)),
            Op::ArmAttachDevice { mapping: m, device: d } => {
                m.map_or(Ok(()), |m| mapping(m.index())).and_then(|()| device(d))
            }
            Op::ArmReleaseMapping { mapping: MappingOf::Named(m) } => mapping(m.index()),
            Op::Iommufd(op) => self.check_iommufd_ids(op),
            Op::Vfio(op) => {
                let container = |c: ContainerId| {
                    if c.index() < self.script.containers.len() {
                        Ok(())
                    } else {
                        Err(BadOp::NoSuchContainer)
                    }
                };
                match op {
                    VfioOp::GroupOpen { group: g }
                    | VfioOp::GroupClose { group: g }
                    | VfioOp::GroupUnsetContainer { group: g }
                    | VfioOp::GroupGetStatus { group: g } => group(g),
                    VfioOp::ContainerOpen { container: c }
                    | VfioOp::ContainerClose { container: c }
                    | VfioOp::SetIommu { container: c, .. } => container(c),
                    VfioOp::GroupSetContainer { group: g, container: c } => group(g).and(container(c)),
                    VfioOp::GroupSetIommufd { group: g, context } => group(g).and(owner(context)),
                    VfioOp::SetIommuOfIommufd { context, .. } => owner(context),
                    VfioOp::GroupGetDeviceFd { group: g, device: d } => group(g).and(device(d)),
                    VfioOp::DeviceClose { device: d } => device(d),
                    VfioOp::DropRawio => Ok(()),
                }
            }
            Op::Fail(Fault { device: d, domain: about, .. }) => {
                d.map_or(Ok(()), device).and_then(|()| match about {
                    FaultDomain::Named(d) => domain(d),
                    FaultDomain::Any | FaultDomain::Kind(_) => Ok(()),
                })
            }
            Op::IommuDeviceRegister
            | Op::IommuDeviceUnregister
            | Op::FailClear
            | Op::Deny { .. }
            | Op::Observe => Ok(()),
        }
    }
}
