// SPDX-License-Identifier: GPL-2.0-only
//! What no case reaches, and why: the suite fails for anything else, and for an entry that is reached after all.

/// Why no case can reach something: by what it is called in [`Matrix::unreached`](super::reach::Matrix::unreached), or
/// by file and code of a place of the engine.
const KNOWN: &[(&str, &str)] = &[
    (
        "errno NullTarget",
        "a rollback or a detach meets it, and gives its caller the errno that it had before",
    ),
    ("errno DriverPolicy", SCRIPTS),
    ("WARN GroupFreedWithDomain", LAST_DEVICE),
    (
        "WARN ResetWithoutBlocking",
        "the prepare before it made the blocking domain, or failed, and then the done is not called",
    ),
    ("WARN ResetNotCounted", "each done that gets so far has a prepare that counted"),
    ("src/engine/driver_core.rs: return Err(self.refuse(Errno::EEXIST, Reason::AlreadyPresent));", SCRIPTS),
    (
        "src/engine/execute.rs: return Ok(Outcome::Err(self.refuse(Errno::EALREADY, Reason::AlreadyPresent)));",
        SCRIPTS,
    ),
    ("src/engine/flows.rs: return Err(self.refuse(Errno::EINVAL, Reason::DriverPolicy));", SCRIPTS),
    (
        "src/engine/flows_omap.rs: return Outcome::Err(self.refuse(Errno::ENODEV, Reason::DriverPolicy));",
        SCRIPTS,
    ),
    ("src/engine/probe.rs: return Err(self.refuse(Errno::EINVAL, Reason::AlreadyPresent));", SCRIPTS),
    (
        "src/engine/handles.rs: return Err(self.refuse(Errno::EBUSY, Reason::PasidTaken));",
        "iommufd owns the group by then, so nobody else can have taken the place",
    ),
    (
        "src/engine/iommufd/attach.rs: None => Err(self.refuse(Errno::ENOENT, Reason::NoSuchObject)),",
        "the file that is asked has bound its device, or refuses earlier",
    ),
    (
        "src/engine/iommufd/bind.rs: return Err(self.refuse(Errno::ENODEV, Reason::NoGroup));",
        "a device without group has no file of VFIO to bind it with",
    ),
    ("src/engine/leave.rs: Leave::FirstTakingDomains => self.warn(Warn::GroupFreedWithDomain),", LAST_DEVICE),
    (
        "src/engine/pasid.rs: GivenHandle::Null => return Err(self.refuse(Errno::EINVAL, Reason::NullHandle)),",
        "the NULL handle was refused before the reset was looked for; the match must be complete",
    ),
    ("src/engine/pasid.rs: return Err(self.die(Crash::DeviceWithoutIommu));", PARTLY),
    ("src/engine/reset.rs: return self.warn(Warn::ResetWithoutBlocking);", "see the WARN of that name"),
    ("src/engine/reset.rs: 0 => self.warn(Warn::ResetNotCounted),", "see the WARN of that name"),
    ("src/engine/sva.rs: None => Err(self.die(Crash::HandleWithoutDomain)),", PARTLY),
    (
        "src/engine/type_write.rs: Err(self.refuse(Errno::EINVAL, Reason::NoDefaultDomain))",
        "releases with this rule refuse it when they look at the default domain first",
    ),
    (
        "src/engine/vfio/type1.rs: (_, None) => Err(self.refuse(Errno::EIO, Reason::AllocFailed)),",
        "a group in a container has a device",
    ),
];

/// What cases cannot say and scripts of the protocol can.
const SCRIPTS: &str =
    "the loader of cases refuses such a step; scripts of other programs and random ones have it";

/// What a group is left with when its last device goes.
const LAST_DEVICE: &str = "the last device takes the domains with it, unless somebody pokes at the group";

/// A guard of the engine's that the operations before it keep a script from.
const PARTLY: &str =
    "what comes before it in the operation, or a step that is skipped, keeps every case from it so far";

/// Why no case reaches this; `None`: one must.
#[must_use]
pub fn reason(what: &str) -> Option<&'static str> {
    KNOWN.iter().find(|known| known.0 == what).map(|known| known.1)
}

/// Of what is not reached, that for which there is no reason; and of the entries that `is_about` picks those that are
/// reached after all.
#[must_use]
pub fn against_known(unreached: &[String], is_about: impl Fn(&str) -> bool) -> Vec<String> {
    let new = unreached
        .iter()
        .filter(|what| reason(what).is_none())
        .map(|what| format!("{what}: no case reaches it"));
    let known = KNOWN.iter().filter(|known| is_about(known.0));
    let stale = known.filter(|known| !unreached.iter().any(|what| what == known.0));
    let stale = stale.map(|known| format!("{}: listed as unreached, but a case reaches it", known.0));
    new.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_or_stale_is_told() {
        let known = "WARN ResetNotCounted".to_owned();
        let about = |what: &str| what.starts_with("WARN ResetNot");
        assert!(against_known(std::slice::from_ref(&known), about).is_empty());
        let told = against_known(&["crash EmptyGroup".into()], about);
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].starts_with("crash EmptyGroup: no case"), "{told:?}");
        assert!(told[1].starts_with("WARN ResetNotCounted: listed"), "{told:?}");
    }
}
