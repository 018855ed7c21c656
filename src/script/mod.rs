// SPDX-License-Identifier: GPL-2.0-only
//! What is asked of an implementation: a topology, an IOMMU driver and a sequence of operations.
//!
//! A [`Script`] is the common form of a YAML case (lowered by [`crate::case`]) and of a recorded
//! kernel trace (read by [`crate::implementation`]). It says nothing about what must happen.

mod errno;
mod fault;
mod id;
mod iommufd;
mod op;
mod setup;
mod vfio;
mod word;

pub use errno::Errno;
pub use fault::{Fault, FaultDomain, FaultKind};
pub use id::{ContainerId, DeviceId, DomainName, DomainRef, GroupId, HandleId, IoasId, MappingId, OwnerId};
pub use iommufd::{CdevOp, IommufdOp, PageTable};
pub use op::{DriverFlow, Field, GivenHandle, MappingOf, Op, PokeValue};
pub use setup::{
    Arch, Bus, DefaultType, DetachOps, DeviceSpec, DomainKind, DomainOps, DriverKind, GroupSpec, KindSet,
    Setting, Static, StaticSet, TypeWord,
};
pub use vfio::{VfioIommu, VfioOp, VfioStatus};
pub use word::Worded;
pub(crate) use word::worded;

/// A complete script: everything an implementation needs to run it.
///
/// Names are stored once, in the tables; operations refer to them by id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Name of the script: a case path such as `reports/rk3288-vop`, or a recorded script's id.
    pub id: String,
    /// The machine's architecture as far as the IOMMU core cares.
    pub arch: Arch,
    /// Is the IOMMU registered before the first operation?
    pub registered: bool,
    /// Settings of the mock IOMMU driver, applied in this order before anything else.
    pub settings: Vec<Setting>,
    /// Groups, in order of declaration.
    pub groups: Vec<GroupSpec>,
    /// Devices, in order of declaration (which is also bus order).
    pub devices: Vec<DeviceSpec>,
    /// Every domain name the operations mention.
    pub domains: Vec<DomainName>,
    /// Names of ARM mappings the operations mention.
    pub mappings: Vec<String>,
    /// Names of address spaces of iommufd the operations mention.
    pub ioas: Vec<String>,
    /// Names of owner tokens the operations mention.
    pub owners: Vec<String>,
    /// Names of attach handles the operations mention.
    pub handles: Vec<String>,
    /// Names of VFIO's containers that the operations mention.
    pub containers: Vec<String>,
    /// The operations, one observed step each.
    pub ops: Vec<Op>,
}

impl Default for Script {
    /// An empty script on a generic architecture with a registered IOMMU.
    fn default() -> Script {
        Script {
            id: String::new(),
            arch: Arch::Generic,
            registered: true,
            settings: Vec::new(),
            groups: Vec::new(),
            devices: Vec::new(),
            domains: Vec::new(),
            mappings: Vec::new(),
            ioas: Vec::new(),
            owners: Vec::new(),
            handles: Vec::new(),
            containers: Vec::new(),
            ops: Vec::new(),
        }
    }
}

impl Script {
    /// Is there an operation that has to do with attach handles? Only then is it told what a group's table of
    /// PASIDs holds.
    #[must_use]
    pub fn uses_handles(&self) -> bool {
        self.ops.iter().any(Op::uses_handles)
    }
}
