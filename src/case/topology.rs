// SPDX-License-Identifier: GPL-2.0-only
//! From the written topology to the script's tables: groups, devices, the IOMMU driver's settings.

use super::drivers::{self, Capabilities};
use super::error::{Complaint, Problem};
use super::form::{DeviceForm, DomainWord, IommuForm, Listed, Short, TopologyForm, Word};
use super::hint::did_you_mean;
use super::names::Names;
use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DeviceId, DeviceSpec, Errno, GroupId, GroupSpec, KindSet, Script,
    Setting,
};

/// Fills in everything of a script that comes before its operations.
pub(crate) fn lower<'t>(
    topology: &TopologyForm<'t>,
    names: &Names,
    script: &mut Script,
) -> Result<(), Complaint<'t>> {
    script.arch = topology.arch.map_or(Arch::Generic, |word| word.value());
    let capabilities = capabilities(topology)?;
    script.registered = topology.registered;
    script.settings = settings(&capabilities, script.arch, topology.forbidden_calls);
    if topology.debug_test_driver_remove {
        script.settings.push(Setting::TestDriverRemove(true));
    }
    script.groups = topology
        .groups
        .0
        .iter()
        .map(|(name, form)| GroupSpec {
            name: name.text().to_owned(),
            hold: matches!(form, Listed::Map(form) if form.hold),
        })
        .collect();
    for (name, group) in &names.devices {
        let mut device = DeviceSpec::new(name, *group);
        if group.is_some() {
            device.device_tree = script.arch == Arch::Arm32;
            device.default_type = capabilities.device_type;
        }
        script.devices.push(device);
    }
    for (name, form) in &topology.devices.0 {
        let at = names.find_device(name.text()).map(DeviceId::index);
        if let Some(device) = at.and_then(|at| script.devices.get_mut(at)) {
            options(name, form, script.arch, device)?;
            device.vfio_group =
                form.vfio_group.as_deref().map(|word| vfio_group(names, word, device)).transpose()?;
        }
    }
    if script.arch != Arch::Arm32
        && let Some((name, _)) = topology.domains.0.iter().find(|domain| domain.1 == DomainWord::Mapping)
    {
        return Err(needs_arm32(name, "a mapping"));
    }
    Ok(())
}

/// Only 32-bit ARM has this.
pub(crate) fn needs_arm32<'t>(word: &Word<'t>, what: &str) -> Complaint<'t> {
    Complaint::at(word.spot(), Problem::NeedsArm32(what.to_owned())).hint("set `arch: arm32` in the topology")
}

/// A group that VFIO makes for this device alone.
fn vfio_group<'t>(names: &Names, word: &Word<'t>, device: &DeviceSpec) -> Result<GroupId, Complaint<'t>> {
    let group = names.group(word)?;
    let problem = if device.group.is_some() {
        format!("device `{}` has a group already", device.name)
    } else if names.devices.iter().any(|(_, of)| *of == Some(group)) {
        format!("group `{}` has devices, so VFIO does not make it", word.text())
    } else {
        return Ok(group);
    };
    let hint = "`vfio_group` is an empty group, of a device that is in no other";
    Err(Complaint::at(word.spot(), Problem::Conflict(problem)).hint(hint))
}

/// A device's options.
fn options<'t>(
    name: &Word<'t>,
    form: &DeviceForm<'t>,
    arch: Arch,
    device: &mut DeviceSpec,
) -> Result<(), Complaint<'t>> {
    device.bus = form.bus.map_or(Bus::Platform, |word| word.value());
    device.deferred = form.deferred;
    device.direct = form.direct;
    device.pasid_bits = form.pasid_bits.map_or(0, |bits| bits.get());
    device.untrusted = form.untrusted;
    device.bridge = form.bridge;
    device.cache_coherent = form.cache_coherent.unwrap_or(true);
    device.isolated_msi = form.isolated_msi.unwrap_or(true);
    device.ats = form.ats;
    device.requester_id = form.requester_id.map(|id| id.get());
    if let Some(word) = form.default_type {
        device.default_type = Some(word.value());
    }
    if let Some(device_tree) = form.device_tree {
        device.device_tree = device_tree;
    }
    if device.device_tree && arch != Arch::Arm32 {
        return Err(needs_arm32(name, "`device_tree`"));
    }
    for (what, is) in [("untrusted", device.untrusted), ("a bridge", device.bridge)] {
        if is && device.bus != Bus::Pci {
            let problem = Problem::Conflict(format!("device `{}` is {what} but not on PCI", name.text()));
            return Err(Complaint::at(name.spot(), problem).hint("add `bus: pci`"));
        }
    }
    if (device.ats || device.requester_id.is_some()) && device.bus != Bus::Pci {
        let what = if device.ats { "supports ATS" } else { "has a requester id" };
        let problem = Problem::Conflict(format!("device `{}` {what} but is not on PCI", name.text()));
        return Err(Complaint::at(name.spot(), problem).hint("add `bus: pci`"));
    }
    let own = device.deferred || device.direct || device.pasid_bits > 0 || device.device_tree;
    if device.group.is_none() && (own || form.default_type.is_some()) {
        let problem =
            Problem::Conflict(format!("device `{}` has options of an IOMMU but no group", name.text()));
        return Err(Complaint::at(name.spot(), problem).hint("put it into a group, or take the options out"));
    }
    Ok(())
}

/// What the IOMMU driver offers.
fn capabilities<'t>(topology: &TopologyForm<'t>) -> Result<Capabilities, Complaint<'t>> {
    match &topology.iommu {
        None => Ok(drivers::PLAIN.capabilities()),
        Some(Short::Word(name)) => named(name),
        Some(Short::Map(form)) => changed(form),
    }
}

fn named<'t>(name: &Word<'t>) -> Result<Capabilities, Complaint<'t>> {
    match drivers::find(name.text()) {
        Some(set) => Ok(set.capabilities()),
        None => {
            let problem = Problem::UnknownSet(name.text().to_owned());
            let known: Vec<&str> = drivers::SETS.iter().map(|set| set.name).collect();
            Err(Complaint::at(name.spot(), problem).hint_if(did_you_mean(name.text(), known)))
        }
    }
}

/// A named set with changes.
fn changed<'t>(form: &IommuForm<'t>) -> Result<Capabilities, Complaint<'t>> {
    let mut capabilities = match &form.base {
        Some(name) => named(name)?,
        None => drivers::PLAIN.capabilities(),
    };
    if let Some(word) = form.default_type {
        capabilities.default_type = word.value();
    }
    if let Some(kinds) = &form.deny {
        capabilities.deny = kinds.iter().map(|kind| kind.value()).collect();
    }
    if let Some(word) = &form.deny_errno {
        capabilities.deny_errno = Some(errno(word)?);
    }
    if let Some(word) = form.detach {
        capabilities.detach = word.value();
    }
    if let Some(words) = &form.statics {
        capabilities.statics = words.iter().map(|word| word.value()).collect();
    }
    if let Some(late) = form.late_xlate {
        capabilities.late_xlate = late;
    }
    if let Some(most) = form.address_spaces {
        capabilities.address_spaces = Some(most.get());
    }
    if let Some(words) = &form.no_set_dev_pasid {
        capabilities.no_set_dev_pasid = words.iter().map(|word| word.value()).collect();
    }
    if let Some(capable) = form.deferred_flush {
        capabilities.deferred_flush = capable;
    }
    Ok(capabilities)
}

/// The errno of this name.
pub(crate) fn errno<'t>(word: &Word<'t>) -> Result<Errno, Complaint<'t>> {
    Errno::from_name(word.text()).ok_or_else(|| {
        let hint = match word.text().strip_prefix('-').and_then(Errno::from_name) {
            Some(errno) => Some(format!("write `{errno}`")),
            None => did_you_mean(word.text(), Errno::names().collect::<Vec<_>>()),
        };
        Complaint::at(word.spot(), Problem::UnknownErrno(word.text().to_owned()))
            .hint_if(hint.or_else(|| Some("write it by name, such as `EBUSY`".into())))
    })
}

/// The settings that differ from those of a plain driver, in the order in which they are applied.
fn settings(capabilities: &Capabilities, arch: Arch, forbidden_calls: bool) -> Vec<Setting> {
    let mut settings = Vec::new();
    if capabilities.default_type != DefaultType::Dma {
        settings.push(Setting::DefaultType(capabilities.default_type));
    }
    if capabilities.deny != KindSet::EMPTY {
        settings.push(Setting::Deny(capabilities.deny));
    }
    if let Some(errno) = capabilities.deny_errno {
        settings.push(Setting::DenyErrno(errno));
    }
    if capabilities.detach != DetachOps::None {
        settings.push(Setting::Detach(capabilities.detach));
    }
    if !capabilities.deferred_flush {
        settings.push(Setting::DeferredFlush(false));
    }
    if capabilities.late_xlate && arch == Arch::Arm32 {
        settings.push(Setting::LateXlate(true));
    }
    if let Some(most) = capabilities.address_spaces {
        settings.push(Setting::AddressSpaces(most));
    }
    if !capabilities.no_set_dev_pasid.is_empty() {
        settings.push(Setting::NoSetDevPasid(capabilities.no_set_dev_pasid.clone()));
    }
    if forbidden_calls {
        settings.push(Setting::Unsafe(true));
    }
    if !capabilities.statics.is_empty() {
        settings.push(Setting::Static(capabilities.statics.clone()));
    }
    settings
}
