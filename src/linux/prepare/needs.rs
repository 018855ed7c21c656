// SPDX-License-Identifier: GPL-2.0-only
//! What must be on this system before a kernel can be prepared.

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use thiserror::Error;

use super::apt::KEYRING;
use super::install;
use crate::linux::arch::Arch;
use crate::linux::catalogue::{Entry, Tools};

/// Compilers and their parts for ARM.
pub(super) const CROSS: &str = "arm-linux-gnueabihf-";

/// Something that must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// A program, and the package that has it.
    Program(&'static str, &'static str),
    /// The C library to link with `-static`, for a compiler, and its package.
    StaticLibrary(&'static str, &'static str),
    /// A shared library, and its packages: the name changed in Debian 13.
    Library(&'static str, &'static str),
    /// A file, and its package.
    File(&'static str, &'static str),
    /// To be root.
    Root,
}

const BUILD: &[Need] =
    &[Need::Program("make", "make"), Need::Program("gcc", "gcc"), Need::Program("strip", "binutils")];
const DEBIAN: &[Need] = &[
    Need::Program("apt-get", "apt"),
    Need::Program("dpkg-deb", "dpkg"),
    Need::File(KEYRING, "debian-archive-keyring"),
];
const AMD64: &[Need] = &[
    Need::StaticLibrary("gcc", "libc6-dev"),
    Need::Library("libelf.so.1", "libelf-dev"),
    Need::Program("qemu-system-x86_64", "qemu-system-x86"),
];
const ARMHF: &[Need] = &[
    Need::Program("arm-linux-gnueabihf-gcc", "gcc-arm-linux-gnueabihf"),
    Need::Program("arm-linux-gnueabihf-strip", "binutils-arm-linux-gnueabihf"),
    Need::StaticLibrary("arm-linux-gnueabihf-gcc", "libc6-dev-armhf-cross"),
    Need::Program("dtc", "device-tree-compiler"),
    Need::Program("qemu-system-arm", "qemu-system-arm"),
];
const COMPILER: &[Need] =
    &[Need::Program("mmdebstrap", "mmdebstrap"), Need::Program("unshare", "util-linux"), Need::Root];

/// What one of Debian's kernels needs.
#[must_use]
pub fn of_entry(entry: &Entry) -> BTreeSet<Need> {
    let arch = if entry.arch == Arch::Armhf { ARMHF } else { AMD64 };
    let tools = if entry.tools == Tools::Host { &[] } else { COMPILER };
    [BUILD, DEBIAN, arch, tools].into_iter().flatten().copied().collect()
}

/// What a kernel that somebody built needs.
#[must_use]
pub fn of_own() -> BTreeSet<Need> {
    [BUILD, AMD64].into_iter().flatten().copied().collect()
}

impl Need {
    /// Is it there?
    #[must_use]
    pub fn is_there(self) -> bool {
        match self {
            Need::Program(name, _) => on_path(name),
            Need::StaticLibrary(compiler, _) => has_static_library(compiler),
            Need::Library(name, _) => {
                let folders = [
                    "/lib/x86_64-linux-gnu",
                    "/usr/lib/x86_64-linux-gnu",
                    "/lib64",
                    "/usr/lib64",
                    "/usr/lib",
                ];
                folders.iter().any(|folder| Path::new(folder).join(name).exists())
            }
            Need::File(path, _) => Path::new(path).exists(),
            Need::Root => fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0),
        }
    }

    /// The package that has it.
    #[must_use]
    pub fn package(self) -> Option<&'static str> {
        match self {
            Need::Program(_, package)
            | Need::StaticLibrary(_, package)
            | Need::Library(_, package)
            | Need::File(_, package) => Some(package),
            Need::Root => None,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Program(name, _) | Need::Library(name, _) | Need::File(name, _) => f.write_str(name),
            Need::StaticLibrary(compiler, _) => write!(f, "a static C library for {compiler}"),
            Need::Root => f.write_str("root (mmdebstrap and chroot make a place for a newer compiler)"),
        }
    }
}

fn on_path(name: &str) -> bool {
    let executable = |path: &Path| {
        fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| executable(&folder.join(name))))
}

/// A compiler that does not find a file answers with its bare name.
fn has_static_library(compiler: &str) -> bool {
    let mut command = Command::new(compiler);
    command.arg("-print-file-name=libc.a").stdin(Stdio::null()).stderr(Stdio::null());
    command
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
}

/// What is missing, all of it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", message(needs, install.as_deref()))]
pub struct Missing {
    /// What.
    pub needs: Vec<Need>,
    /// The command that installs it, where that is possible.
    pub install: Option<String>,
}

fn message(needs: &[Need], install: Option<&str>) -> String {
    let mut text = "before a kernel can be prepared, this is missing here:".to_owned();
    for need in needs {
        let package = need.package().map(|package| format!(" (package {package})")).unwrap_or_default();
        text += &format!("\n    {need}{package}");
    }
    if needs.iter().any(|need| matches!(need, Need::Program("apt-get" | "dpkg-deb", _))) {
        text += "\nkernels come as Debian's packages: take a Debian system or container, or --image with a kernel that \
                 you built";
    }
    if let Some(install) = install {
        text +=
            &format!("\nthis installs the packages, and --install-missing does it for you:\n    {install}");
        if install.contains("--allow-downgrades") {
            text += "\n(QEMU's packages must be of one version; without the version in it apt would remove the one \
                     that is there)";
        }
    }
    text
}

impl Missing {
    /// What of these is missing; `None` if all is there.
    #[must_use]
    pub fn of(needs: &BTreeSet<Need>) -> Option<Missing> {
        Missing::by(needs, Need::is_there, |packages| install::plan(packages).command())
    }

    fn by(
        needs: &BTreeSet<Need>,
        is_there: impl Fn(Need) -> bool,
        command: impl FnOnce(&[String]) -> String,
    ) -> Option<Missing> {
        let missing = needs.iter().copied().filter(|need| !is_there(*need)).collect::<Vec<_>>();
        let packages = packages(&missing);
        let apt = is_there(Need::Program("apt-get", "apt"));
        let install = (apt && !packages.is_empty()).then(|| command(&packages));
        (!missing.is_empty()).then_some(Missing { needs: missing, install })
    }

    /// The packages that have what is missing.
    #[must_use]
    pub fn packages(&self) -> Vec<String> {
        packages(&self.needs)
    }
}

fn packages(needs: &[Need]) -> Vec<String> {
    let packages = needs.iter().filter_map(|need| need.package()).collect::<BTreeSet<_>>();
    packages.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(packages: &[String]) -> String {
        format!("apt-get install {}", packages.join(" "))
    }

    #[test]
    fn all_that_is_missing_is_in_one_message() {
        let needs = of_entry(Entry::find("7.2-armhf").unwrap());
        let there = |need: Need| {
            matches!(
                need,
                Need::Program("make" | "gcc" | "apt-get" | "dpkg-deb" | "strip" | "unshare", _)
                    | Need::File(..)
            )
        };
        let missing = Missing::by(&needs, there, plain).unwrap();
        assert_eq!(
            missing.to_string(),
            "before a kernel can be prepared, this is missing here:\
             \n    arm-linux-gnueabihf-gcc (package gcc-arm-linux-gnueabihf)\
             \n    arm-linux-gnueabihf-strip (package binutils-arm-linux-gnueabihf)\
             \n    dtc (package device-tree-compiler)\
             \n    mmdebstrap (package mmdebstrap)\
             \n    qemu-system-arm (package qemu-system-arm)\
             \n    a static C library for arm-linux-gnueabihf-gcc (package libc6-dev-armhf-cross)\
             \n    root (mmdebstrap and chroot make a place for a newer compiler)\
             \nthis installs the packages, and --install-missing does it for you:\
             \n    apt-get install binutils-arm-linux-gnueabihf device-tree-compiler gcc-arm-linux-gnueabihf \
             libc6-dev-armhf-cross mmdebstrap qemu-system-arm"
        );
    }

    #[test]
    fn without_apt_no_command_is_offered() {
        let needs = of_entry(Entry::find("6.1").unwrap());
        let there = |need: Need| !matches!(need, Need::Program("apt-get" | "make", _));
        let missing = Missing::by(&needs, there, plain).unwrap();
        assert_eq!(
            missing.to_string(),
            "before a kernel can be prepared, this is missing here:\n    apt-get (package apt)\n    make (package make)\n\
             kernels come as Debian's packages: take a Debian system or container, or --image with a kernel that you \
             built"
        );
    }

    #[test]
    fn when_all_is_there_nothing_is_missing() {
        assert_eq!(Missing::by(&of_own(), |_| true, plain), None);
    }

    #[test]
    fn programs_are_looked_for() {
        assert!(Need::Program("sh", "dash").is_there());
        assert!(!Need::Program("no-such-program", "none").is_there());
        assert!(!Need::StaticLibrary("no-such-compiler", "none").is_there());
    }
}
