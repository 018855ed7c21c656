// SPDX-License-Identifier: GPL-2.0-only
//! Names on the wire.
//!
//! What a script declares is called by its own name. Domains that nobody declares have names with parentheses, which
//! no declared name has: `made(dma, 1)`, `static(identity)`, `domain(g)`.

use super::error::{Problem, shortened};
use crate::script::Worded;
use crate::script::{
    ContainerId, DeviceId, DomainKind, DomainName, Field, GroupId, HandleId, OwnerId, Script, Static,
};
use crate::trace::names::{NULL, OUTSIDE};

/// Bytes of a name.
const MAX_NAME: usize = 64;
/// What stands behind the name of a domain that has been freed.
const FREED: &str = " (freed)";

/// The name, if it can be one.
pub(super) fn checked(name: &str) -> Result<&str, Problem> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '(' | ')');
    if name.is_empty() || name.len() > MAX_NAME || name == NULL || name.contains(bad) {
        return Err(Problem::BadName(shortened(name)));
    }
    Ok(name)
}

/// What a domain's name means; groups are looked up in this table.
pub(super) fn domain_name(script: &Script, text: &str) -> Result<DomainName, Problem> {
    let Some((function, rest)) = text.split_once('(') else {
        return Ok(DomainName::User(checked(text)?.to_owned()));
    };
    let bad = || Problem::BadDomain(shortened(text));
    let argument = rest.strip_suffix(')').ok_or_else(bad)?;
    let field = match function {
        "made" => return made(argument).ok_or_else(bad),
        "static" => return Static::of_word(argument).map(DomainName::Static).ok_or_else(bad),
        "domain" => Field::Domain,
        "default_domain" => Field::DefaultDomain,
        "blocking_domain" => Field::BlockingDomain,
        _ => return Err(bad()),
    };
    Ok(DomainName::PointedToBy(group(script, argument)?, field))
}

/// `dma, 1`; DMA and DMA-FQ domains, between which a domain can change, are counted and named together.
fn made(argument: &str) -> Option<DomainName> {
    let (kind, number) = argument.split_once(", ")?;
    let kind = DomainKind::of_word(kind).filter(|kind| *kind != DomainKind::DmaFq)?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    Some(DomainName::Made(kind, number.parse().ok().filter(|_| plain)?))
}

/// The type that a domain of this name has, unless something else is said.
pub(super) fn usual_kind(name: &DomainName) -> DomainKind {
    match name {
        DomainName::Made(DomainKind::DmaFq, _) => DomainKind::Dma,
        DomainName::Made(kind, _) => *kind,
        DomainName::Static(Static::Identity | Static::Default) => DomainKind::Identity,
        DomainName::Static(Static::Blocked | Static::Release) => DomainKind::Blocked,
        DomainName::Static(Static::Platform) => DomainKind::Platform,
        DomainName::User(_) | DomainName::PointedToBy(..) => DomainKind::Unmanaged,
    }
}

/// The group of this name.
pub(super) fn group(script: &Script, name: &str) -> Result<GroupId, Problem> {
    let position = script.groups.iter().position(|group| group.name == name);
    position
        .and_then(|index| u8::try_from(index).ok())
        .map(GroupId)
        .ok_or_else(|| Problem::Unknown("group", shortened(name)))
}

/// The device of this name.
pub(super) fn device(script: &Script, name: &str) -> Result<DeviceId, Problem> {
    let position = script.devices.iter().position(|device| device.name == name);
    position
        .and_then(|index| u8::try_from(index).ok())
        .map(DeviceId)
        .ok_or_else(|| Problem::Unknown("device", shortened(name)))
}

/// The owner of this name.
pub(super) fn owner(script: &Script, name: &str) -> Result<OwnerId, Problem> {
    if name == OUTSIDE {
        return Ok(OwnerId::OUTSIDE);
    }
    let position = script.owners.iter().position(|owner| owner == name);
    position
        .and_then(|index| u8::try_from(index).ok())
        .map(OwnerId)
        .ok_or_else(|| Problem::Unknown("owner", shortened(name)))
}

/// The attach handle of this name.
pub(super) fn handle(script: &Script, name: &str) -> Result<HandleId, Problem> {
    let position = script.handles.iter().position(|handle| handle == name);
    position
        .and_then(|index| u8::try_from(index).ok())
        .map(HandleId)
        .ok_or_else(|| Problem::Unknown("handle", shortened(name)))
}

/// The container of this name.
pub(super) fn container(script: &Script, name: &str) -> Result<ContainerId, Problem> {
    let position = script.containers.iter().position(|container| container == name);
    position
        .and_then(|index| u8::try_from(index).ok())
        .map(ContainerId)
        .ok_or_else(|| Problem::Unknown("container", shortened(name)))
}

/// The name of what is perhaps freed, and whether it is.
pub(super) fn split_freed(text: &str) -> (&str, bool) {
    text.strip_suffix(FREED).map_or((text, false), |name| (name, true))
}

/// The same, put together.
pub(super) fn with_freed(name: String, freed: bool) -> String {
    if freed { name + FREED } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::GroupSpec;
    use crate::trace::names;
    use rstest::rstest;

    fn script() -> Script {
        let groups = vec![GroupSpec { name: "g".into(), hold: false }];
        Script { groups, ..Script::default() }
    }

    #[rstest]
    #[case("drm", DomainName::User("drm".into()))]
    #[case("made", DomainName::User("made".into()))]
    #[case("made(dma, 1)", DomainName::Made(DomainKind::Dma, 1))]
    #[case("made(blocked, 12)", DomainName::Made(DomainKind::Blocked, 12))]
    #[case("static(release)", DomainName::Static(Static::Release))]
    #[case("domain(g)", DomainName::PointedToBy(GroupId(0), Field::Domain))]
    #[case("default_domain(g)", DomainName::PointedToBy(GroupId(0), Field::DefaultDomain))]
    #[case("blocking_domain(g)", DomainName::PointedToBy(GroupId(0), Field::BlockingDomain))]
    fn domains(#[case] text: &str, #[case] name: DomainName) {
        let script = script();
        assert_eq!(domain_name(&script, text).as_ref(), Ok(&name));
        assert_eq!(names::domain_name(&script, &name), text);
    }

    #[rstest]
    #[case("made(dma)")]
    #[case("made(dma-fq, 1)")]
    #[case("made(dma, -1)")]
    #[case("made(dma, +1)")]
    #[case("made(dma, 65536)")]
    #[case("made(dma, 1")]
    #[case("static(none)")]
    #[case("owner(g)")]
    #[case("domain(h)")]
    #[case("drm)")]
    #[case("a b")]
    #[case("null")]
    #[case("")]
    fn what_is_no_domain_is_refused(#[case] text: &str) {
        assert!(domain_name(&script(), text).is_err());
    }
}
