// SPDX-License-Identifier: GPL-2.0-only
//! Attach and detach: which are let through, how they reach the devices, what follows an error.

use crate::engine::rules::define::axes;

axes! {
    /// Which current domain makes an attach fail with -EBUSY.
    AttachGate {
        /// Any but the default domain, and only where there is a default domain.
        NotDefaultIfAny,
        /// Any but NULL and the default domain.
        NotDefault,
        /// Any but NULL, the default and the blocking domain.
        NotCore,
    }
    /// Which domains fit a group's IOMMU driver.
    AttachCompat {
        /// Nobody looks.
        Unchecked,
        /// Those that the driver's operations allocated.
        Allocated,
        /// Those, and the driver's static identity and blocked domains.
        AllocatedOrStatic,
    }
    /// How an attach reaches the devices of a group.
    AttachPath {
        /// One after the other; after an error the earlier ones stay on the new domain.
        Direct,
        /// As before; after an error all are attached to the old domain again.
        Reattach,
        /// By the common set-domain step, which does nothing for the current domain and rolls back.
        SetDomain,
    }
    /// What setting a group's domain does after an error.
    SetDomain {
        /// Nothing: earlier devices stay on the new domain.
        NoRollback,
        /// Re-attaches the old domain up to and including the device that refused.
        RollbackThroughFailed,
        /// Re-attaches the old domain to the devices before the one that refused.
        RollbackBeforeFailed,
    }
    /// Can a set-domain step be told that it must not fail?
    MustSucceed {
        /// No.
        No,
        /// Yes: it goes on after an error and parks a refusing device on the blocking domain.
        Yes,
    }
    /// How a group gets to the NULL domain.
    NullTarget {
        /// By the domain's `detach_dev`.
        DetachOp,
        /// By the driver's `set_platform_dma_ops`.
        PlatformOp,
        /// Not at all.
        Error,
    }
    /// Where a detach leads.
    DetachTo {
        /// To the default domain, or to NULL without one.
        Default,
        /// The same, but to NULL in an owned group.
        DefaultOrNullIfOwned,
        /// To the blocking domain of an owned group, else to the default domain.
        Core,
    }
    /// What `iommu_detach_device` checks.
    DetachCheck {
        /// The number of devices.
        Count,
        /// That the domain is the group's, then the number of devices.
        PointerThenCount,
    }
    /// How the core knows that a first attach is deferred.
    Deferral {
        /// It asks the driver each time.
        Asked,
        /// It asks once and keeps a flag, which the first attach clears.
        Stored,
    }
    /// Whose operations the core asks about a device: its default type, the deferral of its attach.
    DeviceOps {
        /// Those of its bus, whether an IOMMU serves it or not.
        Bus,
        /// Those of its own IOMMU; a device without one takes the kernel down.
        Device,
    }
    /// What `iommu_deferred_attach` does.
    DeferredAttach {
        /// `iommu_attach_device`, with its rule of one device.
        Singleton,
        /// Attaches the one device.
        OneDevice,
    }
    /// Is a driver told which domain it replaces?
    AttachOld {
        /// No.
        NotTold,
        /// Yes.
        Told,
    }
    /// Does `iommu_group_replace_domain` exist?
    Replace {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
}
