// SPDX-License-Identifier: GPL-2.0-only
//! Groups and devices before and after a step.

use std::fmt::Write;

use crate::trace::Step;
use crate::trace::fields::{Fields, device, group};
use crate::trace::names::Names;

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
