// SPDX-License-Identifier: GPL-2.0-only
//! The world before the first step, and its end after the last.

use super::Engine;
use super::probe::BUSES;
use super::rules::{DmaFq, NullTarget, PagingAlloc, ReleaseDomain, StaticDomains};
use super::state::{Device, DomainId, Group, Label};
use crate::script::{Arch, DefaultType, DetachOps, DeviceId, DomainKind, Errno, KindSet, Setting, Static};
use crate::trace::{SetupError, SetupLine};

impl Engine<'_> {
    /// Makes the world that the script declares; says what this kernel could not do.
    pub(super) fn set_up(&mut self) -> Vec<SetupError> {
        self.state.groups = vec![Group::default(); self.script.groups.len()];
        self.state.devices = vec![Device::default(); self.script.devices.len()];
        self.state.handles = vec![None; self.script.handles.len()];
        let driver = &mut self.state.driver;
        driver.flush_queue = true;
        driver.registered = self.script.registered;
        driver.buses_with_ops = if self.script.registered { BUSES.len() } else { 0 };
        driver.firmware_known = self.script.registered;
        self.deny(KindSet::EMPTY);
        let mut errors = Vec::new();
        if let Err(errno) = self.apply_settings() {
            errors.push(SetupError { line: SetupLine::Settings, errno });
        }
        if self.script.arch != Arch::Arm32 {
            let described = self.script.devices.iter().enumerate().filter(|(_, spec)| spec.device_tree);
            errors.extend(described.map(|(i, _)| SetupError {
                line: SetupLine::Device(DeviceId(u8::try_from(i).unwrap_or(u8::MAX))),
                errno: Errno::EOPNOTSUPP,
            }));
        }
        errors
    }

    /// In their order; what the kernel lacks is passed over, an impossible value ends it.
    fn apply_settings(&mut self) -> Result<(), Errno> {
        let mut result = Ok(());
        for setting in &self.script.settings {
            match setting {
                Setting::DefaultType(DefaultType::DmaFq) if self.rules.dma_fq() == DmaFq::Absent => {
                    return Err(Errno::EINVAL);
                }
                Setting::DefaultType(_) if self.script.arch == Arch::Arm32 => {
                    result = Err(Errno::EOPNOTSUPP);
                }
                Setting::DefaultType(default) => self.state.driver.default_type = *default,
                Setting::Deny(kinds) => self.deny(*kinds),
                Setting::DenyErrno(errno) => {
                    self.state.driver.deny_errno = Some(*errno);
                    if self.rules.static_domains() == StaticDomains::Absent {
                        result = Err(Errno::EOPNOTSUPP);
                    }
                }
                Setting::Detach(ops) => {
                    self.state.driver.detach = *ops;
                    if *ops != DetachOps::None && self.rules.null_target() == NullTarget::Error {
                        result = Err(Errno::EOPNOTSUPP);
                    }
                }
                Setting::DeferredFlush(capable) => self.state.driver.flush_queue = *capable,
                Setting::LateXlate(late) => self.state.driver.late_xlate = *late,
                Setting::AddressSpaces(most) => self.state.driver.address_spaces = Some(*most),
                Setting::NoSetDevPasid(which) => self.state.driver.no_set_dev_pasid = which.clone(),
                Setting::TestDriverRemove(test) => self.state.driver.test_remove = *test,
                Setting::Unsafe(allowed) => self.state.driver.forbidden_calls = *allowed,
                Setting::Static(wanted) => {
                    for which in wanted {
                        if !self.add_static(*which) {
                            result = Err(Errno::EOPNOTSUPP);
                        }
                    }
                }
            }
        }
        result
    }

    /// Where blocked domains are never allocated, the driver has a static one unless it is denied.
    pub(super) fn deny(&mut self, kinds: KindSet) {
        self.state.driver.deny = kinds;
        if self.rules.paging_alloc() == PagingAlloc::Typed {
            return;
        }
        if kinds.contains(DomainKind::Blocked) {
            self.state.driver.blocked_domain = None;
        } else if self.state.driver.blocked_domain.is_none() {
            let first = self.state.domains.iter().position(|d| d.label == Label::Static(Static::Blocked));
            let blocked = match first {
                Some(i) => DomainId(u16::try_from(i).unwrap_or(u16::MAX)),
                None => self.new_static(DomainKind::Blocked, Static::Blocked),
            };
            self.state.driver.blocked_domain = Some(blocked);
        }
    }

    /// False: this kernel has no such domain.
    fn add_static(&mut self, which: Static) -> bool {
        let known = match which {
            Static::Release => self.rules.release_domain() != ReleaseDomain::Absent,
            _ => self.rules.static_domains() == StaticDomains::Present,
        };
        if !known {
            return false;
        }
        let driver = &self.state.driver;
        let (blocked, identity) = (driver.blocked_domain, driver.identity_domain);
        match which {
            Static::Identity => {
                let domain = self.new_static(DomainKind::Identity, Static::Identity);
                self.state.driver.identity_domain = Some(domain);
            }
            Static::Blocked => {
                if blocked.is_none() {
                    // Another than one that was refused before: the mock driver makes it anew.
                    let domain = self.new_static(DomainKind::Blocked, Static::Blocked);
                    self.state.driver.blocked_domain = Some(domain);
                }
            }
            Static::Release => {
                let domain = blocked.unwrap_or_else(|| self.new_static(DomainKind::Blocked, Static::Release));
                self.state.driver.release_domain = Some(domain);
            }
            Static::Default => {
                let domain =
                    identity.unwrap_or_else(|| self.new_static(DomainKind::Identity, Static::Default));
                self.state.driver.default_domain = Some(domain);
            }
            Static::Platform => {
                let domain = self.new_static(DomainKind::Platform, Static::Platform);
                self.state.driver.default_domain = Some(domain);
            }
        }
        true
    }

    /// Takes everything down; returns how many domains and groups could not be.
    pub(super) fn tear_down(&mut self) -> (u32, u32) {
        self.vfio_end();
        self.state.faults.clear();
        self.state.driver.deny = KindSet::EMPTY;
        self.close_iommufd();
        self.sva_end();
        for i in (0..self.script.devices.len()).rev() {
            let device = DeviceId(u8::try_from(i).unwrap_or(u8::MAX));
            if !self.state.device(device).present {
                continue;
            }
            if !self.may_unbind(device) {
                self.arm_detach(device);
            }
            self.remove_device(device);
        }
        self.release_mappings();
        for i in 0..self.script.groups.len() {
            let group = crate::script::GroupId(u8::try_from(i).unwrap_or(u8::MAX));
            if self.state.group(group).alive && self.state.group(group).held {
                self.state.group_mut(group).held = false;
                self.put_group(group);
            }
        }
        for i in 0..self.state.domains.len() {
            let domain = self.state.domains[i];
            if matches!(domain.label, Label::User(_)) && !domain.freed {
                self.free(DomainId(u16::try_from(i).unwrap_or(u16::MAX)));
            }
        }
        let domains = self.state.domains.iter().filter(|d| !d.freed && !d.is_static()).count();
        let groups = self.state.groups.iter().filter(|g| g.alive).count();
        (u32::try_from(domains).unwrap_or(u32::MAX), u32::try_from(groups).unwrap_or(u32::MAX))
    }
}
