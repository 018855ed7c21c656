// SPDX-License-Identifier: GPL-2.0-only
//! Why a script cannot run on a live kernel.

use thiserror::Error;

use crate::script::{Arch, Bus};

/// Why a script cannot run on a live kernel. The words of each are the same for all scripts, so that they can be
/// counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum CannotRun {
    /// It is for an architecture that this kernel is not for.
    #[error("needs {}", arch_words(*.0))]
    OtherArch(Arch),
    /// It begins without an IOMMU, and this kernel's bus operations are set once and for all.
    #[error("begins before the IOMMU registers, which this kernel's does for good")]
    RegisteredForGood,
    /// The IOMMU comes or goes while a bridge is on its bus, which it is there from the start.
    #[error("has a bridge, and an IOMMU that registers or goes")]
    BridgeBeforeScan,
    /// A device on a bus that the guest does not have.
    #[error("has a device on the {} bus", bus_words(*.0))]
    Bus(Bus),
    /// The sequence of a display driver that the guest does not have.
    #[error("runs the sequence of a driver that the guest does not have")]
    DriverFlow,
    /// An operation of iommufd, which Debian's kernels do not have and was not built for this one.
    #[error("needs iommufd, which this kernel does not have; `kernel prepare --iommufd` builds it")]
    Iommufd,
    /// Interrupts that are not isolated, with a device that QEMU has, whose never are.
    #[error("has PCI devices, and interrupts that are not isolated")]
    Interrupts,
    /// An operation that the bench of this guest does not have.
    #[error("needs `{0}`, which the bench in the guest does not have; prepare the kernel again")]
    NoCommand(&'static str),
    /// A device's use of an address space, on 32-bit ARM or from v6.2 to v6.10.
    #[error("binds a device to an address space, which this guest cannot play")]
    AddressSpace,
    /// A setting that the mock driver of the guest does not have.
    #[error("needs `{0}`, which the driver in the guest cannot play")]
    Setting(&'static str),
    /// More of something than the bench keeps.
    #[error("has more than {most} {what}")]
    TooMany {
        /// What.
        what: &'static str,
        /// So many are possible.
        most: usize,
    },
    /// An operation mentions a name that is not in the script's tables.
    #[error("mentions a name that it does not declare")]
    UnknownName,
}

fn arch_words(arch: Arch) -> &'static str {
    match arch {
        Arch::Generic => "an architecture with the generic DMA layer",
        Arch::Arm32 => "32-bit ARM",
    }
}

fn bus_words(bus: Bus) -> &'static str {
    match bus {
        Bus::Platform => "platform",
        Bus::Amba => "AMBA",
        Bus::FslMc => "fsl-mc",
        Bus::Pci => "PCI",
        Bus::Cdx => "CDX",
        Bus::Host1x => "host1x",
    }
}
