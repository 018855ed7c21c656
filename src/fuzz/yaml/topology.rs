// SPDX-License-Identifier: GPL-2.0-only
//! The part of a case that says what is there.

use std::fmt::Write;

use super::{Inexpressible, errno, name};
use crate::script::{
    Arch, Bus, CdevOp, DefaultType, DeviceSpec, DomainKind, DomainName, GroupId, IommufdOp, KindSet, Op,
    PageTable, Script, Setting, Worded,
};

pub(super) fn write(script: &Script, text: &mut String) -> Result<(), Inexpressible> {
    let mut lines = Vec::new();
    if script.arch == Arch::Arm32 {
        lines.push("arch: arm32".to_owned());
    }
    let (iommu, forbidden_calls, test_remove) = settings(script)?;
    if !iommu.is_empty() {
        lines.push(format!("iommu: {{ {} }}", iommu.join(", ")));
    }
    if !script.groups.is_empty() {
        lines.push("groups:".into());
        lines.extend((0..script.groups.len()).map(|index| format!("  {}", group(script, index))));
    }
    let devices: Vec<String> = script
        .devices
        .iter()
        .filter_map(|spec| device(script, spec).transpose())
        .collect::<Result<_, _>>()?;
    if !devices.is_empty() {
        lines.push("devices:".into());
        lines.extend(devices.into_iter().map(|line| format!("  {line}")));
    }
    let domains = domains(script);
    if !domains.is_empty() {
        lines.push(format!("domains: {{ {} }}", domains.join(", ")));
    }
    if !script.owners.is_empty() {
        let owners: Vec<String> = script.owners.iter().map(|owner| name(owner)).collect();
        lines.push(format!("owners: [{}]", owners.join(", ")));
    }
    if !script.handles.is_empty() {
        let handles: Vec<String> = script.handles.iter().map(|handle| name(handle)).collect();
        lines.push(format!("handles: [{}]", handles.join(", ")));
    }
    if !script.containers.is_empty() {
        let containers: Vec<String> = script.containers.iter().map(|container| name(container)).collect();
        lines.push(format!("containers: [{}]", containers.join(", ")));
    }
    if !script.registered {
        lines.push("registered: false".into());
    }
    if forbidden_calls {
        lines.push("forbidden_calls: true".into());
    }
    if test_remove {
        lines.push("debug_test_driver_remove: true".into());
    }
    let _ = writeln!(text, "topology:{}", if lines.is_empty() { " {}" } else { "" });
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    Ok(())
}

/// What `iommu` says, whether forbidden calls are run, and whether probes are undone as a test.
fn settings(script: &Script) -> Result<(Vec<String>, bool, bool), Inexpressible> {
    let mut fields = Vec::new();
    let mut forbidden_calls = false;
    let mut test_remove = false;
    for setting in &script.settings {
        fields.push(match setting {
            Setting::DefaultType(kind) => format!("default_type: {}", kind.word()),
            Setting::Deny(denied) => format!("deny: {}", kinds(*denied)?),
            Setting::DenyErrno(with) => format!("deny_errno: {}", errno(*with)?),
            Setting::Detach(ops) => format!("detach: {}", ops.word()),
            Setting::DeferredFlush(capable) => format!("deferred_flush: {capable}"),
            Setting::LateXlate(late) => format!("late_xlate: {late}"),
            Setting::AddressSpaces(most) => format!("address_spaces: {most}"),
            Setting::NoSetDevPasid(which) => {
                format!("no_set_dev_pasid: [{}]", words(which))
            }
            Setting::TestDriverRemove(test) => {
                test_remove = *test;
                continue;
            }
            Setting::Unsafe(allowed) => {
                forbidden_calls = *allowed;
                continue;
            }
            Setting::Static(fixed) => format!("static: [{}]", words(fixed)),
        });
    }
    Ok((fields, forbidden_calls, test_remove))
}

fn words<T: Worded>(of: &[T]) -> String {
    of.iter().map(|which| which.word()).collect::<Vec<_>>().join(", ")
}

fn group(script: &Script, index: usize) -> String {
    let id = u8::try_from(index).ok().map(GroupId);
    let inside = script.devices.iter().filter(|device| device.group.is_some() && device.group == id);
    let devices: Vec<String> = inside.map(|device| name(&device.name)).collect();
    let devices = format!("[{}]", devices.join(", "));
    match script.groups.get(index) {
        Some(spec) if spec.hold => format!("{}: {{ devices: {devices}, hold: true }}", name(&spec.name)),
        Some(spec) => format!("{}: {devices}", name(&spec.name)),
        None => String::new(),
    }
}

/// A device's options; one without group is declared by having an entry.
fn device(script: &Script, spec: &DeviceSpec) -> Result<Option<String>, Inexpressible> {
    let mut options = Vec::new();
    if spec.bus != Bus::default() {
        options.push(format!("bus: {}", spec.bus.word()));
    }
    match spec.default_type {
        None => {}
        Some(DefaultType::DmaFq) => return Err(Inexpressible::Kind("DMA-FQ", "of a device")),
        Some(kind) => options.push(format!("default_type: {}", kind.word())),
    }
    for (name, is) in [("deferred", spec.deferred), ("direct", spec.direct)] {
        if is {
            options.push(format!("{name}: true"));
        }
    }
    if spec.pasid_bits > 0 {
        options.push(format!("pasid_bits: {}", spec.pasid_bits));
    }
    let by_itself = script.arch == Arch::Arm32 && spec.group.is_some();
    if spec.device_tree != by_itself {
        options.push(format!("device_tree: {}", spec.device_tree));
    }
    for (name, is) in [("untrusted", spec.untrusted), ("bridge", spec.bridge)] {
        if is {
            options.push(format!("{name}: true"));
        }
    }
    for (name, is) in [("cache_coherent", spec.cache_coherent), ("isolated_msi", spec.isolated_msi)] {
        if !is {
            options.push(format!("{name}: false"));
        }
    }
    if spec.ats {
        options.push("ats: true".into());
    }
    if let Some(id) = spec.requester_id {
        options.push(format!("requester_id: {id}"));
    }
    if let Some(group) = spec.vfio_group.and_then(|id| script.groups.get(id.index())) {
        options.push(format!("vfio_group: {}", name(&group.name)));
    }
    if options.is_empty() && spec.group.is_some() {
        return Ok(None);
    }
    let options = if options.is_empty() { "{}".into() } else { format!("{{ {} }}", options.join(", ")) };
    Ok(Some(format!("{}: {options}", name(&spec.name))))
}

/// Domains, mappings and address spaces, in the order in which the script has them.
fn domains(script: &Script) -> Vec<String> {
    let is_mapping = |user: &String| script.mappings.contains(user);
    let users = script.domains.iter().filter_map(|known| match known {
        DomainName::User(user) if is_hwpt(script, user) => Some(format!("{}: hwpt", name(user))),
        DomainName::User(user) if !is_mapping(user) => Some(format!("{}: paging", name(user))),
        _ => None,
    });
    let mappings = script.mappings.iter().map(|mapping| format!("{}: mapping", name(mapping)));
    let ioas = script.ioas.iter().map(|ioas| format!("{}: ioas", name(ioas)));
    users.chain(mappings).chain(ioas).collect()
}

/// Is this the name of a page table of iommufd?
fn is_hwpt(script: &Script, user: &str) -> bool {
    script.ops.iter().any(|op| {
        let Op::Iommufd(
            IommufdOp::HwptAlloc { hwpt, .. }
            | IommufdOp::DeviceAttach { to: PageTable::Hwpt(hwpt), .. }
            | IommufdOp::DeviceReplace { to: PageTable::Hwpt(hwpt), .. }
            | IommufdOp::Destroy { object: PageTable::Hwpt(hwpt) }
            | IommufdOp::Cdev { op: CdevOp::Attach { to: PageTable::Hwpt(hwpt), .. }, .. },
        ) = op
        else {
            return false;
        };
        matches!(script.domains.get(hwpt.index()), Some(DomainName::User(name)) if name == user)
    })
}

/// A list of types.
pub(super) fn kinds(kinds: KindSet) -> Result<String, Inexpressible> {
    let words: Vec<&str> = kinds.iter().map(kind_word).collect::<Result<_, _>>()?;
    Ok(format!("[{}]", words.join(", ")))
}

pub(super) fn kind_word(kind: DomainKind) -> Result<&'static str, Inexpressible> {
    match kind {
        DomainKind::Platform => Err(Inexpressible::Kind("platform", "in a list of types")),
        DomainKind::Sva => Err(Inexpressible::Kind("sva", "in a list of types")),
        kind => Ok(kind.word()),
    }
}
