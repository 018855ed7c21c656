// SPDX-License-Identifier: GPL-2.0-only
//! The world a script starts from: architecture, IOMMU driver, groups and devices.

use super::{Errno, GroupId};

/// The architecture, as far as the IOMMU core cares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Arch {
    /// Any architecture with the generic DMA layer (`CONFIG_IOMMU_DMA`).
    #[default]
    Generic,
    /// 32-bit ARM: `CONFIG_ARM_DMA_USE_IOMMU` on, `CONFIG_IOMMU_DMA` off.
    Arm32,
}

/// The system's default domain type (`iommu_def_domain_type`, `iommu.passthrough=`, `iommu.strict=`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DefaultType {
    /// `DMA`: translated, strict invalidation.
    #[default]
    Dma,
    /// `DMA-FQ`: translated, deferred invalidation (v5.15 and later).
    DmaFq,
    /// `identity`: pass-through.
    Identity,
}

/// The type of a domain (`struct iommu_domain`'s `type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainKind {
    /// `IOMMU_DOMAIN_BLOCKED`
    Blocked,
    /// `IOMMU_DOMAIN_IDENTITY`
    Identity,
    /// `IOMMU_DOMAIN_UNMANAGED`
    Unmanaged,
    /// `IOMMU_DOMAIN_DMA`
    Dma,
    /// `IOMMU_DOMAIN_DMA_FQ` (v5.15)
    DmaFq,
    /// `IOMMU_DOMAIN_PLATFORM` (v6.7)
    Platform,
    /// `IOMMU_DOMAIN_SVA` (v6.2): an address space's own
    Sva,
}

impl DomainKind {
    /// All kinds.
    pub const ALL: [DomainKind; 7] = [
        DomainKind::Blocked,
        DomainKind::Identity,
        DomainKind::Unmanaged,
        DomainKind::Dma,
        DomainKind::DmaFq,
        DomainKind::Platform,
        DomainKind::Sva,
    ];

    /// The name that the group's sysfs `type` and the recorded traces use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            DomainKind::Blocked => "blocked",
            DomainKind::Identity => "identity",
            DomainKind::Unmanaged => "unmanaged",
            DomainKind::Dma => "DMA",
            DomainKind::DmaFq => "DMA-FQ",
            DomainKind::Platform => "platform",
            DomainKind::Sva => "sva",
        }
    }

    /// True for the two types the kernel's DMA API translates with.
    #[must_use]
    pub fn is_dma(self) -> bool {
        matches!(self, DomainKind::Dma | DomainKind::DmaFq)
    }
}

/// A set of domain types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct KindSet(u8);

impl KindSet {
    /// The empty set.
    pub const EMPTY: KindSet = KindSet(0);

    /// Adds a type.
    #[must_use]
    pub fn with(self, kind: DomainKind) -> KindSet {
        KindSet(self.0 | 1 << kind as u8)
    }

    /// Is the type in the set?
    #[must_use]
    pub fn contains(self, kind: DomainKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// The types in the set.
    pub fn iter(self) -> impl Iterator<Item = DomainKind> {
        DomainKind::ALL.into_iter().filter(move |k| self.contains(*k))
    }
}

impl FromIterator<DomainKind> for KindSet {
    fn from_iter<T: IntoIterator<Item = DomainKind>>(iter: T) -> KindSet {
        iter.into_iter().fold(KindSet::EMPTY, KindSet::with)
    }
}

/// A static domain of an IOMMU driver: a singleton that is never allocated or freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Static {
    /// `ops->identity_domain` (v6.7; recorded as `IDN`)
    Identity,
    /// `ops->blocked_domain` (v6.7; recorded as `BLK`)
    Blocked,
    /// `ops->release_domain` (v6.9; recorded as `REL`): the blocked domain if there is one already,
    /// else one of its own
    Release,
    /// `ops->default_domain` (v6.7; recorded as `DEF`): the identity domain if there is one already,
    /// else an identity domain of its own
    Default,
    /// `ops->default_domain` of type PLATFORM (v6.7; recorded as `PLT`)
    Platform,
}

/// A kind of domain of an IOMMU driver, as far as they have operations of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainOps {
    /// Those that translate, a user's own and the kernel's.
    Paging,
    /// Those that pass through.
    Identity,
    /// Those that block.
    Blocked,
    /// Those of address spaces (SVA).
    Sva,
}

impl DomainOps {
    /// All kinds.
    pub const ALL: [DomainOps; 4] =
        [DomainOps::Paging, DomainOps::Identity, DomainOps::Blocked, DomainOps::Sva];

    /// Those of a domain of this type; the platform's are like those that translate.
    #[must_use]
    pub fn of(kind: DomainKind) -> DomainOps {
        match kind {
            DomainKind::Blocked => DomainOps::Blocked,
            DomainKind::Identity => DomainOps::Identity,
            DomainKind::Unmanaged | DomainKind::Dma | DomainKind::DmaFq | DomainKind::Platform => {
                DomainOps::Paging
            }
            DomainKind::Sva => DomainOps::Sva,
        }
    }
}

/// The static domains a driver offers, in the order in which the driver sets them up.
pub type StaticSet = Vec<Static>;

/// How an IOMMU driver gets a device off a domain when there is no domain to go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DetachOps {
    /// It cannot.
    #[default]
    None,
    /// By the domain's `detach_dev` up to v6.2, by the driver's `set_platform_dma_ops` from v6.3 to v6.6.
    Full,
    /// As `Full`, but `set_platform_dma_ops` came late, as in Rockchip's driver (25c2325575cc, v6.4).
    LatePlatformOp,
    /// By the domain's `detach_dev` up to v6.2 and not at all from v6.3 to v6.6, as in MediaTek's driver (b01b12573837
    /// tells, v6.7).
    DetachOnly,
}

/// One setting of the mock IOMMU driver. A kernel that lacks what is asked for says so and goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The system's default domain type.
    DefaultType(DefaultType),
    /// Types the driver refuses to allocate.
    Deny(KindSet),
    /// The errno of a refusal (v6.7 and later; before, the driver returns NULL).
    DenyErrno(Errno),
    /// How the driver gets a device off a domain when there is no domain to go to.
    Detach(DetachOps),
    /// The driver is capable of deferred invalidation (`IOMMU_CAP_DEFERRED_FLUSH`).
    DeferredFlush(bool),
    /// Run operations that no correct caller makes and that may crash the kernel.
    Unsafe(bool),
    /// Static domains.
    Static(StaticSet),
    /// 32-bit ARM: the driver finds its devices by a look-up of its own and got `of_xlate` late, as OMAP's did
    /// (c9b4a3185fcb, v6.13).
    LateXlate(bool),
    /// So many paging domains can be attached at a time; one more is -ENOSPC.
    AddressSpaces(u8),
    /// Domains without `set_dev_pasid` (v6.2). Where blocked ones have none, PASIDs cannot be removed: up to v6.13 the
    /// driver has no `remove_dev_pasid` then, whose place they take.
    NoSetDevPasid(Vec<DomainOps>),
    /// `CONFIG_DEBUG_TEST_DRIVER_REMOVE`: each probe is undone once and done again.
    TestDriverRemove(bool),
}

/// A group of the topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSpec {
    /// Its name.
    pub name: String,
    /// The driver keeps a reference of its own, so that the group outlives its devices.
    pub hold: bool,
}

/// The bus of a device; decides how a bind touches ownership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Bus {
    /// platform
    #[default]
    Platform,
    /// AMBA
    Amba,
    /// NXP's fsl-mc
    FslMc,
    /// PCI
    Pci,
    /// AMD's CDX (v6.4)
    Cdx,
    /// host1x: configures DMA and never asks for ownership
    Host1x,
}

/// A kind of driver that can be bound to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DriverKind {
    /// A driver that uses the kernel's DMA API.
    KernelDma,
    /// A driver with `driver_managed_dma` that VFIO does not know.
    Managed,
    /// The kernel's `vfio-pci`, which registers the device with VFIO.
    VfioPci,
    /// The kernel's `pci-stub`.
    PciStub,
    /// The kernel's `pcieport`, which takes bridges alone.
    Pcieport,
    /// A driver that registers an emulated device with VFIO (`vfio_register_emulated_iommu_dev`), such as that of a
    /// mediated device.
    VfioEmulated,
}

impl DriverKind {
    /// Has it `driver_managed_dma` (v5.19)?
    #[must_use]
    pub fn manages_dma(self) -> bool {
        match self {
            DriverKind::KernelDma => false,
            DriverKind::Managed
            | DriverKind::VfioPci
            | DriverKind::PciStub
            | DriverKind::Pcieport
            | DriverKind::VfioEmulated => true,
        }
    }

    /// Does it drive PCI devices alone?
    #[must_use]
    pub fn needs_pci(self) -> bool {
        match self {
            DriverKind::KernelDma | DriverKind::Managed | DriverKind::VfioEmulated => false,
            DriverKind::VfioPci | DriverKind::PciStub | DriverKind::Pcieport => true,
        }
    }
}

/// A device of the topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSpec {
    /// Its name.
    pub name: String,
    /// Its group; `None`: no IOMMU serves it.
    pub group: Option<GroupId>,
    /// Its bus.
    pub bus: Bus,
    /// The type its IOMMU driver insists on (`def_domain_type`).
    pub default_type: Option<DefaultType>,
    /// Its first attach is deferred (`is_attach_deferred`, as in a kdump kernel).
    pub deferred: bool,
    /// Firmware asks for a direct-mapped region (`IOMMU_RESV_DIRECT`).
    pub direct: bool,
    /// Width of its PASIDs in bits; 0 = none.
    pub pasid_bits: u32,
    /// Described in a device tree with an `iommus` property (ARM32): gets a mapping at bind.
    pub device_tree: bool,
    /// An untrusted PCI device (an external port): forces a DMA domain.
    pub untrusted: bool,
    /// A PCI bridge: its configuration header is not that of an endpoint.
    pub bridge: bool,
    /// Its DMA is coherent with caches (`IOMMU_CAP_CACHE_COHERENCY`).
    pub cache_coherent: bool,
    /// It cannot write to the interrupts of others.
    pub isolated_msi: bool,
    /// A PCI device that supports ATS, and with it a function-level reset.
    pub ats: bool,
    /// The requester id by which the IOMMU knows it, where several devices share one: DMA aliases.
    pub requester_id: Option<u16>,
    /// The group that VFIO makes for it, where no IOMMU serves it: if it is emulated, or else in the no-IOMMU mode
    /// (`enable_unsafe_noiommu_mode`), which is then on.
    pub vfio_group: Option<GroupId>,
}

impl DeviceSpec {
    /// A plain platform device in a group.
    #[must_use]
    pub fn new(name: impl Into<String>, group: Option<GroupId>) -> DeviceSpec {
        DeviceSpec {
            name: name.into(),
            group,
            bus: Bus::Platform,
            default_type: None,
            deferred: false,
            direct: false,
            pasid_bits: 0,
            device_tree: false,
            untrusted: false,
            bridge: false,
            cache_coherent: true,
            isolated_msi: true,
            ats: false,
            requester_id: None,
            vfio_group: None,
        }
    }
}

/// A word written to a group's sysfs `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TypeWord {
    /// `identity`
    Identity,
    /// `DMA`
    Dma,
    /// `DMA-FQ` (v5.15)
    DmaFq,
    /// `auto`
    Auto,
    /// Anything else.
    Unknown,
}

impl TypeWord {
    /// The word; none for one that no kernel knows.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        match self {
            TypeWord::Identity => Some("identity"),
            TypeWord::Dma => Some("DMA"),
            TypeWord::DmaFq => Some("DMA-FQ"),
            TypeWord::Auto => Some("auto"),
            TypeWord::Unknown => None,
        }
    }

    /// The word as it is written; what the kernel does not know is legal.
    #[must_use]
    pub fn from_text(word: &str) -> TypeWord {
        match word {
            "identity" => TypeWord::Identity,
            "DMA" => TypeWord::Dma,
            "DMA-FQ" => TypeWord::DmaFq,
            "auto" => TypeWord::Auto,
            _ => TypeWord::Unknown,
        }
    }
}
