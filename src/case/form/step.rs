// SPDX-License-Identifier: GPL-2.0-only
//! Steps as they are written: a map of one operation's name to its arguments, and perhaps `expect`.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{
    Bounded, CallWord, CheckedKey, DriverWord, ExpectForm, FieldWord, KindWord, Short, VfioIommuWord, Word,
    duplicate,
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
    ($($name:literal => $variant:ident($form:ty),)*) => {
        /// An operation with its arguments as written.
        #[allow(missing_docs, reason = "each variant is named like its step")]
        #[derive(Debug)]
        pub(crate) enum Operation<'t> {
            $($variant($form),)*
        }

        impl<'t> Operation<'t> {
            /// The names of all steps.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            /// The name of its step.
            pub(crate) fn name(&self) -> &'static str {
                match self { $(Operation::$variant(_) => $name,)* }
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
    "device_add" => DeviceAdd(Short<'t, AddForm<'t>>),
    "device_del" => DeviceDel(Word<'t>),
    "bind" => Bind(BindForm<'t>),
    "unbind" => Unbind(Word<'t>),
    "iommu_device_register" => IommuDeviceRegister(()),
    "iommu_device_unregister" => IommuDeviceUnregister(()),
    "iommu_device_use_default_domain" => UseDefaultDomain(Word<'t>),
    "iommu_device_unuse_default_domain" => UnuseDefaultDomain(Word<'t>),
    "iommu_group_claim_dma_owner" => GroupClaimDmaOwner(GroupOwnerForm<'t>),
    "iommu_group_release_dma_owner" => GroupReleaseDmaOwner(Word<'t>),
    "iommu_group_dma_owner_claimed" => GroupDmaOwnerClaimed(Word<'t>),
    "iommu_device_claim_dma_owner" => DeviceClaimDmaOwner(DeviceOwnerForm<'t>),
    "iommu_device_release_dma_owner" => DeviceReleaseDmaOwner(Word<'t>),
    "iommu_domain_alloc" => DomainAlloc(DomainDeviceForm<'t>),
    "iommu_domain_free" => DomainFree(Word<'t>),
    "iommu_attach_device" => AttachDevice(DomainDeviceForm<'t>),
    "iommu_detach_device" => DetachDevice(DomainDeviceForm<'t>),
    "iommu_attach_group" => AttachGroup(DomainGroupForm<'t>),
    "iommu_detach_group" => DetachGroup(DomainGroupForm<'t>),
    "iommu_group_replace_domain" => GroupReplaceDomain(DomainGroupForm<'t>),
    "iommu_attach_device_pasid" => AttachDevicePasid(AttachPasidForm<'t>),
    "iommu_detach_device_pasid" => DetachDevicePasid(PasidForm<'t>),
    "iommu_replace_device_pasid" => ReplaceDevicePasid(ReplacePasidForm<'t>),
    "iommu_sva_bind_device" => SvaBindDevice(Word<'t>),
    "iommu_sva_unbind_device" => SvaUnbindDevice(Word<'t>),
    "iommu_attach_group_handle" => AttachGroupHandle(GroupHandleForm<'t>),
    "iommu_detach_group_handle" => DetachGroupHandle(DomainGroupForm<'t>),
    "iommu_replace_group_handle" => ReplaceGroupHandle(GroupHandleForm<'t>),
    "iommu_attach_handle_get" => AttachHandleGet(HandleGetForm<'t>),
    "iommu_group_store_type" => GroupStoreType(TypeForm<'t>),
    "iommu_deferred_attach" => DeferredAttach(Word<'t>),
    "iommu_get_domain_for_dev" => GetDomainForDev(Word<'t>),
    "iommu_get_dma_domain" => GetDmaDomain(Word<'t>),
    "iommu_group_add_device" => GroupAddDevice(DeviceGroupForm<'t>),
    "iommu_group_remove_device" => GroupRemoveDevice(Word<'t>),
    "pci_dev_reset_iommu_prepare" => PciResetPrepare(Word<'t>),
    "pci_dev_reset_iommu_done" => PciResetDone(Word<'t>),
    "pci_reset_function" => PciResetFunction(Word<'t>),
    "iommu_driver_get_domain_for_dev" => DriverGetDomain(Word<'t>),
    "arm_iommu_create_mapping" => ArmCreateMapping(CreateMappingForm<'t>),
    "arm_iommu_attach_device" => ArmAttachDevice(AttachMappingForm<'t>),
    "arm_iommu_detach_device" => ArmDetachDevice(Word<'t>),
    "arm_iommu_release_mapping" => ArmReleaseMapping(Short<'t, DeviceOnlyForm<'t>>),
    "rockchip_drm_attach" => RockchipDrmAttach(DomainDeviceForm<'t>),
    "rockchip_drm_detach" => RockchipDrmDetach(DomainDeviceForm<'t>),
    "exynos_drm_attach" => ExynosDrmAttach(DomainDeviceForm<'t>),
    "exynos_drm_detach" => ExynosDrmDetach(DomainDeviceForm<'t>),
    "tegra_drm_attach" => TegraDrmAttach(DomainDeviceForm<'t>),
    "tegra_drm_detach" => TegraDrmDetach(DomainDeviceForm<'t>),
    "host1x_attach" => Host1xAttach(DomainDeviceForm<'t>),
    "host1x_detach" => Host1xDetach(DomainDeviceForm<'t>),
    "iommufd_device_bind" => IommufdDeviceBind(DeviceContextForm<'t>),
    "iommufd_device_unbind" => IommufdDeviceUnbind(Word<'t>),
    "iommufd_ioas_alloc" => IommufdIoasAlloc(IoasContextForm<'t>),
    "iommufd_hwpt_alloc" => IommufdHwptAlloc(HwptAllocForm<'t>),
    "iommufd_device_attach" => IommufdDeviceAttach(AttachTableForm<'t>),
    "iommufd_device_replace" => IommufdDeviceReplace(AttachTableForm<'t>),
    "iommufd_device_detach" => IommufdDeviceDetach(Short<'t, DetachTableForm<'t>>),
    "iommu_destroy" => IommuDestroy(TableForm<'t>),
    "vfio_cdev_open" => VfioCdevOpen(FileForm<'t>),
    "vfio_cdev_close" => VfioCdevClose(FileForm<'t>),
    "vfio_device_bind_iommufd" => VfioDeviceBindIommufd(FileContextForm<'t>),
    "vfio_device_attach_iommufd_pt" => VfioDeviceAttachIommufdPt(AttachFileForm<'t>),
    "vfio_device_detach_iommufd_pt" => VfioDeviceDetachIommufdPt(DetachFileForm<'t>),
    "omap3isp_attach" => Omap3ispAttach(DomainDeviceForm<'t>),
    "omap3isp_detach" => Omap3ispDetach(DomainDeviceForm<'t>),
    "remoteproc_attach" => RemoteprocAttach(DomainDeviceForm<'t>),
    "remoteproc_detach" => RemoteprocDetach(DomainDeviceForm<'t>),
    "omap_rproc_attach" => OmapRprocAttach(DomainDeviceForm<'t>),
    "vfio_group_open" => VfioGroupOpen(Word<'t>),
    "vfio_group_close" => VfioGroupClose(Word<'t>),
    "vfio_container_open" => VfioContainerOpen(Word<'t>),
    "vfio_container_close" => VfioContainerClose(Word<'t>),
    "vfio_group_set_container" => VfioGroupSetContainer(GroupContainerForm<'t>),
    "vfio_group_unset_container" => VfioGroupUnsetContainer(Word<'t>),
    "vfio_set_iommu" => VfioSetIommu(ContainerIommuForm<'t>),
    "vfio_group_get_device_fd" => VfioGroupGetDeviceFd(GroupDeviceForm<'t>),
    "vfio_device_close" => VfioDeviceClose(Word<'t>),
    "vfio_group_get_status" => VfioGroupGetStatus(Word<'t>),
    "fail" => Fail(FailForm<'t>),
    "fail_clear" => FailClear(()),
    "deny" => Deny(Vec<KindWord>),
    "poke" => Poke(PokeForm<'t>),
    "observe" => Observe(()),
}

/// PASIDs have 20 bits.
const MAX_PASID: i128 = (1 << 20) - 1;

macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $form:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[allow(missing_docs, reason = "the fields are named for what they are")]
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
            pub(crate) struct $name<'t> { $($(#[$attribute])* pub $field: $form,)* }
        )*
    };
}

arguments! {
    /// A device that appears, perhaps matched by a driver at once.
    AddForm { device: Word<'t>, driver: Option<DriverWord>, }
    /// A device and a driver.
    BindForm { device: Word<'t>, driver: DriverWord, }
    /// A group and an owner.
    GroupOwnerForm { group: Word<'t>, owner: Word<'t>, }
    /// A device and an owner.
    DeviceOwnerForm { device: Word<'t>, owner: Word<'t>, }
    /// A domain and a device.
    DomainDeviceForm { domain: Word<'t>, device: Word<'t>, }
    /// A domain and a group.
    DomainGroupForm { domain: Word<'t>, group: Word<'t>, }
    /// A domain, a device and a PASID.
    PasidForm { domain: Word<'t>, device: Word<'t>, pasid: Pasid, }
    /// A domain, a device, a PASID and perhaps a handle.
    AttachPasidForm {
        domain: Word<'t>,
        device: Word<'t>,
        pasid: Pasid,
        #[serde(default)]
        handle: Maybe<Word<'t>>,
    }
    /// A domain, a device, a PASID and a handle.
    ReplacePasidForm { domain: Word<'t>, device: Word<'t>, pasid: Pasid, handle: Word<'t>, }
    /// A domain, a group and a handle.
    GroupHandleForm { domain: Word<'t>, group: Word<'t>, handle: Word<'t>, }
    /// The PASID of a group, and perhaps a type.
    HandleGetForm { group: Word<'t>, pasid: Pasid, r#type: Option<KindWord>, }
    /// A group and the word for its `type`.
    TypeForm { group: Word<'t>, r#type: Word<'t>, }
    /// A device and a group.
    DeviceGroupForm { device: Word<'t>, group: Word<'t>, }
    /// A mapping to make.
    CreateMappingForm { mapping: Word<'t>, device: Word<'t>, size: Option<Bounded<0, { u64::MAX as i128 }>>, }
    /// A device and a mapping, or the one last taken off it.
    AttachMappingForm { device: Word<'t>, mapping: Option<Word<'t>>, }
    /// Just a device.
    DeviceOnlyForm { device: Word<'t>, }
    /// A device and a context of iommufd.
    DeviceContextForm { device: Word<'t>, context: Word<'t>, }
    /// An address space of iommufd and its context.
    IoasContextForm { ioas: Word<'t>, context: Word<'t>, }
    /// A page table of iommufd to make.
    HwptAllocForm { hwpt: Word<'t>, ioas: Word<'t>, device: Word<'t>, pasid: Option<bool>, }
    /// A device, what it is attached to, and perhaps a PASID.
    AttachTableForm {
        device: Word<'t>,
        hwpt: Option<Word<'t>>,
        ioas: Option<Word<'t>>,
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// A device and a PASID.
    DetachTableForm { device: Word<'t>, pasid: Option<Bounded<0, MAX_PASID>>, }
    /// An open file of a device.
    FileForm { device: Word<'t>, file: Option<Bounded<1, 4>>, }
    /// An open file of a device and a context of iommufd.
    FileContextForm { device: Word<'t>, file: Option<Bounded<1, 4>>, context: Word<'t>, }
    /// An open file of a device, what the device is attached to, and perhaps a PASID.
    AttachFileForm {
        device: Word<'t>,
        file: Option<Bounded<1, 4>>,
        hwpt: Option<Word<'t>>,
        ioas: Option<Word<'t>>,
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// An open file of a device, and perhaps a PASID.
    DetachFileForm {
        device: Word<'t>,
        file: Option<Bounded<1, 4>>,
        pasid: Option<Bounded<0, MAX_PASID>>,
    }
    /// A page table or an address space of iommufd.
    TableForm { hwpt: Option<Word<'t>>, ioas: Option<Word<'t>>, }
    /// A group and a container.
    GroupContainerForm { group: Word<'t>, container: Word<'t>, }
    /// A container and its IOMMU.
    ContainerIommuForm { container: Word<'t>, r#type: VfioIommuWord, }
    /// A group and a device of it.
    GroupDeviceForm { group: Word<'t>, device: Word<'t>, }
    /// A fault.
    FailForm {
        call: CallWord,
        device: Option<Word<'t>>,
        domain: Option<Word<'t>>,
        domain_type: Option<KindWord>,
        errno: Word<'t>,
        skip: Option<Bounded<0, 1000>>,
        count: Option<CountForm>,
    }
    /// A write to a private field.
    PokeForm { group: Word<'t>, field: FieldWord, value: Word<'t>, }
}

/// A PASID, as far as an `int` can hold one.
pub(crate) type Pasid = Bounded<{ i32::MIN as i128 }, { i32::MAX as i128 }>;

/// A value that may be left out, which is not the same as `null`.
#[derive(Clone, Debug)]
pub(crate) struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Maybe<T> {
        Maybe(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Maybe<T>, D::Error> {
        T::deserialize(deserializer).map(|value| Maybe(Some(value)))
    }
}

/// How often a fault strikes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CountForm {
    /// So many times.
    Times(u32),
    /// Without end.
    Always,
}

impl<'de> Deserialize<'de> for CountForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CountForm, D::Error> {
        struct CountVisitor;

        impl CountVisitor {
            fn check<E: Error>(&self, number: Option<u32>, unexpected: &str) -> Result<CountForm, E> {
                match number {
                    Some(times @ 1..=1000) => Ok(CountForm::Times(times)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Other(unexpected), self)),
                }
            }
        }

        impl Visitor<'_> for CountVisitor {
            type Value = CountForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 1 to 1000 or `always`")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_i128<E: Error>(self, number: i128) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_u128<E: Error>(self, number: u128) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<CountForm, E> {
                match word {
                    "always" => Ok(CountForm::Always),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }
        }

        deserializer.deserialize_any(CountVisitor)
    }
}

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
