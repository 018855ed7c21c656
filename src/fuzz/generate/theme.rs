// SPDX-License-Identifier: GPL-2.0-only
//! What a script is mostly about, and how often each phrase comes then.

use super::super::random::Random;
use crate::script::Arch;

/// What a script is mostly about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Everything a little.
    Mixed,
    /// Set-domain steps that fail.
    Faults,
    /// Devices that leave and come back.
    Return,
    /// The IOMMU registers late, or again.
    Scan,
    /// Scans of many groups, some of which fail.
    WideScan,
    /// Writes to `type`.
    Types,
    /// The core's own domains in a caller's hands.
    CoreDomains,
    /// Drivers with static domains.
    Statics,
    /// Claims of groups and of devices.
    Owners,
    /// Uses and unuses.
    Uses,
    /// PASIDs.
    Pasids,
    /// Attach handles.
    Handles,
    /// Devices bound to contexts of iommufd.
    Iommufd,
    /// Groups of VFIO's in containers.
    Vfio,
    /// Groups made by hand.
    ByHand,
    /// Private fields are written.
    Pokes,
    /// Domains freed while they are attached.
    Freed,
    /// Types denied.
    Denied,
    /// No default domain to be had.
    NoDefault,
    /// First attaches that are deferred.
    Deferred,
    /// ARM mappings and the display driver's way with them.
    Mappings,
    /// One ARM mapping for several devices.
    Shared,
    /// A second device joins a group with an ARM mapping.
    Joins,
    /// Probes that fail under ARM's binds.
    Probes,
    /// Resets of PCI devices.
    Resets,
    /// What takes a kernel down.
    Daring,
}

/// A short scene of a few operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phrase {
    /// A fault, then what meets it.
    Fault,
    /// The IOMMU goes, comes back and finds other devices.
    Scan,
    /// Devices of a group leave and come back.
    Return,
    /// Writes to `type`.
    Type,
    /// Core domains where users' are expected.
    CoreDomain,
    /// Claims and releases.
    Own,
    /// Uses and unuses.
    Use,
    /// PASIDs.
    Pasid,
    /// Attach handles.
    Handle,
    /// Devices are bound to contexts of iommufd and attached.
    Iommufd,
    /// Groups of VFIO's go into containers, devices are opened.
    Vfio,
    /// Devices use an address space.
    AddressSpace,
    /// A domain is freed too early.
    Free,
    /// Binds and unbinds.
    Bind,
    /// Types are denied.
    Deny,
    /// A group made by hand.
    ByHand,
    /// A private field is written.
    Poke,
    /// Attaches and detaches.
    Attach,
    /// A deferred attach is made good.
    Deferred,
    /// A display driver's own sequence.
    Flow,
    /// An ARM mapping comes off and on.
    Mapping,
    /// One ARM mapping for several devices.
    Share,
    /// A second device joins a mapped group.
    Join,
    /// A device-tree device whose probe fails.
    Probe,
    /// A PCI device is reset, and something comes in between.
    Reset,
    /// What takes a kernel down.
    Dare,
}

impl Theme {
    /// Themes that a campaign may be about, by name.
    pub const NAMED: [(&'static str, Theme); 8] = [
        ("iommufd", Theme::Iommufd),
        ("vfio", Theme::Vfio),
        ("handles", Theme::Handles),
        ("pasids", Theme::Pasids),
        ("resets", Theme::Resets),
        ("owners", Theme::Owners),
        ("faults", Theme::Faults),
        ("scans", Theme::Scan),
    ];

    /// A theme for this architecture.
    pub(super) fn random(random: &mut Random, arch: Arch) -> Theme {
        use Theme::*;
        let themes: &[(Theme, usize)] = match arch {
            Arch::Generic => &[
                (Mixed, 12),
                (Faults, 14),
                (Return, 10),
                (Scan, 12),
                (WideScan, 6),
                (Types, 10),
                (CoreDomains, 8),
                (Statics, 12),
                (Owners, 10),
                (Uses, 7),
                (Pasids, 10),
                (Handles, 10),
                (ByHand, 6),
                (Pokes, 6),
                (Freed, 4),
                (Denied, 7),
                (NoDefault, 7),
                (Deferred, 4),
                (Resets, 7),
            ],
            Arch::Arm32 => &[
                (Mappings, 16),
                (Shared, 16),
                (Joins, 16),
                (Scan, 12),
                (Probes, 9),
                (Mixed, 12),
                (Owners, 7),
                (Faults, 9),
                (Types, 4),
                (Pokes, 2),
                (Statics, 5),
                (Return, 4),
                (NoDefault, 2),
                (Deferred, 2),
            ],
        };
        random.weighted(themes).unwrap_or(Mixed)
    }

    /// How often each phrase comes.
    pub(super) fn phrases(self, arch: Arch) -> Vec<(Phrase, usize)> {
        use Phrase::*;
        let mut phrases = match arch {
            Arch::Generic => vec![
                (Fault, 30),
                (Return, 20),
                (Scan, 9),
                (Type, 10),
                (CoreDomain, 9),
                (Own, 12),
                (Use, 9),
                (Bind, 15),
                (Attach, 28),
                (Deny, 5),
                (Free, 3),
                (Pasid, 3),
                (Handle, 5),
                (Poke, 2),
                (ByHand, 2),
                (Deferred, 2),
                (Flow, 3),
                (Reset, 4),
            ],
            Arch::Arm32 => vec![
                (Bind, 35),
                (Mapping, 50),
                (Share, 20),
                (Join, 20),
                (Attach, 15),
                (Own, 11),
                (Fault, 15),
                (Return, 10),
                (Probe, 6),
                (Scan, 6),
                (Use, 5),
                (Type, 3),
                (Free, 2),
                (Deny, 2),
                (CoreDomain, 3),
                (ByHand, 1),
                (Pasid, 1),
                (Handle, 1),
                (Deferred, 1),
                (Flow, 8),
            ],
        };
        phrases.extend(self.own_phrases());
        phrases
    }

    /// May the script begin with the IOMMU away?
    pub(super) fn begins_with_a_scan(self) -> bool {
        matches!(self, Theme::Scan | Theme::WideScan | Theme::NoDefault)
    }

    /// What it adds.
    fn own_phrases(self) -> &'static [(Phrase, usize)] {
        use Phrase::*;
        match self {
            Theme::Mixed => &[(Pasid, 5), (Poke, 4)],
            Theme::Faults => &[(Fault, 140)],
            Theme::Return => &[(Return, 100)],
            Theme::Scan => &[(Scan, 110)],
            Theme::WideScan => &[(Scan, 50), (Fault, 30)],
            Theme::Types => &[(Type, 100)],
            Theme::CoreDomains => &[(CoreDomain, 100)],
            Theme::Statics => &[(CoreDomain, 40), (Deny, 20), (Type, 20)],
            Theme::Owners => &[(Own, 140)],
            Theme::Uses => &[(Use, 100)],
            Theme::Pasids => &[(Pasid, 150), (AddressSpace, 60)],
            Theme::Handles => &[(Handle, 150), (Pasid, 20), (AddressSpace, 15)],
            Theme::Iommufd => &[(Iommufd, 250)],
            Theme::Vfio => &[(Vfio, 250)],
            Theme::ByHand => &[(ByHand, 120)],
            Theme::Pokes => &[(Poke, 80)],
            Theme::Freed => &[(Free, 80)],
            Theme::Denied => &[(Deny, 90)],
            Theme::NoDefault => &[(Scan, 30), (Deny, 15), (Own, 15)],
            Theme::Deferred => &[(Deferred, 80), (Return, 20)],
            Theme::Mappings => &[(Mapping, 120), (Flow, 30)],
            Theme::Shared => &[(Share, 100), (Flow, 20)],
            Theme::Joins => &[(Join, 100)],
            Theme::Probes => &[(Probe, 90)],
            Theme::Resets => &[(Reset, 260)],
            Theme::Daring => &[(Dare, 150), (Scan, 20), (ByHand, 20)],
        }
    }
}
