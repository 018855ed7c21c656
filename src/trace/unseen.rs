// SPDX-License-Identifier: GPL-2.0-only
//! What an observer does not look at.

use std::borrow::Cow;

use super::{End, MappingState, Trace};

/// Something that can be observed and that an observer may do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sight {
    /// What the kernel could not be given in the setup.
    Setup,
    /// Calls into the drivers, and WARNs among them.
    Calls,
    /// Domains and groups never freed.
    Leaks,
    /// A group's `domain`.
    Domain,
    /// A group's `default_domain`.
    DefaultDomain,
    /// The type of a group's default domain.
    DefaultType,
    /// A group's `blocking_domain`.
    BlockingDomain,
    /// A group's `owner_cnt`.
    OwnerCnt,
    /// A group's `owner`.
    Owner,
    /// Whether a group has PASIDs attached.
    Pasids,
    /// What a group's table of PASIDs holds.
    PasidTable,
    /// A group's devices.
    Devices,
    /// The domain that a device's hardware uses.
    Attached,
    /// The group that a device is in.
    Group,
    /// The driver bound to a device.
    Driver,
    /// A device's ARM mapping and whether it has DMA operations of its own.
    Mapping,
    /// The `domain` of handles.
    Handles,
    /// What v7.0 keeps of a reset in a group: `resetting_domain`.
    ResettingDomain,
    /// How many devices of a group are in a reset: `recovery_cnt`.
    RecoveryCnt,
    /// Whether a device is blocked for a reset, and how deep resets nest.
    Reset,
}

impl Sight {
    /// All of them.
    pub const ALL: [Sight; 20] = [
        Sight::Setup,
        Sight::Calls,
        Sight::Leaks,
        Sight::Domain,
        Sight::DefaultDomain,
        Sight::DefaultType,
        Sight::BlockingDomain,
        Sight::OwnerCnt,
        Sight::Owner,
        Sight::Pasids,
        Sight::PasidTable,
        Sight::Devices,
        Sight::Attached,
        Sight::Group,
        Sight::Driver,
        Sight::Mapping,
        Sight::Handles,
        Sight::ResettingDomain,
        Sight::RecoveryCnt,
        Sight::Reset,
    ];

    /// The fields of a group.
    pub const OF_GROUP: [Sight; 11] = [
        Sight::Domain,
        Sight::DefaultDomain,
        Sight::DefaultType,
        Sight::BlockingDomain,
        Sight::OwnerCnt,
        Sight::Owner,
        Sight::Pasids,
        Sight::PasidTable,
        Sight::Devices,
        Sight::ResettingDomain,
        Sight::RecoveryCnt,
    ];

    /// The fields of a device.
    pub const OF_DEVICE: [Sight; 5] =
        [Sight::Attached, Sight::Group, Sight::Driver, Sight::Mapping, Sight::Reset];
}

/// What an observer does not look at: in its trace it is empty and means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unseen(u32);

impl Unseen {
    /// Everything is looked at.
    pub const NOTHING: Unseen = Unseen(0);

    /// What an observer of only this does not look at.
    #[must_use]
    pub fn all_but(seen: &[Sight]) -> Unseen {
        Sight::ALL.into_iter().filter(|sight| !seen.contains(sight)).collect()
    }

    /// Is it not looked at?
    #[must_use]
    pub fn contains(self, sight: Sight) -> bool {
        self.0 & (1 << sight as u8) != 0
    }

    /// Is none of these looked at?
    #[must_use]
    pub fn contains_all(self, sights: &[Sight]) -> bool {
        sights.iter().all(|sight| self.contains(*sight))
    }

    /// What this observer sees of a trace.
    #[must_use]
    pub fn hide(self, trace: &Trace) -> Cow<'_, Trace> {
        if self == Unseen::NOTHING {
            return Cow::Borrowed(trace);
        }
        let mut trace = trace.clone();
        self.hide_from(&mut trace);
        Cow::Owned(trace)
    }

    fn hide_from(self, trace: &mut Trace) {
        let hidden = |sight| self.contains(sight);
        if hidden(Sight::Setup) {
            trace.setup.clear();
        }
        if let End::Teardown { calls, leaked_domains, leaked_groups } = &mut trace.end {
            if hidden(Sight::Calls) {
                calls.clear();
            }
            if hidden(Sight::Leaks) {
                (*leaked_domains, *leaked_groups) = (0, 0);
            }
        }
        for step in &mut trace.steps {
            if hidden(Sight::Calls) {
                step.calls.clear();
            }
            if self.contains_all(&Sight::OF_GROUP) {
                step.groups.clear();
            }
            for group in &mut step.groups {
                clear(&mut group.domain, hidden(Sight::Domain));
                clear(&mut group.default_domain, hidden(Sight::DefaultDomain));
                clear(&mut group.default_kind, hidden(Sight::DefaultType));
                clear(&mut group.blocking_domain, hidden(Sight::BlockingDomain));
                clear(&mut group.owner_cnt, hidden(Sight::OwnerCnt));
                clear(&mut group.owner, hidden(Sight::Owner));
                clear(&mut group.pasids, hidden(Sight::Pasids));
                clear(&mut group.pasid_table, hidden(Sight::PasidTable));
                clear(&mut group.resetting_domain, hidden(Sight::ResettingDomain));
                clear(&mut group.recovery_cnt, hidden(Sight::RecoveryCnt));
                if hidden(Sight::Devices) {
                    group.devices.clear();
                }
            }
            if self.contains_all(&Sight::OF_DEVICE) {
                step.devices.clear();
            }
            for device in &mut step.devices {
                clear(&mut device.attached, hidden(Sight::Attached));
                clear(&mut device.group, hidden(Sight::Group));
                clear(&mut device.driver, hidden(Sight::Driver));
                clear::<MappingState>(&mut device.arm, hidden(Sight::Mapping));
                clear(&mut device.reset, hidden(Sight::Reset));
            }
            if hidden(Sight::Handles) {
                step.handles.clear();
            }
        }
    }
}

fn clear<T>(field: &mut Option<T>, hidden: bool) {
    if hidden {
        *field = None;
    }
}

impl FromIterator<Sight> for Unseen {
    fn from_iter<I: IntoIterator<Item = Sight>>(sights: I) -> Unseen {
        Unseen(sights.into_iter().fold(0, |bits, sight| bits | 1 << sight as u8))
    }
}
