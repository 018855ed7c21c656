// SPDX-License-Identifier: GPL-2.0-only
//! From a [`Trace`] to the words and the JSON of recorded traces.

use std::fmt;

use super::wire::{Device, Group, Line, Ordered, Return, Scalar, SetupAnswer, Step, Teardown, Text};
use crate::script::{DeviceId, DomainKind, DomainName, DriverKind, Errno, GroupId, Op, Script, Static};
use crate::trace::{
    self, Call, Crash, DeviceState, End, GroupState, Mark, Outcome, PasidTarget, Pointer, SetupLine, Trace,
};

/// What a kernel made of a script, in recorded words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results<'a> {
    /// Lines of the setup that failed.
    pub setup: Vec<SetupAnswer<'a>>,
    /// What each operation did.
    pub steps: Vec<Step<'a>>,
    /// How it ended.
    pub ending: Ending<'a>,
}

/// How a recorded script ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending<'a> {
    /// Everything was taken down again.
    Teardown(Teardown<'a>),
    /// The kernel died in the step after the last recorded one.
    Crash(Vec<Text<'a>>),
    /// The kernel stopped answering there.
    Hang(Vec<Text<'a>>),
}

/// Renders a trace of the script that `line` holds.
#[must_use]
pub fn results(trace: &Trace, script: &Script, line: &Line<'_>) -> Results<'static> {
    let r = Renderer { trace, script };
    Results {
        setup: trace
            .setup
            .iter()
            .map(|e| SetupAnswer(setup_line(line, script, e.line).into(), errno(e.errno)))
            .collect(),
        steps: trace
            .steps
            .iter()
            .enumerate()
            .map(|(index, step)| r.step(step, script.ops.get(index)))
            .collect(),
        ending: match &trace.end {
            End::Teardown { calls, leaked_domains, leaked_groups } => Ending::Teardown(Teardown {
                r: 0,
                leak_dom: u64::from(*leaked_domains),
                leak_grp: u64::from(*leaked_groups),
                w: warns(calls),
                cb: r.calls(calls),
                lost: false,
            }),
            End::Crash(cause) => Ending::Crash(vec![crash(*cause).into()]),
        },
    }
}

/// Our own words for a crash, where a recording has the console's.
fn crash(cause: Crash) -> &'static str {
    cause.words()
}

fn errno(errno: Errno) -> Scalar<'static> {
    Scalar::Number(-i64::from(errno.number()))
}

/// The line of the setup as the bench is told it.
fn setup_line(line: &Line<'_>, script: &Script, which: SetupLine) -> String {
    let mut text = String::new();
    let options = match which {
        SetupLine::Settings => {
            text.push_str("cfg");
            line.cfg.as_ref()
        }
        SetupLine::Device(device) => {
            let name = device_name(script, device);
            text.push_str("dev ");
            text.push_str(name);
            line.topo.as_ref().and_then(|t| t.devs.as_ref()).and_then(|devs| devs.get(name))
        }
    };
    for (key, value) in options.iter().flat_map(|o| &o.0) {
        text.push_str(&format!(" {key}={value}"));
    }
    text
}

fn device_name(script: &Script, device: DeviceId) -> &str {
    script.devices.get(device.index()).map_or("?", |d| &d.name)
}

fn warns(calls: &[Call]) -> u64 {
    calls.iter().filter(|c| matches!(c, Call::Warn(_))).count() as u64
}

/// The recorded name of a domain.
#[must_use]
pub fn domain_name(name: &DomainName) -> String {
    match name {
        DomainName::User(name) => name.clone(),
        DomainName::Made(kind, number) => format!("{}{number}", prefix(*kind)),
        DomainName::Static(which) => match which {
            Static::Identity => "IDN".into(),
            Static::Blocked => "BLK".into(),
            Static::Release => "REL".into(),
            Static::Default => "DEF".into(),
            Static::Platform => "PLT".into(),
        },
        DomainName::PointedToBy(..) => "?".into(),
    }
}

fn prefix(kind: DomainKind) -> &'static str {
    match kind {
        DomainKind::Dma | DomainKind::DmaFq => "dma",
        DomainKind::Identity => "idn",
        DomainKind::Blocked => "blk",
        DomainKind::Unmanaged => "unm",
        DomainKind::Platform => "dom",
    }
}

/// The word for a driver.
fn driver_name(kind: DriverKind) -> &'static str {
    match kind {
        DriverKind::KernelDma => "kdma",
        DriverKind::Managed => "user",
    }
}

struct Renderer<'t> {
    trace: &'t Trace,
    script: &'t Script,
}

impl Renderer<'_> {
    fn step(&self, step: &trace::Step, op: Option<&Op>) -> Step<'static> {
        let mut wire = Step::default();
        match step.outcome {
            Outcome::Void => wire.r = Some(Return::Void),
            Outcome::Ok => wire.r = Some(Return::Number(0)),
            Outcome::Err(errno) => wire.r = Some(Return::Number(-i64::from(errno.number()))),
            Outcome::Bool(value) => wire.r = Some(Return::Number(i64::from(value))),
            Outcome::Domain(pointer) => {
                let name = self.pointer(pointer).unwrap_or_else(|| "NULL".into());
                wire.r = Some(Return::Word(name));
            }
            Outcome::NullDomain => wire.r = Some(Return::Word("NULL".into())),
            Outcome::NotInThisRelease => wire.r = Some(Return::Word("nosys".into())),
            Outcome::Skipped(skip) => {
                wire.skip = Some(skip.words().into());
                if matches!(op, Some(Op::GroupStoreType { .. })) {
                    return wire; // the guest itself says so, and looks at nothing
                }
            }
            Outcome::Bad(bad) => wire.bad = Some(bad.words().into()),
        }
        wire.w = Some(warns(&step.calls));
        wire.cb = Some(self.calls(&step.calls));
        if !matches!(op, Some(Op::Fail(_) | Op::FailClear | Op::Deny { .. })) {
            wire.g = Some(Ordered(step.groups.iter().map(|g| self.group(g)).collect()));
            wire.d = Some(Ordered(step.devices.iter().map(|d| self.device_state(d)).collect()));
        }
        wire
    }

    fn group(&self, state: &GroupState) -> (Text<'static>, Group<'static>) {
        let group = Group {
            dom: self.pointer(state.domain),
            def: self.pointer(state.default_domain),
            blk: match state.blocking_domain {
                None => Some("n/a".into()),
                Some(pointer) => self.pointer(pointer),
            },
            ty: state.default_kind.map(|k| k.name().into()),
            oc: state.owner_cnt.map(u64::from),
            ow: state.owner.map(|o| {
                o.map(|o| self.script.owners.get(o.index()).map_or("?".into(), |name| name.clone().into()))
            }),
            pa: state.pasids.map(u64::from),
            dv: state.devices.iter().map(|d| self.device(*d).to_owned().into()).collect(),
            ..Group::default()
        };
        (self.group_name(state.group).to_owned().into(), group)
    }

    fn device_state(&self, state: &DeviceState) -> (Text<'static>, Device<'static>) {
        let device = Device {
            attached: self.pointer(state.attached),
            group: state.group.map(|g| self.group_name(g).to_owned().into()),
            driver: state.driver.map(|d| driver_name(d).into()),
            arm: state
                .arm
                .map(|arm| (arm.mapping.map(|m| self.domain(m).to_string().into()), u64::from(arm.dma_ops))),
        };
        (self.device(state.device).to_owned().into(), device)
    }

    fn pointer(&self, pointer: Option<Pointer>) -> Option<Text<'static>> {
        pointer.map(|p| {
            let freed = if p.freed { "!freed" } else { "" };
            format!("{}{freed}", self.domain(p.domain)).into()
        })
    }

    fn calls(&self, calls: &[Call]) -> Vec<Text<'static>> {
        calls.iter().map(|c| self.call(c).into()).collect()
    }

    fn call(&self, call: &Call) -> String {
        match *call {
            Call::Xlate { device } => format!("xlate {}", self.device(device)),
            Call::Probe { device, error } => format!("probe {}{}", self.device(device), Failed(error)),
            Call::NewGroup { group } => format!("newgroup {}", self.group_name(group)),
            Call::GroupFailed { device, error } => {
                format!("group {}{}", self.device(device), Failed(Some(error)))
            }
            Call::FreeGroup { group } => format!("freegroup {}", self.group_name(group)),
            Call::Alloc { domain, .. } => format!("alloc {}", self.domain(domain)),
            Call::Deny { kind } => format!("deny {}", kind.name()),
            Call::Free { domain, attached } => {
                let attached = if attached { " !attached" } else { "" };
                format!("free {}{attached}", self.domain(domain))
            }
            Call::Attach { device, domain, from, freed, error } => {
                let mut text = format!("attach {} {}", self.device(device), self.domain(domain));
                match from {
                    None => {}
                    Some(None) => text.push_str(" from -"),
                    Some(Some(old)) => text.push_str(&format!(" from {}", self.domain(old))),
                }
                if freed {
                    text.push_str(" !freed");
                }
                text + &Failed(error).to_string()
            }
            Call::Detach { device, domain } => {
                format!("detach {} {}", self.device(device), self.domain(domain))
            }
            Call::SetPlatformDmaOps { device } => format!("platform {}", self.device(device)),
            Call::Map { domain } => format!("map {}", self.domain(domain)),
            Call::ProbeFinalize { device } => format!("finalize {}", self.device(device)),
            Call::Release { device } => format!("release {}", self.device(device)),
            Call::SetPasid { device, pasid, domain, error } => {
                format!("setpasid {} {pasid} {}{}", self.device(device), self.domain(domain), Failed(error))
            }
            Call::RemovePasid { device, pasid, domain } => match domain {
                PasidTarget::NotTold => format!("rmpasid {} {pasid} -", self.device(device)),
                PasidTarget::Domain(domain) => {
                    format!("rmpasid {} {pasid} {}", self.device(device), self.domain(domain))
                }
            },
            Call::DriverProbe { device, error } => {
                format!("drvprobe {}{}", self.device(device), Failed(error))
            }
            Call::Warn(warn) => format!("WARN {}", warn.words()),
        }
    }

    fn device(&self, device: DeviceId) -> &str {
        device_name(self.script, device)
    }

    fn group_name(&self, group: GroupId) -> &str {
        self.script.groups.get(group.index()).map_or("?", |g| &g.name)
    }

    fn domain(&self, mark: Mark) -> Recorded<'_> {
        Recorded(self.trace.domains.get(usize::from(mark.0)).map(|d| &d.name))
    }
}

/// A domain's recorded name.
struct Recorded<'t>(Option<&'t DomainName>);

impl fmt::Display for Recorded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("?"),
            Some(DomainName::User(name)) => f.write_str(name),
            Some(name) => f.write_str(&domain_name(name)),
        }
    }
}

/// ` = -16` behind a call that failed.
struct Failed(Option<Errno>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some(errno) => write!(f, " = -{}", errno.number()),
        }
    }
}
