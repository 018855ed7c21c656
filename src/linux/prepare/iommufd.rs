// SPDX-License-Identifier: GPL-2.0-only
//! iommufd, and VFIO with it, for kernels of Debian's, whose configuration lacks it: built from the sources of the very
//! same package beside the kernel's headers.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::apt::Apt;
use super::build::{Build, STOCK, file_name, files, read};
use super::error::PrepareError;
use super::stock::{self, Module};
use super::{deb, sources, write_stock};
use crate::linux::arch::Arch;
use crate::linux::catalogue::Entry;
use crate::linux::name::compare_versions;

/// The first release that has it.
const SINCE: &str = "6.2";
/// Where the kernel's span iterators are.
const INTERVAL_TREE: &str = "lib/interval_tree.c";

/// Can it be built for this kernel?
pub(super) fn check(entry: &Entry) -> Result<(), PrepareError> {
    let old = compare_versions(entry.name, SINCE).is_lt();
    match (entry.arch, old) {
        (Arch::Amd64, false) => Ok(()),
        (Arch::Armhf, _) => {
            Err(PrepareError::NoIommufd { kernel: entry.name, why: "it is built for amd64 only" })
        }
        (Arch::Amd64, true) => {
            Err(PrepareError::NoIommufd { kernel: entry.name, why: "Linux has it since v6.2" })
        }
    }
}

/// Downloads the sources of this version of the kernel's package and unpacks what is needed.
pub(super) fn fetch(
    apt: &Apt<'_>,
    entry: &Entry,
    version: &str,
    work: &Path,
) -> Result<PathBuf, PrepareError> {
    let (debs, into) = (work.join("source"), work.join("iommufd"));
    for folder in [&debs, &into] {
        fs::create_dir_all(folder).map_err(PrepareError::file("make", folder))?;
    }
    let package = format!("linux-source-{}", entry.name);
    apt.download(&[format!("{package}={version}")], &debs)?;
    for deb in files(&debs)? {
        deb::each_in_archive(&deb, |path, data| match place(path) {
            Some(to) => write(&into.join(to), &without_exports(path, data)),
            None => Ok(()),
        })?;
    }
    fs::remove_dir_all(&debs).map_err(PrepareError::file("remove", &debs))?;
    sources::write(&sources::IOMMUFD, &into)?;
    Ok(into)
}

/// Where a file of the kernel's sources goes, if it is needed.
fn place(path: &Path) -> Option<PathBuf> {
    let inner: PathBuf = path.components().skip(1).collect();
    if inner == Path::new(INTERVAL_TREE) {
        return Some("iommu/iommufd/span.c".into());
    }
    let driver = inner.strip_prefix("drivers").ok()?;
    let folder = driver.parent()?.to_str()?;
    let ending = driver.extension()?.to_str()?;
    let wanted = match folder {
        "iommu" => ending == "h",
        "iommu/iommufd" | "vfio" | "vfio/pci" => ["c", "h"].contains(&ending),
        _ => false,
    };
    let safe = driver.components().all(|part| matches!(part, Component::Normal(_)));
    (wanted && safe).then(|| driver.to_owned())
}

/// The interval tree is the kernel's, which exports its functions already.
fn without_exports(path: &Path, data: Vec<u8>) -> Vec<u8> {
    if !path.ends_with(INTERVAL_TREE) {
        return data;
    }
    let text = String::from_utf8_lossy(&data);
    text.lines()
        .filter(|line| !line.starts_with("EXPORT_SYMBOL"))
        .flat_map(|line| [line, "\n"])
        .collect::<String>()
        .into()
}

fn write(path: &Path, data: &[u8]) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, data)
}

/// Builds it, and puts the modules among those of the kernel's own, in the place of any of the same name.
pub(super) fn build(build: &Build<'_>, source: &Path, out: &Path) -> Result<(), PrepareError> {
    build.make(source, "building iommufd")?;
    let mut modules = Vec::new();
    for folder in ["iommu/iommufd", "vfio", "vfio/pci"] {
        let built = build.stripped(&source.join(folder))?.into_iter();
        modules.extend(built.filter_map(|(name, data)| {
            stock::module_name(Path::new(&name)).map(|name| Module { name, data })
        }));
    }
    for path in files(&out.join(STOCK))? {
        let known =
            stock::module_name(&path).filter(|name| modules.iter().all(|module| module.name != *name));
        if let Some(name) = known {
            modules.push(Module { name, data: read(&path)? });
        }
    }
    write_stock(out, modules)
}

/// Does a prepared kernel in a folder have it?
pub(super) fn is_built(folder: &Path) -> bool {
    files(&folder.join(STOCK)).is_ok_and(|files| files.iter().any(|path| file_name(path) == "iommufd.ko"))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("linux-source-6.12/drivers/iommu/iommufd/device.c", Some("iommu/iommufd/device.c"))]
    #[case("linux-source-6.12/drivers/iommu/iommu-priv.h", Some("iommu/iommu-priv.h"))]
    #[case("linux-source-6.12/drivers/iommu/iommu.c", None)]
    #[case("linux-source-6.12/drivers/iommu/iommufd/Makefile", None)]
    #[case("linux-source-6.12/drivers/vfio/pci/vfio_pci.c", Some("vfio/pci/vfio_pci.c"))]
    #[case("linux-source-6.12/drivers/vfio/pci/mlx5/main.c", None)]
    #[case("linux-source-6.12/lib/interval_tree.c", Some("iommu/iommufd/span.c"))]
    #[case("linux-source-6.12/drivers/../vfio/x.c", None)]
    fn only_what_is_needed_is_unpacked(#[case] path: &str, #[case] to: Option<&str>) {
        assert_eq!(place(Path::new(path)), to.map(PathBuf::from));
    }

    #[rstest]
    #[case("6.12", true)]
    #[case("7.3", true)]
    #[case("6.1", false)]
    #[case("5.10", false)]
    #[case("6.12-armhf", false)]
    fn kernels_that_can_have_it(#[case] name: &str, #[case] can: bool) {
        assert_eq!(check(Entry::find(name).unwrap()).is_ok(), can);
    }

    #[test]
    fn exports_of_the_interval_tree_go() {
        let text = b"int x;\nEXPORT_SYMBOL_GPL(x);\nint y;\n".to_vec();
        let path = Path::new("linux/lib/interval_tree.c");
        assert_eq!(without_exports(path, text.clone()), b"int x;\nint y;\n");
        assert_eq!(without_exports(Path::new("linux/lib/other.c"), text.clone()), text);
    }
}
