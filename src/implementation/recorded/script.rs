// SPDX-License-Identifier: GPL-2.0-only
//! From the JSON of a recorded script to a [`Script`]: settings, groups and devices.

use std::collections::HashMap;

use thiserror::Error;

use super::op::{self, OpError};
use super::wire::{Line, Ordered, Scalar};
use crate::script::{
    Arch, Bus, ContainerId, DefaultType, DetachOps, DeviceId, DeviceSpec, DomainKind, DomainName, DomainOps,
    DomainRef, Errno, GroupId, GroupSpec, HandleId, KindSet, MappingId, OwnerId, Script, Setting, Static,
};

/// No recorded script has nearly so many operations; a longer one is not run.
const OPS_LIMIT: usize = 4096;

/// The bench's PCI devices that are bridges.
const BRIDGES: &[&str] = &["rp0", "rp1", "br"];

/// What is wrong with a script.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScriptError {
    /// A key of `cfg` is not known.
    #[error("cfg has no key `{0}` (known: def, deny, deny_errno, detach, static, fqcap, nopasid, unsafe)")]
    UnknownSetting(String),
    /// A value of `cfg` is not one of those allowed.
    #[error("cfg {key}={value}: {want}")]
    BadSetting {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// What is allowed.
        want: &'static str,
    },
    /// An option of a group is not known.
    #[error("group {group} has no option `{option}` (known: hold)")]
    UnknownGroupOption {
        /// The group.
        group: String,
        /// The option.
        option: String,
    },
    /// An option of a device is not known.
    #[error(
        "device {device} has no option `{option}` (known: group, deftype, deferred, resv, pasid, dt, pci, untrusted)"
    )]
    UnknownDeviceOption {
        /// The device.
        device: String,
        /// The option.
        option: String,
    },
    /// The value of a device's option is not one of those allowed.
    #[error("device {device}, {option}={value}: {want}")]
    BadDeviceOption {
        /// The device.
        device: String,
        /// The option.
        option: &'static str,
        /// The value.
        value: String,
        /// What is allowed.
        want: &'static str,
    },
    /// `arch` is neither of the two.
    #[error("arch `{0}`: generic or arm32")]
    UnknownArch(String),
    /// An operation cannot be understood.
    #[error("ops[{index}] `{text}`: {error}")]
    Op {
        /// Its position, from 0.
        index: usize,
        /// The operation.
        text: String,
        /// What is wrong.
        error: OpError,
    },
    /// More names than a script can hold.
    #[error("too many {0}")]
    TooMany(&'static str),
}

/// Reads the script of a line; `arch` is what the file's header says, unless the line says it itself.
///
/// # Errors
/// What is wrong with it.
pub fn parse(line: &Line<'_>, arch: Arch) -> Result<Script, ScriptError> {
    let mut builder = Builder::new(match line.arch.as_ref().map(|a| a.as_str()) {
        None => arch,
        Some("generic") => Arch::Generic,
        Some("arm32") => Arch::Arm32,
        Some(other) => return Err(ScriptError::UnknownArch(other.into())),
    });
    builder.script.id = line.name();
    for (key, value) in line.cfg.iter().flat_map(|cfg| &cfg.0) {
        builder.script.settings.push(setting(key.as_str(), &value.to_string())?);
    }
    let topology = line.topo.as_ref();
    for (name, options) in topology.and_then(|t| t.groups.as_ref()).iter().flat_map(|g| &g.0) {
        builder.declare_group(name.as_str(), options)?;
    }
    for (name, options) in topology.and_then(|t| t.devs.as_ref()).iter().flat_map(|d| &d.0) {
        builder.declare_device(name.as_str(), options)?;
    }
    if line.ops.len() > OPS_LIMIT {
        return Err(ScriptError::TooMany("operations (more than 4096)"));
    }
    for (index, text) in line.ops.iter().enumerate() {
        let text = text.0.as_str();
        let op = op::parse(text, &mut builder).map_err(|error| ScriptError::Op {
            index,
            text: shortened(text),
            error,
        })?;
        builder.script.ops.push(op);
    }
    Ok(builder.script)
}

/// A script being built, with its names by table.
pub(super) struct Builder {
    script: Script,
    groups: HashMap<String, GroupId>,
    devices: HashMap<String, DeviceId>,
    domains: HashMap<DomainName, DomainRef>,
    mappings: HashMap<String, MappingId>,
    owners: HashMap<String, OwnerId>,
    handles: HashMap<String, HandleId>,
}

impl Builder {
    fn new(arch: Arch) -> Builder {
        Builder {
            script: Script { arch, ..Script::default() },
            groups: HashMap::new(),
            devices: HashMap::new(),
            domains: HashMap::new(),
            mappings: HashMap::new(),
            owners: HashMap::new(),
            handles: HashMap::new(),
        }
    }

    fn declare_group(&mut self, name: &str, options: &Ordered<'_, Scalar<'_>>) -> Result<(), ScriptError> {
        let id = self.group(name).ok_or(ScriptError::TooMany("groups"))?;
        for (option, value) in &options.0 {
            match option.as_str() {
                "hold" => self.script.groups[id.index()].hold = yes(&value.to_string()),
                other => {
                    return Err(ScriptError::UnknownGroupOption { group: name.into(), option: other.into() });
                }
            }
        }
        Ok(())
    }

    fn declare_device(&mut self, name: &str, options: &Ordered<'_, Scalar<'_>>) -> Result<(), ScriptError> {
        let mut spec = DeviceSpec::new(name, None);
        for (option, value) in &options.0 {
            let value = value.to_string();
            let bad = |option, want| ScriptError::BadDeviceOption {
                device: name.into(),
                option,
                value: value.clone(),
                want,
            };
            match option.as_str() {
                "group" if value == "-" => spec.group = None,
                "group" => {
                    spec.group = Some(self.group(&value).ok_or(ScriptError::TooMany("groups"))?);
                }
                "deftype" => {
                    let kind = default_type(&value).ok_or_else(|| bad("deftype", "dma, fq or identity"))?;
                    spec.default_type = Some(kind);
                }
                "deferred" => spec.deferred = yes(&value),
                "resv" => spec.direct = yes(&value),
                "pasid" => {
                    spec.pasid_bits = value.parse().map_err(|_| bad("pasid", "a number of bits"))?;
                }
                "dt" => spec.device_tree = yes(&value),
                "pci" => {
                    spec.bus = Bus::Pci;
                    spec.ats = value.starts_with("ats");
                    spec.bridge = BRIDGES.contains(&value.as_str());
                }
                "untrusted" => spec.untrusted = yes(&value),
                other => {
                    return Err(ScriptError::UnknownDeviceOption {
                        device: name.into(),
                        option: other.into(),
                    });
                }
            }
        }
        let id = u8::try_from(self.script.devices.len()).map_err(|_| ScriptError::TooMany("devices"))?;
        self.script.devices.push(spec);
        self.devices.insert(name.into(), DeviceId(id));
        Ok(())
    }

    /// The group of this name; one that nothing has named before comes last.
    pub(super) fn group(&mut self, name: &str) -> Option<GroupId> {
        if let Some(id) = self.groups.get(name) {
            return Some(*id);
        }
        let id = GroupId(u8::try_from(self.script.groups.len()).ok()?);
        self.script.groups.push(GroupSpec { name: name.into(), hold: false });
        self.groups.insert(name.into(), id);
        Some(id)
    }

    pub(super) fn device(&self, name: &str) -> Option<DeviceId> {
        self.devices.get(name).copied()
    }

    pub(super) fn domain(&mut self, name: &str) -> Option<DomainRef> {
        let name = domain_name(name);
        if let Some(id) = self.domains.get(&name) {
            return Some(*id);
        }
        let id = DomainRef(u16::try_from(self.script.domains.len()).ok()?);
        self.script.domains.push(name.clone());
        self.domains.insert(name, id);
        Some(id)
    }

    pub(super) fn has_mapping(&self, name: &str) -> bool {
        self.mappings.contains_key(name)
    }

    pub(super) fn mapping(&mut self, name: &str) -> Option<MappingId> {
        if let Some(id) = self.mappings.get(name) {
            return Some(*id);
        }
        let id = MappingId(u8::try_from(self.script.mappings.len()).ok()?);
        self.script.mappings.push(name.into());
        self.mappings.insert(name.into(), id);
        Some(id)
    }

    pub(super) fn container(&mut self, name: &str) -> Option<ContainerId> {
        let containers = &mut self.script.containers;
        let index = containers.iter().position(|known| known == name).unwrap_or_else(|| {
            containers.push(name.into());
            containers.len() - 1
        });
        u8::try_from(index).ok().map(ContainerId)
    }

    pub(super) fn owner(&mut self, name: &str) -> Option<OwnerId> {
        if let Some(id) = self.owners.get(name) {
            return Some(*id);
        }
        let id = OwnerId(u8::try_from(self.script.owners.len()).ok()?);
        self.script.owners.push(name.into());
        self.owners.insert(name.into(), id);
        Some(id)
    }

    pub(super) fn handle(&mut self, name: &str) -> Option<HandleId> {
        if let Some(id) = self.handles.get(name) {
            return Some(*id);
        }
        let id = HandleId(u8::try_from(self.script.handles.len()).ok()?);
        self.script.handles.push(name.into());
        self.handles.insert(name.into(), id);
        Some(id)
    }
}

/// The start of a text, for a message.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(60) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

fn domain_ops(letter: char) -> Option<DomainOps> {
    Some(match letter {
        'p' => DomainOps::Paging,
        'i' => DomainOps::Identity,
        'b' => DomainOps::Blocked,
        's' => DomainOps::Sva,
        _ => return None,
    })
}

fn setting(key: &str, value: &str) -> Result<Setting, ScriptError> {
    let bad = |key, want| ScriptError::BadSetting { key, value: shortened(value), want };
    Ok(match key {
        "def" => Setting::DefaultType(default_type(value).ok_or_else(|| bad("def", "dma, fq or identity"))?),
        "deny" => Setting::Deny(kinds(value).ok_or_else(|| bad("deny", KIND_LETTERS))?),
        "deny_errno" => {
            Setting::DenyErrno(negative_errno(value).ok_or_else(|| bad("deny_errno", "a negative errno"))?)
        }
        "detach" => Setting::Detach(if yes(value) { DetachOps::Full } else { DetachOps::None }),
        "static" => Setting::Static(
            value
                .chars()
                .map(static_domain)
                .collect::<Option<_>>()
                .ok_or_else(|| bad("static", "letters of i, b, r, d, p"))?,
        ),
        "nopasid" => Setting::NoSetDevPasid(
            value
                .chars()
                .map(domain_ops)
                .collect::<Option<_>>()
                .ok_or_else(|| bad("nopasid", "letters of p, i, b, s"))?,
        ),
        "fqcap" => Setting::DeferredFlush(yes(value)),
        "unsafe" => Setting::Unsafe(yes(value)),
        other => return Err(ScriptError::UnknownSetting(shortened(other))),
    })
}

/// What the letters of `deny` may be.
pub(super) const KIND_LETTERS: &str = "letters of i, d, f, u, b, or -";

/// The bench's idea of a truth value.
fn yes(value: &str) -> bool {
    value.starts_with(['1', 'y', 't'])
}

fn default_type(word: &str) -> Option<DefaultType> {
    match word {
        "dma" => Some(DefaultType::Dma),
        "fq" => Some(DefaultType::DmaFq),
        "identity" => Some(DefaultType::Identity),
        _ => None,
    }
}

/// A set of types by their letters; `-` is nothing.
pub(super) fn kinds(letters: &str) -> Option<KindSet> {
    if letters == "-" {
        return Some(KindSet::EMPTY);
    }
    letters
        .chars()
        .map(|letter| match letter {
            'd' => Some(DomainKind::Dma),
            'i' => Some(DomainKind::Identity),
            'f' => Some(DomainKind::DmaFq),
            'u' => Some(DomainKind::Unmanaged),
            'b' => Some(DomainKind::Blocked),
            _ => None,
        })
        .collect()
}

fn static_domain(letter: char) -> Option<Static> {
    match letter {
        'i' => Some(Static::Identity),
        'b' => Some(Static::Blocked),
        'r' => Some(Static::Release),
        'd' => Some(Static::Default),
        'p' => Some(Static::Platform),
        _ => None,
    }
}

/// `-16` is EBUSY.
pub(super) fn negative_errno(text: &str) -> Option<Errno> {
    text.parse::<i64>().ok().and_then(i64::checked_neg).and_then(Errno::from_number)
}

/// What a domain's name in a recorded script means.
#[must_use]
pub fn domain_name(name: &str) -> DomainName {
    match name {
        "IDN" => return DomainName::Static(Static::Identity),
        "BLK" => return DomainName::Static(Static::Blocked),
        "REL" => return DomainName::Static(Static::Release),
        "DEF" => return DomainName::Static(Static::Default),
        "PLT" => return DomainName::Static(Static::Platform),
        _ => {}
    }
    let made = name.split_at_checked(3).and_then(|(kind, number)| {
        let kind = match kind {
            "dma" => DomainKind::Dma,
            "idn" => DomainKind::Identity,
            "blk" => DomainKind::Blocked,
            "unm" => DomainKind::Unmanaged,
            "sva" => DomainKind::Sva,
            _ => return None,
        };
        if !number.starts_with(|c: char| c.is_ascii_digit() && c != '0') {
            return None;
        }
        Some(DomainName::Made(kind, number.parse().ok()?))
    });
    made.unwrap_or_else(|| DomainName::User(name.into()))
}

/// A domain's name in recorded scripts.
#[must_use]
pub fn recorded_name(name: &DomainName) -> String {
    match name {
        DomainName::User(name) => name.clone(),
        DomainName::Made(kind, number) => format!("{}{number}", prefix(*kind)),
        DomainName::Static(which) => match which {
            Static::Identity => "IDN".into(),
            Static::Blocked => "BLK".into(),
            Static::Release => "REL".into(),
            Static::Default => "DEF".into(),
            Static::Platform => "PLT".into(),
        },
        DomainName::PointedToBy(..) => "?".into(),
    }
}

fn prefix(kind: DomainKind) -> &'static str {
    match kind {
        DomainKind::Dma | DomainKind::DmaFq => "dma",
        DomainKind::Identity => "idn",
        DomainKind::Blocked => "blk",
        DomainKind::Unmanaged => "unm",
        DomainKind::Sva => "sva",
        DomainKind::Platform => "dom",
    }
}
