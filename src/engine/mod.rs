// SPDX-License-Identifier: GPL-2.0-only
//! The reference ownership engine: what the IOMMU core of one release does with a script.
//!
//! There is one engine. Releases differ by [`Rules`], each of which names one question whose answer
//! changed between v5.10 and v7.3. The engine calls a mock IOMMU driver and logs every call.

mod arm;
mod attach;
mod default_domain;
mod dma;
mod driver_core;
mod execute;
mod flows;
mod flows_omap;
mod handles;
mod iommufd;
mod leave;
mod mock;
mod observe;
mod ownership;
mod pasid;
mod place;
mod probe;
mod reset;
pub mod rules;
mod set_domain;
mod setup;
mod state;
mod sva;
#[cfg(test)]
mod tests;
mod type_write;
mod vfio;

pub use place::Place;
pub use rules::{Axis, AxisSet, Rules};

use crate::script::{DeviceId, DomainName, Op, Script};
use crate::trace::{
    Call, Crash, DeviceState, End, GroupState, Mark, Outcome, Reason, SetupError, Step, Trace,
};
use rules::Rulebook;
use state::State;

/// A modelled kernel that runs one script, operation by operation.
#[derive(Clone, Debug)]
pub struct Engine<'a> {
    script: &'a Script,
    rules: Rulebook,
    state: State,
    /// Calls of the running operation.
    calls: Vec<Call>,
    /// So many domains have been seen.
    seen: usize,
    /// What groups have at their PASIDs is observed.
    shows_pasids: bool,
    /// What the last errno was about.
    reason: Option<Reason>,
    crash: Option<Crash>,
    setup: Vec<SetupError>,
    /// For each fault that the script planted, in order: so many calls matched it while it was to strike.
    matched: Vec<u32>,
    /// Where it refused, warned and died.
    places: Vec<Place>,
}

impl<'a> Engine<'a> {
    /// A kernel with these rules, in the state that the script declares.
    #[must_use]
    pub fn new(script: &'a Script, rules: &Rules) -> Engine<'a> {
        let mut engine = Engine {
            script,
            rules: Rulebook::new(*rules),
            state: State::default(),
            calls: Vec::new(),
            seen: 0,
            shows_pasids: script.uses_handles(),
            reason: None,
            crash: None,
            setup: Vec::new(),
            matched: Vec::new(),
            places: Vec::new(),
        };
        engine.setup = engine.set_up();
        engine
    }

    /// Runs one operation; what it called is in [`Engine::calls`] until the next. An operation whose ids
    /// are outside the script's tables is refused. After a crash nothing runs any more.
    pub fn execute(&mut self, op: Op) -> Outcome {
        self.calls.clear();
        self.reason = None;
        let outcome = self.run_op(op);
        self.see_new_domains();
        outcome
    }

    /// The calls of the last operation.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The crash that ended it, if one did.
    #[must_use]
    pub fn crash(&self) -> Option<Crash> {
        self.crash
    }

    /// What the errno of the last operation was about.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }

    /// The groups that exist now, in order of declaration.
    #[must_use]
    pub fn groups(&self) -> Vec<GroupState> {
        self.observe_groups()
    }

    /// The devices that exist now, in order of declaration.
    #[must_use]
    pub fn devices(&self) -> Vec<DeviceState> {
        self.observe_devices()
    }

    /// Has this device an IOMMU now?
    #[must_use]
    pub fn is_served(&self, device: DeviceId) -> bool {
        self.state.devices.get(device.index()).is_some_and(|device| device.has_iommu)
    }

    /// Is the IOMMU registered now?
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.state.driver.registered
    }

    /// Has a reference been dropped of an ARM mapping that was freed already? What a kernel does from then on is chance.
    #[must_use]
    pub fn touches_freed_mapping(&self) -> bool {
        self.state.touches_freed_mapping
    }

    /// Does a script that ends now leave a kernel alive, with its memory in order?
    #[must_use]
    pub fn ends_well(&self) -> bool {
        let mut engine = self.clone();
        matches!(engine.finish(), End::Teardown { .. }) && !engine.touches_freed_mapping()
    }

    /// The name that a domain goes by in recorded traces.
    #[must_use]
    pub fn domain_name(&self, domain: Mark) -> Option<DomainName> {
        self.state.domains.get(usize::from(domain.0)).map(|domain| self.name_of(domain.label))
    }

    /// The end of a script that has no further operation.
    #[must_use]
    pub fn end(mut self) -> End {
        self.finish()
    }

    fn step(&mut self, op: Op) -> Option<Step> {
        let outcome = self.execute(op);
        if self.crash.is_some() {
            return None;
        }
        Some(Step {
            outcome,
            reason: self.reason.filter(|_| matches!(outcome, Outcome::Err(_))),
            calls: std::mem::take(&mut self.calls),
            lost: false,
            groups: self.observe_groups(),
            devices: self.observe_devices(),
            handles: self.observe_handles(),
        })
    }

    fn finish(&mut self) -> End {
        if let Some(crash) = self.crash {
            return End::Crash(crash);
        }
        self.calls.clear();
        let (leaked_domains, leaked_groups) = self.tear_down();
        self.see_new_domains();
        if let Some(crash) = self.crash {
            return End::Crash(crash);
        }
        End::Teardown { calls: std::mem::take(&mut self.calls), leaked_domains, leaked_groups }
    }
}

/// A trace, and the rules that were looked at while it was made.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was observed.
    pub trace: Trace,
    /// Every rule that was looked at: rules that agree on these give the same trace.
    pub consulted: AxisSet,
    /// The rules looked at in each step, the one that crashed included.
    pub consulted_in: Vec<AxisSet>,
    /// For each fault that the script planted, in order: how many calls it matched, those that it let pass and
    /// those that it made fail. Once it has struck as often as it is to, it matches no more.
    pub matched: Vec<u32>,
    /// The places of the engine that refused, warned or died, each as often as it did.
    pub places: Vec<Place>,
}

/// Runs a script on an engine with these rules.
#[must_use]
pub fn run(script: &Script, rules: &Rules) -> Run {
    let mut engine = Engine::new(script, rules);
    let mut consulted = engine.rules.take_consulted();
    let mut consulted_in = Vec::with_capacity(script.ops.len());
    let mut steps = Vec::with_capacity(script.ops.len());
    for &op in &script.ops {
        let step = engine.step(op);
        let looked_at = engine.rules.take_consulted();
        consulted = consulted.union(looked_at);
        consulted_in.push(looked_at);
        match step {
            Some(step) => steps.push(step),
            None => break,
        }
    }
    let end = engine.finish();
    consulted = consulted.union(engine.rules.take_consulted());
    let setup = std::mem::take(&mut engine.setup);
    Run {
        trace: Trace { setup, steps, end, domains: engine.domain_table(), ..Trace::default() },
        consulted,
        consulted_in,
        matched: engine.matched,
        places: engine.places,
    }
}
