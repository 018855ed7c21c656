// SPDX-License-Identifier: GPL-2.0-only
//! Ways to make a script simpler without making it shorter. Each gives its candidates by number, until there are none.

use super::super::canonical::without;
use crate::script::{
    Arch, Bus, DeviceId, DeviceSpec, DomainRef, Errno, Fault, FaultDomain, Field, GivenHandle, KindSet, Op,
    OwnerId, PokeValue, Script, Setting, TypeWord,
};

/// A way: the candidate of this number.
pub(super) type Way = fn(&Script, usize) -> Option<Script>;

/// All of them, in the order in which they are tried.
pub(super) const KINDS: &[Way] = &[
    without_setting,
    smaller_setting,
    registered,
    without_hold,
    plainer_device,
    plainer_operation,
    with_fewer_names,
];

/// A size that nothing depends on.
const SIZE: u64 = 128 << 20;

fn changed(script: &Script, change: impl FnOnce(&mut Script) -> Option<()>) -> Option<Script> {
    let mut script = script.clone();
    change(&mut script)?;
    Some(without(&script, &[], &[]))
}

fn without_setting(script: &Script, at: usize) -> Option<Script> {
    if at >= script.settings.len() {
        return None;
    }
    changed(script, |script| {
        script.settings.remove(at);
        Some(())
    })
}

/// The list without each of its members in turn.
fn one_left_out<T: Clone>(of: &[T]) -> impl Iterator<Item = Vec<T>> {
    (0..of.len()).map(|left_out| [&of[..left_out], &of[left_out + 1..]].concat())
}

/// One type or static domain less.
fn smaller_setting(script: &Script, at: usize) -> Option<Script> {
    let smaller = script.settings.iter().enumerate().flat_map(|(index, setting)| match setting {
        Setting::Deny(kinds) if kinds.iter().count() > 1 => {
            one_less(*kinds).map(|kinds| (index, Setting::Deny(kinds))).collect::<Vec<_>>()
        }
        Setting::NoSetDevPasid(which) if which.len() > 1 => {
            one_left_out(which).map(|which| (index, Setting::NoSetDevPasid(which))).collect()
        }
        Setting::Static(fixed) if fixed.len() > 1 => {
            one_left_out(fixed).map(|fixed| (index, Setting::Static(fixed))).collect()
        }
        _ => Vec::new(),
    });
    let (index, setting) = smaller.into_iter().nth(at)?;
    changed(script, |script| {
        *script.settings.get_mut(index)? = setting;
        Some(())
    })
}

fn one_less(kinds: KindSet) -> impl Iterator<Item = KindSet> {
    let all: Vec<_> = kinds.iter().collect();
    (0..all.len()).map(move |left_out| {
        all.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, kind)| *kind).collect()
    })
}

fn registered(script: &Script, at: usize) -> Option<Script> {
    (at == 0 && !script.registered).then(|| Script { registered: true, ..script.clone() })
}

fn without_hold(script: &Script, at: usize) -> Option<Script> {
    let held = script.groups.iter().enumerate().filter(|(_, group)| group.hold).nth(at)?.0;
    changed(script, |script| {
        script.groups.get_mut(held)?.hold = false;
        Some(())
    })
}

/// A device with one option less.
fn plainer_device(script: &Script, at: usize) -> Option<Script> {
    let plainer = script.devices.iter().enumerate().flat_map(|(index, spec)| {
        let variants = [
            DeviceSpec { deferred: false, ..spec.clone() },
            DeviceSpec { direct: false, ..spec.clone() },
            DeviceSpec { untrusted: false, ..spec.clone() },
            DeviceSpec { bridge: false, ..spec.clone() },
            DeviceSpec { ats: false, ..spec.clone() },
            DeviceSpec { requester_id: None, ..spec.clone() },
            DeviceSpec {
                bus: Bus::Platform,
                untrusted: false,
                bridge: false,
                ats: false,
                requester_id: None,
                ..spec.clone()
            },
            DeviceSpec { default_type: None, ..spec.clone() },
            DeviceSpec { pasid_bits: 0, ..spec.clone() },
            DeviceSpec { pasid_bits: spec.pasid_bits.min(4), ..spec.clone() },
            DeviceSpec { device_tree: script.arch == Arch::Arm32 && spec.group.is_some(), ..spec.clone() },
        ];
        variants
            .into_iter()
            .filter(|variant| variant != spec)
            .map(move |variant| (index, variant))
            .collect::<Vec<_>>()
    });
    let (index, spec) = plainer.into_iter().nth(at)?;
    changed(script, |script| {
        *script.devices.get_mut(index)? = spec;
        Some(())
    })
}

/// An operation with one plainer argument.
fn plainer_operation(script: &Script, at: usize) -> Option<Script> {
    let plainer = script.ops.iter().enumerate().flat_map(|(index, op)| {
        plainer(*op)
            .into_iter()
            .filter(|other| other != op)
            .map(move |other| (index, other))
            .collect::<Vec<_>>()
    });
    let (index, op) = plainer.into_iter().nth(at)?;
    changed(script, |script| {
        *script.ops.get_mut(index)? = op;
        Some(())
    })
}

fn plainer(op: Op) -> Vec<Op> {
    match op {
        Op::DeviceAdd { device, driver: Some(_) } => vec![Op::DeviceAdd { device, driver: None }],
        Op::AttachDevicePasid { domain, device, pasid, handle } => {
            let attach = |pasid, handle| Op::AttachDevicePasid { domain, device, pasid, handle };
            vec![attach(1, GivenHandle::Fresh), attach(1, handle), attach(pasid, GivenHandle::Fresh)]
        }
        Op::ReplaceDevicePasid { domain, device, pasid, handle } if pasid != 1 => {
            vec![Op::ReplaceDevicePasid { domain, device, pasid: 1, handle }]
        }
        Op::AttachHandleGet { group, pasid, kind: Some(_) } => {
            vec![Op::AttachHandleGet { group, pasid, kind: None }]
        }
        Op::DetachDevicePasid { domain, device, pasid } if pasid != 1 => {
            vec![Op::DetachDevicePasid { domain, device, pasid: 1 }]
        }
        Op::ArmCreateMapping { mapping, device, size } if size != SIZE => {
            vec![Op::ArmCreateMapping { mapping, device, size: SIZE }]
        }
        Op::GroupStoreType { group, word } if !matches!(word, TypeWord::Identity | TypeWord::Dma) => {
            let words = [TypeWord::Dma, TypeWord::Identity];
            words.map(|word| Op::GroupStoreType { group, word }).to_vec()
        }
        Op::Deny { kinds } if kinds.iter().count() > 1 => {
            one_less(kinds).map(|kinds| Op::Deny { kinds }).collect()
        }
        Op::Poke { group, field: Field::OwnerCnt, value: PokeValue::Count(count) } if count > 1 => {
            vec![Op::Poke { group, field: Field::OwnerCnt, value: PokeValue::Count(1) }]
        }
        Op::Fail(fault) => plainer_faults(fault).into_iter().map(Op::Fail).collect(),
        _ => Vec::new(),
    }
}

fn plainer_faults(fault: Fault) -> Vec<Fault> {
    let mut faults = vec![
        Fault { skip: 0, count: Some(1), ..fault },
        Fault { skip: 0, ..fault },
        Fault { count: Some(1), ..fault },
        Fault { device: None, domain: FaultDomain::Any, ..fault },
        Fault { domain: FaultDomain::Any, ..fault },
        Fault { device: None, ..fault },
    ];
    // Errnos that mean something of their own are not the plain case.
    if fault.errno != Errno::EIO {
        faults.push(Fault { errno: Errno::EIO, ..fault });
    }
    faults
}

/// One owner, domain or device for two.
fn with_fewer_names(script: &Script, at: usize) -> Option<Script> {
    let pairs = |count: usize| (1..count).flat_map(|later| (0..later).map(move |earlier| (earlier, later)));
    let owners = script.owners.len();
    let owner_pairs = pairs(owners).count();
    if let Some((earlier, later)) = pairs(owners).nth(at) {
        return changed(script, |script| {
            let (from, to) = (OwnerId(u8::try_from(later).ok()?), OwnerId(u8::try_from(earlier).ok()?));
            rename(script, &mut Merge { owner: Some((from, to)), ..Merge::default() });
            Some(())
        });
    }
    let domains = script.domains.len();
    if let Some((earlier, later)) = pairs(domains).nth(at - owner_pairs) {
        return changed(script, |script| {
            let (from, to) = (DomainRef(u16::try_from(later).ok()?), DomainRef(u16::try_from(earlier).ok()?));
            // Its allocation would come twice.
            script.ops.retain(|op| !matches!(op, Op::DomainAlloc { domain, .. } if *domain == from));
            rename(script, &mut Merge { domain: Some((from, to)), ..Merge::default() });
            Some(())
        });
    }
    let at = at - owner_pairs - pairs(domains).count();
    let both_ways = pairs(script.devices.len()).flat_map(|(one, other)| [(one, other), (other, one)]);
    let (to, from) = both_ways.into_iter().nth(at)?;
    changed(script, |script| {
        let (from, to) = (DeviceId(u8::try_from(from).ok()?), DeviceId(u8::try_from(to).ok()?));
        // It would come twice.
        script.ops.retain(|op| !matches!(op, Op::DeviceAdd { device, .. } if *device == from));
        rename(script, &mut Merge { device: Some((from, to)), ..Merge::default() });
        Some(())
    })
}

/// One name for another.
#[derive(Default)]
struct Merge {
    device: Option<(DeviceId, DeviceId)>,
    owner: Option<(OwnerId, OwnerId)>,
    domain: Option<(DomainRef, DomainRef)>,
}

impl super::super::canonical::Renaming for Merge {
    fn device(&mut self, id: DeviceId) -> Option<DeviceId> {
        Some(self.device.filter(|(from, _)| *from == id).map_or(id, |(_, to)| to))
    }

    fn owner(&mut self, id: OwnerId) -> Option<OwnerId> {
        Some(self.owner.filter(|(from, _)| *from == id).map_or(id, |(_, to)| to))
    }

    fn domain(&mut self, id: DomainRef) -> Option<DomainRef> {
        Some(self.domain.filter(|(from, _)| *from == id).map_or(id, |(_, to)| to))
    }
}

fn rename(script: &mut Script, merge: &mut Merge) {
    script.ops = script.ops.iter().filter_map(|op| super::super::canonical::renamed(*op, merge)).collect();
}
