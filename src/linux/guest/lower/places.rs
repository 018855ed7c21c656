// SPDX-License-Identifier: GPL-2.0-only
//! Which of the guest's PCI devices stands for a device of a script.

use crate::linux::guest::cannot::CannotRun;
use crate::script::DeviceSpec;

/// Endpoints that may be in any group: single ones first, then functions of one device.
const ENDPOINTS: &[&str] = &["ep0", "ep1", "mf0", "mf1", "mf2", "br0", "br1"];
/// The same, of devices with ATS.
const WITH_ATS: &[&str] = &["ats0", "ats1", "ats2"];
/// Bridges that `pcieport` takes.
const BRIDGES: &[&str] = &["rp0", "rp1"];

/// The places not taken yet.
#[derive(Debug, Default)]
pub(super) struct Places {
    endpoints: usize,
    with_ats: usize,
    bridges: usize,
}

impl Places {
    /// The next place for a device of this kind.
    pub(super) fn place_for(&mut self, device: &DeviceSpec) -> Result<&'static str, CannotRun> {
        let (what, list, taken) = if device.bridge {
            ("PCI bridges", BRIDGES, &mut self.bridges)
        } else if device.ats {
            ("PCI devices with ATS", WITH_ATS, &mut self.with_ats)
        } else {
            ("PCI devices without ATS", ENDPOINTS, &mut self.endpoints)
        };
        let place = list.get(*taken).ok_or(CannotRun::TooMany { what, most: list.len() })?;
        *taken += 1;
        Ok(place)
    }
}
