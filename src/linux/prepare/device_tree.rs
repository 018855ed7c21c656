// SPDX-License-Identifier: GPL-2.0-only
//! The device tree of QEMU's ARM machine with a mock IOMMU and its clients in it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::command::Shell;
use super::error::PrepareError;

/// As many as the module takes.
const CLIENTS: usize = 16;

/// Makes it.
///
/// # Errors
/// QEMU or dtc fails.
pub fn make(work: &Path, to: &Path, shell: &Shell) -> Result<(), PrepareError> {
    let (raw, source) = (work.join("virt.dtb"), work.join("bench.dts"));
    let mut qemu = Command::new("qemu-system-arm");
    qemu.args([
        "-accel",
        "tcg",
        "-cpu",
        "cortex-a15",
        "-m",
        "512",
        "-nodefaults",
        "-display",
        "none",
        "-no-reboot",
    ]);
    qemu.arg("-M").arg(format!("virt,highmem=off,dumpdtb={}", raw.display()));
    shell.run("asking QEMU for its device tree", &mut qemu)?;
    let mut dtc = Command::new("dtc");
    let plain = shell.run("reading the device tree", dtc.args(["-q", "-I", "dtb", "-O", "dts"]).arg(&raw))?;
    let text = with_clients(&plain).ok_or_else(|| PrepareError::Package {
        package: "QEMU's device tree".into(),
        what: "closing bracket".into(),
    })?;
    fs::write(&source, text).map_err(PrepareError::file("write", &source))?;
    let mut dtc = Command::new("dtc");
    dtc.args(["-q", "-I", "dts", "-O", "dtb", "-o"]).arg(to).arg(&source);
    shell.run("writing the device tree", &mut dtc)?;
    Ok(())
}

/// The clients' parent is no bus: the module makes their devices when a script asks for them.
fn with_clients(source: &str) -> Option<String> {
    let (before, behind) = source.split_at(source.rfind("};")?);
    let mut text = before.to_owned();
    text += "\tdmao_iommu: dmao-iommu {\n\t\tcompatible = \"dmao,iommu\";\n\t\t#iommu-cells = <1>;\n\t};\n";
    text += "\tdmao-clients {\n\t\t#address-cells = <1>;\n\t\t#size-cells = <1>;\n";
    for client in 0..CLIENTS {
        let _ = writeln!(text, "\t\tdev{client} {{\n\t\t\tiommus = <&dmao_iommu {client}>;\n\t\t}};");
    }
    text += "\t};\n";
    text += behind;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::prepare::sources;

    #[test]
    fn the_module_looks_for_these_nodes() {
        let text = |file: &str| sources::MODULE.get_file(file).unwrap().contents_utf8().unwrap();
        for words in ["\"dmao,iommu\"", "\"/dmao-clients\"", "\"dev%d\""] {
            assert!(text("arm.c").contains(words), "{words}");
        }
        assert!(text("dmao.h").contains(&format!("#define MAXDEV {CLIENTS}\n")));
    }

    #[test]
    fn the_nodes_are_the_last_of_the_root() {
        let text = with_clients("/dts-v1/;\n\n/ {\n\tchosen {\n\t};\n};\n").unwrap();
        assert!(text.starts_with("/dts-v1/;\n\n/ {\n\tchosen {\n\t};\n\tdmao_iommu: dmao-iommu {\n"));
        assert!(text.ends_with("\t\tdev15 {\n\t\t\tiommus = <&dmao_iommu 15>;\n\t\t};\n\t};\n};\n"));
        assert_eq!(with_clients("nothing"), None);
    }
}
