// SPDX-License-Identifier: GPL-2.0-only
//! `dma-ownership replay`

use std::path::PathBuf;
use std::process::ExitCode;

use crate::history;
use crate::implementation::replay::{self, FileReport, Mismatch, Options};

/// Replay recorded kernel traces on the reference engine
///
/// For every script of a file the engine must do what the kernel did: return values, skipped operations, WARNs,
/// calls into the drivers in order, domain pointers, owners, devices, teardown, and where the kernel dies.
/// The exit status is 0 when every script agrees, 1 when one does not, 2 when a file or a line cannot be read.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files of recorded traces, plain or compressed with gzip
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Replay on this release instead of the one that the file's header names
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,

    /// Show at most so many disagreements (and bad lines) of a file
    #[arg(long, value_name = "N", default_value_t = 20)]
    max: usize,

    /// Print only the names of the scripts that disagree, all of them
    #[arg(long)]
    list_ids: bool,
}

pub fn run(args: &Args) -> ExitCode {
    let release = match args.release.as_deref().map(history::resolve).transpose() {
        Ok(release) => release,
        Err(unknown) => {
            eprintln!("error: unknown release `{}`: {}", unknown.name, unknown.hint);
            return ExitCode::from(2);
        }
    };
    let keep = if args.list_ids { usize::MAX } else { args.max };
    let reports = replay::replay_files(&args.files, &Options { release, keep }, &|_| {});
    let mut status = 0;
    for report in reports {
        match report {
            Err(error) => {
                eprintln!("error: {error}");
                status = 2;
            }
            Ok(report) => {
                if args.list_ids {
                    list_ids(&report);
                } else {
                    print(&report);
                }
                for error in &report.bad_lines {
                    eprintln!("error: {error}");
                }
                if report.bad > 0 {
                    status = 2;
                } else if report.disagree() > 0 {
                    status = status.max(1);
                }
            }
        }
    }
    ExitCode::from(status)
}

fn list_ids(report: &FileReport) {
    for disagreement in &report.disagreements {
        println!("{}\t{}", report.file.display(), disagreement.id);
    }
}

fn print(report: &FileReport) {
    println!(
        "{} on {}: {} scripts, {} agree",
        report.file.display(),
        report.release,
        report.scripts,
        report.agree
    );
    for d in &report.disagreements {
        match &d.what {
            Mismatch::Difference(difference) => {
                let op = d.op.as_deref().map(|op| format!(" `{op}`")).unwrap_or_default();
                println!("  {} (line {}), {}{op}: {}", d.id, d.line, difference.place, difference.field);
                println!("    recorded: {}", difference.recorded);
                println!("    computed: {}", difference.computed);
            }
            Mismatch::NoResult(message) => println!("  {} (line {}): {message}", d.id, d.line),
        }
    }
    let hidden = report.disagree() - report.disagreements.len() as u64;
    if hidden > 0 {
        println!("  and {hidden} more (--max, --list-ids)");
    }
}
