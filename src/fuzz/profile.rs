// SPDX-License-Identifier: GPL-2.0-only
//! What the scripts are for: an architecture, a release, and what the target can do.

use super::generate::Theme;
use crate::engine::rules::SvaBind;
use crate::history::Point;
use crate::script::{Arch, Bus, DomainName, Op, Script};

/// What a generator makes scripts for.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The machine's architecture.
    pub arch: Arch,
    /// The release whose rules tell what is legal.
    pub point: Point,
    /// What the target can do.
    pub supports: Supports,
    /// One script in so many may take the kernel down; 0: none may.
    pub daring: usize,
    /// What all scripts are about, if it is one thing.
    pub about: Option<Theme>,
}

/// One script in so many may crash, unless it is said otherwise: each costs a real kernel a boot.
pub const DARING: usize = 5000;

impl Profile {
    /// The same with all scripts about one thing, which the target is taken to be able to do.
    #[must_use]
    pub fn about(mut self, theme: Option<Theme>) -> Profile {
        self.supports.iommufd |= theme == Some(Theme::Iommufd);
        self.about = theme;
        self
    }

    /// Scripts for an implementation that can do all that a script can say.
    #[must_use]
    pub fn of_everything(arch: Arch, point: Point) -> Profile {
        Profile { arch, point, supports: Supports::EVERYTHING, daring: DARING, about: None }
    }

    /// Scripts for a live kernel on a test bench, which may have iommufd.
    #[must_use]
    pub fn of_bench(arch: Arch, point: Point, iommufd: bool) -> Profile {
        let mut supports = Supports { iommufd, ..Supports::BENCH };
        if arch == Arch::Arm32 {
            supports.buses = &[Bus::Platform];
            supports.vfio = false;
        }
        supports.sva &= arch == Arch::Generic && point.rules.sva_bind == SvaBind::GroupsBond;
        Profile { arch, point, supports, daring: DARING, about: None }
    }
}

/// What a target can do beyond the calls that every test bench makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub struct Supports {
    /// The buses that it can put devices on.
    pub buses: &'static [Bus],
    /// The attach and detach sequences of display drivers.
    pub flows: bool,
    /// `iommu_get_domain_for_dev` and `iommu_get_dma_domain`.
    pub queries: bool,
    /// iommufd.
    pub iommufd: bool,
    /// VFIO's groups and containers, and its driver.
    pub vfio: bool,
    /// PCI devices whose interrupts are isolated, beside others.
    pub isolated_pci: bool,
    /// `iommu_deferred_attach`, and maps that may come to it.
    pub deferred_attach: bool,
    /// `iommu_sva_bind_device` and `iommu_sva_unbind_device`.
    pub sva: bool,
    /// Names such as `domain(g)`: whatever a group's pointer holds at that moment.
    pub pointers: bool,
    /// Names such as `dma1`: the first domain of that type that the core made. A case cannot say them.
    pub made: bool,
    /// Untrusted PCI devices.
    pub untrusted: bool,
    /// `set_platform_dma_ops` that came one release late.
    pub late_platform_op: bool,
    /// The IOMMU registers after the script began, or goes and comes again.
    pub registration: bool,
    /// The same, in scripts with bridges.
    pub registration_with_bridges: bool,
}

impl Supports {
    /// Everything that a case can say.
    pub const EVERYTHING: Supports = Supports {
        buses: &[Bus::Platform, Bus::Pci, Bus::Amba, Bus::FslMc, Bus::Cdx, Bus::Host1x],
        flows: true,
        queries: true,
        iommufd: true,
        vfio: true,
        isolated_pci: true,
        deferred_attach: true,
        sva: true,
        pointers: true,
        made: false,
        untrusted: true,
        late_platform_op: true,
        registration: true,
        registration_with_bridges: true,
    };

    /// What the bench with a mock IOMMU driver in a live kernel can do.
    pub const BENCH: Supports = Supports {
        buses: &[Bus::Platform, Bus::Pci],
        flows: false,
        queries: true,
        deferred_attach: true,
        iommufd: false,
        vfio: true,
        isolated_pci: false,
        sva: true,
        pointers: true,
        made: false,
        untrusted: true,
        late_platform_op: true,
        registration: true,
        registration_with_bridges: false,
    };

    /// Can it run this operation?
    #[must_use]
    pub fn has(&self, op: Op) -> bool {
        match op {
            Op::Driver { .. } => self.flows,
            Op::Iommufd(_) => self.iommufd,
            Op::Vfio(_) => self.vfio,
            Op::GetDomainForDev { .. } | Op::GetDmaDomain { .. } | Op::DriverGetDomain { .. } => self.queries,
            Op::DeferredAttach { .. } | Op::DmaMapSingle { .. } => self.deferred_attach,
            Op::SvaBindDevice { .. } | Op::SvaUnbindDevice { .. } => self.sva,
            Op::IommuDeviceRegister | Op::IommuDeviceUnregister => self.registration,
            _ => true,
        }
    }

    /// Does the IOMMU register or go while there are bridges?
    fn moves_bridges(script: &Script) -> bool {
        let registers = |op: &Op| matches!(op, Op::IommuDeviceRegister | Op::IommuDeviceUnregister);
        script.devices.iter().any(|device| device.bridge)
            && (!script.registered || script.ops.iter().any(registers))
    }

    /// Can it make sense of this name?
    #[must_use]
    pub fn knows(&self, name: &DomainName) -> bool {
        match name {
            DomainName::User(_) | DomainName::Static(_) => true,
            DomainName::Made(..) => self.made,
            DomainName::PointedToBy(..) => self.pointers,
        }
    }

    /// Can it run this script?
    #[must_use]
    pub fn covers(&self, script: &Script) -> bool {
        script.ops.iter().all(|op| self.has(*op))
            && script.domains.iter().all(|name| self.knows(name))
            && script
                .devices
                .iter()
                .all(|device| self.buses.contains(&device.bus) && (self.untrusted || !device.untrusted))
            && (self.registration || script.registered)
            && (self.registration_with_bridges || !Supports::moves_bridges(script))
    }
}
