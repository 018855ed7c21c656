// SPDX-License-Identifier: GPL-2.0-only
//! The schema refuses what a schema can refuse, and nothing else.

use std::fs;
use std::sync::LazyLock;

use dma_ownership::case::from_text;
use rstest::rstest;

use super::case_schema::CaseSchema;
use super::fixture;
use super::mistakes::{IOMMUFD, Mistake, NAMES, NUMBERS, RELEASES, SHAPE, SWEEPS, WORDS};

/// Mistakes that no schema sees: they are about names that are declared elsewhere, about the order of releases, or
/// about how many there are of one kind.
const UNSEEN: &[&str] = &[
    // Keys that come twice: a map of JSON has each once. YAML's own readers tell.
    "duplicate-argument",
    "duplicate-device-option",
    "duplicate-domain",
    "duplicate-expect",
    "duplicate-group",
    "duplicate-operation",
    "duplicate-range",
    "duplicate-state-key",
    "duplicate-top-level-key",
    // A line's end that YAML passes over, a comment that it takes out.
    "carriage-return",
    "title-cut-off",
    // Names, and what they are the names of.
    "allocated-twice",
    "device-has-a-group",
    "domain-as-errno",
    "emulated-without-group",
    "domain-by-role",
    "device-in-two-groups",
    "device-of-another-group",
    "domain-as-mapping",
    "given-of-empty-group",
    "group-options-without-group",
    "handle-as-outcome",
    "idle-device",
    "iommufd-wrong-kind",
    "mapping-as-domain",
    "name-of-another-kind",
    "pci-driver-given",
    "pci-driver-on-platform",
    "undeclared-device",
    "undeclared-domain",
    "undeclared-group",
    "undeclared-group-of-pointer",
    "undeclared-in-expect",
    "undeclared-in-given",
    "undeclared-mapping",
    "undeclared-owner",
    "undeclared-without-neighbour",
    "unknown-outcome",
    "unknown-outcome-no-idea",
    // What depends on the architecture, which stands far away.
    "arm-step-elsewhere",
    "device-tree-elsewhere",
    "mapping-elsewhere",
    // Counts over several lists.
    "deviation-of-no-step",
    "sweep-from-no-step",
    "sweep-of-one-call-twice",
    "too-many-devices",
    "too-many-faults",
    // The order of releases, and which there are.
    "never-applies",
    "one-release-twice",
    "overlapping-ranges",
    "reversed-range",
    "since-after-until",
    "unknown-commit",
    "unknown-release-in-expect",
];

static SCHEMA: LazyLock<CaseSchema> = LazyLock::new(CaseSchema::ready);

#[rstest]
#[case::shape(SHAPE)]
#[case::sweeps(SWEEPS)]
#[case::names(NAMES)]
#[case::numbers(NUMBERS)]
#[case::releases(RELEASES)]
#[case::words(WORDS)]
#[case::iommufd(IOMMUFD)]
fn a_mistake_is_refused_by_the_schema_too(#[case] mistakes: &[Mistake]) {
    let mut wrong = Vec::new();
    for (name, ..) in mistakes {
        let text = fs::read_to_string(fixture(name)).expect("a fixture");
        let refused = SCHEMA.problems(&text).is_none_or(|problems| !problems.is_empty());
        if refused == UNSEEN.contains(name) {
            wrong.push(format!("{name}: {}", if refused { "is refused" } else { "is not refused" }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_schema_sees_has_a_fixture() {
    let known: Vec<&str> = super::all().map(|mistake| mistake.0).collect();
    let unknown: Vec<_> = UNSEEN.iter().filter(|name| !known.contains(name)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// A case with a topology that the parts below can name.
fn case(head: &str, steps: &str) -> String {
    format!(
        "title: A case\nsources: [\"kernel:drivers/iommu/iommu.c\"]\n{head}topology:\n  arch: arm32\n  groups:\n    \
         g: [d, 0000:01:00.0]\n    h: {{ devices: [e], hold: true }}\n  devices: {{ d: {{ bus: pci }}, x: {{}} }}\n  \
         domains: {{ drm: paging, m: mapping, pt: hwpt, io: ioas }}\n  owners: [vfio]\n  handles: [h0]\n  \
         containers: [c]\nsteps:\n  - device_add: d\n  - device_add: x\n{steps}"
    )
}

/// Each is a step, or the part of a case before the topology when it has no dash.
#[rstest]
#[case::a_word("  - unbind: d\n")]
#[case::a_number_in_a_name("  - unbind: 0000:01:00.0\n")]
#[case::a_map_instead_of_a_word("  - device_add: { device: e, driver: kernel_dma }\n")]
#[case::nothing("  - observe:\n")]
#[case::nothing_by_name("  - observe: null\n")]
#[case::null_owner("  - iommu_group_claim_dma_owner: { group: g, owner: null }\n")]
#[case::null_owner_by_sign("  - iommu_group_claim_dma_owner: { group: g, owner: ~ }\n")]
#[case::null_handle("  - iommu_attach_device_pasid: { domain: drm, device: d, pasid: -1, handle: null }\n")]
#[case::null_domain("  - iommu_replace_group_handle: { domain: null, group: g, handle: h0 }\n")]
#[case::a_pointer("  - iommu_attach_group: { domain: default_domain(h), group: g }\n")]
#[case::a_static_domain("  - iommu_attach_group: { domain: static(release), group: g }\n")]
#[case::any_type("  - iommu_group_store_type: { group: g, type: 7 }\n")]
#[case::an_ioas("  - iommufd_device_attach: { device: d, ioas: io, pasid: 1048575 }\n")]
#[case::a_device_of_a_mapping("  - arm_iommu_release_mapping: { device: d }\n")]
#[case::the_largest_size(
    "  - arm_iommu_create_mapping: { mapping: m, device: d, size: 18446744073709551615 }\n"
)]
#[case::types("  - deny: [dma, dma-fq]\n")]
#[case::no_types("  - deny: []\n")]
#[case::fault("  - fail: { call: attach, device: d, domain: drm, errno: EIO, skip: 0, count: always }\n")]
#[case::fault_of_an_allocation("  - fail: { call: alloc, domain_type: dma, errno: ENOMEM, count: 1000 }\n")]
#[case::poked_number("  - poke: { group: g, field: owner_cnt, value: 4294967295 }\n")]
#[case::poked_null("  - poke: { group: g, field: owner, value: null }\n")]
#[case::poked_domain("  - poke: { group: g, field: domain, value: blocking_domain(h) }\n")]
#[case::ok("  - unbind: d\n    expect: ok\n")]
#[case::an_errno("  - unbind: d\n    expect: ENODEV\n")]
#[case::truth("  - iommu_group_dma_owner_claimed: g\n    expect: true\n")]
#[case::a_domain("  - iommu_get_domain_for_dev: d\n    expect: dma(g)#2 (freed)\n")]
#[case::a_quoted_null("  - iommu_get_domain_for_dev: d\n    expect: \"null\"\n")]
#[case::a_null_answer("  - iommu_get_domain_for_dev: d\n    expect: { return: null }\n")]
#[case::a_handle("  - iommu_attach_handle_get: { group: g, pasid: 0 }\n    expect: h0\n")]
#[case::a_status("  - vfio_group_get_status: g\n    expect: viable_and_set\n")]
#[case::expect_first("  - expect: ok\n    unbind: d\n")]
#[case::ranges(
    "  - unbind: d\n    expect: { ..v5.17: ok, v5.19-rc1..v6.0: error, v6.1: { return: ok, warns: 0 }, v7.0..: crash, commit:1ea2a07a532b^: ok }\n"
)]
#[case::commits("  - unbind: d\n    expect: { commit:1ea2a07a532b: ok, v6.1.192: absent }\n")]
#[case::an_empty_state_in_a_range("  - unbind: d\n    expect: { v6.1: {} }\n")]
#[case::a_state(
    "  - unbind: d\n    expect:\n      domain: { g: null, h: drm }\n      owner: { g: vfio, h: outside }\n      owner_cnt: { g: 0 }\n      \
     pasids: { g: { 0: h0, 5: drm, 6: (a handle), 7: null } }\n      handle_domain: { h0: drm }\n      devices: { g: [] }\n      \
     attached: { d: mapping(d) }\n      driver: { d: null, e: managed }\n      blocked: { d: true }\n      reset_depth: { d: 2 }\n"
)]
#[case::releases("since: v5.19-rc1\nuntil: v6.1.192\n")]
#[case::commit_as_release("since: commit:1ea2a07a532b\n")]
#[case::why("reports: [a-report]\nwhy: >-\n  Two\n  lines.\n")]
#[case::given("given: { g: { owner: null, driver: kernel_dma }, h: { present: true, attached: drm } }\n")]
#[case::a_sweep("sweep: { call: driver_probe, errno: EIO, from: 2 }\n")]
#[case::sweeps(
    "sweep: [{ call: attach, errno: EIO }, { call: alloc, domain_type: unmanaged, errno: ENOMEM }]\n"
)]
#[case::a_deviation("deviates: [{ implementation: linux, releases: ..v6.0, step: 1, reason: so }]\n")]
#[case::a_web_address("reports: []\nuntil: v7.3\n")]
fn a_good_form_is_accepted(#[case] part: &str) {
    let text = if part.starts_with("  - ") { case("", part) } else { case(part, "") };
    assert_eq!(from_text("area/x", &text).err().map(|error| error.to_string()), None, "\n{text}");
    assert_eq!(SCHEMA.problems(&text), Some(Vec::new()), "\n{text}");
}

/// Of these the loader is more patient, or they are mistakes that no fixture has.
#[rstest]
#[case::no_value("why:\n")]
#[case::no_domain("given: { g: { attached: null } }\n")]
#[case::a_number_for_a_device("  - unbind: 5\n")]
#[case::two_ways_to_name_a_table("  - iommu_destroy: { hwpt: pt, ioas: io }\n")]
#[case::an_argument_of_another_step("  - iommu_attach_group: { domain: drm, device: d }\n")]
#[case::an_expectation_alone("  - expect: ok\n")]
#[case::a_release_without_letter("  - unbind: d\n    expect: { 6.1..: ok }\n")]
#[case::three_dots("  - unbind: d\n    expect: { v5.10...v6.1: ok }\n")]
#[case::a_pasid_by_name("  - unbind: d\n    expect: { pasids: { g: { first: null } } }\n")]
fn a_bad_form_is_refused(#[case] part: &str) {
    let text = if part.starts_with("  - ") { case("", part) } else { case(part, "") };
    assert_ne!(SCHEMA.problems(&text), Some(Vec::new()), "\n{text}");
}
