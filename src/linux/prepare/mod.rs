// SPDX-License-Identifier: GPL-2.0-only
//! Preparing kernels: image, module and initramfs, into a folder of the [cache](super::cache).
//!
//! A kernel of Debian's is downloaded with its headers; the bench's module is built with them. Nothing is installed on
//! this system. All is made in a folder aside and put in place at the end; one preparation of a kernel waits for the
//! other. What is kept of the packages are the headers, so that a change of the module needs no download.

mod apt;
mod build;
mod command;
mod compiler;
mod deb;
mod debian;
mod device_tree;
mod error;
mod image;
mod initramfs;
mod install;
mod iommufd;
mod needs;
mod offsets;
mod own;
mod place;
mod sources;
mod stock;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use build::{ORDER, STOCK};
use command::Shell;
pub use error::PrepareError;
pub use needs::{Missing, Need};
use place::Part;

use super::arch::Arch;
use super::cache::{CacheError, INFO, Info, PARAMS, Prepared};
use super::catalogue::Entry;
use super::name::KernelName;

/// What is to be prepared.
#[derive(Clone, Debug)]
pub enum Job {
    /// One of Debian's kernels.
    Debian(&'static Entry),
    /// A kernel that somebody built.
    Own {
        /// The bzImage, or the vmlinux.
        image: PathBuf,
        /// Its headers, or its build tree.
        headers: PathBuf,
        /// Its name; without one, what it calls itself.
        name: Option<KernelName>,
    },
}

/// How to go about it.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Even if it is there.
    pub again: bool,
    /// Where Debian's packages are, if not where apt's sources say.
    pub archive: Option<String>,
    /// With iommufd; a kernel that was prepared with it keeps it.
    pub iommufd: bool,
}

/// What was done.
#[derive(Clone, Debug)]
pub enum Done {
    /// All of it.
    Prepared(Prepared),
    /// The module was built anew.
    Rebuilt(Prepared),
    /// Nothing; it was there.
    Unchanged(Prepared),
}

impl Done {
    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Prepared {
        match self {
            Done::Prepared(kernel) | Done::Rebuilt(kernel) | Done::Unchanged(kernel) => kernel,
        }
    }
}

/// Who is told what is going on.
pub trait Watch {
    /// Something that takes time begins; what went before is done.
    fn stage(&mut self, what: &str);
    /// Something to know.
    fn say(&mut self, text: &str);
}

impl Job {
    /// The kernel of this name.
    ///
    /// # Errors
    /// Debian has no such kernel.
    pub fn debian(name: &str) -> Result<Job, PrepareError> {
        Entry::find(name).map(Job::Debian).ok_or_else(|| PrepareError::Unknown { asked: name.to_owned() })
    }

    fn needs(&self) -> BTreeSet<Need> {
        match self {
            Job::Debian(entry) => needs::of_entry(entry),
            Job::Own { .. } => needs::of_own(),
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn run(&self, cache: &Path, options: &Options, watch: &mut dyn Watch) -> Result<Done, PrepareError> {
        if cache.to_string_lossy().contains(|c: char| c.is_whitespace() || c == ':') {
            return Err(PrepareError::BadFolder(cache.to_owned()));
        }
        fs::create_dir_all(cache).map_err(PrepareError::file("make", cache))?;
        let cache = &fs::canonicalize(cache).map_err(PrepareError::file("find", cache))?;
        match self {
            Job::Debian(entry) => debian::prepare(cache, entry, options, watch),
            Job::Own { image, headers, name } => {
                own::prepare(cache, image, headers, name.as_ref(), options, watch)
            }
        }
    }
}

/// Looks for all that these jobs need, before any of them begins; what is missing is installed if that is wanted.
///
/// # Errors
/// Something is missing, or this is no Linux.
pub fn check(
    jobs: &[Job],
    cache: &Path,
    install: bool,
    say: &mut dyn FnMut(&str),
) -> Result<(), PrepareError> {
    if !cfg!(target_os = "linux") {
        return Err(PrepareError::NotLinux);
    }
    let needs = jobs.iter().flat_map(Job::needs).collect();
    let Some(missing) = Missing::of(&needs) else { return Ok(()) };
    if !install || missing.packages().is_empty() {
        return Err(missing.into());
    }
    let shell = Shell::new(&log(cache, "install"))?;
    install::install(&missing.packages(), &shell, say)?;
    match Missing::of(&needs) {
        Some(missing) => Err(missing.into()),
        None => Ok(()),
    }
}

/// Where the output of programs goes.
fn log(cache: &Path, name: &str) -> PathBuf {
    cache.join(".logs").join(name)
}

/// The kernel of this name if it is there and whole.
fn existing(cache: &Path, name: &KernelName) -> Option<Prepared> {
    Prepared::open(cache, name.clone()).ok()
}

/// Writes the module's parameters.
fn write_parameters(out: &Path, parameters: &str) -> Result<(), PrepareError> {
    let path = out.join(PARAMS);
    fs::write(&path, parameters).map_err(PrepareError::file("write", &path))
}

/// Writes the kernel's own modules, and the order they are loaded in.
fn write_stock(out: &Path, modules: Vec<stock::Module>) -> Result<(), PrepareError> {
    if modules.is_empty() {
        return Ok(());
    }
    let folder = out.join(STOCK);
    fs::create_dir_all(&folder).map_err(PrepareError::file("make", &folder))?;
    let mut order = String::new();
    for module in stock::in_order(modules) {
        let file = format!("{}.ko", module.name);
        let path = folder.join(&file);
        fs::write(&path, module.data).map_err(PrepareError::file("write", &path))?;
        order += &format!("/{STOCK}/{file}\n");
    }
    let path = folder.join(ORDER);
    fs::write(&path, order).map_err(PrepareError::file("write", &path))
}

/// Writes `kernel.json` and puts the folder in place.
fn finish(part: Part, cache: &Path, name: &KernelName, info: &Info) -> Result<Prepared, PrepareError> {
    let path = part.path().join(OUT).join(INFO);
    let text = serde_json::to_string(info).map_err(std::io::Error::other);
    text.and_then(|text| fs::write(&path, text + "\n")).map_err(PrepareError::file("write", &path))?;
    part.finish(OUT)?;
    Ok(Prepared::open(cache, name.clone())?)
}

/// In the folder aside: what is put in place, and scratch.
const OUT: &str = "out";
const WORK: &str = "work";

/// Both of them, new.
fn folders(part: &Part) -> Result<(PathBuf, PathBuf), PrepareError> {
    let (out, work) = (part.path().join(OUT), part.path().join(WORK));
    for folder in [&out, &work] {
        fs::create_dir_all(folder).map_err(PrepareError::file("make", folder))?;
    }
    Ok((out, work))
}

/// What `kernel.json` will say.
fn info(name: &KernelName, arch: Arch, release: &str, package: &str) -> Info {
    Info {
        kernel: name.to_string(),
        release: release.to_owned(),
        package: package.to_owned(),
        arch: Some(arch),
        sources: Some(sources::hash()),
        own: None,
    }
}

/// Kernels in the cache that were prepared from images that somebody built.
///
/// # Errors
/// The cache cannot be read.
pub fn own_kernels(cache: &Path) -> Result<Vec<Prepared>, CacheError> {
    let names = Prepared::names(cache)?.into_iter();
    let kernels = names.filter_map(|name| Prepared::open(cache, name).ok());
    Ok(kernels.filter(|kernel| Entry::find(kernel.name().as_str()).is_none()).collect())
}

/// Are the bench's sources in a prepared kernel those of this program?
#[must_use]
pub fn is_current(kernel: &Prepared) -> bool {
    kernel.info().sources.as_deref() == Some(&sources::hash())
}
