// SPDX-License-Identifier: GPL-2.0-only
//! What other implementations did, for people.

use std::io::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};

use super::{Counts, Found, Tested};
use crate::case::Lowered;
use crate::cli::failure::{self, Failure};
use crate::implementation::Restarts;
use crate::implementation::judge::Deviates;
use crate::suite::judge::{Judged, Strayed, step_of};
use crate::trace::compare::Place;
use crate::trace::operation;
use crate::trace::text::Origin;

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();

pub fn write(found: &[Found], tested: &[Tested], out: &mut impl Write) -> Result<(), Failure> {
    for error in found.iter().filter_map(|found| found.case.as_ref().err()) {
        writeln!(out, "{}: {error}", failure::label())?;
    }
    for one in tested {
        for (found, judged) in found.iter().zip(&one.judged) {
            let (Ok(_), Some(judged)) = (&found.case, judged) else { continue };
            for line in lines(found, judged, one) {
                writeln!(out, "{line}")?;
            }
        }
        summary(one, out)?;
    }
    Ok(())
}

/// What is to be said of a case; nothing if it is as it must be.
pub fn lines(found: &Found, judged: &Judged, tested: &Tested) -> Vec<String> {
    let name = &found.name;
    let (word, strayed) = match judged {
        Judged::Agrees | Judged::Known { .. } | Judged::Skipped { .. } => return Vec::new(),
        Judged::Expired { reason } => {
            return vec![format!("{name}: known deviation no longer occurs: {reason}")];
        }
        Judged::Errored { message } => return vec![format!("{name}: error: {message}")],
        Judged::Deviates(strayed) => ("deviates", strayed),
        Judged::Crashed(strayed) => ("crashed", strayed),
    };
    let Strayed { position, lowered, deviates: Deviates { difference, observed, .. } } = &**strayed;
    let at = position.as_ref().map_or(String::new(), |position| format!(" at {position}"));
    let option =
        position.as_ref().map_or(String::new(), |position| format!(" --at {}", position.replace(' ', ":")));
    let mut lines = vec![
        format!("{name} {word}{at}: {}: {}", place(lowered, difference.place), difference.field),
        format!("    {}: {}", tested.name, difference.observed),
        format!("    reference {}: {}", tested.point.name, difference.reference),
    ];
    lines.extend(observed.told.console.iter().map(|line| format!("    console: {line}")));
    lines.push(format!("    dma-ownership explain {name} --release {}{option}", tested.point.name));
    lines
}

/// `step 3 iommu_attach_device drm vop`
fn place(lowered: &Lowered, place: Place) -> String {
    let Place::Step(index) = place else { return place.to_string() };
    let script = &lowered.script;
    let words = script.ops.get(index).map_or(String::new(), |op| operation::words(script, op));
    match (step_of(lowered, place), lowered.steps.get(index)) {
        (Some(number), _) => format!("step {number} {words}"),
        (None, Some(Origin::Given)) => format!("given {words}"),
        (None, _) => format!("auto {words}"),
    }
}

fn summary(tested: &Tested, out: &mut impl Write) -> Result<(), Failure> {
    let counts = tested.counts();
    let colour = if tested.judged.iter().flatten().all(Judged::is_good) { GREEN } else { RED };
    writeln!(out, "{colour}{} against {}: {}{colour:#}", tested.name, tested.point.name, counted(&counts))?;
    writeln!(out, "    {}", pace(tested))?;
    Ok(())
}

/// How fast it went: `626 cases in 25.10 s, 464 run in 3.20 s between crashes, 145 a second; guests: 7 died, 21.90 s to boot others; …`
fn pace(tested: &Tested) -> String {
    let cases = tested.judged.len();
    let skipped = |judged: &&Judged| matches!(judged, Judged::Skipped { .. });
    let run = tested.judged.iter().flatten().filter(|judged| !skipped(judged)).count();
    let Restarts { died, hung, down } = tested.restarts;
    let up = tested.ran.saturating_sub(down);
    let mut text = format!("{cases} cases in {}, {run} run", seconds(tested.ran));
    if died + hung > 0 {
        text.push_str(&format!(" in {} between crashes", seconds(up)));
    }
    text.push_str(&format!(", {:.0} a second", run as f64 / up.as_secs_f64().max(1e-9)));
    let lost: Vec<String> = [(died, "died"), (hung, "stopped answering")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| format!("{count} {how}"))
        .collect();
    if !lost.is_empty() {
        text.push_str(&format!("; guests: {}, {} to boot others", lost.join(", "), seconds(down)));
    }
    text.push_str(&format!("; ready after {}", seconds(tested.ready)));
    text
}

/// `312 agree, 2 deviate, 14 skipped (8 of another architecture, …), 1 crashed`
pub fn counted(counts: &Counts) -> String {
    let mut text = format!("{} agree, {} deviate", counts.agree, counts.deviate);
    let skipped: usize = counts.skipped.values().sum();
    text.push_str(&format!(", {skipped} skipped"));
    if skipped > 0 {
        let reasons: Vec<String> =
            counts.skipped.iter().map(|(reason, count)| format!("{count}: {reason}")).collect();
        text.push_str(&format!(" ({})", reasons.join("; ")));
    }
    text.push_str(&format!(", {} crashed", counts.crashed));
    for (count, what) in [
        (counts.known, "deviate as known"),
        (counts.expired, "no longer deviate as known"),
        (counts.errored, "errored"),
        (counts.not_loaded, "cannot be loaded"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
