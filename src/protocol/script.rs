// SPDX-License-Identifier: GPL-2.0-only
//! The JSON of a script.
//!
//! Keys and words are those of the cases. What has its usual value is left out.

mod arguments;
mod read;
mod usual;
mod write;

pub use arguments::*;
use usual::{is_true, is_usual, yes};

use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::words::Word;
use crate::implementation::recorded::wire::Text;
use crate::script::{Arch, Bus, DefaultType, DetachOps, DomainKind, DomainOps, Errno, Static};

/// Operations of a script; more are refused.
pub const MAX_OPS: usize = 4096;
/// Groups, devices, owners; more are refused.
pub const MAX_NAMES: usize = 64;

/// A script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireScript<'a> {
    /// Its name.
    pub id: Text<'a>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub arch: Word<Arch>,
    /// Is the IOMMU registered before the first operation?
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub registered: bool,
    /// Settings of the IOMMU driver, in order.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub driver: List<WireSetting>,
    /// Groups, in order.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub groups: List<WireGroup<'a>>,
    /// Devices, in bus order.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub devices: List<WireDevice<'a>>,
    /// Owner tokens.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub owners: List<Text<'a>>,
    /// Attach handles.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub handles: List<Text<'a>>,
    /// VFIO's containers.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub containers: List<Text<'a>>,
    /// The operations, one observed step each.
    pub ops: List<WireOp<'a>>,
}

/// A setting of the IOMMU driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WireSetting {
    /// The system's default domain type.
    DefaultType(Word<DefaultType>),
    /// Types it refuses to allocate.
    Deny(List<Word<DomainKind>>),
    /// With which errno.
    DenyErrno(Word<Errno>),
    /// How a device leaves a domain when there is none to go to.
    Detach(Word<DetachOps>),
    /// Is it capable of deferred invalidation?
    DeferredFlush(bool),
    /// Run calls that no correct caller makes.
    ForbiddenCalls(bool),
    /// Static domains.
    Static(List<Word<Static>>),
    /// Its `of_xlate` came late.
    LateXlate(bool),
    /// So many paging domains can be attached at a time.
    AddressSpaces(u8),
    /// Domains without `set_dev_pasid`.
    NoSetDevPasid(List<Word<DomainOps>>),
    /// Probes are undone once, as a test.
    DebugTestDriverRemove(bool),
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireGroup<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// The driver keeps a reference of its own.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub hold: bool,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireDevice<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// Its group; without one no IOMMU serves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Text<'a>>,
    /// Its bus.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub bus: Word<Bus>,
    /// The type its IOMMU driver insists on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_type: Option<Word<DefaultType>>,
    /// Its first attach is deferred.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub deferred: bool,
    /// Firmware asks for a direct-mapped region.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub direct: bool,
    /// Width of its PASIDs.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub pasid_bits: u32,
    /// Described in a device tree.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub device_tree: bool,
    /// Behind an external port.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub untrusted: bool,
    /// A PCI bridge.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub bridge: bool,
    /// Is its DMA coherent with caches?
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub cache_coherent: bool,
    /// Is it kept from the interrupts of others?
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub isolated_msi: bool,
    /// Supports ATS.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub ats: bool,
    /// The requester id that it shares with others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requester_id: Option<u16>,
    /// The group that VFIO makes for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vfio_group: Option<Text<'a>>,
}

macro_rules! operations {
    ($($name:literal $variant:ident($form:ty),)*) => {
        /// An operation: an object with one key, its name.
        #[allow(missing_docs, reason = "each variant is named for what it is on the wire")]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(bound(deserialize = "'de: 'a"))]
        pub enum WireOp<'a> {
            $(#[serde(rename = $name)] $variant($form),)*
        }

        impl WireOp<'_> {
            /// The names of all operations.
            pub const NAMES: &'static [&'static str] = &[$($name),*];
        }
    };
}

operations! {
    "device_add" DeviceAdd(Add<'a>),
    "device_del" DeviceDel(OfDevice<'a>),
    "bind" Bind(BindTo<'a>),
    "unbind" Unbind(OfDevice<'a>),
    "iommu_device_register" IommuDeviceRegister(Nothing),
    "iommu_device_unregister" IommuDeviceUnregister(Nothing),
    "iommu_device_use_default_domain" UseDefaultDomain(OfDevice<'a>),
    "iommu_device_unuse_default_domain" UnuseDefaultDomain(OfDevice<'a>),
    "iommu_group_claim_dma_owner" GroupClaimDmaOwner(GroupOwner<'a>),
    "iommu_group_release_dma_owner" GroupReleaseDmaOwner(OfGroup<'a>),
    "iommu_group_dma_owner_claimed" GroupDmaOwnerClaimed(OfGroup<'a>),
    "iommu_device_claim_dma_owner" DeviceClaimDmaOwner(DeviceOwner<'a>),
    "iommu_device_release_dma_owner" DeviceReleaseDmaOwner(OfDevice<'a>),
    "iommu_domain_alloc" DomainAlloc(DomainDevice<'a>),
    "iommu_domain_free" DomainFree(OfDomain<'a>),
    "iommu_attach_device" AttachDevice(DomainDevice<'a>),
    "iommu_detach_device" DetachDevice(DomainDevice<'a>),
    "iommu_attach_group" AttachGroup(DomainGroup<'a>),
    "iommu_detach_group" DetachGroup(DomainGroup<'a>),
    "iommu_group_replace_domain" GroupReplaceDomain(DomainGroup<'a>),
    "iommu_attach_device_pasid" AttachDevicePasid(AttachPasid<'a>),
    "iommu_detach_device_pasid" DetachDevicePasid(DomainPasid<'a>),
    "iommu_replace_device_pasid" ReplaceDevicePasid(ReplacePasid<'a>),
    "iommu_sva_bind_device" SvaBindDevice(OfDevice<'a>),
    "iommu_sva_unbind_device" SvaUnbindDevice(OfDevice<'a>),
    "iommu_attach_group_handle" AttachGroupHandle(GroupHandle<'a>),
    "iommu_detach_group_handle" DetachGroupHandle(DomainGroup<'a>),
    "iommu_replace_group_handle" ReplaceGroupHandle(ReplaceHandle<'a>),
    "iommu_attach_handle_get" AttachHandleGet(HandleGet<'a>),
    "iommu_group_store_type" GroupStoreType(GroupType<'a>),
    "iommu_deferred_attach" DeferredAttach(OfDevice<'a>),
    "dma_map_single" DmaMapSingle(OfDevice<'a>),
    "iommu_get_domain_for_dev" GetDomainForDev(OfDevice<'a>),
    "iommu_get_dma_domain" GetDmaDomain(OfDevice<'a>),
    "iommu_group_add_device" GroupAddDevice(DeviceGroup<'a>),
    "iommu_group_remove_device" GroupRemoveDevice(OfDevice<'a>),
    "pci_dev_reset_iommu_prepare" PciResetPrepare(OfDevice<'a>),
    "pci_dev_reset_iommu_done" PciResetDone(OfDevice<'a>),
    "pci_reset_function" PciResetFunction(OfDevice<'a>),
    "iommu_driver_get_domain_for_dev" DriverGetDomain(OfDevice<'a>),
    "arm_iommu_create_mapping" ArmCreateMapping(CreateMapping<'a>),
    "arm_iommu_attach_device" ArmAttachDevice(AttachMapping<'a>),
    "arm_iommu_detach_device" ArmDetachDevice(OfDevice<'a>),
    "arm_iommu_release_mapping" ArmReleaseMapping(ReleaseMapping<'a>),
    "rockchip_drm_attach" RockchipDrmAttach(DomainDevice<'a>),
    "rockchip_drm_detach" RockchipDrmDetach(DomainDevice<'a>),
    "exynos_drm_attach" ExynosDrmAttach(DomainDevice<'a>),
    "exynos_drm_detach" ExynosDrmDetach(DomainDevice<'a>),
    "tegra_drm_attach" TegraDrmAttach(DomainDevice<'a>),
    "tegra_drm_detach" TegraDrmDetach(DomainDevice<'a>),
    "host1x_attach" Host1xAttach(DomainDevice<'a>),
    "host1x_detach" Host1xDetach(DomainDevice<'a>),
    "iommufd_device_bind" IommufdDeviceBind(DeviceContext<'a>),
    "iommufd_device_unbind" IommufdDeviceUnbind(OfDevice<'a>),
    "iommufd_ioas_alloc" IommufdIoasAlloc(IoasContext<'a>),
    "iommufd_hwpt_alloc" IommufdHwptAlloc(AllocHwpt<'a>),
    "iommufd_device_attach" IommufdDeviceAttach(AttachTable<'a>),
    "iommufd_device_replace" IommufdDeviceReplace(AttachTable<'a>),
    "iommufd_device_detach" IommufdDeviceDetach(DetachTable<'a>),
    "iommu_destroy" IommuDestroy(WireTable<'a>),
    "iommu_vfio_ioas_set" IommuVfioIoasSet(IoasContext<'a>),
    "iommu_vfio_ioas_clear" IommuVfioIoasClear(OfContext<'a>),
    "vfio_cdev_open" VfioCdevOpen(WireFile<'a>),
    "vfio_cdev_close" VfioCdevClose(WireFile<'a>),
    "vfio_device_bind_iommufd" VfioDeviceBindIommufd(FileContext<'a>),
    "vfio_device_attach_iommufd_pt" VfioDeviceAttachIommufdPt(AttachFile<'a>),
    "vfio_device_detach_iommufd_pt" VfioDeviceDetachIommufdPt(DetachFile<'a>),
    "omap3isp_attach" Omap3ispAttach(DomainDevice<'a>),
    "omap3isp_detach" Omap3ispDetach(DomainDevice<'a>),
    "remoteproc_attach" RemoteprocAttach(DomainDevice<'a>),
    "remoteproc_detach" RemoteprocDetach(DomainDevice<'a>),
    "omap_rproc_attach" OmapRprocAttach(DomainDevice<'a>),
    "vfio_group_open" VfioGroupOpen(OfGroup<'a>),
    "vfio_group_close" VfioGroupClose(OfGroup<'a>),
    "vfio_container_open" VfioContainerOpen(OfContainer<'a>),
    "vfio_container_close" VfioContainerClose(OfContainer<'a>),
    "vfio_group_set_container" VfioGroupSetContainer(GroupContainer<'a>),
    "vfio_group_unset_container" VfioGroupUnsetContainer(OfGroup<'a>),
    "vfio_set_iommu" VfioSetIommu(ContainerIommu<'a>),
    "vfio_group_get_device_fd" VfioGroupGetDeviceFd(DeviceGroup<'a>),
    "vfio_device_close" VfioDeviceClose(OfDevice<'a>),
    "vfio_group_get_status" VfioGroupGetStatus(OfGroup<'a>),
    "drop_cap_sys_rawio" DropCapSysRawio(Nothing),
    "fail" Fail(WireFault<'a>),
    "fail_clear" FailClear(Nothing),
    "deny" Deny(Kinds),
    "poke" Poke(PokeField<'a>),
    "observe" Observe(Nothing),
}
