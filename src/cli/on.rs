// SPDX-License-Identifier: GPL-2.0-only
//! What to run on: `reference`, `reference@RELEASE`, `linux:KERNEL`, `cmd:PROGRAM ARGUMENTS`.

use std::fmt;
use std::str::FromStr;

use super::failure::{self, Failure};
use crate::history::{self, Point};
use crate::implementation::{Implementation, Reference};
use crate::linux::cache::{self, Prepared};
use crate::linux::guest::LinuxGuest;
use crate::protocol::{Limits, Program};

/// What the reference engine is called.
const REFERENCE: &str = "reference";
/// Whose known deviations those of a live kernel are.
const LINUX: &str = "linux";
/// What stands before a kernel.
const KERNEL: &str = "linux:";
/// What stands before a program.
const PROGRAM: &str = "cmd:";

/// An implementation, as the command line names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum On {
    /// The reference engine at every release: the suite judges itself.
    #[default]
    Reference,
    /// The reference engine at one release, to be judged as any other implementation.
    ReferenceAt(String),
    /// A prepared kernel, booted in a guest.
    Linux(String),
    /// A program that speaks the line protocol, with its arguments.
    Program(String),
}

/// An implementation that is ready to run scripts.
pub struct Opened {
    /// It.
    pub implementation: Box<dyn Implementation + Send>,
    /// Whose known deviations hold for it: the name in a case's `deviates`.
    pub family: String,
    /// Where in history it says it stands.
    pub point: Option<Point>,
    /// A guest that has iommufd.
    pub iommufd: bool,
}

/// A name that means nothing.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no implementation (reference, reference@RELEASE, linux:KERNEL, cmd:PROGRAM ARGUMENTS)")]
pub struct UnknownImplementation(String);

impl FromStr for On {
    type Err = UnknownImplementation;

    fn from_str(text: &str) -> Result<On, UnknownImplementation> {
        let named = |name: &str| (!name.trim().is_empty()).then(|| name.to_owned());
        let on = if text == REFERENCE {
            Some(On::Reference)
        } else if let Some(kernel) = text.strip_prefix(KERNEL) {
            named(kernel).map(On::Linux)
        } else if let Some(command) = text.strip_prefix(PROGRAM) {
            named(command).map(On::Program)
        } else {
            text.strip_prefix(REFERENCE)
                .and_then(|rest| rest.strip_prefix('@'))
                .and_then(named)
                .map(On::ReferenceAt)
        };
        on.ok_or_else(|| UnknownImplementation(text.to_owned()))
    }
}

impl fmt::Display for On {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            On::Reference => f.write_str(REFERENCE),
            On::ReferenceAt(release) => write!(f, "{REFERENCE}@{release}"),
            On::Linux(kernel) => write!(f, "{KERNEL}{kernel}"),
            On::Program(command) => write!(f, "{PROGRAM}{command}"),
        }
    }
}

impl On {
    /// Makes it ready: boots the kernel, starts the program. The reference engine without release stands at the
    /// newest one.
    ///
    /// # Errors
    /// There is no such release, no such kernel is prepared, it does not boot, or the program does not start.
    pub fn open(&self) -> Result<Opened, Failure> {
        let newest = || history::points().last().map(|point| point.name.clone()).unwrap_or_default();
        match self {
            On::Reference => On::ReferenceAt(newest()).open(),
            On::ReferenceAt(release) => {
                let point = failure::resolve(release)?;
                Ok(Opened {
                    implementation: Box::new(Reference::at(point.clone())),
                    family: REFERENCE.into(),
                    point: Some(point),
                    iommufd: false,
                })
            }
            On::Linux(kernel) => {
                let mut guest = LinuxGuest::new(Prepared::find(&cache::folder()?, kernel)?)?;
                let iommufd = guest.bench()?.iommufd;
                let point = Some(guest.point().clone());
                Ok(Opened { implementation: Box::new(guest), family: LINUX.into(), point, iommufd })
            }
            On::Program(command) => {
                let program = Program::start(command, Limits::default())?;
                let hello = program.hello();
                let point = hello.release.as_deref().map(history::resolve).transpose()?;
                let family = hello.name.clone();
                Ok(Opened { family, point, implementation: Box::new(program), iommufd: false })
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
    #[case("linux:6.12", On::Linux("6.12".into()))]
    #[case("cmd:python3 engine.py --fast", On::Program("python3 engine.py --fast".into()))]
    fn names_are_read_and_written(#[case] text: &str, #[case] on: On) {
        assert_eq!(text.parse::<On>().expect("a name"), on);
        assert_eq!(on.to_string(), text);
    }

    #[rstest]
    #[case("")]
    #[case("reference@")]
    #[case("refrence")]
    #[case("referencev6.1")]
    #[case("linux:")]
    #[case("linux 6.12")]
    #[case("cmd: ")]
    fn other_names_mean_nothing(#[case] text: &str) {
        assert!(text.parse::<On>().is_err());
    }
}
