// SPDX-License-Identifier: GPL-2.0-only
//! The JSON of a trace.
//!
//! What has its usual value is left out. Of groups and devices a step tells what has changed since the step before.

mod read;
mod write;

pub(crate) use read::Ending;

use serde::de::{self, Deserializer, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::bounded::List;
use super::nullable;
use super::words::Word;
use crate::implementation::recorded::wire::{Ordered, Text};
use crate::script::{DomainKind, DriverKind, Errno, VfioStatus, Worded};

/// A trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireTrace<'a> {
    /// What could not be set up.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub setup: List<WireSetupError<'a>>,
    /// What each operation did.
    pub steps: List<WireStep<'a>>,
    /// What the teardown did; a kernel that died has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<WireEnd<'a>>,
}

/// What could not be set up: a device, or else the IOMMU driver's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireSetupError<'a> {
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Text<'a>>,
    /// The errno.
    pub errno: Word<Errno>,
}

/// What an operation did. Exactly one of the first four keys is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireStep<'a> {
    /// What it returned.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub returned: Option<Returned<'a>>,
    /// Why it was not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skipped: Option<Text<'a>>,
    /// The release does not have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub absent: bool,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<Text<'a>>,
    /// Calls into the drivers and WARNs, in order.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub calls: List<WireCall<'a>>,
    /// There were more calls than were kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// Groups that changed; `null`: it does not exist.
    #[serde(default = "nobody", skip_serializing_if = "is_nobody")]
    pub groups: Ordered<'a, Option<WireGroupState<'a>>>,
    /// Devices that changed; `null`: it does not exist.
    #[serde(default = "nobody", skip_serializing_if = "is_nobody")]
    pub devices: Ordered<'a, Option<WireDeviceState<'a>>>,
    /// Handles whose domain changed, and the domain.
    #[serde(default = "nobody", skip_serializing_if = "is_nobody")]
    pub handles: Ordered<'a, Option<Text<'a>>>,
}

/// What an operation returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returned<'a> {
    /// `ok`
    Ok,
    /// `void`: there is nothing to return.
    Void,
    /// An errno by name.
    Errno(Errno),
    /// A truth value.
    Bool(bool),
    /// `null`: an allocation that gave NULL.
    Null,
    /// A domain, or NULL.
    Domain(Option<Text<'a>>),
    /// A handle and its domain; `null`: a handle without a name, NULL.
    Handle(Option<Text<'a>>, Option<Text<'a>>),
    /// The flags of a VFIO group.
    Status(VfioStatus),
}

/// The fields of a group that changed; all that are observed when it is new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireGroupState<'a> {
    /// `domain`
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub domain: Option<Option<Text<'a>>>,
    /// `default_domain`
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default_domain: Option<Option<Text<'a>>>,
    /// Type of the default domain.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub default_type: Option<Option<Word<DomainKind>>>,
    /// `blocking_domain`
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub blocking_domain: Option<Option<Text<'a>>>,
    /// `owner_cnt`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_cnt: Option<u32>,
    /// `owner`
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub owner: Option<Option<Text<'a>>>,
    /// Are PASIDs attached?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pasids: Option<bool>,
    /// What is at its PASIDs, by PASID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pasid_table: Option<List<WirePasid<'a>>>,
    /// Its devices, in list order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<List<Text<'a>>>,
    /// `resetting_domain`
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub resetting_domain: Option<Option<Text<'a>>>,
    /// `recovery_cnt`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_cnt: Option<u32>,
}

/// What is at a PASID: a handle (`null`: one without a name), a domain, or neither where the place is only reserved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WirePasid<'a> {
    /// The PASID.
    pub pasid: u32,
    /// The handle.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub handle: Option<Option<Text<'a>>>,
    /// The domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text<'a>>,
}

/// The fields of a device that changed; all that are observed when it is new.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireDeviceState<'a> {
    /// The domain its hardware uses.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub attached: Option<Option<Text<'a>>>,
    /// The group it is in.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub group: Option<Option<Text<'a>>>,
    /// The driver bound to it.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub driver: Option<Option<Word<DriverKind>>>,
    /// The domain of its ARM mapping.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Option<Text<'a>>>,
    /// Has it DMA operations of its own? Comes with `mapping`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dma_ops: Option<bool>,
    /// Its place in a reset; `null`: it has none.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub reset: Option<Option<WireReset>>,
}

/// A device in a reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WireReset {
    /// `blocked`
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// `reset_depth`
    #[serde(default, skip_serializing_if = "is_zero")]
    pub depth: u32,
}

/// What the teardown did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireEnd<'a> {
    /// Calls into the drivers and WARNs, in order.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub calls: List<WireCall<'a>>,
    /// Domains never freed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub leaked_domains: u32,
    /// Groups never freed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub leaked_groups: u32,
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:literal $variant:ident($form:ident) { $($(#[$attribute:meta])* $field:ident: $type:ty,)* })*) => {
        /// An event: an object with one key, the driver's callback.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(bound(deserialize = "'de: 'a"))]
        pub enum WireCall<'a> {
            $($(#[$doc])* #[serde(rename = $name)] $variant($form<'a>),)*
            /// The kernel printed a WARN.
            #[serde(rename = "WARN")]
            Warn(WireWarn<'a>),
        }

        impl WireCall<'_> {
            /// The names of all events.
            pub const NAMES: &'static [&'static str] = &[$($name,)* "WARN"];
        }

        $(
            /// Arguments of the event of this name.
            #[allow(missing_docs, reason = "the fields are named for what they are")]
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
            pub struct $form<'a> { $($(#[$attribute])* pub $field: $type,)* }
        )*
    };
}

calls! {
    /// The firmware's description of a device was handed to the IOMMU driver.
    "of_xlate" OfXlate(OfXlate) { device: Text<'a>, }
    /// The IOMMU driver is offered a device.
    "probe_device" ProbeDevice(ProbeDevice) {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Word<Errno>>,
    }
    /// The IOMMU driver makes a group, or fails to give a device one.
    "device_group" DeviceGroup(DeviceGroup) {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Word<Errno>>,
    }
    /// The last reference of a group went.
    "group_free" GroupFree(GroupFree) { group: Text<'a>, }
    /// A domain is allocated; `null`: the driver refuses.
    "domain_alloc" DomainAlloc(DomainAlloc) {
        #[serde(deserialize_with = "nullable")]
        domain: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#type: Option<Word<DomainKind>>,
    }
    /// A domain is freed, perhaps while a device's hardware still uses it.
    "domain_free" DomainFree(DomainFree) {
        domain: Text<'a>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        attached: bool,
    }
    /// A device is attached to a domain.
    "attach_dev" AttachDev(AttachDev) {
        device: Text<'a>,
        domain: Text<'a>,
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        from: Option<Option<Text<'a>>>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        freed: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Word<Errno>>,
    }
    /// A device is taken off a domain.
    "detach_dev" DetachDev(DetachDev) { device: Text<'a>, domain: Text<'a>, }
    /// A device is given back to the platform.
    "set_platform_dma_ops" SetPlatformDmaOps(SetPlatformDmaOps) { device: Text<'a>, }
    /// A firmware region is mapped into a domain.
    "map_pages" MapPages(MapPages) { domain: Text<'a>, }
    /// The IOMMU driver finishes a device.
    "probe_finalize" ProbeFinalize(ProbeFinalize) { device: Text<'a>, }
    /// The IOMMU driver lets a device go.
    "release_device" ReleaseDevice(ReleaseDevice) { device: Text<'a>, }
    /// A PASID of a device is attached to a domain.
    "set_dev_pasid" SetDevPasid(SetDevPasid) {
        device: Text<'a>,
        pasid: i32,
        domain: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Word<Errno>>,
    }
    /// A PASID of a device is detached.
    "remove_dev_pasid" RemoveDevPasid(RemoveDevPasid) {
        device: Text<'a>,
        pasid: i32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<Text<'a>>,
    }
    /// The device driver's own probe.
    "driver_probe" DriverProbe(DriverProbe) {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Word<Errno>>,
    }
}

/// A WARN. That there is one is compared, what it says is not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct WireWarn<'a> {
    /// Where in the kernel, or what about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Text<'a>>,
}

impl Serialize for Returned<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Returned::Ok => serializer.serialize_str("ok"),
            Returned::Void => serializer.serialize_str("void"),
            Returned::Errno(errno) => Word(*errno).serialize(serializer),
            Returned::Bool(value) => serializer.serialize_bool(*value),
            Returned::Status(status) => Word(*status).serialize(serializer),
            Returned::Null => serializer.serialize_unit(),
            Returned::Domain(name) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("domain", name)?;
                map.end()
            }
            Returned::Handle(handle, domain) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("handle", handle)?;
                map.serialize_entry("domain", domain)?;
                map.end()
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Returned<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ReturnedVisitor;

        impl<'de> Visitor<'de> for ReturnedVisitor {
            type Value = Returned<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("`ok`, `void`, an errno or a status by name, true, false, null, {\"domain\": NAME} or {\"handle\": NAME, \"domain\": NAME}")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
                if let Some(status) = VfioStatus::of_word(word) {
                    return Ok(Returned::Status(status));
                }
                match word {
                    "ok" => Ok(Returned::Ok),
                    "void" => Ok(Returned::Void),
                    word => super::words::errno(word).map(Returned::Errno).ok_or_else(|| {
                        E::invalid_value(de::Unexpected::Str(&super::error::shortened(word)), &self)
                    }),
                }
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Returned::Bool(value))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Returned::Null)
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let of: Found<'de> = Deserialize::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(match of.handle {
                    None => Returned::Domain(of.domain),
                    Some(handle) => Returned::Handle(handle, of.domain),
                })
            }
        }

        deserializer.deserialize_any(ReturnedVisitor)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct Found<'a> {
    #[serde(default, deserialize_with = "present")]
    handle: Option<Option<Text<'a>>>,
    #[serde(deserialize_with = "nullable")]
    domain: Option<Text<'a>>,
}

/// A value that is there, perhaps as `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn nobody<T>() -> Ordered<'static, T> {
    Ordered(Vec::new())
}

fn is_nobody<T>(map: &Ordered<'_, T>) -> bool {
    map.0.is_empty()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}
