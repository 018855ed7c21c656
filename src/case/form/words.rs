// SPDX-License-Identifier: GPL-2.0-only
//! The fixed words of the format, each with what it stands for in a script.

use serde::Deserialize;

use crate::script::{Arch, Bus, DefaultType, DetachOps, DomainKind, DriverKind, Field, Static, VfioIommu};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident($target:ident) { $($variant:ident = $word:literal => $value:ident,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
            pub(crate) enum $name {
                $(#[serde(rename = $word)] $variant,)*
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
        Generic = "generic" => Generic,
        Arm32 = "arm32" => Arm32,
    }
    /// The system's default domain type.
    SystemTypeWord(DefaultType) {
        Dma = "dma" => Dma,
        DmaFq = "dma-fq" => DmaFq,
        Identity = "identity" => Identity,
    }
    /// The type that an IOMMU driver insists on for a device.
    DeviceTypeWord(DefaultType) {
        Dma = "dma" => Dma,
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
    /// How a device leaves a domain when there is none to go to.
    DetachWord(DetachOps) {
        None = "none" => None,
        Full = "full" => Full,
        LatePlatformOp = "late-platform-op" => LatePlatformOp,
    }
    /// A static domain.
    StaticWord(Static) {
        Identity = "identity" => Identity,
        Blocked = "blocked" => Blocked,
        Release = "release" => Release,
        Default = "default" => Default,
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
        KernelDma = "kernel_dma" => KernelDma,
        Managed = "managed" => Managed,
        VfioPci = "vfio_pci" => VfioPci,
        PciStub = "pci_stub" => PciStub,
        Pcieport = "pcieport" => Pcieport,
    }
    /// What a container's IOMMU is set to.
    VfioIommuWord(VfioIommu) {
        Type1 = "type1" => Type1,
        Type1v2 = "type1v2" => Type1v2,
        SpaprTce = "spapr_tce" => SpaprTce,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DomainWord {
    /// A domain of the user.
    Paging,
    /// An ARM mapping.
    Mapping,
    /// A page table of iommufd.
    Hwpt,
    /// An address space of iommufd.
    Ioas,
}

/// The call that a fault makes fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CallWord {
    /// `attach_dev`
    Attach,
    /// `set_dev_pasid`
    Pasid,
    /// `probe_device`
    Probe,
    /// `device_group`
    Group,
    /// The device driver's own probe.
    DriverProbe,
    /// The IOMMU driver's allocation of a domain.
    Alloc,
}
