// SPDX-License-Identifier: GPL-2.0-only
//! Which domains a group gets, and when.

use crate::engine::rules::define::axes;

axes! {
    /// May a device with a direct-mapped region be blocked?
    DirectRule {
        /// Nobody looks.
        Ignored,
        /// No: -EINVAL.
        NeverBlocked,
    }
    /// Where a blocking domain comes from.
    BlockingAlloc {
        /// Allocated as BLOCKED, else as UNMANAGED, else -EINVAL.
        Any,
        /// The static one, else allocated as before, else the last errno.
        StaticOrAny,
        /// The static one, else a paging domain, else its errno.
        StaticOrPaging,
    }
    /// How the type of a default domain is chosen.
    DefaultTypeRule {
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
    DefaultAlloc {
        /// Yes, where none can be allocated.
        Optional,
        /// No: the device is refused, with the errno of the allocation.
        Required,
    }
    /// Is DMA-FQ a type of domain?
    DmaFq {
        /// No.
        Absent,
        /// Yes, and the driver is asked for it.
        DriverAsked,
        /// Yes; the driver is asked for DMA.
        CoreOnly,
    }
    /// Who takes the DMA cookie of a DMA domain.
    DmaCookie {
        /// The IOMMU driver, when it allocates.
        Driver,
        /// The core, right after the allocation.
        Core,
    }
    /// Can a driver have static identity, blocked and default domains, and say why it refuses to allocate?
    StaticDomains {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// How a driver is asked for a paging domain.
    PagingAlloc {
        /// By type.
        Typed,
        /// Without a type.
        Untyped,
    }
    /// For whom a user's own domain is allocated.
    UserAlloc {
        /// For a bus.
        Bus,
        /// For a device.
        Device,
    }
    /// Who may change a group's type through sysfs.
    TypeWrite {
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
    TypeWithoutDefault {
        /// The word is parsed first.
        ParseFirst,
        /// -EINVAL at once.
        Refused,
    }
    /// Who sets the DMA operations of a device up.
    DmaSetup {
        /// The IOMMU driver, in `probe_finalize`, which a type write therefore runs.
        Driver,
        /// The core, for the group's domain.
        CoreOnCurrent,
        /// The core, for the group's default domain.
        CoreOnDefault,
    }
    /// Does a device whose IOMMU has gone go on mapping by it, where the core had set that up?
    DmaOpsCleanup {
        /// Yes, by a group that it has no more.
        Kept,
        /// No: it maps directly again.
        Cleared,
    }
    /// When the deferred flush queue is given up for want of the capability.
    FlushQueue {
        /// Never.
        Always,
        /// Where the driver has no `IOMMU_CAP_DEFERRED_FLUSH`.
        IfCapable,
    }
}
