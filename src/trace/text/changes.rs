// SPDX-License-Identifier: GPL-2.0-only
//! What a step changed in groups and devices.

use std::fmt::{Display, Write};

use crate::script::{DeviceId, DomainKind, GroupId, HandleId, Worded};
use crate::trace::names::{NULL, Names};
use crate::trace::{DeviceState, GroupState, MappingState, Mark, Pointer, ResetState};

/// Writes a line for each group that appeared, changed or went.
pub(super) fn groups(text: &mut String, names: &Names<'_>, before: &[GroupState], after: &[GroupState]) {
    if before == after {
        return;
    }
    for old in before.iter().filter(|old| !after.iter().any(|new| new.group == old.group)) {
        gone(text, names.group(old.group));
    }
    for new in after {
        let mut line = Line::new(text, names.group(new.group));
        match before.iter().find(|old| old.group == new.group) {
            Some(old) if old == new => {}
            Some(old) => group_changes(&mut line, names, old, new),
            None => whole_group(&mut line, names, new),
        }
        line.finish();
    }
}

/// Writes a line for each device that appeared, changed or went.
pub(super) fn devices(text: &mut String, names: &Names<'_>, before: &[DeviceState], after: &[DeviceState]) {
    if before == after {
        return;
    }
    for old in before.iter().filter(|old| !after.iter().any(|new| new.device == old.device)) {
        gone(text, names.device(old.device));
    }
    for new in after {
        let mut line = Line::new(text, names.device(new.device));
        match before.iter().find(|old| old.device == new.device) {
            Some(old) if old == new => {}
            Some(old) => device_changes(&mut line, names, old, new),
            None => whole_device(&mut line, names, new),
        }
        line.finish();
    }
}

/// Writes a line for each handle whose domain changed.
pub(super) fn handles(
    text: &mut String,
    names: &Names<'_>,
    before: &[Option<Pointer>],
    after: &[Option<Pointer>],
) {
    for (index, new) in after.iter().enumerate() {
        let old = before.get(index).copied().flatten();
        let handle = HandleId(u8::try_from(index).unwrap_or(u8::MAX));
        let mut line = Line::new(text, names.handle(Some(handle)));
        line.change("domain", &old, new, |pointer| names.pointer(*pointer));
        line.finish();
    }
}

fn gone(text: &mut String, name: &str) {
    let _ = writeln!(text, "    {name}: gone");
}

/// A group that was not there before. What is as in every new group (no owner, no PASID) is left out.
fn whole_group(line: &mut Line<'_>, names: &Names<'_>, group: &GroupState) {
    line.item(format_args!("devices {}", device_list(names, &group.devices)));
    line.item(format_args!("domain {}", names.pointer(group.domain)));
    line.item(format_args!("default_domain {}", names.pointer(group.default_domain)));
    if let Some(kind) = group.default_kind {
        line.item(format_args!("type {}", kind.name()));
    }
    if let Some(pointer) = group.blocking_domain {
        line.item(format_args!("blocking_domain {}", names.pointer(pointer)));
    }
    if let Some(count) = group.owner_cnt {
        line.item(format_args!("owner_cnt {count}"));
    }
    if let Some(Some(owner)) = group.owner {
        line.item(format_args!("owner {}", names.owner(Some(owner))));
    }
    match (&group.pasid_table, group.pasids) {
        (Some(table), Some(true)) => line.item(format_args!("pasids {}", names.pasids(table))),
        (None, Some(true)) => line.item(format_args!("pasids yes")),
        (_, Some(false) | None) => {}
    }
    if let Some(Some(resetting)) = group.resetting_domain {
        line.item(format_args!("resetting_domain {}", names.pointer(Some(resetting))));
    }
    if let Some(count @ 1..) = group.recovery_cnt {
        line.item(format_args!("recovery_cnt {count}"));
    }
}

fn group_changes(line: &mut Line<'_>, names: &Names<'_>, old: &GroupState, new: &GroupState) {
    line.change("devices", &old.devices, &new.devices, |devices| device_list(names, devices));
    line.change("domain", &old.domain, &new.domain, |p| names.pointer(*p));
    line.change("default_domain", &old.default_domain, &new.default_domain, |p| names.pointer(*p));
    line.change("type", &old.default_kind, &new.default_kind, |kind| kind.map_or(NULL, DomainKind::name));
    line.change("blocking_domain", &old.blocking_domain, &new.blocking_domain, |field| {
        field.map_or(ABSENT.into(), |pointer| names.pointer(pointer))
    });
    line.change("owner_cnt", &old.owner_cnt, &new.owner_cnt, |field| {
        field.map_or(ABSENT.into(), |count| count.to_string())
    });
    line.change("owner", &old.owner, &new.owner, |field| field.map_or(ABSENT, |owner| names.owner(owner)));
    if let (Some(old), Some(new)) = (&old.pasid_table, &new.pasid_table) {
        return line.change("pasids", old, new, |table| names.pasids(table));
    }
    line.change("pasids", &old.pasids, &new.pasids, |field| match field {
        None => ABSENT,
        Some(false) => "no",
        Some(true) => "yes",
    });
    line.change("resetting_domain", &old.resetting_domain, &new.resetting_domain, |field| {
        field.map_or(ABSENT.into(), |pointer| names.pointer(pointer))
    });
    line.change("recovery_cnt", &old.recovery_cnt, &new.recovery_cnt, |field| {
        field.map_or(ABSENT.into(), |count| count.to_string())
    });
}

/// A device that was not there before. A driver or an ARM mapping is shown if there is one.
fn whole_device(line: &mut Line<'_>, names: &Names<'_>, device: &DeviceState) {
    line.item(format_args!("group {}", group_name(names, device.group)));
    line.item(format_args!("attached {}", names.pointer(device.attached)));
    if let Some(driver) = device.driver {
        line.item(format_args!("driver {}", driver.word()));
    }
    let arm = Arm::of(device.arm);
    if let Some(mapping) = arm.mapping {
        line.item(format_args!("arm mapping {}", names.domain(mapping)));
    }
    if arm.dma_ops {
        line.item(format_args!("arm dma_ops yes"));
    }
    let reset = device.reset.unwrap_or_default();
    if reset.blocked {
        line.item(format_args!("blocked yes"));
    }
    if reset.depth > 0 {
        line.item(format_args!("reset_depth {}", reset.depth));
    }
}

fn device_changes(line: &mut Line<'_>, names: &Names<'_>, old: &DeviceState, new: &DeviceState) {
    line.change("group", &old.group, &new.group, |group| group_name(names, *group));
    line.change("attached", &old.attached, &new.attached, |p| names.pointer(*p));
    line.change("driver", &old.driver, &new.driver, |driver| driver.map_or(NULL, Worded::word));
    let (was, is): (ResetState, ResetState) = (old.reset.unwrap_or_default(), new.reset.unwrap_or_default());
    line.change("blocked", &was.blocked, &is.blocked, |blocked| yes(*blocked));
    line.change("reset_depth", &was.depth, &is.depth, u32::to_string);
    let (old, new) = (Arm::of(old.arm), Arm::of(new.arm));
    line.change("arm mapping", &old.mapping, &new.mapping, |mapping| {
        mapping.map_or(NULL, |domain| names.domain(domain))
    });
    line.change("arm dma_ops", &old.dma_ops, &new.dma_ops, |set| yes(*set));
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// What stands for a field that the release does not have.
const ABSENT: &str = "(no such field)";

/// The architecture's view of a device; elsewhere than on 32-bit ARM nothing is set.
#[derive(Clone, Copy)]
struct Arm {
    mapping: Option<Mark>,
    dma_ops: bool,
}

impl Arm {
    fn of(state: Option<MappingState>) -> Arm {
        match state {
            Some(MappingState { mapping, dma_ops }) => Arm { mapping, dma_ops },
            None => Arm { mapping: None, dma_ops: false },
        }
    }
}

fn group_name<'a>(names: &Names<'a>, group: Option<GroupId>) -> &'a str {
    group.map_or(NULL, |id| names.group(id))
}

fn device_list(names: &Names<'_>, devices: &[DeviceId]) -> String {
    let devices: Vec<_> = devices.iter().map(|id| names.device(*id)).collect();
    format!("[{}]", devices.join(", "))
}

/// A line `    name: item, item`, written when there is an item.
struct Line<'a> {
    text: &'a mut String,
    name: &'a str,
    started: bool,
}

impl<'a> Line<'a> {
    fn new(text: &'a mut String, name: &'a str) -> Line<'a> {
        Line { text, name, started: false }
    }

    fn item(&mut self, words: std::fmt::Arguments<'_>) {
        let _ = if self.started {
            self.text.write_str(", ")
        } else {
            self.started = true;
            write!(self.text, "    {}: ", self.name)
        };
        let _ = self.text.write_fmt(words);
    }

    fn change<'v, T: PartialEq, W: Display>(
        &mut self,
        field: &str,
        old: &'v T,
        new: &'v T,
        words: impl Fn(&'v T) -> W,
    ) {
        if old != new {
            self.item(format_args!("{field} {} -> {}", words(old), words(new)));
        }
    }

    fn finish(self) {
        if self.started {
            self.text.push('\n');
        }
    }
}
