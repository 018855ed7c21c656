// SPDX-License-Identifier: GPL-2.0-only
//! What each operation of a script says.

use serde::de::Deserializer;
use serde::{Deserialize, Serialize};

use super::usual::{first_file, is_first_file, is_usual, is_usual_size, usual_size};
use crate::implementation::recorded::wire::{Scalar, Text};
use crate::protocol::bounded::List;
use crate::protocol::nullable;
use crate::protocol::words::Word;
use crate::script::{DomainKind, DriverKind, Errno, FaultKind, Field, VfioIommu};

/// No arguments: `{}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Domain types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kinds {
    /// Which.
    pub types: List<Word<DomainKind>>,
}

macro_rules! arguments {
    ($($(#[$doc:meta])* $name:ident { $($(#[$attribute:meta])* $field:ident: $form:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[allow(missing_docs, reason = "the fields are named for what they are")]
            #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
            pub struct $name<'a> { $($(#[$attribute])* pub $field: $form,)* }
        )*
    };
}

arguments! {
    /// A device.
    OfDevice { device: Text<'a>, }
    /// A group.
    OfGroup { group: Text<'a>, }
    /// A domain.
    OfDomain { domain: Text<'a>, }
    /// A device that appears, perhaps matched by a driver at once.
    Add {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        driver: Option<Word<DriverKind>>,
    }
    /// A device and a driver.
    BindTo { device: Text<'a>, driver: Word<DriverKind>, }
    /// A group and an owner; `null` is the NULL pointer.
    GroupOwner {
        group: Text<'a>,
        #[serde(deserialize_with = "nullable")]
        owner: Option<Text<'a>>,
    }
    /// A device and an owner; `null` is the NULL pointer.
    DeviceOwner {
        device: Text<'a>,
        #[serde(deserialize_with = "nullable")]
        owner: Option<Text<'a>>,
    }
    /// A domain and a device.
    DomainDevice { domain: Text<'a>, device: Text<'a>, }
    /// A domain and a group.
    DomainGroup { domain: Text<'a>, group: Text<'a>, }
    /// A domain, a device and a PASID.
    DomainPasid { domain: Text<'a>, device: Text<'a>, pasid: i32, }
    /// The same and a handle; `null` is the NULL pointer, without one it is a new one without a name.
    AttachPasid {
        domain: Text<'a>,
        device: Text<'a>,
        pasid: i32,
        #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
        handle: Option<Option<Text<'a>>>,
    }
    /// A domain, a device, a PASID and a handle; `null` is the NULL pointer.
    ReplacePasid {
        domain: Text<'a>,
        device: Text<'a>,
        pasid: i32,
        #[serde(deserialize_with = "nullable")]
        handle: Option<Text<'a>>,
    }
    /// A domain, a group and a handle; `null` is the NULL pointer.
    GroupHandle {
        domain: Text<'a>,
        group: Text<'a>,
        #[serde(deserialize_with = "nullable")]
        handle: Option<Text<'a>>,
    }
    /// The same; the domain may be the NULL pointer too.
    ReplaceHandle {
        #[serde(deserialize_with = "nullable")]
        domain: Option<Text<'a>>,
        group: Text<'a>,
        #[serde(deserialize_with = "nullable")]
        handle: Option<Text<'a>>,
    }
    /// The PASID of a group, and perhaps a type of domain.
    HandleGet {
        group: Text<'a>,
        pasid: i32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        r#type: Option<Word<DomainKind>>,
    }
    /// A group and the word for its `type`.
    GroupType { group: Text<'a>, r#type: Text<'a>, }
    /// A device and a group.
    DeviceGroup { device: Text<'a>, group: Text<'a>, }
    /// A mapping to make.
    CreateMapping {
        mapping: Text<'a>,
        device: Text<'a>,
        #[serde(default = "usual_size", skip_serializing_if = "is_usual_size")]
        size: u64,
    }
    /// A device and a mapping; without one, what was last taken off the device.
    AttachMapping {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mapping: Option<Text<'a>>,
    }
    /// Either a mapping or the device that it was last taken off.
    ReleaseMapping {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mapping: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<Text<'a>>,
    }
    /// A device and a context of iommufd.
    DeviceContext { device: Text<'a>, context: Text<'a>, }
    /// An address space of iommufd to make, and its context.
    IoasContext { ioas: Text<'a>, context: Text<'a>, }
    /// A page table of iommufd to make.
    AllocHwpt {
        hwpt: Text<'a>,
        ioas: Text<'a>,
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "is_usual")]
        pasid: bool,
    }
    /// A device, perhaps a PASID, and either a page table or an address space.
    AttachTable {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hwpt: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ioas: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pasid: Option<u32>,
    }
    /// A device, perhaps a PASID.
    DetachTable {
        device: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pasid: Option<u32>,
    }
    /// An open file of a device.
    WireFile {
        device: Text<'a>,
        #[serde(default = "first_file", skip_serializing_if = "is_first_file")]
        file: u8,
    }
    /// An open file of a device, and a context of iommufd.
    FileContext {
        device: Text<'a>,
        #[serde(default = "first_file", skip_serializing_if = "is_first_file")]
        file: u8,
        context: Text<'a>,
    }
    /// An open file of a device, perhaps a PASID, and either a page table or an address space.
    AttachFile {
        device: Text<'a>,
        #[serde(default = "first_file", skip_serializing_if = "is_first_file")]
        file: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hwpt: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ioas: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pasid: Option<u32>,
    }
    /// An open file of a device, perhaps a PASID.
    DetachFile {
        device: Text<'a>,
        #[serde(default = "first_file", skip_serializing_if = "is_first_file")]
        file: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pasid: Option<u32>,
    }
    /// Either a page table or an address space.
    WireTable {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hwpt: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ioas: Option<Text<'a>>,
    }
    /// A container.
    OfContainer { container: Text<'a>, }
    /// A group and a container.
    GroupContainer {
        group: Text<'a>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iommufd: Option<Text<'a>>,
    }
    /// A container, or a context of iommufd in its place, and its IOMMU.
    ContainerIommu {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        container: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        iommufd: Option<Text<'a>>,
        r#type: Word<VfioIommu>,
    }
    /// A context of iommufd.
    OfContext { context: Text<'a>, }
    /// A fault.
    WireFault {
        call: Word<FaultKind>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain: Option<Text<'a>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        domain_type: Option<Word<DomainKind>>,
        errno: Word<Errno>,
        #[serde(default, skip_serializing_if = "is_usual")]
        skip: u32,
        #[serde(default, skip_serializing_if = "is_usual")]
        count: Count,
    }
    /// A write to a private field; `null` is the NULL pointer.
    PokeField {
        group: Text<'a>,
        field: Word<Field>,
        #[serde(deserialize_with = "nullable")]
        value: Option<Scalar<'a>>,
    }
}

/// A value that is there, perhaps as `null`.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// How often a fault strikes: a number or `always`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub Option<u32>);

impl Default for Count {
    fn default() -> Count {
        Count(Some(1))
    }
}

impl Serialize for Count {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Some(count) => serializer.serialize_u32(count),
            None => serializer.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        match Scalar::deserialize(deserializer)? {
            Scalar::Number(count) => u32::try_from(count).ok().map(Some),
            Scalar::Text(text) => (text.as_str() == "always").then_some(None),
        }
        .map(Count)
        .ok_or_else(|| serde::de::Error::custom("invalid count, expected a number or `always`"))
    }
}
