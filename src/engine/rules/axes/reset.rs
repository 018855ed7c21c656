// SPDX-License-Identifier: GPL-2.0-only
//! The fence around a PCI reset.

use crate::engine::rules::define::axes;

axes! {
    /// What a reset of a PCI device keeps away.
    ResetFence {
        /// There is no such fence.
        Absent,
        /// Every change of domain in its group; the reset is the group's.
        Group,
        /// The same; but the reset is the device's, and others may begin theirs.
        Device,
    }
    /// Do the resets of the PCI core raise the fence?
    PciReset {
        /// No.
        Bare,
        /// Yes, and one that cannot be raised ends the reset.
        Fenced,
    }
    /// What a device whose group has no domain is attached to when its reset is done.
    ResetWithoutDomain {
        /// The NULL pointer is followed.
        Followed,
        /// Nothing: it stays on the blocking domain.
        Parked,
    }
    /// What a reset inside a reset of the same device gets.
    ResetNesting {
        /// A WARN and -EBUSY.
        Refused,
        /// 0; the last one done ends it.
        Counted,
    }
    /// Which PASIDs a reset takes off and sets again.
    ResetPasids {
        /// Off the device, also one that has no PASIDs; set again on all devices of the group.
        SetOnGroup,
        /// Off the device and on it again, if it has PASIDs.
        OwnOnly,
    }
    /// From which devices a PASID detach removes.
    ResetPasidDetach {
        /// From all.
        All,
        /// From all but those that are blocked for a reset.
        NotBlocked,
    }
    /// What a reset means to a set-domain step that must not fail.
    ResetMust {
        /// -EBUSY, as to others.
        Refused,
        /// The group's domain changes; blocked devices follow when their reset is done.
        Passes,
    }
}
