// SPDX-License-Identifier: GPL-2.0-only
//! Scripts with everything in its place: tables in the order in which operations mention things, plain names.

use crate::script::{
    CdevOp, ContainerId, DeviceId, DomainName, DomainRef, Fault, FaultDomain, GivenHandle, GroupId, HandleId,
    IoasId, IommufdOp, MappingId, MappingOf, Op, OwnerId, PageTable, PokeValue, Script, VfioOp,
};

/// What becomes of each id of an operation; `None` drops the operation.
pub(super) trait Renaming {
    /// A device.
    fn device(&mut self, id: DeviceId) -> Option<DeviceId> {
        Some(id)
    }
    /// A group.
    fn group(&mut self, id: GroupId) -> Option<GroupId> {
        Some(id)
    }
    /// A domain.
    fn domain(&mut self, id: DomainRef) -> Option<DomainRef> {
        Some(id)
    }
    /// A mapping.
    fn mapping(&mut self, id: MappingId) -> Option<MappingId> {
        Some(id)
    }
    /// An address space of iommufd.
    fn ioas(&mut self, id: IoasId) -> Option<IoasId> {
        Some(id)
    }
    /// An owner.
    fn owner(&mut self, id: OwnerId) -> Option<OwnerId> {
        Some(id)
    }
    /// An attach handle.
    fn handle(&mut self, id: HandleId) -> Option<HandleId> {
        Some(id)
    }

    /// A container.
    fn container(&mut self, id: ContainerId) -> Option<ContainerId> {
        Some(id)
    }
}

/// The operation with other ids.
pub(super) fn renamed(op: Op, to: &mut impl Renaming) -> Option<Op> {
    let mut op = op;
    match &mut op {
        Op::DeviceAdd { device, .. }
        | Op::DeviceDel { device }
        | Op::Bind { device, .. }
        | Op::Unbind { device }
        | Op::UseDefaultDomain { device }
        | Op::UnuseDefaultDomain { device }
        | Op::DeviceReleaseDmaOwner { device }
        | Op::DeferredAttach { device }
        | Op::DmaMapSingle { device }
        | Op::GetDomainForDev { device }
        | Op::GetDmaDomain { device }
        | Op::GroupRemoveDevice { device }
        | Op::PciResetPrepare { device }
        | Op::PciResetDone { device }
        | Op::PciResetFunction { device }
        | Op::DriverGetDomain { device }
        | Op::SvaBindDevice { device }
        | Op::SvaUnbindDevice { device }
        | Op::ArmDetachDevice { device }
        | Op::ArmReleaseMapping { mapping: MappingOf::Device(device) } => *device = to.device(*device)?,
        Op::GroupReleaseDmaOwner { group }
        | Op::GroupDmaOwnerClaimed { group }
        | Op::AttachHandleGet { group, .. }
        | Op::GroupStoreType { group, .. } => *group = to.group(*group)?,
        Op::GroupClaimDmaOwner { group, owner } => {
            *group = to.group(*group)?;
            *owner = owner.map(|id| to.owner(id).ok_or(())).transpose().ok()?;
        }
        Op::DeviceClaimDmaOwner { device, owner } => {
            *device = to.device(*device)?;
            *owner = owner.map(|id| to.owner(id).ok_or(())).transpose().ok()?;
        }
        Op::DomainFree { domain } => *domain = to.domain(*domain)?,
        Op::DomainAlloc { domain, device }
        | Op::AttachDevice { domain, device }
        | Op::DetachDevice { domain, device }
        | Op::DetachDevicePasid { domain, device, .. }
        | Op::Driver { domain, device, .. } => {
            *device = to.device(*device)?;
            *domain = to.domain(*domain)?;
        }
        Op::AttachGroup { domain, group }
        | Op::DetachGroup { domain, group }
        | Op::GroupReplaceDomain { domain, group }
        | Op::DetachGroupHandle { domain, group } => {
            *group = to.group(*group)?;
            *domain = to.domain(*domain)?;
        }
        Op::AttachDevicePasid { domain, device, handle, .. } => {
            *device = to.device(*device)?;
            *domain = to.domain(*domain)?;
            if let GivenHandle::Named(handle) = handle {
                *handle = to.handle(*handle)?;
            }
        }
        Op::ReplaceDevicePasid { domain, device, handle, .. } => {
            *device = to.device(*device)?;
            *domain = to.domain(*domain)?;
            *handle = handle.map(|id| to.handle(id).ok_or(())).transpose().ok()?;
        }
        Op::AttachGroupHandle { domain, group, handle } => {
            *group = to.group(*group)?;
            *domain = to.domain(*domain)?;
            *handle = handle.map(|id| to.handle(id).ok_or(())).transpose().ok()?;
        }
        Op::ReplaceGroupHandle { domain, group, handle } => {
            *group = to.group(*group)?;
            *domain = domain.map(|id| to.domain(id).ok_or(())).transpose().ok()?;
            *handle = handle.map(|id| to.handle(id).ok_or(())).transpose().ok()?;
        }
        Op::GroupAddDevice { device, group } => {
            *device = to.device(*device)?;
            *group = to.group(*group)?;
        }
        Op::ArmCreateMapping { mapping, device, .. } => {
            *device = to.device(*device)?;
            *mapping = to.mapping(*mapping)?;
        }
        Op::ArmAttachDevice { device, mapping } => {
            *device = to.device(*device)?;
            *mapping = mapping.map(|id| to.mapping(id).ok_or(())).transpose().ok()?;
        }
        Op::ArmReleaseMapping { mapping: MappingOf::Named(mapping) } => *mapping = to.mapping(*mapping)?,
        Op::Iommufd(op) => return renamed_iommufd(*op, to).map(Op::Iommufd),
        Op::Fail(Fault { device, domain, .. }) => {
            *device = device.map(|id| to.device(id).ok_or(())).transpose().ok()?;
            if let FaultDomain::Named(domain) = domain {
                *domain = to.domain(*domain)?;
            }
        }
        Op::Poke { group, value, .. } => {
            *group = to.group(*group)?;
            match value {
                PokeValue::Domain(domain) => *domain = to.domain(*domain)?,
                PokeValue::Owner(owner) => *owner = to.owner(*owner)?,
                PokeValue::Null | PokeValue::Count(_) => {}
            }
        }
        Op::Vfio(op) => match op {
            VfioOp::GroupOpen { group }
            | VfioOp::GroupClose { group }
            | VfioOp::GroupUnsetContainer { group }
            | VfioOp::GroupGetStatus { group } => *group = to.group(*group)?,
            VfioOp::ContainerOpen { container }
            | VfioOp::ContainerClose { container }
            | VfioOp::SetIommu { container, .. } => *container = to.container(*container)?,
            VfioOp::GroupSetContainer { group, container } => {
                *group = to.group(*group)?;
                *container = to.container(*container)?;
            }
            VfioOp::GroupSetIommufd { group, context } => {
                *group = to.group(*group)?;
                *context = to.owner(*context)?;
            }
            VfioOp::SetIommuOfIommufd { context, .. } => *context = to.owner(*context)?,
            VfioOp::GroupGetDeviceFd { group, device } => {
                *group = to.group(*group)?;
                *device = to.device(*device)?;
            }
            VfioOp::DeviceClose { device } => *device = to.device(*device)?,
            VfioOp::DropRawio => {}
        },
        Op::IommuDeviceRegister
        | Op::IommuDeviceUnregister
        | Op::FailClear
        | Op::Deny { .. }
        | Op::Observe => {}
    }
    Some(op)
}

fn renamed_iommufd(op: IommufdOp, to: &mut impl Renaming) -> Option<IommufdOp> {
    let mut op = op;
    match &mut op {
        IommufdOp::DeviceBind { device, context } => {
            *device = to.device(*device)?;
            *context = to.owner(*context)?;
        }
        IommufdOp::DeviceUnbind { device } | IommufdOp::DeviceDetach { device, .. } => {
            *device = to.device(*device)?;
        }
        IommufdOp::IoasAlloc { ioas, context } => {
            *context = to.owner(*context)?;
            *ioas = to.ioas(*ioas)?;
        }
        IommufdOp::HwptAlloc { hwpt, ioas, device, .. } => {
            *device = to.device(*device)?;
            *hwpt = to.domain(*hwpt)?;
            *ioas = to.ioas(*ioas)?;
        }
        IommufdOp::DeviceAttach { device, to: table, .. }
        | IommufdOp::DeviceReplace { device, to: table, .. } => {
            *device = to.device(*device)?;
            *table = renamed_table(*table, to)?;
        }
        IommufdOp::VfioIoasSet { ioas, context } => {
            *ioas = to.ioas(*ioas)?;
            *context = to.owner(*context)?;
        }
        IommufdOp::VfioIoasClear { context } => *context = to.owner(*context)?,
        IommufdOp::Destroy { object } => *object = renamed_table(*object, to)?,
        IommufdOp::Cdev { device, op, .. } => {
            *device = to.device(*device)?;
            match op {
                CdevOp::Bind { context } => *context = to.owner(*context)?,
                CdevOp::Attach { to: table, .. } => *table = renamed_table(*table, to)?,
                CdevOp::Open | CdevOp::Close | CdevOp::Detach { .. } => {}
            }
        }
    }
    Some(op)
}

fn renamed_table(table: PageTable, to: &mut impl Renaming) -> Option<PageTable> {
    match table {
        PageTable::Hwpt(hwpt) => to.domain(hwpt).map(PageTable::Hwpt),
        PageTable::Ioas(ioas) => to.ioas(ioas).map(PageTable::Ioas),
    }
}

/// A table that is filled in the order in which its entries are mentioned.
#[derive(Debug)]
struct Table<T> {
    old: Vec<T>,
    /// For each old entry its new place.
    places: Vec<Option<usize>>,
    new: Vec<T>,
}

impl<T: Clone + PartialEq> Table<T> {
    fn new(old: &[T]) -> Table<T> {
        Table { old: old.to_vec(), places: vec![None; old.len()], new: Vec::new() }
    }

    /// The new place of an entry; equal entries share one.
    fn place(&mut self, old: usize) -> Option<usize> {
        let entry = self.old.get(old)?;
        let place = self.places.get_mut(old)?;
        if place.is_none() {
            let known = self.new.iter().position(|known| known == entry);
            *place = Some(known.unwrap_or_else(|| {
                self.new.push(entry.clone());
                self.new.len() - 1
            }));
        }
        *place
    }
}

struct Tables {
    domains: Table<DomainName>,
    mappings: Table<String>,
    ioas: Table<String>,
    owners: Table<String>,
    handles: Table<String>,
    containers: Table<String>,
    /// New ids of the devices that stay.
    devices: Vec<Option<DeviceId>>,
    /// New ids of the groups that stay.
    groups: Vec<Option<GroupId>>,
}

impl Renaming for Tables {
    fn device(&mut self, id: DeviceId) -> Option<DeviceId> {
        self.devices.get(id.index()).copied().flatten()
    }

    fn group(&mut self, id: GroupId) -> Option<GroupId> {
        self.groups.get(id.index()).copied().flatten()
    }

    fn domain(&mut self, id: DomainRef) -> Option<DomainRef> {
        // A name by a group that goes is of no use.
        if let Some(DomainName::PointedToBy(group, _)) = self.domains.old.get(id.index()) {
            self.groups.get(group.index()).copied().flatten()?;
        }
        self.domains.place(id.index()).and_then(|at| u16::try_from(at).ok()).map(DomainRef)
    }

    fn mapping(&mut self, id: MappingId) -> Option<MappingId> {
        self.mappings.place(id.index()).and_then(|at| u8::try_from(at).ok()).map(MappingId)
    }

    fn ioas(&mut self, id: IoasId) -> Option<IoasId> {
        self.ioas.place(id.index()).and_then(|at| u8::try_from(at).ok()).map(IoasId)
    }

    fn owner(&mut self, id: OwnerId) -> Option<OwnerId> {
        self.owners.place(id.index()).and_then(|at| u8::try_from(at).ok()).map(OwnerId)
    }

    fn handle(&mut self, id: HandleId) -> Option<HandleId> {
        self.handles.place(id.index()).and_then(|at| u8::try_from(at).ok()).map(HandleId)
    }

    fn container(&mut self, id: ContainerId) -> Option<ContainerId> {
        self.containers.place(id.index()).and_then(|at| u8::try_from(at).ok()).map(ContainerId)
    }
}

/// The script without these devices and groups, and without the operations that need them; its tables in the order
/// in which the operations mention things.
pub(super) fn without(script: &Script, device_goes: &[DeviceId], group_goes: &[GroupId]) -> Script {
    let mut devices = Vec::with_capacity(script.devices.len());
    let mut left = 0;
    for (index, device) in script.devices.iter().enumerate() {
        let goes = device_goes.iter().any(|id| id.index() == index)
            || device.group.is_some_and(|group| group_goes.contains(&group));
        devices.push((!goes).then_some(DeviceId(left)));
        left += u8::from(!goes);
    }
    let mut groups = Vec::with_capacity(script.groups.len());
    left = 0;
    for index in 0..script.groups.len() {
        let goes = group_goes.iter().any(|id| id.index() == index);
        groups.push((!goes).then_some(GroupId(left)));
        left += u8::from(!goes);
    }
    let mut tables = Tables {
        domains: Table::new(&script.domains),
        mappings: Table::new(&script.mappings),
        ioas: Table::new(&script.ioas),
        owners: Table::new(&script.owners),
        handles: Table::new(&script.handles),
        containers: Table::new(&script.containers),
        devices,
        groups,
    };
    let mut rename = |op: &Op| {
        let renamed = renamed(*op, &mut tables);
        // A driver's own sequence knows its mapping by the name of the mapping's domain.
        if let Op::Driver { flow, domain, .. } = op
            && flow.takes_a_mapping()
            && let Some(DomainName::User(name)) = script.domains.get(domain.index())
            && let Some(at) = script.mappings.iter().position(|mapping| mapping == name)
            && let Ok(at) = u8::try_from(at)
        {
            tables.mapping(MappingId(at));
        }
        renamed
    };
    let ops = script.ops.iter().filter_map(&mut rename).collect();
    let Tables { domains, mappings, ioas, owners, handles, containers, devices, groups } = tables;
    let new_group = |id: GroupId| groups.get(id.index()).copied().flatten();
    let stays = |ids: &[Option<DeviceId>], index: usize| ids.get(index).is_some_and(Option::is_some);
    Script {
        id: script.id.clone(),
        arch: script.arch,
        registered: script.registered,
        settings: script.settings.clone(),
        groups: script
            .groups
            .iter()
            .zip(&groups)
            .filter(|(_, new)| new.is_some())
            .map(|(group, _)| group.clone())
            .collect(),
        devices: script
            .devices
            .iter()
            .enumerate()
            .filter(|(index, _)| stays(&devices, *index))
            .map(|(_, device)| {
                let mut device = device.clone();
                device.group = device.group.and_then(new_group);
                device.vfio_group = device.vfio_group.and_then(new_group);
                device
            })
            .collect(),
        domains: domains
            .new
            .into_iter()
            .map(|name| match name {
                DomainName::PointedToBy(group, field) => {
                    DomainName::PointedToBy(new_group(group).unwrap_or(group), field)
                }
                name => name,
            })
            .collect(),
        mappings: mappings.new,
        ioas: ioas.new,
        owners: owners.new,
        handles: handles.new,
        containers: containers.new,
        ops,
    }
}

/// Notes which devices and groups operations mention.
#[derive(Default)]
struct Mentioned {
    devices: Vec<DeviceId>,
    groups: Vec<GroupId>,
}

impl Renaming for Mentioned {
    fn device(&mut self, id: DeviceId) -> Option<DeviceId> {
        self.devices.push(id);
        Some(id)
    }

    fn group(&mut self, id: GroupId) -> Option<GroupId> {
        self.groups.push(id);
        Some(id)
    }
}

/// The devices and groups that nothing needs: no operation mentions them, and nothing that stays is in them.
pub(super) fn idle(script: &Script) -> (Vec<DeviceId>, Vec<GroupId>) {
    let mut mentioned = Mentioned::default();
    for op in &script.ops {
        renamed(*op, &mut mentioned);
    }
    for name in &script.domains {
        if let DomainName::PointedToBy(group, _) = name {
            mentioned.groups.push(*group);
        }
    }
    let devices: Vec<DeviceId> = (0..script.devices.len())
        .filter_map(|index| u8::try_from(index).ok().map(DeviceId))
        .filter(|id| !mentioned.devices.contains(id))
        .collect();
    let holds = |group: GroupId| {
        let inside = |(index, device): (usize, &crate::script::DeviceSpec)| {
            [device.group, device.vfio_group].contains(&Some(group))
                && !devices.iter().any(|id| id.index() == index)
        };
        script.devices.iter().enumerate().any(inside)
    };
    let groups = (0..script.groups.len())
        .filter_map(|index| u8::try_from(index).ok().map(GroupId))
        .filter(|id| !mentioned.groups.contains(id) && !holds(*id))
        .collect();
    (devices, groups)
}

/// The same script without what no operation mentions, with tables in the order in which operations mention things
/// and plain names: groups `g0`, devices `d0`, owners `o0`, handles `h0`, domains `A`, mappings `S` and so on.
#[must_use]
pub fn canonical(script: &Script) -> Script {
    let (devices, groups) = idle(script);
    let mut script = without(script, &devices, &groups);
    for (index, group) in script.groups.iter_mut().enumerate() {
        group.name = format!("g{index}");
    }
    for (index, device) in script.devices.iter_mut().enumerate() {
        device.name = format!("d{index}");
    }
    for (index, owner) in script.owners.iter_mut().enumerate() {
        *owner = format!("o{index}");
    }
    for (index, handle) in script.handles.iter_mut().enumerate() {
        *handle = format!("h{index}");
    }
    let old_mappings = std::mem::take(&mut script.mappings);
    script.mappings = (0..old_mappings.len()).map(|index| lettered(b'S', 8, index)).collect();
    for (index, ioas) in script.ioas.iter_mut().enumerate() {
        *ioas = format!("ioas{index}");
    }
    let mut users = 0;
    for domain in &mut script.domains {
        let DomainName::User(name) = domain else { continue };
        *name = match old_mappings.iter().position(|mapping| mapping == name) {
            Some(mapping) => script.mappings.get(mapping).cloned().unwrap_or_default(),
            None => {
                users += 1;
                lettered(b'A', 18, users - 1)
            }
        };
    }
    script
}

/// The name with this number: so many letters from the first one on, then the first one with a number.
fn lettered(first: u8, letters: u8, index: usize) -> String {
    match u8::try_from(index) {
        Ok(index) if index < letters => char::from(first + index).to_string(),
        _ => format!("{}{index}", char::from(first)),
    }
}
