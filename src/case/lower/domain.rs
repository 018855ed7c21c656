// SPDX-License-Identifier: GPL-2.0-only
//! The tables of names that operations mention, and domains that are allocated when they are first used.

use super::{For, Lowering};
use crate::case::error::{Complaint, Problem};
use crate::case::form::{DomainWord, Word};
use crate::case::names::{small, static_domain};
use crate::script::{ContainerId, DomainName, DomainRef, Field, HandleId, MappingId, Op, OwnerId};
use crate::trace::text::Origin;

/// The size of a mapping, if the case does not say.
pub(super) const DEFAULT_SIZE: u64 = 128 << 20;

impl Lowering<'_> {
    /// The id of an owner that an operation mentions.
    pub(super) fn owner<'t>(&mut self, word: &Word<'t>) -> Result<Option<OwnerId>, Complaint<'t>> {
        let Some(owner) = self.names.owner(word)? else { return Ok(None) };
        let owners = &mut self.lowered.script.owners;
        Ok(Some(OwnerId(small(intern(owners, owner)))))
    }

    /// The id of an attach handle that an operation mentions.
    pub(super) fn handle<'t>(&mut self, word: &Word<'t>) -> Result<Option<HandleId>, Complaint<'t>> {
        let Some(handle) = self.names.handle(word)? else { return Ok(None) };
        let handles = &mut self.lowered.script.handles;
        Ok(Some(HandleId(small(intern(handles, handle)))))
    }

    /// The id of a container that an operation mentions.
    pub(super) fn container<'t>(&mut self, word: &Word<'t>) -> Result<ContainerId, Complaint<'t>> {
        let container = self.names.container(word)?;
        Ok(ContainerId(small(intern(&mut self.lowered.script.containers, container))))
    }

    /// The id of a mapping that an operation mentions.
    pub(super) fn mapping<'t>(&mut self, word: &Word<'t>) -> Result<MappingId, Complaint<'t>> {
        self.names.domain_of(word, DomainWord::Mapping)?;
        Ok(self.mapping_id(word.text()))
    }

    fn mapping_id(&mut self, name: &str) -> MappingId {
        MappingId(small(intern(&mut self.lowered.script.mappings, name)))
    }

    /// The reference to a domain of the user.
    pub(super) fn user(&mut self, name: &str) -> DomainRef {
        self.reference(DomainName::User(name.to_owned()))
    }

    fn reference(&mut self, name: DomainName) -> DomainRef {
        let domains = &mut self.lowered.script.domains;
        let index = domains.iter().position(|known| *known == name).unwrap_or_else(|| {
            domains.push(name);
            domains.len() - 1
        });
        DomainRef(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// The domain that a word names, allocated for somebody if this is the first operation that names it.
    pub(super) fn domain<'t>(&mut self, word: &Word<'t>, whose: For) -> Result<DomainRef, Complaint<'t>> {
        let (reference, declared) = self.named_domain(word)?;
        if let Some(index) = declared {
            self.allocate(index, whose);
        }
        Ok(reference)
    }

    /// The domain that a word names; with its index if it is a declared one.
    pub(super) fn named_domain<'t>(
        &mut self,
        word: &Word<'t>,
    ) -> Result<(DomainRef, Option<usize>), Complaint<'t>> {
        let text = word.text();
        let Some((function, argument)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) else {
            let index = self.names.domain_in(text, word.spot())?;
            return Ok((self.user(text), Some(index)));
        };
        // The argument, as a part of the text.
        let spot = word.spot().and_then(|spot| spot.get(function.len() + 1..spot.len() - 1)).or(word.spot());
        let field = match function {
            "static" => match static_domain(argument) {
                Some(domain) => return Ok((self.reference(DomainName::Static(domain)), None)),
                None => None,
            },
            "domain" => Some(Field::Domain),
            "default_domain" => Some(Field::DefaultDomain),
            "blocking_domain" => Some(Field::BlockingDomain),
            _ => None,
        };
        match field {
            Some(field) => {
                let group = self.names.group_in(argument, spot)?;
                Ok((self.reference(DomainName::PointedToBy(group, field)), None))
            }
            None => Err(Complaint::at(word.spot(), Problem::BadDomain(text.to_owned())).hint(
                "a declared name, `static(identity|blocked|release|default|platform)`, `domain(<group>)`, \
                 `default_domain(<group>)` or `blocking_domain(<group>)`",
            )),
        }
    }

    /// Allocates a declared domain that nobody allocates, if there is a device to do it for.
    pub(super) fn allocate(&mut self, index: usize, whose: For) {
        let Some((name, kind)) = self.names.domains.get(index) else { return };
        let device = match whose {
            For::Device(device) => Some(device),
            For::Group(group) => self.devices_of(group).first().copied(),
        };
        let (Some(allocated), Some(device)) = (self.allocated.get_mut(index), device) else { return };
        if matches!(kind, DomainWord::Hwpt | DomainWord::Ioas) || std::mem::replace(allocated, true) {
            return;
        }
        let op = match kind {
            DomainWord::Paging => Op::DomainAlloc { domain: self.user(name), device },
            DomainWord::Mapping => {
                Op::ArmCreateMapping { mapping: self.mapping_id(name), device, size: DEFAULT_SIZE }
            }
            // iommufd's objects belong to a context, which a case says.
            DomainWord::Hwpt | DomainWord::Ioas => return,
        };
        self.push(op, Origin::Implied);
    }
}

/// The index of a name in a table, to which it is added if it is not there.
pub(super) fn intern(table: &mut Vec<String>, name: &str) -> usize {
    table.iter().position(|known| known == name).unwrap_or_else(|| {
        table.push(name.to_owned());
        table.len() - 1
    })
}
