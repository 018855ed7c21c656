// SPDX-License-Identifier: GPL-2.0-only
//! From a case to a script.

use rstest::rstest;

use super::{good, parse, text};
use crate::case::Problem;
use crate::case::form::Operation;
use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DeviceId, DomainKind, DomainName, DomainRef, DriverFlow, DriverKind,
    Errno, Fault, FaultDomain, FaultKind, Field, GivenHandle, GroupId, HandleId, MappingId, MappingOf, Op,
    OwnerId, PokeValue, Setting, Static, TypeWord,
};
use crate::trace::text::Origin;

/// A world in which every step makes sense. Its first domain, `m`, is allocated by the first step.
const WORLD: &str = "  arch: arm32
  groups: { g: [a], h: [b] }
  devices: { c: {} }
  domains: { m: paging, s: mapping }
  owners: [o]
  handles: [x, y]
";

/// A case in that world; its first step takes up the device without group.
fn in_world(steps: &str) -> String {
    text(WORLD, &format!("  - device_add: c\n{steps}"))
}

const G: GroupId = GroupId(0);
const A: DeviceId = DeviceId(0);
const B: DeviceId = DeviceId(1);
const C: DeviceId = DeviceId(2);
const M: DomainRef = DomainRef(0);
const O: OwnerId = OwnerId(0);
const H: Option<HandleId> = Some(HandleId(0));
const S: MappingId = MappingId(0);
/// The first domain that the step itself names, after `m`.
const OTHER: DomainRef = DomainRef(1);

const fn fault(
    kind: FaultKind,
    device: Option<DeviceId>,
    domain: FaultDomain,
    skip: u32,
    count: Option<u32>,
) -> Op {
    Op::Fail(Fault { kind, device, domain, errno: Errno::EIO, skip, count })
}

#[rstest]
#[case("device_add: a", Op::DeviceAdd { device: A, driver: None })]
#[case("device_add: { device: b, driver: managed }", Op::DeviceAdd { device: B, driver: Some(DriverKind::Managed) })]
#[case("device_del: c", Op::DeviceDel { device: C })]
#[case("bind: { device: a, driver: kernel_dma }", Op::Bind { device: A, driver: DriverKind::KernelDma })]
#[case("unbind: a", Op::Unbind { device: A })]
#[case("iommu_device_register:", Op::IommuDeviceRegister)]
#[case("iommu_device_unregister: null", Op::IommuDeviceUnregister)]
#[case("iommu_device_use_default_domain: a", Op::UseDefaultDomain { device: A })]
#[case("iommu_device_unuse_default_domain: a", Op::UnuseDefaultDomain { device: A })]
#[case(
    "iommu_group_claim_dma_owner: { group: g, owner: o }",
    Op::GroupClaimDmaOwner { group: G, owner: Some(O) }
)]
#[case("iommu_group_claim_dma_owner: { group: g, owner: null }", Op::GroupClaimDmaOwner { group: G, owner: None })]
#[case("iommu_group_release_dma_owner: g", Op::GroupReleaseDmaOwner { group: G })]
#[case("iommu_group_dma_owner_claimed: h", Op::GroupDmaOwnerClaimed { group: GroupId(1) })]
#[case("iommu_device_claim_dma_owner: { device: a, owner: o }", Op::DeviceClaimDmaOwner { device: A, owner: Some(O) })]
#[case("iommu_device_release_dma_owner: a", Op::DeviceReleaseDmaOwner { device: A })]
#[case("iommu_domain_free: m", Op::DomainFree { domain: M })]
#[case("iommu_attach_device: { domain: m, device: a }", Op::AttachDevice { domain: M, device: A })]
#[case("iommu_detach_device: { domain: m, device: a }", Op::DetachDevice { domain: M, device: A })]
#[case("iommu_attach_group: { domain: m, group: g }", Op::AttachGroup { domain: M, group: G })]
#[case("iommu_detach_group: { domain: m, group: g }", Op::DetachGroup { domain: M, group: G })]
#[case("iommu_group_replace_domain: { domain: m, group: g }", Op::GroupReplaceDomain { domain: M, group: G })]
#[case(
    "iommu_attach_device_pasid: { domain: m, device: a, pasid: -1 }",
    Op::AttachDevicePasid { domain: M, device: A, pasid: -1, handle: GivenHandle::Fresh }
)]
#[case(
    "iommu_attach_device_pasid: { domain: m, device: a, pasid: 1, handle: null }",
    Op::AttachDevicePasid { domain: M, device: A, pasid: 1, handle: GivenHandle::Null }
)]
#[case(
    "iommu_attach_device_pasid: { domain: m, device: a, pasid: 1, handle: y }",
    Op::AttachDevicePasid { domain: M, device: A, pasid: 1, handle: GivenHandle::Named(HandleId(0)) }
)]
#[case(
    "iommu_replace_device_pasid: { domain: m, device: a, pasid: 1, handle: x }",
    Op::ReplaceDevicePasid { domain: M, device: A, pasid: 1, handle: H }
)]
#[case(
    "iommu_attach_group_handle: { domain: m, group: g, handle: x }",
    Op::AttachGroupHandle { domain: M, group: G, handle: H }
)]
#[case("iommu_detach_group_handle: { domain: m, group: g }", Op::DetachGroupHandle { domain: M, group: G })]
#[case(
    "iommu_replace_group_handle: { domain: m, group: g, handle: null }",
    Op::ReplaceGroupHandle { domain: Some(M), group: G, handle: None }
)]
#[case(
    "iommu_replace_group_handle: { domain: null, group: g, handle: x }",
    Op::ReplaceGroupHandle { domain: None, group: G, handle: H }
)]
#[case("iommu_attach_handle_get: { group: g, pasid: 0 }", Op::AttachHandleGet { group: G, pasid: 0, kind: None })]
#[case(
    "iommu_attach_handle_get: { group: g, pasid: 1, type: unmanaged }",
    Op::AttachHandleGet { group: G, pasid: 1, kind: Some(DomainKind::Unmanaged) }
)]
#[case(
    "iommu_detach_device_pasid: { domain: m, device: a, pasid: 2147483647 }",
    Op::DetachDevicePasid { domain: M, device: A, pasid: i32::MAX }
)]
#[case("iommu_group_store_type: { group: g, type: DMA-FQ }", Op::GroupStoreType { group: G, word: TypeWord::DmaFq })]
#[case("iommu_group_store_type: { group: g, type: foo }", Op::GroupStoreType { group: G, word: TypeWord::Unknown })]
#[case("iommu_deferred_attach: a", Op::DeferredAttach { device: A })]
#[case("dma_map_single: a", Op::DmaMapSingle { device: A })]
#[case("iommu_get_domain_for_dev: a", Op::GetDomainForDev { device: A })]
#[case("iommu_get_dma_domain: a", Op::GetDmaDomain { device: A })]
#[case("iommu_group_add_device: { device: c, group: g }", Op::GroupAddDevice { device: C, group: G })]
#[case("iommu_group_remove_device: c", Op::GroupRemoveDevice { device: C })]
#[case(
    "arm_iommu_create_mapping: { mapping: s, device: a, size: 0x1000 }",
    Op::ArmCreateMapping { mapping: S, device: A, size: 4096 }
)]
#[case("arm_iommu_attach_device: { device: a }", Op::ArmAttachDevice { device: A, mapping: None })]
#[case("arm_iommu_attach_device: { device: a, mapping: s }", Op::ArmAttachDevice { device: A, mapping: Some(S) })]
#[case("arm_iommu_detach_device: a", Op::ArmDetachDevice { device: A })]
#[case("arm_iommu_release_mapping: s", Op::ArmReleaseMapping { mapping: MappingOf::Named(S) })]
#[case("arm_iommu_release_mapping: { device: a }", Op::ArmReleaseMapping { mapping: MappingOf::Device(A) })]
#[case(
    "rockchip_drm_attach: { domain: m, device: a }",
    Op::Driver { flow: DriverFlow::RockchipAttach, device: A, domain: M }
)]
#[case(
    "rockchip_drm_detach: { domain: m, device: a }",
    Op::Driver { flow: DriverFlow::RockchipDetach, device: A, domain: M }
)]
#[case(
    "exynos_drm_attach: { domain: s, device: a }",
    Op::Driver { flow: DriverFlow::ExynosAttach, device: A, domain: OTHER }
)]
#[case(
    "exynos_drm_detach: { domain: s, device: a }",
    Op::Driver { flow: DriverFlow::ExynosDetach, device: A, domain: OTHER }
)]
#[case(
    "tegra_drm_attach: { domain: m, device: a }",
    Op::Driver { flow: DriverFlow::TegraDrmAttach, device: A, domain: M }
)]
#[case(
    "tegra_drm_detach: { domain: m, device: a }",
    Op::Driver { flow: DriverFlow::TegraDrmDetach, device: A, domain: M }
)]
#[case("host1x_attach: { domain: m, device: a }", Op::Driver { flow: DriverFlow::Host1xAttach, device: A, domain: M })]
#[case("host1x_detach: { domain: m, device: a }", Op::Driver { flow: DriverFlow::Host1xDetach, device: A, domain: M })]
#[case("fail: { call: attach, errno: EIO }", fault(FaultKind::Attach, None, FaultDomain::Any, 0, Some(1)))]
#[case(
    "fail: { call: pasid, device: b, domain: m, errno: EIO, skip: 2, count: always }",
    fault(FaultKind::Pasid, Some(B), FaultDomain::Named(M), 2, None)
)]
#[case(
    "fail: { call: attach, domain_type: dma-fq, errno: EIO, count: 3 }",
    fault(FaultKind::Attach, None, FaultDomain::Kind(DomainKind::DmaFq), 0, Some(3))
)]
#[case("fail: { call: probe, errno: EIO }", fault(FaultKind::Probe, None, FaultDomain::Any, 0, Some(1)))]
#[case("fail: { call: group, errno: EIO }", fault(FaultKind::Group, None, FaultDomain::Any, 0, Some(1)))]
#[case(
    "fail: { call: driver_probe, errno: EIO }",
    fault(FaultKind::DriverProbe, None, FaultDomain::Any, 0, Some(1))
)]
#[case("fail_clear:", Op::FailClear)]
#[case("deny: []", Op::Deny { kinds: [].into_iter().collect() })]
#[case(
    "deny: [blocked, unmanaged]",
    Op::Deny { kinds: [DomainKind::Unmanaged, DomainKind::Blocked].into_iter().collect() }
)]
#[case(
    "poke: { group: g, field: domain, value: null }",
    Op::Poke { group: G, field: Field::Domain, value: PokeValue::Null }
)]
#[case(
    "poke: { group: g, field: default_domain, value: m }",
    Op::Poke { group: G, field: Field::DefaultDomain, value: PokeValue::Domain(M) }
)]
#[case(
    "poke: { group: g, field: blocking_domain, value: static(blocked) }",
    Op::Poke { group: G, field: Field::BlockingDomain, value: PokeValue::Domain(OTHER) }
)]
#[case("poke: { group: g, field: owner, value: o }", Op::Poke { group: G, field: Field::Owner, value: PokeValue::Owner(O) })]
#[case("poke: { group: g, field: owner, value: ~ }", Op::Poke { group: G, field: Field::Owner, value: PokeValue::Null })]
#[case("poke: { group: g, field: owner_cnt, value: 7 }", Op::Poke { group: G, field: Field::OwnerCnt, value: PokeValue::Count(7) })]
#[case("observe:", Op::Observe)]
fn a_step_becomes_its_operation(#[case] step: &str, #[case] op: Op) {
    let case = good(&in_world(&format!("  - iommu_domain_alloc: {{ domain: m, device: a }}\n  - {step}\n")));
    let lowered = case.lower();
    let first = [Op::DeviceAdd { device: C, driver: None }, Op::DomainAlloc { domain: M, device: A }];
    assert!(lowered.script.ops.starts_with(&first));
    assert_eq!(lowered.script.ops.last(), Some(&op));
    assert_eq!(lowered.steps.last(), Some(&Origin::Step(3)));
    let name = step.split(':').next().unwrap_or_default();
    assert!(Operation::NAMES.contains(&name));
    assert_eq!(case.steps.last().map(|step| (step.name, step.line)), Some((name, 13)));
}

#[rstest]
#[case("static(identity)", DomainName::Static(Static::Identity))]
#[case("static(blocked)", DomainName::Static(Static::Blocked))]
#[case("static(release)", DomainName::Static(Static::Release))]
#[case("static(default)", DomainName::Static(Static::Default))]
#[case("static(platform)", DomainName::Static(Static::Platform))]
#[case("domain(h)", DomainName::PointedToBy(GroupId(1), Field::Domain))]
#[case("default_domain(g)", DomainName::PointedToBy(G, Field::DefaultDomain))]
#[case("blocking_domain(g)", DomainName::PointedToBy(G, Field::BlockingDomain))]
#[case("m", DomainName::User("m".into()))]
#[case("s", DomainName::User("s".into()))]
fn a_domain_is_named_in_many_ways(#[case] name: &str, #[case] domain: DomainName) {
    let lowered =
        good(&in_world(&format!("  - iommu_attach_group: {{ domain: {name}, group: g }}\n"))).lower();
    assert_eq!(lowered.script.domains, [domain]);
}

#[test]
fn a_group_is_put_into_a_state_by_operations() {
    let yaml = text(
        "  groups: { g: [a, b], empty: [] }\n  domains: { m: paging }\n  owners: [o]\n",
        "  - observe:\ngiven: { g: { driver: kernel_dma, owner: o, attached: m } }\n",
    );
    let lowered = good(&yaml).lower();
    let add = |device| Op::DeviceAdd { device, driver: None };
    let bind = |device| Op::Bind { device, driver: DriverKind::KernelDma };
    assert_eq!(
        lowered.script.ops,
        [
            add(A),
            add(B),
            bind(A),
            bind(B),
            Op::GroupClaimDmaOwner { group: G, owner: Some(O) },
            Op::DomainAlloc { domain: M, device: A },
            Op::AttachGroup { domain: M, group: G },
            Op::Observe,
        ]
    );
    let given = Origin::Given;
    assert_eq!(lowered.steps, [given, given, given, given, given, Origin::Implied, given, Origin::Step(1)]);
    assert_eq!(lowered.script.owners, ["o"]);
}

/// The NULL pointer is an owner too, which the kernel refuses.
#[test]
fn a_group_can_be_given_to_the_null_pointer() {
    let case = good(&text("  groups: { g: [d] }\n", "  - observe:\ngiven: { g: { owner: null } }\n"));
    let claim = Op::GroupClaimDmaOwner { group: GroupId(0), owner: None };
    assert!(case.lower().script.ops.contains(&claim), "{:?}", case.lower().script.ops);
}

/// The operations of a case with a paging domain `m`, as the origins they come from.
fn origins(steps: &str) -> Vec<Origin> {
    good(&text("  groups: { g: [a], empty: [] }\n  domains: { m: paging, n: paging }\n", steps)).lower().steps
}

#[rstest]
#[case::once("  - iommu_attach_device: { domain: m, device: a }\n  - iommu_detach_device: { domain: m, device: a }\n", &[1])]
#[case::each("  - iommu_attach_device: { domain: m, device: a }\n  - iommu_attach_group: { domain: n, group: g }\n", &[1, 2])]
#[case::not_for_a_fault("  - fail: { call: attach, domain: m, errno: EIO }\n  - iommu_attach_device: { domain: m, device: a }\n", &[2])]
#[case::not_for_a_free("  - iommu_domain_free: m\n", &[])]
#[case::not_where_a_step_does_it_later("  - iommu_attach_device: { domain: m, device: a }\n  - iommu_domain_alloc: { domain: m, device: a }\n", &[])]
#[case::not_for_an_empty_group("  - iommu_attach_group: { domain: m, group: empty }\n  - iommu_attach_group: { domain: m, group: g }\n", &[2])]
#[case::not_again_after_a_free("  - iommu_attach_device: { domain: m, device: a }\n  - iommu_domain_free: m\n  - iommu_attach_device: { domain: m, device: a }\n", &[1])]
fn a_domain_is_allocated_before_its_first_use(#[case] steps: &str, #[case] before: &[usize]) {
    let origins = origins(steps);
    let implied =
        origins.iter().zip(origins.iter().skip(1)).filter(|(origin, _)| **origin == Origin::Implied);
    let found: Vec<Origin> = implied.map(|(_, next)| *next).collect();
    assert_eq!(found, before.iter().map(|step| Origin::Step(*step)).collect::<Vec<_>>());
    assert_eq!(origins.len(), steps.lines().count() + before.len());
}

#[test]
fn a_mapping_is_made_before_its_first_use() {
    let lowered = good(&in_world("  - exynos_drm_attach: { domain: s, device: b }\n")).lower();
    let flow = DriverFlow::ExynosAttach;
    assert_eq!(
        lowered.script.ops[1..],
        [
            Op::ArmCreateMapping { mapping: S, device: B, size: 128 << 20 },
            Op::Driver { flow, device: B, domain: DomainRef(0) }
        ]
    );
    assert_eq!(lowered.script.mappings, ["s"]);
}

#[test]
fn settings_come_in_their_order_and_only_where_they_differ() {
    let steps = "  - observe:\n";
    assert_eq!(good(&text("  groups: {}\n", steps)).lower().script.settings, []);
    let iommu = "  iommu: { static: [blocked, identity], deferred_flush: false, detach: late-platform-op, \
                 deny_errno: EBUSY, deny: [dma], default_type: identity }\n  forbidden_calls: true\n";
    assert_eq!(
        good(&text(iommu, steps)).lower().script.settings,
        [
            Setting::DefaultType(DefaultType::Identity),
            Setting::Deny([DomainKind::Dma].into_iter().collect()),
            Setting::DenyErrno(Errno::EBUSY),
            Setting::Detach(DetachOps::LatePlatformOp),
            Setting::DeferredFlush(false),
            Setting::Unsafe(true),
            Setting::Static(vec![Static::Blocked, Static::Identity]),
        ]
    );
    let based = "  iommu: { base: rockchip, deny: [], deferred_flush: true }\n";
    assert_eq!(
        good(&text(based, steps)).lower().script.settings,
        [Setting::Detach(DetachOps::LatePlatformOp), Setting::Static(vec![Static::Identity]),]
    );
}

#[test]
fn devices_stand_in_their_order_with_their_options() {
    let topology = "  groups: { z: [d2, d1], a: { devices: [d3], hold: true } }
  devices:
    lone: { bus: host1x }
    d1: { bus: pci, default_type: dma, deferred: true, direct: true, pasid_bits: 20, untrusted: true, bridge: true }
";
    let script = good(&text(topology, "  - device_add: lone\n")).lower().script;
    let names: Vec<&str> = script.devices.iter().map(|device| device.name.as_str()).collect();
    assert_eq!(names, ["d2", "d1", "d3", "lone"]);
    let groups: Vec<(&str, bool)> =
        script.groups.iter().map(|group| (group.name.as_str(), group.hold)).collect();
    assert_eq!(groups, [("z", false), ("a", true)]);
    let d1 = &script.devices[1];
    assert_eq!((d1.bus, d1.default_type, d1.pasid_bits), (Bus::Pci, Some(DefaultType::Dma), 20));
    assert!(d1.deferred && d1.direct && d1.untrusted && d1.bridge && !d1.device_tree);
    assert_eq!((script.devices[3].group, script.devices[3].bus), (None, Bus::Host1x));
    assert_eq!(script.id, "area/x");
}

#[test]
fn on_arm_devices_are_in_the_device_tree_unless_said_otherwise() {
    let topology = "  arch: arm32\n  iommu: tegra-smmu\n  groups: { g: [a, b] }\n  devices:\n    b: { device_tree: false, default_type: dma }\n    c: {}\n";
    let script = good(&text(topology, "  - device_add: c\n")).lower().script;
    assert_eq!(script.arch, Arch::Arm32);
    let device_tree: Vec<bool> = script.devices.iter().map(|device| device.device_tree).collect();
    assert_eq!(device_tree, [true, false, false]);
    let types: Vec<Option<DefaultType>> = script.devices.iter().map(|device| device.default_type).collect();
    assert_eq!(types, [Some(DefaultType::Identity), Some(DefaultType::Dma), None]);
}

#[test]
fn what_is_said_about_the_case_is_kept() {
    let yaml = text(
        "  groups: { g: [a] }\n",
        "  - observe:\nwhy: >-\n  Because\n  of this.\nsince: v5.18\nuntil: v6.1\n",
    );
    let case = good(&yaml);
    assert_eq!((case.name.as_str(), case.title.as_str()), ("area/x", "A driver attaches a domain"));
    assert_eq!(case.sources, ["commit:1ea2a07a532b"]);
    assert_eq!(case.why.as_deref(), Some("Because of this."));
    assert_eq!((case.since.as_deref(), case.until.as_deref()), (Some("v5.18"), Some("v6.1")));
}

/// What looks like a mistake to a careless reader, but is none.
#[rstest]
#[case::quotes("title: 'it''s \"here\" & there: [x] *y'\nsources: [\"https://example.org/a?b=c&d=*e#f\"]\n")]
#[case::a_block(
    "title: A thing\nsources: [\"https://example.org/\"]\nwhy: |\n  & a *b !c <<: d\n\n  --- not a document\n"
)]
#[case::a_folded_line("title: A thing & another\nsources: [\"https://example.org/\"] # & comment *x\n")]
#[case::a_start_marker("---\ntitle: A thing\nsources: [\"https://example.org/\"]\n")]
#[case::windows_lines("title: A thing\r\nsources: [\"https://example.org/\"]\r\n")]
#[case::a_mark_before("\u{feff}title: A thing\nsources: [\"https://example.org/\"]\n")]
#[case::escapes("title: \"A thing \\u00e9\"\nsources: [\"https://example.org/\"]\n")]
#[case::letters("title: Ein Gerät für zwei\nsources: [\"https://example.org/\"]\n")]
fn good_yaml_is_let_pass(#[case] head: &str) {
    let yaml = format!("{head}topology: {{ groups: {{ g: [a] }} }}\nsteps:\n  - observe:\n");
    assert!(
        parse(&yaml).is_ok(),
        "{}",
        parse(&yaml).err().map(|error| error.to_string()).unwrap_or_default()
    );
}

#[rstest]
#[case("remoteproc_attach", DriverFlow::RemoteprocAttach)]
#[case("omap_rproc_attach", DriverFlow::OmapRprocAttach)]
fn a_sequence_that_makes_its_domain_finds_none(#[case] step: &str, #[case] flow: DriverFlow) {
    let once = format!("  - {step}: {{ domain: m, device: a }}\n");
    let ops = good(&in_world(&once)).lower().script.ops;
    assert_eq!(ops.last(), Some(&Op::Driver { flow, device: A, domain: M }));
    assert!(!ops.iter().any(|op| matches!(op, Op::DomainAlloc { .. })), "{ops:?}");
    let twice = in_world(&format!("{once}{once}"));
    let error = crate::case::from_text("area/x", &twice).expect_err("made twice");
    assert!(matches!(error.problem, Problem::AllocatedTwice(_)), "{error}");
}
