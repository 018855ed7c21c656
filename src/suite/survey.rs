// SPDX-License-Identifier: GPL-2.0-only
//! What the checks of the suite need to know of a case, without its traces.

use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::case_run::CaseRun;
use super::reach::Reach;
use super::runs::{RunWith, Runs};
use crate::engine::{AxisSet, Rules};
use crate::history::Point;
use crate::script::{Op, Script};
use crate::trace::{Call, DeviceState, DomainInfo, End, GroupState, Mark, Outcome, Pointer, Role, Trace};

/// A case as the checks of the suite see it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The case's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The points it runs on.
    pub points: &'static [Point],
    /// Its scripts: the case itself, and that with a fault at each position of its sweeps.
    pub scripts: Vec<SurveyedScript>,
    /// Equal for cases whose snapshots differ in names only.
    pub content: u64,
    /// What was observed, each fact as a hash; see `observables`. Those of a case with a sweep are held against
    /// other sweeps only.
    pub observables: BTreeSet<u64>,
    /// What it reaches of the engine.
    pub reach: Reach,
}

/// A script of a case.
#[derive(Clone, Debug)]
pub struct SurveyedScript {
    /// The script.
    pub script: Script,
    /// For each different run: rules with which it came about, and what it consulted.
    pub runs: Vec<(Rules, AxisSet)>,
}

impl SurveyedScript {
    fn new(script: &Script, runs: &Runs) -> SurveyedScript {
        let runs = runs.runs.iter().map(|with| (with.rules, with.run.consulted)).collect();
        SurveyedScript { script: script.clone(), runs }
    }

    /// Everything that any of its runs consulted.
    #[must_use]
    pub fn consulted(&self) -> AxisSet {
        self.runs.iter().fold(AxisSet::EMPTY, |all, (_, consulted)| all.union(*consulted))
    }
}

impl Survey {
    /// Surveys a case that has been run.
    #[must_use]
    pub fn new(name: &str, run: &CaseRun) -> Survey {
        let positions = || run.sweeps.iter().flat_map(|sweep| sweep.positions.iter().skip(1));
        let all = || {
            let swept = positions().map(|position| (&position.lowered.script, &position.runs));
            std::iter::once((&run.lowered.script, &run.runs)).chain(swept)
        };
        let mut facts = BTreeSet::new();
        for (script, runs) in all() {
            facts.append(&mut observables(script, &runs.runs));
        }
        // A sweep shows in passing what other cases are there to explain: its facts are of their own kind.
        if !run.sweeps.is_empty() {
            facts = facts.into_iter().map(|fact| hash(("swept", fact))).collect();
        }
        Survey {
            name: name.into(),
            title: run.case.title.clone(),
            points: run.points,
            scripts: all().map(|(script, runs)| SurveyedScript::new(script, runs)).collect(),
            content: hash(all().map(|(script, runs)| content(run, script, runs)).collect::<Vec<_>>()),
            observables: facts,
            reach: Reach::new(run.points, all().map(|(_, runs)| runs)),
        }
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Everything that the snapshot shows, and the buses, with ids in place of names.
fn content(run: &CaseRun, script: &Script, of_script: &Runs) -> u64 {
    let runs = &of_script.runs;
    let content = |with: &RunWith| {
        let Trace { setup, steps, end, domains, told: _, unseen: _ } = &with.run.trace;
        let domains: Vec<_> = domains.iter().map(|info| (info.kind, info.role)).collect();
        hash((setup, steps, end, domains))
    };
    let first = |index: usize| runs[index].like == index;
    let contents: Vec<u64> =
        runs.iter().enumerate().map(|(index, with)| if first(index) { content(with) } else { 0 }).collect();
    let at_points: Vec<u64> = of_script.of.iter().map(|index| contents[runs[*index].like]).collect();
    let buses: Vec<_> = script.devices.iter().map(|device| device.bus).collect();
    let points: Vec<_> = run.points.iter().map(|point| &point.name).collect();
    hash((&script.ops, buses, points, at_points))
}

/// The facts that a case shows, each as a hash.
///
/// A fact is one step: which operation on which kind of bus met which state, what it returned and why, which
/// calls and WARNs it made, what the state was then, and which rules it looked at. Which device or group it
/// was does not matter, nor whether several alike were two or more, nor what happened before.
fn observables(script: &Script, runs: &[RunWith]) -> BTreeSet<u64> {
    let operations: Vec<u64> = script.ops.iter().map(|op| operation(script, op)).collect();
    let mut facts = BTreeSet::new();
    let mut seen: Vec<Vec<u64>> = Vec::with_capacity(runs.len());
    for (index, with) in runs.iter().enumerate() {
        // What was seen is the same for equal traces; which rules were looked at is not.
        seen.push(if with.like < index { Vec::new() } else { seen_in(&with.run.trace, &operations) });
        for (step, seen) in seen[with.like].iter().enumerate() {
            let consulted = with.run.consulted_in.get(step).copied().unwrap_or_default();
            let mut hasher = FxHasher::default();
            seen.hash(&mut hasher);
            for axis in consulted.iter() {
                (axis, with.rules.get(axis)).hash(&mut hasher);
            }
            facts.insert(hasher.finish());
        }
    }
    facts
}

/// What was seen in each step, and at the end.
fn seen_in(trace: &Trace, operations: &[u64]) -> Vec<u64> {
    let view = View { domains: &trace.domains };
    let mut before = view.state(&[], &[]);
    let mut seen = Vec::with_capacity(trace.steps.len() + 1);
    for (index, step) in trace.steps.iter().enumerate() {
        let after = view.state(&step.groups, &step.devices);
        let outcome = match step.outcome {
            Outcome::Domain(pointer) => hash(view.pointer(pointer)),
            outcome => hash(outcome),
        };
        let calls = view.calls(&step.calls);
        seen.push(hash((operations.get(index), before, outcome, step.reason, calls, after)));
        before = after;
    }
    let end = match &trace.end {
        End::Teardown { calls, leaked_domains, leaked_groups } => {
            hash((view.calls(calls), *leaked_domains > 0, *leaked_groups > 0))
        }
        End::Crash(crash) => hash((operations.get(trace.steps.len()), crash)),
    };
    seen.push(hash(("end", before, end)));
    seen
}

/// What an operation is, apart from the ids of what it is done to.
fn operation(script: &Script, op: &Op) -> u64 {
    let bus = |device: crate::script::DeviceId| script.devices.get(device.index()).map(|spec| spec.bus);
    let detail = match op {
        Op::DeviceAdd { device, driver } => hash((bus(*device), driver)),
        Op::Bind { device, driver } => hash((bus(*device), driver)),
        Op::Unbind { device } | Op::DeviceDel { device } => hash(bus(*device)),
        Op::GroupClaimDmaOwner { owner, .. } | Op::DeviceClaimDmaOwner { owner, .. } => hash(owner.is_some()),
        Op::GroupStoreType { word, .. } => hash(word),
        Op::Driver { flow, .. } => hash(flow),
        Op::Fail(fault) => hash((fault.kind, fault.errno)),
        Op::Deny { kinds } => hash(kinds),
        Op::Poke { field, .. } => hash(field),
        _ => 0,
    };
    hash((std::mem::discriminant(op), detail))
}

/// Leaves two of each row of equals.
fn several_as_two(values: &[u64]) -> Vec<u64> {
    let is_third = |index: usize| index >= 2 && values[index - 2..index] == [values[index]; 2];
    (0..values.len()).filter(|index| !is_third(*index)).map(|index| values[index]).collect()
}

/// A trace without ids.
struct View<'a> {
    domains: &'a [DomainInfo],
}

impl View<'_> {
    /// What a domain is for.
    fn domain(&self, mark: Mark) -> u64 {
        let info = self.domains.get(usize::from(mark.0));
        hash(info.map(|info| match info.role {
            Role::Default(_) => (0, info.kind),
            Role::Blocking(_) => (1, info.kind),
            Role::Mapping(_) => (2, info.kind),
            Role::User => (3, info.kind),
            Role::Static => (4, info.kind),
            Role::Unknown => (5, info.kind),
            Role::Ioas(_) => (6, info.kind),
            Role::AddressSpace => (7, info.kind),
            Role::Container(_) => (8, info.kind),
            Role::Compat(_) => (9, info.kind),
        }))
    }

    fn pointer(&self, pointer: Option<Pointer>) -> Option<(u64, bool)> {
        pointer.map(|pointer| (self.domain(pointer.domain), pointer.freed))
    }

    /// Groups and devices, in no particular order; of counts only whether they are none, one or several.
    fn state(&self, groups: &[GroupState], devices: &[DeviceState]) -> u64 {
        let group = |group: &GroupState| {
            hash((
                self.pointer(group.domain),
                self.pointer(group.default_domain),
                group.default_kind,
                group.blocking_domain.map(|pointer| self.pointer(pointer)),
                group.owner_cnt.map(|count| count.min(2)),
                group.owner.map(|owner| owner.is_some()),
                group.pasids,
                group.devices.len().min(2),
            ))
        };
        let device = |device: &DeviceState| {
            hash((self.pointer(device.attached), device.group.is_some(), device.driver, device.arm.is_some()))
        };
        let mut groups: Vec<u64> = groups.iter().map(group).collect();
        let mut devices: Vec<u64> = devices.iter().map(device).collect();
        groups.sort_unstable();
        devices.sort_unstable();
        hash((several_as_two(&groups), several_as_two(&devices)))
    }

    fn calls(&self, calls: &[Call]) -> u64 {
        let call = |call: &Call| {
            let detail = match *call {
                Call::Probe { error, .. } | Call::DriverProbe { error, .. } => hash(error),
                Call::GroupFailed { error, .. } => hash(error),
                Call::Alloc { domain, .. } | Call::Map { domain } => self.domain(domain),
                Call::Deny { kind } => hash(kind),
                Call::Free { domain, attached } => hash((self.domain(domain), attached)),
                Call::Attach { domain, freed, error, .. } => hash((self.domain(domain), freed, error)),
                Call::Detach { domain, .. } => self.domain(domain),
                Call::SetPasid { domain, error, .. } => hash((self.domain(domain), error)),
                Call::Warn(warn) => hash(warn),
                Call::Xlate { .. }
                | Call::NewGroup { .. }
                | Call::FreeGroup { .. }
                | Call::SetPlatformDmaOps { .. }
                | Call::ProbeFinalize { .. }
                | Call::Release { .. }
                | Call::RemovePasid { .. } => 0,
            };
            hash((std::mem::discriminant(call), detail))
        };
        let calls: Vec<u64> = calls.iter().map(call).collect();
        hash(several_as_two(&calls))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The survey of a case with these lines after its topology's first group `g` of `devices`.
    pub(in crate::suite) fn survey(name: &str, devices: &str, rest: &str) -> Survey {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("case.yaml");
        let head = format!("title: {name}\nsources: [\"commit:1ea2a07a532b\"]\n");
        let topology = "topology:\n  owners: [vfio]\n  domains: { own: paging }\n";
        let groups = format!("  groups: {{ g: [{devices}] }}\n");
        std::fs::write(&file, format!("{head}{topology}{groups}{rest}")).expect("written");
        let case = crate::case::load(&file).unwrap_or_else(|error| panic!("{error}"));
        Survey::new(name, &CaseRun::new(case))
    }

    pub(in crate::suite) const CLAIM: &str = "given: { g: { present: true } }\nsteps:\n  - iommu_group_claim_dma_owner: { group: g, owner: vfio }\n";

    pub(in crate::suite) const ATTACH: &str =
        "given: { g: { present: true } }\nsteps:\n  - iommu_attach_device: { domain: own, device: d }\n";

    #[test]
    fn rows_are_shortened() {
        assert_eq!(several_as_two(&[1, 1, 1, 2, 1, 1, 3, 3, 3, 3]), [1, 1, 2, 1, 1, 3, 3]);
        assert!(several_as_two(&[]).is_empty());
    }

    #[test]
    fn names_do_not_matter_but_numbers_do() {
        let of = |devices| survey("case", devices, CLAIM);
        assert_eq!(of("d").content, of("e").content);
        assert_ne!(of("d").content, of("d, e").content);
        assert_ne!(of("d").observables, of("d, e").observables);
    }
}
