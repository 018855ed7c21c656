// SPDX-License-Identifier: GPL-2.0-only
//! The small parts that every form is made of: words, ordered maps and bounded numbers.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

/// A scalar as it is written. It borrows from the text wherever it can, so its place is known without
/// a second pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'t>(Cow<'t, str>);

impl<'t> Word<'t> {
    /// A part of the text.
    pub(crate) fn borrowed(text: &'t str) -> Word<'t> {
        Word(Cow::Borrowed(text))
    }

    /// Not a part of the text.
    pub(crate) fn owned(text: &str) -> Word<'t> {
        Word(Cow::Owned(text.to_owned()))
    }

    /// The characters.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The part of the text that it is, unless it had to be rewritten (escapes, several lines).
    pub(crate) fn spot(&self) -> Option<&'t str> {
        match self.0 {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        }
    }

    /// Is it YAML's way of saying nothing?
    pub(crate) fn is_null(&self) -> bool {
        matches!(self.text(), "null" | "~" | "")
    }
}

impl<'de: 't, 't> Deserialize<'de> for Word<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Word<'t>, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordVisitor<'t>(PhantomData<&'t ()>);

impl<'de: 't, 't> Visitor<'de> for WordVisitor<'t> {
    type Value = Word<'t>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'t>, E> {
        Ok(Word::borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word<'t>, E> {
        Ok(Word::owned(text))
    }
}

/// Entries of a map; more cannot mean anything, and looking for duplicates takes time.
pub(crate) const MAX_ENTRIES: usize = 64;

/// A map in the order in which it is written; a key that comes twice is refused.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'t, V>(pub(crate) Vec<(Word<'t>, V)>);

impl<V> Default for Entries<'_, V> {
    fn default() -> Self {
        Entries(Vec::new())
    }
}

impl<'de: 't, 't, V: Deserialize<'de>> Deserialize<'de> for Entries<'t, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<'t, V>(PhantomData<(&'t (), V)>);

impl<'de: 't, 't, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<'t, V> {
    type Value = Entries<'t, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries: Vec<(Word<'t>, V)> = Vec::new();
        while let Some(key) = map.next_key_seed(CheckedKey(|key: &str| {
            if entries.len() >= MAX_ENTRIES {
                return Err(format!("invalid value: more, expected at most {MAX_ENTRIES} entries"));
            }
            if entries.iter().any(|entry| entry.0.text() == key) { Err(duplicate(key)) } else { Ok(()) }
        }))? {
            entries.push((key, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}

/// A list that is not empty.
#[derive(Clone, Debug)]
pub(crate) struct Filled<T>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Filled<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FilledVisitor(PhantomData))
    }
}

struct FilledVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FilledVisitor<T> {
    type Value = Filled<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list that is not empty")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Filled<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        if items.is_empty() {
            return Err(A::Error::invalid_value(Unexpected::Other("an empty one"), &self));
        }
        Ok(Filled(items))
    }
}

/// A key that must pass a check; failing there gives the error the key's place.
pub(crate) struct CheckedKey<F>(pub(crate) F);

impl<'de, F: Fn(&str) -> Result<(), String>> DeserializeSeed<'de> for CheckedKey<F> {
    type Value = Word<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Word<'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, F: Fn(&str) -> Result<(), String>> Visitor<'de> for CheckedKey<F> {
    type Value = Word<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Word<'de>, E> {
        self.0(key).map_err(E::custom)?;
        Ok(Word::borrowed(key))
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Word<'de>, E> {
        self.0(key).map_err(E::custom)?;
        Ok(Word::owned(key))
    }
}

/// What is said of a key that comes twice; the same words that derived forms use.
pub(crate) fn duplicate(key: &str) -> String {
    format!("duplicate field `{key}`")
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounded<const MIN: i128, const MAX: i128>(i128);

impl<const MIN: i128, const MAX: i128> Bounded<MIN, MAX> {
    /// The number in a type that holds the whole range; `T`'s zero if it does not, which no use of this
    /// type allows.
    pub(crate) fn get<T: TryFrom<i128> + Default>(self) -> T {
        T::try_from(self.0).unwrap_or_default()
    }
}

impl<'de, const MIN: i128, const MAX: i128> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundedVisitor::<MIN, MAX>)
    }
}

struct BoundedVisitor<const MIN: i128, const MAX: i128>;

impl<const MIN: i128, const MAX: i128> BoundedVisitor<MIN, MAX> {
    fn check<E: Error>(&self, number: i128) -> Result<Bounded<MIN, MAX>, E> {
        if (MIN..=MAX).contains(&number) {
            Ok(Bounded(number))
        } else {
            Err(E::invalid_value(Unexpected::Other(&format!("integer `{number}`")), self))
        }
    }
}

impl<const MIN: i128, const MAX: i128> Visitor<'_> for BoundedVisitor<MIN, MAX> {
    type Value = Bounded<MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number from {MIN} to {MAX}")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.check(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.check(number.into())
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Self::Value, E> {
        self.check(number)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Self::Value, E> {
        self.check(i128::try_from(number).unwrap_or(i128::MAX))
    }
}
