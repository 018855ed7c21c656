// SPDX-License-Identifier: GPL-2.0-only
//! Scripts as lines for the bench.

use rstest::rstest;

use super::*;
use crate::history;
use crate::script::{
    ContainerId, DeviceId, DomainRef, DriverFlow, Field, GivenHandle, GroupId, GroupSpec, HandleId,
    MappingId, OwnerId, TypeWord, VfioIommu, VfioOp,
};

fn bench(release: &str) -> Bench {
    Bench {
        arch: Arch::Generic,
        rules: history::resolve(release).expect("known").rules,
        queries: true,
        pci: false,
        iommufd: true,
    }
}

const DEVICE: DeviceId = DeviceId(0);
const GROUP: GroupId = GroupId(0);
const CONTAINER: ContainerId = ContainerId(0);
const DOMAIN: DomainRef = DomainRef(0);
const MADE: DomainRef = DomainRef(1);
const POINTED_TO: DomainRef = DomainRef(2);
const MAPPING: MappingId = MappingId(0);
const HANDLE: HandleId = HandleId(0);
const OWNER: Option<OwnerId> = Some(OwnerId(0));

fn script(ops: Vec<Op>) -> Script {
    Script {
        groups: vec![GroupSpec { name: "vop".into(), hold: true }],
        devices: vec![DeviceSpec::new("ff930000.vop", Some(GROUP)), DeviceSpec::new("lonely", None)],
        domains: vec![
            DomainName::User("drm".into()),
            DomainName::Made(DomainKind::Blocked, 1),
            DomainName::PointedToBy(GROUP, Field::Domain),
        ],
        mappings: vec!["mapping".into()],
        owners: vec!["vfio".into()],
        containers: vec!["vm".into()],
        handles: vec!["iopf".into()],
        ops,
        ..Script::default()
    }
}

/// Every operation with its line. A new one does not compile until it is here.
fn line_of(op: &Op) -> &'static str {
    match op {
        // several lines, in the table below
        Op::Vfio(_) => "vfio_container c0",
        Op::DeviceAdd { driver: None, .. } => "add d0",
        Op::DeviceAdd { driver: Some(_), .. } => "add d0 user",
        Op::DeviceDel { .. } => "del d0",
        Op::Bind { .. } => "bind d0 kdma",
        Op::Unbind { .. } => "unbind d0",
        Op::IommuDeviceRegister => "ireg",
        Op::IommuDeviceUnregister => "iunreg",
        Op::UseDefaultDomain { .. } => "use d0",
        Op::UnuseDefaultDomain { .. } => "unuse d0",
        Op::GroupClaimDmaOwner { .. } => "claim g0 o0",
        Op::GroupReleaseDmaOwner { .. } => "release g0",
        Op::GroupDmaOwnerClaimed { .. } => "claimed g0",
        Op::DeviceClaimDmaOwner { .. } => "dclaim d0 null",
        Op::DeviceReleaseDmaOwner { .. } => "drelease d0",
        Op::DomainAlloc { .. } => "alloc m0 d0",
        Op::DomainFree { .. } => "free m0",
        Op::AttachDevice { .. } => "attach_dev m0 d0",
        Op::DetachDevice { .. } => "detach_dev blk1 d0",
        Op::AttachGroup { .. } => "attach_group @g0.domain g0",
        Op::DetachGroup { .. } => "detach_group m0 g0",
        Op::GroupReplaceDomain { .. } => "replace m0 g0",
        Op::AttachDevicePasid { handle: GivenHandle::Fresh, .. } => "attach_pasid m0 d0 7",
        Op::AttachDevicePasid { handle: GivenHandle::Null, .. } => "attach_pasid_h m0 d0 7 null",
        Op::AttachDevicePasid { handle: GivenHandle::Named(_), .. } => "attach_pasid_h m0 d0 7 h0",
        Op::ReplaceDevicePasid { .. } => "replace_pasid m0 d0 7 h0",
        Op::AttachGroupHandle { .. } => "attach_group_h m0 g0 null",
        Op::DetachGroupHandle { .. } => "detach_group_h m0 g0",
        Op::ReplaceGroupHandle { domain: None, .. } => "replace_group_h null g0 h0",
        Op::ReplaceGroupHandle { domain: Some(_), .. } => "replace_group_h m0 g0 h0",
        Op::AttachHandleGet { kind: None, .. } => "handle g0 0",
        Op::AttachHandleGet { kind: Some(_), .. } => "handle g0 0 DMA-FQ",
        Op::DetachDevicePasid { .. } => "detach_pasid m0 d0 -1",
        Op::GroupStoreType { .. } => "type g0 DMA-FQ",
        Op::DeferredAttach { .. } => "defattach d0",
        Op::DmaMapSingle { .. } => "dmamap d0",
        Op::GetDomainForDev { .. } => "getdom d0",
        Op::GetDmaDomain { .. } => "getdma d0",
        Op::GroupAddDevice { .. } => "gadd d0 g0",
        Op::GroupRemoveDevice { .. } => "gdel d0",
        Op::PciResetPrepare { .. } => "resetprep d0",
        Op::PciResetDone { .. } => "resetdone d0",
        Op::PciResetFunction { .. } => "pcireset d0",
        Op::DriverGetDomain { .. } => "drvdom d0",
        Op::ArmCreateMapping { .. } => "arm_create x0 d0 4096",
        Op::ArmAttachDevice { mapping: None, .. } => "arm_attach d0",
        Op::ArmAttachDevice { mapping: Some(_), .. } => "arm_attach d0 x0",
        Op::ArmDetachDevice { .. } => "arm_detach d0",
        Op::ArmReleaseMapping { mapping: MappingOf::Named(_) } => "arm_release x0",
        Op::ArmReleaseMapping { mapping: MappingOf::Device(_) } => "arm_release d0",
        Op::Driver { .. } | Op::Iommufd(_) => "none",
        Op::SvaBindDevice { .. } => "sva_bind d0",
        Op::SvaUnbindDevice { .. } => "sva_unbind d0",
        Op::Fail(_) => "fail attach d0 @DMA -12 1 -1",
        Op::FailClear => "fail clear",
        Op::Deny { .. } => "deny bif",
        Op::Poke { .. } => "poke g0 owner_cnt -1",
        Op::Observe => "obs",
    }
}

#[test]
fn every_operation_has_its_line() {
    let (device, group, domain, owner) = (DEVICE, GROUP, DOMAIN, OWNER);
    let handle = Some(HANDLE);
    let fault = Fault {
        kind: FaultKind::Attach,
        device: Some(DEVICE),
        domain: FaultDomain::Kind(DomainKind::Dma),
        errno: Errno::ENOMEM,
        skip: 1,
        count: None,
    };
    let ops = vec![
        Op::DeviceAdd { device, driver: None },
        Op::DeviceAdd { device, driver: Some(DriverKind::Managed) },
        Op::DeviceDel { device },
        Op::Bind { device, driver: DriverKind::KernelDma },
        Op::Unbind { device },
        Op::IommuDeviceRegister,
        Op::IommuDeviceUnregister,
        Op::UseDefaultDomain { device },
        Op::UnuseDefaultDomain { device },
        Op::GroupClaimDmaOwner { group, owner },
        Op::GroupReleaseDmaOwner { group },
        Op::GroupDmaOwnerClaimed { group },
        Op::DeviceClaimDmaOwner { device, owner: None },
        Op::DeviceReleaseDmaOwner { device },
        Op::DomainAlloc { domain, device },
        Op::DomainFree { domain },
        Op::AttachDevice { domain, device },
        Op::DetachDevice { domain: MADE, device },
        Op::AttachGroup { domain: POINTED_TO, group },
        Op::DetachGroup { domain, group },
        Op::GroupReplaceDomain { domain, group },
        Op::AttachDevicePasid { domain, device, pasid: 7, handle: GivenHandle::Fresh },
        Op::AttachDevicePasid { domain, device, pasid: 7, handle: GivenHandle::Null },
        Op::AttachDevicePasid { domain, device, pasid: 7, handle: GivenHandle::Named(HANDLE) },
        Op::ReplaceDevicePasid { domain, device, pasid: 7, handle },
        Op::AttachGroupHandle { domain, group, handle: None },
        Op::DetachGroupHandle { domain, group },
        Op::ReplaceGroupHandle { domain: None, group, handle },
        Op::ReplaceGroupHandle { domain: Some(domain), group, handle },
        Op::AttachHandleGet { group, pasid: 0, kind: None },
        Op::AttachHandleGet { group, pasid: 0, kind: Some(DomainKind::DmaFq) },
        Op::DetachDevicePasid { domain, device, pasid: -1 },
        Op::SvaBindDevice { device },
        Op::SvaUnbindDevice { device },
        Op::GroupStoreType { group, word: TypeWord::DmaFq },
        Op::DeferredAttach { device },
        Op::DmaMapSingle { device },
        Op::GetDomainForDev { device },
        Op::GetDmaDomain { device },
        Op::GroupAddDevice { device, group },
        Op::GroupRemoveDevice { device },
        Op::PciResetPrepare { device },
        Op::PciResetDone { device },
        Op::PciResetFunction { device },
        Op::DriverGetDomain { device },
        Op::ArmCreateMapping { mapping: MAPPING, device, size: 4096 },
        Op::ArmAttachDevice { device, mapping: None },
        Op::ArmAttachDevice { device, mapping: Some(MAPPING) },
        Op::ArmDetachDevice { device },
        Op::ArmReleaseMapping { mapping: MappingOf::Named(MAPPING) },
        Op::ArmReleaseMapping { mapping: MappingOf::Device(device) },
        Op::Vfio(VfioOp::ContainerOpen { container: CONTAINER }),
        Op::Fail(fault),
        Op::FailClear,
        Op::Deny {
            kinds: KindSet::EMPTY
                .with(DomainKind::Platform)
                .with(DomainKind::DmaFq)
                .with(DomainKind::Blocked)
                .with(DomainKind::Identity),
        },
        Op::Poke { group, field: Field::OwnerCnt, value: PokeValue::Count(u32::MAX) },
        Op::Observe,
    ];
    let lines: Vec<&str> = ops.iter().map(line_of).collect();
    let lowered = lower(&script(ops), &bench("v6.12")).expect("can run");
    assert_eq!(lowered.ops, lines);
}

#[rstest]
#[case(Op::GroupStoreType { group: GROUP, word: TypeWord::Unknown }, "type g0 nonsense")]
#[case(Op::Deny { kinds: KindSet::EMPTY }, "deny -")]
#[case(Op::Vfio(VfioOp::GroupOpen { group: GROUP }), "vfio_open g0")]
#[case(Op::Vfio(VfioOp::GroupClose { group: GROUP }), "vfio_close g0")]
#[case(Op::Vfio(VfioOp::ContainerOpen { container: CONTAINER }), "vfio_container c0")]
#[case(Op::Vfio(VfioOp::ContainerClose { container: CONTAINER }), "vfio_container_close c0")]
#[case(
    Op::Vfio(VfioOp::GroupSetContainer { group: GROUP, container: CONTAINER }),
    "vfio_set_container g0 c0"
)]
#[case(Op::Vfio(VfioOp::GroupUnsetContainer { group: GROUP }), "vfio_unset_container g0")]
#[case(
    Op::Vfio(VfioOp::SetIommu { container: CONTAINER, iommu: VfioIommu::Type1v2 }),
    "vfio_set_iommu c0 3"
)]
#[case(Op::Vfio(VfioOp::GroupGetDeviceFd { group: GROUP, device: DEVICE }), "vfio_device_fd g0 d0")]
#[case(Op::Vfio(VfioOp::DeviceClose { device: DEVICE }), "vfio_device_close d0")]
#[case(Op::Vfio(VfioOp::GroupGetStatus { group: GROUP }), "vfio_status g0")]
#[case(Op::Bind { device: DEVICE, driver: DriverKind::VfioPci }, "sysbind d0 vfio-pci")]
#[case(Op::Bind { device: DEVICE, driver: DriverKind::Pcieport }, "sysbind d0 pcieport")]
#[case(Op::DeviceAdd { device: DEVICE, driver: Some(DriverKind::PciStub) }, "add d0 pci-stub")]
#[case(Op::Poke { group: GROUP, field: Field::Domain, value: PokeValue::Null }, "poke g0 domain null")]
#[case(Op::Poke { group: GROUP, field: Field::Owner, value: PokeValue::Owner(OwnerId(0)) }, "poke g0 owner o0")]
#[case(
    Op::Poke { group: GROUP, field: Field::DefaultDomain, value: PokeValue::Domain(POINTED_TO) },
    "poke g0 default_domain @g0.domain"
)]
#[case(
    Op::Fail(Fault {
        kind: FaultKind::DriverProbe,
        device: None,
        domain: FaultDomain::Any,
        errno: Errno::EPROBE_DEFER,
        skip: u32::MAX,
        count: Some(u32::MAX),
    }),
    "fail drvprobe * * -517 2147483647 2147483647"
)]
#[case(
    Op::Fail(Fault {
        kind: FaultKind::Pasid,
        device: None,
        domain: FaultDomain::Named(MADE),
        errno: Errno::EBUSY,
        skip: 0,
        count: Some(2),
    }),
    "fail pasid * blk1 -16 0 2"
)]
#[case(
    Op::Fail(Fault {
        kind: FaultKind::Attach,
        device: None,
        domain: FaultDomain::Named(POINTED_TO),
        errno: Errno::ENOMEM,
        skip: 0,
        count: Some(1),
    }),
    "fail attach * @g0.domain -12 0 1"
)]
fn operations_have_other_forms(#[case] op: Op, #[case] line: &str) {
    let lowered = lower(&script(vec![op]), &bench("v6.12")).expect("can run");
    assert_eq!(lowered.ops, [line]);
}

#[test]
fn the_world_comes_in_order() {
    let mut script = script(Vec::new());
    script.settings = vec![
        Setting::DefaultType(DefaultType::DmaFq),
        Setting::Deny(KindSet::EMPTY),
        Setting::DenyErrno(Errno::ENODEV),
        Setting::Detach(DetachOps::Full),
        Setting::DeferredFlush(false),
        Setting::Unsafe(true),
        Setting::Static(vec![
            Static::Platform,
            Static::Identity,
            Static::Blocked,
            Static::Release,
            Static::Default,
        ]),
    ];
    script.devices[0] = DeviceSpec {
        default_type: Some(DefaultType::Identity),
        deferred: true,
        direct: true,
        pasid_bits: 20,
        device_tree: true,
        requester_id: Some(8),
        ..DeviceSpec::new("ff930000.vop", Some(GROUP))
    };
    script.registered = false;
    let lowered = lower(&script, &bench("v6.12")).expect("can run");
    assert_eq!(
        lowered.setup,
        [
            "cfg def=fq deny= deny_errno=-19 detach=1 fqcap=0 unsafe=1 static=pibrd",
            "group g0 hold=1",
            "dev d0 group=g0 deftype=identity deferred=1 resv=1 dt=1 rid=9 pasid=20",
            "dev d1 group=-",
            "iunreg",
        ]
    );
}

#[rstest]
#[case(DetachOps::None, "v6.1", "0")]
#[case(DetachOps::Full, "v6.1", "1")]
#[case(DetachOps::LatePlatformOp, "v6.1", "1")]
#[case(DetachOps::LatePlatformOp, "v6.3", "0")]
#[case(DetachOps::LatePlatformOp, "v6.4", "1")]
#[case(DetachOps::LatePlatformOp, "v6.12", "1")]
#[case(DetachOps::DetachOnly, "v6.2", "1")]
#[case(DetachOps::DetachOnly, "v6.4", "0")]
fn a_late_operation_is_there_from_its_release_on(
    #[case] ops: DetachOps,
    #[case] release: &str,
    #[case] set: &str,
) {
    let script = Script { settings: vec![Setting::Detach(ops)], ..Script::default() };
    let lowered = lower(&script, &bench(release)).expect("can run");
    assert_eq!(lowered.setup, [format!("cfg detach={set}")]);
}

#[test]
fn devices_on_pci_have_places() {
    let mut script = changed(|script| many(&mut script.devices, 3));
    script.devices[0].bus = Bus::Pci;
    script.devices[2].bus = Bus::Pci;
    script.devices[2].untrusted = true;
    script.devices.push(DeviceSpec { ats: true, ..script.devices[0].clone() });
    let pci = Bench { pci: true, ..bench("v6.12") };
    let lowered = lower(&script, &pci).expect("can run");
    assert_eq!(
        lowered.setup[1..],
        [
            "dev d0 group=g0 pci=ep0",
            "dev d1 group=g0",
            "dev d2 group=g0 untrusted=1 pci=ep1",
            "dev d3 group=g0 pci=ats0",
        ]
    );
    script.devices[0].bridge = true;
    let lowered = lower(&script, &pci).expect("can run");
    assert_eq!(lowered.setup[1], "dev d0 group=g0 pci=rp0");
    assert_eq!(lowered.setup[3], "dev d2 group=g0 untrusted=1 pci=ep0");
    script.devices[0].bridge = false;
    assert_eq!(lower(&script, &bench("v6.12")), Err(CannotRun::Bus(Bus::Pci)));
    many(&mut script.devices, 8);
    let (what, most) = ("PCI devices without ATS", 7);
    assert_eq!(lower(&script, &pci), Err(CannotRun::TooMany { what, most }));
    script.devices[0].ats = true;
    many(&mut script.devices, 4);
    let (what, most) = ("PCI devices with ATS", 3);
    assert_eq!(lower(&script, &pci), Err(CannotRun::TooMany { what, most }));
}

fn changed(change: impl FnOnce(&mut Script)) -> Script {
    let mut script = script(vec![Op::Observe]);
    change(&mut script);
    script
}

fn many<T: Clone>(list: &mut Vec<T>, count: usize) {
    *list = vec![list[0].clone(); count];
}

#[rstest]
#[case(changed(|s| s.arch = Arch::Arm32), CannotRun::OtherArch(Arch::Arm32))]
#[case(changed(|s| s.devices[1].bus = Bus::Cdx), CannotRun::Bus(Bus::Cdx))]
#[case(changed(|s| many(&mut s.devices, 17)), CannotRun::TooMany { what: "devices", most: 16 })]
#[case(changed(|s| many(&mut s.groups, 9)), CannotRun::TooMany { what: "groups", most: 8 })]
#[case(changed(|s| many(&mut s.owners, 9)), CannotRun::TooMany { what: "owners", most: 8 })]
#[case(changed(|s| many(&mut s.mappings, 17)), CannotRun::TooMany { what: "mappings", most: 16 })]
#[case(
    changed(|s| s.settings = vec![Setting::Unsafe(true); 16]),
    CannotRun::TooMany { what: "settings", most: 15 }
)]
#[case(
    changed(|s| many(&mut s.ops, LINES_LIMIT)),
    CannotRun::TooMany { what: "operations", most: LINES_LIMIT }
)]
#[case(
    changed(|s| s.ops.push(Op::Driver { flow: DriverFlow::Host1xAttach, device: DEVICE, domain: DOMAIN })),
    CannotRun::DriverFlow
)]
#[case(changed(|s| s.ops.push(Op::DeviceAdd { device: DeviceId(2), driver: None })), CannotRun::UnknownName)]
fn some_scripts_cannot_run(#[case] script: Script, #[case] reason: CannotRun) {
    assert_eq!(lower(&script, &bench("v6.12")), Err(reason));
    assert!(!reason.to_string().is_empty());
}

#[rstest]
#[case(vec![Op::IommuDeviceRegister], true)]
#[case(vec![Op::IommuDeviceUnregister], true)]
#[case(vec![Op::Observe], false)]
fn bridges_are_there_from_the_start(#[case] ops: Vec<Op>, #[case] registered: bool) {
    let script = changed(|script| {
        script.devices[0].bus = Bus::Pci;
        script.devices[0].bridge = true;
        script.registered = registered;
        script.ops = ops;
    });
    let pci = Bench { pci: true, ..bench("v6.12") };
    assert_eq!(lower(&script, &pci), Err(CannotRun::BridgeBeforeScan));
}

#[test]
fn some_kernels_register_for_good() {
    let script = Script { registered: false, ..Script::default() };
    assert_eq!(lower(&script, &bench("v5.10")), Err(CannotRun::RegisteredForGood));
}

#[rstest]
#[case(Op::GetDomainForDev { device: DEVICE }, "getdom")]
#[case(Op::GetDmaDomain { device: DEVICE }, "getdma")]
#[case(Op::DeferredAttach { device: DEVICE }, "defattach")]
#[case(Op::DmaMapSingle { device: DEVICE }, "dmamap")]
#[case(Op::AttachGroup { domain: POINTED_TO, group: GROUP }, "@group.domain")]
fn an_old_bench_has_less(#[case] op: Op, #[case] command: &'static str) {
    let old = Bench { queries: false, ..bench("v6.12") };
    assert_eq!(lower(&script(vec![op]), &old), Err(CannotRun::NoCommand(command)));
}
