// SPDX-License-Identifier: GPL-2.0-only
//! Upstream commits that changed behaviour, oldest first.

use crate::engine::Axis;
use crate::engine::rules::*;

/// An upstream commit that changed behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Upstream commit id, 12 digits.
    pub id: &'static str,
    /// What it does, in our words.
    pub title: &'static str,
    /// The first tag that has it. A stable release has it alone of all: mainline never took it.
    pub landed: &'static str,
    /// The rules it sets: axis and variant.
    pub sets: &'static [(Axis, u8)],
}

impl Change {
    /// Does it say how this question is answered?
    #[must_use]
    pub fn sets_axis(&self, axis: Axis) -> bool {
        self.sets.iter().any(|(set, _)| *set == axis)
    }
}

macro_rules! changes {
    ($($id:literal $landed:literal $title:literal { $($axis:ident::$variant:ident),+ $(,)? })+) => {
        &[$(Change {
            id: $id,
            title: $title,
            landed: $landed,
            sets: &[$((Axis::$axis, $axis::$variant as u8)),+],
        }),+]
    };
}

/// Every change, in the order in which mainline took them. One of a stable branch alone stands where the branch began.
///
/// Where one commit of a series carries a change that needs the others too, it stands for the series.
pub const CHANGES: &[Change] = changes! {
    "28b41e2c6aeb" "v5.11-rc1" "untrusted PCI devices get a DMA default domain by the core" {
        DefaultTypeRule::MergeUntrusted,
    }
    "08a27c1c3ecf" "v5.11-rc1" "a group's default domain can be changed through sysfs" {
        TypeWrite::Singleton,
    }
    "3ab657291638" "v5.12-rc1" "a deferred attach attaches just its device" {
        DeferredAttach::OneDevice,
    }
    "ef6dcbdd8eb2" "v5.14-rc1" "an explicit bind hands the errno of the probe back" {
        BindErrno::Kept,
    }
    "ca073b55d16a" "v5.14-rc1" "a driver can be asked to map several pages in one call" {
        Type1PageTest::OneCall,
    }
    "46983fcd67ac" "v5.15-rc1" "the core takes the DMA cookie of a DMA domain" {
        DmaCookie::Core,
    }
    "bf3aed4660c6" "v5.15-rc1" "DMA-FQ is a type of domain" {
        DmaFq::DriverAsked,
    }
    "38a68934aa72" "v5.16-rc1" "VFIO's drivers have no reference of a group of their own" {
        VfioReferences::GroupOnly,
    }
    "d5185965c3b5" "v5.17-rc1" "host1x takes the ARM mapping off" {
        Host1xMapping::TakenOff,
    }
    "d210919dbdc8" "v5.17-rc1" "Tegra's display driver takes the ARM mapping off" {
        TegraDrmMapping::TakenOff,
    }
    "d8f7a5484f21" "v5.17-rc6" "a probe that is undone as a test takes the mapping of 32-bit ARM off" {
        TestRemoveMapping::TakenOff,
    }
    "3f6634d997db" "v5.18-rc1" "the operations of a device are those of its own IOMMU" {
        DeviceOps::Device,
    }
    "1ea2a07a532b" "v5.19-rc1" "DMA ownership: claim, release, use and unuse; attach is refused over any foreign domain" {
        AttachGate::NotDefault,
        DetachTo::DefaultOrNullIfOwned,
        UseGate::OnDefault,
        Claim::Null,
        Join::DomainThenDefaultUnlessOwned,
    }
    "512881eacfa7" "v5.19-rc1" "platform, AMBA, fsl-mc and PCI buses use the default domain for the drivers they bind" {
        BusUse::Present,
    }
    "392bf51946c2" "v5.18-rc6" "a type write to a group without default domain is refused before it is parsed" {
        TypeWithoutDefault::Refused,
    }
    "70693f470848" "v5.19-rc1" "VFIO owns a group's DMA while the group is in a container" {
        VfioClaim::AtSetContainer,
    }
    "31076af0cb00" "v5.19-rc1" "a group is viable for VFIO if nobody owns it; what drivers are bound in it counts no more" {
        VfioViability::OwnerCount,
    }
    "3b86f317c9c7" "v5.19-rc1" "VFIO looks no more at devices that join and drivers that bind" {
        VfioNotifier::Absent,
    }
    "0286300e6045" "v5.19-rc1" "a claim attaches a blocking domain, and a detach in an owned group leads there" {
        AttachGate::NotCore,
        DetachTo::Core,
        DetachCheck::PointerThenCount,
        Claim::Blocking,
    }
    "e8ae0e140c05" "v5.19-rc1" "a VFIO driver takes only devices whose DMA is coherent with caches" {
        VfioCoherency::Bus,
        VfioNoIommuTest::BusCoherent,
    }
    "805bb6c1bd90" "v5.19-rc1" "VFIO looks for a device before it looks at the group's container" {
        VfioDeviceFd::DeviceFirst,
    }
    "a77109ffca33" "v5.19-rc1" "the no-IOMMU mode is for any device without group, also on a bus with an IOMMU" {
        VfioNoIommuBus::Any,
    }
    "a3da1ab6fbea" "v5.19-rc1" "VFIO does not claim groups of its own making" {
        VfioFakeGroups::Spared,
    }
    "8490cad4dc4e" "v5.19-rc7" "Rockchip's display driver takes the ARM mapping off before it attaches" {
        RockchipAttach::MappingOffFirst,
    }
    "afe4e376ac5d" "v5.19-rc7" "VFIO tests for coherent DMA only where there is an IOMMU" {
        VfioNoIommuTest::Absent,
    }
    "ae626eb97376" "v6.0-rc1" "32-bit ARM does DMA without IOMMU by the common code, without a table of operations" {
        ArmDirectOps::NoTable,
    }
    "eed20c782aea" "v6.0-rc1" "type 1 goes by a group's first device rather than by its bus" {
        Type1Bus::FirstDevice,
    }
    "3b498b665621" "v6.0-rc1" "VFIO asks a device rather than its bus whether its DMA is coherent" {
        VfioCoherency::Device,
    }
    "2380f1e8195e" "v6.0-rc5" "another identity domain is as good as an identity default domain" {
        UseGate::OnDefaultOrIdentity,
    }
    "57365a04c921" "v6.1-rc1" "an IOMMU sets the operations of its buses when it registers, and releases its devices when it goes" {
        Registration::Instance,
    }
    "ca5f21b25749" "v6.1-rc1" "the last device that leaves VFIO takes its group out of the container" {
        VfioLastDevice::TakesGroupOut,
    }
    "16603704559c" "v6.2-rc1" "groups have a table of PASIDs" {
        PasidTable::Present,
    }
    "be51b1d6bbff" "v6.2-rc1" "a device is bound to an address space by a domain at its PASID" {
        SvaBind::GroupsDomain,
    }
    "89395ccedbc1" "v6.2-rc1" "single devices can be claimed; the NULL owner is refused" {
        DeviceClaim::Counted,
        NullOwner::Refused,
    }
    "e8d57210035b" "v6.2-rc1" "iommufd: drivers bind devices to a context and attach them" {
        Iommufd::Present,
    }
    "2a3dab19a046" "v6.2-rc1" "a context of iommufd takes the place of a VFIO container" {
        VfioIommufd::MadeWhenMissing,
    }
    "c9a397cee9f5" "v6.3-rc1" "iommufd makes its address space for VFIO's groups only when a group is put in" {
        VfioIommufd::MadeAtSetContainer,
    }
    "25fc417f7938" "v6.3-rc1" "iommufd asks for isolated interrupts of the whole group" {
        MsiIsolation::OfGroup,
    }
    "dd8a25c557e1" "v6.3-rc1" "a deferred attach is remembered in a flag and no longer spares a device from a detach" {
        Deferral::Stored,
    }
    "1b932ceddd19" "v6.3-rc1" "set_platform_dma_ops takes the place of detach_dev" {
        NullTarget::PlatformOp,
    }
    "2cc73c5712f9" "v6.3-rc1" "after a failed attach the group is attached to its old domain again" {
        AttachPath::Reattach,
    }
    "6b1a7a00427c" "v6.3-rc1" "type 1 wants isolated interrupts of all devices of a group" {
        Type1Bus::AllIsolated,
    }
    "dba9ca9d41f5" "v6.4-rc1" "a device leaves its group before the driver forgets it" {
        Leave::First,
    }
    "49a22aae7d9c" "v6.4-rc1" "a type write is judged by the owner count, in groups of any size" {
        TypeWrite::Unused,
    }
    "4e14176ab13f" "v6.4-rc1" "an address space may have the last PASID of a device also when it is bound again" {
        SvaAgain::Last,
    }
    "25c2325575cc" "v6.4-rc1" "Rockchip's IOMMU driver has set_platform_dma_ops" {
        RockchipPlatformOp::Present,
    }
    "2959ab247061" "v6.4-rc1" "the CDX bus, which forgets that a use was refused" {
        CdxBus::ForgetsErrno,
    }
    "a4fdd9762272" "v6.5-rc1" "drivers are asked for DMA only; DMA-FQ depends on their capability" {
        DmaFq::CoreOnly,
        FlushQueue::IfCapable,
    }
    "dcf40ed3a20d" "v6.5-rc1" "setting a group's domain rolls back, or goes on where it must not fail" {
        SetDomain::RollbackThroughFailed,
        MustSucceed::Yes,
    }
    "ecd60dc5d22b" "v6.5-rc1" "attach_group sets the group's domain by the common step" {
        AttachPath::SetDomain,
    }
    "e7f85dfbbc9c" "v6.5-rc1" "a hot-plugged device is attached once, to the group's domain" {
        Join::Once,
    }
    "d99be00f42ea" "v6.5-rc1" "a default domain is set up in one place; what is asked for does not fall back" {
        DefaultTypeRule::Satisfy,
        TypeWrite::Setup,
    }
    "2dcebc7ddce7" "v6.6-rc1" "PASIDs of address spaces are allocated by the core" {
        SvaIncapable::NoPasidLeft,
    }
    "f429378a9bf8" "v6.6-rc1" "a probe that is undone as a test gives its use back" {
        TestRemove::GivesUseBack,
    }
    "aa0958570f24" "v6.6-rc1" "the last device takes the group's domains along" {
        Leave::FirstTakingDomains,
    }
    "f188056352bc" "v6.6-rc1" "hot-plug and scan join a group the same way" {
        Join::OncePaired,
    }
    "a48ce36e2786" "v6.6-rc1" "a device with a direct-mapped region is never blocked" {
        DirectRule::NeverBlocked,
    }
    "addb665924f3" "v6.6-rc1" "a group's domain can be replaced" {
        Replace::Present,
    }
    "d525a5b8cf39" "v6.6-rc1" "iommufd asks for isolated interrupts at bind" {
        IommufdMsi::AtBind,
    }
    "91a2e17e243f" "v6.6-rc1" "iommufd keeps the devices of a group together" {
        IommufdGroup::PerGroup,
    }
    "e88d4ec154a8" "v6.6-rc1" "iommufd can replace what a device is attached to" {
        IommufdReplace::AnyOfGroup,
    }
    "05f37e1c03b6" "v6.6-rc1" "a file of VFIO's knows for which context of iommufd its device was opened" {
        VfioDeviceContext::Files,
    }
    "5fcc26969a16" "v6.6-rc1" "VFIO has a character device for each device, which is bound to iommufd" {
        VfioCdev::Present,
    }
    "7074d7bd67e7" "v6.6-rc1" "users can allocate page tables of iommufd" {
        IommufdHwptAlloc::Present,
    }
    "a6dbcf69d4c4" "v6.6.90" "v6.6.y: a use of a group without default domain is put off, unless the platform does DMA" {
        UseWithoutDefault::DeferredUnlessPlatform,
    }
    "df31b298477e" "v6.7-rc1" "drivers can have static identity and default domains" {
        StaticDomains::Present,
    }
    "59ddce4418da" "v6.7-rc1" "identity wins a conflict of default types, and what no driver can do is an error" {
        DefaultTypeRule::IdentityWins,
    }
    "24b1d476167d" "v6.7-rc1" "there is no way to the NULL domain any more" {
        NullTarget::Error,
    }
    "98ac73f99bc4" "v6.7-rc1" "a device without default domain is refused" {
        DefaultAlloc::Required,
    }
    "189116d5ad54" "v6.7-rc1" "only the default domain itself counts as default again" {
        UseGate::OnDefault,
    }
    "e5d8be7406ca" "v6.7-rc1" "a static blocked domain serves as blocking domain" {
        BlockingAlloc::StaticOrAny,
    }
    "b5021cb264e6" "v6.7-rc1" "a page table may be made from more than an address space" {
        IommufdNoParent::Invalid,
        IommufdHwptFlags::AfterObjects,
    }
    "a9c362db3920" "v6.8-rc1" "a domain must come from the IOMMU driver of the group" {
        AttachCompat::Allocated,
        PasidAttach::Compat,
    }
    "17de3f5fdd35" "v6.8-rc1" "buses have no IOMMU operations any more" {
        Registration::InstanceOnly,
    }
    "092edaddb660" "v6.8-rc1" "an address space has domains that devices of several IOMMUs share" {
        SvaBind::DevicesBond,
        SvaSharing::NoBond,
    }
    "83b3836bf83f" "v6.8-rc3" "a static default domain's type is the wish of its driver" {
        DefaultTypeRule::StaticWins,
    }
    "fae6e669cdc5" "v6.8-rc3" "Tegra's display driver attaches over an identity domain" {
        TegraDrmAttach::OverNullOrIdentity,
    }
    "65d4418c5002" "v6.8-rc6" "a device may be bound to an address space again, if its first bind made the domain" {
        SvaSharing::BondOfNewDomain,
    }
    "6384c56c99d9" "v6.8-rc7" "a device may be bound to an address space again" {
        SvaSharing::AnyBond,
    }
    "0061ffe289e1" "v6.9-rc1" "a leaving device is attached to the static release domain" {
        ReleaseDomain::Static,
    }
    "c404f55c26fc" "v6.9-rc1" "a PASID must be in range and not 0" {
        PasidAttach::Range,
    }
    "b025dea63cde" "v6.10-rc1" "a failed PASID attach is undone only where it had succeeded" {
        PasidUndo::Accepted,
    }
    "d2f85a263883" "v6.10-rc1" "a driver is told which domain a PASID is removed from" {
        PasidRemove::OpWithDomain,
    }
    "b67483b3c44e" "v6.10-rc1" "the core sets DMA operations up itself; a type write runs no probe_finalize" {
        DmaSetup::CoreOnCurrent,
    }
    "a27bf2743cb8" "v6.11-rc1" "a user's paging domain is allocated for a device" {
        UserAlloc::Device,
    }
    "14678219cf40" "v6.11-rc1" "the PASID table holds handles" {
        PasidEntry::Handle,
    }
    "3e7f57d1ef3f" "v6.11-rc1" "the bond with an address space is the handle at its PASID" {
        SvaBind::GroupsBond,
    }
    "8519e689834a" "v6.11-rc1" "a group can be attached with a handle, which takes the place of PASID 0" {
        GroupHandle::Optional,
    }
    "79805c1bbbf9" "v6.12-rc1" "a handle that replaces another is told its domain" {
        ReplacedHandle::Told,
    }
    "9e8354b399e9" "v6.12-rc1" "an ARM mapping's domain is allocated for a device" {
        ArmMappingAlloc::Device,
    }
    "b7a0855eb95f" "v6.13-rc1" "drivers are asked for paging domains without a type" {
        PagingAlloc::Untyped,
    }
    "4208849ec7a6" "v6.13-rc1" "a blocking domain is static or a paging domain" {
        BlockingAlloc::StaticOrPaging,
    }
    "c9b4a3185fcb" "v6.13-rc1" "OMAP's IOMMU driver takes generic firmware descriptions" {
        OmapXlate::Present,
    }
    "fb3de9f9b085" "v6.14-rc1" "a PASID is attached only where the driver can remove it" {
        PasidRemovable::Asked,
    }
    "647b7aad1949" "v6.14-rc1" "a PASID is removed by the blocked domain, which the driver must have" {
        PasidAttach::Blocked,
        PasidRemove::Blocked,
    }
    "1dc7c8ed7cb3" "v6.14-rc1" "OMAP's remote processor driver takes the ARM mapping off" {
        OmapRprocMapping::TakenOff,
    }
    "cb83f4b965a6" "v6.14" "host1x attaches over an identity domain" {
        Host1xAttach::OverNullOrIdentity,
    }
    "6bc076eec6f8" "v6.15-rc1" "OMAP3's camera driver takes the ARM mapping off" {
        Omap3ispMapping::TakenOff,
    }
    "b46064a18810" "v6.15-rc1" "a use of a group without default domain is put off" {
        UseWithoutDefault::Deferred,
    }
    "bcb81ac6ae3c" "v6.15-rc1" "firmware descriptions are read when the IOMMU's probe runs, not at a bind" {
        FirmwareProbe::AtAdd,
    }
    "237603a46abf" "v6.15-rc1" "a group is attached with a handle only" {
        GroupHandle::Required,
    }
    "e1ea9d30d84c" "v6.15-rc1" "the PASID table holds a domain where there is no handle" {
        PasidEntry::HandleOrDomain,
    }
    "8a9e1e773f60" "v6.15-rc1" "the domain of a PASID can be replaced" {
        PasidReplace::Present,
    }
    "473ec072a633" "v6.15-rc1" "iommu_group_replace_domain is gone" {
        Replace::Absent,
    }
    "fb21b1568ada" "v6.15-rc1" "iommufd attaches with handles" {
        IommufdHandles::Always,
    }
    "55c85fa7579d" "v6.15-rc1" "iommufd replaces for attached devices only" {
        IommufdReplace::AttachedOnly,
    }
    "831b40f8416c" "v6.15-rc1" "iommufd refuses a second attach of a device" {
        IommufdTwice::Refused,
    }
    "2fb69c602d57" "v6.15-rc1" "PASIDs can be attached through iommufd" {
        IommufdPasid::Present,
    }
    "280e5a301005" "v6.15-rc2" "a device whose IOMMU has gone maps directly again" {
        DmaOpsCleanup::Cleared,
    }
    "b3f6fcd8404f" "v6.15" "devices without PASIDs are passed over" {
        PasidIncapable::Skipped,
    }
    "6f7340120a0a" "v6.16-rc1" "static domains fit their driver" {
        AttachCompat::AllocatedOrStatic,
        PasidAttach::BlockedOrStatic,
    }
    "07970d048cdd" "v6.16-rc1" "type 1 does not try whether a domain maps large pages" {
        Type1PageTest::Absent,
    }
    "e94160488e65" "v6.19-rc1" "a leaving device with a direct-mapped region is not blocked" {
        ReleaseDomain::StaticOrIdentity,
    }
    "72f98ef9a4be" "v6.19-rc1" "devices may not use address spaces on x86" {
        SvaOnX86::Refused,
    }
    "e37d5a2d60a3" "v6.19-rc1" "devices may use address spaces on x86 again" {
        SvaOnX86::Allowed,
    }
    "2b33598e666d" "v6.19-rc1" "a rollback leaves the device that refused alone" {
        SetDomain::RollbackBeforeFailed,
    }
    "fd714986e4e4" "v6.19-rc1" "a driver is told which domain it replaces" {
        AttachOld::Told,
    }
    "4a73abb965b7" "v7.0-rc1" "DMA operations are set up for the default domain, not for the current one" {
        DmaSetup::CoreOnDefault,
    }
    "c279e83953d9" "v7.0-rc1" "a PCI device with ATS is blocked during a reset, and its group is fenced" {
        ResetFence::Group,
    }
    "f5b16b802174" "v7.0-rc1" "the resets of the PCI core block the device" {
        PciReset::Fenced,
    }
    "d769711fcddd" "v7.1-rc4" "after a reset a device whose group has no domain stays blocked" {
        ResetWithoutDomain::Parked,
    }
    "b296ca1fb43a" "v7.1-rc4" "each device of a group has its own reset; the group counts them" {
        ResetFence::Device,
    }
    "1615e8896a8f" "v7.1-rc4" "a reset takes off and sets again only the device's own PASIDs" {
        ResetPasids::OwnOnly,
    }
    "0d5fd7a9323c" "v7.1-rc4" "a reset may be inside another of the same device" {
        ResetNesting::Counted,
    }
    "fc3523b16d2b" "v7.1-rc4" "a PASID is not removed from a device that is blocked for a reset" {
        ResetPasidDetach::NotBlocked,
    }
    "5474e6e17a26" "v7.1-rc4" "a reset does not keep detach and release from changing the group's domain" {
        ResetMust::Passes,
    }
    "072f454c38fd" "v7.3-rc1" "a device without IOMMU is bound to iommufd through its character device" {
        IommufdNoIommu::Bound,
    }
};
