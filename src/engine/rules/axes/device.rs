// SPDX-License-Identifier: GPL-2.0-only
//! Devices that come, bind and go.

use crate::engine::rules::define::axes;

axes! {
    /// What a device that joins a group is attached to.
    Join {
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
    Leave {
        /// The driver forgets the device, then it leaves the group.
        AfterRelease,
        /// It leaves the group first; a WARN when the last one leaves an owned or switched group.
        First,
        /// The same; the last one takes the group's domains along.
        FirstTakingDomains,
    }
    /// What a leaving device is attached to.
    ReleaseDomain {
        /// Nothing.
        Absent,
        /// The driver's static release domain.
        Static,
        /// The same, but identity instead of blocked for a device with a direct-mapped region.
        StaticOrIdentity,
    }
    /// How an IOMMU registers.
    Registration {
        /// Its operations are set for a bus, once.
        BusOps,
        /// As an instance that can go again; the operations of the bus stay after a failure.
        Instance,
        /// As an instance; a bus has no operations.
        InstanceOnly,
    }
    /// When the IOMMU's probe of a device-tree device runs.
    FirmwareProbe {
        /// In its first bind.
        AtBind,
        /// When the device is added; later, under a driver, with a WARN.
        AtAdd,
    }
    /// Do buses ask for the kernel's use of DMA when they bind a driver?
    BusUse {
        /// No.
        Absent,
        /// Yes, unless the driver manages DMA itself.
        Present,
    }
    /// Is there a CDX bus?
    CdxBus {
        /// No.
        Absent,
        /// Yes, and it forgets the errno of a refused use.
        ForgetsErrno,
    }
    /// What an explicit bind tells its caller.
    BindErrno {
        /// -ENODEV for any failure; what is put off is tried again later, with the driver that matches.
        Lost,
        /// The errno; -EAGAIN for -EPROBE_DEFER, and nothing is tried again.
        Kept,
    }
    /// What becomes of a use when `CONFIG_DEBUG_TEST_DRIVER_REMOVE` undoes a probe.
    TestRemove {
        /// It stays counted.
        KeepsUse,
        /// It is given back.
        GivesUseBack,
    }
    /// What becomes of a device's mapping on 32-bit ARM when `CONFIG_DEBUG_TEST_DRIVER_REMOVE` undoes a probe.
    TestRemoveMapping {
        /// The next probe finds it.
        Kept,
        /// It is taken off, and the next probe makes another.
        TakenOff,
    }
}
