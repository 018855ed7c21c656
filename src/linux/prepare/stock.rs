// SPDX-License-Identifier: GPL-2.0-only
//! Modules of the kernel's own that the guest loads before the bench's.

use std::collections::BTreeMap;
use std::path::Path;

use object::{Object, ObjectSection};

use super::image::unpacked;

/// By name, as far as a kernel has them; what they depend on comes along.
pub const WANTED: &[&str] =
    &["vfio", "vfio_iommu_type1", "vfio_virqfd", "vfio-pci-core", "vfio-pci", "iommufd", "irqbypass"];

/// A module of the kernel's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Its name, with underscores.
    pub name: String,
    /// The file.
    pub data: Vec<u8>,
}

/// The name of the module in a file, with underscores; `None` if it is no module.
#[must_use]
pub fn module_name(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let plain = [".xz", ".gz", ".zst"].iter().find_map(|end| file.strip_suffix(end)).unwrap_or(file);
    Some(plain.strip_suffix(".ko")?.replace('-', "_"))
}

/// A module from its file, which is perhaps compressed.
#[must_use]
pub fn module(path: &Path, data: Vec<u8>) -> Option<Module> {
    let name = module_name(path)?;
    Some(Module { name, data: unpacked(path.to_str()?, data).ok()? })
}

/// Names of modules, as module files name them.
#[must_use]
pub fn wanted() -> Vec<String> {
    WANTED.iter().map(|name| name.replace('-', "_")).collect()
}

impl Module {
    /// The modules that must be there before it.
    #[must_use]
    pub fn depends(&self) -> Vec<String> {
        let Ok(file) = object::File::parse(self.data.as_slice()) else { return Vec::new() };
        let info =
            file.section_by_name(".modinfo").and_then(|section| section.data().ok().map(<[u8]>::to_vec));
        info.map(|info| depends_in(&info)).unwrap_or_default()
    }
}

fn depends_in(info: &[u8]) -> Vec<String> {
    let list = info.split(|byte| *byte == 0).find_map(|field| field.strip_prefix(b"depends="));
    let list = list.map(String::from_utf8_lossy).unwrap_or_default();
    list.split(',').filter(|name| !name.is_empty()).map(|name| name.replace('-', "_")).collect()
}

/// What the modules need that is not among them.
#[must_use]
pub fn lacking(modules: &[Module]) -> Vec<String> {
    let mut lacking = modules.iter().flat_map(Module::depends).collect::<Vec<_>>();
    lacking.retain(|name| modules.iter().all(|module| module.name != *name));
    lacking.sort_unstable();
    lacking.dedup();
    lacking
}

/// In the order they must be loaded in.
#[must_use]
pub fn in_order(modules: Vec<Module>) -> Vec<Module> {
    let depends = modules.iter().map(|module| (module.name.clone(), module.depends())).collect();
    let order = order(&depends);
    let mut modules = modules;
    modules.sort_by_key(|module| order.iter().position(|name| *name == module.name));
    modules
}

/// Names, each behind those that it depends on.
fn order(depends: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    fn place(
        name: &str,
        depends: &BTreeMap<String, Vec<String>>,
        on_the_way: &mut Vec<String>,
        done: &mut Vec<String>,
    ) {
        let Some(needs) = depends.get(name) else { return };
        if done.iter().chain(&*on_the_way).any(|known| known == name) {
            return;
        }
        on_the_way.push(name.to_owned());
        for need in needs {
            place(need, depends, on_the_way, done);
        }
        on_the_way.pop();
        done.push(name.to_owned());
    }
    let mut done = Vec::new();
    for name in depends.keys() {
        place(name, depends, &mut Vec::new(), &mut done);
    }
    done
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("lib/modules/6.1.0/kernel/drivers/vfio/pci/vfio-pci-core.ko.xz", Some("vfio_pci_core"))]
    #[case("a/vfio.ko", Some("vfio"))]
    #[case("a/vfio.ko.zst", Some("vfio"))]
    #[case("lib/modules/6.1.0/modules.order", None)]
    fn a_module_is_known_by_its_file(#[case] path: &str, #[case] name: Option<&str>) {
        assert_eq!(module_name(Path::new(path)).as_deref(), name);
    }

    #[test]
    fn dependencies_are_read() {
        let info = b"license=GPL v2\0depends=vfio-pci-core,vfio\0name=vfio_pci\0";
        assert_eq!(depends_in(info), ["vfio_pci_core", "vfio"]);
        assert_eq!(depends_in(b"depends=\0"), Vec::<String>::new());
        assert_eq!(depends_in(b""), Vec::<String>::new());
    }

    #[test]
    fn what_is_depended_on_comes_first() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let depends = BTreeMap::from([
            ("a".to_owned(), list(&["c", "not there"])),
            ("b".to_owned(), list(&[])),
            ("c".to_owned(), list(&["b", "d"])),
            // no kernel has a circle, and it must not hang all the same
            ("d".to_owned(), list(&["a"])),
        ]);
        assert_eq!(order(&depends), ["b", "d", "c", "a"]);
    }
}
