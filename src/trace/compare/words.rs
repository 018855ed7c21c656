// SPDX-License-Identifier: GPL-2.0-only
//! A difference in words: what it is about, and both sides.

use super::{DeviceField, GroupField, What};
use crate::script::{DeviceId, DomainKind, Worded};
use crate::trace::names::{NULL, Names};
use crate::trace::text::call_words;
use crate::trace::{Call, End, MappingState, Outcome, ResetState, SetupLine, Trace};

const NO_FIELD: &str = "no such field";

pub(super) struct Words<'a> {
    /// Names of the domains of both sides.
    pub names: &'a Names<'a>,
    pub observed: &'a Trace,
    pub reference: &'a Trace,
}

/// What a difference is about, what was observed, what the reference has.
type Said = (String, String, String);

impl Words<'_> {
    pub fn of(&self, what: What) -> Said {
        let said = |field: &str, o: String, r: String| (field.to_owned(), o, r);
        match what {
            What::Setup => said("refused", self.setup(self.observed), self.setup(self.reference)),
            What::Reached { observed } => {
                let (o, r) = if observed {
                    ("the step ran".into(), ending(self.reference))
                } else {
                    (ending(self.observed), "the step ran".into())
                };
                said("steps", o, r)
            }
            What::Outcome(o, r) => said("returned", self.outcome(o), self.outcome(r)),
            What::Call(index, o, r) => {
                let (mut there, mut here) = (self.call(o.as_ref()), self.call(r.as_ref()));
                if there == here {
                    // they differ in what goes without saying where only one call is told
                    (there, here) = (format!("{o:?}"), format!("{r:?}"));
                }
                said(&format!("call {}", index + 1), there, here)
            }
            What::Group(group, field) => {
                let (field, o, r) = self.group(field);
                said(&format!("group {}{field}", self.names.group(group)), o, r)
            }
            What::Device(device, field) => {
                let (field, o, r) = self.device(field);
                said(&format!("device {}{field}", self.names.device(device)), o, r)
            }
            What::Handle(handle, o, r) => said(
                &format!("domain of handle {}", self.names.handle(Some(handle))),
                self.names.pointer(o),
                self.names.pointer(r),
            ),
            What::End => said("how it ended", ending(self.observed), ending(self.reference)),
            What::Leaks(name, o, r) => said(name, o.to_string(), r.to_string()),
        }
    }

    fn setup(&self, trace: &Trace) -> String {
        let word = |error: &crate::trace::SetupError| match error.line {
            SetupLine::Settings => format!("settings = {}", error.errno),
            SetupLine::Device(device) => format!("device {} = {}", self.names.device(device), error.errno),
        };
        let all: Vec<String> = trace.setup.iter().map(word).collect();
        if all.is_empty() { "nothing".into() } else { all.join(", ") }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        match outcome {
            Outcome::Void => "nothing (a void function)".into(),
            Outcome::Ok => "ok".into(),
            Outcome::Err(errno) => errno.to_string(),
            Outcome::Bool(answer) => answer.to_string(),
            Outcome::Domain(pointer) => self.names.pointer(pointer),
            Outcome::Handle { handle, domain } => self.names.held(handle, domain),
            Outcome::Status(status) => status.word().into(),
            Outcome::NullDomain => NULL.into(),
            Outcome::NotInThisRelease => "not in this release".into(),
            Outcome::Skipped(why) => format!("skipped: {}", why.words()),
            Outcome::Bad(why) => format!("impossible: {}", why.words()),
        }
    }

    fn call(&self, call: Option<&Call>) -> String {
        call.map_or("no more calls".into(), |call| call_words(self.names, call))
    }

    fn group(&self, field: GroupField) -> Said {
        match field {
            GroupField::Present(observed) => present(observed),
            GroupField::Pointer(name, o, r) => {
                (format!(": {name}"), self.names.pointer(o), self.names.pointer(r))
            }
            GroupField::Kind(o, r) => (": type of default_domain".into(), kind(o), kind(r)),
            GroupField::Word(name, o, r) => (format!(": {name}"), o, r.unwrap_or_else(|| NO_FIELD.into())),
            GroupField::Pasids(o, r) => {
                let words = |table: &[_]| self.names.pasids(table);
                (": PASIDs".into(), words(&o), r.map_or_else(|| NO_FIELD.into(), |r| words(&r)))
            }
            GroupField::Devices(o, r) => (": devices".into(), self.devices(&o), self.devices(&r)),
        }
    }

    fn device(&self, field: DeviceField) -> Said {
        match field {
            DeviceField::Present(observed) => present(observed),
            DeviceField::Attached(o, r) => {
                (": attached to".into(), self.names.pointer(o), self.names.pointer(r))
            }
            DeviceField::Group(o, r) => {
                let name = |group| Option::map_or(group, "none".into(), |id| self.names.group(id).to_owned());
                (": group".into(), name(o), name(r))
            }
            DeviceField::Driver(o, r) => {
                let name = |driver| Option::map_or(driver, "none", Worded::word).to_owned();
                (": driver".into(), name(o), name(r))
            }
            DeviceField::Arm(o, r) => {
                (": DMA setup".into(), self.arm(o), r.map_or_else(|| NO_FIELD.into(), |arm| self.arm(arm)))
            }
            DeviceField::Reset(o, r) => {
                (": reset".into(), reset(o), r.map_or_else(|| NO_FIELD.into(), reset))
            }
        }
    }

    fn arm(&self, arm: MappingState) -> String {
        let mapping = arm.mapping.map_or("no mapping", |mark| self.names.domain(mark));
        format!("{mapping}, {} operations", if arm.dma_ops { "its own" } else { "direct" })
    }

    fn devices(&self, devices: &[DeviceId]) -> String {
        let names: Vec<&str> = devices.iter().map(|id| self.names.device(*id)).collect();
        format!("[{}]", names.join(" "))
    }
}

fn reset(reset: ResetState) -> String {
    format!("{}blocked, depth {}", if reset.blocked { "" } else { "not " }, reset.depth)
}

fn present(observed: bool) -> Said {
    let word = |there| if there { "exists" } else { "does not exist" }.to_owned();
    (String::new(), word(observed), word(!observed))
}

fn kind(kind: Option<DomainKind>) -> String {
    kind.map_or(NULL, DomainKind::name).to_owned()
}

/// How a trace ended.
fn ending(trace: &Trace) -> String {
    match (&trace.end, trace.told.console.first()) {
        (End::Teardown { .. }, _) => "the script ended".into(),
        (End::Crash(crash), None) => format!("crash: {}", crash.words()),
        (End::Crash(crash), Some(line)) => format!("crash: {}: {line}", crash.words()),
    }
}
