// SPDX-License-Identifier: GPL-2.0-only
//! The kernels that can be prepared from Debian's packages.

use super::arch::Arch;

/// A kernel of Debian's.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its short name.
    pub name: &'static str,
    /// Its architecture.
    pub arch: Arch,
    /// The suites that have it, all of them needed by apt.
    pub suites: &'static [&'static str],
    /// How its release is named.
    pub releases: Releases,
    /// What its headers' build tools run on.
    pub tools: Tools,
}

/// Releases whose names differ in one number: `6.1.0-56-amd64` and others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Releases {
    /// What stands before the number.
    pub before: &'static str,
    /// What stands behind it.
    pub behind: &'static str,
}

/// What the build tools that come with a kernel's headers need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tools {
    /// This system's compiler and C library will do.
    Host,
    /// The compiler and the C library of a newer suite, in a folder of their own.
    Suite(&'static str),
    /// This system's cross compiler, but the C library of a newer suite.
    LibraryOf(&'static str),
}

const BULLSEYE: &[&str] = &["bullseye"];
const BOOKWORM: &[&str] = &["bookworm"];
const BOOKWORM_SECURITY: &[&str] = &["bookworm", "bookworm-security"];
const BOOKWORM_BACKPORTS: &[&str] = &["bookworm-backports"];
const TRIXIE_BACKPORTS: &[&str] = &["trixie-backports"];
const SID: &[&str] = &["sid"];

/// All of them, oldest first.
pub const CATALOGUE: &[Entry] = &[
    entry("5.10", Arch::Amd64, BULLSEYE, "5.10.0-", "-amd64", Tools::Host),
    entry("5.10-armhf", Arch::Armhf, BULLSEYE, "5.10.0-", "-armmp", Tools::Host),
    entry("6.1", Arch::Amd64, BOOKWORM_SECURITY, "6.1.0-", "-amd64", Tools::Host),
    entry("6.1-armhf", Arch::Armhf, BOOKWORM, "6.1.0-", "-armmp", Tools::Host),
    entry("6.12", Arch::Amd64, BOOKWORM_SECURITY, "6.12.", "+deb12-amd64", Tools::Host),
    entry("6.12-armhf", Arch::Armhf, BOOKWORM_BACKPORTS, "6.12.", "+deb12-armmp", Tools::Host),
    entry("7.2", Arch::Amd64, TRIXIE_BACKPORTS, "7.2.", "+deb13-amd64", Tools::Suite("trixie")),
    entry("7.2-armhf", Arch::Armhf, SID, "7.2.", "+deb14-armmp", Tools::LibraryOf("trixie")),
    entry("7.3", Arch::Amd64, TRIXIE_BACKPORTS, "7.3.", "+deb13-amd64", Tools::Suite("trixie")),
];

const fn entry(
    name: &'static str,
    arch: Arch,
    suites: &'static [&'static str],
    before: &'static str,
    behind: &'static str,
    tools: Tools,
) -> Entry {
    Entry { name, arch, suites, releases: Releases { before, behind }, tools }
}

impl Entry {
    /// The entry of this name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Entry> {
        CATALOGUE.iter().find(|entry| entry.name == name)
    }

    /// The suites in words.
    #[must_use]
    pub fn suite_names(&self) -> String {
        self.suites.join(", ")
    }
}

impl Releases {
    /// Is it one of these?
    #[must_use]
    pub fn has(self, release: &str) -> bool {
        let number = release.strip_prefix(self.before).and_then(|rest| rest.strip_suffix(self.behind));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::linux::name::KernelName;

    #[test]
    fn names_are_ordered_and_tell_the_architecture() {
        let names = CATALOGUE.iter().map(|entry| entry.name.parse().unwrap()).collect::<Vec<KernelName>>();
        assert!(names.is_sorted());
        assert!(CATALOGUE.iter().zip(&names).all(|(entry, name)| entry.arch == name.arch()));
    }

    #[rstest]
    #[case("6.1", "6.1.0-56-amd64", true)]
    #[case("6.1", "6.1.0-56-cloud-amd64", false)]
    #[case("6.1", "6.1.0-56-rt-amd64", false)]
    #[case("6.1", "6.12.117+deb12-amd64", false)]
    #[case("6.12", "6.12.117+deb12-amd64", true)]
    #[case("6.12", "6.12.117+deb12-amd64-dbg", false)]
    #[case("7.3", "7.3.4+deb13-amd64", true)]
    #[case("7.3", "7.3.4+deb14-amd64", false)]
    #[case("6.1-armhf", "6.1.0-50-armmp", true)]
    #[case("6.1-armhf", "6.1.0-50-rt-armmp", false)]
    #[case("5.10", "5.10.0--amd64", false)]
    fn a_release_is_recognised(#[case] entry: &str, #[case] release: &str, #[case] is: bool) {
        assert_eq!(Entry::find(entry).unwrap().releases.has(release), is);
    }
}
