// SPDX-License-Identifier: GPL-2.0-only
//! The operations.

use super::{
    DeviceId, DomainKind, DomainRef, DriverKind, Fault, GroupId, HandleId, IommufdOp, KindSet, MappingId,
    OwnerId, TypeWord, VfioOp,
};

/// One operation. Variants carry the name of the kernel function they run, where there is one.
#[allow(missing_docs, reason = "the fields are named for what they are")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// The device appears on its bus; a driver given here matches at once.
    DeviceAdd { device: DeviceId, driver: Option<DriverKind> },
    /// The device disappears (its driver is unbound first).
    DeviceDel { device: DeviceId },
    /// An explicit bind (`device_driver_attach`, as sysfs `bind` does).
    Bind { device: DeviceId, driver: DriverKind },
    /// An explicit unbind (`device_release_driver`).
    Unbind { device: DeviceId },
    /// The IOMMU instance registers; devices may be there already (a bus scan).
    IommuDeviceRegister,
    /// The IOMMU instance goes.
    IommuDeviceUnregister,
    /// `iommu_device_use_default_domain`
    UseDefaultDomain { device: DeviceId },
    /// `iommu_device_unuse_default_domain`
    UnuseDefaultDomain { device: DeviceId },
    /// `iommu_group_claim_dma_owner`; `None` is the NULL pointer.
    GroupClaimDmaOwner { group: GroupId, owner: Option<OwnerId> },
    /// `iommu_group_release_dma_owner`
    GroupReleaseDmaOwner { group: GroupId },
    /// `iommu_group_dma_owner_claimed`
    GroupDmaOwnerClaimed { group: GroupId },
    /// `iommu_device_claim_dma_owner` (v6.2)
    DeviceClaimDmaOwner { device: DeviceId, owner: Option<OwnerId> },
    /// `iommu_device_release_dma_owner` (v6.2)
    DeviceReleaseDmaOwner { device: DeviceId },
    /// A user's own domain for the device: `iommu_domain_alloc(bus)`, from v6.11 on
    /// `iommu_paging_domain_alloc(dev)`.
    DomainAlloc { domain: DomainRef, device: DeviceId },
    /// `iommu_domain_free`
    DomainFree { domain: DomainRef },
    /// `iommu_attach_device`
    AttachDevice { domain: DomainRef, device: DeviceId },
    /// `iommu_detach_device`
    DetachDevice { domain: DomainRef, device: DeviceId },
    /// `iommu_attach_group`
    AttachGroup { domain: DomainRef, group: GroupId },
    /// `iommu_detach_group`
    DetachGroup { domain: DomainRef, group: GroupId },
    /// `iommu_group_replace_domain` (v6.6 to v6.14)
    GroupReplaceDomain { domain: DomainRef, group: GroupId },
    /// `iommu_attach_device_pasid` (v6.2); a handle can be given since v6.11
    AttachDevicePasid { domain: DomainRef, device: DeviceId, pasid: i32, handle: GivenHandle },
    /// `iommu_detach_device_pasid` (v6.2)
    DetachDevicePasid { domain: DomainRef, device: DeviceId, pasid: i32 },
    /// `iommu_replace_device_pasid` (v6.15); `None` is the NULL pointer.
    ReplaceDevicePasid { domain: DomainRef, device: DeviceId, pasid: i32, handle: Option<HandleId> },
    /// `iommu_sva_bind_device` (v6.2): the one address space that a script has, to the device.
    SvaBindDevice { device: DeviceId },
    /// `iommu_sva_unbind_device` (v6.2) of what the last bind of the device gave.
    SvaUnbindDevice { device: DeviceId },
    /// `iommu_attach_group_handle` (v6.11); `None` is the NULL pointer.
    AttachGroupHandle { domain: DomainRef, group: GroupId, handle: Option<HandleId> },
    /// `iommu_detach_group_handle` (v6.11)
    DetachGroupHandle { domain: DomainRef, group: GroupId },
    /// `iommu_replace_group_handle` (v6.11); `None` is the NULL pointer.
    ReplaceGroupHandle { domain: Option<DomainRef>, group: GroupId, handle: Option<HandleId> },
    /// `iommu_attach_handle_get` (v6.11), of any type or only of a domain of this one.
    AttachHandleGet { group: GroupId, pasid: i32, kind: Option<DomainKind> },
    /// A write to the group's sysfs `type` (`iommu_group_store_type`, v5.11).
    GroupStoreType { group: GroupId, word: TypeWord },
    /// `iommu_deferred_attach` of the group's default domain, as the first DMA map of the device does.
    DeferredAttach { device: DeviceId },
    /// `dma_map_single` of a page for the device, which is unmapped again.
    DmaMapSingle { device: DeviceId },
    /// `iommu_get_domain_for_dev`
    GetDomainForDev { device: DeviceId },
    /// `iommu_get_dma_domain`
    GetDmaDomain { device: DeviceId },
    /// `iommu_group_add_device` of a device without IOMMU, as VFIO's no-IOMMU mode does.
    GroupAddDevice { device: DeviceId, group: GroupId },
    /// `iommu_group_remove_device` of such a device.
    GroupRemoveDevice { device: DeviceId },
    /// `pci_dev_reset_iommu_prepare` (v7.0)
    PciResetPrepare { device: DeviceId },
    /// `pci_dev_reset_iommu_done` (v7.0)
    PciResetDone { device: DeviceId },
    /// `pci_reset_function`, by the function-level reset of a device with ATS.
    PciResetFunction { device: DeviceId },
    /// `iommu_driver_get_domain_for_dev` (v7.0)
    DriverGetDomain { device: DeviceId },
    /// `arm_iommu_create_mapping` of `size` bytes.
    ArmCreateMapping { mapping: MappingId, device: DeviceId, size: u64 },
    /// `arm_iommu_attach_device`: of a named mapping, or of the one last taken off the device.
    ArmAttachDevice { device: DeviceId, mapping: Option<MappingId> },
    /// `arm_iommu_detach_device`
    ArmDetachDevice { device: DeviceId },
    /// `arm_iommu_release_mapping`
    ArmReleaseMapping { mapping: MappingOf },
    /// A driver's own attach or detach sequence, as one step.
    Driver { flow: DriverFlow, device: DeviceId, domain: DomainRef },
    /// What a driver or a user does with iommufd (v6.2).
    Iommufd(IommufdOp),
    /// A call of user space's into VFIO.
    Vfio(VfioOp),
    /// Plants a fault.
    Fail(Fault),
    /// Removes all faults.
    FailClear,
    /// From now on the driver refuses these types.
    Deny { kinds: KindSet },
    /// Writes a private field of the group: an artificial state.
    Poke { group: GroupId, field: Field, value: PokeValue },
    /// Only looks.
    Observe,
}

impl Op {
    /// Has it to do with attach handles?
    #[must_use]
    pub fn uses_handles(&self) -> bool {
        matches!(
            self,
            Op::AttachDevicePasid { handle: GivenHandle::Null | GivenHandle::Named(_), .. }
                | Op::ReplaceDevicePasid { .. }
                | Op::AttachGroupHandle { .. }
                | Op::DetachGroupHandle { .. }
                | Op::ReplaceGroupHandle { .. }
                | Op::AttachHandleGet { .. }
        )
    }
}

/// The attach handle that `iommu_attach_device_pasid` is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GivenHandle {
    /// A new one without a name, where the function takes one at all (v6.11).
    #[default]
    Fresh,
    /// The NULL pointer.
    Null,
    /// The handle of this name.
    Named(HandleId),
}

/// Which mapping `arm_iommu_release_mapping` is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MappingOf {
    /// The mapping of this name.
    Named(MappingId),
    /// What was last taken off this device.
    Device(DeviceId),
}

/// The attach and detach sequences of display drivers on ARM, each as of the running release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DriverFlow {
    /// `rockchip_drm_dma_attach_device`
    RockchipAttach,
    /// `rockchip_drm_dma_detach_device`
    RockchipDetach,
    /// `drm_iommu_attach_device` of Exynos; the domain is a mapping's
    ExynosAttach,
    /// `drm_iommu_detach_device` of Exynos
    ExynosDetach,
    /// `host1x_client_iommu_attach` of the Tegra DRM driver
    TegraDrmAttach,
    /// `host1x_client_iommu_detach` of the Tegra DRM driver
    TegraDrmDetach,
    /// `host1x_iommu_attach` of the host1x driver itself
    Host1xAttach,
    /// `host1x_iommu_exit` of the host1x driver itself
    Host1xDetach,
    /// `isp_attach_iommu` of OMAP3's camera driver, which makes the mapping
    Omap3ispAttach,
    /// `isp_detach_iommu` of OMAP3's camera driver
    Omap3ispDetach,
    /// `rproc_enable_iommu` of the remoteproc core, which allocates the domain
    RemoteprocAttach,
    /// `rproc_disable_iommu` of the remoteproc core, which frees the domain
    RemoteprocDetach,
    /// `omap_rproc_probe`, then `rproc_enable_iommu`
    OmapRprocAttach,
}

impl DriverFlow {
    /// Does it make the domain that it attaches?
    #[must_use]
    pub fn makes_its_domain(self) -> bool {
        matches!(
            self,
            DriverFlow::Omap3ispAttach | DriverFlow::RemoteprocAttach | DriverFlow::OmapRprocAttach
        )
    }

    /// Is its domain that of a mapping?
    #[must_use]
    pub fn takes_a_mapping(self) -> bool {
        matches!(
            self,
            DriverFlow::ExynosAttach
                | DriverFlow::ExynosDetach
                | DriverFlow::Omap3ispAttach
                | DriverFlow::Omap3ispDetach
        )
    }
}

/// A private field of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// `domain`
    Domain,
    /// `default_domain`
    DefaultDomain,
    /// `blocking_domain`
    BlockingDomain,
    /// `owner_cnt`
    OwnerCnt,
    /// `owner`
    Owner,
}

/// What [`Op::Poke`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PokeValue {
    /// The NULL pointer.
    Null,
    /// A domain.
    Domain(DomainRef),
    /// An owner token.
    Owner(OwnerId),
    /// A count.
    Count(u32),
}
