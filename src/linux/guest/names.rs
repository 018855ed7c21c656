// SPDX-License-Identifier: GPL-2.0-only
//! Names in the guest: short ones by number, for the bench keeps 15 letters of each.

use super::cannot::CannotRun;
use crate::implementation::recorded;
use crate::script::{
    ContainerId, DeviceId, DomainName, DomainRef, GroupId, HandleId, IoasId, MappingId, OwnerId, Script,
    Worded,
};
use crate::trace::Trace;

/// The bench's names for what a script declares: `d0`, `g0`, `o0`, `h0` (attach handles), `m0` (domains), `x0`
/// (ARM mappings), `c0` (containers), `i0` (address spaces).
#[derive(Clone, Copy, Debug)]
pub struct Names<'s> {
    script: &'s Script,
}

impl<'s> Names<'s> {
    /// Of this script.
    #[must_use]
    pub fn new(script: &'s Script) -> Names<'s> {
        Names { script }
    }

    /// A device.
    pub(super) fn device(self, id: DeviceId) -> Result<String, CannotRun> {
        self.script.devices.get(id.index()).map(|_| device(id.index())).ok_or(CannotRun::UnknownName)
    }

    /// A group.
    pub(super) fn group(self, id: GroupId) -> Result<String, CannotRun> {
        self.script.groups.get(id.index()).map(|_| group(id.index())).ok_or(CannotRun::UnknownName)
    }

    /// An owner; the NULL pointer is `null`.
    pub(super) fn owner(self, id: Option<OwnerId>) -> Result<String, CannotRun> {
        let Some(id) = id else { return Ok("null".into()) };
        self.script.owners.get(id.index()).map(|_| owner(id.index())).ok_or(CannotRun::UnknownName)
    }

    /// An attach handle; the NULL pointer is `null`.
    pub(super) fn handle(self, id: Option<HandleId>) -> Result<String, CannotRun> {
        let Some(id) = id else { return Ok("null".into()) };
        self.script.handles.get(id.index()).map(|_| handle(id.index())).ok_or(CannotRun::UnknownName)
    }

    /// A VFIO container.
    pub(super) fn container(self, id: ContainerId) -> Result<String, CannotRun> {
        let known = self.script.containers.get(id.index());
        known.map(|_| format!("c{}", id.index())).ok_or(CannotRun::UnknownName)
    }

    /// An address space of iommufd.
    pub(super) fn ioas(self, id: IoasId) -> Result<String, CannotRun> {
        let known = self.script.ioas.get(id.index());
        known.map(|_| format!("i{}", id.index())).ok_or(CannotRun::UnknownName)
    }

    /// An ARM mapping.
    pub(super) fn mapping(self, id: MappingId) -> Result<String, CannotRun> {
        self.script.mappings.get(id.index()).map(|_| mapping(id.index())).ok_or(CannotRun::UnknownName)
    }

    /// A domain, also one that the core made or that a group points to.
    pub(super) fn domain(self, id: DomainRef) -> Result<String, CannotRun> {
        match self.script.domains.get(id.index()).ok_or(CannotRun::UnknownName)? {
            DomainName::User(name) => Ok(self.user(name)),
            DomainName::PointedToBy(id, field) => Ok(format!("@{}.{}", self.group(*id)?, field.word())),
            name @ (DomainName::Made(..) | DomainName::Static(_)) => Ok(recorded::recorded_name(name)),
        }
    }

    /// A user's domain; one that has a mapping's name is the mapping's.
    fn user(self, name: &str) -> String {
        if let Some(at) = self.script.mappings.iter().position(|mapping| mapping == name) {
            return mapping(at);
        }
        let same = |known: &DomainName| matches!(known, DomainName::User(known) if known == name);
        domain(self.script.domains.iter().position(same).unwrap_or(self.script.domains.len()))
    }

    /// The script as the guest knows it: the same but for its names, so that every id means the same in both.
    #[must_use]
    pub fn script_in_guest(self) -> Script {
        let mut script = self.script.clone();
        for (index, spec) in script.groups.iter_mut().enumerate() {
            spec.name = group(index);
        }
        for (index, spec) in script.devices.iter_mut().enumerate() {
            spec.name = device(index);
        }
        for name in &mut script.domains {
            if let DomainName::User(name) = name {
                *name = self.user(name);
            }
        }
        for (index, name) in script.mappings.iter_mut().enumerate() {
            *name = mapping(index);
        }
        for (index, name) in script.owners.iter_mut().enumerate() {
            *name = owner(index);
        }
        for (index, name) in script.handles.iter_mut().enumerate() {
            *name = handle(index);
        }
        script
    }

    /// Gives the domains of a trace that was read with [`Names::script_in_guest`] the script's own names.
    pub fn rename(self, trace: &mut Trace) {
        for info in &mut trace.domains {
            if let DomainName::User(name) = &mut info.name
                && let Some(own) = self.own_name(name)
            {
                *name = own.to_owned();
            }
        }
    }

    /// The script's own name of a domain or a mapping.
    fn own_name(self, name: &str) -> Option<&'s str> {
        let number = |letter: char| name.strip_prefix(letter)?.parse::<usize>().ok();
        if let Some(index) = number('x') {
            return self.script.mappings.get(index).map(String::as_str);
        }
        match self.script.domains.get(number('m')?)? {
            DomainName::User(name) => Some(name),
            DomainName::Made(..) | DomainName::Static(_) | DomainName::PointedToBy(..) => None,
        }
    }
}

fn device(index: usize) -> String {
    format!("d{index}")
}

fn group(index: usize) -> String {
    format!("g{index}")
}

fn owner(index: usize) -> String {
    format!("o{index}")
}

fn handle(index: usize) -> String {
    format!("h{index}")
}

fn mapping(index: usize) -> String {
    format!("x{index}")
}

fn domain(index: usize) -> String {
    format!("m{index}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::{DeviceSpec, DomainKind, Field, GroupSpec, Static};
    use crate::trace::{DomainInfo, Role};

    fn script() -> Script {
        Script {
            groups: vec![GroupSpec { name: "vop".into(), hold: false }],
            devices: vec![DeviceSpec::new("a name of more than 15 letters", Some(GroupId(0)))],
            domains: vec![
                DomainName::User("dma1".into()),
                DomainName::Made(DomainKind::DmaFq, 2),
                DomainName::Static(Static::Release),
                DomainName::PointedToBy(GroupId(0), Field::DefaultDomain),
                DomainName::User("shared".into()),
                DomainName::User("x9".into()),
            ],
            mappings: vec!["shared".into()],
            owners: vec!["VFIO".into()],
            ..Script::default()
        }
    }

    #[test]
    fn names_are_short() {
        let script = script();
        let names = Names::new(&script);
        assert_eq!(names.device(DeviceId(0)), Ok("d0".into()));
        assert_eq!(names.group(GroupId(0)), Ok("g0".into()));
        assert_eq!(names.mapping(MappingId(0)), Ok("x0".into()));
        assert_eq!(names.owner(Some(OwnerId(0))), Ok("o0".into()));
        assert_eq!(names.owner(None), Ok("null".into()));
        let domains: Vec<_> =
            (0..6).map(|index| names.domain(DomainRef(index)).unwrap_or_default()).collect();
        assert_eq!(domains, ["m0", "dma2", "REL", "@g0.default_domain", "x0", "m5"]);
    }

    #[test]
    fn what_is_not_declared_has_no_name() {
        let script = script();
        let names = Names::new(&script);
        for missing in [
            names.device(DeviceId(1)),
            names.group(GroupId(1)),
            names.mapping(MappingId(1)),
            names.owner(Some(OwnerId(1))),
            names.domain(DomainRef(6)),
        ] {
            assert_eq!(missing, Err(CannotRun::UnknownName));
        }
    }

    #[test]
    fn names_in_the_guest_lead_back() {
        let script = script();
        let names = Names::new(&script);
        let guest = names.script_in_guest();
        assert_eq!((guest.groups[0].name.as_str(), guest.devices[0].name.as_str()), ("g0", "d0"));
        let info = |name| DomainInfo { name, kind: DomainKind::Unmanaged, role: Role::User };
        let mut trace = Trace {
            domains: guest
                .domains
                .iter()
                .cloned()
                .map(info)
                .chain([info(DomainName::User("y".into()))])
                .collect(),
            ..Trace::default()
        };
        names.rename(&mut trace);
        let back: Vec<_> = trace.domains.into_iter().map(|info| info.name).collect();
        assert_eq!(back[..6], script.domains);
        assert_eq!(back[6], DomainName::User("y".into()));
    }
}
