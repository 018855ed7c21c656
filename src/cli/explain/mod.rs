// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership explain`

mod at;
mod decide;
mod state;

use std::io::Write;

use anstyle::Style;

use super::cases::Folder;
use super::failure::{self, Failure, Status};
use super::run::report::{Points, Ran};
use super::words::{self, Came};
use crate::case::{self, Case};
use crate::history::Point;
use crate::trace::names::Names;
use crate::trace::text::{self, Origin};
use crate::trace::{End, operation};
use at::At;
use state::States;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Tell the story of a case, step by step
///
/// For each step: what it returned and why, the calls into the drivers, the pointers of every group and device
/// before and after (`before -> after`, or once if nothing changed), and which rule decided the outcome: the
/// rule's variant here, the commit from which the outcome is what it is, and what other variants would have given.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The case: its name, a part of it that no other case has, or its file
    case: String,

    /// On this release; may be repeated [default: the first release of each band]
    #[arg(long = "release", value_name = "RELEASE")]
    releases: Vec<String>,

    /// With the fault of the case's `sweep` at this position, counted from 1; `CALL:N` where it sweeps several calls
    #[arg(long, value_name = "[CALL:]N")]
    at: Option<At>,

    #[command(flatten)]
    folder: Folder,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let file = args.folder.one(&args.case)?;
    let case = case::load(&file.path)?;
    let case = match &args.at {
        None => case,
        Some(at) => at.of(&file.name, &case)?,
    };
    let chosen = args.releases.iter().map(|name| failure::resolve(name)).collect::<Result<Vec<_>, _>>()?;
    if let Some(point) = chosen.iter().find(|point| !case.runs_at(point)) {
        return Err(failure::not_at(&file.name, &case, point));
    }
    let ran = Ran::new(case, &Points::chosen(&chosen));
    head(&file.name, &ran.case, out)?;
    let mut before = Story::new();
    if chosen.is_empty() {
        for band in ran.bands() {
            let same = band.repeats.map(|same| format!(": as {}", same.name)).unwrap_or_default();
            writeln!(out, "\n{BOLD}== {band}{BOLD:#}{same}")?;
            for deciding in ran.deciding(&band) {
                writeln!(out, "{deciding}")?;
            }
            if band.repeats.is_none() {
                before = tell(story(&ran, band.first), &before, out)?;
            }
        }
    } else {
        for point in &ran.points {
            writeln!(out, "\n{BOLD}== {}{BOLD:#}", point.name)?;
            tell(story(&ran, point), &Story::new(), out)?;
        }
    }
    Ok(Status::Good)
}

fn head(name: &str, case: &Case, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{BOLD}{name}{BOLD:#}: {}", case.title)?;
    for source in &case.sources {
        writeln!(out, "source: {source}")?;
    }
    if let Some(why) = &case.why {
        writeln!(out, "{why}")?;
    }
    Ok(())
}

/// What happened: for each operation its line, and what is told beneath.
type Story = Vec<(String, Vec<String>)>;

/// Writes a story; what was told of a step at the band before is not told again.
fn tell(story: Story, before: &Story, out: &mut impl Write) -> Result<Story, Failure> {
    for (index, (head, lines)) in story.iter().enumerate() {
        writeln!(out, "{BOLD}{head}{BOLD:#}")?;
        let same = before.get(index).is_some_and(|(known, told)| known == head && told == lines);
        if same && !lines.is_empty() {
            writeln!(out, "    {DIM}as in the band before{DIM:#}")?;
            continue;
        }
        for line in lines {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(story)
}

/// What happened at one point.
fn story(ran: &Ran, point: &Point) -> Story {
    let Some(at) = ran.points.iter().position(|p| p.name == point.name) else { return Story::new() };
    let (script, trace) = (&ran.lowered.script, ran.trace(at));
    let names = Names::new(script, trace);
    let calls = text::calls(script, trace);
    let mut states = States::new(&names);
    let mut story = Story::new();
    for (index, op) in script.ops.iter().enumerate() {
        let came = Came::of(trace, index);
        if came == Came::NotReached {
            break;
        }
        let origin = ran.lowered.steps.get(index).copied().unwrap_or(Origin::Step(index + 1));
        let operation = operation::words(script, op);
        let head = format!("{} {operation} = {}", words::origin(origin), came.words(&names));
        let mut lines = Vec::new();
        if let Some(reason) = words::reason(trace, index).filter(|_| came.is_error()) {
            lines.push(format!("because: {reason}"));
        }
        lines.extend(decide::decision(ran, point, at, index));
        lines.extend(calls.get(index).into_iter().flatten().map(|call| format!("call: {call}")));
        if let Some(step) = trace.steps.get(index) {
            lines.extend(states.after(step, matches!(origin, Origin::Step(_))));
        }
        story.push((head, lines));
    }
    if let End::Teardown { leaked_domains, leaked_groups, .. } = trace.end {
        let mut lines: Vec<String> =
            calls.last().into_iter().flatten().map(|call| format!("call: {call}")).collect();
        if leaked_domains + leaked_groups > 0 {
            lines.push(format!("never freed: {leaked_domains} domains, {leaked_groups} groups"));
        }
        story.push(("end: everything is taken down".into(), lines));
    }
    story
}
