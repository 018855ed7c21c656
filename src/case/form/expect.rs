// SPDX-License-Identifier: GPL-2.0-only
//! `expect:` as it is written: a value, or a map from release ranges to values.

use std::fmt;
use std::marker::PhantomData;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};

use super::{
    Bounded, CheckedKey, DeviceName, DriverAfter, Entries, OutcomeOrNull, OwnerAfter, SlotContent, Symbol,
    Word, duplicate,
};

/// An expectation.
#[derive(Debug)]
pub(crate) enum ExpectForm<'t> {
    /// The same on every release.
    Always(ValueForm<'t>),
    /// By release range.
    Ranges(Vec<(Word<'t>, ValueForm<'t>)>),
}

/// What must be observed.
#[derive(Debug)]
pub(crate) enum ValueForm<'t> {
    /// Only the outcome.
    Outcome(Word<'t>),
    /// The outcome and the state afterwards.
    State(Box<StateForm<'t>>),
}

/// What must be observed after the step.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 't"))]
#[schemars(rename = "State", extend("x-heading" = true))]
pub(crate) struct StateForm<'t> {
    pub r#return: Option<OutcomeOrNull<'t>>,
    /// How many WARNs the kernel prints in this step.
    pub warns: Option<Bounded<0, 1000>>,
    /// `domain` of groups: `{ g: drm }`.
    #[serde(default)]
    pub domain: Entries<'t, Symbol<'t>>,
    /// `default_domain` of groups.
    #[serde(default)]
    pub default_domain: Entries<'t, Symbol<'t>>,
    /// `blocking_domain` of groups.
    #[serde(default)]
    pub blocking_domain: Entries<'t, Symbol<'t>>,
    /// `owner_cnt` of groups: `{ g: 1 }`.
    #[serde(default)]
    pub owner_cnt: Entries<'t, Bounded<0, { u32::MAX as i128 }>>,
    /// `owner` of groups: `{ g: vfio }` or `{ g: null }`.
    #[serde(default)]
    pub owner: Entries<'t, OwnerAfter<'t>>,
    /// What is at the PASIDs of groups: `{ g: { 0: h0, 5: drm, 6: (a handle) } }`.
    #[serde(default)]
    #[schemars(schema_with = "super::schema::pasids")]
    pub pasids: Entries<'t, Entries<'t, SlotContent<'t>>>,
    /// `domain` of handles: `{ h0: drm }`.
    #[serde(default)]
    pub handle_domain: Entries<'t, Symbol<'t>>,
    /// What the hardware uses for devices: `{ d: drm }`.
    #[serde(default)]
    pub attached: Entries<'t, Symbol<'t>>,
    /// The drivers of devices: `{ d: kernel_dma }`, or `{ d: null }`.
    #[serde(default)]
    pub driver: Entries<'t, DriverAfter<'t>>,
    /// The devices of groups, in list order: `{ g: [a, b] }`.
    #[serde(default)]
    pub devices: Entries<'t, Vec<DeviceName<'t>>>,
    /// `resetting_domain` of groups with devices on PCI, v7.0 alone: `{ g: blocking(g) }`.
    #[serde(default)]
    pub resetting_domain: Entries<'t, Symbol<'t>>,
    /// `recovery_cnt` of groups with devices on PCI, later than v7.0: `{ g: 1 }`.
    #[serde(default)]
    pub recovery_cnt: Entries<'t, Bounded<0, { u32::MAX as i128 }>>,
    /// Are devices on PCI blocked for a reset? `{ d: true }`.
    #[serde(default)]
    pub blocked: Entries<'t, bool>,
    /// `reset_depth` of devices on PCI: `{ d: 2 }`.
    #[serde(default)]
    pub reset_depth: Entries<'t, Bounded<0, { u32::MAX as i128 }>>,
}

impl StateForm<'_> {
    /// Its fields; a map with one of these keys is a value, any other is a map of ranges.
    pub(crate) const FIELDS: &'static [&'static str] = &[
        "return",
        "warns",
        "domain",
        "default_domain",
        "blocking_domain",
        "owner_cnt",
        "owner",
        "pasids",
        "handle_domain",
        "attached",
        "driver",
        "devices",
        "resetting_domain",
        "recovery_cnt",
        "blocked",
        "reset_depth",
    ];
}

impl<'de: 't, 't> Deserialize<'de> for ExpectForm<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpectVisitor(PhantomData))
    }
}

struct ExpectVisitor<'t>(PhantomData<&'t ()>);

impl<'de: 't, 't> Visitor<'de> for ExpectVisitor<'t> {
    type Value = ExpectForm<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an outcome, a map of the state, or a map of release ranges")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut ranges: Vec<(Word<'t>, ValueForm<'t>)> = Vec::new();
        while let Some(key) = map.next_key_seed(CheckedKey(|key: &str| range_key(key, &ranges)))? {
            if StateForm::FIELDS.contains(&key.text()) {
                return state(key, map).map(ExpectForm::Always);
            }
            ranges.push((key, map.next_value()?));
        }
        if ranges.is_empty() {
            Err(A::Error::custom("empty expectation"))
        } else {
            Ok(ExpectForm::Ranges(ranges))
        }
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        ValueVisitor(PhantomData).visit_bool(truth).map(ExpectForm::Always)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        ValueVisitor(PhantomData).visit_borrowed_str(text).map(ExpectForm::Always)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        ValueVisitor(PhantomData).visit_str(text).map(ExpectForm::Always)
    }
}

/// May this key follow these ranges?
fn range_key(key: &str, ranges: &[(Word<'_>, ValueForm<'_>)]) -> Result<(), String> {
    match ranges.first() {
        Some(_) if ranges.iter().any(|range| range.0.text() == key) => Err(duplicate(key)),
        Some(first) if StateForm::FIELDS.contains(&key) => {
            Err(format!("release range `{}` beside `{key}`", first.0.text()))
        }
        _ => Ok(()),
    }
}

impl<'de: 't, 't> Deserialize<'de> for ValueForm<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor(PhantomData))
    }
}

struct ValueVisitor<'t>(PhantomData<&'t ()>);

impl<'de: 't, 't> Visitor<'de> for ValueVisitor<'t> {
    type Value = ValueForm<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an outcome or a map of the state")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        StateForm::deserialize(MapAccessDeserializer::new(map)).map(|state| ValueForm::State(Box::new(state)))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(ValueForm::Outcome(Word::borrowed(if truth { "true" } else { "false" })))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(ValueForm::Outcome(Word::borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(ValueForm::Outcome(Word::owned(text)))
    }
}

/// Reads the map form of a value whose first key has been taken off already.
fn state<'de: 't, 't, A: MapAccess<'de>>(first: Word<'t>, rest: A) -> Result<ValueForm<'t>, A::Error> {
    let map = Resumed { first: Some(first.text().to_owned()), rest };
    StateForm::deserialize(MapAccessDeserializer::new(map)).map(|state| ValueForm::State(Box::new(state)))
}

/// A map from which the first key was taken and is put back.
struct Resumed<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Resumed<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(key) => seed.deserialize(serde::de::value::StringDeserializer::new(key)).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}
