// SPDX-License-Identifier: GPL-2.0-only
//! What to run on: `reference`, `reference@RELEASE`.

use std::fmt;
use std::str::FromStr;

use super::failure::Failure;
use crate::history::{self, Point};
use crate::implementation::{Implementation, Reference};

/// What the reference engine is called.
const REFERENCE: &str = "reference";

/// An implementation, as the command line names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum On {
    /// The reference engine at every release: the suite judges itself.
    #[default]
    Reference,
    /// The reference engine at one release, to be judged as any other implementation.
    ReferenceAt(String),
}

/// An implementation that is ready to run scripts.
pub struct Opened {
    /// It.
    pub implementation: Box<dyn Implementation + Send>,
    /// Whose known deviations hold for it: the name in a case's `deviates`.
    pub family: String,
    /// Where in history it says it stands.
    pub point: Option<Point>,
}

/// A name that means nothing.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no implementation (reference, reference@RELEASE)")]
pub struct UnknownImplementation(String);

impl FromStr for On {
    type Err = UnknownImplementation;

    fn from_str(text: &str) -> Result<On, UnknownImplementation> {
        match text.split_once('@') {
            None if text == REFERENCE => Ok(On::Reference),
            Some((REFERENCE, release)) if !release.is_empty() => Ok(On::ReferenceAt(release.to_owned())),
            _ => Err(UnknownImplementation(text.to_owned())),
        }
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Reference => f.write_str(REFERENCE),
            On::ReferenceAt(release) => write!(f, "{REFERENCE}@{release}"),
        }
    }
}

impl On {
    /// Makes it ready. The reference engine without release stands at the newest one.
    ///
    /// # Errors
    /// There is no such release.
    pub fn open(&self) -> Result<Opened, Failure> {
        let newest = || history::points().last().map(|point| point.name.clone()).unwrap_or_default();
        match self {
            On::Reference => On::ReferenceAt(newest()).open(),
            On::ReferenceAt(release) => {
                let point = history::resolve(release)?;
                Ok(Opened {
                    implementation: Box::new(Reference::at(point.clone())),
                    family: REFERENCE.into(),
                    point: Some(point),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("reference", On::Reference)]
    #[case("reference@v6.1", On::ReferenceAt("v6.1".into()))]
    fn names_are_read_and_written(#[case] text: &str, #[case] on: On) {
        assert_eq!(text.parse::<On>().expect("a name"), on);
        assert_eq!(on.to_string(), text);
    }

    #[rstest]
    #[case("")]
    #[case("reference@")]
    #[case("refrence")]
    fn other_names_mean_nothing(#[case] text: &str) {
        assert!(text.parse::<On>().is_err());
    }
}
