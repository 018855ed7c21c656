// SPDX-License-Identifier: GPL-2.0-only
//! Groups and devices before and after a step.

use std::fmt::Write;

use crate::script::Worded;
use crate::trace::names::{NULL, Names};
use crate::trace::{DeviceState, GroupState, Step};

/// What is shown of a thing: names and values, in order.
type Fields = Vec<(&'static str, String)>;

/// The state of everything, step after step.
pub struct States<'a> {
    names: &'a Names<'a>,
    groups: Vec<(String, Fields)>,
    devices: Vec<(String, Fields)>,
}

impl<'a> States<'a> {
    /// Nothing is there yet.
    pub fn new(names: &'a Names<'a>) -> States<'a> {
        States { names, groups: Vec::new(), devices: Vec::new() }
    }

    /// Goes on to what is there after a step: a line for each group and device, `all` or those that changed.
    pub fn after(&mut self, step: &Step, all: bool) -> Vec<String> {
        let names = self.names;
        let groups: Vec<_> =
            step.groups.iter().map(|g| (names.group(g.group).to_owned(), group(names, g))).collect();
        let devices: Vec<_> =
            step.devices.iter().map(|d| (names.device(d.device).to_owned(), device(names, d))).collect();
        let mut lines = changes(&self.groups, &groups, all);
        lines.extend(changes(&self.devices, &devices, all));
        (self.groups, self.devices) = (groups, devices);
        lines
    }
}

fn changes(before: &[(String, Fields)], after: &[(String, Fields)], all: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, new) in after {
        let old = before.iter().find(|(known, _)| known == name).map(|(_, fields)| fields);
        if !all && old == Some(new) {
            continue;
        }
        let mut line = if old.is_some() { format!("{name}: ") } else { format!("{name} (new): ") };
        for (index, (field, value)) in new.iter().enumerate() {
            let separator = if index > 0 { ", " } else { "" };
            let was = old.and_then(|old| old.iter().find(|(known, _)| known == field)).map(|(_, was)| was);
            let _ = match was.filter(|was| *was != value) {
                Some(was) => write!(line, "{separator}{field} {was} -> {value}"),
                None => write!(line, "{separator}{field} {value}"),
            };
        }
        lines.push(line);
    }
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(known, _)| known == name));
    lines.extend(gone.map(|(name, _)| format!("{name}: gone")));
    lines
}

/// A field that the release does not have is left out.
fn group(names: &Names<'_>, group: &GroupState) -> Fields {
    let mut fields = vec![
        ("domain", names.pointer(group.domain)),
        ("default_domain", names.pointer(group.default_domain)),
    ];
    if let Some(pointer) = group.blocking_domain {
        fields.push(("blocking_domain", names.pointer(pointer)));
    }
    if let Some(count) = group.owner_cnt {
        fields.push(("owner_cnt", count.to_string()));
    }
    if let Some(owner) = group.owner {
        fields.push(("owner", names.owner(owner).to_owned()));
    }
    if group.pasids == Some(true) {
        fields.push(("pasids", "yes".into()));
    }
    let devices: Vec<&str> = group.devices.iter().map(|device| names.device(*device)).collect();
    fields.push(("devices", format!("[{}]", devices.join(", "))));
    fields
}

fn device(names: &Names<'_>, device: &DeviceState) -> Fields {
    let mut fields = vec![
        ("attached to", names.pointer(device.attached)),
        ("group", device.group.map_or(NULL, |group| names.group(group)).to_owned()),
        ("driver", device.driver.map_or(NULL, Worded::word).to_owned()),
    ];
    if let Some(arm) = device.arm {
        fields.push(("arm mapping", arm.mapping.map_or(NULL, |domain| names.domain(domain)).to_owned()));
        fields.push(("dma_ops", if arm.dma_ops { "its own" } else { "none" }.to_owned()));
    }
    fields
}
