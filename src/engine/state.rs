// SPDX-License-Identifier: GPL-2.0-only
//! The state of the modelled kernel: groups, devices, domains and the mock IOMMU driver.

use std::collections::VecDeque;

use super::vfio::Vfio;
use crate::script::{
    DefaultType, DetachOps, DeviceId, DomainKind, DomainOps, DomainRef, DriverKind, Errno, Fault, GroupId,
    HandleId, KindSet, MappingId, OwnerId, Static,
};
use crate::trace::Role;

/// A domain, an index into [`State::domains`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DomainId(pub(super) u16);

impl DomainId {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// How a domain is called in recorded traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Label {
    /// By the script's name.
    User(DomainRef),
    /// By a mapping's name.
    Mapping(MappingId),
    /// By the kind it had when first seen, and a number.
    Made(DomainKind, u16),
    /// Not yet: it has not been seen.
    Unseen,
    /// By its static role.
    Static(Static),
}

/// `struct iommu_domain`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Domain {
    pub(super) kind: DomainKind,
    pub(super) label: Label,
    pub(super) role: Role,
    pub(super) freed: bool,
    /// The DMA API has set it up, which it does once.
    pub(super) set_up: bool,
}

impl Domain {
    /// Static domains are never freed, and no operations own them.
    pub(super) fn is_static(&self) -> bool {
        matches!(self.label, Label::Static(_))
    }
}

/// `struct iommu_group`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Group {
    /// Does it exist?
    pub(super) alive: bool,
    /// References: one for each device in it, one if the driver holds it.
    pub(super) refs: u32,
    /// Does the driver hold a reference now?
    pub(super) held: bool,
    pub(super) devices: Vec<DeviceId>,
    /// It is on the list of groups that a scan has yet to set up. A scan that ends early leaves it so.
    pub(super) queued: bool,
    pub(super) domain: Option<DomainId>,
    pub(super) default_domain: Option<DomainId>,
    pub(super) blocking_domain: Option<DomainId>,
    pub(super) owner: Option<OwnerId>,
    pub(super) owner_cnt: u32,
    /// PASID and what is there, sorted by PASID. 0 is what the devices do without PASIDs.
    pub(super) pasids: Vec<(u32, Stored)>,
    /// `resetting_domain`
    pub(super) resetting_domain: Option<DomainId>,
    /// `recovery_cnt`
    pub(super) recovery_cnt: u32,
}

/// What is at a PASID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stored {
    /// A domain.
    Domain(DomainId),
    /// A handle of the script.
    Handle(HandleId),
    /// A handle without a name, whose domain never changes.
    Fresh(DomainId),
    /// Nothing, but the place is taken.
    Reserved,
}

impl Group {
    /// The place of a PASID in the table, or where it would be put.
    pub(super) fn pasid_place(&self, pasid: u32) -> Result<usize, usize> {
        self.pasids.binary_search_by_key(&pasid, |entry| entry.0)
    }

    /// What is at a PASID.
    pub(super) fn stored(&self, pasid: u32) -> Option<Stored> {
        self.pasid_place(pasid).ok().map(|at| self.pasids[at].1)
    }

    /// Puts something at a PASID, whatever is there.
    pub(super) fn store(&mut self, pasid: u32, stored: Stored) {
        match self.pasid_place(pasid) {
            Ok(at) => self.pasids[at].1 = stored,
            Err(at) => self.pasids.insert(at, (pasid, stored)),
        }
    }

    /// Empties a PASID; what was there.
    pub(super) fn erase(&mut self, pasid: u32) -> Option<Stored> {
        self.pasid_place(pasid).ok().map(|at| self.pasids.remove(at).1)
    }
}

/// A device, with what the core, the bus and the architecture know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Device {
    /// Is it on its bus?
    pub(super) present: bool,
    /// `dev->iommu_group`
    pub(super) group: Option<GroupId>,
    /// Has it an IOMMU (`dev->iommu->iommu_dev`)?
    pub(super) has_iommu: bool,
    /// Was it put into its group by hand?
    pub(super) by_hand: bool,
    /// `attach_deferred`
    pub(super) deferred: bool,
    /// `require_direct`
    pub(super) direct: bool,
    /// `blocked` of its place in the group
    pub(super) blocked: bool,
    /// `reset_depth` of its place in the group
    pub(super) reset_depth: u32,
    /// The domain its hardware uses.
    pub(super) attached: Option<DomainId>,
    pub(super) driver: Option<DriverKind>,
    /// The driver that is there for it: what is put off is tried again with that one.
    pub(super) matching: Option<DriverKind>,
    /// Its firmware description was handed to the IOMMU driver.
    pub(super) translated: bool,
    /// The core keeps that description (`dev->iommu->fwspec`).
    pub(super) fwspec: bool,
    /// The core keeps a place for it, for an IOMMU that is not there yet.
    pub(super) awaits_iommu: bool,
    /// Which way its DMA goes (`dev->dma_iommu`; up to v6.11 `dev->dma_ops`); not on 32-bit ARM.
    pub(super) dma_way: DmaWay,
    /// 32-bit ARM: the mapping on record.
    pub(super) mapping: Option<ArmMapping>,
    /// 32-bit ARM: has DMA operations of its own.
    pub(super) dma_ops: bool,
    /// 32-bit ARM: the architecture has set it up.
    pub(super) dma_ops_setup: bool,
    /// The mapping last taken off, whose maker's reference is the script's.
    pub(super) taken_off: Option<ArmMapping>,
}

/// How the DMA layer maps for a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum DmaWay {
    /// Addresses are those of memory.
    #[default]
    Direct,
    /// By its group's default domain.
    Iommu,
    /// By that of the group it had: its IOMMU has gone since.
    Left,
}

/// `struct dma_iommu_mapping`, an index into [`State::arm_mappings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ArmMapping(pub(super) u16);

impl ArmMapping {
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A mapping's domain and its references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MappingRecord {
    pub(super) domain: DomainId,
    pub(super) refs: u32,
}

/// A mapping that the script has to release: one it made, or one taken off a device before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ScriptMapping {
    pub(super) name: Option<MappingId>,
    pub(super) mapping: ArmMapping,
    /// The maker's reference is gone.
    pub(super) gone: bool,
}

/// A declared fault and what is left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FaultLeft {
    pub(super) fault: Fault,
    /// It is the script's fault of this number, from 0.
    pub(super) number: usize,
    pub(super) skip: u32,
    /// `None`: for ever.
    pub(super) left: Option<u32>,
}

/// `struct mm_struct`, as far as devices use it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct AddressSpace {
    /// The PASID, once it has one.
    pub(super) pasid: Option<u32>,
    /// Its domains, the last one first, and by how many bonds each is used.
    pub(super) domains: Vec<(DomainId, u32)>,
    pub(super) bonds: Vec<Bond>,
    /// What each bind gave, an index into the bonds.
    pub(super) held: Vec<(DeviceId, usize)>,
}

/// `struct iommu_sva`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bond {
    /// The device that was bound first.
    pub(super) device: DeviceId,
    pub(super) group: GroupId,
    pub(super) domain: DomainId,
    /// That device has been taken away: the bond still points to it.
    pub(super) device_gone: bool,
    /// Binds that share it; 0: it is gone.
    pub(super) users: u32,
    /// Another bind can find it, and it is counted.
    pub(super) listed: bool,
}

/// The mock IOMMU driver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Driver {
    pub(super) default_type: DefaultType,
    pub(super) deny: KindSet,
    pub(super) deny_errno: Option<Errno>,
    pub(super) detach: DetachOps,
    pub(super) flush_queue: bool,
    /// It got `of_xlate` late.
    pub(super) late_xlate: bool,
    /// So many paging domains can be attached at a time.
    pub(super) address_spaces: Option<u8>,
    /// Domains without `set_dev_pasid`.
    pub(super) no_set_dev_pasid: Vec<DomainOps>,
    /// Probes are undone once, as a test.
    pub(super) test_remove: bool,
    pub(super) forbidden_calls: bool,
    pub(super) identity_domain: Option<DomainId>,
    pub(super) blocked_domain: Option<DomainId>,
    pub(super) release_domain: Option<DomainId>,
    pub(super) default_domain: Option<DomainId>,
    /// Without types, the running operation tells what a paging domain is for.
    pub(super) wants_unmanaged: bool,
    /// The IOMMU is registered.
    pub(super) registered: bool,
    /// So many buses, of those that the core goes through in turn, have their operations.
    pub(super) buses_with_ops: usize,
    /// The instance that the device tree names is registered (32-bit ARM).
    pub(super) firmware_known: bool,
}

/// Everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) groups: Vec<Group>,
    pub(super) devices: Vec<Device>,
    /// Devices on their bus, in the order in which they appeared.
    pub(super) bus: Vec<DeviceId>,
    /// Devices whose probes were put off.
    pub(super) deferred_probes: Vec<DeviceId>,
    /// Of these, those whose probes are tried again now.
    pub(super) retried_probes: VecDeque<DeviceId>,
    pub(super) retrying: bool,
    pub(super) domains: Vec<Domain>,
    /// The script's address space and who uses it.
    pub(super) address_space: AddressSpace,
    /// The `domain` of each of the script's handles.
    pub(super) handles: Vec<Option<DomainId>>,
    pub(super) faults: Vec<FaultLeft>,
    pub(super) driver: Driver,
    pub(super) iommufd: super::iommufd::Objects,
    pub(super) arm_mappings: Vec<MappingRecord>,
    pub(super) script_mappings: Vec<ScriptMapping>,
    /// A reference was dropped of a mapping that was freed already.
    pub(super) touches_freed_mapping: bool,
    pub(super) vfio: Vfio,
}

impl State {
    pub(super) fn group(&self, id: GroupId) -> &Group {
        &self.groups[id.index()]
    }

    pub(super) fn group_mut(&mut self, id: GroupId) -> &mut Group {
        &mut self.groups[id.index()]
    }

    pub(super) fn device(&self, id: DeviceId) -> &Device {
        &self.devices[id.index()]
    }

    pub(super) fn device_mut(&mut self, id: DeviceId) -> &mut Device {
        &mut self.devices[id.index()]
    }

    pub(super) fn domain(&self, id: DomainId) -> &Domain {
        &self.domains[id.index()]
    }

    pub(super) fn kind(&self, id: DomainId) -> DomainKind {
        self.domain(id).kind
    }
}
