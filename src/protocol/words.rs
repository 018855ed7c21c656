// SPDX-License-Identifier: GPL-2.0-only
//! The fixed words of the protocol: those of the cases.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserializer, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::script::{Errno, Worded};

/// A value that is written as its word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Word<T>(pub T);

impl<T: Worded> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Worded> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor<T>(PhantomData<T>);

        impl<T: Worded> Visitor<'_> for WordVisitor<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}: ", T::WHAT)?;
                for (index, value) in T::ALL.iter().enumerate() {
                    let before = match index {
                        0 => "",
                        last if last + 1 == T::ALL.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{before}`{}`", value.word())?;
                }
                Ok(())
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Word<T>, E> {
                T::of_word(word).map(Word).ok_or_else(|| {
                    E::invalid_value(de::Unexpected::Str(&super::error::shortened(word)), &self)
                })
            }
        }

        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

/// What stands before the number of an errno without a name.
const NAMELESS: &str = "errno ";

impl Serialize for Word<Errno> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Word<Errno> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ErrnoVisitor;

        impl Visitor<'_> for ErrnoVisitor {
            type Value = Word<Errno>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an errno by name, such as `EBUSY`, or `errno N`")
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Word<Errno>, E> {
                errno(word).map(Word).ok_or_else(|| {
                    E::invalid_value(de::Unexpected::Str(&super::error::shortened(word)), &self)
                })
            }
        }

        deserializer.deserialize_str(ErrnoVisitor)
    }
}

/// The errno of this word.
pub(super) fn errno(word: &str) -> Option<Errno> {
    Errno::from_name(word)
        .or_else(|| Errno::from_number(word.strip_prefix(NAMELESS).and_then(|number| number.parse().ok())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{
        Arch, Bus, DefaultType, DetachOps, DomainKind, DriverKind, FaultKind, Field, Static,
    };
    use rstest::rstest;

    fn every_word_reads_back<T: Worded + PartialEq + fmt::Debug>() {
        for value in T::ALL {
            assert_eq!(T::of_word(value.word()), Some(*value));
        }
    }

    #[test]
    fn words_read_back() {
        every_word_reads_back::<Arch>();
        every_word_reads_back::<DefaultType>();
        every_word_reads_back::<DomainKind>();
        every_word_reads_back::<DetachOps>();
        every_word_reads_back::<Static>();
        every_word_reads_back::<Bus>();
        every_word_reads_back::<DriverKind>();
        every_word_reads_back::<Field>();
        every_word_reads_back::<FaultKind>();
    }

    #[rstest]
    #[case("EBUSY", Some(16))]
    #[case("errno 77", Some(77))]
    #[case("errno 0", None)]
    #[case("errno -1", None)]
    #[case("ebusy", None)]
    #[case("-16", None)]
    fn errnos(#[case] word: &str, #[case] number: Option<u16>) {
        assert_eq!(errno(word).map(Errno::number), number);
    }

    #[test]
    fn a_wrong_word_is_told_with_those_allowed() {
        let error = serde_json::from_str::<Word<DriverKind>>("\"vfio\"").expect_err("no such word");
        let message = error.to_string();
        assert!(
            message
                .starts_with("invalid value: string \"vfio\", expected a driver: `kernel_dma`, `managed`, "),
            "{message}"
        );
    }
}
