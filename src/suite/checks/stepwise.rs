// SPDX-License-Identifier: GPL-2.0-only
//! An engine that is asked operation by operation, as whoever makes random scripts asks it, tells what the trace of the
//! whole run tells, and what the calls into the IOMMU driver tell.

use crate::engine::{Engine, Rules, run};
use crate::script::{DeviceId, Op, Script};
use crate::suite::survey::Survey;
use crate::trace::{Call, End, Outcome, Step, Trace};

/// Lists the cases in which an engine, asked in between, tells something else than the trace does.
#[must_use]
pub fn contradictions(surveys: &[&Survey]) -> Vec<String> {
    let problem = |survey: &&Survey| {
        let mut runs =
            survey.scripts.iter().flat_map(|script| script.runs.iter().map(move |run| (script, run)));
        let problem = runs.find_map(|(script, (rules, _))| {
            contradiction(&script.script, rules, &run(&script.script, rules).trace)
        })?;
        Some(format!("{}: {problem}", survey.name))
    };
    surveys.iter().filter_map(problem).collect()
}

/// What an engine with these rules tells in between that this trace of the script does not.
fn contradiction(script: &Script, rules: &Rules, trace: &Trace) -> Option<String> {
    let mut engine = Engine::new(script, rules);
    let mut told = ByCalls::new(script);
    for (number, (op, step)) in (1..).zip(script.ops.iter().zip(&trace.steps)) {
        let outcome = engine.execute(*op);
        told.hear(*op, step);
        if let Some(what) = differs(&engine, outcome, step, trace).or_else(|| told.differs(&engine)) {
            return Some(format!("after operation {number}: {what}"));
        }
    }
    let fatal = script.ops.get(trace.steps.len());
    if let Some(fatal) = fatal {
        engine.execute(*fatal);
    }
    ending(engine, &trace.end, fatal.is_some()).map(Into::into)
}

/// How what an engine tells after an operation differs from the step.
fn differs(engine: &Engine<'_>, outcome: Outcome, step: &Step, trace: &Trace) -> Option<&'static str> {
    let reason = engine.reason().filter(|_| matches!(outcome, Outcome::Err(_)));
    let attached = engine.devices().into_iter().filter_map(|device| device.attached);
    let mut names = attached.map(|pointer| pointer.domain).map(|domain| {
        let info = trace.domains.get(usize::from(domain.0));
        (engine.domain_name(domain), info.map(|info| info.name.clone()))
    });
    let facts = [
        ("the outcome", outcome == step.outcome),
        ("the reason", reason == step.reason),
        ("the calls", engine.calls() == step.calls),
        ("the groups", engine.groups() == step.groups),
        ("the devices", engine.devices() == step.devices),
        ("a domain's name", names.all(|(told, traced)| told == traced)),
        ("a crash", engine.crash().is_none()),
    ];
    facts.into_iter().find(|(_, agree)| !agree).map(|(what, _)| what)
}

/// How the end of an engine that has run everything differs from the trace's, which died in an operation or in the
/// teardown, if it died. What is to come is known before.
fn ending(engine: Engine<'_>, end: &End, died_in_operation: bool) -> Option<&'static str> {
    let crash = match end {
        End::Crash(crash) => Some(*crash),
        End::Teardown { .. } => None,
    };
    let facts = [
        ("which crash", engine.crash() == crash.filter(|_| died_in_operation)),
        // A case whose later steps are chance shows nothing.
        ("whether a freed mapping was touched", !engine.touches_freed_mapping()),
        ("whether it ends well", engine.ends_well() == crash.is_none()),
        ("the end", engine.end() == *end),
    ];
    facts.into_iter().find(|(_, agree)| !agree).map(|(what, _)| what)
}

/// What the IOMMU driver knows of itself and of its devices.
struct ByCalls {
    registered: bool,
    /// From `probe_device` to `release_device`; an entry for each device.
    served: Vec<bool>,
}

impl ByCalls {
    fn new(script: &Script) -> ByCalls {
        ByCalls { registered: script.registered, served: vec![false; script.devices.len()] }
    }

    fn hear(&mut self, op: Op, step: &Step) {
        match op {
            Op::IommuDeviceRegister if step.outcome == Outcome::Ok => self.registered = true,
            Op::IommuDeviceUnregister if step.outcome == Outcome::Void => self.registered = false,
            _ => {}
        }
        for call in &step.calls {
            match *call {
                Call::Probe { device, error: None } => self.served[device.index()] = true,
                Call::Release { device } => self.served[device.index()] = false,
                _ => {}
            }
        }
    }

    fn differs(&self, engine: &Engine<'_>) -> Option<&'static str> {
        let mut devices = (0..).map(DeviceId).zip(&self.served);
        let facts = [
            ("whether the IOMMU is registered", engine.is_registered() == self.registered),
            ("which devices it serves", devices.all(|(device, served)| engine.is_served(device) == *served)),
        ];
        facts.into_iter().find(|(_, agree)| !agree).map(|(what, _)| what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::survey::tests::{CLAIM, survey};

    #[test]
    fn a_trace_that_tells_something_else_is_told() {
        let claim = survey("x/claim", "d", CLAIM);
        let (script, rules) = (&claim.scripts[0].script, &claim.scripts[0].runs[0].0);
        let right = run(script, rules).trace;
        let told = |change: fn(&mut Trace)| {
            let mut trace = right.clone();
            change(&mut trace);
            contradiction(script, rules, &trace)
        };
        assert_eq!(told(|_| {}), None);
        let last = script.ops.len();
        let after = |what: &str| Some(format!("after operation {last}: {what}"));
        assert_eq!(told(|trace| trace.steps.last_mut().expect("a step").groups.clear()), after("the groups"));
        assert_eq!(
            told(|trace| trace.steps.last_mut().expect("a step").outcome = Outcome::Void),
            after("the outcome")
        );
        assert_eq!(
            told(|trace| trace.end = End::Teardown { calls: Vec::new(), leaked_domains: 9, leaked_groups: 0 }),
            Some("the end".into())
        );
    }
}
