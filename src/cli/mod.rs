// SPDX-License-Identifier: GPL-2.0-only
//! The commands.

mod failure;
mod progress;
mod replay;
mod serve;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use clap::{Parser, Subcommand};

use failure::{Failure, Status};

/// Who may drive DMA of a group of devices, and which domain each device is attached to: what every Linux
/// release from v5.10 to v7.3 answers.
#[derive(Debug, Parser)]
#[command(name = "dma-ownership", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Replay(replay::Args),
    Serve(serve::Args),
}

/// Runs the command line; the exit code is 0 when all is well, 1 when something differs, 2 for bad input.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = BufWriter::new(AutoStream::auto(io::stdout().lock()));
    let status = run(&cli.command, &mut out).and_then(|status| {
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

fn run(command: &Command, out: &mut impl Write) -> Result<Status, Failure> {
    match command {
        Command::Replay(args) => replay::run(args, out),
        Command::Serve(args) => serve::run(args, out),
    }
}
