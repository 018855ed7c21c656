// SPDX-License-Identifier: GPL-2.0-only
//! Named capability sets: what well-known IOMMU drivers offer to the core.
//!
//! Each is an approximation. It is the same on every release, although drivers changed; where a driver gained
//! something late, the set has it from the release on that lets a driver have it at all (static domains from
//! v6.7, release domains from v6.9), and where it lost something, the note says which time the set is
//! about. A case that turns on such a detail writes out the capability, on top of `base`.
//!
//! The facts come from reading the drivers' `struct iommu_ops` and allocation functions in
//! `drivers/iommu/` and `arch/powerpc/kernel/iommu.c` between v5.10 and v7.x.

use crate::script::{DefaultType, DetachOps, DomainKind, DomainOps, Errno, KindSet, Static, StaticSet};

/// What an IOMMU driver offers to the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The system's default domain type.
    pub default_type: DefaultType,
    /// The type the driver insists on for every device that does not say otherwise.
    pub device_type: Option<DefaultType>,
    /// Types the driver refuses to allocate.
    pub deny: KindSet,
    /// With which errno, where the release lets it say one.
    pub deny_errno: Option<Errno>,
    /// How a device leaves a domain when there is none to go to.
    pub detach: DetachOps,
    /// Static domains.
    pub statics: StaticSet,
    /// Is it capable of deferred invalidation?
    pub deferred_flush: bool,
    /// Did it get `of_xlate` late, as OMAP's driver?
    pub late_xlate: bool,
    /// How many paging domains can be attached at a time, if there is a limit?
    pub address_spaces: Option<u8>,
    /// Domains without `set_dev_pasid`; no named set has such.
    pub no_set_dev_pasid: Vec<DomainOps>,
}

/// The set whose driver found its devices without the generic description up to v6.12.
const OMAP: &str = "omap";

/// A capability set with a name.
#[derive(Clone, Copy, Debug)]
pub struct NamedSet {
    /// Its name in cases.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    /// Where in the kernel's tree that can be read.
    pub source: &'static str,
    device_type: Option<DefaultType>,
    deny: &'static [DomainKind],
    detach: DetachOps,
    statics: &'static [Static],
    deferred_flush: bool,
}

impl NamedSet {
    /// What it offers.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            default_type: DefaultType::Dma,
            device_type: self.device_type,
            deny: self.deny.iter().copied().collect(),
            deny_errno: None,
            detach: self.detach,
            statics: self.statics.to_vec(),
            deferred_flush: self.deferred_flush,
            late_xlate: self.name == OMAP,
            address_spaces: None,
            no_set_dev_pasid: Vec::new(),
        }
    }
}

/// The set of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static NamedSet> {
    SETS.iter().find(|set| set.name == name)
}

/// Neither identity nor blocked domains can be allocated, as in most drivers of embedded systems.
const PAGING_ONLY: &[DomainKind] = &[DomainKind::Identity, DomainKind::Blocked];
/// Nothing but a user's own domain can be allocated.
const UNMANAGED_ONLY: &[DomainKind] =
    &[DomainKind::Identity, DomainKind::Dma, DomainKind::DmaFq, DomainKind::Blocked];
/// Everything but a blocked domain can be allocated.
const NO_BLOCKED: &[DomainKind] = &[DomainKind::Blocked];

/// A driver that allocates every type on demand.
pub const PLAIN: NamedSet = NamedSet {
    name: "plain",
    about: "No driver in particular: allocates every type on demand, has neither a detach operation nor static \
            domains. Take it when the report does not depend on the driver.",
    source: "drivers/iommu/iommu.c",
    device_type: None,
    deny: &[],
    detach: DetachOps::None,
    statics: &[],
    deferred_flush: true,
};

/// Every named set.
pub const SETS: &[NamedSet] = &[
    PLAIN,
    NamedSet {
        name: "amd",
        about: "AMD-Vi. Identity domains on demand, later static; no blocked domain before a static one; \
                default domains always, so that a detach operation never matters.",
        source: "drivers/iommu/amd/iommu.c",
        deny: NO_BLOCKED,
        statics: &[Static::Identity, Static::Blocked, Static::Release],
        ..PLAIN
    },
    NamedSet {
        name: "apple-dart",
        about: "Apple's DART. Identity and blocked domains on demand, later static. Which type it insists on \
                depends on the page size and on bypass of the instance: say it with the device's \
                `default_type`.",
        source: "drivers/iommu/apple-dart.c",
        statics: &[Static::Identity, Static::Blocked],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "arm-smmu",
        about: "ARM's SMMU v1 and v2. Identity domains on demand, later static; no blocked domain before a \
                static one; no detach operation.",
        source: "drivers/iommu/arm/arm-smmu/arm-smmu.c",
        deny: NO_BLOCKED,
        statics: &[Static::Identity, Static::Blocked],
        ..PLAIN
    },
    NamedSet {
        name: "arm-smmu-v3",
        about: "ARM's SMMU v3. As `arm-smmu`; the static release domain, which came last, is left out.",
        source: "drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c",
        deny: NO_BLOCKED,
        statics: &[Static::Identity, Static::Blocked],
        ..PLAIN
    },
    NamedSet {
        name: "exynos",
        about: "Samsung's SysMMU, on 32-bit ARM and others. Only paging domains on demand; a detach operation, \
                then the platform operation in time for v6.3 (189d496b48b1), then a static identity domain.",
        source: "drivers/iommu/exynos-iommu.c",
        deny: PAGING_ONLY,
        detach: DetachOps::Full,
        statics: &[Static::Identity],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "intel",
        about: "Intel's VT-d. Identity and blocked domains on demand, later static, and a static release \
                domain that is the blocked one; default domains always, so that a detach operation never \
                matters.",
        source: "drivers/iommu/intel/iommu.c",
        statics: &[Static::Identity, Static::Blocked, Static::Release],
        ..PLAIN
    },
    NamedSet {
        name: "mediatek",
        about: "MediaTek's M4U of the second generation (64-bit ARM). Only paging domains on demand; a detach \
                operation up to v6.2, nothing for it until a static identity domain in v6.7 (b01b12573837).",
        source: "drivers/iommu/mtk_iommu.c",
        deny: PAGING_ONLY,
        detach: DetachOps::DetachOnly,
        statics: &[Static::Identity],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: OMAP,
        about: "TI's OMAP (32-bit ARM). Only a user's own domains on demand, so no default domain at first; a \
                detach operation, then the platform operation, then a static identity domain.",
        source: "drivers/iommu/omap-iommu.c",
        deny: UNMANAGED_ONLY,
        detach: DetachOps::Full,
        statics: &[Static::Identity],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "qcom",
        about: "Qualcomm's IOMMU of older chips. Only paging domains on demand; a detach operation up to \
                v6.2, nothing for it until a static identity domain in v6.7 (786478a90294).",
        source: "drivers/iommu/arm/arm-smmu/qcom_iommu.c",
        deny: PAGING_ONLY,
        detach: DetachOps::DetachOnly,
        statics: &[Static::Identity],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "rockchip",
        about: "Rockchip, on 32-bit and 64-bit ARM. Only paging domains on demand; a detach operation, then \
                the platform operation one release late, in v6.4 (25c2325575cc), then a static identity \
                domain.",
        source: "drivers/iommu/rockchip-iommu.c",
        deny: PAGING_ONLY,
        detach: DetachOps::LatePlatformOp,
        statics: &[Static::Identity],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "s390",
        about: "s390's PCI, as it was to v6.6: only a user's own domains on demand, and a platform that maps \
                for the kernel in its own way. From v6.7 on the driver uses the generic DMA layer; a case \
                about that time denies `identity` alone and has `blocked` and `release` static.",
        source: "drivers/iommu/s390-iommu.c",
        deny: UNMANAGED_ONLY,
        detach: DetachOps::Full,
        statics: &[Static::Platform],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "spapr-tce",
        about: "POWER's TCE tables (in the core from v6.4 on). Nothing but a blocked domain can be had; the \
                default domain is the platform's, which the driver returns to.",
        source: "arch/powerpc/kernel/iommu.c",
        deny: &[DomainKind::Identity, DomainKind::Dma, DomainKind::DmaFq, DomainKind::Unmanaged],
        detach: DetachOps::Full,
        statics: &[Static::Blocked, Static::Platform],
        deferred_flush: false,
        ..PLAIN
    },
    NamedSet {
        name: "tegra-smmu",
        about: "NVIDIA's SMMU of Tegra30 to Tegra210. Only a user's own domains on demand before v6.7; a \
                detach operation, then the platform operation, then a static identity domain that is the \
                default of every device.",
        source: "drivers/iommu/tegra-smmu.c",
        device_type: Some(DefaultType::Identity),
        deny: UNMANAGED_ONLY,
        detach: DetachOps::Full,
        statics: &[Static::Identity],
        deferred_flush: false,
    },
    NamedSet {
        name: "virtio",
        about: "virtio-iommu. Identity domains on demand (v5.17), no blocked domain, no detach operation. Its \
                late static domains are left out.",
        source: "drivers/iommu/virtio-iommu.c",
        deny: NO_BLOCKED,
        ..PLAIN
    },
];
