// SPDX-License-Identifier: GPL-2.0-only
//! The fixed words of the format, each with what it stands for in a script.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DomainKind, DomainOps, DriverKind, Field, Static, VfioIommu,
};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident($target:ident) {
        $($(#[$about:meta])* $variant:ident = $word:literal => $value:ident,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
            #[schemars(inline)]
            pub(crate) enum $name {
                $($(#[$about])* #[serde(rename = $word)] $variant,)*
            }

            impl $name {
                /// What it stands for.
                pub(crate) fn value(self) -> $target {
                    match self { $($name::$variant => $target::$value,)* }
                }
            }
        )*
    };
}

words! {
    /// `arch:`
    ArchWord(Arch) {
        /// Any architecture with the generic DMA layer.
        Generic = "generic" => Generic,
        /// 32-bit ARM, where the architecture makes a mapping for each device.
        Arm32 = "arm32" => Arm32,
    }
    /// The system's default domain type.
    SystemTypeWord(DefaultType) {
        /// Translated by the DMA layer.
        Dma = "dma" => Dma,
        /// The same with deferred invalidation (v5.15).
        DmaFq = "dma-fq" => DmaFq,
        /// Not translated.
        Identity = "identity" => Identity,
    }
    /// The type that an IOMMU driver insists on for a device.
    DeviceTypeWord(DefaultType) {
        /// Translated by the DMA layer.
        Dma = "dma" => Dma,
        /// Not translated.
        Identity = "identity" => Identity,
    }
    /// A domain type that can be refused or made to fail.
    KindWord(DomainKind) {
        Identity = "identity" => Identity,
        Dma = "dma" => Dma,
        DmaFq = "dma-fq" => DmaFq,
        Unmanaged = "unmanaged" => Unmanaged,
        Blocked = "blocked" => Blocked,
    }
    /// A kind of domain that has operations of its own.
    OpsWord(DomainOps) {
        /// Those that translate, a user's own and the kernel's.
        Paging = "paging" => Paging,
        Identity = "identity" => Identity,
        /// Without it the driver cannot remove PASIDs either.
        Blocked = "blocked" => Blocked,
        /// Those of address spaces.
        Sva = "sva" => Sva,
    }
    /// How a device leaves a domain when there is none to go to.
    DetachWord(DetachOps) {
        /// Not at all.
        None = "none" => None,
        /// By `detach_dev` up to v6.2, by `set_platform_dma_ops` from v6.3 to v6.6.
        Full = "full" => Full,
        /// As `full`, but `set_platform_dma_ops` only from v6.4 on.
        LatePlatformOp = "late-platform-op" => LatePlatformOp,
        /// By `detach_dev` up to v6.2, not at all from v6.3 to v6.6.
        DetachOnly = "detach-only" => DetachOnly,
    }
    /// A static domain.
    StaticWord(Static) {
        /// An identity domain.
        Identity = "identity" => Identity,
        /// A blocked domain.
        Blocked = "blocked" => Blocked,
        /// The domain that a device is left in when it goes away (v6.9).
        Release = "release" => Release,
        /// The domain that is the default domain of every group (v6.7).
        Default = "default" => Default,
        /// A platform domain (v6.7).
        Platform = "platform" => Platform,
    }
    /// A bus.
    BusWord(Bus) {
        Platform = "platform" => Platform,
        Amba = "amba" => Amba,
        FslMc = "fsl-mc" => FslMc,
        Pci = "pci" => Pci,
        Cdx = "cdx" => Cdx,
        Host1x = "host1x" => Host1x,
    }
    /// A kind of driver.
    DriverWord(DriverKind) {
        /// Uses the kernel's DMA API.
        KernelDma = "kernel_dma" => KernelDma,
        /// Has `driver_managed_dma`, and VFIO does not know it.
        Managed = "managed" => Managed,
        /// vfio-pci, which registers the device with VFIO; on PCI.
        VfioPci = "vfio_pci" => VfioPci,
        /// pci-stub; on PCI.
        PciStub = "pci_stub" => PciStub,
        /// pcieport, which takes bridges alone; on PCI.
        Pcieport = "pcieport" => Pcieport,
        /// A driver of an emulated device, such as a mediated one, which it registers with VFIO; of a device with
        /// `vfio_group`.
        VfioEmulated = "vfio_emulated" => VfioEmulated,
    }
    /// What a container's IOMMU is set to.
    VfioIommuWord(VfioIommu) {
        Type1 = "type1" => Type1,
        Type1v2 = "type1v2" => Type1v2,
        SpaprTce = "spapr_tce" => SpaprTce,
        NoIommu = "noiommu" => NoIommu,
    }
    /// A private field of a group.
    FieldWord(Field) {
        Domain = "domain" => Domain,
        DefaultDomain = "default_domain" => DefaultDomain,
        BlockingDomain = "blocking_domain" => BlockingDomain,
        Owner = "owner" => Owner,
        OwnerCnt = "owner_cnt" => OwnerCnt,
    }
}

/// What a declared domain is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum DomainWord {
    /// A paging domain of the user's own.
    Paging,
    /// A mapping of 32-bit ARM; its name is its domain's too.
    Mapping,
    /// A page table of iommufd.
    Hwpt,
    /// An address space of iommufd.
    Ioas,
}

/// The call that a fault makes fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(crate) enum CallWord {
    /// The attach of a domain: `attach_dev`.
    Attach,
    /// The attach of a domain to a PASID: `set_dev_pasid`.
    Pasid,
    /// The probe of the IOMMU driver: `probe_device`.
    Probe,
    /// The IOMMU driver's choice of a group: `device_group`.
    Group,
    /// The device driver's own probe.
    DriverProbe,
    /// The IOMMU driver's allocation of a domain, which has no device and no name yet, perhaps a `domain_type`.
    Alloc,
}
