// SPDX-License-Identifier: GPL-2.0-only
//! `cargo test --test conformance`: every case of `cases/` is a trial, judged by its snapshot.

mod conformance;

use std::process::ExitCode;

fn main() -> ExitCode {
    conformance::main()
}
