// SPDX-License-Identifier: GPL-2.0-only
//! Calls into the drivers, and WARNs.

use std::fmt::Write;

use crate::script::{DeviceId, Errno};
use crate::trace::names::{NULL, Names};
use crate::trace::{Call, Mark, PasidTarget};

/// Writes calls, and follows what each device's hardware uses, so that it can leave out what goes without saying.
pub(super) struct Writer<'a> {
    names: &'a Names<'a>,
    /// What each device's hardware uses; entry `i` is that of device `i`.
    attached: Vec<Option<Mark>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(names: &'a Names<'a>) -> Writer<'a> {
        Writer { names, attached: Vec::new() }
    }

    /// Each call on a line of its own.
    pub(super) fn lines(&mut self, text: &mut String, calls: &[Call]) {
        for call in calls {
            text.push_str("    ");
            self.call(text, call);
            text.push('\n');
        }
    }

    /// All calls on one indented line.
    pub(super) fn one_line(&mut self, text: &mut String, calls: &[Call]) {
        if !calls.is_empty() {
            text.push_str("    ");
            self.joined(text, calls);
            text.push('\n');
        }
    }

    /// All calls, with semicolons between them.
    pub(super) fn joined(&mut self, text: &mut String, calls: &[Call]) {
        for (index, call) in calls.iter().enumerate() {
            if index > 0 {
                text.push_str("; ");
            }
            self.call(text, call);
        }
    }

    fn call(&mut self, text: &mut String, call: &Call) {
        let names = self.names;
        let _ = match *call {
            Call::Xlate { device } => write!(text, "of_xlate {}", names.device(device)),
            Call::Probe { device, error } => {
                write!(text, "probe_device {}{}", names.device(device), answer(error))
            }
            Call::NewGroup { group } => write!(text, "new group {}", names.group(group)),
            Call::GroupFailed { device, error } => {
                write!(text, "device_group {}{}", names.device(device), answer(Some(error)))
            }
            Call::FreeGroup { group } => write!(text, "free group {}", names.group(group)),
            Call::Alloc { domain, kind } => {
                write!(text, "alloc {}, type {}", names.domain(domain), kind.name())
            }
            Call::Deny { kind } => write!(text, "refuse to alloc type {}", kind.name()),
            Call::Free { domain, attached } => {
                let still = if attached { ", still attached" } else { "" };
                write!(text, "free {}{still}", names.domain(domain))
            }
            Call::Attach { device, domain, from, freed, error } => {
                let result = write!(
                    text,
                    "attach {} to {}{}{}{}",
                    names.device(device),
                    names.domain(domain),
                    if freed { " (freed)" } else { "" },
                    self.from(device, from),
                    answer(error)
                );
                if error.is_none() {
                    self.set_attached(device, Some(domain));
                }
                result
            }
            Call::Detach { device, domain } => {
                self.set_attached(device, None);
                write!(text, "detach {} from {}", names.device(device), names.domain(domain))
            }
            Call::SetPlatformDmaOps { device } => {
                self.set_attached(device, None);
                write!(text, "set_platform_dma_ops {}", names.device(device))
            }
            Call::Map { domain } if names.is_type1(domain) => {
                write!(text, "map test pages into {}", names.domain(domain))
            }
            Call::Map { domain } => write!(text, "map into {}", names.domain(domain)),
            Call::ProbeFinalize { device } => write!(text, "probe_finalize {}", names.device(device)),
            Call::Release { device } => {
                self.set_attached(device, None);
                write!(text, "release_device {}", names.device(device))
            }
            Call::SetPasid { device, pasid, domain, error } => {
                let (device, domain) = (names.device(device), names.domain(domain));
                write!(text, "set_dev_pasid {device} {pasid} to {domain}{}", answer(error))
            }
            Call::RemovePasid { device, pasid, domain } => {
                let from = match domain {
                    PasidTarget::NotTold => String::new(),
                    PasidTarget::Domain(domain) => format!(" from {}", names.domain(domain)),
                };
                write!(text, "remove_dev_pasid {} {pasid}{from}", names.device(device))
            }
            Call::DriverProbe { device, error } => {
                write!(text, "driver probe {}{}", names.device(device), answer(error))
            }
            Call::Warn(warn) => write!(text, "WARN: {}", names.warn(warn)),
        };
    }

    fn set_attached(&mut self, device: DeviceId, domain: Option<Mark>) {
        if self.attached.len() <= device.index() {
            self.attached.resize(device.index() + 1, None);
        }
        self.attached[device.index()] = domain;
    }

    /// What the driver is told was attached before, where that is not what was.
    ///
    /// Drivers are told since v6.19. Saying so at each attach would set every case apart there.
    fn from(&self, device: DeviceId, from: Option<Option<Mark>>) -> String {
        match from {
            Some(told) if told != self.attached.get(device.index()).copied().flatten() => {
                format!(", said to come from {}", told.map_or(NULL, |domain| self.names.domain(domain)))
            }
            Some(_) | None => String::new(),
        }
    }
}

/// ` = EIO`; nothing for success.
fn answer(error: Option<Errno>) -> String {
    error.map_or(String::new(), |errno| format!(" = {errno}"))
}
