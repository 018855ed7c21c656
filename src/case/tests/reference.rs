// SPDX-License-Identifier: GPL-2.0-only
//! The reference in `cases/README.md` names everything there is, and what it shows is true.

use rstest::rstest;

use super::fields;
use crate::case::drivers::{NamedSet, SETS};
use crate::case::form::*;
use crate::script::DetachOps;

const README: &str = include_str!("../../../cases/README.md");

/// The part of the reference under this heading, up to the next heading of any level.
fn section(heading: &str) -> &'static str {
    let start = README.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no section `{heading}`"));
    let body = &README[start + heading.len() + 2..];
    let end = ["\n## ", "\n### "].iter().filter_map(|heading| body.find(heading)).min();
    &body[..end.unwrap_or(body.len())]
}

#[rstest]
#[case::file("## The file", fields::of::<CaseForm<'static>>())]
#[case::topology("## Topology", fields::of::<TopologyForm<'static>>())]
#[case::arch("## Topology", fields::of::<ArchWord>())]
#[case::iommu("### The IOMMU driver", fields::of::<IommuForm<'static>>())]
#[case::default_type("### The IOMMU driver", fields::of::<SystemTypeWord>())]
#[case::deny("### The IOMMU driver", fields::of::<KindWord>())]
#[case::detach("### The IOMMU driver", fields::of::<DetachWord>())]
#[case::statics("### The IOMMU driver", fields::of::<StaticWord>())]
#[case::device("### Devices", fields::of::<DeviceForm>())]
#[case::bus("### Devices", fields::of::<BusWord>())]
#[case::device_type("### Devices", fields::of::<DeviceTypeWord>())]
#[case::domain("### Domains and owners", fields::of::<DomainWord>())]
#[case::given("## Given", fields::of::<GivenForm<'static>>())]
#[case::driver("## Steps", fields::of::<DriverWord>())]
#[case::steps("## Steps", Operation::NAMES)]
#[case::fault("## Steps", fields::of::<FailForm<'static>>())]
#[case::fault_call("## Steps", fields::of::<CallWord>())]
#[case::fault_domain("## Steps", fields::of::<KindWord>())]
#[case::sweep("## Sweep", fields::of::<SweepForm<'static>>())]
#[case::poke("## Steps", fields::of::<FieldWord>())]
#[case::vfio_iommu("## Steps", fields::of::<VfioIommuWord>())]
#[case::expectation("## Expectations", fields::of::<StateForm<'static>>())]
fn everything_is_named(#[case] heading: &str, #[case] names: &[&str]) {
    assert!(!names.is_empty());
    let body = section(heading);
    let missing: Vec<&&str> = names.iter().filter(|name| !body.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "`{heading}` does not name {missing:?}");
}

#[rstest]
#[case("bind", fields::of::<BindForm<'static>>())]
#[case("device_add", fields::of::<AddForm<'static>>())]
#[case("iommu_group_claim_dma_owner", fields::of::<GroupOwnerForm<'static>>())]
#[case("iommu_device_claim_dma_owner", fields::of::<DeviceOwnerForm<'static>>())]
#[case("iommu_attach_device", fields::of::<DomainDeviceForm<'static>>())]
#[case("iommu_attach_group", fields::of::<DomainGroupForm<'static>>())]
#[case("iommu_attach_device_pasid", fields::of::<AttachPasidForm<'static>>())]
#[case("iommu_detach_device_pasid", fields::of::<PasidForm<'static>>())]
#[case("iommu_replace_device_pasid", fields::of::<ReplacePasidForm<'static>>())]
#[case("iommu_attach_group_handle", fields::of::<GroupHandleForm<'static>>())]
#[case("iommu_replace_group_handle", fields::of::<GroupHandleForm<'static>>())]
#[case("iommu_attach_handle_get", fields::of::<HandleGetForm<'static>>())]
#[case("iommu_group_store_type", fields::of::<TypeForm<'static>>())]
#[case("iommu_group_add_device", fields::of::<DeviceGroupForm<'static>>())]
#[case("arm_iommu_create_mapping", fields::of::<CreateMappingForm<'static>>())]
#[case("arm_iommu_attach_device", fields::of::<AttachMappingForm<'static>>())]
#[case("arm_iommu_release_mapping", fields::of::<DeviceOnlyForm<'static>>())]
#[case("vfio_group_set_container", fields::of::<GroupContainerForm<'static>>())]
#[case("vfio_set_iommu", fields::of::<ContainerIommuForm<'static>>())]
#[case("vfio_group_get_device_fd", fields::of::<GroupDeviceForm<'static>>())]
#[case("poke", fields::of::<PokeForm<'static>>())]
fn the_arguments_of_a_step_are_named(#[case] step: &str, #[case] arguments: &[&str]) {
    let row = section("## Steps").lines().find(|line| line.starts_with(&format!("| `{step}` |")));
    let row = row.unwrap_or_else(|| panic!("no row of `{step}`"));
    assert!(row.contains(&format!("`{{ {} }}`", arguments.join(", "))), "{row}");
}

/// The fields of a value are told from release ranges by this list.
#[test]
fn the_fields_of_a_state_are_listed() {
    assert_eq!(StateForm::FIELDS, fields::of::<StateForm<'static>>());
}

fn row(set: &NamedSet) -> String {
    let capabilities = set.capabilities();
    let deny: Vec<String> = capabilities.deny.iter().map(|kind| kind.name().to_lowercase()).collect();
    // In the order of the format rather than of the kernel's types.
    let words = fields::of::<KindWord>().iter().filter(|word| deny.iter().any(|kind| kind == *word));
    let deny = words.copied().collect::<Vec<_>>().join(", ");
    let detach = match capabilities.detach {
        DetachOps::None => "none",
        DetachOps::Full => "full",
        DetachOps::LatePlatformOp => "late-platform-op",
        DetachOps::DetachOnly => "detach-only",
    };
    let statics: Vec<String> =
        capabilities.statics.iter().map(|domain| format!("{domain:?}").to_lowercase()).collect();
    let deny = if deny.is_empty() { "nothing" } else { &deny };
    format!("| `{}` | {deny} | `{detach}` | {} |", set.name, statics.join(", ")).replace("|  |", "| |")
}

#[test]
fn the_capability_sets_are_shown_as_they_are() {
    let body = section("### Named capability sets");
    let shown: Vec<&str> = body.lines().filter(|line| line.starts_with("| `")).collect();
    let sets: Vec<String> = SETS.iter().map(row).collect();
    assert_eq!(shown, sets);
    let with_flush: Vec<&str> =
        SETS.iter().filter(|set| set.capabilities().deferred_flush).map(|set| set.name).collect();
    assert_eq!(with_flush, ["plain", "amd", "arm-smmu", "arm-smmu-v3", "intel", "virtio"]);
}

#[test]
fn the_examples_load() {
    let blocks: Vec<&str> =
        README.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        let case = crate::case::parse("README.md", "area/x", block, crate::case::Releases::of_history());
        assert!(case.is_ok(), "{}", case.err().map(|error| error.to_string()).unwrap_or_default());
    }
}
