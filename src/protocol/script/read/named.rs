// SPDX-License-Identifier: GPL-2.0-only
//! What a name in an operation stands for.

use super::Reader;
use crate::implementation::recorded::wire::Text;
use crate::protocol::error::{Problem, Under, WireError};
use crate::protocol::names::{self, checked};
use crate::script::{ContainerId, DeviceId, DomainRef, GroupId, HandleId, IoasId, MappingId, OwnerId};

impl Reader {
    pub(super) fn context(&self, name: &Text<'_>) -> Result<OwnerId, WireError> {
        names::owner(&self.script, name.as_str()).under("context")
    }

    pub(super) fn ioas(&mut self, name: &Text<'_>) -> Result<IoasId, WireError> {
        let name = checked(name.as_str()).under("ioas")?;
        let known = &mut self.script.ioas;
        let index = known.iter().position(|known| known == name).unwrap_or_else(|| {
            known.push(name.to_owned());
            known.len() - 1
        });
        match u8::try_from(index) {
            Ok(index) => Ok(IoasId(index)),
            Err(_) => {
                Err(Problem::TooMany { what: "address spaces", limit: usize::from(u8::MAX) + 1 }.into())
            }
        }
    }

    pub(super) fn group(&self, name: &Text<'_>) -> Result<GroupId, WireError> {
        names::group(&self.script, name.as_str()).under("group")
    }

    pub(super) fn device(&self, name: &Text<'_>) -> Result<DeviceId, WireError> {
        names::device(&self.script, name.as_str()).under("device")
    }

    pub(super) fn container(&self, name: &Text<'_>) -> Result<ContainerId, WireError> {
        names::container(&self.script, name.as_str()).under("container")
    }

    pub(super) fn owner(&self, name: Option<&Text<'_>>) -> Result<Option<OwnerId>, WireError> {
        name.map(|name| names::owner(&self.script, name.as_str())).transpose().under("owner")
    }

    pub(super) fn handle(&self, name: Option<&Text<'_>>) -> Result<Option<HandleId>, WireError> {
        name.map(|name| names::handle(&self.script, name.as_str())).transpose().under("handle")
    }

    pub(super) fn domain(&mut self, name: &Text<'_>) -> Result<DomainRef, WireError> {
        let name = names::domain_name(&self.script, name.as_str()).under("domain")?;
        let domains = &mut self.script.domains;
        let index = domains.iter().position(|known| *known == name).unwrap_or_else(|| {
            domains.push(name);
            domains.len() - 1
        });
        match u16::try_from(index) {
            Ok(index) => Ok(DomainRef(index)),
            Err(_) => Err(Problem::TooMany { what: "domains", limit: usize::from(u16::MAX) + 1 }.into()),
        }
    }

    pub(super) fn mapping(&mut self, name: &Text<'_>) -> Result<MappingId, WireError> {
        let name = checked(name.as_str()).under("mapping")?;
        let mappings = &mut self.script.mappings;
        let index = mappings.iter().position(|known| known == name).unwrap_or_else(|| {
            mappings.push(name.to_owned());
            mappings.len() - 1
        });
        match u8::try_from(index) {
            Ok(index) => Ok(MappingId(index)),
            Err(_) => Err(Problem::TooMany { what: "mappings", limit: usize::from(u8::MAX) + 1 }.into()),
        }
    }
}
