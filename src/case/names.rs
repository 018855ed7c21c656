// SPDX-License-Identifier: GPL-2.0-only
//! The names that a case declares, and looking them up.

use std::cell::Cell;

use super::error::{Complaint, Noun, Problem};
use super::form::{DomainWord, OUTCOMES, TopologyForm, Word};
use super::hint::{did_you_mean, nearest};
use super::limits::{
    MAX_CONTAINERS, MAX_DEVICES, MAX_DOMAINS, MAX_GROUPS, MAX_HANDLES, MAX_NAME, MAX_OWNERS,
};
use crate::script::{DeviceId, GroupId, Static, VfioStatus, Worded};

/// Everything that a case declares, in the order of declaration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Groups.
    pub groups: Vec<String>,
    /// Devices and their groups.
    pub devices: Vec<(String, Option<GroupId>)>,
    /// Domains of the user.
    pub domains: Vec<(String, DomainWord)>,
    /// Owner tokens.
    pub owners: Vec<String>,
    /// Attach handles.
    pub handles: Vec<String>,
    /// VFIO's containers.
    pub containers: Vec<String>,
    /// Devices that something is done with, as bits by their index.
    used: Cell<u32>,
}

impl Names {
    /// What a topology declares: first the devices of groups, then those without.
    pub(crate) fn declared<'t>(topology: &TopologyForm<'t>) -> Result<Names, Complaint<'t>> {
        let mut names = Names::default();
        for (group, form) in &topology.groups.0 {
            let id = GroupId(small(names.groups.len()));
            names.groups.push(checked(group, Noun::Group)?);
            let devices = match form {
                super::form::Listed::List(devices) => devices,
                super::form::Listed::Map(form) => &form.devices,
            };
            for device in devices {
                names.add_device(device, Some(id))?;
            }
        }
        for (device, _) in &topology.devices.0 {
            if names.find_device(device.text()).is_none() {
                names.add_device(device, None)?;
            }
        }
        for (domain, kind) in &topology.domains.0 {
            names.domains.push((checked(domain, Noun::Domain)?, *kind));
        }
        for owner in &topology.owners {
            if names.owners.iter().any(|known| known == owner.text()) {
                return Err(duplicate_name(owner, Noun::Owner));
            }
            names.owners.push(checked(owner, Noun::Owner)?);
        }
        for handle in &topology.handles {
            if names.handles.iter().any(|known| known == handle.text()) {
                return Err(duplicate_name(handle, Noun::Handle));
            }
            names.handles.push(checked(handle, Noun::Handle)?);
        }
        for container in &topology.containers {
            if names.containers.iter().any(|known| known == container.text()) {
                return Err(duplicate_name(container, Noun::Container));
            }
            names.containers.push(checked(container, Noun::Container)?);
        }
        names.check_limits(topology)?;
        Ok(names)
    }

    fn add_device<'t>(&mut self, device: &Word<'t>, group: Option<GroupId>) -> Result<(), Complaint<'t>> {
        if let Some(known) = self.find_device(device.text()) {
            let at = self.devices.get(known.index()).and_then(|known| known.1);
            let problem = match at {
                Some(other) if Some(other) != group => Problem::DeviceInTwoGroups {
                    device: device.text().to_owned(),
                    group: self.group_name(other).to_owned(),
                },
                _ => Problem::DuplicateName(Noun::Device, device.text().to_owned()),
            };
            return Err(Complaint::at(device.spot(), problem).hint("give each device its own name"));
        }
        self.devices.push((checked(device, Noun::Device)?, group));
        Ok(())
    }

    fn check_limits<'t>(&self, topology: &TopologyForm<'t>) -> Result<(), Complaint<'t>> {
        let first = |word: Option<&Word<'t>>| word.and_then(Word::spot);
        let groups = first(topology.groups.0.first().map(|entry| &entry.0));
        let devices = groups.or(first(topology.devices.0.first().map(|entry| &entry.0)));
        let domains = first(topology.domains.0.first().map(|entry| &entry.0));
        for (spot, what, count, limit) in [
            (groups, "groups", self.groups.len(), MAX_GROUPS),
            (devices, "devices", self.devices.len(), MAX_DEVICES),
            (domains, "domains", self.domains.len(), MAX_DOMAINS),
            (first(topology.owners.first().map(|name| &**name)), "owners", self.owners.len(), MAX_OWNERS),
            (first(topology.handles.first().map(|name| &**name)), "handles", self.handles.len(), MAX_HANDLES),
            (
                first(topology.containers.first().map(|name| &**name)),
                "containers",
                self.containers.len(),
                MAX_CONTAINERS,
            ),
        ] {
            if count > limit {
                return Err(Complaint::at(spot, Problem::TooMany { what, count, limit })
                    .hint("a test bench with a real kernel has no more"));
            }
        }
        Ok(())
    }

    /// The name of a group.
    pub(crate) fn group_name(&self, group: GroupId) -> &str {
        self.groups.get(group.index()).map_or("", String::as_str)
    }

    /// The device of this name, if there is one.
    pub(crate) fn find_device(&self, name: &str) -> Option<DeviceId> {
        self.devices.iter().position(|device| device.0 == name).map(|at| DeviceId(small(at)))
    }

    fn find_group(&self, name: &str) -> Option<GroupId> {
        self.groups.iter().position(|group| group == name).map(|at| GroupId(small(at)))
    }

    /// The group of this name.
    pub(crate) fn group<'t>(&self, word: &Word<'t>) -> Result<GroupId, Complaint<'t>> {
        self.group_in(word.text(), word.spot())
    }

    /// The group of this name, which stands in this part of the text.
    pub(crate) fn group_in<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<GroupId, Complaint<'t>> {
        self.find_group(name).ok_or_else(|| self.undeclared(name, spot, Noun::Group))
    }

    /// The device of this name.
    pub(crate) fn device<'t>(&self, word: &Word<'t>) -> Result<DeviceId, Complaint<'t>> {
        self.device_in(word.text(), word.spot())
    }

    /// The device of this name, which stands in this part of the text.
    pub(crate) fn device_in<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<DeviceId, Complaint<'t>> {
        let device = self.find_device(name).ok_or_else(|| self.undeclared(name, spot, Noun::Device))?;
        self.used.set(self.used.get() | 1 << device.0);
        Ok(device)
    }

    /// The first device that has options but no group, and that no step, state or expectation has named.
    pub(crate) fn idle<'a, 't>(&self, topology: &'a TopologyForm<'t>) -> Option<&'a Word<'t>> {
        let mut names = topology.devices.0.iter().map(|entry| &entry.0);
        names.find(|name| {
            self.find_device(name.text()).is_some_and(|device| {
                let group = self.devices.get(device.index()).and_then(|device| device.1);
                group.is_none() && self.used.get() & (1 << device.0) == 0
            })
        })
    }

    /// What to say of it.
    pub(crate) fn idle_device<'t>(&self, word: &Word<'t>) -> Complaint<'t> {
        let grouped = self.devices.iter().filter(|device| device.1.is_some()).map(|device| device.0.as_str());
        let hint = match nearest(word.text(), grouped) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "put it into a group, or take it out".into(),
        };
        Complaint::at(word.spot(), Problem::IdleDevice(word.text().to_owned())).hint(hint)
    }

    /// The index of the domain of this name.
    pub(crate) fn domain_in<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<usize, Complaint<'t>> {
        let found = self.domains.iter().position(|domain| domain.0 == name);
        found.ok_or_else(|| self.undeclared(name, spot, Noun::Domain))
    }

    /// The index of the domain of this name, which must be of this kind.
    pub(crate) fn domain_of<'t>(&self, word: &Word<'t>, kind: DomainWord) -> Result<usize, Complaint<'t>> {
        self.domain_of_kind(word.text(), word.spot(), kind)
    }

    /// The same for a name that stands in this part of the text.
    pub(crate) fn domain_of_kind<'t>(
        &self,
        name: &str,
        spot: Option<&'t str>,
        kind: DomainWord,
    ) -> Result<usize, Complaint<'t>> {
        let Some(index) = self.domains.iter().position(|domain| domain.0 == name) else {
            return Err(self.undeclared(name, spot, noun_of(kind)));
        };
        match self.domains.get(index) {
            Some((name, is)) if *is != kind => {
                let (is, needed) = (noun_of(*is), noun_of(kind));
                let wanted = match kind {
                    DomainWord::Paging => "paging",
                    DomainWord::Mapping => "mapping",
                    DomainWord::Hwpt => "hwpt",
                    DomainWord::Ioas => "ioas",
                };
                Err(Complaint::at(spot, Problem::WrongKind { name: name.clone(), is, needed })
                    .hint(format!("declare `{name}: {wanted}` if that is what it is")))
            }
            _ => Ok(index),
        }
    }

    /// The name of an owner; `None` for the NULL pointer.
    pub(crate) fn owner<'t>(&self, word: &Word<'t>) -> Result<Option<&str>, Complaint<'t>> {
        if word.is_null() {
            return Ok(None);
        }
        match self.owners.iter().find(|owner| owner.as_str() == word.text()) {
            Some(owner) => Ok(Some(owner)),
            None => Err(self.undeclared(word.text(), word.spot(), Noun::Owner)),
        }
    }

    /// The name of an attach handle; `None` for the NULL pointer.
    pub(crate) fn handle<'t>(&self, word: &Word<'t>) -> Result<Option<&str>, Complaint<'t>> {
        if word.is_null() {
            return Ok(None);
        }
        match self.handles.iter().find(|handle| handle.as_str() == word.text()) {
            Some(handle) => Ok(Some(handle)),
            None => Err(self.undeclared(word.text(), word.spot(), Noun::Handle)),
        }
    }

    /// A word that stands where a handle must be named.
    pub(crate) fn undeclared_handle<'t>(&self, word: &Word<'t>) -> Complaint<'t> {
        self.undeclared(word.text(), word.spot(), Noun::Handle)
    }

    /// The container of this name.
    pub(crate) fn container<'t>(&self, word: &Word<'t>) -> Result<&str, Complaint<'t>> {
        self.container_in(word.text(), word.spot())
    }

    /// The owner of this name, which stands in this part of the text.
    pub(crate) fn owner_in<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<&str, Complaint<'t>> {
        let found = self.owners.iter().find(|owner| *owner == name);
        found.map(String::as_str).ok_or_else(|| self.undeclared(name, spot, Noun::Owner))
    }

    /// The container of this name, which stands in this part of the text.
    pub(crate) fn container_in<'t>(&self, name: &str, spot: Option<&'t str>) -> Result<&str, Complaint<'t>> {
        let found = self.containers.iter().find(|container| *container == name);
        found.map(String::as_str).ok_or_else(|| self.undeclared(name, spot, Noun::Container))
    }

    /// A name that is not declared: perhaps mistyped, perhaps of another kind.
    fn undeclared<'t>(&self, name: &str, spot: Option<&'t str>, noun: Noun) -> Complaint<'t> {
        let kinds: [(Noun, Vec<&str>); 6] = [
            (Noun::Group, self.groups.iter().map(String::as_str).collect()),
            (Noun::Device, self.devices.iter().map(|device| device.0.as_str()).collect()),
            (Noun::Domain, self.domains.iter().map(|domain| domain.0.as_str()).collect()),
            (Noun::Owner, self.owners.iter().map(String::as_str).collect()),
            (Noun::Handle, self.handles.iter().map(String::as_str).collect()),
            (Noun::Container, self.containers.iter().map(String::as_str).collect()),
        ];
        let known: Vec<&str> = match noun {
            Noun::Group => kinds[0].1.clone(),
            Noun::Device => kinds[1].1.clone(),
            Noun::Owner => kinds[3].1.clone(),
            Noun::Handle => kinds[4].1.clone(),
            Noun::Container => kinds[5].1.clone(),
            Noun::Paging => self.domains_of(DomainWord::Paging),
            Noun::Mapping => self.domains_of(DomainWord::Mapping),
            Noun::Hwpt => self.domains_of(DomainWord::Hwpt),
            Noun::Ioas => self.domains_of(DomainWord::Ioas),
            Noun::Domain => kinds[2].1.clone(),
        };
        let other = kinds.iter().find(|(_, names)| names.contains(&name)).map(|kind| kind.0);
        let hint = match other {
            Some(other) => Some(format!("`{name}` is a {other}")),
            None => {
                did_you_mean(name, known).or_else(|| Some(format!("declare it under `{}`", section(noun))))
            }
        };
        Complaint::at(spot, Problem::Undeclared(noun, name.to_owned())).hint_if(hint)
    }

    fn domains_of(&self, kind: DomainWord) -> Vec<&str> {
        self.domains.iter().filter(|domain| domain.1 == kind).map(|domain| domain.0.as_str()).collect()
    }
}

/// What a declared domain of this kind is.
fn noun_of(kind: DomainWord) -> Noun {
    match kind {
        DomainWord::Paging => Noun::Paging,
        DomainWord::Mapping => Noun::Mapping,
        DomainWord::Hwpt => Noun::Hwpt,
        DomainWord::Ioas => Noun::Ioas,
    }
}

/// Where names of this kind are declared.
fn section(noun: Noun) -> &'static str {
    match noun {
        Noun::Group => "topology.groups",
        Noun::Device => "topology.groups` or `topology.devices",
        Noun::Domain | Noun::Paging | Noun::Mapping | Noun::Hwpt | Noun::Ioas => "topology.domains",
        Noun::Owner => "topology.owners",
        Noun::Handle => "topology.handles",
        Noun::Container => "topology.containers",
    }
}

fn duplicate_name<'t>(word: &Word<'t>, noun: Noun) -> Complaint<'t> {
    Complaint::at(word.spot(), Problem::DuplicateName(noun, word.text().to_owned()))
}

/// The name, if it can be one.
fn checked<'t>(word: &Word<'t>, noun: Noun) -> Result<String, Complaint<'t>> {
    let name = word.text();
    let first = name.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    let rest =
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '@' | '-' | '+'));
    // YAML takes these for something else where a map may stand instead of a name.
    let taken = matches!(name, "null" | "true" | "false")
        || name.parse::<f64>().is_ok()
        || ["0x", "0o", "0b"].iter().any(|prefix| name.starts_with(prefix));
    if matches!(noun, Noun::Domain | Noun::Handle) && is_outcome(name) {
        return Err(Complaint::at(word.spot(), Problem::BadName(noun, name.to_owned()))
            .hint("`expect` would take it for an outcome; give it another name"));
    }
    if first && rest && !taken && name.len() <= MAX_NAME {
        return Ok(name.to_owned());
    }
    Err(Complaint::at(word.spot(), Problem::BadName(noun, name.to_owned())).hint(format!(
        "a name has up to {MAX_NAME} letters, digits and `.` `_` `:` `@` `-` `+`, begins with a letter or digit, \
         and is no number, `null`, `true` or `false`"
    )))
}

/// Would it stand for something else where a query's answer is expected?
fn is_outcome(name: &str) -> bool {
    let like_an_errno = name.strip_prefix('E').is_some_and(|rest| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    });
    like_an_errno || OUTCOMES.iter().any(|(word, _)| *word == name) || VfioStatus::of_word(name).is_some()
}

/// The static domain of a name such as `static(identity)`'s inner word.
pub(crate) fn static_domain(word: &str) -> Option<Static> {
    Some(match word {
        "identity" => Static::Identity,
        "blocked" => Static::Blocked,
        "release" => Static::Release,
        "default" => Static::Default,
        "platform" => Static::Platform,
        _ => return None,
    })
}

/// An index as an id's number. All tables are limited to fewer than 256 entries before ids are used.
pub(crate) fn small(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}
