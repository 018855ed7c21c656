// SPDX-License-Identifier: GPL-2.0-only
//! What is left over when scripts are shortened.

use super::*;
use crate::engine;
use crate::fuzz::{Generator, Profile};
use crate::script::{Arch, Errno, Fault, FaultDomain, FaultKind, Setting};
use crate::trace::{Call, Reason, Trace, Warn};

fn generator(seed: u64) -> Generator {
    let point = crate::history::resolve("v6.12").expect("a release");
    Generator::new(seed, Profile::of_everything(Arch::Generic, point))
}

fn trace(script: &Script) -> Trace {
    engine::run(script, &generator(0).profile().point.rules).trace
}

fn warns(script: &Script, warn: Warn) -> bool {
    trace(script).steps.iter().any(|step| step.calls.contains(&Call::Warn(warn)))
}

/// The first scripts of which this holds, shortened.
fn shortened(count: usize, holds: impl Fn(&Script) -> bool) -> Vec<Shrunk> {
    let found = generator(5).filter(|script| holds(script)).take(count);
    found.map(|script| shrink(&script, 2000, &mut |candidate| holds(candidate))).collect()
}

#[test]
fn a_refused_claim_takes_few_operations() {
    // Not one by VFIO or iommufd, whose claims take more.
    let refused = |script: &Script| {
        trace(script).steps.iter().zip(&script.ops).any(|(step, op)| {
            let claims = matches!(op, Op::GroupClaimDmaOwner { .. } | Op::DeviceClaimDmaOwner { .. });
            claims && step.reason == Some(Reason::OwnedByOther)
        })
    };
    for shrunk in shortened(5, refused) {
        assert!(shrunk.finished);
        assert!(matches!(shrunk.script.ops.len(), 2 | 3), "{:?}", shrunk.script.ops);
        assert_eq!((shrunk.script.devices.len(), shrunk.script.groups.len()), (1, 1), "{:?}", shrunk.script);
        assert_eq!(shrunk.script.settings, []);
        assert_eq!(shrunk.script.devices.first().map(|spec| spec.pasid_bits), Some(0));
    }
}

#[test]
fn a_failed_rollback_keeps_its_fault() {
    for shrunk in shortened(3, |script| warns(script, Warn::RollbackFailed)) {
        assert!(shrunk.finished && shrunk.script.ops.len() <= 8, "{:?}", shrunk.script.ops);
        let fault = shrunk
            .script
            .ops
            .iter()
            .find_map(|op| if let Op::Fail(fault) = op { Some(*fault) } else { None });
        let fault = fault.expect("a rollback fails by a fault");
        assert_eq!((fault.kind, fault.errno), (FaultKind::Attach, Errno::EIO));
    }
}

#[test]
fn the_same_questions_lead_to_the_same_script() {
    let holds = |script: &Script| warns(script, Warn::LastDeviceOwned);
    assert_eq!(shortened(3, holds), shortened(3, holds));
}

#[test]
fn there_is_a_limit_to_questions() {
    let script = generator(5).find(|script| script.ops.len() > 30).expect("there are long scripts");
    let mut asked = 0;
    let shrunk = shrink(&script, 7, &mut |_| {
        asked += 1;
        false
    });
    assert!(!shrunk.finished);
    assert!((7..=8).contains(&asked) && shrunk.asked == asked, "{asked}");
    assert_eq!(shrunk.script, script);
}

#[test]
fn whatever_is_asked_about_is_not_asked_again() {
    let script = generator(6).script(3);
    let mut seen: Vec<Script> = Vec::new();
    shrink(&script, 5000, &mut |candidate| {
        assert!(!seen.contains(candidate), "{candidate:?}");
        seen.push(candidate.clone());
        candidate.ops.len() > 4
    });
    assert!(seen.len() > 10);
}

#[test]
fn arguments_become_plain() {
    let mut script = generator(5).script(1);
    let fault = Fault {
        kind: FaultKind::Attach,
        device: Some(crate::script::DeviceId(0)),
        domain: FaultDomain::Kind(crate::script::DomainKind::Dma),
        errno: Errno::ENOSPC,
        skip: 3,
        count: None,
    };
    script.ops.insert(2, Op::Fail(fault));
    script.settings.push(Setting::DeferredFlush(false));
    let shrunk =
        shrink(&script, 2000, &mut |candidate| candidate.ops.iter().any(|op| matches!(op, Op::Fail(_))));
    let plain = Fault {
        kind: FaultKind::Attach,
        device: None,
        domain: FaultDomain::Any,
        errno: Errno::EIO,
        skip: 0,
        count: Some(1),
    };
    assert_eq!(shrunk.script.ops, [Op::Fail(plain)]);
    assert!(shrunk.script.devices.is_empty() && shrunk.script.settings.is_empty());
}
