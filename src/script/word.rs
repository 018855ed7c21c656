// SPDX-License-Identifier: GPL-2.0-only
//! The words that cases, the protocol and people use for closed sets of values.

use super::{
    Arch, Bus, DefaultType, DetachOps, DomainKind, DomainOps, DriverKind, FaultKind, Field, Static,
    VfioIommu, VfioStatus,
};

/// A closed set of values, each with its word.
pub trait Worded: Copy + 'static {
    /// What one of them is.
    const WHAT: &'static str;
    /// All of them.
    const ALL: &'static [Self];

    /// Its word.
    fn word(self) -> &'static str;

    /// The value of this word.
    #[must_use]
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

macro_rules! worded {
    ($($what:literal $name:ty { $($variant:ident = $word:literal,)* })*) => {
        $(impl $crate::script::Worded for $name {
            const WHAT: &'static str = $what;
            const ALL: &'static [Self] = &[$(<$name>::$variant),*];

            fn word(self) -> &'static str {
                match self { $(<$name>::$variant => $word,)* }
            }
        })*
    };
}
pub(crate) use worded;

worded! {
    "an architecture" Arch { Generic = "generic", Arm32 = "arm32", }
    "a default type" DefaultType { Dma = "dma", DmaFq = "dma-fq", Identity = "identity", }
    "a domain type" DomainKind {
        Blocked = "blocked",
        Identity = "identity",
        Unmanaged = "unmanaged",
        Dma = "dma",
        DmaFq = "dma-fq",
        Platform = "platform",
        Sva = "sva",
    }
    "a kind of domain" DomainOps { Paging = "paging", Identity = "identity", Blocked = "blocked", Sva = "sva", }
    "a way to detach" DetachOps {
        None = "none",
        Full = "full",
        LatePlatformOp = "late-platform-op",
        DetachOnly = "detach-only",
    }
    "a static domain" Static {
        Identity = "identity",
        Blocked = "blocked",
        Release = "release",
        Default = "default",
        Platform = "platform",
    }
    "a bus" Bus {
        Platform = "platform",
        Amba = "amba",
        FslMc = "fsl-mc",
        Pci = "pci",
        Cdx = "cdx",
        Host1x = "host1x",
    }
    "a driver" DriverKind {
        KernelDma = "kernel_dma",
        Managed = "managed",
        VfioPci = "vfio_pci",
        PciStub = "pci_stub",
        Pcieport = "pcieport",
        VfioEmulated = "vfio_emulated",
    }
    "a type of VFIO's IOMMU" VfioIommu {
        Type1 = "type1",
        Type1v2 = "type1v2",
        SpaprTce = "spapr_tce",
        NoIommu = "noiommu",
    }
    "a status of a VFIO group" VfioStatus {
        NotViable = "not_viable",
        Viable = "viable",
        ContainerSet = "container_set",
        ViableAndSet = "viable_and_set",
    }
    "a field of a group" Field {
        Domain = "domain",
        DefaultDomain = "default_domain",
        BlockingDomain = "blocking_domain",
        OwnerCnt = "owner_cnt",
        Owner = "owner",
    }
    "a call that can fail" FaultKind {
        Attach = "attach",
        Pasid = "pasid",
        Probe = "probe",
        Group = "group",
        DriverProbe = "driver_probe",
        Alloc = "alloc",
    }
}
