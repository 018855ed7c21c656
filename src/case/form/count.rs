// SPDX-License-Identifier: GPL-2.0-only
//! How often a fault strikes: a number or a word.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// How often a fault strikes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CountForm {
    /// So many times.
    Times(u32),
    /// Without end.
    Always,
}

impl CountForm {
    /// The least number.
    pub(crate) const LEAST: u32 = 1;
    /// The largest number.
    pub(crate) const MOST: u32 = 1000;
}

impl<'de> Deserialize<'de> for CountForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CountForm, D::Error> {
        struct CountVisitor;

        impl CountVisitor {
            fn check<E: Error>(&self, number: Option<u32>, unexpected: &str) -> Result<CountForm, E> {
                match number {
                    Some(times @ CountForm::LEAST..=CountForm::MOST) => Ok(CountForm::Times(times)),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Other(unexpected), self)),
                }
            }
        }

        impl Visitor<'_> for CountVisitor {
            type Value = CountForm;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a number from {} to {} or `always`", CountForm::LEAST, CountForm::MOST)
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_i128<E: Error>(self, number: i128) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_u128<E: Error>(self, number: u128) -> Result<CountForm, E> {
                self.check(u32::try_from(number).ok(), &format!("integer `{number}`"))
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<CountForm, E> {
                match word {
                    "always" => Ok(CountForm::Always),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
                }
            }
        }

        deserializer.deserialize_any(CountVisitor)
    }
}
