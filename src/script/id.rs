// SPDX-License-Identifier: GPL-2.0-only
//! Identifiers. Each is an index into one table of a [`Script`](super::Script).

use super::{DomainKind, Field, Static};

macro_rules! index {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl $name {
            /// The position in its table.
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    };
}

index!(
    /// A group of [`Script::groups`](super::Script::groups).
    GroupId(u8)
);
index!(
    /// A device of [`Script::devices`](super::Script::devices).
    DeviceId(u8)
);
index!(
    /// An owner token of [`Script::owners`](super::Script::owners).
    OwnerId(u8)
);
index!(
    /// An attach handle of [`Script::handles`](super::Script::handles).
    HandleId(u8)
);
index!(
    /// A VFIO container of [`Script::containers`](super::Script::containers).
    ContainerId(u8)
);
index!(
    /// An ARM mapping of [`Script::mappings`](super::Script::mappings).
    MappingId(u8)
);
index!(
    /// An address space of iommufd, of [`Script::ioas`](super::Script::ioas).
    IoasId(u8)
);
index!(
    /// A domain name of [`Script::domains`](super::Script::domains); which domain it means is looked up
    /// when the operation runs, for several domains exist only once the core has made them.
    DomainRef(u16)
);

impl OwnerId {
    /// An owner that is no token of the script's, such as VFIO: which one cannot be seen from outside.
    pub const OUTSIDE: OwnerId = OwnerId(u8::MAX);
}

/// How an operation names a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DomainName {
    /// One that the script allocates, or an ARM mapping's by the mapping's name.
    User(String),
    /// The `n`th domain (from 1) of this kind that the core made, in order of first sight. DMA and
    /// DMA-FQ domains are counted together.
    Made(DomainKind, u16),
    /// One of the driver's static domains.
    Static(Static),
    /// Whatever the group's `domain`, `default_domain` or `blocking_domain` points to at that moment.
    PointedToBy(GroupId, Field),
}
