// SPDX-License-Identifier: GPL-2.0-only
//! Why a kernel cannot be prepared.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::needs::Missing;
use crate::linux::cache::CacheError;
use crate::linux::catalogue::CATALOGUE;
use crate::linux::name::{BadName, KernelName};

/// Why a kernel cannot be prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// Another system.
    #[error("kernels can be prepared on Linux only")]
    NotLinux,
    /// There is no such kernel.
    #[error("there is no kernel {asked} to prepare; there are {}{}", catalogue(), fuller(asked))]
    Unknown {
        /// What was asked for.
        asked: String,
    },
    /// The name cannot be used.
    #[error(transparent)]
    Name(#[from] BadName),
    /// The name is that of a Debian kernel.
    #[error("{0} is the name of one of Debian's kernels; give yours another with --name")]
    NameTaken(KernelName),
    /// Own kernels are of x86 only.
    #[error("{0} would be a kernel for ARM; --image takes one for x86 only, since it must have BTF")]
    ArmName(KernelName),
    /// Kernels in the cache.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// Make cannot work there.
    #[error("the cache folder {} has a blank or a `:` in its path, which the kernel's build cannot take; set DMA_OWNERSHIP_CACHE", .0.display())]
    BadFolder(PathBuf),
    /// Programs or packages are missing.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// A file or folder.
    #[error("cannot {doing} {}: {error}", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A program cannot be started.
    #[error("cannot run {program}: {error}")]
    NotStarted {
        /// The program.
        program: String,
        /// Why not.
        error: io::Error,
    },
    /// A program failed.
    #[error("{what} failed ({status}){}{}\nall of its output: {}", indented(tail), hint.map(|hint| format!("\n{hint}")).unwrap_or_default(), log.display())]
    Failed {
        /// What it was to do.
        what: String,
        /// How it ended.
        status: String,
        /// What it said last.
        tail: String,
        /// What may help.
        hint: Option<&'static str>,
        /// Where all of it is.
        log: PathBuf,
    },
    /// Nothing says where Debian's packages are.
    #[error("apt's sources name no Debian archive; name one with --archive")]
    NoArchive,
    /// The archive has no such kernel any more.
    #[error("{suites} has no kernel {kernel} ({before}…{behind}) any more")]
    NoPackage {
        /// The kernel.
        kernel: &'static str,
        /// Where it was looked for.
        suites: String,
        /// How its names begin.
        before: &'static str,
        /// How they end.
        behind: &'static str,
    },
    /// It cannot be had with iommufd.
    #[error("kernel {kernel} cannot be prepared with iommufd: {why}")]
    NoIommufd {
        /// The kernel.
        kernel: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// A package is not as expected.
    #[error("{package} has no {what}")]
    Package {
        /// The package or its file.
        package: String,
        /// What is not there.
        what: String,
    },
    /// The image is not one.
    #[error("{}: {what}", path.display())]
    Image {
        /// The image.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The kernel does not tell where the fields of its structures lie.
    #[error(
        "{}: {what}; a kernel to be tested needs CONFIG_DEBUG_INFO_BTF=y (and pahole when it is built)", path.display()
    )]
    NoBtf {
        /// The image.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Options of the kernel that must be on or off.
    #[error("{} cannot be tested: it needs {} in its .config", release, wanted.join(", "))]
    Config {
        /// The kernel.
        release: String,
        /// `CONFIG_KPROBES=y`
        wanted: Vec<&'static str>,
    },
    /// QEMU can boot it by neither way.
    #[error("{}: a vmlinux without CONFIG_PVH=y cannot be booted; name the bzImage of its build", .0.display())]
    NoEntry(PathBuf),
    /// Image and headers are of different kernels.
    #[error("the image is {image}, the headers are of {headers}: both must be of one build")]
    Mismatch {
        /// What the image calls itself.
        image: String,
        /// What the headers are for.
        headers: String,
    },
    /// The folder has no headers.
    #[error("{}: no headers of a built kernel ({what}); run `make modules_prepare` there, or name the folder of a headers package", path.display())]
    NoHeaders {
        /// The folder.
        path: PathBuf,
        /// What is not there.
        what: &'static str,
    },
    /// Where the fields of its structures lie is not known.
    #[error(
        "{release} has no BTF and no kernel of its series is in harness/linux/offsets.json: run `pahole -C \
         iommu_group,group_device` on the vmlinux of linux-image-{release}-dbg and add what it says"
    )]
    NoOffsets {
        /// The kernel.
        release: String,
    },
}

impl PrepareError {
    /// For `map_err`.
    pub(super) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> PrepareError {
        move |error| PrepareError::File { doing, path: path.to_owned(), error }
    }
}

fn catalogue() -> String {
    CATALOGUE.iter().map(|entry| entry.name).collect::<Vec<_>>().join(" ")
}

/// Whoever asks for 6.12.117 may mean 6.12.
fn fuller(asked: &str) -> String {
    let series = CATALOGUE.iter().find(|entry| {
        let name: Option<KernelName> = entry.name.parse().ok();
        let asked: Option<KernelName> = asked.parse().ok();
        name.zip(asked).is_some_and(|(name, asked)| {
            let rest = asked.version().strip_prefix(name.version());
            name.arch() == asked.arch() && rest.is_some_and(|rest| rest.starts_with('.'))
        })
    });
    series.map_or_else(String::new, |entry| {
        format!(
            "\n{} is the newest that Debian has of its series; for any other build, name its --image and --headers",
            entry.name
        )
    })
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("\n    {line}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kernel_gets_the_known_ones() {
        let known = "5.10 5.10-armhf 6.1 6.1-armhf 6.12 6.12-armhf 7.2 7.2-armhf 7.3";
        let message = PrepareError::Unknown { asked: "6.5".into() }.to_string();
        assert_eq!(message, format!("there is no kernel 6.5 to prepare; there are {known}"));
        let message = PrepareError::Unknown { asked: "6.12.95".into() }.to_string();
        assert!(message.contains("\n6.12 is the newest that Debian has of its series"), "{message}");
    }
}
