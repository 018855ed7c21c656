// SPDX-License-Identifier: GPL-2.0-only
//! Values that have a short form: a word or a list instead of a map, a map instead of a list; and values that may be
//! left out.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::Filled;

/// A word, or a map that says more.
#[derive(Clone, Debug)]
pub(crate) enum Short<W, L> {
    /// The short form.
    Word(W),
    /// The long form.
    Map(L),
}

impl<'de, W: Deserialize<'de>, L: Deserialize<'de>> Deserialize<'de> for Short<W, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShortVisitor(PhantomData))
    }
}

struct ShortVisitor<W, L>(PhantomData<(W, L)>);

impl<'de, W: Deserialize<'de>, L: Deserialize<'de>> Visitor<'de> for ShortVisitor<W, L> {
    type Value = Short<W, L>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name or a map")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        W::deserialize(BorrowedStrDeserializer::new(text)).map(Short::Word)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        W::deserialize(text.into_deserializer()).map(Short::Word)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        L::deserialize(MapAccessDeserializer::new(map)).map(Short::Map)
    }
}

/// A list, or a map that says more.
#[derive(Clone, Debug)]
pub(crate) enum Listed<S, L> {
    /// The short form.
    List(Vec<S>),
    /// The long form.
    Map(L),
}

impl<'de, S: Deserialize<'de>, L: Deserialize<'de>> Deserialize<'de> for Listed<S, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListedVisitor(PhantomData))
    }
}

struct ListedVisitor<S, L>(PhantomData<(S, L)>);

impl<'de, S: Deserialize<'de>, L: Deserialize<'de>> Visitor<'de> for ListedVisitor<S, L> {
    type Value = Listed<S, L>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or a map")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Listed::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        L::deserialize(MapAccessDeserializer::new(map)).map(Listed::Map)
    }
}

/// A map, or a list of such maps that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct OneOrMore<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMore<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMoreVisitor(PhantomData))
    }
}

struct OneOrMoreVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMoreVisitor<T> {
    type Value = OneOrMore<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map, or a list of maps that is not empty")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Filled::deserialize(SeqAccessDeserializer::new(list)).map(|Filled(items)| OneOrMore(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(|one| OneOrMore(vec![one]))
    }
}

/// A value that may be left out, which is not the same as `null`.
#[derive(Clone, Debug)]
pub(crate) struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Maybe<T> {
        Maybe(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Maybe<T>, D::Error> {
        T::deserialize(deserializer).map(|value| Maybe(Some(value)))
    }
}
