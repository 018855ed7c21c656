// SPDX-License-Identifier: GPL-2.0-only
//! The axes: every question whose answer changed between v5.10 and v7.3. The first answer is v5.10's.
//!
//! Which commit brought which answer is told by [`crate::history`].

use super::Rulebook;
use super::define::rules;

rules! {
    /// Which current domain makes an attach fail with -EBUSY.
    attach_gate AttachGate {
        /// Any but the default domain, and only where there is a default domain.
        NotDefaultIfAny,
        /// Any but NULL and the default domain.
        NotDefault,
        /// Any but NULL, the default and the blocking domain.
        NotCore,
    }
    /// Which domains fit a group's IOMMU driver.
    attach_compat AttachCompat {
        /// Nobody looks.
        Unchecked,
        /// Those that the driver's operations allocated.
        Allocated,
        /// Those, and the driver's static identity and blocked domains.
        AllocatedOrStatic,
    }
    /// How an attach reaches the devices of a group.
    attach_path AttachPath {
        /// One after the other; after an error the earlier ones stay on the new domain.
        Direct,
        /// As before; after an error all are attached to the old domain again.
        Reattach,
        /// By the common set-domain step, which does nothing for the current domain and rolls back.
        SetDomain,
    }
    /// What setting a group's domain does after an error.
    set_domain SetDomain {
        /// Nothing: earlier devices stay on the new domain.
        NoRollback,
        /// Re-attaches the old domain up to and including the device that refused.
        RollbackThroughFailed,
        /// Re-attaches the old domain to the devices before the one that refused.
        RollbackBeforeFailed,
    }
    /// Can a set-domain step be told that it must not fail?
    must_succeed MustSucceed {
        /// No.
        No,
        /// Yes: it goes on after an error and parks a refusing device on the blocking domain.
        Yes,
    }
    /// How a group gets to the NULL domain.
    null_target NullTarget {
        /// By the domain's `detach_dev`.
        DetachOp,
        /// By the driver's `set_platform_dma_ops`.
        PlatformOp,
        /// Not at all.
        Error,
    }
    /// Where a detach leads.
    detach_to DetachTo {
        /// To the default domain, or to NULL without one.
        Default,
        /// The same, but to NULL in an owned group.
        DefaultOrNullIfOwned,
        /// To the blocking domain of an owned group, else to the default domain.
        Core,
    }
    /// What `iommu_detach_device` checks.
    detach_check DetachCheck {
        /// The number of devices.
        Count,
        /// That the domain is the group's, then the number of devices.
        PointerThenCount,
    }
    /// How the core knows that a first attach is deferred.
    deferral Deferral {
        /// It asks the driver each time.
        Asked,
        /// It asks once and keeps a flag, which the first attach clears.
        Stored,
    }
    /// Whose operations the core asks about a device: its default type, the deferral of its attach.
    device_ops DeviceOps {
        /// Those of its bus, whether an IOMMU serves it or not.
        Bus,
        /// Those of its own IOMMU; a device without one takes the kernel down.
        Device,
    }
    /// What `iommu_deferred_attach` does.
    deferred_attach DeferredAttach {
        /// `iommu_attach_device`, with its rule of one device.
        Singleton,
        /// Attaches the one device.
        OneDevice,
    }
    /// When a kernel driver's use of the DMA API is refused.
    use_gate UseGate {
        /// There is no such call.
        Absent,
        /// From the second use on: owned, or not on the default domain.
        OnDefault,
        /// The same, but one identity domain is as good as another.
        OnDefaultOrIdentity,
    }
    /// What a use of a group without default domain gets.
    use_without_default UseWithoutDefault {
        /// 0.
        Allowed,
        /// -EPROBE_DEFER.
        Deferred,
    }
    /// What a claim does with the group's domain.
    claim Claim {
        /// There is no such call.
        Absent,
        /// Detaches it: the group is left with NULL.
        Null,
        /// Attaches a blocking domain.
        Blocking,
    }
    /// What a claim by the NULL owner gets.
    null_owner NullOwner {
        /// Success, for ever.
        Accepted,
        /// -EINVAL and a WARN.
        Refused,
    }
    /// Can single devices be claimed?
    device_claim DeviceClaim {
        /// No.
        Absent,
        /// Yes; the same owner may claim several devices of a group.
        Counted,
    }
    /// Does a group have a table of PASIDs?
    pasid_table PasidTable {
        /// No.
        Absent,
        /// Yes, and what is in it stands in the way of claim, use, release and unuse.
        Present,
    }
    /// May a device with a direct-mapped region be blocked?
    direct_rule DirectRule {
        /// Nobody looks.
        Ignored,
        /// No: -EINVAL.
        NeverBlocked,
    }
    /// Where a blocking domain comes from.
    blocking_alloc BlockingAlloc {
        /// Allocated as BLOCKED, else as UNMANAGED, else -EINVAL.
        Any,
        /// The static one, else allocated as before, else the last errno.
        StaticOrAny,
        /// The static one, else a paging domain, else its errno.
        StaticOrPaging,
    }
    /// How the type of a default domain is chosen.
    default_type DefaultTypeRule {
        /// The drivers' first wish; a conflict gives the system's default.
        Merge,
        /// The same; an untrusted PCI device wants DMA.
        MergeUntrusted,
        /// One pass over the group; what is asked for must suit every driver.
        Satisfy,
        /// Identity wins a conflict and is 32-bit ARM's default; a wrong wish is an error.
        IdentityWins,
        /// The same; a static default domain's type counts as its driver's wish.
        StaticWins,
    }
    /// Can a group do without a default domain?
    default_alloc DefaultAlloc {
        /// Yes, where none can be allocated.
        Optional,
        /// No: the device is refused, with the errno of the allocation.
        Required,
    }
    /// Is DMA-FQ a type of domain?
    dma_fq DmaFq {
        /// No.
        Absent,
        /// Yes, and the driver is asked for it.
        DriverAsked,
        /// Yes; the driver is asked for DMA.
        CoreOnly,
    }
    /// Who takes the DMA cookie of a DMA domain.
    dma_cookie DmaCookie {
        /// The IOMMU driver, when it allocates.
        Driver,
        /// The core, right after the allocation.
        Core,
    }
    /// Can a driver have static identity, blocked and default domains, and say why it refuses to allocate?
    static_domains StaticDomains {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// How a driver is asked for a paging domain.
    paging_alloc PagingAlloc {
        /// By type.
        Typed,
        /// Without a type.
        Untyped,
    }
    /// For whom a user's own domain is allocated.
    user_alloc UserAlloc {
        /// For a bus.
        Bus,
        /// For a device.
        Device,
    }
    /// What a device that joins a group is attached to.
    join Join {
        /// The group's domain; when hot-plugged also its default domain.
        DomainThenDefault,
        /// The same, but not the default domain of an owned group.
        DomainThenDefaultUnlessOwned,
        /// The group's domain, once; not in a bus scan.
        Once,
        /// The group's domain, once.
        OncePaired,
    }
    /// What the last device leaves behind, and in which order a device leaves.
    leave Leave {
        /// The driver forgets the device, then it leaves the group.
        AfterRelease,
        /// It leaves the group first; a WARN when the last one leaves an owned or switched group.
        First,
        /// The same; the last one takes the group's domains along.
        FirstTakingDomains,
    }
    /// What a leaving device is attached to.
    release_domain ReleaseDomain {
        /// Nothing.
        Absent,
        /// The driver's static release domain.
        Static,
        /// The same, but identity instead of blocked for a device with a direct-mapped region.
        StaticOrIdentity,
    }
    /// Is a driver told which domain it replaces?
    attach_old AttachOld {
        /// No.
        NotTold,
        /// Yes.
        Told,
    }
    /// Who may change a group's type through sysfs.
    type_write TypeWrite {
        /// Nobody: the file is read-only.
        ReadOnly,
        /// Groups of one unbound device.
        Singleton,
        /// Groups that no kernel driver uses and nobody owns.
        Unused,
        /// The same, by the common default-domain setup.
        Setup,
    }
    /// What a type write to a group without default domain gets.
    type_without_default TypeWithoutDefault {
        /// The word is parsed first.
        ParseFirst,
        /// -EINVAL at once.
        Refused,
    }
    /// Who sets the DMA operations of a device up.
    dma_setup DmaSetup {
        /// The IOMMU driver, in `probe_finalize`, which a type write therefore runs.
        Driver,
        /// The core, for the group's domain.
        CoreOnCurrent,
        /// The core, for the group's default domain.
        CoreOnDefault,
    }
    /// Does `iommu_group_replace_domain` exist?
    replace Replace {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// What attaching a PASID checks.
    pasid_attach PasidAttach {
        /// Operation, group, slot.
        Slot,
        /// Also that the domain fits the driver.
        Compat,
        /// Also that the PASID is in range and not 0.
        Range,
        /// The group first; also that the driver has a blocked domain to go back to.
        Blocked,
        /// The same; static domains fit.
        BlockedOrStatic,
    }
    /// From which devices a failed PASID attach is undone.
    pasid_undo PasidUndo {
        /// From all.
        All,
        /// From those that had accepted it.
        Accepted,
    }
    /// What a driver is told when a PASID is removed.
    pasid_remove PasidRemove {
        /// The PASID.
        Op,
        /// The PASID and the domain.
        OpWithDomain,
        /// To set the blocked domain.
        Blocked,
    }
    /// What a group's PASID table holds.
    pasid_entry PasidEntry {
        /// The domain; a detach of another one is a WARN.
        Domain,
        /// A handle; a detach does not compare.
        Handle,
        /// A handle, or the domain where there is none.
        HandleOrDomain,
    }
    /// Does attaching a group take a handle? Read in the source of v6.12 and v7.3.
    group_handle GroupHandle {
        /// No.
        Absent,
        /// It may; without one the place is taken all the same.
        Optional,
        /// It must: NULL is -EINVAL.
        Required,
    }
    /// Does replacing a group's handle tell the new handle its domain? Read in the source of v6.12.
    replaced_handle ReplacedHandle {
        /// No: the caller has done it.
        NotTold,
        /// Yes, before the devices are attached.
        Told,
    }
    /// Can the domain of a PASID be replaced? Read in the source of v7.3.
    pasid_replace PasidReplace {
        /// No.
        Absent,
        /// Yes, by a handle that is not there yet.
        Present,
    }
    /// How a device is bound to an address space. Read in the source of v6.2, v6.8, v6.12 and v7.3.
    sva_bind SvaBind {
        /// Not by a domain of the core's.
        Absent,
        /// By the address space's domain at its PASID, which the devices of a group share.
        GroupsDomain,
        /// By a bond of the device, which finds the domains of other devices; a second device of a group is refused.
        DevicesBond,
        /// By a bond of the group at that PASID.
        GroupsBond,
    }
    /// What a device without PASIDs is told that is bound to an address space. Read in the source of v6.2 and v6.12.
    sva_incapable SvaIncapable {
        /// -EOPNOTSUPP.
        NotSupported,
        /// -ENOSPC, or -EOVERFLOW where the address space has a PASID.
        NoPasidLeft,
    }
    /// May devices use address spaces on x86, for which a generic architecture stands here?
    sva_on_x86 SvaOnX86 {
        /// Yes.
        Allowed,
        /// No: -EOPNOTSUPP.
        Refused,
    }
    /// What devices without PASIDs mean to a PASID attach.
    pasid_incapable PasidIncapable {
        /// They are asked like the others.
        Asked,
        /// They are passed over.
        Skipped,
    }
    /// How an IOMMU registers.
    registration Registration {
        /// Its operations are set for a bus, once.
        BusOps,
        /// As an instance that can go again; the operations of the bus stay after a failure.
        Instance,
        /// As an instance; a bus has no operations.
        InstanceOnly,
    }
    /// When the IOMMU's probe of a device-tree device runs.
    firmware_probe FirmwareProbe {
        /// In its first bind.
        AtBind,
        /// When the device is added; later, under a driver, with a WARN.
        AtAdd,
    }
    /// Do buses ask for the kernel's use of DMA when they bind a driver?
    bus_use BusUse {
        /// No.
        Absent,
        /// Yes, unless the driver manages DMA itself.
        Present,
    }
    /// Is there a CDX bus?
    cdx_bus CdxBus {
        /// No.
        Absent,
        /// Yes, and it forgets the errno of a refused use.
        ForgetsErrno,
    }
    /// What an explicit bind tells its caller.
    bind_errno BindErrno {
        /// -ENODEV for any failure; what is put off is tried again later, with the driver that matches.
        Lost,
        /// The errno; -EAGAIN for -EPROBE_DEFER, and nothing is tried again.
        Kept,
    }
    /// What 32-bit ARM does DMA with when there is no IOMMU mapping.
    arm_direct_ops ArmDirectOps {
        /// A table of operations.
        Table,
        /// No table.
        NoTable,
    }
    /// For whom the domain of an ARM mapping is allocated.
    arm_mapping_alloc ArmMappingAlloc {
        /// For the bus; -ENOMEM for any failure.
        Bus,
        /// For the device.
        Device,
    }
    /// Has Rockchip's IOMMU driver `set_platform_dma_ops`?
    rockchip_platform_op RockchipPlatformOp {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// What Rockchip's display driver does before it attaches its domain.
    rockchip_attach RockchipAttach {
        /// Nothing.
        Direct,
        /// Takes the ARM mapping off.
        MappingOffFirst,
    }
    /// What Tegra's display driver does with the ARM mapping before it looks at the current domain.
    tegra_drm_mapping TegraDrmMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// What the host1x driver does with the ARM mapping before it looks at the current domain.
    host1x_mapping Host1xMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// For which current domains Tegra's display driver attaches its own.
    tegra_drm_attach TegraDrmAttach {
        /// NULL.
        OverNull,
        /// NULL and identity.
        OverNullOrIdentity,
    }
    /// For which current domains the host1x driver attaches its own.
    host1x_attach Host1xAttach {
        /// NULL.
        OverNull,
        /// NULL and identity.
        OverNullOrIdentity,
    }
    /// Is there iommufd? Read in v6.2, v6.6, 6.12.117, 7.3.4 for this axis and the next ones.
    iommufd Iommufd {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// Where iommufd asks whether the interrupts of a device are isolated. Read in v6.2: at attach, v6.6: at bind.
    iommufd_msi IommufdMsi {
        /// At an attach.
        AtAttach,
        /// At a bind, before the claim.
        AtBind,
    }
    /// Whose interrupts must be isolated. Read in v6.2, v6.6.
    msi_isolation MsiIsolation {
        /// The device's.
        OfDevice,
        /// Those of all devices of its group.
        OfGroup,
    }
    /// How iommufd knows the first device of a group and the last.
    iommufd_group IommufdGroup {
        /// From the devices of the page table: that the group is on another one, the core tells (-EBUSY). Read in v6.2.
        PerPageTable,
        /// From the devices of the group: a second page table is refused (-EINVAL). Read in v6.6.
        PerGroup,
    }
    /// Can a user allocate page tables (`IOMMU_HWPT_ALLOC`)? Read in v6.6.
    iommufd_hwpt_alloc IommufdHwptAlloc {
        /// No: iommufd makes them.
        Absent,
        /// Yes.
        Present,
    }
    /// What a replace asks for. Read in the fix, v6.6, 6.12.117.
    iommufd_replace IommufdReplace {
        /// There is no replace.
        Absent,
        /// That a device of the group is attached.
        AnyOfGroup,
        /// That the device itself is attached.
        AttachedOnly,
    }
    /// What a second attach of a device does. Read in 6.12.117, 7.3.4.
    iommufd_twice IommufdTwice {
        /// It corrupts a list; no driver does it.
        Corrupts,
        /// -EBUSY.
        Refused,
    }
    /// Has VFIO a character device for each device? Read in 6.12.117, 7.3.4; since when from the commit.
    vfio_cdev VfioCdev {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// Which page tables iommufd attaches with a handle. Read in v6.14: fault-capable ones, which are not modelled;
    /// 6.12.117 and 7.3.4: all.
    iommufd_handles IommufdHandles {
        /// None, or those that take faults.
        ForFaults,
        /// All.
        Always,
    }
    /// Can PASIDs be attached through iommufd? Read in 7.3.4.
    iommufd_pasid IommufdPasid {
        /// No.
        Absent,
        /// Yes, where all page tables of the group go with PASIDs.
        Present,
    }
    /// What a reset of a PCI device keeps away.
    reset_fence ResetFence {
        /// There is no such fence.
        Absent,
        /// Every change of domain in its group; the reset is the group's.
        Group,
        /// The same; but the reset is the device's, and others may begin theirs.
        Device,
    }
    /// Do the resets of the PCI core raise the fence?
    pci_reset PciReset {
        /// No.
        Bare,
        /// Yes, and one that cannot be raised ends the reset.
        Fenced,
    }
    /// What a device whose group has no domain is attached to when its reset is done.
    reset_without_domain ResetWithoutDomain {
        /// The NULL pointer is followed.
        Followed,
        /// Nothing: it stays on the blocking domain.
        Parked,
    }
    /// What a reset inside a reset of the same device gets.
    reset_nesting ResetNesting {
        /// A WARN and -EBUSY.
        Refused,
        /// 0; the last one done ends it.
        Counted,
    }
    /// Which PASIDs a reset takes off and sets again.
    reset_pasids ResetPasids {
        /// Off the device, also one that has no PASIDs; set again on all devices of the group.
        SetOnGroup,
        /// Off the device and on it again, if it has PASIDs.
        OwnOnly,
    }
    /// From which devices a PASID detach removes.
    reset_pasid_detach ResetPasidDetach {
        /// From all.
        All,
        /// From all but those that are blocked for a reset.
        NotBlocked,
    }
    /// What a reset means to a set-domain step that must not fail.
    reset_must ResetMust {
        /// -EBUSY, as to others.
        Refused,
        /// The group's domain changes; blocked devices follow when their reset is done.
        Passes,
    }
    /// When the deferred flush queue is given up for want of the capability.
    flush_queue FlushQueue {
        /// Never.
        Always,
        /// Where the driver has no `IOMMU_CAP_DEFERRED_FLUSH`.
        IfCapable,
    }
    /// Has OMAP's IOMMU driver `of_xlate`?
    omap_xlate OmapXlate {
        /// No: it finds its devices by itself, as long as a bus has operations.
        Absent,
        /// Yes.
        Present,
    }
    /// What OMAP3's camera driver does with the ARM mapping before it attaches its own.
    omap3isp_mapping Omap3ispMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// What OMAP's remote processor driver does with the ARM mapping in its probe.
    omap_rproc_mapping OmapRprocMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// What becomes of a use when `CONFIG_DEBUG_TEST_DRIVER_REMOVE` undoes a probe.
    test_remove TestRemove {
        /// It stays counted.
        KeepsUse,
        /// It is given back.
        GivesUseBack,
    }
    /// When VFIO takes the ownership of a group.
    vfio_claim VfioClaim {
        /// Never.
        Absent,
        /// When the group is put into a container, until it leaves it.
        AtSetContainer,
    }
    /// Whom VFIO asks whether a group may be user space's.
    vfio_viability VfioViability {
        /// The drivers that are bound in it.
        Drivers,
        /// The count of owners.
        OwnerCount,
    }
    /// Is VFIO told of devices that join its groups, and of drivers that bind there?
    vfio_notifier VfioNotifier {
        /// Yes: a join is a WARN, a driver that makes a group not viable the end, while it is in a container.
        Present,
        /// No.
        Absent,
    }
    /// What asking for a device's file checks first.
    vfio_device_fd VfioDeviceFd {
        /// The container.
        ContainerFirst,
        /// Whether the device is VFIO's.
        DeviceFirst,
    }
    /// Whose coherency with caches a VFIO driver's probe insists on.
    vfio_coherency VfioCoherency {
        /// Nobody's.
        Ignored,
        /// The bus's.
        Bus,
        /// That of the device's IOMMU.
        Device,
    }
    /// What becomes of a group in a container when its last device leaves VFIO.
    vfio_last_device VfioLastDevice {
        /// The unbind waits until the group is out of the container; the group's file stays good.
        Waits,
        /// The group leaves the container, and its file is good for nothing.
        TakesGroupOut,
    }
    /// How VFIO's type 1 tries whether a new domain maps large pages.
    type1_page_test Type1PageTest {
        /// It maps two pages, which the driver is asked for one by one.
        PageByPage,
        /// It maps two pages, in one call into the driver.
        OneCall,
        /// Not at all.
        Absent,
    }
    /// Whose bus a new domain of type 1 is for, and whose interrupts must be isolated.
    type1_bus Type1Bus {
        /// That of all devices of the group, which must be the same; one device on it with isolated interrupts
        /// is enough.
        OneBus,
        /// The first device's; one device of the group with isolated interrupts is enough.
        FirstDevice,
        /// The first device's; the interrupts of all devices of the group must be isolated.
        AllIsolated,
    }
    /// Who refers to the core's group of a device that is VFIO's.
    vfio_references VfioReferences {
        /// VFIO's group, and the driver for each device, which gives up what the device is in when it is unbound.
        DriverToo,
        /// VFIO's group.
        GroupOnly,
    }
}
