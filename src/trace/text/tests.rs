// SPDX-License-Identifier: GPL-2.0-only
use super::*;
use crate::script::{
    DeviceId, DeviceSpec, DomainKind, DomainName, DomainRef, DriverKind, Errno, Fault, FaultDomain,
    FaultKind, GroupId, GroupSpec, Op, OwnerId, Static,
};
use crate::trace::{Call, DomainInfo, MappingState, Mark, Pointer, Reason, Role, Skip, Warn};

const VOP: DeviceId = DeviceId(0);
const VOPB: GroupId = GroupId(0);
const DRM: Mark = Mark(0);

fn script(ops: Vec<Op>) -> Script {
    Script {
        groups: vec![GroupSpec { name: "vopb".into(), hold: false }],
        devices: vec![DeviceSpec::new("vop", Some(VOPB))],
        domains: vec![DomainName::User("drm".into()), DomainName::Static(Static::Identity)],
        owners: vec!["vfio".into()],
        ops,
        ..Script::default()
    }
}

fn drm() -> DomainInfo {
    DomainInfo { name: DomainName::User("drm".into()), kind: DomainKind::Unmanaged, role: Role::User }
}

fn group() -> GroupState {
    GroupState {
        group: VOPB,
        domain: None,
        default_domain: None,
        default_kind: None,
        blocking_domain: Some(None),
        owner_cnt: Some(0),
        owner: Some(None),
        pasids: Some(false),
        pasid_table: None,
        devices: vec![VOP],
        resetting_domain: None,
        recovery_cnt: None,
    }
}

fn device() -> DeviceState {
    DeviceState { device: VOP, attached: None, group: Some(VOPB), driver: None, arm: None, reset: None }
}

fn step(outcome: Outcome, calls: Vec<Call>, group: &GroupState, device: DeviceState) -> Step {
    Step {
        outcome,
        reason: None,
        calls,
        lost: false,
        groups: vec![group.clone()],
        devices: vec![device],
        handles: vec![],
    }
}

fn text(ops: Vec<Op>, trace: &Trace) -> String {
    render(&script(ops), trace, &[], Style::default())
}

fn attach(from: Option<Option<Mark>>) -> Call {
    Call::Attach { device: VOP, domain: DRM, from, freed: false, error: None }
}

#[test]
fn a_run_reads_as_a_story() {
    let ops = vec![
        Op::DeviceAdd { device: VOP, driver: None },
        Op::DomainAlloc { domain: DomainRef(0), device: VOP },
        Op::AttachDevice { domain: DomainRef(0), device: VOP },
    ];
    let drm_pointer = Some(Pointer { domain: DRM, freed: false });
    let attached = GroupState { domain: drm_pointer, ..group() };
    let trace = Trace {
        steps: vec![
            step(
                Outcome::Ok,
                vec![Call::Probe { device: VOP, error: None }, Call::NewGroup { group: VOPB }],
                &group(),
                device(),
            ),
            step(
                Outcome::Ok,
                vec![Call::Alloc { domain: DRM, kind: DomainKind::Unmanaged }],
                &group(),
                device(),
            ),
            step(
                Outcome::Ok,
                vec![attach(None)],
                &attached,
                DeviceState { attached: drm_pointer, ..device() },
            ),
        ],
        end: End::Teardown {
            calls: vec![Call::Warn(Warn::LastDeviceOwned), Call::Free { domain: DRM, attached: true }],
            leaked_domains: 1,
            leaked_groups: 2,
        },
        domains: vec![drm()],
        ..Trace::default()
    };
    let origins = [Origin::Given, Origin::Implied, Origin::Step(1)];
    assert_eq!(
        render(&script(ops), &trace, &origins, Style::default()),
        "\
given device_add vop = ok
    probe_device vop; new group vopb
    vopb: devices [vop], domain null, default_domain null, blocking_domain null, owner_cnt 0
    vop: group vopb, attached null
auto iommu_domain_alloc drm vop = ok
    alloc drm, type unmanaged
1 iommu_attach_device drm vop = ok
    attach vop to drm
    vopb: domain null -> drm
    vop: attached null -> drm
end: WARN: last device left a group that is in use or not on its default domain; free drm, still attached; LEAK: 1 domain; LEAK: 2 groups
"
    );
}

#[test]
fn what_changes_is_shown_as_before_and_after() {
    let pointer = |freed| Some(Pointer { domain: DRM, freed });
    let old = GroupState { domain: pointer(false), default_kind: Some(DomainKind::Dma), ..group() };
    let new = GroupState {
        domain: pointer(true),
        default_kind: Some(DomainKind::DmaFq),
        owner: Some(Some(OwnerId(0))),
        owner_cnt: Some(1),
        pasids: Some(true),
        pasid_table: None,
        devices: vec![],
        ..group()
    };
    let arm = MappingState { mapping: Some(DRM), dma_ops: true };
    let bound = DeviceState { driver: Some(DriverKind::Managed), group: None, arm: Some(arm), ..device() };
    let gone = Step {
        outcome: Outcome::Void,
        reason: None,
        calls: vec![],
        lost: false,
        groups: vec![],
        devices: vec![],
        handles: vec![],
    };
    let trace = Trace {
        steps: vec![
            step(Outcome::Void, vec![], &old, device()),
            step(Outcome::Void, vec![], &new, bound),
            gone,
        ],
        domains: vec![drm()],
        ..Trace::default()
    };
    assert_eq!(
        text(vec![Op::Observe; 3], &trace),
        "\
1 observe
    vopb: devices [vop], domain drm, default_domain null, type DMA, blocking_domain null, owner_cnt 0
    vop: group vopb, attached null
2 observe
    vopb: devices [vop] -> [], domain drm -> drm (freed), type DMA -> DMA-FQ, owner_cnt 0 -> 1, owner null -> vfio, pasids no -> yes
    vop: group vopb -> null, driver null -> managed, arm mapping null -> drm, arm dma_ops no -> yes
3 observe
    vopb: gone
    vop: gone
"
    );
}

#[test]
fn fields_that_a_release_lacks_are_not_shown() {
    let old = GroupState { blocking_domain: None, owner_cnt: None, owner: None, pasids: None, ..group() };
    let trace = Trace { steps: vec![step(Outcome::Ok, vec![], &old, device())], ..Trace::default() };
    assert_eq!(
        text(vec![Op::Observe], &trace),
        "1 observe\n    vopb: devices [vop], domain null, default_domain null\n    vop: group vopb, attached null\n"
    );
}

#[test]
fn every_kind_of_outcome_has_words() {
    let outcomes = [
        (Outcome::Void, ""),
        (Outcome::Ok, " = ok"),
        (Outcome::Err(Errno::EBUSY), " = EBUSY"),
        (Outcome::Bool(false), " = false"),
        (Outcome::Domain(None), " = null"),
        (Outcome::Domain(Some(Pointer { domain: DRM, freed: false })), " = drm"),
        (Outcome::NullDomain, " = null"),
        (Outcome::NotInThisRelease, " = not in this release"),
        (Outcome::Skipped(Skip::GroupEmpty), " = skipped: group empty"),
        (Outcome::Bad(crate::trace::BadOp::NameInUse), " = impossible: name in use"),
    ];
    for (outcome, expected) in outcomes {
        let step = Step {
            outcome,
            reason: None,
            calls: vec![],
            lost: false,
            groups: vec![],
            devices: vec![],
            handles: vec![],
        };
        let trace = Trace { steps: vec![step], domains: vec![drm()], ..Trace::default() };
        assert_eq!(
            text(vec![Op::IommuDeviceRegister], &trace),
            format!("1 iommu_device_register{expected}\n")
        );
    }
}

#[test]
fn a_crash_ends_the_story_at_its_step() {
    let trace = Trace {
        steps: vec![step(Outcome::Void, vec![], &group(), device())],
        end: End::Crash(Crash::EmptyGroup),
        ..Trace::default()
    };
    let text = text(vec![Op::Observe, Op::DeviceDel { device: VOP }, Op::Observe], &trace);
    assert!(
        text.ends_with("\n2 device_del vop = crash: takes the list head of an empty group for a device\n")
    );
}

#[test]
fn reasons_are_shown_on_demand_only() {
    let step =
        Step { reason: Some(Reason::Owned), ..step(Outcome::Err(Errno::EBUSY), vec![], &group(), device()) };
    let trace = Trace { steps: vec![step], ..Trace::default() };
    let script = script(vec![Op::Observe]);
    let head = |style| render(&script, &trace, &[], style).lines().next().map(str::to_owned);
    assert_eq!(head(Style::default()).as_deref(), Some("1 observe = EBUSY"));
    assert_eq!(
        head(Style { reasons: true }).as_deref(),
        Some("1 observe = EBUSY (user space owns the group)")
    );
}

#[test]
fn what_a_driver_is_told_is_shown_where_it_is_wrong() {
    let calls = vec![attach(Some(None)), attach(Some(Some(DRM))), attach(Some(None))];
    let trace = Trace {
        steps: vec![step(Outcome::Void, calls, &group(), device())],
        domains: vec![drm()],
        ..Trace::default()
    };
    let text = text(vec![Op::Observe], &trace);
    let calls: Vec<_> = text.lines().filter(|line| line.contains("attach vop")).map(str::trim).collect();
    assert_eq!(
        calls,
        ["attach vop to drm", "attach vop to drm", "attach vop to drm, said to come from null"]
    );
}

#[test]
fn names_say_what_a_domain_is_for() {
    let info = |kind, role| DomainInfo { name: DomainName::Made(kind, 1), kind, role };
    let trace = Trace {
        domains: vec![
            info(DomainKind::DmaFq, Role::Default(VOPB)),
            info(DomainKind::Identity, Role::Default(VOPB)),
            info(DomainKind::Dma, Role::Default(VOPB)),
            info(DomainKind::Unmanaged, Role::Blocking(VOPB)),
            info(DomainKind::Unmanaged, Role::Mapping(VOP)),
            drm(),
            drm(),
            drm(),
            DomainInfo {
                name: DomainName::Static(Static::Release),
                kind: DomainKind::Blocked,
                role: Role::Static,
            },
        ],
        ..Trace::default()
    };
    let script = script(vec![]);
    let names = Names::new(&script, &trace);
    let all: Vec<_> = (0..9).map(|mark| names.domain(Mark(mark))).collect();
    assert_eq!(
        all,
        [
            "dma(vopb)",
            "identity(vopb)",
            "dma(vopb)#2",
            "blocking(vopb)",
            "mapping(vop)",
            "drm",
            "drm#2",
            "drm#3",
            "static(release)"
        ]
    );
}

#[test]
fn faults_say_what_fails_when() {
    let fault = Fault {
        kind: FaultKind::Attach,
        device: Some(VOP),
        domain: FaultDomain::Named(DomainRef(1)),
        errno: Errno::EIO,
        skip: 1,
        count: None,
    };
    let script = script(vec![]);
    assert_eq!(
        operation::words(&script, &Op::Fail(fault)),
        "fail attach of vop to static(identity) with EIO, after 1, always"
    );
    let fault =
        Fault { device: None, domain: FaultDomain::Kind(DomainKind::Dma), skip: 0, count: Some(2), ..fault };
    assert_eq!(operation::words(&script, &Op::Fail(fault)), "fail attach to type DMA with EIO, 2 times");
}

#[test]
fn ids_of_nothing_do_not_panic() {
    let step = Step {
        outcome: Outcome::Domain(Some(Pointer { domain: Mark(9), freed: true })),
        reason: None,
        calls: vec![Call::Alloc { domain: Mark(9), kind: DomainKind::Dma }],
        lost: false,
        groups: vec![GroupState { group: GroupId(9), owner: Some(Some(OwnerId(9))), ..group() }],
        devices: vec![],
        handles: vec![],
    };
    let trace = Trace { steps: vec![step], ..Trace::default() };
    let text = render(&Script::default(), &trace, &[], Style::default());
    assert!(
        text.starts_with("(no operation) = ? (freed)\n    alloc ?, type DMA\n    ?: devices [?]"),
        "{text}"
    );
}
