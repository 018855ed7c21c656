// SPDX-License-Identifier: GPL-2.0-only
//! From a script to the bench's lines: the world it starts from, and then a line for each operation.

mod iommufd;
mod places;
mod vfio;

use super::cannot::CannotRun;
use super::names::Names;
use super::session::LINES_LIMIT;
use crate::engine::Rules;
use crate::engine::rules::{NullTarget, Registration, RockchipPlatformOp, SvaBind};
use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DeviceSpec, DomainKind, DomainName, DomainOps, DomainRef, DriverKind,
    Errno, Fault, FaultDomain, FaultKind, GivenHandle, KindSet, MappingOf, Op, PokeValue, Script, Setting,
    Static, StaticSet, VfioOp, Worded,
};
use places::Places;

/// What the module in the guest keeps of each.
const MAX_DEVICES: usize = 16;
const MAX_GROUPS: usize = 8;
const MAX_OWNERS: usize = 8;
const MAX_MAPPINGS: usize = 16;
const MAX_HANDLES: usize = 8;
/// What it reads of one line.
const MAX_SETTINGS: usize = 15;

/// What matters of a guest when a script is lowered for it.
#[derive(Clone, Copy, Debug)]
pub struct Bench {
    /// The kernel's architecture.
    pub arch: Arch,
    /// Its behaviour, as far as that decides how the mock driver must be set up.
    pub rules: Rules,
    /// The bench has `getdom`, `getdma`, `defattach` and `dmamap`, and knows domains by what points to them.
    pub queries: bool,
    /// There are PCI devices.
    pub pci: bool,
    /// iommufd was built for this kernel.
    pub iommufd: bool,
}

impl Bench {
    /// Debian's kernels for 32-bit ARM do without, and the bench does not know the bonds of v6.2 to v6.10.
    fn has_address_spaces(&self) -> bool {
        self.arch == Arch::Generic && matches!(self.rules.sva_bind, SvaBind::Absent | SvaBind::GroupsBond)
    }
}

/// A script as lines for the bench.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// Settings, groups and devices.
    pub setup: Vec<String>,
    /// One for each operation.
    pub ops: Vec<String>,
}

/// The lines of a script.
///
/// # Errors
/// Why this guest cannot run it.
pub fn lower(script: &Script, bench: &Bench) -> Result<Lowered, CannotRun> {
    if script.arch != bench.arch {
        return Err(CannotRun::OtherArch(script.arch));
    }
    at_most("devices", script.devices.len(), MAX_DEVICES)?;
    at_most("groups", script.groups.len(), MAX_GROUPS)?;
    at_most("owners", script.owners.len(), MAX_OWNERS)?;
    at_most("handles", script.handles.len(), MAX_HANDLES)?;
    at_most("mappings", script.mappings.len(), MAX_MAPPINGS)?;
    at_most("settings", script.settings.len(), MAX_SETTINGS)?;
    let lowering = Lowering { script, names: Names::new(script), bench };
    let setup = lowering.setup()?;
    at_most("operations", setup.len() + script.ops.len(), LINES_LIMIT)?;
    let ops = script.ops.iter().map(|op| lowering.op(op)).collect::<Result<_, _>>()?;
    Ok(Lowered { setup, ops })
}

fn at_most(what: &'static str, count: usize, most: usize) -> Result<(), CannotRun> {
    if count <= most { Ok(()) } else { Err(CannotRun::TooMany { what, most }) }
}

struct Lowering<'s> {
    script: &'s Script,
    names: Names<'s>,
    bench: &'s Bench,
}

impl Lowering<'_> {
    fn setup(&self) -> Result<Vec<String>, CannotRun> {
        let mut lines = Vec::new();
        if !self.script.settings.is_empty() {
            let settings = self.script.settings.iter().map(|s| self.setting(s));
            let settings: Vec<String> = settings.collect::<Result<_, _>>()?;
            lines.push(format!("cfg {}", settings.join(" ")));
        }
        for (index, group) in self.script.groups.iter().enumerate() {
            lines.push(format!("group g{index} hold={}", u8::from(group.hold)));
        }
        if self.script.devices.iter().any(|device| !device.isolated_msi) {
            self.strict_interrupts()?;
            lines.push("strict_interrupts".into());
        }
        let uses_iommufd = |op: &Op| {
            matches!(
                op,
                Op::Iommufd(_) | Op::Vfio(VfioOp::GroupSetIommufd { .. } | VfioOp::SetIommuOfIommufd { .. })
            )
        };
        if self.bench.iommufd && self.script.ops.iter().any(uses_iommufd) {
            let owners = (0..self.script.owners.len()).map(|owner| format!("context o{owner}"));
            lines.extend(owners);
        }
        let mut places = Places::default();
        for (index, device) in self.script.devices.iter().enumerate() {
            let place = match device.bus {
                Bus::Platform => String::new(),
                Bus::Pci if self.bench.pci => format!(" pci={}", places.place_for(device)?),
                bus => return Err(CannotRun::Bus(bus)),
            };
            lines.push(self.device(index, device)? + &place);
        }
        let registers = |op: &Op| matches!(op, Op::IommuDeviceRegister | Op::IommuDeviceUnregister);
        let scanned = !self.script.registered || self.script.ops.iter().any(registers);
        if scanned && self.script.devices.iter().any(|device| device.bridge) {
            return Err(CannotRun::BridgeBeforeScan);
        }
        if !self.script.registered {
            if self.bench.rules.registration == Registration::BusOps {
                return Err(CannotRun::RegisteredForGood);
            }
            lines.push("iunreg".into());
        }
        Ok(lines)
    }

    fn setting(&self, setting: &Setting) -> Result<String, CannotRun> {
        Ok(match setting {
            Setting::DefaultType(kind) => format!("def={}", default_type(*kind)),
            Setting::Deny(kinds) => format!("deny={}", letters(*kinds)),
            Setting::DenyErrno(errno) => format!("deny_errno={}", number(*errno)),
            Setting::Detach(ops) => format!("detach={}", u8::from(self.has_detach(*ops))),
            Setting::DeferredFlush(capable) => format!("fqcap={}", u8::from(*capable)),
            Setting::Unsafe(allowed) => format!("unsafe={}", u8::from(*allowed)),
            Setting::Static(which) => format!("static={}", statics(which)),
            Setting::NoSetDevPasid(which) => format!("nopasid={}", without_pasids(which)),
            Setting::LateXlate(_) => return Err(CannotRun::Setting("late_xlate")),
            Setting::AddressSpaces(_) => return Err(CannotRun::Setting("address_spaces")),
            Setting::TestDriverRemove(_) => return Err(CannotRun::Setting("debug_test_driver_remove")),
        })
    }

    /// The bench has one switch for both ways to leave a domain; each kernel has at most one of them.
    fn has_detach(&self, ops: DetachOps) -> bool {
        let rules = &self.bench.rules;
        match ops {
            DetachOps::None => false,
            DetachOps::Full => true,
            DetachOps::DetachOnly => rules.null_target != NullTarget::PlatformOp,
            DetachOps::LatePlatformOp => {
                rules.null_target != NullTarget::PlatformOp
                    || rules.rockchip_platform_op == RockchipPlatformOp::Present
            }
        }
    }

    fn device(&self, index: usize, device: &DeviceSpec) -> Result<String, CannotRun> {
        // `device` is taken apart so that an option that is new cannot be forgotten here.
        let DeviceSpec {
            name: _,
            group,
            bus: _,
            default_type: kind,
            deferred,
            direct,
            pasid_bits,
            device_tree,
            untrusted,
            bridge: _,
            cache_coherent,
            isolated_msi,
            ats: _,
            requester_id,
            vfio_group,
        } = device;
        if vfio_group.is_some() {
            return Err(CannotRun::Setting("vfio_group"));
        }
        let group = group.map_or(Ok("-".into()), |group| self.names.group(group))?;
        let mut line = format!("dev d{index} group={group}");
        if let Some(kind) = kind {
            line += &format!(" deftype={}", default_type(*kind));
        }
        let flags =
            [("deferred", *deferred), ("resv", *direct), ("dt", *device_tree), ("untrusted", *untrusted)];
        for (option, set) in flags {
            if set {
                line += &format!(" {option}=1");
            }
        }
        if let Some(id) = requester_id {
            // 0 is an id, but to the bench none
            line += &format!(" rid={}", u32::from(*id) + 1);
        }
        if !isolated_msi {
            line += " isolated_msi=0";
        }
        if !cache_coherent {
            line += " coherent=0";
        }
        if *pasid_bits > 0 {
            line += &format!(" pasid={pasid_bits}");
        }
        Ok(line)
    }

    fn op(&self, op: &Op) -> Result<String, CannotRun> {
        let names = self.names;
        Ok(match *op {
            Op::DeviceAdd { device, driver: None } => format!("add {}", names.device(device)?),
            Op::DeviceAdd { device, driver: Some(driver) } => {
                format!("add {} {}", names.device(device)?, driver_word(driver)?)
            }
            Op::DeviceDel { device } => format!("del {}", names.device(device)?),
            Op::Bind { device, driver } if driver.needs_pci() => {
                format!("sysbind {} {}", names.device(device)?, driver_word(driver)?)
            }
            Op::Bind { device, driver } => format!("bind {} {}", names.device(device)?, driver_word(driver)?),
            Op::Unbind { device } => format!("unbind {}", names.device(device)?),
            Op::IommuDeviceRegister => "ireg".into(),
            Op::IommuDeviceUnregister => "iunreg".into(),
            Op::UseDefaultDomain { device } => format!("use {}", names.device(device)?),
            Op::UnuseDefaultDomain { device } => format!("unuse {}", names.device(device)?),
            Op::GroupClaimDmaOwner { group, owner } => {
                format!("claim {} {}", names.group(group)?, names.owner(owner)?)
            }
            Op::GroupReleaseDmaOwner { group } => format!("release {}", names.group(group)?),
            Op::GroupDmaOwnerClaimed { group } => format!("claimed {}", names.group(group)?),
            Op::DeviceClaimDmaOwner { device, owner } => {
                format!("dclaim {} {}", names.device(device)?, names.owner(owner)?)
            }
            Op::DeviceReleaseDmaOwner { device } => format!("drelease {}", names.device(device)?),
            Op::DomainAlloc { domain, device } => {
                format!("alloc {} {}", self.domain(domain)?, names.device(device)?)
            }
            Op::DomainFree { domain } => format!("free {}", self.domain(domain)?),
            Op::AttachDevice { domain, device } => {
                format!("attach_dev {} {}", self.domain(domain)?, names.device(device)?)
            }
            Op::DetachDevice { domain, device } => {
                format!("detach_dev {} {}", self.domain(domain)?, names.device(device)?)
            }
            Op::AttachGroup { domain, group } => {
                format!("attach_group {} {}", self.domain(domain)?, names.group(group)?)
            }
            Op::DetachGroup { domain, group } => {
                format!("detach_group {} {}", self.domain(domain)?, names.group(group)?)
            }
            Op::GroupReplaceDomain { domain, group } => {
                format!("replace {} {}", self.domain(domain)?, names.group(group)?)
            }
            Op::AttachDevicePasid { domain, device, pasid, handle } => {
                let (domain, device) = (self.domain(domain)?, names.device(device)?);
                let handle = match handle {
                    GivenHandle::Fresh => return Ok(format!("attach_pasid {domain} {device} {pasid}")),
                    GivenHandle::Null => None,
                    GivenHandle::Named(handle) => Some(handle),
                };
                format!("attach_pasid_h {domain} {device} {pasid} {}", names.handle(handle)?)
            }
            Op::ReplaceDevicePasid { domain, device, pasid, handle } => {
                let (domain, device) = (self.domain(domain)?, names.device(device)?);
                format!("replace_pasid {domain} {device} {pasid} {}", names.handle(handle)?)
            }
            Op::SvaBindDevice { .. } | Op::SvaUnbindDevice { .. } if !self.bench.has_address_spaces() => {
                return Err(CannotRun::AddressSpace);
            }
            Op::SvaBindDevice { device } => format!("sva_bind {}", names.device(device)?),
            Op::SvaUnbindDevice { device } => format!("sva_unbind {}", names.device(device)?),
            Op::AttachGroupHandle { domain, group, handle } => {
                let (domain, group) = (self.domain(domain)?, names.group(group)?);
                format!("attach_group_h {domain} {group} {}", names.handle(handle)?)
            }
            Op::DetachGroupHandle { domain, group } => {
                format!("detach_group_h {} {}", self.domain(domain)?, names.group(group)?)
            }
            Op::ReplaceGroupHandle { domain, group, handle } => {
                let domain = domain.map_or(Ok("null".into()), |domain| self.domain(domain))?;
                format!("replace_group_h {domain} {} {}", names.group(group)?, names.handle(handle)?)
            }
            Op::AttachHandleGet { group, pasid, kind } => {
                let kind = kind.map_or_else(String::new, |kind| format!(" {}", kind.name()));
                format!("handle {} {pasid}{kind}", names.group(group)?)
            }
            Op::DetachDevicePasid { domain, device, pasid } => {
                format!("detach_pasid {} {} {pasid}", self.domain(domain)?, names.device(device)?)
            }
            Op::GroupStoreType { group, word } => {
                format!("type {} {}", names.group(group)?, word.text().unwrap_or("nonsense"))
            }
            Op::DeferredAttach { device } => self.query("defattach", &names.device(device)?)?,
            Op::DmaMapSingle { device } => self.query("dmamap", &names.device(device)?)?,
            Op::GetDomainForDev { device } => self.query("getdom", &names.device(device)?)?,
            Op::GetDmaDomain { device } => self.query("getdma", &names.device(device)?)?,
            Op::GroupAddDevice { device, group } => {
                format!("gadd {} {}", names.device(device)?, names.group(group)?)
            }
            Op::GroupRemoveDevice { device } => format!("gdel {}", names.device(device)?),
            Op::PciResetPrepare { device } => format!("resetprep {}", names.device(device)?),
            Op::PciResetDone { device } => format!("resetdone {}", names.device(device)?),
            Op::PciResetFunction { device } => format!("pcireset {}", names.device(device)?),
            Op::DriverGetDomain { device } => format!("drvdom {}", names.device(device)?),
            Op::ArmCreateMapping { mapping, device, size } => {
                format!("arm_create {} {} {size}", names.mapping(mapping)?, names.device(device)?)
            }
            Op::ArmAttachDevice { device, mapping: None } => format!("arm_attach {}", names.device(device)?),
            Op::ArmAttachDevice { device, mapping: Some(mapping) } => {
                format!("arm_attach {} {}", names.device(device)?, names.mapping(mapping)?)
            }
            Op::ArmDetachDevice { device } => format!("arm_detach {}", names.device(device)?),
            Op::ArmReleaseMapping { mapping: MappingOf::Named(mapping) } => {
                format!("arm_release {}", names.mapping(mapping)?)
            }
            Op::ArmReleaseMapping { mapping: MappingOf::Device(device) } => {
                format!("arm_release {}", names.device(device)?)
            }
            Op::Driver { .. } => return Err(CannotRun::DriverFlow),
            Op::Iommufd(op) => self.iommufd(op)?,
            Op::Vfio(VfioOp::GroupSetIommufd { .. } | VfioOp::SetIommuOfIommufd { .. })
                if !self.bench.iommufd =>
            {
                return Err(CannotRun::Iommufd);
            }
            Op::Vfio(op) => vfio::line(names, op)?,
            Op::Fail(fault) => self.fault(fault)?,
            Op::FailClear => "fail clear".into(),
            Op::Deny { kinds } if letters(kinds).is_empty() => "deny -".into(),
            Op::Deny { kinds } => format!("deny {}", letters(kinds)),
            Op::Poke { group, field, value } => {
                let value = match value {
                    PokeValue::Null => "null".into(),
                    PokeValue::Domain(domain) => self.domain(domain)?,
                    PokeValue::Owner(owner) => names.owner(Some(owner))?,
                    // the bench reads a signed number
                    PokeValue::Count(count) => count.cast_signed().to_string(),
                };
                format!("poke {} {} {value}", names.group(group)?, field.word())
            }
            Op::Observe => "obs".into(),
        })
    }

    fn query(&self, command: &'static str, device: &str) -> Result<String, CannotRun> {
        if self.bench.queries {
            Ok(format!("{command} {device}"))
        } else {
            Err(CannotRun::NoCommand(command))
        }
    }

    fn domain(&self, id: DomainRef) -> Result<String, CannotRun> {
        let by_pointer = matches!(self.script.domains.get(id.index()), Some(DomainName::PointedToBy(..)));
        if by_pointer && !self.bench.queries {
            return Err(CannotRun::NoCommand("@group.domain"));
        }
        self.names.domain(id)
    }

    fn fault(&self, fault: Fault) -> Result<String, CannotRun> {
        let Fault { kind, device, domain, errno, skip, count } = fault;
        let kind = match kind {
            FaultKind::Attach => "attach",
            FaultKind::Pasid => "pasid",
            FaultKind::Probe => "probe",
            FaultKind::Group => "group",
            FaultKind::DriverProbe => "drvprobe",
            FaultKind::Alloc => "alloc",
        };
        let device = device.map_or(Ok("*".into()), |device| self.names.device(device))?;
        let domain = match domain {
            FaultDomain::Any => "*".into(),
            FaultDomain::Kind(kind) => format!("@{}", kind.name()),
            FaultDomain::Named(id) => self.domain(id)?,
        };
        // The bench counts in `int`; no script has so many calls.
        let most = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let count = count.map_or(-1, most);
        Ok(format!("fail {kind} {device} {domain} {} {} {count}", number(errno), most(skip)))
    }
}

fn driver_word(driver: DriverKind) -> Result<&'static str, CannotRun> {
    Ok(match driver {
        DriverKind::KernelDma => "kdma",
        DriverKind::Managed => "user",
        DriverKind::VfioPci => "vfio-pci",
        DriverKind::PciStub => "pci-stub",
        DriverKind::Pcieport => "pcieport",
        DriverKind::VfioEmulated => return Err(CannotRun::Setting("vfio_emulated")),
    })
}

fn default_type(kind: DefaultType) -> &'static str {
    match kind {
        DefaultType::Dma => "dma",
        DefaultType::DmaFq => "fq",
        DefaultType::Identity => "identity",
    }
}

/// A kernel's errno as it returns it.
fn number(errno: Errno) -> i32 {
    -i32::from(errno.number())
}

/// The letters of these types; platform domains are never allocated, so refusing them means nothing.
fn letters(kinds: KindSet) -> String {
    let letter = |kind| match kind {
        DomainKind::Blocked => Some('b'),
        DomainKind::Identity => Some('i'),
        DomainKind::Unmanaged => Some('u'),
        DomainKind::Dma => Some('d'),
        DomainKind::DmaFq => Some('f'),
        DomainKind::Platform | DomainKind::Sva => None,
    };
    kinds.iter().filter_map(letter).collect()
}

fn statics(which: &StaticSet) -> String {
    let letter = |which: &Static| match which {
        Static::Identity => 'i',
        Static::Blocked => 'b',
        Static::Release => 'r',
        Static::Default => 'd',
        Static::Platform => 'p',
    };
    which.iter().map(letter).collect()
}

fn without_pasids(which: &[DomainOps]) -> String {
    let letter = |which: &DomainOps| match which {
        DomainOps::Paging => 'p',
        DomainOps::Identity => 'i',
        DomainOps::Blocked => 'b',
        DomainOps::Sva => 's',
    };
    which.iter().map(letter).collect()
}

#[cfg(test)]
mod tests;
