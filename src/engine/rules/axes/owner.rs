// SPDX-License-Identifier: GPL-2.0-only
//! Use, claim and release.

use crate::engine::rules::define::axes;

axes! {
    /// When a kernel driver's use of the DMA API is refused.
    UseGate {
        /// There is no such call.
        Absent,
        /// From the second use on: owned, or not on the default domain.
        OnDefault,
        /// The same, but one identity domain is as good as another.
        OnDefaultOrIdentity,
    }
    /// What a use of a group without default domain gets.
    UseWithoutDefault {
        /// 0.
        Allowed,
        /// With the generic DMA layer -EPROBE_DEFER, unless the driver has `set_platform_dma_ops`; nor is the set-up of
        /// a device that joins such a group completed. Read in the patch.
        DeferredUnlessPlatform,
        /// -EPROBE_DEFER.
        Deferred,
    }
    /// What a claim does with the group's domain.
    Claim {
        /// There is no such call.
        Absent,
        /// Detaches it: the group is left with NULL.
        Null,
        /// Attaches a blocking domain.
        Blocking,
    }
    /// What a claim by the NULL owner gets.
    NullOwner {
        /// Success, for ever.
        Accepted,
        /// -EINVAL and a WARN.
        Refused,
    }
    /// Can single devices be claimed?
    DeviceClaim {
        /// No.
        Absent,
        /// Yes; the same owner may claim several devices of a group.
        Counted,
    }
    /// Does a group have a table of PASIDs?
    PasidTable {
        /// No.
        Absent,
        /// Yes, and what is in it stands in the way of claim, use, release and unuse.
        Present,
    }
}
