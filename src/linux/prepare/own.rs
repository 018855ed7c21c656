// SPDX-License-Identifier: GPL-2.0-only
//! Preparing a kernel that somebody built.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::build::{Build, read};
use super::command::Shell;
use super::compiler::Maker;
use super::debian::parameters_of;
use super::error::PrepareError;
use super::image::Elf;
use super::place::{Lock, Part};
use super::stock::{self, Module};
use super::{
    Done, Options, Watch, existing, finish, folders, info, is_current, log, write_parameters, write_stock,
};
use crate::linux::arch::Arch;
use crate::linux::cache::{IMAGE, Own};
use crate::linux::catalogue::Entry;
use crate::linux::name::KernelName;

/// What the bench and its guest need of a kernel besides BTF.
const WANTED: &[&str] = &[
    "CONFIG_MODULES=y",
    "CONFIG_KPROBES=y",
    "CONFIG_KALLSYMS=y",
    "CONFIG_IOMMU_API=y",
    "CONFIG_IOMMU_DMA=y",
    "CONFIG_PCI=y",
    "CONFIG_PROC_FS=y",
    "CONFIG_SYSFS=y",
    "CONFIG_DEVTMPFS=y",
    "CONFIG_BLK_DEV_INITRD=y",
    "CONFIG_BINFMT_ELF=y",
    "CONFIG_SERIAL_8250_CONSOLE=y",
];
/// Would keep the bench's module out.
const UNWANTED: (&str, &str) = ("CONFIG_MODULE_SIG_FORCE=y", "CONFIG_MODULE_SIG_FORCE=n");

pub(super) fn prepare(
    cache: &Path,
    image: &Path,
    headers: &Path,
    name: Option<&KernelName>,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Done, PrepareError> {
    let found = |path: &Path| fs::canonicalize(path).map_err(PrepareError::file("find", path));
    let (image, headers) = (found(image)?, found(headers)?);
    watch.stage(&format!("look into {}", image.display()));
    let data = read(&image)?;
    let wrong = |what: String| PrepareError::Image { path: image.clone(), what };
    let elf = Elf::from_image(&data).map_err(wrong)?;
    let release = elf.release().ok_or_else(|| wrong("does not say which kernel it is".into()))?;
    let name = match name {
        Some(name) => name.clone(),
        None => release.parse()?,
    };
    if Entry::find(name.as_str()).is_some() {
        return Err(PrepareError::NameTaken(name));
    }
    if name.arch() == Arch::Armhf {
        return Err(PrepareError::ArmName(name));
    }
    check_headers(&headers, release)?;
    let parameters = parameters_of(&elf, &image)?;
    let bootable = match (elf.has_pvh_entry(), data.starts_with(object::elf::ELFMAG.as_slice())) {
        (true, _) => elf.data(),
        (false, false) => data.as_slice(),
        (false, true) => return Err(PrepareError::NoEntry(image)),
    };
    let hash = Sha256::digest(&data).iter().map(|byte| format!("{byte:02x}")).collect();
    let own = Own { image: image.clone(), headers: headers.clone(), hash };

    let waiting = || watch.say(&format!("{name}: waiting for another preparation of it"));
    let _lock = Lock::take(cache, name.as_str(), waiting)?;
    if let Some(old) = existing(cache, &name).filter(|_| !options.again)
        && is_current(&old)
        && old.info().own.as_ref() == Some(&own)
    {
        return Ok(Done::Unchanged(old));
    }
    let shell = &Shell::new(&log(cache, name.as_str()))?;
    let part = Part::new(cache, name.as_str())?;
    let (out, work) = folders(&part)?;
    let to = out.join(IMAGE);
    fs::write(&to, bootable).map_err(PrepareError::file("write", &to))?;
    write_parameters(&out, &parameters)?;
    write_stock(&out, built_modules(&headers, release))?;
    watch.stage(&format!("{name}: build the module"));
    let unchecked = !headers.join("Module.symvers").exists();
    let build = Build {
        work: &work,
        headers: &headers,
        arch: Arch::Amd64,
        maker: Maker::Host,
        compiler: None,
        unchecked,
        shell,
    };
    build.initramfs(&out)?;
    let package = elf.debian_version().map_or_else(|| package(release), str::to_owned);
    let mut info = info(&name, Arch::Amd64, release, &package);
    info.own = Some(own);
    finish(part, cache, &name, &info).map(Done::Prepared)
}

/// Are they headers of this kernel, and is all on that is needed?
fn check_headers(headers: &Path, release: &str) -> Result<(), PrepareError> {
    let missing = |what| PrepareError::NoHeaders { path: headers.to_owned(), what };
    let text = |file: &'static str| fs::read_to_string(headers.join(file)).map_err(|_| missing(file));
    text("Makefile")?;
    let header = text("include/generated/utsrelease.h")?;
    let of = utsrelease(&header).ok_or_else(|| missing("UTS_RELEASE"))?;
    if of != release {
        return Err(PrepareError::Mismatch { image: release.to_owned(), headers: of.to_owned() });
    }
    let config = text("include/config/auto.conf").or_else(|_| text(".config"))?;
    let wanted = lacking(&config);
    if wanted.is_empty() { Ok(()) } else { Err(PrepareError::Config { release: release.to_owned(), wanted }) }
}

fn utsrelease(header: &str) -> Option<&str> {
    header.lines().find_map(|line| line.strip_prefix("#define UTS_RELEASE \"")?.split('"').next())
}

fn lacking(config: &str) -> Vec<&'static str> {
    let set = |option: &str| config.lines().any(|line| line.trim() == option);
    let mut lacking = WANTED.iter().copied().filter(|option| !set(option)).collect::<Vec<_>>();
    lacking.extend(set(UNWANTED.0).then_some(UNWANTED.1));
    lacking
}

/// `own build of v7.3-rc2`: the upstream version that a release begins with. The first release of a series has no
/// third number upstream.
fn package(release: &str) -> String {
    let end = release.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(release.len());
    let (numbers, behind) = release.split_at(end);
    let numbers = match numbers.split('.').collect::<Vec<_>>().as_slice() {
        [major, minor, "0"] => format!("{major}.{minor}"),
        _ => numbers.to_owned(),
    };
    let candidate = behind
        .strip_prefix("-rc")
        .map(|behind| behind.chars().take_while(char::is_ascii_digit).collect::<String>());
    let candidate = candidate.map(|number| format!("-rc{number}")).unwrap_or_default();
    format!("own build of v{numbers}{candidate}")
}

/// The kernel's own modules that are wanted, from a build tree or where `make modules_install` puts them. That some are
/// not there is no error.
fn built_modules(headers: &Path, release: &str) -> Vec<Module> {
    let installed = Path::new("/lib/modules").join(release);
    let listed = [headers.to_owned(), installed].into_iter().find_map(|folder| {
        let order = fs::read_to_string(folder.join("modules.order")).ok()?;
        Some((folder, order))
    });
    let Some((folder, order)) = listed else { return Vec::new() };
    let (mut modules, mut wanted) = (Vec::new(), stock::wanted());
    while !wanted.is_empty() {
        let found = order.lines().filter_map(|line| module_in(&folder, line, &wanted)).collect::<Vec<_>>();
        let more = !found.is_empty();
        modules.extend(found);
        wanted = if more { stock::lacking(&modules) } else { Vec::new() };
    }
    modules
}

/// The module that a line of `modules.order` names, if it is wanted. The line tells the place of the object or of the
/// module, in the tree or where it is installed; installed files may be compressed.
fn module_in(folder: &Path, line: &str, wanted: &[String]) -> Option<Module> {
    let plain =
        line.trim().strip_suffix(".o").map_or_else(|| line.trim().to_owned(), |line| format!("{line}.ko"));
    let name = stock::module_name(Path::new(&plain))?;
    wanted.contains(&name).then_some(())?;
    let places = [plain.as_str(), plain.strip_prefix("kernel/").unwrap_or(&plain)];
    let ends = ["", ".xz", ".zst", ".gz"];
    let mut paths = places.iter().flat_map(|place| ends.map(|end| folder.join(format!("{place}{end}"))));
    let path: PathBuf = paths.find(|path| path.is_file())?;
    let data = fs::read(&path).ok()?;
    stock::module(&path, data)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::implementation::recorded::wire::Header;

    #[rstest]
    #[case("7.3.0-rc2-mine+", "own build of v7.3-rc2", "v7.3-rc2")]
    #[case("7.3.0", "own build of v7.3", "v7.3")]
    #[case("6.12.95-local", "own build of v6.12.95", "v6.12.95")]
    fn the_upstream_version_is_told(#[case] release: &str, #[case] text: &str, #[case] wanted: &str) {
        assert_eq!(package(release), text);
        let header = Header { package: package(release), ..Header::default() };
        assert_eq!(header.wanted().as_deref(), Some(wanted));
    }

    #[test]
    fn options_that_lack_are_named() {
        let all = WANTED.join("\n");
        assert_eq!(lacking(&all), Vec::<&str>::new());
        let without =
            all.replace("CONFIG_KPROBES=y", "# CONFIG_KPROBES is not set") + "\nCONFIG_MODULE_SIG_FORCE=y\n";
        assert_eq!(lacking(&without), ["CONFIG_KPROBES=y", "CONFIG_MODULE_SIG_FORCE=n"]);
    }

    fn tree(release: &str, config: &str) -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for (file, text) in [
            ("Makefile", ""),
            ("include/generated/utsrelease.h", &*format!("#define UTS_RELEASE \"{release}\"\n")),
            ("include/config/auto.conf", config),
        ] {
            let path = tree.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        tree
    }

    #[test]
    fn headers_are_looked_at() {
        let whole = tree("7.3.0", &WANTED.join("\n"));
        check_headers(whole.path(), "7.3.0").unwrap();
        assert_eq!(
            check_headers(whole.path(), "7.3.1").unwrap_err().to_string(),
            "the image is 7.3.1, the headers are of 7.3.0: both must be of one build"
        );
        let message = check_headers(tree("7.3.0", "").path(), "7.3.0").unwrap_err().to_string();
        assert!(message.starts_with("7.3.0 cannot be tested: it needs CONFIG_MODULES=y, CONFIG_KPROBES=y, "));
        let empty = tempfile::tempdir().unwrap();
        let message = check_headers(empty.path(), "7.3.0").unwrap_err().to_string();
        assert!(
            message.contains("no headers of a built kernel (Makefile); run `make modules_prepare`"),
            "{message}"
        );
    }

    #[test]
    fn modules_are_found_in_a_build_tree() {
        let tree = tempfile::tempdir().unwrap();
        fs::create_dir_all(tree.path().join("drivers/vfio")).unwrap();
        fs::write(tree.path().join("drivers/vfio/vfio.ko"), "not looked into").unwrap();
        fs::write(
            tree.path().join("modules.order"),
            "drivers/net/tun.o\ndrivers/vfio/vfio.o\ndrivers/vfio/pci/vfio-pci.o\n",
        )
        .unwrap();
        let names =
            built_modules(tree.path(), "none").into_iter().map(|module| module.name).collect::<Vec<_>>();
        assert_eq!(names, ["vfio"]);
    }
}
