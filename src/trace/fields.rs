// SPDX-License-Identifier: GPL-2.0-only
//! The state of a group or a device as a list of named values.

use super::names::{NULL, Names};
use super::{DeviceState, GroupState};
use crate::script::Worded;

/// What is shown of a thing: names and values, in order.
pub type Fields = Vec<(&'static str, String)>;

/// A group's; a field that the release does not have is left out.
#[must_use]
pub fn group(names: &Names<'_>, group: &GroupState) -> Fields {
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

/// A device's.
#[must_use]
pub fn device(names: &Names<'_>, device: &DeviceState) -> Fields {
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
