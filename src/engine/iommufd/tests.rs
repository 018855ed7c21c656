// SPDX-License-Identifier: GPL-2.0-only
//! What iommufd asks of the core is what a caller of the core asks who does the same by hand.

use rstest::rstest;

use crate::case;
use crate::engine::run;
use crate::history;
use crate::script::{Op, Script};
use crate::trace::Call;

const HEAD: &str = "title: A sequence
sources: [\"kernel:drivers/iommu/iommufd/device.c\"]
topology:
  groups: { g: [a, b] }
  devices: { a: { pasid_bits: 4 }, b: { pasid_bits: 4 } }
  owners: [vmm]
";

/// The script of these steps with these domains.
fn script(domains: &str, steps: &[&str]) -> Script {
    let steps: String = steps.iter().map(|step| format!("  - {step}\n")).collect();
    let text =
        format!("{HEAD}  domains: {{ {domains} }}\ngiven: {{ g: {{ driver: managed }} }}\nsteps:\n{steps}");
    case::from_text("area/x", &text).unwrap_or_else(|error| panic!("{error}")).lower().script
}

/// The calls into the IOMMU driver of all steps, one after the other. Domains have numbers in order of their making.
fn calls(script: &Script, release: &str) -> Vec<Call> {
    let point = history::resolve(release).expect("a release");
    let run = run(script, &point.rules);
    assert_eq!(run.trace.steps.len(), script.ops.len());
    run.trace.steps.into_iter().flat_map(|step| step.calls).collect()
}

const BIND: [&str; 3] = [
    "iommufd_ioas_alloc: { ioas: memory, context: vmm }",
    "iommufd_device_bind: { device: a, context: vmm }",
    "iommufd_device_bind: { device: b, context: vmm }",
];
const CLAIM: [&str; 2] = [
    "iommu_device_claim_dma_owner: { device: a, owner: vmm }",
    "iommu_device_claim_dma_owner: { device: b, owner: vmm }",
];

#[rstest]
// Both devices attached and detached.
#[case(
    &[
        "iommufd_device_attach: { device: a, ioas: memory }",
        "iommufd_device_attach: { device: b, ioas: memory }",
        "iommufd_device_detach: a",
        "iommufd_device_detach: b",
        "iommufd_device_unbind: a",
        "iommufd_device_unbind: b",
    ],
    &[
        "iommu_domain_alloc: { domain: h1, device: a }",
        "iommu_attach_group: { domain: h1, group: g }",
        "iommu_detach_group: { domain: h1, group: g }",
        "iommu_domain_free: h1",
        "iommu_device_release_dma_owner: a",
        "iommu_device_release_dma_owner: b",
    ],
)]
// The second device of the group refuses.
#[case(
    &[
        "fail: { call: attach, device: b, errno: EIO }",
        "iommufd_device_attach: { device: a, ioas: memory }",
        "iommufd_device_unbind: b",
    ],
    &[
        "fail: { call: attach, device: b, errno: EIO }",
        "iommu_domain_alloc: { domain: h1, device: a }",
        "iommu_attach_group: { domain: h1, group: g }",
        "iommu_domain_free: h1",
        "iommu_device_release_dma_owner: b",
    ],
)]
fn a_sequence_is_the_same_by_hand(
    #[case] iommufd: &[&str],
    #[case] core: &[&str],
    #[values("v6.2", "v6.4", "v6.6", "v6.12", "v6.14", "v6.17", "v7.3")] release: &str,
) {
    let by_iommufd = script("memory: ioas", &[&BIND[..], iommufd].concat());
    let by_hand = script("h1: paging", &[&CLAIM[..], core].concat());
    let (one, other) = (calls(&by_iommufd, release), calls(&by_hand, release));
    assert!(one.len() > 12, "{one:?}");
    assert_eq!(one, other);
}

/// Where there is no such call as `iommu_group_replace_domain` any more, a handle replaces another.
#[rstest]
#[case(
    "v6.6",
    "iommu_attach_group: { domain: h1, group: g }",
    "iommu_group_replace_domain: { domain: h2, group: g }"
)]
#[case(
    "v6.14",
    "iommu_attach_group: { domain: h1, group: g }",
    "iommu_group_replace_domain: { domain: h2, group: g }"
)]
fn a_replace_is_the_same_by_hand(#[case] release: &str, #[case] attach: &str, #[case] replace: &str) {
    let iommufd = [
        "iommufd_hwpt_alloc: { hwpt: h1, ioas: memory, device: a }",
        "iommufd_hwpt_alloc: { hwpt: h2, ioas: memory, device: a }",
        "iommufd_device_attach: { device: a, hwpt: h1 }",
        "iommufd_device_replace: { device: a, hwpt: h2 }",
        "iommu_destroy: { hwpt: h1 }",
    ];
    let core = [
        "iommu_domain_alloc: { domain: h1, device: a }",
        "iommu_domain_alloc: { domain: h2, device: a }",
        attach,
        replace,
        "iommu_domain_free: h1",
    ];
    let by_iommufd = script("memory: ioas, h1: hwpt, h2: hwpt", &[&BIND[..], &iommufd].concat());
    let by_hand = script("h1: paging, h2: paging", &[&CLAIM[..], &core].concat());
    assert_eq!(calls(&by_iommufd, release), calls(&by_hand, release));
    assert!(matches!(by_iommufd.ops.last(), Some(Op::Iommufd(_))));
}
