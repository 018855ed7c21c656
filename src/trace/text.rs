// SPDX-License-Identifier: GPL-2.0-only
//! One run of a script as text: the part of a snapshot that a person reviews.
//!
//! ```text
//! given device_add ff930000.vop = ok
//!     probe_device ff930000.vop; new group vopb; probe_finalize ff930000.vop
//!     vopb: devices [ff930000.vop], domain null, default_domain null, blocking_domain null, owner_cnt 0
//!     ff930000.vop: group vopb, attached null
//! auto iommu_domain_alloc drm ff930000.vop = ok
//!     alloc drm, type unmanaged
//! 1 iommu_attach_device drm ff930000.vop = ok
//!     attach ff930000.vop to drm
//!     vopb: domain null -> drm
//!     ff930000.vop: attached null -> drm
//! end: free drm; release_device ff930000.vop; free group vopb
//! ```
//!
//! A line per operation; beneath it only what happened: calls into the drivers and WARNs in their order, then
//! what changed in groups and devices. A group or device that appears shows its state; a field that the
//! release does not have is not shown. Nothing is aligned, so that a change never moves its neighbours.

mod changes;
mod events;

use std::fmt::Write;

use super::names::{self, Names};
use super::{Call, Crash, DeviceState, End, GroupState, Outcome, Pointer, SetupLine, Step, Trace, operation};
use crate::script::{Errno, Op, Script, Worded};

/// Why an operation is in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// It makes the state that the case starts from.
    Given,
    /// A later step needs it, and the case does not say it.
    Implied,
    /// It is the case's step of this number, from 1.
    Step(usize),
    /// It plants the fault of a sweep.
    Swept,
}

/// What a text shows beside what was observed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// What each errno was about. No kernel says that, so snapshots leave it out.
    pub reasons: bool,
}

/// Renders a trace of a script; see [`Renderer`].
#[must_use]
pub fn render(script: &Script, trace: &Trace, origins: &[Origin], style: Style) -> String {
    Renderer::new(script, origins, style).render(trace)
}

/// Renders the traces of one script. The operations are put in words once for all of them.
#[derive(Clone, Debug)]
pub struct Renderer<'a> {
    script: &'a Script,
    style: Style,
    /// Each operation's line up to its outcome.
    heads: Vec<String>,
    origins: Vec<Origin>,
}

impl<'a> Renderer<'a> {
    /// `origins` has an entry for each operation; without one an operation counts as the step of its own number.
    #[must_use]
    pub fn new(script: &'a Script, origins: &[Origin], style: Style) -> Renderer<'a> {
        let origin = |index: usize| origins.get(index).copied().unwrap_or(Origin::Step(index + 1));
        let origins: Vec<Origin> = (0..script.ops.len()).map(origin).collect();
        let heads =
            script.ops.iter().zip(&origins).map(|(op, origin)| head(&operation::words(script, op), *origin));
        Renderer { script, style, heads: heads.collect(), origins }
    }

    /// The text of a trace.
    #[must_use]
    pub fn render(&self, trace: &Trace) -> String {
        let names = Names::new(self.script, trace);
        let mut text = String::with_capacity(256 * (trace.steps.len() + 1));
        for error in &trace.setup {
            match error.line {
                // What a release has no place for, such as static domains before v6.7, is just not there.
                SetupLine::Settings if error.errno == Errno::EOPNOTSUPP => {}
                SetupLine::Settings => line(&mut text, format_args!("setup of the IOMMU = {}", error.errno)),
                SetupLine::Device(id) => {
                    line(&mut text, format_args!("setup of {} = {}", names.device(id), error.errno));
                }
            }
        }

        let mut writer = events::Writer::new(&names);
        let (mut groups, mut devices): (&[GroupState], &[DeviceState]) = (&[], &[]);
        let mut handles: &[Option<Pointer>] = &[];
        for (index, step) in trace.steps.iter().enumerate() {
            text.push_str(self.head(index));
            if !self.is_of_course(index, step.outcome) {
                outcome(&mut text, &names, step, self.style);
            }
            text.push('\n');
            match self.origins.get(index) {
                Some(Origin::Given | Origin::Implied | Origin::Swept) => {
                    writer.one_line(&mut text, &step.calls)
                }
                Some(Origin::Step(_)) | None => writer.lines(&mut text, &step.calls),
            }
            changes::groups(&mut text, &names, groups, &step.groups);
            changes::devices(&mut text, &names, devices, &step.devices);
            changes::handles(&mut text, &names, handles, &step.handles);
            (groups, devices, handles) = (&step.groups, &step.devices, &step.handles);
        }

        match &trace.end {
            End::Teardown { calls, leaked_domains, leaked_groups } => {
                end(&mut text, &mut writer, calls, *leaked_domains, *leaked_groups);
            }
            End::Crash(crash) => {
                text.push_str(self.head(trace.steps.len()));
                crashed(&mut text, *crash);
            }
        }
        text
    }

    /// What only prepares later steps is not worth an `ok`.
    fn is_of_course(&self, index: usize, outcome: Outcome) -> bool {
        let prepares = |op: &Op| {
            matches!(op, Op::Fail(_) | Op::FailClear | Op::Deny { .. } | Op::Poke { .. } | Op::Observe)
        };
        outcome == Outcome::Ok && self.script.ops.get(index).is_some_and(prepares)
    }

    fn head(&self, index: usize) -> &str {
        self.heads.get(index).map_or("(no operation)", String::as_str)
    }
}

/// The calls into the drivers and the WARNs of each step, and after them those of the teardown; a text each.
#[must_use]
pub fn calls(script: &Script, trace: &Trace) -> Vec<Vec<String>> {
    let names = Names::new(script, trace);
    let mut writer = events::Writer::new(&names);
    let teardown = match &trace.end {
        End::Teardown { calls, .. } => Some(calls),
        End::Crash(_) => None,
    };
    let mut texts = |calls: &Vec<Call>| {
        let mut text = String::new();
        writer.lines(&mut text, calls);
        text.lines().map(|line| line.trim_start().to_owned()).collect()
    };
    trace.steps.iter().map(|step| &step.calls).chain(teardown).map(&mut texts).collect()
}

/// One call into a driver, or a WARN.
pub(super) fn call_words(names: &Names<'_>, call: &Call) -> String {
    let mut text = String::new();
    events::Writer::new(names).joined(&mut text, std::slice::from_ref(call));
    text
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(words);
    text.push('\n');
}

/// An operation in words, with why it is there: `3 iommu_attach_device drm ff930000.vop`.
#[must_use]
pub fn head(words: &str, origin: Origin) -> String {
    match origin {
        Origin::Given => format!("given {words}"),
        Origin::Implied => format!("auto {words}"),
        Origin::Step(number) => format!("{number} {words}"),
        Origin::Swept => format!("sweep {words}"),
    }
}

/// ` = EBUSY`; nothing for a void function that came back.
fn outcome(text: &mut String, names: &Names<'_>, step: &Step, style: Style) {
    let _ = match step.outcome {
        Outcome::Void => Ok(()),
        Outcome::Ok => text.write_str(" = ok"),
        Outcome::Err(errno) => write!(text, " = {errno}"),
        Outcome::Bool(value) => write!(text, " = {value}"),
        Outcome::Domain(pointer) => write!(text, " = {}", names.pointer(pointer)),
        Outcome::Handle { handle, domain } => write!(text, " = {}", names.held(handle, domain)),
        Outcome::Status(status) => write!(text, " = {}", status.word()),
        Outcome::NullDomain => write!(text, " = {}", names::NULL),
        Outcome::NotInThisRelease => text.write_str(" = not in this release"),
        Outcome::Skipped(why) => write!(text, " = skipped: {}", why.words()),
        Outcome::Bad(why) => write!(text, " = impossible: {}", why.words()),
    };
    if let (true, Some(reason)) = (style.reasons, step.reason) {
        let _ = write!(text, " ({})", reason.words());
    }
}

fn crashed(text: &mut String, crash: Crash) {
    line(text, format_args!(" = crash: {}", crash.words()));
}

/// The teardown in one line; none if nothing happened in it.
fn end(text: &mut String, writer: &mut events::Writer<'_>, calls: &[super::Call], domains: u32, groups: u32) {
    let start = text.len();
    text.push_str("end: ");
    let events = text.len();
    writer.joined(text, calls);
    for (count, what) in [(domains, "domain"), (groups, "group")] {
        if count > 0 {
            let separator = if text.len() > events { "; " } else { "" };
            let plural = if count > 1 { "s" } else { "" };
            let _ = write!(text, "{separator}LEAK: {count} {what}{plural}");
        }
    }
    if text.len() == events {
        text.truncate(start);
    } else {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests;
