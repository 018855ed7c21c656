// SPDX-License-Identifier: GPL-2.0-only
//! The commands.

mod replay;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
}

/// Runs the command line; the exit code is 0 when all is well, 1 when something differs, 2 for bad input.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Replay(args) => replay::run(&args),
    }
}
