// SPDX-License-Identifier: GPL-2.0-only
//! The `dma-ownership` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    dma_ownership::cli::main()
}
