// SPDX-License-Identifier: GPL-2.0-only
//! What must hold for every script and every set of rules. Single rules are judged by recorded kernels.

use rstest::rstest;

use super::{Axis, AxisSet, Rules, run};
use crate::history;
use crate::script::*;
use crate::trace::{End, Outcome};

/// A small generator of pseudo-random numbers (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).expect("n is a usize")
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const DOMAINS: u16 = 7;

fn random_script(random: &mut Random) -> Script {
    let groups = ["g0", "g1"].map(|name| GroupSpec { name: name.to_owned(), hold: random.one_in(3) });
    let devices = (0..4).map(|i| {
        let group = (!random.one_in(8)).then(|| GroupId(u8::try_from(random.below(2)).expect("small")));
        DeviceSpec {
            default_type: random.one_in(8).then(|| random.pick(&[DefaultType::Identity, DefaultType::Dma])),
            deferred: random.one_in(8),
            direct: random.one_in(8),
            pasid_bits: if random.one_in(4) { 4 } else { 0 },
            device_tree: random.one_in(2),
            bus: random.pick(&[Bus::Platform, Bus::Pci, Bus::Cdx, Bus::Host1x]),
            untrusted: random.one_in(8),
            cache_coherent: !random.one_in(8),
            isolated_msi: !random.one_in(8),
            ..DeviceSpec::new(format!("d{i}"), group)
        }
    });
    let devices = devices.collect();
    let mut script = Script {
        arch: random.pick(&[Arch::Generic, Arch::Generic, Arch::Arm32]),
        registered: !random.one_in(8),
        groups: groups.into(),
        devices,
        domains: vec![
            DomainName::User("a".into()),
            DomainName::User("b".into()),
            DomainName::User("m".into()),
            DomainName::Made(DomainKind::Dma, 1),
            DomainName::Static(Static::Identity),
            DomainName::PointedToBy(GroupId(0), Field::DefaultDomain),
            DomainName::PointedToBy(GroupId(1), Field::BlockingDomain),
        ],
        mappings: vec!["m".into(), "n".into()],
        ioas: vec!["i".into(), "j".into()],
        owners: vec!["o".into(), "p".into()],
        handles: vec!["h".into(), "i".into()],
        ..Script::default()
    };
    script.settings = vec![
        Setting::DefaultType(random.pick(&[DefaultType::Dma, DefaultType::DmaFq, DefaultType::Identity])),
        Setting::Deny(random_kinds(random)),
        Setting::Detach(random.pick(&[
            DetachOps::None,
            DetachOps::Full,
            DetachOps::LatePlatformOp,
            DetachOps::DetachOnly,
        ])),
        Setting::DeferredFlush(random.one_in(2)),
        Setting::Unsafe(random.one_in(4)),
        Setting::Static(match random.below(4) {
            0 => vec![Static::Identity, Static::Blocked, Static::Release],
            1 => vec![Static::Platform],
            2 => vec![Static::Identity, Static::Default],
            _ => Vec::new(),
        }),
    ];
    script.ops = (0..24).map(|_| random_op(random)).collect();
    script
}

fn random_kinds(random: &mut Random) -> KindSet {
    DomainKind::ALL.into_iter().filter(|_| random.one_in(8)).collect()
}

#[allow(clippy::too_many_lines, reason = "one line for each operation")]
fn random_op(random: &mut Random) -> Op {
    let device = DeviceId(u8::try_from(random.below(4)).expect("small"));
    let group = GroupId(u8::try_from(random.below(2)).expect("small"));
    let domain = DomainRef(u16::try_from(random.below(usize::from(DOMAINS))).expect("small"));
    let mapping = MappingId(u8::try_from(random.below(2)).expect("small"));
    let owner = (!random.one_in(8)).then(|| OwnerId(u8::try_from(random.below(2)).expect("small")));
    let driver = random.pick(&[DriverKind::KernelDma, DriverKind::Managed]);
    let word =
        random.pick(&[TypeWord::Identity, TypeWord::Dma, TypeWord::DmaFq, TypeWord::Auto, TypeWord::Unknown]);
    let pasid = random.pick(&[0, 1, 2, 300]);
    let handle = (!random.one_in(6)).then(|| HandleId(u8::try_from(random.below(2)).expect("small")));
    let given = random.pick(&[GivenHandle::Fresh, handle.map_or(GivenHandle::Null, GivenHandle::Named)]);
    match random.below(54) {
        0..6 => Op::DeviceAdd { device, driver: random.one_in(2).then_some(driver) },
        6 => Op::DeviceDel { device },
        7..10 => Op::Bind { device, driver },
        10 => Op::Unbind { device },
        11 => Op::IommuDeviceRegister,
        12 => Op::IommuDeviceUnregister,
        13 => Op::UseDefaultDomain { device },
        14 => Op::UnuseDefaultDomain { device },
        15 => Op::GroupClaimDmaOwner { group, owner },
        16 => Op::GroupReleaseDmaOwner { group },
        17 => Op::GroupDmaOwnerClaimed { group },
        18 => Op::DeviceClaimDmaOwner { device, owner },
        19 => Op::DeviceReleaseDmaOwner { device },
        20 => Op::DomainAlloc { domain, device },
        21 => Op::DomainFree { domain },
        22 => Op::AttachDevice { domain, device },
        23 => Op::DetachDevice { domain, device },
        24 => Op::AttachGroup { domain, group },
        25 => Op::DetachGroup { domain, group },
        26 => Op::GroupReplaceDomain { domain, group },
        27 => Op::AttachDevicePasid { domain, device, pasid, handle: given },
        28 => Op::DetachDevicePasid { domain, device, pasid },
        29 => Op::GroupStoreType { group, word },
        30 => Op::DeferredAttach { device },
        31 => Op::GetDomainForDev { device },
        32 => Op::GroupAddDevice { device, group },
        33 => Op::GroupRemoveDevice { device },
        34 => Op::ArmCreateMapping { mapping, device, size: 1 << 20 },
        35 => Op::ArmAttachDevice { device, mapping: random.one_in(2).then_some(mapping) },
        36 => Op::ArmDetachDevice { device },
        37 => Op::ArmReleaseMapping { mapping: MappingOf::Device(device) },
        38 => Op::Driver {
            flow: random.pick(&[
                DriverFlow::RockchipAttach,
                DriverFlow::ExynosAttach,
                DriverFlow::ExynosDetach,
                DriverFlow::TegraDrmAttach,
                DriverFlow::Host1xAttach,
                DriverFlow::Host1xDetach,
            ]),
            device,
            domain,
        },
        39 => Op::Fail(Fault {
            kind: random.pick(&[
                FaultKind::Attach,
                FaultKind::Attach,
                FaultKind::Pasid,
                FaultKind::Probe,
                FaultKind::Group,
            ]),
            device: random.one_in(2).then_some(device),
            domain: random.pick(&[
                FaultDomain::Any,
                FaultDomain::Named(domain),
                FaultDomain::Kind(DomainKind::Blocked),
            ]),
            errno: random.pick(&[Errno::EIO, Errno::ENODEV, Errno::EINVAL]),
            skip: u32::try_from(random.below(3)).expect("small"),
            count: random.pick(&[None, Some(1), Some(2)]),
        }),
        40 => Op::Deny { kinds: random_kinds(random) },
        41 => Op::ReplaceDevicePasid { domain, device, pasid, handle },
        42 => Op::AttachGroupHandle { domain, group, handle },
        43 => Op::DetachGroupHandle { domain, group },
        44 => Op::ReplaceGroupHandle { domain: (!random.one_in(8)).then_some(domain), group, handle },
        45 => Op::AttachHandleGet { group, pasid, kind: random.one_in(3).then_some(DomainKind::Unmanaged) },
        46 => Op::DmaMapSingle { device },
        47..52 => Op::Iommufd(random_iommufd_op(random, device, domain)),
        _ => Op::Poke {
            group,
            field: random.pick(&[Field::Domain, Field::DefaultDomain, Field::OwnerCnt, Field::Owner]),
            value: random.pick(&[PokeValue::Null, PokeValue::Domain(domain), PokeValue::Count(1)]),
        },
    }
}

fn random_iommufd_op(random: &mut Random, device: DeviceId, hwpt: DomainRef) -> IommufdOp {
    let ioas = IoasId(u8::try_from(random.below(2)).expect("small"));
    let context = OwnerId(u8::try_from(random.below(2)).expect("small"));
    let to = if random.one_in(2) { PageTable::Ioas(ioas) } else { PageTable::Hwpt(hwpt) };
    let pasid = random.pick(&[None, None, Some(0), Some(1)]);
    match random.below(12) {
        0..2 => IommufdOp::IoasAlloc { ioas, context },
        2..5 => IommufdOp::DeviceBind { device, context },
        5 => IommufdOp::DeviceUnbind { device },
        6 => IommufdOp::HwptAlloc { hwpt, ioas, device, pasid: random.one_in(2) },
        7..9 => IommufdOp::DeviceAttach { device, to, pasid },
        9 => IommufdOp::DeviceReplace { device, to, pasid },
        10 => IommufdOp::DeviceDetach { device, pasid },
        _ => IommufdOp::Destroy { object: to },
    }
}

/// Rules that no release has are as good as any here.
fn random_rules(random: &mut Random) -> Rules {
    Axis::ALL.iter().fold(Rules::default(), |rules, axis| {
        let variant = random.below(usize::from(axis.variants()));
        rules.with(*axis, u8::try_from(variant).expect("small"))
    })
}

#[test]
fn any_script_ends_on_any_rules() {
    let mut random = Random(1);
    for _ in 0..4000 {
        let script = random_script(&mut random);
        let run = run(&script, &random_rules(&mut random));
        match run.trace.end {
            End::Teardown { .. } => assert_eq!(run.trace.steps.len(), script.ops.len()),
            End::Crash(_) => assert!(run.trace.steps.len() <= script.ops.len()),
        }
    }
}

#[test]
fn rules_that_were_not_looked_at_change_nothing() {
    let mut random = Random(2);
    for _ in 0..1500 {
        let script = random_script(&mut random);
        let rules = history::points()[random.below(history::points().len())].rules;
        let first = run(&script, &rules);
        let other = random_rules(&mut random);
        let other = first.consulted.iter().fold(other, |other, axis| other.with(axis, rules.get(axis)));
        let second = run(&script, &other);
        assert_eq!(first.trace, second.trace, "{script:?}");
        assert_eq!(first.consulted, second.consulted);
    }
}

#[test]
fn what_was_looked_at_in_the_steps_was_looked_at() {
    let mut random = Random(3);
    let script = random_script(&mut random);
    let run = run(&script, &Rules::default());
    let in_steps = run.consulted_in.iter().fold(AxisSet::EMPTY, |all, some| all.union(*some));
    assert!(in_steps.iter().all(|axis| run.consulted.contains(axis)));
    assert_eq!(
        run.consulted_in.len(),
        run.trace.steps.len() + usize::from(matches!(run.trace.end, End::Crash(_)))
    );
}

#[rstest]
#[case::device(Op::Unbind { device: DeviceId(200) })]
#[case::group(Op::GroupReleaseDmaOwner { group: GroupId(200) })]
#[case::domain(Op::DomainFree { domain: DomainRef(9000) })]
#[case::mapping(Op::ArmReleaseMapping { mapping: MappingOf::Named(MappingId(9)) })]
#[case::fault(Op::Fail(Fault {
    kind: FaultKind::Attach,
    device: None,
    domain: FaultDomain::Named(DomainRef(9000)),
    errno: Errno::EIO,
    skip: 0,
    count: None,
}))]
fn ids_outside_the_tables_are_refused(#[case] op: Op) {
    let script = Script { ops: vec![op], ..random_script(&mut Random(4)) };
    let run = run(&script, &Rules::default());
    assert!(matches!(run.trace.steps[0].outcome, Outcome::Bad(_)), "{:?}", run.trace.steps[0].outcome);
}

/// Section 5 of what is known of all releases: these never fail to hold.
#[test]
fn invariants_of_every_release_hold() {
    let mut random = Random(5);
    for _ in 0..3000 {
        let mut script = random_script(&mut random);
        script.ops.retain(|op| !matches!(op, Op::Poke { .. }));
        let point = &history::points()[random.below(history::points().len())];
        let run = run(&script, &point.rules);
        for (op, step) in script.ops.iter().zip(&run.trace.steps) {
            let state = |group: &GroupId| step.groups.iter().find(|state| state.group == *group);
            match (op, step.outcome) {
                (Op::GroupClaimDmaOwner { group, .. }, Outcome::Ok) => {
                    let state = state(group).expect("a claimed group exists");
                    assert_eq!(state.owner_cnt, Some(1), "{}: a claim starts counting", point.name);
                    if let Some(Some(blocking)) = state.blocking_domain {
                        assert_eq!(state.domain, Some(blocking), "{}: a claim blocks", point.name);
                    }
                }
                (Op::AttachDevice { device, .. }, Outcome::Ok) => {
                    let group = step.devices.iter().find(|d| d.device == *device).and_then(|d| d.group);
                    let state = group.as_ref().and_then(state).expect("attached devices are in a group");
                    assert_eq!(state.devices.len(), 1, "{}: only singletons", point.name);
                }
                _ => {}
            }
        }
    }
}

/// Whoever compares names makes them up, in the order of the comparisons; by pointers none is made up.
#[rstest]
#[case::pointer(DomainName::PointedToBy(GroupId(0), Field::BlockingDomain), 1)]
#[case::name(DomainName::User("other".into()), 2)]
fn a_fault_by_a_pointer_names_nothing(#[case] about: DomainName, #[case] number: u16) {
    let [first, second] = [DeviceId(0), DeviceId(1)];
    let fault = Fault {
        kind: FaultKind::Attach,
        device: Some(second),
        domain: FaultDomain::Named(DomainRef(0)),
        errno: Errno::EIO,
        skip: 0,
        count: None,
    };
    let group = |name: &str| GroupSpec { name: name.into(), hold: false };
    let script = Script {
        registered: false,
        groups: vec![group("g0"), group("g1")],
        devices: vec![DeviceSpec::new("d0", Some(GroupId(0))), DeviceSpec::new("d1", Some(GroupId(1)))],
        domains: vec![about],
        ops: vec![
            Op::Fail(fault),
            Op::DeviceAdd { device: first, driver: None },
            Op::DeviceAdd { device: second, driver: None },
            Op::IommuDeviceRegister,
        ],
        ..Script::default()
    };
    let trace = run(&script, &history::resolve("v7.3").expect("known").rules).trace;
    let default = |group: usize| {
        let pointer = trace.steps[3].groups[group].default_domain.expect("it has one");
        trace.domains[usize::from(pointer.domain.0)].name.clone()
    };
    assert_eq!(default(0), DomainName::Made(DomainKind::Dma, number));
    assert_eq!(default(1), DomainName::Made(DomainKind::Dma, 3 - number));
}
