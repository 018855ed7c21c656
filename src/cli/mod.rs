// SPDX-License-Identifier: GPL-2.0-only
//! The commands.

mod bisect;
mod cases;
mod check;
mod explain;
mod failure;
mod fuzz;
mod kernel;
mod on;
mod progress;
mod record;
mod releases;
mod replay;
mod report_table;
pub mod run;
mod schema;
mod serve;
mod words;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use clap::{Parser, Subcommand};

use failure::{Failure, Status};

/// Conformance suite for Linux IOMMU DMA ownership
///
/// Who may drive DMA of a group of devices, kernel drivers or user space, and which domain is each device attached
/// to? A case is a YAML file with a topology and a sequence of operations, such as a bug report; this program shows
/// what every kernel release from v5.10 to v7.3 makes of it, and which commit changed that.
///
/// Without a command, all cases are run.
#[derive(Debug, Parser)]
#[command(name = "dma-ownership", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Explain(explain::Args),
    Bisect(bisect::Args),
    Check(check::Args),
    Releases(releases::Args),
    Replay(replay::Args),
    ReportTable(report_table::Args),
    Schema(schema::Args),
    Fuzz(fuzz::Args),
    Record(record::Args),
    Serve(serve::Args),
    Kernel(kernel::Args),
}

/// Runs the command line; the exit code is 0 when all is well, 1 when something differs, 2 for bad input.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    let status = dispatch(&cli.command.unwrap_or_else(|| Command::Run(run::Args::default())), &mut out)
        .and_then(|status| {
            out.flush()?;
            Ok(status)
        });
    match status {
        Ok(status) => status.into(),
        // whoever read the output has seen enough
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            anstream::eprintln!("{}: {failure}", failure::label());
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: &Command, out: &mut impl Write) -> Result<Status, Failure> {
    match command {
        Command::Run(args) => run::run(args, out),
        Command::Explain(args) => explain::run(args, out),
        Command::Bisect(args) => bisect::run(args, out),
        Command::Check(args) => check::run(args, out),
        Command::Releases(args) => releases::run(args, out),
        Command::Replay(args) => replay::run(args, out),
        Command::ReportTable(args) => report_table::run(args, out),
        Command::Schema(args) => schema::run(args, out),
        Command::Fuzz(args) => fuzz::run(args, out),
        Command::Record(args) => record::run(args, out),
        Command::Serve(args) => serve::run(args, out),
        Command::Kernel(args) => kernel::run(args, out),
    }
}
