// SPDX-License-Identifier: GPL-2.0-only
//! Which release the kernel of a recording is.

use thiserror::Error;

use super::wire::Header;
use crate::history::{self, Point};
use crate::script::Arch;

/// In the recording of this commit the driver core is the one of the finished series, so that it behaves as the
/// series' last commit with the IOMMU core of this one does.
const RECORDED_WITH_SERIES: &str = "1ea2a07a532b";
/// That last commit.
const SERIES_END: &str = "512881eacfa7";

/// No release of ours fits a recording.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// The package names no version.
    #[error("cannot tell the release from package `{0}`; name one with --release")]
    NoVersion(String),
    /// No release near that version is known.
    #[error("no known release for {wanted} (package `{package}`); name one with --release")]
    UnknownVersion {
        /// The version.
        wanted: String,
        /// The package.
        package: String,
    },
}

/// The point of history a recording is compared with.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The name that the header gives.
    pub wanted: String,
    /// The nearest known point that is not above it.
    pub point: Point,
}

impl Header {
    /// The architecture, as the short name has it.
    #[must_use]
    pub fn arch(&self) -> Arch {
        if self.kernel.ends_with("-armhf") { Arch::Arm32 } else { Arch::Generic }
    }

    /// The release name that the header gives, such as `v6.1.192` or `commit:512881eacfa7`.
    #[must_use]
    pub fn wanted(&self) -> Option<String> {
        if self.protocol.is_some() {
            return Some(self.release.clone());
        }
        if let Some((_, rest)) = self.package.split_once("of commit ") {
            let id: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            let id = if id == RECORDED_WITH_SERIES { SERIES_END } else { &id };
            return Some(format!("commit:{id}"));
        }
        let text = self.package.split_once(" of v").map_or(self.package.as_str(), |(_, rest)| rest);
        first_version(text).map(|version| format!("v{version}"))
    }

    /// The point of history to compare with.
    ///
    /// # Errors
    /// The header names no version, or none that is known.
    pub fn choose(&self) -> Result<Chosen, HeaderError> {
        let wanted = self.wanted().ok_or_else(|| HeaderError::NoVersion(self.package.clone()))?;
        match history::resolve(&wanted) {
            Ok(point) => Ok(Chosen { wanted, point }),
            Err(_) => Err(HeaderError::UnknownVersion { wanted, package: self.package.clone() }),
        }
    }
}

/// The first thing in a text that looks like a version: `6.1.192` in `6.1.192-2`, `6.2-rc4` in `v6.2-rc4 (own)`.
fn first_version(text: &str) -> Option<String> {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let mut rest = text;
    loop {
        let start = rest.find(|c: char| c.is_ascii_digit())?;
        rest = &rest[start..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (numbers, behind) = rest.split_at(end);
        let numbers = numbers.trim_end_matches('.');
        if numbers.contains('.') && numbers.split('.').all(|n| !n.is_empty()) {
            let candidate = behind.strip_prefix("-rc").map(digits).filter(|n| !n.is_empty());
            return Some(candidate.map_or(numbers.to_owned(), |n| format!("{numbers}-rc{n}")));
        }
        rest = behind;
    }
}
