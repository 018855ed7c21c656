// SPDX-License-Identifier: GPL-2.0-only
//! Booting a prepared kernel in QEMU.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thiserror::Error;

use super::console;
use super::link::Boot;
use super::process::{Guest, SHARED_SIZE};
use crate::linux::arch::Arch;
use crate::linux::cache::Prepared;

/// A kernel that has not answered by then does not boot.
const BOOT_LIMIT: Duration = Duration::from_secs(120);
/// How often a booting guest is looked at.
const LOOK: Duration = Duration::from_millis(5);
/// So much of the console is told of a boot that failed.
const TAIL: usize = 12;

/// `iommu.strict=1`: a domain of type DMA stays one. `nokaslr` and `mitigations=off` save time.
const COMMAND_LINE_AMD64: &str = "console=ttyS0 panic=-1 oops=panic nokaslr mitigations=off tsc=reliable \
     no_timer_check cryptomgr.notests random.trust_cpu=on apparmor=0 selinux=0 audit=0 ibt=off iommu.strict=1 \
     loglevel=2";
/// `deferred_probe_timeout`: after some seconds a bind would no longer wait for an IOMMU, and the same script no
/// longer give the same answer.
const COMMAND_LINE_ARMHF: &str = "console=ttyAMA0 panic=-1 oops=panic cryptomgr.notests random.trust_cpu=on \
     apparmor=0 selinux=0 audit=0 loglevel=2 deferred_probe_timeout=-1";

/// The PCI devices that the bench knows by their places: two single functions, one device of three functions, two
/// root ports with devices that have ATS behind them, one of them of two functions, and a bridge to conventional PCI
/// with two devices. Nobody drives them; the bench takes them off their bus at once and adds them as scripts ask.
const PCI_DEVICES: &[&str] = &[
    "pci-testdev,addr=10.0",
    "pci-testdev,addr=11.0",
    "pci-testdev,addr=12.0,multifunction=on",
    "pci-testdev,addr=12.1,multifunction=on",
    "pci-testdev,addr=12.2,multifunction=on",
    "pcie-root-port,id=rp0,addr=13.0,chassis=1,slot=1",
    "virtio-rng-pci,bus=rp0,addr=0.0,ats=on",
    "pcie-root-port,id=rp1,addr=14.0,chassis=2,slot=2",
    "virtio-rng-pci,bus=rp1,addr=0.0,ats=on,multifunction=on",
    "virtio-rng-pci,bus=rp1,addr=0.1,ats=on,multifunction=on",
    "pci-bridge,id=br,addr=15.0,chassis_nr=3",
    "pci-testdev,bus=br,addr=1.0",
    "pci-testdev,bus=br,addr=2.0",
];

/// Emulation: KVM is often there but not usable in virtual machines, and nothing here needs its speed.
const MACHINE_AMD64: &[&str] = &["-accel", "tcg", "-cpu", "max", "-M", "q35", "-m", "512"];
const MACHINE_ARMHF: &[&str] =
    &["-accel", "tcg", "-cpu", "cortex-a15", "-M", "virt,highmem=off", "-m", "512"];
const BARE: &[&str] = &["-nodefaults", "-display", "none", "-no-reboot"];

/// Why a guest did not come up.
#[derive(Debug, Error)]
pub enum BootError {
    /// QEMU is not installed.
    #[error("{program} is not in PATH; Debian has it in the package {package}")]
    NoProgram {
        /// Its program.
        program: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// Something around the guest cannot be made.
    #[error("cannot {what} {}: {error}", path.display())]
    Around {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// QEMU ended before the guest answered.
    #[error("{kernel} does not boot: {program} ended{}", lines(said))]
    Died {
        /// Which kernel.
        kernel: String,
        /// QEMU's program.
        program: &'static str,
        /// What QEMU and the console said last.
        said: String,
    },
    /// The guest did not answer.
    #[error("{kernel} does not boot: no answer within {} s{}", limit.as_secs(), lines(said))]
    Silent {
        /// Which kernel.
        kernel: String,
        /// How long it was waited for.
        limit: Duration,
        /// What the console said last.
        said: String,
    },
}

fn lines(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(":\n{said}") }
}

impl BootError {
    /// Would another try end the same?
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self {
            BootError::NoProgram { .. } | BootError::Around { .. } => true,
            BootError::Died { .. } | BootError::Silent { .. } => false,
        }
    }
}

/// Boots one prepared kernel, as often as asked.
#[derive(Clone, Debug)]
pub struct Qemu {
    kernel: Prepared,
}

impl Qemu {
    /// For this kernel.
    ///
    /// # Errors
    /// QEMU is not installed.
    pub fn new(kernel: Prepared) -> Result<Qemu, BootError> {
        let (program, package) = program(kernel.arch());
        if !is_in_path(program) {
            return Err(BootError::NoProgram { program, package });
        }
        Ok(Qemu { kernel })
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Prepared {
        &self.kernel
    }
}

impl Boot for Qemu {
    type Link = Guest;

    fn boot(&mut self) -> Result<Guest, BootError> {
        let start = Instant::now();
        let (program, _) = program(self.kernel.arch());
        let mut guest = Guest::start(|folder| command(&self.kernel, folder))?;
        let kernel = || self.kernel.name().to_string();
        let said = |guest: &mut Guest| console::tail(&guest.last_words(), TAIL);
        loop {
            // In this order: what has answered and then died has booted.
            let alive = guest.is_running();
            if guest.is_ready()? {
                return Ok(guest);
            }
            if !alive {
                return Err(BootError::Died { kernel: kernel(), program, said: said(&mut guest) });
            }
            if start.elapsed() > BOOT_LIMIT {
                return Err(BootError::Silent {
                    kernel: kernel(),
                    limit: BOOT_LIMIT,
                    said: said(&mut guest),
                });
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// QEMU for an architecture, and the package it is in.
fn program(arch: Arch) -> (&'static str, &'static str) {
    match arch {
        Arch::Amd64 => ("qemu-system-x86_64", "qemu-system-x86"),
        Arch::Armhf => ("qemu-system-arm", "qemu-system-arm"),
    }
}

fn is_in_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The command that boots a kernel with the files in this folder: `shared` is the memory that both sides use,
/// `console` what the kernel prints.
fn command(kernel: &Prepared, folder: &Path) -> Vec<OsString> {
    let (machine, line, devices) = match kernel.arch() {
        Arch::Amd64 => (MACHINE_AMD64, COMMAND_LINE_AMD64, PCI_DEVICES),
        Arch::Armhf => (MACHINE_ARMHF, COMMAND_LINE_ARMHF, [].as_slice()),
    };
    let mut words: Vec<OsString> = vec![program(kernel.arch()).0.into()];
    words.extend(machine.iter().chain(BARE).map(OsString::from));
    words.extend(devices.iter().flat_map(|device| ["-device".into(), OsString::from(device)]));
    let mut option = |name: &str, value: OsString| words.extend([name.into(), value]);
    option("-kernel", kernel.image().into());
    option("-initrd", kernel.initramfs().into());
    if let Some(tree) = kernel.device_tree() {
        option("-dtb", tree.into());
    }
    option("-append", line.into());
    option("-serial", with_file("file:", &folder.join("console"), ""));
    let memory = format!("memory-backend-file,id=shared,size={SHARED_SIZE},share=on,mem-path=");
    option("-object", with_file(&memory, &folder.join("shared"), ""));
    option("-device", "ivshmem-plain,memdev=shared".into());
    words
}

/// A file in one of QEMU's options, where a comma is doubled.
fn with_file(before: &str, file: &Path, after: &str) -> OsString {
    format!("{before}{}{after}", file.to_string_lossy().replace(',', ",,")).into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rstest::rstest;

    use super::*;

    fn prepared(name: &str) -> (tempfile::TempDir, Prepared) {
        let cache = tempfile::tempdir().expect("a temporary folder");
        let folder = cache.path().join(name);
        fs::create_dir(&folder).expect("made");
        for file in ["vmlinux", "initramfs.cpio", "dtb"] {
            fs::write(folder.join(file), "").expect("written");
        }
        let info = format!(r#"{{"kernel":"{name}","release":"{name}.1","package":"{name}.1-1"}}"#);
        fs::write(folder.join("kernel.json"), info).expect("written");
        let kernel = Prepared::find(cache.path(), name).expect("prepared");
        (cache, kernel)
    }

    #[rstest]
    #[case("6.12", "qemu-system-x86_64", "q35", false)]
    #[case("6.12-armhf", "qemu-system-arm", "virt,highmem=off", true)]
    fn each_architecture_has_its_machine(
        #[case] name: &str,
        #[case] program: &str,
        #[case] machine: &str,
        #[case] arm: bool,
    ) {
        let (cache, kernel) = prepared(name);
        let words = command(&kernel, Path::new("/tmp/a,b"));
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        let after = |option| {
            let at = words.iter().position(|word| *word == option)?;
            words.get(at + 1).copied()
        };
        assert_eq!((words[0], after("-M")), (program, Some(machine)));
        let image = cache.path().join(name).join("vmlinux");
        assert_eq!(after("-kernel"), image.to_str());
        assert_eq!(after("-dtb").is_some(), arm);
        assert_eq!(after("-append").is_some_and(|line| line.contains("deferred_probe_timeout=-1")), arm);
        assert_eq!(after("-serial"), Some("file:/tmp/a,,b/console"));
        assert_eq!(
            after("-object"),
            Some("memory-backend-file,id=shared,size=67108864,share=on,mem-path=/tmp/a,,b/shared")
        );
    }

    #[test]
    fn an_error_of_the_boot_has_what_was_said() {
        let error = BootError::Died {
            kernel: "6.12".into(),
            program: "qemu-system-x86_64",
            said: "no memory".into(),
        };
        assert_eq!(error.to_string(), "6.12 does not boot: qemu-system-x86_64 ended:\nno memory");
        let error = BootError::Silent { kernel: "6.12".into(), limit: BOOT_LIMIT, said: String::new() };
        assert_eq!(error.to_string(), "6.12 does not boot: no answer within 120 s");
        assert!(!error.is_final());
    }
}
