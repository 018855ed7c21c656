// SPDX-License-Identifier: GPL-2.0-only
//! The harness is tested by running it: on the suites of `harness/fixtures/suites/`, good and bad ones.
//!
//! The harness that runs is this very program, started again with [`PLAY`] set: so it is always there, and
//! always of the same build.

#[path = "../conformance/mod.rs"]
mod conformance;

mod command_line;
mod snapshots;
mod suite;
mod whole;

use std::env;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// When set, this program is the harness.
const PLAY: &str = "DMA_OWNERSHIP_PLAY_HARNESS";

fn main() -> ExitCode {
    if env::var_os(PLAY).is_some() {
        return conformance::main();
    }
    let arguments = Arguments::from_args();
    let tests = [command_line::TESTS, snapshots::TESTS, whole::TESTS].concat();
    let trial = |(name, test): (&str, fn())| {
        Trial::test(name, move || {
            test();
            Ok(())
        })
    };
    libtest_mimic::run(&arguments, tests.into_iter().map(trial).collect()).exit_code()
}

/// Lists the test functions of a module by name.
macro_rules! tests {
    ($($test:ident),+ $(,)?) => {
        pub const TESTS: &[(&str, fn())] = &[$((concat!(module_path!(), "::", stringify!($test)), $test)),+];
    };
}
use tests;
