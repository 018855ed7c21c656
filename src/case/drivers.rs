// SPDX-License-Identifier: GPL-2.0-only
//! Named capability sets: what well-known IOMMU drivers offer to the core.

use crate::script::{DefaultType, DetachOps, DomainKind, Errno, KindSet, Static, StaticSet};

/// What an IOMMU driver offers to the core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The system's default domain type.
    pub default_type: DefaultType,
    /// The type the driver insists on for each of its devices.
    pub device_type: Option<DefaultType>,
    /// Types the driver refuses to allocate.
    pub deny: KindSet,
    /// With which errno, where the release lets it say one.
    pub deny_errno: Option<Errno>,
    /// How a device leaves a domain when there is none to go to.
    pub detach: DetachOps,
    /// Static domains.
    pub statics: StaticSet,
    /// Is it capable of deferred invalidation?
    pub deferred_flush: bool,
}

/// A capability set with a name.
#[derive(Clone, Copy, Debug)]
pub struct NamedSet {
    /// Its name in cases.
    pub name: &'static str,
    /// What it stands for.
    pub about: &'static str,
    device_type: Option<DefaultType>,
    deny: &'static [DomainKind],
    detach: DetachOps,
    statics: &'static [Static],
    deferred_flush: bool,
}

impl NamedSet {
    /// What it offers.
    #[must_use]
    pub fn capabilities(&self) -> Capabilities {
        Capabilities {
            default_type: DefaultType::Dma,
            device_type: self.device_type,
            deny: self.deny.iter().copied().collect(),
            deny_errno: None,
            detach: self.detach,
            statics: self.statics.to_vec(),
            deferred_flush: self.deferred_flush,
        }
    }
}

/// A driver that allocates every type on demand and has neither a detach operation nor static domains.
pub const PLAIN: NamedSet = NamedSet {
    name: "plain",
    about: "allocates every type on demand; no detach operation, no static domains",
    device_type: None,
    deny: &[],
    detach: DetachOps::None,
    statics: &[],
    deferred_flush: true,
};

/// Every named set.
pub const SETS: &[NamedSet] = &[
    PLAIN,
    NamedSet {
        name: "rockchip",
        about: "Rockchip",
        device_type: None,
        deny: &[DomainKind::Identity, DomainKind::Blocked],
        detach: DetachOps::LatePlatformOp,
        statics: &[Static::Identity],
        deferred_flush: false,
    },
];

/// The set of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static NamedSet> {
    SETS.iter().find(|set| set.name == name)
}
