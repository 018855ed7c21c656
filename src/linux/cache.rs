// SPDX-License-Identifier: GPL-2.0-only
//! Where prepared kernels lie, and how one is found.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::arch::Arch;
use super::name::{BadName, KernelName};
use crate::implementation::recorded::wire::Header;

/// Names the folder, if set.
pub const CACHE_VARIABLE: &str = "DMA_OWNERSHIP_CACHE";
/// The folder's name in the user's cache.
const CACHE_NAME: &str = "dma-ownership";

pub(crate) const INFO: &str = "kernel.json";
pub(crate) const IMAGE: &str = "vmlinux";
pub(crate) const INITRAMFS: &str = "initramfs.cpio";
pub(crate) const PARAMS: &str = "params";
pub(crate) const DEVICE_TREE: &str = "dtb";

/// What `kernel.json` says of a prepared kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Its short name, `6.1-armhf`.
    pub kernel: String,
    /// What it calls itself, `6.12.117+deb12-amd64`.
    pub release: String,
    /// The version of its package, `6.12.117-1~deb12u1`; for a kernel that somebody built, `own build of v7.3-rc2`.
    /// The point of history is chosen by it, as with recordings.
    pub package: String,
    /// Its architecture; absent where the name tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
    /// A hash of the bench's sources that are in its initramfs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sources: Option<String>,
    /// For a kernel that somebody built: where its image and its headers were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
}

/// Where a kernel came from that somebody built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// The bzImage.
    pub image: PathBuf,
    /// The headers, or the build tree.
    pub headers: PathBuf,
    /// A hash of the image.
    pub hash: String,
}

/// A kernel that is ready to be booted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    name: KernelName,
    folder: PathBuf,
    info: Info,
}

/// Why there is no such kernel.
#[derive(Debug, Error)]
pub enum CacheError {
    /// No folder is named and there is no home.
    #[error("no cache folder: set {CACHE_VARIABLE}, XDG_CACHE_HOME or HOME")]
    NoFolder,
    /// The folder cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Unreadable {
        /// The folder, or the file in it.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// No name of a kernel.
    #[error(transparent)]
    Name(#[from] BadName),
    /// The kernel is in the cache but something of it is missing or makes no sense.
    #[error("kernel {name}: {} {what}; `dma-ownership kernel prepare --again {name}` makes it anew", path.display())]
    Broken {
        /// Which kernel.
        name: KernelName,
        /// Its file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The kernel is not in the cache.
    #[error(
        "kernel {asked} is not prepared: `dma-ownership kernel prepare {asked}` does that\n{}",
        known(prepared)
    )]
    NotPrepared {
        /// What was asked for.
        asked: KernelName,
        /// What there is.
        prepared: Vec<KernelName>,
    },
    /// The kernel of this series is prepared, but it is another release of it.
    #[error(
        "kernel {asked} is not prepared: {name} is {release} (package {package}).\nDebian keeps only the newest of a \
         series; `dma-ownership kernel prepare {name}` gets that one, --image and --headers take a kernel you built"
    )]
    OtherRelease {
        /// What was asked for.
        asked: KernelName,
        /// The one of that series.
        name: KernelName,
        /// What it calls itself.
        release: String,
        /// Its package.
        package: String,
    },
}

fn known(prepared: &[KernelName]) -> String {
    if prepared.is_empty() {
        return "no kernel is prepared; `dma-ownership kernel list` shows what can be".into();
    }
    let names = prepared.iter().map(KernelName::as_str).collect::<Vec<_>>().join(" ");
    format!("prepared: {names}; `dma-ownership kernel list` shows what else can be")
}

/// The folder of prepared kernels: `$DMA_OWNERSHIP_CACHE`, else `dma-ownership` in the user's cache.
///
/// # Errors
/// No variable says where the user's cache is.
pub fn folder() -> Result<PathBuf, CacheError> {
    folder_by(|name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from))
}

fn folder_by(variable: impl Fn(&str) -> Option<PathBuf>) -> Result<PathBuf, CacheError> {
    // XDG says that a relative path is to be ignored
    let xdg = || variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let home = || variable("HOME").map(|home| home.join(".cache"));
    variable(CACHE_VARIABLE)
        .or_else(|| xdg().or_else(home).map(|cache| cache.join(CACHE_NAME)))
        .ok_or(CacheError::NoFolder)
}

impl Prepared {
    /// The prepared kernel of this name in a cache folder. A version that is fuller than a name finds the kernel of
    /// its series if it is that release.
    ///
    /// # Errors
    /// It is not there, or not whole.
    pub fn find(folder: &Path, asked: &str) -> Result<Prepared, CacheError> {
        let asked: KernelName = asked.parse()?;
        if folder.join(asked.as_str()).join(INFO).exists() {
            return Prepared::open(folder, asked);
        }
        let prepared = Prepared::names(folder)?;
        let mut series = None;
        for name in &prepared {
            let Ok(kernel) = Prepared::open(folder, name.clone()) else { continue };
            if kernel.is_release(&asked) {
                return Ok(kernel);
            }
            if is_series_of(name, &asked) {
                series = Some(kernel);
            }
        }
        match series {
            Some(Prepared { name, info: Info { release, package, .. }, .. }) => {
                Err(CacheError::OtherRelease { asked, name, release, package })
            }
            None => Err(CacheError::NotPrepared { asked, prepared }),
        }
    }

    /// The names of the kernels in a cache folder, oldest first.
    ///
    /// # Errors
    /// The folder cannot be read; that there is none is no error.
    pub fn names(folder: &Path) -> Result<Vec<KernelName>, CacheError> {
        let unreadable = |error| CacheError::Unreadable { path: folder.to_owned(), error };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(unreadable)?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            if let Some(name) = entry.file_name().to_str().and_then(|name| name.parse().ok())
                && entry.path().join(INFO).exists()
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The kernel of just this name.
    pub(crate) fn open(folder: &Path, name: KernelName) -> Result<Prepared, CacheError> {
        let folder = folder.join(name.as_str());
        let path = folder.join(INFO);
        let text = fs::read(&path).map_err(|error| CacheError::Unreadable { path: path.clone(), error })?;
        let info = match serde_json::from_slice(&text) {
            Ok(info) => info,
            Err(error) => {
                return Err(CacheError::Broken { name, path, what: format!("makes no sense: {error}") });
            }
        };
        let kernel = Prepared { name, folder, info };
        let mut files = vec![kernel.image(), kernel.initramfs()];
        files.extend(kernel.device_tree());
        match files.into_iter().find(|file| !file.is_file()) {
            Some(path) => Err(CacheError::Broken { name: kernel.name, path, what: "is missing".into() }),
            None => Ok(kernel),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &KernelName {
        &self.name
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What `kernel.json` says.
    #[must_use]
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// Its architecture.
    #[must_use]
    pub fn arch(&self) -> Arch {
        self.info.arch.unwrap_or_else(|| self.name.arch())
    }

    /// The file for `qemu -kernel`.
    #[must_use]
    pub fn image(&self) -> PathBuf {
        self.folder.join(IMAGE)
    }

    /// The file for `qemu -initrd`.
    #[must_use]
    pub fn initramfs(&self) -> PathBuf {
        self.folder.join(INITRAMFS)
    }

    /// The file for `qemu -dtb`; only ARM has one.
    #[must_use]
    pub fn device_tree(&self) -> Option<PathBuf> {
        match self.arch() {
            Arch::Amd64 => None,
            Arch::Armhf => Some(self.folder.join(DEVICE_TREE)),
        }
    }

    /// The header that a recording of it begins with. [`Header::choose`] finds the point of history that goes with it.
    #[must_use]
    pub fn header(&self) -> Header {
        let kernel = self.name.to_string();
        let Info { release, package, .. } = self.info.clone();
        Header { protocol: None, kernel, release, package }
    }

    /// Is it what a version with more numbers than a name means, such as `6.12.117`?
    fn is_release(&self, asked: &KernelName) -> bool {
        let version = asked.version();
        let upstream = self.header().wanted().is_some_and(|wanted| wanted.strip_prefix('v') == Some(version));
        let same_arch = asked.arch() == self.arch();
        self.info.release == asked.as_str() || same_arch && (upstream || self.info.package == version)
    }
}

/// Is the second a release of the first, by their names?
fn is_series_of(name: &KernelName, asked: &KernelName) -> bool {
    let more = asked.version().strip_prefix(name.version());
    name.arch() == asked.arch() && more.is_some_and(|more| more.starts_with(['.', '-', '+']))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn put(folder: &Path, name: &str, release: &str, package: &str) {
        let place = folder.join(name);
        fs::create_dir_all(&place).unwrap();
        for file in [IMAGE, INITRAMFS, DEVICE_TREE] {
            fs::write(place.join(file), "").unwrap();
        }
        let text = format!(r#"{{"kernel": "{name}", "release": "{release}", "package": "{package}"}}"#);
        fs::write(place.join(INFO), text).unwrap();
    }

    fn cache() -> tempfile::TempDir {
        let cache = tempfile::tempdir().unwrap();
        put(cache.path(), "6.12", "6.12.117+deb12-amd64", "6.12.117-1~deb12u1");
        put(cache.path(), "6.1", "6.1.0-56-amd64", "6.1.192-2");
        put(cache.path(), "6.1-armhf", "6.1.0-50-armmp", "6.1.176-1");
        fs::create_dir(cache.path().join(".7.3.part")).unwrap();
        fs::create_dir(cache.path().join("empty")).unwrap();
        cache
    }

    #[rstest]
    #[case("6.1", "6.1")]
    #[case("6.12.117", "6.12")]
    #[case("6.1.192", "6.1")]
    #[case("6.1.192-2", "6.1")]
    #[case("6.1.0-56-amd64", "6.1")]
    #[case("6.1-armhf", "6.1-armhf")]
    #[case("6.1.176-armhf", "6.1-armhf")]
    #[case("6.1.0-50-armmp", "6.1-armhf")]
    fn is_found(#[case] asked: &str, #[case] name: &str) {
        let cache = cache();
        let kernel = Prepared::find(cache.path(), asked).unwrap();
        assert_eq!(kernel.name().as_str(), name);
    }

    #[rstest]
    #[case(
        "7.3",
        "kernel 7.3 is not prepared: `dma-ownership kernel prepare 7.3` does that\nprepared: 6.1 6.1-armhf 6.12; \
         `dma-ownership kernel list` shows what else can be"
    )]
    #[case(
        "6.12.95",
        "kernel 6.12.95 is not prepared: 6.12 is 6.12.117+deb12-amd64 (package 6.12.117-1~deb12u1).\nDebian keeps \
         only the newest of a series; `dma-ownership kernel prepare 6.12` gets that one, --image and --headers take \
         a kernel you built"
    )]
    #[case(
        "6.12-armhf",
        "kernel 6.12-armhf is not prepared: `dma-ownership kernel prepare 6.12-armhf` does that\nprepared: 6.1 \
         6.1-armhf 6.12; `dma-ownership kernel list` shows what else can be"
    )]
    #[case(
        "../6.1",
        "`../6.1` cannot be the name of a kernel: it takes letters, digits and `.`, `_`, `+`, `-`, `~`, a letter or \
         a digit first"
    )]
    fn is_not_found(#[case] asked: &str, #[case] message: &str) {
        let cache = cache();
        assert_eq!(Prepared::find(cache.path(), asked).unwrap_err().to_string(), message);
    }

    #[test]
    fn without_a_cache_nothing_is_prepared() {
        let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
        assert_eq!(Prepared::names(&nowhere).unwrap(), []);
        let message = Prepared::find(&nowhere, "6.1").unwrap_err().to_string();
        assert!(message.ends_with("no kernel is prepared; `dma-ownership kernel list` shows what can be"));
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let cache = cache();
        let initramfs = cache.path().join("6.1").join(INITRAMFS);
        fs::remove_file(&initramfs).unwrap();
        let message = Prepared::find(cache.path(), "6.1").unwrap_err().to_string();
        assert_eq!(
            message,
            format!(
                "kernel 6.1: {} is missing; `dma-ownership kernel prepare --again 6.1` makes it anew",
                initramfs.display()
            )
        );
    }

    #[test]
    fn the_package_tells_the_point_of_history() {
        let cache = cache();
        let kernel = Prepared::find(cache.path(), "6.1-armhf").unwrap();
        assert_eq!(kernel.arch(), Arch::Armhf);
        assert_eq!(kernel.header().choose().unwrap().point.name, "v6.1.176");
        assert_eq!(kernel.device_tree(), Some(cache.path().join("6.1-armhf/dtb")));
    }

    #[rstest]
    #[case(&[("DMA_OWNERSHIP_CACHE", "here"), ("HOME", "/home/me")], Some("here"))]
    #[case(&[("XDG_CACHE_HOME", "/var/me"), ("HOME", "/home/me")], Some("/var/me/dma-ownership"))]
    #[case(&[("XDG_CACHE_HOME", "me"), ("HOME", "/home/me")], Some("/home/me/.cache/dma-ownership"))]
    #[case(&[], None)]
    fn the_folder_is_where_the_variables_say(#[case] set: &[(&str, &str)], #[case] folder: Option<&str>) {
        let variable =
            |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, value)| PathBuf::from(value));
        assert_eq!(folder_by(variable).ok(), folder.map(PathBuf::from));
    }
}
