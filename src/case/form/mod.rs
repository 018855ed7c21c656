// SPDX-License-Identifier: GPL-2.0-only
//! A case as it is written: the shapes that the YAML text is read into, before names are looked up.
//!
//! Every scalar that is a name stays a [`Word`] with its place, so that what is found wrong later can still
//! be pointed at.

mod expect;
mod short;
mod step;
mod word;
mod words;

use serde::Deserialize;

pub(crate) use expect::{ExpectForm, StateForm, ValueForm};
pub(crate) use short::{Listed, OneOrMore, Short};
pub(crate) use step::*;
pub(crate) use word::{Bounded, CheckedKey, Entries, Filled, Word, duplicate};
pub(crate) use words::*;

/// A case file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct CaseForm<'t> {
    /// What the case shows, in one line.
    pub title: Word<'t>,
    /// Where it is known from.
    pub sources: Filled<Word<'t>>,
    /// The reports that it tells.
    #[serde(default)]
    pub reports: Vec<Word<'t>>,
    /// A few sentences of explanation.
    pub why: Option<Word<'t>>,
    /// The first release it runs on.
    pub since: Option<Word<'t>>,
    /// The last release it runs on.
    pub until: Option<Word<'t>>,
    /// The world before the first step.
    pub topology: TopologyForm<'t>,
    /// States that groups are put into before the first step.
    #[serde(default)]
    pub given: Entries<'t, GivenForm<'t>>,
    /// The steps.
    pub steps: Filled<StepForm<'t>>,
    /// Faults that are tried at every position in turn.
    pub sweep: Option<OneOrMore<SweepForm<'t>>>,
    /// Known deviations of implementations.
    #[serde(default)]
    pub deviates: Vec<DeviationForm<'t>>,
}

/// `topology:`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct TopologyForm<'t> {
    /// The architecture.
    pub arch: Option<ArchWord>,
    /// The IOMMU driver: a named capability set, or a map.
    pub iommu: Option<Short<'t, IommuForm<'t>>>,
    /// Groups and their devices.
    #[serde(default)]
    pub groups: Entries<'t, Listed<Word<'t>, GroupForm<'t>>>,
    /// Options of devices, and devices without a group.
    #[serde(default)]
    pub devices: Entries<'t, DeviceForm>,
    /// Domains of the user.
    #[serde(default)]
    pub domains: Entries<'t, DomainWord>,
    /// Owner tokens.
    #[serde(default)]
    pub owners: Vec<Word<'t>>,
    /// Attach handles.
    #[serde(default)]
    pub handles: Vec<Word<'t>>,
    /// VFIO's containers.
    #[serde(default)]
    pub containers: Vec<Word<'t>>,
    /// Run calls that no correct caller makes.
    #[serde(default)]
    pub forbidden_calls: bool,
    /// Each probe is undone once and done again.
    #[serde(default)]
    pub debug_test_driver_remove: bool,
    /// The IOMMU is registered before the first step.
    #[serde(default = "registered")]
    pub registered: bool,
}

/// An IOMMU is registered unless the case says otherwise.
fn registered() -> bool {
    true
}

/// The map form of `iommu:`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct IommuForm<'t> {
    /// The named set to start from.
    pub base: Option<Word<'t>>,
    /// The system's default domain type.
    pub default_type: Option<SystemTypeWord>,
    /// Types the driver refuses to allocate.
    pub deny: Option<Vec<KindWord>>,
    /// With which errno.
    pub deny_errno: Option<Word<'t>>,
    /// How a device leaves a domain when there is none to go to.
    pub detach: Option<DetachWord>,
    /// Static domains.
    #[serde(rename = "static")]
    pub statics: Option<Vec<StaticWord>>,
    /// Is it capable of deferred invalidation?
    pub deferred_flush: Option<bool>,
    /// Did it get `of_xlate` late?
    pub late_xlate: Option<bool>,
    /// How many paging domains can be attached at a time?
    pub address_spaces: Option<Bounded<1, 16>>,
}

/// The map form of a group.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct GroupForm<'t> {
    /// Its devices, in order.
    pub devices: Vec<Word<'t>>,
    /// The driver keeps a reference of its own.
    #[serde(default)]
    pub hold: bool,
}

/// Options of a device.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct DeviceForm {
    /// Its bus.
    pub bus: Option<BusWord>,
    /// The type its IOMMU driver insists on.
    pub default_type: Option<DeviceTypeWord>,
    /// Its first attach is deferred.
    pub deferred: bool,
    /// Firmware asks for a direct-mapped region.
    pub direct: bool,
    /// Width of its PASIDs.
    pub pasid_bits: Option<Bounded<0, 20>>,
    /// Described in a device tree.
    pub device_tree: Option<bool>,
    /// Behind an external port.
    pub untrusted: bool,
    /// A PCI bridge.
    pub bridge: bool,
    /// Is its DMA coherent with caches?
    pub cache_coherent: Option<bool>,
    /// Is it kept from the interrupts of others?
    pub isolated_msi: Option<bool>,
    /// Supports ATS.
    pub ats: bool,
    /// The requester id that it shares with others.
    pub requester_id: Option<Bounded<0, 65535>>,
}

/// A group's entry of `given:`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct GivenForm<'t> {
    /// Its devices are there.
    pub present: Option<bool>,
    /// A driver is bound to each of them.
    pub driver: Option<DriverWord>,
    /// It is claimed by this owner.
    pub owner: Option<Word<'t>>,
    /// This domain is attached to it.
    pub attached: Option<Word<'t>>,
}

/// A fault of `sweep:`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct SweepForm<'t> {
    /// Which call fails.
    pub call: CallWord,
    /// Only calls for this device.
    pub device: Option<Word<'t>>,
    /// Only calls for this domain.
    pub domain: Option<Word<'t>>,
    /// Only calls for domains of this type.
    pub domain_type: Option<KindWord>,
    /// What the call returns.
    pub errno: Word<'t>,
    /// Calls before this step, counted from 1, pass.
    pub from: Option<Bounded<1, 200>>,
}

/// An item of `deviates:`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
pub(crate) struct DeviationForm<'t> {
    /// Whose deviation it is.
    pub implementation: Word<'t>,
    /// In which releases.
    pub releases: Word<'t>,
    /// In which step, counted from 1.
    pub step: Bounded<1, 200>,
    /// Why it is let pass.
    pub reason: Word<'t>,
}
