// SPDX-License-Identifier: GPL-2.0-only
//! An operation as one line of text, in the words of the case format.

use super::names::{NULL, container, device, domain_ref, group, handle, ioas, mapping, owner};
use crate::script::{
    CdevOp, DriverFlow, Fault, FaultDomain, GivenHandle, IommufdOp, KindSet, MappingOf, Op, PageTable,
    PokeValue, Script, VfioOp, Worded,
};

/// The size of a mapping that a case need not mention.
const USUAL_MAPPING_SIZE: u64 = 128 << 20;

/// The operation's name: the kernel function's, or that of a step that only the suite has.
#[must_use]
pub fn name(op: &Op) -> &'static str {
    match op {
        Op::DeviceAdd { .. } => "device_add",
        Op::DeviceDel { .. } => "device_del",
        Op::Bind { .. } => "bind",
        Op::Unbind { .. } => "unbind",
        Op::IommuDeviceRegister => "iommu_device_register",
        Op::IommuDeviceUnregister => "iommu_device_unregister",
        Op::UseDefaultDomain { .. } => "iommu_device_use_default_domain",
        Op::UnuseDefaultDomain { .. } => "iommu_device_unuse_default_domain",
        Op::GroupClaimDmaOwner { .. } => "iommu_group_claim_dma_owner",
        Op::GroupReleaseDmaOwner { .. } => "iommu_group_release_dma_owner",
        Op::GroupDmaOwnerClaimed { .. } => "iommu_group_dma_owner_claimed",
        Op::DeviceClaimDmaOwner { .. } => "iommu_device_claim_dma_owner",
        Op::DeviceReleaseDmaOwner { .. } => "iommu_device_release_dma_owner",
        Op::DomainAlloc { .. } => "iommu_domain_alloc",
        Op::DomainFree { .. } => "iommu_domain_free",
        Op::AttachDevice { .. } => "iommu_attach_device",
        Op::DetachDevice { .. } => "iommu_detach_device",
        Op::AttachGroup { .. } => "iommu_attach_group",
        Op::DetachGroup { .. } => "iommu_detach_group",
        Op::GroupReplaceDomain { .. } => "iommu_group_replace_domain",
        Op::AttachDevicePasid { .. } => "iommu_attach_device_pasid",
        Op::DetachDevicePasid { .. } => "iommu_detach_device_pasid",
        Op::ReplaceDevicePasid { .. } => "iommu_replace_device_pasid",
        Op::SvaBindDevice { .. } => "iommu_sva_bind_device",
        Op::SvaUnbindDevice { .. } => "iommu_sva_unbind_device",
        Op::AttachGroupHandle { .. } => "iommu_attach_group_handle",
        Op::DetachGroupHandle { .. } => "iommu_detach_group_handle",
        Op::ReplaceGroupHandle { .. } => "iommu_replace_group_handle",
        Op::AttachHandleGet { .. } => "iommu_attach_handle_get",
        Op::GroupStoreType { .. } => "iommu_group_store_type",
        Op::DeferredAttach { .. } => "iommu_deferred_attach",
        Op::DmaMapSingle { .. } => "dma_map_single",
        Op::GetDomainForDev { .. } => "iommu_get_domain_for_dev",
        Op::GetDmaDomain { .. } => "iommu_get_dma_domain",
        Op::GroupAddDevice { .. } => "iommu_group_add_device",
        Op::GroupRemoveDevice { .. } => "iommu_group_remove_device",
        Op::PciResetPrepare { .. } => "pci_dev_reset_iommu_prepare",
        Op::PciResetDone { .. } => "pci_dev_reset_iommu_done",
        Op::PciResetFunction { .. } => "pci_reset_function",
        Op::DriverGetDomain { .. } => "iommu_driver_get_domain_for_dev",
        Op::ArmCreateMapping { .. } => "arm_iommu_create_mapping",
        Op::ArmAttachDevice { .. } => "arm_iommu_attach_device",
        Op::ArmDetachDevice { .. } => "arm_iommu_detach_device",
        Op::ArmReleaseMapping { .. } => "arm_iommu_release_mapping",
        Op::Driver { flow, .. } => flow_name(*flow),
        Op::Iommufd(op) => iommufd_name(*op),
        Op::Vfio(op) => vfio_name(*op),
        Op::Fail(_) => "fail",
        Op::FailClear => "fail_clear",
        Op::Deny { .. } => "deny",
        Op::Poke { .. } => "poke",
        Op::Observe => "observe",
    }
}

/// The operation with its arguments: `iommu_attach_device drm ff930000.vop`.
#[must_use]
pub fn words(script: &Script, op: &Op) -> String {
    let name = name(op);
    match *op {
        Op::DeviceAdd { device: id, driver: None } => format!("{name} {}", device(script, id)),
        Op::DeviceAdd { device: id, driver: Some(driver) } | Op::Bind { device: id, driver } => {
            format!("{name} {} {}", device(script, id), driver.word())
        }
        Op::DeviceDel { device: id }
        | Op::Unbind { device: id }
        | Op::UseDefaultDomain { device: id }
        | Op::UnuseDefaultDomain { device: id }
        | Op::DeviceReleaseDmaOwner { device: id }
        | Op::DeferredAttach { device: id }
        | Op::DmaMapSingle { device: id }
        | Op::GetDomainForDev { device: id }
        | Op::GetDmaDomain { device: id }
        | Op::GroupRemoveDevice { device: id }
        | Op::PciResetPrepare { device: id }
        | Op::PciResetDone { device: id }
        | Op::PciResetFunction { device: id }
        | Op::DriverGetDomain { device: id }
        | Op::SvaBindDevice { device: id }
        | Op::SvaUnbindDevice { device: id }
        | Op::ArmDetachDevice { device: id }
        | Op::ArmAttachDevice { device: id, mapping: None } => format!("{name} {}", device(script, id)),
        Op::GroupReleaseDmaOwner { group: id } | Op::GroupDmaOwnerClaimed { group: id } => {
            format!("{name} {}", group(script, id))
        }
        Op::GroupClaimDmaOwner { group: id, owner: who } => {
            format!("{name} {} {}", group(script, id), owner(script, who))
        }
        Op::DeviceClaimDmaOwner { device: id, owner: who } => {
            format!("{name} {} {}", device(script, id), owner(script, who))
        }
        Op::DomainFree { domain } => format!("{name} {}", domain_ref(script, domain)),
        Op::DomainAlloc { domain, device: id }
        | Op::AttachDevice { domain, device: id }
        | Op::DetachDevice { domain, device: id }
        | Op::Driver { domain, device: id, .. } => {
            format!("{name} {} {}", domain_ref(script, domain), device(script, id))
        }
        Op::AttachGroup { domain, group: id }
        | Op::DetachGroup { domain, group: id }
        | Op::GroupReplaceDomain { domain, group: id }
        | Op::DetachGroupHandle { domain, group: id } => {
            format!("{name} {} {}", domain_ref(script, domain), group(script, id))
        }
        Op::AttachDevicePasid { domain, device: id, pasid, handle: GivenHandle::Fresh }
        | Op::DetachDevicePasid { domain, device: id, pasid } => {
            format!("{name} {} {} pasid {pasid}", domain_ref(script, domain), device(script, id))
        }
        Op::AttachDevicePasid { domain, device: id, pasid, handle: given } => {
            let given = match given {
                GivenHandle::Named(given) => Some(given),
                GivenHandle::Null | GivenHandle::Fresh => None,
            };
            let (domain, device) = (domain_ref(script, domain), device(script, id));
            format!("{name} {domain} {device} pasid {pasid} {}", handle(script, given))
        }
        Op::ReplaceDevicePasid { domain, device: id, pasid, handle: given } => {
            let (domain, device) = (domain_ref(script, domain), device(script, id));
            format!("{name} {domain} {device} pasid {pasid} {}", handle(script, given))
        }
        Op::AttachGroupHandle { domain, group: id, handle: given } => {
            let (domain, group) = (domain_ref(script, domain), group(script, id));
            format!("{name} {domain} {group} {}", handle(script, given))
        }
        Op::ReplaceGroupHandle { domain, group: id, handle: given } => {
            let domain = domain.map_or_else(|| NULL.to_owned(), |domain| domain_ref(script, domain));
            format!("{name} {domain} {} {}", group(script, id), handle(script, given))
        }
        Op::AttachHandleGet { group: id, pasid, kind } => {
            let kind = kind.map_or_else(String::new, |kind| format!(" type {}", kind.word()));
            format!("{name} {} pasid {pasid}{kind}", group(script, id))
        }
        Op::GroupStoreType { group: id, word } => {
            format!("{name} {} {}", group(script, id), word.text().unwrap_or("(no such type)"))
        }
        Op::GroupAddDevice { device: id, group: to } => {
            format!("{name} {} {}", device(script, id), group(script, to))
        }
        Op::ArmCreateMapping { mapping: id, device: of, size } => {
            let size = if size == USUAL_MAPPING_SIZE { String::new() } else { format!(" size {size:#x}") };
            format!("{name} {} {}{size}", mapping(script, id), device(script, of))
        }
        Op::ArmAttachDevice { device: id, mapping: Some(to) } => {
            format!("{name} {} {}", device(script, id), mapping(script, to))
        }
        Op::ArmReleaseMapping { mapping: MappingOf::Named(id) } => format!("{name} {}", mapping(script, id)),
        Op::ArmReleaseMapping { mapping: MappingOf::Device(id) } => {
            format!("{name} of {}", device(script, id))
        }
        Op::Iommufd(op) => format!("{name} {}", iommufd_words(script, op)),
        Op::Vfio(VfioOp::DropRawio) => name.into(),
        Op::Vfio(op) => format!("{name} {}", vfio_words(script, op)),
        Op::Fail(ref fault) => format!("{name} {}", fault_words(script, fault)),
        Op::Deny { kinds } => format!("{name} {}", kinds_words(kinds)),
        Op::Poke { group: id, field, value } => {
            format!("{name} {} {} {}", group(script, id), field.word(), poke_words(script, value))
        }
        Op::IommuDeviceRegister | Op::IommuDeviceUnregister | Op::FailClear | Op::Observe => name.into(),
    }
}

fn vfio_name(op: VfioOp) -> &'static str {
    match op {
        VfioOp::GroupOpen { .. } => "vfio_group_open",
        VfioOp::GroupClose { .. } => "vfio_group_close",
        VfioOp::ContainerOpen { .. } => "vfio_container_open",
        VfioOp::ContainerClose { .. } => "vfio_container_close",
        VfioOp::GroupSetContainer { .. } | VfioOp::GroupSetIommufd { .. } => "vfio_group_set_container",
        VfioOp::GroupUnsetContainer { .. } => "vfio_group_unset_container",
        VfioOp::SetIommu { .. } | VfioOp::SetIommuOfIommufd { .. } => "vfio_set_iommu",
        VfioOp::GroupGetDeviceFd { .. } => "vfio_group_get_device_fd",
        VfioOp::DeviceClose { .. } => "vfio_device_close",
        VfioOp::GroupGetStatus { .. } => "vfio_group_get_status",
        VfioOp::DropRawio => "drop_cap_sys_rawio",
    }
}

fn vfio_words(script: &Script, op: VfioOp) -> String {
    match op {
        VfioOp::GroupOpen { group: id }
        | VfioOp::GroupClose { group: id }
        | VfioOp::GroupUnsetContainer { group: id }
        | VfioOp::GroupGetStatus { group: id } => group(script, id).into(),
        VfioOp::ContainerOpen { container: id } | VfioOp::ContainerClose { container: id } => {
            container(script, id).into()
        }
        VfioOp::GroupSetContainer { group: id, container: into } => {
            format!("{} {}", group(script, id), container(script, into))
        }
        VfioOp::GroupSetIommufd { group: id, context } => {
            format!("{} {}", group(script, id), owner(script, Some(context)))
        }
        VfioOp::SetIommuOfIommufd { context, iommu } => {
            format!("{} {}", owner(script, Some(context)), iommu.word())
        }
        VfioOp::SetIommu { container: id, iommu } => format!("{} {}", container(script, id), iommu.word()),
        VfioOp::GroupGetDeviceFd { group: id, device: of } => {
            format!("{} {}", group(script, id), device(script, of))
        }
        VfioOp::DeviceClose { device: id } => device(script, id).into(),
        VfioOp::DropRawio => String::new(),
    }
}

fn flow_name(flow: DriverFlow) -> &'static str {
    match flow {
        DriverFlow::RockchipAttach => "rockchip_drm_attach",
        DriverFlow::RockchipDetach => "rockchip_drm_detach",
        DriverFlow::ExynosAttach => "exynos_drm_attach",
        DriverFlow::ExynosDetach => "exynos_drm_detach",
        DriverFlow::TegraDrmAttach => "tegra_drm_attach",
        DriverFlow::TegraDrmDetach => "tegra_drm_detach",
        DriverFlow::Host1xAttach => "host1x_attach",
        DriverFlow::Host1xDetach => "host1x_detach",
        DriverFlow::Omap3ispAttach => "omap3isp_attach",
        DriverFlow::Omap3ispDetach => "omap3isp_detach",
        DriverFlow::RemoteprocAttach => "remoteproc_attach",
        DriverFlow::RemoteprocDetach => "remoteproc_detach",
        DriverFlow::OmapRprocAttach => "omap_rproc_attach",
    }
}

fn iommufd_name(op: IommufdOp) -> &'static str {
    match op {
        IommufdOp::DeviceBind { .. } => "iommufd_device_bind",
        IommufdOp::DeviceUnbind { .. } => "iommufd_device_unbind",
        IommufdOp::IoasAlloc { .. } => "iommufd_ioas_alloc",
        IommufdOp::HwptAlloc { .. } => "iommufd_hwpt_alloc",
        IommufdOp::DeviceAttach { .. } => "iommufd_device_attach",
        IommufdOp::DeviceReplace { .. } => "iommufd_device_replace",
        IommufdOp::DeviceDetach { .. } => "iommufd_device_detach",
        IommufdOp::Destroy { .. } => "iommu_destroy",
        IommufdOp::VfioIoasSet { .. } => "iommu_vfio_ioas_set",
        IommufdOp::VfioIoasClear { .. } => "iommu_vfio_ioas_clear",
        IommufdOp::Cdev { op, .. } => match op {
            CdevOp::Open => "vfio_cdev_open",
            CdevOp::Close => "vfio_cdev_close",
            CdevOp::Bind { .. } => "vfio_device_bind_iommufd",
            CdevOp::Attach { .. } => "vfio_device_attach_iommufd_pt",
            CdevOp::Detach { .. } => "vfio_device_detach_iommufd_pt",
        },
    }
}

/// `nic0 guest pasid 4`
fn iommufd_words(script: &Script, op: IommufdOp) -> String {
    let table = |to: PageTable| match to {
        PageTable::Hwpt(id) => domain_ref(script, id),
        PageTable::Ioas(id) => ioas(script, id).to_owned(),
    };
    let at = |pasid: Option<u32>| pasid.map_or_else(String::new, |pasid| format!(" pasid {pasid}"));
    match op {
        IommufdOp::DeviceBind { device: id, context } => {
            format!("{} {}", device(script, id), owner(script, Some(context)))
        }
        IommufdOp::DeviceUnbind { device: id } => device(script, id).to_owned(),
        IommufdOp::VfioIoasClear { context } => owner(script, Some(context)).to_owned(),
        IommufdOp::IoasAlloc { ioas: id, context } | IommufdOp::VfioIoasSet { ioas: id, context } => {
            format!("{} {}", ioas(script, id), owner(script, Some(context)))
        }
        IommufdOp::HwptAlloc { hwpt, ioas: of, device: id, pasid } => {
            let pasid = if pasid { " for PASIDs" } else { "" };
            format!("{} {} {}{pasid}", domain_ref(script, hwpt), ioas(script, of), device(script, id))
        }
        IommufdOp::DeviceAttach { device: id, to, pasid }
        | IommufdOp::DeviceReplace { device: id, to, pasid } => {
            format!("{} {}{}", device(script, id), table(to), at(pasid))
        }
        IommufdOp::DeviceDetach { device: id, pasid } => format!("{}{}", device(script, id), at(pasid)),
        IommufdOp::Destroy { object } => table(object),
        IommufdOp::Cdev { device: id, file, op } => {
            let file = if file == 1 { String::new() } else { format!(" file {file}") };
            let of = match op {
                CdevOp::Open | CdevOp::Close => String::new(),
                CdevOp::Bind { context } => format!(" {}", owner(script, Some(context))),
                CdevOp::Attach { to, pasid } => format!(" {}{}", table(to), at(pasid)),
                CdevOp::Detach { pasid } => at(pasid),
            };
            format!("{}{file}{of}", device(script, id))
        }
    }
}

fn kinds_words(kinds: KindSet) -> String {
    let names: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

fn poke_words(script: &Script, value: PokeValue) -> String {
    match value {
        PokeValue::Null => super::names::NULL.into(),
        PokeValue::Domain(id) => domain_ref(script, id),
        PokeValue::Owner(id) => owner(script, Some(id)).into(),
        PokeValue::Count(count) => count.to_string(),
    }
}

/// A fault: `attach of ff930000.vop to drm with EIO, after 1, 2 times`.
#[must_use]
pub fn fault_words(script: &Script, fault: &Fault) -> String {
    let call = fault.kind.word();
    let of = fault.device.map_or(String::new(), |id| format!(" of {}", device(script, id)));
    let to = match fault.domain {
        FaultDomain::Any => String::new(),
        FaultDomain::Kind(kind) => format!(" to type {}", kind.name()),
        FaultDomain::Named(id) => format!(" to {}", domain_ref(script, id)),
    };
    let after = if fault.skip == 0 { String::new() } else { format!(", after {}", fault.skip) };
    let times = match fault.count {
        None => ", always".into(),
        Some(1) => String::new(),
        Some(count) => format!(", {count} times"),
    };
    format!("{call}{of}{to} with {}{after}{times}", fault.errno)
}
