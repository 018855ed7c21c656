// SPDX-License-Identifier: GPL-2.0-only
//! How much of the engine's behaviour scripts get to.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{self, Axis, Rules};
use crate::script::Script;
use crate::trace::{Call, Crash, End, Outcome, Reason, Skip, Warn, operation};

/// Something that a script can get to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// A rule was looked at.
    Rule(Axis),
    /// An errno was about this.
    Reason(Reason),
    /// The kernel printed this WARN.
    Warn(Warn),
    /// An operation of this name came out like this.
    Outcome(&'static str, Class),
    /// An operation was passed over for this reason.
    Skip(Skip),
    /// The kernel died of this.
    Crash(Crash),
    /// A domain or a group was left at the end.
    Leak,
}

/// How an operation came out, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// It succeeded, or gave an answer.
    Ok,
    /// It gave an errno, or NULL.
    Error,
}

impl Fact {
    /// The fact in words, for these rules.
    #[must_use]
    pub fn words(self, rules: &Rules) -> String {
        match self {
            Fact::Rule(axis) => format!("rule {}: {}", axis.name(), axis.variant_name(rules.get(axis))),
            Fact::Reason(reason) => format!("errno: {}", reason.words()),
            Fact::Warn(warn) => format!("WARN: {}", warn.words()),
            Fact::Outcome(name, Class::Ok) => format!("{name}: ok"),
            Fact::Outcome(name, Class::Error) => format!("{name}: error"),
            Fact::Skip(skip) => format!("skipped: {}", skip.words()),
            Fact::Crash(crash) => format!("crash: {}", crash.words()),
            Fact::Leak => "leak at the end".into(),
        }
    }
}

/// In how many scripts each fact was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Scripts that were run.
    pub scripts: u64,
    /// Their operations.
    pub operations: u64,
    /// Operations that were not run.
    pub idle: u64,
    /// Scripts in which each fact was seen.
    pub facts: BTreeMap<Fact, u64>,
}

impl Reach {
    /// Runs a script with these rules and notes what it gets to.
    pub fn note(&mut self, script: &Script, rules: &Rules) {
        let run = engine::run(script, rules);
        let mut facts: BTreeSet<Fact> = run.consulted.iter().map(Fact::Rule).collect();
        let warns = |facts: &mut BTreeSet<Fact>, calls: &[Call]| {
            facts.extend(calls.iter().filter_map(|call| match call {
                Call::Warn(warn) => Some(Fact::Warn(*warn)),
                _ => None,
            }));
        };
        self.scripts += 1;
        for (op, step) in script.ops.iter().zip(&run.trace.steps) {
            self.operations += 1;
            facts.extend(step.reason.map(Fact::Reason));
            warns(&mut facts, &step.calls);
            let class = match step.outcome {
                Outcome::Skipped(skip) => {
                    self.idle += 1;
                    facts.insert(Fact::Skip(skip));
                    continue;
                }
                Outcome::Bad(_) | Outcome::NotInThisRelease => {
                    self.idle += 1;
                    continue;
                }
                Outcome::Err(_) | Outcome::NullDomain => Class::Error,
                Outcome::Void
                | Outcome::Ok
                | Outcome::Bool(_)
                | Outcome::Domain(_)
                | Outcome::Status(_)
                | Outcome::Handle { .. } => Class::Ok,
            };
            facts.insert(Fact::Outcome(operation::name(op), class));
        }
        match &run.trace.end {
            End::Teardown { calls, leaked_domains, leaked_groups } => {
                warns(&mut facts, calls);
                if *leaked_domains > 0 || *leaked_groups > 0 {
                    facts.insert(Fact::Leak);
                }
            }
            End::Crash(crash) => {
                facts.insert(Fact::Crash(*crash));
            }
        }
        for fact in facts {
            *self.facts.entry(fact).or_default() += 1;
        }
    }

    /// In how many scripts a fact was seen.
    #[must_use]
    pub fn of(&self, fact: Fact) -> u64 {
        self.facts.get(&fact).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::{Generator, Profile};
    use crate::history;
    use crate::script::Arch;

    /// Releases that have everything between them.
    const RELEASES: [(Arch, &str); 11] = [
        (Arch::Generic, "v5.10"),
        (Arch::Generic, "commit:1ea2a07a532b"),
        (Arch::Generic, "v6.1.192"),
        (Arch::Generic, "v6.4"),
        (Arch::Generic, "v6.6"),
        (Arch::Generic, "v6.12"),
        (Arch::Generic, "v7.0"),
        (Arch::Generic, "v7.3"),
        (Arch::Arm32, "v6.1"),
        (Arch::Arm32, "v6.12"),
        (Arch::Arm32, "v7.2"),
    ];

    /// What so many scripts at each of these releases reach.
    fn reached(scripts: usize, profile: impl Fn(Arch, history::Point) -> Profile) -> BTreeSet<Fact> {
        let mut reached = BTreeSet::new();
        for (arch, release) in RELEASES {
            let point = history::resolve(release).expect("a release");
            let mut reach = Reach::default();
            for script in Generator::new(2, profile(arch, point.clone())).take(scripts) {
                reach.note(&script, &point.rules);
            }
            assert!(
                reach.idle * 50 < reach.operations,
                "{release}: {} idle of {}",
                reach.idle,
                reach.operations
            );
            reached.extend(reach.facts.into_keys());
        }
        reached
    }

    /// Errnos that no operation gives: what leads to NULL has no result, and the display drivers of Exynos have
    /// a mapping by the rules of a case.
    const NEVER: [Reason; 2] = [Reason::NullTarget, Reason::DriverPolicy];

    const REASONS: [Reason; 34] = [
        Reason::NoGroup,
        Reason::NotSingleton,
        Reason::DomainAttached,
        Reason::ForeignDomain,
        Reason::Owned,
        Reason::OwnedByOther,
        Reason::NullOwner,
        Reason::PasidsAttached,
        Reason::NoDefaultDomain,
        Reason::DirectRegion,
        Reason::AttachFailed,
        Reason::NotMapped,
        Reason::AllocFailed,
        Reason::TypeConflict,
        Reason::UnknownWord,
        Reason::ReadOnly,
        Reason::InUse,
        Reason::BadPasid,
        Reason::NoPasidSupport,
        Reason::PasidTaken,
        Reason::PasidFailed,
        Reason::PasidFree,
        Reason::NullHandle,
        Reason::NullDomain,
        Reason::HandleReused,
        Reason::OtherType,
        Reason::ProbeFailed,
        Reason::DriverProbeFailed,
        Reason::AlreadyBound,
        Reason::IommuNotReady,
        Reason::AlreadyPresent,
        Reason::BadSize,
        Reason::Resetting,
        Reason::NoReset,
    ];

    const WARNS: [Warn; 26] = [
        Warn::NullOwner,
        Warn::ReleaseNotOwned,
        Warn::ReleaseAttached,
        Warn::ReleaseFailed,
        Warn::UnuseNotUsed,
        Warn::DetachNotSingleton,
        Warn::DetachNotAttached,
        Warn::DetachFailed,
        Warn::NoDetachOp,
        Warn::NoPlatformOp,
        Warn::NullTarget,
        Warn::RollbackFailed,
        Warn::SetupFailed,
        Warn::LastDeviceOwned,
        Warn::NoCurrentDomain,
        Warn::LateProbe,
        Warn::BadDefaultType,
        Warn::PasidMismatch,
        Warn::PasidRemoveFailed,
        Warn::PasidRollbackFailed,
        Warn::HandleReused,
        Warn::ResetNested,
        Warn::ResetNotBegun,
        Warn::ResetWithoutBlocking,
        Warn::ResetReattachFailed,
        Warn::ResetPasidFailed,
    ];

    #[test]
    fn a_few_scripts_reach_every_errno_and_warning() {
        // some warnings come only on the way to a crash
        let daring = |arch, point| Profile { daring: 500, ..Profile::of_everything(arch, point) };
        let reached = reached(1500, daring);
        let missing: Vec<_> =
            REASONS.into_iter().filter(|reason| !reached.contains(&Fact::Reason(*reason))).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let missing: Vec<_> =
            WARNS.into_iter().filter(|warn| !reached.contains(&Fact::Warn(*warn))).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(NEVER.into_iter().all(|reason| !reached.contains(&Fact::Reason(reason))));
        let missing: Vec<_> =
            Axis::ALL.iter().filter(|axis| !reached.contains(&Fact::Rule(**axis))).copied().collect();
        assert_eq!(missing, crate::fuzz::NOT_DRAWN);
    }

    #[test]
    fn scripts_for_a_bench_reach_what_it_can_do() {
        let reached = reached(500, |arch, point| Profile::of_bench(arch, point, false));
        let missing: Vec<_> =
            REASONS.into_iter().filter(|reason| !reached.contains(&Fact::Reason(*reason))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn scripts_leave_freed_mappings_alone() {
        for release in ["v5.10", "v7.2"] {
            let point = history::resolve(release).expect("a release");
            let profile = Profile::of_bench(Arch::Arm32, point.clone(), false);
            for script in Generator::new(108, profile).take(400) {
                let mut engine = engine::Engine::new(&script, &point.rules);
                for op in &script.ops {
                    engine.execute(*op);
                }
                assert!(engine.ends_well(), "{release}: {}", script.id);
            }
        }
    }

    #[test]
    fn scripts_crash_only_where_they_may() {
        let point = history::resolve("v6.12").expect("a release");
        let crashes = |daring| {
            let profile = Profile { daring, ..Profile::of_everything(Arch::Generic, point.clone()) };
            let mut reach = Reach::default();
            Generator::new(4, profile).take(400).for_each(|script| reach.note(&script, &point.rules));
            reach
                .facts
                .iter()
                .filter(|(fact, _)| matches!(fact, Fact::Crash(_)))
                .map(|(_, count)| count)
                .sum::<u64>()
        };
        assert_eq!(crashes(0), 0);
        assert!(crashes(1) > 100, "{}", crashes(1));
        assert!(crashes(100) < 20, "{}", crashes(100));
    }
}
