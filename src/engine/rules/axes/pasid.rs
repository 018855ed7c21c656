// SPDX-License-Identifier: GPL-2.0-only
//! PASIDs, attach handles and SVA.

use crate::engine::rules::define::axes;

axes! {
    /// What attaching a PASID checks.
    PasidAttach {
        /// Operation, group, slot.
        Slot,
        /// Also that the domain fits the driver.
        Compat,
        /// Also that the PASID is in range and not 0.
        Range,
        /// Also that the driver has a blocked domain to go back to.
        Blocked,
        /// The same; static domains fit.
        BlockedOrStatic,
    }
    /// Is it asked, at an attach of a PASID, whether the driver can remove it? Read in v6.2, 6.12.117 and 7.3.4; the
    /// commit's own title.
    PasidRemovable {
        /// No. Whether the domain can be set is asked before the group.
        NotAsked,
        /// Yes, together with that, after the group.
        Asked,
    }
    /// From which devices a failed PASID attach is undone.
    PasidUndo {
        /// From all.
        All,
        /// From those that had accepted it.
        Accepted,
    }
    /// What a driver is told when a PASID is removed.
    PasidRemove {
        /// The PASID.
        Op,
        /// The PASID and the domain.
        OpWithDomain,
        /// To set the blocked domain.
        Blocked,
    }
    /// What a group's PASID table holds.
    PasidEntry {
        /// The domain; a detach of another one is a WARN.
        Domain,
        /// A handle; a detach does not compare.
        Handle,
        /// A handle, or the domain where there is none.
        HandleOrDomain,
    }
    /// Does attaching a group take a handle? Read in the source of v6.12 and v7.3.
    GroupHandle {
        /// No.
        Absent,
        /// It may; without one the place is taken all the same.
        Optional,
        /// It must: NULL is -EINVAL.
        Required,
    }
    /// Does replacing a group's handle tell the new handle its domain? Read in the source of v6.12.
    ReplacedHandle {
        /// No: the caller has done it.
        NotTold,
        /// Yes, before the devices are attached.
        Told,
    }
    /// Can the domain of a PASID be replaced? Read in the source of v7.3.
    PasidReplace {
        /// No.
        Absent,
        /// Yes, by a handle that is not there yet.
        Present,
    }
    /// How a device is bound to an address space. Read in the source of v6.2, v6.8, v6.12 and v7.3.
    SvaBind {
        /// Not by a domain of the core's.
        Absent,
        /// By the address space's domain at its PASID, which the devices of a group share.
        GroupsDomain,
        /// By a bond of the device, which finds the domains of other devices; a second device of a group is refused.
        DevicesBond,
        /// By a bond of the group at that PASID.
        GroupsBond,
    }
    /// Where a bond is the device's: which one another bind of it finds and shares. Read in the two fixes.
    SvaSharing {
        /// Any.
        AnyBond,
        /// None: the bind is refused, for its PASID is taken.
        NoBond,
        /// One that made its domain; others are neither found nor counted, so that an unbind is a WARN and nothing more.
        BondOfNewDomain,
    }
    /// What a device without PASIDs is told that is bound to an address space. Read in the source of v6.2 and v6.12.
    SvaIncapable {
        /// -EOPNOTSUPP.
        NotSupported,
        /// -ENOSPC, or -EOVERFLOW where the address space has a PASID.
        NoPasidLeft,
    }
    /// Up to which PASID of an address space a device can be bound to it again. Read in 6.1 and in the commit.
    SvaAgain {
        /// The last but one that it can send: the last is -EOVERFLOW, once it is given.
        LastButOne,
        /// The last that it can send.
        Last,
    }
    /// May devices use address spaces on x86, for which a generic architecture stands here?
    SvaOnX86 {
        /// Yes.
        Allowed,
        /// No: -EOPNOTSUPP.
        Refused,
    }
    /// What devices without PASIDs mean to a PASID attach.
    PasidIncapable {
        /// They are asked like the others.
        Asked,
        /// They are passed over.
        Skipped,
    }
}
