// SPDX-License-Identifier: GPL-2.0-only
//! The axes: every question whose answer changed between v5.10 and v7.3. The first answer is v5.10's.
//!
//! Which commit brought which answer is told by [`crate::history`].

mod attach;
mod device;
mod domains;
mod drivers;
mod iommufd;
mod owner;
mod pasid;
mod reset;
mod vfio;

use super::Rulebook;
use super::define::rules;
pub use attach::*;
pub use device::*;
pub use domains::*;
pub use drivers::*;
pub use iommufd::*;
pub use owner::*;
pub use pasid::*;
pub use reset::*;
pub use vfio::*;

rules! {
    attach_gate: AttachGate,
    attach_compat: AttachCompat,
    attach_path: AttachPath,
    set_domain: SetDomain,
    must_succeed: MustSucceed,
    null_target: NullTarget,
    detach_to: DetachTo,
    detach_check: DetachCheck,
    deferral: Deferral,
    device_ops: DeviceOps,
    deferred_attach: DeferredAttach,
    use_gate: UseGate,
    use_without_default: UseWithoutDefault,
    claim: Claim,
    null_owner: NullOwner,
    device_claim: DeviceClaim,
    pasid_table: PasidTable,
    direct_rule: DirectRule,
    blocking_alloc: BlockingAlloc,
    default_type: DefaultTypeRule,
    default_alloc: DefaultAlloc,
    dma_fq: DmaFq,
    dma_cookie: DmaCookie,
    static_domains: StaticDomains,
    paging_alloc: PagingAlloc,
    user_alloc: UserAlloc,
    join: Join,
    leave: Leave,
    release_domain: ReleaseDomain,
    attach_old: AttachOld,
    type_write: TypeWrite,
    type_without_default: TypeWithoutDefault,
    dma_setup: DmaSetup,
    dma_ops_cleanup: DmaOpsCleanup,
    replace: Replace,
    pasid_attach: PasidAttach,
    pasid_removable: PasidRemovable,
    pasid_undo: PasidUndo,
    pasid_remove: PasidRemove,
    pasid_entry: PasidEntry,
    group_handle: GroupHandle,
    replaced_handle: ReplacedHandle,
    pasid_replace: PasidReplace,
    sva_bind: SvaBind,
    sva_sharing: SvaSharing,
    sva_incapable: SvaIncapable,
    sva_again: SvaAgain,
    sva_on_x86: SvaOnX86,
    pasid_incapable: PasidIncapable,
    registration: Registration,
    firmware_probe: FirmwareProbe,
    bus_use: BusUse,
    cdx_bus: CdxBus,
    bind_errno: BindErrno,
    arm_direct_ops: ArmDirectOps,
    arm_mapping_alloc: ArmMappingAlloc,
    rockchip_platform_op: RockchipPlatformOp,
    rockchip_attach: RockchipAttach,
    tegra_drm_mapping: TegraDrmMapping,
    host1x_mapping: Host1xMapping,
    tegra_drm_attach: TegraDrmAttach,
    host1x_attach: Host1xAttach,
    iommufd: Iommufd,
    iommufd_msi: IommufdMsi,
    msi_isolation: MsiIsolation,
    iommufd_group: IommufdGroup,
    iommufd_hwpt_alloc: IommufdHwptAlloc,
    iommufd_no_parent: IommufdNoParent,
    iommufd_hwpt_flags: IommufdHwptFlags,
    iommufd_replace: IommufdReplace,
    iommufd_twice: IommufdTwice,
    vfio_cdev: VfioCdev,
    iommufd_handles: IommufdHandles,
    iommufd_pasid: IommufdPasid,
    reset_fence: ResetFence,
    pci_reset: PciReset,
    reset_without_domain: ResetWithoutDomain,
    reset_nesting: ResetNesting,
    reset_pasids: ResetPasids,
    reset_pasid_detach: ResetPasidDetach,
    reset_must: ResetMust,
    flush_queue: FlushQueue,
    omap_xlate: OmapXlate,
    omap3isp_mapping: Omap3ispMapping,
    omap_rproc_mapping: OmapRprocMapping,
    test_remove: TestRemove,
    test_remove_mapping: TestRemoveMapping,
    vfio_claim: VfioClaim,
    vfio_viability: VfioViability,
    vfio_notifier: VfioNotifier,
    vfio_device_fd: VfioDeviceFd,
    vfio_coherency: VfioCoherency,
    vfio_last_device: VfioLastDevice,
    type1_page_test: Type1PageTest,
    type1_bus: Type1Bus,
    vfio_references: VfioReferences,
    vfio_iommufd: VfioIommufd,
    vfio_device_context: VfioDeviceContext,
    vfio_noiommu_bus: VfioNoIommuBus,
    vfio_noiommu_test: VfioNoIommuTest,
    vfio_fake_groups: VfioFakeGroups,
    iommufd_noiommu: IommufdNoIommu,
}
