// SPDX-License-Identifier: GPL-2.0-only
//! From the JSON of a script to a [`Script`].

mod named;
mod operation;

use super::{MAX_NAMES, MAX_OPS, WireDevice};
use super::{WireScript, WireSetting};
use crate::protocol::error::{Problem, Under, WireError};
use crate::protocol::names::checked;
use crate::script::{DeviceSpec, GroupSpec, Script, Setting};

impl WireScript<'_> {
    /// The script. Domains and mappings, which it does not declare, come into the tables as they are mentioned.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(&self) -> Result<Script, WireError> {
        let mut reader = Reader {
            script: Script {
                id: self.id.as_str().to_owned(),
                arch: self.arch.0,
                registered: self.registered,
                settings: self.driver.iter().map(WireSetting::read).collect(),
                ..Script::default()
            },
        };
        few("groups", self.groups.len(), MAX_NAMES).under("groups")?;
        for (index, group) in self.groups.iter().enumerate() {
            reader.declare_group(group.name.as_str(), group.hold).under(format_args!("groups[{index}]"))?;
        }
        few("devices", self.devices.len(), MAX_NAMES).under("devices")?;
        for (index, device) in self.devices.iter().enumerate() {
            reader.declare_device(device).under(format_args!("devices[{index}]"))?;
        }
        few("owners", self.owners.len(), MAX_NAMES).under("owners")?;
        for (index, owner) in self.owners.iter().enumerate() {
            reader.declare_owner(owner.as_str()).under(format_args!("owners[{index}]"))?;
        }
        few("handles", self.handles.len(), MAX_NAMES).under("handles")?;
        for (index, handle) in self.handles.iter().enumerate() {
            reader.declare_handle(handle.as_str()).under(format_args!("handles[{index}]"))?;
        }
        few("containers", self.containers.len(), MAX_NAMES).under("containers")?;
        for (index, container) in self.containers.iter().enumerate() {
            reader.declare_container(container.as_str()).under(format_args!("containers[{index}]"))?;
        }
        few("operations", self.ops.len(), MAX_OPS).under("ops")?;
        for (index, op) in self.ops.iter().enumerate() {
            let op = reader.op(op).under(format_args!("ops[{index}]"))?;
            reader.script.ops.push(op);
        }
        Ok(reader.script)
    }
}

fn few(what: &'static str, count: usize, limit: usize) -> Result<(), Problem> {
    if count <= limit { Ok(()) } else { Err(Problem::TooMany { what, limit }) }
}

impl WireSetting {
    fn read(&self) -> Setting {
        match self {
            WireSetting::DefaultType(word) => Setting::DefaultType(word.0),
            WireSetting::Deny(kinds) => Setting::Deny(kinds.iter().map(|kind| kind.0).collect()),
            WireSetting::DenyErrno(errno) => Setting::DenyErrno(errno.0),
            WireSetting::Detach(word) => Setting::Detach(word.0),
            WireSetting::DeferredFlush(capable) => Setting::DeferredFlush(*capable),
            WireSetting::LateXlate(late) => Setting::LateXlate(*late),
            WireSetting::AddressSpaces(most) => Setting::AddressSpaces(*most),
            WireSetting::NoSetDevPasid(words) => {
                Setting::NoSetDevPasid(words.iter().map(|word| word.0).collect())
            }
            WireSetting::DebugTestDriverRemove(test) => Setting::TestDriverRemove(*test),
            WireSetting::ForbiddenCalls(run) => Setting::Unsafe(*run),
            WireSetting::Static(words) => Setting::Static(words.iter().map(|word| word.0).collect()),
        }
    }
}

struct Reader {
    script: Script,
}

impl Reader {
    fn declare_group(&mut self, name: &str, hold: bool) -> Result<(), WireError> {
        checked(name).under("name")?;
        if self.script.groups.iter().any(|known| known.name == name) {
            return Err(Problem::Duplicate("group", name.into())).under("name");
        }
        self.script.groups.push(GroupSpec { name: name.into(), hold });
        Ok(())
    }

    fn declare_device(&mut self, wire: &WireDevice<'_>) -> Result<(), WireError> {
        let name = checked(wire.name.as_str()).under("name")?;
        if self.script.devices.iter().any(|known| known.name == name) {
            return Err(Problem::Duplicate("device", name.into())).under("name");
        }
        let group = wire.group.as_ref().map(|group| self.group(group)).transpose()?;
        let vfio_group =
            wire.vfio_group.as_ref().map(|group| self.group(group)).transpose().under("vfio_group")?;
        self.script.devices.push(DeviceSpec {
            name: name.into(),
            group,
            bus: wire.bus.0,
            default_type: wire.default_type.map(|word| word.0),
            deferred: wire.deferred,
            direct: wire.direct,
            pasid_bits: wire.pasid_bits,
            device_tree: wire.device_tree,
            untrusted: wire.untrusted,
            bridge: wire.bridge,
            cache_coherent: wire.cache_coherent,
            isolated_msi: wire.isolated_msi,
            ats: wire.ats,
            requester_id: wire.requester_id,
            vfio_group,
        });
        Ok(())
    }

    fn declare_owner(&mut self, name: &str) -> Result<(), WireError> {
        checked(name)?;
        if self.script.owners.iter().any(|known| known == name) {
            return Err(Problem::Duplicate("owner", name.into()).into());
        }
        self.script.owners.push(name.into());
        Ok(())
    }

    fn declare_handle(&mut self, name: &str) -> Result<(), WireError> {
        checked(name)?;
        if self.script.handles.iter().any(|known| known == name) {
            return Err(Problem::Duplicate("handle", name.into()).into());
        }
        self.script.handles.push(name.into());
        Ok(())
    }

    fn declare_container(&mut self, name: &str) -> Result<(), WireError> {
        checked(name)?;
        if self.script.containers.iter().any(|known| known == name) {
            return Err(Problem::Duplicate("container", name.into()).into());
        }
        self.script.containers.push(name.into());
        Ok(())
    }
}
