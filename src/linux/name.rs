// SPDX-License-Identifier: GPL-2.0-only
//! Names of kernels.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::arch::Arch;

/// What a kernel for 32-bit ARM ends in.
const ARM_SUFFIX: &str = "-armhf";

/// The name of a kernel, such as `6.1`, `6.1-armhf` or `7.3.0-mine+`; it is also the name of its folder. They are
/// ordered by the numbers in them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KernelName(String);

/// A name that no folder can have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{0}` cannot be the name of a kernel: it takes letters, digits and `.`, `_`, `+`, `-`, `~`, a letter or a digit first"
)]
pub struct BadName(String);

impl KernelName {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The architecture that the name tells.
    #[must_use]
    pub fn arch(&self) -> Arch {
        if self.0.ends_with(ARM_SUFFIX) { Arch::Armhf } else { Arch::Amd64 }
    }

    /// The name without its architecture.
    #[must_use]
    pub fn version(&self) -> &str {
        self.0.strip_suffix(ARM_SUFFIX).unwrap_or(&self.0)
    }
}

impl FromStr for KernelName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<KernelName, BadName> {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-' | '~');
        if text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(good) {
            Ok(KernelName(text.to_owned()))
        } else {
            Err(BadName(text.to_owned()))
        }
    }
}

impl fmt::Display for KernelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for KernelName {
    fn cmp(&self, other: &KernelName) -> Ordering {
        compare_versions(&self.0, &other.0)
    }
}

impl PartialOrd for KernelName {
    fn partial_cmp(&self, other: &KernelName) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares by the numbers in two texts: `6.1.0-9` comes before `6.1.0-10`.
#[must_use]
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    let pieces = |text: &str| -> Vec<(String, u64)> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(digits);
            let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
            let (number, behind) = behind.split_at(end);
            let number = if number.is_empty() { 0 } else { number.parse().unwrap_or(u64::MAX) };
            pieces.push((word.to_owned(), number));
            rest = behind;
        }
        pieces
    };
    pieces(left).cmp(&pieces(right)).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("6.1", "6.12", Ordering::Less)]
    #[case("6.1.0-9-amd64", "6.1.0-10-amd64", Ordering::Less)]
    #[case("6.12.117+deb12-amd64", "6.12.95+deb12-amd64", Ordering::Greater)]
    #[case("6.1", "6.1", Ordering::Equal)]
    #[case("6.1", "6.1-armhf", Ordering::Less)]
    #[case("5.10", "5.10-armhf", Ordering::Less)]
    #[case("mine", "mine2", Ordering::Less)]
    #[case("5.10-armhf", "6.1", Ordering::Less)]
    fn versions_are_ordered_by_their_numbers(
        #[case] left: &str,
        #[case] right: &str,
        #[case] order: Ordering,
    ) {
        assert_eq!(compare_versions(left, right), order);
        assert_eq!(compare_versions(right, left), order.reverse());
    }

    #[rstest]
    #[case("")]
    #[case(".hidden")]
    #[case("../6.1")]
    #[case("a/b")]
    #[case("a b")]
    fn a_name_is_a_folder_name(#[case] text: &str) {
        assert_eq!(text.parse::<KernelName>(), Err(BadName(text.to_owned())));
    }

    #[test]
    fn a_name_tells_the_architecture() {
        let name: KernelName = "6.1-armhf".parse().unwrap();
        assert_eq!((name.arch(), name.version()), (Arch::Armhf, "6.1"));
        let name: KernelName = "7.3.0-rc1+".parse().unwrap();
        assert_eq!((name.arch(), name.version()), (Arch::Amd64, "7.3.0-rc1+"));
    }
}
