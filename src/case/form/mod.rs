// SPDX-License-Identifier: GPL-2.0-only
//! A case as it is written: the shapes that the YAML text is read into, before names are looked up.
//!
//! Every scalar that is a name stays a [`Word`] with its place, so that what is found wrong later can still
//! be pointed at.
//!
//! The docs here are also the descriptions in the schema of a case, which editors show.

mod count;
mod expect;
mod role;
mod schema;
mod short;
mod step;
mod word;
mod words;

use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use count::CountForm;
pub(crate) use expect::{ExpectForm, StateForm, ValueForm};
pub(crate) use role::*;
pub(crate) use short::{Listed, Maybe, OneOrMore, Short};
pub(crate) use step::*;
pub(crate) use word::{Bounded, CheckedKey, Entries, Filled, MAX_ENTRIES, Word, duplicate};
pub(crate) use words::*;

use super::limits::*;

/// A case: a few groups of devices behind an IOMMU driver, and the operations that somebody performed on them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
#[schemars(extend("allOf" = schema::few_swept_steps()))]
pub(crate) struct CaseForm<'t> {
    pub title: Title<'t>,
    /// Where it is known from: URLs, `commit:<12 hex digits>`, `kernel:<path in the tree>`.
    pub sources: Filled<Source<'t>>,
    /// The reports that it tells, by their names in `reports/README.md`. A case in `reports/` tells the report it is
    /// named after.
    #[serde(default)]
    pub reports: Vec<ReportName<'t>>,
    /// A few sentences for the reader.
    pub why: Option<Text<'t>>,
    /// The first release that the case runs on.
    pub since: Option<Release<'t>>,
    /// The last release that the case runs on.
    pub until: Option<Release<'t>>,
    /// The machine: groups and devices, the IOMMU driver, names that the steps use.
    pub topology: TopologyForm<'t>,
    /// States of groups before the first step: drivers bound, claims and attachments made.
    #[serde(default)]
    pub given: Entries<'t, GivenForm<'t>>,
    /// What is done, in order. Each step is a map of one operation to its arguments, and perhaps `expect`.
    #[schemars(extend("maxItems" = MAX_STEPS))]
    pub steps: Filled<StepForm<'t>>,
    /// Faults that are tried at every position: the case is run with the first such call failing, then with the second
    /// instead, until there is none left.
    pub sweep: Option<OneOrMore<SweepForm<'t>>>,
    /// Known deviations of implementations from what is expected.
    #[serde(default)]
    pub deviates: Vec<DeviationForm<'t>>,
}

/// The machine before the first step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct TopologyForm<'t> {
    /// The architecture: `generic`, the default, is any with the generic DMA layer; `arm32` is 32-bit ARM, where the
    /// architecture makes a mapping for each device.
    pub arch: Option<ArchWord>,
    /// The IOMMU driver: a named capability set, or a map of capabilities. Without it `plain`.
    pub iommu: Option<Short<SetName<'t>, IommuForm<'t>>>,
    /// Groups and their devices: `g: [a, b]`, in the order in which the bus has the devices.
    #[serde(default)]
    #[schemars(extend("maxProperties" = MAX_GROUPS))]
    pub groups: Entries<'t, Listed<NewName<'t>, GroupForm<'t>>>,
    /// Options of devices. A device that is only here is served by no IOMMU.
    #[serde(default)]
    #[schemars(extend("maxProperties" = MAX_DEVICES))]
    pub devices: Entries<'t, DeviceForm<'t>>,
    /// Domains, ARM mappings and objects of iommufd that the steps use.
    #[serde(default)]
    #[schemars(extend("maxProperties" = MAX_DOMAINS))]
    pub domains: Entries<'t, DomainWord>,
    /// Owner tokens, such as `[vfio]`; contexts of iommufd too.
    #[serde(default)]
    #[schemars(extend("maxItems" = MAX_OWNERS, "uniqueItems" = true))]
    pub owners: Vec<NewName<'t>>,
    /// Attach handles.
    #[serde(default)]
    #[schemars(extend("maxItems" = MAX_HANDLES, "uniqueItems" = true))]
    pub handles: Vec<NewName<'t>>,
    /// VFIO's containers.
    #[serde(default)]
    #[schemars(extend("maxItems" = MAX_CONTAINERS, "uniqueItems" = true))]
    pub containers: Vec<NewName<'t>>,
    /// `true`: also run calls that no correct caller makes and that may crash the kernel. By default they are skipped.
    #[serde(default)]
    pub forbidden_calls: bool,
    /// `true`: each probe is undone once and done again, as with `CONFIG_DEBUG_TEST_DRIVER_REMOVE`.
    #[serde(default)]
    pub debug_test_driver_remove: bool,
    /// `false`: the IOMMU's instance is not there at the start; the step `iommu_device_register` brings it.
    #[serde(default = "registered")]
    pub registered: bool,
}

/// An IOMMU is registered unless the case says otherwise.
fn registered() -> bool {
    true
}

/// What an IOMMU driver offers to the core. A list replaces the base's list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct IommuForm<'t> {
    /// The named set to start from; without it `plain`.
    pub base: Option<SetName<'t>>,
    /// The system's default domain type: `dma` unless it says otherwise, `dma-fq` (deferred invalidation, v5.15) or
    /// `identity`.
    pub default_type: Option<SystemTypeWord>,
    /// Types of domains that the driver refuses to allocate.
    pub deny: Option<Vec<KindWord>>,
    /// The errno of a refusal (v6.7 and later; before, a driver returns NULL).
    pub deny_errno: Option<ErrnoName<'t>>,
    /// How a device leaves a domain when there is none to go to.
    pub detach: Option<DetachWord>,
    /// Static domains, in the order in which the driver sets them up.
    #[serde(rename = "static")]
    pub statics: Option<Vec<StaticWord>>,
    /// `false`: the driver is not capable of deferred invalidation.
    pub deferred_flush: Option<bool>,
    /// `true`, on `arm32`: it finds its devices by itself, and takes firmware's generic description from v6.13 on, as
    /// OMAP's driver.
    pub late_xlate: Option<bool>,
    /// So many paging domains can be attached at a time; an attach of one more is `ENOSPC`.
    pub address_spaces: Option<Bounded<1, 16>>,
    /// Domains that lack `set_dev_pasid` (v6.2). Without `blocked` PASIDs cannot be removed, up to v6.13 for want of
    /// `remove_dev_pasid`.
    pub no_set_dev_pasid: Option<Vec<OpsWord>>,
}

/// A group that the driver may keep.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct GroupForm<'t> {
    /// Its devices, in the order in which the bus has them.
    pub devices: Vec<NewName<'t>>,
    /// `true`: the driver keeps a reference of its own, so that the group outlives its devices.
    #[serde(default)]
    pub hold: bool,
}

/// Options of a device.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 't"))]
#[schemars(extend("allOf" = schema::on_pci()))]
pub(crate) struct DeviceForm<'t> {
    /// Its bus, `platform` if left out: decides how a bind asks for ownership.
    pub bus: Option<BusWord>,
    /// The default domain type that the IOMMU driver insists on for this device.
    pub default_type: Option<DeviceTypeWord>,
    /// `true`: its first attach is deferred until its first DMA, as in a kdump kernel.
    pub deferred: bool,
    /// `true`: firmware asks for a direct-mapped region.
    pub direct: bool,
    /// The width of its PASIDs; 0, the default, is none.
    pub pasid_bits: Option<Bounded<0, 20>>,
    /// On `arm32`: described in a device tree, so that it gets a mapping at bind. By default `true` for devices in a
    /// group.
    pub device_tree: Option<bool>,
    /// `true`: a PCI device at an external port.
    pub untrusted: bool,
    /// `true`: a PCI bridge.
    pub bridge: bool,
    /// `false`: its DMA is not coherent with caches, so that VFIO (v5.19) and iommufd refuse it.
    pub cache_coherent: Option<bool>,
    /// `false`: it can write to the interrupts of others, so that VFIO and iommufd refuse its group.
    pub isolated_msi: Option<bool>,
    /// `true`: a PCI device that supports ATS, and has a function-level reset.
    pub ats: bool,
    /// The same for PCI devices that are DMA aliases of each other: the hardware attaches them together.
    pub requester_id: Option<Bounded<0, 65535>>,
    /// An empty group, which VFIO makes for a device without IOMMU: for an emulated one, or else in the no-IOMMU mode
    /// (`enable_unsafe_noiommu_mode`), which is then on.
    pub vfio_group: Option<GroupName<'t>>,
}

/// The state of a group before the first step. Nothing checks that it can be brought about: a claim of a group with a
/// `kernel_dma` driver fails here as anywhere.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
#[schemars(extend("allOf" = schema::present()))]
pub(crate) struct GivenForm<'t> {
    /// `true`: each device is added; implied by the others.
    pub present: Option<bool>,
    /// This driver is bound to each device.
    pub driver: Option<DriverWord>,
    /// This owner claims the group; `null` is the NULL pointer.
    #[serde(default)]
    pub owner: Maybe<OwnerName<'t>>,
    /// This domain is attached to the group.
    pub attached: Option<DomainArgument<'t>>,
}

/// A fault that is tried at every position.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
#[schemars(extend("allOf" = schema::one_domain()))]
pub(crate) struct SweepForm<'t> {
    pub call: CallWord,
    /// Only calls for this device.
    pub device: Option<DeviceName<'t>>,
    /// Only calls for this domain.
    pub domain: Option<DomainArgument<'t>>,
    /// Only calls for domains of this type.
    pub domain_type: Option<KindWord>,
    /// What the call returns.
    pub errno: ErrnoName<'t>,
    /// Calls before this step, counted from 1, pass. Without it all calls of the steps count, none of `given`.
    pub from: Option<Bounded<1, 200>>,
}

/// A known deviation of an implementation. It must occur: when it no longer does, the case fails until the entry is
/// taken out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct DeviationForm<'t> {
    /// Whose deviation it is: `reference` is the suite's own engine, `linux` a kernel.
    pub implementation: Text<'t>,
    /// On which releases.
    pub releases: ReleaseRange<'t>,
    /// In which step, counted from 1.
    pub step: Bounded<1, 200>,
    /// Why it is let pass.
    pub reason: Text<'t>,
}
