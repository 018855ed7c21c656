// SPDX-License-Identifier: GPL-2.0-only
//! Building what runs in the guest, and packing it.

use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use super::command::Shell;
use super::compiler::Maker;
use super::error::PrepareError;
use super::initramfs::{self, Entry};
use super::needs::CROSS;
use super::sources;
use crate::linux::arch::Arch;
use crate::linux::cache::{INITRAMFS, PARAMS};

/// In a prepared kernel's folder: the kernel's own modules that the guest loads.
pub(super) const STOCK: &str = "modules";
/// Their paths in the guest, in the order they are loaded in.
pub(super) const ORDER: &str = "order";

/// Builds for one kernel.
#[derive(Debug)]
pub struct Build<'a> {
    /// A scratch folder.
    pub work: &'a Path,
    /// The kernel's headers.
    pub headers: &'a Path,
    /// The kernel's architecture.
    pub arch: Arch,
    /// What make runs in.
    pub maker: Maker,
    /// The compiler to be named, where the headers' own choice is not there.
    pub compiler: Option<&'static str>,
    /// Symbols of the kernel are not known, so that they cannot be checked.
    pub unchecked: bool,
    /// Runs programs.
    pub shell: &'a Shell,
}

impl Build<'_> {
    fn cross(&self) -> &'static str {
        match self.arch {
            Arch::Amd64 => "",
            Arch::Armhf => CROSS,
        }
    }

    /// Builds the bench's module; returns its files.
    ///
    /// # Errors
    /// It does not build.
    pub fn modules(&self) -> Result<Vec<(String, Vec<u8>)>, PrepareError> {
        let folder = self.work.join("module");
        sources::write(&sources::MODULE, &folder)?;
        self.make(&folder, "building the module")?;
        let modules = self.stripped(&folder)?;
        if modules.is_empty() {
            return Err(PrepareError::Package {
                package: folder.display().to_string(),
                what: "built module".into(),
            });
        }
        Ok(modules)
    }

    /// Builds the modules in a folder.
    ///
    /// # Errors
    /// They do not build.
    pub fn make(&self, folder: &Path, what: &str) -> Result<(), PrepareError> {
        let mut make = self.maker.command(self.work);
        let seen = |path| self.maker.seen(self.work, path).display().to_string();
        make.args(["-s", "-C", &seen(self.headers), &format!("M={}", seen(folder))]);
        make.arg(format!("-j{}", thread::available_parallelism().map_or(1, NonZero::get)));
        // without pahole there is none for modules, and nobody needs it
        make.args(["CONFIG_DEBUG_INFO_BTF_MODULES=", "modules"]);
        if self.arch == Arch::Armhf {
            make.args(["ARCH=arm", &format!("CROSS_COMPILE={CROSS}"), &format!("CC={CROSS}gcc")]);
        } else if let Some(compiler) = self.compiler {
            make.arg(format!("CC={compiler}"));
        }
        if self.unchecked {
            make.arg("KBUILD_MODPOST_WARN=1");
        }
        self.shell.run(what, &mut make)?;
        Ok(())
    }

    /// The modules that were built in a folder, without what is for debuggers.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn stripped(&self, folder: &Path) -> Result<Vec<(String, Vec<u8>)>, PrepareError> {
        let mut modules = Vec::new();
        for path in files(folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "ko"))
        {
            let plain = path.with_extension("stripped");
            let mut strip = Command::new(format!("{}strip", self.cross()));
            self.shell.run("stripping a module", strip.arg("-g").arg("-o").arg(&plain).arg(&path))?;
            modules.push((file_name(&path), read(&plain)?));
        }
        Ok(modules)
    }

    /// Builds the guest's program.
    ///
    /// # Errors
    /// It does not build.
    pub fn guest(&self) -> Result<Vec<u8>, PrepareError> {
        let (folder, program) = (self.work.join("guest"), self.work.join("init"));
        sources::write(&sources::GUEST, &folder)?;
        let sources =
            files(&folder)?.into_iter().filter(|path| path.extension().is_some_and(|end| end == "c"));
        let mut compiler = Command::new(format!("{}gcc", self.cross()));
        compiler.args(["-O2", "-Wall", "-static", "-s", "-o"]).arg(&program).args(sources);
        self.shell.run("building the guest's program", &mut compiler)?;
        read(&program)
    }

    /// Builds all of it and writes the initramfs; parameters and stock modules are in the folder already.
    ///
    /// # Errors
    /// Something does not build or cannot be written.
    pub fn initramfs(&self, folder: &Path) -> Result<(), PrepareError> {
        let mut entries = vec![Entry::program("init", self.guest()?)];
        entries.extend(self.modules()?.into_iter().map(|(name, data)| Entry::file(name, data)));
        entries.push(Entry::file(PARAMS, read(&folder.join(PARAMS))?));
        let stock = folder.join(STOCK);
        if stock.is_dir() {
            entries.push(Entry::folder(STOCK));
            for path in files(&stock)? {
                entries.push(Entry::file(format!("{STOCK}/{}", file_name(&path)), read(&path)?));
            }
        }
        let path = folder.join(INITRAMFS);
        let archive = initramfs::archive(&entries);
        archive.and_then(|archive| fs::write(&path, archive)).map_err(PrepareError::file("write", &path))
    }
}

/// The files in a folder, by name.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, PrepareError> {
    let list = || -> std::io::Result<Vec<PathBuf>> {
        let paths =
            fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let mut paths = paths?;
        paths.retain(|path| path.is_file());
        paths.sort_unstable();
        Ok(paths)
    };
    list().map_err(PrepareError::file("read", folder))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, PrepareError> {
    fs::read(path).map_err(PrepareError::file("read", path))
}

pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
