// SPDX-License-Identifier: GPL-2.0-only
//! Expectations against traces made by hand.

use rstest::rstest;

use super::{good, parse, releases, text};
use crate::case::expect::check::check_at;
use crate::script::{DeviceId, DomainKind, DomainName, DriverKind, Errno, GroupId, OwnerId};
use crate::trace::{
    Call, Crash, DeviceState, DomainInfo, End, GroupState, Mark, Outcome, Pointer, ResetState, Role, Skip,
    Step, Trace, Warn,
};

const TOPOLOGY: &str = "  groups: { g: [d, e] }\n  domains: { drm: paging }\n  owners: [vfio]\n";

/// A case whose first step, after its allocation, has this expectation; the second is to mention the owner.
fn case(expect: &str) -> String {
    text(
        TOPOLOGY,
        &format!(
            "  - iommu_attach_group: {{ domain: drm, group: g }}\n    expect: {expect}\n  \
             - iommu_group_claim_dma_owner: {{ group: g, owner: vfio }}\n"
        ),
    )
}

/// What is unmet at a release when the step has this record.
fn unmet(expect: &str, release: &str, step: Step) -> Vec<String> {
    let trace = Trace {
        steps: vec![record(Outcome::Ok), step],
        domains: vec![
            DomainInfo {
                name: DomainName::User("drm".into()),
                kind: DomainKind::Unmanaged,
                role: Role::User,
            },
            DomainInfo {
                name: DomainName::Made(DomainKind::Dma, 1),
                kind: DomainKind::Dma,
                role: Role::Default(GroupId(0)),
            },
        ],
        ..Trace::default()
    };
    unmet_in(expect, release, &trace)
}

fn unmet_in(expect: &str, release: &str, trace: &Trace) -> Vec<String> {
    let case = good(&case(expect));
    let unmet = check_at(&case, &case.lower(), release, &releases(), trace);
    unmet.iter().map(ToString::to_string).collect()
}

/// A record of a group of `d` on `drm`, with `dma(g)` as its default domain.
fn record(outcome: Outcome) -> Step {
    let pointer = |mark| Some(Pointer { domain: Mark(mark), freed: false });
    Step {
        outcome,
        reason: None,
        calls: Vec::new(),
        lost: false,
        groups: vec![GroupState {
            group: GroupId(0),
            domain: pointer(0),
            default_domain: Some(Pointer { domain: Mark(1), freed: true }),
            default_kind: Some(DomainKind::Dma),
            blocking_domain: None,
            owner_cnt: Some(1),
            owner: Some(Some(OwnerId(0))),
            pasids: None,
            pasid_table: None,
            devices: vec![DeviceId(0)],
            resetting_domain: Some(None),
            recovery_cnt: Some(2),
        }],
        devices: vec![DeviceState {
            device: DeviceId(0),
            attached: pointer(1),
            group: Some(GroupId(0)),
            driver: Some(DriverKind::KernelDma),
            arm: None,
            reset: Some(ResetState { blocked: true, depth: 3 }),
        }],
        handles: Vec::new(),
    }
}

const STEP: &str = "step 1 (line 8) `iommu_attach_group`: expected ";

#[rstest]
#[case("ok", Outcome::Ok)]
#[case("ok", Outcome::Void)]
#[case("EBUSY", Outcome::Err(Errno::EBUSY))]
#[case("error", Outcome::Err(Errno::EIO))]
#[case("error", Outcome::NullDomain)]
#[case("true", Outcome::Bool(true))]
#[case("false", Outcome::Bool(false))]
#[case("skipped", Outcome::Skipped(Skip::GroupEmpty))]
#[case("absent", Outcome::NotInThisRelease)]
#[case("drm", Outcome::Domain(Some(Pointer { domain: Mark(0), freed: false })))]
#[case("dma(g) (freed)", Outcome::Domain(Some(Pointer { domain: Mark(1), freed: true })))]
#[case("{ return: null }", Outcome::Domain(None))]
fn an_outcome_is_met(#[case] expect: &str, #[case] outcome: Outcome) {
    assert_eq!(unmet(expect, "v6.1", record(outcome)), [""; 0]);
}

#[rstest]
#[case("ok", Outcome::Err(Errno::EBUSY), "0 at v6.1, got EBUSY")]
#[case("EBUSY", Outcome::Ok, "EBUSY at v6.1, got 0")]
#[case("EBUSY", Outcome::Err(Errno::EPERM), "EBUSY at v6.1, got EPERM")]
#[case("error", Outcome::Void, "an error at v6.1, got 0")]
#[case("true", Outcome::Bool(false), "true at v6.1, got false")]
#[case("true", Outcome::Ok, "true at v6.1, got 0")]
#[case("skipped", Outcome::Ok, "to be skipped at v6.1, got 0")]
#[case("ok", Outcome::Skipped(Skip::GroupEmpty), "0 at v6.1, got skipped (group empty)")]
#[case("absent", Outcome::Ok, "to be absent at v6.1, got 0")]
#[case("error", Outcome::NotInThisRelease, "an error at v6.1, got absent")]
#[case("crash", Outcome::Ok, "a crash at v6.1, got 0")]
#[case("dma(g)", Outcome::Domain(None), "dma(g) at v6.1, got null")]
fn an_outcome_is_not_met(#[case] expect: &str, #[case] outcome: Outcome, #[case] told: &str) {
    assert_eq!(unmet(expect, "v6.1", record(outcome)), [format!("{STEP}{told}")]);
}

#[rstest]
#[case("{ domain: { g: drm }, default_domain: { g: dma(g) (freed) }, owner_cnt: { g: 1 } }", &[])]
#[case("{ owner: { g: vfio }, devices: { g: [d] }, attached: { d: dma(g) }, driver: { d: kernel_dma } }", &[])]
#[case("{ domain: { g: null } }", &["domain of g null at v6.1, got drm"])]
#[case("{ default_domain: { g: dma(g) } }", &["default_domain of g dma(g) at v6.1, got dma(g) (freed)"])]
#[case("{ blocking_domain: { g: null } }", &["blocking_domain of g null at v6.1, got no such field"])]
#[case(
    "{ owner_cnt: { g: 0 }, owner: { g: null } }",
    &["owner_cnt of g 0 at v6.1, got 1", "owner of g null at v6.1, got vfio"]
)]
#[case("{ devices: { g: [d, e] } }", &["devices of g [d, e] at v6.1, got [d]"])]
#[case("{ resetting_domain: { g: null }, recovery_cnt: { g: 2 }, blocked: { d: true }, reset_depth: { d: 3 } }", &[])]
#[case(
    "{ resetting_domain: { g: drm }, recovery_cnt: { g: 1 } }",
    &["resetting_domain of g drm at v6.1, got null", "recovery_cnt of g 1 at v6.1, got 2"]
)]
#[case(
    "{ blocked: { d: false }, reset_depth: { d: 1 } }",
    &["blocked of d false at v6.1, got true", "reset_depth of d 1 at v6.1, got 3"]
)]
#[case("{ attached: { d: drm } }", &["attached of d drm at v6.1, got dma(g)"])]
#[case("{ attached: { e: drm } }", &["attached of e drm at v6.1, got no such device"])]
#[case("{ driver: { d: null } }", &["driver of d null at v6.1, got kernel_dma"])]
#[case("{ driver: { d: managed } }", &["driver of d managed at v6.1, got kernel_dma"])]
#[case("{ warns: 0 }", &["no WARN at v6.1, got 1 WARN"])]
#[case("{ warns: 2, return: EIO }", &["EIO at v6.1, got 0", "2 WARNs at v6.1, got 1 WARN"])]
fn a_state_is_met_or_not(#[case] expect: &str, #[case] told: &[&str]) {
    let step = Step { calls: vec![Call::Warn(Warn::NullOwner)], ..record(Outcome::Ok) };
    let expected: Vec<String> = told.iter().map(|told| format!("{STEP}{told}")).collect();
    assert_eq!(unmet(expect, "v6.1", step), expected);
}

#[test]
fn a_group_that_is_not_there_has_no_state() {
    let step = Step { groups: Vec::new(), ..record(Outcome::Ok) };
    assert_eq!(
        unmet("{ domain: { g: drm } }", "v6.1", step),
        [format!("{STEP}domain of g drm at v6.1, got no such group")]
    );
}

#[rstest]
#[case::in_this_step(1, "crash", &[])]
#[case::in_this_step_instead(1, "EBUSY", &["EBUSY at v6.1, got crash (takes the list head of an empty group for a device)"])]
#[case::before(0, "crash", &["a crash at v6.1, got nothing: the kernel had died before"])]
#[case::before_a_state(0, "{ warns: 1 }", &["the step at v6.1, got nothing: the kernel had died before"])]
#[case::before_this_step(0, "ok", &["0 at v6.1, got nothing: the kernel had died before"])]
fn a_kernel_dies(#[case] steps: usize, #[case] expect: &str, #[case] told: &[&str]) {
    let trace = Trace {
        steps: vec![record(Outcome::Ok); steps],
        end: End::Crash(Crash::EmptyGroup),
        ..Trace::default()
    };
    let expected: Vec<String> = told.iter().map(|told| format!("{STEP}{told}")).collect();
    assert_eq!(unmet_in(expect, "v6.1", &trace), expected);
}

#[test]
fn a_step_that_is_missing_is_not_met() {
    assert_eq!(
        unmet_in("ok", "v6.1", &Trace::default()),
        [format!("{STEP}0 at v6.1, got nothing: the step was not reached")]
    );
}

const RANGES: &str =
    "{ ..commit:1ea2a07a532b^: EIO, commit:1ea2a07a532b: EBUSY, v5.19-rc1..v6.1: EPERM, v5.19: EINVAL }";

#[rstest]
#[case("v5.10", Some("EIO"))]
#[case("v5.18", Some("EIO"))]
#[case("commit:1ea2a07a532b^", Some("EIO"))]
#[case("commit:1ea2a07a532b", Some("EBUSY"))]
#[case("v5.19-rc1", Some("EPERM"))]
#[case::its_own_name_beats_a_range("v5.19", Some("EINVAL"))]
#[case("v6.1", Some("EPERM"))]
#[case::after_the_last_range("v6.1.192", None)]
#[case("v6.2", None)]
#[case::not_in_the_list("v9.9", None)]
fn the_release_decides(#[case] release: &str, #[case] expected: Option<&str>) {
    let told = unmet(RANGES, release, record(Outcome::Ok));
    let expected: Vec<String> =
        expected.iter().map(|errno| format!("{STEP}{errno} at {release}, got 0")).collect();
    assert_eq!(told, expected);
}

#[rstest]
#[case::a_stable_release_stands_after_its_base("{ ..v6.1: ok, v6.1.192..: EIO }")]
#[case::neighbours("{ ..v5.18: ok, commit:1ea2a07a532b^..v6.1: EIO, v6.1.192..v6.2: ok }")]
#[case::a_name_within_a_range("{ ..v6.2: ok, v6.1: EIO }")]
fn ranges_that_go_together(#[case] expect: &str) {
    assert!(parse(&case(expect)).is_ok());
}

#[rstest]
#[case("{ ..v6.1: ok, v6.1..: EIO }", "`..v6.1` and `v6.1..` both hold for a release")]
#[case("{ ..v6.2: ok, v5.19..v6.1: EIO }", "`..v6.2` and `v5.19..v6.1` both hold for a release")]
#[case("{ v6.2..v5.10: ok }", "range `v6.2..v5.10` ends before it begins")]
#[case("{ v6.3..: ok }", "unknown release `v6.3`")]
fn ranges_that_do_not(#[case] expect: &str, #[case] told: &str) {
    let error = parse(&case(expect)).map(|case| case.title).expect_err("a mistake");
    assert_eq!(error.problem.to_string(), told);
}
