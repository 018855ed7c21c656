// SPDX-License-Identifier: GPL-2.0-only
//! A device leaves its IOMMU and its group; groups and their references.

use super::Engine;
use super::rules::{Leave, ReleaseDomain};
use crate::script::{DeviceId, GroupId};
use crate::trace::{Call, Warn};

impl Engine<'_> {
    /// A new group, with no reference yet but the driver's own.
    pub(super) fn new_group(&mut self, group: GroupId) {
        self.call(Call::NewGroup { group });
        let state = self.state.group_mut(group);
        state.alive = true;
    }

    /// Drops a reference; the last one frees the group.
    pub(super) fn put_group(&mut self, group: GroupId) {
        let state = self.state.group_mut(group);
        state.refs = state.refs.saturating_sub(1);
        if state.refs > 0 {
            return;
        }
        let state = std::mem::take(state);
        self.call(Call::FreeGroup { group });
        for domain in [state.default_domain, state.blocking_domain].into_iter().flatten() {
            match self.rules.leave() {
                Leave::AfterRelease | Leave::First => self.free(domain),
                Leave::FirstTakingDomains => self.warn(Warn::GroupFreedWithDomain),
            }
        }
    }

    /// Takes a device off its group's list.
    pub(super) fn unlist(&mut self, group: GroupId, device: DeviceId) {
        // What a reset keeps of it is in its entry; the group's count is left as it is.
        self.forget_reset(device);
        self.state.group_mut(group).devices.retain(|d| *d != device);
    }

    /// Takes a device off its group's list; the last one is expected to leave no ownership behind.
    fn unlist_checked(&mut self, group: GroupId, device: DeviceId) {
        self.unlist(group, device);
        let state = self.state.group(group);
        if state.devices.is_empty() && (state.owner_cnt > 0 || state.domain != state.default_domain) {
            self.warn(Warn::LastDeviceOwned);
        }
    }

    /// `iommu_release_device`
    pub(super) fn release_device(&mut self, device: DeviceId) {
        let Some(group) = self.state.device(device).group else { return };
        match self.rules.leave() {
            Leave::AfterRelease => {
                self.release_op(device);
                self.unlist(group, device);
            }
            Leave::First => {
                self.unlist_checked(group, device);
                self.release_op(device);
            }
            Leave::FirstTakingDomains => {
                self.unlist_checked(group, device);
                self.attach_release_domain(group, device);
                self.release_op(device);
                self.free_domains_of_empty(group);
            }
        }
        self.forget_iommu(device);
        self.leave_dma_way(device);
        self.put_group(group);
    }

    fn attach_release_domain(&mut self, group: GroupId, device: DeviceId) {
        let rule = self.rules.release_domain();
        let driver = &self.state.driver;
        let Some(mut domain) = driver.release_domain.filter(|_| rule != ReleaseDomain::Absent) else {
            return;
        };
        if self.state.device(device).deferred {
            return;
        }
        if rule == ReleaseDomain::StaticOrIdentity
            && self.state.device(device).direct
            && driver.release_domain == driver.blocked_domain
            && let Some(identity) = driver.identity_domain
        {
            domain = identity;
        }
        let from = self.state.group(group).domain;
        // The device goes whatever the driver says.
        let _ = self.attach_op(device, domain, from);
    }

    fn free_domains_of_empty(&mut self, group: GroupId) {
        let state = self.state.group_mut(group);
        if !state.devices.is_empty() {
            return;
        }
        let domains = [state.default_domain.take(), state.blocking_domain.take()];
        state.domain = None;
        for domain in domains.into_iter().flatten() {
            self.free(domain);
        }
    }

    /// `iommu_group_remove_device` of a device that was added by hand.
    pub(super) fn remove_by_hand(&mut self, device: DeviceId) {
        let state = self.state.device_mut(device);
        state.by_hand = false;
        let Some(group) = state.group.take() else { return };
        match self.rules.leave() {
            Leave::AfterRelease | Leave::First => self.unlist(group, device),
            Leave::FirstTakingDomains => self.unlist_checked(group, device),
        }
        self.put_group(group);
    }
}
