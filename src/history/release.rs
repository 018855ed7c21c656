// SPDX-License-Identifier: GPL-2.0-only
//! Names of releases.

use std::fmt;

use super::change::{CHANGES, Change};
use super::point::{Point, commit_point, parse_commit, points, tag_point};

/// The version in a tag. A `-rc` comes before its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u16,
    minor: u16,
    /// `u16::MAX` for the release itself.
    rc: u16,
    /// Stable releases: the third number, else 0.
    stable: u16,
}

impl Version {
    /// `v6.1`, `v6.1-rc2`, `v6.1.192`; the `v` may be missing.
    pub(super) fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (numbers, rc) = match text.split_once("-rc") {
            Some((numbers, rc)) => (numbers, number(rc)?),
            None => (text, u16::MAX),
        };
        let mut numbers = numbers.split('.').map(number);
        let (major, minor) = (numbers.next()??, numbers.next()??);
        let stable = numbers.next().unwrap_or(Some(0))?;
        let too_many = numbers.next().is_some() || (rc != u16::MAX && (stable > 0 || rc == 0));
        (!too_many).then_some(Version { major, minor, rc, stable })
    }

    pub(super) fn of_change(change: &Change) -> Version {
        Version::parse(change.landed).unwrap_or(Version { major: u16::MAX, minor: 0, rc: 0, stable: 0 })
    }

    pub(super) fn is_stable(self) -> bool {
        self.stable > 0
    }

    fn same_base(self, other: Version) -> bool {
        (self.major, self.minor) == (other.major, other.minor)
    }
}

/// A plain decimal number, without sign.
fn number(text: &str) -> Option<u16> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().ok() } else { None }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}", self.major, self.minor)?;
        if self.stable > 0 {
            write!(f, ".{}", self.stable)?;
        }
        if self.rc < u16::MAX {
            write!(f, "-rc{}", self.rc)?;
        }
        Ok(())
    }
}

/// A release name that means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownRelease {
    /// What was asked for.
    pub name: String,
    /// What was perhaps meant, or what is accepted.
    pub hint: String,
}

impl fmt::Display for UnknownRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown release `{}` ({})", self.name, self.hint)
    }
}

impl std::error::Error for UnknownRelease {}

/// A point that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The point.
    pub point: Point,
    /// The release that was asked for, where the point only stands in for it: the nearest one known not above it.
    pub stands_in_for: Option<String>,
}

/// How a release is written.
const WRITTEN: &str = "a release is written v6.1, v6.1-rc3, v6.1.192 or commit:1ea2a07a532b";

/// The point of this name; see [`find`].
///
/// # Errors
/// [`UnknownRelease`] with a hint.
pub fn resolve(name: &str) -> Result<Point, UnknownRelease> {
    find(name).map(|found| found.point)
}

/// The point of this name: a tag (`v6.1`, `v6.1-rc3`), a stable release (`v6.1.192`), the version of a distribution's
/// package (`6.12.117-1~deb12u1`), `commit:<id>` (the state just after a change) or `commit:<id>^` (just before it). The
/// `v` may be missing. For a stable release that is not known the nearest known one below it of the same version stands.
///
/// # Errors
/// [`UnknownRelease`] with a hint, for anything else and for releases outside v5.10 to v7.3.
pub fn find(name: &str) -> Result<Found, UnknownRelease> {
    let unknown = |hint: &str| UnknownRelease { name: name.to_owned(), hint: hint.to_owned() };
    let itself = |point| Found { point, stands_in_for: None };
    if name.starts_with("commit:") {
        let commit = parse_commit(name).map(|(at, with_it)| itself(commit_point(at, with_it)));
        return commit.ok_or_else(|| unknown(&nearest_commit(name)));
    }
    if let Some(point) = points().iter().find(|point| point.name == name) {
        return Ok(itself(point.clone()));
    }
    let version = match package(name) {
        Package::Version(version) => version,
        Package::Abi => {
            return Err(unknown(
                "such a name does not tell the stable release; give the version of the package, which `uname -v` ends with",
            ));
        }
        Package::No => return Err(unknown(WRITTEN)),
    };
    let known = |bound: &str| Version::parse(bound);
    if Some(version) < known("v5.10") || version.same_base_after("v7.3") {
        return Err(unknown("releases from v5.10 to v7.3 are known"));
    }
    if !version.is_stable() {
        return Ok(itself(tag_point(version)));
    }
    let below = points().iter().filter_map(|point| Some((Version::parse(&point.name)?, point)));
    let (at, nearest) = below
        .filter(|(at, _)| at.same_base(version) && at.rc == u16::MAX && *at <= version)
        .max_by_key(|(at, _)| *at)
        .ok_or_else(|| unknown("no release of that version is known"))?;
    let stands_in_for = (at != version).then(|| version.to_string());
    Ok(Found { point: nearest.clone(), stands_in_for })
}

/// What a name says that may be a distribution's.
enum Package {
    Version(Version),
    /// `6.1.0-56-amd64`: the number in the middle counts incompatible kernels.
    Abi,
    No,
}

/// `6.1`, `6.1.192-2`, `6.12.117+deb12-amd64`, `6.12.9-200.fc41.x86_64`
fn package(name: &str) -> Package {
    if let Some(version) = Version::parse(name) {
        return Package::Version(version);
    }
    let text = name.strip_prefix('v').unwrap_or(name);
    let end = text.find(['-', '+', '~']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    match Version::parse(numbers) {
        // A package has all three numbers, and a revision behind them.
        Some(version) if rest.len() > 1 && numbers.matches('.').count() == 2 && !rest.starts_with("-rc") => {
            if version.is_stable() {
                Package::Version(version)
            } else {
                Package::Abi
            }
        }
        _ => Package::No,
    }
}

impl Version {
    /// Does it come after every release of this version?
    fn same_base_after(self, last: &str) -> bool {
        Version::parse(last).is_some_and(|last| (self.major, self.minor) > (last.major, last.minor))
    }
}

fn nearest_commit(name: &str) -> String {
    let id = name.trim_start_matches("commit:").trim_end_matches('^');
    let nearest = CHANGES
        .iter()
        .max_by_key(|change| change.id.bytes().zip(id.bytes()).take_while(|(a, b)| a == b).count());
    match nearest {
        Some(change) if id.len() >= 2 && change.id.starts_with(&id[..id.len().min(2)]) => {
            format!("did you mean commit:{}?", change.id)
        }
        _ => "only commits that changed behaviour are known: `dma-ownership releases --changes` lists them"
            .to_owned(),
    }
}
