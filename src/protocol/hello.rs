// SPDX-License-Identifier: GPL-2.0-only
//! The first line: who answers, and what it can do.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::VERSION;
use super::bounded::List;
use super::error::{Problem, Under, WireError, from_json, shortened};
use super::script::WireOp;
use super::words::Word;
use crate::script::{Arch, Bus, DriverKind, Op, Script, Setting};
use crate::script::{Worded, worded};
use crate::trace::{Sight, Unseen, operation};

/// Scripts that may be on their way at once; a larger window is taken for this one.
pub const MAX_WINDOW: u32 = 64;

/// Who answers. Keys that are not known are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Version of the protocol.
    pub protocol: u32,
    /// Its name.
    pub name: String,
    /// Its own version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The release of Linux that it is, or is like: `v6.12`, `v6.1.192`, `commit:1ea2a07a532b`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The architectures it runs.
    #[serde(default = "generic", skip_serializing_if = "is_generic")]
    pub arch: List<Word<Arch>>,
    /// The operations it runs; `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<List<String>>,
    /// What it can be given beside plain groups and devices; `None`: everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<List<Word<Capability>>>,
    /// What it observes; `None`: everything that its release has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observes: Option<List<Word<Sight>>>,
    /// So many scripts may be on their way at once.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub window: u32,
}

fn generic() -> List<Word<Arch>> {
    List(vec![Word(Arch::Generic)])
}

fn is_generic(arch: &List<Word<Arch>>) -> bool {
    arch.0 == [Word(Arch::Generic)]
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(window: &u32) -> bool {
    *window == 1
}

/// Something beside plain groups and devices that a script may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is named for the key or the bus that asks for it")]
pub enum Capability {
    DefaultType,
    Deny,
    DenyErrno,
    Detach,
    DeferredFlush,
    LateXlate,
    AddressSpaces,
    NoSetDevPasid,
    DebugTestDriverRemove,
    ForbiddenCalls,
    Static,
    Unregistered,
    Hold,
    NoGroup,
    DeviceDefaultType,
    Deferred,
    Direct,
    PasidBits,
    DeviceTree,
    Untrusted,
    Bridge,
    Incoherent,
    PciDrivers,
    SharedMsi,
    Ats,
    RequesterId,
    VfioGroup,
    Amba,
    FslMc,
    Pci,
    Cdx,
    Host1x,
    Handles,
}

worded! {
    "a capability" Capability {
        DefaultType = "default_type",
        Deny = "deny",
        DenyErrno = "deny_errno",
        Detach = "detach",
        DeferredFlush = "deferred_flush",
        LateXlate = "late_xlate",
        AddressSpaces = "address_spaces",
        NoSetDevPasid = "no_set_dev_pasid",
        DebugTestDriverRemove = "debug_test_driver_remove",
        ForbiddenCalls = "forbidden_calls",
        Static = "static",
        Unregistered = "unregistered",
        Hold = "hold",
        NoGroup = "no_group",
        DeviceDefaultType = "device_default_type",
        Deferred = "deferred",
        Direct = "direct",
        PasidBits = "pasid_bits",
        DeviceTree = "device_tree",
        Untrusted = "untrusted",
        Bridge = "bridge",
        PciDrivers = "pci_drivers",
        Incoherent = "incoherent",
        SharedMsi = "shared_msi",
        Ats = "ats",
        RequesterId = "requester_id",
        VfioGroup = "vfio_group",
        Amba = "amba",
        FslMc = "fsl-mc",
        Pci = "pci",
        Cdx = "cdx",
        Host1x = "host1x",
        Handles = "handles",
    }
    "something to observe" Sight {
        Setup = "setup",
        Calls = "calls",
        Leaks = "leaks",
        Domain = "groups.domain",
        DefaultDomain = "groups.default_domain",
        DefaultType = "groups.default_type",
        BlockingDomain = "groups.blocking_domain",
        OwnerCnt = "groups.owner_cnt",
        Owner = "groups.owner",
        Pasids = "groups.pasids",
        PasidTable = "groups.pasid_table",
        Devices = "groups.devices",
        Attached = "devices.attached",
        Group = "devices.group",
        Driver = "devices.driver",
        Mapping = "devices.mapping",
        Handles = "handles",
        ResettingDomain = "groups.resetting_domain",
        RecoveryCnt = "groups.recovery_cnt",
        Reset = "devices.reset",
    }
}

/// Why a script is not for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is of another architecture.
    Arch(Arch),
    /// An operation.
    Step(&'static str),
    /// A capability.
    Capability(Capability),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Arch(arch) => write!(f, "does not run `{}`", arch.word()),
            Unfit::Step(name) => write!(f, "does not run `{name}`"),
            Unfit::Capability(what) => write!(f, "does not have `{}`", what.word()),
        }
    }
}

impl Hello {
    /// Of somebody who can do everything on any generic architecture.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Hello {
        Hello {
            protocol: VERSION,
            name: name.into(),
            version: None,
            release: None,
            arch: generic(),
            steps: None,
            capabilities: None,
            observes: None,
            window: 1,
        }
    }

    /// Reads a first line.
    ///
    /// # Errors
    /// It is no hello, of another version, or names what is not known.
    pub fn read(line: &[u8]) -> Result<Hello, WireError> {
        // Of another version nothing else need be understood.
        let Versioned { protocol } = from_json(line)?;
        speaks(protocol)?;
        let hello: Hello = from_json(line)?;
        hello.check()?;
        Ok(hello)
    }

    /// Checks what no type can say.
    ///
    /// # Errors
    /// The protocol is another one, or a step is not known.
    pub fn check(&self) -> Result<(), WireError> {
        speaks(self.protocol)?;
        if self.window == 0 {
            return Err(Problem::Conflict("a window of 0 lets no script in".into())).under("window");
        }
        for (index, step) in self.steps.iter().flat_map(|steps| steps.iter()).enumerate() {
            if !WireOp::NAMES.contains(&step.as_str()) {
                let problem = Problem::BadWord(shortened(step), "an operation");
                return Err(problem).under(format_args!("steps[{index}]"));
            }
        }
        Ok(())
    }

    /// What is not observed.
    #[must_use]
    pub fn unseen(&self) -> Unseen {
        match &self.observes {
            None => Unseen::NOTHING,
            Some(seen) => Unseen::all_but(&seen.iter().map(|word| word.0).collect::<Vec<_>>()),
        }
    }

    /// Why it cannot run a script; `None`: it can.
    #[must_use]
    pub fn unfit(&self, script: &Script) -> Option<Unfit> {
        if !self.arch.contains(&Word(script.arch)) {
            return Some(Unfit::Arch(script.arch));
        }
        if let Some(steps) = &self.steps {
            let mut names = script.ops.iter().map(operation::name);
            if let Some(name) = names.find(|name| !steps.iter().any(|step| step == name)) {
                return Some(Unfit::Step(name));
            }
        }
        let offered = self.capabilities.as_ref()?;
        let missing = needs(script).into_iter().find(|need| !offered.contains(&Word(*need)));
        missing.map(Unfit::Capability)
    }
}

#[derive(Deserialize)]
struct Versioned {
    protocol: u32,
}

fn speaks(version: u32) -> Result<(), WireError> {
    if version == VERSION {
        return Ok(());
    }
    let problem = format!("version {version}, but this program speaks version {VERSION}");
    Err(Problem::Conflict(problem)).under("protocol")
}

/// What a script asks for beside plain groups and devices.
fn needs(script: &Script) -> Vec<Capability> {
    let setting = |setting: &Setting| match setting {
        Setting::DefaultType(_) => Capability::DefaultType,
        Setting::Deny(_) => Capability::Deny,
        Setting::DenyErrno(_) => Capability::DenyErrno,
        Setting::Detach(_) => Capability::Detach,
        Setting::DeferredFlush(_) => Capability::DeferredFlush,
        Setting::LateXlate(_) => Capability::LateXlate,
        Setting::AddressSpaces(_) => Capability::AddressSpaces,
        Setting::NoSetDevPasid(_) => Capability::NoSetDevPasid,
        Setting::TestDriverRemove(_) => Capability::DebugTestDriverRemove,
        Setting::Unsafe(_) => Capability::ForbiddenCalls,
        Setting::Static(_) => Capability::Static,
    };
    let mut needs: Vec<Capability> = script.settings.iter().map(setting).collect();
    let mut need = |needed: bool, what| {
        if needed {
            needs.push(what);
        }
    };
    let driver = |op: &Op| match *op {
        Op::DeviceAdd { driver, .. } => driver,
        Op::Bind { driver, .. } => Some(driver),
        _ => None,
    };
    let has_driver = |is: fn(DriverKind) -> bool| script.ops.iter().filter_map(driver).any(is);
    need(has_driver(DriverKind::needs_pci), Capability::PciDrivers);
    need(!script.registered, Capability::Unregistered);
    need(script.uses_handles(), Capability::Handles);
    need(script.groups.iter().any(|group| group.hold), Capability::Hold);
    let in_group_of_vfio = script.devices.iter().any(|device| device.vfio_group.is_some());
    let emulated = has_driver(|driver| driver == DriverKind::VfioEmulated);
    need(in_group_of_vfio || emulated, Capability::VfioGroup);
    for device in &script.devices {
        need(device.group.is_none(), Capability::NoGroup);
        need(device.default_type.is_some(), Capability::DeviceDefaultType);
        need(device.deferred, Capability::Deferred);
        need(device.direct, Capability::Direct);
        need(device.pasid_bits > 0, Capability::PasidBits);
        need(device.device_tree, Capability::DeviceTree);
        need(device.untrusted, Capability::Untrusted);
        need(device.bridge, Capability::Bridge);
        need(!device.cache_coherent, Capability::Incoherent);
        need(!device.isolated_msi, Capability::SharedMsi);
        need(device.ats, Capability::Ats);
        need(device.requester_id.is_some(), Capability::RequesterId);
        match device.bus {
            Bus::Platform => {}
            Bus::Amba => need(true, Capability::Amba),
            Bus::FslMc => need(true, Capability::FslMc),
            Bus::Pci => need(true, Capability::Pci),
            Bus::Cdx => need(true, Capability::Cdx),
            Bus::Host1x => need(true, Capability::Host1x),
        }
    }
    needs
}
