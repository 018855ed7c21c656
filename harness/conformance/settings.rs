// SPDX-License-Identifier: GPL-2.0-only
//! Which settings of an IOMMU driver a release has no place for, and what it answers to them.

use dma_ownership::engine;
use dma_ownership::history::{Point, points};
use dma_ownership::script::{Arch, DefaultType, DetachOps, DomainKind, Errno, Script, Setting, Static};
use dma_ownership::trace::SetupLine;

/// A setting, and from which upstream commit on what is answered to it; the empty commit is v5.10.
struct Answers {
    setting: fn() -> Setting,
    arch: Arch,
    since: &'static [(&'static str, Option<Errno>)],
}

const fn answers(setting: fn() -> Setting, since: &'static [(&'static str, Option<Errno>)]) -> Answers {
    Answers { setting, arch: Arch::Generic, since }
}

const fn on_arm32(setting: fn() -> Setting, since: &'static [(&'static str, Option<Errno>)]) -> Answers {
    Answers { setting, arch: Arch::Arm32, since }
}

const ABSENT: Option<Errno> = Some(Errno::EOPNOTSUPP);

/// v5.15: DMA-FQ is a type of domain. Before, it is a word that nobody knows.
const DMA_FQ: &str = "bf3aed4660c6";

/// v6.7: `struct iommu_ops` has static domains, and a driver may say with which errno it refuses to allocate one.
const STATIC_DOMAINS: &str = "df31b298477e";

/// v6.7: `struct iommu_ops` loses `set_platform_dma_ops`, which `detach_dev` became in v6.3.
const NO_WAY_OFF: &str = "24b1d476167d";

/// v6.9: `struct iommu_ops` has a release domain.
const RELEASE_DOMAIN: &str = "0061ffe289e1";

const SETTINGS: &[Answers] = &[
    answers(|| Setting::DefaultType(DefaultType::Identity), &[("", None)]),
    answers(|| Setting::DefaultType(DefaultType::DmaFq), &[("", Some(Errno::EINVAL)), (DMA_FQ, None)]),
    // The default type is a variable of the core's; on 32-bit ARM kernels' symbol tables have no variables.
    on_arm32(|| Setting::DefaultType(DefaultType::Identity), &[("", ABSENT)]),
    on_arm32(|| Setting::DefaultType(DefaultType::DmaFq), &[("", Some(Errno::EINVAL)), (DMA_FQ, ABSENT)]),
    answers(|| Setting::Deny([DomainKind::Dma].into_iter().collect()), &[("", None)]),
    answers(|| Setting::DenyErrno(Errno::EBUSY), &[("", ABSENT), (STATIC_DOMAINS, None)]),
    answers(|| Setting::Detach(DetachOps::None), &[("", None)]),
    answers(|| Setting::Detach(DetachOps::Full), &[("", None), (NO_WAY_OFF, ABSENT)]),
    on_arm32(|| Setting::Detach(DetachOps::Full), &[("", None), (NO_WAY_OFF, ABSENT)]),
    answers(|| Setting::Static(vec![Static::Identity]), &[("", ABSENT), (STATIC_DOMAINS, None)]),
    answers(|| Setting::Static(vec![Static::Blocked]), &[("", ABSENT), (STATIC_DOMAINS, None)]),
    answers(|| Setting::Static(vec![Static::Platform]), &[("", ABSENT), (STATIC_DOMAINS, None)]),
    answers(|| Setting::Static(vec![Static::Release]), &[("", ABSENT), (RELEASE_DOMAIN, None)]),
    answers(
        || Setting::Static(vec![Static::Release, Static::Default]),
        &[("", ABSENT), (RELEASE_DOMAIN, None)],
    ),
    answers(|| Setting::DeferredFlush(false), &[("", None)]),
    answers(|| Setting::AddressSpaces(2), &[("", None)]),
    answers(|| Setting::Unsafe(true), &[("", None)]),
];

/// What is answered otherwise.
pub fn wrong() -> Vec<String> {
    SETTINGS.iter().flat_map(|answers| points().iter().filter_map(|point| answers.wrong_at(point))).collect()
}

impl Answers {
    fn wrong_at(&self, point: &Point) -> Option<String> {
        let setting = (self.setting)();
        let has = |commit: &str| commit.is_empty() || point.changes.iter().any(|change| change.id == commit);
        let right = self.since.iter().rev().find(|(commit, _)| has(commit)).and_then(|(_, errno)| *errno);
        let script = Script { arch: self.arch, settings: vec![setting.clone()], ..Script::default() };
        let setup = engine::run(&script, &point.rules).trace.setup;
        let errno = setup.iter().find(|error| error.line == SetupLine::Settings).map(|error| error.errno);
        (errno != right).then(|| format!("{}: {:?} on {:?} gives {errno:?}", point.name, setting, self.arch))
    }
}
