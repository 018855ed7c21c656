// SPDX-License-Identifier: GPL-2.0-only
//! VFIO's group file, containers and type 1.

use crate::engine::rules::define::axes;

axes! {
    /// When VFIO takes the ownership of a group.
    VfioClaim {
        /// Never.
        Absent,
        /// When the group is put into a container, until it leaves it.
        AtSetContainer,
    }
    /// Whom VFIO asks whether a group may be user space's.
    VfioViability {
        /// The drivers that are bound in it.
        Drivers,
        /// The count of owners.
        OwnerCount,
    }
    /// Is VFIO told of devices that join its groups, and of drivers that bind there?
    VfioNotifier {
        /// Yes: a join is a WARN, a driver that makes a group not viable the end, while it is in a container.
        Present,
        /// No.
        Absent,
    }
    /// What asking for a device's file checks first.
    VfioDeviceFd {
        /// The container.
        ContainerFirst,
        /// Whether the device is VFIO's.
        DeviceFirst,
    }
    /// Whose coherency with caches a VFIO driver's probe insists on.
    VfioCoherency {
        /// Nobody's.
        Ignored,
        /// The bus's.
        Bus,
        /// That of the device's IOMMU.
        Device,
    }
    /// What becomes of a group in a container when its last device leaves VFIO.
    VfioLastDevice {
        /// The unbind waits until the group is out of the container; the group's file stays good.
        Waits,
        /// The group leaves the container, and its file is good for nothing.
        TakesGroupOut,
    }
    /// How VFIO's type 1 tries whether a new domain maps large pages.
    Type1PageTest {
        /// It maps two pages, which the driver is asked for one by one.
        PageByPage,
        /// It maps two pages, in one call into the driver.
        OneCall,
        /// Not at all.
        Absent,
    }
    /// Whose bus a new domain of type 1 is for, and whose interrupts must be isolated.
    Type1Bus {
        /// That of all devices of the group, which must be the same; one device on it with isolated interrupts
        /// is enough.
        OneBus,
        /// The first device's; one device of the group with isolated interrupts is enough.
        FirstDevice,
        /// The first device's; the interrupts of all devices of the group must be isolated.
        AllIsolated,
    }
    /// Who refers to the core's group of a device that is VFIO's.
    VfioReferences {
        /// VFIO's group, and the driver for each device, which gives up what the device is in when it is unbound.
        DriverToo,
        /// VFIO's group.
        GroupOnly,
    }
    /// May a context of iommufd take the place of a container? Read in the commits, v6.3, 6.12.117 and 7.3.4.
    VfioIommufd {
        /// No.
        Absent,
        /// Yes; a device that is opened gets an address space where the context has none for VFIO.
        MadeWhenMissing,
        /// Yes; one is made when the group is put in, and a device that is opened needs it.
        MadeAtSetContainer,
    }
    /// Which context of iommufd a device's file is closed for. Read in v6.3, 05f37e1c03b6, 6.12.117 and 7.3.4.
    VfioDeviceContext {
        /// The group's, at that time: without one the device stays bound, with a WARN.
        Groups,
        /// That which it was opened for.
        Files,
    }
    /// For which devices without IOMMU VFIO makes a group in its no-IOMMU mode. Read in 5.10 and a77109ffca33.
    VfioNoIommuBus {
        /// Those on a bus without IOMMU operations.
        WithoutIommu,
        /// All.
        Any,
    }
    /// What VFIO tests of a device without IOMMU. Read in the commits.
    VfioNoIommuTest {
        /// Nothing.
        Absent,
        /// That its bus says that DMA is coherent with caches.
        BusCoherent,
    }
    /// Does VFIO claim also groups of its own making? Read in the commit.
    VfioFakeGroups {
        /// Yes, as all in a container.
        Claimed,
        /// No.
        Spared,
    }
}
