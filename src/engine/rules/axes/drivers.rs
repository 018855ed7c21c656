// SPDX-License-Identifier: GPL-2.0-only
//! What drivers in the tree do: ARM's mappings, Rockchip, Tegra, OMAP.

use crate::engine::rules::define::axes;

axes! {
    /// What 32-bit ARM does DMA with when there is no IOMMU mapping.
    ArmDirectOps {
        /// A table of operations.
        Table,
        /// No table.
        NoTable,
    }
    /// For whom the domain of an ARM mapping is allocated.
    ArmMappingAlloc {
        /// For the bus; -ENOMEM for any failure.
        Bus,
        /// For the device.
        Device,
    }
    /// Has Rockchip's IOMMU driver `set_platform_dma_ops`?
    RockchipPlatformOp {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// What Rockchip's display driver does before it attaches its domain.
    RockchipAttach {
        /// Nothing.
        Direct,
        /// Takes the ARM mapping off.
        MappingOffFirst,
    }
    /// What Tegra's display driver does with the ARM mapping before it looks at the current domain.
    TegraDrmMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// What the host1x driver does with the ARM mapping before it looks at the current domain.
    Host1xMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// For which current domains Tegra's display driver attaches its own.
    TegraDrmAttach {
        /// NULL.
        OverNull,
        /// NULL and identity.
        OverNullOrIdentity,
    }
    /// For which current domains the host1x driver attaches its own.
    Host1xAttach {
        /// NULL.
        OverNull,
        /// NULL and identity.
        OverNullOrIdentity,
    }
    /// Has OMAP's IOMMU driver `of_xlate`?
    OmapXlate {
        /// No: it finds its devices by itself, as long as a bus has operations.
        Absent,
        /// Yes.
        Present,
    }
    /// What OMAP3's camera driver does with the ARM mapping before it attaches its own.
    Omap3ispMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
    /// What OMAP's remote processor driver does with the ARM mapping in its probe.
    OmapRprocMapping {
        /// Nothing.
        Kept,
        /// Takes it off.
        TakenOff,
    }
}
