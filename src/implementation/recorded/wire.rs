// SPDX-License-Identifier: GPL-2.0-only
//! The JSON of recorded traces, as it stands in the file.
//!
//! A line is a script followed by what a kernel made of it. Text is borrowed from the line where it can be.

mod values;

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

pub use values::{OpText, Ordered, Return, Scalar, Text};

/// The first line of a file: where the traces come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Header {
    /// Version of the line protocol; only programs that answer say it, recorded files do not.
    #[serde(default)]
    pub protocol: Option<u32>,
    /// A short name, such as `6.1` or `6.1-armhf`.
    pub kernel: String,
    /// What the kernel calls itself.
    pub release: String,
    /// The package or the sources it was built from.
    pub package: String,
}

/// A script, and its result when it has been run. Whoever made the script may have noted more about it under other
/// keys, which mean nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line<'a> {
    /// The script's name.
    #[serde(borrow, default)]
    pub id: Option<Scalar<'a>>,
    /// What it is for.
    #[serde(default)]
    pub note: Option<Text<'a>>,
    /// The architecture, where the file's header does not say it: `generic` or `arm32`.
    #[serde(default)]
    pub arch: Option<Text<'a>>,
    /// Settings of the mock driver, in order.
    #[serde(default)]
    pub cfg: Option<Ordered<'a, Scalar<'a>>>,
    /// Groups and devices.
    #[serde(default)]
    pub topo: Option<Topology<'a>>,
    /// The operations.
    pub ops: Vec<OpText<'a>>,
    /// Lines of the setup that failed.
    #[serde(default)]
    pub setup: Option<Vec<SetupAnswer<'a>>>,
    /// What each operation did.
    #[serde(default)]
    pub steps: Option<Vec<Step<'a>>>,
    /// What the teardown did.
    #[serde(default)]
    pub end: Option<Teardown<'a>>,
    /// What the console said when the kernel died.
    #[serde(default)]
    pub crash: Option<Vec<Text<'a>>>,
    /// What the console said when the kernel stopped answering.
    #[serde(default)]
    pub hang: Option<Vec<Text<'a>>>,
}

impl Line<'_> {
    /// The script's name; empty if it has none.
    #[must_use]
    pub fn name(&self) -> String {
        self.id.as_ref().map(ToString::to_string).unwrap_or_default()
    }
}

/// Groups and devices of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology<'a> {
    /// Options of groups.
    #[serde(borrow, default)]
    pub groups: Option<Ordered<'a, Ordered<'a, Scalar<'a>>>>,
    /// Devices with their options.
    #[serde(default)]
    pub devs: Option<Ordered<'a, Ordered<'a, Scalar<'a>>>>,
}

/// A setup line and what the kernel answered to it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SetupAnswer<'a>(#[serde(borrow)] pub Text<'a>, pub Scalar<'a>);

/// What one operation did. A field that is absent was not observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step<'a> {
    /// What it returned.
    #[serde(borrow, default, deserialize_with = "present")]
    pub r: Option<Return<'a>>,
    /// Why it did not run.
    #[serde(default)]
    pub skip: Option<Text<'a>>,
    /// What is wrong with the operation.
    #[serde(default)]
    pub bad: Option<Text<'a>>,
    /// The domain of the handle that was found.
    #[serde(default)]
    pub hd: Option<Text<'a>>,
    /// WARNs.
    #[serde(default)]
    pub w: Option<u64>,
    /// Calls into the drivers, in order.
    #[serde(default)]
    pub cb: Option<Vec<Text<'a>>>,
    /// There were more calls than the recorder keeps.
    #[serde(default)]
    pub lost: bool,
    /// Groups.
    #[serde(default)]
    pub g: Option<Ordered<'a, Group<'a>>>,
    /// Devices.
    #[serde(default)]
    pub d: Option<Ordered<'a, Device<'a>>>,
    /// The domains of handles, as far as they have one.
    #[serde(default)]
    pub h: Option<Ordered<'a, Text<'a>>>,
}

/// A group after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group<'a> {
    /// Current domain.
    #[serde(borrow)]
    pub dom: Option<Text<'a>>,
    /// Default domain.
    pub def: Option<Text<'a>>,
    /// Blocking domain; `n/a` where the kernel has none.
    pub blk: Option<Text<'a>>,
    /// Type of the default domain.
    pub ty: Option<Text<'a>>,
    /// Owner count.
    #[serde(default)]
    pub oc: Option<u64>,
    /// Owner.
    #[serde(default, deserialize_with = "present")]
    pub ow: Option<Option<Text<'a>>>,
    /// PASIDs attached.
    #[serde(default)]
    pub pa: Option<u64>,
    /// Devices.
    pub dv: Vec<Text<'a>>,
    /// Resets going on in the group (`recovery_cnt`, v7.0).
    #[serde(default)]
    pub rc: Option<u64>,
    /// For each device: is it blocked for a reset, and how deep do they nest?
    #[serde(default)]
    pub rs: Option<Ordered<'a, (u64, u64)>>,
    /// What is at each PASID: a handle or a domain.
    #[serde(default)]
    pub px: Option<Ordered<'a, Text<'a>>>,
}

/// A device after a step: a list in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device<'a> {
    /// The domain its hardware has.
    pub attached: Option<Text<'a>>,
    /// Its group.
    pub group: Option<Text<'a>>,
    /// Its driver.
    pub driver: Option<Text<'a>>,
    /// 32-bit ARM: the domain of the mapping on record, and whether it has DMA operations.
    pub arm: Option<(Option<Text<'a>>, u64)>,
}

/// The teardown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Teardown<'a> {
    /// Always 0.
    pub r: i64,
    /// Domains never freed.
    pub leak_dom: u64,
    /// Groups never freed.
    pub leak_grp: u64,
    /// WARNs.
    pub w: u64,
    /// Calls into the drivers, in order.
    #[serde(borrow)]
    pub cb: Vec<Text<'a>>,
    /// There were more calls than the recorder keeps.
    #[serde(default)]
    pub lost: bool,
}

/// Tells a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

impl<'de: 'a, 'a> Deserialize<'de> for Device<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Device<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of domain, group and driver, on 32-bit ARM also mapping and dma_ops")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let short = |n| de::Error::invalid_length(n, &"3 or 5 entries");
                let attached = seq.next_element()?.ok_or_else(|| short(0))?;
                let group = seq.next_element()?.ok_or_else(|| short(1))?;
                let driver = seq.next_element()?.ok_or_else(|| short(2))?;
                let arm = match seq.next_element()? {
                    None => None,
                    Some(mapping) => Some((mapping, seq.next_element()?.ok_or_else(|| short(4))?)),
                };
                Ok(Device { attached, group, driver, arm })
            }
        }
        d.deserialize_seq(V)
    }
}
