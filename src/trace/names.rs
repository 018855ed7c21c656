// SPDX-License-Identifier: GPL-2.0-only
//! Symbolic names: what a reader calls the things of a trace.

use super::{DomainInfo, Holds, Mark, PasidSlot, Pointer, Role, Trace, Warn};
use crate::script::{
    ContainerId, DeviceId, DomainKind, DomainName, DomainRef, GroupId, HandleId, IoasId, MappingId, OwnerId,
    Script, Worded,
};

/// What stands where a pointer is NULL.
pub const NULL: &str = "null";

/// What stands for a handle without a name.
pub const UNNAMED: &str = "(a handle)";

/// What stands for a PASID that is taken and holds nothing.
pub const RESERVED: &str = "(reserved)";
/// The owner that is no token of the script's, such as VFIO.
pub const OUTSIDE: &str = "outside";

/// What stands for an id that is in no table; a well-made trace has none.
const UNKNOWN: &str = "?";

/// The names of the domains of one trace.
///
/// A domain is called by what it is for: `drm` is the user's own, `dma(g)` and `identity(g)` are default
/// domains of group `g`, `blocking(g)` is its blocking domain, `mapping(d)` is the ARM mapping made at the
/// bind of `d`, `static(identity)` is the driver's. The second of a name is `dma(g)#2`, and so on.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    script: &'a Script,
    domains: Vec<String>,
    trace: &'a Trace,
}

impl<'a> Names<'a> {
    /// Names every domain that the trace mentions.
    #[must_use]
    pub fn new(script: &'a Script, trace: &'a Trace) -> Names<'a> {
        // A trace has few domains; a map would cost more.
        let mut seen: Vec<(String, u32)> = Vec::with_capacity(trace.domains.len());
        let domains = trace.domains.iter().map(|info| {
            let name = base_name(script, info);
            match seen.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => {
                    *count += 1;
                    format!("{name}#{count}")
                }
                None => {
                    seen.push((name.clone(), 1));
                    name
                }
            }
        });
        Names { script, domains: domains.collect(), trace }
    }

    /// A domain.
    #[must_use]
    pub fn domain(&self, mark: Mark) -> &str {
        self.domains.get(usize::from(mark.0)).map_or(UNKNOWN, String::as_str)
    }

    /// Is it one of VFIO's type 1?
    #[must_use]
    pub fn is_type1(&self, mark: Mark) -> bool {
        let info = self.trace.domains.get(usize::from(mark.0));
        info.is_some_and(|info| matches!(info.role, Role::Container(_)))
    }

    /// The type a domain was made with.
    #[must_use]
    pub fn kind(&self, mark: Mark) -> &'static str {
        self.trace.domains.get(usize::from(mark.0)).map_or(UNKNOWN, |info| info.kind.name())
    }

    /// What a WARN was about, or where a real kernel has it.
    #[must_use]
    pub fn warn(&self, warn: Warn) -> &'a str {
        match warn {
            Warn::At(place) => self.trace.told.places.get(usize::from(place)).map_or(UNKNOWN, String::as_str),
            warn => warn.words(),
        }
    }

    /// A pointer to a domain: `null`, a name, or a name and ` (freed)`.
    #[must_use]
    pub fn pointer(&self, pointer: Option<Pointer>) -> String {
        match pointer {
            None => NULL.into(),
            Some(Pointer { domain, freed: false }) => self.domain(domain).into(),
            Some(Pointer { domain, freed: true }) => format!("{} (freed)", self.domain(domain)),
        }
    }

    /// A device.
    #[must_use]
    pub fn device(&self, id: DeviceId) -> &'a str {
        device(self.script, id)
    }

    /// A group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> &'a str {
        group(self.script, id)
    }

    /// A handle.
    #[must_use]
    pub fn handle(&self, id: Option<HandleId>) -> &'a str {
        id.map_or(UNNAMED, |id| handle(self.script, Some(id)))
    }

    /// The handle of this name, if an operation mentions one.
    #[must_use]
    pub fn handle_named(&self, name: &str) -> Option<HandleId> {
        let index = self.script.handles.iter().position(|handle| handle == name)?;
        u8::try_from(index).ok().map(HandleId)
    }

    /// A handle that was found, and its domain: `h0, of drm`.
    #[must_use]
    pub fn held(&self, handle: Option<HandleId>, domain: Option<Pointer>) -> String {
        format!("{}, of {}", self.handle(handle), self.pointer(domain))
    }

    /// What a table of PASIDs holds: `{0: h0, 5: drm}`.
    #[must_use]
    pub fn pasids(&self, table: &[PasidSlot]) -> String {
        let slots: Vec<String> = table
            .iter()
            .map(|slot| match slot.holds {
                Holds::Domain(pointer) => format!("{}: {}", slot.pasid, self.pointer(Some(pointer))),
                Holds::Handle(handle) => format!("{}: {}", slot.pasid, self.handle(handle)),
                Holds::Reserved => format!("{}: {RESERVED}", slot.pasid),
            })
            .collect();
        format!("{{{}}}", slots.join(", "))
    }

    /// An owner.
    #[must_use]
    pub fn owner(&self, id: Option<OwnerId>) -> &'a str {
        owner(self.script, id)
    }
}

/// The name that a domain shares with others made for the same purpose.
fn base_name(script: &Script, info: &DomainInfo) -> String {
    match (info.role, &info.name) {
        (Role::Default(id), _) => format!("{}({})", kind_word(info.kind), group(script, id)),
        (Role::Blocking(id), _) => format!("blocking({})", group(script, id)),
        (Role::AddressSpace, _) => "sva".into(),
        (Role::Container(id), _) => format!("type1({})", container(script, id)),
        (Role::Mapping(id), _) => format!("mapping({})", device(script, id)),
        (Role::Compat(id), _) => format!("compat({})", owner(script, Some(id))),
        (Role::Ioas(id), _) => format!("auto({})", ioas(script, id)),
        (Role::User | Role::Static | Role::Unknown, name) => domain_name(script, name),
    }
}

/// A domain as an operation names it.
#[must_use]
pub fn domain_name(script: &Script, name: &DomainName) -> String {
    match name {
        DomainName::User(name) => name.clone(),
        DomainName::Made(kind, number) => format!("made({}, {number})", kind_word(*kind)),
        DomainName::Static(which) => format!("static({})", which.word()),
        DomainName::PointedToBy(id, field) => format!("{}({})", field.word(), group(script, *id)),
    }
}

/// A domain as an operation of this script names it.
#[must_use]
pub fn domain_ref(script: &Script, id: DomainRef) -> String {
    script.domains.get(id.index()).map_or_else(|| UNKNOWN.into(), |name| domain_name(script, name))
}

/// A device of this script.
#[must_use]
pub fn device(script: &Script, id: DeviceId) -> &str {
    script.devices.get(id.index()).map_or(UNKNOWN, |spec| &spec.name)
}

/// A group of this script.
#[must_use]
pub fn group(script: &Script, id: GroupId) -> &str {
    script.groups.get(id.index()).map_or(UNKNOWN, |spec| &spec.name)
}

/// An owner token of this script.
#[must_use]
pub fn owner(script: &Script, id: Option<OwnerId>) -> &str {
    match id {
        None => NULL,
        Some(OwnerId::OUTSIDE) => OUTSIDE,
        Some(id) => script.owners.get(id.index()).map_or(UNKNOWN, String::as_str),
    }
}

/// A VFIO container of this script.
#[must_use]
pub fn container(script: &Script, id: ContainerId) -> &str {
    script.containers.get(id.index()).map_or(UNKNOWN, String::as_str)
}

/// An attach handle of this script.
#[must_use]
pub fn handle(script: &Script, id: Option<HandleId>) -> &str {
    id.map_or(NULL, |id| script.handles.get(id.index()).map_or(UNKNOWN, String::as_str))
}

/// An ARM mapping of this script.
#[must_use]
pub fn mapping(script: &Script, id: MappingId) -> &str {
    script.mappings.get(id.index()).map_or(UNKNOWN, String::as_str)
}

/// An address space of this script.
#[must_use]
pub fn ioas(script: &Script, id: IoasId) -> &str {
    script.ioas.get(id.index()).map_or(UNKNOWN, String::as_str)
}

/// A type of domains as a name for one; DMA and DMA-FQ, between which a domain can change, share it.
fn kind_word(kind: DomainKind) -> &'static str {
    match kind {
        DomainKind::Blocked => "blocked",
        DomainKind::Identity => "identity",
        DomainKind::Unmanaged => "unmanaged",
        DomainKind::Dma | DomainKind::DmaFq => "dma",
        DomainKind::Platform => "platform",
        DomainKind::Sva => "sva",
    }
}
