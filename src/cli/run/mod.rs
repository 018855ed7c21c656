// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership run`

pub mod coverage;
pub mod json;
mod junit;
mod ktap;
mod others;
pub(super) mod report;
mod table;

use std::io::Write;
use std::time::Instant;

use rayon::prelude::*;

use super::cases::Folder;
use super::failure::{self, Failure, Status};
use super::on::On;
use super::progress;
use report::{Points, Report};
pub(super) use table::{new_table, write_table};

/// Run cases and show what every release makes of them
///
/// Prints a table: each case, into how many bands of releases its behaviour falls, and the step whose outcome
/// changes, with the releases or commits from which it does. The exit status is 0 when every `expect` of the
/// cases is met, 1 when one is not or a case cannot be loaded, 2 when the command makes no sense.
///
/// With `--on`, the cases run on something else, at one release each, and are judged by the reference engine there:
/// `linux:6.12` is a live kernel that `kernel prepare` has made ready, `cmd:PROGRAM ARGUMENTS` a program that speaks
/// the line protocol (harness/PROTOCOL.md), `reference@RELEASE` the engine itself at that release.
///
/// Snapshots are compared by `cargo test`, not here.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Only cases whose names contain one of these texts, such as `reports/`
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,

    /// Only on this release; may be repeated [default: all that `releases` lists]. With `--on`: the release that
    /// it is compared with, instead of the one that it stands for
    #[arg(long = "release", value_name = "RELEASE")]
    releases: Vec<String>,

    /// What to run the cases on; may be repeated, all run side by side [default: reference]
    #[arg(long, value_name = "IMPLEMENTATION")]
    on: Vec<On>,

    /// How to print the results
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Show instead what the cases reach of the reference engine: at each release, how many rule variants, errnos,
    /// WARNs and crashes, then of each the number of cases and the releases, and what none reaches. As text or json
    #[arg(long, conflicts_with = "on")]
    coverage: bool,

    #[command(flatten)]
    folder: Folder,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    /// A table and a summary
    #[default]
    Text,
    /// One object, described in the documentation of `cli::run::json` and `cli::run::coverage`
    Json,
    /// JUnit XML, a test suite for each area
    Junit,
    /// KTAP, the kernel's test protocol
    Ktap,
}

/// What a run was about, beside its cases.
struct Whole<'a> {
    /// What the cases ran on.
    on: &'static str,
    /// On which releases.
    points: Points<'a>,
    /// When it began.
    start: Instant,
}

pub(super) fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    if args.on.iter().any(|on| *on != On::Reference) {
        let files = args.folder.matching(&args.filters)?;
        let release = match args.releases.as_slice() {
            [] => None,
            [release] => Some(release.as_str()),
            [..] => return Err(Failure::OneRelease),
        };
        return others::run(&args.on, release, &files, args.format, out);
    }
    if args.coverage && matches!(args.format, Format::Junit | Format::Ktap) {
        return Err(Failure::CoverageFormat);
    }
    let start = Instant::now();
    let chosen = args.releases.iter().map(|name| failure::resolve(name)).collect::<Result<Vec<_>, _>>()?;
    let points = Points::chosen(&chosen);
    let files = args.folder.matching(&args.filters)?;
    let bar = progress::bar("running cases", files.len() as u64);
    let one = |file| {
        let report = Report::new(file, &points);
        bar.inc(1);
        report
    };
    let reports: Vec<Report> = files.par_iter().map(one).collect();
    bar.finish_and_clear();
    if args.coverage {
        return coverage::write(&points, &reports, args.filters.is_empty(), args.format, out);
    }

    let whole = Whole { on: "reference", points, start };
    match args.format {
        Format::Text => table::write(&whole, &reports, out)?,
        Format::Json => json::write(&whole, &reports, out)?,
        Format::Junit => junit::write(&whole, &reports, out)?,
        Format::Ktap => ktap::write(&reports, out)?,
    }
    Ok(if reports.iter().all(Report::is_good) { Status::Good } else { Status::Differs })
}

/// What is wrong with a case, a message each; none if nothing is.
fn complaints(report: &Report) -> Vec<String> {
    match &report.result {
        Err(error) => vec![error.to_string()],
        Ok(ran) => {
            let unmet =
                ran.verdict.unmet.iter().map(|unmet| format!("{}:{}: {unmet}", report.file, unmet.line));
            unmet
                .chain(ran.verdict.expired.iter().map(|expired| format!("{}: {expired}", report.file)))
                .collect()
        }
    }
}
