// SPDX-License-Identifier: GPL-2.0-only
//! The JSON of recorded traces, as it stands in the file.
//!
//! A line is a script followed by what a kernel made of it. Text is borrowed from the line where it can be.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// More entries than this in one map are no script that a kernel has run.
const MAP_LIMIT: usize = 64;

/// The first line of a file: where the traces come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the line protocol; only programs that answer say it, recorded files do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<u32>,
    /// A short name, such as `6.1` or `6.1-armhf`.
    pub kernel: String,
    /// What the kernel calls itself.
    pub release: String,
    /// The package or the sources it was built from.
    pub package: String,
}

/// A script, and its result when it has been run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line<'a> {
    /// The script's name.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text<'a>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text<'a>>,
    /// The architecture, where the file's header does not say it: `generic` or `arm32`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Text<'a>>,
    /// Settings of the mock driver, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cfg: Option<Ordered<'a, Scalar<'a>>>,
    /// Groups and devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topo: Option<Topology<'a>>,
    /// The operations.
    pub ops: Vec<OpText<'a>>,
    /// Lines of the setup that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Vec<SetupAnswer<'a>>>,
    /// What each operation did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<Step<'a>>>,
    /// What the teardown did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Teardown<'a>>,
    /// What the console said when the kernel died.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crash: Option<Vec<Text<'a>>>,
    /// What the console said when the kernel stopped answering.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hang: Option<Vec<Text<'a>>>,
}

/// Groups and devices of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topology<'a> {
    /// Options of groups.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Ordered<'a, Ordered<'a, Scalar<'a>>>>,
    /// Devices with their options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devs: Option<Ordered<'a, Ordered<'a, Scalar<'a>>>>,
}

/// A setup line and what the kernel answered to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetupAnswer<'a>(#[serde(borrow)] pub Text<'a>, pub Scalar<'a>);

/// What one operation did. A field that is absent was not observed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step<'a> {
    /// What it returned.
    #[serde(borrow, default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub r: Option<Return<'a>>,
    /// Why it did not run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip: Option<Text<'a>>,
    /// What is wrong with the operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<Text<'a>>,
    /// WARNs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub w: Option<u64>,
    /// Calls into the drivers, in order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cb: Option<Vec<Text<'a>>>,
    /// There were more calls than the recorder keeps.
    #[serde(default, skip_serializing_if = "is_false")]
    pub lost: bool,
    /// Groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub g: Option<Ordered<'a, Group<'a>>>,
    /// Devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d: Option<Ordered<'a, Device<'a>>>,
}

/// A group after a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oc: Option<u64>,
    /// Owner.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub ow: Option<Option<Text<'a>>>,
    /// PASIDs attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pa: Option<u64>,
    /// Devices.
    pub dv: Vec<Text<'a>>,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "is_false")]
    pub lost: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Tells a field that is null from one that is absent.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Text that is borrowed from the line when it has no escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Text<'a>(pub Cow<'a, str>);

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Text(Cow::Borrowed(text))
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        d.deserialize_str(V)
    }
}

/// A string or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Scalar<'a> {
    /// A string.
    Text(Text<'a>),
    /// A number.
    Number(i64),
}

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scalar::Text(text) => text.fmt(f),
            Scalar::Number(number) => number.fmt(f),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a whole number")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Text(Cow::Borrowed(text))))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Text(Cow::Owned(text.to_owned()))))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Scalar::Number(number))
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
                i64::try_from(number).map(Scalar::Number).map_err(|_| E::custom("number out of range"))
            }
        }
        d.deserialize_any(V)
    }
}

/// What an operation returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Return<'a> {
    /// A void function came back: `null`.
    Void,
    /// 0, a truth value or a negative errno.
    Number(i64),
    /// A word, such as `nosys`.
    Word(Text<'a>),
}

impl fmt::Display for Return<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Return::Void => f.write_str("null"),
            Return::Number(number) => number.fmt(f),
            Return::Word(word) => word.fmt(f),
        }
    }
}

impl Serialize for Return<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Return::Void => s.serialize_unit(),
            Return::Number(number) => s.serialize_i64(*number),
            Return::Word(word) => word.serialize(s),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Return<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(match Option::<Scalar<'a>>::deserialize(d)? {
            None => Return::Void,
            Some(Scalar::Number(number)) => Return::Number(number),
            Some(Scalar::Text(word)) => Return::Word(word),
        })
    }
}

impl Serialize for Device<'_> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let (a, g, d) = (&self.attached, &self.group, &self.driver);
        match &self.arm {
            None => (a, g, d).serialize(s),
            Some((mapping, ops)) => (a, g, d, mapping, ops).serialize(s),
        }
    }
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

/// An operation: words in one string, or a list of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct OpText<'a>(pub Text<'a>);

impl<'de: 'a, 'a> Deserialize<'de> for OpText<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = OpText<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an operation: a string or a list of words")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(OpText(text.into()))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(OpText(text.to_owned().into()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut text = String::new();
                while let Some(word) = seq.next_element::<Scalar<'de>>()? {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(&word.to_string());
                }
                Ok(OpText(text.into()))
            }
        }
        d.deserialize_any(V)
    }
}

/// A map in the order of the file, without duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered<'a, T>(pub Vec<(Text<'a>, T)>);

impl<T> Default for Ordered<'_, T> {
    fn default() -> Self {
        Ordered(Vec::new())
    }
}

impl<T> Ordered<'_, T> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&T> {
        self.0.iter().find(|(name, _)| name.as_str() == key).map(|(_, value)| value)
    }
}

impl<T: Serialize> Serialize for Ordered<'_, T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Ordered<'a, T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct V<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Ordered<'de, T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(Text<'de>, T)> = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if entries.len() >= MAP_LIMIT {
                        return Err(de::Error::custom(format!("more than {MAP_LIMIT} entries in a map")));
                    }
                    if entries.iter().any(|(known, _)| *known == key) {
                        return Err(de::Error::custom(format!("duplicate key `{key}`")));
                    }
                    entries.push((key, map.next_value()?));
                }
                Ok(Ordered(entries))
            }
        }
        d.deserialize_map(V(std::marker::PhantomData))
    }
}
