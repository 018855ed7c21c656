// SPDX-License-Identifier: GPL-2.0-only
//! Steps as they are written: a map of one operation's name to its arguments, and perhaps `expect`.

use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{
    Bounded, CallWord, CheckedKey, ContainerName, ContextName, CountForm, DeclaredDomain, DeviceName,
    DomainArgument, DomainOrNull, DriverWord, ErrnoName, ExpectForm, FieldWord, GroupName, HandleName,
    HwptName, IoasName, KindWord, MappingName, Maybe, OwnerName, PokedValue, Short, TypeText, VfioIommuWord,
    Word, duplicate, schema,
};

/// A step.
#[derive(Debug)]
pub(crate) struct StepForm<'t> {
    /// The operation's name, as written.
    pub name: Word<'t>,
    /// The operation.
    pub operation: Operation<'t>,
    /// What the source says must happen.
    pub expect: Option<ExpectForm<'t>>,
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $name:literal => $variant:ident($form:ty),)*) => {
        /// An operation with its arguments as written.
        #[derive(Debug)]
        pub(crate) enum Operation<'t> {
            $($(#[doc = $doc])+ $variant($form),)*
        }

        impl<'t> Operation<'t> {
            /// The names of all steps.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name of its step.
            pub(crate) fn name(&self) -> &'static str {
                match self { $(Operation::$variant(_) => $name,)* }
            }

            /// Of each step its name, its docs and the schema of its arguments.
            pub(super) fn schemas(
                generator: &mut SchemaGenerator,
            ) -> Vec<(&'static str, &'static str, Schema)> {
                vec![$(($name, concat!($($doc, "\n"),+), generator.subschema_for::<$form>()),)*]
            }

            /// Reads the arguments of the operation of this name; `None` if there is none.
            fn read<'de: 't, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Option<Self>, A::Error> {
                Ok(Some(match name {
                    $($name => Operation::$variant(map.next_value()?),)*
                    _ => return Ok(None),
                }))
            }
        }
    };
}

operations! {
    /// A device appears on its bus; a driver given matches at once.
    "device_add" => DeviceAdd(Short<DeviceName<'t>, AddForm<'t>>),
    /// A device disappears; its driver is unbound first.
    "device_del" => DeviceDel(DeviceName<'t>),
    /// A driver is bound to a device.
    "bind" => Bind(BindForm<'t>),
    /// The driver of a device is unbound.
    "unbind" => Unbind(DeviceName<'t>),
    /// The IOMMU's instance registers and finds the devices that are there; for a case with `registered: false`.
    "iommu_device_register" => IommuDeviceRegister(()),
    /// The IOMMU's instance goes away.
    "iommu_device_unregister" => IommuDeviceUnregister(()),
    /// As the driver core does before a probe.
    "iommu_device_use_default_domain" => UseDefaultDomain(DeviceName<'t>),
    /// As the driver core does after an unbind.
    "iommu_device_unuse_default_domain" => UnuseDefaultDomain(DeviceName<'t>),
    /// User space claims the DMA of a group.
    "iommu_group_claim_dma_owner" => GroupClaimDmaOwner(GroupOwnerForm<'t>),
    /// The claim of a group is given back.
    "iommu_group_release_dma_owner" => GroupReleaseDmaOwner(GroupName<'t>),
    /// Is the group's DMA claimed? Answers `true` or `false`.
    "iommu_group_dma_owner_claimed" => GroupDmaOwnerClaimed(GroupName<'t>),
    /// User space claims the DMA of a device's group (v6.2).
    "iommu_device_claim_dma_owner" => DeviceClaimDmaOwner(DeviceOwnerForm<'t>),
    /// The claim of a device's group is given back (v6.2).
    "iommu_device_release_dma_owner" => DeviceReleaseDmaOwner(DeviceName<'t>),
    /// Allocates a domain; from v6.11 on `iommu_paging_domain_alloc`. Rarely needed: a declared domain that no
    /// step allocates is allocated just before the first operation that names it.
    "iommu_domain_alloc" => DomainAlloc(AllocForm<'t>),
    /// Frees a domain.
    "iommu_domain_free" => DomainFree(DeclaredDomain<'t>),
    /// Attaches a domain to a device that is alone in its group.
    "iommu_attach_device" => AttachDevice(DomainDeviceForm<'t>),
    /// Detaches a domain from a device that is alone in its group.
    "iommu_detach_device" => DetachDevice(DomainDeviceForm<'t>),
    /// Attaches a domain to a group.
    "iommu_attach_group" => AttachGroup(DomainGroupForm<'t>),
    /// Detaches a domain from a group.
    "iommu_detach_group" => DetachGroup(DomainGroupForm<'t>),
    /// Attaches a domain to a group in the place of another (v6.6 to v6.14).
    "iommu_group_replace_domain" => GroupReplaceDomain(DomainGroupForm<'t>),
    /// Attaches a domain to a PASID of a device (v6.2); with `handle` v6.11, without it a new one that has no
    /// name.
    "iommu_attach_device_pasid" => AttachDevicePasid(AttachPasidForm<'t>),
    /// Detaches a domain from a PASID of a device (v6.2).
    "iommu_detach_device_pasid" => DetachDevicePasid(PasidForm<'t>),
    /// Attaches a domain to a PASID in the place of another (v6.15).
    "iommu_replace_device_pasid" => ReplaceDevicePasid(ReplacePasidForm<'t>),
    /// Binds the one address space that a case has to a device (v6.2).
    "iommu_sva_bind_device" => SvaBindDevice(DeviceName<'t>),
    /// Undoes the last bind of the device (v6.2).
    "iommu_sva_unbind_device" => SvaUnbindDevice(DeviceName<'t>),
    /// Attaches a domain to a group, with a handle (v6.11).
    "iommu_attach_group_handle" => AttachGroupHandle(GroupHandleForm<'t>),
    /// Detaches a domain and its handle from a group (v6.11).
    "iommu_detach_group_handle" => DetachGroupHandle(DomainGroupForm<'t>),
    /// Attaches a domain to a group in the place of another, with a handle (v6.11).
    "iommu_replace_group_handle" => ReplaceGroupHandle(ReplaceHandleForm<'t>),
    /// What is the handle of this PASID of a group? With `type` only one whose domain is of that type (v6.11).
    "iommu_attach_handle_get" => AttachHandleGet(HandleGetForm<'t>),
    /// A write to the group's file `type` in sysfs.
    "iommu_group_store_type" => GroupStoreType(TypeForm<'t>),
    /// Attaches a device to its group's default domain, as its first DMA does.
    "iommu_deferred_attach" => DeferredAttach(DeviceName<'t>),
    /// Maps a page for a device's DMA and unmaps it; the first time, that completes a deferred attach. ENOMEM is what
    /// `dma_mapping_error()` says of an address that there is not.
    "dma_map_single" => DmaMapSingle(DeviceName<'t>),
    /// What is the domain of a device? Answers a domain.
    "iommu_get_domain_for_dev" => GetDomainForDev(DeviceName<'t>),
    /// What is the default domain of a device? Answers a domain.
    "iommu_get_dma_domain" => GetDmaDomain(DeviceName<'t>),
    /// Adds a device without IOMMU to a group, as VFIO's no-IOMMU mode does.
    "iommu_group_add_device" => GroupAddDevice(DeviceGroupForm<'t>),
    /// Removes a device without IOMMU from its group.
    "iommu_group_remove_device" => GroupRemoveDevice(DeviceName<'t>),
    /// Before a reset of a PCI device (v7.0).
    "pci_dev_reset_iommu_prepare" => PciResetPrepare(DeviceName<'t>),
    /// After a reset of a PCI device (v7.0).
    "pci_dev_reset_iommu_done" => PciResetDone(DeviceName<'t>),
    /// Resets a PCI device; `ENOTTY` unless it has `ats`.
    "pci_reset_function" => PciResetFunction(DeviceName<'t>),
    /// What is the domain of a device, as its IOMMU driver asks? Answers a domain (v7.0).
    "iommu_driver_get_domain_for_dev" => DriverGetDomain(DeviceName<'t>),
    /// Makes a mapping of 32-bit ARM.
    "arm_iommu_create_mapping" => ArmCreateMapping(CreateMappingForm<'t>),
    /// Attaches a device to a mapping; without `mapping` to the one last taken off it.
    "arm_iommu_attach_device" => ArmAttachDevice(AttachMappingForm<'t>),
    /// Takes a device off its mapping.
    "arm_iommu_detach_device" => ArmDetachDevice(DeviceName<'t>),
    /// Gives a mapping back; of a device: the one last taken off it.
    "arm_iommu_release_mapping" => ArmReleaseMapping(Short<MappingName<'t>, DeviceOnlyForm<'t>>),
    /// What Rockchip's display driver does in that release to attach its domain.
    "rockchip_drm_attach" => RockchipDrmAttach(DomainDeviceForm<'t>),
    /// What Rockchip's display driver does in that release to detach its domain.
    "rockchip_drm_detach" => RockchipDrmDetach(DomainDeviceForm<'t>),
    /// What Samsung's display driver does in that release to attach; the domain is a mapping.
    "exynos_drm_attach" => ExynosDrmAttach(DomainDeviceForm<'t>),
    /// What Samsung's display driver does in that release to detach; the domain is a mapping.
    "exynos_drm_detach" => ExynosDrmDetach(DomainDeviceForm<'t>),
    /// What a client of NVIDIA's display driver does in that release to attach.
    "tegra_drm_attach" => TegraDrmAttach(DomainDeviceForm<'t>),
    /// What a client of NVIDIA's display driver does in that release to detach.
    "tegra_drm_detach" => TegraDrmDetach(DomainDeviceForm<'t>),
    /// What NVIDIA's host1x does in that release to attach.
    "host1x_attach" => Host1xAttach(DomainDeviceForm<'t>),
    /// What NVIDIA's host1x does in that release to detach.
    "host1x_detach" => Host1xDetach(DomainDeviceForm<'t>),
    /// A driver such as vfio-pci binds a device to a context of iommufd (v6.2).
    "iommufd_device_bind" => IommufdDeviceBind(DeviceContextForm<'t>),
    /// The device is unbound from its context.
    "iommufd_device_unbind" => IommufdDeviceUnbind(DeviceName<'t>),
    /// Makes an address space, with nothing mapped.
    "iommufd_ioas_alloc" => IommufdIoasAlloc(IoasContextForm<'t>),
    /// Makes a page table of an address space (v6.6).
    "iommufd_hwpt_alloc" => IommufdHwptAlloc(HwptAllocForm<'t>),
    /// Attaches a device to a page table, or to one that iommufd finds or makes for an address space.
    "iommufd_device_attach" => IommufdDeviceAttach(AttachTableForm<'t>),
    /// Attaches a device in the place of what it is attached to (v6.6).
    "iommufd_device_replace" => IommufdDeviceReplace(AttachTableForm<'t>),
    /// Detaches a device, or a PASID of it.
    "iommufd_device_detach" => IommufdDeviceDetach(Short<DeviceName<'t>, DetachTableForm<'t>>),
    /// Destroys a page table or an address space.
    "iommu_destroy" => IommuDestroy(TableForm<'t>),
    /// Names the address space for VFIO's groups whose container the context is (v6.2).
    "iommu_vfio_ioas_set" => IommuVfioIoasSet(IoasContextForm<'t>),
    /// The context has no address space for VFIO's groups any more (v6.2).
    "iommu_vfio_ioas_clear" => IommuVfioIoasClear(ContextName<'t>),
    /// Opens VFIO's character device of a device with the driver `vfio_pci` (v6.6).
    "vfio_cdev_open" => VfioCdevOpen(FileForm<'t>),
    /// Closes VFIO's character device.
    "vfio_cdev_close" => VfioCdevClose(FileForm<'t>),
    /// Binds an open character device to a context of iommufd.
    "vfio_device_bind_iommufd" => VfioDeviceBindIommufd(FileContextForm<'t>),
    /// Attaches through an open character device; what is attached is replaced.
    "vfio_device_attach_iommufd_pt" => VfioDeviceAttachIommufdPt(AttachFileForm<'t>),
    /// Detaches through an open character device.
    "vfio_device_detach_iommufd_pt" => VfioDeviceDetachIommufdPt(DetachFileForm<'t>),
    /// OMAP3's camera driver makes its mapping and attaches it.
    "omap3isp_attach" => Omap3ispAttach(DomainDeviceForm<'t>),
    /// OMAP3's camera driver detaches its mapping and frees it.
    "omap3isp_detach" => Omap3ispDetach(DomainDeviceForm<'t>),
    /// The start of a remote processor, which allocates its domain.
    "remoteproc_attach" => RemoteprocAttach(DomainDeviceForm<'t>),
    /// The stop of a remote processor, which frees its domain.
    "remoteproc_detach" => RemoteprocDetach(DomainDeviceForm<'t>),
    /// The probe of OMAP's remote processor driver and the start after it.
    "omap_rproc_attach" => OmapRprocAttach(DomainDeviceForm<'t>),
    /// Opens the group's file `/dev/vfio/N`; a second open beside the first is closed at once.
    "vfio_group_open" => VfioGroupOpen(GroupName<'t>),
    /// Closes the group's file.
    "vfio_group_close" => VfioGroupClose(GroupName<'t>),
    /// Opens `/dev/vfio/vfio`.
    "vfio_container_open" => VfioContainerOpen(ContainerName<'t>),
    /// Closes a container's file.
    "vfio_container_close" => VfioContainerClose(ContainerName<'t>),
    /// Puts a group into a container.
    "vfio_group_set_container" => VfioGroupSetContainer(GroupContainerForm<'t>),
    /// Takes a group out of its container.
    "vfio_group_unset_container" => VfioGroupUnsetContainer(GroupName<'t>),
    /// Sets what a container's IOMMU is.
    "vfio_set_iommu" => VfioSetIommu(ContainerIommuForm<'t>),
    /// Opens a device of a group.
    "vfio_group_get_device_fd" => VfioGroupGetDeviceFd(GroupDeviceForm<'t>),
    /// Closes the device's file.
    "vfio_device_close" => VfioDeviceClose(DeviceName<'t>),
    /// Answers `not_viable`, `viable`, `container_set` or `viable_and_set`.
    "vfio_group_get_status" => VfioGroupGetStatus(GroupName<'t>),
    /// User space gives the capability `CAP_SYS_RAWIO` up, which the no-IOMMU mode asks for.
    "drop_cap_sys_rawio" => DropCapSysRawio(()),
    /// Plants a fault: calls of the IOMMU driver, or of a device's driver, that fail from now on.
    "fail" => Fail(FailForm<'t>),
    /// Takes all faults out.
    "fail_clear" => FailClear(()),
    /// The types of domains that the IOMMU driver refuses to allocate from now on; `[]` is nothing.
    "deny" => Deny(Vec<KindWord>),
    /// Writes a private field of a group: a state that no kernel gets into by itself.
    "poke" => Poke(PokeForm<'t>),
    /// Only looks.
    "observe" => Observe(()),
}

/// PASIDs have 20 bits.
const MAX_PASID: i128 = (1 << 20) - 1;

macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $form:ty,)* })*) => {
        $(
            #[derive(Debug, Deserialize, JsonSchema)]
            $(#[$doc])*
            #[schemars(extend("x-heading" = true))]
            #[allow(missing_docs, reason = "the fields are named for what they are")]
            #[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
            pub(crate) struct $name<'t> { $($(#[$attribute])* pub $field: $form,)* }
        )*
    };
}

arguments! {
    /// A device that appears, perhaps matched by a driver at once.
    AddForm { device: DeviceName<'t>, driver: Option<DriverWord>, }
    /// A device and a driver.
    BindForm { device: DeviceName<'t>, driver: DriverWord, }
    /// A group and an owner.
    GroupOwnerForm { group: GroupName<'t>, owner: OwnerName<'t>, }
    /// A device and an owner.
    DeviceOwnerForm { device: DeviceName<'t>, owner: OwnerName<'t>, }
    /// A domain to allocate, and the device that it is for.
    AllocForm { domain: DeclaredDomain<'t>, device: DeviceName<'t>, }
    /// A domain and a device.
    DomainDeviceForm { domain: DomainArgument<'t>, device: DeviceName<'t>, }
    /// A domain and a group.
    DomainGroupForm { domain: DomainArgument<'t>, group: GroupName<'t>, }
    /// A domain, a device and a PASID.
    PasidForm { domain: DomainArgument<'t>, device: DeviceName<'t>,
        /// The PASID.
        pasid: Pasid, }
    /// A domain, a device, a PASID and perhaps a handle.
    AttachPasidForm {
        domain: DomainArgument<'t>,
        device: DeviceName<'t>,
        /// The PASID.
        pasid: Pasid,
        #[serde(default)]
        handle: Maybe<HandleName<'t>>,
    }
    /// A domain, a device, a PASID and a handle.
    ReplacePasidForm { domain: DomainArgument<'t>, device: DeviceName<'t>,
        /// The PASID.
        pasid: Pasid, handle: HandleName<'t>, }
    /// A domain, a group and a handle.
    GroupHandleForm { domain: DomainArgument<'t>, group: GroupName<'t>, handle: HandleName<'t>, }
    /// A domain or the NULL pointer, a group and a handle.
    ReplaceHandleForm { domain: DomainOrNull<'t>, group: GroupName<'t>, handle: HandleName<'t>, }
    /// The PASID of a group, and perhaps a type.
    HandleGetForm { group: GroupName<'t>,
        /// The PASID.
        pasid: Pasid,
        /// Only a handle whose domain is of this type.
        r#type: Option<KindWord>, }
    /// A group and the word for its `type`.
    TypeForm { group: GroupName<'t>, r#type: TypeText<'t>, }
    /// A device and a group.
    DeviceGroupForm { device: DeviceName<'t>, group: GroupName<'t>, }
    /// A mapping to make.
    CreateMappingForm { mapping: MappingName<'t>, device: DeviceName<'t>,
        /// In bytes; 128 MiB if left out.
        size: Option<Bounded<0, { u64::MAX as i128 }>>, }
    /// A device and a mapping, or the one last taken off it.
    AttachMappingForm { device: DeviceName<'t>, mapping: Option<MappingName<'t>>, }
    /// Just a device.
    DeviceOnlyForm { device: DeviceName<'t>, }
    /// A device and a context of iommufd.
    DeviceContextForm { device: DeviceName<'t>, context: ContextName<'t>, }
    /// An address space of iommufd and its context.
    IoasContextForm { ioas: IoasName<'t>, context: ContextName<'t>, }
    /// A page table of iommufd to make.
    HwptAllocForm { hwpt: HwptName<'t>, ioas: IoasName<'t>, device: DeviceName<'t>,
        /// `true`: one that goes with PASIDs (v6.15).
        pasid: Option<bool>, }
    /// A device, what it is attached to, and perhaps a PASID.
    #[schemars(extend("allOf" = schema::one_table()))]
    AttachTableForm {
        device: DeviceName<'t>,
        hwpt: Option<HwptName<'t>>,
        ioas: Option<IoasName<'t>>,
        /// The PASID (v6.15); without it the device itself is meant.
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// A device and a PASID.
    DetachTableForm { device: DeviceName<'t>,
        /// The PASID (v6.15); without it the device itself is meant.
        pasid: Option<Bounded<0, MAX_PASID>>, }
    /// An open file of a device.
    FileForm { device: DeviceName<'t>,
        /// Which open file of the device; 1 if left out.
        file: Option<Bounded<1, 4>>, }
    /// An open file of a device and a context of iommufd.
    FileContextForm { device: DeviceName<'t>,
        /// Which open file of the device; 1 if left out.
        file: Option<Bounded<1, 4>>, context: ContextName<'t>, }
    /// An open file of a device, what the device is attached to, and perhaps a PASID.
    #[schemars(extend("allOf" = schema::one_table()))]
    AttachFileForm {
        device: DeviceName<'t>,
        /// Which open file of the device; 1 if left out.
        file: Option<Bounded<1, 4>>,
        hwpt: Option<HwptName<'t>>,
        ioas: Option<IoasName<'t>>,
        /// The PASID (v6.15); without it the device itself is meant.
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// An open file of a device, and perhaps a PASID.
    DetachFileForm {
        device: DeviceName<'t>,
        /// Which open file of the device; 1 if left out.
        file: Option<Bounded<1, 4>>,
        /// The PASID (v6.15); without it the device itself is meant.
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// A page table or an address space of iommufd.
    #[schemars(extend("allOf" = schema::one_table()))]
    TableForm { hwpt: Option<HwptName<'t>>, ioas: Option<IoasName<'t>>, }
    /// A group and a container.
    #[schemars(extend("oneOf" = schema::one_container()))]
    GroupContainerForm {
        group: GroupName<'t>,
        container: Option<ContainerName<'t>>,
        /// A context of iommufd in the place of a container (v6.2).
        iommufd: Option<ContextName<'t>>,
    }
    /// A container, or a context of iommufd in its place, and its IOMMU.
    #[schemars(extend("oneOf" = schema::one_container()))]
    ContainerIommuForm {
        container: Option<ContainerName<'t>>,
        /// A context of iommufd in the place of a container (v6.2).
        iommufd: Option<ContextName<'t>>,
        r#type: VfioIommuWord,
    }
    /// A group and a device of it.
    GroupDeviceForm { group: GroupName<'t>, device: DeviceName<'t>, }
    /// A fault.
    #[schemars(extend("allOf" = schema::one_domain()))]
    FailForm {
        call: CallWord,
        /// Only calls for this device; without it for any.
        device: Option<DeviceName<'t>>,
        /// Only calls for this domain; of `attach` and `pasid`.
        domain: Option<DomainArgument<'t>>,
        /// Only calls for domains of this type; of `attach`, `pasid` and `alloc`.
        domain_type: Option<KindWord>,
        /// What the call returns; before v6.7 an allocation that fails gives NULL, whatever the errno.
        errno: ErrnoName<'t>,
        /// So many calls pass first; 0 if left out.
        skip: Option<Bounded<0, 1000>>,
        /// So many fail then: a number, or `always`; 1 if left out.
        count: Option<CountForm>,
    }
    /// A write to a private field.
    PokeForm { group: GroupName<'t>, field: FieldWord, value: PokedValue<'t>, }
}

/// A PASID, as far as an `int` can hold one.
pub(crate) type Pasid = Bounded<{ i32::MIN as i128 }, { i32::MAX as i128 }>;

impl<'de: 't, 't> Deserialize<'de> for StepForm<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(StepVisitor(PhantomData))
    }
}

/// May this key stand in a step that has this operation, and perhaps an expectation, already?
fn check_key(key: &str, operation: Option<&str>, expect: bool) -> Result<(), String> {
    let known = Operation::NAMES.contains(&key);
    match operation {
        _ if key == "expect" && expect => Err(duplicate(key)),
        _ if key == "expect" => Ok(()),
        None if known => Ok(()),
        None => Err(format!("unknown step `{key}`")),
        Some(first) if first == key => Err(duplicate(key)),
        Some(first) if known => Err(format!("two operations in one step: `{first}` and `{key}`")),
        Some(_) => Err(format!("unknown field `{key}`, expected `expect`")),
    }
}

struct StepVisitor<'t>(PhantomData<&'t ()>);

impl<'de: 't, 't> Visitor<'de> for StepVisitor<'t> {
    type Value = StepForm<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of one operation to its arguments")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StepForm<'t>, A::Error> {
        let mut operation: Option<(Word<'t>, Operation<'t>)> = None;
        let mut expect = None;
        while let Some(key) = map.next_key_seed(CheckedKey(|key: &str| {
            check_key(key, operation.as_ref().map(|read| read.0.text()), expect.is_some())
        }))? {
            if key.text() == "expect" {
                expect = Some(map.next_value()?);
            } else if let Some(read) = Operation::read(key.text(), &mut map)? {
                operation = Some((key, read));
            }
        }
        let (name, operation) = operation.ok_or_else(|| A::Error::custom("step without operation"))?;
        Ok(StepForm { name, operation, expect })
    }
}
