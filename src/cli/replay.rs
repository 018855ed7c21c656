// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership replay`

use std::io::Write;
use std::path::{Path, PathBuf};

use super::failure::{self, Failure, Status};
use super::progress;
use crate::replay::{self, FileReport, Options};

/// Replay recorded kernel traces on the reference engine
///
/// For every script of a file the engine must do what the kernel did: return values, skipped operations, WARNs,
/// calls into the drivers in order, domain pointers, owners, devices, teardown, and where the kernel dies. Of a
/// script that does not agree, the first difference is shown.
///
/// The exit status is 0 when every script agrees, 1 when one does not, 2 when a file or a line is not usable.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files of recorded traces, in the project's format or the bench's, plain or compressed with gzip
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Replay on this release instead of the one that the file's header names
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,

    /// Show at most so many disagreements and bad lines of each file
    #[arg(long, value_name = "N", default_value_t = 20)]
    max: usize,

    /// Print the names of all scripts that disagree, and nothing else
    #[arg(long)]
    list_ids: bool,

    /// Instead of replaying, write what the files hold into this folder, from the bench's format into the project's
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["release", "list_ids"])]
    convert: Option<PathBuf>,
}

pub fn run(args: &Args, out: &mut impl Write) -> Result<Status, Failure> {
    if let Some(folder) = &args.convert {
        return convert(&args.files, folder, out);
    }
    let release = args.release.as_deref().map(failure::resolve).transpose()?;
    let keep = if args.list_ids { usize::MAX } else { args.max };
    let bar = progress::bar("replaying files", args.files.len() as u64);
    let reports = replay::replay_files(&args.files, &Options { release, keep }, &|| bar.inc(1));
    bar.finish_and_clear();
    let mut status = Status::Good;
    for report in &reports {
        match report {
            Err(error) => {
                out.flush()?;
                anstream::eprintln!("{}: {error}", failure::label());
                status = Status::BadInput;
            }
            Ok(report) => {
                if args.list_ids {
                    list_ids(report, out)?;
                } else {
                    print(report, out)?;
                }
                if report.disagree() > 0 {
                    status = status.max(Status::Differs);
                }
                if report.bad > 0 {
                    print_bad(report, out)?;
                    status = Status::BadInput;
                }
            }
        }
    }
    if args.files.len() > 1 && !args.list_ids {
        let good = reports.iter().flatten();
        let (scripts, agree) = good.fold((0, 0), |(s, a), report| (s + report.scripts, a + report.agree));
        writeln!(out, "{} files: {scripts} scripts, {agree} agree", args.files.len())?;
    }
    Ok(status)
}

fn convert(files: &[PathBuf], folder: &Path, out: &mut impl Write) -> Result<Status, Failure> {
    let mut status = Status::Good;
    for file in files {
        let to = folder.join(file.file_name().unwrap_or_default());
        match replay::convert(file, &to) {
            Ok(scripts) => writeln!(out, "{}: {scripts} scripts", to.display())?,
            Err(error) => {
                out.flush()?;
                anstream::eprintln!("{}: {error}", failure::label());
                status = Status::BadInput;
            }
        }
    }
    Ok(status)
}

fn list_ids(report: &FileReport, out: &mut impl Write) -> Result<(), Failure> {
    for disagreement in &report.disagreements {
        writeln!(out, "{}\t{}", report.file.display(), disagreement.id)?;
    }
    Ok(())
}

fn print(report: &FileReport, out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{}", report.summary())?;
    for disagreement in &report.disagreements {
        write!(out, "{disagreement}")?;
    }
    let hidden = report.disagree() - report.disagreements.len() as u64;
    if hidden > 0 {
        writeln!(out, "  and {hidden} more that disagree (--max shows more, --list-ids all names)")?;
    }
    Ok(())
}

fn print_bad(report: &FileReport, out: &mut impl Write) -> Result<(), Failure> {
    out.flush()?;
    for error in &report.bad_lines {
        anstream::eprintln!("{}: {error}", failure::label());
    }
    let hidden = report.bad - report.bad_lines.len() as u64;
    if hidden > 0 {
        anstream::eprintln!("{}: {}: {hidden} more bad lines", failure::label(), report.file.display());
    }
    Ok(())
}
