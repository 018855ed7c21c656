// SPDX-License-Identifier: GPL-2.0-only
//! The world of a script: groups, devices and the IOMMU driver, and every name that its operations may use.

use super::super::profile::Profile;
use super::super::random::Random;
use super::theme::Theme;
use crate::engine::rules::{PasidRemovable, PasidTable};
use crate::script::{
    Arch, Bus, DefaultType, DetachOps, DeviceSpec, DomainKind, DomainName, DomainOps, DomainRef, Errno,
    Field, GroupId, GroupSpec, KindSet, MappingId, OwnerId, Script, Setting, Static,
};

/// Domains of the user that a script has names for.
const OWN: u16 = 8;
/// ARM mappings that a script has names for.
const MAPPINGS: u8 = 4;
/// Owners.
const OWNERS: u8 = 5;
/// A test bench has eight.
pub(super) const HANDLES: u8 = 5;
/// Devices of all groups together; two more may be in none.
const DEVICES: usize = 8;
/// One script in so many is about iommufd, where there is one.
const IOMMUFD: u64 = 12;
/// Core domains of each kind that have names.
const MADE: u16 = 4;

const STATICS: [Static; 5] =
    [Static::Identity, Static::Blocked, Static::Release, Static::Default, Static::Platform];
const FIELDS: [Field; 3] = [Field::Domain, Field::DefaultDomain, Field::BlockingDomain];
const KINDS: [DomainKind; 4] =
    [DomainKind::Dma, DomainKind::Identity, DomainKind::Blocked, DomainKind::Unmanaged];

/// The world, as a script without operations whose tables have all names.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) script: Script,
    pub(super) theme: Theme,
    /// Is the script allowed to take the kernel down?
    pub(super) daring: bool,
}

impl World {
    pub(super) fn random(profile: &Profile, id: String, number: u64, random: &mut Random) -> World {
        let arch = profile.arch;
        let daring = profile.daring > 0 && random.one_in(profile.daring);
        let theme = if let Some(theme) = profile.about {
            theme
        } else if daring && random.percent(70) {
            Theme::Daring
        } else if profile.supports.iommufd && number % IOMMUFD == IOMMUFD - 1 {
            Theme::Iommufd
        } else if profile.supports.vfio && arch == Arch::Generic && number % VFIO == VFIO - 1 {
            Theme::Vfio
        } else {
            Theme::random(random, arch)
        };
        let mut script = Script { id, arch, ..Script::default() };
        script.registered = !(profile.supports.registration && random.one_in(40));
        groups(theme, arch, random, &mut script);
        let mut with_ats = 0;
        let (mut plain, mut bridges) = (0, 0);
        let mixed = random.percent(MIXED);
        for device in &mut script.devices {
            options(theme, mixed, arch, profile, random, device);
            device.ats = device.bus == Bus::Pci
                && !device.bridge
                && with_ats < ATS
                && random.percent(if theme == Theme::Resets { 85 } else { 35 });
            with_ats += usize::from(device.ats);
            // A test bench has no more.
            device.bridge &= bridges < BRIDGES;
            bridges += usize::from(device.bridge);
            if device.bus == Bus::Pci && !device.ats && !device.bridge {
                if plain == PLAIN {
                    device.bus = Bus::Platform;
                    device.untrusted = false;
                } else {
                    plain += 1;
                }
            }
        }
        if !profile.supports.isolated_pci && (plain > 0 || with_ats > 0 || bridges > 0) {
            script.devices.iter_mut().for_each(|device| device.isolated_msi = true);
        }
        if bridges > 0 && !profile.supports.registration_with_bridges {
            script.registered = true;
        }
        if matches!(theme, Theme::Pasids | Theme::Handles) && random.percent(60) {
            // Some releases want every device of the group to have them.
            let bits = random.of([4, 8]);
            script
                .devices
                .iter_mut()
                .filter(|spec| spec.group.is_some())
                .for_each(|spec| spec.pasid_bits = bits);
        }
        settings(theme, daring, profile, random, &mut script);
        names(&mut script);
        World { script, theme, daring }
    }

    // ------------------------------------------------- names

    /// The user's domain of this number.
    pub(super) fn own(number: u16) -> Option<DomainRef> {
        (number < OWN).then_some(DomainRef(number))
    }

    /// The mapping of this number, and its domain.
    pub(super) fn mapping(number: u8) -> Option<(MappingId, DomainRef)> {
        (number < MAPPINGS).then(|| (MappingId(number), DomainRef(OWN + u16::from(number))))
    }

    /// Page tables of iommufd that a script has names for.
    pub(super) const PAGE_TABLES: usize = 3;

    /// The page table of iommufd of this number.
    pub(super) fn page_table(&self, number: usize) -> Option<DomainRef> {
        self.named(&DomainName::User(format!("hwpt{number}")))
    }

    /// A static domain.
    pub(super) fn fixed(which: Static) -> DomainRef {
        let at = STATICS.iter().position(|known| *known == which).unwrap_or(0);
        DomainRef(OWN + u16::from(MAPPINGS) + small(at))
    }

    /// Whatever this pointer of the group holds.
    pub(super) fn pointer(group: GroupId, field: Field) -> DomainRef {
        let at = FIELDS.iter().position(|known| *known == field).unwrap_or(0);
        let first = OWN + u16::from(MAPPINGS) + small(STATICS.len());
        DomainRef(first + small(FIELDS.len()) * u16::from(group.0) + small(at))
    }

    /// The reference of this name.
    pub(super) fn named(&self, name: &DomainName) -> Option<DomainRef> {
        let at = self.script.domains.iter().position(|known| known == name)?;
        u16::try_from(at).ok().map(DomainRef)
    }

    /// An owner; the first ones more often.
    pub(super) fn owner(random: &mut Random) -> Option<OwnerId> {
        let owner = random.weighted(&[(Some(0), 50), (Some(1), 30), (Some(2), 8), (Some(3), 3), (None, 5)]);
        owner.flatten().map(OwnerId)
    }
}

/// One script in so many is about VFIO.
const VFIO: u64 = 20;

fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn names(script: &mut Script) {
    let letter = |first: u8, number: u8| char::from(first + number).to_string();
    script.mappings = (0..MAPPINGS).map(|number| letter(b'S', number)).collect();
    script.owners = (0..OWNERS).map(|number| format!("o{number}")).collect();
    script.containers = vec!["c0".into(), "c1".into()];
    script.handles = (0..HANDLES).map(|number| format!("h{number}")).collect();
    let own = (0..OWN).map(|number| DomainName::User(letter(b'A', u8::try_from(number).unwrap_or(0))));
    script.domains = own.collect();
    script.domains.extend(script.mappings.iter().cloned().map(DomainName::User));
    script.domains.extend(STATICS.map(DomainName::Static));
    for group in 0..script.groups.len() {
        let group = GroupId(u8::try_from(group).unwrap_or(u8::MAX));
        script.domains.extend(FIELDS.map(|field| DomainName::PointedToBy(group, field)));
    }
    for kind in KINDS {
        script.domains.extend((1..=MADE).map(|number| DomainName::Made(kind, number)));
    }
    script.ioas = vec!["ioas0".into(), "ioas1".into()];
    let page_tables = (0..World::PAGE_TABLES).map(|number| DomainName::User(format!("hwpt{number}")));
    script.domains.extend(page_tables);
}

/// Groups with their devices, group by group; then devices in none, and groups for them.
fn groups(theme: Theme, arch: Arch, random: &mut Random, script: &mut Script) {
    let count = match theme {
        Theme::WideScan => random.between(3, 4),
        _ => random.weighted(&[(1, 50), (2, 35), (3, 14), (4, 8)]).unwrap_or(1),
    };
    let hold = if matches!(theme, Theme::Return | Theme::Daring) { 70 } else { 38 };
    let sizes: &[(usize, usize)] = match (theme, arch) {
        (Theme::WideScan, _) => &[(1, 2), (2, 6), (3, 3)],
        (Theme::Joins, _) => &[(2, 10), (3, 6), (4, 1)],
        (_, Arch::Arm32) => &[(1, 50), (2, 45), (3, 25), (4, 8)],
        (_, Arch::Generic) => &[(1, 22), (2, 32), (3, 36), (4, 18), (5, 8), (6, 5)],
    };
    for group in 0..count {
        script.groups.push(GroupSpec { name: format!("g{group}"), hold: random.percent(hold) });
        let left = DEVICES.saturating_sub(script.devices.len() + (count - group - 1));
        let size = random.weighted(sizes).unwrap_or(1).clamp(1, left.max(1));
        for _ in 0..size {
            let name = format!("d{}", script.devices.len());
            script.devices.push(DeviceSpec::new(name, Some(GroupId(u8::try_from(group).unwrap_or(0)))));
        }
    }
    let loose = match theme {
        Theme::ByHand | Theme::Daring => 2,
        Theme::Vfio => 1,
        _ => usize::from(random.percent(7)),
    };
    for _ in 0..loose {
        script.devices.push(DeviceSpec::new(format!("d{}", script.devices.len()), None));
    }
    if loose > 0 {
        for _ in 0..2 {
            script.groups.push(GroupSpec { name: format!("g{}", script.groups.len()), hold: false });
        }
    }
}

fn options(
    theme: Theme,
    mixed: bool,
    arch: Arch,
    profile: &Profile,
    random: &mut Random,
    device: &mut DeviceSpec,
) {
    let supports = &profile.supports;
    if theme == Theme::Vfio && supports.buses.contains(&Bus::Pci) && random.percent(95) {
        device.bus = Bus::Pci;
        device.bridge = device.group.is_some() && random.percent(8);
    } else if theme == Theme::Resets && supports.buses.contains(&Bus::Pci) && random.percent(85) {
        device.bus = Bus::Pci;
    } else if supports.buses.len() > 1 && mixed && random.percent(55) {
        device.bus = random.pick(supports.buses).unwrap_or_default();
    }
    if device.group.is_none() {
        return;
    }
    let often = if matches!(theme, Theme::Scan | Theme::WideScan | Theme::NoDefault) { 3 } else { 1 };
    device.deferred = random.percent(if theme == Theme::Deferred { 60 } else { 4 * often });
    device.direct = random.percent(5 * often);
    if random.percent(5 * often) {
        device.default_type = random.pick(&[DefaultType::Identity, DefaultType::Dma]);
    }
    let with_pasids = match theme {
        Theme::Pasids | Theme::Handles | Theme::Iommufd => 70,
        Theme::Resets => 60,
        _ => 6,
    };
    if random.percent(with_pasids) {
        device.pasid_bits = random.weighted(&[(4, 3), (8, 4), (1, 1), (16, 1), (20, 1)]).unwrap_or(4);
    }
    if theme == Theme::Iommufd {
        if random.percent(50) && supports.buses.contains(&Bus::Pci) {
            device.bus = Bus::Pci;
        }
        device.cache_coherent = !random.percent(4);
        device.isolated_msi = !random.percent(8);
    }
    if theme == Theme::Vfio {
        device.cache_coherent = !random.percent(4);
        // Only what iommufd's bench has, and no PCI device there.
        device.isolated_msi = !(supports.iommufd && random.percent(20));
    }
    device.untrusted = supports.untrusted && device.bus == Bus::Pci && random.percent(12);
    device.device_tree = arch == Arch::Arm32 && random.percent(82);
}

fn settings(theme: Theme, daring: bool, profile: &Profile, random: &mut Random, script: &mut Script) {
    let arch = profile.arch;
    let settings = &mut script.settings;
    if arch == Arch::Generic && (theme == Theme::Statics || random.percent(40)) {
        let default =
            random.weighted(&[(Some(DefaultType::Identity), 5), (Some(DefaultType::DmaFq), 4), (None, 4)]);
        settings.extend(default.flatten().map(Setting::DefaultType));
    }
    let deny = match theme {
        Theme::NoDefault => random.of(["dfib", "dfi", "df", "dfi", "dfibu", "d", "dfu"]),
        Theme::Pasids | Theme::Handles | Theme::Iommufd => "",
        Theme::Statics | Theme::Denied if random.percent(45) => random.of(DENIED),
        _ if random.percent(15) => random.of(DENIED),
        _ => "",
    };
    if !deny.is_empty() {
        settings.push(Setting::Deny(kinds(deny)));
    }
    let refuses = !deny.is_empty() || matches!(theme, Theme::Denied | Theme::NoDefault);
    if refuses && random.percent(45) {
        let errnos = [Errno::ENOMEM, Errno::EOPNOTSUPP, Errno::EINVAL, Errno::EIO, Errno::ENODEV];
        settings.push(Setting::DenyErrno(random.of(errnos)));
    }
    if random.percent(if arch == Arch::Arm32 { 78 } else { 60 }) {
        let late = profile.supports.late_platform_op && random.percent(30);
        settings.push(Setting::Detach(if late { DetachOps::LatePlatformOp } else { DetachOps::Full }));
    }
    if random.percent(15) {
        settings.push(Setting::DeferredFlush(false));
    }
    // What only the engine can play.
    let unusual = profile.supports.flows;
    if unusual && arch == Arch::Arm32 && random.percent(25) {
        settings.push(Setting::LateXlate(true));
    }
    if unusual && random.percent(8) {
        settings.push(Setting::AddressSpaces(random.of([1, 2, 3])));
    }
    let about_pasids = matches!(theme, Theme::Pasids | Theme::Handles | Theme::Iommufd);
    if about_pasids && profile.point.rules.pasid_table == PasidTable::Present && random.percent(20) {
        let mut without = DomainOps::ALL.to_vec();
        without.retain(|_| random.percent(35));
        // What cannot be removed may be set up to v6.13, and the kernel dies when it is removed.
        if !daring && profile.point.rules.pasid_removable == PasidRemovable::NotAsked {
            without.retain(|ops| *ops != DomainOps::Blocked);
        }
        if !without.is_empty() {
            settings.push(Setting::NoSetDevPasid(without));
        }
    }
    // On 32-bit ARM forbidden calls use mappings after they are freed, and what that does is chance.
    if daring && arch == Arch::Generic && random.percent(60) {
        settings.push(Setting::Unsafe(true));
    }
    let with_pasids = matches!(theme, Theme::Pasids | Theme::Handles);
    if theme == Theme::Statics || random.percent(9) || (with_pasids && random.percent(70)) {
        let mut statics = STATICS.to_vec();
        statics.retain(|_| random.percent(50));
        if with_pasids && !statics.contains(&Static::Blocked) {
            statics.push(Static::Blocked);
        }
        random.shuffle(&mut statics);
        if !statics.is_empty() {
            settings.push(Setting::Static(statics));
        }
    }
    if unusual && random.percent(12) {
        settings.push(Setting::TestDriverRemove(true));
    }
}

/// So many devices with ATS a test bench has.
const ATS: usize = 3;
/// So many bridges.
const BRIDGES: usize = 2;
/// So many other PCI devices.
const PLAIN: usize = 7;
/// In so many of a hundred scripts devices are on several buses: a guest takes its time over a PCI device.
const MIXED: usize = 15;

/// Types to deny, as the letters that [`kinds`] reads.
pub(super) const DENIED: [&str; 10] = ["b", "i", "f", "bu", "d", "u", "ib", "bf", "df", "di"];

/// Types by their first letters.
pub(super) fn kinds(letters: &str) -> KindSet {
    let kind = |letter| {
        Some(match letter {
            'i' => DomainKind::Identity,
            'd' => DomainKind::Dma,
            'f' => DomainKind::DmaFq,
            'u' => DomainKind::Unmanaged,
            'b' => DomainKind::Blocked,
            _ => return None,
        })
    };
    letters.chars().filter_map(kind).collect()
}
