// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership bisect`

use std::io::Write;

use super::cases::Folder;
use super::failure::{self, Failure, Status};
use super::words;
use crate::case::{self, Lowered};
use crate::history::Change;
use crate::suite::bisect::{self, Observable};
use crate::trace::compare::Place;
use crate::trace::operation;
use crate::trace::text::Origin;

/// Name the upstream commit that makes a case come out differently
///
/// Between two releases: the smallest set of commits that, added to the good release, gives what the bad one shows,
/// with the step that came out differently first. A release that lacks a commit the other has, as stable releases do,
/// is told as such. Without releases: every commit along the mainline with which a step of the case comes out
/// differently.
///
/// The exit status is 0 when there is something to name, 1 when the case comes out the same, 2 when the command makes
/// no sense.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The case: its name, a part of it that no other case has, or its file
    #[arg(value_name = "CASE")]
    case: String,

    /// The release that is as it should be
    #[arg(long, value_name = "RELEASE", requires = "bad")]
    good: Option<String>,

    /// The release that is not
    #[arg(long, value_name = "RELEASE", requires = "good")]
    bad: Option<String>,

    /// Look only at this step of the case, from 1
    #[arg(long, value_name = "N")]
    step: Option<usize>,

    #[command(flatten)]
    folder: Folder,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    let file = args.folder.one(&args.case)?;
    let case = case::load(&file.path)?;
    let lowered = case.lower();
    let step = args.step.map(|number| place_of(&lowered, number)).transpose()?;
    writeln!(out, "{}: {}", file.name, case.title)?;
    match (&args.good, &args.bad) {
        (Some(good), Some(bad)) => {
            let (good, bad) = (failure::resolve(good)?, failure::resolve(bad)?);
            for point in [&good, &bad] {
                if !case.runs_at(point) {
                    return Err(failure::not_at(&file.name, &case, point));
                }
            }
            let Some(found) = bisect::bisect(&lowered.script, &good, &bad, step) else {
                writeln!(out, "the same at {} and {}", good.name, bad.name)?;
                return Ok(Status::Differs);
            };
            match (found.changes.len(), found.present) {
                (1, true) => {}
                (1, false) => writeln!(out, "{} does not have this commit:", bad.name)?,
                _ => writeln!(out, "these commits, none of them alone:")?,
            }
            for change in &found.changes {
                writeln!(out, "{}", commit(change))?;
            }
            writeln!(out, "    {}", told(&lowered, &found.observable))?;
            Ok(Status::Good)
        }
        _ => {
            let flips = bisect::flips(&lowered.script, step);
            if flips.is_empty() {
                writeln!(out, "every step comes out the same in all releases")?;
                return Ok(Status::Differs);
            }
            for flip in &flips {
                writeln!(out, "{}", commit(flip.change))?;
                for observable in &flip.observables {
                    writeln!(out, "    {}", told(&lowered, observable))?;
                }
            }
            Ok(Status::Good)
        }
    }
}

/// The operation of a step, by the step's number.
fn place_of(lowered: &Lowered, number: usize) -> Result<usize, Failure> {
    let place = lowered.steps.iter().position(|origin| *origin == Origin::Step(number));
    let steps = lowered.steps.iter().filter(|origin| matches!(origin, Origin::Step(_))).count();
    place.ok_or(Failure::NoSuchStep { asked: number, steps })
}

fn commit(change: &Change) -> String {
    format!("{} {} ({})", change.id, change.landed, change.title)
}

/// `step 3 iommu_attach_device drm vop: returned ok, then EBUSY`
fn told(lowered: &Lowered, observable: &Observable) -> String {
    let at = match observable.place {
        Place::Step(index) => {
            let words = lowered.script.ops.get(index).map(|op| operation::words(&lowered.script, op));
            let origin = lowered.steps.get(index).copied().map(words::origin).unwrap_or_default();
            format!("step {origin} {}", words.unwrap_or_default())
        }
        place => place.to_string(),
    };
    format!("{at}: {}: {} -> {}", observable.field, observable.before, observable.after)
}
