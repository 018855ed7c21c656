// SPDX-License-Identifier: GPL-2.0-only
//! What the checks of the suite need to know of a case, without its traces.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::case_run::CaseRun;
use super::runs::RunWith;
use crate::engine::{Axis, AxisSet, Rules};
use crate::history::Point;
use crate::script::{Op, Script};
use crate::trace::{Call, DomainInfo, GroupState, Mark, Outcome, Pointer, Role, Trace};

/// A case as the checks of the suite see it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The case's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its script.
    pub script: Script,
    /// The points it runs on.
    pub points: &'static [Point],
    /// For each different run: rules with which it came about, and what it consulted.
    pub runs: Vec<(Rules, AxisSet)>,
    /// Equal for cases whose snapshots differ in names only.
    pub content: u64,
    /// What was observed, each fact as a hash; see `observables`.
    pub observables: BTreeSet<u64>,
}

impl Survey {
    /// Surveys a case that has been run.
    #[must_use]
    pub fn new(name: &str, run: &CaseRun) -> Survey {
        let script = &run.lowered.script;
        let runs = &run.runs.runs;
        Survey {
            name: name.into(),
            title: run.case.title.clone(),
            script: script.clone(),
            points: run.points,
            runs: runs.iter().map(|with| (with.rules, with.run.consulted)).collect(),
            content: content(run),
            observables: runs.iter().flat_map(|with| observables(script, with)).collect(),
        }
    }

    /// Everything that any of its runs consulted.
    #[must_use]
    pub fn consulted(&self) -> AxisSet {
        self.runs.iter().fold(AxisSet::EMPTY, |all, (_, consulted)| all.union(*consulted))
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Everything that the snapshot shows, and the buses, with ids in place of names.
fn content(run: &CaseRun) -> u64 {
    let script = &run.lowered.script;
    let traces = run.runs.of.iter().map(|index| {
        let Trace { setup, steps, end, domains } = &run.runs.runs[*index].run.trace;
        let domains: Vec<_> = domains.iter().map(|info| (info.kind, info.role)).collect();
        hash((setup, steps, end, domains))
    });
    let buses: Vec<_> = script.devices.iter().map(|device| device.bus).collect();
    let points: Vec<_> = run.points.iter().map(|point| &point.name).collect();
    hash((&script.ops, buses, points, traces.collect::<Vec<_>>()))
}

/// The facts that a run shows, each as a hash.
///
/// A fact is one step: which operation on which kind of bus met which state, what it returned and why, which
/// calls and WARNs it made, what the state was then, and which rules it looked at. Which device or group it
/// was does not matter, nor what happened before.
fn observables(script: &Script, with: &RunWith) -> Vec<u64> {
    let trace = &with.run.trace;
    let view = View { domains: &trace.domains };
    let mut before = view.state(&[]);
    let mut facts = Vec::with_capacity(trace.steps.len() + 1);
    for (index, step) in trace.steps.iter().enumerate() {
        let after = view.state(&step.groups);
        let consulted = with.run.consulted_in.get(index).copied().unwrap_or_default();
        let rules: Vec<(Axis, u8)> = consulted.iter().map(|axis| (axis, with.rules.get(axis))).collect();
        let op = script.ops.get(index).map(|op| operation(script, op));
        let outcome = match step.outcome {
            Outcome::Domain(pointer) => hash(view.pointer(pointer)),
            outcome => hash(outcome),
        };
        facts.push(hash((op, before, outcome, step.reason, view.calls(&step.calls), after, rules)));
        before = after;
    }
    let end = match &trace.end {
        crate::trace::End::Teardown { calls, leaked_domains, leaked_groups } => {
            hash((view.calls(calls), leaked_domains > &0, leaked_groups > &0))
        }
        crate::trace::End::Crash(crash) => {
            hash((script.ops.get(trace.steps.len()).map(std::mem::discriminant), crash))
        }
    };
    facts.push(hash(("end", before, end)));
    facts
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
        }))
    }

    fn pointer(&self, pointer: Option<Pointer>) -> Option<(u64, bool)> {
        pointer.map(|pointer| (self.domain(pointer.domain), pointer.freed))
    }

    /// The groups, in no particular order; of counts only whether they are none, one or several.
    fn state(&self, groups: &[GroupState]) -> u64 {
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
        let mut groups: Vec<u64> = groups.iter().map(group).collect();
        groups.sort_unstable();
        hash(groups)
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
        hash(calls.iter().map(call).collect::<Vec<_>>())
    }
}
