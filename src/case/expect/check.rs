// SPDX-License-Identifier: GPL-2.0-only
//! Comparing what was observed with what a case expects.

use std::fmt;

use super::{DeviceFact, Expected, ExpectedOutcome, GroupFact};
use crate::case::releases::Releases;
use crate::case::{Case, Lowered};
use crate::history::Point;
use crate::script::{DeviceId, GroupId, Worded};
use crate::trace::names::{NULL, Names};
use crate::trace::text::Origin;
use crate::trace::{End, Outcome, Step, Trace};

/// An expectation that is not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The step, from 1.
    pub step: usize,
    /// The line of the case file that the step begins in.
    pub line: usize,
    /// The operation.
    pub operation: &'static str,
    /// The release.
    pub release: String,
    /// What of the step it is about; `None`: its outcome.
    pub about: Option<String>,
    /// What is expected.
    pub expected: String,
    /// What was observed.
    pub observed: String,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Unmet { step, line, operation, release, about, expected, observed } = self;
        write!(f, "step {step} (line {line}) `{operation}`: expected ")?;
        match about {
            Some(about) => write!(f, "{about} {expected} at {release}, got {observed}"),
            None => write!(f, "{expected} at {release}, got {observed}"),
        }
    }
}

/// Compares a trace of a case's script with what the case expects on this release.
#[must_use]
pub fn check_expectations(case: &Case, lowered: &Lowered, point: &Point, trace: &Trace) -> Vec<Unmet> {
    check_at(case, lowered, &point.name, Releases::of_history(), trace)
}

/// The same, by the release's name.
pub(crate) fn check_at(
    case: &Case,
    lowered: &Lowered,
    release: &str,
    releases: &Releases,
    trace: &Trace,
) -> Vec<Unmet> {
    if case.expectations.is_empty() {
        return Vec::new();
    }
    let position = releases.position(release);
    let mut unmet = Vec::new();
    let mut names = None;
    for expectation in &case.expectations {
        let Some(expected) = expectation.at(position) else { continue };
        let index = expectation.step;
        let Some(op) = lowered.steps.iter().position(|origin| *origin == Origin::Step(index + 1)) else {
            continue;
        };
        let Some(step) = case.steps.get(index) else { continue };
        let seen = Seen { trace, op, names: names.get_or_insert_with(|| Names::new(&lowered.script, trace)) };
        let found = |about: Option<String>, expected: String, observed: String| Unmet {
            step: index + 1,
            line: step.line,
            operation: step.name,
            release: release.to_owned(),
            about,
            expected,
            observed,
        };
        seen.differences(expected, &mut |about, expected, observed| {
            unmet.push(found(about, expected, observed))
        });
    }
    unmet
}

/// What was seen of one operation.
struct Seen<'a> {
    trace: &'a Trace,
    op: usize,
    names: &'a Names<'a>,
}

impl Seen<'_> {
    /// Tells of everything that is not as expected: what it is about, what was expected, what was observed.
    fn differences(&self, expected: &Expected, tell: &mut dyn FnMut(Option<String>, String, String)) {
        let Some(step) = self.trace.steps.get(self.op) else {
            if expected.outcome != Some(ExpectedOutcome::Crash) || !self.crashed_here() {
                let wanted = expected.outcome.as_ref().map_or("the step".into(), ToString::to_string);
                tell(None, wanted, self.why_missing());
            }
            return;
        };
        if let Some(outcome) = &expected.outcome
            && !self.matches(outcome, &step.outcome)
        {
            tell(None, outcome.to_string(), self.words(&step.outcome));
        }
        if let Some(warns) = expected.warns
            && warns != step.warns()
        {
            tell(None, warnings(warns), warnings(step.warns()));
        }
        for (group, fact) in &expected.groups {
            self.group(step, *group, fact, tell);
        }
        for (device, fact) in &expected.devices {
            self.device(step, *device, fact, tell);
        }
        for (handle, domain) in &expected.handles {
            // A handle that no operation mentions has no domain.
            let id = self.names.handle_named(handle);
            let pointer = id.and_then(|id| step.handles.get(id.index()).copied().flatten());
            let observed = self.names.pointer(pointer);
            if *domain != observed {
                tell(Some(format!("domain of handle {handle}")), domain.clone(), observed);
            }
        }
    }

    fn crashed_here(&self) -> bool {
        self.trace.died() == Some(self.op)
    }

    fn why_missing(&self) -> String {
        match self.trace.end {
            End::Crash(cause) if self.crashed_here() => format!("crash ({})", cause.words()),
            End::Crash(_) => "nothing: the kernel had died before".into(),
            End::Teardown { .. } => "nothing: the step was not reached".into(),
        }
    }

    fn matches(&self, expected: &ExpectedOutcome, observed: &Outcome) -> bool {
        match (expected, observed) {
            (ExpectedOutcome::Ok, Outcome::Ok | Outcome::Void)
            | (ExpectedOutcome::Error, Outcome::Err(_) | Outcome::NullDomain)
            | (ExpectedOutcome::Skipped, Outcome::Skipped(_))
            | (ExpectedOutcome::Absent, Outcome::NotInThisRelease) => true,
            (ExpectedOutcome::Errno(expected), Outcome::Err(errno)) => expected == errno,
            (ExpectedOutcome::Bool(expected), Outcome::Bool(answer)) => expected == answer,
            (ExpectedOutcome::Status(expected), Outcome::Status(status)) => expected == status,
            (ExpectedOutcome::Domain(expected), Outcome::Domain(pointer)) => {
                *expected == self.names.pointer(*pointer)
            }
            (ExpectedOutcome::Handle(expected), Outcome::Handle { handle, .. }) => {
                expected == self.names.handle(*handle)
            }
            (ExpectedOutcome::Domain(expected), Outcome::NullDomain) => expected == "null",
            _ => false,
        }
    }

    fn words(&self, outcome: &Outcome) -> String {
        match outcome {
            Outcome::Void | Outcome::Ok => "0".into(),
            Outcome::Err(errno) => errno.to_string(),
            Outcome::Bool(answer) => answer.to_string(),
            Outcome::Domain(pointer) => self.names.pointer(*pointer),
            Outcome::Handle { handle, .. } => self.names.handle(*handle).into(),
            Outcome::Status(status) => status.word().into(),
            Outcome::NullDomain => "null".into(),
            Outcome::NotInThisRelease => "absent".into(),
            Outcome::Skipped(why) => format!("skipped ({})", why.words()),
            Outcome::Bad(why) => format!("a bad operation ({})", why.words()),
        }
    }

    fn group(
        &self,
        step: &Step,
        id: GroupId,
        fact: &GroupFact,
        tell: &mut dyn FnMut(Option<String>, String, String),
    ) {
        let about = |field: &str| Some(format!("{field} of {}", self.names.group(id)));
        let state = step.groups.iter().find(|group| group.group == id);
        let unless_absent = |text: Option<Option<String>>| match text {
            None => "no such group".to_owned(),
            Some(None) => "no such field".to_owned(),
            Some(Some(text)) => text,
        };
        let (field, expected, observed) = match fact {
            GroupFact::Domain(name) => {
                ("domain", name.clone(), state.map(|group| Some(self.names.pointer(group.domain))))
            }
            GroupFact::DefaultDomain(name) => (
                "default_domain",
                name.clone(),
                state.map(|group| Some(self.names.pointer(group.default_domain))),
            ),
            GroupFact::BlockingDomain(name) => {
                let pointer =
                    state.map(|group| group.blocking_domain.map(|pointer| self.names.pointer(pointer)));
                ("blocking_domain", name.clone(), pointer)
            }
            GroupFact::OwnerCnt(count) => (
                "owner_cnt",
                count.to_string(),
                state.map(|group| group.owner_cnt.map(|count| count.to_string())),
            ),
            GroupFact::Owner(owner) => {
                let observed = state.map(|group| group.owner.map(|owner| self.names.owner(owner).to_owned()));
                ("owner", owner.clone(), observed)
            }
            GroupFact::Pasids(table) => {
                let observed =
                    state.map(|group| group.pasid_table.as_ref().map(|table| self.names.pasids(table)));
                ("pasids", table.clone(), observed)
            }
            GroupFact::Devices(devices) => {
                ("devices", self.list(devices), state.map(|group| Some(self.list(&group.devices))))
            }
            GroupFact::ResettingDomain(name) => {
                let pointer =
                    state.map(|group| group.resetting_domain.map(|pointer| self.names.pointer(pointer)));
                ("resetting_domain", name.clone(), pointer)
            }
            GroupFact::RecoveryCnt(count) => (
                "recovery_cnt",
                count.to_string(),
                state.map(|group| group.recovery_cnt.map(|count| count.to_string())),
            ),
        };
        let observed = unless_absent(observed);
        if expected != observed {
            tell(about(field), expected, observed);
        }
    }

    fn device(
        &self,
        step: &Step,
        id: DeviceId,
        fact: &DeviceFact,
        tell: &mut dyn FnMut(Option<String>, String, String),
    ) {
        let about = |field: &str| Some(format!("{field} of {}", self.names.device(id)));
        let state = step.devices.iter().find(|device| device.device == id);
        let (field, expected, observed) = match fact {
            DeviceFact::Attached(name) => {
                ("attached", name.clone(), state.map(|device| self.names.pointer(device.attached)))
            }
            DeviceFact::Driver(driver) => {
                let word = |driver: Option<_>| driver.map_or(NULL, Worded::word).into();
                ("driver", word(*driver), state.map(|device| word(device.driver)))
            }
            DeviceFact::Blocked(blocked) => {
                ("blocked", blocked.to_string(), state.map(|device| reset(device.reset.map(|r| r.blocked))))
            }
            DeviceFact::ResetDepth(depth) => {
                ("reset_depth", depth.to_string(), state.map(|device| reset(device.reset.map(|r| r.depth))))
            }
        };
        let observed = observed.unwrap_or_else(|| "no such device".to_owned());
        if expected != observed {
            tell(about(field), expected, observed);
        }
    }

    fn list(&self, devices: &[DeviceId]) -> String {
        let names: Vec<&str> = devices.iter().map(|device| self.names.device(*device)).collect();
        format!("[{}]", names.join(", "))
    }
}

/// What a device tells of a reset, where its release keeps it.
fn reset(field: Option<impl ToString>) -> String {
    field.map_or_else(|| "no such field".into(), |value| value.to_string())
}

fn warnings(count: usize) -> String {
    match count {
        0 => "no WARN".into(),
        1 => "1 WARN".into(),
        _ => format!("{count} WARNs"),
    }
}

impl fmt::Display for ExpectedOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExpectedOutcome::Ok => f.write_str("0"),
            ExpectedOutcome::Errno(errno) => errno.fmt(f),
            ExpectedOutcome::Error => f.write_str("an error"),
            ExpectedOutcome::Bool(answer) => answer.fmt(f),
            ExpectedOutcome::Domain(name) | ExpectedOutcome::Handle(name) => f.write_str(name),
            ExpectedOutcome::Status(status) => f.write_str(status.word()),
            ExpectedOutcome::Crash => f.write_str("a crash"),
            ExpectedOutcome::Skipped => f.write_str("to be skipped"),
            ExpectedOutcome::Absent => f.write_str("to be absent"),
        }
    }
}
