// SPDX-License-Identifier: GPL-2.0-only
//! iommufd, and VFIO's character device.

use crate::engine::rules::define::axes;

axes! {
    /// Is there iommufd? Read in v6.2, v6.6, 6.12.117, 7.3.4 for this axis and the next ones.
    Iommufd {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// Where iommufd asks whether the interrupts of a device are isolated. Read in v6.2: at attach, v6.6: at bind.
    IommufdMsi {
        /// At an attach.
        AtAttach,
        /// At a bind, before the claim.
        AtBind,
    }
    /// Whose interrupts must be isolated. Read in v6.2, v6.6.
    MsiIsolation {
        /// The device's.
        OfDevice,
        /// Those of all devices of its group.
        OfGroup,
    }
    /// How iommufd knows the first device of a group and the last.
    IommufdGroup {
        /// From the devices of the page table: that the group is on another one, the core tells (-EBUSY). Read in v6.2.
        PerPageTable,
        /// From the devices of the group: a second page table is refused (-EINVAL). Read in v6.6.
        PerGroup,
    }
    /// Can a user allocate page tables (`IOMMU_HWPT_ALLOC`)? Read in v6.6.
    IommufdHwptAlloc {
        /// No: iommufd makes them.
        Absent,
        /// Yes.
        Present,
    }
    /// What a page table for an address space gets that the context does not have. Read in the commit, v6.6, 7.3.4.
    IommufdNoParent {
        /// -ENOENT, as for a device.
        NotFound,
        /// -EINVAL.
        Invalid,
    }
    /// When the flags of a page table to be allocated are judged. Read in v6.6, v6.13, 6.12.117; the commit says so.
    IommufdHwptFlags {
        /// Before the device is looked for. There are none yet.
        First,
        /// After the device and the address space.
        AfterObjects,
    }
    /// What a replace asks for. Read in the fix, v6.6, 6.12.117.
    IommufdReplace {
        /// There is no replace.
        Absent,
        /// That a device of the group is attached.
        AnyOfGroup,
        /// That the device itself is attached.
        AttachedOnly,
    }
    /// What a second attach of a device does. Read in 6.12.117, 7.3.4.
    IommufdTwice {
        /// It corrupts a list; no driver does it.
        Corrupts,
        /// -EBUSY.
        Refused,
    }
    /// Has VFIO a character device for each device? Read in 6.12.117, 7.3.4; since when from the commit.
    VfioCdev {
        /// No.
        Absent,
        /// Yes.
        Present,
    }
    /// Which page tables iommufd attaches with a handle. Read in v6.14: fault-capable ones, which are not modelled;
    /// 6.12.117 and 7.3.4: all.
    IommufdHandles {
        /// None, or those that take faults.
        ForFaults,
        /// All.
        Always,
    }
    /// Can PASIDs be attached through iommufd? Read in 7.3.4.
    IommufdPasid {
        /// No.
        Absent,
        /// Yes, where all page tables of the group go with PASIDs.
        Present,
    }
    /// Can a device without IOMMU be bound through its character device? Read in 6.12.117 and 7.3.4. Page tables of such a
    /// device by name (`IOMMU_HWPT_ALLOC`) are not modelled.
    IommufdNoIommu {
        /// No: it has none.
        Absent,
        /// Yes, without any claim.
        Bound,
    }
}
